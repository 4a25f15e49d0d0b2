"""Texts as tokens that can be compared: words by what they say, numbers by what they count, times by their day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise

from embeddings import fold
from qa.generation import vocabulary
from qa.generation.moments import Moment, moment_at
from qa.generation.quantities import Quantity, plain_digits, quantity_at
from qa.generation.thesaurus import SAME
from qa.generation.wordings import plain_wording

_WORDS = re.compile(
    "|".join(
        sorted(
            map(
                re.escape,
                {
                    *SAME,
                    *vocabulary.WHOLE,
                    *vocabulary.HEDGES,
                    *vocabulary.UNVOUCHED,
                    *vocabulary.SPEECH,
                    *vocabulary.DROPPABLE,
                },
            ),
            key=len,
        )[::-1]
    )
)
_TENS = ("十", "百", "千")
_DASH = re.compile("(?<=[\u4e00-\u9fff])[—–](?=[\u4e00-\u9fff])")  # within a name: 中国—东盟
_LATIN = re.compile(r"[a-z]+(?:[-'&][a-z]+)*")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)(?![\d:])")
_SCORE = re.compile(r"(?<=\d)[:∶](?=\d)")
_RANGE = re.compile(r"(?<=[\d%])[-~—–]+(?=\d)")
# Marks that end a clause; a full stop in Latin script is one of them, except within a number.
_ENDS_CLAUSE = frozenset(",:;。!?….\n—|")
_QUOTES = frozenset("“”\"'‘’「」『』《》〈〉()[]{}<>【】〔〕·")
_OPENING = frozenset("“‘「『《〈")
_SILENT = frozenset(" \t\u3000_") | _QUOTES


@dataclass(frozen=True, slots=True)
class Token:
    """One unit of a text. `clause` numbers the clause it stands in, from zero."""

    text: str
    clause: int = 0
    quantity: Quantity | None = None
    moment: Moment | None = None
    in_brackets: bool = False
    after_colon: bool = False
    opens_quote: bool = False

    def says(self, other: Token) -> bool:
        """Whether both say the same."""
        if self.quantity or other.quantity:
            return bool(self.quantity and other.quantity and self.quantity.equals(other.quantity))
        if self.moment or other.moment:
            return bool(self.moment and other.moment and self.moment.is_said_by(other.moment))
        return self.text == other.text or other.text in vocabulary.SAID_BY.get(self.text, ())


def tokens_of(text: str, issued: date | None) -> list[Token]:
    """The tokens of a text as printed, in order; `issued` is the day from which 去年 and 昨天 count."""
    folded = fold(plain_digits(plain_wording(text).replace("……", "。").replace("…", "。")))
    folded = _DASH.sub("", folded)
    folded = _CLOCK.sub(r"\1时\2分", folded)
    folded = _RANGE.sub("至", _SCORE.sub("比", folded))
    return _joined(_with_more(_timed(list(_scan(folded, issued)))))


_PARTS_OF_DAY = vocabulary.word_set("凌晨 清早 早晨 早上 上午 中午 下午 傍晚 夜间 深夜 午夜")
_UNTIL = vocabulary.word_set("到 截至 截止 从 自")  # before a time
_STRETCH = vocabulary.word_set("至 到")


def _timed(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with times as one: with the hour behind a day, and both ends of a stretch of time."""
    timed: list[Token] = []
    for at, token in enumerate(tokens):
        last = timed[-1] if timed else None
        follows = last is not None and last.moment is not None and last.clause == token.clause
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        is_hour = token.quantity is not None and token.quantity.unit in ("时", "点", "分") and not token.quantity.bound
        if last and last.moment and follows and last.moment.day and (token.text in _PARTS_OF_DAY or is_hour):
            said = token.text if token.quantity is None else f"{token.quantity.value}{token.quantity.unit}"
            clock = last.moment.clock | {said.replace("点", "时")}
            timed[-1] = replace(last, moment=replace(last.moment, clock=clock))
        elif last and last.moment and follows and token.text in _STRETCH and following and following.moment:
            timed[-1] = replace(last, moment=replace(last.moment, side=last.moment.side or "自"))
        elif token.text in _UNTIL and following and following.moment and following.clause == token.clause:
            continue
        else:
            is_end = token.moment and at and tokens[at - 1].text in _STRETCH and follows
            timed.append(replace(token, moment=replace(token.moment, side="至")) if is_end and token.moment else token)
    return timed


def _with_more(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with 多 and 少 before a share as 增长 and 下降 (同比多3%)."""
    changed = list(tokens)
    for at, (token, following) in enumerate(pairwise(tokens)):
        if (
            token.text in _MORE
            and following.quantity
            and following.quantity.is_share
            and token.clause == following.clause
        ):
            changed[at] = replace(token, text=_MORE[token.text])
    return changed


_MORE = {"多": "增长", "少": "下降", "增": "增长", "降": "下降"}


def _scan(text: str, issued: date | None) -> Iterator[Token]:
    at = clause = depth = 0
    colon = -1  # the clause that the last colon began
    while at < len(text):
        character = text[at]
        if character in _ENDS_CLAUSE:
            # The point of 3.5 is part of its number, and never comes here.
            clause += 1
            colon = clause if character == ":" else colon
        depth = max(0, depth + (character == "(") - (character == ")"))
        if character in _ENDS_CLAUSE or character in _SILENT:
            at += 1
            continue
        token = partial(
            Token,
            clause=clause,
            in_brackets=depth > 0,
            after_colon=clause == colon,
            opens_quote=at > 0 and text[at - 1] in _OPENING,
        )
        word = _fixed_word(text, at)
        if not word and (when := moment_at(text, at, issued)):
            yield token(text[at : when[1]], moment=when[0])
            at = when[1]
        elif not word and (number := quantity_at(text, at)):
            yield token(text[at : number[1]], quantity=number[0])
            at = number[1]
        elif not word and (match := _LATIN.match(text, at)):
            yield token(match[0])
            at = match.end()
        else:
            match = _WORDS.match(text, at)
            word = word or (match[0] if match else character)
            half = Moment(words=word) if word in vocabulary.HALVES else None
            yield token(SAME.get(word, word), moment=half)
            at += len(word)


def _fixed_word(text: str, at: int) -> str:
    """A word that begins with a numeral, or would be taken for a bound of a number (第一次, 一些, 不足为奇), or ""."""
    if text[at] not in "第一二三四万之":
        return ""
    match = _WORDS.match(text, at)
    if match is None or len(match[0]) < 2 or (text[at] == "第" and text[match.end() : match.end() + 1] in _TENS):
        return ""
    return match[0]


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with clauses as they belong together.

    One that only says when or where is the beginning of the one after it; an enumeration of counts (金牌3枚、银牌5枚)
    is a clause for each.
    """
    clauses: list[list[Token]] = []
    last = -1
    for token in tokens:
        if token.clause == last:
            clauses[-1].append(token)
        else:
            clauses.append([token])
        last = token.clause
    joined: list[Token] = []
    number = 0
    for place, clause in enumerate(clauses):
        for part in _counts_apart(clause):
            joined += [replace(token, clause=number) for token in part]
            number += 1
        if _is_setting(clause) and place + 1 < len(clauses):
            number -= 1
    return joined


def _counts_apart(clause: Sequence[Token]) -> list[list[Token]]:
    """The parts of a clause between enumeration commas or 和, where each has a count and what it counts; else it."""
    parts: list[list[Token]] = [[]]
    for token in clause:
        if token.text in ("、", "与", "以及") and not token.in_brackets:
            parts.append([])
        else:
            parts[-1].append(token)
    counts = [part for part in parts if len(part) > 1 and any(t.quantity and t.quantity.is_counted for t in part)]
    return parts if len(counts) == len(parts) > 1 else [list(clause)]


_SETTING_ENDS = vocabulary.word_set("上 中 里 下 时 后 间 内 前 获悉 来看 之后")


_LONGEST_OCCASION = 8  # tokens of 听证会上, 开学典礼上


def _is_setting(clause: Sequence[Token]) -> bool:
    if all(token.moment or token.text in vocabulary.DROPPABLE for token in clause):
        return True
    if clause[-1].text in _SETTING_ENDS and "".join(token.text for token in clause[-2:]) in vocabulary.OCCASIONS:
        return len(clause) <= _LONGEST_OCCASION
    return clause[0].text in vocabulary.PREPOSITIONS and clause[-1].text in _SETTING_ENDS


def by_clause(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each clause, in their order."""
    clauses: list[list[Token]] = []
    for token in tokens:
        if clauses and clauses[-1][-1].clause == token.clause:
            clauses[-1].append(token)
        else:
            clauses.append([token])
    return clauses
