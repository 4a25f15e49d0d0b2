"""What a text leaves unsaid of a question, and which of two sentences that are nearly as likely is the answer."""

from __future__ import annotations

import numpy as np
import pytest

from qa.answering.choice import read_again
from qa.answering.evidence.answer_types import Expected, lacks_what_is_asked
from qa.answering.evidence.stated import lacks_the_event_asked_for, lacks_the_kin
from qa.query.question import read_question
from qa.types import Reading


@pytest.mark.parametrize(
    ("question", "near", "lacks"),
    [
        ("他孙女多大", "老窑匠今年78岁。", True),
        ("他孙女多大", "孙女苗秋22岁，跟他学艺。", False),
        ("老窑匠多大", "老窑匠今年78岁。", False),
        ("老窑匠的婆婆叫什么", "侄媳妇钟玉梅跟他学艺。", True),
        ("老窑匠的女儿叫什么", "独生女涂丽红在邻市开店。", False),
        ("我爸71了还要买票吗", "七十岁以上免票。", False),  # no kin of anybody spoken of
    ],
)
def test_kin_are_not_whom_they_are_kin_of(question: str, near: str, lacks: bool) -> None:
    assert lacks_the_kin(question, near) is lacks


@pytest.mark.parametrize(
    ("question", "sentence", "lacks"),
    [
        ("石桥哪天通车", "5月12日，石桥打下第一根桩。", True),
        ("石桥哪天通车", "11月3日，石桥通车。", False),
        ("石桥哪天动工", "5月12日，石桥打下第一根桩。", False),
        ("石桥哪天下雨", "5月12日，石桥打下第一根桩。", False),
    ],
)
def test_a_day_of_another_event_is_no_day_of_this(question: str, sentence: str, lacks: bool) -> None:
    assert lacks_the_event_asked_for(question, sentence) is lacks


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("坐车到湖边要多久", "东站到湖边每40分钟一班。", False),
        ("坐车到湖边要多久", "东站到湖边全程40分钟。", True),
        ("去湖边的车多久一班", "东站到湖边每40分钟一班。", True),
        ("湖里有多少只天鹅", "天鹅比前年多了26只。", False),
        ("天鹅比前年多了多少只", "天鹅比前年多了26只。", True),
        ("补一个洞收几个钱", "补一个洞收一角五分。", True),
        ("老焊机卖了多少钱", "老焊机卖了三千八。", True),
        ("渡口的石匠多大", "渡口的石匠今年五十九，还在干。", True),
        ("廊桥哪年建的", "廊桥建于清同治六年。", True),
        ("晒谷场几点开灯", "晒谷场凌晨两点开灯。", True),
        ("电影多长", "电影118分钟。", True),
        ("渡口离县城多远", "渡口开了118分钟。", False),
    ],
)
def test_how_often_is_not_how_long_and_a_difference_is_not_an_amount(question: str, sentence: str, holds: bool) -> None:
    assert Expected.by(read_question(question)).held_by(sentence) is holds


@pytest.mark.parametrize(
    ("scores", "odds", "read", "best"),
    [
        ([2.0, 1.8, -3.0], [0.0, 4.0, 9.0], [0, 1], 1),  # nearly as likely, and answers by itself
        ([2.0, 1.8, -3.0], [4.0, 0.0, 9.0], [0, 1], 0),
        ([2.0, 0.5, -3.0], [0.0, 9.0, 9.0], [0], 0),  # far ahead: nothing else is read
    ],
)
def test_sentences_nearly_as_likely_are_read_alone(
    scores: list[float], odds: list[float], read: list[int], best: int
) -> None:
    places: list[int] = []

    def reading(place: int) -> Reading:
        places.append(place)
        return Reading(0.0, span_odds=odds[place])

    again, leads = read_again(np.array(scores), reading)
    assert sorted(places) == read
    assert int(again.argmax()) == best
    assert sorted(again) == sorted(scores)
    assert leads.span_odds == odds[best]


@pytest.mark.parametrize(
    ("question", "quote", "short", "lacks"),
    [
        ("老窑匠的老伴多大岁数", "老窑匠今年69岁，做了33年装订工。", "69岁", True),
        ("老窑匠的老伴多大岁数", "老伴何秀英64岁，在街上卖豆腐。", "64岁", False),
        ("窑上的何师傅多大", "窑匠何大川今年69岁。", "69岁", False),  # a title, and nobody's master
        ("何家豆腐多少钱一斤", "第一名何大川，奖金500元。", "500元", True),
        ("何家豆腐多少钱一斤", "何家的豆腐五元。", "五元", False),
        ("何家豆腐多少钱一斤", "每斤卖5元。", "5元", False),
        ("他念的是哪所大学", "他去年考上外省一所大学。", "外省一所大学", True),
        ("他念的是哪所大学", "他去年考上河东师范大学。", "河东师范大学", False),
        ("渡口晚上几点锁门", "河街晚上11点到次日早上5点封路。", "5点", True),
        ("渡口晚上几点锁门", "渡口晚上9点锁门。", "9点", False),
        ("渡口晚上几点锁门", "渡口早上5点开，晚上5点锁门。", "5点", False),
        ("邻居们的活动叫什么", "活动叫“邻里一家亲”。", "邻里一家亲", False),
        ("新桥叫什么", "新桥叫“天下第一座”。", "天下第一座", False),
        ("冷库工人一个月工资多少", "冷藏每天6元，冷库招了22名工人。", "22名", True),
        ("补贴比去年涨了多少", "补贴每月98元，比去年多3元。", "3元", False),
        ("药费投票几号截止", "请于6月30日前投票。", "6月30日", False),
        ("拔河谁拿了第一", "拔河第一名织带厂社区。", "织带厂社区", False),
    ],
)
def test_what_a_quote_has_of_another_thing_is_no_answer(question: str, quote: str, short: str, lacks: bool) -> None:
    assert lacks_what_is_asked(read_question(question), quote, short) is lacks
