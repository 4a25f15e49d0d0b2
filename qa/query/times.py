"""The words of time in a question → the days they mean.

A question says 上周三, 去年三月, 2021年下半年 or 国庆期间. What day is today, is given; a day, month or season without
a year is the last one that has begun by then, because people ask about what has happened. Months are counted by
dateutil; holidays, which follow the moon and the government's calendar, come from the holidays package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from embeddings import read_digits, read_numeral
from qa.i18n import Words, day_words, month_words, words


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both inclusive; None is open."""

    first: date | None
    last: date | None

    @property
    def label(self) -> Words:
        """The days as people say them: a whole year or month by its name."""
        first, last = self.first, self.last
        if first is None or last is None:
            if first:
                return words("days_since", day=day_words(first))
            return words("days_until", day=day_words(last)) if last else Words("", "")
        if first == last:
            return day_words(first)
        if (first.day, (last + timedelta(days=1)).day) == (1, 1) and first.year == last.year:
            if first.month == last.month:
                return month_words(first.month, first.year)
            if (first.month, last.month) == (1, 12):
                return words("year", year=first.year)
        return words("days", first=day_words(first), last=day_words(last))


@dataclass(frozen=True, slots=True)
class TimeWords:
    """What a text says of time: `text[start:end]` means `period`.

    `is_relative` says that the words mean other days on another day (上周), so that no article has them.
    """

    start: int
    end: int
    period: Period
    is_relative: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """What day is today, and the last day that a day without a year may be."""

    today: date
    last: date


_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_YEAR_WORDS = {"大前": -3, "前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "明": 1, "来": 1}
_DAY_WORDS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}  # the first of three months each
_TENS = {
    "上旬": (1, 10),
    "初": (1, 10),
    "中旬": (11, 20),
    "中": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "末": (21, 31),
}
_YEAR_EDGES = {"初": (1, 2), "中": (6, 7), "底": (11, 12), "末": (11, 12)}
_A_FEW = {
    "天": 7,
    "日": 7,
    "周": 3,
    "星期": 3,
    "礼拜": 3,
    "月": 3,
    "季度": 2,
    "年": 3,
}  # what 最近几天 and its like mean
# Days that are the same every year.
_FIXED = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "三八": (3, 8),
    "植树节": (3, 12),
    "青年节": (5, 4),
    "五四": (5, 4),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "建党节": (7, 1),
    "七一": (7, 1),
    "建军节": (8, 1),
    "八一": (8, 1),
    "教师节": (9, 10),
    "圣诞节": (12, 25),
}
# Days that the holidays package knows, by its name for them.
_HOLIDAYS = {
    "国庆": "National Day",
    "春节": "Chinese New Year (Spring Festival)",
    "清明": "Tomb-Sweeping Day",
    "五一": "Labor Day",
    "劳动节": "Labor Day",
    "端午": "Dragon Boat Festival",
    "中秋": "Mid-Autumn Festival",
}
_HOLIDAY_LENGTH = {"国庆": 7, "春节": 7}  # days that people mean, whatever is worked in exchange
_LANTERNS = "元宵"  # the fifteenth day of the year of the moon

_N = "(?:[12]?[0-9]|3[01]|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_YEAR = (
    r"(?:(?P<year>(?<!\d)(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{3})年|(?P<year_word>大前|前|去|今|本|明|来|上)年)"
)
_MONTH = rf"(?<![\d一二三四五六七八九十])(?P<month>{_N})月份?"
_MONTH_WORD = r"(?P<month_word>上上个?|上一?个?|下一?个?|本|这一?个|当)月份?"
_DAY = rf"(?P<day>{_N})[日号]"
_NAMES = "|".join(sorted((*_FIXED, *_HOLIDAYS, _LANTERNS, "除夕"), key=len, reverse=True))
_HOLIDAY = (
    rf"(?P<holiday>{_NAMES})(?![路街村镇巷])(?:国际|劳动|儿童|妇女|建军|建党|青年)*(?:节(?!目))?"
    r"(?:期间|假期|长假|小长假|放假|当天|那天|前后)?"
)
_PART_OF_YEAR = r"(?P<half>[上下]半)年|第?(?P<quarter>[一二三四1-4])季度|(?P<season>[春夏秋冬])[天季]"
_UNIT = "天|日|周|星期|礼拜|月|季度|年"

_JOIN = re.compile(r"\s*(?:到|至|—+|－|-|~|～)\s*")
_SINCE = re.compile(r"(?:以来|至今|起(?!来|义|草|点|源|诉|火)|开始|到现在|到今[天年])")
_AFTER = re.compile(r"(?:之后|以后)")
_BEFORE = re.compile(r"(?:之前|以前)")

Resolve = Callable[[re.Match[str], Calendar], Period | None]


def find_times(text: str, *, today: date, last: date | None = None) -> list[TimeWords]:
    """What a text says of time, in order. Two that are joined (3月到5月, 从去年10月至今) are one.

    A day, month or season without a year is the last that has begun by `last` (default: `today`).
    """
    calendar = Calendar(today, min(today, last or today))
    found = list(_single(text, calendar))
    joined: list[TimeWords] = []
    for one in found:
        before = joined[-1] if joined else None
        if before and _JOIN.fullmatch(text, before.end, one.start):
            until = _not_before(before.period, one.period, text[one.start : one.end])
            period = Period(before.period.first, until)
            joined[-1] = TimeWords(before.start, one.end, period, before.is_relative or one.is_relative)
        else:
            joined.append(one)
    return [_open_ended(text, words, today) for words in joined]


def _single(text: str, calendar: Calendar) -> Iterator[TimeWords]:
    place = 0
    while place < len(text):
        words = _at(text, place, calendar)
        if words is None:
            place += 1
        else:
            yield words
            place = words.end


def _at(text: str, place: int, calendar: Calendar) -> TimeWords | None:
    """The longest expression of time that begins at a place."""
    best: TimeWords | None = None
    for pattern, resolve in _EXPRESSIONS:
        match = pattern.match(text, place)
        if match and (best is None or match.end() > best.end) and (period := resolve(match, calendar)):
            is_relative = resolve in _RELATIVE or bool(match.groupdict().get("year_word"))
            best = TimeWords(place, match.end(), period, is_relative)
    return best


def _not_before(first: Period, last: Period, words: str) -> date | None:
    """The end of a stretch; what has no year belongs to the year in which the stretch begins, or to the next."""
    end = last.last
    if first.first is None or end is None:
        return end
    if "年" not in words and len(words) <= 4 and words.endswith(("日", "号")) and "月" not in words:
        end = _date(first.first.year, first.first.month, end.day) or end
    while "年" not in words and end < first.first:
        end += relativedelta(years=1)
    while "年" not in words and end - relativedelta(years=1) >= first.first:
        end -= relativedelta(years=1)
    return end


def _open_ended(text: str, words: TimeWords, today: date) -> TimeWords:
    """今年以来, 3月之前: the stretch before, after or since some days."""
    period = words.period
    if match := _SINCE.match(text, words.end):
        return replace(words, end=match.end(), period=Period(period.first, today))
    if (match := _AFTER.match(text, words.end)) and period.last:
        return replace(words, end=match.end(), period=Period(period.last + timedelta(days=1), None))
    if (match := _BEFORE.match(text, words.end)) and period.first:
        return replace(words, end=match.end(), period=Period(None, period.first - timedelta(days=1)))
    return words


def _year_of(match: re.Match[str], calendar: Calendar) -> int | None:
    """The year that an expression names, or None."""
    groups = match.groupdict()
    if written := groups.get("year"):
        return read_digits(written)
    word = groups.get("year_word")
    return calendar.today.year + _YEAR_WORDS[word] if word else None


def _number(text: str) -> int:
    """12, 十二, 二十 or 两 as a number; 0 for what is none."""
    return read_numeral(text) or 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months(year: int, month: int, count: int) -> Period:
    """Whole months, from the first day of one."""
    first = date(year, month, 1)
    return Period(first, first + relativedelta(months=count, days=-1))


def _latest(of_year: Callable[[int], Period | None], year: int | None, calendar: Calendar) -> Period | None:
    """The period of a year; where none is named, the last that has begun."""
    if year is not None:
        return of_year(year)
    past = (
        of_year(y) for y in range(calendar.last.year, calendar.last.year - 9, -1)
    )  # 29 February may be eight years back
    return next((period for period in past if period and period.first and period.first <= calendar.last), None)


def _iso(match: re.Match[str], calendar: Calendar) -> Period | None:
    day = _date(*(int(match[name]) for name in ("y", "m", "d")))
    return Period(day, day) if day else None


def _whole_year(match: re.Match[str], calendar: Calendar) -> Period | None:
    year = _year_of(match, calendar)
    return Period(date(year, 1, 1), date(year, 12, 31)) if year else None


def _edge_of_year(match: re.Match[str], calendar: Calendar) -> Period | None:
    first, last = _YEAR_EDGES[match["edge"]]
    return _latest(lambda year: _months(year, first, last - first + 1), _year_of(match, calendar), calendar)


def _part_of_year(match: re.Match[str], calendar: Calendar) -> Period | None:
    if half := match["half"]:
        month, count = (1, 6) if half == "上半" else (7, 6)
    elif quarter := match["quarter"]:
        month, count = 3 * _number(quarter) - 2, 3
    else:
        month, count = _SEASONS[match["season"]], 3
    return _latest(lambda year: _months(year, month, count), _year_of(match, calendar), calendar)


def _month(match: re.Match[str], calendar: Calendar) -> Period | None:
    """A month, or some ten days of it, or one day."""
    month = _number(match["month"])
    if not 1 <= month <= 12:
        return None
    groups = match.groupdict()

    def of_year(year: int) -> Period | None:
        return _within_month(_months(year, month, 1), groups)

    return _latest(of_year, _year_of(match, calendar), calendar)


def _month_by_word(match: re.Match[str], calendar: Calendar) -> Period | None:
    word = match["month_word"]
    away = -word.count("上") if "上" in word else 1 if "下" in word else 0
    first = calendar.today.replace(day=1) + relativedelta(months=away)
    return _within_month(_months(first.year, first.month, 1), match.groupdict())


def _within_month(month: Period, groups: dict[str, str | None]) -> Period | None:
    assert month.first is not None
    assert month.last is not None
    if day := groups.get("day"):
        found = _date(month.first.year, month.first.month, _number(day))
        return Period(found, found) if found else None
    if ten := groups.get("ten"):
        first, last = _TENS[ten]
        return Period(month.first.replace(day=first), min(month.first + timedelta(days=last - 1), month.last))
    return month


def _bare_day(match: re.Match[str], calendar: Calendar) -> Period | None:
    """15日: of the month that is or was."""
    day = _number(match["day"])
    months = (calendar.last.replace(day=1) - relativedelta(months=back) for back in range(3))
    found = (_date(month.year, month.month, day) for month in months)
    return next((Period(day, day) for day in found if day and day <= calendar.last), None)


def _day_by_word(match: re.Match[str], calendar: Calendar) -> Period | None:
    day = calendar.today + timedelta(days=_DAY_WORDS[match["day_word"]])
    return Period(day, day)


def _week(match: re.Match[str], calendar: Calendar) -> Period | None:
    word, weekday = match["week_word"] or "", match["weekday"]
    if not word and not weekday:
        return None
    today = calendar.today
    monday = today - timedelta(days=today.weekday())
    monday += timedelta(weeks=-word.count("上") if "上" in word else 1 if "下" in word else 0)
    if weekday is None:
        return Period(monday, monday + timedelta(days=6))
    first = monday + timedelta(days=5 if weekday == "末" else _WEEKDAYS[weekday])
    if not word and first > today:  # 周三 alone, on a Tuesday, was last week
        first -= timedelta(weeks=1)
    return Period(first, first + timedelta(days=1 if weekday == "末" else 0))


def _lately(match: re.Match[str], calendar: Calendar) -> Period | None:
    """最近三天 are today and the two days before."""
    first = calendar.today - _stretch(match["count"] or "一", match["unit"]) + timedelta(days=1)
    return Period(first, calendar.today)


def _of_late(match: re.Match[str], calendar: Calendar) -> Period | None:
    """最近 without a number: the last month."""
    return Period(calendar.today - relativedelta(months=1) + timedelta(days=1), calendar.today)


def _ago(match: re.Match[str], calendar: Calendar) -> Period | None:
    """三天前 is a day, 两周前 a week, 三个月前 a month, 两年前 a year."""
    unit = match["unit"]
    day = calendar.today - _stretch(match["count"], unit)
    if unit in ("天", "日"):
        return Period(day, day)
    if unit in ("周", "星期", "礼拜"):
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    return _months(day.year, day.month, 1) if unit == "月" else _months(day.year, 1, 12)


def _stretch(count: str, unit: str) -> relativedelta:
    if count == "半":
        return relativedelta(days=15) if unit == "月" else relativedelta(months=6)
    number = _A_FEW[unit] if count == "几" else _number(count)
    if unit in ("天", "日"):
        return relativedelta(days=number)
    if unit in ("周", "星期", "礼拜"):
        return relativedelta(weeks=number)
    return relativedelta(months=number * {"月": 1, "季度": 3, "年": 12}[unit])


def _holiday(match: re.Match[str], calendar: Calendar) -> Period | None:
    name = match["holiday"]
    return _latest(lambda year: _holiday_of(year, name), _year_of(match, calendar), calendar)


def _holiday_of(year: int, name: str) -> Period | None:
    if name in _FIXED:
        day = date(year, *_FIXED[name])
        return Period(day, day)
    if name in (_LANTERNS, "除夕"):
        new_year = _first_days(year).get(_HOLIDAYS["春节"])
        if new_year is None:
            return None
        day = new_year + timedelta(days=14 if name == _LANTERNS else -1)
        return Period(day, day)
    first = _first_days(year).get(_HOLIDAYS[name])
    return Period(first, first + timedelta(days=_HOLIDAY_LENGTH.get(name, 3) - 1)) if first else None


@lru_cache(maxsize=64)
def _first_days(year: int) -> dict[str, date]:
    """The first day of each public holiday of a year, by its English name."""
    from holidays import country_holidays

    first: dict[str, date] = {}
    for day, names in sorted(country_holidays("CN", years=year, observed=False, language="en_US").items()):
        for name in names.split("; "):
            first.setdefault(name, day)
    return first


_EXPRESSIONS: tuple[tuple[re.Pattern[str], Resolve], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)", _iso),
        (rf"{_YEAR}(?!来)", _whole_year),
        (rf"(?:{_YEAR}的?)?(?:(?<=年)|年)(?P<edge>[初中底末])(?![级央国小学等午秋部心共间期])", _edge_of_year),
        (rf"(?:{_YEAR}的?)?(?:{_PART_OF_YEAR})", _part_of_year),
        (rf"(?:{_YEAR}的?)?{_MONTH}(?:的?{_DAY}|(?P<ten>[上中下]旬|[初中底末]))?(?!球|亮|饼|嫂|薪)", _month),
        (rf"{_MONTH_WORD}(?:的?{_DAY}|(?P<ten>[上中下]旬|[初中底末]))?(?!球|亮|饼|嫂|薪)", _month_by_word),
        (rf"(?:{_YEAR}的?)?{_HOLIDAY}", _holiday),
        # 号 numbers buildings, typhoons and spacecraft too; alone it is a day only behind another (1日到7号).
        (rf"(?<![\d一二三四五六七八九十月第])(?P<day>{_N})日(?![线文机产常])", _bare_day),
        (rf"(?<=[到至—－~～-])(?P<day>{_N})号(?![线楼院店馆门文令机])", _bare_day),
        (r"(?P<day_word>大前|前|昨|今|明|后)[天日](?!报(?![纸道导上里]))", _day_by_word),
        (
            r"(?P<week_word>上上一?个?|上一?个?|下一?个?|本|这一?个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])?"
            r"(?![年期刊岁边围]|报(?![纸道导上里]))",
            _week,
        ),
        (
            rf"(?:最近|过去|近)(?:的|这)?(?P<count>{_N}|[半几])?个?(?P<unit>{_UNIT})(?!前|之前|以前)(?:以?来|[之以]?内|里)?",
            _lately,
        ),
        (r"最近(?=都?[有发出]|的?(?:新闻|消息|报道))|近期|近来|近日|这[几些]天|这阵子|这段时间", _of_late),
        (rf"(?P<count>{_N})个?(?P<unit>天|日|周|星期|礼拜|月|年)(?:以前|之前|前)(?!后)", _ago),
        # 8.2那期: only where an issue is spoken of, because numbers have points.
        (r"(?<![\d.])(?P<month>\d{1,2})\.(?P<day>\d{1,2})(?=[那这]一?期|的?报纸)", _month),
    )
)
_RELATIVE = frozenset({_month_by_word, _day_by_word, _week, _lately, _of_late, _ago})
