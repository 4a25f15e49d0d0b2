"""Datelines (新华社北京9月12日电（记者某某）, 本报讯): whether a line has one, whom it names, and where it ends.

The three are asked of different texts. Any line may be the first of a story, so what opens one is told widely; the
reporters are told by their roles and surnames; and what is left out of a quote is a dateline of the narrowest form.
"""

from __future__ import annotations

import re

from embeddings.parsing.bylines import (
    HOUSE,
    NAME,
    NAMES_BEFORE_PLACE,
    PERSON,
    PLACE_OF_REPORT,
    ROLE,
    ROLE_AND_NAMES,
)
from embeddings.text.normalize import simplified_furniture

# 新华社北京9月1日电（记者…）, 本报讯, 【本报综合报道】: nothing but a story begins with its source.
_OPENING = re.compile(
    r"[（(【〔].{0,24}?(?:记者|通讯员|报道|电)|本[报台网刊](?:讯|综合)|.{2,16}?(?:讯|消息|报道)[（(:：据\s]|"
    # 据某报3日报道 opens sentences everywhere in a story.
    r"(?!据).{2,16}?\d日(?:电|报道)|\S{2,10}记者"
)
_LONGEST = 80
_LONGEST_WHOLE = 200  # with the names in its brackets
_SOURCE = r"[^。！？\n（(]{0,30}(?:讯|电|消息|报道)[】\]]?"
_ALL_NAMES = rf"(?:{ROLE_AND_NAMES})(?:[\s、，,/]*{ROLE_AND_NAMES}){{0,3}}"
_IN_PRESS_HOUSE = r"(?:[\u4e00-\u9fff]{2,8}[报社网台]·?){0,2}"
_REPORTERS = re.compile(
    # 新华社北京9月12日电（记者某某）; the bracket alone opens many a story on the web.
    rf"(?:{_SOURCE}\s*)?[（(]\s*(?P<names>{_IN_PRESS_HOUSE}{_ALL_NAMES})\s*(?:报道|文/图|摄影报道)?\s*[)）]"
    # 本报讯（某某、实习生某某）: names alone; one alone is told by its surname.
    rf"|{_SOURCE}\s*[（(]\s*(?P<people>{PERSON}|{NAME}(?:[\s、，,]+(?:{ROLE}[\s:：]*)?{NAME}){{1,5}})\s*[)）]"
    # 【记者某某某地报道】, 〔记者某某/某地报道〕
    rf"|[（(【〔\[]\s*(?P<placed>{NAMES_BEFORE_PLACE}){PLACE_OF_REPORT}\s*[)）】〕\]]"
    # 本报讯 记者某某 通讯员某某报道：
    rf"|(?:{_SOURCE}\s*)?(?P<reporting>(?:{HOUSE}\s*)?{ROLE}[\s:：]*{NAME}(?:[\s、，,]+{NAME})*?"
    rf"(?:[\s、，,]*{ROLE}[\s:：]*{NAME}(?:[\s、，,]+{NAME})*?)?)\s*报道\s*[:：，,\s]"
)
# 本报讯, 新华社北京9月12日电（记者…）, 央视网消息（新闻联播）：
_WHOLE = re.compile(
    r"(?:本[报台]讯|[^，。（(]{2,5}社[^，。（(]{0,12}电|[^，。（(]{2,6}消息)\s*(?:[（(][^）)]*[）)])?[：:\s]*"
)


def opens_story(line: str) -> bool:
    """Whether a line begins with the source of a story, as no headline does."""
    return _OPENING.match(simplified_furniture(line[:_LONGEST])) is not None


def reporters_in(body: str) -> str:
    """The reporters in a story's dateline: 新华社北京9月12日电（记者 某某）, 本报讯（通讯员 某某）; "" for none."""
    found = _REPORTERS.match(simplified_furniture(body[:_LONGEST]))
    if not found:
        return ""
    start, end = next(found.span(name) for name in ("names", "people", "placed", "reporting") if found[name])
    return body[start:end].strip()


def after_dateline(body: str, start: int, end: int) -> int:
    """Where the story begins in `body[start:end]`, behind the dateline; `start` where there is none."""
    match = _WHOLE.match(simplified_furniture(body[start : min(end, start + _LONGEST_WHOLE)]))
    return start + match.end() if match else start
