from __future__ import annotations

from string import Formatter

import pytest

from embeddings import Filters
from qa import AnswerKind, Assistant
from qa.api.schemas import answer_row
from qa.i18n import Words, answers, chat, in_language_of
from qa.userdata.conversation import Conversation, Turn
from qa.userdata.serialize import pack, unpack

REFUSED = "火星上的温度是多少度？"
ENGLISH = "Who invented the telephone?"


def fields(template: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", [*answers.SAID, *chat.SAID])
def test_every_phrase_has_the_same_parameters_in_both_languages(key: str) -> None:
    chinese, english, *for_one = {**answers.SAID, **chat.SAID}[key]
    dated = {"year", "month", "month_name", "day"}  # each language has its own parts of a date
    assert fields(english) - dated == fields(chinese) - dated
    assert all(fields(one) <= fields(chinese) for one in for_one)


def test_a_refusal_is_said_in_both_languages(assistant: Assistant) -> None:
    text = assistant.ask("石岛湾核电站花了多少钱？").text
    assert text.startswith("公报里没有找到“石岛湾核电站花了多少钱”的答案。")
    assert isinstance(text, Words)
    assert text.english.startswith("The bulletin does not answer “石岛湾核电站花了多少钱”. ")
    for said, title in ((str(text), "《石岛湾高温气冷堆首次临界》"), (text.english, "“石岛湾高温气冷堆首次临界”")):
        assert title in said


def test_a_question_on_nothing_in_the_archive_is_told_of_no_article(assistant: Assistant) -> None:
    text = assistant.ask(REFUSED).text
    assert text == "公报里没有找到“火星上的温度是多少度”的答案。也没有相近的文章，可以换个说法再问。"
    assert isinstance(text, Words)
    assert "《" not in text.english


def test_filters_that_leave_nothing_are_said_in_both_languages(assistant: Assistant) -> None:
    answer = assistant.ask(REFUSED, filters=Filters(section="没有这个栏目"))
    assert answer.kind is AnswerKind.NOTHING_LEFT
    assert in_language_of(ENGLISH, answer.text).startswith("There is no article in the chosen issues")
    assert in_language_of(REFUSED, answer.text).startswith("所选期数")


def test_a_program_is_answered_in_the_language_of_its_question(assistant: Assistant) -> None:
    assert answer_row(assistant.ask(ENGLISH))["text"].startswith("The bulletin does not answer “Who invented")
    assert answer_row(assistant.ask(REFUSED))["text"].startswith("公报里没有找到")


def test_both_languages_of_an_answer_are_kept(assistant: Assistant) -> None:
    before = assistant.ask(REFUSED)
    with assistant.archive.snapshot() as snapshot:
        after = unpack(pack(Conversation().add(Turn(REFUSED, before))), snapshot).turns[0].answer
    assert after is not None
    assert isinstance(after.text, Words)
    assert isinstance(before.text, Words)
    assert (after.text, after.text.english) == (before.text, before.text.english)


def test_the_label_of_a_time_is_kept_in_both_languages(assistant: Assistant) -> None:
    before = assistant.ask("2021年11月有多少篇文章？")
    with assistant.archive.snapshot() as snapshot:
        after = unpack(pack(Conversation().add(Turn(before.question, before))), snapshot).turns[0].answer
    assert after is not None
    assert after.scope is not None
    assert isinstance(after.scope.label, Words)
    assert (after.scope.label, after.scope.label.english) == ("2021年11月", "November 2021")


def test_a_greeting_in_english_is_answered_in_english(assistant: Assistant) -> None:
    assert answer_row(assistant.ask("hello"))["text"] == "Hello! What would you like to look up in the bulletin?"
    assert answer_row(assistant.ask("你好"))["text"] == "您好！请问您想查公报里的什么事？"
