"""What may be left out of a sentence without making something else of what is left.

Each rule knows forms that are harmless; what has none of them may not be left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.generation import vocabulary as words
from qa.generation.tokens import Token
from qa.generation.turns import AGENT, COPULA
from qa.query.names import people_in

_LONGEST_CALLING = 6  # tokens of an office before a name
_GOES_ON = words.word_set(
    "同比 增长 下降 其中 占 比 并 还 也 共 已 将 又 均 都 由 被 不 没有 有 是 获得 涉及 投入 参加 担任"
)
_COMPARES = words.word_set("同比 增长 下降 占 比 其中")
_MEASURED = words.word_set("长度 面积 高度 宽 度 重 量 命 投入 容 深 资金 积")
_RANKS = words.word_set("副 前 原 代")  # with the office, they are left out before a name
_CANONICAL = frozenset(words.SAME.values()) - words.word_set(
    "可以 需要 应该 允许 不 共 约 占 工程 公司 教师 学生 医生 民警 消防员 警方 公司 居民 农民 父亲 母亲 妻子 丈夫 女儿"
)
_PRESENTS = words.word_set("发生 举办 有 出现 爆发")
_SETTING_ENDS = words.word_set("中 上 里 时 后 期间")
_STARTS = words.word_set("从 自 由")
_EACH = words.word_set("分别 各 各自")
_PERSON_ENDS = "者员生民人手师工兵童属众"
_PLACE_ENDS = "省市县区镇乡村"
DONE = words.word_set("了 已 已经 过")


def may_begin(gap: Sequence[Token], following: Token, told: Sequence[Sequence[Token]]) -> bool:
    """Whether the beginning of a clause may be left out.

    After the first clause, only what is no subject of its own: else the clause before would lend it another one.
    """
    core = _core(gap)
    if not core:
        return True
    if _is_title(gap, following) and not _has_hedge(gap, but=_RANKS):
        return True
    if _has_hedge(gap):
        return False
    if not told and all(token.text in words.PRONOUNS for token in core):
        return True
    setting = max((at for at, token in enumerate(gap[:-1]) if token.text in _SETTING_ENDS), default=-1)
    if setting >= 0 and _is_title(gap[setting + 1 :], following):
        return True
    if gap[-1].text == "的" or gap[0].text in words.PREPOSITIONS or _is_all_counts(core):
        return True
    if gap[-1].text in _SETTING_ENDS or _is_title(gap, following):
        return True
    if not told and (gap[-1].text in words.CONJUNCTIONS or gap[-1].text in words.SPEECH):
        return True
    if not told and _is_calling(gap) and not any(token.text == "的" for token in gap):
        return True
    if core[-1].text[-1] in _PLACE_ENDS and len(core) <= 5 and not core[0].quantity:
        return True
    # The subject was said in a clause before.
    return any(_says_first(clause, core) for clause in told)


def _says_first(clause: Sequence[Token], core: Sequence[Token]) -> bool:
    said = [token for token in clause if not token.moment and token.text not in words.INSERTABLE]
    return len(core) <= len(said) and all(mine.says(theirs) for mine, theirs in zip(core, said, strict=False))


def may_end(gap: Sequence[Token], window: Sequence[Token], places: Sequence[int], *, is_named: bool) -> bool:
    """Whether the end of a clause may be left out; `is_named`: what is left says who or what something is."""
    core = _core(gap)
    if not core:
        return True
    if _has_hedge(gap) or gap[0].text in ("的", "地", "得"):
        return False
    last = window[places[-1]]
    if gap[0].text in words.ENDS_A_PHRASE or (gap[0].moment and is_named) or last.text in words.SPEECH:
        return True
    if _is_all_counts(core):
        return last.text != "完成"
    adjoins = len(places) > 1 and places[-2] == places[-1] - 1
    return bool(last.quantity and last.quantity.is_counted and not last.quantity.counts_people and adjoins)


def may_be_left_out(gap: Sequence[Token], window: Sequence[Token], place: int, following: int) -> bool:
    """Whether words between two others of a clause may be left out."""
    core = _core(gap)
    if not core:
        return True
    if _is_title(gap, window[following], after=window[place]) and not _has_hedge(gap, but=_RANKS):
        return True
    if _has_hedge(gap):
        return False
    clause = [token.text for token in window if token.clause == window[place].clause]
    is_list = gap[0].text in words.CONJUNCTIONS or gap[-1].text in words.CONJUNCTIONS
    if is_list:
        shares = not _EACH.isdisjoint(clause) or ("共" in clause and any(token.quantity for token in window))
        return not shares and not any(token.text == "的" for token in gap)
    if gap[-1].text == "的":
        return gap[0].text != "的"
    if gap[0].text in words.PREPOSITIONS:
        return not (window[following].quantity and gap[0].text in _STARTS)
    if _is_all_counts(core):
        return True
    counted = window[place].quantity
    return bool(counted and counted.counts_people and len(core) <= 4 and core[-1].text[-1] in _PERSON_ENDS)


def may_join(window: Sequence[Token], place: int, following: int) -> bool:
    """Whether a subject may be joined with what a later clause says of it."""
    rest = [token for token in window[place + 1 : following] if token.clause < window[following].clause]
    lead = [token for token in window[place + 1 : following] if token.clause == window[following].clause]
    if _core(lead) or any(token.text == "共" for token in lead):
        return False
    if _clause_is_introduced(window, place) or _names_somebody(window[following : following + 8]):
        return False
    # 净利润3亿元，增长11%: what grows is what was counted right before, and nothing else goes on after a count alone.
    said_of = [token for token in rest if token.clause == window[place].clause]
    if window[following].text in _COMPARES:
        if not all(token.quantity for token in _core(said_of)):
            return False
    elif said_of and said_of[0].quantity:
        return False
    if rest and (rest[0].text in ("的", *words.CONJUNCTIONS)):
        return False
    # 李四被张三打败，屈居亚军: what stands right before 被 is the subject of both.
    turned = rest[1:] if rest and rest[0].text in AGENT else rest
    if any(token.text in words.SPEECH or token.text in AGENT or token.text in words.UNVOUCHED for token in turned):
        return False
    starts = [
        token
        for before, token in pairwise(window[place:following])
        if token.clause > before.clause and token.clause < window[following].clause
    ]
    # Another matter may be spoken of by then (营业收入8亿元，净利润3亿元，增长11%), but not after its measures alone.
    compares = window[following].text in _COMPARES or window[following].quantity
    for token in starts:
        measures = not compares and _is_measure([one for one in rest if one.clause == token.clause])
        if token.text not in _GOES_ON and not measures:
            return False
    skipped = "".join(token.text for token in rest if token.clause > window[place].clause)
    resumed = "".join(token.text for token in window[following : following + 4]).lstrip("曾")
    return not people_in(skipped) and not _begins_with_person(resumed)


def presents(begun: Sequence[Token], window: Sequence[Token], places: Sequence[int]) -> bool:
    """Whether a clause says that something happened, of which the next one speaks (发生滑坡，造成……)."""
    resumed = next((at for at in places if window[at].clause > window[places[0]].clause), None)
    if resumed is None or not any(token.text in _PRESENTS for token in begun):
        return False
    return all(at in places for at in range(places[0], resumed) if window[at].clause == window[places[0]].clause)


def _is_measure(clause: Sequence[Token]) -> bool:
    """Whether a clause gives a measure of what was spoken of (全长120米, 总投资21亿元)."""
    core = _core(clause)
    return len(core) > 1 and bool(core[-1].quantity) and (core[-2].text in _MEASURED or core[0].text == "设")


def _begins_with_person(text: str) -> bool:
    return any(text.startswith(name) for name in people_in(text))


def _core(gap: Sequence[Token]) -> list[Token]:
    """What is left out, without the words that always may be."""
    return [token for token in gap if token.text not in words.DROPPABLE and not token.in_brackets and not token.moment]


def is_idle(gap: Sequence[Token]) -> bool:
    """Whether words may be left out anywhere."""
    return not _core(gap)


def _has_hedge(gap: Sequence[Token], *, but: frozenset[str] = frozenset()) -> bool:
    return any(token.text in words.HEDGES - but for token in gap if not token.in_brackets)


def _is_all_counts(core: Sequence[Token]) -> bool:
    return all(
        token.quantity is not None
        and token.quantity.is_counted
        and not token.quantity.is_share
        and not token.quantity.bound
        for token in core
    )


def _is_title(gap: Sequence[Token], following: Token, *, after: Token | None = None) -> bool:
    """Whether this is the office or calling before a name; `after` is the word that it stands behind."""
    if following.text[0] not in words.SURNAMES or gap[0].text == "的":
        return False
    if gap[0].quantity and gap[0].quantity.unit == "岁" and len(gap) > 1:
        gap = gap[2 if gap[1].text == "的" else 1 :]
        if not gap:
            return True
    # 由当时的省交通厅工程师梁启文: only behind such a word can nobody else have the 的.
    is_led = after is not None and after.text in AGENT | words.PREPOSITIONS | COPULA
    return _is_calling(gap, longest=2 * _LONGEST_CALLING if is_led else _LONGEST_CALLING)


def _is_calling(gap: Sequence[Token], *, longest: int = _LONGEST_CALLING) -> bool:
    core = _core(gap)
    said = "".join(token.text for token in core)
    title = max((title for title in words.TITLES if said.endswith(title)), key=len, default="")
    if not title or len(core) > longest:
        return False
    office = list(core)
    while office and len(title) > len(said) - len("".join(token.text for token in office)):
        office.pop()
    owner = max((at for at, token in enumerate(gap) if token.text == "的"), default=-1)
    if owner >= 0:
        # 陶可欣的父亲: the 的 stands right before the calling.
        if longest == _LONGEST_CALLING and len(_core(gap[owner:])) != len(core) - len(office):
            return False
    elif len(gap) > 3 and gap[0].text[0] in words.SURNAMES:
        # What begins with a name may say what its bearer did to the one with the title.
        return False
    acts = any(token.text in _CANONICAL or token.text in DONE for token in office)
    counts = any(token.text in words.CONJUNCTIONS or token.quantity for token in gap)
    return not acts and not counts and (owner >= 0 or not people_in("".join(token.text for token in office) + "〇"))


def _clause_is_introduced(window: Sequence[Token], place: int) -> bool:
    """Whether a colon stands before a clause: what follows later may be said of whoever stands before the colon."""
    return any(token.after_colon for token in window if token.clause == window[place].clause)


def _names_somebody(clause: Sequence[Token]) -> bool:
    """Whether a clause begins with somebody of its own, by calling and name (县长祝红梅)."""
    if clause[0].text in AGENT | words.PREPOSITIONS:
        return False
    return any(
        place and following.text[0] in words.SURNAMES and "".join(t.text for t in clause[:place]).endswith(words.TITLES)
        for place, following in enumerate(clause)
    )
