"""The page as a gr.Blocks: its tabs, what they share, and the endpoints for other programs."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.errors import ArgumentError
from qa.api.endpoints import publish
from qa.assistant import Assistant
from qa.errors import ServingCode
from qa.i18n import labels
from qa.newsroom.store import NewsroomStore
from qa.server.access import AccessLimits
from qa.server.auth import StaffAccess
from qa.server.gradio_internals import (
    describe_no_sessions,
    fault_of_call,
    fill_in_defaults,
    leave_skipped_alone,
    note_no_events,
    strike_off_sessions,
    take_turns,
)
from qa.server.middleware import Serving
from qa.server.users import UserFile
from qa.userdata.conversation import Conversation
from qa.userdata.history import History
from qa.userdata.store import RetentionLimits
from qa.web.html import answers as answer_html
from qa.web.services.chat import ChatService
from qa.web.services.editor import EditorService
from qa.web.services.library import Library
from qa.web.services.standard import StandardService
from qa.web.tabs.browse_tab import BrowseTab
from qa.web.tabs.chat_tab import Parts, lay_out_chat, wire_chat
from qa.web.tabs.history_panel import HistoryPanel
from qa.web.tabs.staff_tab import build_staff_tab

_KEPT_SECONDS = 86_400  # of a dropped file, until it is confirmed


def build_page(
    assistant: Assistant,
    *,
    editing: bool = False,
    archive: Path | None = None,
    staff_access: StaffAccess | None = None,
    remember: bool = True,
    bounds: RetentionLimits | None = None,
    limits: AccessLimits | None = None,
) -> Any:
    """The page as a gr.Blocks, ready for `serve`, with the endpoints for other programs.

    With `editing`, it has a staff tab that changes the archive in the folder `archive`, which must be the assistant's,
    for those whom `staff_access` admits (default: those on this machine). With `remember`, and where `archive` is
    named, it keeps conversations, votes and questions without an answer in that folder, within `bounds` (default: as
    the environment says). `limits` (default: as the environment says) bound what one sender may take. Raises
    SourceError for a bad BULLETIN_KEEP_DAYS or limit, and ArgumentError for `editing` without `archive`.
    """
    import gradio as gr

    if editing and archive is None:
        raise ArgumentError(ServingCode.NO_FOLDER)
    bounds = bounds or RetentionLimits.from_environment()
    limits = limits or AccessLimits.from_environment()
    newsroom = assistant.follow(NewsroomStore(archive.resolve())) if archive else None
    history = History(assistant, archive.resolve(), bounds=bounds) if remember and archive and bounds.days else None
    kept = (3600, _KEPT_SECONDS) if editing else None
    users = UserFile(archive.resolve()) if archive else None
    staff_access = (staff_access or StaffAccess()) if editing else None
    if staff_access and users:
        staff_access.follow(users)
    with gr.Blocks(title="公报问答", analytics_enabled=False, fill_width=True, delete_cache=kept) as page:
        parts: Parts = {"conversation": gr.State(Conversation()), "generation": gr.State("")}
        parts["gone"] = gr.State(frozenset())  # issues that were withdrawn while this page showed something of them
        parts["masthead"] = gr.HTML(elem_id="masthead")
        if history:
            parts["kept"] = HistoryPanel(gr, parts, history)
        changed: list[Any] = []
        service, library = ChatService(assistant), Library(assistant)
        words = labels(gr)
        with gr.Tabs(elem_id="rooms"):
            with gr.Tab(words("ask_tab"), id="ask"):
                lay_out_chat(gr, parts, library)
            with gr.Tab(words("browse_tab"), id="browse"):
                browsing = BrowseTab(gr, library)
            if staff_access is not None and archive is not None:
                with gr.Tab(words("staff_tab"), id="staff") as tab:
                    editor = EditorService(assistant, archive.resolve(), newsroom)
                    standard = StandardService(newsroom, today=assistant.today) if newsroom else None
                    changed = build_staff_tab(
                        gr, editor, page, tab, parts["generation"], staff_access, history, standard, assistant.encoder
                    )
        gr.HTML(answer_html.foot(), elem_id="foot", apply_default_css=False)
        wire_chat(gr, page, parts, service, library, after=changed)
        browsing.wire(gr, page, parts, service)
        publish(gr, assistant)
    fill_in_defaults(page)
    describe_no_sessions(page)
    leave_skipped_alone(page)
    note_no_events()
    # The encoder uses every core for one question; more at once than cores only makes each wait longer.
    # What can be asked for only through the queue cannot be asked past it.
    page.queue(default_concurrency_limit=max(2, os.cpu_count() or 2), max_size=limits.max_waiting, api_open=False)
    strike_off_sessions(page)
    take_turns(page, most_of_sender=limits.max_sender_waiting)
    # On the page itself, so that it cannot be served without its request filter.
    fault = partial(fault_of_call, page)
    page.serving = Serving(assistant, archive, staff_access, users=users, limits=limits, fault_of_call=fault)
    page.history = history
    return page
