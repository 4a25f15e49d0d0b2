"""A page → its regions, each one article or the rest of the one before, in reading order.

Recursive X-Y cut (Nagy and Seth 1984), led by headlines: a region that holds more than one headline is cut along a
rule, else along a white line that parts the headlines, until each has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from embeddings.layout.geometry import Area, PrintedLine, around

# Headlines are at least this much larger than body text; subheads are smaller than that.
DISPLAY_RATIO = 1.42
FEWEST_CHARACTERS = 4  # of a headline; shorter large words are labels and logos
_SPAN = 0.85  # of a region's text that a rule must run along to cut it
_NEAR = 1.7  # sizes between the lines of one headline
_GUTTER = 0.8  # body sizes
_GAP = 0.6  # body sizes above a headline, at least
_LEADINGS = 1.5  # and more than between the lines of a story
_OVERHANG = 0.35  # body sizes that a box may reach over a cut


@dataclass(frozen=True, slots=True)
class PrintedHeadline:
    """Large lines that stand together: kicker, headline and deck."""

    lines: tuple[PrintedLine, ...]

    @property
    def area(self) -> Area:
        """Where they stand."""
        return around([line.area for line in self.lines])

    @property
    def size(self) -> float:
        """The size of the largest."""
        return max(line.size for line in self.lines)


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that belong together. `headline` is None where they go on with the region before."""

    lines: tuple[PrintedLine, ...]
    headline: PrintedHeadline | None


def find_headlines(lines: Sequence[PrintedLine], *, body: float) -> list[PrintedHeadline]:
    """The headlines among some lines. Large lines near each other make one."""
    large = [line for line in lines if line.size >= DISPLAY_RATIO * body]
    groups: list[list[PrintedLine]] = []
    for line in sorted(large, key=lambda line: (line.area.top, line.area.left)):
        joined = [group for group in groups if any(_stand_together(line, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(other for group in joined for other in group), line])
    return [
        PrintedHeadline(tuple(group)) for group in groups if any(line.advances >= FEWEST_CHARACTERS for line in group)
    ]


def _stand_together(one: PrintedLine, other: PrintedLine) -> bool:
    if one.vertical != other.vertical:
        return False
    near = _NEAR * min(one.size, other.size)
    if one.vertical:
        return one.area.shared_height(other.area) > 0 and -one.area.shared_width(other.area) < near
    above_each_other = one.area.shared_width(other.area) > 0.3 * min(one.area.width, other.area.width)
    return above_each_other and -one.area.shared_height(other.area) < near


def cut(lines: Sequence[PrintedLine], rules: Sequence[Area], *, body: float) -> list[Region]:
    """The regions of some lines, in reading order."""
    if not lines:
        return []
    headlines = find_headlines(lines, body=body)
    parts = _along_rule(lines, rules, headlines, body=body)
    if parts is None and len(headlines) > 1:
        parts = _between_headlines(lines, headlines, body=body)
    if parts is not None:
        return [region for part in parts for region in cut(part, rules, body=body)]
    if len(headlines) <= 1:
        return [Region(tuple(lines), headlines[0] if headlines else None)]
    return _without_first(lines, headlines, rules, body=body)


def _along_rule(
    lines: Sequence[PrintedLine], rules: Sequence[Area], headlines: Sequence[PrintedHeadline], *, body: float
) -> list[list[PrintedLine]] | None:
    """The two parts of a region that the longest rule across it makes. A rule under a headline does not part it."""
    whole = around([line.area for line in lines])
    best: tuple[float, list[list[PrintedLine]]] | None = None
    for rule in rules:
        is_level = rule.width >= rule.height
        along = rule.shared_width(whole) / max(1.0, whole.width) if is_level else 0.0
        along = along if is_level else rule.shared_height(whole) / max(1.0, whole.height)
        if along < _SPAN:
            continue
        parts = _parts(
            lines, (rule.top + rule.bottom) / 2 if is_level else (rule.left + rule.right) / 2, level=is_level
        )
        if parts is None or not _is_clean(parts, level=is_level, body=body):
            continue
        if is_level and _is_headline_alone(parts[0], headlines):
            continue
        if best is None or along > best[0]:
            best = along, parts
    return best[1] if best else None


def _is_headline_alone(part: Sequence[PrintedLine], headlines: Sequence[PrintedHeadline]) -> bool:
    large = {line for headline in headlines for line in headline.lines}
    return bool(part) and all(line in large for line in part)


def _between_headlines(
    lines: Sequence[PrintedLine], headlines: Sequence[PrintedHeadline], *, body: float
) -> list[list[PrintedLine]] | None:
    """The two parts of a region along its widest white line that parts its headlines."""
    candidates = []
    least = max(_GAP * body, _LEADINGS * _leading(lines))
    for level in (True, False):
        for gap, at in _white_lines(lines, level=level, body=body):
            parts = _parts(lines, at, level=level)
            if parts is None:
                continue
            first, second = (find_headlines(part, body=body) for part in parts)
            if len(first) + len(second) < len(headlines):
                continue
            if level and gap > least and second and first and _begins_with_headline(parts[1], second, body=body):
                candidates.append((2.0 + gap / body, parts))
            elif not level and first and _begins_with_headline(parts[0], first, body=body) and gap >= _GUTTER * body:
                # Beside each other, headlines of the same height part columns; a gutter inside one article does not.
                candidates.append((1.0 + gap / body + (2.0 if second else -2.0), parts))
    return max(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def _begins_with_headline(part: Sequence[PrintedLine], headlines: Sequence[PrintedHeadline], *, body: float) -> bool:
    top = min(line.area.top for line in part)
    return any(headline.area.top - top < 3 * body for headline in headlines)


def _without_first(
    lines: Sequence[PrintedLine], headlines: Sequence[PrintedHeadline], rules: Sequence[Area], *, body: float
) -> list[Region]:
    """No straight cut parts these headlines: the topmost opens its article, and the rest is cut without it."""
    first = min(headlines, key=lambda headline: (headline.area.top, headline.area.left))
    rest = [line for line in lines if line not in first.lines]
    columns = _under(first, rest, headlines)
    others = [line for line in rest if line not in columns]
    return [Region((*first.lines, *columns), first), *cut(others, rules, body=body)]


def _under(
    first: PrintedHeadline, rest: Sequence[PrintedLine], headlines: Sequence[PrintedHeadline]
) -> list[PrintedLine]:
    """The lines below a headline within its width, as far down as the next headline in their way."""
    area = first.area
    lower = [headline.area for headline in headlines if headline is not first]
    found = []
    for line in rest:
        if line.area.top < area.top or line.area.shared_width(area) < 0.5 * line.area.width:
            continue
        in_the_way = [other for other in lower if other.top <= line.area.top and other.shared_width(line.area) > 0]
        if not in_the_way:
            found.append(line)
    return found


def _leading(lines: Sequence[PrintedLine]) -> float:
    """The usual space between a line and the one under it. 0.0 where no line stands under another."""
    gaps = []
    for line in lines:
        below = [
            other.area.top - line.area.bottom
            for other in lines
            if other.area.top > line.area.top and other.area.shared_width(line.area) > 0.5 * line.area.width
        ]
        if below:
            gaps.append(max(0.0, min(below)))
    return median(gaps) if gaps else 0.0


def _white_lines(lines: Sequence[PrintedLine], *, level: bool, body: float) -> list[tuple[float, float]]:
    """The white lines across some lines as (width, place), level or upright."""
    edges = sorted((line.area.top, line.area.bottom) if level else (line.area.left, line.area.right) for line in lines)
    found = []
    reach = edges[0][1]
    for low, high in edges[1:]:
        if low > reach - _OVERHANG * body and low - reach > -_OVERHANG * body:
            found.append((low - reach, (low + reach) / 2))
        reach = max(reach, high)
    return [(gap, at) for gap, at in found if gap > 0]


def _parts(lines: Sequence[PrintedLine], at: float, *, level: bool) -> list[list[PrintedLine]] | None:
    def middle(line: PrintedLine) -> float:
        area = line.area
        return (area.top + area.bottom) / 2 if level else (area.left + area.right) / 2

    before = [line for line in lines if middle(line) < at]
    after = [line for line in lines if middle(line) >= at]
    return [before, after] if before and after else None


def _is_clean(parts: Sequence[Sequence[PrintedLine]], *, level: bool, body: float) -> bool:
    """Whether no line reaches over the cut."""
    before, after = (around([line.area for line in part]) for part in parts)
    overlap = before.bottom - after.top if level else before.right - after.left
    return overlap < body
