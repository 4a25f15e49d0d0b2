"""The printed place of an article: the part of its page where it stands, drawn anew from the source file.

Nothing is drawn but the page of the issue's own source, and only while its bytes are those that were indexed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.apart import run_apart
from embeddings.loaders.scans import PdfLoader, PictureLoader, pictures_in
from embeddings.sources.document import Document
from embeddings.sources.files import PRINTED_SUFFIXES, read_bytes
from embeddings.sources.unpack import unpack
from embeddings.types import Article, Box

if TYPE_CHECKING:
    from PIL.Image import Image

_MARGIN = 0.03  # of the page, around what is clipped
_MOST_PAGES = 2  # an article begins on one page and goes on on another
_WIDEST = 1600  # pixels of a clipping; a column of body text stays legible
_QUALITY = 82  # of the JPEG file, 0 to 95


@dataclass(frozen=True, slots=True)
class Clipping:
    """A part of a printed page, as the bytes of a JPEG file.

    `width` and `height` are in pixels; the edges of the `boxes` are fractions of the clipping, not of the page.
    """

    page: int
    picture: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]


def is_printed(article: Article) -> bool:
    """Whether an article comes from a printed page; its file may have gone all the same."""
    source = PurePath(article.issue.member or article.issue.source)
    return bool(article.boxes or article.page) and source.suffix.lower() in PRINTED_SUFFIXES


def clip_article(article: Article, *, start: int = 0, end: int = 0, limits: Limits | None = None) -> list[Clipping]:
    """The pages where `article.body[start:end]` is printed, its paragraphs boxed; the whole article where that is none.

    A page about which no boxes are known is shown whole and without any. Raises SourceError when the source has gone,
    is no longer what was indexed, cannot be drawn, or has no pages.
    """
    if not is_printed(article):
        raise SourceError(SourceCode.NO_PRINTED_PAGES, name=Path(article.issue.source).name)
    limits = limits or Limits.from_environment()
    document = _source_of(article, limits)
    boxes = boxes_of(article, start, end)
    everything = [box for paragraph in article.boxes for box in paragraph]
    numbers = list(dict.fromkeys(box.page for box in boxes)) or [article.page or 1]
    clippings = []
    for number in numbers[:_MOST_PAGES]:
        # What is drawn is a user's file, and the page must outlive it.
        wanted = [[box for box in some if box.page == number] for some in (boxes, everything)]
        row = run_apart(_clip_page, document, number, *wanted, limits, name=document.name, limits=limits)
        clippings.append(_clipping_from(row))
    return clippings


def draw_page(article: Article, number: int, *, limits: Limits | None = None) -> Clipping:
    """A page, from one on, of the issue that an article stands in, whole and without boxes.

    Raises SourceError as `clip_article` does.
    """
    if not is_printed(article):
        raise SourceError(SourceCode.NO_PRINTED_PAGES, name=Path(article.issue.source).name)
    limits = limits or Limits.from_environment()
    document = _source_of(article, limits)
    return _clipping_from(run_apart(_clip_page, document, number, [], [], limits, name=document.name, limits=limits))


def _clip_page(
    document: Document, number: int, boxes: Sequence[Box], around: Sequence[Box], limits: Limits
) -> list[object]:
    """A clipping as a row for `_clipping_from`."""
    made = _clip(_draw(document, number, limits), number, boxes, around)
    return [made.page, made.picture, made.width, made.height, [[box.page, *_edges_of(box)] for box in made.boxes]]


def _clipping_from(row: Sequence[Any]) -> Clipping:
    page, picture, width, height, boxes = row
    return Clipping(page, picture, width, height, tuple(Box(*box) for box in boxes))


def _edges_of(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def boxes_of(article: Article, start: int, end: int) -> list[Box]:
    """The boxes of the paragraphs that `body[start:end]` touches; all of them where it touches none."""
    lines, at = article.body.split("\n"), 0
    chosen: list[Box] = []
    if len(lines) == len(article.boxes):
        for line, boxes in zip(lines, article.boxes, strict=True):
            if at < end and start < at + len(line):
                chosen += boxes
            at += len(line) + 1
    return chosen or [box for paragraph in article.boxes for box in paragraph]


def _source_of(article: Article, limits: Limits) -> Document:
    path, issue = Path(article.issue.source), article.issue
    documents = unpack(path.name, read_bytes(path, limits), limits).documents
    same = next((one for one in documents if (one.id, one.member) == (issue.id, issue.member)), None)
    if same is None:
        raise SourceError(SourceCode.FILE_CHANGED_SINCE, path=path)
    return same


def _draw(document: Document, number: int, limits: Limits) -> Image:
    if PdfLoader().reads(document):
        from embeddings.layout.pdf import draw_page

        return draw_page(document.content, number, max_pages=limits.max_pages, max_pixels=limits.max_pixels)
    pictures = pictures_in(document) if PictureLoader().reads(document) else []
    if not 1 <= number <= len(pictures):
        raise SourceError(SourceCode.NO_PAGE, name=document.name, page=number)
    from embeddings.layout.ocr import open_picture

    picture, frame = pictures[number - 1]
    return open_picture(picture, frame=frame, max_pixels=limits.max_pixels)


def _clip(image: Image, number: int, boxes: Sequence[Box], around: Sequence[Box]) -> Clipping:
    """The part of a page's image that holds the boxes and, where they are few, what stands around them."""
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    if around:
        left = max(0.0, min(box.left for box in around) - _MARGIN)
        top = max(0.0, min(box.top for box in around) - 2 * _MARGIN)  # the headline has no box
        right = min(1.0, max(box.right for box in around) + _MARGIN)
        bottom = min(1.0, max(box.bottom for box in around) + _MARGIN)
    width, height = image.size
    edges = (int(left * width), int(top * height), max(1, round(right * width)), max(1, round(bottom * height)))
    part = image.crop(edges).convert("RGB")
    if part.width > _WIDEST:
        part = part.resize((_WIDEST, max(1, round(part.height * _WIDEST / part.width))))
    stream = io.BytesIO()
    part.save(stream, "JPEG", quality=_QUALITY)
    across, down = right - left, bottom - top
    inside = tuple(
        Box(
            number,
            (box.left - left) / across,
            (box.top - top) / down,
            (box.right - left) / across,
            (box.bottom - top) / down,
        )
        for box in boxes
    )
    return Clipping(number, stream.getvalue(), part.width, part.height, inside)
