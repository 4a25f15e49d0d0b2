"""Sharing an answer or a conversation: the address that comes of it, and taking it back.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

from typing import Any

from qa.i18n import words
from qa.userdata.conversation import Conversation
from qa.userdata.store import ConversationRevision
from qa.web.html.history import remark
from qa.web.html.shared import shared_now
from qa.web.scripts import on_load
from qa.web.tabs.history_panel import SHARING, HistoryPanel

_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_WHOLE = -1  # what a browser names as the turn where it means all of them


def lay_out_sharing(gr: Any, parts: dict[str, Any]) -> None:
    """The place for the address of what was shared last."""
    parts["shared"] = gr.HTML("", elem_id="shared", js_on_load=on_load("sharing", **SHARING), apply_default_css=False)


def wire_sharing(gr: Any, parts: dict[str, Any], panel: HistoryPanel) -> None:
    """Say what happens when a user shares an answer or all of them, and takes that back."""
    history, shared, listing = panel.history, parts["shared"], panel.shares

    def share(
        user: str, current: str, place: ConversationRevision, so_far: Conversation, event: gr.EventData
    ) -> tuple[Any, Any]:
        now, place = panel.present(user, current, place, so_far)
        turn = getattr(event, "turn", None)
        if not isinstance(turn, int) or not _WHOLE <= turn < len(now.turns):
            return gr.skip(), gr.skip()
        turns = now.turns if turn == _WHOLE else now.turns[turn : turn + 1]
        made = history.share(user, place.id, turns)
        return shared_now(made, is_whole=turn == _WHOLE) if made else remark(words("not_done")), panel.shared(user)

    def revoke(user: str, event: gr.EventData) -> tuple[Any, Any]:
        done = history.revoke(user, str(getattr(event, "id", "")))
        return remark(words("share_revoked") if done else words("not_done")), panel.shared(user)

    told = [shared, listing]
    parts["next"].share_turn(share, [panel.user, panel.current, panel.place, parts["conversation"]], told, **_AT_ONCE)
    for part in told:
        part.revoke(revoke, panel.user, told, **_AT_ONCE)
    shared.put_away(lambda: "", None, shared, **_AT_ONCE)
