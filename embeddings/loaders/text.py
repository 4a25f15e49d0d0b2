"""Plain text as OCR gives it."""

from __future__ import annotations

from itertools import islice

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.parsing.masthead import issue_name, masthead_lines, read_masthead, read_number
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue


class TextLoader:
    """Plain text as OCR gives it: one page or several, split into articles by the page parser."""

    def reads(self, document: Document) -> bool:
        """Always: it comes last."""
        return True

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; pages are parted by form feeds, and a masthead names and dates it.

        That it has more lines than the limit, of which the first are read, is in `left_out`.
        """
        # These compile many patterns, which a question does not need.
        from embeddings.parsing.dumps import with_headings
        from embeddings.parsing.gazettes import read_gazette
        from embeddings.parsing.text_pages import parse_pages

        text, left_out = first_lines(document, limits)
        pages = text.split("\f")
        lines = pages[0].split("\n")
        paper, day = read_masthead(lines)
        number = read_number(lines)
        head = masthead_lines(lines)
        if head and day:
            paper = paper or lines[head[0]].strip()
            pages[0] = "\n".join("" if at in head else line for at, line in enumerate(lines))
        name = issue_name(paper, day) if day or number else ""
        articles = read_gazette(text) or parse_pages([with_headings(page) for page in pages])
        day = day or (articles[0].date if len(articles) == 1 else None)
        return ParsedIssue(name, day, tuple(articles), number, left_out=left_out)


def first_lines(document: Document, limits: Limits) -> tuple[str, tuple[SourceError, ...]]:
    """The first `limits.max_lines` lines of a text, and that the others are left out where there are any.

    What lines mean is worked out one by one, which takes up to a quarter of a millisecond for each.
    """
    text = document.text
    if len(text) <= limits.max_lines:
        return text, ()
    lines = text.splitlines(keepends=True)
    if len(lines) <= limits.max_lines:
        return text, ()
    error = SourceError(SourceCode.LINES_LEFT_OUT, name=document.name, n=len(lines), limit=limits.max_lines)
    return "".join(islice(lines, limits.max_lines)), (error,)
