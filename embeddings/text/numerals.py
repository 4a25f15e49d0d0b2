"""Chinese numerals: 二〇二一 digit by digit, 二十一 as a number below a hundred."""

from __future__ import annotations

from embeddings.errors import ArgumentError, UsageCode

_DIGITS = "零一二三四五六七八九"
_SAME_DIGIT = str.maketrans("〇○两", "零零二")
# The numeral of an item, a page, a month or a day, as the inside of a regular expression.
HAN_NUMBER = "[一二三四五六七八九十]{1,3}"


def read_digits(text: str) -> int | None:
    """A number that is written digit by digit, of any length (二〇二一, 2021); None for what is none."""
    if text.isdecimal():
        return int(text)
    places = [_DIGITS.find(digit) for digit in text.translate(_SAME_DIGIT)]
    return int("".join(map(str, places))) if places and min(places) >= 0 else None


def read_numeral(text: str) -> int | None:
    """A number in digits of any length, or a Chinese one below a hundred (十, 两, 二十一); None for what is none."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return read_digits(text) if len(text) == 1 else None
    if max(len(tens), len(ones)) > 1:
        return None
    first, last = read_digits(tens or "一"), read_digits(ones or "零")
    return None if first is None or last is None else 10 * first + last


def write_numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese (十, 二十一). Raises ArgumentError for another."""
    if not 1 <= number <= 99:
        raise ArgumentError(UsageCode.NOT_A_NUMERAL, number=number)
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
