"""An answer to a yes/no question begins with the word that the text bears out, and then quotes it."""

from __future__ import annotations

from dataclasses import replace

from qa.answering import render
from qa.query.intents.yes_no import Polarity, YesNo, verdict
from qa.types import Answer, AnswerKind


def with_yes_or_no(answer: Answer, asked: YesNo, polarity: Polarity) -> Answer:
    """The answer with 是, 不是, 还没有 … before its quote, or that the text does not settle it."""
    if answer.abstained or not answer.citations:
        return answer
    citation = answer.citations[0]
    yes = verdict(polarity(asked.question, citation.quote))
    return replace(answer, kind=AnswerKind.YES_NO, text=render.yes_or_no(asked.verb, yes, citation))
