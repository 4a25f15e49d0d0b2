"""The thumbs under each answer, and the word that may go with them.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

from typing import Any

from qa.i18n import labels, words
from qa.userdata.conversation import Conversation
from qa.userdata.history import voted
from qa.userdata.store import MAX_WORD_CHARS, ConversationRevision
from qa.web.html.history import remark
from qa.web.tabs.history_panel import HistoryPanel

THUMBS = ("Like", "Dislike")  # gradio draws these two as thumbs
_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_FAILED = words("not_noted")


def lay_out_feedback(gr: Any, parts: dict[str, Any]) -> None:
    """The box for a word, which comes after a vote."""
    label = labels(gr)
    with gr.Row(visible=False, elem_id="word") as parts["word_row"]:
        parts["word"] = gr.Textbox(
            label=label("word"), show_label=False, container=False, lines=1, max_lines=1, max_length=MAX_WORD_CHARS,
            placeholder=label("word_hint"), scale=8, min_width=160,
        )  # fmt: skip
        parts["add_word"] = gr.Button(label("add_word"), size="sm", scale=1, min_width=80)
        parts["no_word"] = gr.Button(label("no_word"), size="sm", scale=1, min_width=80)
    parts["voted_turn"] = gr.State(None)
    parts["vote_remark"] = gr.HTML("", elem_id="vote-remark", apply_default_css=False)


def wire_feedback(gr: Any, parts: dict[str, Any], panel: HistoryPanel) -> None:
    """Say what happens when a user votes, and adds a word."""
    chat, row, word, turn, said = (parts[name] for name in ("chat", "word_row", "word", "voted_turn", "vote_remark"))
    hidden = gr.update(visible=False)

    def vote(user: str, current: str, place: ConversationRevision, so_far: Conversation, event: gr.LikeData) -> Any:
        now, _ = panel.present(user, current, place, so_far)
        at = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        about = now.turns[at // 2] if isinstance(at, int) and 0 <= at // 2 < len(now.turns) else None
        if about is None or about.answer is None:
            return {chat: gr.update(feedback_value=voted(panel.history.votes(user), now)), row: hidden, said: ""}
        good = event.liked if isinstance(event.liked, bool) else None  # neither: the vote was taken back
        done = panel.history.vote(user, about, good)
        return {
            chat: gr.update(feedback_value=voted(panel.history.votes(user), now)),
            row: gr.update(visible=done and good is not None),
            word: "",
            turn: about,
            said: remark("" if done else _FAILED),
        }

    def add_word(user: str, about: Any, typed: str) -> Any:
        if not (typed or "").strip():
            return {row: hidden, said: ""}
        done = about is not None and panel.history.add_word(user, about, typed)
        return {row: gr.update(visible=not done), said: remark(words("thanks") if done else _FAILED)}

    mine = [panel.user, panel.current, panel.place, parts["conversation"]]
    chat.like(vote, mine, [chat, row, word, turn, said], **_AT_ONCE)
    gr.on([parts["add_word"].click, word.submit], add_word, [panel.user, turn, word], [row, said], **_AT_ONCE)
    parts["no_word"].click(lambda: (hidden, ""), None, [row, said], **_AT_ONCE)
