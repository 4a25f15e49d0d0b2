"""Addresses of the page's states, the browser's history, and the titles of the document, at desk and phone size."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.support.pages import OFF_TOPIC, QUESTION, ask

TAB = "#rooms [role=tab][aria-selected=true]"


def title(page: Any, text: str) -> None:
    page.wait_for_function("(text) => document.title === text", arg=f"{text} · 公报问答" if text else "公报问答")


def choose_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_back_and_forward_walk_through_issues_articles_and_tabs(edited_page: Any) -> None:
    page = edited_page
    title(page, "")
    choose_tab(page, "翻阅")
    title(page, "各期公报")
    assert page.url.endswith("?tab=browse")
    page.click("#catalogue [data-issue]")
    page.wait_for_selector("#catalogue h2:has-text('新闻摘编')")
    issue, address = page.inner_text("#catalogue h2"), page.url
    assert "?issue=" in address
    title(page, issue)
    page.click("#catalogue [data-article]")
    page.wait_for_selector("#opened .reading")
    headline = page.inner_text("#opened h2")
    title(page, headline)
    page.fill("#words textarea, #words input", "丰台站")
    page.keyboard.press("Enter")
    page.wait_for_selector("#mentions [data-article]")
    title(page, "查找“丰台站”")
    choose_tab(page, "编辑部")
    title(page, "编辑部")
    for name in ("查找“丰台站”", headline, issue, "各期公报", ""):
        page.go_back()
        title(page, name)
    assert page.locator(TAB).inner_text() == "问公报"
    for name in ("各期公报", issue, headline, "查找“丰台站”"):
        page.go_forward()
        title(page, name)
    assert page.input_value("#words textarea, #words input") == "丰台站"
    page.wait_for_selector("#opened .empty")
    page.goto(address)
    title(page, issue)
    assert page.locator(TAB).inner_text() == "翻阅"


def test_a_conversation_and_the_article_beside_it_have_their_places(edited_page: Any, browser: Any) -> None:
    page = edited_page
    ask(page, QUESTION)
    page.wait_for_url("**/?conversation=*")
    first = page.url
    title(page, QUESTION)
    page.click(".card.cited .open")
    title(page, "北京丰台站6月20日启用")
    page.go_back()
    page.wait_for_selector(".card.cited")
    page.go_forward()
    page.wait_for_selector("#evidence .reading mark")
    page.get_by_role("button", name="我的对话").click()
    page.wait_for_timeout(500)  # it slides in
    page.click("#new-conversation")
    title(page, "")
    assert "conversation" not in page.url
    page.get_by_role("button", name="我的对话").click()
    page.wait_for_timeout(500)
    ask(page, OFF_TOPIC)
    page.wait_for_url("**/?conversation=*")
    title(page, OFF_TOPIC)
    page.go_back()
    title(page, "北京丰台站6月20日启用")
    page.go_back()
    title(page, QUESTION)
    assert page.url == first
    stranger = browser.new_context(locale="zh-CN").new_page()
    stranger.goto(first)
    stranger.wait_for_selector("#chat .example")
    assert stranger.locator("#chat .asked").count() == 0
    stranger.context.close()


def test_an_address_asks_once_and_the_conversation_is_copied_and_printed_whole(edited_page: Any) -> None:
    page = edited_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{page.url}?q={quote(QUESTION)}")
    page.wait_for_selector("#chat .said:has-text('6月20日')")
    assert "q=" not in page.url
    ask(page, OFF_TOPIC)
    page.click("[data-copy-all]")
    page.wait_for_selector("[data-copy-all]:has-text('已复制')")
    copied = page.evaluate("navigator.clipboard.readText()")
    parts = [f"提问: {QUESTION}", "6月20日", "《北京丰台站6月20日启用》", f"提问: {OFF_TOPIC}", "没有找到"]
    assert [copied.find(part) for part in parts] == sorted(copied.find(part) for part in parts)
    assert copied.find(parts[0]) == 0
    page.emulate_media(media="print")
    assert page.locator("#ask, #filters, .doings, [data-look]").filter(visible=True).count() == 0
    first, last = page.locator("#chat .asked").all()
    assert page.evaluate("getComputedStyle(document.querySelector('#chat')).overflowY") == "visible"
    assert first.is_visible()
    assert last.is_visible()
    page.emulate_media(media="screen")
