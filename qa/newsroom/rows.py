"""Standard answers as rows of a table, to give out and to take in; one question a row, its wordings a line each."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from embeddings import BulletinError
from qa.errors import NewsroomCode
from qa.newsroom.rules import StandardAnswer, read_answer

COLUMNS = ("question", "variants", "answer", "source", "until")
MAX_CSV_BYTES = 5_000_000
# A spreadsheet in China names its columns in Chinese.
_NAMES = {
    "问题": "question",
    "其他问法": "variants",
    "问法": "variants",
    "回答": "answer",
    "答案": "answer",
    "来源": "source",
    "出处": "source",
    "截止日期": "until",
    "有效期至": "until",
}
_BETWEEN = re.compile(r"[\r\n|｜]+")
# What an export puts before a text that a spreadsheet would take for a formula.
_GUARDED = re.compile(r"^'(?=[\s\x00]*[=+\-@＝＋－＠|])")


def answer_cells(one: StandardAnswer) -> dict[str, Any]:
    """A standard answer as a row with the columns of COLUMNS."""
    until = one.until.isoformat() if one.until else ""
    return {
        "question": one.question,
        "variants": "\n".join(one.variants),
        "answer": one.answer,
        "source": one.source,
        "until": until,
    }


def read_csv(content: bytes) -> list[StandardAnswer]:
    """The standard answers of a CSV file: UTF-8, or GB 18030 as spreadsheets in China write it.

    Raises BulletinError for what is no such table, naming the line.
    """
    if len(content) > MAX_CSV_BYTES:
        raise BulletinError(NewsroomCode.CSV_UNREADABLE, detail=f"more than {MAX_CSV_BYTES:,} bytes")
    try:
        reader = csv.DictReader(io.StringIO(_decoded(content), newline=""))
        names = {name: _NAMES.get(name.strip(), name.strip().lower()) for name in reader.fieldnames or ()}
        if not {"question", "answer"} <= set(names.values()):
            raise BulletinError(NewsroomCode.CSV_COLUMNS)
        found: list[StandardAnswer] = []
        for row in reader:
            cells = {names[key]: _GUARDED.sub("", value or "") for key, value in row.items() if key in names}
            if any(value.strip() for value in cells.values()):
                found.append(_answer(cells, reader.line_num))
    except csv.Error as error:
        raise BulletinError(NewsroomCode.CSV_UNREADABLE, detail=str(error)) from error
    return found


def _answer(cells: dict[str, str], line: int) -> StandardAnswer:
    try:
        return read_answer(
            cells["question"],
            cells["answer"],
            variants=_BETWEEN.split(cells.get("variants", "")),
            source=cells.get("source", ""),
            until=cells.get("until", ""),
        )
    except BulletinError as error:
        raise BulletinError(NewsroomCode.CSV_LINE, line=line, cause=error) from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BulletinError(NewsroomCode.CSV_UNREADABLE, detail="neither UTF-8 nor GB 18030")
