"""What stands in place of an answer, in words."""

from __future__ import annotations

from qa.i18n import words
from qa.userdata.conversation import Turn, TurnState

WITHDRAWN = words("withdrawn_answer")


def note_of(turn: Turn) -> str:
    """How far a question has come, or why it was not taken; "" for one that was answered."""
    return turn.note if turn.state is TurnState.DONE else words(str(turn.state))
