"""Plain text as OCR gives it."""

from __future__ import annotations

from embeddings.config import Limits
from embeddings.parsing.masthead import issue_name, read_masthead, read_number
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue


class TextLoader:
    """Plain text as OCR gives it: one page or several, split into articles by the page parser."""

    def reads(self, document: Document) -> bool:
        """Always: it comes last."""
        return True

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; pages are parted by form feeds, and a masthead names and dates it."""
        # These compile many patterns, which a question does not need.
        from embeddings.parsing.dumps import with_headings
        from embeddings.parsing.gazettes import read_gazette
        from embeddings.parsing.text_pages import parse_pages

        pages = document.text.split("\f")
        lines = pages[0].split("\n")
        paper, day = read_masthead(lines)
        number = read_number(lines)
        name = issue_name(paper, day) if day or number else ""
        articles = read_gazette(document.text) or parse_pages([with_headings(page) for page in pages])
        day = day or (articles[0].date if len(articles) == 1 else None)
        return ParsedIssue(name, day, tuple(articles), number)
