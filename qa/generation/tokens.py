"""Texts as tokens that can be compared: words by what they say, numbers by what they count, times by their day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from embeddings import fold
from qa.generation import vocabulary
from qa.generation.moments import Moment, moment_at
from qa.generation.quantities import Quantity, plain_digits, quantity_at

_WORDS = re.compile(
    "|".join(
        sorted(
            map(
                re.escape,
                {
                    *vocabulary.SAME,
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
    folded = fold(plain_digits(text.replace("……", "。").replace("…", "。")))
    folded = _CLOCK.sub(r"\1时\2分", folded)
    folded = _RANGE.sub("至", _SCORE.sub("比", folded))
    return _joined(list(_scan(folded, issued)))


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
            yield token(vocabulary.SAME.get(word, word), moment=half)
            at += len(word)


def _fixed_word(text: str, at: int) -> str:
    """A word that begins with a numeral, or would be taken for a bound of a number (第一次, 一些, 不足为奇), or ""."""
    if text[at] not in "第一二三四万之":
        return ""
    match = _WORDS.match(text, at)
    return match[0] if match and len(match[0]) > 1 else ""


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
    """The parts of a clause between enumeration commas, where each has a count and what it counts; else the clause."""
    parts: list[list[Token]] = [[]]
    for token in clause:
        if token.text == "、" and not token.in_brackets:
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
