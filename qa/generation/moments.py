"""The times that a text names, each as far as it says: 2021年9月底前, 去年, 9月12日."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from embeddings import read_digits, read_numeral

_HAN = "一二三四五六七八九十"
_YEAR = r"(?P<year>\d{4}|[一二][〇零一二三四五六七八九]{3})年|(?P<year_word>今年|本年|去年|上年|前年|明年|年(?=内))"
_MONTH = rf"(?P<month>\d{{1,2}}|[{_HAN}]{{1,3}})月份?|(?P<month_word>本月|上个?月|下个?月)"
_DAY = rf"(?P<day>\d{{1,2}}|[{_HAN}]{{1,3}})[日号](?!线)|(?P<day_word>[今昨前明]天|[今昨明]日)"
_TIME = re.compile(
    r"(?<!\d)(?:(?P<iso>(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
    rf"|(?:{_YEAR})?的?(?:{_MONTH})?(?:{_DAY})?)(?P<part>[底初末内]|[上中下]旬|[春夏秋冬][天季])?(?P<side>以[前后来]|之[前后]|[前后起])?"
)
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_BEFORE_A_DAY = "于在到至从自和与截月年日"
_AFTER_A_DAY = "上下早晚中凌深傍清夜起前后至到止在将举召开的"
_YEARS = {"今": 0, "年": 0, "本": 0, "去": -1, "上": -1, "前": -2, "明": 1}
_MONTHS = {"本": 0, "上": -1, "下": 1}
_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as far as it is said: what is None was left out.

    `words` are those that cannot be counted without the day of the issue (去年), `part` is 底, 初, 上旬 …, and `side`
    前, 后 or 起, or 自 and 至 of a stretch of time. `clock` is what is said of the hour (凌晨, 2时).
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    words: str = ""
    part: str = ""
    side: str = ""
    clock: frozenset[str] = frozenset()

    def is_said_by(self, other: Moment) -> bool:
        """Whether another time says at least what this one says, and nothing else."""
        said = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return (
            all(mine is None or mine == theirs for mine, theirs in said)
            and self.words in ("", other.words)
            and self.part in ("", other.part)
            and self.side == other.side
            and self.clock <= other.clock
        )

    def filled(self, year: int | None, month: int | None) -> Moment:
        """The time with the year, and for a bare day the month, that stand before it in its text."""
        if self.words or self.year is not None:
            return self
        if self.month is not None:
            return replace(self, year=year)
        return replace(self, year=year, month=month) if self.day is not None else self


def moment_at(text: str, at: int, issued: date | None) -> tuple[Moment, int] | None:
    """The time that begins at a place of a folded text, with the place where it ends; None for none.

    `issued` is the day of the issue, from which 去年 and 昨天 count.
    """
    match = _TIME.match(text, at)
    if match is None:
        return None
    named = any(match[name] for name in ("iso", "year", "year_word", "month", "month_word", "day", "day_word"))
    if not named or text[at] == "的" or _is_a_name(match, text):
        return None
    if match["iso"]:
        year, month, day = map(int, re.split(r"[-/.]", match["iso"]))
        return Moment(year, month, day), match.end()
    moment = Moment(
        read_digits(match["year"]) if match["year"] else None,
        read_numeral(match["month"]) if match["month"] else None,
        read_numeral(match["day"]) if match["day"] else None,
        part=match["part"] or "",
        side=(match["side"] or "").replace("以", "").replace("之", ""),
    )
    words = "".join(match[name] or "" for name in ("year_word", "month_word", "day_word"))
    return (_counted(moment, match, issued) if issued else replace(moment, words=words)), match.end()


def _is_a_name(match: re.Match[str], text: str) -> bool:
    """Whether a number with 号 is what something is called (1号楼, 2号线), and no day of a month."""
    if not match["day"] or match["month"] or match["month_word"] or match["part"] or match["side"]:
        return False
    if text[match.end("day")] != "号":
        return False
    before, following = text[match.start() - 1 : match.start()], text[match.end("day") + 1 : match.end("day") + 2]
    if _IDEOGRAPH.match(before) and before not in _BEFORE_A_DAY:
        return True
    return bool(_IDEOGRAPH.match(following)) and following not in _AFTER_A_DAY


def _counted(moment: Moment, match: re.Match[str], issued: date) -> Moment:
    if word := match["year_word"]:
        moment = replace(moment, year=issued.year + _YEARS[word[0]])
    if word := match["month_word"]:
        months = 12 * issued.year + issued.month - 1 + _MONTHS[word[0]]
        moment = replace(moment, year=months // 12, month=months % 12 + 1)
    if word := match["day_word"]:
        day = issued + timedelta(days=_DAYS[word[0]])
        moment = replace(moment, year=day.year, month=day.month, day=day.day)
    return moment
