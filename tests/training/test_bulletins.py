"""The passages in `training/bulletins`, which were written for the reader: a mistake there is learned."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "training" / "bulletins"
NOT_ANSWERED = {"near", "false"}
# Words that ask for the same, by which nobody should be able to tell what a passage does not state.
WORDINGS = ("叫什么|叫啥", "谁", "哪天|几号", "多少钱|几块", "多大|多少岁|几岁", "哪儿|哪里", "哪年", "多久|多长时间")


def _questions() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            passage = json.loads(line)
            yield from ((passage, qa) for qa in passage["qas"])


QUESTIONS = list(_questions())


def test_there_are_bulletins_of_many_genres_and_the_training_knows_them() -> None:
    from train_reader import BULLETINS, PASSES

    assert len(BULLETINS) > 10
    assert {PASSES[genre] for genre in BULLETINS} == {4.0}
    assert len(QUESTIONS) > 15_000


def test_every_answer_and_every_tempting_word_stands_in_its_passage() -> None:
    strays = [
        (qa["question"], words)
        for passage, qa in QUESTIONS
        for words in [*qa["answers"], qa.get("trap", "")]
        if words not in passage["context"]
    ]
    assert not strays


def test_only_what_is_not_stated_has_no_answer() -> None:
    wrong = [qa["question"] for _, qa in QUESTIONS if (qa["kind"] in NOT_ANSWERED) == bool(qa["answers"])]
    assert not wrong


def test_several_answers_are_items_of_a_list() -> None:
    wrong = [qa["question"] for _, qa in QUESTIONS if (len(qa["answers"]) > 1) != (qa["kind"] == "list")]
    assert not wrong


def test_a_question_for_yes_or_no_says_which() -> None:
    wrong = [qa["question"] for _, qa in QUESTIONS if (qa["kind"] == "yes_no") != (qa.get("polarity") in ("yes", "no"))]
    assert not wrong


@pytest.mark.parametrize("wording", WORDINGS)
def test_no_wording_tells_what_is_not_stated(wording: str) -> None:
    asked = [qa["kind"] in NOT_ANSWERED for _, qa in QUESTIONS if re.search(wording, qa["question"])]
    assert 0.25 < sum(asked) / len(asked) < 0.6
