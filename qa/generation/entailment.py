"""Whether a clause says what a sentence says: words in their order, what was added, and what was left out.

A clause follows from a sentence when each of its words stands there, in the order of the sentence or in one that says
the same (active and passive, 获胜 and 落败, a count before or behind what it counts), when nothing was added that
claims something, and when nothing was left out that turns, limits or conditions what is left. Whatever is not known to
be harmless is taken for harmful.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise

from qa.generation import vocabulary as words
from qa.generation.derivations import derived
from qa.generation.identity import is_called_so, who_is_what
from qa.generation.moments import Moment
from qa.generation.omissions import DONE, is_idle, may_be_left_out, may_begin, may_end, may_join, presents
from qa.generation.tokens import Token, tokens_of
from qa.generation.turns import (
    COPULA,
    TURNS,
    copula_turned,
    count_moved,
    counts_before,
    gifts,
    is_turned,
    named_behind,
    parted_by_choice,
    passive,
    phrase_taken_out,
    undisposed,
    won,
)

_LONGEST_CLAUSE, _LONGEST_WINDOW = 120, 400  # tokens; nobody writes longer ones, and aligning takes their product
_MOST_FORMS = 80  # of a clause in another order that are tried
_MOST_DERIVED_FROM = 24  # clauses of a sentence; a longer one is a list
_MOST_CLAUSES = 5  # of a sentence that one clause may be drawn from
_GIVING = words.word_set("给 向 为")
_ONCE = words.word_set("曾 曾经")
_LATER = words.word_set("年底 年底前 月底 月底前 下半年 四季度 第四季度 今后 届时 明年 后年 下月 下周 明天 未来")
_FUTURE = words.word_set("将 拟 计划 打算 准备 预计 有望 争取 力争 正在")
_MEASURES_OF_ONE = words.word_set("个 场 次 项 种 份")
_MEASURES_OF_KIND = _MEASURES_OF_ONE | words.word_set("名 位 家 座 条 件 所 部 本 支 只")  # 是一名教师: what one is


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a text, or what is drawn from one, as tokens of which the times are complete.

    `vouched_from` is the first clause behind those that the sentence itself takes back. `is_ahead`: what it was drawn
    from speaks of what is planned or expected. `since` are the times of the sentence before, where that goes on in this
    one behind a semicolon. `origin` is the number of the sentence in its text.
    """

    tokens: tuple[Token, ...]
    is_taken_back: bool = False
    vouched_from: int = 0
    is_ahead: bool = False
    since: tuple[Moment, ...] = ()
    origin: int = 0

    @property
    def clauses(self) -> int:
        """How many clauses it has."""
        return self.tokens[-1].clause + 1 if self.tokens else 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a clause was found: the clauses `first` to `last` of sentence `sentence`.

    `needs` are the clauses of it on which it depends and which must be told as well; `is_reversed` says that the clause
    has another subject than its sentence; `speakers` are the clauses of the sentence in which somebody says something.
    `origin` is the sentence of the text from which what was found was drawn.
    """

    sentence: int
    first: int
    last: int
    needs: frozenset[int] = frozenset()
    is_reversed: bool = False
    speakers: frozenset[int] = frozenset()
    origin: int = 0


def statements_of(sentences: Sequence[str], issued: date | None) -> list[Statement]:
    """Sentences of one text, in order."""
    read = _with_same_days([tokens_of(sentence, issued) for sentence in sentences])
    found: list[Statement] = []
    since: tuple[Moment, ...] = ()
    for place, (sentence, tokens) in enumerate(zip(sentences, read, strict=True)):
        after = sentences[place + 1] if place + 1 < len(sentences) else ""
        doubts = any(sign in sentence for sign in words.TAKEN_BACK) or any(sign in after for sign in words.TAKEN_BACK)
        corrected = any(sign in after for sign in words.TAKEN_BACK)
        complete = tuple(_with_years(tokens, issued))
        goes_on = place > 0 and sentences[place - 1].rstrip().endswith(("；", ";"))
        since = _last_times(complete) or (since if goes_on else ())
        told = Statement(
            complete, doubts, 0 if corrected else _corrected(tokens), since=since if goes_on else (), origin=place
        )
        found.append(told)
        if told.clauses <= _MOST_DERIVED_FROM and not doubts:
            ahead = any(token.text in _FUTURE for token in told.tokens)
            limited = _conditions(told, told.clauses)
            found += [
                Statement(tuple(one), doubts, is_ahead=ahead, origin=place) for one in derived(told.tokens, limited)
            ]
    return found


def _last_times(tokens: Sequence[Token]) -> tuple[Moment, ...]:
    """The time that a sentence names last, if any."""
    return tuple(token.moment for token in tokens if token.moment)[-1:]


_SAME_DAY = words.word_set("同一天 同日 当天 当日")


def _with_same_days(sentences: Sequence[list[Token]]) -> list[list[Token]]:
    """The sentences, with the day named last for each 当天 and 同一天."""
    day: Moment | None = None
    dated = []
    for tokens in sentences:
        told = []
        for token in tokens:
            if token.moment and token.moment.day:
                day = replace(token.moment, side="", clock=frozenset())
            elif day and token.text in _SAME_DAY:
                token = replace(token, moment=day)
            told.append(token)
        dated.append(told)
    return dated


def _corrected(tokens: Sequence[Token]) -> int:
    """The first clause behind the last one that calls something untrue; 0 for none."""
    last = -1
    for number in dict.fromkeys(token.clause for token in tokens):
        said = "".join(token.text for token in tokens if token.clause == number)
        last = number if any(sign in said for sign in words.TAKEN_BACK) else last
    return last + 1


def _with_years(tokens: Sequence[Token], issued: date | None) -> list[Token]:
    year, month = None, None
    complete = []
    for token in tokens:
        if token.moment:
            moment = token.moment
            known = year if year is not None else _nearest_year(moment.month, issued)
            filled = moment.filled(known, month if month is not None else issued.month if issued else None)
            year, month = (moment.year if moment.year is not None else year), filled.month or month
            token = replace(token, moment=filled)
        complete.append(token)
    return complete


def _nearest_year(month: int | None, issued: date | None) -> int | None:
    if issued is None:
        return None
    if month is None:
        return issued.year
    return min(
        (issued.year - 1, issued.year, issued.year + 1),
        key=lambda y: abs(12 * (y - issued.year) + month - issued.month),
    )


def placements(
    clause: Sequence[Token],
    statements: Sequence[Statement],
    *,
    told: Sequence[Sequence[Token]] = (),
    takes_back: bool = False,
) -> Iterator[Placement]:
    """Where a clause follows from one of the sentences.

    `told` are the clauses before it in its own sentence; `takes_back` says that this one calls something untrue.
    """
    bare = [token for token in clause if not token.moment]
    times = [token.moment for token in clause if token.moment]
    if not 0 < len(bare) <= _LONGEST_CLAUSE:
        return
    for number, statement in enumerate(statements):
        if not _has_all(bare, statement.tokens):
            continue
        vouched = statement.vouched_from if statement.is_taken_back and not takes_back else 0
        if statement.is_taken_back and not takes_back and not vouched:
            continue
        speakers = frozenset(token.clause for token in statement.tokens if token.text in words.SPEECH)
        for first in range(vouched, statement.clauses):
            for last in range(first, min(first + _MOST_CLAUSES, statement.clauses)):
                window = [token for token in statement.tokens if first <= token.clause <= last]
                if len(window) > _LONGEST_WINDOW:
                    break
                if not _has_all(bare, window):
                    continue
                needs = _conditions(statement, first, since=vouched)
                if needs is None or not _at_those_times(times, bare, window, statement, first):
                    continue
                ahead = statement.is_ahead or any(
                    token.text in _FUTURE for token in statement.tokens if token.clause <= last
                )
                if (ahead or _is_to_come(window)) and _is_now_done(bare, window):
                    continue
                found = _follows(bare, window, told)
                if found:
                    yield Placement(number, first, last, needs, found == "reversed", speakers, statement.origin)


def has_words(clause: Sequence[Token], statements: Sequence[Statement]) -> bool:
    """Whether one of the sentences has all words of a clause but its times, without which it follows from none."""
    bare = [token for token in clause if not token.moment]
    return any(_has_all(bare, statement.tokens) for statement in statements)


def _has_all(clause: Sequence[Token], window: Sequence[Token]) -> bool:
    plain = {token.text for token in window if not token.quantity}
    if words.LOSES in plain:
        plain.add(words.WINS)
    plain |= {mine for mine, theirs in words.SAID_BY.items() if not theirs.isdisjoint(plain)}
    return all(
        any(token.says(other) for other in window)
        if token.quantity and not _is_one(token)
        else token.text in plain or token.text in words.INSERTABLE | TURNS | _ONCE | _GIVING or _is_one(token)
        for token in clause
    )


def _is_one(token: Token) -> bool:
    """Whether this is 一个, 一场, which an article of another language would be."""
    return bool(
        token.quantity
        and token.quantity.value == 1
        and not (token.quantity.bound or token.quantity.is_ordinal)
        and token.quantity.unit in _MEASURES_OF_KIND
    )


_COMPLEMENTS = words.word_set("下 出 到 起 来 去")  # behind a verb: 捐出, 攒下, 腾出来


def _may_be_added(clause: Sequence[Token], at: int) -> bool:
    """Whether a word of a clause claims nothing of its own."""
    token = clause[at]
    if not _is_one(token):
        return token.text in words.INSERTABLE
    unit = token.quantity.unit if token.quantity else ""
    return unit in _MEASURES_OF_ONE or (at > 0 and clause[at - 1].text in COPULA)


def _is_now_done(clause: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether a clause calls something done where the text does not."""
    said = {token.text for token in window}
    return any(token.text in DONE and token.text not in said for token in clause)


def _is_to_come(window: Sequence[Token]) -> bool:
    """Whether a text puts something at a time that may be to come (年底投用)."""
    return any(token.text in _LATER for token in window)


def _conditions(statement: Statement, first: int, *, since: int = 0) -> frozenset[int]:
    """The clauses before one that its sentence does not vouch for it without."""
    said = {token.text for token in statement.tokens if token.clause == first}
    return frozenset(
        number
        for number in range(since, first)
        if _limits(
            [token for token in statement.tokens if token.clause == number],
            adds=not words.ADDS.isdisjoint(said),
            rules=not words.RULES.isdisjoint(said),
        )
    )


def _limits(clause: Sequence[Token], *, adds: bool, rules: bool) -> bool:
    """Whether what comes after a clause holds only with it: doubted, for some (……的，不得), or but for some (除……外).

    除……外 limits nothing where what comes after it `adds` something (除……外，还), and whoever demands what one must not
    do has laid down that rule (要求，货车不得上桥).
    """
    if any(token.text in words.UNVOUCHED and not (rules and token.text == "要求") for token in clause):
        return True
    said = [token.text for token in clause if not token.moment]
    if not said:
        return False
    excepts = said[0] in words.EXCEPTS and not adds
    return excepts or said[-1] == "的" or "".join(said[-3:]).endswith(words.ON_CONDITION)


def _at_those_times(
    times: Sequence[Moment], bare: Sequence[Token], window: Sequence[Token], statement: Statement, first: int
) -> bool:
    if not times:
        return True
    near: list[Moment] = [token.moment for token in window if token.moment]
    if len(near) > 1 and len(times) == 1:
        near = _nearest_times(bare, window)
    if not near:
        dated = [token for token in statement.tokens if token.moment and token.clause < first]
        near = [token.moment for token in dated if token.moment and token.clause == dated[-1].clause]
        near = near or list(statement.since)
    return all(any(time.is_said_by(moment) for moment in near) for time in times)


def _nearest_times(bare: Sequence[Token], window: Sequence[Token]) -> list[Moment]:
    """Of several times, the one before the last word that a clause shares with a window."""
    shared = [
        place
        for place, token in enumerate(window)
        if not token.moment and token.text not in words.INSERTABLE and any(token.says(other) for other in bare)
    ]
    before = [token.moment for token in window[: shared[-1]] if token.moment] if shared else []
    after = [token.moment for token in window if token.moment]
    return before[-1:] or after[:1]


def _follows(clause: list[Token], window: list[Token], told: Sequence[Sequence[Token]]) -> str:
    """How a clause follows from a window of clauses: "straight", "reversed" (with another subject), or ""."""
    if _fits(clause, window, told):
        return "straight"
    if any(token.quantity for token in clause):
        for other in islice((*counts_before(window), *parted_by_choice(window)), _MOST_FORMS):
            if _fits(clause, other, told):
                return "straight"
    if any(_fits(clause, other, told) for other in named_behind(window)):
        return "straight"
    for one, other in islice(gifts(clause, window), _MOST_FORMS):
        if _fits(one, other, told):
            return "straight"
    if window[0].clause != window[-1].clause:
        if any(_fits(one, window, told, closely=True) for one in count_moved(clause, within=True)):
            return "straight"
        if is_turned(window) and any(_fits(one, window, told) for one in islice(passive(clause), _MOST_FORMS)):
            return "reversed"
        return ""
    for other in (*count_moved(clause), *copula_turned(clause)):
        if _fits(other, window, told, closely=True):
            return "straight"
    if any(is_called_so(name, calling, window) for name, calling in who_is_what(clause)):
        return "straight"
    for one, other in islice(phrase_taken_out(clause, window), _MOST_FORMS):
        if _fits(one, other, told):
            return "straight"
    if any(_fits(clause, other, told, closely=True) for other in copula_turned(window)):
        return "straight"
    if any(_fits(clause, other, told) for other in islice(undisposed(window), _MOST_FORMS)):
        return "straight"
    counted = [window, *islice(counts_before(window), _MOST_FORMS)]
    if any(_fits(one, other, told) for one in islice(undisposed(clause), _MOST_FORMS) for other in counted):
        return "straight"
    for ours in (clause, *won(clause)):
        for theirs in (window, *won(window)):
            if (ours is not clause or theirs is not window) and _fits(ours, theirs, told):
                return "reversed"
            if is_turned(theirs) and any(_fits(other, theirs, told) for other in islice(passive(ours), _MOST_FORMS)):
                return "reversed"
            if is_turned(ours) and any(_fits(ours, other, told) for other in islice(passive(theirs), _MOST_FORMS)):
                return "reversed"
    return ""


def _fits(
    clause: Sequence[Token], window: Sequence[Token], told: Sequence[Sequence[Token]], *, closely: bool = False
) -> bool:
    """Whether a clause is a window with nothing but harmless words added and left out; `closely`: nothing between."""
    if not clause or not window:
        return False
    pairs = _align(clause, window)
    if not pairs:
        return False
    matched = {mine for mine, _ in pairs}
    if not told and 0 not in matched and clause[0].text in words.PRONOUNS:
        return False  # whoever is meant, the text names somebody
    was = any(window[place].text == "过" for _, place in pairs)
    added = [at for at in range(len(clause)) if at not in matched]
    if not all(_may_be_added(clause, at) or (was and clause[at].text in _ONCE) for at in added):
        return False
    places = [theirs for _, theirs in pairs]
    # 1名 of 11名: an article that was added stands for no count of the text.
    if any(clause[at].quantity for at in range(len(clause)) if at not in matched) and any(
        token.quantity for at, token in enumerate(window) if at not in set(places)
    ):
        return False
    if window[places[0]].clause != window[0].clause or window[places[-1]].clause != window[-1].clause:
        return False
    begun = window[: places[0]]
    if not may_begin(begun, window[places[0]], told) and not presents(begun, window, places):
        return False
    is_named = any(clause[at].text in COPULA and at not in matched for at in range(len(clause)))
    if not may_end(window[places[-1] + 1 :], window, places, is_named=is_named):
        return False
    scope = next((at for at in places if window[at].text in words.SCOPES), len(window))
    if scope < len(window) and begun and begun[-1].text == "的":
        return False
    joins = 0
    for place, following in pairwise(places):
        gap = window[place + 1 : following]
        if place >= scope and window[place].clause == window[scope].clause and not is_idle(gap):
            return False
        if window[place].clause == window[following].clause:
            if gap and not (is_idle(gap) if closely else may_be_left_out(gap, window, place, following)):
                return False
        else:
            joins += 1
            if closely and not is_idle(gap):
                return False
            if not may_join(window, place, following, places):
                return False
    # 共有24支代表队、312名运动员: each count is one of what there is, while 共 alone is of all together.
    if joins and any(
        token.text == "共" and not (at + 1 in places and window[at + 1].text == "有")
        for at, token in enumerate(window)
        if at not in places
    ):
        return False
    return joins <= 1


def _align(clause: Sequence[Token], window: Sequence[Token]) -> list[tuple[int, int]]:
    """The pairs of a longest common subsequence, of those with the fewest breaks."""
    rows, columns = len(clause), len(window)
    ends = [[float("-inf")] * (columns + 1) for _ in range(rows + 1)]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(1, rows + 1):
        token = clause[row - 1]
        for column in range(1, columns + 1):
            if token.says(window[column - 1]):
                ends[row][column] = 1 + max(ends[row - 1][column - 1] + 0.4, best[row - 1][column - 1])
            best[row][column] = max(ends[row][column], best[row - 1][column], best[row][column - 1])
    pairs = []
    row, column, bound = rows, columns, False
    while row and column:
        if bound or best[row][column] == ends[row][column]:
            pairs.append((row - 1, column - 1))
            bound = ends[row][column] == 1 + ends[row - 1][column - 1] + 0.4
            row, column = row - 1, column - 1
        elif best[row][column] == best[row - 1][column]:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]
