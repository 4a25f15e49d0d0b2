"""An answer to a yes/no question begins with the word that the text bears out, and then quotes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from embeddings import CELL_MARK, column_names, fold
from qa.answering import render
from qa.answering.articles import cited, said, sentences_of
from qa.query.intents.yes_no import Polarity, Verb, YesNo, content_of, is_expected, verdict
from qa.query.referents import PROVINCES
from qa.retrieval.stretches import Stretch
from qa.types import Answer, AnswerKind, Citation, Passage, Reading

_PLACE = re.compile(PROVINCES)
_NUMBER = re.compile(r"\d[\d.,]*")
_IS_NOT = re.compile(r"休|闭|停|不|无|没|[—×✕✗-]$")
_IS = re.compile(r"\d|有|开|可|全天|[√✓]")
_BEFORE_IT, _BEHIND_IT = 100, 40  # characters around a quote in which the place it is about is named
_ASKED_ALIKE = 0.8  # of a question's characters, in a sentence that says or denies the very thing
_LOOKED_AT = 3  # passages whose articles are looked through for such a sentence


def with_yes_or_no(
    answer: Answer, asked: YesNo, polarity: Polarity, *, read_alone: Callable[[Stretch], Reading] | None = None
) -> Answer:
    """The answer with 是, 不是, 还没有 … before its quote, or that the text does not settle it.

    `read_alone` gives the reading of a quote with its title: it tells yes from no better than that of a whole passage,
    and both together best.
    """
    if answer.kind is AnswerKind.NOT_FOUND:
        return _said_alike(answer, asked, polarity) or answer
    if answer.abstained or not answer.citations:
        return answer
    citation = answer.citations[0]
    return replace(
        answer, kind=AnswerKind.YES_NO, text=_told(asked, _yes(answer, asked, citation, polarity, read_alone), citation)
    )


def _yes(
    answer: Answer,
    asked: YesNo,
    citation: Citation,
    polarity: Polarity,
    read_alone: Callable[[Stretch], Reading] | None = None,
) -> bool | None:
    if not _has_its_places(asked.question, citation):
        return None
    if (is_so := _by_cell(asked, citation)) is not None:
        return is_so
    read = _read(citation, answer.passages)
    if read is not None and read_alone and citation.start is not None and citation.end is not None:
        alone = read_alone(Stretch(citation.article, citation.start, citation.end)).polarity
        read = read if alone is None else (read + alone) / 2
    return verdict(polarity(asked.question, said(citation), read))


def _by_cell(asked: YesNo, citation: Citation) -> bool | None:
    """Whether a row of a table says yes in the one column that a question names (周一能去吗); None for all else."""
    if CELL_MARK not in citation.quote or citation.start is None or asked.verb not in (Verb.CAN, Verb.HAS, Verb.ACT):
        return None
    row = citation.quote.split("\n")[0].split(CELL_MARK)
    names = column_names(citation.article.body, citation.start)
    cells = [cell for name, cell in zip(names, row, strict=False) if name and fold(name) in fold(asked.question)]
    if len(cells) != 1:
        return None
    return _IS_NOT.search(cells[0]) is None if _IS_NOT.search(cells[0]) or _IS.search(cells[0]) else None


def _told(asked: YesNo, yes: bool | None, citation: Citation) -> str:
    is_over = asked.verb is Verb.DONE and yes is False and not is_expected(asked.question, citation.quote)
    return render.yes_or_no(Verb.PAST if is_over else asked.verb, yes, citation, act=asked.act)


def _said_alike(answer: Answer, asked: YesNo, polarity: Polarity) -> Answer | None:
    """The answer by a sentence near at hand that says, or denies, nearly all of the question; None where there is none.

    A judge of what answers looks for what is asked for, and a question for yes or no asks for nothing that a sentence
    may have. A number that the question has and the sentence has not is denied or not spoken of.
    """
    wanted = set(content_of(asked.question))
    numbers = _NUMBER.findall(fold(asked.question))
    best: tuple[float, Citation] | None = None
    for article in dict.fromkeys(passage.article for passage in answer.passages[:_LOOKED_AT]):
        for span in sentences_of(article):
            said = fold(article.body[slice(*span)])
            share = len(wanted & set(said)) / len(wanted) if wanted else 0.0
            if share >= _ASKED_ALIKE and (best is None or share > best[0]):
                best = share, cited(1, article, span)
    if best is None:
        return None
    citation = best[1]
    yes = _yes(answer, asked, citation, polarity)
    if yes is None or (yes and any(number not in fold(citation.quote) for number in numbers)):
        return None
    return replace(
        answer,
        kind=AnswerKind.YES_NO,
        text=_told(asked, yes, citation),
        quote=citation.quote,
        citations=(citation,),
    )


def _read(citation: Citation, passages: tuple[Passage, ...]) -> float | None:
    """What the reader says of yes and no, of the chunk that it is surest of among those with the quote."""
    if citation.start is None or citation.end is None:
        return None
    readings = [
        placed.reading
        for passage in passages
        if passage.article == citation.article
        for placed in passage.readings
        if placed.start < citation.end and citation.start < placed.end and placed.reading.polarity is not None
    ]
    return max(readings, key=lambda reading: reading.log_odds).polarity if readings else None


def _has_its_places(question: str, citation: Citation) -> bool:
    """Whether a quote is of every province that a question names; of another it says neither yes nor no.

    A province stands in it or around it, and no other is named in between.
    """
    body, start, end = citation.article.body, citation.start or 0, citation.end or 0
    before, said = fold(body[max(0, start - _BEFORE_IT) : start]), fold(citation.quote)
    around = f"{fold(citation.article.heading)}\n{before}{said}{fold(body[end : end + _BEHIND_IT])}"
    last = _PLACE.findall(before)[-1:]
    asked = _PLACE.findall(fold(question))
    return all(place in said or (place in around and last in ([], [place])) for place in asked)
