"""Pages set upright throughout, as in Taiwan, Hong Kong and old papers: columns run down, from right to left.

Such a page is turned by a quarter, so that its columns become lines from top to bottom, read like any other page, and
the places of its lines are turned back.
"""

from __future__ import annotations

from dataclasses import replace

from embeddings.layout.geometry import Area, PrintedLine, PrintedPage
from embeddings.types import Box

_SHARE = 0.6  # of a page's characters


def is_upright(page: PrintedPage) -> bool:
    """Whether most characters of a page stand in upright lines."""
    upright = sum(len(line.text) for line in page.lines if line.vertical)
    return upright > 0 and upright >= _SHARE * sum(len(line.text) for line in page.lines)


def turned(page: PrintedPage) -> PrintedPage:
    """The page with its right edge on top: an upright line is a level one, and the other way round."""
    return replace(
        page,
        width=page.height,
        height=page.width,
        lines=tuple(_turned_line(line, page.width) for line in page.lines),
        rules=tuple(_turned_area(rule, page.width) for rule in page.rules),
        grid=tuple(_turned_area(stroke, page.width) for stroke in page.grid),
        pictures=tuple(_turned_area(picture, page.width) for picture in page.pictures),
    )


def turned_back(box: Box) -> Box:
    """Where a box of a turned page stands on the page as it is printed."""
    return Box(box.page, 1.0 - box.bottom, box.left, 1.0 - box.top, box.right)


def _turned_line(line: PrintedLine, width: float) -> PrintedLine:
    return replace(line, area=_turned_area(line.area, width), vertical=not line.vertical)


def _turned_area(area: Area, width: float) -> Area:
    return Area(area.top, width - area.right, area.bottom, width - area.left)
