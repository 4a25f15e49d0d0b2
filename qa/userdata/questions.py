"""What one user has asked and was answered, over all of the user's own conversations, to be looked through."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache

from embeddings import fold_to_words
from qa.userdata.store import UserStore, hashed

_KEPT = 16  # users whose questions are held
_FOUND = 30  # turns
_AROUND = 24  # characters on either side of what was looked for


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question of a conversation (its id and name), and the text of its answer; "" where it has none."""

    conversation: str
    name: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn that has what was looked for, and where in `text`, a part of its question or of its answer."""

    turn: OwnQuestion
    text: str
    start: int
    end: int


class OwnQuestions:
    """Reads the questions of users, and holds those of the last few until they change. Use from any thread."""

    def __init__(self, store: UserStore) -> None:
        self._store = store
        self._known: LRUCache[str, tuple[tuple[object, ...], tuple[OwnQuestion, ...]]] = LRUCache(_KEPT)
        self._lock = Lock()

    def of(self, user: str) -> tuple[OwnQuestion, ...]:
        """A user's questions, the newest conversation first and in each the newest question.

        Raises UserStoreError where they cannot be read.
        """
        key, oldest = hashed(user), self._store.oldest()
        with self._store.reading() as connection:
            state = connection.execute(
                "SELECT count(*), sum(revision), max(time), group_concat(name) FROM conversations"
                " WHERE reader = ? AND time >= ?",
                (key, oldest),
            ).fetchone()
            with self._lock:
                known = self._known.get(key)
            if known and known[0] == state:
                return known[1]
            rows = connection.execute(
                "SELECT id, name, content FROM conversations WHERE reader = ? AND time >= ?"
                " ORDER BY time DESC, rowid DESC",
                (key, oldest),
            ).fetchall()
        found = tuple(one for row in rows for one in reversed(_questions(*row)))
        with self._lock:
            self._known[key] = (state, found)
        return found

    def find(self, user: str, words: str) -> list[FoundTurn]:
        """The turns of a user that have some words, as `of` orders them. Raises as `of` does."""
        wanted = fold_to_words(words)
        if not wanted:
            return []
        found = (_found(turn, words, wanted) for turn in self.of(user))
        return [one for one in found if one][:_FOUND]


def _questions(conversation: str, name: str, content: str) -> Sequence[OwnQuestion]:
    """Those of a conversation as it is kept; none where that is of another form."""
    try:
        turns = json.loads(content)["turns"]
        return [
            OwnQuestion(conversation, name, str(one["question"]), str(one.get("answer", {}).get("text", "")))
            for one in turns
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _found(turn: OwnQuestion, words: str, wanted: str) -> FoundTurn | None:
    for text in (turn.question, turn.answer):
        if wanted not in fold_to_words(text):
            continue
        at = text.casefold().find(" ".join(words.split()).casefold())
        if at < 0:  # in another script or width: shown from its beginning
            return FoundTurn(turn, text[: 3 * _AROUND], 0, 0)
        end = at + len(" ".join(words.split()))
        first = max(0, at - _AROUND)
        return FoundTurn(turn, text[first : end + 2 * _AROUND], at - first, end - first)
    return None
