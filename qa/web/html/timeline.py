"""When articles were printed: how many of each day, month or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qa.i18n import day_words, month_words, words

_DAYS_APART = 62  # a story within two months is shown day by day
_MONTHS_APART = 60  # and one of more than five years year by year


@dataclass(frozen=True, slots=True)
class Bar:
    """How many articles of a day, a month or a year."""

    label: str
    count: int


def timeline(counts: Mapping[date, int]) -> list[Bar]:
    """How many articles, counted by their days, fall on each day, month or year, oldest first.

    Within two months there is a bar for each day that occurs; else every month, or every year, from first to last.
    """
    if not counts:
        return []
    first, last = min(counts), max(counts)
    if (last - first).days <= _DAYS_APART:
        return [Bar(day_words(day), count) for day, count in sorted(counts.items())]
    months: Counter[int] = Counter()
    years: Counter[int] = Counter()
    for day, count in counts.items():
        months[day.year * 12 + day.month - 1] += count
        years[day.year] += count
    if max(months) - min(months) < _MONTHS_APART:
        return [
            Bar(month_words(month % 12 + 1, month // 12), months[month])
            for month in range(min(months), max(months) + 1)
        ]
    return [Bar(words("year", year=year), years[year]) for year in range(first.year, last.year + 1)]
