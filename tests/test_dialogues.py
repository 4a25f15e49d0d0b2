"""Conversations about the sample bulletins, turn by turn, each as `Assistant.ask` takes it with the answer before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from qa import Answer, Assistant
from qa.evaluation.run import holds_answer
from tests.support.paths import DATA

TURNS = [json.loads(line) for line in (DATA / "dialogues.jsonl").read_text("utf-8").split("\n") if line]
TODAY = date(2022, 6, 20)

pytestmark = pytest.mark.long

Row = dict[str, Any]


@pytest.fixture(scope="module")
def answered(assistant: Assistant) -> list[tuple[Row, Answer]]:
    other = Assistant(assistant.archive, assistant.encoder, reader=assistant.reader, today=lambda: TODAY)
    return list(converse(other))


def converse(assistant: Assistant) -> Iterator[tuple[Row, Answer]]:
    before: dict[str, Answer] = {}
    for turn in TURNS:
        answer = assistant.ask(turn["question"], before=before.get(turn["dialogue"]))
        before[turn["dialogue"]] = answer
        yield turn, answer


def is_right(turn: Row, answer: Answer) -> bool:
    if turn.get("nothing"):
        return not answer.citations
    if "all" in turn:
        return all(holds_answer(answer.quote, [wanted]) for wanted in turn["all"])
    if "article" in turn:
        return any(passage.article.title == turn["article"] for passage in answer.passages)
    if isinstance(turn.get("count"), int):
        return f"{turn['count']}篇" in answer.text or f"{turn['count']}期" in answer.text
    return holds_answer(answer.quote, turn.get("answers", ()))


def is_told(turn: Row, answer: Answer) -> bool:
    """Whether what is said, and quoted with it, is what the article says: the words told, or a refusal."""
    if turn.get("refused"):
        return answer.abstained
    said = f"{answer.text}\n{answer.quote}"
    if "every" in turn:
        return all(words in said for words in turn["every"])
    if "begins" in turn:
        return answer.text.startswith(tuple(turn["begins"]))
    return not answer.abstained and any(words in said for words in turn["any"])


def has_range(turn: Row, answer: Answer) -> bool:
    if answer.scope is None:
        return False
    found = answer.scope.filters
    return [str(found.since), str(found.until)] == [turn["since"], turn["until"]]


def test_there_are_sixty_turns_in_twenty_dialogues() -> None:
    assert len(TURNS) >= 60
    assert len({turn["dialogue"] for turn in TURNS}) >= 20


def test_follow_ups_are_answered(answered: list[tuple[Row, Answer]]) -> None:
    right = defaultdict(list)
    for turn, answer in answered:
        right[turn["kind"]].append((is_right(turn, answer), turn["question"], answer.taken, answer.text))
    wrong = [row for row in right["follow"] if not row[0]]
    # 31 of 34 are right here; eight bits round differently on other processors.
    assert 1 - len(wrong) / len(right["follow"]) >= 0.85, wrong


def test_follow_ups_are_taken_as_they_are_meant(answered: list[tuple[Row, Answer]]) -> None:
    told = [(turn["taken"], answer.taken) for turn, answer in answered if "taken" in turn]
    assert [taken for wanted, taken in told if taken != wanted] == []


def test_lists_are_complete_and_nothing_is_invented(answered: list[tuple[Row, Answer]]) -> None:
    listed = [(turn, answer) for turn, answer in answered if turn["kind"] == "items"]
    told = [(turn["question"], item, item in answer.text) for turn, answer in listed for item in turn["items"]]
    missing = [(question, item) for question, item, is_told in told if not is_told]
    assert 1 - len(missing) / len(told) >= 0.90, missing
    lines = [(turn, line) for turn, answer in listed if not answer.abstained for line in answer.text.split("\n")]
    # Every line holds an item that was asked for.
    assert [line for turn, line in lines if not any(item in line for item in turn["items"])] == []


def test_every_line_of_a_list_is_printed_where_it_is_cited(answered: list[tuple[Row, Answer]]) -> None:
    listed = [answer for turn, answer in answered if turn["kind"] == "items" and not answer.abstained]
    assert listed
    for answer in listed:
        for citation, line in zip(answer.citations, answer.text.split("\n"), strict=True):
            assert citation.article.body[citation.start : citation.end] == citation.quote
            assert line.removesuffix(f"[{citation.number}]") in citation.quote


def test_words_of_time_are_resolved(answered: list[tuple[Row, Answer]]) -> None:
    timed = [(turn, answer) for turn, answer in answered if "since" in turn]
    wrong = [(turn["question"], answer.scope) for turn, answer in timed if not has_range(turn, answer)]
    assert 1 - len(wrong) / len(timed) >= 0.97, wrong


def test_counts_are_exact(answered: list[tuple[Row, Answer]]) -> None:
    counted = [(turn, answer) for turn, answer in answered if isinstance(turn.get("count"), int)]
    assert [(turn["question"], answer.text[:60]) for turn, answer in counted if not is_right(turn, answer)] == []


def test_other_turns_are_answered(answered: list[tuple[Row, Answer]]) -> None:
    others = [
        (turn, answer) for turn, answer in answered if turn["kind"] in ("topic", "time", "compare", "list", "summary")
    ]
    wrong = [(turn["question"], answer.taken, answer.text) for turn, answer in others if not is_right(turn, answer)]
    assert 1 - len(wrong) / len(others) >= 0.85, wrong


def test_questions_of_all_kinds_are_answered_as_the_articles_say(answered: list[tuple[Row, Answer]]) -> None:
    told = [(turn, answer) for turn, answer in answered if turn["kind"] == "told"]
    wrong = [(turn["question"], answer.taken, answer.text) for turn, answer in told if not is_told(turn, answer)]
    assert len(told) >= 50
    # Near misses are refused by a judge whose weights are fitted elsewhere; what is composed here is stable.
    assert 1 - len(wrong) / len(told) >= 0.85, wrong


def test_a_new_topic_is_recognised(answered: list[tuple[Row, Answer]]) -> None:
    rewritten = [
        (turn["question"], answer.taken)
        for turn, answer in answered
        if turn["kind"] in ("topic", "summary") and answer.taken
    ]
    assert rewritten == []


def test_a_time_without_issues_is_said(answered: list[tuple[Row, Answer]]) -> None:
    said = [answer.text for turn, answer in answered if turn.get("nothing")]
    assert said
    assert all("没有" in text for text in said)
