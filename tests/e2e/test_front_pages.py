"""The tab for browsing opens on the newest issue, laid out by weight, at desk and phone size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import app
from embeddings import Archive, build
from qa import Assistant
from tests.support.fakes import CountingEncoder
from tests.support.issues import pdf_issue, write_issue
from tests.support.pages import IS_SEEN, LEAVING, SIZES, VOICES, ask, free_port, keeps_no_user_out, opened_page

FRONT = "#opened .front"
ISSUES = {
    "县报-2025-09-13.jsonl": [
        {"title": "第1条", "text": "这是第1件事。", "section": "要闻"},
        {
            "title": "水渠动工",
            "text": "水渠长十二公里，明年三月完工。" * 20,
            "section": "要闻",
            "kicker": "全县最大的工程",
        },
        *({"title": f"第{n}条", "text": f"这是第{n}件事。", "section": "要闻"} for n in range(2, 9)),
        {"title": "", "text": "图为修渠的人。", "byline": "本报记者摄"},
    ],
    "县报-2025-09-10.jsonl": [{"title": "《白露》开演", "text": "今日《白露》开演。"}],
    "县报-2025-08-20.jsonl": [{"title": "处暑", "text": "快到处暑。"}],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over three issues and one that is printed, whose vectors mean nothing."""
    folder = tmp_path_factory.mktemp("front")
    for name, rows in ISSUES.items():
        write_issue(folder / "issues", name, rows)
    pdf_issue(folder / "issues")
    encoder = CountingEncoder()
    build(folder / "issues", archive=folder / "archive", encoder=encoder)
    page = app.build_page(Assistant(Archive.open(folder / "archive"), encoder))
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    for opened in opened_page(browser, address, SIZES[request.param], ready="#chat", excused=LEAVING):
        opened.get_by_role("tab", name="翻阅").click()
        yield opened
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def see(page: Any, name: str) -> None:
    page.wait_for_selector(f"{FRONT} h2:has-text('{name}')")


def test_the_newest_issue_stands_there_and_the_days_before_are_one_click_away(page: Any) -> None:
    see(page, "县报-2025-09-13")
    assert page.inner_text(f"{FRONT} .first h3") == "水渠动工"
    assert page.inner_text(f"{FRONT} .first .kicker") == "全县最大的工程"
    assert page.is_visible(f"{FRONT} .first h3")
    assert "图为修渠的人" in page.inner_text(f"{FRONT} .caption")
    if page.viewport_size["width"] < 760:  # where all stands in one column, it stands before the list of all issues
        above, below = (page.locator(one).bounding_box()["y"] for one in (FRONT, "#catalogue h2"))
        assert above < below
    page.click(f"{FRONT} .first button")
    page.wait_for_selector("#opened .reading h2:has-text('水渠动工')")
    page.click("#opened [data-back]")
    see(page, "县报-2025-09-13")
    page.get_by_role("button", name="前一周").click()
    page.wait_for_selector(f"{FRONT} h3 button:has-text('《白露》开演')")
    assert page.url.endswith("?since=2025-09-06&until=2025-09-12")
    page.go_back()
    see(page, "县报-2025-09-13")
    page.get_by_role("button", name="前一个月").click()
    page.wait_for_selector(f"{FRONT} button:has-text('处暑')")
    assert page.url.endswith("?since=2025-08-14&until=2025-09-12")
    assert page.locator(f"{FRONT} h3 button").all_inner_texts() == ["《白露》开演", "处暑"]
    page.go_back()
    see(page, "县报-2025-09-13")
    page.get_by_role("button", name="上一期").click()
    see(page, "县报-2025-09-10")
    assert "?issue=" in page.url


def test_a_printed_page_is_shown_whole_and_its_paragraphs_lead_to_their_article(page: Any) -> None:
    see(page, "县报-2025-09-13")
    page.click("#catalogue details:has-text('日期不详') summary")
    page.click("#catalogue details:has-text('日期不详') [data-issue]")
    page.click(f"{FRONT} [data-sheet]")
    page.click(f"{FRONT} .clipping .area >> nth=0")
    page.wait_for_selector("#opened .reading h2:has-text('青禾县水渠完工通水')")


def test_titles_are_set_as_in_print(page: Any) -> None:
    see(page, "县报-2025-09-13")
    weights = page.evaluate(
        "(front) => ['.first h3', '.second h3', '.brief h4'].map((one) =>"
        " parseFloat(getComputedStyle(document.querySelector(`${front} ${one}`)).fontSize))",
        FRONT,
    )
    assert weights == sorted(set(weights), reverse=True)
    page.click(f"{FRONT} .first button")
    page.wait_for_selector("#opened .reading h2:has-text('水渠动工')")
    page.wait_for_timeout(600)  # it scrolls there
    assert page.locator("#opened .reading h2").evaluate(IS_SEEN)  # and not under the bar that stays above it
    page.get_by_role("tab", name="问公报").click()
    ask(page, "白露")
    page.wait_for_selector("#chat .said:has-text('《〈白露〉开演》'), #chat .source:has-text('《〈白露〉开演》')")
    ask(page, "图为修渠的人")
    page.wait_for_selector("#evidence .card:has-text('（无题）')")
    assert re.findall(".*(?:《《|》》|《（无题）》).*", page.inner_text("body")) == []


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_on_a_front_page(
    browser: Any, address: str, size: str, voice: tuple[str, str]
) -> None:
    english = f"{FRONT} header", "The month before"
    keeps_no_user_out(browser, f"{address}?tab=browse", SIZES[size], ready=FRONT, voice=voice, english=english)
