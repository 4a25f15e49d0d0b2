"""Passages → answer: the sentence that says it, or that the bulletin does not say.

Two small logistic models decide: one ranks the sentences, one judges whether the best of them answers. Their weights
are in `answering.json`, fitted by `training/fit_answering.py`, which prints the evidence they rest on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Encoder, Filters, Snapshot, fold_to_words
from qa.answering import render
from qa.answering.articles import said
from qa.answering.choice import CHANGING, Candidates, ranked
from qa.answering.enumerations import asks_for_list, enumerates
from qa.answering.evidence.answer_types import lacks_what_is_asked, names_what_is_not_there, tells_of_other_years
from qa.answering.evidence.features import (
    ANSWER_FEATURES,
    FOREIGN_FEATURES,
    MEANING_FEATURES,
    READ_ANSWER_FEATURES,
    READ_FEATURES,
    SENTENCE_FEATURES,
    Evidence,
    Sentence,
    answer_features,
    gather,
    meaning_features,
    short_answer,
)
from qa.answering.lists import best_listed, sentences_of_list
from qa.answering.refusal import refuse
from qa.answering.spans import trim, whole_name
from qa.answering.speech import whole_words
from qa.i18n import Words
from qa.linear import LinearModel, stored_model, stored_weights
from qa.query.contrast import asks_who_not, stretch_asked, tells_of_others, tells_of_those
from qa.query.question import Asks, Query
from qa.retrieval.stretches import Stretch
from qa.types import Answer, AnswerKind, Citation, Passage, PlacedReading, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

JUDGED_PASSAGES = 5  # an answer stands in one of the first few, or it is none
_QUOTE_CHARS = 180  # a second sentence joins the quote only while the two stay this short
_SECOND_SENTENCE_MARGIN = 0.7  # ... and its score is this close to the best one's, in log-odds
_MEANING_SENTENCES = 12
_NUMBER = re.compile(r"[\d.,一二两三四五六七八九十百千万亿多余约近大共不到超过左右上下]")
_SAME_THING_MARGIN = 1.0  # of log-odds, below the best sentence
_SAME_THING_COVERED = 0.9  # of the question's characters that the best sentence covers
_COVERED = SENTENCE_FEATURES.index("characters covered")
_ONE_CHARACTER = re.compile(r"[\d一二两三四五六七八九十百千万金银铜Ⅰ-Ⅻ]|[A-Za-z]")
_FITTING_BONUS = 0.02  # of cosine, for a sentence that holds the kind of thing asked for


@dataclass(frozen=True, slots=True)
class AnsweringModel:
    """The sentence ranker, the answerability models, and the confidence below which the assistant abstains.

    `answers` judges by words and meaning, and by what a reader says where one was at work; `foreign` judges questions
    in another language: by the reader alone, or without one by meaning alone.
    """

    sentences: LinearModel
    answers: LinearModel
    foreign: LinearModel
    threshold: float


@lru_cache(maxsize=2)
def answering_model(*, is_read: bool) -> AnsweringModel:
    """The fitted weights that ship with the project, for passages that a reader has read or not."""
    kind = "read" if is_read else "words"
    return AnsweringModel(
        stored_model(f"{kind}.sentences", (*SENTENCE_FEATURES, *(READ_FEATURES if is_read else ()))),
        stored_model(f"{kind}.answers", READ_ANSWER_FEATURES if is_read else ANSWER_FEATURES),
        stored_model("read.foreign", FOREIGN_FEATURES) if is_read else stored_model("words.meaning", MEANING_FEATURES),
        float(stored_weights()[kind]["threshold"]),
    )


def answer_from(
    query: Query,
    vector: NDArray[np.float32],
    passages: Sequence[Passage],
    snapshot: Snapshot,
    encoder: Encoder,
    *,
    filters: Filters | None = None,
    model: AnsweringModel | None = None,
    read_alone: Callable[[Stretch], Reading] | None = None,
) -> Answer:
    """The answer the passages give, or an abstention that names the nearest articles.

    `read_alone` gives the reading of a sentence with its title: near misses tempt less without what stands around them.
    """
    if not passages:
        text = render.nothing_left() if filters else render.empty_archive()
        kind = AnswerKind.NOTHING_LEFT if filters else AnswerKind.NOT_FOUND
        return Answer(question=query.text, kind=kind, text=text)
    evidence = gather(query, passages[:JUDGED_PASSAGES], snapshot)
    if evidence is None:
        return refuse(query, passages, snapshot, confidence=0.0)
    model = model or answering_model(is_read=evidence.is_read)
    scores = model.sentences.log_odds(evidence.all_features)
    judged = _judged(Candidates(query, passages, evidence, scores), model, read_alone)
    if judged.confidence < model.threshold:
        return refuse(
            query,
            passages,
            snapshot,
            confidence=judged.confidence,
            evidence=evidence,
            best=judged.best,
            is_doubted=judged.confidence >= model.threshold / 2,
        )
    if query.is_foreign and not evidence.is_read:
        judged = replace(judged, candidates=replace(judged.candidates, scores=_by_meaning(vector, evidence, encoder)))
    best = judged.best
    answer = None
    if not tells_of_others(query.text, judged.candidates.text(best)):
        answer = _told(judged, snapshot)
    of_text = None if query.asks is Asks.AUTHOR else evidence  # what a byline lacks no sentence has
    doubted = min(judged.confidence, model.threshold / 2)
    return answer or refuse(query, passages, snapshot, confidence=doubted, evidence=of_text, best=best)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The sentences with their scores, and the chance that the best of them answers.

    `alone` is the reading of the best sentence by itself, None where no reader was at work.
    """

    candidates: Candidates
    confidence: float
    alone: PlacedReading | None

    @property
    def best(self) -> int:
        """The place of the best sentence."""
        return int(self.candidates.scores.argmax())


def _judged(candidates: Candidates, model: AnsweringModel, read_alone: Callable[[Stretch], Reading] | None) -> _Judged:
    reading = None
    if read_alone is not None and candidates.evidence.is_read:
        candidates, reading = ranked(candidates, lambda place: read_alone(candidates.stretch(place)))
    else:
        candidates, _ = ranked(candidates, None)
    confidence = judge(candidates.query, candidates.evidence, candidates.scores, model, reading)
    best = candidates.sentences[int(candidates.scores.argmax())]
    return _Judged(candidates, confidence, PlacedReading(best.start, best.end, reading) if reading else None)


def _told(judged: _Judged, snapshot: Snapshot) -> Answer | None:
    """The answer that stands in the best sentence; None where it turns out to lack what is asked for."""
    candidates = judged.candidates
    query, scores = candidates.query, candidates.scores
    if asks_for_list(query) and query.asks is not Asks.AUTHOR:
        places = range(len(candidates.sentences))
        if asks_who_not(query.text):
            scores = np.where([tells_of_those(query.text, candidates.text(at)) for at in places], scores, -np.inf)
        others = [candidates.is_of_another_side(at) for at in places]
        scores = np.where(others, -np.inf, scores) if not all(others) else scores
        return _list(replace(candidates, scores=scores), snapshot, judged.confidence)
    # All cosines are alike.
    margin = -np.inf if query.is_foreign and not candidates.evidence.is_read else _SECOND_SENTENCE_MARGIN
    citation = _cite(candidates, judged.best, margin=margin, alone=judged.alone)
    if citation is None or (not asks_for_list(query) and lacks_what_is_asked(query, said(citation), citation.short)):
        return None
    if not asks_for_list(query) and tells_of_other_years(query, citation.quote, citation.short, citation.article.date):
        return None
    if not query.is_foreign and names_what_is_not_there(
        query.text, f"{citation.article.heading}\n{citation.article.body}"
    ):
        return None
    citations = (citation, *_other_values(candidates, judged.best, citation))
    return Answer(
        question=query.text,
        kind=AnswerKind.FOUND,
        text=render.found(citations, query.asks),
        quote=citation.quote,
        citations=citations,
        passages=tuple(candidates.passages),
        confidence=judged.confidence,
        short=citation.short,
    )


def _list(candidates: Candidates, snapshot: Snapshot, confidence: float) -> Answer:
    """The answer to a question for several things: one sentence that has them all, or each that tells of some."""
    query, passages = candidates.query, candidates.passages
    best = best_listed(candidates, snapshot)
    listed = sentences_of_list(candidates, snapshot, best)
    if len(listed) == 1:
        # What is as good as the list is seldom more of it.
        cited = _cite(candidates, best, margin=-np.inf)
        assert cited is not None  # only a byline may be missing
        first, last = listed[0].short or (None, None)
        citations = [replace(cited, short_start=first, short_end=last)]
    else:
        citations = []
        for item in sorted(listed, key=lambda item: item.place):  # as ranked, and within a passage as printed
            sentence = candidates.sentences[item.place]
            article, number = passages[sentence.passage].article, len(citations) + 1
            words = item.short or (None, None)
            citations.append(Citation(number, article, sentence.text, sentence.start, sentence.end, *words))
    quote = "\n".join(citation.quote for citation in citations)
    short = citations[0].short if len(citations) == 1 else ""
    return Answer(
        question=query.text,
        kind=AnswerKind.LIST,
        text=_told_as_list(citations, query.asks),
        quote=quote,
        citations=tuple(citations),
        passages=tuple(passages),
        confidence=confidence,
        short=short,
    )


def _told_as_list(citations: Sequence[Citation], asks: Asks) -> Words:
    """What is listed, a line for each sentence; the sentence itself where its words alone would not tell enough."""
    # A bare number does not tell what it is the number of.
    is_value = asks in (Asks.HOW_MANY, Asks.WHEN) if len(citations) > 1 else not enumerates(citations[0].short)
    return render.quotes(citations) if is_value else render.shorts(citations)


def _other_values(candidates: Candidates, best: int, citation: Citation) -> list[Citation]:
    """Sentences of other days that answer as well and say something else: a count that grew, a date that was moved."""
    query, scores, features = candidates.query, candidates.scores, candidates.evidence.features
    if query.asks not in CHANGING or not citation.short or citation.article.date is None:
        return []
    found: list[Citation] = []
    days = {citation.article.date}
    values = {fold_to_words(citation.short)}
    for place in np.argsort(-scores, kind="stable"):
        sentence = candidates.sentences[place]
        passage = candidates.passages[sentence.passage]
        if scores[place] < scores.max() - _SAME_THING_MARGIN:
            break
        day = passage.article.date
        covered = features[place, _COVERED] >= _SAME_THING_COVERED * features[best, _COVERED]
        on_the_same = candidates.covered(place) >= _SAME_THING_COVERED * candidates.covered(best)
        if day is None or day in days or not covered or not on_the_same or not candidates.fits(int(place)):
            continue
        short = _short(query, passage, sentence)
        value = fold_to_words(passage.article.body[slice(*short)]) if short else ""
        if query.asks is Asks.HOW_MANY and _unit(value) != _unit(fold_to_words(citation.short)):
            continue
        if value and not any(value in other or other in value for other in values):
            days.add(day)
            values.add(value)
            number = len(found) + 2
            found.append(Citation(number, passage.article, sentence.text, sentence.start, sentence.end, *(short or ())))
    return found


def _unit(value: str) -> str:
    """What a number counts: 个 of 580个 and 约580余个."""
    return _NUMBER.sub("", value)


def side_by_side(question: str, topic: str, found: Sequence[tuple[str, Answer]]) -> Answer:
    """Several answers to one question as one, each behind its label."""
    citations: list[Citation] = []
    told: list[tuple[str, str, int]] = []
    for label, answer in found:
        if answer.abstained:
            told.append((label, "", 0))
            continue
        for citation in answer.citations:
            citations.append(replace(citation, number=len(citations) + 1))
        told.append((label, answer.short or answer.quote, len(citations)))
    passages = tuple(passage for _, answer in found for passage in answer.passages)
    cited = {(citation.article.issue_id, citation.article.id) for citation in citations}
    passages = tuple(sorted(passages, key=lambda p: (p.article.issue_id, p.article.id) not in cited))
    return Answer(
        question=question,
        kind=AnswerKind.COMPARISON if citations else AnswerKind.NOT_FOUND,
        text=render.compared(topic, told),
        quote="\n".join(citation.quote for citation in citations),
        citations=tuple(citations),
        passages=passages,
        confidence=min((answer.confidence for _, answer in found), default=0.0),
    )


def judge(
    query: Query,
    evidence: Evidence,
    scores: NDArray[np.float64],
    model: AnsweringModel,
    alone: Reading | None = None,
) -> float:
    """The estimated chance that the passages answer the question; `alone` is of the best sentence by itself."""
    chosen = model.foreign if query.is_foreign else model.answers
    by_meaning = query.is_foreign and not evidence.is_read
    features = (
        meaning_features(evidence) if by_meaning else answer_features(query, evidence, scores, chosen.features, alone)
    )
    log_odds = chosen.log_odds(features[None, :])
    return 1.0 / (1.0 + float(np.exp(-log_odds[0])))


def _by_meaning(vector: NDArray[np.float32], evidence: Evidence, encoder: Encoder) -> NDArray[np.float64]:
    """Scores of sentences by cosine, for the first few of the most distinct passage; the others cannot win.

    Encoding sentences takes tens of milliseconds each, so it is kept for questions that words cannot settle.
    """
    home = int(evidence.distinction.argmax())
    places = [place for place, sentence in enumerate(evidence.sentences) if sentence.passage == home][
        :_MEANING_SENTENCES
    ]
    scores = np.full(len(evidence.sentences), -np.inf)
    if places:
        cosines = encoder.encode_sentences([evidence.sentences[place].text for place in places]) @ vector
        scores[places] = cosines + _FITTING_BONUS * evidence.fits[places]
    return scores


def _cite(candidates: Candidates, best: int, *, margin: float, alone: PlacedReading | None = None) -> Citation | None:
    query, sentences = candidates.query, candidates.sentences
    if query.asks is Asks.AUTHOR:
        signed = next((passage.article for passage in candidates.passages if passage.article.byline), None)
        return Citation(1, signed, signed.byline, None, None) if signed else None
    first = last = best
    second = _second_sentence(candidates, best, margin)
    if second is not None:
        first, last = min(best, second), max(best, second)
    passage = candidates.passages[sentences[best].passage]
    start, end = sentences[first].start, sentences[last].end
    # 2比1 of the sentence beside, where the best has no score.
    has_it = (
        candidates.evidence.closely and not candidates.fits(best) and second is not None and candidates.fits(second)
    )
    found = _short(query, passage, sentences[second], None) if has_it and second is not None else None
    found = found or _short(query, passage, sentences[best], alone)
    return Citation(1, passage.article, passage.article.body[start:end], start, end, *(found or (None, None)))


def _short(
    query: Query, passage: Passage, sentence: Sentence, alone: PlacedReading | None = None
) -> tuple[int, int] | None:
    """The place in the body of what answers, without the question's own words; None where no reader could tell."""
    start, end = sentence.start, sentence.end
    if query.asks is not Asks.WHO or asks_who_not(query.text):
        first, last = stretch_asked(query.text, sentence.text)
        start, end = sentence.start + first, sentence.start + last
    found = short_answer(passage, start, end, query=query, alone=alone)
    if found is None:
        return None
    body = passage.article.body
    found = trim(query.text, body, *found)
    found = whole_words(query.text, body, (sentence.start, sentence.end), found)
    if query.asks is Asks.WHO:
        found = whole_name(body, *found)
    return found if _tells(body[slice(*found)]) else None


def _tells(words: str) -> bool:
    """Whether some words can be an answer: a single character is none, unless it is a number."""
    return len(words) > 1 or bool(_ONE_CHARACTER.fullmatch(words))


def _second_sentence(candidates: Candidates, best: int, margin: float) -> int | None:
    """The neighbour that belongs into the quote: it alone holds what is asked, or its score is as near as `margin`."""
    sentences, scores = candidates.sentences, candidates.scores

    def alone_fits(place: int) -> bool:
        return candidates.fits(place) and not candidates.fits(best)

    beside = [
        place
        for place in (best - 1, best + 1)
        if 0 <= place < len(sentences)
        and sentences[place].passage == sentences[best].passage
        and max(sentences[place].end, sentences[best].end) - min(sentences[place].start, sentences[best].start)
        <= _QUOTE_CHARS
        and (scores[best] - scores[place] <= margin or alone_fits(place))
    ]
    return max(beside, key=lambda place: (alone_fits(place), scores[place]), default=None)
