"""What users leave behind, in a browser: kept conversations, votes, exports, and the staff's panel."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import app
from embeddings import Archive, Encoder
from qa import Answer, Assistant
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.userdata.history import NEW, History
from qa.userdata.store import UserStore, new_user_key
from qa.web.tabs.history_panel import HistoryPanel
from tests.support.pages import LEAVING, OFF_TOPIC, QUESTION, SIZES, ask, free_port, opened_page

MARKUP = "<img src=x onerror=alert(1)><b>名</b>"


@pytest.fixture(scope="module")
def kept_archive(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("kept") / "archive"))


@pytest.fixture(scope="module")
def kept_address(kept_archive: Path, default_encoder: Encoder) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BULLETIN_KEEP_DAYS", raising=False)
        page = app.build_page(
            Assistant(Archive.open(kept_archive), default_encoder), editing=True, archive=kept_archive
        )
        yield app.serve(page, port=free_port())
        page.close()


@pytest.fixture(params=SIZES)
def kept_page(request: pytest.FixtureRequest, browser: Any, kept_address: str) -> Iterator[Any]:
    """The opened page of a browser of its own, which must not complain while a test uses it."""
    yield from opened_page(browser, kept_address, SIZES[request.param], excused=LEAVING)


@pytest.fixture
def store(kept_archive: Path) -> UserStore:
    return UserStore(kept_archive)


def open_drawer(page: Any) -> None:
    page.get_by_role("button", name="我的对话").click()
    page.locator("#new-conversation").wait_for()
    page.wait_for_timeout(500)  # it slides in


def when_kept(page: Any) -> None:
    """Wait until the list has the conversation: that is the last thing an answer does."""
    page.locator("#kept-conversations [aria-current]").wait_for(state="attached")


def test_a_reload_brings_the_conversation_back_and_a_follow_up_still_leans_on_it(kept_page: Any) -> None:
    page = kept_page
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    when_kept(page)
    page.reload()
    page.locator("#chat .said").nth(1).wait_for()
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION, OFF_TOPIC]
    page.locator("#chat .said").first.click()
    page.wait_for_selector(".card.cited mark")
    ask(page, "那阿拉尔塔里木机场呢？")
    assert page.locator("#chat .asked").count() == 3
    assert "bulletin" not in page.url


def test_a_restart_of_the_server_loses_nothing(
    kept_archive: Path,
    default_encoder: Encoder,
    browser: Any,
    tmp_path: Path,
) -> None:
    archive = Path(shutil.copytree(kept_archive, tmp_path / "archive", ignore=shutil.ignore_patterns("readers.*")))
    port = free_port()

    def served() -> Any:
        page = app.build_page(Assistant(Archive.open(archive), default_encoder), archive=archive)
        app.serve(page, port=port)
        return page

    first = served()
    # While the server goes, and while there is none, the page complains of that.
    excused = (*LEAVING, "Failed to load resource", "Unexpected error", "TypeError: Failed to fetch")
    for page in opened_page(browser, f"http://127.0.0.1:{port}/", SIZES["desk"], excused=excused):
        ask(page, QUESTION)
        when_kept(page)
        first.close()
        page.evaluate("window.isOld = true")
        second = served()
        with suppress(Exception):  # gradio, too, reloads the page as soon as there is a server again
            page.reload()
        page.wait_for_function("window.isOld === undefined")
        page.locator("#chat .said").wait_for()
        assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]
        assert "6月20日" in page.inner_text("#chat .said")
        ask(page, "那阿拉尔塔里木机场呢？")
        page.wait_for_selector("#chat .taken:has-text('阿拉尔塔里木机场什么时候启用')")
        when_kept(page)
        assert len(stored(archive)) == 1
    second.close()


def test_another_browser_sees_nothing_of_it_and_a_new_window_begins_anew(
    kept_page: Any,
    browser: Any,
    kept_address: str,
) -> None:
    ask(kept_page, QUESTION)
    when_kept(kept_page)
    window = kept_page.context.new_page()
    window.goto(kept_address)
    window.locator("#chat .example").first.wait_for()
    window.locator("#kept-conversations [data-kept]").wait_for(state="attached")
    assert window.locator("#chat .asked").count() == 0
    (stranger,) = list(opened_once(browser, kept_address))
    stranger.wait_for_timeout(1000)
    assert stranger.locator("#kept-conversations [data-kept]").count() == 0
    assert QUESTION not in stranger.inner_text("#kept-conversations")
    stranger.context.close()


def opened_once(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(address)
    page.wait_for_selector("#chat .example")
    yield page


def test_conversations_are_begun_opened_renamed_and_deleted(kept_page: Any) -> None:
    page = kept_page
    ask(page, QUESTION)
    when_kept(page)
    open_drawer(page)
    page.click("#new-conversation")
    page.wait_for_function("document.querySelectorAll('#chat .asked').length === 0")
    page.get_by_role("button", name="我的对话").click()
    page.wait_for_timeout(500)
    ask(page, OFF_TOPIC)
    page.wait_for_function("document.querySelectorAll('#kept-conversations [data-kept]').length === 2")
    open_drawer(page)
    page.locator("#kept-conversations button", has_text=QUESTION).click()
    page.wait_for_function(f"document.querySelector('#chat .asked')?.textContent === '{QUESTION}'")
    page.get_by_label("这段对话的名字").fill(MARKUP)
    page.get_by_role("button", name="改名").click()
    page.wait_for_selector("#kept-conversations [aria-current]:has-text('onerror')")
    assert page.inner_text("#kept-conversations [aria-current] .name") == MARKUP
    assert page.locator("#kept-conversations img, #kept-conversations b").count() == 0
    page.locator("#kept-one").get_by_role("button", name="删除").click()
    page.wait_for_selector("#deleting .remark:has-text('onerror')")
    assert page.locator("#deleting img").count() == 0
    page.get_by_role("button", name="确认删除").click()
    page.wait_for_function("document.querySelectorAll('#kept-conversations [data-kept]').length === 1")
    page.click("#delete-all")
    page.get_by_role("button", name="确认删除").click()
    page.wait_for_selector("#kept-conversations .nothing")
    page.reload()
    page.wait_for_selector("#chat .example")
    assert page.locator("#kept-conversations [data-kept]").count() == 0


def test_clearing_the_conversation_deletes_it(kept_page: Any) -> None:
    ask(kept_page, QUESTION)
    when_kept(kept_page)
    kept_page.locator("#chat .icon-button-wrapper.top-panel button").first.click()
    kept_page.wait_for_selector("#kept-conversations .nothing", state="attached")
    kept_page.reload()
    kept_page.wait_for_selector("#chat .example")
    kept_page.wait_for_timeout(1000)  # for what is kept to come back, if it did
    assert kept_page.locator("#kept-conversations [data-kept], #chat .asked").count() == 0


def test_a_vote_and_its_word_reach_the_store_and_the_staff(kept_page: Any, store: UserStore) -> None:
    page = kept_page
    word = f"{page.viewport_size['width']}<b>不对</b>"
    ask(page, QUESTION)
    when_kept(page)
    page.locator("#chat .message-buttons button, #chat .message-buttons-left button").first.click()
    page.wait_for_selector("#chat button[title=已踩]")
    page.locator("#word textarea, #word input").fill(word)
    page.get_by_role("button", name="附上").click()
    page.wait_for_selector("#vote-remark:has-text('谢谢')")
    (vote,) = [vote for vote in store.votes() if vote.word == word]
    assert not vote.is_good
    assert vote.about.question == QUESTION
    page.reload()
    page.locator("#chat .said").wait_for()
    asked = sum(one.asked for one in store.unanswered())
    ask(page, OFF_TOPIC)
    page.get_by_role("tab", name="编辑部").click()
    page.wait_for_selector(f"#votes .word:has-text('{word}')")
    assert page.locator("#votes .word b").count() == 0
    page.wait_for_selector(f"#wanted td:has-text('{OFF_TOPIC}')")
    page.wait_for_timeout(500)  # for it to be counted again, if it were
    assert sum(one.asked for one in store.unanswered()) == asked + 1
    # Asked after another question it is taken as more than was typed.
    assert page.inner_text(f"#wanted tr:has-text('{OFF_TOPIC}') td") == OFF_TOPIC
    assert "《北京丰台站6月20日启用》" in page.inner_text(f"#votes li:has-text('{word}')")
    with page.expect_download() as download:
        page.click("#votes-csv")
    assert download.value.suggested_filename.startswith("读者意见")
    content = Path(download.value.path()).read_text("utf-8-sig")
    assert word in [row["word"] for row in csv.DictReader(io.StringIO(content, newline=""))]


def test_a_conversation_is_exported(kept_page: Any) -> None:
    ask(kept_page, QUESTION)
    when_kept(kept_page)
    open_drawer(kept_page)
    for button, start in (("导出 Markdown", b"# "), ("导出 Word", b"PK")):
        with kept_page.expect_download() as download:
            kept_page.get_by_role("button", name=button).click()
        assert Path(download.value.path()).read_bytes().startswith(start)


def test_the_drawer_is_closed_at_first_and_fits_the_page(kept_page: Any) -> None:
    assert not kept_page.locator("#new-conversation").is_visible() or kept_page.evaluate(
        "document.querySelector('#new-conversation').getBoundingClientRect().right <= 0"
    )
    assert kept_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_drawer(kept_page)
    assert kept_page.evaluate(
        "() => { const box = document.querySelector('#delete-all').getBoundingClientRect();"
        " return box.left >= 0 && box.right <= innerWidth; }"
    )


# How large each part is that has words, takes them, or is a picture of what it does.
ZOOMS = """(part) => [...document.querySelectorAll(`${part} *`)]
    .filter((one) => one.checkVisibility({visibilityProperty: true}))
    .filter((one) => one.matches('input, textarea, svg') || [...one.childNodes].some((node) => node.data?.trim()))
    .map((one) => [Math.round(100 * one.currentCSSZoom) / 100, one.outerHTML.slice(0, 120)])"""
# What has no room for its words, or for its hint while it is empty.
CLIPPED = """(part) => [...document.querySelectorAll(`${part} :is(button:not(.label-wrap), textarea, input)`)]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.clientWidth)
    .filter((one) => {
        if (one.matches('button')) return one.textContent.trim() && one.scrollWidth > one.clientWidth + 1;
        if (one.value || !one.placeholder) return false;
        one.value = one.placeholder;
        const isCut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
        one.value = '';
        return isCut;
    })
    .map((one) => one.outerHTML.slice(0, 160))"""


def test_large_type_reaches_every_word_and_none_twice_and_clips_nothing(kept_page: Any) -> None:
    page = kept_page
    page.click("[data-look=large]")
    page.wait_for_timeout(500)  # the examples grow slowly
    found, clipped = page.evaluate(ZOOMS, "#chat"), page.evaluate(CLIPPED, "#rooms")
    ask(page, QUESTION)
    when_kept(page)
    page.click("#filters button")
    page.wait_for_timeout(500)  # it unfolds
    page.locator("#chat .message-buttons button, #chat .message-buttons-left button").first.click()
    page.wait_for_selector("#word")
    page.wait_for_selector(
        ".progress-text:visible", state="detached"
    )  # gradio's clock, while something is still to come
    found += page.evaluate(ZOOMS, "#rooms")
    clipped += page.evaluate(CLIPPED, "#rooms")
    for tab in ("翻阅", "编辑部"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(800)
        page.wait_for_selector(".progress-text:visible", state="detached")
        found += page.evaluate(ZOOMS, "#rooms")
        clipped += page.evaluate(CLIPPED, "#rooms")
    open_drawer(page)
    page.click("#delete-all")
    page.wait_for_selector("#deleting .remark")
    found += page.evaluate(ZOOMS, "#kept")
    assert len(found) > 100
    assert [part for zoom, part in found if zoom != 1.3] == []
    assert clipped + page.evaluate(CLIPPED, "#kept") == []


def said(answering: Any, *values: Any) -> tuple[list[str], Any]:
    """The questions that a kept handler leaves in the conversation, and the last of its changes."""
    steps = list(answering(*values))
    conversations = [part for step in steps for part in step.values() if isinstance(part, Conversation)]
    return [turn.question for turn in conversations[-1].turns], steps[-1]


def test_a_session_that_was_lost_goes_on_where_the_page_was(assistant: Assistant, tmp_path: Path) -> None:
    import gradio as gr

    history, user = History(assistant, tmp_path), new_user_key()
    with gr.Blocks():
        parts = {"conversation": gr.State(Conversation()), "chat": gr.Chatbot()}
        panel = HistoryPanel(gr, parts, history)

    def answer(asked: str, so_far: Conversation, any_time: bool = False) -> Iterator[Any]:
        yield {parts["conversation"]: so_far.add(Turn(asked, state=TurnState.WAITING)), parts["chat"]: []}
        yield {parts["conversation"]: so_far.add(Turn(asked, note="没有看懂"))}

    event = {"fn": answer, "inputs": [parts["chat"], parts["conversation"]], "outputs": list(parts.values())}
    answering = partial(panel.keeping(event)["fn"], None)
    questions, changes = said(answering, "一", Conversation(), user, "", NEW)
    assert questions == ["一"]
    place = changes[panel.place]
    assert said(answering, "二", Conversation(), user, place.id, NEW)[0] == ["一", "二"]
    assert said(answering, "二", Conversation(), new_user_key(), place.id, NEW)[0] == ["二"]
    assert [one.turns for one in history.entries(user)] == [2]


def test_a_question_is_kept_before_it_is_answered(assistant: Assistant, tmp_path: Path) -> None:
    import gradio as gr

    history, user = History(assistant, tmp_path), new_user_key()
    with gr.Blocks():
        parts = {"conversation": gr.State(Conversation()), "chat": gr.Chatbot()}
        panel = HistoryPanel(gr, parts, history)

    def answer(so_far: Conversation) -> Iterator[Any]:
        yield {parts["conversation"]: so_far.add(Turn("问？", state=TurnState.WAITING))}
        raise AssertionError("the connection was lost before this")

    answering = partial(
        panel.keeping({"fn": answer, "inputs": [parts["conversation"]], "outputs": list(parts.values())})["fn"], None
    )
    place = next(answering(Conversation(), user, "", NEW))[panel.place]
    recalled = history.recall(user, place.id)
    assert recalled is not None
    assert recalled[1].turns == (Turn("问？", state=TurnState.LOST),)


def test_an_answer_is_shown_before_it_is_kept_and_kept_where_its_user_leaves(
    assistant: Assistant, tmp_path: Path
) -> None:
    import gradio as gr

    history, user = History(assistant, tmp_path), new_user_key()
    with gr.Blocks():
        parts = {"conversation": gr.State(Conversation()), "chat": gr.Chatbot()}
        panel = HistoryPanel(gr, parts, history)

    def answer(so_far: Conversation) -> Iterator[Any]:
        yield {parts["conversation"]: so_far.add(Turn("问？", state=TurnState.WAITING))}
        yield {parts["conversation"]: so_far.add(Turn("问？", note="没有看懂"))}
        raise AssertionError("nobody waits for more")

    answering = partial(
        panel.keeping({"fn": answer, "inputs": [parts["conversation"]], "outputs": list(parts.values())})["fn"], None
    )
    steps = answering(Conversation(), user, "", NEW)
    place = next(steps)[panel.place]

    def note() -> str:
        found = history.recall(user, place.id)
        assert found is not None
        return found[1].turns[0].note

    next(steps)
    assert not note()
    steps.close()
    assert note() == "没有看懂"


def test_what_was_kept_is_not_kept_again_when_nothing_of_it_has_changed(assistant: Assistant, tmp_path: Path) -> None:
    import gradio as gr

    history, user = History(assistant, tmp_path), new_user_key()
    with gr.Blocks():
        parts = {"conversation": gr.State(Conversation()), "chat": gr.Chatbot()}
        panel = HistoryPanel(gr, parts, history)

    def mark(note: str, so_far: Conversation) -> Iterator[Any]:
        yield {parts["conversation"]: so_far.until(0).add(replace(so_far.turns[0], is_new=False, note=note))}

    marking = partial(
        panel.keeping({"fn": mark, "inputs": [parts["chat"], parts["conversation"]], "outputs": list(parts.values())})[
            "fn"
        ],
        None,
    )
    so_far = Conversation().add(Turn("问？", is_new=True))
    place = history.keep(user, NEW, so_far)

    def kept(note: str, so_far: Conversation) -> int:
        return int(list(marking(note, so_far, user, place.id, place))[-1][panel.place].revision)

    assert kept("", so_far) == place.revision
    assert kept("没有看懂", so_far) == place.revision + 1


@pytest.mark.parametrize(("days", "remember", "remembers"), [(90, True, True), (0, True, False), (90, False, False)])
def test_a_page_that_is_not_to_remember_has_nothing_of_it(
    days: int,
    remember: bool,
    remembers: bool,
    kept_archive: Path,
    assistant: Assistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BULLETIN_KEEP_DAYS", str(days))
    config = str(app.build_page(assistant, editing=True, archive=kept_archive, remember=remember).get_config_file())
    for part in ("bulletin-reader", "读者意见", "我的对话", "Dislike"):
        assert (part in config) == remembers


class HeldAssistant(Assistant):
    """Answers the question of the test only when it is let go."""

    let_go: Event
    has_answered: Event

    def ask(self, question: str, **options: Any) -> Answer:
        if question != QUESTION:
            return super().ask(question, **options)
        assert self.let_go.wait(120)
        answer = super().ask(question, **options)
        self.has_answered.set()
        return answer


def test_an_answer_that_comes_after_its_conversation_was_deleted_is_not_kept(
    kept_archive: Path,
    default_encoder: Encoder,
    browser: Any,
    tmp_path: Path,
) -> None:
    archive = Path(shutil.copytree(kept_archive, tmp_path / "archive", ignore=shutil.ignore_patterns("readers.*")))
    held = HeldAssistant(Archive.open(archive), default_encoder)
    held.let_go, held.has_answered = Event(), Event()
    slow = app.build_page(held, archive=archive)
    url = app.serve(slow, port=free_port())
    for page in opened_page(browser, url, SIZES["desk"], ready="#question", excused=LEAVING):
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#chat .note:has-text('正在翻阅')")
        (entry,) = stored(archive, at_least=1)
        page.locator("#chat .icon-button-wrapper.top-panel button").first.click()
        page.wait_for_selector("#chat .note", state="detached")
        held.let_go.set()
        assert held.has_answered.wait(120)
        page.wait_for_timeout(1500)  # for the answer to be kept, if it were
        assert stored(archive) == [], entry
    slow.close()


def test_a_question_that_is_faster_than_the_page_is_kept_for_its_user(
    kept_archive: Path,
    default_encoder: Encoder,
    browser: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    archive = Path(shutil.copytree(kept_archive, tmp_path / "archive", ignore=shutil.ignore_patterns("readers.*")))
    is_asked, has_looked, recall = Event(), Event(), History.recall

    def slow_recall(self: History, user: str, current: str) -> Any:
        assert is_asked.wait(120)
        found = recall(self, user, current)
        has_looked.set()
        return found

    monkeypatch.setattr(History, "recall", slow_recall)
    page_of = app.build_page(Assistant(Archive.open(archive), default_encoder), archive=archive)
    url = app.serve(page_of, port=free_port())
    for page in opened_page(browser, url, SIZES["desk"], ready="#question", excused=LEAVING):
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".card.cited")
        page.wait_for_selector("#kept-conversations [data-kept]", state="attached")
        is_asked.set()
        assert has_looked.wait(120)
        page.wait_for_timeout(1000)  # for what was looked up to reach the page
        page.reload()
        page.wait_for_selector(".card.cited")
        page.locator("#chat .icon-button-wrapper.top-panel button").first.click()
        page.wait_for_selector("#kept-conversations [data-kept]", state="detached")
        assert stored(archive) == []
    page_of.close()


def stored(archive: Path, *, at_least: int = 0) -> list[str]:
    """The conversations in the store, which is made while the page already shows something: wait for `at_least`."""
    for _ in range(100):
        with closing(sqlite3.connect(archive / "readers.sqlite")) as connection, suppress(sqlite3.OperationalError):
            kept = [row[0] for row in connection.execute("SELECT id FROM conversations")]
            if len(kept) >= at_least:
                return kept
        time.sleep(0.1)
    raise TimeoutError(f"fewer than {at_least} conversations were kept in {archive}")
