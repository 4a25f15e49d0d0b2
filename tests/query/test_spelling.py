from __future__ import annotations

import pytest

from qa import Assistant
from qa.query.spelling import homophones, respell


def test_homophones_sound_alike_whatever_the_tone() -> None:
    assert "长" in homophones("常")
    assert "德" in homophones("得")
    assert "常" not in homophones("常")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("李得民的党龄有多少年？", "李德民"), ("周慧芳做了什么？", "周惠芳"), ("樊够社区有什么？", "樊沟社")],
)
def test_a_homophone_that_is_printed_is_looked_for(assistant: Assistant, typed: str, meant: str) -> None:
    with assistant.archive.snapshot() as snapshot:
        found = respell(typed, snapshot)
    assert meant in found.question
    assert [printed for _, printed in found.replaced] == [meant]


@pytest.mark.parametrize(
    "question",
    [
        "李德民的党龄有多少年？",
        "瑞金社区现在有多少名党员？",
        "贵州茅台今天的股价是多少？",
        "今天天气怎么样？",
        "a",
        "？",
    ],
)
def test_what_is_printed_and_what_is_strange_stay(assistant: Assistant, question: str) -> None:
    with assistant.archive.snapshot() as snapshot:
        assert respell(question, snapshot).replaced == ()


def test_a_reader_is_told_how_the_question_was_taken(assistant: Assistant) -> None:
    answer = assistant.ask("李得民的党龄有多少年？")
    assert "42年" in answer.quote
    assert answer.note == "“李得民”按“李德民”查找。"
    assert answer.question == "李得民的党龄有多少年？"
    assert assistant.ask("李德民的党龄有多少年？").note == ""
