"""The field for an issue: what it offers of a large archive, and what may be typed there."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from embeddings import Archive, build, withdraw
from qa import Assistant
from qa.web.services import issues as issues_service
from qa.web.services.chat import ChatService
from qa.web.services.editor import EditorService
from qa.web.services.issues import issue_choices, meant_issue
from qa.web.tabs.filters import offered_issues
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

DAYS = [date(2025, 1, 7) - timedelta(days=back) for back in range(7)]


@pytest.fixture
def assistant(tmp_path: Path, counting: CountingEncoder) -> Assistant:
    """Seven issues of a county paper, one a day, and two of one day with names of their own."""
    for day in DAYS:
        write_issue(tmp_path / "issues", f"县报-{day}.jsonl", [{"title": f"{day}", "text": f"{day}的事。"}])
    for name in ("晨报", "晚报"):
        rows = [{"title": name, "date": "2024-12-01", "text": f"{name}的事。"}]
        write_issue(tmp_path / "issues", f"{name}第12期.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Assistant(Archive.open(tmp_path / "archive"), counting)


@pytest.fixture
def three_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues_service, "OFFERED", 3)


class Updates:
    """Gives what a component is to be as it was said."""

    @staticmethod
    def update(**changes: Any) -> dict[str, Any]:
        return changes


@pytest.mark.usefixtures("three_offered")
def test_the_newest_issues_are_offered_and_what_was_chosen_stays(assistant: Assistant, tmp_path: Path) -> None:
    with assistant.archive.snapshot() as snapshot:
        listed = [issue.id for issue in snapshot.issue_names()]
        newest = issue_choices(snapshot)
        assert [value for _, value in newest] == listed[:3]
        assert issue_choices(snapshot, listed[1]) == newest
        (label, value) = issue_choices(snapshot, listed[5])[-1]
        assert (value, "2025-01-02" in label) == (listed[5], True)
        assert issue_choices(snapshot, "晨报第12期") == [*newest, ("晨报第12期", "晨报第12期")]
    service = ChatService(assistant)
    shown = offered_issues(Updates, service, listed[5], {"accept-language": "zh"})
    assert (shown["value"], len(shown["choices"])) == (listed[5], 5)  # with that of no filter
    assert "输入期名或日期" in shown["info"]
    withdraw(["县报-2025-01-02"], archive=tmp_path / "archive")
    gone = offered_issues(Updates, service, listed[5], {"accept-language": "zh"})
    assert (gone["value"], len(gone["choices"])) == ("", 4)


def test_of_a_small_archive_every_issue_is_offered(assistant: Assistant) -> None:
    shown = offered_issues(Updates, ChatService(assistant), "", {})
    assert (shown["value"], len(shown["choices"]), shown["info"]) == ("", 10, None)


@pytest.mark.parametrize(
    "typed", ["县报-2025-01-02", "县报-2025-01-02.jsonl", "2025-01-02", "2025年1月2日", " 20250102 ", "01-02"]
)
def test_any_issue_can_be_typed(assistant: Assistant, typed: str) -> None:
    with assistant.archive.snapshot() as snapshot:
        meant, note = meant_issue(snapshot, typed)
        assert [(issue.date, note) for issue in snapshot.read_issue(meant)] == [(date(2025, 1, 2), "")]


@pytest.mark.parametrize(
    ("typed", "said"), [("2024-12-01", "2 期：晚报"), ("县报", "7 期"), ("2031-01-01", "没有叫"), ("周刊", "没有叫")]
)
def test_what_means_no_issue_or_several_is_said(assistant: Assistant, typed: str, said: str) -> None:
    with assistant.archive.snapshot() as snapshot:
        meant, note = meant_issue(snapshot, typed)
    assert meant == ""
    assert said in note
    asked = ChatService(assistant).ask("有什么事？", issue=typed, since="", until="", section="")
    assert (asked.answer, asked.note) == (None, note)


@pytest.mark.usefixtures("three_offered")
def test_an_editor_types_an_issue_that_is_not_offered(assistant: Assistant, tmp_path: Path) -> None:
    service = EditorService(assistant, tmp_path / "archive")
    assert [label for label, _ in service.issues()] == [f"县报-{day}" for day in DAYS[:3]]
    for typed, label in (("2025-01-02", "县报-2025-01-02"), ("晨报第12期", "晨报第12期（2024-12-01）")):
        issue, note = service.meant_issue(typed)
        assert issue is not None
        assert (len(issue.articles), note) == (1, "")
        assert service.choice_of(issue) == label
        assert service.meant_issue(label) == (issue, "")
    (_, newest), *_ = service.issues()
    issue, _ = service.meant_issue(newest)
    assert issue is not None
    assert service.choice_of(issue) == newest
    assert service.meant_issue("") == (None, "")
    assert service.meant_issue("0" * 64) == (None, "")
    issue, note = service.meant_issue("2024-12-01")
    assert issue is None
    assert "2 期" in note


def test_no_issue_and_an_id_stand_for_themselves(assistant: Assistant) -> None:
    with assistant.archive.snapshot() as snapshot:
        identity = snapshot.issue_names()[4].id
        assert meant_issue(snapshot, "") == ("", "")
        assert meant_issue(snapshot, identity) == (identity, "")
