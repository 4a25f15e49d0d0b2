"""The user's own drawer: conversations that are kept, opened again, renamed, exported and deleted.

A browser has its user's key in its local storage, and each of its windows the id of its conversation in the storage
of the window, so that a reload brings it back, and whoever opens the page next begins anew.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

import inspect
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from qa.i18n import both_languages, labels, language_of_request, words
from qa.server.gradio_internals import signed_like
from qa.userdata import export
from qa.userdata.conversation import Conversation, TurnState
from qa.userdata.history import NEW, File, History, is_user_key, voted
from qa.userdata.store import MAX_NAME_CHARS, ConversationRevision, new_user_key, user_key_of_session
from qa.web.html import answers as answer_html
from qa.web.html.conversation import conversation_evidence, conversation_messages
from qa.web.html.history import found_list, heading, kept_list, remark
from qa.web.html.shared import share_list
from qa.web.scripts import on_event, on_load
from qa.web.services.chat import ChatService

Changes = dict[Any, Any]  # what components of the page are to hold
Event = dict[str, Any]  # what an event of gradio is given: fn, inputs, outputs and the like

# Gradio would make a new secret at every start, and no browser could read what it has stored. It keeps nothing from the
# owner of the browser, nor is it meant to.
_STORAGE = {"storage_key": "bulletin-reader", "secret": "bulletin-reader"}
_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_LOOKS = 20  # for an answer that was on its way when the page was reloaded
_LOOK_SECONDS = 0.5
_FAILED = words("not_done")
SHARING = {"words": both_languages("copied")}  # what the script that shows addresses of shares is given


class HistoryPanel:
    """Lays the drawer out, and keeps every conversation as it grows. `parts` are the page's components, by name."""

    def __init__(self, gr: Any, parts: dict[str, Any], history: History) -> None:
        self._gr, self._parts, self.history, label = gr, parts, history, labels(gr)
        self._secret = secrets.token_bytes(32)
        self.user = gr.BrowserState("", **_STORAGE)
        self.current = gr.Textbox("", visible="hidden")  # held by the page, so that it outlives the session
        self.place = gr.State(NEW)
        self.file = gr.Textbox("", visible="hidden")
        with gr.Sidebar(label=label("kept"), open=False, elem_id="kept", width=320):
            gr.HTML(heading(), apply_default_css=False)
            self.new = gr.Button(label("new_conversation"), elem_id="new-conversation", size="md")
            self.look = gr.Textbox(
                elem_id="kept-look", label=label("kept_look"), show_label=False, container=False, max_lines=1,
                placeholder=label("kept_look"),
            )  # fmt: skip
            self.found = gr.HTML("", elem_id="kept-found", js_on_load=on_load("found"), apply_default_css=False)
            said = both_languages("kept", "voted_good", "voted_bad")
            self.listing = gr.HTML(
                kept_list([], ""), elem_id="kept-conversations", js_on_load=on_load("drawer", words=said),
                apply_default_css=False,
            )  # fmt: skip
            with gr.Column(visible=False, elem_id="kept-one") as self.panel:
                self.name = gr.Textbox(label=label("kept_name"), max_lines=1, max_length=MAX_NAME_CHARS, min_width=120)
                with gr.Row():
                    self.rename = gr.Button(label("rename"), size="sm", min_width=80)
                    self.delete = gr.Button(label("delete"), size="sm", min_width=80)
                with gr.Row():
                    self.markdown = gr.Button(label("export_markdown"), size="sm", min_width=120)
                    self.word = gr.Button(label("export_word"), size="sm", min_width=120, visible=export.offers_word())
            self.shares = gr.HTML(
                "", elem_id="shares", js_on_load=on_load("sharing", **SHARING), apply_default_css=False
            )
            self.delete_all = gr.Button(label("delete_all"), size="sm", variant="secondary", elem_id="delete-all")
            with gr.Column(visible=False, elem_id="deleting") as self.confirmation:
                self.warning = gr.HTML("", apply_default_css=False)
                with gr.Row():
                    self.stay = gr.Button(label("not_deleted"), size="sm", min_width=80)
                    self.delete_now = gr.Button(label("delete_now"), size="sm", variant="primary", min_width=80)
            self.doomed = gr.State("")  # what is to be deleted once that is confirmed: an id, or _ALL
            self.remark = gr.HTML("", apply_default_css=False)

    def keeping(self, event: Event) -> Event:
        """An event that keeps the conversation whenever its handler has changed it.

        The event's inputs and outputs must have the conversation; the handler must yield or return its changes by
        component, or one value for each of the outputs.
        """
        handler, conversation = event["fn"], self._parts["conversation"]
        inputs, outputs = list(event["inputs"]), list(event["outputs"])
        at = inputs.index(conversation)

        def run(request: Any, *values: Any) -> Iterator[Any]:
            *given, user, current, place = values
            # Whoever asks before the page has given them a key gets one now; else their conversation would be lost.
            first = {} if is_user_key(user) else {self.user: self._first_key(request)}
            user = first.get(self.user, user)
            given[at], place = self.present(user, current, place, given[at])
            told = handler(*given)
            steps = told if inspect.isgeneratorfunction(handler) else iter([told])
            for changes in self._kept(steps, outputs, user, place, given[at]):
                yield {**changes, **first}

        def run_once(request: Any, *values: Any) -> Any:
            changes: Any = {}
            for step in run(request, *values):
                changes = {**changes, **step}
            return changes

        mine = [self.user, self.current, self.place]
        made = run if inspect.isgeneratorfunction(handler) else run_once
        kept = signed_like(
            handler, made, before={"kept_request": self._gr.Request}, after=("kept_user", "kept_current", "kept_place")
        )
        added = [self.user, self.current, self.place, self.listing, self.shares, self.panel, self.name]
        more = [part for part in (*added, self._parts["chat"]) if part not in outputs]
        return {**event, "fn": kept, "inputs": [*inputs, *mine], "outputs": [*outputs, *more]}

    def _first_key(self, request: Any) -> str:
        """The key of a browser that has none: one for all events of its session, of which several may be under way."""
        session = getattr(request, "session_hash", None)
        return user_key_of_session(self._secret, session) if session else new_user_key()

    def _kept(
        self,
        steps: Iterator[Any],
        outputs: Sequence[Any],
        user: str,
        place: ConversationRevision,
        before: Conversation,
    ) -> Iterator[Any]:
        """The changes of a handler, with the conversation kept at its first steps and at its last, if it is another.

        What the first step says is kept before it is shown, so that a page that is reloaded then knows its place; an
        answer is shown before it is kept.
        """
        conversation, chat = self._parts["conversation"], self._parts["chat"]
        votes: Mapping[str, bool] | None = None
        now: Conversation | None = None
        kept: Conversation | None = None
        for step in steps:
            changes = step if isinstance(step, dict) else dict(zip(outputs, _several(step), strict=True))
            if conversation in changes:
                now = changes[conversation]
                votes = self.history.votes(user) if votes is None else votes
                if isinstance(changes.get(chat), list):
                    changes = {**changes, chat: self._gr.update(value=changes[chat], feedback_value=voted(votes, now))}
                if kept is None:
                    kept = now
                    if not (place.id and now.tells_as(before)):
                        place = self.history.keep(user, place, now)
                changes = {**changes, self.place: place, self.current: place.id}
            try:
                yield changes
            finally:  # an answer that was shown is kept, also where its user stops what follows
                # One that is being written changes many times a second.
                if now is not None and now is not kept and kept is not None and kept.is_waiting:
                    place, kept = self.history.keep(user, place, now, goes_on=True), now
        if now is None:
            return
        if now is not kept:
            # Gradio lets a handler run on whose event was cancelled, because its conversation was deleted.
            place = self.history.keep(user, place, now, goes_on=True)
        if now.turns:
            self.history.note(now.turns[-1])
        yield {self.place: place, self.current: place.id, **self._list(user, place.id)}

    def present(
        self, user: str, current: str, place: ConversationRevision, so_far: Conversation
    ) -> tuple[Conversation, ConversationRevision]:
        """The window's conversation: the session's, or the kept one when the session was lost and another began."""
        if current and current != place.id and (found := self.history.recall(user, current)):
            return found[1], found[0]
        return so_far, place

    def wire(self, gr: Any, page: Any, service: ChatService, *, ends: Mapping[str, Any]) -> list[Any]:
        """Say what happens. `ends` is how to end the answering of a question, as another conversation does.

        Returns the events after which the window shows another conversation.
        """
        parts = self._parts
        shown = [
            *(parts[name] for name in ("conversation", "chat", "evidence", "widen", "gone")),
            *(self.user, self.current, self.place, self.listing, self.shares, self.panel, self.name),
            *(self.confirmation, self.remark),
        ]
        mine = [self.user, self.current, self.place, parts["conversation"]]
        listed = [self.listing, self.shares, self.panel, self.name, self.remark]

        def show(user: str, place: ConversationRevision, conversation: Conversation) -> Changes:
            return {**self._show(user, place, conversation, service.gone(conversation)), self.confirmation: _hidden(gr)}

        def restore(user: Any, current: str, request: gr.Request) -> Iterator[Any]:
            if not is_user_key(user):
                user = self._first_key(request)
            found = self.history.recall(user, current)
            if not current:
                # A question that was asked meanwhile may have begun a conversation, which stays as it is.
                listed = self._list(user, "")
                yield {self.user: user, **{part: listed[part] for part in (self.listing, self.shares)}}
                return
            if found is None:
                yield {self.user: user, self.current: "", self.place: NEW, **self._list(user, "")}
                return
            yield {self.user: user, **show(user, *found)}
            yield from self._await(user, found, lambda place, now: show(user, place, now))

        def wake(user: str, current: str, place: ConversationRevision, so_far: Conversation) -> Any:
            now, found = self.present(user, current, place, so_far)
            return gr.skip() if now is so_far else show(user, found, now)

        def pick(user: str, event: gr.EventData) -> Any:
            found = self.history.recall(user, str(getattr(event, "id", "")))
            if found is None:
                return {self.remark: remark(words("not_opened")), **self._list(user, "")}
            return show(user, *found)

        def begin(user: str) -> Changes:
            return show(user, NEW, Conversation())

        def rename(user: str, current: str, name: str) -> Changes:
            done = self.history.rename(user, current, name or "")
            return {self.remark: remark(words("renamed") if done else _FAILED), **self._list(user, current)}

        def forget(user: str, current: str, place: ConversationRevision) -> Changes:
            # The session knows of a conversation that was begun a moment before the page does.
            for one in {current, place.id} - {""}:
                self.history.delete(user, one)
            return {self.current: "", self.place: NEW, **self._list(user, "")}

        def look(user: str, words: str) -> str:
            return found_list(self.history.find(user, words), words) if (words or "").strip() else ""

        # While one look is under way, only the last of those that follow is made.
        self.look.change(look, [self.user, self.look], self.found, **_AT_ONCE)
        page.load(
            restore, [self.user, self.current], shown, js=on_event("recall"), api_visibility="private",
            show_progress="hidden", concurrency_limit=8,
        )  # fmt: skip
        self.current.change(None, [self.current, self.user], None, js=on_event("remember"), **_AT_ONCE)
        self.listing.wake(wake, mine, shown, **_AT_ONCE)
        gr.on([self.rename.click, self.name.submit], rename, [self.user, self.current, self.name], listed, **_AT_ONCE)
        # The chat tab ends the answering here; gradio fails where two events cancel the same one.
        parts["chat"].clear(
            forget, [self.user, self.current, self.place], [self.current, self.place, *listed], **_AT_ONCE
        )
        self._wire_exports(mine, service)
        return [
            self.listing.pick(pick, self.user, shown, **ends),
            self.new.click(begin, self.user, shown, **ends),
            self._wire_deleting(shown, show, ends),
        ]

    def _wire_deleting(self, shown: Sequence[Any], show: Callable[..., Changes], ends: Mapping[str, Any]) -> Any:
        gr = self._gr
        asked = [self.confirmation, self.warning, self.doomed]
        # Gradio names even private handlers, so that none may be called `ask`, as the endpoint is.

        def warn(user: str, current: str) -> tuple[Any, str, str]:
            name = self.history.name(user, current)
            return gr.update(visible=True), remark(words("delete_warning", name=name)), current

        def warn_of_all() -> tuple[Any, str, str]:
            warning = remark(words("delete_all_warning"))
            return gr.update(visible=True), warning, _ALL

        def delete(user: str, doomed: str) -> Changes:
            done = self.history.delete_all(user) if doomed == _ALL else self.history.delete(user, doomed)
            if not done:
                return {self.remark: remark(_FAILED)}
            user = new_user_key() if doomed == _ALL else user
            changes = show(user, NEW, Conversation())
            return {**changes, self.user: user, self.remark: remark(words("deleted")), self.confirmation: _hidden(gr)}

        self.delete.click(warn, [self.user, self.current], asked, **_AT_ONCE)
        self.delete_all.click(warn_of_all, None, asked, **_AT_ONCE)
        self.stay.click(lambda: _hidden(gr), None, self.confirmation, **_AT_ONCE)
        return self.delete_now.click(delete, [self.user, self.doomed], shown, **ends)

    def _wire_exports(self, mine: Sequence[Any], service: ChatService) -> None:
        def exporter(*, word: bool) -> Callable[..., tuple[str, str]]:
            def export(
                user: str, current: str, place: ConversationRevision, so_far: Conversation, request: Any
            ) -> tuple[str, str]:
                now, place = self.present(user, current, place, so_far)
                name, language = self.history.name(user, place.id), language_of_request(request.headers)
                made = self.history.export(now, name, word=word, gone=service.gone(now), language=language)
                return as_text(made), remark("" if made else _FAILED)

            export.__annotations__["request"] = self._gr.Request  # gradio gives it by its type
            return export

        for button, word in ((self.markdown, False), (self.word, True)):
            clicked = button.click(exporter(word=word), mine, [self.file, self.remark], **_AT_ONCE)
            clicked.then(None, self.file, self.file, js=on_event("save"), **_AT_ONCE)

    def _show(self, user: str, place: ConversationRevision, now: Conversation, gone: frozenset[str]) -> Changes:
        """The page with another conversation."""
        parts, votes = self._parts, voted(self.history.votes(user), now)
        return {
            parts["conversation"]: now,
            parts["chat"]: self._gr.update(value=conversation_messages(now, gone), feedback_value=votes),
            parts["evidence"]: conversation_evidence(now, gone) if now.turns else answer_html.empty_evidence(),
            parts["widen"]: "",
            parts["gone"]: gone,
            self.current: place.id,
            self.place: place,
            self.remark: "",
            **self._list(user, place.id),
        }

    def shared(self, user: str) -> str:
        """What a user shares, as the drawer lists it."""
        return share_list([(one, self.history.shown_time(one.time)) for one in self.history.shares(user)])

    def _list(self, user: str, current: str) -> Changes:
        entries = [(one, self.history.shown_time(one.time)) for one in self.history.entries(user)]
        named = next((one.name for one, _ in entries if one.id == current), "")
        return {
            self.listing: kept_list(entries, current),
            self.shares: self.shared(user),
            self.panel: self._gr.update(visible=bool(named)),
            self.name: named,
        }

    def _await(
        self,
        user: str,
        found: tuple[ConversationRevision, Conversation],
        show: Callable[[ConversationRevision, Conversation], Changes],
    ) -> Iterator[Changes]:
        """The answer that was on its way when the page was reloaded, once it has come."""
        place, conversation = found
        for _ in range(_LOOKS):
            if not conversation.turns or conversation.turns[-1].state is not TurnState.LOST:
                return
            time.sleep(_LOOK_SECONDS)
            now = self.history.recall(user, place.id)
            if now is None:
                return
            if now[0].revision != place.revision:
                # Where the user has asked again meanwhile, there is more of it than was waited for.
                if len(now[1].turns) == len(conversation.turns):
                    yield show(*now)
                return


_ALL = "*"


def as_text(file: File | None) -> str:
    """A file as the event `save` takes it."""
    return json.dumps(asdict(file)) if file else ""


def _hidden(gr: Any) -> Any:
    return gr.update(visible=False)


def _several(step: Any) -> Sequence[Any]:
    return step if isinstance(step, (list, tuple)) else (step,)
