"""What stands inside and beside the text of a page as OCR gives it: captions, and who publishes the paper."""

from __future__ import annotations

import pytest

from embeddings.parsing.layout_pages import read_articles
from embeddings.parsing.lines import Line, Part, is_furniture
from embeddings.parsing.text_pages import parse_page
from embeddings.types import Box

CANAL = "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了"
SCHOOL = "丙村小学的新教室本周启用，一百二十个孩子搬出了祠堂，原来的祠堂改作图书室。"


def test_a_caption_inside_a_sentence_stands_apart_and_the_sentence_goes_on() -> None:
    caption = "图为村民在渠边洗菜。本报记者李明 摄"
    (article,) = parse_page(f"# 水渠昨日通水\n\n{CANAL}\n\n{caption}\n\n自来水。\n\n{SCHOOL}\n")
    assert article.body.split("\n") == [f"{CANAL}自来水。", caption, SCHOOL]


def test_the_sentence_below_a_credit_is_not_joined_to_it() -> None:
    lines = [SCHOOL, "孩子们在新教室里上课 王小芳 摄", "校长说，操场明年动工。"]
    (article,) = parse_page("# 新教室启用\n\n" + "\n".join(lines))
    assert article.body.split("\n") == lines


def test_a_caption_in_a_column_is_a_paragraph_of_its_own() -> None:
    texts = [SCHOOL, "图为孩子们在新教室里上课。王小芳 摄", "校长说，操场明年动工，到时候孩子们就不用去"]
    lines = [
        Line(text, part=Part.BODY, boxes=(Box(1, 0.1, 0.1 + at / 50, 0.4, 0.118 + at / 50),))
        for at, text in enumerate(texts)
    ]
    (article,) = read_articles([[Line("新教室启用了", part=Part.HEADLINE), *lines]])
    assert article.body.split("\n") == texts


@pytest.mark.parametrize(
    "imprint",
    [
        "中共青禾县委宣传部主办",
        "中共青禾县委主管 青禾县融媒体中心主办",
        "中共青禾县委主管主办　青禾印刷厂承印",
        "主办：青禾县文联",
        "承印单位：青禾印务有限公司",
    ],
)
def test_who_publishes_a_paper_is_none_of_its_news(imprint: str) -> None:
    assert is_furniture(imprint)
    (article,) = parse_page(f"农业\n\n{imprint}\n\n# 水渠昨日通水\n\n{CANAL}自来水。\n")
    assert (article.title, article.section) == ("水渠昨日通水", "农业")


@pytest.mark.parametrize("title", ["首届菊展由县文联主办", "县文联将主办首届菊展", "县政府办公室主办的培训班开班"])
def test_a_headline_that_says_who_holds_something_is_none(title: str) -> None:
    assert not is_furniture(title)
