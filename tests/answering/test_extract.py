from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from embeddings import Article, Issue
from qa import Assistant
from qa.answering.evidence.answer_types import (
    Expected,
    _is_number_of_them,
    lacks_what_is_asked,
    names_what_is_not_there,
    tells_of_other_years,
)
from qa.answering.evidence.features import short_answer
from qa.query.question import read_question
from qa.types import Passage, PlacedReading, Reading


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("院子里有几栋楼？", "院里共有4栋楼。", True),
        ("院子里有几栋楼？", "院里住着86户人家。", False),
        ("他入党多少年了？", "他的党龄有42年。", True),
        ("他入党多少年了？", "2012年，他退休了。", False),
        ("他入党多少年了？", "10月30日上午，他说。", False),
        ("工程用了多长时间？", "工程用了3个半月。", True),
        ("他是哪一年退休的？", "2012年，他退休了。", True),
        ("花了多少钱？", "前后用了两天。", False),
        ("花了多少钱？", "共投入3.5亿元。", True),
        ("提醒在星期几发？", "每周二发出提醒。", True),
        ("会议由谁主持？", "会议由区委副书记何东亚主持。", True),
        ("共有365人吗？一共多少人？", "共有365人。", False),
        ("他是哪一年入党的？", "他有42年党龄。", False),
        ("他是哪一年入党的？", "他86年春入党。", True),
        ("一共有多少党员？", "把党员都召集到一起。", False),
        ("一共有多少党员？", "两名党员来了。", True),
        ("几个县收完了？", "三县已经收完。", True),
        ("镇上确诊了多少例？", "镇上设了136个采样点。", False),
        ("几家企业送了多少套被褥？", "送来被褥250套。", True),
        ("主任的电话是多少？", "主任何某到会讲话。", False),
        ("主任的电话是多少？", "可拨打0374-1234567。", True),
        ("村里装了多少盏路灯？", "村里投入35万元装上路灯。", False),
        ("村里装了多少盏路灯？", "村里装上路灯80盏。", True),
        ("义诊来了多少老人？", "义诊为60岁以上的街坊量了血压。", False),
        ("义诊来了多少老人？", "有130多位街坊来量血压。", True),
        ("景区一天卖出多少门票？", "一天卖出门票3200张。", True),
        ("新桥是哪天通车的？", "新桥力争8月底前通车。", False),
        ("新桥是哪天通车的？", "新桥8月26日通车。", True),
        ("新桥是几月通车的？", "新桥力争8月底前通车。", True),
        ("修桥要花多少钱？", "修桥要花两千多万。", True),
        ("修桥要花多少钱？", "修桥用了4千多名工人。", False),
        ("上门理发收多少钱？", "上门理发免费。", True),
        ("他坚持了多久？", "他坚持了十几年。", True),
        ("从报警到找回一共多久？", "前后一分多钟。", True),
        ("他是哪几年当的厂长？", "2011年至2015年，他当厂长。", True),
        ("新房有多大？", "新房占地180平方米。", True),
        ("是哪位邻居打的急救电话？", "住在一楼的何先生打的电话。", True),
        ("他是哪天丢的手机？", "8月8日，他丢了手机。", True),
        ("打一针几块钱？", "水痘疫苗自费，每针158元。", True),
        ("停一晚要几块？", "停一晚收5元。", True),
        ("镇上立了几块石碑？", "镇上花了5元。", False),
        ("新船造价多少？", "新船载重1.86万吨。", False),
        ("她得了多少分？", "第一名奖3000元。", False),
        ("她得了多少分？", "她以96.5分夺冠。", True),
        ("第九届头名得了多少分？", "金奖何大川，柳坪村，得分94.6，奖金8000元。", True),
        ("茶馆礼拜几歇业？", "每天九点开门，晚上十点打烊。", False),
        ("茶馆礼拜几歇业？", "茶馆星期一歇业。", True),
        ("书法班在文化站几楼？", "书法班周三下午上课。", False),
        ("书法班在文化站几楼？", "书法班在三楼。", True),
        ("坐船到对岸要多久？", "渡船每天16班。", False),
        ("渡船多久保养一回？", "渡船每月保养。", True),
        ("厂长多大年纪了？", "厂里工人的平均年龄已到46岁。", False),
        ("厂里工人平均多大？", "厂里工人的平均年龄已到46岁。", True),
        ("修桥县里拨了多少款？", "其中县里拨100万元。", True),
        ("合唱队有多少人？", "队里如今有58个人。", True),
    ],
)
def test_a_sentence_must_hold_the_kind_of_thing_asked_for(question: str, sentence: str, holds: bool) -> None:
    assert Expected.by(read_question(question)).held_by(sentence) is holds


@pytest.mark.parametrize(
    ("question", "sentence", "lacks"),
    [
        ("去年梭子蟹多少钱一斤？", "梭子蟹每斤32元，比去年便宜。", True),
        ("去年夏茶产了多少吨？", "今年采夏茶7200亩，预计产茶410吨。", True),
        ("去年夏茶产了多少吨？", "去年产茶380吨，今年预计410吨。", False),
        ("镇长是谁？", "副镇长王大山要求全镇检修舵机。", True),
        ("镇长是谁？", "渔业站站长王大山介绍了检查情况。", True),
        ("镇长是谁？", "镇长王大山在码头鸣笛。", False),
        ("副镇长是谁？", "副镇长王大山要求全镇检修舵机。", False),
    ],
)
def test_another_year_and_another_post_are_no_answer(question: str, sentence: str, lacks: bool) -> None:
    assert lacks_what_is_asked(read_question(question), sentence, "") is lacks


def test_what_a_question_names_in_latin_letters_must_stand_in_the_article() -> None:
    assert names_what_is_not_there("HPV疫苗哪天打？", "3月12日：水痘疫苗")
    assert not names_what_is_not_there("hpv疫苗哪天打？", "3月12日：HPV疫苗")
    assert not names_what_is_not_there("卫生站有wifi吗？", "卫生站有无线网。")
    assert not names_what_is_not_there("水痘疫苗哪天打？", "3月12日：水痘疫苗")
    assert not names_what_is_not_there("When will Beijing's 丰台 railway station open?", "丰台站6月20日启用")


def test_how_many_there_are_of_something_does_not_tell_which() -> None:
    assert _is_number_of_them("哪条沟风险最高？", "7条山洪沟")
    assert not _is_number_of_them("哪条沟风险最高？", "柳沟")
    assert not _is_number_of_them("哪条沟风险最高？", "第7条沟")
    assert not _is_number_of_them("哪栋楼掉了墙皮？", "10栋")


def reading(first: list[float], last: list[float]) -> Reading:
    """A reading of three characters, by the chances that the answer begins and ends with each."""
    return Reading(0.0, *(np.log(np.array(chances, dtype=np.float32)) for chances in (first, last)))


def test_what_is_read_alone_counts_as_much_as_what_is_read_with_its_neighbours() -> None:
    issue = Issue("1", "县报", None, "")
    article = Article(id="1", issue=issue, title="", body="前后左右。")
    around = PlacedReading(0, 3, reading([0.6, 0.3, 0.1], [0.6, 0.3, 0.1]))
    passage = Passage(article, article.body, 0, 5, 1.0, readings=(around,))
    assert short_answer(passage, 0, 3) == (0, 1)
    alone = PlacedReading(0, 3, reading([0.1, 0.8, 0.1], [0.1, 0.8, 0.1]))
    assert short_answer(passage, 0, 3, alone=alone) == (1, 2)
    elsewhere = PlacedReading(3, 5, reading([0.1, 0.8, 0.1], [0.1, 0.8, 0.1]))
    assert short_answer(passage, 0, 3, alone=elsewhere) == (0, 1)


def test_an_answer_is_a_quote_with_its_source(assistant: Assistant) -> None:
    answer = assistant.ask("李德民是哪一年从区政协退休的？")
    assert not answer.abstained
    assert "2012年" in answer.quote
    (citation,) = answer.citations
    assert citation.quote == answer.quote
    assert citation.article.body[citation.start : citation.end] == answer.quote
    assert answer.short in answer.quote
    assert answer.text == f"{answer.short or answer.quote}[1]"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How many people died in the Houston stampede?", "8人"),
        ("How many of the World Trade Center victims' remains are still unidentified?", "1100多具"),
    ],
)
def test_a_question_in_english_is_answered_by_one_sentence(assistant: Assistant, question: str, name: str) -> None:
    answer = assistant.ask(question)
    assert name in answer.quote
    assert len(answer.quote) < 60
    assert assistant.ask("Who invented the telephone?").abstained


def test_a_short_answer_does_not_repeat_the_question(assistant: Assistant) -> None:
    answer = assistant.ask("健步走队伍下面分了多少个中队？")
    assert answer.short == "13个"
    (citation,) = answer.citations
    assert citation.short == answer.short


def test_the_author_is_quoted_from_the_byline(assistant: Assistant) -> None:
    answer = assistant.ask("写周惠芳那篇报道的记者是谁？")
    assert answer.quote == "本报记者 孙江锋 文/图"
    assert answer.citations[0].start is None


def test_what_the_bulletin_does_not_say_is_not_answered(assistant: Assistant) -> None:
    answer = assistant.ask("贵州茅台今天的股价是多少？")
    assert answer.abstained
    assert (answer.quote, answer.citations) == ("", ())
    assert "没有找到" in answer.text
    assert "《" not in answer.text  # no article is near


def test_confidence_is_a_chance(assistant: Assistant) -> None:
    for question in ("李德民的党龄有多少年？", "写一首关于秋天的诗", "hello", "？"):
        assert 0.0 <= assistant.ask(question).confidence <= 1.0


@pytest.mark.parametrize("question", ["的", "？！", "🙂", "\x00", "a", "<script>alert(1)</script>", "' OR 1=1 --"])
def test_odd_questions_are_answered_or_refused_without_an_error(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("何长成在会上讲了什么？", "责任感、紧迫感都要再强一些"),
        ("何常成在会上讲了啥", "责任感、紧迫感都要再强一些"),
        ("李昭鹏说了些什么", "今年老党员都起了大作用"),
        ("什么是大下姜", "结成“大下姜”乡村联合体"),
        ("雪如意是什么", "国家跳台滑雪中心“雪如意”"),
        ("“两火合一”是什么意思？", "好让更多残疾人和健全人一起参与"),
        ("江豚", "二十多头江豚现身赣江"),
    ],
)
def test_what_was_said_and_what_a_name_means_is_quoted(assistant: Assistant, question: str, told: str) -> None:
    answer = assistant.ask(question)
    assert told in answer.text
    for citation in answer.citations:
        assert citation.article.body[citation.start : citation.end] == citation.quote


def test_an_overview_names_nobody_who_is_none(assistant: Assistant) -> None:
    assert "还提到的人" not in assistant.ask("江豚").text
    assert "还提到的人" not in assistant.ask("介绍一下宋长纪").text


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("枫亭镇的公交车还开不开", "不开。"),
        ("红场阅兵今年办没办", "没办。"),
        ("埃尔比勒机场遇袭有没有人受伤", "没有。"),
        ("陕西的麦子收完了没有", "还没有。"),
        ("安徽的麦子收完了吗", "是的。"),
        ("何东亚是区委书记吗", "不是。"),
        ("通辽机场的航班全取消了没", "是的。"),
    ],
)
def test_yes_and_no_are_said_as_they_were_asked(assistant: Assistant, question: str, begins: str) -> None:
    assert assistant.ask(question).text.startswith(begins)


def test_another_month_is_no_answer(assistant: Assistant) -> None:
    assert assistant.ask("铁路8月份运了多少旅客").abstained
    assert "3.06亿" in assistant.ask("铁路7月份运了多少旅客").text


@pytest.mark.parametrize(
    ("question", "text", "wanted"),
    [
        ("挂号费降了百分之几？", "挂号费每人少收3元，降幅15.5%。", ["15.5%"]),
        ("渡口离县城多远？", "渡口有40年了，离县城12公里。", ["12公里"]),
        ("12名学员来自几个镇？", "12名学员来自3个镇。", ["3个"]),
    ],
)
def test_the_unit_asked_for_is_found_in_a_text(question: str, text: str, wanted: list[str]) -> None:
    found = Expected.by(read_question(question)).places(text)
    assert [text[place : place + len(words)] for place, words in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize(
    ("question", "quote", "short", "printed", "is_other"),
    [
        ("2021年夏茶产了多少吨", "2022年夏茶产了410吨。", "410吨", None, True),
        ("2021年夏茶产了多少吨", "2021年夏茶产了410吨。", "410吨", None, False),
        ("2021年夏茶产了多少吨", "2021年少雨，2022年夏茶产了410吨。", "410吨", None, True),
        ("2022年夏茶产了多少吨", "夏茶产了410吨，高于2019年的380吨。", "410吨", date(2022, 9, 1), False),
        ("2021年夏茶产了多少吨", "2022年夏茶产了410吨。", "410吨", date(2022, 1, 9), False),  # who knows of the last
        ("2021年茶王是谁", "2020年起办赛，2021年茶王是石秀。", "石秀", None, False),
        ("夏茶产了多少吨", "2022年夏茶产了410吨。", "410吨", None, False),
    ],
)
def test_what_is_of_another_year_is_no_answer(
    question: str, quote: str, short: str, printed: date | None, is_other: bool
) -> None:
    assert tells_of_other_years(read_question(question), quote, short, printed) is is_other
