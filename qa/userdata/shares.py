"""Answers and conversations that users share by an address: what was said, with its evidence as it stood then.

A share is a copy, so that a later build does not change what was shown, and it holds the turns that were shared and
nothing else: not who shared them, nor what else was asked. It goes when it is taken back, when its conversation is
deleted, and with its age. What was withdrawn since is left out when it is shown.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from embeddings import Article, Snapshot
from embeddings.errors import ArgumentError
from qa.errors import HistoryCode
from qa.i18n import Words
from qa.types import Answer, AnswerKind, Citation, Passage
from qa.userdata.conversation import Turn
from qa.userdata.retention import time_of
from qa.userdata.store import UserStore, hashed, leave_newest

MOST_OF_ONE = 200  # shares of a user
_FORM = 1


@dataclass(frozen=True, slots=True)
class SharedSource:
    """A source of an answer: the article as it was then, its quote, and the passage around that.

    `issue`, `source` and `member` say where it came from; `day` is ISO 8601 or "". `is_changed` says that the article
    does not say so any more.
    """

    number: int
    article: str
    issue: str
    source: str
    member: str
    title: str
    printed: str
    day: str
    section: str
    byline: str
    quote: str
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class SharedTurn:
    """A question and its answer; `is_gone` says that what it stood on was withdrawn, and nothing of it is left."""

    question: str
    text: str
    note: str
    kind: AnswerKind
    sources: tuple[SharedSource, ...] = ()
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class SharedPage:
    """What stands at an address: its turns, when it was shared, and the state of the archive it is of."""

    id: str
    time: datetime
    generation: str
    turns: tuple[SharedTurn, ...]


@dataclass(frozen=True, slots=True)
class ShareEntry:
    """A share as its user's list shows it."""

    id: str
    name: str
    turns: int
    time: datetime


class ShareStore:
    """The shares in a store of users' data. Raises UserStoreError as that does."""

    def __init__(self, store: UserStore) -> None:
        self._store = store

    def share(self, user: str, conversation: str, turns: Sequence[Turn], *, name: str, generation: str) -> str:
        """Keep a copy of some turns that have answers, and return the id of its address (192 bits, by chance)."""
        made = secrets.token_urlsafe(24)
        content = pack_turns(turns)
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO shares VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    made,
                    hashed(user),
                    conversation,
                    name,
                    len(turns),
                    time_of(connection, self._store.now()),
                    generation,
                    content,
                ),
            )
            connection.execute(
                "DELETE FROM shares WHERE reader = ? AND id NOT IN (SELECT id FROM shares WHERE reader = ?"
                " ORDER BY time DESC, rowid DESC LIMIT ?)",
                (hashed(user), hashed(user), MOST_OF_ONE),
            )
            leave_newest(connection, "shares", self._store.bounds.conversations)
        return made

    def entries(self, user: str) -> list[ShareEntry]:
        """What a user shares, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT id, name, turns, time FROM shares WHERE reader = ? AND time >= ?"
                " ORDER BY time DESC, rowid DESC",
                (hashed(user), self._store.oldest()),
            ).fetchall()
        return [ShareEntry(key, name, turns, datetime.fromisoformat(time)) for key, name, turns, time in rows]

    def revoke(self, user: str, share: str) -> None:
        """Take one of a user's shares back: its address shows nothing from now on."""
        with self._store.writing() as connection:
            connection.execute("DELETE FROM shares WHERE id = ? AND reader = ?", (share, hashed(user)))

    def read(self, share: str, snapshot: Snapshot) -> SharedPage | None:
        """What stands at an address, without what the archive has no more; None where there is nothing."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT time, generation, content FROM shares WHERE id = ? AND time >= ?",
                (share, self._store.oldest()),
            ).fetchone()
        if row is None:
            return None
        turns = tuple(_still_there(turn, snapshot) for turn in unpack_turns(row[2]))
        return SharedPage(share, datetime.fromisoformat(row[0]), row[1], turns)


def pack_turns(turns: Sequence[Turn]) -> str:
    """The turns with an answer as JSON."""
    rows = [_turn_row(turn.question, turn.answer) for turn in turns if turn.answer]
    return json.dumps({"form": _FORM, "turns": rows}, ensure_ascii=False, separators=(",", ":"))


def unpack_turns(content: str) -> Iterator[SharedTurn]:
    """The turns that were packed. Raises ArgumentError for a text that `pack_turns` did not write."""
    try:
        row = json.loads(content)
        if row["form"] != _FORM:
            raise ArgumentError(HistoryCode.OTHER_FORM, form=row["form"])
        for one in row["turns"]:
            sources = tuple(SharedSource(**source) for source in one["sources"])
            yield SharedTurn(one["question"], _text(one["text"]), _text(one["note"]), AnswerKind(one["kind"]), sources)
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(HistoryCode.UNREADABLE, detail=repr(error)) from error


def _turn_row(question: str, answer: Answer) -> dict[str, Any]:
    return {
        "question": question,
        "text": _said(answer.text),
        "note": _said(answer.note),
        "kind": str(answer.kind),
        "sources": [asdict(_source(citation, answer.passages)) for citation in answer.citations],
    }


def _source(citation: Citation, passages: Sequence[Passage]) -> SharedSource:
    article = citation.article
    return SharedSource(
        number=citation.number,
        article=article.id,
        issue=article.issue_id,
        source=article.issue.source,
        member=article.issue.member,
        title=article.title,
        printed=article.issue.name,
        day=article.date.isoformat() if article.date else "",
        section=article.section,
        byline=article.byline,
        quote=citation.quote,
        text=next((one.text for one in passages if _bears_out(one, citation)), citation.quote),
    )


def _bears_out(passage: Passage, citation: Citation) -> bool:
    same = (passage.article.issue_id, passage.article.id) == (citation.article.issue_id, citation.article.id)
    return same and citation.quote in passage.text


def _still_there(turn: SharedTurn, snapshot: Snapshot) -> SharedTurn:
    """A turn as it may be shown now: nothing of it where one of its articles was withdrawn."""
    sources = []
    for source in turn.sources:
        article = _article(source, snapshot)
        if article is None:
            return replace(turn, text="", note="", sources=(), is_gone=True)
        is_said = source.quote in article.body or source.quote in article.byline or source.quote in article.title
        sources.append(replace(source, is_changed=not is_said))
    return replace(turn, sources=tuple(sources))


def _article(source: SharedSource, snapshot: Snapshot) -> Article | None:
    """The article in the same issue, or in the one that has taken its place."""
    found = snapshot.read_article(source.article)
    same = [one for one in found if one.issue_id == source.issue]
    moved = [one for one in found if (one.issue.source, one.issue.member) == (source.source, source.member)]
    return next(iter([*same, *moved]), None)


def _said(text: str) -> list[str]:
    return [str(text), text.english] if isinstance(text, Words) else [str(text)]


def _text(said: Sequence[str] | Mapping[str, Any]) -> str:
    chinese, *english = said
    return Words(chinese, english[0]) if english else str(chinese)
