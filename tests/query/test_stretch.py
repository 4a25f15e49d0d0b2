"""What a sentence says of the person or province that a question names is told from what it says of others."""

from __future__ import annotations

import pytest

from qa.query.names import people_in
from qa.query.stretch import is_of_another, names_the_same, stretch_on

MEDALS = "羽毛球的陈巧云、周大山得到银牌，李成海在射击中摘铜。"
HARVEST = "湖北、江西的橘子已经收完，湖南、广西还在收。"


@pytest.mark.parametrize(
    ("question", "text", "stretch"),
    [
        ("李成海拿了什么牌", MEDALS, "李成海在射击中摘铜。"),
        ("陈巧云拿了什么牌", MEDALS, "羽毛球的陈巧云、周大山得到银牌，"),
        ("湖南的橘子收完了吗", HARVEST, "湖南、广西还在收。"),
        ("橘子收完了吗", HARVEST, HARVEST),
        ("陈巧云家在哪里", "陈巧云来了，她家在渡口。", "陈巧云来了，她家在渡口。"),
    ],
)
def test_a_stretch_goes_from_a_name_to_the_next(question: str, text: str, stretch: str) -> None:
    first, last = stretch_on(question, text)
    assert text[first:last] == stretch


def test_a_text_is_of_another_where_it_names_only_others() -> None:
    assert is_of_another("重庆增加了多少车位", "山东增加800个学位。")
    assert not is_of_another("重庆增加了多少车位", "街道增加2300个车位。")
    assert names_the_same("重庆增加了多少车位", "重庆的街道增加2300个车位。")


@pytest.mark.parametrize(
    "text",
    [
        "江豚属于国家保护动物。",
        "瑞金社区的老人说，很好。",
        "由于天热，停课一天。",
        "柏国梁老婆在卖丸子",
        "其中任馆长的有两位",
    ],
)
def test_words_that_begin_with_a_surname_are_no_names(text: str) -> None:
    assert people_in(text) == []


@pytest.mark.parametrize("text", ["李师傅说，明天再修。", "何奶奶在家。", "张镇长说，可以。"])
def test_a_surname_with_a_title_is_a_name(text: str) -> None:
    assert people_in(text) == [text[:3]]
