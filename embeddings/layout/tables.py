"""Tables within rules: the lines of a row become one line, its cells in order and parted by a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, around
from embeddings.parsing.tables import row_text

_FEWEST_RULES = 3  # each way; two make a frame
_SPAN = 0.9  # of the table, which its outer rules and those between columns run along
_TOUCH = 0.01  # of the page's longer side
_FEWEST_FILLED = 0.6  # of the cells
_LONGEST_CELL = 120  # characters; articles in frames have more


def with_table_rows(page: PrintedPage) -> PrintedPage:
    """The page with a line for each row of its ruled tables (`is_row`), and without the rules of these.

    A cell over several rows counts for each of them.
    """
    lines, rules = list(page.lines), list(page.rules)
    near = _TOUCH * max(page.width, page.height)
    for group in _grids(page.rules, near):
        rows = _rows(group, lines, near)
        if rows:
            area = around(group)
            lines = [line for line in lines if not area.holds(line.area)] + rows
            rules = [rule for rule in rules if rule not in group]
    return replace(page, lines=tuple(lines), rules=tuple(rules))


def _grids(rules: Sequence[Area], near: float) -> list[list[Area]]:
    """Rules that touch one another, as groups with enough of them each way."""
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
    columns = _places(
        [(rule.left + rule.right) / 2 for rule in group if not _is_level(rule) and rule.height >= _SPAN * area.height],
        near,
    )
    heights = _places([(rule.top + rule.bottom) / 2 for rule in level], near)
    if len(columns) < _FEWEST_RULES or len(heights) < _FEWEST_RULES:
        return []
    inside = [line for line in lines if area.holds(line.area)]
    cells = [
        [_cell(inside, Area(left, top, right, bottom)) for left, right in pairwise(columns)]
        for top, bottom in pairwise(heights)
    ]
    texts = ["".join(line.text for line in cell) for row in cells for cell in row]
    filled = sum(map(bool, texts))
    if filled < _FEWEST_FILLED * len(texts) or max(map(len, texts)) > _LONGEST_CELL:
        return []
    return list(_row_lines(cells, columns, heights, level, near))


def _places(values: Sequence[float], near: float) -> list[float]:
    """Coordinates in order, each once: a thick rule, or one drawn in pieces, has several that nearly agree."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > near / 2:
            places.append(value)
    return places


def _cell(lines: Sequence[PrintedLine], area: Area) -> list[PrintedLine]:
    return sorted((line for line in lines if area.holds(line.area)), key=lambda line: (line.area.top, line.area.left))


def _row_lines(
    cells: Sequence[Sequence[Sequence[PrintedLine]]],
    columns: Sequence[float],
    heights: Sequence[float],
    level: Sequence[Area],
    near: float,
) -> list[PrintedLine]:
    rows: list[PrintedLine] = []
    above = [""] * (len(columns) - 1)
    for row, (top, bottom) in zip(cells, pairwise(heights), strict=True):
        texts = ["".join(line.text.strip() for line in cell) for cell in row]
        for at, (left, right) in enumerate(pairwise(columns)):
            is_parted = any(
                abs((rule.top + rule.bottom) / 2 - top) < near and _covers(rule, left, right) for rule in level
            )
            if not texts[at] and not is_parted:
                texts[at] = above[at]
        printed = [line for cell in row for line in cell]
        if printed:
            area = around([line.area for line in printed])
            rows.append(
                PrintedLine(
                    row_text(texts),
                    Area(area.left, max(top, area.top), area.right, min(bottom, area.bottom)),
                    is_row=True,
                )
            )
        above = texts
    return rows


def _covers(rule: Area, left: float, right: float) -> bool:
    return min(rule.right, right) - max(rule.left, left) > 0.5 * (right - left)
