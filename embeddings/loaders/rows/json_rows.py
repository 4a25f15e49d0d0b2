"""JSON: an article an object, one a line or in an array, under whatever names its maker gave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.rows.fields import Row, RowField, field_of, holds_articles, issue_of_rows
from embeddings.sources.document import Document
from embeddings.sources.files import JSON_SUFFIXES
from embeddings.types import ParsedIssue

_OBJECT = re.compile(r"\s*(?:\[\s*)?\{\s*[\"}]")
_DEEPEST = 6  # objects around the list of articles: {"code": 0, "data": {"list": […]}}


class JsonLoader:
    """Objects, an article each: JSON Lines, an array, or an object with an array in it.

    `{"id", "title", "date", "section", "byline", "text"}`, all but `text` optional, and their other names as RowField
    has them.
    """

    def reads(self, document: Document) -> bool:
        """Whether it begins with a JSON object or an array of them, or the file says that it is JSON."""
        return document.suffix in JSON_SUFFIXES or _OBJECT.match(document.text) is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; what is wrong with a row is in `left_out`. Raises SourceError where no row can be read."""
        whole = _whole(document)
        if whole is None:
            return issue_of_rows(document.name, _rows_of_lines(document))
        rows, named = _rows_of_value(whole)
        if rows is None:
            raise SourceError(SourceCode.JSON_WITHOUT_ARTICLES, name=document.name)
        return issue_of_rows(document.name, _placed(document.name, rows), name=named)


def _whole(document: Document) -> object | None:
    """The one value in a file; None where it has a value a line. Raises SourceError for an array that is damaged."""
    text = document.text.strip()
    if text.startswith("{") and "\n" in text:
        first = text.partition("\n")[0]
        if _loads(first) is not None:
            return None
    try:
        value: object = json.loads(text)
        return value
    except (ValueError, RecursionError) as error:
        if not text.startswith("[") and (document.suffix in JSON_SUFFIXES - {".json"} or "\n{" in text):
            return None
        place = SourceCode.ROW_NOT_JSON
        raise SourceError(place, where=document.name, detail=_said(error)) from error


def _loads(line: str) -> object | None:
    try:
        value: object = json.loads(line)
        return value
    except (ValueError, RecursionError):
        return None


def _said(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]


def _rows_of_lines(document: Document) -> Iterator[tuple[str, Row | SourceError]]:
    for number, line in enumerate(document.text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{document.name}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield where, SourceError(SourceCode.ROW_NOT_JSON, where=where, detail=_said(error))
            continue
        yield where, value if isinstance(value, dict) else SourceError(SourceCode.ROW_NO_OBJECT, where=where)


def _placed(file: str, rows: list[object]) -> Iterator[tuple[str, Row | SourceError]]:
    for number, row in enumerate(rows, start=1):
        where = f"{file}, row {number}"
        yield where, row if isinstance(row, dict) else SourceError(SourceCode.ROW_NO_OBJECT, where=where)


def _rows_of_value(value: object) -> tuple[list[object] | None, str]:
    """The articles in a value, and the name of the issue where an object around them has one."""
    if isinstance(value, list):
        return value, ""
    if not isinstance(value, dict):
        return None, ""
    # The list first: what stands around one often has a title of its own.
    around: list[dict[str, object]] = [value]
    for _ in range(_DEEPEST):
        lists = [
            one
            for each in around
            for one in each.values()
            if isinstance(one, list) and any(isinstance(row, dict) and holds_articles(row) for row in one)
        ]
        if lists:
            name = next((str(text) for each in around for key, text in each.items() if _names_issue(key, text)), "")
            return max(lists, key=len), name
        if any(RowField.TEXT is field_of(key) for each in around for key in each):
            break
        around = [one for each in around for one in each.values() if isinstance(one, dict)]
    rows: list[object] = [row for row in (value, *around) if any(field_of(key) is RowField.TEXT for key in row)]
    return (rows[:1] or None), ""


def _names_issue(key: str, value: object) -> bool:
    return isinstance(value, str) and (key.lower() == "name" or field_of(key) is RowField.TITLE)
