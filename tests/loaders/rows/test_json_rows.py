"""JSON under the names that crawlers and databases give; a bad row is left out alone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.ingest.build import build
from embeddings.ingest.plan import Omission
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue
from tests.support.fakes import CountingEncoder

TEXT = "乙村的水渠通了水，全长三千米。"


def read(name: str, text: str | bytes) -> ParsedIssue:
    return read_document(Document(name, text.encode("utf-8") if isinstance(text, str) else text), Limits())


def row(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)


def dump(value: object, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **options)


def codes(issue: ParsedIssue) -> list[object]:
    return [error.code for error in issue.left_out]


def test_json_lines_keep_ids_dates_sections_and_bylines() -> None:
    line = row(id="n-1", title="题", date="2025-09-13", section="要闻", byline="本报讯", page=3, text="正文。")
    issue = read("a.jsonl", line)
    (article,) = issue.articles
    assert (article.source_id, article.section, article.byline, article.page) == ("n-1", "要闻", "本报讯", 3)
    assert (article.date, issue.date) == (date(2025, 9, 13), date(2025, 9, 13))
    assert issue.left_out == ()


def test_a_row_needs_nothing_but_a_text() -> None:
    (article,) = read("a.jsonl", row(text="只有正文。")).articles
    assert (article.title, article.source_id, article.body) == ("", "", "只有正文。")


def test_articles_of_different_days_leave_the_issue_without_a_date() -> None:
    rows = [row(text="甲。", date="2025-09-13"), row(text="乙。", date="2025-09-14")]
    assert read("a.jsonl", "\n".join(rows)).date is None


def test_bodies_have_one_paragraph_a_line_and_no_control_characters() -> None:
    (article,) = read("a.jsonl", row(text=" 甲。\r\n\r\n\u0007乙。\n\n")).articles
    assert article.body == "甲。\n乙。"


@pytest.mark.parametrize(
    "names",
    [
        ("title", "content", "publish_time", "author"),
        ("标题", "正文", "发布时间", "作者"),
        ("標題", "內容", "發布時間", "作者"),
        ("headline", "articleBody", "datePublished", "authors"),
        ("Title", "full-text", "pubDate", "Byline"),
    ],
)
def test_rows_are_read_under_the_names_that_others_give(names: tuple[str, ...]) -> None:
    values = dict(zip(names, ("水渠通水", TEXT, "2023-12-04 08:30:00", "陶然"), strict=True))
    (article,) = read("a.json", dump([values], indent=2)).articles
    assert (article.title, article.body, article.date, article.byline) == (
        "水渠通水",
        TEXT,
        date(2023, 12, 4),
        "陶然",
    )


def test_the_best_name_wins_whatever_the_order_and_an_empty_value_is_none() -> None:
    (article,) = read(
        "a.json", dump([{"summary": "短。", "content": TEXT, "text": "", "author": "", "source": "县报"}])
    ).articles
    assert (article.body, article.byline) == (TEXT, "县报")


@pytest.mark.parametrize(
    "whole",
    [
        [{"title": "甲", "text": TEXT}, {"title": "乙", "text": TEXT}],
        {"name": "县报", "articles": [{"title": "甲", "text": TEXT}, {"title": "乙", "text": TEXT}]},
        {"code": 0, "data": {"list": [{"title": "甲", "text": TEXT}, {"title": "乙", "text": TEXT}], "total": 2}},
    ],
    ids=["array", "object", "answer of an interface"],
)
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("name", ["a.json", "a.txt", "a"])
def test_articles_are_found_in_an_array_wherever_it_stands(whole: object, name: str, escaped: bool) -> None:
    issue = read(name, json.dumps(whole, ensure_ascii=escaped, indent=1))
    assert [(article.title, article.body) for article in issue.articles] == [("甲", TEXT), ("乙", TEXT)]


def test_an_object_around_the_articles_names_the_issue() -> None:
    assert read("a.json", dump({"name": "青禾周报", "articles": [{"title": "甲", "text": TEXT}]})).name == "青禾周报"


def test_one_article_alone_may_be_spread_over_lines() -> None:
    (article,) = read("a.json", dump({"title": "甲", "content": [TEXT, "又一段。"]}, indent=2)).articles
    assert (article.title, article.body) == ("甲", f"{TEXT}\n又一段。")


@pytest.mark.parametrize(
    "written",
    [
        "2023/12/4",
        "20231204",
        20231204,
        1701619200,  # midnight in China
        1701619200000,
        "1701619200",
        1701619200.5,
        "2023-12-03T16:00:00.000Z",
        {"$date": "2023-12-03T16:00:00Z"},
        "2023-12-04T00:30:00+08:00",
        "Mon, 04 Dec 2023 08:00:00 +0800",
        "Sun, 03 Dec 2023 16:00:00 GMT",
        "二〇二三年十二月四日",
    ],
)
def test_a_date_is_read_in_every_form_that_programs_write(written: object) -> None:
    issue = read("a.jsonl", row(text=TEXT, date=written))
    assert (issue.articles[0].date, issue.left_out) == (date(2023, 12, 4), ())


def test_markup_in_a_text_becomes_lines() -> None:
    markup = "<p>甲村&nbsp;通水。</p><script>alert(1)</script><p>乙村<b>也</b>通水。<br>丙村没有。</p>"
    (article,) = read("a.json", dump([{"title": "<em>题</em>", "content": markup}])).articles
    assert (article.title, article.body) == ("题", "甲村 通水。\n乙村也通水。\n丙村没有。")


def test_words_in_angle_brackets_are_no_markup() -> None:
    (article,) = read("a.json", dump([{"text": "公式 a<b 且 c>d，见 <附件一>。"}])).articles
    assert article.body == "公式 a<b 且 c>d，见 <附件一>。"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", SourceCode.ROW_NOT_JSON),
        ('{"text": "半', SourceCode.ROW_NOT_JSON),
        ("[" * 100_000, SourceCode.ROW_NOT_JSON),
        ('{"text": ' + "9" * 5000 + "}", SourceCode.ROW_NOT_JSON),
        ("[1]", SourceCode.ROW_NO_OBJECT),
        ('{"title": "题"}', SourceCode.ROW_WITHOUT_TEXT),
        ('{"title": "题", "text": " "}', SourceCode.ROW_WITHOUT_TEXT),
        ('{"title": "题", "text": null}', SourceCode.ROW_WITHOUT_TEXT),
        ('{"title": "题", "text": {"a": 1}}', SourceCode.ROW_WITHOUT_TEXT),
        ('{"id": "x", "text": "又一篇。"}', SourceCode.ROW_SAME_ID),
    ],
)
def test_a_bad_row_is_left_out_alone_and_named(line: str, code: SourceCode) -> None:
    issue = read("a.jsonl", "\n".join([row(id="x", text="好。"), line, row(text="也好。")]))
    assert [article.body for article in issue.articles] == ["好。", "也好。"]
    assert codes(issue) == [code]
    assert "a.jsonl" in str(issue.left_out[0])


def test_a_date_that_is_none_is_told_and_its_article_stays() -> None:
    issue = read("a.jsonl", row(text="甲。", date="昨天"))
    assert [(article.body, article.date) for article in issue.articles] == [("甲。", None)]
    assert codes(issue) == [SourceCode.ROW_BAD_DATE]


def test_many_bad_rows_are_told_together_with_the_first() -> None:
    issue = read("a.json", dump([{"text": "好。"}, *({"title": f"{n}"} for n in range(300))]))
    assert codes(issue) == [SourceCode.ROWS_LEFT_OUT]
    assert "300 rows" in str(issue.left_out[0])
    assert "row 2" in str(issue.left_out[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "no article"),
        ("{}", "no article"),
        ("[" + row(title="题") + "]", "row 1: the text is missing"),
        ('{"name": "bulletin", "version": "1.0", "scripts": {"a": "b"}}', "Rename its fields"),
        ('[{"text": "甲。"}, {"text": "半', "Copy or export it again"),
        ('[{"a":' * 50_000, "nested too deeply"),
    ],
    ids=["no row", "no field", "no text", "a file of a program", "truncated", "hostile"],
)
def test_json_without_any_article_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read("a.json", text)


def test_a_build_tells_of_the_row_it_leaves_out_once(tmp_path: Any) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "a.jsonl").write_text(row(text="好。") + "\n" + row(title="空", text=""), encoding="utf-8")
    report = build(folder, archive=tmp_path / "archive", encoder=CountingEncoder())
    assert (report.added, [(one.omission, one.error.code) for one in report.skipped]) == (
        1,
        [(Omission.PART, SourceCode.ROW_WITHOUT_TEXT)],
    )
    assert build(folder, archive=tmp_path / "archive", encoder=CountingEncoder()).skipped == ()


def test_names_and_texts_inside_objects_of_their_own_are_read() -> None:
    row = {
        "title": "水渠通水",
        "author": {"id": 3, "name": "某记者"},
        "channel": {"name": "要闻"},
        "contents": [
            {"type": "text", "text": "乙村的水渠昨日通了水。"},
            {"type": "image", "url": "http://example.org/1.jpg"},
            {"type": "text", "text": "全长三千米。"},
        ],
    }
    (article,) = read_document(Document("api.json", json.dumps({"data": {"list": [row]}}).encode())).articles
    assert (article.byline, article.section) == ("某记者", "要闻")
    assert article.body == "乙村的水渠昨日通了水。\n全长三千米。"


def test_an_object_without_a_name_or_a_text_is_none() -> None:
    row = {"title": "水渠通水", "author": {"id": 3}, "text": "乙村的水渠昨日通了水。", "column": {"name": {"a": 1}}}
    (article,) = read_document(Document("api.json", json.dumps([row]).encode())).articles
    assert (article.byline, article.section, article.body) == ("", "", "乙村的水渠昨日通了水。")
