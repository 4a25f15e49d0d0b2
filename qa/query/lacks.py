"""What a text does not say where it does not answer: the kind of thing asked for, as closely as a question names it."""

from __future__ import annotations

import re
from enum import Enum

from embeddings import fold
from qa.query.question import Asks, Query


class Lacks(str, Enum):
    """The kind of thing that a question asks for and a text does not say. StrEnum needs Python 3.11."""

    YEAR = "year"
    HOUR = "hour"
    DAY = "day"
    TIME = "time"
    AGE = "age"
    SUM = "sum"
    SPAN = "span"
    NUMBER = "number"
    PERSON = "person"
    BODY = "body"
    PLACE = "place"
    REASON = "reason"
    WAY = "way"
    THING = "thing"

    __str__ = str.__str__


# What exactly is asked for, where a question says so; else its kind tells.
_CLOSER: tuple[tuple[Asks, re.Pattern[str], Lacks], ...] = (
    (Asks.WHEN, re.compile(r"哪一?年|何年|几几年|年份|what year"), Lacks.YEAR),
    (Asks.WHEN, re.compile(r"几点|what time"), Lacks.HOUR),
    (Asks.WHEN, re.compile(r"哪一?[天日]|几[月日号]|what (?:day|date)"), Lacks.DAY),
    (Asks.HOW_MANY, re.compile(r"多大(?:年纪|年龄|岁数)?(?![的面]|$)|几岁|多少岁|年龄|how old"), Lacks.AGE),
    (Asks.HOW_MANY, re.compile(r"多少(?:钱|元|万|亿|资金|经费)|金额|how much"), Lacks.SUM),
    (Asks.HOW_MANY, re.compile(r"多久|多长时间|(?:几|多少)个?(?:年|天|月|小时|分钟)|how long"), Lacks.SPAN),
    (
        Asks.WHAT,
        re.compile(r"哪[家所个](?:单位|公司|企业|医院|学校|部门|机构)|什么(?:单位|公司|部门|机构)"),
        Lacks.BODY,
    ),
)
_KINDS = {
    Asks.WHO: Lacks.PERSON,
    Asks.WHEN: Lacks.TIME,
    Asks.WHERE: Lacks.PLACE,
    Asks.HOW_MANY: Lacks.NUMBER,
    Asks.WHY: Lacks.REASON,
    Asks.HOW: Lacks.WAY,
    Asks.AUTHOR: Lacks.PERSON,
    Asks.WHAT: Lacks.THING,
}


def what_is_lacking(query: Query) -> Lacks:
    """The kind of thing that a question asks for."""
    asked = fold(query.text)
    closer = (lacks for asks, pattern, lacks in _CLOSER if asks is query.asks and pattern.search(asked))
    return next(closer, _KINDS[query.asks])
