"""The forms in which a clause says the same in another order: passive, 把, winning and losing, counts moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.generation import vocabulary as words
from qa.generation.predicates import predicate_at
from qa.generation.tokens import Token

_MOVABLE = words.word_set("在 于 从 以 为 为了 对 向 通过 根据 按照")
AGENT = words.word_set("被 由 遭")
GRADES = words.word_set("级 等 层 期 代")  # of which kind things are, and not how many
_HOLDS_A_COUNT = words.CONJUNCTIONS | words.PREPOSITIONS | words.word_set("到 至 为 达 成 是 有 共 约 比 较 降 升")
_LONGEST_COUNTED = 12  # tokens of what a count behind it counts
_LONGEST_THING = 5  # tokens
_DISPOSAL = words.word_set("把 将")
_TO = words.word_set("给 向 为")
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


def counts_before(window: list[Token]) -> Iterator[list[Token]]:
    """Stretches with a count that ends a clause before what it counts: 疏散居民47人 as 疏散47人居民.

    What is counted may be long (收走违规停放的电瓶车13辆), and begins behind the first word of its clause.
    """
    for at, token in enumerate(window):
        ends = (
            at + 1 == len(window) or window[at + 1].clause != token.clause or window[at + 1].text in words.CONJUNCTIONS
        )
        if not (ends and token.quantity and token.quantity.is_counted and not token.quantity.is_measure):
            continue
        for place in range(at - 1, max(0, at - _LONGEST_COUNTED) - 1, -1):
            before = window[place]
            if (
                before.clause != token.clause
                or (before.quantity and before.quantity.unit not in GRADES)
                or before.moment
                or before.text in _HOLDS_A_COUNT
            ):
                break
            if place == 0 and any(token.clause != one.clause for one in window):
                break  # it would count what does it, and not to what it is done
            if place == 0 and not _is_a_thing(window[:at]):
                break
            yield [*window[:place], token, *window[place:at], *window[at + 1 :]]


def _is_a_thing(tokens: Sequence[Token]) -> bool:
    """Whether words only name something: a few, with nothing done (铜镜三面)."""
    return len(tokens) <= _LONGEST_THING and not any(predicate_at(tokens, at) for at in range(len(tokens)))


def parted_by_choice(window: list[Token]) -> Iterator[list[Token]]:
    """21名代表中有17人赞成，3人反对 as 17人代表赞成，3人代表反对."""
    for at, token in enumerate(window):
        if token.text not in ("中", "里") or at < 2 or token.clause != window[0].clause:
            continue
        start = next((place for place in range(at - 1, -1, -1) if window[place].quantity), None)
        if start is None or not at - start - 1 or not _counts_people(window[start]):
            continue
        named = window[start + 1 : at]
        rest = window[at + 2 :] if at + 1 < len(window) and window[at + 1].text == "有" else window[at + 1 :]
        if not rest or not _counts_people(rest[0]):
            continue
        parted: list[Token] = list(window[:start])
        for one in rest:
            parted.append(one)
            if _counts_people(one):
                parted += [replace(word, clause=one.clause) for word in named]
        yield parted
        for clause in dict.fromkeys(one.clause for one in parted if one.clause != parted[0].clause):
            yield [one for one in parted if one.clause == clause]


def _counts_people(token: Token) -> bool:
    return bool(token.quantity and token.quantity.counts_people)


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
    """张三把李四打败 as 张三打败李四, wherever the verb may begin; 对桥墩进行加固 as 加固桥墩."""
    for place, token in enumerate(clause):
        done = next((at for at in range(place + 2, len(clause)) if clause[at].text == "进行"), None)
        if token.text == "对" and done is not None and done + 1 < len(clause):
            what, verb = clause[place + 1 : done], clause[done + 1 :]
            verb = verb[1:] if verb[0].text == "了" and len(verb) > 1 else verb
            if not any(one.quantity for one in verb):
                yield [*clause[:place], *verb, *what]
        if token.text in _DISPOSAL and 0 < place < len(clause) - 1:
            ahead, rest = clause[:place], clause[place + 1 :]
            for at in range(1, len(rest)):
                yield [*ahead, *rest[at:], *rest[:at]]


def given(clause: list[Token]) -> Iterator[list[Token]]:
    """What is given to whom, in one order: 把50万元捐给学校 as 捐给学校50万元, 给食堂补贴8000元 as 补贴食堂8000元."""
    for at, token in enumerate(clause):
        if token.text in _DISPOSAL and at:
            to = next((place for place in range(at + 3, len(clause) - 1) if clause[place].text == "给"), None)
            if to is None:
                continue
            whom = clause[to + 1 :]
            whom = whom[1:] if whom[0].text == "了" and len(whom) > 1 else whom
            subject, what, verb = clause[:at], clause[at + 1 : to - 1], clause[to - 1]
            for thing in (what, [*what[-1:], *what[:-1]] if what[-1].quantity else what):
                yield [*subject, verb, *whom, *thing]
        elif token.text in _TO and at:
            count = next((place for place in range(at + 3, len(clause)) if clause[place].quantity), None)
            if count is not None and clause[count - 1].text not in _TO:
                ahead = clause[at + 1 : count - 1]
                yield [*clause[:at], clause[count - 1], *ahead, *clause[count:]]


def _without_gift_signs(clause: list[Token]) -> list[Token]:
    return [token for token in clause if token.text not in ("给", "了")]


def gifts(clause: list[Token], window: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Both with what is given to whom in one order."""
    ours = [clause, *given(clause)]
    theirs = [window, *given(window)]
    for one in ours:
        for other in theirs:
            if one is not clause or other is not window:
                yield _without_gift_signs(one), _without_gift_signs(other)


def named_behind(window: list[Token]) -> Iterator[list[Token]]:
    """患者是58岁的茶农向德旺 as 患者向德旺是58岁的茶农."""
    for at, token in enumerate(window):
        if token.text != "是" or not at:
            continue
        end = next((place for place in range(at, len(window)) if window[place].clause != token.clause), len(window))
        for length in (3, 2):
            start = end - length
            name, calling = window[start:end], window[at + 1 : start]
            if not calling or name[0].text[0] not in words.SURNAMES or any(len(one.text) > 1 for one in name[1:]):
                continue
            if "".join(one.text for one in calling).endswith(words.TITLES):
                yield [*window[:at], *name, token, *calling, *window[end:]]


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
            behind = clause[place + 1 :]
            if behind[0].text == "了" and len(behind) > 1:
                behind = behind[1:]
            ahead = clause[:place]
            yield [*behind, replace(token, text=words.WINS), *ahead]
            # 李四在决赛中不敌张三: where and by how much stays before the verb.
            led = next((at for at, one in enumerate(ahead) if at and one.text in words.PREPOSITIONS), 0)
            if led:
                yield [*behind, *ahead[led:], replace(token, text=words.WINS), *ahead[:led]]


def is_turned(clause: Sequence[Token]) -> bool:
    """Whether a clause is said in the passive, or names who did it by 由."""
    return any(token.text in AGENT for token in clause)
