"""What users ask: counted by the day without who asked, grouped by meaning, the unanswered first."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, build
from qa import Answer
from qa.cli import main
from qa.i18n import Language
from qa.types import AnswerKind
from qa.userdata import report as report_module
from qa.userdata.asked import MOST_ROWS, AskedRow, AskedStore
from qa.userdata.report import GROUP_COLUMNS, group_row, report
from qa.userdata.store import RatedAnswer, RetentionLimits, UserStore
from qa.web.html.report import report_page, report_view
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT

NOON = datetime(2026, 11, 27, 12, 34, 56, tzinfo=timezone.utc)
TODAY = NOON.date()


class SetClock:
    time = NOON

    def __call__(self) -> datetime:
        return self.time


class ByFirstCharacter(CountingEncoder):
    """Questions that begin alike have the same vector."""

    def encode_questions(self, questions: Sequence[str]) -> np.ndarray:
        return self._vectors([question[0] for question in questions])


def answer(kind: AnswerKind, *, taken: str = "") -> Answer:
    return Answer(question="", kind=kind, text="", taken=taken, confidence=0.5)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> UserStore:
    return UserStore(tmp_path, bounds=RetentionLimits(days=40), now=clock)


def test_a_question_is_counted_by_the_day_and_nothing_else_of_it_is_kept(store: UserStore) -> None:
    asked = AskedStore(store)
    for _ in range(2):
        asked.note(" 桥 多长？", answer(AnswerKind.FOUND))
    asked.note("桥多长", answer(AnswerKind.NOT_FOUND))
    asked.note("那它呢？", answer(AnswerKind.FOUND, taken="路多长？"))
    asked.note("你好", answer(AnswerKind.REPLY))
    asked.note("桥多长？", answer(AnswerKind.NOTHING_LEFT))
    rows = asked.rows(TODAY, TODAY)
    assert [(row.question, row.meaning, row.kind, row.asked) for row in rows] == [
        ("桥 多长？", "桥 多长？", AnswerKind.FOUND, 2),
        ("桥多长", "桥多长", AnswerKind.NOT_FOUND, 1),
        ("那它呢？", "路多长？", AnswerKind.FOUND, 1),
    ]
    with closing(sqlite3.connect(store.path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(asked)")]
        times = {time for (time,) in connection.execute("SELECT time FROM asked")}
    assert "reader" not in columns
    assert times == {"2026-11-27T00:00:00.000000+00:00"}
    assert not store.damage()


def test_what_is_too_old_or_too_much_goes(store: UserStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = AskedStore(store)
    asked.note("甲？", answer(AnswerKind.FOUND))
    for _ in range(42):
        clock.time += timedelta(days=1)
        store.purge()
    assert asked.rows(TODAY, clock.time.date()) == []
    assert MOST_ROWS > 0
    monkeypatch.setattr("qa.userdata.asked.MOST_ROWS", 2)
    for text in ("乙？", "丙？", "丁？"):
        asked.note(text, answer(AnswerKind.FOUND))
    assert [row.question for row in asked.rows(TODAY, clock.time.date())] == ["丙？", "丁？"]


def row(question: str, kind: AnswerKind = AnswerKind.FOUND, *, asked: int = 1, day: date = TODAY) -> AskedRow:
    return AskedRow(day, question, question, kind, asked, 0.5)


def test_the_unanswered_stand_first_and_every_day_is_told(store: UserStore) -> None:
    store.vote("r", RatedAnswer("桥多长？", "三百米"), is_good=True)
    store.vote("s", RatedAnswer("桥多长？", "三百米"), is_good=False)
    yesterday = TODAY - timedelta(days=1)
    rows = [
        row("桥多长？", asked=9, day=yesterday),
        row("桥多宽？", AnswerKind.NOT_FOUND, day=yesterday),
        row("路通了吗？", AnswerKind.NOT_FOUND, asked=3),
        row("路何时通？", AnswerKind.STANDARD),
    ]
    made = report(rows, ByFirstCharacter(), first=yesterday - timedelta(days=1), last=TODAY, votes=store.votes())
    road, bridge = made.groups
    assert (road.question, road.asked, road.unanswered, road.fixed) == ("路通了吗？", 4, 3, 1)
    assert bridge.wordings == (("桥多长？", 9), ("桥多宽？", 1))
    assert (bridge.good, bridge.bad, bridge.share_answered) == (1, 1, 0.9)
    assert [(day.answered, day.unanswered) for day in made.days] == [(0, 0), (9, 1), (1, 3)]
    assert (made.asked, made.unanswered, made.left_out) == (14, 4, 0)
    assert list(group_row(road)) == list(GROUP_COLUMNS)


def test_of_very_many_the_most_asked_are_grouped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "MOST_QUESTIONS", 2)
    rows = [row("甲？"), row("乙？", asked=3), row("丙？", asked=2)]
    made = report(rows, ByFirstCharacter(), first=TODAY, last=TODAY)
    assert [group.question for group in made.groups] == ["乙？", "丙？"]
    assert made.left_out == 1
    assert made.asked == 6


def test_nothing_asked_is_a_report_too() -> None:
    made = report([], CountingEncoder(), first=TODAY, last=TODAY)
    assert made.groups == ()
    assert "还没有人提问" in report_view(made)
    assert "<svg" not in report_view(made)


def test_questions_of_the_same_meaning_come_together(default_encoder: Encoder) -> None:
    """B-cubed, of a third of the questions; README of the measure: Bagga and Baldwin, 1998."""
    lines = (ROOT / "tests" / "data" / "standard_questions.jsonl").read_text(encoding="utf-8").splitlines()[::3]
    topic = {
        text: place
        for place, line in enumerate(map(json.loads, lines))
        for text in (line["question"], *line["variants"], *line["same"])
    }
    made = report([row(text) for text in topic], default_encoder, first=TODAY, last=TODAY)
    sizes = Counter(topic.values())
    precision, recall = [], []
    for group in made.groups:
        places = Counter(topic[text] for text, _ in group.wordings)
        for place, count in places.items():
            precision += [count / len(group.wordings)] * count
            recall += [count / sizes[place]] * count
    assert np.mean(precision) >= 0.65
    assert np.mean(recall) >= 0.55


def test_a_page_has_plots_in_both_languages_and_escapes_what_was_typed() -> None:
    made = report([row("<b>桥</b>", AnswerKind.NOT_FOUND), row("路？")], ByFirstCharacter(), first=TODAY, last=TODAY)
    page = report_page(made, language=Language.ENGLISH)
    assert '<html lang="en">' in page
    assert page.count("<svg") == 3  # a chart and a bar for each group
    assert "&lt;b&gt;桥" in page
    assert "<b>桥" not in page
    assert "Questions by day" in page


@pytest.mark.model
def test_the_command_writes_a_page_and_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "县报-20250913.md").write_text("# 县报 2025年9月13日\n\n## 桥\n\n新桥由王工设计。\n", encoding="utf-8")
    build(tmp_path, archive=tmp_path / "archive")
    AskedStore(UserStore(tmp_path / "archive")).note("=桥多长？", answer(AnswerKind.NOT_FOUND))
    place = ("--archive", str(tmp_path / "archive"))
    assert main(["asked", "--month", "--csv", str(tmp_path / "a.csv"), "--html", str(tmp_path / "a.html"), *place]) == 0
    (told,) = csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig")))
    assert (told["question"], told["unanswered"]) == ("'=桥多长？", "1")
    assert "<svg" in (tmp_path / "a.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["asked", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 1
    assert main(["asked", "--since", "2020-01-01", "--until", "2020-01-07", *place]) == 0
    assert "=桥" not in capsys.readouterr().out
    assert main(["asked", "--since", "gestern", *place]) == 2
