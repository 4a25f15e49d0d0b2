"""PDF files → printed pages: from their text layer, or by OCR where they have none."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from embeddings.errors import SourceCode, SourceError
from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, around
from embeddings.layout.ocr import MAX_PIXELS, read_image
from embeddings.layout.pages import page_done
from embeddings.layout.strokes import level_and_upright
from embeddings.layout.tables import grids

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 60

_FEWEST_CHARACTERS = 20  # a page number or a stamp is no text layer of a page that shows more
_FEWEST_SEGMENTS = 200  # of shapes, on a page whose characters may be drawn as such: some twenty characters
_MOST_UNREADABLE = 0.2  # of a text layer's characters, where its fonts say nothing of what they are
_NO_CHARACTER = 0xFFFE  # what the library gives for a glyph that it has no character for, besides 0
_DOTS_PER_INCH = 200
_VIEWED_DOTS_PER_INCH = 150  # of a page that is drawn for a user
_POINTS_PER_INCH = 72
_LONGEST_SIDE = 5000  # pixels of a page that is drawn for OCR
_THINNEST_RULE = 20.0  # times longer than thick
_PICTURE_SHARE = 0.04  # of a page
_SPACE = 0.15  # sizes that a printed space takes, at least
_WORD_GAP = 0.35  # sizes between characters that a space would fill
_MOST_TURNED = math.radians(8)  # a scan that was laid on askew
_LINE_GAP = 1.6  # sizes between characters of one line; a wider gap parts columns

_pdfium = threading.Lock()  # the library is not made for threads


def read_pdf(content: bytes, *, max_pages: int = MAX_PAGES, max_pixels: int = MAX_PIXELS) -> list[PrintedPage]:
    """The first `max_pages` pages of a PDF file, numbered from one; a page that shows nothing is left out.

    Raises SourceError when the file is damaged, protected by a password, shows no text at all, or needs a part that is
    not installed.
    """
    with _opened(content) as document:
        pages = []
        for at in range(min(len(document), max_pages)):
            pages.append(_read_page(document[at], at + 1, max_pixels=max_pixels))
            page_done()
    found = [page for page in pages if page is not None]
    if not found:
        raise SourceError(SourceCode.NO_TEXT_ON_PAGES)
    return found


def count_pages(content: bytes) -> int:
    """How many pages a PDF file has. Raises SourceError as `read_pdf`."""
    with _opened(content) as document:
        return len(document)


def draw_page(content: bytes, number: int, *, max_pages: int = MAX_PAGES, max_pixels: int = MAX_PIXELS) -> Image:
    """A page of a PDF file, counted from one, as it is printed. Raises SourceError when it is not there."""
    with _opened(content) as document:
        if not 1 <= number <= min(len(document), max_pages):
            raise SourceError(SourceCode.PDF_NO_PAGE, page=number)
        page = document[number - 1]
        image: Image = page.render(scale=_scale_of(page, _VIEWED_DOTS_PER_INCH, max_pixels)).to_pil()
        return image


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """The pypdfium2 document in some bytes, while nobody else uses the library. Raises SourceError as `read_pdf`."""
    try:
        import pypdfium2
    except ImportError as error:
        raise SourceError(SourceCode.NO_PDF) from error
    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise SourceError(SourceCode.PDF_PROTECTED) from error
            raise SourceError(SourceCode.PDF_DAMAGED, detail=str(error)) from error
        try:
            yield document
        finally:
            document.close()


def _read_page(page: Any, number: int, *, max_pixels: int) -> PrintedPage | None:
    width, height = page.get_size()
    characters = list(_characters(page, height))
    strange = sum(1 for character in characters if _is_unreadable(character.text))
    rules, pictures = _marks(page, width, height)
    is_readable = bool(characters) and strange <= _MOST_UNREADABLE * len(characters)
    if is_readable and (len(characters) >= _FEWEST_CHARACTERS or not _shows_more(page, pictures)):
        grid = _grid(page, width, height)
        lines = tuple(_lines(characters, [stroke for stroke in grid if stroke.height > stroke.width]))
        return PrintedPage(number, width, height, lines, tuple(rules), tuple(pictures), tuple(grid))
    if not pictures and not characters:
        return None
    try:
        return _draw_and_read(page, number, max_pixels=max_pixels)
    except SourceError as error:
        if error.code is SourceCode.PAGE_UNREADABLE:
            return None  # a page of pictures
        raise SourceError(SourceCode.PAGE_IS_SCAN, page=number, cause=error) from error


def _shows_more(page: Any, pictures: Sequence[Area]) -> bool:
    """Whether a page of few characters may show others: in a picture, as shapes, or in a font that names none."""
    from pypdfium2 import raw

    if pictures:
        return True
    text = page.get_textpage()
    try:
        codes = [raw.FPDFText_GetUnicode(text, at) for at in range(text.count_chars())]
    finally:
        text.close()
    if any(code == 0 or code >= _NO_CHARACTER for code in codes):
        return True
    segments = 0
    for shape in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING], max_depth=4):
        segments += max(1, raw.FPDFPath_CountSegments(shape))
        if segments >= _FEWEST_SEGMENTS:
            return True
    return False


def _draw_and_read(page: Any, number: int, *, max_pixels: int) -> PrintedPage:
    return read_image(page.render(scale=_scale_of(page, _DOTS_PER_INCH, max_pixels)).to_pil(), number=number)


def _scale_of(page: Any, dots_per_inch: int, max_pixels: int) -> float:
    """The scale, in pixels a point, that draws a page finely and stays within the limits."""
    width, height = page.get_size()
    scale = min(dots_per_inch / _POINTS_PER_INCH, _LONGEST_SIDE / max(width, height))
    return float(min(scale, (max_pixels / (width * height)) ** 0.5))


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    area: Area
    size: float
    spaced: bool  # a space was printed before it


def _characters(page: Any, height: float) -> Iterator[_Character]:
    """The characters of a page's text layer in the order they are drawn, with places from the top left."""
    from pypdfium2 import raw

    text = page.get_textpage()
    spaced = False
    try:
        for at in range(text.count_chars()):
            code = raw.FPDFText_GetUnicode(text, at)
            if code < 0x20 or 0xD800 <= code < 0xE000 or raw.FPDFText_IsGenerated(text, at) == 1:
                continue
            if chr(code).isspace():
                spaced = True
                continue
            if _is_slanted(raw.FPDFText_GetCharAngle(text, at)):
                continue  # a watermark
            left, bottom, right, top = text.get_charbox(at, loose=True)
            if right - left < 0.01 or top - bottom < 0.01:
                continue
            size = raw.FPDFText_GetFontSize(text, at)
            # A matrix may scale the font; the loose box has the height that is printed.
            size = size if 0.5 * (top - bottom) < size < 2 * (top - bottom) else top - bottom
            yield _Character(chr(code), Area(left, height - top, right, height - bottom), size, spaced)
            spaced = False
    finally:
        text.close()


def _is_slanted(angle: float) -> bool:
    """Whether characters are turned by an angle (radians) that is none of a level or an upright line."""
    off = angle % (math.pi / 2)
    return _MOST_TURNED < off < math.pi / 2 - _MOST_TURNED


def _is_unreadable(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff"


def _lines(characters: list[_Character], upright: Sequence[Area] = ()) -> Iterator[PrintedLine]:
    """Characters that follow each other on a row, or downwards in a line set upright.

    A line ends at the `upright` stroke behind which another cell of a table begins.
    """
    line: list[_Character] = []
    vertical = False
    for character in characters:
        if line:
            follows = _follows(line[-1], character) and not _is_parted(line[-1].area, character.area, upright)
            below = not follows and (vertical or len(line) == 1) and _stands_below(line[-1], character)
            if not (below if vertical else follows or below):
                yield _line(line, vertical)
                line, vertical = [], False
            else:
                vertical = below
        line.append(character)
    if line:
        yield _line(line, vertical)


def _follows(one: _Character, other: _Character) -> bool:
    """Whether a character stands behind another on its row, in about its size."""
    gap = -one.area.shared_width(other.area)
    size = min(one.size, other.size)
    same_row = one.area.shared_height(other.area) > 0.5 * min(one.area.height, other.area.height)
    return (
        same_row
        and other.area.left > one.area.left
        and gap < _LINE_GAP * size
        and size > 0.6 * max(one.size, other.size)
    )


def _is_parted(one: Area, other: Area, upright: Sequence[Area]) -> bool:
    across = (one.left + one.right) / 2, (other.left + other.right) / 2
    return any(
        across[0] < (stroke.left + stroke.right) / 2 < across[1] and stroke.shared_height(one) > 0.5 * one.height
        for stroke in upright
    )


def _stands_below(one: _Character, other: _Character) -> bool:
    """Whether a character stands under another in a line that is set upright."""
    across = abs((one.area.left + one.area.right) - (other.area.left + other.area.right)) / 2
    gap = other.area.top - one.area.bottom
    return across < 0.3 * one.size and -0.4 * one.size < gap < 0.7 * one.size and abs(one.size - other.size) < 0.5


def _line(characters: list[_Character], vertical: bool) -> PrintedLine:
    text = characters[0].text
    for before, character in pairwise(characters):
        gap = -before.area.shared_width(character.area)
        # Some programs write a space of no width between any two characters.
        is_apart = gap > _WORD_GAP * character.size or (character.spaced and gap > _SPACE * character.size)
        text += " " + character.text if is_apart and not vertical else character.text
    return PrintedLine(text, around([character.area for character in characters]), vertical and len(characters) > 1)


def _marks(page: Any, width: float, height: float) -> tuple[list[Area], list[Area]]:
    """The rules and pictures that a page draws."""
    from pypdfium2 import raw

    rules, pictures = [], []
    kinds = [raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE]
    for thing in page.get_objects(filter=kinds, max_depth=4):
        left, bottom, right, top = thing.get_bounds()
        area = Area(max(0.0, left), max(0.0, height - top), min(width, right), min(height, height - bottom))
        long, short = max(area.width, area.height), min(area.width, area.height)
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE and area.width * area.height > _PICTURE_SHARE * width * height:
            pictures.append(area)
        elif thing.type == raw.FPDF_PAGEOBJ_PATH and long > 0.04 * width and long > _THINNEST_RULE * max(short, 0.1):
            rules.append(area)
    return rules, pictures


def _grid(page: Any, width: float, height: float) -> list[Area]:
    """The strokes that may be those of tables: enough of them each way touch one another."""
    from pypdfium2 import raw

    paths = list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4))
    strokes = level_and_upright(paths, height)
    return [stroke for group in grids(strokes, width, height) for stroke in group]
