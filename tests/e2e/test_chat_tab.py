"""What a user does with a conversation in the browser, by hand, by keyboard and by ear, at desk and phone size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import pytest

import app
from qa import Answer, Assistant
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.web import scripts
from qa.web.html.answers import suggestions
from qa.web.services import chat as chat_service
from qa.web.services.chat import ChatService
from qa.web.services.suggestions import next_questions
from tests.support.pages import LEAVING, OFF_TOPIC, QUESTION, SIZES, ask, free_port, opened_page, serious

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def english(browser: Any, address: str) -> Iterator[Any]:
    yield from opened_page(browser, address, SIZES["desk"], locale="en-US")


def test_enter_that_confirms_a_candidate_does_not_send(page: Any) -> None:
    page.focus("#question textarea")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "fengtai", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 13}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    devtools.send("Input.insertText", {"text": "丰台站"})
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    page.wait_for_timeout(500)
    assert page.input_value("#question textarea") == "丰台站"
    assert page.locator("#chat .asked").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .asked:has-text('丰台站')")


def test_some_browsers_tell_of_a_composition_only_in_the_event(page: Any) -> None:
    page.fill("#question textarea", QUESTION)
    page.evaluate(
        "for (const kind of ['keydown', 'keypress']) document.querySelector('#question textarea').dispatchEvent("
        "new KeyboardEvent(kind, {key: 'Enter', bubbles: true, cancelable: true, isComposing: true}))"
    )
    page.wait_for_timeout(500)
    assert page.locator("#chat .asked").count() == 0


def test_shift_and_enter_breaks_the_line(page: Any) -> None:
    page.fill("#question textarea", "北京丰台站")
    page.press("#question textarea", "Shift+Enter")
    page.keyboard.type("什么时候启用？")
    assert page.input_value("#question textarea") == "北京丰台站\n什么时候启用？"
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .said:has-text('6月20日')")


def test_a_reference_lights_up_its_card(page: Any) -> None:
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    page.locator("#chat a.cite").first.click()
    page.wait_for_selector(".card.cited.lit")
    assert "[1]" in page.inner_text(".card.lit h3")
    assert page.evaluate("document.activeElement.closest('.card')?.dataset.passage") == "1"
    assert "#cite" not in page.url


def test_a_card_says_why_it_was_found(page: Any) -> None:
    ask(page, QUESTION)
    assert "北京丰台站" in page.locator(".card.cited .why i").first.inner_text()


def test_an_answer_is_asked_for_again(page: Any) -> None:
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    page.locator("#chat .doing.retry").first.click()
    page.wait_for_function("document.querySelectorAll('#chat .asked').length === 1")
    page.wait_for_selector("#chat .said:has-text('6月20日')")
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


def test_an_empty_question_leaves_the_conversation_as_it_is(page: Any) -> None:
    ask(page, QUESTION)
    page.wait_for_selector("#stop", state="hidden")
    page.press("#question textarea", "Enter")
    page.wait_for_timeout(1500)
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


def test_a_question_is_edited_where_it_stands(page: Any) -> None:
    ask(page, OFF_TOPIC)
    page.wait_for_selector("#stop", state="hidden")
    page.evaluate("window.sent = []; document.addEventListener('bulletin-edit', (event) => sent.push(event.detail))")

    def is_as_before() -> None:
        page.wait_for_selector("#chat .editing", state="detached")
        assert page.evaluate("window.sent") == []
        assert page.inner_text("#chat .asked:visible") == OFF_TOPIC
        assert page.evaluate("document.activeElement.classList.contains('edit')")  # the focus stays on the screen

    page.click("#chat .doing.edit")
    page.keyboard.press("Escape")
    is_as_before()
    page.click("#chat .doing.edit")
    page.fill("#chat .user textarea", QUESTION)
    page.click("#chat .editing button:has-text('取消')")
    is_as_before()
    page.click("#chat .doing.edit")
    page.fill("#chat .user textarea", QUESTION)
    page.click("#chat .editing button:has-text('保存')")
    page.wait_for_selector("#chat .said:has-text('6月20日')")
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


def test_the_last_question_is_taken_back(page: Any) -> None:
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    page.click("#chat .doing.undo")
    page.wait_for_function("document.querySelectorAll('#chat .asked').length === 1")
    assert page.input_value("#question textarea") == OFF_TOPIC
    assert page.locator(".card.cited").count() == 1


def test_an_answer_is_copied_with_its_source(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.click("#chat .doing.copy")
    page.wait_for_selector("#chat .doing.copy:has-text('已复制')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "6月20日[1]" in copied
    assert "《北京丰台站6月20日启用》" in copied
    assert "重新回答" not in copied


def test_suggestions_are_answered_and_asked_no_more(page: Any) -> None:
    first = "河南洪灾遇难多少人？"
    ask(page, first)
    suggested = page.locator(".suggestions button").first
    suggested.wait_for()
    question = suggested.inner_text()
    suggested.click()
    page.wait_for_function("document.querySelectorAll('#chat .said').length === 2")
    assert page.locator("#chat .asked").last.inner_text() == question
    assert page.locator("#chat .said").last.get_attribute("class") == "said"
    assert page.locator("#chat a.cite").count() >= 2
    suggested.wait_for()
    assert {first, question}.isdisjoint(page.locator(".suggestions button").all_inner_texts())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_looks_are_remembered(browser: Any, address: str, size: tuple[int, int]) -> None:
    for opened in opened_page(browser, address, size, excused=LEAVING):
        switch_looks(opened)


def switch_looks(page: Any) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('#chat .example')).zoom)"
    before = page.evaluate(size)
    page.click("[data-look=large]")
    page.click("[data-look=dark]")
    page.reload()
    page.wait_for_selector("#chat .example")
    page.wait_for_selector("[data-look=dark][aria-pressed=true]")
    assert page.evaluate(size) > before
    assert page.evaluate("document.body.classList.contains('dark')")
    page.click("[data-look=dark]")
    assert page.get_attribute("[data-look=dark]", "aria-pressed") == "false"


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_on_a_desk_the_window_holds_the_whole_room(
    browser: Any,
    address: str,
    locale: str,
    large: bool,
) -> None:
    for opened in opened_page(browser, address, SIZES["desk"], locale=locale):
        if large:
            opened.click("[data-look=large]")
        ask(opened, QUESTION)
        opened.locator(".suggestions button").first.wait_for()
        assert opened.evaluate("document.documentElement.scrollHeight <= innerHeight")
        opened.click("#filters button")
        opened.wait_for_timeout(500)  # they unfold
        assert opened.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert opened.evaluate(
            "() => { const talk = document.querySelector('.talk'); return talk.scrollWidth <= talk.clientWidth; }"
        )


def test_an_english_browser_gets_english_words(english: Any) -> None:
    assert english.get_attribute("html", "lang") == "en"
    assert english.locator("#ask button").first.inner_text() == "Ask"
    assert english.inner_text("[data-look=large]") == "Large type"
    ask(english, QUESTION)
    assert english.inner_text(".evidence h2") == "Sources"
    assert "6月20日" in english.inner_text("#chat .said")


class HeldAssistant(Assistant):
    """Takes its time over a question with the word 慢, until it is let go."""

    let_go: Event

    def ask(self, question: str, **options: Any) -> Answer:
        if "慢" in question:
            assert self.let_go.wait(120)
        return super().ask(question, **options)


@pytest.fixture(scope="module")
def slow(assistant: Assistant) -> Iterator[tuple[str, HeldAssistant]]:
    """The address of a page that takes its time, and what holds it up."""
    held = HeldAssistant(assistant.archive, assistant.encoder, reader=assistant.reader)
    with pytest.MonkeyPatch.context() as while_it_is_served:
        while_it_is_served.setattr(scripts, "LOOK_MILLISECONDS", 300)
        page = app.build_page(held)
        address = app.serve(page, port=free_port())
    yield address, held
    page.close()


def test_a_user_can_stop_waiting(slow: tuple[str, HeldAssistant], browser: Any) -> None:
    address, held = slow
    held.let_go = Event()
    for opened in opened_page(browser, address, SIZES["desk"]):
        opened.fill("#question textarea", "慢慢来？")
        opened.press("#question textarea", "Enter")
        opened.click("#stop")
        opened.wait_for_selector("#chat .note:has-text('已停止')")
        opened.wait_for_selector("#stop", state="hidden")
        held.let_go.set()
        ask(opened, QUESTION)
        assert "6月20日" in opened.inner_text("#chat .said")


@pytest.mark.parametrize("size", SIZES)
def test_an_answer_that_never_comes_is_given_up_and_can_be_asked_for_again(
    slow: tuple[str, HeldAssistant], browser: Any, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    """The handler believes that nobody waits, as after an event that was taken back too late."""
    monkeypatch.setattr(chat_service, "_GRACE_SECONDS", 0)
    done = ChatService.done
    for opened in opened_page(browser, slow[0], SIZES[size]):
        monkeypatch.setattr(ChatService, "done", lambda service, ticket: done(service, ticket) and False)
        ask(opened, QUESTION)
        assert "没有等到回答" in opened.inner_text("#chat .note")
        monkeypatch.setattr(ChatService, "done", done)
        opened.click("#chat .doing.retry")
        opened.wait_for_selector("#chat .said:has-text('6月20日')")


def test_a_question_that_is_cleared_before_it_is_taken_stays_cleared(page: Any) -> None:
    ask(page, QUESTION)
    page.locator(".suggestions button").first.wait_for()
    held: list[Any] = []

    def hold(route: Any) -> None:
        if OFF_TOPIC in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/queue/join*", hold)
    page.fill("#question textarea", OFF_TOPIC)
    page.press("#question textarea", "Enter")
    for _ in range(100):
        page.wait_for_timeout(50)
        if held:
            break
    page.locator("#chat .icon-button-wrapper.top-panel button").first.click()
    page.wait_for_timeout(300)
    held[0].continue_()
    page.wait_for_function("!document.querySelector('#chat .asked')")
    page.wait_for_timeout(1500)  # for what was cleared to come back, if it did
    assert page.locator("#chat .asked").count() == 0
    page.unroute_all()
    ask(page, QUESTION)
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_asked_without_a_connection_is_kept_and_sent_when_it_is_back(
    browser: Any, address: str, size: str
) -> None:
    excused = (*LEAVING, "Failed to load resource", "Unexpected error", "TypeError: Failed to fetch")
    for page in opened_page(browser, address, SIZES[size], excused=excused):
        page.context.set_offline(True)
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("[data-testid=toast-text]:has-text('和服务器的连接断开了')")
        assert page.get_attribute("[data-testid=toast-close]", "aria-label") == "关闭"
        assert page.input_value("#question textarea") == QUESTION
        page.context.set_offline(False)
        page.wait_for_selector("#chat .said:has-text('6月20日')")
        assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


def test_a_screen_reader_hears_who_speaks(page: Any) -> None:
    ask(page, QUESTION)
    page.wait_for_selector("#chat [data-testid=bot][aria-label=回答]")
    assert page.get_attribute("#chat [role=log]", "aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [*SIZES.values(), (360, 740)])
def test_nothing_keeps_a_user_out(browser: Any, address: str, size: tuple[int, int], scheme: str) -> None:
    """No finding of axe-core that it calls serious or critical, and nothing to scroll to sideways."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for opened in opened_page(browser, address, size, scheme=scheme, is_still=True):
        opened.wait_for_timeout(400)
        found = serious(axe, opened)
        ask(opened, QUESTION)
        opened.locator(".suggestions button").first.wait_for()
        found += serious(axe, opened)
        opened.click("[data-look=large]")
        opened.click(".card.cited .open")
        opened.wait_for_selector(".reading")
        found += serious(axe, opened)
        assert found == []
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Whether what has the focus is in the window; a page that has none is not to blame.
IS_ON_SCREEN = """() => {
    const {left, right, top, bottom} = document.activeElement.getBoundingClientRect();
    const isThere = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
    return isThere || document.activeElement === document.body;
}"""


def test_a_keyboard_reaches_the_answer_and_its_source(page: Any) -> None:
    ask(page, QUESTION)
    page.wait_for_selector(".card.cited")
    page.wait_for_selector("#next button")  # comes last, and moves what stands below it
    page.evaluate("document.body.focus()")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_function(IS_ON_SCREEN)
        reached.add(page.evaluate("document.activeElement.className + ' ' + document.activeElement.tagName"))
    assert {"cite A", "open BUTTON"} <= reached
    assert any("doing copy" in name for name in reached)


def test_the_page_can_be_installed(address: str) -> None:
    with urlopen(f"{address}manifest.json") as manifest:
        told = json.load(manifest)
    assert told["name"] == "公报问答"
    with urlopen(f"{address.rstrip('/')}{told['icons'][0]['src']}") as icon:
        assert icon.headers["content-type"].startswith("image/svg")


def test_what_was_stopped_says_so_and_what_was_answered_stays(assistant: Assistant) -> None:
    answered = Conversation().add(Turn(QUESTION, answer=assistant.ask(QUESTION)))
    assert answered.stopped() is answered
    stopped = answered.add(Turn(OFF_TOPIC, state=TurnState.WAITING)).stopped()
    assert [turn.state for turn in stopped.turns] == [TurnState.DONE, TurnState.STOPPED]
    assert stopped.answer is not None


def test_questions_to_go_on_with_are_answered_and_new(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    found = next_questions(assistant, answer, asked=[QUESTION])
    assert found
    assert QUESTION not in found
    assert not any(assistant.ask(question).abstained for question in found)
    assert found[0] not in next_questions(assistant, answer, asked=[QUESTION, found[0]])
    silent: Any = SimpleNamespace(ask=lambda question: replace(answer, citations=()))
    assert next_questions(silent, answer, asked=[QUESTION]) == []


def test_what_was_told_who_wrote_and_what_was_withdrawn_are_not_suggested(assistant: Assistant) -> None:
    answer = assistant.ask("冰球测试活动在哪里开赛？")
    cited = {citation.article.issue_id for citation in answer.citations}
    assert next_questions(assistant, answer, asked=[], gone=cited) == []
    found = next_questions(assistant, answer, asked=["《别的文章》是谁写的？"])
    assert found
    assert not [question for question in found if "是谁写的" in question]
    station = assistant.ask(QUESTION)
    untold = replace(station, quote="")
    assert any("什么时候开通" in question for question in next_questions(assistant, untold, asked=[]))
    told = next_questions(assistant, untold, asked=[], told=[station.quote])
    assert not any("什么时候开通" in question for question in told)


def test_suggestions_are_shown_as_text() -> None:
    shown = suggestions(['<img src=x onerror="alert(1)">？'])
    assert "<img" not in shown
    assert suggestions([]) == ""


def test_nothing_is_tried_out_while_a_user_waits(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    assert next_questions(assistant, answer, asked=[QUESTION], go_on=lambda: False) == []
