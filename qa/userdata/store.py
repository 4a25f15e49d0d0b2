"""What users leave behind: votes on answers, questions that found no answer, conversations, and what they share.

It lies in `readers.sqlite` beside the archive and never inside it, so that a build, which may make the archive anew,
does not touch it. Texts come in as users typed them and go out the same; whoever shows them escapes them. A user
goes by a key that only their browser has; the store keeps a hash of it, so the file lets nobody take a user's place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from embeddings import BulletinError, SourceError, Variable, fold_to_words
from qa.errors import HistoryCode
from qa.userdata.integrity import StoreDamage, find_damage, mend, prepare, seal
from qa.userdata.retention import purge, stamp, time_of

logger = logging.getLogger(__name__)

STORE_FILE = "readers.sqlite"
KEEP_DAYS = int(Variable.KEEP_DAYS.default)
MAX_WORD_CHARS = 200
MAX_NAME_CHARS = 60
_MAX_TEXT_CHARS = 20_000  # of an answer, which a language model may have written
_MAX_CONVERSATION_CHARS = 2_000_000
_LOCK_SECONDS = 2.0  # a user waits for it
_VERSION = 1

_SCHEMA = """
CREATE TABLE votes (
    vote_key INTEGER PRIMARY KEY,
    reader TEXT NOT NULL,             -- hash of the key that the reader's browser has
    answer_key TEXT NOT NULL,         -- hash of question and answer
    time TEXT NOT NULL,               -- ISO 8601, UTC
    is_good INTEGER NOT NULL,
    word TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    articles TEXT NOT NULL,           -- the ids of the articles cited, as JSON
    generation TEXT NOT NULL,         -- of the archive
    model TEXT NOT NULL,
    UNIQUE (reader, answer_key)
);
CREATE INDEX votes_by_time ON votes (time);
CREATE TABLE unanswered (
    folded TEXT PRIMARY KEY,
    question TEXT NOT NULL,           -- as it was asked last
    asked INTEGER NOT NULL,           -- how often
    time TEXT NOT NULL,               -- when it was asked last
    confidence REAL NOT NULL          -- of the last answer that was held back
);
CREATE INDEX unanswered_by_time ON unanswered (time);
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    reader TEXT NOT NULL,
    name TEXT NOT NULL,
    turns INTEGER NOT NULL,
    time TEXT NOT NULL,               -- when it was last added to
    revision INTEGER NOT NULL,        -- counts the changes of its content
    window TEXT NOT NULL,             -- which window of the reader's wrote it last
    content TEXT NOT NULL
);
CREATE INDEX conversations_by_reader ON conversations (reader, time);
CREATE INDEX conversations_by_time ON conversations (time);
"""
# What later releases keep beside; an earlier one leaves it alone.
_SINCE = """
CREATE TABLE IF NOT EXISTS shares (
    id TEXT PRIMARY KEY,              -- what its address ends with
    reader TEXT NOT NULL,
    conversation TEXT NOT NULL,       -- that it is a copy of
    name TEXT NOT NULL,
    turns INTEGER NOT NULL,
    time TEXT NOT NULL,               -- when it was shared
    generation TEXT NOT NULL,         -- of the archive then
    content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS shares_by_reader ON shares (reader, time);
CREATE INDEX IF NOT EXISTS shares_by_time ON shares (time);
CREATE TABLE IF NOT EXISTS asked (
    id TEXT PRIMARY KEY,              -- hash of day, question and kind
    time TEXT NOT NULL,               -- the day's midnight
    question TEXT NOT NULL,           -- as it was typed first
    meaning TEXT NOT NULL,            -- with what it leans on
    kind TEXT NOT NULL,               -- how it was answered
    asked INTEGER NOT NULL,           -- how often that day
    confidence REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS asked_by_time ON asked (time);
"""
_NEWEST_TABLE = "asked"


class UserStoreError(BulletinError):
    """The store cannot be read or written: damaged, locked, read-only, or its folder is gone."""


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """How much is kept; the oldest goes first. `days` is the age at which anything goes, 0 keeps nothing at all."""

    days: int = KEEP_DAYS
    votes: int = 100_000
    unanswered: int = 2_000
    conversations: int = 20_000
    conversations_of_one: int = 200

    @classmethod
    def from_environment(cls) -> RetentionLimits:
        """The defaults, with BULLETIN_KEEP_DAYS where it is set. Raises SourceError for what is no number."""
        text = Variable.KEEP_DAYS.read()
        if not (text.isascii() and text.isdecimal() and len(text) <= 5):
            raise SourceError(HistoryCode.BAD_KEEP_DAYS, variable=Variable.KEEP_DAYS, text=text, default=KEEP_DAYS)
        return cls(days=int(text))


@dataclass(frozen=True, slots=True)
class RatedAnswer:
    """What a vote is about. `articles` are the ids of the articles cited."""

    question: str
    answer: str
    abstained: bool = False
    articles: tuple[str, ...] = ()
    generation: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A user's vote on one answer. `user` tells users apart and is not their key."""

    time: datetime
    user: str
    is_good: bool
    word: str
    about: RatedAnswer


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that found no answer: how often it was asked, when last, and how sure the answer held back was."""

    question: str
    asked: int
    time: datetime
    confidence: float


@dataclass(frozen=True, slots=True)
class ConversationRevision:
    """Where a conversation lies in the store, and the state of it that one window of a browser has seen."""

    id: str = ""
    revision: int = 0
    window: str = ""


@dataclass(frozen=True, slots=True)
class ConversationEntry:
    """A conversation as a list shows it."""

    id: str
    name: str
    turns: int
    time: datetime


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(timezone.utc)


def new_user_key() -> str:
    """A key for a user that nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def user_key_of_session(secret: bytes, session: str) -> str:
    """The key for a user whose browser has none yet: the same at every call for a session, and as hard to guess.

    It is the HMAC-SHA256 of the session under a secret of 32 bytes that the process alone has.
    """
    return base64.urlsafe_b64encode(hmac.digest(secret, session.encode(), "sha256")).decode().rstrip("=")


class UserStore:
    """What users leave behind at one archive. Safe in several threads and processes; every call is one transaction.

    Every method raises UserStoreError when the file cannot be used. The file is made at the first writing; while
    there is none, the store is empty.
    """

    def __init__(
        self, archive: Path, *, bounds: RetentionLimits = RetentionLimits(), now: Callable[[], datetime] = utc_now
    ) -> None:
        self.path = archive / STORE_FILE
        self.bounds = bounds
        self.now = now

    def vote(self, user: str, about: RatedAnswer, *, is_good: bool) -> None:
        """Put down a vote. Another one on the same answer changes it and leaves the word that came with it."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO votes (reader, answer_key, time, is_good, word, question, answer, abstained, articles,"
                " generation, model) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (reader, answer_key) DO UPDATE SET time = excluded.time, is_good = excluded.is_good,"
                " generation = excluded.generation, model = excluded.model",
                (
                    hashed(user),
                    answer_key(about.question, about.answer),
                    time_of(connection, self.now()),
                    int(is_good),
                    _clean(about.question, _MAX_TEXT_CHARS),
                    _clean(about.answer, _MAX_TEXT_CHARS),
                    int(about.abstained),
                    json.dumps([_clean(one, 200) for one in about.articles], ensure_ascii=False),
                    about.generation,
                    _clean(about.model, 200),
                ),
            )
            leave_newest(connection, "votes", self.bounds.votes)

    def add_word(self, user: str, question: str, answer: str, word: str) -> bool:
        """Add a word (at most MAX_WORD_CHARS) to a vote. Returns whether there was a vote to add it to."""
        with self.writing() as connection:
            found = connection.execute(
                "UPDATE votes SET word = ? WHERE reader = ? AND answer_key = ?",
                (_clean(word.strip(), MAX_WORD_CHARS), hashed(user), answer_key(question, answer)),
            )
            return found.rowcount > 0

    def take_back(self, user: str, question: str, answer: str) -> None:
        """Forget a vote."""
        with self.writing() as connection:
            connection.execute(
                "DELETE FROM votes WHERE reader = ? AND answer_key = ?",
                (hashed(user), answer_key(question, answer)),
            )

    def votes_of(self, user: str) -> dict[str, bool]:
        """A user's votes, by `answer_key`: whether each is good."""
        with self.reading() as connection:
            rows = connection.execute("SELECT answer_key, is_good FROM votes WHERE reader = ?", (hashed(user),))
            return {str(key): bool(is_good) for key, is_good in rows}

    def votes(self, *, since: datetime | None = None, limit: int = -1) -> list[Vote]:
        """The votes, newest first."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT time, reader, is_good, word, question, answer, abstained, articles, generation, model"
                " FROM votes WHERE time >= ? ORDER BY time DESC, vote_key DESC LIMIT ?",
                (self._since(since), limit),
            ).fetchall()
        return [
            Vote(
                datetime.fromisoformat(time),
                user[:8],
                bool(is_good),
                word,
                RatedAnswer(question, answer, bool(abstained), tuple(json.loads(articles)), generation, model),
            )
            for time, user, is_good, word, question, answer, abstained, articles, generation, model in rows
        ]

    def count_unanswered(self, question: str, *, confidence: float, meaning: str = "") -> None:
        """Put down that a question found no answer. Width, script, spaces and punctuation make no other question.

        `meaning` tells questions apart that lean on others (default: the question itself).
        """
        question = _clean(" ".join(question.split()), _MAX_TEXT_CHARS)
        folded = fold_to_words(_clean(meaning or question, _MAX_TEXT_CHARS))
        if not folded:
            return
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO unanswered VALUES (?, ?, 1, ?, ?) ON CONFLICT (folded) DO UPDATE SET asked = asked + 1,"
                " question = excluded.question, time = excluded.time, confidence = excluded.confidence",
                (folded, question, time_of(connection, self.now()), confidence),
            )
            leave_newest(connection, "unanswered", self.bounds.unanswered)

    def unanswered(self, *, since: datetime | None = None, limit: int = -1) -> list[Unanswered]:
        """The questions that found no answer, the one asked last first."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT question, asked, time, confidence FROM unanswered WHERE time >= ?"
                " ORDER BY time DESC, rowid DESC LIMIT ?",
                (self._since(since), limit),
            ).fetchall()
        return [Unanswered(text, asked, datetime.fromisoformat(time), sure) for text, asked, time, sure in rows]

    def keep(
        self, user: str, place: ConversationRevision, content: str, *, name: str, turns: int, goes_on: bool = False
    ) -> ConversationRevision:
        """Write a conversation down and return where it is now. An empty place is a new one, and gets the `name`.

        If what lies at the place is gone, or another window has changed it since, this one is written to a new place,
        so that neither is lost. Where it `goes_on`, its place was written only moments ago; if that is gone, its user
        has deleted it meanwhile, and nothing is written.
        """
        content = _clean(content, _MAX_CONVERSATION_CHARS + 1)
        if len(content) > _MAX_CONVERSATION_CHARS:
            raise UserStoreError(HistoryCode.TOO_LONG, most=_MAX_CONVERSATION_CHARS)
        with self.writing() as connection:
            now = time_of(connection, self.now())
            changed = connection.execute(
                "UPDATE conversations SET content = ?, turns = ?, time = ?, revision = revision + 1,"
                # A window whose page was stopped before it learned of its last writing knows an older revision.
                " window = ? WHERE id = ? AND reader = ? AND (revision = ? OR window = ?) RETURNING revision",
                (
                    content, turns, now, place.window, place.id, hashed(user), place.revision, place.window
                ),
            ).fetchone()  # fmt: skip
            if changed:
                return ConversationRevision(place.id, changed[0], place.window)
            if goes_on and place.id and not _lies_there(connection, place.id):
                return place
            made = ConversationRevision(secrets.token_urlsafe(12), 1, secrets.token_hex(8))
            name = _clean(_line(name), MAX_NAME_CHARS)
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    made.id,
                    hashed(user),
                    name,
                    turns,
                    time_of(connection, self.now()),
                    made.revision,
                    made.window,
                    content,
                ),
            )
            connection.execute(
                "DELETE FROM conversations WHERE reader = ? AND id NOT IN (SELECT id FROM conversations"
                " WHERE reader = ? ORDER BY time DESC, rowid DESC LIMIT ?)",
                (hashed(user), hashed(user), self.bounds.conversations_of_one),
            )
            leave_newest(connection, "conversations", self.bounds.conversations)
            return made

    def conversation(self, user: str, conversation: str) -> tuple[ConversationRevision, str] | None:
        """A user's conversation, opened in a window of its own; None when this user has none with that id."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT id, revision, content FROM conversations WHERE id = ? AND reader = ? AND time >= ?",
                (conversation, hashed(user), self.oldest()),
            ).fetchone()
        return (ConversationRevision(row[0], row[1], secrets.token_hex(8)), row[2]) if row else None

    def conversations(self, user: str) -> list[ConversationEntry]:
        """A user's conversations, the one added to last first."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT id, name, turns, time FROM conversations WHERE reader = ? AND time >= ?"
                " ORDER BY time DESC, rowid DESC",
                (hashed(user), self.oldest()),
            ).fetchall()
        return [ConversationEntry(key, name, turns, datetime.fromisoformat(time)) for key, name, turns, time in rows]

    def rename(self, user: str, conversation: str, name: str) -> None:
        """Give a user's conversation another name (at most MAX_NAME_CHARS); an empty one changes nothing."""
        if name := _clean(_line(name), MAX_NAME_CHARS):
            with self.writing() as connection:
                connection.execute(
                    "UPDATE conversations SET name = ? WHERE id = ? AND reader = ?",
                    (name, conversation, hashed(user)),
                )

    def delete(self, user: str, conversation: str) -> None:
        """Delete one of a user's conversations, and what was shared of it."""
        with self.writing() as connection:
            for table, column in (("conversations", "id"), ("shares", "conversation")):
                connection.execute(
                    f"DELETE FROM {table} WHERE {column} = ? AND reader = ?", (conversation, hashed(user))
                )

    def delete_all(self, user: str) -> None:
        """Delete everything that is put down to a user: conversations, votes and shares."""
        with self.writing() as connection:
            for table in ("conversations", "votes", "shares"):
                connection.execute(f"DELETE FROM {table} WHERE reader = ?", (hashed(user),))

    def purge(self) -> int:
        """Take out what is too old, and return how many rows that was. A step of the clock is not taken at its word."""
        if not self.path.exists():
            return 0
        with self._explained(), closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                prepare(connection)
                gone = purge(connection, days=self.bounds.days, now=self.now())
                seal(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if gone:
                # What was deleted is to be gone from the log as well.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def damage(self) -> StoreDamage:
        """What is wrong with the store, by the checksum of every row; nothing where there is no file."""
        if not self.path.exists():
            return StoreDamage()
        try:
            with closing(self._open_to_read()) as connection:
                return find_damage(connection)
        except sqlite3.OperationalError as error:
            raise UserStoreError(HistoryCode.BUSY, path=self.path, detail=str(error)) from error
        except sqlite3.DatabaseError as error:
            return StoreDamage((str(error),))

    def mend(self) -> tuple[int, StoreDamage]:
        """Keep what is as it was stored; how many rows these are, and what of the store was lost."""
        with self._explained():
            return mend(self.path, _lay_out)

    def _since(self, time: datetime | None) -> str:
        return max(stamp(time), self.oldest()) if time else self.oldest()

    def oldest(self) -> str:
        """The time from which on anything is shown, as the store keeps times."""
        return stamp(self.now() - timedelta(days=self.bounds.days))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read by; an empty store where there is no file."""
        with self._explained():
            if not self.path.exists():
                with closing(sqlite3.connect(":memory:")) as empty:
                    empty.executescript(_SCHEMA + _SINCE)
                    yield empty
                return
            with closing(self._open_to_read()) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which also takes out what is too old; what it leaves behind, too, where nothing is kept."""
        with self._explained():
            if not self.path.exists():
                # What users said is nobody else's on a machine with several users.
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(self._open()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    prepare(connection)
                    purge(connection, days=self.bounds.days, now=self.now())
                    yield connection
                    if not self.bounds.days:
                        purge(connection, days=0, now=self.now())
                    seal(connection)
                    connection.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")

    def _open_to_read(self) -> sqlite3.Connection:
        """As `_open`; on a disk that cannot be written, where no log can be kept, what lies there is read as it is."""
        try:
            return self._open()
        except sqlite3.OperationalError:
            if os.access(self.path.parent, os.W_OK) and os.access(self.path, os.W_OK):
                raise
        address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_LOCK_SECONDS)
        if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            connection.close()
            raise sqlite3.OperationalError("made by another release, on a disk that cannot be written")
        if not _has_table(connection, _NEWEST_TABLE):
            for statement in filter(None, map(str.strip, _SINCE.split(";\n"))):
                if "TABLE" in statement:  # an empty one, in memory
                    connection.execute(statement.replace("TABLE IF NOT EXISTS", "TEMP TABLE IF NOT EXISTS"))
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=_LOCK_SECONDS)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise UserStoreError(HistoryCode.NEWER, path=self.path)
            if version != _VERSION:
                _make(connection)
            if not _has_table(connection, _NEWEST_TABLE):
                _add_tables(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            # A conversation that was deleted is to be gone from the file as well.
            connection.execute("PRAGMA secure_delete = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise UserStoreError, with the cause and the cure, for whatever is wrong with the file."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise UserStoreError(HistoryCode.BUSY, path=self.path, detail=str(error)) from error
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise UserStoreError(HistoryCode.DAMAGED, path=self.path, detail=str(error)) from error
        except OSError as error:
            raise UserStoreError(HistoryCode.UNUSABLE, path=self.path, detail=error.strerror) from error


def answer_key(question: str, answer: str) -> str:
    """What an answer to a question goes by."""
    return hashlib.sha256(f"{_clean(question)}\0{_clean(answer)}".encode()).hexdigest()[:32]


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been faster.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"made by another version of this program: {version}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    # SQLite waits for nobody when it changes this. Without it, those who read and who write wait for each other.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


def _lay_out(connection: sqlite3.Connection) -> None:
    _make(connection)
    _add_tables(connection)


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


def _add_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _SINCE.split(";\n"):
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _lies_there(connection: sqlite3.Connection, conversation: str) -> bool:
    found = connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation,)).fetchone()
    return found is not None


def leave_newest(connection: sqlite3.Connection, table: str, most: int) -> None:
    """Delete the oldest rows of a table, so that at most so many are left."""
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    if count > most:
        connection.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} ORDER BY time, rowid LIMIT ?)",
            (count - most,),
        )


def hashed(user: str) -> str:
    """What the store knows of a user instead of their key."""
    return hashlib.sha256(_clean(user).encode()).hexdigest()


def _line(text: str) -> str:
    return " ".join(text.split())


def _clean(text: Any, most: int | None = None) -> str:
    """The text without halves of characters, which a browser can send and no file can hold."""
    return str(text).encode("utf-8", "replace").decode("utf-8")[:most]
