"""Reading aloud by the browser's own voice, and questions on words that are marked in an article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.test_chat_tab import serious
from tests.support.pages import QUESTION, SIZES, ask

# A browser whose voices are known: what is spoken is noted, and ends when the test says so.
VOICES = """(() => {
    window.spoken = [];
    const voices = [
        {name: 'far', lang: 'zh-CN', localService: false},
        ...(window.withoutVoices ? [] : [
            {name: 'near', lang: 'zh-CN', localService: true}, {name: 'english', lang: 'en-US', localService: true},
        ]),
    ];
    window.SpeechSynthesisUtterance = class extends EventTarget {
        constructor(text) { super(); this.text = text; this.voice = null; }
    };
    const speech = Object.assign(new EventTarget(), {
        getVoices: () => voices,
        speak: (one) => window.spoken.push(one),
        cancel: () => { window.spoken = []; },
    });
    Object.defineProperty(window, 'speechSynthesis', {value: speech, configurable: true});
})();"""
SPOKEN = "window.spoken.map((one) => one.text).join('')"


@pytest.fixture(params=SIZES)
def voiced_page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    yield from voiced(browser, address, SIZES[request.param])


def voiced(browser: Any, address: str, size: tuple[int, int], *, before: str = "", after: str = "") -> Iterator[Any]:
    context = browser.new_context(locale="zh-CN", viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(120_000)
    context.add_init_script(before + VOICES + after)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#chat .example")
    yield page
    context.close()


def test_an_answer_is_read_by_a_voice_of_this_machine_until_it_is_stopped(voiced_page: Any) -> None:
    page = voiced_page
    ask(page, QUESTION)
    button = page.locator("#chat .doing.speak").last
    button.click()
    page.wait_for_function("window.spoken.length")
    assert "6月20日" in page.evaluate(SPOKEN)
    assert "[1]" not in page.evaluate(SPOKEN)
    assert "复制" not in page.evaluate(SPOKEN)
    assert set(page.evaluate("window.spoken.map((one) => one.voice.name)")) == {"near"}
    page.wait_for_selector("#chat .doing.speak[aria-pressed=true]:has-text('停止朗读')")
    button.click()
    page.wait_for_selector("#chat .doing.speak[aria-pressed=false]:has-text('朗读')")
    assert page.evaluate("window.spoken.length") == 0
    button.click()
    page.wait_for_selector("#chat .doing.speak[aria-pressed=true]")
    page.evaluate("window.spoken.at(-1).dispatchEvent(new Event('end'))")
    page.wait_for_selector("#chat .doing.speak[aria-pressed=false]")


def test_an_article_is_read_in_pieces_and_its_button_is_large_in_large_type(voiced_page: Any) -> None:
    page = voiced_page
    ask(page, "宋长纪在建安粮苑住了多少年？")  # of a long article
    page.click("[data-look=large]")
    assert page.locator("#chat .doing.speak").last.bounding_box()["height"] >= 48
    page.click(".card.cited .open")
    page.wait_for_selector("#evidence .reading")
    button = page.locator("#evidence [data-speak]")
    assert button.bounding_box()["height"] >= 48
    button.click()
    page.wait_for_function("window.spoken.length")
    said = page.evaluate(SPOKEN)
    assert page.inner_text("#evidence .reading h2") in said
    for place in (0, -1):
        assert page.locator("#evidence .reading .body p").nth(place).inner_text()[:20] in said
    assert len(said) > 600
    assert max(page.evaluate("window.spoken.map((one) => one.text.length)")) <= 160


def test_without_a_voice_of_its_own_nothing_is_sent_to_one_elsewhere(browser: Any, address: str) -> None:
    for page in voiced(browser, address, SIZES["desk"], before="window.withoutVoices = true;"):
        ask(page, QUESTION)
        page.locator("#chat .doing.speak").last.click()
        page.wait_for_selector("#chat .doing.speak:has-text('没有中文语音')")
        assert page.evaluate("window.spoken.length") == 0
    for page in voiced(browser, address, SIZES["desk"], after="delete window.SpeechSynthesisUtterance;"):
        ask(page, QUESTION)
        assert not page.locator("#chat .doing.speak").last.is_visible()


MARK = """(length) => {
    const body = document.querySelector('.reading .body');
    const text = document.createTreeWalker(body, NodeFilter.SHOW_TEXT).nextNode();
    text.parentElement.scrollIntoView({block: 'center', behavior: 'instant'}); // what a hand marks is on the screen
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, Math.min(length, text.length));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.mark.parametrize("typed", ["", "面积有多大？"])
def test_what_is_marked_in_an_article_becomes_a_question_of_it(page: Any, typed: str) -> None:
    ask(page, QUESTION)
    page.click(".card.cited .open")
    page.wait_for_selector("#evidence .reading")
    title = page.inner_text("#evidence .reading h2")
    page.evaluate(MARK, 14)
    page.click("#ask-marked button:has-text('问这一段')")
    page.fill("#ask-marked input", typed)
    page.keyboard.press("Enter")
    page.locator("#chat .said").nth(1).wait_for()
    asked = page.locator("#chat .asked").last.inner_text()
    assert asked.startswith(f"《{title}》里的“")
    assert asked.endswith(typed or "是怎么回事？")
    assert not page.locator("#ask-marked").is_visible()
    page.wait_for_selector(f".card:has-text('{title}')")
    issues = page.locator("#evidence .card .details").evaluate_all(
        "(all) => all.map((one) => one.innerText || one.textContent)"
    )
    assert [one for one in issues if "2022年6月17日" not in one] == []  # the article's issue is where it is looked for


def test_the_way_to_ask_of_what_is_marked_keeps_nobody_out(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    ask(page, QUESTION)
    page.click(".card.cited .open")
    page.wait_for_selector("#evidence .reading")
    page.evaluate(MARK, 200)
    page.wait_for_selector("#ask-marked button")
    page.keyboard.press("Escape")
    assert not page.locator("#ask-marked").is_visible()
    found = []
    for look in ("dark", "large"):
        page.click(f"[data-look={look}]")
        page.evaluate(MARK, 200)
        page.click("#ask-marked button")
        page.wait_for_selector("#ask-marked input")
        found += serious(axe, page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Escape")
    assert found == []


def test_marking_elsewhere_offers_nothing(page: Any) -> None:
    ask(page, QUESTION)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#chat .said'))")
    page.wait_for_timeout(500)
    assert not page.locator("#ask-marked").is_visible()
