"""JSON Lines: one article a line."""

from __future__ import annotations

import json
from typing import Any

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.sources.document import Document
from embeddings.text.dates import find_date
from embeddings.types import ArticleKind, ParsedArticle, ParsedIssue


class JsonLinesLoader:
    """One article a line: `{"id", "title", "date", "section", "byline", "text"}`, all but `text` optional."""

    def reads(self, document: Document) -> bool:
        """Whether the first line with anything on it is a JSON object, or the file says it is JSON Lines."""
        return document.suffix in {".jsonl", ".ndjson"} or document.text.lstrip()[:1] == "{"

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; its date is the articles' where they all have the same one."""
        articles = [
            _article_of_row(document.name, number, line)
            for number, line in enumerate(document.text.split("\n"), start=1)
            if line.strip()
        ]
        seen: set[str] = set()
        for article in articles:
            if article.source_id and article.source_id in seen:
                raise SourceError(SourceCode.JSONL_SAME_ID, name=document.name, id=article.source_id)
            seen.add(article.source_id)
        days = {article.date for article in articles}
        return ParsedIssue("", days.pop() if len(days) == 1 else None, tuple(articles))


def _article_of_row(file: str, number: int, line: str) -> ParsedArticle:
    where = f"{file}, line {number}"
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(SourceCode.JSONL_NOT_JSON, where=where, detail=str(error)) from error
    if not isinstance(row, dict):
        raise SourceError(SourceCode.JSONL_NO_OBJECT, where=where)
    text = row.get("text", row.get("body"))
    if not isinstance(text, str) or not text.strip():
        raise SourceError(SourceCode.JSONL_NO_TEXT, where=where)
    printed_date = row.get("date")
    day = find_date(str(printed_date)) if printed_date else None
    if printed_date and day is None:
        raise SourceError(SourceCode.JSONL_BAD_DATE, where=where, text=printed_date)
    return ParsedArticle(
        title=_field(row, "title", where),
        body=text,
        section=_field(row, "section", where),
        byline=_field(row, "byline", where),
        kind=ArticleKind.PHOTO if row.get("kind") == ArticleKind.PHOTO else ArticleKind.NEWS,
        page=row["page"] if isinstance(row.get("page"), int) else None,
        date=day,
        source_id=_field(row, "id", where),
    )


def _field(row: dict[str, Any], name: str, where: str) -> str:
    field = row.get(name)
    if field is None:
        return ""
    if not isinstance(field, str | int):
        raise SourceError(SourceCode.JSONL_NOT_TEXT, where=where, name=name)
    return " ".join(str(field).split())
