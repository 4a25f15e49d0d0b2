"""What a sentence tells of those asked for is told from what it tells of others: the dead from the injured."""

from __future__ import annotations

import pytest

from qa.query.contrast import asks_who_not, stretch_asked, tells_of_another_side, tells_of_others

CRASH = "渡口的车祸造成3人死亡，5人受伤，另有2人失踪。"
ORCHARDS = "东村、西村的果园已经摘完，南村、北村还在摘。"


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("车祸死了几个人", CRASH, "渡口的车祸造成3人死亡"),
        ("车祸有多少人受伤", CRASH, "5人受伤"),
        ("车祸失踪了多少人", CRASH, "另有2人失踪"),
        ("伤了几个人", "翻船造成3死5伤。", "5伤"),
        ("受伤的有几人", "遇难的有2人，受伤的船工和乘客，一共5人。", "受伤的船工和乘客，一共5人"),
        ("车祸死伤多少人", CRASH, CRASH),
        ("哪些村还没有摘完", ORCHARDS, "南村、北村还在摘"),
        ("谁没来开会", "两位村长到会，会计请假。", "会计请假"),
        ("哪些村已经摘完", ORCHARDS, ORCHARDS),
    ],
)
def test_the_part_that_tells_of_those_asked_for(question: str, text: str, told: str) -> None:
    first, last = stretch_asked(question, text)
    assert text[first:last] == told


@pytest.mark.parametrize(
    ("question", "text", "is_so"),
    [
        ("多少人受伤", "大水冲走3条船，遇难2人。", True),
        ("多少人受伤", "大水冲走3条船，2人轻伤。", False),
        ("多少人受伤", "大水冲走3条船。", False),
        ("谁没有交水费", "八户人家都交了水费。", True),
        ("谁没有交水费", "只剩老船工没有交。", False),
    ],
)
def test_a_text_on_others_does_not_answer(question: str, text: str, is_so: bool) -> None:
    assert tells_of_others(question, text) is is_so


@pytest.mark.parametrize("question", ["谁没来", "哪些店铺不用交租", "哪个村未通水", "还没修好的是哪座桥"])
def test_who_did_not_is_asked(question: str) -> None:
    assert asks_who_not(question)


@pytest.mark.parametrize(
    "question", ["谁没收了渔网", "哪些不文明行为被罚", "有哪些不足", "哪些村有水", "他没来是为什么"]
)
def test_who_did_not_is_not_asked(question: str) -> None:
    assert not asks_who_not(question)


@pytest.mark.parametrize(
    ("question", "text", "is_other"),
    [
        ("男子跳远第一名是谁", "女子跳远第一名苗秋，4米2。", True),
        ("男子跳远第一名是谁", "男子跳远第一名柏青，女子第一名苗秋。", False),
        ("篮球决赛几比几", "半决赛，东街队52比40胜西街队。", True),
        ("篮球决赛几比几", "决赛，东街队58比61输给码头队。", False),
        ("去县城的头班车几点", "县城开往东镇：7:40、9:50", True),
        ("去县城的头班车几点", "东镇开往县城：6:10、8:30", False),
        ("谁是冠军", "获得亚军的是码头队。", True),
        ("谁是冠军", "码头队夺冠，东街队获得亚军。", False),
        ("哪队第一", "第四名，东街合唱团，92分。", True),
        ("哪队第一", "第一名，码头合唱团，96分。", False),
        ("男女各多少人", "女子组有12人。", False),
    ],
)
def test_one_of_two_that_go_together_is_told_from_the_other(question: str, text: str, is_other: bool) -> None:
    assert tells_of_another_side(question, text) is is_other
