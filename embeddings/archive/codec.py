"""Boxes as text that a database keeps."""

from __future__ import annotations

import json
from collections.abc import Sequence

from embeddings.types import Box

_DECIMALS = 4  # a tenth of a millimetre on a broadsheet
Boxes = tuple[tuple[Box, ...], ...]


def boxes_to_json(boxes: Boxes) -> str:
    """The boxes of some paragraphs, [[[page, left, top, right, bottom], …], …]; "" for none."""
    return json.dumps(boxes_to_rows(boxes), separators=(",", ":")) if boxes else ""


def boxes_from_json(text: str) -> Boxes:
    """The boxes that `boxes_to_json` wrote."""
    return boxes_from_rows(json.loads(text)) if text else ()


def boxes_to_rows(boxes: Boxes) -> list[list[list[float]]]:
    """The boxes of some paragraphs as rows [page, left, top, right, bottom], one list a paragraph."""
    return [
        [
            [box.page, *(round(edge, _DECIMALS) for edge in (box.left, box.top, box.right, box.bottom))]
            for box in paragraph
        ]
        for paragraph in boxes
    ]


def boxes_from_rows(rows: Sequence[Sequence[Sequence[float]]]) -> Boxes:
    """The boxes that `boxes_to_rows` gave."""
    return tuple(tuple(Box(int(page), *edges) for page, *edges in paragraph) for paragraph in rows)
