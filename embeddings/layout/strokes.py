"""The strokes that a PDF page draws, as short as a cell of a table: what its rules are pieced together from."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from embeddings.layout.geometry import Area, around

_MOST_SEGMENTS = 20_000  # of a page; drawings and maps have more, tables do not
_MOST_STROKES = 1_000
_THICKEST = 3.0  # points
_SHORTEST = 4.0  # points, and times its thickness
_ASKEW = 0.3  # points that a level or an upright stroke may be off
_GAP = 2.5  # points between pieces of one stroke: a table's programs leave out the corners

_Point = tuple[float, float]


def level_and_upright(paths: Sequence[Any], height: float) -> list[Area]:
    """The level and upright strokes among a page's paths (pypdfium2), those that go on from one another as one.

    `height` is the page's, in points. A page of more strokes than any table has none.
    """
    from pypdfium2 import raw

    pieces: list[Area] = []
    left = _MOST_SEGMENTS
    for path in paths:
        left -= max(0, raw.FPDFPath_CountSegments(path))
        if left < 0:
            return []
        pieces.extend(Area(area.left, height - area.bottom, area.right, height - area.top) for area in _pieces(path))
    strokes = joined(pieces)
    return strokes if len(strokes) <= _MOST_STROKES else []


def joined(pieces: Sequence[Area]) -> list[Area]:
    """Strokes, each made of all pieces that lie on one line and touch, or nearly."""
    found: list[Area] = []
    for level in (True, False):
        along = sorted((piece for piece in pieces if (piece.width >= piece.height) is level), key=_middle)
        row: list[Area] = []
        for piece in along:
            if row and _middle(piece) - _middle(row[0]) > _THICKEST / 2:
                found.extend(_joined_row(row, level=level))
                row = []
            row.append(piece)
        found.extend(_joined_row(row, level=level))
    return found


def _middle(piece: Area) -> float:
    """How far a stroke is from the edge that it runs along."""
    return (piece.top + piece.bottom) / 2 if piece.width >= piece.height else (piece.left + piece.right) / 2


def _joined_row(row: Sequence[Area], *, level: bool) -> Iterator[Area]:
    group: list[Area] = []
    reach = 0.0
    for piece in sorted(row, key=lambda piece: piece.left if level else piece.top):
        start, end = (piece.left, piece.right) if level else (piece.top, piece.bottom)
        if group and start - reach > _GAP:
            yield around(group)
            group = []
        reach = max(reach, end) if group else end
        group.append(piece)
    if group:
        yield around(group)


def _pieces(path: Any) -> Iterator[Area]:
    """The strokes of one path, upwards from the lower edge: lines that it draws, and thin areas that it fills."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    for points in _subpaths(path):
        if stroke.value:
            yield from (
                area for one, other in pairwise(points) if _is_stroke(area := _area([one, other]), thickest=_ASKEW)
            )
        elif fill.value and _is_stroke(area := _area(points), thickest=_THICKEST):
            yield area


def _subpaths(path: Any) -> Iterator[list[_Point]]:
    """The points of each part of a path that is made of straight lines alone; a closed part ends where it began."""
    from pypdfium2 import raw

    matrix = path.get_matrix()
    points: list[_Point] = []
    is_straight = True
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if is_straight and len(points) > 1:
                yield points
            points, is_straight = [], True
        elif kind != raw.FPDF_SEGMENT_LINETO:
            is_straight = False
        points.append(matrix.on_point(x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if is_straight and len(points) > 1:
        yield points


def _area(points: Sequence[_Point]) -> Area:
    return around([Area(x, y, x, y) for x, y in points])


def _is_stroke(area: Area, *, thickest: float) -> bool:
    long, short = max(area.width, area.height), min(area.width, area.height)
    return short <= thickest and long >= _SHORTEST * max(1.0, short)
