"""Standard answers and words that are not answered, in a browser: the staff's panel, and what a reader sees of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qa.newsroom.rows import read_csv
from qa.newsroom.store import NewsroomStore
from tests.e2e.test_chat_tab import serious
from tests.support.pages import QUESTION, ask

ANSWER = "编辑部每天早上八点半开始办公。"


@pytest.fixture
def newsroom(edited_archive: Path) -> NewsroomStore:
    """The newsroom of the page, in which nothing is fixed yet."""
    store = NewsroomStore(edited_archive)
    for one in store.rules().answers:
        store.remove(one.id)
    store.decline([], notice="")
    return store


def field(page: Any, name: str) -> Any:
    return page.locator(f".field-standard-{name} :is(textarea, input)")


def choose(page: Any, table: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#standard-import")
    chooser.value.set_files(str(table))


def open_newsroom(page: Any) -> None:
    page.get_by_role("tab", name="编辑部").click()
    page.locator("#standard .nothing, #standard .slips").wait_for()


def test_an_editor_fixes_an_answer_and_a_reader_gets_it_marked(newsroom: NewsroomStore, edited_page: Any) -> None:
    page = edited_page
    open_newsroom(page)
    page.click("#standard .actions button:has-text('保存标准答复')")
    page.wait_for_selector(".field-standard-question .fault:has-text('请写下问题')")
    field(page, "question").fill("报社几点上班？")
    field(page, "variants").fill("编辑部几点开门？")
    field(page, "answer").fill(ANSWER)
    field(page, "until").fill("不知道")
    page.click("#standard .actions button:has-text('保存标准答复')")
    page.wait_for_selector(".field-standard-until .fault:has-text('不是日期')")
    assert field(page, "answer").input_value() == ANSWER
    field(page, "until").fill("2030-1-2")
    field(page, "source").fill("办公室")
    page.click("#standard .actions button:has-text('保存标准答复')")
    page.wait_for_selector("#standard .slips [aria-current]:has-text('报社几点上班')")
    (kept,) = newsroom.rules().answers
    assert (kept.variants, kept.source, str(kept.until)) == (("编辑部几点开门？",), "办公室", "2030-01-02")
    page.get_by_role("tab", name="问公报").click()
    ask(page, "请问编辑部几点开门呢")
    page.wait_for_selector("#chat .own-word:has-text('编辑部答复')")
    assert page.inner_text("#chat .said") == ANSWER
    assert "办公室" in page.inner_text("#chat .taken")
    assert "没有引用文章" in page.inner_text("#evidence")
    newsroom.take_in(read_csv("question,answer\n周末报社几点上班？,周末十点开门。\n".encode()))
    ask(page, "报社几点上班？")
    ask(page, "那周末呢？")
    page.wait_for_selector("#chat .own-word >> nth=2")
    assert page.locator("#chat .said").last.inner_text() == "周末十点开门。"
    ask(page, QUESTION)
    assert page.locator("#chat .own-word").count() == 3


def test_answers_are_chosen_changed_and_deleted(newsroom: NewsroomStore, edited_page: Any) -> None:
    newsroom.take_in(
        read_csv("question,answer,until\n怎么订报？,到邮政所。,\n报社几点上班？,八点。,2020-01-01\n".encode())
    )
    page = edited_page
    open_newsroom(page)
    page.wait_for_selector("#standard .slips .mark:has-text('已过期')")
    page.click("#standard .slips button:has-text('怎么订报')")
    page.wait_for_selector("#standard .slips [aria-current]")
    assert field(page, "answer").input_value() == "到邮政所。"
    field(page, "answer").fill("到邮政所，或打电话。")
    page.click("#standard .actions button:has-text('保存标准答复')")
    page.wait_for_selector("#standard-status .done")
    assert "到邮政所，或打电话。" in {one.answer for one in newsroom.rules().answers}
    page.click("#standard .actions button:has-text('删除这一条')")
    page.wait_for_selector("#standard-status .done:has-text('已删除')")
    assert [one.question for one in newsroom.rules().answers] == ["报社几点上班？"]
    assert field(page, "question").input_value() == ""


def test_a_table_goes_out_and_in(newsroom: NewsroomStore, edited_page: Any, tmp_path: Path) -> None:
    page, table = edited_page, tmp_path / "答复.csv"
    table.write_bytes("问题,回答\n怎么订报？,到邮政所。\n".encode("gb18030"))
    open_newsroom(page)
    choose(page, table)
    page.wait_for_selector("#standard-status .done:has-text('已导入 1 条')")
    with page.expect_download() as download:
        page.click("#standard-csv")
    (one,) = read_csv(Path(download.value.path()).read_bytes())
    assert one.question == "怎么订报？"
    table.write_bytes("问题,回答\n报社在哪里？,\n".encode())
    choose(page, table)
    page.wait_for_selector("#standard-status .trouble:has-text('第 2 行')")
    assert len(newsroom.rules().answers) == 1


def test_words_that_are_not_answered_show_a_notice(newsroom: NewsroomStore, edited_page: Any) -> None:
    page = edited_page
    open_newsroom(page)
    page.locator("#declined textarea").first.fill("丰台站\n赌博")
    page.locator("#declined textarea").last.fill("这个问题请打热线。")
    page.click("#declined .actions button")
    page.wait_for_selector("#declined-status .done:has-text('2 个词')")
    assert newsroom.rules().declined == ("丰台站", "赌博")
    page.get_by_role("tab", name="问公报").click()
    ask(page, QUESTION)
    assert page.inner_text("#chat .said.abstained") == "这个问题请打热线。"
    newsroom.decline([], notice="")


def test_nothing_in_the_panel_keeps_an_editor_out(newsroom: NewsroomStore, edited_page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    newsroom.take_in(read_csv("question,answer,until\n怎么订报？,到邮政所。,2020-01-01\n".encode()))
    page = edited_page
    open_newsroom(page)
    page.wait_for_timeout(400)
    found = serious(axe, page)
    for look in ("dark", "large"):
        page.click(f"[data-look={look}]")
        page.wait_for_timeout(300)
        found += serious(axe, page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
