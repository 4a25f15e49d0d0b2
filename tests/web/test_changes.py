"""The log of what the staff changed: corrections and standard answers alike, and taking them back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings import Archive, BulletinError, Issue, build
from qa import Assistant
from qa.errors import NewsroomCode
from qa.newsroom.rules import read_answer
from qa.newsroom.store import NewsroomStore
from qa.web.html.staff import change_list
from qa.web.services.changes import ChangeService
from qa.web.services.editor import ArticleForm, EditorService
from tests.support.fakes import CountingEncoder

ISSUE = "# 县报 2025年9月13日\n\n## 水渠修好了\n\n乙村的水渠修了三个月。\n\n## 桥\n\n新桥由王工设计。\n"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[EditorService]:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "县报-20250913.md").write_text(ISSUE, encoding="utf-8")
    folder = tmp_path / "archive"
    build(tmp_path / "issues", archive=folder, encoder=CountingEncoder())
    opened = Archive.open(folder)
    yield EditorService(Assistant(opened, CountingEncoder()), folder, NewsroomStore(folder))
    opened.close()
    shutil.rmtree(folder)


@pytest.fixture
def store(editor: EditorService, tmp_path: Path) -> NewsroomStore:
    return NewsroomStore(tmp_path / "archive")


def only_issue(editor: EditorService) -> Issue:
    ((_, key),) = [choice for choice in editor.issues() if choice[1]]
    issue = editor.issue(key)
    assert issue is not None
    return issue


def quiet(_said: str) -> None:
    return


def test_a_correction_is_noted_with_its_editor_and_undone(editor: EditorService, store: NewsroomStore) -> None:
    article = only_issue(editor).articles[0]
    form = replace(ArticleForm.of(article), title="水渠通水", body="乙村的水渠修了四个月。\n下月通水。")
    editor.correct_article(article, form, quiet, who="甲")
    log = ChangeService(store, editor)
    (row,) = log.rows(limit=10)
    assert (row.who, row.is_open) == ("甲", True)
    assert "水渠通水" in row.what
    log.undo(row.number, quiet, who="乙")
    assert ArticleForm.of(only_issue(editor).articles[0]) == ArticleForm.of(article)
    newest, first = log.rows(limit=10)
    assert newest.who == "乙"
    assert newest.what.startswith("撤销：")
    assert not first.is_open
    log.undo(newest.number, quiet)  # and back again
    assert only_issue(editor).articles[0].title == "水渠通水"


def test_what_was_changed_again_since_is_not_undone(editor: EditorService, store: NewsroomStore) -> None:
    for title in ("一", "二"):
        article = only_issue(editor).articles[0]
        editor.correct_article(article, replace(ArticleForm.of(article), title=title), quiet)
    log = ChangeService(store, editor)
    newest, first = log.rows(limit=10)
    with pytest.raises(BulletinError) as raised:
        log.undo(first.number, quiet)
    assert raised.value.code is NewsroomCode.CHANGED_SINCE
    assert only_issue(editor).articles[0].title == "二"
    assert len(log.rows(limit=10)) == 2
    log.undo(newest.number, quiet)
    assert only_issue(editor).articles[0].title == "一"


def test_an_issues_name_is_undone_and_a_withdrawal_is_only_told(editor: EditorService, store: NewsroomStore) -> None:
    issue = only_issue(editor)
    editor.correct_issue(issue, name="县报（改）", date="2025-09-14", tell=quiet, who="甲")
    log = ChangeService(store, editor)
    log.undo(log.rows(limit=1)[0].number, quiet)
    assert only_issue(editor).name == issue.name
    assert only_issue(editor).date == issue.date
    editor.withdraw(only_issue(editor), quiet, who="甲")
    (gone,) = log.rows(limit=1)
    assert gone.what.startswith("撤回：")
    assert not gone.is_open
    with pytest.raises(BulletinError):
        log.undo(gone.number, quiet)


def test_a_table_of_answers_is_one_change(editor: EditorService, store: NewsroomStore) -> None:
    store.take_in([read_answer(f"问题{number}？", "答") for number in range(5)], who="甲")
    log = ChangeService(store, editor)
    (row,) = log.rows(limit=10)
    assert "另有 2 项" in row.what
    log.undo(row.number, quiet)
    assert store.rules().answers == ()


def test_a_log_that_cannot_be_written_stops_no_correction(editor: EditorService, store: NewsroomStore) -> None:
    store.path.write_bytes(b"no database" * 200)
    article = only_issue(editor).articles[0]
    editor.correct_article(article, replace(ArticleForm.of(article), title="新题"), quiet)
    assert only_issue(editor).articles[0].title == "新题"


def test_only_who_may_undo_gets_a_button(editor: EditorService, store: NewsroomStore) -> None:
    store.save(read_answer("<b>问</b>？", "答"), who="<i>")
    rows = ChangeService(store, editor).rows(limit=10)
    assert "data-undo" in change_list(rows, may_undo=True)
    shown = change_list(rows, may_undo=False)
    assert "data-undo" not in shown
    assert "<b>问" not in shown
    assert "<i>" not in shown
    assert "还没有改动" in change_list([], may_undo=True)
