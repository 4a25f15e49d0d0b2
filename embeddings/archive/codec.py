"""Articles and their boxes as JSON: the one shape that the archive keeps and other programs are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from embeddings.types import ARTICLE_FIELDS, Article, ArticleKind, Box, ParsedArticle

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


def article_to_row(article: Article | ParsedArticle) -> dict[str, Any]:
    """What an article says, for JSON; its date is ISO 8601 or None. Its ids, issue and boxes are left to the caller."""
    row = {name: getattr(article, name) for name in ARTICLE_FIELDS if name != "boxes"}
    return {**row, "date": article.date.isoformat() if article.date else None, "kind": str(article.kind)}


def article_from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an article that `article_to_row` gave, for its constructor."""
    fields = {name: row[name] for name in ARTICLE_FIELDS if name in row}
    day = fields["date"]
    return {**fields, "date": date.fromisoformat(day) if day else None, "kind": ArticleKind(fields["kind"])}
