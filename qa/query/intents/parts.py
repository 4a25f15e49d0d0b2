"""Two questions in one → each by itself: 谁设计的，哪年建成的; 甲和乙各是几点到的; 去哪里干什么; and what is compared.

A part that says no subject gets that of the first. A part is a question that stands alone, so it can be asked like any
other, and answered or found missing by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.query.colloquial import plain
from qa.query.followup import follow_up
from qa.query.subject import subject_of
from qa.types import Spoken

_ASKED = re.compile(
    r"什么时候|什么时间|什么地方|什么人|什么样|为什么|为何|何时|何地|何处|谁|哪几[\u4e00-\u9fff]|哪[两二三四五六七八九十\d]+[\u4e00-\u9fff]|哪[里儿]|哪一?[天年月日周]|哪[个些家位条所支项名国省市县区]?"
    r"|多少|多[久长高大远宽重深厚快]|几[\u4e00-\u9fff]|怎么样?|怎样|如何|什么"
)
_KINDS = (
    ("when", re.compile(r"时候|时间|何时|哪一?[天年月日周]|几[点号月时天日]")),
    ("where", re.compile(r"地方|哪[里儿]|何地|何处")),
    ("who", re.compile(r"谁|什么人|哪[位名]")),
    ("why", re.compile(r"为什么|为何")),
    ("count", re.compile(r"多|几")),
    ("how", re.compile(r"怎|如何")),
    ("what", re.compile(r"")),
)
_BREAKS = re.compile(r"[，,；;？?。\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_EACH = re.compile(
    r"^(?P<lead>.*?)(?P<one>[^，,。、的]{2,10}?)(?:(?<![维共总饱温柔缓])和(?![平谐解气睦])|与|跟|、)(?P<other>[^，,。、的]{2,10}?)(?:两[人者个家地])?(?:各自?|分别|(?<![成首])都)(?P<rest>(?:[是有在]|[^，,。和与各]).*)$"
)
# 书记、镇长和副镇长分别是谁: three.
_EACH_OF_THREE = re.compile(
    r"^(?P<one>[^，,。、的]{2,10})、(?P<two>[^，,。、的]{2,10}?)(?:、|和|与|以及)(?P<three>[^，,。、的]{2,10}?)(?:各自?|分别)"
    r"(?P<rest>[是有在].*)$"
)
# 甲社区的书记和乙社区的主任分别是谁: both are described.
_EACH_OF_TWO = re.compile(
    r"^(?P<one>[^，,。、]{1,10}的[^，,。、的]{1,8}?)(?:和|与|跟)(?P<other>[^，,。、]{1,10}的[^，,。、的]{1,8}?)"
    r"(?:各自?|分别)(?P<rest>.+)$"
)
_COUNTS_TWO = re.compile(
    r"^(?P<lead>.+?)(?P<many>多少|几)(?P<measure>[个名位户家所条座辆台件])(?P<one>[\u4e00-\u9fff]{2,4})(?:和|与|、)"
    r"(?:多少|几)?(?:[个名位户家所条座辆台件])?(?P<other>[\u4e00-\u9fff]{2,4})$"
)
_WHICH = re.compile(
    r"^(?P<lead>(?:请问|比较一?下?|对比一?下?)?)(?P<one>[^，,。、]{2,14}?)(?:和|与|跟|、|还是)(?P<other>[^，,。、的]{2,14}?)(?:相比)?[，,\s]*"
    r"(?:两[个人者家地边]?(?:中|里|之间)?)?(?P<which>哪一?[个边家次种年条座方位名]?(?:里|儿)?|谁)(?P<rest>.+?)[？?。]*$"
)
_ALIKE = re.compile(
    r"^(?:请问|比较一?下?|对比一?下?)?(?P<one>[^，,。、]{2,14}?)(?:和|与|跟|、)(?P<other>[^，,。、]{2,14}?)"
    r"(?:之间)?(?:有(?:什么|哪些|何)|的)(?:共同点|相同|区别|不同|差别|异同|不一样|共同之处|相似)[^，,。]{0,4}$"
)
_MOST_PARTS = 3
# 甲23年多少人，25年呢
_AND_THE_OTHER = re.compile(r"^[^，,。]{2,8}呢$")
# Of two times or numbers of a series what stands around is said once: 甲队2023年和2025年运动会, 头一届班和第三届.
_OF_A_SERIES = re.compile(
    r"(?:19|20)?\d\d年(?:[上下]半年|[春夏秋冬][天季]?|\d{1,2}月)?|[今去前]年|[上下]半年|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?"
    r"|第[\d一二三四五六七八九十]{1,3}[届期次批季轮]|[头上首]一?[届期次批季轮]"
)
# 原来计划桥哪天通车，实际哪天通的: both are of the bridge.
_FORMERLY = re.compile(r"^(?:原来|原先|原本|本来|当初|起初|最早|最初)?的?(?:计划|打算|说好|定的|预计|要求)?")
_SHORT_SUBJECT = re.compile(r"[桥路楼渠坝塔船车房厂店校堤闸井站](?=哪|什么时候|何时|几|多|花|是|有|要)")
_NO_SUBJECT = re.compile(r"(?:实际|后来|最后|现在|如今|到底)?(?:又|才|是|都)?(?:哪|什么时候|何时|几|多|花|谁|在|有)")
_JOINS_ASKED = re.compile(r"[在于从由]$")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two it is: `rest` is what is said of the one that is meant (先通车, 人更多)."""

    one: str
    other: str
    rest: str


def read_parts(question: str) -> tuple[str, ...]:
    """The questions in a question, each standing alone; () for a question that asks one thing."""
    text = plain(" ".join(question.split()))
    head, colon, rest = text.partition("：")
    if colon and rest and not _ASKED.search(head):  # what is asked of an article, behind its title
        return tuple(f"{head}：{part}" for part in read_parts(rest))
    return _by_clauses(text) or _by_subjects(text) or _by_asking_words(text.strip("？?。 "))


def read_choice(question: str) -> Choice | None:
    """The two that a question chooses between; None for another question."""
    match = _WHICH.match(plain(" ".join(question.split())))
    return Choice(match["one"], match["other"], match["rest"]) if match else None


def read_pair(question: str) -> tuple[str, str] | None:
    """The two of which a question asks what they share, or in what they differ; None for another question."""
    match = _ALIKE.match(plain(" ".join(question.split())).strip("？?。 "))
    return (match["one"], match["other"]) if match else None


def _by_clauses(text: str) -> tuple[str, ...]:
    """谁设计的，哪年建成的: clauses that ask, each with what stands before the first of them."""
    clauses = [clause.strip() for clause in _BREAKS.split(text) if clause.strip()]
    if len(clauses) == 1 and "、" in text:
        clauses = [clause.strip() for clause in text.strip("？?。").split("、")]
        if not all(_ASKED.search(clause) for clause in clauses):
            return ()
    asking = [
        place
        for place, clause in enumerate(clauses)
        if _ASKED.search(clause) or (place and _AND_THE_OTHER.match(clause.strip("？?。")))
    ]
    if not 2 <= len(asking) <= _MOST_PARTS or asking[-1] - asking[0] != len(asking) - 1:
        return ()
    lead = "，".join(clauses[: asking[0]])
    first = f"{lead}，{clauses[asking[0]]}" if lead else clauses[asking[0]]
    parts = [first]
    for place in asking[1:]:
        parts.append(_standing_alone(clauses[place], first))
    return tuple(parts)


def _standing_alone(clause: str, first: str) -> str:
    """A clause with the subject of the first, where it has none of its own."""
    if (same := _of_another_time(clause, first)) is not None:
        return same
    if clause.startswith("其中") and (whole := subject_of(_FORMERLY.sub("", first))):
        return f"{whole}，{clause}"
    first = _FORMERLY.sub("", first)
    own = clause.removeprefix("其中").removeprefix("并且").removeprefix("而且").removeprefix("又")
    if (short := _SHORT_SUBJECT.match(first)) and _NO_SUBJECT.match(own):
        return f"{short[0]}{own}"
    leaning = follow_up(own, Spoken(first))
    return leaning.question.strip("？?。") if leaning and not leaning.more else own


def _of_another_time(clause: str, first: str) -> str | None:
    """The first question of another time or number of its series (那25年呢); None for another clause."""
    time = clause.strip("？?。").removeprefix("那").removesuffix("呢")
    said = list(_OF_A_SERIES.finditer(first))
    if clause.strip("？?。").endswith("呢") and len(said) == 1 and _OF_A_SERIES.fullmatch(time):
        return first[: said[0].start()] + time + first[said[0].end() :]
    return None


def _by_subjects(text: str) -> tuple[str, ...]:
    """甲和乙各是几点到的: the same asked of each."""
    text = text.strip("？?。 ")
    if counts := _COUNTS_TWO.match(text):
        asked = f"{counts['lead']}{counts['many']}{counts['measure']}"
        return f"{asked}{counts['one']}", f"{asked}{counts['other']}"
    match = _EACH_OF_THREE.match(text) or _EACH_OF_TWO.match(text) or _EACH.match(text)
    if match is None or not _ASKED.search(match["rest"]):
        return ()
    names = [words for name, words in match.groupdict().items() if name not in ("lead", "rest")]
    if len(names) == 2:
        names = list(_of_a_series(*names))
    lead = match.groupdict().get("lead", "")
    return tuple(f"{lead}{name}{match['rest']}" for name in names)


def _of_a_series(one: str, other: str) -> tuple[str, str]:
    """Two names, of which the second, where it begins with a time or number of a series, gets what the first has more.

    What stands behind the second alone is said of both.
    """
    first, second = list(_OF_A_SERIES.finditer(one)), _OF_A_SERIES.match(other)
    if not first or second is None:
        return one, other
    last = first[-1]
    before, behind = one[: last.start()], other[second.end() :] or one[last.end() :]
    return f"{before}{last[0]}{one[last.end() :] or behind}", f"{before}{second[0]}{behind}"


def _by_asking_words(text: str) -> tuple[str, ...]:
    """谁在什么时候…, 去哪里干什么: two asking words of different kinds in one clause."""
    found = list(_ASKED.finditer(text))
    if len(found) != 2 or _kind(found[0][0]) == _kind(found[1][0]):
        return ()
    one, other = found
    between = text[one.end() : other.start()]
    if not one.start():
        without_other = _JOINS_ASKED.sub("", text[: other.start()]) + text[other.end() :]
        return without_other, text[one.end() :].lstrip("在")
    rest = text[one.end() :]
    if not between or "的" in between or text[other.end() :] or _JOINS_ASKED.search(between):
        return ()
    first = text[: one.end()]
    return first, _standing_alone(rest, first)


def _kind(words: str) -> str:
    return next(kind for kind, pattern in _KINDS if pattern.search(words))
