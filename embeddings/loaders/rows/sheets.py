"""Rows of cells → articles: an article a row under the names of columns, or a table that is one article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from statistics import median

from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.rows.fields import Row, RowField, field_of, issue_of_rows
from embeddings.parsing.tables import table_lines
from embeddings.types import ParsedArticle, ParsedIssue

MOST_CELLS = 1_000_000
_HEADER_WITHIN = 10  # rows; a caption may stand over the names
_SHORTEST_PROSE = 40  # characters of a text that is an article without any title
_LONGEST_CAPTION = 60
_UNNAMED = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table: its rows of cells as they are printed, from the first."""

    name: str
    rows: Sequence[Sequence[object]]


def issue_of_sheets(file: str, stem: str, sheets: Sequence[Sheet]) -> ParsedIssue:
    """The issue in some tables. Raises SourceError when none has any text."""
    articles: list[ParsedArticle] = []
    left_out: list[SourceError] = []
    for sheet in sheets:
        part = f"{file}, {sheet.name}" if len(sheets) > 1 else file
        header = _header(sheet.rows)
        if header is None:
            articles += _table(sheet, stem)
            continue
        try:
            found = issue_of_rows(file, _placed(part, sheet.rows, header))
        except SourceError as error:
            left_out.append(error)
            continue
        section = sheet.name if len(sheets) > 1 and not _UNNAMED.fullmatch(sheet.name) else ""
        articles += [replace(article, section=article.section or section) for article in found.articles]
        left_out += found.left_out
    if not articles and left_out:
        raise left_out[0]
    days = {article.date for article in articles}
    return ParsedIssue("", days.pop() if len(days) == 1 else None, tuple(articles), left_out=tuple(left_out))


def printed(cell: object) -> str:
    """A cell as a user sees it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.10g}" if abs(cell) < 1e15 else str(cell)
    return str(cell).strip()


def require_few_cells(file: str, cells: int) -> None:
    """Raise SourceError for a table with more cells than are read."""
    if cells > MOST_CELLS:
        raise SourceError(SourceCode.TOO_MANY_CELLS, name=file, limit=MOST_CELLS)


def _header(rows: Sequence[Sequence[object]]) -> int | None:
    """Where the row stands that names columns of articles: a title and a text, either beside another, or long texts."""
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        known = [field_of(cell) for cell in map(printed, row) if cell and len(cell) < 20]
        found = {one for one in known if one}
        if {RowField.TITLE, RowField.TEXT} <= found or (RowField.TITLE in found and len(found) > 1):
            return at
        if RowField.TEXT in found:
            column = next(n for n, cell in enumerate(row) if field_of(printed(cell)) is RowField.TEXT)
            texts = [len(printed(row[column])) for row in rows[at + 1 :] if len(row) > column and row[column]]
            if texts and median(texts) >= _SHORTEST_PROSE:
                return at
    return None


def _placed(part: str, rows: Sequence[Sequence[object]], header: int) -> Iterator[tuple[str, Row]]:
    names = _names(rows, header)
    has_text = any(field_of(name) is RowField.TEXT for name in names)
    for number, cells in enumerate(rows[header + 1 :], start=header + 2):
        if not any(printed(cell) for cell in cells):
            continue  # between the rows, or below the last
        row = {name: _value(cell) for name, cell in zip(names, cells, strict=False) if name}
        if not has_text:  # a list of titles: each says itself, with what stands beside it
            beside = [f"{name}：{printed(cell)}" for name, cell in zip(names, cells, strict=False) if name and cell]
            row["text"] = "；".join(beside)
        yield f"{part}, row {number}", row


def _names(rows: Sequence[Sequence[object]], header: int) -> list[str]:
    """The names of the columns; one over the row of names, of a cell that is merged downwards, names its column."""
    names = [printed(cell) for cell in rows[header]]
    above = [printed(cell) for cell in rows[header - 1]] if header else []
    if sum(map(bool, above)) < 2:  # a caption
        return names
    names += [""] * (len(above) - len(names))
    return [name or (above[at] if at < len(above) and field_of(above[at]) else "") for at, name in enumerate(names)]


def _value(cell: object) -> object:
    return cell if isinstance(cell, date) else printed(cell)


def _table(sheet: Sheet, stem: str) -> list[ParsedArticle]:
    lines = table_lines([[printed(cell) for cell in row] for row in sheet.rows])
    if not lines:
        return []
    first = next(row for row in sheet.rows if any(printed(cell) for cell in row))
    cells = [cell for cell in map(printed, first) if cell]
    title = "" if _UNNAMED.fullmatch(sheet.name) else sheet.name
    if len(cells) == 1 and len(lines) > 1 and len(lines[0]) <= _LONGEST_CAPTION:
        title, lines = lines[0], lines[1:]
    return [ParsedArticle(title=title or stem, body="\n".join(lines))]
