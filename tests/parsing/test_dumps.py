"""Texts as crawlers, accounts and gazettes give them, written for these tests."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.parsing.text_pages import parse_page
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue

TITLE = "山口镇卫生院扩建完工"
BODY = [
    "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯。",
    "院长钟毅说，扩建用了十四个月，资金来自县财政和社会捐助，共计八百六十万元。",
    "卫生院下一步将开设康复门诊，每周三请市里的专家坐诊。",
]
INDENTED = "\n".join(f"　　{line}" for line in BODY)
DAY = date(2024, 3, 8)


def read(text: str) -> ParsedIssue:
    return read_document(Document("a.txt", text.encode()))


def only(issue: ParsedIssue) -> ParsedArticle:
    (article,) = issue.articles
    return article


def test_kicker_title_and_deck_stand_on_one_another_as_crawlers_write_them() -> None:
    article = only(read(f"家门口看病\n{TITLE}\n新增病床四十张\n{INDENTED}\n"))
    assert (article.kicker, article.title, article.deck) == ("家门口看病", TITLE, "新增病床四十张")
    assert article.body.split("\n") == BODY


def test_title_and_deck_alone_do_so_too_and_a_byline_may_follow() -> None:
    article = only(read(f"{TITLE}\n新增病床四十张\n本报记者 何晴\n{INDENTED}\n"))
    assert (article.kicker, article.title, article.deck, article.byline) == (
        "",
        TITLE,
        "新增病床四十张",
        "本报记者 何晴",
    )


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("来源：白塔网          发布时间：2024-03-08", "来源：白塔网"),
        ("2024-03-08 09:15:22　来源：白塔日报　作者：何晴", "来源：白塔日报 作者：何晴"),
        ("发布日期：2024年3月8日 浏览次数：132", ""),
        ("２０２４年３月８日　来源：白塔网", "来源:白塔网"),
        ("白塔发布 2024-03-08 09:30", "白塔发布"),
        ("【来源：白塔网】 时间：2024/03/08 07:30", "来源：白塔网"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_line_of_source_and_date_over_the_text_is_read_and_no_text(line: str, byline: str, gap: str) -> None:
    issue = read(TITLE + gap + line + gap + gap.join(BODY) + "\n")
    article = only(issue)
    assert (article.title, article.date, issue.date) == (TITLE, DAY, DAY)
    assert article.byline.replace("：", ":") == byline.replace("：", ":")
    assert "".join(article.body.split("\n")) == "".join(BODY)


def test_a_sentence_with_a_date_under_a_headline_is_text() -> None:
    text = "2024年3月8日，山口镇卫生院完成扩建，新增病床四十张，门诊楼加装了两部电梯。"
    article = parse_page(f"# {TITLE}\n{text}\n{BODY[1]}")[0]
    assert article.body.startswith("2024年3月8日，")
    assert article.date is None


def test_labels_of_a_dump_are_headings_and_text() -> None:
    other = "山口镇小学添两辆校车"
    text = (
        f"标题：{TITLE}\n来源：白塔网\n发布时间：2024-03-08 08:00\n链接：https://example.com/a\n"
        f"正文：{BODY[0]}\n{BODY[1]}\n\n标题：{other}\n来源：白塔日报\n时间：2024-03-09\n正文：两辆校车昨天开进山口镇小学，每车可坐五十名学生。\n"
    )
    first, second = read(text).articles
    assert (first.title, first.byline, first.date) == (TITLE, "来源：白塔网", DAY)
    assert first.body.replace("\n", "") == BODY[0] + BODY[1]
    assert (second.title, second.byline, second.date) == (other, "来源：白塔日报", date(2024, 3, 9))


def test_a_text_copied_from_an_account_s_page() -> None:
    text = f"{TITLE}\n\n原创 何晴 白塔发布\n\n2024-03-08 09:30\n\n" + "\n\n".join(BODY)
    article = only(read(f"{text}\n\n阅读原文\n\n阅读 1234\n\n在看\n\n微信扫一扫\n关注该公众号\n"))
    assert (article.title, article.byline, article.date) == (TITLE, "何晴 白塔发布", DAY)
    assert article.body.replace("\n", "") == "".join(BODY)


def test_a_masthead_in_full_width_digits_names_the_issue() -> None:
    issue = read(f"白塔日报\n２０２４年３月８日　星期五　第２０３１期\n\n{TITLE}\n{INDENTED}\n")
    assert (issue.name, issue.date) == ("白塔日报 2024年3月8日 第2031期", DAY)
    assert only(issue).title == TITLE


NUMBERS = ("（白政发〔2024〕3号）", "（白政发〔2024〕4号）")
NAMES = ("白塔县人民政府关于扩建卫生院的通知", "白塔县人民政府关于调整公交线路的通告")


@pytest.mark.parametrize("leaders", ["……………", "........ ", "    ", "\t"])
def test_each_document_of_a_gazette_is_an_article_and_its_contents_are_none(leaders: str) -> None:
    text = (
        "白塔县人民政府公报\n2024年第1期（总第9期）\n目    录\n【县政府文件】\n"
        f"{NAMES[0]}{NUMBERS[0]}{leaders}1\n{NAMES[1]}{NUMBERS[1]}{leaders}12\n\n"
        f"白塔县人民政府\n关于扩建卫生院的通知\n白政发〔2024〕3号\n\n"
        f"各乡镇人民政府：\n{INDENTED}\n\n白塔县人民政府\n2024年3月8日\n\n"
        f"卫生院扩建方案\n\n　　一、总体要求\n{INDENTED}\n\n"
        f"{NAMES[1]}\n　　三条线路自四月一日起调整，站点共十二个。\n\n2024年3月18日\n"
    )
    issue = read(text)
    assert [(article.title, article.date, article.page) for article in issue.articles] == [
        (NAMES[0], DAY, 1),
        (NAMES[1], date(2024, 3, 18), 12),
    ]
    assert "卫生院扩建方案" in issue.articles[0].body
    assert not any(
        "目" in article.body or leaders.strip("\t ") + "1" in article.body.split("\n") for article in issue.articles
    )
    assert issue.name.startswith("白塔县人民政府公报")


def test_a_text_that_says_contents_and_has_none_is_read_as_before() -> None:
    assert [article.title for article in read(f"{TITLE}\n\n{INDENTED}\n\n目录\n\n见下期。\n").articles] == [TITLE]
