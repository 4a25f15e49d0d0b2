"""What the page offers while a user types, and the search in a user's own conversations, at desk and phone size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.pages import LEAVING, SIZES, VOICES, ask, opened_page, serious

OFFERED = "#suggested [role=option]"
ASKED = "青石河大桥什么时候通车？"


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, reports_address: str) -> Iterator[Any]:
    for opened in opened_page(browser, reports_address, SIZES[request.param], ready="#chat", excused=LEAVING):
        yield opened
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def write(page: Any, field: str, text: str) -> Any:
    """Type into a field, and wait for what is offered."""
    box = page.locator(f"{field} :is(input, textarea)")
    box.fill("")
    box.press_sequentially(text)
    return box


def look_for(page: Any, words: str) -> None:
    """Type into the field of one's own conversations, which takes no key before the drawer is open."""
    box = page.locator("#kept-look :is(input, textarea)")
    box.click()
    box.press_sequentially(words)


def offered(page: Any) -> list[tuple[str, ...]]:
    page.wait_for_selector(OFFERED)
    return [
        tuple(one.locator(f".{name}").inner_text() for name in ("kind", "name")) for one in page.locator(OFFERED).all()
    ]


def test_titles_names_and_sections_are_offered_and_reached_by_the_keyboard(page: Any) -> None:
    page.get_by_role("tab", name="翻阅").click()
    box = write(page, "#words", "通车")
    assert ("文章", "青石河大桥通车") in offered(page)
    shown, field = page.locator("#suggested").bounding_box(), box.bounding_box()
    assert (shown["x"], shown["width"]) == pytest.approx((field["x"], field["width"]), abs=2)
    assert shown["y"] >= 0
    assert shown["y"] + shown["height"] <= page.viewport_size["height"]
    place = [name for _, name in offered(page)].index("青石河大桥通车")
    for _ in range(place + 1):
        box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == f"suggested-{place}"
    box.press("Enter")
    page.wait_for_selector("#opened .reading h2:has-text('青石河大桥通车')")
    assert "article=" in page.url
    assert not page.is_visible("#suggested")
    write(page, "#words", "赵大")
    assert ("专题", "赵大明") in offered(page)
    page.click(f"{OFFERED}:has-text('赵大明')")
    page.wait_for_selector("#catalogue .topic h2:has-text('赵大明')")
    write(page, "#words", "要闻")
    assert ("栏目", "要闻") in offered(page)
    page.click(f"{OFFERED}:has-text('栏目')")
    page.wait_for_function(f"location.search.includes('section={quote('要闻')}')")
    page.wait_for_selector("#mentions [data-article]")


def test_escape_closes_and_enter_without_a_choice_sends_what_was_typed(page: Any) -> None:
    box = write(page, "#question", "合龙")
    offered(page)
    box.press("ArrowDown")
    box.press("ArrowUp")
    assert page.locator(f"{OFFERED}[aria-selected=true]").count() == 0
    box.press("Escape")
    assert not page.is_visible("#suggested")
    assert box.input_value() == "合龙"
    write(page, "#question", "合龙")
    offered(page)
    box.press("Enter")
    page.wait_for_selector("#chat .asked:has-text('合龙')")
    page.wait_for_selector("#chat .said, #chat .note:not(.waiting)")
    assert not page.is_visible("#suggested")


def test_one_request_follows_a_pause_and_the_one_before_is_given_up(page: Any) -> None:
    page.get_by_role("tab", name="翻阅").click()
    page.evaluate("""() => {
        window.sent = [];
        const send = window.fetch;
        window.fetch = (what, options) => {
            if (!String(what).endsWith('/suggest')) return send(what, options);
            const one = {typed: JSON.parse(options.body).typed, aborted: false};
            window.sent.push(one);
            options.signal.addEventListener('abort', () => { one.aborted = true; });
            return new Promise((resolve, reject) => {
                options.signal.addEventListener('abort', () => reject(options.signal.reason));
                setTimeout(() => send(what, options).then(resolve, reject), 800);
            });
        };
    }""")
    box = page.locator("#words :is(input, textarea)")
    box.press_sequentially("青石", delay=20)
    page.wait_for_function("window.sent.length === 1")
    box.press_sequentially("河大桥", delay=20)
    page.wait_for_function("window.sent.length === 2")
    offered(page)
    assert page.evaluate("window.sent") == [
        {"typed": "青石", "aborted": True},
        {"typed": "青石河大桥", "aborted": False},
    ]


def test_own_questions_are_offered_and_found_and_never_another_readers(
    page: Any, browser: Any, reports_address: str
) -> None:
    ask(page, ASKED)
    page.locator("#kept-conversations [aria-current]").wait_for(state="attached")
    box = write(page, "#question", "什么时候")
    assert ("问过", ASKED) in offered(page)
    page.locator(OFFERED).first.click()
    assert box.input_value() == ASKED
    box.fill("")
    page.click("#masthead h1")
    page.get_by_role("button", name="我的对话").click()
    look_for(page, "通车")
    found = page.locator("#kept-found [data-kept]")
    page.wait_for_selector("#kept-found mark:text-is('通车')")
    page.click("#new-conversation")
    page.wait_for_selector("#chat .asked", state="detached")
    found.first.click()
    page.wait_for_selector(f"#chat .asked:has-text('{ASKED}')")
    page.locator("#kept-look :is(input, textarea)").fill("恐龙")
    page.wait_for_selector("#kept-found .remark:has-text('我的对话里没有“恐龙”')")
    stranger = browser.new_context(locale="zh-CN").new_page()
    stranger.goto(reports_address)
    stranger.wait_for_selector("#chat")
    ask(stranger, "篮球联赛谁赢了？")  # from now on it has questions of its own
    stranger.locator("#kept-conversations [aria-current]").wait_for(state="attached")
    with stranger.expect_response("**/suggest") as told:
        stranger.locator("#question textarea").press_sequentially("什么时候")
    assert not [row for row in told.value.json() if row["kind"] == "question"]
    stranger.context.close()


@pytest.mark.parametrize(("size", "voice"), zip(SIZES, VOICES, strict=True))
def test_axe_finds_nothing_serious_in_what_is_offered_found_or_similar(
    browser: Any, reports_address: str, size: str, voice: tuple[str, str]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    locale, scheme = voice
    place = f"{reports_address}?find={quote('合龙')}"
    for page in opened_page(
        browser, place, SIZES[size], ready="#mentions button", locale=locale, scheme=scheme, is_still=True
    ):
        page.locator("#mentions [data-article]").first.click()
        page.locator("#opened .similar summary").first.click()
        found = serious(axe, page)
        page.click("[data-look=large]")
        write(page, "#words", "通车")
        page.wait_for_selector(OFFERED)
        page.press("#words :is(input, textarea)", "ArrowDown")
        found += serious(axe, page)
        page.press("#words :is(input, textarea)", "Escape")
        page.locator("#kept .toggle-button").click()
        look_for(page, "恐龙")
        page.wait_for_selector("#kept-found .remark")
        page.wait_for_timeout(500)  # it slides in
        found += serious(axe, page)
        assert found == []
        if locale == "en-US":
            assert "Nothing in my conversations" in page.inner_text("#kept-found")
