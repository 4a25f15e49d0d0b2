"""What the staff changed: a log that is kept, and taking a change back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embeddings import BulletinError
from qa.errors import NewsroomCode
from qa.i18n import Words, joined, words
from qa.newsroom.store import Item, NewsroomChange, NewsroomStore
from qa.web.services.editor import ARTICLE, CORRECTED_ISSUE, TAKEN_IN, WITHDRAWN_ISSUE, EditorService, Tell

_SHOWN = 3  # things that one change names
_LASTING = frozenset({TAKEN_IN, WITHDRAWN_ISSUE})  # an issue is withdrawn, or added again, in its own place
_WHAT = {
    "answer": ("log_answer_new", "log_answer", "log_answer_gone"),
    "declined": ("log_declined", "log_declined", "log_declined"),
    "notice": ("log_notice", "log_notice", "log_notice"),
    ARTICLE: ("log_article", "log_article", "log_article"),
    CORRECTED_ISSUE: ("log_issue", "log_issue", "log_issue"),
    TAKEN_IN: ("log_taken_in", "log_taken_in", "log_taken_in"),
    WITHDRAWN_ISSUE: ("log_withdrawn", "log_withdrawn", "log_withdrawn"),
}  # when it is new, changed, and gone


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as the log shows it; `is_open` says whether it can be taken back."""

    number: int
    time: datetime
    who: str
    what: str
    is_open: bool


class ChangeService:
    """The log of one newsroom. Raises BulletinError where something cannot be done."""

    def __init__(self, store: NewsroomStore, editor: EditorService) -> None:
        self._store, self._editor = store, editor

    def rows(self, *, limit: int) -> list[ChangeRow]:
        """The newest changes, the last one first."""
        return [_row(change) for change in self._store.changes(limit=limit)]

    def undo(self, number: int, tell: Tell, *, who: str = "") -> None:
        """Take a change back, whole or not at all where it is one of several things, and note that."""

        def elsewhere(item: Item) -> None:
            kind, key, before, after = item
            if kind == ARTICLE:
                self._editor.bring_back_article(key, before, after, tell)
            elif kind == CORRECTED_ISSUE:
                self._editor.bring_back_issue(key, before, after, tell)
            else:
                raise BulletinError(NewsroomCode.CHANGED_SINCE)

        self._store.undo(number, who=who, elsewhere=elsewhere)


def _row(change: NewsroomChange) -> ChangeRow:
    is_open = change.undone is None and not any(kind in _LASTING for kind, _, _, _ in change.items)
    told = [_told(item) for item in change.items[:_SHOWN]]
    more = len(change.items) - _SHOWN
    parts: Sequence[str] = (
        words("log_undoes") if change.undoes is not None else "",
        joined(words("enumerates"), told),
        words("log_more", n=more) if more > 0 else "",
        words("log_undone") if change.undone is not None else "",
    )
    return ChangeRow(change.number, change.time, change.who, joined("", parts), is_open)


def _told(item: Item) -> Words:
    kind, _, before, after = item
    keys = _WHAT.get(kind, _WHAT[ARTICLE])
    key = keys[0] if before is None else keys[2] if after is None else keys[1]
    return words(key, name=_name(after if after is not None else before))


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("question") or value.get("title") or value.get("name") or "")
    return ""
