"""What readers left behind, for the staff: as rows, as CSV for a spreadsheet, and as HTML.

Every text comes from strangers: in CSV none can become a formula, in HTML each is escaped.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from qa.i18n import as_html as _text
from qa.i18n import as_printed, as_typed, both
from qa.userdata.store import Unanswered, Vote

Row = dict[str, Any]

BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of its country
VOTE_COLUMNS = (
    "time", "vote", "word", "question", "answer", "abstained", "articles", "generation", "model", "reader"
)  # fmt: skip
UNANSWERED_COLUMNS = ("question", "asked", "time", "confidence")

# Also in full width, and behind spaces: a spreadsheet looks past them.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠|]|[\t\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def vote_row(vote: Vote) -> Row:
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
        "reader": vote.reader,
    }


def unanswered_row(one: Unanswered) -> Row:
    """A question that found no answer as a plain row; `time`, in UTC, is when it was asked last."""
    time = one.time.isoformat(timespec="seconds")
    return {"question": one.question, "asked": one.asked, "time": time, "confidence": round(one.confidence, 4)}


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
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


def votes_html(votes: Sequence[tuple[Vote, str]]) -> str:
    """Votes with their times as shown, for the staff."""
    if not votes:
        return f'<p class="nothing">{both("opinions_nothing")}</p>'
    return f'<ol class="opinions">{"".join(_vote(vote, time) for vote, time in votes)}</ol>'


def _vote(vote: Vote, time: str) -> str:
    about = vote.about
    kind, said = ("good", "useful") if vote.is_good else ("bad", "useless")
    mark = f'<b class="mark {kind}">{both(said)}</b>'
    word = f'<p class="word">{as_typed(vote.word)}</p>' if vote.word else ""
    sources = f"{both('sources')}{as_printed('、'.join(about.articles))}" if about.articles else ""
    held = both("not_answered") if about.abstained else ""
    end = " · ".join(filter(None, (held, sources)))
    return (
        f'<li><p class="about">{mark}{_text(time)}</p>{word}<p class="question">'
        f"{both('vote_asked')}{as_typed(about.question)}</p>"
        f'<p class="answer">{as_printed(about.answer)}</p>{f"<p class=about>{end}</p>" if end else ""}</li>'
    )


def unanswered_html(questions: Sequence[tuple[Unanswered, str]]) -> str:
    """Questions that found no answer with their times as shown, for the staff."""
    if not questions:
        return f'<p class="nothing">{both("wanted_nothing")}</p>'
    rows = "".join(
        f"<tr><td>{as_typed(one.question)}</td><td>{one.asked}</td><td>{_text(time)}</td></tr>"
        for one, time in questions
    )
    head = "".join(f"<th>{both(key)}</th>" for key in ("asked_question", "asked", "asked_last"))
    return f'<table class="wanted"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def csv_name(what: str, now: datetime) -> str:
    """The name of a file to save."""
    return f"{what}-{now:%Y%m%d}.csv"
