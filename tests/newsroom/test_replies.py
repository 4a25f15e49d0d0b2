"""Questions that have a standard answer, by their meaning, and those that only come near."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fit_standard import QUESTIONS, figures, matches, read_rows

from embeddings import Encoder, Filters
from qa import Answer, Assistant
from qa.api.completions import completion
from qa.api.schemas import answer_row
from qa.newsroom.replies import FIT, StandardReplies
from qa.newsroom.rules import NewsroomRules, StandardAnswer
from qa.newsroom.store import NewsroomStore
from qa.retrieval.cross_encoder import open_reader
from qa.types import AnswerKind
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT

HOURS = StandardAnswer(
    "报社几点上班？", "编辑部每天早上八点半开始办公。", ("你们的办公时间？",), "办公室", date(2030, 1, 1)
)


@pytest.fixture
def fixing(assistant: Assistant, tmp_path: Path) -> tuple[Assistant, NewsroomStore]:
    """An assistant that follows a newsroom which has fixed when it is open."""
    store = NewsroomStore(tmp_path)
    store.save(HOURS)
    made = Assistant(assistant.archive, assistant.encoder, reader=assistant.reader, newsroom=store)
    return made, store


def test_the_figures_of_the_fit_hold_on_part_of_the_questions(default_encoder: Encoder) -> None:
    reader = open_reader()
    assert reader is not None
    rules, asked = read_rows(ROOT / QUESTIONS)
    part = [one for one in asked if one.row % 4 == 0]
    found = figures(part, matches(rules, part, default_encoder, reader))
    assert found["recall"] >= 0.3
    assert found["false_match"] <= 0.06  # three of them
    assert found["matched_with_another"] == 0


def test_a_standard_answer_is_marked_everywhere(fixing: tuple[Assistant, NewsroomStore]) -> None:
    answer = fixing[0].ask("请问报社几点上班？")
    assert answer.kind is AnswerKind.STANDARD
    assert answer.text == HOURS.answer
    assert not answer.abstained
    assert "编辑部的答复" in answer.note
    assert "办公室" in answer.note
    assert "2030年1月1日" in answer.note
    row = answer_row(answer)
    assert (row["kind"], row["citations"]) == ("standard", [])
    said = completion(answer, None, address=lambda article: "")
    assert HOURS.answer in said.text
    assert "编辑部的答复" in said.text


def test_a_follow_up_that_means_a_wording_gets_the_newsrooms_word(
    fixing: tuple[Assistant, NewsroomStore], assistant: Assistant
) -> None:
    asking, store = fixing
    store.save(StandardAnswer("周末报社几点上班？", "周末十点开门。"))
    first = asking.ask(HOURS.question)
    then = asking.ask("那周末呢？", before=first)
    assert (then.kind, then.text, then.question) == (AnswerKind.STANDARD, "周末十点开门。", "那周末呢？")
    assert then.taken == "周末报社几点上班？"
    assert "周末报社几点上班" in then.note  # how it was taken is told
    assert then.earlier[0].question == HOURS.question
    narrowed = asking.ask("那周末呢？", before=first, filters=Filters(since=date(2020, 1, 1)))
    assert narrowed.kind is not AnswerKind.STANDARD
    before = assistant.ask("北京丰台站什么时候启用？")
    other = "那阿拉尔塔里木机场呢？"
    assert asking.ask(other, before=before) == assistant.ask(other, before=before)
    store.path.write_bytes(b"damaged" * 1000)
    assert asking.ask("那周末呢？", before=first).kind is not AnswerKind.STANDARD


def test_a_filter_asks_for_articles(fixing: tuple[Assistant, NewsroomStore]) -> None:
    asked = fixing[0].ask(HOURS.question, filters=Filters(since=date(2020, 1, 1)))
    assert asked.kind is not AnswerKind.STANDARD


def test_another_question_of_the_bulletin_is_answered_as_before(
    fixing: tuple[Assistant, NewsroomStore], assistant: Assistant
) -> None:
    question = "北京丰台站什么时候启用？"
    assert fixing[0].ask(question) == assistant.ask(question)


def test_words_that_are_not_answered_show_the_notice(fixing: tuple[Assistant, NewsroomStore]) -> None:
    asking, store = fixing
    store.decline(["丰台站"], notice="这个问题请打热线。")
    answer = asking.ask("北京丰台站什么时候启用？", filters=Filters(since=date(2020, 1, 1)))
    assert (answer.kind, answer.text, answer.passages) == (AnswerKind.DECLINED, "这个问题请打热线。", ())
    assert answer.abstained
    before = Answer(question="北京丰台站在哪里？", kind=AnswerKind.FOUND, text="在丰台区。")
    assert asking.ask("那它什么时候启用？", before=before).kind is AnswerKind.DECLINED
    store.decline(["丰台站"], notice="")
    assert "编辑部不在这里回答" in asking.ask("丰台站" + "很" * 600).text
    store.decline([], notice="")
    assert asking.ask("北京丰台站什么时候启用？").kind is AnswerKind.FOUND


def test_a_file_that_cannot_be_read_stops_no_answer(fixing: tuple[Assistant, NewsroomStore]) -> None:
    asking, store = fixing
    store.path.write_bytes(b"damaged" * 1000)
    assert asking.ask("北京丰台站什么时候启用？").kind is AnswerKind.FOUND


def test_with_other_models_only_wordings_are_known(tmp_path: Path) -> None:
    rules = NewsroomRules((replace(HOURS, id="a"),))
    replies = StandardReplies(NewsroomStore(tmp_path), CountingEncoder(), open_reader(), today=lambda: date(2026, 1, 1))
    assert replies.match("你们的办公时间", rules) is not None
    assert replies.match("报社什么时间开始办公", rules) is None
    assert replies.nearest("报社什么时间开始办公", rules) == []
    without_reader = StandardReplies(NewsroomStore(tmp_path), CountingEncoder(name=FIT.model), None)
    assert without_reader.nearest("报社什么时间开始办公", rules) == []
