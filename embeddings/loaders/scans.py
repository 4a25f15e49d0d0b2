"""Printed pages: PDF files and pictures, read article by article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.parsing.masthead import issue_name, read_masthead, read_number
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

if TYPE_CHECKING:
    from embeddings.layout.geometry import PrintedPage

_PDF = b"%PDF-"
_PDF_WITHIN = 1024  # a PDF may begin after some other bytes, says its specification
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


class PdfLoader:
    """A PDF file: its text layer, or its pages by OCR where they have none."""

    def reads(self, document: Document) -> bool:
        """Whether it has a PDF's signature."""
        return _PDF in document.content[:_PDF_WITHIN]

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; that it has more pages than the limit, of which the first are read, is in `left_out`.

        Raises SourceError when it is encrypted or damaged, or a library is missing.
        """
        from embeddings.layout.pdf import count_pages, read_pdf

        with _named(document):
            count = count_pages(document.content)
            pages = read_pdf(document.content, max_pages=limits.max_pages, max_pixels=limits.max_pixels)
        return _with_pages_beyond(issue_of_pages(pages), document, count, limits)


class PictureLoader:
    """A scanned page, or several that belong together, by OCR."""

    def reads(self, document: Document) -> bool:
        """Whether it has the signature of a PNG, JPEG, TIFF, BMP or WebP picture."""
        head = document.content[:16]
        is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        # Two letters would also begin a text about cars; a bitmap has zeros behind its size.
        is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
        return head.startswith(_PICTURES) or is_webp or is_bitmap

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when a picture is damaged or too large, or the library is missing."""
        from embeddings.layout.ocr import read_picture
        from embeddings.layout.pages import page_done

        count = 1 + len(document.further_pages)
        if count > limits.max_pages:
            raise SourceError(SourceCode.TOO_MANY_PAGES, name=document.name, n=count, limit=limits.max_pages)
        with _named(document):
            pictures = pictures_in(document)
            pages = []
            for number, (picture, frame) in enumerate(pictures[: limits.max_pages], start=1):
                try:
                    pages.append(read_picture(picture, number=number, frame=frame, max_pixels=limits.max_pixels))
                except SourceError as error:
                    # The blank back of a sheet is no reason to leave the others out.
                    if error.code is not SourceCode.PAGE_UNREADABLE or len(pictures) == 1:
                        raise
                page_done()
            if not pages:
                raise SourceError(SourceCode.PAGE_UNREADABLE, page=1)
        return _with_pages_beyond(issue_of_pages(pages), document, len(pictures), limits)


def pictures_in(document: Document) -> list[tuple[bytes, int]]:
    """The pages of a document of pictures: the bytes of each and its frame there.

    Raises SourceError when one is damaged, or the library is missing.
    """
    from embeddings.layout.ocr import frames_of

    pictures = (document.content, *document.further_pages)
    return [(picture, frame) for picture in pictures for frame in frames_of(picture)]


def _with_pages_beyond(issue: ParsedIssue, document: Document, count: int, limits: Limits) -> ParsedIssue:
    """The issue, which says that it is read in part where it has more pages than the limit.

    Raises SourceError where no article is on the pages within it.
    """
    if count <= limits.max_pages:
        return issue
    if not issue.articles:
        raise SourceError(SourceCode.PAGES_WITHOUT_ARTICLE, name=document.name, n=count, limit=limits.max_pages)
    beyond = SourceError(SourceCode.PDF_TOO_MANY_PAGES, n=count, limit=limits.max_pages)
    return replace(issue, left_out=(SourceError(SourceCode.PAGES_LEFT_OUT, name=document.name, cause=beyond),))


@contextmanager
def _named(document: Document) -> Iterator[None]:
    """Say which file an error is about."""
    try:
        yield
    except SourceError as error:
        raise SourceError(SourceCode.SCAN_UNREADABLE, name=document.name, cause=error) from error


def issue_of_pages(pages: Sequence[PrintedPage]) -> ParsedIssue:
    """The issue printed on some pages, named and dated by the masthead of the first."""
    from embeddings.layout.reading_order import masthead, read_layout
    from embeddings.layout.running import without_running_lines
    from embeddings.parsing.layout_pages import read_articles

    lines = masthead(pages[0]) if pages else []
    name, day = read_masthead(lines)
    articles = tuple(read_articles([read_layout(page) for page in without_running_lines(pages)]))
    return ParsedIssue(issue_name(name, day), day, articles, read_number(lines))
