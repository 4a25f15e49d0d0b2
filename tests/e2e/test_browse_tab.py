"""Browsing on the page, at desk and phone size, over an archive whose vectors mean nothing: lists and addresses do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import app
from embeddings import Archive, build, withdraw
from qa import Assistant
from qa.web.html import browse as browse_html
from qa.web.services import issues as issues_service
from qa.web.tabs import chat_tab
from tests.support.fakes import CountingEncoder
from tests.support.issues import MARKUP, ROWS, pdf_issue, write_issue
from tests.support.pages import SIZES, free_port, opened_page

LIST = "#catalogue"


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a page over three issues, one of them a PDF file, and its archive."""
    folder = tmp_path_factory.mktemp("browsed")
    write_issue(folder / "issues", "县报-2025-09-13.jsonl", [*ROWS, {"title": MARKUP, "text": MARKUP}])
    write_issue(folder / "issues", "县报-2024-11-08.jsonl", [{"title": "水渠验收", "text": "水渠验收合格。"}])
    pdf_issue(folder / "issues")
    encoder = CountingEncoder()
    build(folder / "issues", archive=folder / "archive", encoder=encoder)
    with pytest.MonkeyPatch.context() as while_it_is_built:
        while_it_is_built.setattr(chat_tab, "LOOK_SECONDS", 1.0)
        page = app.build_page(Assistant(Archive.open(folder / "archive"), encoder))
    yield app.serve(page, port=free_port()), folder / "archive"
    page.close()


@pytest.fixture(params=[*SIZES.values(), (360, 740)], ids=[*SIZES, "small phone"])
def page(request: pytest.FixtureRequest, browser: Any, browsed: tuple[str, Path]) -> Iterator[Any]:
    for opened in opened_page(browser, browsed[0], request.param, ready="#chat"):
        opened.get_by_role("tab", name="翻阅").click()
        opened.wait_for_selector(f"{LIST} [data-issue]")
        yield opened
        fits = opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert fits, "the page scrolls sideways"


def open_article(page: Any, title: str) -> None:
    page.click(f"{LIST} details:has-text('2025年') [data-issue]")
    page.click(f"{LIST} [data-article]:has-text('{title}')")
    page.wait_for_selector(f"#opened .reading h2:has-text('{title}')")


def find(page: Any, words: str) -> None:
    page.fill("#words textarea, #words input", words)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{LIST} h2:has-text('查找“{words}”')")


def test_an_issue_opens_to_its_headlines_and_a_headline_to_its_article(page: Any) -> None:
    assert page.locator(f"{LIST} [data-article]").count() == 0
    open_article(page, "大雨下了一夜")
    assert page.locator(f"{LIST} h3").all_inner_texts() == ["要闻", "天气", "未分栏目"]
    assert "甲地昨夜有大雨" in page.inner_text("#opened .body")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.click("#opened .turns [data-article]:has-text('下一篇')")
    page.wait_for_selector("#opened h2:has-text('水渠又修了')")
    page.click("#opened .others [data-article]:has-text('水渠修好了')")
    page.wait_for_selector("#opened h2:has-text('水渠修好了')")
    assert page.locator("#opened .turns button:disabled").inner_text() == "‹ 上一篇"
    page.click("#opened [data-back]")
    page.wait_for_selector("#opened .front")
    assert "article" not in page.url
    page.click(f"{LIST} [data-home]")
    page.wait_for_selector(f"{LIST} h2:has-text('各期公报')")


def test_an_address_opens_its_article_and_can_be_copied_without_permission(page: Any) -> None:
    open_article(page, "水渠又修了")
    address = page.input_value("#opened [data-address]")
    assert page.url == address
    page.evaluate('() => { navigator.clipboard.writeText = () => Promise.reject(new Error("no")); }')
    page.click("#opened [data-copy]")
    page.wait_for_function("document.querySelector('#opened .address [role=status]').textContent !== ''")
    assert page.evaluate("getSelection().toString()") in (address, "")  # of a field, some browsers tell none
    other = page.context.new_page()
    other.goto(address)
    other.wait_for_selector("#opened .reading h2:has-text('水渠又修了')")
    assert other.get_by_role("tab", name="翻阅").get_attribute("aria-selected") == "true"
    unknown = page.context.new_page()
    unknown.goto(re.sub(r"article=\w+", "article=000000000000", address))
    unknown.wait_for_selector("#opened [role=alert]:has-text('没有找到这个地址的文章')")


def test_a_search_marks_its_words_and_shows_when_they_were_printed(page: Any) -> None:
    find(page, "水渠")
    assert "4 篇文章，3 期" in page.inner_text(f"{LIST} .about")
    assert set(page.locator(f"{LIST} .found mark").all_inner_texts()) <= {"水渠"}
    bars = [row.split() for row in page.locator("#timeline li").all_inner_texts()]
    assert [bars[0], bars[-2], bars[-1]] == [["2025年9月", "2"], ["2024年11月", "1"], ["日期不详", "1"]]
    assert page.locator("#mentions [data-article]").count() == 4
    page.click("#mentions [data-article]:has-text('水渠验收')")
    page.wait_for_selector("#opened h2:has-text('水渠验收')")
    find(page, "恐龙")
    assert page.locator("#mentions [data-article]").count() == 0
    page.wait_for_selector("#timeline li", state="detached")


def test_filters_are_shared_with_the_chat_both_ways(page: Any) -> None:
    page.click("#browse-filters button")
    page.wait_for_timeout(500)  # gradio forgets what is typed in the instant in which it opens the fields
    page.locator("#browse-filters").get_by_label("从（日期）").press_sequentially("2025-01-01")
    page.get_by_role("tab", name="问公报").click()
    page.click("#filters button")
    since = page.locator("#filters").get_by_label("从（日期）")
    since.wait_for()
    page.wait_for_timeout(500)
    assert since.input_value() == "2025-01-01"
    since.press("End")
    since.press("Backspace")
    since.press_sequentially("2")
    page.get_by_role("tab", name="翻阅").click()
    there = page.locator("#browse-filters").get_by_label("从（日期）")
    there.wait_for()
    page.wait_for_timeout(500)
    assert there.input_value() == "2025-01-02"
    find(page, "水渠")
    assert page.locator("#mentions [data-article]").count() == 2


def test_a_bad_date_is_explained(page: Any) -> None:
    page.click("#browse-filters button")
    page.wait_for_timeout(500)
    page.locator("#browse-filters").get_by_label("到（日期）").fill("昨天")
    page.get_by_role("button", name="查找", exact=True).click()
    page.wait_for_selector(f"{LIST} [role=alert]:has-text('“昨天”不是日期')")
    assert page.locator(f"{LIST} [data-article], #mentions [data-article]").count() == 0


def test_a_printed_passage_is_shown_boxed_on_its_page(page: Any) -> None:
    find(page, "三千二百米")
    page.click("#mentions [data-article]")
    page.click("#opened [data-clip]")
    see_boxed(page, "#opened")


def test_a_printed_passage_is_shown_beside_its_answer(page: Any) -> None:
    page.get_by_role("tab", name="问公报").click()
    page.fill("#question textarea", "哪些文章提到三千二百米？")
    page.press("#question textarea", "Enter")
    page.click("#evidence .card:has-text('青禾县水渠完工通水') .open")
    page.click("#evidence [data-clip]")
    see_boxed(page, "#evidence")


# How much of a clipping is print, and how much of that stands in its boxes.
INK = """(panel) => {
    const image = document.querySelector(`${panel} .clipping img`);
    const {naturalWidth: width, naturalHeight: height} = image;
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    const drawn = canvas.getContext('2d');
    drawn.drawImage(image, 0, 0);
    const dark = (left, top, width, height) => {
        const bytes = drawn.getImageData(left, top, width, height).data;
        let count = 0;
        for (let at = 0; at < bytes.length; at += 4) if (bytes[at] < 128) count += 1;
        return count;
    };
    const scale = width / image.offsetWidth;
    const boxes = [...document.querySelectorAll(`${panel} .clipping .box`)].map((box) =>
        dark(...[box.offsetLeft, box.offsetTop, box.offsetWidth, box.offsetHeight].map((edge) => edge * scale)));
    return [dark(0, 0, width, height), boxes];
}"""


def see_boxed(page: Any, panel: str) -> None:
    """The printed page has come, its boxes hold its words and nothing else does, and the first of them is in sight."""
    page.wait_for_selector(f"{panel} .clipping .box")
    image = f"document.querySelector('{panel} .clipping img')"
    page.wait_for_function(f"{image}.complete && {image}.naturalWidth > 300")
    page.wait_for_timeout(300)  # it scrolls there
    ink, boxed = page.evaluate(INK, panel)
    assert min(boxed) > 100
    assert sum(boxed) > 0.9 * ink
    sheet, box = (page.locator(f"{panel} .clipping {part}").first.bounding_box() for part in (".sheet", ".box"))
    assert sheet["x"] <= box["x"] + 1 < sheet["x"] + sheet["width"]
    assert sheet["y"] <= box["y"] + 1 < sheet["y"] + sheet["height"]


def test_everything_is_reached_by_the_keyboard(page: Any) -> None:
    page.focus("#words textarea, #words input")
    where = "['catalogue', 'facts'].find((id) => document.getElementById(id).contains(document.activeElement))"
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(f"[{where}, document.activeElement.tagName].join(' ')"))
    assert {"catalogue SUMMARY", "catalogue BUTTON", "facts SUMMARY"} <= seen


def test_headings_go_down_one_level_at_a_time(page: Any) -> None:
    find(page, "水渠")
    page.click("#mentions [data-article]:has-text('水渠修好了')")
    page.wait_for_selector("#opened .others")
    script = (
        "[...document.querySelectorAll('h1, h2, h3, h4')].filter((h) => h.checkVisibility()).map((h) => +h.tagName[1])"
    )
    levels = page.evaluate(script)
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_markup_is_shown_as_text(page: Any) -> None:
    page.click(f"{LIST} details:has-text('2025年') [data-issue]")
    page.locator(f"{LIST} [data-article]").nth(3).click()
    page.wait_for_selector("#opened .reading")
    assert page.inner_text("#opened h2") == MARKUP
    assert page.locator("#opened img, #catalogue img").count() == 0


def test_the_article_beside_an_answer_leads_to_its_neighbours(page: Any) -> None:
    page.get_by_role("tab", name="问公报").click()
    page.fill("#question textarea", "哪些文章提到水渠全长三千米？")
    page.press("#question textarea", "Enter")
    page.click("#evidence .card:has-text('水渠修好了') .open")
    page.wait_for_selector("#evidence .reading .turns")
    assert "?article=" in page.input_value("#evidence [data-address]")
    page.click("#evidence .turns [data-article]:has-text('下一篇')")
    page.wait_for_selector("#evidence .reading h2:has-text('大雨下了一夜')")
    page.click("#evidence [data-back]")
    page.wait_for_selector("#evidence .card")


def test_a_withdrawn_article_leaves_an_open_page(
    browser: Any,
    browsed: tuple[str, Path],
) -> None:
    """The last test of this module: the issue stays out."""
    address, archive = browsed
    for page in opened_page(browser, address, SIZES["desk"], ready="#chat"):
        page.get_by_role("tab", name="翻阅").click()
        page.wait_for_selector(f"{LIST} [data-issue]")
        open_article(page, "大雨下了一夜")
        withdraw(["县报-2025-09-13"], archive=archive)
        page.wait_for_selector("#opened [role=alert]:has-text('没有找到')")
        page.wait_for_selector(f"{LIST} h2:has-text('各期公报')")
        assert "甲地昨夜有大雨" not in page.content()


def test_many_issues_are_turned_over_and_jumped_through(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse_html, "PART", 2)
    monkeypatch.setattr(issues_service, "OFFERED", 2)
    days = ["2025-03-02", "2025-03-01", "2025-02-01", "2024-06-01", "2023-01-01"]
    for day in days:
        write_issue(tmp_path / "issues", f"县报-{day}.jsonl", [{"title": day, "text": f"{day}的事。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=CountingEncoder())
    page = app.build_page(Assistant(Archive.open(tmp_path / "archive"), CountingEncoder()))
    for opened in opened_page(browser, app.serve(page, port=free_port()), SIZES["phone"], ready="#chat"):
        opened.get_by_role("tab", name="翻阅").click()

        def shows(*wanted: str, opened: Any = opened) -> None:
            opened.wait_for_selector(f"{LIST} .place:has-text('{days.index(wanted[0]) + 1}–')")
            names = opened.locator(f"{LIST} [data-issue] .name").all_inner_texts()
            assert [name.removeprefix("县报-") for name in names] == list(wanted)

        shows(*days[:2])
        opened.click(f"{LIST} .turns button:has-text('较早')")
        shows(*days[2:4])
        assert opened.evaluate("document.activeElement.tagName") == "SUMMARY"
        opened.click(f"{LIST} .jumps button:has-text('2023年')")
        shows(days[4])
        opened.click(f"{LIST} [data-issue]")
        opened.click(f"{LIST} [data-home]")
        shows(days[4])  # where the user was
        opened.click(f"{LIST} .jumps button:has-text('2025年')")
        shows(*days[:2])
        opened.click(f"{LIST} .jumps button:has-text('2月')")
        shows(*days[2:4])
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        opened.click("#browse-filters button")
        opened.wait_for_timeout(500)  # gradio forgets what is typed in the instant in which it opens the fields
        field = opened.locator("#browse-filters").get_by_role("combobox", name="期数")
        field.fill("2023-01-01")  # none of those that are offered
        field.press("Enter")
        find(opened, "的事")
        assert opened.locator("#mentions [data-article] .name").all_inner_texts() == ["1. 2023-01-01"]
        opened.get_by_role("tab", name="问公报").click()
        opened.click("#filters button")
        opened.wait_for_timeout(500)
        assert opened.locator("#filters").get_by_role("combobox", name="期数").input_value() == "2023-01-01"
        opened.get_by_role("tab", name="翻阅").click()
        field.fill("")
        field.press("Enter")
        find(opened, "的事")
        opened.wait_for_selector(f"{LIST} .about:has-text('5 篇文章')")
    page.close()
