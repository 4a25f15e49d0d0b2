"""Running heads and feet: what several pages print alike at the same place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from embeddings.layout.geometry import PrintedLine, PrintedPage
from embeddings.text.dates import find_date

_MARGIN = 0.12  # of a page's height, above and below
_FEWEST_PAGES = 2
_SHARE = 0.5  # of the pages
_SAME_PLACE = 0.02  # of the page's height
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十]+(?=[版页頁])")


def without_running_lines(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages without the lines in their margins that at least half of them have, numbers apart.

    Lines with a date stay: they are mastheads, which have names for issues.
    """
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            if _is_in_margin(line, page):
                found[_key(line)].append((page.number, line.area.top / page.height))
    fewest = max(_FEWEST_PAGES, _SHARE * len(pages))
    running = {key for key, places in found.items() if _is_running(places, fewest)}
    return [
        replace(
            page, lines=tuple(line for line in page.lines if not _is_in_margin(line, page) or _key(line) not in running)
        )
        for page in pages
    ]


def _is_in_margin(line: PrintedLine, page: PrintedPage) -> bool:
    is_above, is_below = line.area.bottom < _MARGIN * page.height, line.area.top > (1 - _MARGIN) * page.height
    return (is_above or is_below) and find_date(line.text) is None


def _key(line: PrintedLine) -> str:
    return _NUMBER.sub("0", "".join(line.text.split()))


def _is_running(places: Sequence[tuple[int, float]], fewest: float) -> bool:
    tops = [top for _, top in places]
    # Papers mirror left and right pages, but not above and below.
    return len({number for number, _ in places}) >= fewest and max(tops) - min(tops) <= _SAME_PLACE
