"""An answer to a yes/no question begins with the word that the text bears out, and then quotes it."""

from __future__ import annotations

import re
from dataclasses import replace

from embeddings import fold
from qa.answering import render
from qa.query.intents.yes_no import Polarity, YesNo, verdict
from qa.types import Answer, AnswerKind, Citation, Passage

_PLACE = re.compile(
    r"北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    r"|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_BEFORE_IT, _BEHIND_IT = 100, 40  # characters around a quote in which the place it is about is named


def with_yes_or_no(answer: Answer, asked: YesNo, polarity: Polarity) -> Answer:
    """The answer with 是, 不是, 还没有 … before its quote, or that the text does not settle it."""
    if answer.abstained or not answer.citations:
        return answer
    citation = answer.citations[0]
    yes = None
    if _has_its_places(asked.question, citation):
        yes = verdict(polarity(asked.question, citation.quote, _read(citation, answer.passages)))
    return replace(answer, kind=AnswerKind.YES_NO, text=render.yes_or_no(asked.verb, yes, citation))


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
    """Whether every province that a question names stands around the quote; of another it says neither yes nor no."""
    body, start, end = citation.article.body, citation.start or 0, citation.end or 0
    text = fold(f"{citation.article.heading}\n{body[max(0, start - _BEFORE_IT) : end + _BEHIND_IT]}")
    return all(place in text for place in _PLACE.findall(fold(question)))
