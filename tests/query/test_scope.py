from __future__ import annotations

from datetime import date

import pytest

from embeddings import Filters, Issue
from qa.query.scope import has_time_words, read_scope, unheard

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
        ("请问在上周三的报纸上，谁来了？", "2025-09-10", "2025-09-10", "请问谁来了"),
        ("最近一个月社区有什么活动？", "2025-08-18", "2025-09-17", "社区有什么活动"),
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
        "周末去湖边的车几点开？",
        "周六几点开门？",
    ],
)
def test_what_is_asked_about_is_no_filter(question: str) -> None:
    assert read_scope(question, ISSUES, today=TODAY) is None


def test_last_week_is_last_week_even_without_an_issue() -> None:
    scope = read_scope("上周有什么消息？", ISSUES, today=date(2025, 10, 15))
    assert scope is not None
    assert scope.filters == Filters(since=date(2025, 10, 6), until=date(2025, 10, 12))


def test_where_the_newest_issue_is_long_past_last_week_is_counted_from_it() -> None:
    scope = read_scope("上周有什么消息？", ISSUES, today=date(2026, 3, 4))
    assert scope is not None
    assert scope.filters == Filters(since=date(2025, 9, 1), until=date(2025, 9, 7))


@pytest.mark.parametrize(
    "question", ["今年的灯会叫什么？", "去年桥头村得了什么奖？", "周四夜校教什么？", "明年开春修哪条渠？"]
)
def test_words_of_time_that_belong_to_the_fact_leave_nothing_out(question: str) -> None:
    scope = read_scope(question, ISSUES, today=date(2028, 3, 4))
    assert scope is None or not scope.is_counted


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("昨天的报纸讲了什么？", "2025-09-16", "2025-09-16"),
        ("9.6那期有哪些文章？", "2025-09-06", "2025-09-06"),
        ("9.6那期报上都有什么？", "2025-09-06", "2025-09-06"),
        ("10月31日那一期说了啥", "2024-10-31", "2024-10-31"),
        ("上禮拜寫橋頭村的報導有哪些", "2025-09-08", "2025-09-14"),
        ("最近有什么新闻？", "2025-08-18", "2025-09-17"),
    ],
)
def test_words_of_time_that_mean_issues_are_a_filter(question: str, since: str, until: str) -> None:
    scope = read_scope(question, ISSUES, today=TODAY)
    assert scope is not None
    assert scope.is_counted
    assert (str(scope.filters.since), str(scope.filters.until)) == (since, until)


def test_days_of_no_issue_are_told_from_days_that_an_article_names() -> None:
    missing = unheard("昨天桥头村开了什么会？", ISSUES, today=date(2028, 3, 4))
    assert missing is not None
    assert not has_time_words(missing.words, "9月6日，桥头村开了大会。")
    assert has_time_words(missing.words, "昨日，桥头村开了大会。")
    assert has_time_words("上周", "上一周刚刚通水。")
    assert unheard("周末渡口几点开？", ISSUES, today=date(2028, 3, 4)) is None
    assert unheard("去年桥头村得了什么奖？", ISSUES, today=date(2028, 3, 4)) is None


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
