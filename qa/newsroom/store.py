"""Where a newsroom's own rules are kept: `newsroom.sqlite` beside the archive, with a log of every change.

It is no user's data: nothing of it goes by its age. Each change notes who made it, when, and what was before, so that
it can be undone.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from pathlib import Path
from threading import Lock
from typing import Any

from embeddings import BulletinError, fold_to_words
from qa.errors import NewsroomCode
from qa.newsroom.rules import MAX_ANSWER_CHARS, NewsroomRules, StandardAnswer, form_of

NEWSROOM_FILE = "newsroom.sqlite"
MAX_ANSWERS = 2000
MAX_WORDS = 1000
_MAX_WORD_CHARS = 60
_LOCK_SECONDS = 5.0
_ANSWER, _DECLINED = "answer", "declined"  # kinds of entries
_NOTICE = "notice"  # the one entry of its kind
_OWN = frozenset({_ANSWER, _DECLINED, _NOTICE})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,              -- JSON
    PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS changes (
    change INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,               -- ISO 8601, UTC
    who TEXT NOT NULL,                -- "" where nobody has a name
    items TEXT NOT NULL,              -- JSON: [[kind, key, before or null, after or null], ...]
    undoes INTEGER,                   -- the change that this one takes back
    undone INTEGER                    -- the change that took this one back
);
"""

Item = tuple[str, str, Any, Any]  # kind, key, what was before, what is after


@dataclass(frozen=True, slots=True)
class NewsroomChange:
    """A change of the rules: who made it and when, and what was before and after, by kind and key.

    `undoes` is the number of the change that it takes back, `undone` of the one that took it back; None for none.
    """

    number: int
    time: datetime
    who: str
    items: tuple[Item, ...]
    undoes: int | None = None
    undone: int | None = None


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class NewsroomStore:
    """The rules of one newsroom. Safe in several threads and processes; every change is one transaction.

    The file is made with the first change; while there is none, nothing is fixed. Raises BulletinError where the file
    cannot be used.
    """

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = _utc_now) -> None:
        self.path = folder / NEWSROOM_FILE
        self._now = now
        self._lock = Lock()
        self._known: tuple[tuple[int, int, int], NewsroomRules] | None = None

    def rules(self) -> NewsroomRules:
        """All that is fixed now; read again where the file has changed."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return NewsroomRules()
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        with self._lock:
            if self._known is None or self._known[0] != stamp:
                self._known = stamp, self._read()
            return self._known[1]

    def save(self, answer: StandardAnswer, *, who: str = "") -> StandardAnswer:
        """Keep an answer, in place of the one with its id. Raises BulletinError where another has such a wording."""
        return self.take_in([answer], who=who)[0]

    def take_in(self, answers: Sequence[StandardAnswer], *, who: str = "") -> list[StandardAnswer]:
        """Keep several answers, all or none; one without an id takes the place of that with its question."""
        with self._changing(who) as change:
            kept = {one.id: one for one in _answers(change.rows)}
            by_question = {form_of(one.question): one.id for one in kept.values()}
            made = []
            for one in answers:
                key = one.id or by_question.get(form_of(one.question)) or secrets.token_hex(8)
                made.append(replace(one, id=key))
                kept[key] = made[-1]
            _require_apart(kept.values())
            if len(kept) > MAX_ANSWERS:
                raise BulletinError(NewsroomCode.TOO_MANY, most=MAX_ANSWERS)
            for one in made:
                change.set(_ANSWER, one.id, _answer_row(one))
        return made

    def remove(self, key: str, *, who: str = "") -> None:
        """Take an answer out. Raises BulletinError where there is none with that id."""
        with self._changing(who) as change:
            if (_ANSWER, key) not in change.rows:
                raise BulletinError(NewsroomCode.UNKNOWN)
            change.set(_ANSWER, key, None)

    def decline(self, declined: Sequence[str], *, notice: str, who: str = "") -> None:
        """Keep the words that are not answered, and what is said instead ("": the page's own words)."""
        kept = list(dict.fromkeys(line for word in declined if fold_to_words(line := " ".join(word.split()))))
        if len(kept) > MAX_WORDS:
            raise BulletinError(NewsroomCode.TOO_MANY, most=MAX_WORDS)
        for text, most in (*((word, _MAX_WORD_CHARS) for word in kept), (notice, MAX_ANSWER_CHARS)):
            if len(text) > most:
                raise BulletinError(NewsroomCode.TOO_LONG, start=text[:20], most=most)
        with self._changing(who) as change:
            change.set(_DECLINED, _DECLINED, kept or None)
            change.set(_NOTICE, _NOTICE, notice.strip() or None)

    def changes(self, *, limit: int = -1) -> list[NewsroomChange]:
        """What was changed, the newest first."""
        if not self.path.exists():
            return []
        with self._explained(), closing(self._open()) as connection:
            rows = connection.execute(
                "SELECT change, time, who, items, undoes, undone FROM changes ORDER BY change DESC LIMIT ?", (limit,)
            ).fetchall()
        return [
            NewsroomChange(number, datetime.fromisoformat(time), who, _items(items), undoes, undone)
            for number, time, who, items, undoes, undone in rows
        ]

    def note(self, kind: str, key: str, before: Any, after: Any, *, who: str = "") -> None:
        """Note a change of what is kept elsewhere; both values as JSON has them, None for what is not there."""
        with self._changing(who) as change:
            change.note(kind, key, before, after)

    def undo(self, number: int, *, who: str = "", elsewhere: Callable[[Item], None] | None = None) -> None:
        """Take a change back, which is a change itself.

        What is kept elsewhere is brought back by `elsewhere`, which raises BulletinError where that cannot be. Raises
        BulletinError where there is no such change, or where what it changed was changed again since.
        """
        with self._changing(who) as change:
            row = change.connection.execute("SELECT items, undone FROM changes WHERE change = ?", (number,)).fetchone()
            if row is None:
                raise BulletinError(NewsroomCode.UNKNOWN)
            items = _items(row[0])
            own = [item for item in items if item[0] in _OWN]
            others = [item for item in items if item[0] not in _OWN]
            if row[1] is not None or any(change.rows.get((kind, key)) != after for kind, key, _, after in own):
                raise BulletinError(NewsroomCode.CHANGED_SINCE)
            if others and elsewhere is None:
                raise BulletinError(NewsroomCode.CHANGED_SINCE)
            for kind, key, before, _ in own:
                change.set(kind, key, before)
            for kind, key, before, after in others:
                change.note(kind, key, after, before)
                if elsewhere:
                    elsewhere((kind, key, before, after))
            change.undoes = number
            _require_apart(_answers(change.rows))

    def _read(self) -> NewsroomRules:
        with self._explained(), closing(self._open()) as connection:
            rows = _rows(connection)
        answers = tuple(sorted(_answers(rows), key=lambda one: (one.question, one.id)))
        declined = tuple(rows.get((_DECLINED, _DECLINED)) or ())
        return NewsroomRules(answers, declined, rows.get((_NOTICE, _NOTICE)) or "")

    @contextmanager
    def _changing(self, who: str) -> Iterator[_Changing]:
        with self._explained():
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(self._open()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    change = _Changing(connection)
                    yield change
                    change.write(who, self._now())
                    connection.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=_LOCK_SECONDS)
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'changes'").fetchone():
                connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError, KeyError) as error:
            if isinstance(error, BulletinError):
                raise
            raise BulletinError(NewsroomCode.UNUSABLE, path=self.path, detail=str(error)) from error


class _Changing:
    """One change while it is made: what stands in the file, and what is to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.rows = _rows(connection)
        self.undoes: int | None = None
        self._items: list[Item] = []

    def set(self, kind: str, key: str, value: Any) -> None:
        """Put a value (as JSON has it) in the place of what was there; None takes it out."""
        before = self.rows.get((kind, key))
        if before == value:
            return
        self._items.append((kind, key, before, value))
        if value is None:
            del self.rows[kind, key]
            self.connection.execute("DELETE FROM entries WHERE kind = ? AND key = ?", (kind, key))
        else:
            self.rows[kind, key] = value
            self.connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", (kind, key, _json(value)))

    def note(self, kind: str, key: str, before: Any, after: Any) -> None:
        """Note what is changed elsewhere."""
        if before != after:
            self._items.append((kind, key, before, after))

    def write(self, who: str, now: datetime) -> None:
        """Note the change; nothing where it changes nothing."""
        if not self._items:
            return
        made = self.connection.execute(
            "INSERT INTO changes (time, who, items, undoes) VALUES (?, ?, ?, ?)",
            (now.astimezone(timezone.utc).isoformat(timespec="seconds"), who, _json(self._items), self.undoes),
        ).lastrowid
        if self.undoes is not None:
            self.connection.execute("UPDATE changes SET undone = ? WHERE change = ?", (made, self.undoes))


def _require_apart(answers: Iterator[StandardAnswer] | Any) -> None:
    """Raise BulletinError where two answers have the same wording: only one could be given."""
    taken: dict[str, StandardAnswer] = {}
    for one in answers:
        for wording in one.wordings:
            other = taken.setdefault(form_of(wording), one)
            if other.id != one.id:
                raise BulletinError(NewsroomCode.WORDING_TAKEN, wording=wording, question=other.question)


def _rows(connection: sqlite3.Connection) -> dict[tuple[str, str], Any]:
    found = connection.execute("SELECT kind, key, value FROM entries").fetchall()
    return {(kind, key): json.loads(value) for kind, key, value in found}


def _answers(rows: Mapping[tuple[str, str], Any]) -> list[StandardAnswer]:
    return [_answer_of(key, value) for (kind, key), value in rows.items() if kind == _ANSWER]


def _answer_row(one: StandardAnswer) -> dict[str, Any]:
    return {
        "question": one.question,
        "variants": list(one.variants),
        "answer": one.answer,
        "source": one.source,
        "until": one.until.isoformat() if one.until else None,
    }


def _answer_of(key: str, row: Mapping[str, Any]) -> StandardAnswer:
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return StandardAnswer(row["question"], row["answer"], tuple(row["variants"]), row["source"], until, key)


def _items(text: str) -> tuple[Item, ...]:
    return tuple((kind, key, before, after) for kind, key, before, after in json.loads(text))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
