"""OFD, the fixed documents of GB/T 33190: characters with their places, read as a printed page is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, around
from embeddings.loaders.packages.package import Element, Package, beside, local_name
from embeddings.loaders.scans import issue_of_pages
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

_ROOT = "OFD.xml"
_A4 = (210.0, 297.0)  # millimetres, the unit of the format
_ABOVE_BASELINE = 0.86  # of the size of a character
_SAME_LINE = 0.5  # of the size: how far apart pieces of one line may stand
_MOST_CHARACTERS = 500_000
_UNIT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_LARGEST = 100_000.0  # millimetres; a place beyond is on no paper


class OfdLoader:
    """An OFD file, as Chinese offices and gazettes give them out."""

    def reads(self, document: Document) -> bool:
        """Whether it is a package with the part that every OFD file begins from."""
        return _ROOT in document.zip_names

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, protected or too long, or shows no text."""
        package = Package(document, limits, form="OFD")
        if any(name.rpartition("/")[2] in ("Encryptions.xml", "Encryptinfo.xml") for name in package.names):
            raise SourceError(SourceCode.PROTECTED, name=document.name)
        pages = [page for root in _documents(package) for page in _pages(package, root)]
        if len(pages) > limits.max_pages:
            raise SourceError(SourceCode.TOO_MANY_PAGES, name=document.name, n=len(pages), limit=limits.max_pages)
        printed = [_printed(package.parse(part), number, size) for number, (part, size) in enumerate(pages, start=1)]
        printed = [page for page in printed if page.lines]
        if not printed:
            raise SourceError(SourceCode.OFD_WITHOUT_TEXT, name=document.name)
        return issue_of_pages(printed)


def _named(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if local_name(element) == name)


def _documents(package: Package) -> list[str]:
    root = package.parse(_ROOT)
    found = [beside(_ROOT, (element.text or "").strip()) for element in _named(root, "DocRoot")]
    if not found:
        raise package.damaged(f"{_ROOT}: no document")
    return found


def _pages(package: Package, part: str) -> list[tuple[str, tuple[float, float]]]:
    """The parts of the pages of a document in their order, and the size of its pages in millimetres."""
    root = package.parse(part)
    size = _size(root) or _A4
    locations = [element.get("BaseLoc") or "" for element in _named(root, "Page")]
    return [(beside(part, location), size) for location in locations if location]


def _size(root: Element) -> tuple[float, float] | None:
    box = next(_named(root, "PhysicalBox"), None)
    numbers = _numbers(box.text if box is not None else "")
    return (numbers[2], numbers[3]) if len(numbers) == 4 and min(numbers[2:]) > 0 else None


def _printed(root: Element, number: int, size: tuple[float, float]) -> PrintedPage:
    width, height = _size(root) or size
    lines: list[PrintedLine] = []
    characters = 0
    for element in _named(root, "TextObject"):
        for line in _lines_of(element):
            characters += len(line.text)
            if characters > _MOST_CHARACTERS:
                break
            lines.append(line)
    return PrintedPage(number, width, height, tuple(_joined(lines)))


def _lines_of(text_object: Element) -> Iterator[PrintedLine]:
    """What a text object prints: each piece of text with its place, from the top left corner of the page."""
    boundary, matrix = _numbers(text_object.get("Boundary")), _numbers(text_object.get("CTM"))
    left, top = (boundary[0], boundary[1]) if len(boundary) == 4 else (0.0, 0.0)
    a, b, c, d, e, f = matrix if len(matrix) == 6 else _UNIT
    size = next(iter(_numbers(text_object.get("Size"))), 0.0)
    x = y = 0.0
    for code in _named(text_object, "TextCode"):
        text = code.text or ""
        x = next(iter(_numbers(code.get("X"))), x)
        y = next(iter(_numbers(code.get("Y"))), y)
        across, down = _moves(code.get("DeltaX"), len(text)), _moves(code.get("DeltaY"), len(text))
        if not text.strip() or size <= 0:
            continue
        places = [(x, y)]
        for step in range(len(text) - 1):
            # Without a distance characters stand on one another; then the advance of the font holds, which is unknown.
            dx = across[step] if across else (0.0 if down else size)
            places.append((places[-1][0] + dx, places[-1][1] + (down[step] if down else 0.0)))
        printed = [(left + a * px + c * py + e, top + b * px + d * py + f) for px, py in places]
        scale = max(abs(d), abs(b)) or 1.0
        yield _line(text, printed, size * scale)


def _line(text: str, places: Sequence[tuple[float, float]], size: float) -> PrintedLine:
    areas = [Area(px, py - _ABOVE_BASELINE * size, px + size, py + (1 - _ABOVE_BASELINE) * size) for px, py in places]
    area = around(areas)
    vertical = len(text) > 1 and area.height > area.width
    return PrintedLine(" ".join(text.split()), area, vertical)


def _joined(lines: Sequence[PrintedLine]) -> Iterator[PrintedLine]:
    """Pieces that follow each other on a row as one line; some programs set every character by itself."""
    current: PrintedLine | None = None
    for line in lines:
        if current is not None and _follows(current, line):
            current = PrintedLine(current.text + line.text, around([current.area, line.area]))
            continue
        if current is not None:
            yield current
        current = line
    if current is not None:
        yield current


def _follows(one: PrintedLine, other: PrintedLine) -> bool:
    size = min(one.area.height, other.area.height)
    return (
        not (one.vertical or other.vertical)
        and abs(one.area.bottom - other.area.bottom) < 0.2 * size
        and abs(one.area.height - other.area.height) < 0.2 * size
        and -_SAME_LINE * size <= other.area.left - one.area.right <= _SAME_LINE * size
        and other.area.left > one.area.left
    )


def _moves(text: str | None, most: int) -> list[float]:
    """The distances between characters; `g 3 4.2` stands for three times 4.2."""
    found: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if len(found) >= most:
            break
        if word == "g":
            count, distance = next(words, "0"), next(words, "0")
            times = int(count) if count.isdecimal() and len(count) < 7 else 0
            found += _numbers(distance)[:1] * min(times, most)
        else:
            found += _numbers(word)
    return (found + found[-1:] * most)[:most] if found else []


def _numbers(text: str | None) -> list[float]:
    found: list[float] = []
    for word in islice((text or "").split(), 10):
        try:
            number = float(word)
        except ValueError:
            return []
        if not abs(number) < _LARGEST:
            return []
        found.append(number)
    return found
