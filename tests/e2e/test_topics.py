"""Topic pages, at desk and phone size: their addresses, what stands on them, and the ways that lead there and on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

import app
from embeddings import Archive, build
from qa import Assistant
from tests.support.fakes import CountingEncoder
from tests.support.issues import MARKUP, write_issue
from tests.support.pages import LEAVING, SIZES, VOICES, ask, free_port, keeps_no_user_out, opened_page

TOWN, TOPIC = "青石镇", "#catalogue .topic"
ROWS = {
    "县报-2025-09-13.jsonl": [
        {"title": "青石镇修水渠", "text": "青石镇投入320万元修水渠。镇长赵大明说，水渠长12公里，明年三月完工。"},
        {"title": "白沙村收稻", "text": "白沙村收了稻谷。青石镇的收割机也来帮忙，赵大明到田里看了。"},
        {"title": MARKUP, "text": f"{MARKUP}在青石镇。"},
    ],
    "县报-2025-03-02.jsonl": [{"title": "春耕", "text": "各地开始春耕，青石镇下田的有两千人。"}],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over two issues, whose vectors mean nothing."""
    folder = tmp_path_factory.mktemp("topics")
    for name, rows in ROWS.items():
        write_issue(folder / "issues", name, rows)
    encoder = CountingEncoder()
    build(folder / "issues", archive=folder / "archive", encoder=encoder)
    page = app.build_page(Assistant(Archive.open(folder / "archive"), encoder))
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    for opened in opened_page(browser, address, SIZES[request.param], ready="#chat", excused=LEAVING):
        yield opened
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def see(page: Any, name: str) -> None:
    page.wait_for_selector(f"{TOPIC} h2:has-text('{name}')")
    page.wait_for_function("(name) => document.title === `${name} · 公报问答`", arg=name)


def test_an_address_opens_a_topic_with_its_articles_over_time(page: Any, address: str) -> None:
    page.goto(f"{address}?topic={quote(TOWN)}")
    see(page, TOWN)
    assert "4 篇文章，2 期 · 2025年3月2日 — 2025年9月13日" in page.inner_text(f"{TOPIC} .about >> nth=0")
    assert set(page.locator(f"{TOPIC} .sentences mark").all_inner_texts()) == {TOWN}
    bars = [row.split() for row in page.locator(f"{TOPIC} .timeline li").all_inner_texts()]
    assert (bars[0], bars[-1]) == (["2025年9月", "3"], ["2025年3月", "1"])
    assert page.locator(f"{TOPIC} .topics button:has-text('赵大明')").count() == 1
    assert "青石镇投入320万元修水渠" in page.inner_text(f"{TOPIC} .numbers")
    assert page.locator("#mentions [data-article]").count() == 4
    assert page.locator(f"{TOPIC} img").count() == 0


def test_names_lead_from_topic_to_topic_and_sentences_to_articles_and_back_leads_back(page: Any, address: str) -> None:
    page.goto(f"{address}?topic={quote(TOWN)}")
    see(page, TOWN)
    page.click(f"{TOPIC} .topics button:has-text('赵大明')")
    see(page, "赵大明")
    assert page.url.endswith(f"?topic={quote('赵大明')}")
    assert page.evaluate("document.activeElement.textContent") == "赵大明"
    page.click(f"{TOPIC} .source >> nth=0")
    page.wait_for_selector("#opened .reading .passage, #opened .reading .body")
    assert "article=" in page.url
    assert page.locator(TOPIC).count() == 1
    page.go_back()
    see(page, "赵大明")
    page.wait_for_selector("#opened .reading", state="detached")
    page.go_back()
    see(page, TOWN)
    page.go_forward()
    see(page, "赵大明")


def test_a_bare_name_in_the_chat_a_search_and_an_article_lead_to_the_topic(page: Any) -> None:
    ask(page, TOWN)
    page.click(f"#next .topics button:has-text('{TOWN}')")
    see(page, TOWN)
    assert page.locator("#rooms [role=tab][aria-selected=true]").inner_text() == "翻阅"
    page.fill("#words textarea, #words input", "赵大明")
    page.keyboard.press("Enter")
    page.wait_for_selector("#catalogue h2:has-text('查找“赵大明”')")  # which the topic that was open names, too
    page.click("#catalogue .topics button:has-text('赵大明')")
    see(page, "赵大明")
    page.click("#mentions [data-article]:has-text('白沙村收稻')")
    page.click(f"#opened .topics button:has-text('{TOWN}')")
    see(page, TOWN)
    page.go_back()
    page.wait_for_selector("#opened .reading h2:has-text('白沙村收稻')")


def test_a_topic_that_nobody_speaks_of_is_said_so(page: Any, address: str) -> None:
    page.goto(f"{address}?topic={quote('恐龙')}")
    page.wait_for_selector("#catalogue [role=alert]:has-text('没有文章提到“恐龙”')")
    page.click("#catalogue [data-home]")
    page.wait_for_selector("#catalogue h2:has-text('各期公报')")


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_on_a_topic_page(
    browser: Any, address: str, size: str, voice: tuple[str, str]
) -> None:
    topic, english = f"{address}?topic={quote(TOWN)}", (f"{TOPIC} .kind", "Topic")
    keeps_no_user_out(browser, topic, SIZES[size], ready=f"{TOPIC} h2", voice=voice, english=english)
