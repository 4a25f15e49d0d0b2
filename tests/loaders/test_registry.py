from __future__ import annotations

from datetime import date

import pytest

from embeddings import Limits, SourceError, find_date
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue


def read(name: str, text: str | bytes) -> ParsedIssue:
    return read_document(Document(name, text.encode("utf-8") if isinstance(text, str) else text))


def test_markdown_has_a_dated_name_and_an_article_a_heading() -> None:
    issue = read("a.md", "# 县报 2025年9月13日\n\n## 第一篇\n\n一段。\n\n又一段。\n\n## 第二篇\n\n三段。\n")
    assert (issue.name, issue.date) == ("县报 2025年9月13日", date(2025, 9, 13))
    assert [(a.title, a.body) for a in issue.articles] == [("第一篇", "一段。\n又一段。"), ("第二篇", "三段。")]


def test_front_matter_names_and_dates_an_issue_and_headings_are_sections() -> None:
    text = "---\nname: 县报\ndate: 2025-09-13\n---\n# 国内\n## 甲\n文。\n# 国际\n## 乙\n文。\n"
    issue = read("a.md", text)
    assert (issue.name, issue.date) == ("县报", date(2025, 9, 13))
    assert [(a.title, a.section) for a in issue.articles] == [("甲", "国内"), ("乙", "国际")]


def test_markdown_marks_are_not_part_of_the_text() -> None:
    (article,) = read(
        "a.md", "## 题\n\n**重要**的[链接](x)。\n\n1. 甲\n2. 乙\n\n| 名 | 数 |\n|---|---|\n| 粮 | 3 |\n"
    ).articles
    assert article.body == "重要的链接。\n1. 甲\n2. 乙\n名 | 数\n粮 | 3"


def test_markup_in_markdown_stays_text() -> None:
    (article,) = read("a.md", "## 题\n\n<b>粗</b>\n\n<script>alert(1)</script>\n").articles
    assert article.body == "<b>粗</b>\n<script>alert(1)</script>"


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_lines_beyond_the_limit_are_said_and_those_before_are_read(name: str) -> None:
    text = "## 水渠通水\n\n" + "".join(f"第{number}段说的是水渠。\n\n" for number in range(20))
    issue = read_document(Document(name, text.encode()), Limits(max_lines=6))
    assert issue.articles[0].body == "第0段说的是水渠。\n第1段说的是水渠。"
    (error,) = issue.left_out
    assert error.code is SourceCode.LINES_LEFT_OUT
    assert "42 lines, those beyond 6" in str(error)
    assert "BULLETIN_MAX_LINES" in str(error)
    assert read_document(Document(name, text.encode()), Limits(max_lines=42)).left_out == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_usual_encodings_are_read(encoding: str) -> None:
    text = "魏都区召开会议\n\n10月29日,魏都区召开会议,研究部署工作。\n"
    (article,) = read("a.txt", text.encode(encoding)).articles
    assert article.body == "10月29日,魏都区召开会议,研究部署工作。"


@pytest.mark.parametrize(
    "content",
    [bytes(range(128, 256)) * 8, b"\x00\x01\x02\x03" * 100],
    ids=["noise", "binary"],
)
def test_a_binary_called_text_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="is not text"):
        read("a.txt", content)


@pytest.mark.parametrize("content", ["", "  \n\n\t", "\ufeff"])
def test_an_empty_file_is_refused(content: str) -> None:
    with pytest.raises(SourceError, match=r"empty|no article"):
        read("a.txt", content)


@pytest.mark.parametrize(
    ("masthead", "number"),
    [
        ("魏都周报\n2025年9月13日 星期六 第12946期", "第12946期"),
        ("魏都周报\n2025年9月13日\n总第1246期", "总第1246期"),
        ("魏都周报 第3期（总第1246期）\n2025年9月13日 星期六", "第3期 总第1246期"),
        ("《魏都周报》 2025年9月13日 第12946号星期六", "第12946号"),
    ],
)
def test_the_number_of_a_masthead_is_part_of_the_name(masthead: str, number: str) -> None:
    issue = read("x.txt", f"{masthead}\n\n# 题目在此\n\n正文说了一件事。\n")
    assert issue.name.endswith(number)
    assert issue.date == date(2025, 9, 13)


@pytest.mark.parametrize(
    "text",
    [
        "魏都周报\n2025年9月13日 星期六\n\n# 第17期训练营开班\n\n正文说了一件事。\n",
        "魏都周报\n2025年9月13日 星期六\n\n# 题目在此\n\n今天，第12期，也就是最后一期开班。\n",
        "# 题目在此\n\n正文说了一件事。\n\n第12946期\n",
    ],
)
def test_a_number_in_the_news_is_not_the_issues(text: str) -> None:
    assert "期" not in read("x.txt", text).name


def test_a_name_that_has_its_number_is_not_given_it_twice() -> None:
    issue = read("x.md", "# 魏都周报 2025年9月13日 第12946期\n\n## 题目在此\n\n正文说了一件事。\n")
    assert issue.name.count("12946") == 1


def test_a_masthead_dates_a_text_page() -> None:
    text = "魏都周报\n2025年9月13日 星期六 第12946号\n\n# 题目在此\n\n正文说了一件事。\n"
    assert read("a.txt", text).date == date(2025, 9, 13)


def test_a_page_without_a_date_has_none() -> None:
    assert read("a.txt", "# 题目在此\n\n10月29日,说了一件事。\n").date is None


def test_a_file_name_dates_its_issue() -> None:
    assert read("县报-20250913.txt", "# 题目在此\n\n说了一件事。\n").date == date(2025, 9, 13)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025年9月13日", date(2025, 9, 13)),
        ("见2025-09-13号", date(2025, 9, 13)),
        ("x20250913x", date(2025, 9, 13)),
        ("2025年6月31日", None),
        ("9月13日", None),
        ("1234567890", None),
    ],
)
def test_dates_are_found_as_bulletins_print_them(text: str, day: date | None) -> None:
    assert find_date(text) == day


@pytest.mark.parametrize(
    ("file", "name"), [("2023-08-01.txt", "2023-08-01"), ("青禾日报-2023-08-01.txt", "青禾日报 2023年8月1日")]
)
def test_a_file_that_is_named_by_its_day_gives_its_issue_a_name(file: str, name: str) -> None:
    text = "# 水渠通水\n\n乙村的水渠昨天通了水，沿渠的三个村子都用上了自来水。\n"
    assert read_document(Document(file, text.encode())).name == name
