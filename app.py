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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from embeddings import BulletinError, Filters, IssueEntry, Snapshot, find_date
from qa import MAX_QUESTION_CHARS, Answer, Assistant, html, read_filters
from qa.examples import answered_examples
from qa.rows import answer_row, passage_rows

logger = logging.getLogger(__name__)

HOST, PORT = "127.0.0.1", 7860
MAX_K = 50
_WAITING = "正在翻阅公报……"
_UNAVAILABLE = "资料库暂时读不了，请稍后刷新页面再试；仍然不行时，请告诉管理员。"
_TURNS_KEPT = 100  # of one conversation, so that a page left open for months stays small
_WAITING_QUESTIONS = 100

Parts = dict[str, Any]  # the components of the page that handlers read and write, by name


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, or the note that stands in place of one."""

    question: str
    answer: Answer | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one reader has asked. `selected` is the place of the turn whose evidence is shown, from zero."""

    turns: tuple[Turn, ...] = ()
    selected: int = -1

    def add(self, turn: Turn) -> "Conversation":
        """The conversation with one more turn, which is selected when it has an answer."""
        turns = (*self.turns, turn)[-_TURNS_KEPT:]
        moved = len(self.turns) + 1 - len(turns)
        return Conversation(turns, len(turns) - 1 if turn.answer else max(-1, self.selected - moved))

    @property
    def answer(self) -> Answer | None:
        """The answer of the selected turn."""
        return self.turns[self.selected].answer if 0 <= self.selected < len(self.turns) else None

    def messages(self) -> list[dict[str, str]]:
        """The turns as the conversation shows them, two messages each."""
        messages = []
        for turn in self.turns:
            said = html.answer_bubble(turn.answer) if turn.answer else html.note_bubble(turn.note)
            messages += [
                {"role": "user", "content": html.question_bubble(turn.question)},
                {"role": "assistant", "content": said},
            ]
        return messages

    def evidence(self) -> str:
        """The cards of the selected turn."""
        return html.evidence(self.answer) if self.answer else html.empty_evidence()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page says of one state of the archive. Choices are (label, value) pairs; an empty value is no filter."""

    generation: str
    masthead: str
    issues: list[tuple[str, str]]
    sections: list[tuple[str, str]]


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the page as the command line says. Returns 0, or 2 after one line on stderr."""
    parser = argparse.ArgumentParser(prog="bulletin chat", description="Open the chat over an archive in a browser.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--archive`, `--model`, `--host` and `--port`."""
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: BULLETIN_ARCHIVE, else archive)")
    parser.add_argument("--model", metavar="NAME", help="the model the archive was built with (default: as it says)")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=_port, default=PORT, help="port to listen on (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Open the archive and serve the page until interrupted. Returns 0, or 2 after one line on stderr."""
    # Before gradio is imported: it reads this once.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    _reach_own_address(arguments.host)
    try:
        _require_free_port(arguments.host, arguments.port)
        assistant = Assistant.open(arguments.archive, model=arguments.model)
    except (BulletinError, OSError) as error:
        print(f"bulletin chat: {error}", file=sys.stderr)
        return 2
    page = build_page(assistant)
    try:
        url = serve(page, host=arguments.host, port=arguments.port)
    except OSError as error:
        print(f"bulletin chat: {error}", file=sys.stderr)
        return 2
    print(f"公报问答：{url} （按 Ctrl+C 停止）", flush=True)
    page.block_thread()
    assistant.close()
    return 0


def build_page(assistant: Assistant) -> Any:
    """The page as a gr.Blocks, ready for `serve`, with `/ask` and `/retrieve` as its public endpoints."""
    import gradio as gr

    with gr.Blocks(title="公报问答", analytics_enabled=False, fill_width=True) as page:
        parts = _lay_out(gr)
        _wire(gr, page, parts, Desk(assistant))
        _publish(gr, assistant)
    # The encoder uses every core for one question; more at once than cores only makes each wait longer.
    page.queue(default_concurrency_limit=max(2, os.cpu_count() or 2), max_size=_WAITING_QUESTIONS)
    return page


def serve(page: Any, *, host: str = HOST, port: int = PORT) -> str:
    """Serve a page in the background and return its address. Raises OSError when the port is taken."""
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
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


class Desk:
    """Takes what readers send to one assistant, and gives back what the page shows. Keeps nothing of any reader."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = Lock()
        self._examples: tuple[str, list[str]] = ("", [])  # generation, questions

    def ask(self, question: str, *, issue: str, since: str, until: str, section: str) -> Turn:
        """The turn that a question makes. What is wrong becomes a note; raises nothing."""
        if note := refusal(question, since=since, until=until):
            return Turn(question, note=note)
        try:
            filters = read_filters(since=since.strip(), until=until.strip(), issue=issue, section=section)
            return Turn(question, answer=self._assistant.ask(question, filters=filters))
        except ValueError:
            return Turn(question, note="这个问题没有看懂，请换个说法再问。")
        except Exception:  # whatever it is, it must not leave the reader looking at "searching"
            logger.exception("The archive could not be asked")
            return Turn(question, note=_UNAVAILABLE)

    def overview(self) -> Overview:
        """What the archive holds now."""
        with self._assistant.archive.snapshot() as snapshot:
            return _overview(snapshot, model=self._assistant.encoder.name)

    def generation(self) -> str:
        """The name of the archive's present state."""
        with self._assistant.archive.snapshot() as snapshot:
            return snapshot.generation

    def examples(self) -> list[str]:
        """Questions this archive answers, found once for each state of it."""
        with self._lock:
            generation = self.generation()
            if self._examples[0] != generation:
                self._examples = (generation, answered_examples(self._assistant))
            return self._examples[1]


def refusal(question: str, *, since: str, until: str) -> str:
    """Why a question cannot be asked as it stands, in the reader's words; empty when it can."""
    length = len(" ".join(question.split()))
    if not length:
        return "请先写下问题。"
    if length > MAX_QUESTION_CHARS:
        return f"问题太长了：{length} 个字，最多 {MAX_QUESTION_CHARS} 个字。请说得短一些。"
    days = []
    for text in filter(None, (since.strip(), until.strip())):
        days.append(find_date(text))
        if days[-1] is None:
            return f"“{text[:20]}”不是日期。请写成 2021-08-02 或 2021年8月2日，也可以留空。"
    if len(days) == 2 and days[0] > days[1]:  # type: ignore[operator]
        return f"起始日期 {days[0]} 晚于截止日期 {days[1]}，请对调一下。"
    return ""


def _overview(snapshot: Snapshot, *, model: str) -> Overview:
    entries = snapshot.issues()
    dates = [entry.issue.date for entry in entries if entry.issue.date]
    masthead = html.masthead(
        issues=len(entries),
        undated=len(entries) - len(dates),
        articles=sum(entry.articles for entry in entries),
        first=min(dates, default=None),
        last=max(dates, default=None),
        model=model,
    )
    issues = [("全部期数", ""), *((_issue_label(entry), entry.issue.id) for entry in entries)]
    sections = [("全部栏目", ""), *((section, section) for section in snapshot.sections() if section)]
    return Overview(snapshot.generation, masthead, issues, sections)


def _issue_label(entry: IssueEntry) -> str:
    name, date = entry.issue.name, entry.issue.date
    return name if date is None or find_date(name) == date else f"{name}（{date}）"


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


def _lay_out(gr: Any) -> Parts:
    """The page's components. A phone shows the columns one under the other."""
    parts: Parts = {"conversation": gr.State(Conversation()), "generation": gr.State("")}
    parts["masthead"] = gr.HTML(elem_id="masthead")
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
            _lay_out_filters(gr, parts)
        with gr.Column(scale=5, min_width=320):
            parts["evidence"] = gr.HTML(
                html.empty_evidence(), elem_id="evidence", js_on_load=_ON_LOAD, apply_default_css=False
            )
    return parts


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


def _wire(gr: Any, page: Any, parts: Parts, desk: Desk) -> None:
    """Say what happens when a reader asks, selects an answer, opens a card, or goes back."""
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    at_once = {**quiet, "queue": False}
    conversation, chat, question, evidence = (parts[n] for n in ("conversation", "chat", "question", "evidence"))

    def answer(asked: str, issue: str, section: str, since: str, until: str, so_far: Conversation) -> Iterator[Any]:
        if not asked.strip():
            yield gr.skip()
            return
        waiting = so_far.add(Turn(asked, note=_WAITING))
        yield {chat: waiting.messages(), question: ""}
        turn = desk.ask(asked, issue=issue or "", section=section or "", since=since or "", until=until or "")
        now = so_far.add(turn)
        # A question that was refused stays in the box, to be mended.
        kept = "" if turn.answer else asked
        yield {conversation: now, chat: now.messages(), evidence: now.evidence(), question: kept}

    def select(so_far: Conversation, event: gr.SelectData) -> Any:
        place = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        if not 0 <= place // 2 < len(so_far.turns) or so_far.turns[place // 2].answer is None:
            return gr.skip()
        chosen = replace(so_far, selected=place // 2)
        return {conversation: chosen, evidence: chosen.evidence()}

    def open_article(so_far: Conversation, event: gr.EventData) -> Any:
        rank = getattr(event, "rank", None)
        shown = so_far.answer
        if shown is None or not isinstance(rank, int) or not 1 <= rank <= len(shown.passages):
            return gr.skip()
        passage = shown.passages[rank - 1]
        return html.article_view(passage, html.cited(passage, shown.citations), rank=rank)

    def take_example(event: gr.SelectData) -> str:
        return str(event.value["text"])

    asking = {
        "fn": answer,
        "inputs": [parts[name] for name in ("question", "issue", "section", "since", "until", "conversation")],
        "outputs": [conversation, chat, question, evidence],
        **quiet,
    }
    asked = gr.on([question.submit, parts["send"].click], trigger_mode="once", **asking)
    example = chat.example_select(take_example, None, question, **at_once).then(**asking)
    chat.clear(lambda: (Conversation(), html.empty_evidence()), None, [conversation, evidence], **at_once)
    chat.select(select, conversation, [conversation, evidence], **at_once)
    evidence.article(open_article, conversation, evidence, **at_once)
    evidence.back(Conversation.evidence, conversation, evidence, **at_once)
    _wire_overview(gr, page, parts, desk, after=(asked, example))


def _wire_overview(gr: Any, page: Any, parts: Parts, desk: Desk, *, after: Sequence[Any]) -> None:
    """Show what the archive holds: when the page opens, and after an answer when the archive has changed."""
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    outputs = [parts[name] for name in ("masthead", "issue", "section", "generation")]

    def show(generation: str, issue: str, section: str) -> Any:
        if desk.generation() == generation:
            return gr.skip()
        now = desk.overview()
        return {
            parts["generation"]: now.generation,
            parts["masthead"]: now.masthead,
            parts["issue"]: _choices(gr, now.issues, issue),
            parts["section"]: _choices(gr, now.sections, section),
        }

    def examples() -> Any:
        return gr.update(examples=[{"text": question} for question in desk.examples()])

    inputs = [parts[name] for name in ("generation", "issue", "section")]
    page.load(show, inputs, outputs, **quiet)
    page.load(examples, None, parts["chat"], **quiet)
    for event in after:
        event.then(show, inputs, outputs, **quiet)


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
