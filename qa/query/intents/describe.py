"""Questions for who or what a name is (周明远是谁, 六有是什么, 什么叫河长制): in describing words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.query.colloquial import plain
from qa.query.names import people_in


@dataclass(frozen=True, slots=True)
class Described:
    """The name that a question wants described, and whether it is a person's."""

    name: str
    is_person: bool


_QUOTED = re.compile(r"[“「\"]([^”」\"]{2,12})[”」\"]$")
_LED = re.compile(r"^.*(?:提到|写到|说到|写|说|讲|报道|里|上)过?的")  # 本期提到的某某
_MARKS = " “”\"'「」『』《》‘’"
_END = r"[呀啊呢的]?\s*[？?。.！!]*$"
_ASKED_FIRST = r"^(?:请问|那么?|报上说的|文中说的|所谓的?)?"
_WHO = (
    re.compile(
        rf"{_ASKED_FIRST}(?P<name>[^，,。？?]{{2,14}}?)(?:这个?人|这个名字|他|她)?(?:又|到底|究竟|都|说的|指的)*是"
        rf"(?:谁|哪一?位|何人|什么人|啥人|什么来历|什么身份|(?:干|做)(?:什么|啥)的|怎样的人|什么样的人){_END}"
    ),
    re.compile(rf"^(?:请问)?谁是(?P<name>[^，,。？?]{{2,14}}?){_END}"),
    re.compile(
        rf"^(?:请)?(?:介绍|说说|讲讲)(?:一?下)?(?P<name>[^，,。？?]{{2,14}}?)(?:这个?人|的?(?:身份|职务)){_END}"
    ),
    re.compile(rf"^who (?:is|was) (?P<name>[^?]{{2,30}}?){_END}", re.I),
)
_WHAT = (
    re.compile(
        rf"{_ASKED_FIRST}(?P<name>[^，,。？?的]{{2,16}}?)(?:到底|究竟|又|具体)?(?:是|指)(?:的?是)?(?:个|一个|一种)?(?:什么|啥)"
        rf"(?:意思|东西|含义|概念|制度|模式|节日?|机制|项目)?{_END}"
    ),
    re.compile(
        rf"{_ASKED_FIRST}(?P<name>[^，,。？?的]{{2,16}}?)(?:到底|究竟)?是(?:怎么回事|(?:干|做)(?:什么|啥)的|咋回事){_END}"
    ),
    re.compile(rf"^(?:请问)?(?:什么|啥)(?:是|叫做?)(?P<name>[^，,。？?]{{2,16}}?){_END}"),
    re.compile(rf"^(?P<name>[^，,。？?的]{{2,16}}?)(?:是)?什么意思{_END}"),
)
_NOT_A_NAME = re.compile(
    r"[这那哪谁]|主题|名字|名称|原因|目的|职务|内容|任务|作用|结果|目标|区别|关系|时间|地点|特点|标准"
)


def read_description(question: str) -> Described | None:
    """The name that a question wants described; None for another question.

    A post (区长是谁) is none: it is answered with a name.
    """
    text = plain(" ".join(question.split()))
    for pattern in _WHO:
        if match := pattern.match(text):
            quoted = _QUOTED.search(match["name"])
            name = quoted[1] if quoted else _LED.sub("", match["name"]).strip(_MARKS)
            if quoted or _is_person(name):
                return Described(name, is_person=True)
    for pattern in _WHAT:
        if (match := pattern.match(text)) and not _NOT_A_NAME.search(match["name"]):
            name = match["name"].strip(_MARKS)
            if len(name) >= 2:
                return Described(name, is_person=_is_person(name))
    return None


def _is_person(name: str) -> bool:
    return (2 <= len(name) <= 4 and people_in(f"{name}的") == [name]) or "·" in name
