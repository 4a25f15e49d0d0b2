from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from embeddings import fold
from qa.generation.moments import Moment, moment_at
from qa.generation.quantities import Quantity, plain_digits, quantity_at, read_number


def read(text: str) -> Quantity:
    found = quantity_at(fold(plain_digits(text)), 0)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("九", 9),
        ("叁拾", 30),
        ("俩", 2),
        ("廿五", 25),
        ("十五", 15),
        ("一百零二", 102),
        ("一百二", 120),
        ("三千零五十", 3050),
        ("一万二千三百", 12300),
        ("三万五", 35000),
        ("一亿五千万", 150_000_000),
        ("两万亿", 2 * 10**12),
        ("二〇二一", 2021),
        ("3.5万", 35000),
        ("1,234", 1234),
    ],
)
def test_a_numeral_of_any_script_has_its_value(text: str, value: int) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("1.5亿元", "15000万元"),
        ("一点五亿元", "1.5亿元"),
        ("九成", "90%"),
        ("一半", "百分之五十"),
        ("四分之三", "75%"),
        ("两个半小时", "150分钟"),
        ("2公里", "2000米"),
        ("15人", "十五名"),
        ("超过300人", "300多人"),
        ("约3800户", "3800户左右"),
        ("٣人", "3人"),
        ("１２栋", "12座"),
    ],
)
def test_the_same_amount_in_another_form_is_equal(text: str, other: str) -> None:
    assert read(text).equals(read(other))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("12栋", "12户"),
        ("12栋", "超过12栋"),
        ("不到12栋", "超过12栋"),
        ("1.5亿元", "1.5亿美元"),
        ("8.5%", "8.5个百分点"),
        ("-8.5%", "8.5%"),
        ("第3届", "3届"),
        ("五成", "五倍"),
        ("1²栋", "12栋"),
        ("3米", "3平方米"),
    ],
)
def test_another_amount_is_not(text: str, other: str) -> None:
    assert not read(text).equals(read(other))


def test_a_value_is_exact() -> None:
    assert read("8.1%").value == Fraction(81, 10)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021年9月底前", Moment(2021, 9, part="底", side="前")),
        ("二〇二一年三月", Moment(2021, 3)),
        ("去年", Moment(2024)),
        ("上月", Moment(2024, 12)),
        ("昨天", Moment(2025, 1, 1)),
        ("2025-01-02", Moment(2025, 1, 2)),
        ("12日起", Moment(day=12, side="起")),
    ],
)
def test_a_time_is_counted_from_the_day_of_the_issue(text: str, moment: Moment) -> None:
    found = moment_at(text, 0, date(2025, 1, 2))
    assert found is not None
    assert found[0] == moment


@pytest.mark.parametrize("text", ["3年", "3个月", "三分之一", "的"])
def test_an_amount_is_no_time(text: str) -> None:
    assert moment_at(text, 0, date(2025, 1, 2)) is None


def test_a_time_says_what_a_vaguer_one_says() -> None:
    assert Moment(2021, 9).is_said_by(Moment(2021, 9, 12))
    assert not Moment(2021, 9, 12).is_said_by(Moment(2021, 9))
    assert not Moment(2021, 9).is_said_by(Moment(2021, 9, side="前"))
