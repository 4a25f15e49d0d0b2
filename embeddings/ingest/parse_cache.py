"""What loaders found, as text that an archive keeps, so that a scan is read once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from embeddings.archive.codec import article_from_row, article_to_row, boxes_from_rows, boxes_to_rows
from embeddings.config import Limits
from embeddings.errors import SourceError, error_from_row, row_of_error
from embeddings.loaders.apart import run_apart
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.sources.hashing import text_digest
from embeddings.types import ParsedArticle, ParsedIssue

# Raise it when a loader or the page parser gives other articles for the same bytes.
LOADERS_VERSION = 13


def reading_key(document: Document) -> str:
    """Names what the present loaders find in a document: its name decides between kinds of text."""
    return text_digest(str(LOADERS_VERSION), document.id, document.name)


def issue_to_json(issue: ParsedIssue) -> str:
    """A parsed issue as one line of JSON."""
    articles = [
        {
            **article_to_row(article),
            "source_id": article.source_id,
            "boxes": boxes_to_rows(article.boxes),
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
            **{**article_from_row(fields), "boxes": boxes_from_rows(fields["boxes"])}, source_id=fields["source_id"]
        )
        for fields in row["articles"]
    )
    return ParsedIssue(row["name"], _day(row["date"]), articles)


def read_apart(document: Document, limits: Limits) -> ParsedIssue:
    """As `read_document`, in a process of its own: whatever the document holds, this process goes on.

    Raises SourceError as that does, and where reading takes more memory or time than the limits allow.
    """
    read, left_out = run_apart(_read_to_json, document, limits, name=document.name, limits=limits)
    errors = tuple(error for row in json.loads(left_out) if isinstance(error := error_from_row(row), SourceError))
    return replace(issue_from_json(read), left_out=errors)


def _read_to_json(document: Document, limits: Limits) -> list[str]:
    """The issue in a document, and what of it was left out, each as JSON."""
    issue = read_document(document, limits)
    rows = [row_of_error(error) for error in issue.left_out]
    return [issue_to_json(issue), json.dumps(rows, ensure_ascii=False)]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
