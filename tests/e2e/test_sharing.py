"""Sharing in a browser: an answer and a conversation get an address that others read, until it is taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from embeddings import Archive, Encoder
from qa import Assistant
from tests.e2e.test_chat_tab import serious
from tests.support.pages import LEAVING, OFF_TOPIC, QUESTION, SIZES, ask, free_port, opened_page


@pytest.fixture(scope="module")
def sharing_address(
    sample_archive: Path, tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder
) -> Iterator[str]:
    archive = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("shares") / "archive"))
    page = app.build_page(Assistant(Archive.open(archive), default_encoder), archive=archive)
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(params=SIZES)
def sharing_page(request: pytest.FixtureRequest, browser: Any, sharing_address: str) -> Iterator[Any]:
    excused = (*LEAVING, "Failed to load resource: the server responded with a status of 404")
    yield from opened_page(browser, sharing_address, SIZES[request.param], excused=excused)


def settled(page: Any) -> None:
    """Wait until the answer is drawn for the last time, which keeping it comes after."""
    page.locator("#kept-conversations [aria-current]").wait_for(state="attached")
    page.wait_for_selector("#ask button:has-text('提问')")
    page.wait_for_timeout(1000)


def test_an_answer_is_shared_read_by_a_stranger_and_taken_back(sharing_page: Any) -> None:
    page = sharing_page
    ask(page, OFF_TOPIC)
    ask(page, QUESTION)
    settled(page)
    page.locator("#chat .doing.share").last.click()
    page.wait_for_selector("#shared .shared-now")
    address = page.input_value("#shared [data-share]")
    assert "/shared/" in address
    stranger = page.context.browser.new_context(locale="zh-CN").new_page()
    assert stranger.goto(address).status == 200
    assert stranger.inner_text("h2") == QUESTION
    assert "6月20日" in stranger.inner_text(".said")
    assert stranger.locator("mark").count() == 1
    assert OFF_TOPIC not in stranger.content()
    stranger.click(".source a")
    stranger.wait_for_selector("#opened .reading")
    page.click("#shared [data-revoke]")
    page.wait_for_selector("#shared .remark:has-text('已收回')")
    assert stranger.goto(address).status == 404
    assert "没有内容" in stranger.inner_text("header")
    stranger.context.close()


def test_a_conversation_is_shared_listed_and_goes_when_all_is_deleted(sharing_page: Any) -> None:
    page = sharing_page
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    settled(page)
    page.click("[data-share-all]")
    page.wait_for_selector("#shared .shared-now")
    address = page.input_value("#shared [data-share]")
    page.click("#shared [data-close-share]")
    page.wait_for_selector("#shared .shared-now", state="detached")
    page.get_by_role("button", name="我的对话").click()
    page.wait_for_selector("#shares .share-list li")
    page.wait_for_timeout(500)  # it slides in
    assert page.input_value("#shares [data-share]") == address
    stranger = page.context.browser.new_context(locale="en-GB").new_page()
    stranger.goto(address)
    assert stranger.locator("h2").all_inner_texts() == [QUESTION, OFF_TOPIC]
    assert "Shared by a user" in stranger.inner_text("header")
    page.click("#delete-all")
    page.click("#deleting button:has-text('确认删除')")
    page.wait_for_selector("#shares .share-list", state="detached")
    assert stranger.goto(address).status == 404
    stranger.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_sharing_keeps_anybody_out(sharing_page: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = sharing_page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ask(page, QUESTION)
    settled(page)
    page.click("[data-look=large]")
    page.locator("#chat .doing.share").last.click()
    page.wait_for_selector("#shared .shared-now")
    page.wait_for_timeout(400)
    found = serious(axe, page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(page.input_value("#shared [data-share]"))
    found += serious(axe, page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []
