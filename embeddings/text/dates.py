"""Dates as bulletins print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from embeddings.text.normalize import halfwidth_digits
from embeddings.text.numerals import HAN_NUMBER, read_digits, read_numeral

_HAN_YEAR = r"[一二][〇○零一二三四五六七八九]{3}"
_HAN_REPUBLIC = "[一二三四五六七八九十百〇零]{1,5}"
_FULL_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*(?:年|[-./_])\s*(?P<month>\d{1,2})\s*(?:月|[-./_])\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    r"|(?<!\d)(?P<compact>(?:19|20)\d{6})(?!\d)"
    rf"|(?P<han_year>{_HAN_YEAR})年(?P<han_month>{HAN_NUMBER})月(?P<han_day>{HAN_NUMBER})日"
    # Years of the Republic: 民國112年12月4日, 民國一一二年十二月四日; without the word only behind 日期.
    r"|(?:民國|民国)\s*(?P<republic>\d{1,3})\s*[年./-]\s*(?P<republic_month>\d{1,2})\s*[月./-]\s*(?P<republic_day>\d{1,2})(?!\d)"
    rf"|(?:民國|民国)(?P<han_republic>{_HAN_REPUBLIC})年(?P<han_republic_month>{HAN_NUMBER})月(?P<han_republic_day>{HAN_NUMBER})日"
    r"|(?:日期|時間|时间)\s*[:：]\s*(?P<bare_republic>\d{2,3})[./-](?P<bare_month>\d{1,2})[./-](?P<bare_day>\d{1,2})(?![\d./-])"
)
# A day in numerals of Han, of either count of years; and one of the Republic in figures.
HAN_DATE = rf"(?:{_HAN_YEAR}|(?:中[華华])?民[國国]\s*{_HAN_REPUBLIC})年{HAN_NUMBER}月{HAN_NUMBER}日"
REPUBLIC_DATE = r"(?:中[華华])?民[國国]\s*\d{1,3}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
_REPUBLIC = 1911  # the year before its first
# A day of a month, with or without its year, or with a word that stands for the year.
_DAY = re.compile(
    r"(?:(?<!\d)(?P<year>(?:19|20)\d{2})\s*年|(?P<word>今年|本年|去年|上年|前年|明年|次年|翌年|同年|当年|每年|历年|往年))?\s*"
    r"(?<![\d.:：/])(?P<month>\d{1,2})\s*月(?:份)?\s*(?P<day>\d{1,2})\s*[日号](?!\s*线)"
    # 10月28日至31日: the second day has the first one's month.
    r"(?:\s*(?:至|到|—|－|-|~|～)\s*(?P<end>\d{1,2})\s*[日号])?"
)
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*年(?!\s*(?:来|代|间|以上|多))")
_TO = re.compile(r"\s*(?:起)?(?:至|到|—+|－|-|~|～)\s*")
_YEARS_FROM_ISSUE = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
_THE_YEAR_BEFORE_IT = frozenset({"同年", "当年"})
_THE_YEAR_AFTER_IT = frozenset({"次年", "翌年"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A day that a text names: `text[start:end]` is `first`, or runs from `first` to `last`."""

    start: int
    end: int
    first: date
    last: date


def find_date(text: str) -> date | None:
    """The first complete date in a text (2025年9月13日, 二〇二五年九月十三日, 2025-09-13, 20250913), or None.

    Digits may be full-width, and the year one of the Republic (民國114年9月13日). A 31 June is not a date.
    """
    for match in _FULL_DATE.finditer(halfwidth_digits(text)):
        if day := _date(*_parts(match)):
            return day
    return None


def _parts(match: re.Match[str]) -> tuple[int, int, int]:
    """Year, month and day of a date as it was found; 0 for what is no number."""
    if compact := match["compact"]:
        return int(compact[:4]), int(compact[4:6]), int(compact[6:])
    if match["han_year"]:
        month, number = read_numeral(match["han_month"]), read_numeral(match["han_day"])
        return read_digits(match["han_year"]) or 0, month or 0, number or 0
    if match["han_republic"]:
        month, number = read_numeral(match["han_republic_month"]), read_numeral(match["han_republic_day"])
        return _REPUBLIC + _read_republic(match["han_republic"]), month or 0, number or 0
    if match["republic"]:
        year, month, number = (int(match[name]) for name in ("republic", "republic_month", "republic_day"))
        return _REPUBLIC + year, month, number
    if match["bare_republic"]:
        year, month, number = (int(match[name]) for name in ("bare_republic", "bare_month", "bare_day"))
        return _REPUBLIC + year, month, number
    return int(match["year"]), int(match["month"]), int(match["day"])


def _read_republic(text: str) -> int:
    """A year of the Republic, digit by digit (一一二) or as a number (一百一十二, 百十二, 八十五)."""
    hundreds, hundred, rest = text.partition("百")
    if not hundred:
        return read_numeral(text) or read_digits(text) or 0
    return 100 * (read_numeral(hundreds or "一") or 0) + (read_numeral(rest.lstrip("零〇")) or 0 if rest else 0)


def find_mentions(text: str, *, issued: date | None) -> list[Mention]:
    """The days a text names, in order, each with its year.

    A day without a year (10月31日) has the year in which it lies nearest to the issue's date: a January issue speaks of
    the December before it, a December issue of the January to come. 去年 and its like count from the issue; 同年 and
    次年 from the year named last. What cannot be known is left out, as is a day that returns every year.
    """
    return list(_mentions(text, issued))


def _mentions(text: str, issued: date | None) -> Iterator[Mention]:
    years = [(match.start(), int(match["year"])) for match in _YEAR.finditer(text)]
    before: Mention | None = None
    for match in _DAY.finditer(text):
        month, day = int(match["month"]), int(match["day"])
        if before is not None and not match["year"] and _TO.fullmatch(text, before.end, match.start()):
            # 2023年7月28日至8月8日, 12月30日至1月2日
            year: int | None = before.first.year + ((month, day) < (before.first.month, before.first.day))
        else:
            named = [year for at, year in years if at < match.start()]
            year = _year(match, month, day, issued=issued, named=named[-1] if named else None)
        first = _date(year, month, day) if year is not None else None
        if first is None:
            continue
        last = _date(first.year, month, int(match["end"])) if match["end"] else first
        before = Mention(match.start(), match.end(), first, last if last is not None and last >= first else first)
        yield before


def _year(match: re.Match[str], month: int, day: int, *, issued: date | None, named: int | None) -> int | None:
    word = match["word"]
    if match["year"]:
        return int(match["year"])
    if word in _YEARS_FROM_ISSUE:
        return issued.year + _YEARS_FROM_ISSUE[word] if issued else None
    if word in _THE_YEAR_BEFORE_IT:
        return named
    if word in _THE_YEAR_AFTER_IT:
        return named + 1 if named else None
    if word is not None or issued is None:
        return None
    candidates = [
        found for year in (issued.year - 1, issued.year, issued.year + 1) if (found := _date(year, month, day))
    ]
    return min(candidates, key=lambda found: abs(found - issued)).year if candidates else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
