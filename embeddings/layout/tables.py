"""Tables within rules: the lines of a row become one line, its cells in order and parted by a mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, around
from embeddings.parsing.tables import row_line

_FEWEST_RULES = 3  # each way; two make a frame
_SPAN = 0.9  # of the table, which its outer rules and those between columns run along
_SPAN_UNDER_HEADS = 0.6  # of a table with several rows, where a head stands over several columns
_ROWS_UNDER_HEADS = 4  # level rules that such a table has, at least
_TOUCH = 0.01  # of the page's longer side
_FEWEST_FILLED = 0.6  # of the cells
_LONGEST_CELL = 120  # characters; articles in frames have more


def with_table_rows(page: PrintedPage) -> PrintedPage:
    """The page with a line for each row of its ruled tables (`is_row`), and without the rules of these.

    A cell over several rows counts for each of them.
    """
    lines, rules = list(page.lines), list(page.rules)
    near = _TOUCH * max(page.width, page.height)
    for group in grids(tuple(dict.fromkeys((*page.rules, *page.grid))), page.width, page.height):
        rows = _rows(group, lines, near)
        if rows:
            area = around(group)
            lines = [line for line in lines if not area.holds(line.area)] + rows
            rules = [rule for rule in rules if rule not in group]
    return replace(page, lines=tuple(lines), rules=tuple(rules))


def grids(rules: Sequence[Area], width: float, height: float) -> list[list[Area]]:
    """Rules of a page of some size that touch one another, as groups with enough of them each way."""
    near = _TOUCH * max(width, height)
    groups: list[list[Area]] = []
    for rule in rules:
        touching = [group for group in groups if any(_touch(rule, other, near) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([rule, *(other for group in touching for other in group)])
    return [group for group in groups if min(sum(map(_is_level, group)), len(group) - sum(map(_is_level, group))) > 2]


def _touch(one: Area, other: Area, near: float) -> bool:
    return one.shared_width(other) > -near and one.shared_height(other) > -near


def _is_level(rule: Area) -> bool:
    return rule.width >= rule.height


def _rows(group: Sequence[Area], lines: Sequence[PrintedLine], near: float) -> list[PrintedLine]:
    """The rows of a table; none where the rules make frames around articles and no table."""
    area = around(group)
    level = [rule for rule in group if _is_level(rule)]
    heights = _places([(rule.top + rule.bottom) / 2 for rule in level], near)
    span = _SPAN if len(heights) < _ROWS_UNDER_HEADS else _SPAN_UNDER_HEADS
    columns = _places(
        [(rule.left + rule.right) / 2 for rule in group if not _is_level(rule) and rule.height >= span * area.height],
        near,
    )
    if len(columns) < _FEWEST_RULES or len(heights) < _FEWEST_RULES:
        return []
    inside = [line for line in lines if area.holds(line.area)]
    cells = [
        _joined([_cell(inside, Area(left, top, right, bottom)) for left, right in pairwise(columns)], parted)
        for (top, bottom), parted in zip(
            pairwise(heights), _upright_between(group, columns, heights, near), strict=True
        )
    ]
    texts = [["".join(line.text.strip() for line in cell) for cell in row] for row in cells]
    for at, (left, right) in enumerate(pairwise(columns)):
        parted = [
            any(abs((rule.top + rule.bottom) / 2 - top) < near and _covers(rule, left, right) for rule in level)
            for top in heights[1:-1]
        ]
        for row, text in zip(texts, _spread([row[at] for row in texts], parted), strict=True):
            row[at] = text
    if not _is_filled(texts):
        return []
    return list(_row_lines(cells, texts, heights))


def _upright_between(
    group: Sequence[Area], columns: Sequence[float], heights: Sequence[float], near: float
) -> list[list[bool]]:
    """For each row, whether a rule parts each of its columns from the next."""
    upright = [rule for rule in group if not _is_level(rule)]
    return [
        [
            any(
                abs((rule.left + rule.right) / 2 - at) < near
                and min(rule.bottom, bottom) - max(rule.top, top) > 0.5 * (bottom - top)
                for rule in upright
            )
            for at in columns[1:-1]
        ]
        for top, bottom in pairwise(heights)
    ]


def _joined(row: Sequence[list[PrintedLine]], parted: Sequence[bool]) -> list[list[PrintedLine]]:
    """The cells of a row, where one over several columns stands in the first of these and the others are empty."""
    cells: list[list[PrintedLine]] = []
    first = 0
    for at, cell in enumerate(row):
        if at and not parted[at - 1]:
            cells[first] = cells[first] + cell
            cells.append([])
        else:
            first = at
            cells.append(list(cell))
    return cells


def _spread(texts: Sequence[str], parted: Sequence[bool]) -> list[str]:
    """The texts of a column, where one over several rows is said in each: it may be printed in the middle of them."""
    spread: list[str] = []
    start = 0
    for end in range(1, len(texts) + 1):
        if end < len(texts) and not parted[end - 1]:
            continue
        run = list(texts[start:end])
        said = [text for text in run if text]
        if len(said) == 1:
            run = said * len(run)
        for at in range(1, len(run)):
            run[at] = run[at] or run[at - 1]
        spread.extend(run)
        start = end
    return spread


def _is_filled(texts: Sequence[Sequence[str]]) -> bool:
    """Whether most cells hold something, and none as much as an article in a frame."""
    flat = [text for row in texts for text in row]
    filled = sum(map(bool, flat))
    return filled >= _FEWEST_FILLED * len(flat) and max(map(len, flat)) <= _LONGEST_CELL


def _places(values: Sequence[float], near: float) -> list[float]:
    """Coordinates in order, each once: a thick rule, or one drawn in pieces, has several that nearly agree."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > near / 2:
            places.append(value)
    return places


def _cell(lines: Sequence[PrintedLine], area: Area) -> list[PrintedLine]:
    return sorted(
        (
            line
            for line in lines
            # A text in the middle of two columns is in one of them.
            if area.left <= (line.area.left + line.area.right) / 2 < area.right
            and area.top <= (line.area.top + line.area.bottom) / 2 < area.bottom
        ),
        key=lambda line: (line.area.top, line.area.left),
    )


def _row_lines(
    cells: Sequence[Sequence[Sequence[PrintedLine]]], texts: Sequence[Sequence[str]], heights: Sequence[float]
) -> Iterator[PrintedLine]:
    for at, (row, (top, bottom)) in enumerate(zip(cells, pairwise(heights), strict=True)):
        printed = [line for cell in row for line in cell]
        if printed:
            area = around([line.area for line in printed])
            yield PrintedLine(
                row_line(texts, at),
                Area(area.left, max(top, area.top), area.right, min(bottom, area.bottom)),
                is_row=True,
            )


def _covers(rule: Area, left: float, right: float) -> bool:
    return min(rule.right, right) - max(rule.left, left) > 0.5 * (right - left)
