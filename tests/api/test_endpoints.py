"""Lists of issues as other programs get them: whole, in parts, and with headlines."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from embeddings import Archive, build
from qa import Assistant
from qa.api import endpoints
from qa.api.endpoints import Endpoints, publish
from qa.errors import QuestionCode, QuestionError
from qa.server.gradio_internals import fault_of_call, fill_in_defaults
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

DAYS = [date(2025, 1, 7) - timedelta(days=back) for back in range(7)]


@pytest.fixture
def assistant(tmp_path: Path, counting: CountingEncoder) -> Assistant:
    """Seven issues of a county paper, one a day."""
    for day in DAYS:
        write_issue(tmp_path / "issues", f"县报-{day}.jsonl", [{"title": f"{day}", "text": f"{day}的事。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Assistant(Archive.open(tmp_path / "archive"), counting)


def days(rows: list[dict[str, Any]]) -> list[str]:
    return [row["date"] for row in rows]


def test_all_issues_are_listed_unless_a_part_is_asked_for(assistant: Assistant) -> None:
    listed = Endpoints(assistant).list_issues
    whole = [day.isoformat() for day in DAYS]
    assert days(listed()) == whole
    assert days(listed(limit=3)) == whole[:3]
    assert days(listed(limit=3.0, skip=5)) == whole[5:]  # type: ignore[arg-type]  # as JSON may have it
    assert days(listed(skip=2)) == whole[2:]
    assert listed(skip=7) == listed(limit=3, skip=10**30) == []
    assert days(listed(limit=5, issue=f"县报-{DAYS[4]}")) == whole[4:5]


@pytest.mark.parametrize("number", [-1, 1.5, True, "3", float("inf"), [1]])
@pytest.mark.parametrize("name", ["limit", "skip"])
def test_a_part_is_given_in_whole_numbers(assistant: Assistant, name: str, number: Any) -> None:
    with pytest.raises(QuestionError) as caught:
        Endpoints(assistant).list_issues(**{name: number})
    assert caught.value.code is QuestionCode.BAD_NUMBER


def test_headlines_come_with_so_many_issues_at_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MAX_HEADLINED", 3)
    listed = Endpoints(assistant).list_issues
    with pytest.raises(QuestionError) as caught:
        listed(headlines=True)
    assert caught.value.code is QuestionCode.TOO_MANY_HEADLINES
    rows = [row for skip in (0, 3, 6) for row in listed(headlines=True, limit=3, skip=skip)]
    assert [row["headlines"][0]["title"] for row in rows] == [day.isoformat() for day in DAYS]
    assert "headlines" not in listed()[0]


def test_a_call_may_leave_out_what_has_a_default(assistant: Assistant) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        publish(gr, assistant)
    fill_in_defaults(page)
    number = next(number for number, one in page.fns.items() if one.api_name == "list_issues")

    def listed(*values: Any) -> list[str]:
        called = page.process_api(block_fn=number, inputs=list(values))
        return days(asyncio.run(called)["data"][0])

    whole = [day.isoformat() for day in DAYS]
    assert listed() == listed(False, "") == listed(False, "", 0, 0) == whole
    assert listed(False, "", 2) == whole[:2]
    path = "/gradio_api/call/list_issues"
    assert fault_of_call(page, path, {"data": [False, ""]}) is None
    assert fault_of_call(page, path, {"data": [False, "", 0, 0, 0]}) is not None


def test_a_call_must_give_what_has_no_default(assistant: Assistant) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        publish(gr, assistant)
    assert fault_of_call(page, "/gradio_api/call/ask", {"data": []}) is not None
    assert fault_of_call(page, "/gradio_api/call/ask", {"data": ["谁？"]}) is None
    assert fault_of_call(page, "/gradio_api/call/read_article", {"data": ["县报"]}) is not None
