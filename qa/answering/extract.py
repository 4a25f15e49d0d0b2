"""Passages → answer: the sentence that says it, or that the bulletin does not say.

Two small logistic models decide: one ranks the sentences, one judges whether the best of them answers. Their weights
are in `answering.json`, fitted by `training/fit_answering.py`, which prints the evidence they rest on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Encoder, Filters, Snapshot, fold_to_words
from qa.answering import render
from qa.answering.answer_types import lacks_what_is_asked, names_what_is_not_there
from qa.answering.articles import said
from qa.answering.features import (
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
from qa.answering.lists import asks_for_list, best_listed, enumerates, sentences_of_list
from qa.answering.refusal import refuse
from qa.answering.spans import trim, whole_name
from qa.answering.stated import lacks_the_event_asked_for
from qa.i18n import Words
from qa.linear import LinearModel, stored_model, stored_weights
from qa.query.contrast import asks_who_not, stretch_asked, tells_of_another_side, tells_of_others, tells_of_those
from qa.query.intents.yes_no import read_yes_no
from qa.query.question import Asks, Query
from qa.query.stretch import days_of_month, is_of_another, names_the_same
from qa.retrieval.stretches import Stretch, told
from qa.types import Answer, AnswerKind, Citation, Passage, PlacedReading, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

JUDGED_PASSAGES = 5  # an answer stands in one of the first few, or it is none
_QUOTE_CHARS = 180  # a second sentence joins the quote only while the two stay this short
_READ_AGAIN = 3  # sentences at most that are read alone
_NEAR = 1.0  # log-odds below the best sentence, within which another may take its place
_ALONE_WEIGHT = 0.3  # of the log-odds that an answer stands in a sentence that is read alone
_ON_THE_PRESENT = re.compile(r"现在|后来|最终|最后|结果|如今|目前|眼下|现今|当前|最新|这会儿|到今天|至今")
_NEWER_MARGIN = 2.6  # log-odds below the best sentence, within which one of a newer issue answers for the present
_LIKELY = 1.0  # log-odds that it has at least
_ON_THE_SAME = 0.6  # of the question's pairs that the best sentence's passage covers, in its own
_SECOND_SENTENCE_MARGIN = 0.7  # ... and its score is this close to the best one's, in log-odds
_OF_A_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年?(?![\d月])")
_NAMED_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年?(?!\d)")
_YEARS_BACK = {"今年": 0, "去年": 1, "前年": 2}
_MEANING_SENTENCES = 12
# Who, when, where and how many may be told otherwise in another issue.
_CHANGING = frozenset({Asks.WHO, Asks.WHEN, Asks.WHERE, Asks.HOW_MANY})
_SAME_THING_MARGIN = 1.0  # of log-odds, below the best sentence
_SAME_THING_COVERED = 0.9  # of the question's characters that the best sentence covers
_COVERED = SENTENCE_FEATURES.index("characters covered")
_ONE_CHARACTER = re.compile(r"[\d一二两三四五六七八九十百千万金银铜Ⅰ-Ⅻ]|[A-Za-z]")
_FITTING_BONUS = 0.02  # of cosine, for a sentence that holds the kind of thing asked for
_NEARLY_AS_LIKELY = 1.0  # in log-odds


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
    judged = _judged(query, passages, evidence, model, read_alone)
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
        scores = _by_meaning(vector, evidence, encoder)
        judged = replace(judged, scores=scores, best=int(scores.argmax()))
    doubted = min(judged.confidence, model.threshold / 2)
    best = _of_the_named(query, evidence, judged.scores, judged.best)
    best = _of_those_asked(query, passages, evidence, judged.scores, best)
    best = _of_the_day(query, evidence, judged.scores, best)
    best = _of_the_event(query, evidence, judged.scores, best)
    best = _of_the_year(query, passages, evidence, judged.scores, best)
    best = _with_the_unit(evidence, judged.scores, best)
    best = _newest(query, passages, evidence, judged.scores, best)
    if best != judged.best:
        judged = replace(judged, best=best, alone=None)
    answer = None
    if not tells_of_others(query.text, evidence.sentences[best].text):
        answer = _told(query, passages, snapshot, evidence, judged)
    of_text = None if query.asks is Asks.AUTHOR else evidence  # what a byline lacks no sentence has
    return answer or refuse(query, passages, snapshot, confidence=doubted, evidence=of_text, best=best)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The sentences' scores, shape (sentences,), and the place of the best; the chance that it answers.

    `alone` is the reading of the best sentence by itself, None where no reader was at work.
    """

    scores: NDArray[np.float64]
    best: int
    confidence: float
    alone: PlacedReading | None


def _judged(
    query: Query,
    passages: Sequence[Passage],
    evidence: Evidence,
    model: AnsweringModel,
    read_alone: Callable[[Stretch], Reading] | None,
) -> _Judged:
    scores = model.sentences.log_odds(evidence.all_features)
    best = int(scores.argmax())
    alone = None
    if read_alone is not None and evidence.is_read:

        def read(place: int) -> Reading:
            sentence = evidence.sentences[place]
            return read_alone(Stretch(passages[sentence.passage].article, sentence.start, sentence.end))

        scores, reading = read_again(scores, read)
        best = int(scores.argmax())
        alone = PlacedReading(evidence.sentences[best].start, evidence.sentences[best].end, reading)
    confidence = judge(query, evidence, scores, model, alone.reading if alone else None)
    return _Judged(scores, best, confidence, alone)


def read_again(scores: NDArray[np.float64], read: Callable[[int], Reading]) -> tuple[NDArray[np.float64], Reading]:
    """The scores after the best sentences were read alone, shape (sentences,), and the reading of the one that leads.

    `read` reads the sentence at a place. Where another is nearly as good, and an answer likelier stands in it, the two
    change scores. Of 1,309 held-out questions the first sentence then holds the answer for .886 instead of .875, and
    one in three reads a sentence more.
    """
    best = int(scores.argmax())
    places = [int(at) for at in np.argsort(-scores, kind="stable")[:_READ_AGAIN] if scores[best] - scores[at] <= _NEAR]
    readings = {at: read(at) for at in places}
    leads = max(places, key=lambda at: float(scores[at]) + _ALONE_WEIGHT * (readings[at].span_odds or 0.0))
    again = scores.copy()
    again[[best, leads]] = scores[[leads, best]]
    return again, readings[leads]


def _told(
    query: Query, passages: Sequence[Passage], snapshot: Snapshot, evidence: Evidence, judged: _Judged
) -> Answer | None:
    """The answer that stands in the best sentence; None where it turns out to lack what is asked for."""
    scores, best = judged.scores, judged.best
    if asks_for_list(query) and query.asks is not Asks.AUTHOR:
        if asks_who_not(query.text):
            scores = np.where([tells_of_those(query.text, one.text) for one in evidence.sentences], scores, -np.inf)
        others = [_is_of_another_side(query, passages, one) for one in evidence.sentences]
        scores = np.where(others, -np.inf, scores) if not all(others) else scores
        return _list(query, passages, evidence, scores, snapshot, judged.confidence)
    # All cosines are alike.
    margin = -np.inf if query.is_foreign and not evidence.is_read else _SECOND_SENTENCE_MARGIN
    citation = _cite(query, passages, evidence, scores, best, margin=margin, alone=judged.alone)
    if citation is None or (not asks_for_list(query) and lacks_what_is_asked(query, said(citation), citation.short)):
        return None
    if not query.is_foreign and names_what_is_not_there(
        query.text, f"{citation.article.heading}\n{citation.article.body}"
    ):
        return None
    citations = (citation, *_other_values(query, passages, evidence, scores, best, citation))
    return Answer(
        question=query.text,
        kind=AnswerKind.FOUND,
        text=render.found(citations, query.asks),
        quote=citation.quote,
        citations=citations,
        passages=tuple(passages),
        confidence=judged.confidence,
        short=citation.short,
    )


def _of_the_named(query: Query, evidence: Evidence, scores: NDArray[np.float64], best: int) -> int:
    """The best sentence; where it is of another person or province than the question names, the best one that is not.

    Only a sentence of the same passage counts, which has what is asked for.
    """
    if query.asks is Asks.WHO or not is_of_another(query.text, evidence.sentences[best].text):
        return best
    return _instead(evidence, scores, best, lambda text: names_the_same(query.text, text))


def _of_those_asked(
    query: Query, passages: Sequence[Passage], evidence: Evidence, scores: NDArray[np.float64], best: int
) -> int:
    """The best sentence; where it tells of others (the dead, not the hurt; women, no men), another of its passage."""
    home = evidence.sentences[best].passage
    if _is_of_another_side(query, passages, evidence.sentences[best]):
        others = [
            place
            for place, sentence in enumerate(evidence.sentences)
            if sentence.passage == home
            and (evidence.fits[place] or not evidence.fits[best])
            and not _is_of_another_side(query, passages, sentence)
        ]
        return max(others, key=lambda place: float(scores[place]), default=best)
    if not tells_of_others(query.text, evidence.sentences[best].text):
        return best
    return _instead(evidence, scores, best, lambda text: tells_of_those(query.text, text))


def _is_of_another_side(query: Query, passages: Sequence[Passage], sentence: Sentence) -> bool:
    stretch = Stretch(passages[sentence.passage].article, sentence.start, sentence.end)
    return tells_of_another_side(query.text, told(stretch))


def _of_the_day(query: Query, evidence: Evidence, scores: NDArray[np.float64], best: int) -> int:
    """The best sentence; where it is of another day than the question names, the best of its passage that is of this.

    So are the lines of a timetable.
    """
    asked = days_of_month(query.text)
    told = days_of_month(evidence.sentences[best].text)
    if not asked or not told or not asked.isdisjoint(told):
        return best
    home = evidence.sentences[best].passage
    places = [
        place
        for place, sentence in enumerate(evidence.sentences)
        if sentence.passage == home and not asked.isdisjoint(days_of_month(sentence.text))
    ]
    return max(places, key=lambda place: float(scores[place]), default=best)


def _of_the_event(query: Query, evidence: Evidence, scores: NDArray[np.float64], best: int) -> int:
    """The best sentence; for when something was opened, say, the best one that tells of an opening, if it is likely."""
    if query.asks is not Asks.WHEN or not lacks_the_event_asked_for(query.text, evidence.sentences[best].text):
        return best
    least = max(_LIKELY, float(scores[best]) - _NEWER_MARGIN)
    telling = [
        place
        for place in np.flatnonzero((scores >= least) & evidence.fits).tolist()
        if not lacks_the_event_asked_for(query.text, evidence.sentences[place].text)
    ]
    return max(telling, key=lambda place: float(scores[place]), default=best)


def _of_the_year(
    query: Query, passages: Sequence[Passage], evidence: Evidence, scores: NDArray[np.float64], best: int
) -> int:
    """The best sentence; of those that each begin with a year, the best of its passage that is of the one asked for."""
    home = evidence.sentences[best].passage
    article = passages[home].article
    asked = _year_asked(query.text, article.date)
    if asked is None:
        return best
    years = {
        place: match["year"]
        for place, sentence in enumerate(evidence.sentences)
        if sentence.passage == home
        and (match := _OF_A_YEAR.match(told(Stretch(article, sentence.start, sentence.end))))
    }
    if years.get(best, asked) == asked:
        return best
    return max((at for at in years if years[at] == asked), key=lambda place: float(scores[place]), default=best)


def _year_asked(question: str, printed: date | None) -> str | None:
    """The year that a question names, or means by the year of an issue (今年, 去年)."""
    if named := _NAMED_YEAR.search(question):
        return named["year"]
    before = next((back for word, back in _YEARS_BACK.items() if word in question), None)
    return str(printed.year - before) if printed and before is not None else None


def _with_the_unit(evidence: Evidence, scores: NDArray[np.float64], best: int) -> int:
    """Where the best sentence lacks the unit asked for (快70岁 for 多少年), another that has it, nearly as likely."""
    if evidence.fits[best] or not evidence.closely:
        return best
    other = _instead(evidence, scores, best, lambda _: True)
    return other if scores[other] >= max(0.0, float(scores[best]) - _NEARLY_AS_LIKELY) else best


def _newest(
    query: Query, passages: Sequence[Passage], evidence: Evidence, scores: NDArray[np.float64], best: int
) -> int:
    """Where a question is on the present (现在有多少人), the best sentence of the newest issue that is likely, too."""
    may_change = query.asks in _CHANGING or read_yes_no(query.text) is not None
    if not may_change or not _ON_THE_PRESENT.search(query.text):
        return best

    def printed(place: int) -> date:
        return passages[evidence.sentences[place].passage].article.date or date.min

    def covered(place: int) -> float:
        return float(evidence.whole[evidence.sentences[place].passage])

    least = max(_LIKELY, float(scores[best]) - _NEWER_MARGIN)
    newer = [
        place
        for place in np.flatnonzero((scores >= least) & (evidence.fits | ~evidence.fits[best])).tolist()
        if printed(place) > printed(best) and covered(place) >= _ON_THE_SAME * covered(best)
    ]
    return max(newer, key=lambda place: (printed(place), float(scores[place])), default=best)


def _instead(evidence: Evidence, scores: NDArray[np.float64], best: int, says: Callable[[str], bool]) -> int:
    """The best sentence of the same passage that has what is asked for and `says` so; `best` where none does."""
    others = [
        place
        for place, sentence in enumerate(evidence.sentences)
        if sentence.passage == evidence.sentences[best].passage and evidence.fits[place] and says(sentence.text)
    ]
    return max(others, key=lambda place: float(scores[place]), default=best)


def _list(
    query: Query,
    passages: Sequence[Passage],
    evidence: Evidence,
    scores: NDArray[np.float64],
    snapshot: Snapshot,
    confidence: float,
) -> Answer:
    """The answer to a question for several things: one sentence that has them all, or each that tells of some."""
    best = best_listed(query, passages, evidence, scores, snapshot)
    listed = sentences_of_list(query, passages, evidence, scores, snapshot, best)
    if len(listed) == 1:
        # What is as good as the list is seldom more of it.
        cited = _cite(query, passages, evidence, scores, best, margin=-np.inf)
        assert cited is not None  # only a byline may be missing
        first, last = listed[0].short or (None, None)
        citations = [replace(cited, short_start=first, short_end=last)]
    else:
        citations = []
        for item in sorted(listed, key=lambda item: item.place):  # as ranked, and within a passage as printed
            sentence = evidence.sentences[item.place]
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


def _other_values(
    query: Query,
    passages: Sequence[Passage],
    evidence: Evidence,
    scores: NDArray[np.float64],
    best: int,
    citation: Citation,
) -> list[Citation]:
    """Sentences of other days that answer as well and say something else: a count that grew, a date that was moved."""
    if query.asks not in _CHANGING or not citation.short or citation.article.date is None:
        return []
    found: list[Citation] = []
    days = {citation.article.date}
    values = {fold_to_words(citation.short)}
    for place in np.argsort(-scores, kind="stable"):
        sentence = evidence.sentences[place]
        passage = passages[sentence.passage]
        if scores[place] < scores.max() - _SAME_THING_MARGIN:
            break
        day = passage.article.date
        covered = evidence.features[place, _COVERED] >= _SAME_THING_COVERED * evidence.features[best, _COVERED]
        if day is None or day in days or not covered or not evidence.fits[place]:
            continue
        short = _short(query, passage, sentence)
        value = fold_to_words(passage.article.body[slice(*short)]) if short else ""
        if value and not any(value in other or other in value for other in values):
            days.add(day)
            values.add(value)
            number = len(found) + 2
            found.append(Citation(number, passage.article, sentence.text, sentence.start, sentence.end, *(short or ())))
    return found


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


def _cite(
    query: Query,
    passages: Sequence[Passage],
    evidence: Evidence,
    scores: NDArray[np.float64],
    best: int,
    *,
    margin: float,
    alone: PlacedReading | None = None,
) -> Citation | None:
    if query.asks is Asks.AUTHOR:
        signed = next((passage.article for passage in passages if passage.article.byline), None)
        return Citation(1, signed, signed.byline, None, None) if signed else None
    first = last = best
    second = _second_sentence(evidence, scores, best, margin)
    if second is not None:
        first, last = min(best, second), max(best, second)
    sentences = evidence.sentences
    passage = passages[sentences[best].passage]
    start, end = sentences[first].start, sentences[last].end
    found = _short(query, passage, sentences[best], alone)
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
    if query.asks is Asks.WHO:
        found = whole_name(body, *found)
    return found if _tells(body[slice(*found)]) else None


def _tells(words: str) -> bool:
    """Whether some words can be an answer: a single character is none, unless it is a number."""
    return len(words) > 1 or bool(_ONE_CHARACTER.fullmatch(words))


def _second_sentence(evidence: Evidence, scores: NDArray[np.float64], best: int, margin: float) -> int | None:
    """The neighbour that belongs into the quote: it alone holds what is asked, or its score is as near as `margin`."""
    sentences = evidence.sentences
    beside = [
        place
        for place in (best - 1, best + 1)
        if 0 <= place < len(sentences)
        and sentences[place].passage == sentences[best].passage
        and max(sentences[place].end, sentences[best].end) - min(sentences[place].start, sentences[best].start)
        <= _QUOTE_CHARS
        and (scores[best] - scores[place] <= margin or (evidence.fits[place] and not evidence.fits[best]))
    ]
    return max(
        beside, key=lambda place: (evidence.fits[place] and not evidence.fits[best], scores[place]), default=None
    )
