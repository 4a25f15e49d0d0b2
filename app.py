"""The chat in the browser: ask the bulletin, and read the evidence beside the answer.

    python app.py [--archive DIR] [--model NAME] [--host 127.0.0.1] [--port 7860]

This is the only module that imports gradio, and it does so when a page is built, so that importing it costs nothing.
Annotations are evaluated as written (no `from __future__ import annotations`): gradio reads them from functions whose
own gradio is local, to learn which argument is the event.
"""

import argparse
import inspect
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from embeddings import BulletinError, Filters, Limits, archive_path
from qa import Answer, Assistant, html, read_filters
from qa.conversation import WAITING, Conversation, Turn
from qa.desk import Desk
from qa.newsroom import build_newsroom
from qa.proofs import Newsroom
from qa.rows import answer_row, passage_rows

logger = logging.getLogger(__name__)

HOST, PORT = "127.0.0.1", 7860
MAX_K = 50
_WAITING_QUESTIONS = 100
_LOOK_SECONDS = 4.0  # how often an open page looks whether the archive has changed
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_KEPT_SECONDS = 86_400  # of a dropped file, until it is confirmed

Handler = Callable[..., Iterator[Any]]
Parts = dict[str, Any]  # the components of the page that handlers read and write, by name


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the page as the command line says. Returns 0, or 2 after one line on stderr."""
    parser = argparse.ArgumentParser(prog="bulletin chat", description="Open the chat over an archive in a browser.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--archive`, `--model`, `--host`, `--port` and `--editing`."""
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: BULLETIN_ARCHIVE, else archive)")
    parser.add_argument("--model", metavar="NAME", help="the model the archive was built with (default: as it says)")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=_port, default=PORT, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--editing",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let whoever opens the page add, correct and withdraw issues (default: on this machine only)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the archive and serve the page until interrupted. Returns 0, or 2 after one line on stderr."""
    # Before gradio is imported: it reads this once.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    _reach_own_address(arguments.host)
    try:
        _require_free_port(arguments.host, arguments.port)
        max_bytes = Limits.from_environment().max_bytes
        assistant = Assistant.open(arguments.archive, model=arguments.model)
    except (BulletinError, OSError) as error:
        print(f"bulletin chat: {error}", file=sys.stderr)
        return 2
    editing = may_edit(arguments)
    page = build_page(assistant, editing=editing, archive=archive_path(arguments.archive))
    try:
        # A little more than is read, so that the newsroom can say in its own words what is too large.
        max_upload = 2 * max_bytes if editing else 1
        url = serve(page, host=arguments.host, port=arguments.port, max_upload_bytes=max_upload)
    except OSError as error:
        print(f"bulletin chat: {error}", file=sys.stderr)
        return 2
    print(f"公报问答：{url} （按 Ctrl+C 停止）", flush=True)
    page.block_thread()
    assistant.close()
    return 0


def may_edit(arguments: argparse.Namespace) -> bool:
    """Whether the page may change the archive: as the command line says, else where no other machine can open it."""
    return arguments.host in _LOOPBACK if arguments.editing is None else bool(arguments.editing)


def build_page(assistant: Assistant, *, editing: bool = False, archive: Path | None = None) -> Any:
    """The page as a gr.Blocks, ready for `serve`, with `/ask` and `/retrieve` as its public endpoints.

    With `editing`, it has a newsroom that changes the archive in the folder `archive`, which must be the assistant's.
    """
    import gradio as gr

    if editing and archive is None:
        raise ValueError("editing needs the folder of the archive")
    kept = (3600, _KEPT_SECONDS) if editing else None
    with gr.Blocks(title="公报问答", analytics_enabled=False, fill_width=True, delete_cache=kept) as page:
        parts: Parts = {"conversation": gr.State(Conversation()), "generation": gr.State("")}
        parts["gone"] = gr.State(frozenset())  # issues that were withdrawn while this page showed something of them
        parts["masthead"] = gr.HTML(elem_id="masthead")
        changed: list[Any] = []
        if editing and archive is not None:
            with gr.Tabs(elem_id="rooms"):
                with gr.Tab("问公报", id="ask"):
                    _lay_out(gr, parts)
                with gr.Tab("编辑部", id="newsroom") as tab:
                    changed = build_newsroom(gr, Newsroom(assistant, archive.resolve()), tab, parts["generation"])
        else:
            _lay_out(gr, parts)
        _wire(gr, page, parts, Desk(assistant), after=changed)
        _publish(gr, assistant)
    # The encoder uses every core for one question; more at once than cores only makes each wait longer.
    page.queue(default_concurrency_limit=max(2, os.cpu_count() or 2), max_size=_WAITING_QUESTIONS)
    return page


def serve(page: Any, *, host: str = HOST, port: int = PORT, max_upload_bytes: int = 1) -> str:
    """Serve a page in the background and return its address. Raises OSError when the port is taken.

    Gradio takes uploads on every page; only one with a newsroom has a use for them.
    """
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        max_file_size=max_upload_bytes,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        run_history=False,  # it would keep the questions in the browser, for anyone who sits down after
        footer_links=["api"],
        theme=_theme(),
        css_paths=Path(html.__file__).with_name("page.css"),
        # The language chooses the Chinese forms of characters, and the voice of a screen reader.
        head="<script>document.documentElement.lang = 'zh-CN'</script>",
    )
    return str(url)


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


def _lay_out(gr: Any, parts: Parts) -> None:
    """The components for asking. A phone shows the columns one under the other."""
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
                feedback_options=None,
                placeholder="问一问公报里的人和事",
            )
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


def _wire(gr: Any, page: Any, parts: Parts, desk: Desk, *, after: Sequence[Any]) -> None:
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
    asked = gr.on([question.submit, parts["send"].click], trigger_mode="once", **asking)
    widened = widen.click(trigger_mode="once", **again)
    example = chat.example_select(take_example, None, question, **at_once).then(**asking)
    cleared = (Conversation(), html.empty_evidence(), gr.update(visible=False))
    chat.clear(lambda: cleared, None, [conversation, evidence, widen], **at_once)
    chat.select(select, conversation, [conversation, evidence], **at_once)
    evidence.article(open_article, conversation, evidence, **at_once)
    evidence.back(go_back, conversation, evidence, **at_once)
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
    gr.Timer(_LOOK_SECONDS).tick(look, newest, newest, queue=False, **quiet)
    newest.change(show, inputs, outputs, **quiet)


def _choices(gr: Any, choices: list[tuple[str, str]], chosen: str) -> Any:
    """A reader's choice stands for as long as the archive has it."""
    return gr.update(choices=choices, value=chosen if chosen in dict(choices).values() else "")


def _publish(gr: Any, assistant: Assistant) -> None:
    """The endpoints for other programs."""

    def read(k: int, issue: str, since: str, until: str, section: str) -> Filters:
        if not 1 <= k <= MAX_K:
            raise ValueError(f"k is {k}; it must be between 1 and {MAX_K}.")
        return read_filters(since=since, until=until, issue=issue, section=section)

    def ask(
        question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
    ) -> dict[str, Any]:
        """Ask the bulletin: the answer, its quote and sources, and the passages it rests on.

        Args:
            question: what to ask, at most 500 characters.
            k: the number of passages, 1 to 50.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON with question, text, quote, abstained, confidence, citations (number, article_id, title, date, issue,
            quote) and passages (rank, score, text, article_id, title, date, issue, start, end).
        """
        try:
            return answer_row(assistant.ask(question, k=k, filters=read(k, issue, since, until, section)))
        except (ValueError, BulletinError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    def retrieve(
        question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
    ) -> list[dict[str, Any]]:
        """Find the passages that bear on a question, best first, without answering it.

        Args:
            question: what to look for, at most 500 characters.
            k: the number of passages, 1 to 50.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON: a list of passages, each with rank, score, text, article_id, title, date, issue, start, end
        """
        try:
            return passage_rows(assistant.retrieve(question, k=k, filters=read(k, issue, since, until, section)))
        except (ValueError, BulletinError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    for endpoint in (ask, retrieve):
        # Gradio's own page shows only what stands before "Args:", so the whole docstring is given as description.
        gr.api(endpoint, api_name=endpoint.__name__, api_description=inspect.getdoc(endpoint))


def _theme() -> Any:
    """Paper and ink, in fonts that readers' machines have: nothing is fetched from elsewhere."""
    import gradio as gr

    # Chinese fonts first: in a Latin one, “ and ” are as narrow as in English.
    sans = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "system-ui", "sans-serif"]
    theme = gr.themes.Base(
        primary_hue="red", neutral_hue="stone", text_size="lg", radius_size="sm", font=sans, font_mono=["monospace"]
    )
    return theme.set(
        body_background_fill="#f7f4ee",
        body_background_fill_dark="#191815",
        background_fill_primary="#fffdf9",
        background_fill_primary_dark="#23211d",
        block_background_fill="#fffdf9",
        block_background_fill_dark="#23211d",
        body_text_color="#22201c",
        body_text_color_dark="#ece7dd",
        input_border_width="1px",
        input_border_color="#ddd5c6",
        input_border_color_dark="#4a453c",
        input_background_fill="#fffdf9",
        input_background_fill_dark="#2b2823",
        button_primary_background_fill="#8f2a1f",
        button_primary_background_fill_hover="#74211a",
        button_primary_background_fill_dark="#a8402f",
        button_primary_background_fill_hover_dark="#bd4c39",
        button_primary_text_color="#ffffff",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose a number from 1 to 65535")
    return int(text)


def _reach_own_address(host: str) -> None:
    """Gradio calls its own address while it starts, which a proxy set for the internet could not pass on."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "localhost", "127.0.0.1", host)))


def _require_free_port(host: str, port: int) -> None:
    """Find out before the model loads. Raises OSError with the cause and the cure."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()  # type: ignore[arg-type]
    except OSError as error:
        reason = (error.strerror or str(error)).split(" (")[0]
        raise OSError(f"Cannot listen on {host}:{port} ({reason}). Choose another with --port, or --host.") from error


if __name__ == "__main__":
    sys.exit(main())
