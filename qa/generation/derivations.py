"""What a sentence says besides, each as a sentence of its own: who else does what, and what is said within a name.

A subject that is not repeated is put before what a later clause says of it (张三到任，主持会议: 张三主持会议),
what stands before a name by 的 is said of it (历时两年的工程: 工程历时两年), and what 其中 picks out is told alone.
Nothing is concluded where a clause could be of somebody else, or holds on a condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.generation import vocabulary as words
from qa.generation.predicates import (
    begins_predicate,
    held_back,
    negates,
    predicate_at,
    shares_the_stage,
    starts_anew,
    subject_of,
)
from qa.generation.tokens import Token, by_clause
from qa.generation.turns import GRADES

_COMPARES = words.word_set("同比 比 较 增长 下降 占")
_FACTUAL = words.word_set("没有 已 已经 仍 仍然 目前 现")
_MEASURED = (
    "面积",
    "投入",
    "总投入",
    "长",
    "高",
    "宽",
    "深",
    "重",
    "容",
    "容量",
    "库容",
    "工期",
    "期限",
    "价",
    "额",
    "率",
    "量",
    "值",
    "数",
    "速",
    "收入",
    "利润",
    "资金",
    "长度",
)
_LEADS_A_PLACE = words.word_set("在 对 与 从 由 被 把 为 以 向 按 比 其中 每 各 据 根据 随着 通过")
_LONGEST_SUBJECT, _LONGEST_MEASURED = 24, 8  # tokens


def derived(sentence: Sequence[Token], limited: frozenset[int]) -> Iterator[list[Token]]:
    """Sentences that follow from one, as tokens of one clause each.

    `limited` are its clauses that hold only on a condition or are not vouched for: nothing follows from what comes
    after one of them.
    """
    clauses = by_clause(sentence)
    subject: list[Token] = []
    last: list[Token] = []
    held: list[Token] = []
    for number, clause in enumerate(clauses):
        if any(one < number for one in limited):
            # What comes after a plan may be part of it, but not where it says what is so by now.
            subject = last if _is_fact(clause) else []
            if not subject:
                continue
        yield from _said_within_a_name(clause)
        yield from _sent(clause)
        yield from _changed(clause)
        if clause[0].after_colon:
            break  # who is meant after a colon, only the whole tells
        if number and clause[0].text in _COMPARES and _ends_with_count(clauses[number - 1]):
            counted = _counted(clauses[number - 1])
            if counted:
                yield _as_one([*counted, *clause])
        own = subject_of(clause)
        # What grew or fell is what was counted, and not whoever was spoken of (石桥镇今年产茶8吨，增长3%).
        changes = _compares(clause) and number > 0 and _ends_with_count(clauses[number - 1])
        if number and subject and not changes and (begins_predicate(clause) or _is_measure(clause)):
            anew = starts_anew(clause) or _is_measure(clause)
            if negates(held) and not anew:
                continue
            times = [token for token in sentence if token.moment and token.clause < number][-1:]
            own_times = any(token.moment for token in clause)
            yield _as_one([*([] if own_times else times), *subject, *([] if anew else held), *clause])
            own = []
            if starts_anew(clause):
                held = held_back(clause)
        elif number and not own:
            subject = []
        if own:
            subject = last = _named(own)
            held = held_back(clause)
        if _leaves_open(clause):
            subject = []
    yield from _picked_out(clauses)


def _as_one(tokens: Sequence[Token]) -> list[Token]:
    return [replace(token, clause=0, after_colon=False) for token in tokens]


def _named(subject: Sequence[Token]) -> list[Token]:
    return list(subject) if len(subject) <= _LONGEST_SUBJECT else []


def _compares(clause: Sequence[Token]) -> bool:
    first = next((token for token in clause if not token.moment), None)
    return first is not None and first.text in _COMPARES


def _is_fact(clause: Sequence[Token]) -> bool:
    first = next((token for token in clause if not token.moment), None)
    return first is not None and first.text in _FACTUAL


def _is_measure(clause: Sequence[Token]) -> bool:
    """Whether a clause gives a measure of what was spoken of (营业面积1200平方米)."""
    said = [token for token in clause if not token.moment and token.text not in ("为", "达", "达到", "是", "约", "共")]
    if not 1 < len(said) <= _LONGEST_MEASURED or not said[-1].quantity:
        return False
    return "".join(token.text for token in said[:-1]).endswith(_MEASURED)


def _leaves_open(clause: Sequence[Token]) -> bool:
    """Whether what comes after a clause may be said of somebody whom it names, or by somebody."""
    said = [token for token in clause if not token.moment]
    if not said:
        return False
    if said[-1].text in words.SPEECH or any(token.text in words.UNVOUCHED for token in said):
        return True
    start = next((at for at in range(len(said)) if predicate_at(said, at)), 0)
    one = any(token.quantity and token.quantity.value == 1 and not token.quantity.is_ordinal for token in said[start:])
    return one or shares_the_stage(clause)


def _said_within_a_name(clause: Sequence[Token]) -> Iterator[list[Token]]:
    """历时两年的工程8月20日通水: 工程历时两年, where the clause begins so and a predicate follows the name."""
    start = next((at for at, token in enumerate(clause) if not token.moment), len(clause))
    of = next((at for at in range(start + 2, len(clause) - 1) if clause[at].text == "的"), None)
    if of is None or clause[start].text in _LEADS_A_PLACE:
        return
    said = clause[start:of]
    measures = len(said) > 1 and bool(said[-1].quantity) and _is_measure(said)
    if not measures and not any(
        predicate_at(said, at) or said[at].text in ("了", "过", "着") for at in range(len(said))
    ):
        return
    end = next((at for at in range(of + 2, len(clause)) if clause[at].moment), None)
    if end is None:
        end = next((at for at in range(of + 2, len(clause)) if predicate_at(clause, at)), len(clause))
    name = clause[of + 1 : end]
    if any(token.text == "的" or (token.quantity and token.quantity.is_counted) for token in name):
        return
    yield _as_one([*name, *clause[start:of]])


def _picked_out(clauses: Sequence[Sequence[Token]]) -> Iterator[list[Token]]:
    """疏散居民47人，其中儿童2名: 儿童占2名, 居民中儿童有2名, and 疏散儿童2名 with the subject."""
    for number, clause in enumerate(clauses):
        if not number or clause[0].text != "其中" or len(clause) < 3 or not clause[-1].quantity:
            continue
        named = [token for token in clause[1:-1] if token.text not in ("有", "占", "达")]
        own = max((at for at, token in enumerate(named) if token.text == "的"), default=-1)
        if not named or any(_counts(token) for token in named[own + 1 :]):
            continue
        before = list(clauses[number - 1])
        whole = _counted(before)
        for sign in ("占", "有"):
            yield _as_one([*named, Token(sign), clause[-1]])
            if whole:
                yield _as_one([*whole, Token("中"), *named, Token(sign), clause[-1]])
        for at in range(len(before)):
            length = predicate_at(before, at)
            if length and whole and not clause[-1].quantity.is_share:
                yield _as_one([*before[: at + length], *named, clause[-1]])
                break


def _ends_with_count(clause: Sequence[Token]) -> bool:
    """Whether a clause ends with a count, or with what the only count in it counts."""
    counts = [at for at, token in enumerate(clause) if token.quantity]
    return len(counts) == 1 and len(clause) - counts[0] <= _LONGEST_MEASURED


def _counts(token: Token) -> bool:
    return bool(token.quantity and token.quantity.is_counted and token.quantity.unit not in GRADES)


def _counted(clause: Sequence[Token]) -> list[Token]:
    """What the last count of a clause counts: behind it, or before it where it ends the clause."""
    at = max((place for place, token in enumerate(clause) if token.quantity), default=-1)
    if at < 0:
        return []
    if at + 1 < len(clause):
        return list(clause[at + 1 :])
    for start in range(at - 1, -1, -1):
        for length in range(1, 4):
            if predicate_at(clause, start) == length and start + length < at:
                return [token for token in clause[start + length : at] if token.text not in ("了", "的")]
    return []


def _sent(clause: Sequence[Token]) -> Iterator[list[Token]]:
    """派电工张三负责维护: 电工张三负责维护."""
    for at, token in enumerate(clause):
        if token.text not in ("派", "派出", "由") or any(one.text in words.HEDGES for one in clause[:at]):
            continue
        rest = clause[at + 1 :]
        start = next((place for place in range(1, len(rest)) if predicate_at(rest, place)), None)
        if start is not None and not any(one.quantity or one.moment for one in rest[:start]):
            yield _as_one(rest)


def _changed(clause: Sequence[Token]) -> Iterator[list[Token]]:
    """水价由每吨2元调整为3元: 水价调整为每吨3元, and 水价此前为每吨2元."""
    for at, token in enumerate(clause):
        if token.text not in ("由", "从") or not at:
            continue
        first = next((place for place in range(at + 1, min(at + 8, len(clause))) if clause[place].quantity), None)
        if first is None or clause[first].moment:
            continue
        last = next((place for place in range(first + 1, len(clause)) if clause[place].quantity), None)
        if last is None or not predicate_at(clause, first + 1):
            continue
        ahead, each, verb = clause[:at], clause[at + 1 : first], clause[first + 1 : last]
        yield _as_one([*ahead, *verb, *each, *clause[last:]])
        yield _as_one([*(one for one in ahead if not one.moment), Token("此前"), Token("为"), *each, clause[first]])
