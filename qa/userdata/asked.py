"""What was asked, day by day and without by whom, for the newsroom's reports.

A row is a question on a day with how it was answered, and how often; neither the hour nor anything of who
asked is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timezone

from embeddings import fold_to_words
from qa.types import Answer, AnswerKind
from qa.userdata.retention import stamp, time_of
from qa.userdata.store import UserStore, leave_newest

MOST_ROWS = 50_000
# A greeting asks nothing; where the user's own filters leave nothing, the bulletin may well have it.
_NOT_NOTED = frozenset({AnswerKind.REPLY, AnswerKind.NOTHING_LEFT})


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A question on a day (UTC): as it was typed, what it means by itself, how it was answered, and how often."""

    day: date
    question: str
    meaning: str
    kind: AnswerKind
    asked: int
    confidence: float


class AskedStore:
    """The questions in a store of users' data. Raises UserStoreError as that does."""

    def __init__(self, store: UserStore) -> None:
        self._store = store

    def note(self, question: str, answer: Answer) -> None:
        """Count a question that was answered, or not, today."""
        meaning = " ".join((answer.taken or question).split())
        folded = fold_to_words(meaning)
        if answer.kind in _NOT_NOTED or not folded:
            return
        with self._store.writing() as connection:
            day = datetime.fromisoformat(time_of(connection, self._store.now())).date()
            key = hashlib.sha256(f"{day}\0{folded}\0{answer.kind}".encode()).hexdigest()[:32]
            midnight = stamp(datetime.combine(day, time(), timezone.utc))
            connection.execute(
                "INSERT INTO asked VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET asked = asked + 1",
                (key, midnight, " ".join(question.split()), meaning, str(answer.kind), answer.confidence),
            )
            leave_newest(connection, "asked", MOST_ROWS)

    def rows(self, first: date, last: date) -> list[AskedRow]:
        """What was asked from one day to another, both included."""
        since = max(self._store.oldest(), stamp(datetime.combine(first, time(), timezone.utc)))
        until = stamp(datetime.combine(last, time.max, timezone.utc))
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT time, question, meaning, kind, asked, confidence FROM asked WHERE time >= ? AND time <= ?"
                " ORDER BY time, rowid",
                (since, until),
            ).fetchall()
        return [
            AskedRow(datetime.fromisoformat(day).date(), question, meaning, AnswerKind(kind), asked, confidence)
            for day, question, meaning, kind, asked, confidence in found
        ]
