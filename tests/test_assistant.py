"""What `Assistant.ask` does around a search: times, issues that differ, replies, a language model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from embeddings import Encoder, Filters, build
from qa import Answer, Assistant
from qa.retrieval.cross_encoder import ANY_LANGUAGE, BundledReader, Text, open_reader
from qa.retrieval.search import RetrievalSettings
from qa.types import AnswerKind, Passage, Reading

ISSUES = {
    "县报-20250906.md": "# 县报 2025年9月6日\n\n## 水库蓄水\n\n县水库今年8月蓄水，水库的水位升到102米。\n",
    "县报-20250913.md": (
        "# 县报 2025年9月13日\n\n## 水库再涨\n\n大雨过后，水库的水位升到108米。\n\n## 桥\n\n新桥由王工设计。\n"
    ),
}


class Echo:
    """Writes what it is told, and remembers what it was asked."""

    name = "echo"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[str] = []

    def write(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        self.asked.append(question)
        yield self.text


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Assistant:
    folder = tmp_path_factory.mktemp("county")
    for name, text in ISSUES.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(folder, archive=folder / "archive", encoder=default_encoder)
    opened = Assistant.open(folder / "archive")
    return Assistant(opened.archive, opened.encoder, reader=open_reader(), today=lambda: date(2025, 9, 17))


def test_what_two_issues_say_differently_is_told_with_its_dates_newest_first(county: Assistant) -> None:
    answer = county.ask("水库的水位升到多少米？")
    assert len(answer.citations) == 2
    first, second = answer.text.split("\n")
    assert first.startswith("2025年9月13日的说法")
    assert "108" in first
    assert second.startswith("2025年9月6日的说法")
    assert "102" in second
    for citation in answer.citations:
        assert citation.article.body[citation.start : citation.end] == citation.quote


def test_a_time_counted_from_the_issue_is_told_with_the_days_it_means(county: Assistant) -> None:
    answer = county.ask("县水库什么时候蓄水？")
    assert "今年8月" in answer.text
    assert "（2025年8月）" in answer.text


def test_a_time_without_issues_names_what_is_nearest_and_is_no_answer(county: Assistant) -> None:
    answer = county.ask("上个月水库的水位升到多少米？")
    assert answer.abstained
    assert answer.scope is not None
    assert (answer.scope.filters.since, answer.scope.filters.until) == (date(2025, 8, 1), date(2025, 8, 31))
    assert "2025年8月" in answer.text
    assert "《水库" in answer.text
    anyway = county.ask("上个月水库的水位升到多少米？", any_time=True)
    assert anyway.scope is None


def test_a_question_reaches_back_over_thanks(county: Assistant) -> None:
    thanks = county.ask("谢谢", before=county.ask("新桥由谁设计？"))
    assert thanks.is_reply
    assert county.ask("那里有什么？", before=thanks).taken == "新桥有什么？"
    assert county.ask("那里有什么？", before=county.ask("谢谢")).taken == ""


def test_a_language_model_writes_answers_and_no_refusals_and_no_counts(county: Assistant) -> None:
    writer = Echo("新桥由王工设计[1]。")
    writing = Assistant(county.archive, county.encoder, reader=county.reader, writer=writer)
    answered = writing.ask("新桥由谁设计？")
    number = next(n for n, p in enumerate(answered.passages, start=1) if "王工" in p.text)
    writer.text = f"新桥由王工设计[{number}]。"
    assert [answer.text for answer in writing.write(answered)][-1] == f"新桥由王工设计。[{number}]"
    refused = replace(answered, kind=AnswerKind.NOT_FOUND)
    counted = writing.ask("有几篇文章提到水库？")
    assert [list(writing.write(answer)) for answer in (refused, counted, writing.ask("你好"))] == [[], [], []]
    assert writer.asked == ["新桥由谁设计？"]
    assert list(county.write(answered)) == []


def test_rows_of_one_dialogue_follow_each_other(
    county: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from qa.cli import main

    rows = [
        {"dialogue": "a", "question": "新桥由谁设计？"},
        {"dialogue": "b", "question": "水库的水位升到多少米？"},
        {"dialogue": "a", "question": "谢谢"},
        {"dialogue": "a", "question": "什么时候呢？"},
        {"question": "什么时候呢？"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    archive = county.archive.folder  # type: ignore[attr-defined]
    assert main(["ask", "--questions", str(file), "--archive", str(archive)]) == 0
    taken = [json.loads(line)["taken"] for line in capsys.readouterr().out.splitlines()]
    assert "新桥" in taken[3]
    assert (taken[0], taken[1], taken[2], taken[4]) == ("", "", "", "")


def test_every_answer_is_of_the_question_as_it_was_typed(county: Assistant) -> None:
    before: Answer | None = None
    for question in ("新桥由谁设计？", "他是谁？", "上周有什么消息？", "比较9月6日和9月13日水库的水位"):
        before = county.ask(question, before=before)
        assert before.question == question


class CountingReader:
    """The bundled reader, how often it was asked, and what it was last given."""

    name = "counting"
    languages = BundledReader.languages
    finds_spans = True

    def __init__(self) -> None:
        self.count = 0
        self.last: list[Text] = []
        self._reader = BundledReader()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        self.count += 1
        self.last = list(texts)
        return self._reader.read(question, texts)


def test_a_question_asked_again_is_not_read_again_on_the_same_day(county: Assistant) -> None:
    reader = CountingReader()
    assistant = Assistant(county.archive, county.encoder, reader=reader, today=lambda: date(2025, 9, 17))
    question = "新桥由谁设计？"
    first = assistant.ask(question)
    once = reader.count
    assert once
    assert assistant.ask(question) == first
    assert reader.count == once
    assistant.ask(question, filters=Filters(since=date(2025, 9, 10)))
    assert reader.count == 2 * once
    assistant.today = lambda: date(2025, 9, 18)
    assistant.ask(question)
    assert reader.count == 3 * once


def test_the_sentence_that_is_quoted_is_read_by_itself_before_it_is_judged(county: Assistant) -> None:
    reader = CountingReader()
    answer = Assistant(county.archive, county.encoder, reader=reader).ask("新桥由谁设计？")
    (citation,) = answer.citations
    assert reader.last == [Text(citation.article.heading, citation.quote)]


def test_a_question_in_a_language_that_it_has_not_learned_is_not_read(
    county: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(BundledReader, "read", lambda _self, question, _texts: read.append(question))
    assistant = Assistant(county.archive, county.encoder, reader=BundledReader())
    answer = assistant.ask("Qui a construit le nouveau pont ?")
    assert read == []
    assert answer.passages


def test_a_reader_of_other_languages_reads_them(county: Assistant) -> None:
    reader = CountingReader()
    reader.languages = frozenset({ANY_LANGUAGE})
    Assistant(county.archive, county.encoder, reader=reader).ask("Who designed the new bridge?")
    assert reader.count


class HeldReader:
    """Is sure of nothing, and holds the question that has the word 桥 until it is let go."""

    name = "held"
    languages = BundledReader.languages
    finds_spans = True

    def __init__(self) -> None:
        self.holds, self.let_go = Event(), Event()
        self.read_texts: Counter[tuple[str, str]] = Counter()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        kind = "passages" if len(texts) > 1 else "sentences"
        self.read_texts[question, kind] += len(texts)
        if "桥" in question:
            self.holds.set()
            assert self.let_go.wait(60)
        return [Reading(-5.0, *[np.full(len(text.body), -3.0, np.float32)] * 2) for text in texts]


def test_while_another_is_answered_fewer_passages_are_read(assistant: Assistant) -> None:
    reader = HeldReader()
    asked = Assistant(assistant.archive, assistant.encoder, reader=reader)
    with ThreadPoolExecutor(1) as other:
        held = other.submit(asked.ask, "大桥长多少米？")
        assert reader.holds.wait(60)
        asked.ask("社区里有多少名党员？")
        reader.let_go.set()
        held.result()
    asked.ask("谁在清扫楼道？")
    settings = RetrievalSettings()
    for question, count in (("社区里有多少名党员？", settings.read_first), ("谁在清扫楼道？", settings.read)):
        assert reader.read_texts[question, "passages"] == count
        assert 1 <= reader.read_texts[question, "sentences"] <= 3  # the best alone, and those that are as good


@pytest.mark.parametrize("typed", ["\ud800", "新桥\udfff由谁设计？", "谁设计的\ud83d？" * 200])
def test_half_a_character_in_a_question_raises_nothing(county: Assistant, typed: str) -> None:
    answer = county.ask(typed)
    assert answer.question.encode("utf-8")
    assert answer.text.encode("utf-8")
