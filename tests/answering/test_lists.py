from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from embeddings import Article, Issue, split_sentences
from qa.answering.choice import Candidates
from qa.answering.enumerations import asks_for_list, enumerates, items_alone, predicate_of, whole_list
from qa.answering.evidence.features import Evidence, Sentence
from qa.answering.list_items import Listed, announced_parts, lines_alike, named_in_table
from qa.query.question import read_question
from qa.types import Passage, PlacedReading, Reading

WHEAT = "四川、湖北、河南、安徽、江苏五省已经收完，陕西、山东、山西、河北还在收。"
SILVER = "此外，羽毛球女双的陈清晨、贾一凡收获银牌，李越宏摘铜。"
SIX = "区委组织部按照“六有”的标准，也就是有机构、有队伍、有场地、有计划、有经费、有制度，装上平台。"
RIDERS = "决赛里，钟天使和鲍珊菊击败对手。"


@pytest.mark.parametrize(
    "question",
    [
        "哪些央行加息了？",
        "哪五省已经收完？",
        "有哪几支队伍？",
        "都有谁参加？",
        "甲和乙分别是谁？",
        "由什么组成？",
        "哪些國家參加了？",
    ],
)
def test_a_question_for_several_things_is_known(question: str) -> None:
    assert asks_for_list(read_question(question))


@pytest.mark.parametrize(
    "question",
    ["谁主持了会议？", "哪一年退休的？", "哪几年丰收？", "哪年入党的？", "什么时候开的？", "有几栋楼？", "在哪里？"],
)
def test_a_question_for_one_thing_or_a_time_is_none(question: str) -> None:
    assert not asks_for_list(read_question(question))


@pytest.mark.parametrize(
    ("body", "read", "question", "listed"),
    [
        (WHEAT, "江苏五省", "哪五省已经收完？", "四川、湖北、河南、安徽、江苏五省"),
        (WHEAT, "陕西", "哪些省还在收？", "陕西、山东、山西、河北"),
        (
            WHEAT,
            "四川、湖北、河南、安徽、江苏五省已经收完，陕西、山东、山西、河北",
            "哪些省还在收？",
            "陕西、山东、山西、河北",
        ),
        (SILVER, "贾一凡", "哪些人获得了银牌？", "陈清晨、贾一凡"),
        (SIX, "区委组织部", "“六有”是哪六有？", "有机构、有队伍、有场地、有计划、有经费、有制度"),
        (RIDERS, "鲍珊菊", "哪些人赢了？", "钟天使和鲍珊菊"),
        (RIDERS, "对手", "她们击败了谁？", "对手"),
        ("晚上放了《归航，1958》《渔火》。", "归航", "放了哪些电影？", "归航，1958》《渔火》"),
        ("吉祥物叫“帆帆”“锚锚”“浪浪”。", "帆帆", "三个吉祥物分别叫什么？", "帆帆”“锚锚”“浪浪”"),
    ],
)
def test_the_words_that_answer_grow_to_the_whole_enumeration(body: str, read: str, question: str, listed: str) -> None:
    start = body.index(read)
    first, last = whole_list(body, (start, start + len(read)), query=read_question(question), sentence=(0, len(body)))
    assert body[first:last] == listed


def test_what_is_said_of_the_items_does_not_name_their_kind() -> None:
    assert predicate_of(read_question("哪些央行加息了？")).startswith("加息")


@pytest.mark.parametrize(
    ("text", "is_several"), [("甲、乙", True), ("钟天使和鲍珊菊", True), ("维和部队", False), ("参与者", False)]
)
def test_a_word_with_and_in_it_is_no_enumeration(text: str, is_several: bool) -> None:
    assert enumerates(text) is is_several


@pytest.mark.parametrize(
    ("body", "begins", "ends", "items"),
    [
        ("社区给环卫工送去雨伞、水杯和毛巾解暑，还量了血压。", "雨", "巾", "雨伞、水杯和毛巾"),
        ("社区送去雨伞、水杯、毛巾3样物品。", "雨", "品", "雨伞、水杯、毛巾"),
        ("社区送去雨伞、水杯、毛巾2种。", "雨", "种", "雨伞、水杯、毛巾2种"),  # no sum of what stands before
        ("操场上摆着桌椅、展板等各色用具。", "桌", "具", "桌椅、展板"),
        ("种的是早稻、晚稻、特等米。", "早", "米", "早稻、晚稻、特等米"),
    ],
)
def test_items_are_told_from_where_the_reader_sees_the_first_begin(
    body: str, begins: str, ends: str, items: str
) -> None:
    last_place = body.index(ends, body.rindex("、") if "、" in body else 0)
    assert items_of(body, body.index(begins), last_place + 1) == items


@pytest.mark.parametrize(
    ("body", "seen", "items"),
    [
        ("队员去了河口、沙洲等地采集水样、土样。", "河口、沙洲等地采集水样、土样", "河口、沙洲"),
        ("镇医院、县医院两家医院选派内科、外科医生。", "镇医院、县医院两家医院选派内科、外科", "镇医院、县医院"),
        ("不得用石块等物砸船、不得爬栏杆。", "不得用石块等物砸船、不得爬栏杆", "不得用石块等物砸船、不得爬栏杆"),
        ("文联、作协合办“你写、我读”活动。", "文联、作协", "文联、作协"),
        ("墙上写着“你写、我读、他听”。", "写着“你写、我读、他听", "写着“你写、我读、他听"),
        ("当天领了雨伞、水杯和毛巾。", "领了雨伞、水杯和毛巾", "雨伞、水杯和毛巾"),
        ("晚会由文联、作协和剧团共同举办。", "文联、作协和剧团共同", "文联、作协和剧团"),
        ("孩子们看了《渔火》《归航》。", "渔火》《归航", "《渔火》《归航》"),
    ],
)
def test_an_enumeration_is_over_where_other_words_follow(body: str, seen: str, items: str) -> None:
    start = body.index(seen)
    assert items_of(body, start, start + len(seen)) == items


def items_of(body: str, begins: int, ends: int) -> str:
    """What is told of a clause where the reader sees an answer in [begins, ends)."""
    first, last = (np.full(len(body), -9.0, dtype=np.float32) for _ in range(2))
    first[begins] = last[ends - 1] = -0.1
    article = Article("a", Issue("0" * 64, "柳河报", date(2021, 9, 13), "l.txt"), "入夏", body)
    readings = (PlacedReading(0, len(body), Reading(2.0, first, last, np.zeros_like(first), 2.0)),)
    passage = Passage(article, body, 0, len(body), 1.0, readings=readings)
    clause = body.index("，") if "，" in body else len(body) - 1
    start, end = items_alone(passage, (0, clause), (0, len(body)), told=(begins, begins + 1))
    return body[start:end]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("她说，父亲嘱咐两件事：不收花圈；把积蓄捐给食堂。食堂去年刚修。", ["不收花圈", "把积蓄捐给食堂"]),
        ("保卫处给了三条建议：换U形锁；锁住车架；领编码贴。", ["换U形锁", "锁住车架", "领编码贴"]),
        ("比分定格：船厂队赢了；渔港队输了。", []),
        ("她说了两件事：不收花圈，把积蓄捐给食堂。", []),  # one sentence, which has them all
    ],
)
def test_parts_that_semicolons_part_are_all_told_where_their_number_is_announced(text: str, items: list[str]) -> None:
    found = announced_parts(candidates_of("哪两件事", text), 0)
    assert [text[slice(*(listed.short or (0, 0)))] for listed in found] == items


TABLE = "秋季赛在凉亭下完，最小的选手十一岁。\n"
TABLE += "名次 | 姓名 | 积分\n1 | 何大川 | 12\n2 | 石秀 | 11\n3 | 唐叶 | 9\n棋社周二开门。"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("秋季赛前两名都有谁", ["何大川", "石秀"]),
        ("秋季赛得奖的都有谁", ["何大川", "石秀", "唐叶"]),
        ("秋季赛超过10分的都有谁", []),  # a condition, which nobody looks at here
        ("秋季赛在哪里下的", []),
    ],
)
def test_who_stands_in_a_table_is_listed_from_it(question: str, names: list[str]) -> None:
    candidates = candidates_of(question, TABLE)
    found = named_in_table(candidates, Listed(0, None))
    assert [TABLE[slice(*(listed.short or (0, 0)))] for listed in found] == names


def test_lines_with_a_label_are_told_by_the_whole_of_it() -> None:
    text = "血检　由20元降为16元\n彩超　由80元降为65元\n住院床位费（每天）由18元调为22元"
    candidates = candidates_of("哪些项目调了价", text)
    found = lines_alike(candidates, Listed(0, (0, 2)))
    assert [candidates.text(listed.place)[:2] for listed in found] == ["血检", "彩超", "住院"]


def candidates_of(question: str, text: str) -> Candidates:
    sentences = [
        Sentence(0, text[start:end].rstrip(), start, start + len(text[start:end].rstrip()))
        for start, end in split_sentences(text)
    ]
    evidence = Evidence(sentences, *(np.empty(0) for _ in range(4)), closely=False, unknown=0.0)
    article = Article("a", Issue("0" * 64, "柳河报", date(2021, 9, 13), "l.txt"), "入夏", text)
    passages = [Passage(article, text, 0, len(text), 1.0)]
    return Candidates(read_question(question), passages, evidence, np.zeros(len(sentences)))
