"""What readers found, as text that an archive keeps, so that a scan is read once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from embeddings.sources.document import Document, ParsedIssue
from embeddings.sources.hashing import text_digest
from embeddings.types import ArticleKind, Box, ParsedArticle

# Raise it when a reader or the page parser gives other articles for the same bytes.
READERS_VERSION = 3
_DECIMALS = 4  # a tenth of a millimetre on a broadsheet

Boxes = tuple[tuple[Box, ...], ...]


def reading_key(document: Document) -> str:
    """Names what the present readers find in a document: its name decides between kinds of text."""
    return text_digest(str(READERS_VERSION), document.id, document.name)


def issue_to_json(issue: ParsedIssue) -> str:
    """A parsed issue as one line of JSON."""
    articles = [
        {
            "title": article.title,
            "body": article.body,
            "section": article.section,
            "byline": article.byline,
            "kind": str(article.kind),
            "page": article.page,
            "date": article.date.isoformat() if article.date else None,
            "source_id": article.source_id,
            "kicker": article.kicker,
            "deck": article.deck,
            "boxes": _packed(article.boxes),
        }
        for article in issue.articles
    ]
    day = issue.date.isoformat() if issue.date else None
    return json.dumps({"name": issue.name, "date": day, "articles": articles}, ensure_ascii=False)


def issue_from_json(text: str) -> ParsedIssue:
    """The parsed issue that `issue_to_json` wrote."""
    row: dict[str, Any] = json.loads(text)
    articles = tuple(
        ParsedArticle(
            **{
                **fields,
                "kind": ArticleKind(fields["kind"]),
                "date": _day(fields["date"]),
                "boxes": _unpacked(fields["boxes"]),
            }
        )
        for fields in row["articles"]
    )
    return ParsedIssue(row["name"], _day(row["date"]), articles)


def boxes_to_json(boxes: Boxes) -> str:
    """The boxes of some paragraphs, [[[page, left, top, right, bottom], …], …]; "" for none."""
    return json.dumps(_packed(boxes), separators=(",", ":")) if boxes else ""


def boxes_from_json(text: str) -> Boxes:
    """The boxes that `boxes_to_json` wrote."""
    return _unpacked(json.loads(text)) if text else ()


def _packed(boxes: Boxes) -> list[list[list[float]]]:
    return [
        [
            [box.page, *(round(edge, _DECIMALS) for edge in (box.left, box.top, box.right, box.bottom))]
            for box in paragraph
        ]
        for paragraph in boxes
    ]


def _unpacked(rows: Sequence[Sequence[Sequence[float]]]) -> Boxes:
    return tuple(tuple(Box(int(page), *edges) for page, *edges in paragraph) for paragraph in rows)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
