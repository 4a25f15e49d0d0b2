"""What stands around the news on a page: kickers, decks, tables, notices, advertisements, printed in either script."""

from __future__ import annotations

import pytest

from embeddings.bylines import is_byline, reporters_in, split_credit, split_signature
from embeddings.parse import parse_page
from embeddings.types import ParsedArticle

STORY = "乙村的水渠修了三个月，全长三千米，浇灌两千亩地，村民都来看，说以后不用再等雨了。"


def only(text: str) -> ParsedArticle:
    (article,) = parse_page(text)
    return article


def test_a_dashed_line_under_a_headline_is_its_deck() -> None:
    article = only(f"# 乙村的水渠修好了\n\n——全县水利建设纪实\n\n{STORY}\n")
    assert (article.title, article.deck, article.body) == ("乙村的水渠修好了", "全县水利建设纪实", STORY)


def test_a_lower_heading_above_is_the_kicker_and_one_below_the_deck() -> None:
    headings = "## 全县水利建设纪实\n# 乙村的水渠修好了\n## 三千米水渠浇灌两千亩地"
    text = f"{headings}\n\n{STORY}\n\n# 丙校昨天开学\n\n{STORY[:20]}。\n"
    first, second = parse_page(text)
    assert (first.kicker, first.title, first.deck) == ("全县水利建设纪实", "乙村的水渠修好了", "三千米水渠浇灌两千亩地")
    assert (second.kicker, second.title, second.deck) == ("", "丙校昨天开学", "")


def test_a_short_heading_over_several_lower_ones_is_a_section() -> None:
    text = f"# 民生\n\n## 乙村的水渠修好了\n\n{STORY}\n\n## 丙校昨天开学\n\n丙校来了三十个学生。\n"
    assert [(article.section, article.title) for article in parse_page(text)] == [
        ("民生", "乙村的水渠修好了"),
        ("民生", "丙校昨天开学"),
    ]


@pytest.mark.parametrize("mark", [" | ", "\t", "    "])
def test_a_table_keeps_one_row_a_line(mark: str) -> None:
    rows = [["村名", "水渠", "亩数"], ["乙村", "三千米", "两千"], ["乙村", "三千米", "两千"]]
    table = "\n".join(mark.join(row) for row in rows)
    article = only(f"# 乙村的水渠修好了\n\n{STORY}\n\n{table}\n\n大家都说好。\n")
    assert article.body.split("\n") == [STORY, *(" | ".join(row) for row in rows), "大家都说好。"]


def test_a_list_keeps_one_item_a_line() -> None:
    items = ["一、修水渠三千米", "二、修路五千米", "三、栽树一万棵"]
    article = only("# 乙村今年办三件事\n\n村里今年办三件事：\n\n" + "\n".join(items) + "\n")
    assert article.body.split("\n")[1:] == items


@pytest.mark.parametrize(
    "notice",
    [
        "# 遗失声明\n\n某某不慎将身份证丢失，特此声明。\n",
        "# 分类广告\n\n旺铺低价，欢迎来看。\n",
        "# 旺铺转让\n\n地段好，电话面谈。\n",
    ],
)
def test_advertisements_are_no_news(notice: str) -> None:
    text = f"# 乙村的水渠修好了\n\n{STORY}\n\n{notice}\n# 丙校昨天开学\n\n丙校来了三十个学生。\n"
    assert [article.title for article in parse_page(text)] == ["乙村的水渠修好了", "丙校昨天开学"]


@pytest.mark.parametrize("title", ["停水公告", "关于土地使用权转让的公示", "国有土地转让公告", "招聘启事"])
def test_public_notices_are_news(title: str) -> None:
    text = f"# {title}\n\n因检修管道，乙村自九月十三日起停水两天，请备好用水。\n"
    assert [article.title for article in parse_page(text)] == [title]


@pytest.mark.parametrize("line", ["責任編輯：某某", "責任編輯 某某", "本版編輯：某某", "第三版", "新聞熱線：12345"])
def test_furniture_in_traditional_script_is_no_news(line: str) -> None:
    assert only(f"# 乙村的水渠修好了\n\n{STORY}\n\n{line}\n").body == STORY


def test_names_in_traditional_script_are_told_and_kept_as_printed() -> None:
    assert is_byline("本報記者 陳某某 通訊員 劉某")
    assert split_signature("水渠修好了。（通訊員 陳某某）") == ("水渠修好了。", "通訊員 陳某某")
    assert split_credit("水渠邊的村民。劉某某攝") == ("水渠邊的村民。", "劉某某攝")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("新华社北京9月12日电（记者王某某、张某）今天开会。", "记者王某某、张某"),
        ("本报讯（通讯员 陈某某）水渠修好了。", "通讯员 陈某某"),
        ("本報訊（記者 陳某某）水渠修好了。", "記者 陳某某"),
        ("水渠修好了。本报讯（记者 陈某某）", ""),
        ("本报讯 水渠修好了（记者走访发现）。", ""),
    ],
)
def test_a_dateline_names_its_reporters(body: str, names: str) -> None:
    assert reporters_in(body) == names


def test_the_reporters_of_a_dateline_are_the_byline_where_no_other_is_printed() -> None:
    dated = f"本报讯（记者 陈某某）{STORY}"
    assert only(f"# 乙村的水渠修好了\n\n{dated}\n").byline == "记者 陈某某"
    assert only(f"# 乙村的水渠修好了\n\n本报记者 刘某某\n\n{dated}\n").byline == "本报记者 刘某某"
    assert only(f"# 乙村的水渠修好了\n\n{dated}\n").body == dated


def test_a_headline_after_a_paragraph_without_its_full_stop_is_found() -> None:
    first = f"乙村的水渠修好了\n\n{STORY}\n\n全县水渠的总长一年翻了一番多"
    text = f"{first}\n\n丙校昨天开学 三十个新生入校\n\n丙校昨天开学，三十个新生走进校门。\n"
    assert parse_page(text)[-1].title == "丙校昨天开学 三十个新生入校"
