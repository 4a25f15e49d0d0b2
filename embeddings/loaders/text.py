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
        from embeddings.parsing.text_pages import parse_pages  # compiles many patterns, which a question does not need

        pages = document.text.split("\f")
        lines = pages[0].split("\n")
        paper, day = read_masthead(lines)
        name = issue_name(paper, day) if day else ""
        return ParsedIssue(name, day, tuple(parse_pages(pages)), read_number(lines))
