from __future__ import annotations

import pytest

from qa.follow_up import Spoken, follow_up

PARTY = Spoken("李德民的党龄有多少年？", "42年", "李德民介绍,他有42年党龄。", "党员带头")
MEETING = Spoken("谁主持了区委常委会第10次会议？", "李朝锋", "主持人是魏都区委书记李朝锋。", "区委常委会开会")
HOMES = Spoken("建安粮苑在哪个社区？", "瑞金社区", "瑞金社区的建安粮苑里,宋长纪说。", "党支部当家")
COUNT = Spoken("瑞金社区有多少名党员？", "36名", "瑞金社区有36名党员。", "")
MONTH = Spoken("2021年8月粮食收了多少？", "3万吨", "", "")


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (PARTY, "他住在哪里？", "李德民住在哪里？"),
        (PARTY, "她多大年纪了？", "李德民多大年纪了？"),
        (MEETING, "他提了什么要求？", "李朝锋提了什么要求？"),
        (MEETING, "什么时候呢？", "什么时候主持了区委常委会第10次会议？"),
        (MEETING, "在哪里？", "在哪里主持了区委常委会第10次会议？"),
        (HOMES, "那里有多少户？", "瑞金社区有多少户？"),
        (HOMES, "这个社区有几个支部？", "瑞金社区有几个支部？"),
        (HOMES, "那个小区有几栋楼？", "建安粮苑有几栋楼？"),
        (COUNT, "那樊沟社区呢？", "樊沟社区有多少名党员？"),
        (COUNT, "樊沟社区呢", "樊沟社区有多少名党员？"),
        (COUNT, "具体多少？", "瑞金社区有名党员具体多少？"),
        (MONTH, "9月呢？", "9月粮食收了多少？"),
        (PARTY, "那何长成呢？", "何长成的党龄有多少年？"),
        (HOMES, "这件事是谁报道的？", "党支部当家是谁报道的？"),
    ],
)
def test_what_leans_on_the_question_before_is_filled_in(before: Spoken, question: str, meant: str) -> None:
    found = follow_up(question, before)
    assert found is not None
    assert found.question == meant
    assert found.is_sure


@pytest.mark.parametrize("question", ["还有呢？", "还有吗", "还有哪些？", "另外还有谁？", "除此之外呢？"])
def test_more_is_asked_of_the_same(question: str) -> None:
    found = follow_up(question, COUNT)
    assert found is not None
    assert (found.question, found.more) == (COUNT.question, True)


@pytest.mark.parametrize("question", ["党龄呢？", "哪年入党的？", "是什么职务？"])
def test_a_question_without_a_subject_is_given_the_last_one(question: str) -> None:
    found = follow_up(question, PARTY)
    assert found is not None
    assert "李德民" in found.question


@pytest.mark.parametrize(
    "question",
    [
        "魏都区部署了哪些营商环境措施？",
        "其他社区的志愿者一共有多少人？",
        "创建全国文明城市的目标是什么时候提出的？",
        "吉他比赛是谁赢的？",
        "其中一个养老服务中心有几张床位？",
        "第26届奥运会在哪里举行？",
    ],
)
def test_a_new_topic_stands_alone(question: str) -> None:
    found = follow_up(question, PARTY)
    assert found is None or not found.is_sure
