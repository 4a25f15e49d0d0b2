"""Refusals: what is said instead of an answer, over a small archive."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from embeddings import Archive, Encoder, build
from qa import Answer, Assistant
from qa.answering.evidence.answer_types import lacks_the_event, tells_of_another_part_of_day, tells_of_another_person
from qa.answering.evidence.features import gather
from qa.answering.evidence.stated import odds_of_being_stated
from qa.answering.refusal import refuse
from qa.i18n import Words
from qa.query.question import read_question
from qa.retrieval.cross_encoder import open_reader
from qa.types import AnswerKind, Passage, PlacedReading, Reading
from tests.support.fakes import CountingEncoder

ISSUE = """# 青禾县报 2025年9月6日

## 老林场人的四十年

护林员郑大川在青禾林场守了40年山。2015年，郑大川从林场退休，回到石桥村居住。

## 石桥村修通水渠

石桥村的水渠8月20日通水，全长3.2公里，由县水利局出资修建。

## 夜校开课

县文化馆的夜校开了书法、剪纸两门课，每周二晚上7点上课。

## 夜市搬进新街

夜市从老码头搬进新街以后，白天仍旧通车，傍晚六点起封路，摊主们推着小车陆续进场，摊位的先后由管委会抽签排定，卖吃食的靠着水池，卖衣服的靠着墙根，打烊以后各人把门前扫净才走，街坊们都说比从前清爽。
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Assistant:
    folder = tmp_path_factory.mktemp("refusals")
    (folder / "县报-20250906.md").write_text(ISSUE, encoding="utf-8")
    build(folder, archive=folder / "archive", encoder=default_encoder)
    opened = Assistant.open(folder / "archive")
    return Assistant(opened.archive, opened.encoder, reader=open_reader(), today=lambda: date(2025, 9, 10))


@pytest.fixture(scope="module")
def plain_county(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The same without a model."""
    folder, encoder = tmp_path_factory.mktemp("refusals"), CountingEncoder()
    (folder / "县报-20250906.md").write_text(ISSUE, encoding="utf-8")
    build(folder, archive=folder / "archive", encoder=encoder)
    return Assistant(Archive.open(folder / "archive"), encoder)


def refused(
    assistant: Assistant, question: str, tempting: str, *, span_odds: float = 0.0, is_doubted: bool = False
) -> Answer:
    """A refusal of a question, for which a reader marks some words of the first article that has them."""
    query = read_question(question)
    with assistant.archive.snapshot() as snapshot:
        article = snapshot.find_phrase(tempting)[0]
        first = np.full(len(article.body), -np.inf, dtype=np.float32)
        last = first.copy()
        start = article.body.index(tempting)
        first[start], last[start + len(tempting) - 1] = 0.0, 0.0
        reading = Reading(-3.0, first, last, np.zeros_like(first), span_odds)
        body = article.body
        placed = (PlacedReading(0, len(body), reading),)
        others = [one for one in snapshot.find_articles() if one.id != article.id]
        passages = [
            Passage(article, body, 0, len(body), 1.0, readings=placed),
            *(Passage(one, one.body, 0, len(one.body), 0.1) for one in others),
        ]
        evidence = gather(query, passages, snapshot)
        assert evidence is not None
        best = next(place for place, one in enumerate(evidence.sentences) if tempting in one.text)
        return refuse(query, passages, snapshot, confidence=0.1, evidence=evidence, best=best, is_doubted=is_doubted)


@pytest.mark.parametrize(
    ("question", "tempting", "lacks", "in_english"),
    [
        ("郑大川哪一年入党的？", "2015年", "没有写所问的年份", "not the year that is asked for"),
        ("郑大川在林场多大年纪退休？", "2015年", "没有写所问的年龄", "not the age that is asked for"),
        ("石桥村修水渠花了多少钱？", "3.2公里", "没有写所问的金额", "not the sum that is asked for"),
        ("石桥村的水渠是谁设计的？", "县水利局", "没有写所问的人", "not the person that is asked for"),
        ("文化馆的夜校为什么开课？", "书法、剪纸", "没有写所问的原因", "not the reason that is asked for"),
    ],
)
def test_a_near_miss_is_told_what_the_article_says_and_lacks(
    plain_county: Assistant, question: str, tempting: str, lacks: str, in_english: str
) -> None:
    answer = refused(plain_county, question, tempting)
    assert answer.kind is AnswerKind.NOT_FOUND
    assert (answer.quote, answer.citations) == ("", ())
    assert answer.text.startswith(f"公报里没有找到“{question[:-1]}”的答案。")
    quoted = answer.text.split("写到“")[1].split("”，没有写")[0]
    assert tempting in quoted
    assert quoted in answer.passages[0].article.body
    assert lacks in answer.text
    assert isinstance(answer.text, Words)
    assert in_english in answer.text.english


def test_of_a_long_sentence_the_clauses_around_the_words_that_tempt_are_told(plain_county: Assistant) -> None:
    answer = refused(plain_county, "夜市摊位的先后由谁排定？", "管委会")
    quoted = answer.text.split("写到“")[1].split("”，没有写")[0]
    assert "管委会" in quoted
    assert len(quoted) < 80 < len(answer.passages[0].article.body)
    assert quoted.strip("…") in answer.passages[0].article.body


def test_of_what_may_be_the_answer_after_all_nothing_is_denied(plain_county: Assistant) -> None:
    answer = refused(plain_county, "郑大川哪一年退休的？", "2015年", is_doubted=True)
    assert "不能确定答的就是这个问题" in answer.text
    assert "没有写" not in answer.text
    assert "没有写所问的金额" in refused(plain_county, "石桥村的水渠花了多少钱？", "3.2公里", is_doubted=True).text


def test_what_a_reader_rules_out_is_not_told(plain_county: Assistant) -> None:
    answer = refused(plain_county, "郑大川哪一年入党的？", "2015年", span_odds=-6.0)
    assert "写到" not in answer.text
    assert "内容最接近的文章：《老林场人的四十年》。" in answer.text


def test_an_article_on_something_else_is_not_named(plain_county: Assistant) -> None:
    assert "夜校" not in refused(plain_county, "石桥村的水渠花了多少钱？", "3.2公里").text
    elsewhere = refused(plain_county, "火星有几颗卫星？", "3.2公里")
    assert elsewhere.text.endswith("也没有相近的文章，可以换个说法再问。")
    assert "《" not in elsewhere.text


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("石桥村的水渠几月几日通水？", True),
        ("石桥村的水渠5月几日通水？", False),  # of another month
        ("石桥村的水渠花了多少钱？", False),
        ("石桥村水渠工程的电话是多少？", False),
        ("夜校每周二上午几点上课？", False),  # at another part of the day
        ("夜校每周二晚上几点上课？", True),
    ],
)
def test_a_quote_that_lacks_what_is_asked_for_is_no_answer(county: Assistant, question: str, answered: bool) -> None:
    assert county.ask(question).abstained is not answered


@pytest.mark.parametrize(
    ("question", "quote", "lacks"),
    [
        ("灯会哪天结束？", "2月3日，河堤上的灯会开幕。", True),
        ("灯会哪天结束？", "灯会2月3日开幕，2月20日收官。", False),
        ("展览办到几号？", "目前，8月2日开馆的展览人气很旺。", True),
        ("展览办到几号？", "展览8月2日至9日开放。", False),
        ("这家店被罚了多少钱？", "当天卖出的酒有3000元。", True),
        ("这家店被罚了多少钱？", "店主被处以3000元罚款。", False),
        ("车祸伤了几个人？", "车上有3人。", True),
        ("车祸死了几个人？", "车祸夺走3人的生命。", False),  # told in many ways
        ("他是哪年入党的？", "他1986年7月参加工作。", True),
        ("他是哪年入党的？", "2017年社区成立党支部，党员们推选他当书记。", True),
        ("他是哪年入党的？", "这名老党员有42年党龄。", False),
        ("展览几号开始？", "展览8月2日开馆。", False),
        ("结业时有多少人领奖？", "22人领到奖状。", False),  # the end is not what is asked
    ],
)
def test_a_quote_without_the_event_that_is_asked_about_is_no_answer(question: str, quote: str, lacks: bool) -> None:
    assert lacks_the_event(read_question(question), quote) is lacks


@pytest.mark.parametrize(
    ("question", "quote", "is_another"),
    [
        ("醉驾的赵某判了几年？", "张某被判处拘役两个月。", True),
        ("醉驾的赵某判了几年？", "赵某某被判处拘役，同车的张某作证。", False),
        ("醉驾的赵某判了几年？", "法院判处拘役两个月。", False),
        ("谁醉驾被判了？", "张某被判处拘役两个月。", False),
        ("于某日签的合同金额是多少？", "张某出资3万元。", False),  # no person
    ],
)
def test_people_who_are_told_by_their_surname_are_told_apart(question: str, quote: str, is_another: bool) -> None:
    assert tells_of_another_person(question, quote) is is_another


def test_what_papers_seldom_state_is_told_from_what_they_mostly_do() -> None:
    seldom = ["书法展哪天结束？", "这个小区有多少名老人？", "打人的小伙判了几年？"]
    mostly = ["书法展在哪儿办的？", "谁来教孩子们写字？", "社区给老人干了哪几样活？"]
    assert max(map(odds_of_being_stated, seldom)) < min(map(odds_of_being_stated, mostly))


@pytest.mark.parametrize(
    ("question", "quote", "is_another"),
    [
        ("下午几点放学？", "上午8点半到校，中午12点用餐。", True),
        ("下午几点放学？", "上午8点半到校，下午4点放学。", False),
        ("几点放学？", "下午4点放学。", False),
        ("下午几点放学？", "16时放学。", False),
    ],
)
def test_a_part_of_the_day_that_is_not_asked_for_is_another(question: str, quote: str, is_another: bool) -> None:
    assert tells_of_another_part_of_day(question, quote) is is_another
