"""Under an article stand the earlier and later reports of its matter, at desk and phone size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.pages import LEAVING, SIZES, opened_page

SIMILAR = "#opened .similar"


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, reports_address: str) -> Iterator[Any]:
    place = f"{reports_address}?tab=browse&find=合龙"
    for opened in opened_page(browser, place, SIZES[request.param], ready="#mentions", excused=LEAVING):
        yield opened
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def read(page: Any, title: str) -> None:
    page.click(f"#mentions [data-article]:has([lang=zh]:text-is('{title}'))")
    page.wait_for_selector(f"#opened .reading h2 [lang=zh]:text-is('{title}')")


def test_earlier_and_later_reports_lead_on_and_back_leads_back(page: Any) -> None:
    read(page, "青石河大桥合龙")
    assert page.locator(f"{SIMILAR} h3").all_inner_texts() == ["此前报道", "后续报道"]
    assert page.locator(f"{SIMILAR} > ol .name").all_inner_texts() == ["青石河大桥开工", "青石河大桥通车"]
    earlier = page.locator(f"{SIMILAR} button:has-text('青石河大桥开工')")
    assert "2025年3月2日" in earlier.inner_text()
    earlier.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#opened .reading h2 [lang=zh]:text-is('青石河大桥开工')")
    assert page.locator(f"{SIMILAR} h3").all_inner_texts() == ["后续报道"]
    page.go_back()
    page.wait_for_selector("#opened .reading h2 [lang=zh]:text-is('青石河大桥合龙')")


def test_the_same_text_is_folded_under_what_it_repeats(page: Any) -> None:
    read(page, "青石河大桥合龙")
    own = page.locator(f"{SIMILAR} > .copies")
    assert own.locator("summary").inner_text() == "另有 1 篇与本文文字相近"
    assert not own.locator("button").is_visible()
    own.locator("summary").click()
    own.locator("button:has-text('青石河大桥合龙了')").click()
    page.wait_for_selector("#opened .reading h2 [lang=zh]:text-is('青石河大桥合龙了')")
    page.click(f"{SIMILAR} button:has-text('青石河大桥开工')")
    page.wait_for_selector("#opened .reading h2 [lang=zh]:text-is('青石河大桥开工')")
    assert page.locator(f"{SIMILAR} li .copies summary").inner_text() == "另有 1 篇文字相近"


def test_what_nobody_else_reports_has_none(page: Any, reports_address: str) -> None:
    page.goto(f"{reports_address}?tab=browse&find=养蜂")
    read(page, "养蜂人老周")
    page.wait_for_selector("#opened .address")
    assert page.locator(SIMILAR).count() == 0
