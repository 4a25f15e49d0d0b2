"""Bylines and names in text formats."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.parsing.outline import read_outline
from embeddings.sources.document import Document

LEAD = "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯。"


@pytest.mark.parametrize(
    ("above", "below", "byline"),
    [
        ("本报记者 何晴 通讯员 丁巧云\n\n", "", "本报记者 何晴 通讯员 丁巧云"),
        ("本报综合\n\n", "", "本报综合"),
        ("来源：白塔网　2024-03-08\n\n", "", "来源：白塔网"),
        ("", "（何晴）", "何晴"),
    ],
)
def test_bylines_of_markdown_leave_the_body(above: str, below: str, byline: str) -> None:
    text = f"# 白塔日报 2024年3月8日\n\n## 山口镇卫生院扩建完工\n\n{above}{LEAD}{below}\n\n"
    text += "## 校车\n\n山口镇小学添了两辆校车。\n"
    first, second = read_document(Document("a.md", text.encode())).articles
    assert (first.byline, first.body) == (byline, LEAD)
    assert (second.title, second.byline) == ("校车", "")


@pytest.mark.parametrize("stem", ["白塔日报-2024-03-08", "白塔日报_20240308", "2024.3.8 白塔日报"])
def test_a_file_named_by_paper_and_day_names_its_issue_so(stem: str) -> None:
    issue = read_document(Document(f"{stem}.jsonl", f'{{"title": "校车", "text": "{LEAD}"}}'.encode()))
    assert (issue.name, issue.date) == ("白塔日报 2024年3月8日", date(2024, 3, 8))


def test_any_other_file_is_called_as_it_is() -> None:
    issue = read_document(Document("备份-2024-03-08.jsonl", f'{{"text": "{LEAD}"}}'.encode()))
    assert issue.name == "备份-2024-03-08"


THREE_LEVELS = """# 白塔镇报

2024年3月8日　星期五　总第12期　白塔镇文化站主办

## 要闻

### 山口镇卫生院扩建完工

本报讯（记者 何晴）山口镇卫生院上周完成扩建，新增病床四十张。

#### 怎么去

坐2路车到卫生院站。

### 校车添了两辆

山口镇小学添了两辆校车。

## 服务

### 班车时刻

县城到山口镇的班车一天三趟。

- 6:40
- 13:30
"""


def test_a_heading_over_headings_is_a_section_and_those_below_it_are_titles() -> None:
    issue = read_document(Document("第一期.md", THREE_LEVELS.encode()))
    assert (issue.name, issue.date) == ("白塔镇报 总第12期", date(2024, 3, 8))
    told = [(article.section, article.title, article.byline) for article in issue.articles]
    assert told == [
        ("要闻", "山口镇卫生院扩建完工", "记者 何晴"),
        ("要闻", "校车添了两辆", ""),
        ("服务", "班车时刻", ""),
    ]
    assert issue.articles[0].body.endswith("怎么去\n坐2路车到卫生院站。")
    assert issue.articles[2].body.endswith("6:40\n13:30")  # times that end a text are nobody's name


def test_headings_of_the_first_level_are_titles_where_there_are_no_others() -> None:
    text = "# 白塔镇报 2024年3月8日\n\n# 校车\n\n添了两辆校车。\n\n# 卫生院\n\n扩建完工。\n"
    issue = read_document(Document("a.md", text.encode()))
    assert (issue.name, issue.date) == ("白塔镇报 2024年3月8日", date(2024, 3, 8))
    assert [(article.title, article.body) for article in issue.articles] == [
        ("校车", "添了两辆校车。"),
        ("卫生院", "扩建完工。"),
    ]


def test_a_text_under_a_section_is_no_part_of_the_article_before() -> None:
    text = "# 白塔镇报 2024年3月8日\n\n# 国内\n\n## 校车\n\n添了两辆校车。\n\n"
    text += "# 编读\n\n来信请寄镇文化站。\n\n## 来信\n\n路灯亮了。\n"
    issue = read_document(Document("a.md", text.encode()))
    assert [(article.section, article.title, article.body) for article in issue.articles] == [
        ("国内", "校车", "添了两辆校车。"),
        ("编读", "编读", "来信请寄镇文化站。"),
        ("编读", "来信", "路灯亮了。"),
    ]


def test_whoever_the_dateline_names_wrote_it_in_every_format() -> None:
    told = "本报讯（记者 何晴 通讯员 丁巧云）" + LEAD
    issue = read_document(Document("a.jsonl", f'{{"title": "卫生院", "text": "{told}"}}'.encode()))
    assert issue.articles[0].byline == "记者 何晴 通讯员 丁巧云"


@pytest.mark.parametrize("name", ["a.txt", "乡讯第12期.txt"])
def test_the_masthead_of_a_typed_page_names_the_issue_and_is_no_article(name: str) -> None:
    text = (
        "白塔湖乡讯\n2024年3月8日　星期五　第12期\n白塔镇党政办公室主办　逢周五出版\n\n要闻\n\n山口镇卫生院扩建完工\n\n"
    )
    text += f"　　本报讯（记者 何晴）{LEAD}\n　　院长说，下月还要添一台机器，方便老人就近检查。\n"
    issue = read_document(Document(name, text.encode()))
    assert (issue.name, issue.date) == ("白塔湖乡讯 2024年3月8日 第12期", date(2024, 3, 8))
    assert [(article.section, article.title) for article in issue.articles] == [("要闻", "山口镇卫生院扩建完工")]


def test_a_headline_below_a_masthead_stays_one() -> None:
    text = f"白塔镇报\n2024年3月8日　星期五　第12期\n\n镇文联主办剪纸展\n\n　　本报讯（记者 何晴）{LEAD}\n"
    issue = read_document(Document("a.txt", text.encode()))
    assert [article.title for article in issue.articles] == ["镇文联主办剪纸展"]


def test_the_line_with_day_and_number_at_the_head_of_an_outline_is_no_article() -> None:
    blocks = [
        (1, "白塔校园月报"),
        (0, "2024年3月8日　星期五　第86期　白塔工程学院后勤处主办　内部资料"),
        (2, "食堂三样菜降价"),
        (0, LEAD),
        (2, "热水管换新"),
        (0, LEAD),
    ]
    issue = read_outline(blocks)
    assert [article.title for article in issue.articles] == ["食堂三样菜降价", "热水管换新"]
    assert issue.date == date(2024, 3, 8)
