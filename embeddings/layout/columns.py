"""The lines of one article → its columns, from left to right, each read from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from embeddings.layout.geometry import PrintedLine, around

# A line this much wider than the column's lines runs over several columns: a lead, an editor's note.
_WIDE = 1.6
_FULL = 6  # characters; shorter lines are the ends of paragraphs, and tell nothing of the column
_SAME_COLUMN = 0.5  # of the narrower line's width
_INDENT = 2.5  # sizes
_SAME_ROW = 0.5  # of the lower line's height


def reading_order(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """The columns of some lines, in the order they are read. A line over several parts what it stands between."""
    if not lines:
        return []
    usual = median([line.area.width for line in lines if line.advances >= _FULL] or [line.area.width for line in lines])
    bands: list[list[PrintedLine]] = [[]]
    was_wide = False
    for line in sorted(lines, key=lambda line: line.area.top):
        is_wide = usual > 0 and line.area.width > _WIDE * usual and _crosses(line, lines)
        if bands[-1] and is_wide != was_wide:
            bands.append([])
        bands[-1].append(line)
        was_wide = is_wide
    return [column for band in bands for column in _columns(band)]


def _crosses(line: PrintedLine, lines: Sequence[PrintedLine]) -> bool:
    """Whether two lines that stand side by side lie above or below a line's own width."""
    beside = [other for other in lines if other is not line and _shares_column(other, line)]
    return any(
        one.area.shared_height(other.area) > 0 and one.area.shared_width(other.area) < 0
        for at, one in enumerate(beside)
        for other in beside[at + 1 :]
    )


def _shares_column(one: PrintedLine, other: PrintedLine) -> bool:
    narrower = min(one.area.width, other.area.width)
    return one.area.shared_width(other.area) > _SAME_COLUMN * narrower


def _hangs(line: PrintedLine, widest: PrintedLine) -> bool:
    """Whether a short last line begins about where a column does whose widest line is the indented first one."""
    return line.area.width < widest.area.width and abs(line.area.left - widest.area.left) < _INDENT * line.size


def _columns(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    columns: list[list[PrintedLine]] = []
    # Full lines first: they tell the columns, and short ones then find theirs.
    for line in sorted(lines, key=lambda line: (-line.area.width, line.area.left)):
        fitting = [column for column in columns if _shares_column(line, _span(column)) or _hangs(line, _span(column))]
        if fitting:
            max(fitting, key=lambda column: line.area.shared_width(_span(column).area)).append(line)
        else:
            columns.append([line])
    columns.sort(key=lambda column: _span(column).area.left)
    return [_rows(column) for column in columns]


def _span(column: Sequence[PrintedLine]) -> PrintedLine:
    # The widest line came first and tells the column's width.
    return column[0]


def _rows(column: Sequence[PrintedLine]) -> list[PrintedLine]:
    """The lines of a column from top to bottom; pieces of one row are joined."""
    rows: list[list[PrintedLine]] = []
    for line in sorted(column, key=lambda line: (line.area.top + line.area.bottom, line.area.left)):
        above = rows[-1][-1] if rows else None
        lower = min(line.area.height, above.area.height) if above is not None else 0.0
        if above is not None and line.area.shared_height(above.area) > _SAME_ROW * lower:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row, key=lambda line: line.area.left)) for row in rows]


def _joined(row: list[PrintedLine]) -> PrintedLine:
    if len(row) == 1:
        return row[0]
    text = row[0].text
    for left, right in pairwise(row):
        # A gap of more than a character is printed space: between a name and another, or the cells of a table.
        space = " " if -left.area.shared_width(right.area) > 0.6 * left.size else ""
        text += space + right.text
    return replace(row[0], text=text, area=around([line.area for line in row]))
