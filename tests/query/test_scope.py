from __future__ import annotations

from datetime import date

import pytest

from embeddings import Filters, Issue
from qa.query.scope import read_scope

TODAY = date(2025, 9, 17)
ISSUES = [
    Issue("c" * 64, "城关晨报 2025年9月13日 第1246期", date(2025, 9, 13), "c.txt"),
    Issue("b" * 64, "城关晨报 2025年9月6日 第1245期", date(2025, 9, 6), "b.txt"),
    Issue("a" * 64, "城关晨报 2024年10月31日 第1200期", date(2024, 10, 31), "a.txt"),
    Issue("d" * 64, "街道简报", None, "d.txt"),
]


@pytest.mark.parametrize(
    ("question", "since", "until", "rest"),
    [
        ("本期有哪些文章？", "2025-09-13", "2025-09-13", "有哪些文章"),
        ("最新一期的头条是什么？", "2025-09-13", "2025-09-13", "头条是什么"),
        ("上期讲了什么？", "2025-09-06", "2025-09-06", "讲了什么"),
        ("上上期呢？", "2024-10-31", "2024-10-31", "呢"),
        ("上周城里修了什么路？", "2025-09-08", "2025-09-14", "城里修了什么路"),
        ("请问在上周三，谁来了？", "2025-09-10", "2025-09-10", "请问谁来了"),
        ("最近一个月社区有什么活动？", "2025-08-17", "2025-09-17", "社区有什么活动"),
        ("10月31日有什么消息？", "2024-10-31", "2024-10-31", "有什么消息"),
        ("2024年下半年建了几座桥？", "2024-07-01", "2024-12-31", "建了几座桥"),
    ],
)
def test_words_of_time_become_a_filter(question: str, since: str, until: str, rest: str) -> None:
    scope = read_scope(question, ISSUES, today=TODAY)
    assert scope is not None
    assert scope.filters == Filters(since=date.fromisoformat(since), until=date.fromisoformat(until))
    assert scope.rest == rest
    assert scope.words in question


def test_an_issue_is_found_by_its_number() -> None:
    scope = read_scope("第1245期讲了什么？", ISSUES, today=TODAY)
    assert scope is not None
    assert scope.filters == Filters(issue="b" * 64)
    assert "1245" in scope.label
    missing = read_scope("第245期讲了什么？", ISSUES, today=TODAY)
    assert missing is not None
    assert missing.filters == Filters(issue="第245期")
    assert read_scope("第245期培训班在哪办？", ISSUES, today=TODAY) is None


@pytest.mark.parametrize(
    "question",
    [
        "李德民1978年入党吗？",
        "2019年的产量是多少？",
        "他几岁？",
        "比较9月6日和9月13日的天气",
        "施工期间怎么走？",
        "10号楼在哪？",
    ],
)
def test_what_is_asked_about_is_no_filter(question: str) -> None:
    assert read_scope(question, ISSUES, today=TODAY) is None


def test_last_week_is_last_week_even_without_an_issue() -> None:
    scope = read_scope("上周有什么消息？", ISSUES, today=date(2026, 3, 4))
    assert scope is not None
    assert scope.filters == Filters(since=date(2026, 2, 23), until=date(2026, 3, 1))


def test_a_day_without_a_year_is_looked_for_where_there_are_issues() -> None:
    scope = read_scope("9月6日谁来了？", ISSUES, today=date(2028, 1, 1))
    assert scope is not None
    assert scope.filters.since == date(2025, 9, 6)


def test_an_archive_without_dates_has_no_times() -> None:
    assert read_scope("10月31日有什么消息？", ISSUES[3:], today=TODAY) is None
    scope = read_scope("本期有什么消息？", ISSUES[3:], today=TODAY)
    assert scope is not None
    assert scope.filters == Filters(issue="d" * 64)
    assert read_scope("本期有什么消息？", [], today=TODAY) is None
