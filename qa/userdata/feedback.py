"""What users left behind, for the staff: as rows, and as CSV for a spreadsheet.

Every text comes from strangers: none can become a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from qa.userdata.store import Unanswered, Vote

FeedbackRow = dict[str, Any]

BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of its country
VOTE_COLUMNS = (
    "time", "vote", "word", "question", "answer", "abstained", "articles", "generation", "model", "reader"
)  # fmt: skip
UNANSWERED_COLUMNS = ("question", "asked", "time", "confidence")

# Also in full width, and behind spaces: a spreadsheet looks past them.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠|]|[\t\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def vote_row(vote: Vote) -> FeedbackRow:
    """A vote as a plain row; `time` is in UTC."""
    about = vote.about
    return {
        "time": vote.time.isoformat(timespec="seconds"),
        "vote": "good" if vote.is_good else "bad",
        "word": vote.word,
        "question": about.question,
        "answer": about.answer,
        "abstained": about.abstained,
        "articles": list(about.articles),
        "generation": about.generation,
        "model": about.model,
        "reader": vote.user,
    }


def unanswered_row(one: Unanswered) -> FeedbackRow:
    """A question that found no answer as a plain row; `time`, in UTC, is when it was asked last."""
    time = one.time.isoformat(timespec="seconds")
    return {"question": one.question, "asked": one.asked, "time": time, "confidence": round(one.confidence, 4)}


def as_csv(rows: Iterable[FeedbackRow], columns: Sequence[str]) -> str:
    """Rows as CSV that a spreadsheet opens: with a byte order mark, and no text that it would take for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return BOM + out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        value = " ".join(map(str, value))
    if not isinstance(value, str):
        return value
    value = _CONTROL.sub("", value)
    return f"'{value}" if _FORMULA.match(value) else value


def csv_name(what: str, now: datetime) -> str:
    """The name of a file to save."""
    return f"{what}-{now:%Y%m%d}.csv"
