"""CSV, XLSX and XLS: an article a row under names of columns, else a table; and what is wrong with such files."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.loaders.rows import sheets
from embeddings.parsing.tables import table_lines
from embeddings.sources.document import Document
from embeddings.sources.unpack import unpack
from embeddings.types import ParsedIssue
from tests.support.compound import xls_bytes

TEXT = "乙村的水渠通了水，全长三千米，沿渠三个村子都用上了水。"
NEWS = [
    ["标题", "发布时间", "来源", "正文"],
    ["水渠通水", "2023-12-04", "县报", TEXT],
    ["大雨", "2023-12-05", "县报", "甲地大雨。"],
]
TABLE = [["各村户数"], ["村名", "户数", "占比"], ["甲村", 120, 0.25], ["乙村", 360, 0.75]]


def read(name: str, content: bytes, limits: Limits | None = None) -> ParsedIssue:
    limits = limits or Limits()
    (document,) = unpack(name, content, limits).documents
    return read_document(document, limits)


def csv_bytes(rows: list[list[object]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    import csv

    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list[object]], *, title: str = "Sheet1", hidden: list[list[object]] | None = None) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if hidden:
        other = book.create_sheet("底稿")
        other.sheet_state = "hidden"
        for row in hidden:
            other.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(content: bytes, part: str, become: bytes) -> bytes:
    """A package with another content of one part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, become if member == part else old.read(member))
    return stream.getvalue()


FORMS = [
    ("a.csv", csv_bytes),
    ("a.xlsx", xlsx_bytes),
    ("a.xls", xls_bytes),
]


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_each_row_is_an_article_where_columns_are_named_so(name: str, made: object) -> None:
    issue = read(name, made(NEWS))  # type: ignore[operator]
    assert [(a.title, a.date, a.byline, a.body) for a in issue.articles] == [
        ("水渠通水", date(2023, 12, 4), "县报", TEXT),
        ("大雨", date(2023, 12, 5), "县报", "甲地大雨。"),
    ]
    assert issue.left_out == ()


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_any_other_table_is_an_article_whose_rows_name_their_columns(name: str, made: object) -> None:
    (article,) = read(name, made(TABLE)).articles  # type: ignore[operator]
    assert article.title == "各村户数"
    assert article.body == "村名：甲村；户数：120；占比：0.25\n村名：乙村；户数：360；占比：0.75"


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_an_empty_row_is_passed_and_one_without_a_text_is_told(name: str, made: object) -> None:
    issue = read(name, made([*NEWS, ["", "", "", ""], ["无文", "2023-12-06", "县报", ""]]))  # type: ignore[operator]
    assert len(issue.articles) == 2
    assert [error.code for error in issue.left_out] == [SourceCode.ROW_WITHOUT_TEXT]
    assert "row 5" in str(issue.left_out[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_forms_that_programs_write(encoding: str, delimiter: str) -> None:
    issue = read("a.csv", csv_bytes(NEWS, delimiter=delimiter, encoding=encoding))
    assert [article.title for article in issue.articles] == ["水渠通水", "大雨"]


def test_a_cell_may_have_commas_quotes_and_lines() -> None:
    text = '一段，“引”，"quote"。\n二段, 完。'
    (article,) = read("a.csv", csv_bytes([["title", "content"], ["题", text]])).articles
    assert article.body == text


def test_csv_is_known_by_its_first_line_whatever_it_is_called() -> None:
    assert len(read("a.txt", csv_bytes(NEWS)).articles) == 2
    (article,) = read("b.txt", "标题党, 内容空\n\n这是一篇正文，说了一件事。\n".encode()).articles
    assert "：" not in article.body


def test_a_list_of_titles_says_what_stands_beside_each() -> None:
    issue = read("a.csv", csv_bytes([["标题", "日期", "作者"], ["水渠通水", "2023-12-04", "陶然"]]))
    (article,) = issue.articles
    assert (article.title, article.byline, article.body) == (
        "水渠通水",
        "陶然",
        "标题：水渠通水；日期：2023-12-04；作者：陶然",
    )


def test_a_schedule_is_a_table_although_a_column_is_called_content() -> None:
    (article,) = read("a.csv", csv_bytes([["时间", "内容", "地点"], ["8:00", "开幕式", "礼堂"]])).articles
    assert article.body == "时间：8:00；内容：开幕式；地点：礼堂"


def test_workbooks_give_dates_percentages_and_visible_sheets_alone() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "进度"
    for row in (
        ["村名", "完成", "日期", "备注"],
        ["甲村", 0.455, datetime(2023, 12, 4), "=1/0"],
        ["乙村", 1.0, None, True],
    ):
        book.active.append(row)
    for cell in book.active["B"]:
        cell.number_format = "0.0%"
    hidden = book.create_sheet("底稿")
    hidden.append(["不", "印"])
    hidden.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    (article,) = read("a.xlsx", stream.getvalue()).articles
    assert (article.title, article.body) == (
        "进度",
        "村名：甲村；完成：45.5%；日期：2023-12-04\n村名：乙村；完成：100%；备注：是",
    )


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(("name", "made"), FORMS[1:])
def test_a_truncated_workbook_is_refused_with_its_cure(name: str, made: object, kept: float) -> None:
    content: bytes = made([*NEWS, *([[f"第{n}篇", "2023-12-04", "县报", TEXT] for n in range(40)])])  # type: ignore[operator]
    with pytest.raises(SourceError, match=r"damaged .*Copy it again"):
        read(name, content[: int(kept * len(content))])


def test_an_encrypted_workbook_asks_to_be_saved_without_its_password() -> None:
    with pytest.raises(SourceError) as caught:
        read("a.xls", xls_bytes(NEWS, encrypted=True))
    assert caught.value.code is SourceCode.PROTECTED


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_an_empty_workbook_is_refused(name: str, made: object) -> None:
    with pytest.raises(SourceError, match=r"no article|empty"):
        read(name, made([[""]]))  # type: ignore[operator]


def test_a_csv_file_whose_quote_is_never_closed_is_refused() -> None:
    with pytest.raises(SourceError, match="quote is never closed"):
        read("a.csv", f'标题,正文\n题,"{TEXT * 6000}'.encode())


def test_a_table_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 1000)
    for name, made in FORMS:
        with pytest.raises(SourceError, match="more than 1,000 cells"):
            read(name, made([["甲", "乙"]] * 600))  # type: ignore[operator]


@pytest.mark.parametrize("place", ["XFD1048576", "A999999999"])
def test_a_sheet_that_claims_to_be_vast_costs_what_it_holds(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 50_000)
    row = re.sub("[A-Z]", "", place)
    cell = f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>远</t></is></c></row>'
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{cell}</sheetData></worksheet>'
    )
    content = changed(xlsx_bytes(NEWS), "xl/worksheets/sheet1.xml", xml.encode())
    with pytest.raises(SourceError, match="cells"):
        read("a.xlsx", content)


def test_entities_in_a_workbook_are_refused() -> None:
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(SourceError, match="entities"):
        read("a.xlsx", changed(xlsx_bytes(NEWS), "xl/worksheets/sheet1.xml", xml))


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused() -> None:
    content = changed(xlsx_bytes(NEWS), "docProps/app.xml", b" " * 3_000_000)
    assert len(content) < 20_000
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        read("a.xlsx", content, Limits(max_unpacked_bytes=1_000_000))


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([], []),
        ([["甲"], ["乙"]], ["甲", "乙"]),
        ([["甲", "1"], ["乙", "2"]], ["甲 | 1", "乙 | 2"]),
        ([["名", "数"], ["甲", "1"], ["合计"]], ["名：甲；数：1", "合计"]),
        ([["名", "名"], ["甲", "乙"]], ["名 | 名", "甲 | 乙"]),
        ([["", ""], ["名", "", "数"], ["甲", "丙", "1", "余"]], ["名：甲；丙；数：1；余"]),
    ],
)
def test_rows_of_a_table_name_their_columns_where_the_first_row_does(rows: list[list[str]], lines: list[str]) -> None:
    assert table_lines(rows) == lines


LEVELS = [
    ["站名", "水位", None, "雨量"],
    [None, "八时", "二十时", None],
    ["石桥站", 31.2, 31.6, 12],
    ["清口站", 28.4, 28.9, 7],
]


@pytest.mark.parametrize(
    "merged", [LEVELS, [["站名", "水位", "水位", "雨量"], ["站名", "八时", "二十时", "雨量"], *LEVELS[2:]]]
)
def test_a_name_over_several_columns_stands_before_the_names_of_each(merged: list[list[object]]) -> None:
    assert table_lines([["" if cell is None else str(cell) for cell in row] for row in merged]) == [
        "站名：石桥站；水位八时：31.2；水位二十时：31.6；雨量：12",
        "站名：清口站；水位八时：28.4；水位二十时：28.9；雨量：7",
    ]


@pytest.mark.parametrize(
    "second",
    [["田甲", "一小", "二级"], ["田甲", "", "二级"], ["合计", "", ""], ["", "12", "15"]],
)
def test_a_row_below_the_names_is_no_second_row_of_names(second: list[str]) -> None:
    lines = table_lines([["姓名", "学校", "等级"], second, ["田乙", "二小", "一级"], ["田丙", "三小", "三级"]])
    assert lines[-1] == "姓名：田丙；学校：三小；等级：三级"
    assert len(lines) == 3


def test_a_column_whose_name_is_merged_with_the_cell_above_is_known_by_it() -> None:
    rows = [
        ["县报八月见报稿件", None, None],
        ["稿件", None, "作者"],
        ["标题", "正文", None],
        ["水渠通水", "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了自来水。", "某记者"],
    ]
    (article,) = read_document(Document("稿件.xlsx", xlsx_bytes(rows))).articles
    assert (article.title, article.byline) == ("水渠通水", "某记者")
