"""A conversation as HTML: its messages, and the evidence of the turn that is selected."""

from __future__ import annotations

from collections.abc import Collection

from qa.userdata.conversation import Conversation, TurnState
from qa.userdata.notes import WITHDRAWN, note_of
from qa.web.html import answers as answer_html


def conversation_messages(conversation: Conversation, gone: Collection[str] = ()) -> list[dict[str, str]]:
    """The turns as the conversation shows them, two messages each."""
    messages = []
    for place, turn in enumerate(conversation.turns):
        if turn.rests_on(gone):
            said = answer_html.note_bubble(WITHDRAWN)
        elif turn.answer:
            said = answer_html.answer_bubble(turn.answer, turn=place, is_last=place == len(conversation.turns) - 1)
        else:
            is_waiting = turn.state is TurnState.WAITING
            said = answer_html.note_bubble(note_of(turn), turn=None if is_waiting else place, is_waiting=is_waiting)
        messages += [
            {"role": "user", "content": answer_html.question_bubble(turn.question, turn=place)},
            {"role": "assistant", "content": said},
        ]
    return messages


def conversation_evidence(conversation: Conversation, gone: Collection[str] = ()) -> str:
    """The cards of the selected turn."""
    chosen = conversation.chosen
    if chosen is None or chosen.answer is None:
        return answer_html.empty_evidence()
    if chosen.rests_on(gone):
        return answer_html.empty_evidence(WITHDRAWN)
    return answer_html.evidence(chosen.answer, gone=gone, turn=conversation.selected)
