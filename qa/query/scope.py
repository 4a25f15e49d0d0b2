"""What a question says of the issues it means — 本期, 上周三, 2021年下半年, 第12946期 — as a filter that can be shown.

Words of time that belong to the fact (今年的台风叫什么) leave nothing out: where issues of that time exist, they are
looked in first, and no more. Those that mean issues (上周有什么新闻) are a filter, counted from today; where the newest
issue is long past, from the day of that issue, because 上周 then means the last week the archive knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from embeddings import Article, Filters, Issue, simplified
from qa.i18n import day_words, words
from qa.query.time_role import TimeRole, time_role
from qa.query.times import Period, TimeWords, find_times
from qa.types import Scope

_A_MONTH = timedelta(days=31)
_LONG_PAST = timedelta(days=45)  # an issue this old is no news of today
_THIS_ISSUE = re.compile(r"(?:本|这一?|最新的?一?|最近的?一|当|新的?一)[期号](?!间)|(?:本|这一?|最新一?)刊")
_ISSUE_BEFORE = re.compile(r"(?P<back>上+)一?个?期|前一期")
_NUMBERED = re.compile(r"第\s*(?P<number>\d{1,6})\s*[期号](?!楼|线|院|馆|店)")
_COMPARES = re.compile(
    r"(?:请)?(?:比较|对比|比一比|比)(?:一下|下)?|相比|(?:各|分别)?(?:有|是)?(?:什么|何|哪些)?(?:不同|区别|变化|差别|差异)"
    r"|(?:相差|差|多|少)了?多少|分别(?:是|有)?(?:多少)?|各自?(?=(?:是|有|为)?多少)"
)
_JOINS = re.compile(r"^(?:的)?(?:和|与|跟|同|、|及|到|，|,)")
_IS_ISSUE = re.compile(r"(?:公报|报纸|报)?(?:里|上|中)?(?:的|都|主要)?(?:讲|说|有|登|内容|头条|文章|标题|呢|[？?。]|$)")
_SUMS_UP = re.compile(r"^(?:请|帮我|麻烦)*(?:概括|总结|概述|归纳|梳理|介绍|说说|讲讲)(?:一下|下)?《?$")
_DAY_AND_NUMBER = re.compile(r"\d{4}\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}\s*日?|第\s*\d+\s*[期号]|\d+")
_ANY_WEEK = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天末]")  # 周末几点开门 asks of every week
_SHORTEST_NAME = 4  # characters of a bulletin's name that is no other word
# What is left of a question around words that were taken out of it.
_LOOSE = re.compile(
    r"^(?:请问|在|于|从|自)?\s*(?:(?:出|登)?的?[那这]?一?(?:期(?:报纸?|公报)?(?!道|名|告|销|案|警)[上里中]?|张报纸?)|的?(?:报纸|公报|报)(?!道|名|告|销|案|警)[上里中]?)?(?:[的里中间，,、]|内(?!容))*"
)


def read_scope(question: str, issues: Sequence[Issue], *, today: date) -> Scope | None:
    """What a question says of the issues it means, or None. `issues` are the archive's, newest first."""
    question = _in_simplified(question)
    if match := _NUMBERED.search(question):
        named = [issue for issue in issues if re.search(rf"(?<!\d){match['number']}\s*[期号]", issue.name)]
        if named:
            return _of_issue(question, match, named[0])
        if _IS_ISSUE.match(question, match.end()):
            return _scope(question, match.start(), match.end(), match[0], Filters(issue=match[0]))
    if named_issue := _by_name(question, issues):
        return named_issue
    if match := _ISSUE_BEFORE.search(question) or _THIS_ISSUE.search(question):
        back = len(match.groupdict().get("back") or "上") if match.re is _ISSUE_BEFORE else 0
        return _counted_back(question, match, issues, back)
    days = [issue.date for issue in issues if issue.date]
    if not days:
        return None
    found = find_times(question, today=today, last=max(days) + _A_MONTH)
    meant = [words for words in found if time_role(question, words.start, words.end) is TimeRole.ISSUES]
    if meant:
        return _of_issues(question, meant[0], days, today=today)
    # Two times are compared, or one of them is what is asked about; neither narrows the search.
    if len(found) != 1 or not _holds_any(found[0].period, days):
        return None
    if _ANY_WEEK.fullmatch(question[found[0].start : found[0].end]):
        return None
    return _of_period(question, found[0], is_counted=False)


def _by_name(question: str, issues: Sequence[Issue]) -> Scope | None:
    """The newest issue whose name without its day and number a question has, where it asks what is in it."""
    for issue in issues:
        name = _without_number(issue.name)
        place = question.find(name)
        if len(name) < _SHORTEST_NAME or place < 0:
            continue
        end = place + len(name)
        if _IS_ISSUE.match(question, end) or _SUMS_UP.match(question[:place]):
            pattern = re.compile(rf"《?{re.escape(name)}》?")
            match = pattern.search(question)
            return _of_issue(question, match, issue) if match else None
    return None


@lru_cache(maxsize=65_536)
def _without_number(name: str) -> str:
    """The name of an issue without its day and number, in simplified script."""
    return _DAY_AND_NUMBER.sub("", simplified(name)).strip(" -_—《》（）()")


def _of_issues(question: str, meant: TimeWords, days: Sequence[date], *, today: date) -> Scope:
    """The issues that words of time mean, counted from the newest issue where that is long past."""
    newest = max(days)
    if meant.is_relative and today - newest > _LONG_PAST and not _holds_any(meant.period, days):
        counted = find_times(question, today=newest, last=newest)
        meant = next((words for words in counted if words.start == meant.start), meant)
    return _of_period(question, _with_an_issue(question, meant, days), is_counted=True)


def _with_an_issue(question: str, meant: TimeWords, days: Sequence[date]) -> TimeWords:
    """A day without a year is that of the newest issue of such a day, where the year that was taken has none."""
    day = meant.period.first
    has_year = "年" in question[meant.start : meant.end] or meant.is_relative
    if day is None or day != meant.period.last or has_year or _holds_any(meant.period, days):
        return meant
    alike = [one for one in days if (one.month, one.day) == (day.month, day.day)]
    return replace(meant, period=Period(max(alike), max(alike))) if alike else meant


def read_comparison(question: str, issues: Sequence[Issue], *, today: date) -> tuple[str, list[Scope]]:
    """What a question compares, and the two times that it compares; ("", []) where it compares none."""
    days = [issue.date for issue in issues if issue.date]
    if not days or not _COMPARES.search(question):
        return "", []
    found = find_times(question, today=today, last=max(days) + _A_MONTH)
    if len(found) != 2:
        return "", []
    one, other = found
    between = question[one.end : other.start]
    topic = _COMPARES.sub("", f"{question[: one.start]}{_JOINS.sub('', between)}{question[other.end :]}")
    topic = topic.strip(" 的，,、？?。在和与跟")
    return topic, [_of_period(question, words, is_counted=words.is_relative) for words in found] if topic else []


def narrowed(filters: Filters, scope: Filters) -> Filters:
    """What both leave; what a user chose stands where the two cannot both hold."""
    since = max(filter(None, (filters.since, scope.since)), default=None)
    until = min(filter(None, (filters.until, scope.until)), default=None)
    if since and until and since > until:
        since, until = filters.since, filters.until
    return Filters(filters.issue or scope.issue, since, until, filters.section)


def _counted_back(question: str, match: re.Match[str], issues: Sequence[Issue], back: int) -> Scope | None:
    """The issue of the newest day, or of so many days of issue before it; of two bulletins of one day, both."""
    days = sorted({issue.date for issue in issues if issue.date}, reverse=True)
    if back < len(days):
        day = days[back]
        return _scope(question, match.start(), match.end(), day_words(day), Filters(since=day, until=day))
    undated = [issue for issue in issues if issue.date is None]
    return _of_issue(question, match, undated[0]) if not days and len(undated) == 1 and back == 0 else None


def _of_issue(question: str, match: re.Match[str], issue: Issue) -> Scope:
    return _scope(question, match.start(), match.end(), words("titled", title=issue.name), Filters(issue=issue.id))


def _of_period(question: str, found: TimeWords, *, is_counted: bool) -> Scope:
    period = found.period
    filters = Filters(since=period.first, until=period.last)
    return _scope(question, found.start, found.end, period.label, filters, is_counted=is_counted)


def _scope(question: str, start: int, end: int, label: str, filters: Filters, *, is_counted: bool = True) -> Scope:
    before, after = question[:start], question[end:]
    rest = f"{before.removesuffix('在').removesuffix('于')}{_LOOSE.sub('', after)}".strip(" ，,？?。")
    return Scope(question[start:end], label, rest or question, filters, is_counted)


def _in_simplified(question: str) -> str:
    """A question in simplified script, where that leaves every character in its place."""
    text = simplified(question)
    return text if len(text) == len(question) else question


def _holds_any(period: Period, days: Sequence[date]) -> bool:
    """Whether an issue is of a period."""
    return any((period.first or day) <= day <= (period.last or day) for day in days)


# 上周 may be printed as 上一周, 昨天 as 昨日. A year away (去年) is said of much without its word.
_PRINTED_AS = (
    (re.compile(r"(?P<day>大前|前|昨|今|明|后)[天日]"), r"{day}[天日]"),
    (
        re.compile(r"(?P<which>上|下|本|这)一?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末]?)"),
        r"{which}一?个?(?:周|星期|礼拜){day}",
    ),
    (re.compile(r"(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])"), r"(?:周|星期|礼拜){day}"),
    (re.compile(r"(?P<which>上|下|本|这|当)一?个?月"), r"{which}一?个?月"),
)


def unheard(question: str, issues: Sequence[Issue], *, today: date) -> Scope | None:
    """Words of time that belong to the fact and mean days, a week or a month of which there is no issue; None for none.

    An article of another time says nothing of such days unless it has the words itself.
    """
    days = [issue.date for issue in issues if issue.date]
    if not days:
        return None
    text = _in_simplified(question)
    for found in find_times(text, today=today, last=max(days) + _A_MONTH):
        said = text[found.start : found.end]
        if _ANY_WEEK.fullmatch(said):
            continue
        is_near = found.is_relative and any(pattern.search(said) for pattern, _ in _PRINTED_AS)
        if is_near and not _holds_any(found.period, days):
            return _of_period(text, found, is_counted=False)
    return None


def has_time_words(said: str, text: str) -> bool:
    """Whether a text has some words of time, in one of the forms in which they are printed."""
    for pattern, printed in _PRINTED_AS:
        if match := pattern.search(said):
            return re.search(printed.format(**match.groupdict()), text) is not None
    return said in text


def is_within(article: Article, filters: Filters) -> bool:
    """Whether an article is of the issues that some filters leave."""
    if filters.issue:
        return article.issue_id == filters.issue
    day = article.date
    return day is not None and (filters.since or day) <= day <= (filters.until or day)


def without_days(filters: Filters, scope: Filters) -> Filters:
    """Filters without the days that a question named."""
    return replace(
        filters,
        since=None if filters.since == scope.since else filters.since,
        until=None if filters.until == scope.until else filters.until,
    )
