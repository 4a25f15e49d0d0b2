"""What one user has asked on the page and was answered, as the page shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from embeddings import Issue
from qa.i18n import words
from qa.types import Answer

_TURNS_KEPT = 100  # so that a page left open for months stays small


class TurnState(str, Enum):
    """How far a question has come. StrEnum needs Python 3.11."""

    DONE = "done"  # answered, or refused with a note that says why
    WAITING = "waiting"
    STOPPED = "stopped"  # its user waits no longer
    LOST = "lost"  # the answer never came: the connection was lost

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, or the note that says why it was not taken; neither while the state is not DONE.

    `is_new` says that no language model has been asked yet to write the answer. `ticket` is the number under which a
    question is being answered.
    """

    question: str
    answer: Answer | None = None
    note: str = ""
    state: TurnState = TurnState.DONE
    is_new: bool = False
    ticket: int = 0

    @property
    def issues(self) -> Iterator[Issue]:
        """The issues its answer shows something of."""
        if self.answer:
            yield from (passage.article.issue for passage in self.answer.passages)
            yield from (citation.article.issue for citation in self.answer.citations)

    def rests_on(self, gone: Collection[str]) -> bool:
        """Whether the answer cites, or names an article of, one of some issues (ids)."""
        if self.answer is None:
            return False
        cited = any(citation.article.issue_id in gone for citation in self.answer.citations)
        return cited or any(
            passage.article.issue_id in gone and words("titled", title=passage.article.title) in self.answer.text
            for passage in self.answer.passages
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one user has asked. `selected` is the place of the turn whose evidence is shown, from zero.

    Of the issues in `gone` (ids), which were withdrawn, nothing is shown.
    """

    turns: tuple[Turn, ...] = ()
    selected: int = -1

    def add(self, turn: Turn) -> Conversation:
        """The conversation with one more turn, which is selected when it has an answer."""
        turns = (*self.turns, turn)[-_TURNS_KEPT:]
        moved = len(self.turns) + 1 - len(turns)
        return Conversation(turns, len(turns) - 1 if turn.answer else max(-1, self.selected - moved))

    def tells_as(self, other: Conversation) -> bool:
        """Whether another one has the same questions with the very same answers, of which the same is selected."""

        def told(one: Turn) -> tuple[object, ...]:
            return one.question, id(one.answer), one.note, one.state

        return self.selected == other.selected and [*map(told, self.turns)] == [*map(told, other.turns)]

    @property
    def chosen(self) -> Turn | None:
        """The selected turn."""
        return self.turns[self.selected] if 0 <= self.selected < len(self.turns) else None

    @property
    def answer(self) -> Answer | None:
        """The answer of the selected turn."""
        return self.chosen.answer if self.chosen else None

    @property
    def last(self) -> Answer | None:
        """The last answer that is more than a reply to a greeting; the next question may lean on it."""
        return next((turn.answer for turn in reversed(self.turns) if turn.answer and not turn.answer.is_reply), None)

    def until(self, place: int) -> Conversation:
        """The conversation before the turn at a place, which is asked anew or taken back."""
        return Conversation(self.turns[:place], min(self.selected, place - 1))

    @property
    def is_waiting(self) -> bool:
        """Whether the last question is being answered."""
        return bool(self.turns) and self.turns[-1].state is TurnState.WAITING

    def stopped(self) -> Conversation:
        """The conversation whose user waits no longer."""
        if not self.is_waiting:
            return self
        return self.until(len(self.turns) - 1).add(replace(self.turns[-1], state=TurnState.STOPPED))

    def lost(self) -> Conversation:
        """The conversation whose last question nobody answers any more."""
        if not self.is_waiting:
            return self
        return self.until(len(self.turns) - 1).add(replace(self.turns[-1], state=TurnState.LOST))

    def settled(self) -> Conversation:
        """The conversation without a question whose answer never came: the connection was lost."""
        return replace(self, turns=self.turns[:-1]) if self.is_waiting else self
