"""Answers put together: to each part of a question, and to which of two it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings import Article, Snapshot, fold, folded_pairs
from qa.answering import render
from qa.answering.articles import Span, cited, sentences_of, telling_sentence, told_by
from qa.answering.evidence.answer_types import Expected
from qa.query.intents.parts import Choice
from qa.query.question import Asks, read_question
from qa.types import Answer, AnswerKind, Citation

# What a short answer does not tell by itself.
_QUOTED = frozenset({Asks.WHAT, Asks.HOW, Asks.WHY})
_LONGEST_LABEL = 24


def in_parts(question: str, found: Sequence[tuple[str, Answer]]) -> Answer:
    """The answer to each part, behind the part itself, or that the bulletin does not say it."""
    citations: list[Citation] = []
    told: list[tuple[str, str, int]] = []
    for part, answer in found:
        first = len(citations) + 1
        citations += [replace(one, number=first + place) for place, one in enumerate(answer.citations)]
        told.append((part.strip("？?。， "), "" if answer.abstained else _told(part, answer), first))
    answered = [answer for _, answer in found if not answer.abstained]
    return Answer(
        question=question,
        kind=AnswerKind.LIST if answered else AnswerKind.NOT_FOUND,
        text=render.parts(told),
        quote="\n".join(dict.fromkeys(citation.quote for citation in citations)),
        citations=tuple(citations),
        passages=tuple(passage for answer in answered or [found[0][1]] for passage in answer.passages),
        confidence=min((answer.confidence for answer in answered), default=0.0),
    )


def _told(part: str, answer: Answer) -> str:
    if answer.is_counted or len(answer.citations) > 1:
        return render.without_numbers(answer.text)
    query = read_question(part)
    # A short answer that is no day to 哪天, or no number to 多少, tells less than its sentence.
    is_told = answer.short and query.asks not in _QUOTED and Expected.by(query).held_by(answer.short)
    return answer.short if is_told else answer.quote


@dataclass(frozen=True, slots=True)
class _Said:
    """The clause that says most of what is asked, of one of two: how much, and where."""

    share: float
    article: Article
    span: Span
    clause: str


_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+[，,。；;：:！!？?]*")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?=[%万亿\u4e00-\u9fff]|$)")
_MORE = re.compile(r"快|多|高|大|长|远|重|贵|深|强|宽|老|久|晚|涨|好")
_LESS = re.compile(r"慢|少|低|小|短|近|轻|便宜|浅|弱|窄|早|先|跌|年轻")
_RATE = re.compile(r"快|慢|涨|跌|增|幅|率")
_LEAST_SHARE = 0.5
# 在某地办: which place it is counts, and not in which words print says that it was there.
_LEADS_TO = re.compile(r"^(?:[是在从由]|先)+(?=..)")
_PLAIN_VERB = re.compile(r"(?<=..)[办开搞弄建修]的?$")


def choose(choice: Choice, question: str, snapshot: Snapshot) -> Answer | None:
    """Which of two it is; None where the texts do not tell.

    Where a quality is compared (哪个卖得贵) and both have a number of the same unit, the greater or smaller counts;
    else that of which the text says what is asked (在哪个镇办).
    """
    one, other = (_best(name, choice, snapshot) for name in (choice.one, choice.other))
    if one is None or other is None:
        return None
    rest = fold(choice.rest)
    is_compared = bool(_MORE.search(rest) or _LESS.search(rest))
    if is_compared and (values := _values(one, other, rate=bool(_RATE.search(rest)))):
        greater = values[0] > values[1]
        wins_one = greater != bool(_LESS.search(rest) and not _MORE.search(rest))
        return _chosen(question, choice, one, other, wins_one=wins_one)
    if max(one.share, other.share) < _LEAST_SHARE or one.share == other.share:
        return None
    return _chosen(question, choice, one, other, wins_one=one.share > other.share, alone=True)


def _best(name: str, choice: Choice, snapshot: Snapshot) -> _Said | None:
    wanted = folded_pairs(_PLAIN_VERB.sub("", _LEADS_TO.sub("", choice.rest)) or choice.rest)
    rival = choice.other if name == choice.one else choice.one
    best: _Said | None = None
    for article in _holding(name, snapshot):
        for span in sentences_of(article):
            sentence = article.body[slice(*span)]
            is_titled = fold(name) in fold(article.title) and fold(rival) not in fold(f"{article.title}{sentence}")
            for clause in [sentence] if is_titled else _stretches(sentence, name, rival):
                share = len(folded_pairs(clause) & wanted) / len(wanted) if wanted else 0.0
                if best is None or share > best.share:
                    best = _Said(share, article, span, clause)
    return best


def _holding(name: str, snapshot: Snapshot) -> list[Article]:
    return snapshot.find_phrase(name)[:20]


def _stretches(sentence: str, name: str, rival: str) -> list[str]:
    """What a sentence says of a name: from its clause to the next that names the rival."""
    clauses = [match[0] for match in _CLAUSE.finditer(sentence)]
    found = []
    for place, clause in enumerate(clauses):
        if fold(name) in fold(clause):
            said = clause
            for following in clauses[place + 1 :]:
                if fold(rival) in fold(following) or "；" in said:
                    break
                said += following
            found.append(said if fold(rival) not in fold(clause) else clause)
    return found


def _values(one: _Said, other: _Said, *, rate: bool) -> tuple[float, float] | None:
    """A number of each of the same unit: a percentage, where growth is compared."""
    numbers = [
        [
            (float(match[0].replace(",", "")), said.clause[match.end() : match.end() + 1])
            for match in _NUMBER.finditer(said.clause)
        ]
        for said in (one, other)
    ]
    units = [unit for _, unit in numbers[0] if any(unit == its for _, its in numbers[1]) and unit not in "年月日时"]
    unit = "%" if rate and "%" in units else units[0] if units and not rate else ""
    if not unit:
        return None
    first, second = (next(value for value, its in of if its == unit) for of in numbers)
    return (first, second) if first != second else None


def _chosen(question: str, choice: Choice, one: _Said, other: _Said, *, wins_one: bool, alone: bool = False) -> Answer:
    winner, loser = (one, other) if wins_one else (other, one)
    name = choice.one if wins_one else choice.other
    citations = [cited(1, winner.article, winner.span)]
    if not alone and (loser.article.id, loser.span) != (winner.article.id, winner.span):
        citations.append(cited(2, loser.article, loser.span))
    return told_by(
        citations,
        question,
        kind=AnswerKind.COMPARISON,
        text=render.chosen(name, citations),
        confidence=winner.share,
    )


def both(names: tuple[str, str], question: str, snapshot: Snapshot) -> Answer | None:
    """What the archive says of each of two, side by side; None where it says nothing of one."""
    citations: list[Citation] = []
    for name in names:
        article = next(iter(snapshot.find_phrase(name)), None)
        span = telling_sentence(article, name) if article else None
        if article is None or span is None:
            return None
        citations.append(cited(len(citations) + 1, article, span))
    return told_by(citations, question, kind=AnswerKind.COMPARISON, text=render.beside(names, citations))
