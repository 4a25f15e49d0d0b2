"""Lines of characters on a page, wherever they come from: OCR, or the text layer of a PDF file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# The height of a line's box over the advance of its characters, in print without letter spacing.
_HEIGHT_OVER_ADVANCE = 1.15
_LOOSEST = 1.25  # times a box's height; wider advances are letter spacing
_SHORTEST_MEASURED = 2.5  # advances; the width of fewer characters says little of their size


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in a page's own units, from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def shared_width(self, other: Area) -> float:
        """How much of the horizontal axis both cover; negative is the gap between them."""
        return min(self.right, other.right) - max(self.left, other.left)

    def shared_height(self, other: Area) -> float:
        """How much of the vertical axis both cover; negative is the gap between them."""
        return min(self.bottom, other.bottom) - max(self.top, other.top)

    def holds(self, other: Area) -> bool:
        """Whether the middle of another area lies in this one."""
        across, down = (other.left + other.right) / 2, (other.top + other.bottom) / 2
        return self.left <= across <= self.right and self.top <= down <= self.bottom


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of characters and the area it is printed on. `vertical` says it is set from top to bottom.

    `is_row` says that it is a row of a table, its cells parted by ` | `.
    """

    text: str
    area: Area
    vertical: bool = False
    is_row: bool = False

    @property
    def advances(self) -> float:
        """The length of the text in full-width characters; a Latin letter, a digit or a quote is half of one."""
        return sum(1.0 if _is_wide(character) else 0.5 for character in self.text)

    @property
    def across(self) -> float:
        """The height of the box; of a vertical line, its width."""
        return self.area.width if self.vertical else self.area.height

    @property
    def size(self) -> float:
        """How high its characters are, in the page's units: told by how far they advance, which boxes give exactly.

        The height of a box is off by a fifth either way, but bounds what letter spacing would make of the advance.
        """
        if self.is_row or self.advances < _SHORTEST_MEASURED:
            return self.across
        along = self.area.height if self.vertical else self.area.width
        return min(_LOOSEST * self.across, _HEIGHT_OVER_ADVANCE * along / self.advances)


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page: its lines in no order, the rules that part its articles, and its pictures.

    `number` counts from one. Lines that are part of a picture are not among `lines`. `grid` are the strokes of what may
    be tables, however short; they part no articles.
    """

    number: int
    width: float
    height: float
    lines: tuple[PrintedLine, ...]
    rules: tuple[Area, ...] = ()
    pictures: tuple[Area, ...] = ()
    grid: tuple[Area, ...] = ()


def _is_wide(character: str) -> bool:
    return character not in "“”‘’" and unicodedata.east_asian_width(character) in "WFA"


def around(areas: Sequence[Area]) -> Area:
    """The smallest area that holds some others. Raises ValueError for none."""
    return Area(
        min(area.left for area in areas),
        min(area.top for area in areas),
        max(area.right for area in areas),
        max(area.bottom for area in areas),
    )


def body_size(lines: Sequence[PrintedLine]) -> float:
    """The size that most characters of a page have: the median over its characters. 0.0 for no lines."""
    return _median([(line.size, len(line.text)) for line in lines if not line.vertical])


def body_height(lines: Sequence[PrintedLine]) -> float:
    """The height that the boxes of most characters have: the median over the characters. 0.0 for no lines."""
    return _median([(line.across, len(line.text)) for line in lines if not line.vertical])


def _median(weighted: list[tuple[float, int]]) -> float:
    weighted = sorted(weighted)
    total, passed = sum(count for _, count in weighted), 0
    for size, count in weighted:
        passed += count
        if 2 * passed >= total:
            return size
    return 0.0
