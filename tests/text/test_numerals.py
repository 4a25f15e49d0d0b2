from __future__ import annotations

import pytest

from embeddings.text.numerals import read_digits, read_numeral, write_numeral


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("12", 12), ("零", 0), ("九", 9), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("九十九", 99)],
)
def test_a_numeral_is_read_in_digits_and_in_chinese(text: str, number: int) -> None:
    assert read_numeral(text) == number


@pytest.mark.parametrize("text", ["", "二三", "十十", "二三十", "十二三", "百", "版", "A2"])
def test_what_is_no_number_below_a_hundred_is_not_read_as_one(text: str) -> None:
    assert read_numeral(text) is None


@pytest.mark.parametrize("text", ["二〇二一", "二零二一", "二○二一", "2021"])
def test_a_year_is_read_digit_by_digit(text: str) -> None:
    assert read_digits(text) == 2021


@pytest.mark.parametrize("text", ["", "二十", "年"])
def test_digits_are_nothing_else(text: str) -> None:
    assert read_digits(text) is None


def test_every_number_that_is_written_is_read_again() -> None:
    assert [read_numeral(write_numeral(number)) for number in range(1, 100)] == list(range(1, 100))


@pytest.mark.parametrize("number", [0, 100])
def test_a_number_that_cannot_be_written_is_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        write_numeral(number)
