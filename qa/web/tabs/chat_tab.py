"""The chat tab: the conversation, the evidence beside it, and the filters under it.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from qa.i18n import both, labels
from qa.types import Answer
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.web.html import answers as answer_html
from qa.web.html import browse as browse_html
from qa.web.html import topics as topic_html
from qa.web.html.conversation import conversation_evidence, conversation_messages
from qa.web.scripts import on_load
from qa.web.services.chat import ChatService, marked_question
from qa.web.services.library import Library
from qa.web.tabs.browse_tab import READING, clip_server, sent_place, surroundings
from qa.web.tabs.filters import FILTERS, lay_out_filters, offered, offered_issues
from qa.web.tabs.history_panel import HistoryPanel
from qa.web.tabs.sharing import lay_out_sharing, wire_sharing
from qa.web.tabs.votes import THUMBS, lay_out_feedback, wire_feedback

logger = logging.getLogger(__name__)

LOOK_SECONDS = 4.0  # how often an open page looks whether the archive has changed
_WRITING_AT_ONCE = 8  # answers that wait for a language model

_QUIET = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE = {**_QUIET, "queue": False}

Handler = Callable[..., Any]
Parts = dict[str, Any]  # the components of the page that handlers read and write, by name
Turns = tuple[Turn, ...]


def lay_out_chat(gr: Any, parts: Parts, library: Library) -> None:
    """The components for asking. A phone shows the columns one under the other.

    With `parts["kept"]`, a HistoryPanel, conversations are kept and answers can be voted on.
    """
    words = labels(gr)
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=6, min_width=320, elem_classes="talk"):
            parts["chat"] = gr.Chatbot(
                elem_id="chat",
                label=words("conversation"),
                show_label=False,
                height=None,
                buttons=[],
                layout="bubble",
                sanitize_html=True,
                render_markdown=False,
                autoscroll=False,  # page.js brings up the newest question, and not the end of its answer
                latex_delimiters=[],
                feedback_options=THUMBS if "kept" in parts else None,
                placeholder=both("ask_anything"),
            )
            if "kept" in parts:
                lay_out_feedback(gr, parts)
                lay_out_sharing(gr, parts)
            parts["next"] = gr.HTML("", elem_id="next", js_on_load=on_load("messages"), apply_default_css=False)
            with gr.Row(elem_id="ask"):
                parts["question"] = gr.Textbox(
                    elem_id="question", label=words("question"), show_label=False, container=False, lines=1,
                    max_lines=5, placeholder=words("question_hint"), autofocus=True, scale=8, min_width=160,
                )  # fmt: skip
                parts["send"] = gr.Button(words("ask"), variant="primary", scale=1, min_width=84)
                parts["stop"] = gr.Button(words("stop"), visible=False, scale=1, min_width=84, elem_id="stop")
            # What the words of time in the last question left out, and the way to have it back.
            parts["widen"] = gr.HTML("", elem_id="widen", js_on_load=on_load("widening"), apply_default_css=False)
            parts.update(lay_out_filters(gr, "filters"))
        with gr.Column(scale=5, min_width=320):
            parts["evidence"] = gr.HTML(
                answer_html.empty_evidence(), elem_id="evidence", js_on_load=on_load("evidence", "reading", **READING),
                apply_default_css=False, server_functions=[clip_server(library)],
            )  # fmt: skip


def wire_chat(
    gr: Any, page: Any, parts: Parts, service: ChatService, library: Library, *, after: Sequence[Any]
) -> None:
    """Say what happens when a user asks, does something with a message, opens a card, or goes back."""
    handlers = ChatHandlers(gr, parts, service)
    answered, written = _wire_answers(gr, parts, handlers)
    _wire_evidence(gr, parts, service, library)
    kept: HistoryPanel | None = parts.get("kept")
    ends = {"cancels": [*answered, *written], **_AT_ONCE}
    cleared = [parts[name] for name in ("conversation", "evidence", "widen", "next")]
    replaced = [parts["chat"].clear(handlers.clear, parts["conversation"], cleared, **ends)]
    if kept:
        replaced += kept.wire(gr, page, service, ends=ends)
        wire_feedback(gr, parts, kept)
        wire_sharing(gr, parts, kept)
    shown = [parts[name] for name in ("chat", "send", "stop", "next")]
    for event in replaced:
        # What followed the answer that went may have been shown meanwhile.
        event.then(handlers.begin_anew, parts["conversation"], shown, **_AT_ONCE)
    _wire_overview(gr, page, parts, service, after=(*written, *after))


def _wire_answers(gr: Any, parts: Parts, handlers: "ChatHandlers") -> tuple[list[Any], list[Any]]:
    """Every way to have a question answered, and to stop that.

    Returns the events after which it is answered, and those after which a language model has written the answer.
    """
    conversation, chat, question, evidence, widen, following, send, stop = (
        parts[name] for name in ("conversation", "chat", "question", "evidence", "widen", "next", "send", "stop")
    )
    kept: HistoryPanel | None = parts.get("kept")
    narrowing = [parts[name] for name in (*FILTERS, "conversation")]
    shown = [conversation, chat, question, evidence, widen, following, send, stop]

    def event(handler: Handler, inputs: list[Any], outputs: list[Any], **options: Any) -> dict[str, Any]:
        """An event of the conversation, which is kept where conversations are."""
        told = {"fn": handler, "inputs": inputs, "outputs": outputs, **_QUIET, **options}
        return kept.keeping(told) if kept else told

    def take_example(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def take_suggestion(event: gr.EventData) -> str:
        return str(getattr(event, "question", ""))

    ask = event(handlers.answer, [question, *narrowing], shown)
    answered = [
        gr.on([question.submit, send.click], trigger_mode="multiple", **ask),
        widen.any_time(trigger_mode="multiple", **event(handlers.answer_any_time, narrowing, shown)),
        following.retry(trigger_mode="multiple", **event(_again(gr, handlers), narrowing, shown)),
        following.marked(trigger_mode="multiple", **event(_about_marked(gr, handlers), narrowing, shown)),
        following.edit(trigger_mode="multiple", **event(_edited(gr, handlers), narrowing, shown)),
        chat.example_select(take_example, None, question, **_AT_ONCE).then(**ask),
        following.go_on(take_suggestion, None, question, **_AT_ONCE).then(**ask),
    ]
    # Writing waits for a language model somewhere; it must not keep those waiting who want the quoted answer.
    write = event(
        handlers.write, [conversation], [conversation, chat, evidence],
        concurrency_id="writing", concurrency_limit=_WRITING_AT_ONCE,
    )  # fmt: skip
    written = [one.then(**write) for one in answered]
    found = gr.State(((), [], []))  # the turns after which they were found, topics, and questions to go on with
    suggesting = {"concurrency_limit": 1, "concurrency_id": "suggesting", **_QUIET}
    for one in written:
        settled = one.then(handlers.settle, conversation, [chat, send, stop], **_AT_ONCE)
        tried = settled.then(handlers.go_on, conversation, found, **suggesting)
        tried.then(handlers.suggest, [conversation, found], following, **_AT_ONCE)
    stopping = event(handlers.stop, [conversation], [conversation, chat, send, stop], queue=False)
    stop.click(cancels=[*answered, *written], **stopping)
    looked_after = [conversation, chat, send, stop]
    following.check(**event(handlers.check, [conversation], looked_after, queue=False))
    following.undo(**event(_taken_back(gr, handlers), [conversation], shown, queue=False))
    return answered, written


def _again(gr: Any, handlers: "ChatHandlers") -> Handler:
    """Answers a question of the conversation again; what came after it goes."""

    def again(issue: str, section: str, since: str, until: str, so_far: Conversation, event: gr.EventData) -> Any:
        place = _place(event, so_far)
        asked = so_far.turns[place].question if place is not None else ""
        yield from handlers.answer(asked, issue, section, since, until, so_far, place=place)

    return again


def _edited(gr: Any, handlers: "ChatHandlers") -> Handler:
    """Answers a question in place of one of the conversation; what came after that goes."""

    def edited(issue: str, section: str, since: str, until: str, so_far: Conversation, event: gr.EventData) -> Any:
        asked = str(getattr(event, "question", ""))
        yield from handlers.answer(asked, issue, section, since, until, so_far, place=_place(event, so_far))

    return edited


def _about_marked(gr: Any, handlers: "ChatHandlers") -> Handler:
    """Answers a question on words that are marked in an article, from its issue, whatever the filters are."""

    def about_marked(
        issue: str, section: str, since: str, until: str, so_far: Conversation, event: gr.EventData
    ) -> Any:
        named = {name: str(getattr(event, name, "") or "") for name in ("text", "title", "issue", "question")}
        asked = marked_question(named["text"], title=named["title"], question=named["question"])
        yield from handlers.answer(asked, named["issue"], "", "", "", so_far)

    return about_marked


def _taken_back(gr: Any, handlers: "ChatHandlers") -> Handler:
    """Takes a question back into the box, and with it what came after."""

    def taken_back(so_far: Conversation, event: gr.EventData) -> Any:
        place = _place(event, so_far)
        return gr.skip() if place is None else handlers.take_back(so_far, place)

    return taken_back


def _place(event: Any, so_far: Conversation) -> int | None:
    """The place of the turn that a browser names; None when there is no such turn."""
    place = getattr(event, "turn", None)
    return place if isinstance(place, int) and 0 <= place < len(so_far.turns) else None


def _wire_evidence(gr: Any, parts: Parts, service: ChatService, library: Library) -> None:
    """Bring up the evidence of an answer, open an article, and go back."""
    conversation, evidence = parts["conversation"], parts["evidence"]

    def select(so_far: Conversation, event: gr.SelectData) -> Any:
        place = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        if not 0 <= place // 2 < len(so_far.turns) or so_far.turns[place // 2].answer is None:
            return gr.skip()
        chosen = replace(so_far, selected=place // 2)
        return {conversation: chosen, evidence: conversation_evidence(chosen, service.gone(chosen))}

    def open_article(so_far: Conversation, event: gr.EventData) -> Any:
        rank = getattr(event, "rank", None)
        turn = getattr(event, "turn", so_far.selected)  # back and forth, the answer may be another than the chosen one
        is_turn = isinstance(turn, int) and 0 <= turn < len(so_far.turns)
        shown = so_far.turns[turn].answer if is_turn else None
        if shown is None or not isinstance(rank, int) or not 1 <= rank <= len(shown.passages):
            return gr.skip()
        passage = shown.passages[rank - 1]
        if passage.article.issue_id in service.gone(so_far):
            return conversation_evidence(so_far, service.gone(so_far))
        citation = answer_html.cited(passage, shown.citations)
        return answer_html.article_view(passage, citation, rank=rank, **surroundings(library, passage))

    def open_neighbour(so_far: Conversation, event: gr.EventData) -> Any:
        article, issue, _, _ = sent_place(event)
        rank = getattr(event, "rank", None)
        opened = library.open(article, issue) if article else None
        if opened is None or not isinstance(rank, int):
            return gr.skip() if so_far.answer is None else conversation_evidence(so_far, service.gone(so_far))
        return browse_html.reading(opened, rank=rank)

    def go_back(so_far: Conversation) -> str:
        return conversation_evidence(so_far, service.gone(so_far))

    parts["chat"].select(select, conversation, [conversation, evidence], **_AT_ONCE)
    evidence.article(open_article, conversation, evidence, **_AT_ONCE)
    evidence.read(open_neighbour, conversation, evidence, **_AT_ONCE)
    evidence.back(go_back, conversation, evidence, **_AT_ONCE)


class ChatHandlers:
    """The handlers that answer questions, have a language model write the answers, and say what to ask next."""

    def __init__(self, gr: Any, parts: Parts, service: ChatService) -> None:
        self._gr, self._parts, self._service = gr, parts, service

    def answer(
        self,
        asked: str,
        issue: str,
        section: str,
        since: str,
        until: str,
        so_far: Conversation,
        *,
        place: int | None = None,
        any_time: bool = False,
    ) -> Iterator[Any]:
        """Answer a question after the conversation, or in place of the turn at a place and of those after it."""
        gr, parts = self._gr, self._parts
        if not asked.strip():
            yield gr.skip()
            return
        if (
            so_far.is_waiting
            and so_far.turns[-1].question == asked
            and self._service.is_answering(so_far.turns[-1].ticket)
        ):
            yield gr.skip()  # sent twice
            return
        so_far = so_far.settled()
        if place is not None:
            so_far = so_far.until(place)
        ticket = self._service.ticket()
        waiting = so_far.add(Turn(asked, state=TurnState.WAITING, ticket=ticket))
        chosen = {"issue": issue or "", "section": section or "", "since": since or "", "until": until or ""}
        turn = self._service.begin(asked, **chosen, before=so_far.last, any_time=any_time)
        try:
            # The conversation says that it waits, so that nothing else draws over it meanwhile.
            yield {
                parts["conversation"]: waiting,
                parts["chat"]: conversation_messages(waiting, self._service.gone(so_far)),
                parts["question"]: "",
                parts["widen"]: "",
                parts["next"]: "",
                parts["send"]: gr.update(visible=False),
                parts["stop"]: gr.update(visible=True),
            }
            answered = turn.result()
        finally:
            is_awaited = self._service.done(ticket)
        if not is_awaited:  # gradio lets a handler run on whose event was cancelled
            yield gr.skip()
            return
        now = so_far.add(replace(answered, is_new=True))
        yield {
            **self._told(now),
            # A question that was refused stays in the box, to be mended.
            parts["question"]: "" if answered.answer else asked,
            parts["widen"]: _widening(answered.answer),
        }
        # The answer is read before its evidence, which takes longer to draw.
        yield {parts["evidence"]: conversation_evidence(now, self._service.gone(now))}

    def answer_any_time(self, issue: str, section: str, since: str, until: str, so_far: Conversation) -> Iterator[Any]:
        """Answer the last question again, whatever its time."""
        place = len(so_far.turns) - 1
        asked = so_far.turns[-1].question if so_far.turns else ""
        yield from self.answer(asked, issue, section, since, until, so_far, place=place, any_time=True)

    def write(self, so_far: Conversation) -> Iterator[Any]:
        """The last answer in a language model's words, as they come; nothing where none is set."""
        if not so_far.turns or not so_far.turns[-1].is_new:
            yield self._gr.skip()  # what yields nothing empties its outputs
            return
        before, last = so_far.until(len(so_far.turns) - 1), replace(so_far.turns[-1], is_new=False)
        yield {self._parts["conversation"]: before.add(last)}
        for turn in self._service.write(last):
            yield self._shown(before.add(turn))

    def stop(self, so_far: Conversation) -> Any:
        """The conversation as far as it is answered."""
        if so_far.is_waiting:
            self._service.done(so_far.turns[-1].ticket)
        stopped = so_far.stopped()
        parts = self._parts
        return {
            parts["conversation"]: stopped,
            **self.settle(stopped),
        }

    def clear(self, so_far: Conversation) -> Any:
        """No conversation; nobody waits for the answer of the one that was."""
        if so_far.is_waiting:
            self._service.done(so_far.turns[-1].ticket)
        return Conversation(), answer_html.empty_evidence(), "", ""

    def check(self, so_far: Conversation) -> Any:
        """The conversation of a page that waits for an answer, where that has come or will never come."""
        if so_far.is_waiting and not self._service.is_lost(so_far.turns[-1].ticket):
            return self._gr.skip()
        ended = so_far.lost()
        return self.settle(ended) if ended is so_far else {self._parts["conversation"]: ended, **self.settle(ended)}

    def take_back(self, so_far: Conversation, place: int) -> Any:
        """The conversation before the turn at a place, whose question goes into the box."""
        left = so_far.until(place)
        parts = self._parts
        return {
            **self._shown(left),
            parts["question"]: so_far.turns[place].question,
            parts["widen"]: "",
            parts["next"]: "",
        }

    def settle(self, so_far: Conversation) -> dict[Any, Any]:
        """The conversation as it stands, and the button that asks, or that stops while a question is being answered.

        Of changes that follow each other within moments, as those of an answer that is remembered, gradio's chat can
        miss the last, so that it is shown once more.
        """
        parts, update = self._parts, self._gr.update
        return {
            parts["chat"]: conversation_messages(so_far, self._service.gone(so_far)),
            parts["send"]: update(visible=not so_far.is_waiting),
            parts["stop"]: update(visible=so_far.is_waiting),
        }

    def begin_anew(self, so_far: Conversation) -> dict[Any, Any]:
        """Another conversation, as it stands; nothing has been asked in it lately."""
        return {**self.settle(so_far), self._parts["next"]: ""}

    def go_on(self, so_far: Conversation) -> tuple[Turns, Sequence[str], Sequence[str]]:
        """The turns of the conversation, topics that its last answer leads to, and questions to go on with."""
        if so_far.is_waiting:
            return so_far.turns, [], []
        return so_far.turns, self._service.topics(so_far), self._service.suggestions(so_far)

    def suggest(self, so_far: Conversation, found: tuple[Turns, Sequence[str], Sequence[str]]) -> Any:
        """What was found, if the conversation has not gone on or gone meanwhile."""
        turns, topics, questions = found
        if turns != so_far.turns:
            return self._gr.skip()
        return topic_html.topic_links(topics) + answer_html.suggestions(questions)

    def _told(self, now: Conversation) -> dict[Any, Any]:
        parts = self._parts
        return {parts["conversation"]: now, parts["chat"]: conversation_messages(now, self._service.gone(now))}

    def _shown(self, now: Conversation) -> dict[Any, Any]:
        return {**self._told(now), self._parts["evidence"]: conversation_evidence(now, self._service.gone(now))}


def _widening(answer: Answer | None) -> str:
    """The button that asks again without the words of time that narrowed the search; "" where none did."""
    return answer_html.widening(answer.scope.label) if answer and answer.scope else ""


def _wire_overview(gr: Any, page: Any, parts: Parts, service: ChatService, *, after: Sequence[Any]) -> None:
    """Show what the archive holds: when the page opens, after an answer or a change, and when others change it."""
    inputs = [parts[name] for name in ("generation", "issue", "section", "conversation", "gone")]
    drawn_anew = ("masthead", "issue", "section", "generation", "gone", "chat", "evidence", "next")
    outputs = [parts[name] for name in drawn_anew]

    def show(
        generation: str, issue: str, section: str, so_far: Conversation, drawn: frozenset[str], request: gr.Request
    ) -> Any:
        # While a question is being answered nothing is drawn over it; this is called again after the answer. Only the
        # handlers of the user's own doings write the conversation, so none of its turns can be lost here.
        if so_far.is_waiting or service.generation() == generation:
            return gr.skip()
        now = service.overview()
        gone = service.gone(so_far)
        changes = {
            parts["generation"]: now.generation,
            parts["masthead"]: now.masthead,
            parts["issue"]: offered_issues(gr, service, issue, request.headers),
            parts["section"]: offered(gr, now.sections, section, request.headers),
            parts["gone"]: gone,
        }
        if gone != drawn:
            changes[parts["chat"]] = conversation_messages(so_far, gone)
            if so_far.chosen and not gone.isdisjoint(issue.id for issue in so_far.chosen.issues):
                changes[parts["evidence"]] = conversation_evidence(so_far, gone)
            if so_far.turns and so_far.turns[-1].rests_on(gone):
                changes[parts["next"]] = ""  # nothing answers what it was to go on with
        return changes

    newest = gr.Textbox("", visible="hidden")

    def look(seen: str) -> Any:
        try:
            now = service.generation()
        except Exception:  # the next look may do better, and a user who asks is told
            logger.exception("The archive could not be read")
            return gr.skip()
        return gr.skip() if now == seen else now

    def examples() -> Any:
        return gr.update(examples=[{"text": question} for question in service.examples()])

    page.load(show, inputs, outputs, **_QUIET)
    parts["generation"].change(examples, None, parts["chat"], **_QUIET)
    for event in after:
        event.then(show, inputs, outputs, **_QUIET)
    # Looking goes through a field of its own: a look that finds nothing new costs the server little. It is no gr.State,
    # whose change gradio does not notice after an event that is not queued.
    gr.Timer(LOOK_SECONDS).tick(look, newest, newest, queue=False, **_QUIET)
    newest.change(show, inputs, outputs, **_QUIET)
