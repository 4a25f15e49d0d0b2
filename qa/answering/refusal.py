"""A refusal: that the bulletin does not say it, what it says that comes nearest, and which articles are near.

A near miss (the right people, a fact that is not stated) is told from a question on something else by how much of the
question the article has. Where it has most of it, the sentence that tempts is told with what it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from embeddings import Snapshot
from qa.answering import render
from qa.answering.evidence.features import Evidence, Sentence, short_answer
from qa.query.lacks import what_is_lacking
from qa.query.question import Query
from qa.types import Answer, AnswerKind, Passage

_SMALLEST_IDF = 1e-6
_MARKS = "，,；;：:。 "
_LONGEST_TOLD = 70  # characters of a sentence that is told whole; of a longer one, the clauses around what answers
_NEAR = 0.2  # of a question's pairs, weighted by how telling they are, in an article that is worth naming
_AS_NEAR = 0.6  # ... and of what the article with most of them has
_TOLD = 0.4  # ... in an article that is on what is asked
# Log-odds of the reader that something is there to be marked. Of 79 near misses of held-out local news, asked of their
# own article, the sentence has the words that tempt for 0.68 above this, and for 0.31 below it.
_READ = -2.3

_CLAUSE = re.compile(r"[^，,；;：:。！!？?\n]+[，,；;：:。！!？?]*")


def refuse(
    query: Query,
    passages: Sequence[Passage],
    snapshot: Snapshot,
    *,
    confidence: float,
    evidence: Evidence | None = None,
    best: int = 0,
    is_doubted: bool = False,
) -> Answer:
    """That the passages do not answer, with what the `best` sentence of the evidence says instead, if it is near.

    `is_doubted` says that the sentence may be the answer after all, if it has the kind of thing asked for.
    """
    shares = _shares(query, passages, snapshot)
    near = list(passages) if query.is_foreign else _near(passages, shares)
    if not near and is_doubted and evidence is not None:  # long everyday questions share few words with what answers
        near = [passages[evidence.sentences[best].passage]]
    told = None
    if evidence is not None:
        sentence = evidence.sentences[best]
        passage = passages[sentence.passage]
        if shares[sentence.passage] >= _TOLD and _is_read(passage) and (said := _clauses(passage, sentence)):
            lacks = None if is_doubted and evidence.fits[best] else what_is_lacking(query)
            told = render.said_instead(passage.article, said, lacks)
            near = [other for other in near if other.article.id != passage.article.id]
    return Answer(
        question=query.text,
        kind=AnswerKind.NOT_FOUND,
        text=render.not_found(query.text, near, instead=told),
        passages=tuple(passages),
        confidence=confidence,
    )


def _shares(query: Query, passages: Sequence[Passage], snapshot: Snapshot) -> list[float]:
    """What share of the question's pairs and words the article of each passage has, weighted by how telling."""
    texts = [f"{passage.article.heading}\n{passage.article.body}" for passage in passages]
    terms = snapshot.term_statistics(query.about)
    idf, is_known = terms.idf, terms.frequencies > 0
    if not texts or not is_known.any():
        return [0.0] * len(texts)
    # What no article has counts for no more than the rarest that one has, or a small archive would have nothing near.
    weights = np.minimum(1.0, idf[is_known].max() / np.maximum(idf, _SMALLEST_IDF))
    return [float(share) for share in terms.found_in(texts).pairs(weights)]


def _near(passages: Sequence[Passage], shares: Sequence[float]) -> list[Passage]:
    least = max(_NEAR, _AS_NEAR * max(shares, default=0.0))
    return [passage for passage, share in zip(passages, shares, strict=True) if share >= least]


def _is_read(passage: Passage) -> bool:
    """Whether a reader found something in a passage that may be taken for an answer."""
    odds = (placed.reading.span_odds for placed in passage.readings)
    return any(found is not None and found >= _READ for found in odds)


def _clauses(passage: Passage, sentence: Sentence) -> str:
    """The sentence, or, of a long one, the clauses around what a careless answer would be."""
    text = sentence.text
    if len(text) <= _LONGEST_TOLD:
        return text.rstrip(_MARKS)
    span = short_answer(passage, sentence.start, sentence.end)
    if span is None:
        return ""
    first, last = span[0] - sentence.start, span[1] - sentence.start
    clauses = [match.span() for match in _CLAUSE.finditer(text)]
    inside = [place for place, (start, end) in enumerate(clauses) if start < last and first < end]
    if not inside:
        return ""
    low, high = inside[0], inside[-1]
    while True:
        wider = [(one, other) for one, other in ((low - 1, high), (low, high + 1)) if one >= 0 and other < len(clauses)]
        wider = [one for one in wider if clauses[one[1]][1] - clauses[one[0]][0] <= _LONGEST_TOLD]
        if not wider:
            break
        low, high = wider[0]
    cut = text[clauses[low][0] : clauses[high][1]].strip(_MARKS)
    return f"{'……' if low else ''}{cut}{'……' if high + 1 < len(clauses) else ''}"
