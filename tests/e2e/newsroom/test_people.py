"""People by name in a browser: who gets into the newsroom, what the log says of them, and who undoes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from embeddings import Archive, Encoder
from qa import Assistant
from qa.newsroom.store import NewsroomStore
from qa.server import users as users_module
from qa.server.users import Role, UserFile
from tests.e2e.test_chat_tab import serious
from tests.support.pages import LEAVING, SIZES, free_port, opened_page

PASSWORD = "eine lange Losung"


@pytest.fixture(scope="module")
def peopled(
    sample_archive: Path, tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder
) -> Iterator[tuple[str, Path]]:
    archive = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("people") / "archive"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users_module, "ROUNDS", 10)
        people = UserFile(archive)
        people.add("甲", Role.EDITOR, PASSWORD)
        people.add("乙", Role.ADMINISTRATOR, PASSWORD)
        page = app.build_page(Assistant(Archive.open(archive), default_encoder), editing=True, archive=archive)
        yield app.serve(page, port=free_port()), archive
        page.close()


def enter(page: Any, name: str) -> None:
    page.get_by_role("tab", name="编辑部").click()
    page.locator("#doorway input").first.fill(name)
    page.locator("#doorway input").last.fill(PASSWORD)
    page.click("#doorway button")
    page.locator("#change-list .wanted, #change-list .nothing").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_an_editor_changes_and_an_administrator_undoes(browser: Any, peopled: tuple[str, Path], size: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    address, archive = peopled
    store = NewsroomStore(archive)
    for one in store.rules().answers:
        store.remove(one.id)
    excused = (*LEAVING, "Failed to load resource: the server responded with a status of 403")
    for page in opened_page(browser, address, SIZES[size], excused=excused):
        enter(page, "甲")
        page.locator(".field-standard-question textarea").fill("怎么订报？")
        page.locator(".field-standard-answer textarea").fill("到邮政所。")
        page.click("#standard .actions button:has-text('保存标准答复')")
        page.wait_for_selector("#standard-status .done")
        page.click("#refresh-changes")
        page.wait_for_selector("#change-list td:has-text('怎么订报')")
        assert "甲" in page.inner_text("#change-list tbody tr >> nth=0")
        assert page.locator("#change-list [data-undo]").count() == 0
        page.click("#leave")
        page.wait_for_selector("#chat .example")
        enter(page, "乙")
        page.wait_for_timeout(400)
        assert serious(axe, page) == []
        page.locator("#change-list [data-undo]").first.click()
        page.wait_for_selector("#change-status .done:has-text('已撤销')")
        assert store.rules().answers == ()
        assert store.changes()[0].who == "乙"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", SIZES)
def test_a_wrong_name_stays_outside(browser: Any, peopled: tuple[str, Path], size: str) -> None:
    excused = (*LEAVING, "Failed to load resource: the server responded with a status of 403")
    for page in opened_page(browser, peopled[0], SIZES[size], excused=excused):
        page.get_by_role("tab", name="编辑部").click()
        page.locator("#doorway input").first.fill("丙")
        page.locator("#doorway input").last.fill(PASSWORD)
        page.click("#doorway button")
        page.wait_for_selector("#doorway .trouble:has-text('口令不对')")
        assert not page.locator("#standard").is_visible()
