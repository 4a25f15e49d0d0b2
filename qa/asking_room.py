"""The room for asking: the conversation, the evidence beside it, and the filters under it.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from qa import html
from qa.conversation import WAITING, Conversation, Turn
from qa.desk import Desk
from qa.feedback_room import THUMBS, lay_out_feedback, wire_feedback
from qa.kept_room import KeptRoom
from qa.types import Answer

logger = logging.getLogger(__name__)

LOOK_SECONDS = 4.0  # how often an open page looks whether the archive has changed

Handler = Callable[..., Iterator[Any]]
Parts = dict[str, Any]  # the components of the page that handlers read and write, by name


_ON_LOAD = """
element.addEventListener('click', (event) => {
    if (event.target.closest('[data-back]')) { trigger('back'); return; }
    const card = event.target.closest('[data-passage]');
    // Selecting words in order to copy them is not a wish to open the article.
    if (card && getSelection().isCollapsed) trigger('article', {rank: Number(card.dataset.passage)});
});
// On a desk the panel scrolls and the page stays; on a phone there is only the page.
const show = (place, panel) => {
    if (panel && getComputedStyle(panel).overflowY !== 'visible') {
        const above = place.getBoundingClientRect().top - panel.getBoundingClientRect().top;
        panel.scrollTop += above - panel.clientHeight / 3;
    } else place.scrollIntoView({block: 'center'});
};
let left = null;
watch('value', () => {
    const reading = element.querySelector('.reading');
    const panel = element.closest('#evidence');
    if (reading) {
        left = Number(reading.dataset.rank);
        reading.querySelector('h2').focus({preventScroll: true});
        show(reading.querySelector('mark') || reading.querySelector('.passage') || reading, panel);
        return;
    }
    const card = left && element.querySelector(`[data-passage="${left}"]`);
    if (card) { card.querySelector('button').focus({preventScroll: true}); show(card, panel); }
    else if (panel) panel.scrollTop = 0;
    left = null;
});
"""


def lay_out_asking(gr: Any, parts: Parts) -> None:
    """The components for asking. A phone shows the columns one under the other.

    With `parts["kept"]`, a KeptRoom, conversations are kept and answers can be voted on.
    """
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=6, min_width=320):
            parts["chat"] = gr.Chatbot(
                elem_id="chat",
                label="对话",
                show_label=False,
                height=None,
                buttons=[],
                layout="bubble",
                sanitize_html=True,
                render_markdown=False,
                latex_delimiters=[],
                feedback_options=THUMBS if "kept" in parts else None,
                placeholder="问一问公报里的人和事",
            )
            if "kept" in parts:
                lay_out_feedback(gr, parts)
            with gr.Row(elem_id="ask"):
                parts["question"] = gr.Textbox(
                    elem_id="question", label="问题", show_label=False, container=False, lines=1, max_lines=5,
                    placeholder="请写下问题，按回车提问", autofocus=True, scale=8, min_width=160,
                )  # fmt: skip
                parts["send"] = gr.Button("提问", variant="primary", scale=1, min_width=84)
            # What the words of time in the last question left out, and the way to have it back.
            parts["widen"] = gr.Button("", visible=False, elem_id="widen", size="sm", variant="secondary")
            _lay_out_filters(gr, parts)
        with gr.Column(scale=5, min_width=320):
            parts["evidence"] = gr.HTML(
                html.empty_evidence(), elem_id="evidence", js_on_load=_ON_LOAD, apply_default_css=False
            )


def _lay_out_filters(gr: Any, parts: Parts) -> None:
    with gr.Accordion("只在这些期数、日期、栏目里找", open=False, elem_id="filters"), gr.Row():
        parts["issue"] = gr.Dropdown([("全部期数", "")], value="", label="期数", min_width=150)
        parts["section"] = gr.Dropdown([("全部栏目", "")], value="", label="栏目", min_width=150)
        parts["since"] = gr.Textbox(
            label="从（日期）", value="", placeholder="如 2021-08-02", max_lines=1, min_width=130
        )
        parts["until"] = gr.Textbox(
            label="到（日期）", value="", placeholder="如 2022-06-17", max_lines=1, min_width=130
        )


def wire_asking(gr: Any, page: Any, parts: Parts, desk: Desk, *, after: Sequence[Any]) -> None:
    """Say what happens when a reader asks, selects an answer, opens a card, or goes back."""
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    at_once = {**quiet, "queue": False}
    conversation, chat, question, evidence, widen = (
        parts[name] for name in ("conversation", "chat", "question", "evidence", "widen")
    )

    answer, answer_any_time = _answering(gr, parts, desk)

    def select(so_far: Conversation, event: gr.SelectData) -> Any:
        place = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        if not 0 <= place // 2 < len(so_far.turns) or so_far.turns[place // 2].answer is None:
            return gr.skip()
        chosen = replace(so_far, selected=place // 2)
        return {conversation: chosen, evidence: chosen.evidence(desk.gone(chosen))}

    def open_article(so_far: Conversation, event: gr.EventData) -> Any:
        rank = getattr(event, "rank", None)
        shown = so_far.answer
        if shown is None or not isinstance(rank, int) or not 1 <= rank <= len(shown.passages):
            return gr.skip()
        passage = shown.passages[rank - 1]
        if passage.article.issue_id in desk.gone(so_far):
            return so_far.evidence(desk.gone(so_far))
        return html.article_view(passage, html.cited(passage, shown.citations), rank=rank)

    def go_back(so_far: Conversation) -> str:
        return so_far.evidence(desk.gone(so_far))

    def take_example(event: gr.SelectData) -> str:
        return str(event.value["text"])

    narrowing = [parts[name] for name in ("issue", "section", "since", "until", "conversation")]
    asking = {
        "fn": answer,
        "inputs": [question, *narrowing],
        "outputs": [conversation, chat, question, evidence, widen],
        **quiet,
    }
    again = {**asking, "fn": answer_any_time, "inputs": narrowing}
    kept: KeptRoom | None = parts.get("kept")
    if kept:
        asking, again = kept.keeping(asking), kept.keeping(again)
    asked = gr.on([question.submit, parts["send"].click], trigger_mode="once", **asking)
    widened = widen.click(trigger_mode="once", **again)
    example = chat.example_select(take_example, None, question, **at_once).then(**asking)
    cleared = (Conversation(), html.empty_evidence(), gr.update(visible=False))
    chat.clear(lambda: cleared, None, [conversation, evidence, widen], **at_once)
    chat.select(select, conversation, [conversation, evidence], **at_once)
    evidence.article(open_article, conversation, evidence, **at_once)
    evidence.back(go_back, conversation, evidence, **at_once)
    if kept:
        kept.wire(gr, page, desk, cancels=[asked, example, widened])
        wire_feedback(gr, parts, kept)
    _wire_overview(gr, page, parts, desk, after=(asked, example, widened, *after))


def _answering(gr: Any, parts: Parts, desk: Desk) -> tuple[Handler, Handler]:
    """The handlers that answer the question typed, and the last one again whatever its time."""
    conversation, chat, question, evidence, widen = (
        parts[name] for name in ("conversation", "chat", "question", "evidence", "widen")
    )

    def answer(
        asked: str, issue: str, section: str, since: str, until: str, so_far: Conversation, any_time: bool = False
    ) -> Iterator[Any]:
        if not asked.strip():
            yield gr.skip()
            return
        so_far = so_far.settled()
        before = so_far.last
        if any_time:  # the last question, asked again
            so_far = so_far.without_last()
            before = so_far.last
        waiting = so_far.add(Turn(asked, note=WAITING))
        # The conversation says that it waits, so that nothing else draws over it meanwhile.
        yield {
            conversation: waiting,
            chat: waiting.messages(desk.gone(so_far)),
            question: "",
            widen: gr.update(visible=False),
        }
        chosen = {"issue": issue or "", "section": section or "", "since": since or "", "until": until or ""}
        for turn in desk.ask(asked, **chosen, before=before, any_time=any_time):
            now = so_far.add(turn)
            # A question that was refused stays in the box, to be mended.
            kept = "" if turn.answer else asked
            gone = desk.gone(now)
            yield {
                conversation: now,
                chat: now.messages(gone),
                evidence: now.evidence(gone),
                question: kept,
                widen: _widening(gr, turn.answer),
            }

    def answer_any_time(issue: str, section: str, since: str, until: str, so_far: Conversation) -> Iterator[Any]:
        asked = so_far.turns[-1].question if so_far.turns else ""
        yield from answer(asked, issue, section, since, until, so_far, any_time=True)

    return answer, answer_any_time


def _widening(gr: Any, answer: Answer | None) -> Any:
    """The button that asks again without the words of time that narrowed the search."""
    if answer is None or answer.scope is None:
        return gr.update(visible=False)
    return gr.update(visible=True, value=f"✕ 只看{answer.scope.label}（点此不限时间再找）")


def _wire_overview(gr: Any, page: Any, parts: Parts, desk: Desk, *, after: Sequence[Any]) -> None:
    """Show what the archive holds: when the page opens, after an answer or a change, and when others change it."""
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    inputs = [parts[name] for name in ("generation", "issue", "section", "conversation", "gone")]
    outputs = [parts[name] for name in ("masthead", "issue", "section", "generation", "gone", "chat", "evidence")]

    def show(generation: str, issue: str, section: str, so_far: Conversation, drawn: frozenset[str]) -> Any:
        # While a question is being answered nothing is drawn over it; this is called again after the answer. Only the
        # handlers of the reader's own doings write the conversation, so none of its turns can be lost here.
        if so_far.is_waiting or desk.generation() == generation:
            return gr.skip()
        now = desk.overview()
        gone = desk.gone(so_far)
        changes = {
            parts["generation"]: now.generation,
            parts["masthead"]: now.masthead,
            parts["issue"]: _choices(gr, now.issues, issue),
            parts["section"]: _choices(gr, now.sections, section),
            parts["gone"]: gone,
        }
        if gone != drawn:
            changes[parts["chat"]] = so_far.messages(gone)
            if so_far.chosen and not gone.isdisjoint(issue.id for issue in so_far.chosen.issues):
                changes[parts["evidence"]] = so_far.evidence(gone)
        return changes

    newest = gr.Textbox("", visible="hidden")

    def look(seen: str) -> Any:
        try:
            now = desk.generation()
        except Exception:  # the next look may do better, and a reader who asks is told
            logger.exception("The archive could not be read")
            return gr.skip()
        return gr.skip() if now == seen else now

    def examples() -> Any:
        return gr.update(examples=[{"text": question} for question in desk.examples()])

    page.load(show, inputs, outputs, **quiet)
    parts["generation"].change(examples, None, parts["chat"], **quiet)
    for event in after:
        event.then(show, inputs, outputs, **quiet)
    # Looking goes through a field of its own: a look that finds nothing new costs the server little. It is no gr.State,
    # whose change gradio does not notice after an event that is not queued.
    gr.Timer(LOOK_SECONDS).tick(look, newest, newest, queue=False, **quiet)
    newest.change(show, inputs, outputs, **quiet)


def _choices(gr: Any, choices: list[tuple[str, str]], chosen: str) -> Any:
    """A reader's choice stands for as long as the archive has it."""
    return gr.update(choices=choices, value=chosen if chosen in dict(choices).values() else "")
