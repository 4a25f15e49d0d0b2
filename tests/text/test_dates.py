"""Dates: complete ones, and days whose year the issue tells."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings import find_date, find_mentions
from embeddings.parsing.masthead import issue_name, read_masthead


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("县报 2025年9月13日 星期六", date(2025, 9, 13)),
        ("县报2025 年 9 月 13 日", date(2025, 9, 13)),
        ("县报-20250913", date(2025, 9, 13)),
        ("二〇二五年九月十三日", date(2025, 9, 13)),
        ("二○二四年十二月三十一日印发", date(2024, 12, 31)),
        ("二零二四年二月二十日", date(2024, 2, 20)),
        ("一九九八年十月十日", date(1998, 10, 10)),
        ("2025年6月31日", None),
        ("9月13日", None),
        ("电话 13920250913", None),
    ],
)
def test_a_complete_date_is_found_and_no_other(text: str, day: date | None) -> None:
    assert find_date(text) == day


@pytest.mark.parametrize(
    ("text", "issued", "days"),
    [
        ("10月31日，大桥通车。", date(2025, 11, 3), [date(2025, 10, 31)]),
        ("12月30日晚下了雪。", date(2025, 1, 3), [date(2024, 12, 30)]),
        ("1月5日将举行灯会。", date(2024, 12, 28), [date(2025, 1, 5)]),
        ("去年10月1日开工。", date(2025, 3, 1), [date(2024, 10, 1)]),
        ("明年3月1日起施行。", date(2024, 12, 1), [date(2025, 3, 1)]),
        ("2019年立项，同年4月2日动工，次年5月6日完工。", date(2025, 3, 1), [date(2019, 4, 2), date(2020, 5, 6)]),
        ("2023年7月28日至8月8日", date(2025, 3, 1), [date(2023, 7, 28), date(2023, 8, 8)]),
        ("2023年12月30日至1月2日放假", None, [date(2023, 12, 30), date(2024, 1, 2)]),
        ("每年3月5日是学雷锋日。", date(2025, 3, 1), []),
        ("2月30日", date(2025, 3, 1), []),
        ("10月31日", None, []),
        ("比分3.10月5日公布", date(2025, 3, 1), []),
    ],
)
def test_a_day_without_a_year_has_the_year_its_issue_tells(text: str, issued: date | None, days: list[date]) -> None:
    assert [mention.first for mention in find_mentions(text, issued=issued)] == days


def test_a_span_of_days_has_two_ends() -> None:
    text = "集市定于10月28日至31日举行。"
    (mention,) = find_mentions(text, issued=date(2025, 10, 20))
    assert (mention.first, mention.last) == (date(2025, 10, 28), date(2025, 10, 31))
    assert text[mention.start : mention.end] == "10月28日至31日"


@pytest.mark.parametrize(
    ("lines", "name", "day"),
    [
        (["青禾县报", "2025年9月13日 星期六 第1246期"], "青禾县报", date(2025, 9, 13)),
        (["《青禾周刊》 总第88期", "二〇二五年九月十三日 星期六"], "青禾周刊", date(2025, 9, 13)),
        (["2025年9月13日", "星期六 农历七月廿二"], "", date(2025, 9, 13)),
        (["水渠修好了", "2025年9月13日，水渠通水。"], "", None),
        (["本报讯 2025年9月13日，全县开会。"], "", None),
        ([], "", None),
    ],
)
def test_a_masthead_names_and_dates_its_issue(lines: list[str], name: str, day: date | None) -> None:
    assert read_masthead(lines) == (name, day)


def test_an_issue_is_called_by_its_paper_and_its_day() -> None:
    assert issue_name("青禾县报", date(2025, 9, 13)) == "青禾县报 2025年9月13日"
    assert issue_name("", date(2025, 9, 13)) == ""
