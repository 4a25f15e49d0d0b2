"""The page, the user's drawer and the page for programs, in the language of the browser and in no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.i18n import answers, as_html, browse, chat, history, newsroom, staff, words
from tests.support.pages import OFF_TOPIC, QUESTION, SIZES, ask, opened_page

# The texts, placeholders and spoken names of a part of the page that are in the other language. What the bulletin or
# a user says is marked by its language, and what some names share with every language is left out.
FOREIGN = r"""([part, foreign]) => {
    const root = document.querySelector(part), found = [];
    const same = /CSV|Markdown|JSONL?|DOCX|PDF|OFD|ZIP|Word|Excel|PowerPoint|multilingual-e5-small|[\w.-]+\.txt/g;
    const isForeign = (text) => new RegExp(foreign, 'u').test(text.replace(same, ''));
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const own = node.parentElement;
        if (own.closest('[lang=""], [lang="zh"], style, script') || !own.checkVisibility()) continue;
        if (isForeign(node.data)) found.push(node.data.trim());
    }
    for (const one of root.querySelectorAll('[placeholder], [aria-label]')) {
        if (!one.checkVisibility()) continue;
        for (const name of ['placeholder', 'aria-label']) {
            if (isForeign(one.getAttribute(name) || '')) found.push(one.getAttribute(name));
        }
    }
    return found;
}"""
OTHERS = {"en-US": r"\p{Script=Han}", "zh-CN": "[A-Za-z]{3,}"}


@pytest.fixture(params=[(size, locale) for size in SIZES for locale in OTHERS], ids="-".join)
def page(request: pytest.FixtureRequest, browser: Any, edited_address: str) -> Iterator[Any]:
    size, locale = request.param
    yield from opened_page(browser, edited_address, SIZES[size], locale=locale)


def foreign(page: Any, part: str) -> list[str]:
    page.wait_for_timeout(300)  # for page.js to name what has come
    locale = "en-US" if page.get_attribute("html", "lang") == "en" else "zh-CN"
    return list(page.evaluate(FOREIGN, [part, OTHERS[locale]]))


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=re.compile(name)).click()


def test_answers_and_how_they_came_about_speak_one_language(page: Any) -> None:
    ask(page, "上期谁出舱了？")
    page.wait_for_selector("#widen button")
    assert foreign(page, "#widen") == []
    assert foreign(page, "#chat .taken") == []
    page.click("#widen button")
    page.wait_for_selector("#widen button", state="hidden")
    page.wait_for_selector("#chat .said:has-text('翟志刚')")
    english = page.get_attribute("html", "lang") == "en"
    assert ("8 November 2021" in page.inner_text("#chat .source")) == english
    assert foreign(page, "#chat .source") == []


def test_refusals_and_errors_speak_one_language(page: Any) -> None:
    ask(page, OFF_TOPIC)
    page.fill("#question textarea", "？" * 501)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#chat .note:not(.waiting)")
    english = page.get_attribute("html", "lang") == "en"
    # Chinese amid English words passes for what the bulletin says, so that these are looked for by themselves.
    assert ("The bulletin does not" in page.inner_text("#chat .said")) == english
    assert ("too long" in page.inner_text("#chat .note")) == english
    for part in ("#masthead", "#chat .said", "#chat .note", "#evidence", "#ask", "#foot"):
        assert foreign(page, part) == []


def test_what_programs_are_told_is_in_one_language(page: Any) -> None:
    with page.expect_popup() as opened:
        page.click("#foot a")
    programs = opened.value
    programs.wait_for_function("location.host && document.body.textContent.includes(location.host)")
    chinese = programs.locator("html").get_attribute("lang") == "zh-CN"
    assert programs.inner_text("h1") == ("给其他程序" if chinese else "For other programs")
    assert chinese or foreign(programs, "body") == []  # in Chinese, too, protocols have English names


def test_browsing_speaks_one_language(page: Any) -> None:
    open_tab(page, "翻阅|Browse")
    page.wait_for_selector("#catalogue [data-issue]")
    assert foreign(page, "#browse") == []
    page.click("#catalogue [data-issue]")
    page.click("#catalogue [data-article]")
    page.wait_for_selector("#opened .reading")
    assert foreign(page, "#browse") == []
    page.fill("#words textarea, #words input", "美国")
    page.keyboard.press("Enter")
    page.wait_for_selector("#catalogue .card")
    assert foreign(page, "#browse") == []


def test_the_staff_tab_speaks_one_language(page: Any, tmp_path: Path) -> None:
    issue, empty = tmp_path / "1.txt", tmp_path / "2.txt"
    issue.write_text("# 水渠修好了\n\n水渠通了水。\n", encoding="utf-8")
    empty.touch()
    open_tab(page, "编辑部|Newsroom")
    page.wait_for_selector("#wanted p, #wanted table")
    assert foreign(page, "#staff") == []
    page.set_input_files("#dropped input[type=file]", [str(issue), str(empty)])
    page.wait_for_selector("#proof [aria-current]")
    assert foreign(page, "#staff") == []


def test_the_drawer_speaks_one_language(page: Any) -> None:
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.locator("#kept-conversations [aria-current]").wait_for(state="attached")
    page.locator(".sidebar .toggle-button").click()
    page.wait_for_timeout(500)  # it slides in
    page.click("#delete-all")
    page.wait_for_selector("#deleting .remark")
    assert foreign(page, "#kept") == []


def test_what_is_chinese_amid_english_is_marked() -> None:
    shown = as_html(words("others", name="县报 第 12 期 & b"))
    assert shown.endswith('Articles of this issue: <span lang="zh">县报 第 12 期</span> &amp; b</span>')


def test_no_two_tables_give_one_name_to_different_words() -> None:
    keys = [key for table in (answers, chat, browse, staff, history, newsroom) for key in (*table.LABELS, *table.SAID)]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


@pytest.mark.parametrize("table", [answers, chat, browse, staff, history, newsroom])
def test_no_english_words_are_chinese(table: Any) -> None:
    english = [form for forms in (*table.LABELS.values(), *table.SAID.values()) for form in forms[1:]]
    assert not [form for form in english if re.search(r"[\u2e80-\u9fff]", form)]
