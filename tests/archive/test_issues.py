"""By which names issues are found, one by one and in a list."""

from __future__ import annotations

import pytest

from embeddings.archive.issues import IssueNames, goes_by
from embeddings.types import Issue

ISSUES = [
    Issue("ab12cd" + "0" * 58, "县报 第1期", None, "/issues/县报-1.txt"),
    Issue("ab12ce" + "0" * 58, "縣報 第2期", None, "/issues/all.zip", member="二月/县报-2.txt"),
    Issue("ff00ff" + "0" * 58, "县报 第1期", None, "/issues/again.txt"),
]
NAMES = [
    "县报 第1期",
    "縣報 第１期",
    "县报 第2期",
    "县报-2",
    "县报-2.txt",
    "again",
    "/issues/all.zip",
    "二月",
    "ab12c",
    "ab12cd",
    " ",
]


@pytest.mark.parametrize("name", [*NAMES, ISSUES[0].id, ISSUES[1].id[:20], "无此报", ""])
def test_a_list_of_names_finds_what_each_issue_goes_by(name: str) -> None:
    assert IssueNames(ISSUES).places(name) == [place for place, issue in enumerate(ISSUES) if goes_by(issue, name)]


def test_a_whole_id_is_that_of_one_issue_whatever_others_are_called() -> None:
    misnamed = Issue("0" * 64, ISSUES[0].id, None, "/issues/other.txt")
    assert IssueNames([misnamed, *ISSUES]).places(ISSUES[0].id) == [1]
