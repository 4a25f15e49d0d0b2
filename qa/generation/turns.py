"""The forms in which a clause says the same in another order: passive, 把, winning and losing, counts moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.generation import vocabulary as words
from qa.generation.tokens import Token

_MOVABLE = words.word_set("在 于 从 以 为 为了 对 向 通过 根据 按照")
AGENT = words.word_set("被 由 遭")
_DISPOSAL = words.word_set("把 将")
COPULA = words.word_set("是 为 担任 当选")
TURNS = AGENT | _DISPOSAL | COPULA | {words.LOSES}


def count_moved(clause: list[Token], *, within: bool = False) -> Iterator[list[Token]]:
    """The clause with its only count in another place (死亡3人, 3人死亡); `within`: near by, and not in front."""
    counts = [place for place, token in enumerate(clause) if token.quantity]
    if len(counts) != 1:
        return
    rest = clause[: counts[0]] + clause[counts[0] + 1 :]
    for place in range(len(rest) + 1):
        is_near = place > 0 and abs(place - counts[0]) <= 2
        if place != counts[0] and (is_near or not within):
            yield [*rest[:place], clause[counts[0]], *rest[place:]]


def copula_turned(clause: list[Token]) -> Iterator[list[Token]]:
    """陈立新是区长 as 区长陈立新."""
    for place, token in enumerate(clause):
        if token.text in COPULA and 0 < place < len(clause) - 1:
            yield [*clause[place + 1 :], *clause[:place]]


def phrase_taken_out(clause: list[Token], window: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Both without a phrase of place, means or aim that stands in both, wherever."""
    for start, token in enumerate(clause):
        if token.text not in _MOVABLE:
            continue
        for length in range(8, 1, -1):
            phrase = clause[start : start + length]
            if len(phrase) < length:
                continue
            for at in range(len(window) - length + 1):
                if all(mine.says(theirs) for mine, theirs in zip(phrase, window[at : at + length], strict=True)):
                    yield clause[:start] + clause[start + length :], window[:at] + window[at + length :]


def undisposed(clause: list[Token]) -> Iterator[list[Token]]:
    """张三把李四打败 as 张三打败李四, wherever the verb may begin."""
    for place, token in enumerate(clause):
        if token.text in _DISPOSAL and 0 < place < len(clause) - 1:
            ahead, rest = clause[:place], clause[place + 1 :]
            for at in range(1, len(rest)):
                yield [*ahead, *rest[at:], *rest[:at]]


def passive(clause: list[Token]) -> Iterator[list[Token]]:
    """张三打败李四, 张三把李四打败 as 李四被张三打败 and 李四由张三打败, wherever the object may begin."""
    if is_turned(clause):
        return
    signs = [Token(sign, clause[0].clause) for sign in sorted(AGENT)]
    disposed = next((at for at, token in enumerate(clause) if token.text in _DISPOSAL and at), None)
    if disposed is not None:
        ahead, rest = clause[:disposed], clause[disposed + 1 :]
        yield from ([*rest[:at], sign, *ahead, *rest[at:]] for at in range(1, len(rest)) for sign in signs)
    yield from ([*clause[at:], sign, *clause[:at]] for at in range(2, len(clause)) for sign in signs)


def won(clause: list[Token]) -> Iterator[list[Token]]:
    """李四不敌张三 as 张三打败李四."""
    for place, token in enumerate(clause):
        if token.text == words.LOSES and 0 < place < len(clause) - 1:
            yield [*clause[place + 1 :], replace(token, text=words.WINS), *clause[:place]]


def is_turned(clause: Sequence[Token]) -> bool:
    """Whether a clause is said in the passive, or names who did it by 由."""
    return any(token.text in AGENT for token in clause)
