from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from embeddings import Archive, build
from qa import Assistant
from qa.query.spelling import homophones, respell
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue


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


def test_what_is_printed_by_chance_in_another_article_is_no_respelling(tmp_path: Path) -> None:
    rows = [
        {"title": "场馆开放", "text": "县里四月出台了中学场馆向居民开放的办法，何常成带头去打球。球馆归何常成管。"},
        {"title": "老中医写书", "text": "他前年出医学书两种，去年再版。"},
    ]
    write_issue(tmp_path / "issues", "县报-2025-03-02.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=CountingEncoder())
    with closing(Archive.open(tmp_path / "archive")) as archive, archive.snapshot() as snapshot:
        assert respell("县里哪天出台学校场馆向居民开放的办法", snapshot).replaced == ()
        assert respell("何长成带头去打球了吗", snapshot).replaced == (("何长成", "何常成"),)
        assert respell("何常城队长哪里人", snapshot).replaced == (("何常城", "何常成"),)
