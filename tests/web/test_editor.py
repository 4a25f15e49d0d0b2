"""What an editor does on the page: proofread what arrived, index it, correct it, withdraw it. No browser here."""

from __future__ import annotations

import argparse
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, Article, ArticleKind, Issue, Progress, add, build, withdraw
from qa import Answer, AnswerKind, Assistant, Citation, Passage
from qa.i18n.errors import explain
from qa.server.options import may_edit
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.web.html.conversation import conversation_evidence, conversation_messages
from qa.web.run import add_arguments
from qa.web.services.chat import ChatService
from qa.web.services.editor import ArticleForm, EditorService, NotDoneError, Upload, editor_options, fault_of
from qa.web.services.forms import not_a_date
from tests.support.fakes import CountingEncoder

ROWS = [
    {"title": "水渠修好了", "byline": "记者 甲", "section": "要闻", "text": "乙村的水渠通了水。\n水渠全长三千米。"},
    {"title": "大雨下了一夜", "text": "甲地昨夜有大雨。"},
    {"title": "", "kind": "photo", "text": "雨后的丙街。"},
]


def issue_file(folder: Path, name: str = "青禾县报-2025-09-13.jsonl", rows: list[dict[str, str]] = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def service(tmp_path: Path, counting: CountingEncoder) -> EditorService:
    first = issue_file(tmp_path / "first", "旧报.jsonl", [{"title": "旧闻", "text": "丁镇去年修了路。"}])
    build(first.parent, archive=tmp_path / "archive", encoder=counting)
    return EditorService(Assistant(Archive.open(tmp_path / "archive"), counting), tmp_path / "archive")


def quietly(_said: str) -> None: ...


def read(service: EditorService, *files: Path) -> Upload:
    return service.read([str(file) for file in files], quietly)


def indexed(service: EditorService, name: str = "青禾县报") -> Issue:
    (issue_id,) = [value for label, value in service.issues() if name in label]
    issue = service.issue(issue_id)
    assert issue is not None
    return issue


@pytest.mark.parametrize(
    ("form", "kind", "reason"),
    [
        (ArticleForm(title="题", body="文。"), ArticleKind.NEWS, ""),
        (ArticleForm(title=" ", body="文。"), ArticleKind.NEWS, "还没有标题"),
        (ArticleForm(title="", body="文。"), ArticleKind.PHOTO, ""),
        (ArticleForm(title="题", body=" \n "), ArticleKind.NEWS, "没有正文"),
        (ArticleForm(title="题", body="文。", date="昨天"), ArticleKind.NEWS, "“昨天”不是日期"),
        (ArticleForm(title="题", body="文。", date="2025年9月13日"), ArticleKind.NEWS, ""),
    ],
)
def test_an_article_that_cannot_be_indexed_is_refused_in_chinese(
    form: ArticleForm, kind: ArticleKind, reason: str
) -> None:
    found = fault_of(form, kind)
    assert (found is None) == (reason == "")
    assert found is None or reason in explain(found)


def test_a_date_that_does_not_exist_is_no_date() -> None:
    assert "不是日期" in not_a_date("2025-02-30")
    assert not_a_date("") == not_a_date(" 2025-02-28 ") == ""


def test_an_issue_form_that_is_left_alone_wants_the_draft(service: EditorService, tmp_path: Path) -> None:
    (issue_form,) = read(service, issue_file(tmp_path / "dropped")).issue_forms
    assert issue_form.wanted() == issue_form.draft.issue
    assert [article_row.marks for article_row in issue_form.article_rows()] == [(), (), ()]


def test_a_masthead_in_the_dropped_file_names_the_issue(service: EditorService, tmp_path: Path) -> None:
    path = tmp_path / "稿.txt"
    path.write_text("青禾县报\n\n2025年9月13日 星期六 第1246期\n\n# 水渠修好了\n\n水渠通了水。\n", encoding="utf-8")
    (issue_form,) = service.read([str(path)], quietly).issue_forms
    assert issue_form.name.startswith("青禾县报")
    assert issue_form.date == "2025-09-13"


def test_what_was_typed_is_indexed_and_what_was_unchecked_is_not(service: EditorService, tmp_path: Path) -> None:
    upload = read(service, issue_file(tmp_path / "dropped"))
    (issue_form,) = upload.issue_forms
    bar = {"name": "青禾县报", "date": "2025-09-14", "kept": True}
    upload = upload.with_typed((0, 0), replace(issue_form.forms[0], title="乙村通水", byline="记者 乙"), **bar)
    upload = upload.with_typed((0, 1), replace(issue_form.forms[1], kept=False), **bar)
    assert upload.fault() is None
    assert "已入库：2 篇" in service.take_in(upload, quietly)
    issue = indexed(service)
    assert issue.date == date(2025, 9, 14)
    assert [(one.title, one.byline) for one in issue.articles] == [("乙村通水", "记者 乙"), ("", "")]


def test_a_fault_is_found_where_it_is_and_not_in_what_is_left_out(service: EditorService, tmp_path: Path) -> None:
    upload = read(service, issue_file(tmp_path / "dropped"))
    (issue_form,) = upload.issue_forms
    bar = {"name": issue_form.name, "date": issue_form.date, "kept": True}
    wrong = replace(issue_form.forms[1], date="昨天")
    found = upload.with_typed((0, 1), wrong, **bar).fault()
    assert found is not None
    assert (found[0], "第 2 篇" in found[1]) == ((0, 1), True)
    assert upload.with_typed((0, 1), replace(wrong, kept=False), **bar).fault() is None
    assert (
        upload.with_typed((0, 0), issue_form.forms[0], name=issue_form.name, date=issue_form.date, kept=False).fault()
        is not None
    )


def test_one_issue_of_a_zip_may_be_left_out(service: EditorService, tmp_path: Path) -> None:
    path = tmp_path / "两期.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, title in (("a.jsonl", "甲题"), ("b.jsonl", "乙题")):
            archive.writestr(name, json.dumps({"title": title, "text": f"{title}的正文。"}, ensure_ascii=False))
    upload = read(service, path)
    assert [issue_form.name for issue_form in upload.issue_forms] == ["a", "b"]
    assert [upload.after(place) for place in ((0, 0), (1, 0))] == [(1, 0), (0, 0)]
    upload = upload.with_typed((1, 0), upload.issue_forms[1].forms[0], name="b", date="", kept=False)
    said = service.take_in(upload, quietly)
    assert "已入库：1 篇" in said
    assert "left-out" not in said
    assert [label for label, _ in service.issues()] == ["a", "旧报"]


def test_files_that_cannot_be_read_are_explained_while_the_rest_goes_on(service: EditorService, tmp_path: Path) -> None:
    good = issue_file(tmp_path / "dropped")
    bad = {
        "空.txt": b"",
        "乱.txt": bytes(range(256)),
        "旧.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "包.rar": b"Rar!\x1a",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    again = issue_file(tmp_path / "again", "又一份.jsonl", [{"title": "旧闻", "text": "丁镇去年修了路。"}])
    upload = read(service, good, *(tmp_path / name for name in bad), again)
    assert len(upload.issue_forms) == 1
    reasons = dict(upload.left_out)
    assert reasons.keys() == {*bad, "又一份.jsonl"}
    assert reasons["空.txt"] == "是空文件。"
    assert "另存为 DOCX" in reasons["旧.doc"]
    assert "已经入库：旧报" in reasons["又一份.jsonl"]
    assert not any(reason.isascii() for reason in reasons.values())


def test_a_mended_paragraph_is_recorded_alone(service: EditorService, tmp_path: Path) -> None:
    service.take_in(read(service, issue_file(tmp_path / "dropped")), quietly)
    article = indexed(service).articles[0]
    form = replace(ArticleForm.of(article), body="乙村的水渠通了水。\n水渠全长三千二百米。\n\n渠边种了树。")
    assert "已保存更正" in service.correct_article(article, form, quietly)
    assert indexed(service).articles[0].body == "乙村的水渠通了水。\n水渠全长三千二百米。\n渠边种了树。"
    rows = (tmp_path / "archive" / "issues" / "corrections.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["was"] for row in rows] == ["水渠全长三千米。"]


def test_a_correction_over_another_editors_is_refused(service: EditorService, tmp_path: Path) -> None:
    service.take_in(read(service, issue_file(tmp_path / "dropped")), quietly)
    article = indexed(service).articles[0]
    service.correct_article(article, replace(ArticleForm.of(article), title="乙村通水"), quietly)
    with pytest.raises(NotDoneError, match="Somebody else has just changed"):
        service.correct_article(article, replace(ArticleForm.of(article), title="水渠完工"), quietly)
    assert indexed(service).articles[0].title == "乙村通水"


def test_nothing_changed_is_nothing_saved(service: EditorService, tmp_path: Path) -> None:
    service.take_in(read(service, issue_file(tmp_path / "dropped")), quietly)
    issue = indexed(service)
    assert "没有改动" in service.correct_article(issue.articles[0], ArticleForm.of(issue.articles[0]), quietly)
    assert "没有改动" in service.correct_issue(issue, name=issue.name, date=str(issue.date), tell=quietly)


def test_the_name_and_date_of_an_issue_are_corrected_and_never_cleared(service: EditorService, tmp_path: Path) -> None:
    service.take_in(read(service, issue_file(tmp_path / "dropped")), quietly)
    for name, day in ((" ", "2025-09-13"), ("青禾县报", ""), ("青禾县报", "昨天")):
        with pytest.raises(NotDoneError):
            service.correct_issue(indexed(service), name=name, date=day, tell=quietly)
    service.correct_issue(indexed(service), name="青禾周报", date="2025年9月14日", tell=quietly)
    assert indexed(service, "青禾周报").date == date(2025, 9, 14)


def test_a_withdrawn_issue_comes_back_when_it_is_dropped_again(service: EditorService, tmp_path: Path) -> None:
    dropped = issue_file(tmp_path / "dropped")
    service.take_in(read(service, dropped), quietly)
    assert "已撤回" in service.withdraw(indexed(service), quietly)
    assert len(service.issues()) == 1
    service.take_in(read(service, dropped), quietly)
    assert len(indexed(service).articles) == 3


def passage_of(article: Article) -> Passage:
    return Passage(article, article.body, 0, len(article.body), 1.0)


HERE, AWAY = (
    Article(name, Issue(name, name, None, f"{name}.txt"), f"{name}题", f"{name}文。") for name in ("甲", "乙")
)


def turn(cited: Article, *nearby: Article, abstained: bool = False) -> Turn:
    citations = () if abstained else (Citation(1, cited, cited.body, 0, len(cited.body)),)
    text = f"最接近的文章：《{cited.title}》。" if abstained else f"{cited.body}[1]"
    passages = tuple(map(passage_of, (cited, *nearby)))
    kind = AnswerKind.NOT_FOUND if abstained else AnswerKind.FOUND
    answer = Answer(question="问？", kind=kind, text=text, citations=citations, passages=passages, confidence=0.9)
    return Turn("问？", answer)


@pytest.mark.parametrize("abstained", [False, True])
def test_an_answer_from_a_withdrawn_issue_leaves_the_conversation(abstained: bool) -> None:
    conversation = Conversation().add(turn(AWAY, abstained=abstained))
    shown = str(conversation_messages(conversation, {"乙"})) + conversation_evidence(conversation, {"乙"})
    assert "已被撤回" in shown
    assert "乙题" not in shown
    assert "乙文" not in shown


def test_an_answer_with_a_withdrawn_passage_beside_it_stays_and_keeps_its_ranks() -> None:
    other = replace(HERE, id="丙", title="丙题", body="丙文。")
    conversation = Conversation().add(turn(HERE, AWAY, other))
    shown = str(conversation_messages(conversation, {"乙"})) + conversation_evidence(conversation, {"乙"})
    assert "甲文" in shown
    assert "乙" not in shown
    assert 'data-passage="3"' in shown


def test_a_question_whose_answer_never_came_is_not_kept() -> None:
    asked = Conversation().add(turn(HERE))
    waiting = asked.add(Turn("又问？", state=TurnState.WAITING))
    assert waiting.is_waiting
    assert waiting.settled() == asked == asked.settled()


def test_only_an_issue_that_is_out_of_the_archive_is_gone(tmp_path: Path, counting: CountingEncoder) -> None:
    path = issue_file(tmp_path / "issues")
    issue_file(tmp_path / "issues", "别的.jsonl", [{"title": "别的", "text": "别的事。"}])
    build(path.parent, archive=tmp_path / "archive", encoder=counting)
    service = ChatService(Assistant(Archive.open(tmp_path / "archive"), counting))
    with Archive.open(tmp_path / "archive").snapshot() as snapshot:
        (issue,) = snapshot.read_issue("青禾县报-2025-09-13")
    conversation = Conversation().add(turn(issue.articles[0]))
    issue_file(tmp_path / "issues", rows=ROWS[:1])
    add(path, archive=tmp_path / "archive", encoder=counting)
    assert service.gone(conversation) == frozenset()  # its file has changed: the issue is there in other words
    withdraw(["青禾县报-2025-09-13"], archive=tmp_path / "archive")
    assert service.gone(conversation) == {issue.id}


@pytest.mark.parametrize(
    ("words", "editing"),
    [
        ([], True),
        (["--host", "::1"], True),
        (["--host", "0.0.0.0"], False),
        (["--host", "192.168.0.7"], False),
        (["--host", "0.0.0.0", "--editing"], True),
        (["--no-editing"], False),
    ],
)
def test_no_staff_tab_on_a_public_address(words: list[str], editing: bool) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert may_edit(parser.parse_args(words)) is editing


def test_an_editor_is_told_how_long_it_still_takes() -> None:
    told: list[str] = []
    on_progress = editor_options(told.append).on_progress
    assert on_progress is not None
    on_progress(Progress(1, 9, 5, 90, seconds_left=130.0))
    on_progress(Progress(8, 9, 80, 90, seconds_left=15.0))
    assert "还要约 3 分钟" in told[0]
    assert "分钟" not in told[1]
