"""Which part of a sentence tells of those a question asks for, where another part tells of others.

遇难3人，另有5人受伤 has two numbers of people, and a question wants one: how many died is not answered by how many were
hurt. 三省已经收完，两省还在收 has two lists, and 哪些省没有收完 wants the second.
"""

from __future__ import annotations

import re
from enum import Enum

from embeddings import read_numeral
from qa.query.stretch import stretch_on


class Fate(str, Enum):
    """What became of people. StrEnum needs Python 3.11."""

    DEAD = "dead"
    HURT = "hurt"
    MISSING = "missing"
    HELD = "held"  # by the police
    SAVED = "saved"
    FOUND_ILL = "found_ill"
    UNSEEN = "unseen"  # infected without symptoms
    IN_HOSPITAL = "in_hospital"
    RECOVERED = "recovered"

    __str__ = str.__str__


_COUNT_FOLLOWS = r"(?=了?(?:多少|几|\d|[一二两三四五六七八九十]))"
_FATES: tuple[tuple[Fate, re.Pattern[str]], ...] = tuple(
    (fate, re.compile(pattern))
    for fate, pattern in (
        (
            Fate.DEAD,
            rf"死亡(?!率)|遇难|遇害|身亡|丧生|丧命|罹难|牺牲|殉职|去世|病故|死者|致死|[夺带]走了?[^，。]{{0,8}}[生性]命|没了命"
            rf"|(?<![伤该生九])死{_COUNT_FOLLOWS}|(?<=[人名])死(?=[，。；、！？?\d]|$)|(?<=\d)死",
        ),
        (
            Fate.HURT,
            rf"受(?:了?[轻重])?伤|伤者|伤员|[轻重]伤|负伤|致伤|(?<!死)伤(?!亡){_COUNT_FOLLOWS}|(?<=[人名\d])伤(?!亡)",
        ),
        (Fate.MISSING, r"失踪|失联|下落不明|走失|[没无]有?(?:下落|音讯)"),
        (Fate.HELD, rf"被捕|逮捕|抓获|拘留|落网|归案|被抓|抓{_COUNT_FOLLOWS}|羁押"),
        (Fate.SAVED, r"获救|救出|救起|生还|脱险"),
        (Fate.FOUND_ILL, r"确诊"),
        (Fate.UNSEEN, r"无症状"),
        (Fate.IN_HOSPITAL, r"住院|重症"),
        (Fate.RECOVERED, r"出院|治愈|康复"),
    )
)
# Of two or three that go together each is its own: the men's race, the semi-final, who came second, the way back.
_SIDES: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(map(re.compile, patterns))
    for patterns in (
        (r"男(?=[子生单双队篮足排组的]|选手|运动员)", r"女(?=[子生单双队篮足排组的]|选手|运动员)"),
        (r"(?<!半)决赛", r"半决赛", r"预赛|初赛|复赛|小组赛|资格赛"),
        (r"首[班趟]|头[班趟]|最早一[班趟]", r"末[班趟]|最[后晚]一[班趟]"),
    )
)
# Which place somebody took: by its number, or by its name.
_RANK = re.compile(
    r"第(?P<number>[\d一二三四五六七八九十]{1,3})(?:名|(?=、第[\d一二三四五六七八九十]{1,3}名))"
    r"|(?:谁|哪[个支位]?队?|跑|得|拿|考|是)了?个?第(?P<bare>[一二三四五六七八九十])(?![\u4e00-\u9fff])"
    r"|(?P<first>冠军|头名|夺冠|金[牌奖]|摘金)|(?P<second>亚军|银[牌奖])|(?P<third>季军|铜[牌奖])"
)
_GOING_TO = re.compile(r"(?:[去往到]|开[往到])(?P<place>[\u4e00-\u9fff]{2,4}?)(?:的|头|末|早|首|最|那|班|车|几)")
_ASKS_PEOPLE = re.compile(r"多少|几[个人名位例]|谁|哪[些位几个]|人数|什么人")
_SEGMENT = re.compile(
    r"(?:[^，,。；;：:、！!？?\n和及]|(?<![死伤亡难明踪捕诊])[和及])+?"
    r"(?:(?<=[死伤亡])(?=\d)|(?=[，,。；;：:、！!？?\n和及])|$)"
)
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+")
_NUMERAL = re.compile(r"[\d一二两三四五六七八九十百千万]")
_NOT_YET = r"(?:至今|目前|现在|到现在|直到|一直|仍|还|都|就|却|并|尚|也)*"
_NOT = (
    r"(?:没有?(?!收(?!完)|落|[水电气网暖])|未(?!来|成年|婚|知)"
    r"|不(?=[在去来会能想要得再是用需必收交准受肯愿属设开]|参|同意|可以|允许))"
)
_ASKS_WHO_NOT = re.compile(
    rf"(?:谁|什么人|哪(?:[些位几个家名所座条一两三四五六七八九十]|(?=[省市县区镇村国]))[\u4e00-\u9fff]{{0,5}}?){_NOT_YET}{_NOT}"
    rf"|{_NOT}[^，,。？?]{{1,12}}的(?:都|还)?(?:是|有)(?:谁|哪|什么人)"
)
_DENIES = re.compile(
    r"没(?!收(?!完))|未(?!来|成年|婚|知)|无(?![论线锡线人])|不(?![过仅但断少同错足])|尚|[仍还]在|[仍还]需|仍|留在|只剩|缺席|落选|例外|除外|之外|以外|请假|弃权|退赛"
    r"|放弃|取消|暂停|停[办开运课工]|拒绝|错过|无缘"
)


def stretch_asked(question: str, text: str) -> tuple[int, int]:
    """The part of a text, [start, end), that tells of those a question asks for; all of it where nothing parts them."""
    first, last = stretch_on(question, text)
    told = text[first:last]
    if asks_who_not(question):
        start, end = _denying(told)
    else:
        start, end = _of_fate(question, told)
    return first + start, first + end


def tells_of_others(question: str, text: str) -> bool:
    """Whether a text tells of another fate than the one asked for, or of who did where who did not is asked."""
    if asks_who_not(question):
        return _DENIES.search(text) is None
    asked = _fate_asked(question)
    told = _fates(text)
    return asked is not None and bool(told) and asked not in told


def tells_of_those(question: str, text: str) -> bool:
    """Whether a text tells of the fate that a question asks for, or denies what a question asks who did not do."""
    if asks_who_not(question):
        return _DENIES.search(text) is not None
    return _fate_asked(question) in _fates(text)


def tells_of_another_side(question: str, text: str) -> bool:
    """Whether a text tells of another of two or three that go together (女子 for 男子) alone, or of the way back.

    In the training files it is so for 9 of 28,554 sentences that answer, and for 45 of 11,176 that tempt.
    """
    for sides in _SIDES:
        asked = {place for place, side in enumerate(sides) if side.search(question)}
        told = {place for place, side in enumerate(sides) if side.search(text)}
        if len(asked) == 1 and told and asked.isdisjoint(told):
            return True
    asked, told = _ranks(question), _ranks(text)
    if len(asked) == 1 and told and asked.isdisjoint(told):
        return True
    going = _GOING_TO.search(question)
    if going is None:
        return False
    place = re.escape(going["place"])
    comes_from = re.search(rf"{place}(?:站|村|镇)?(?:开往|发往|[→—－-]+[\u4e00-\u9fff])", text)
    goes_there = re.search(rf"(?:[往到至→]|[→—－-])\s*{place}", text)
    return bool(comes_from) and not goes_there


def _ranks(text: str) -> set[int]:
    """The places that a text names: 1 for 冠军 and 第一名."""
    found = set()
    for match in _RANK.finditer(text):
        number = match["number"] or match["bare"]
        by_name = (match["first"], match["second"], match["third"])
        rank = read_numeral(number) if number else next(at for at, name in enumerate(by_name, start=1) if name)
        found.add(rank or 0)
    return found


def without_fate(subject: str) -> str:
    """A subject without what became of its people (洪灾失踪: 洪灾); as it is where nothing else would be left."""
    ends = [
        match.start() for _, pattern in _FATES for match in pattern.finditer(subject) if match.end() == len(subject)
    ]
    return subject[: min(ends)].rstrip("的") or subject if ends else subject


def asks_who_not(question: str) -> bool:
    """Whether a question asks who, or which of several, did not do something."""
    return _ASKS_WHO_NOT.search(question) is not None


def asks_fate(question: str) -> bool:
    """Whether a question asks for people whom one thing became of: how many died, who is missing."""
    return _fate_asked(question) is not None


def _fate_asked(question: str) -> Fate | None:
    """The one thing that became of the people whom a question asks for; None for none and for several (死伤)."""
    fates = _fates(question)
    return next(iter(fates)) if len(fates) == 1 and _ASKS_PEOPLE.search(question) else None


def _fates(text: str) -> set[Fate]:
    return {fate for fate, pattern in _FATES if pattern.search(text)}


def _denying(text: str) -> tuple[int, int]:
    """From the first clause that denies to the last of those that follow it and deny, too."""
    clauses = [match.span() for match in _CLAUSE.finditer(text)]
    denying = [place for place, (start, end) in enumerate(clauses) if _DENIES.search(text, start, end)]
    if not denying:
        return 0, len(text)
    last = denying[0]
    while last + 1 in denying:
        last += 1
    return clauses[denying[0]][0], clauses[last][1]


def _of_fate(question: str, text: str) -> tuple[int, int]:
    """From the words that tell of the fate asked for to the next that tell of another."""
    asked = _fate_asked(question)
    segments = [match.span() for match in _SEGMENT.finditer(text)]
    told = [_fates(text[start:end]) for start, end in segments]
    first = next((place for place, fates in enumerate(told) if asked in fates), None)
    if first is None or not any(fates - {asked} for fates in told):
        return 0, len(text)
    last = first + 1
    while last < len(segments) and (not told[last] or asked in told[last]):
        last += 1
    if not _NUMERAL.search(text, segments[first][0], segments[last - 1][1]):
        while first and not told[first - 1]:
            first -= 1
    return segments[first][0], segments[last - 1][1]
