"""How well sentences bear out a question, in numbers: the features of the sentence ranker and the answerability model.

Every feature is a share or a difference within one question, so that it means the same in a small archive and a large
one, and under another encoder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Snapshot, fold, split_sentences
from qa.answering.evidence.answer_types import Expected
from qa.answering.evidence.columns import cell_asked_for
from qa.answering.evidence.stated import (
    lacks_the_event_asked_for,
    lacks_the_kin,
    odds_of_being_stated,
)
from qa.answering.spans import beginnings_asked_for, best_span
from qa.linear import in_order
from qa.query.question import Asks, Query
from qa.retrieval.stretches import Stretch, told
from qa.types import Passage, PlacedReading, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray


SENTENCE_FEATURES = (
    "characters covered",
    "pairs covered",
    "pairs covered with title",
    "telling pairs covered",
    "telling pairs covered with neighbours",
    "telling characters covered",
    "passage score",
    "passage distinction",
    "passage rank",
    "length",
    "first in article",
    "holds the unit asked for",
    "lacks the unit asked for",
    *(f"holds a {asks} answer" for asks in Asks),
)

ANSWER_FEATURES = (
    "best sentence",
    "best sentence that holds what is asked",
    "lead over the next passage",
    "characters covered",
    "pairs covered",
    "pairs covered with title",
    "telling pairs covered",
    "telling pairs covered with neighbours",
    "telling characters covered",
    "pairs covered by passage",
    "pairs unknown to the archive",
    "passage distinction",
    "lead in distinction",
    "holds the unit asked for",
    "nothing near holds the unit asked for",
    "nothing near holds what is asked",
    "nothing holds what is asked",
    *(f"asks {asks}" for asks in Asks),
    *(f"holds a {asks} answer" for asks in Asks),
)
# Features of the best sentence that are the answer's, too.
_OF_THE_BEST = SENTENCE_FEATURES[: SENTENCE_FEATURES.index("passage score")]
_NO_SENTENCE = -6.0  # log-odds of a sentence that is not there

# What a reader adds for a sentence, where one has read its passage.
READ_FEATURES = (
    "reader: passage answers",
    "reader: passage answers, below the best",
    "reader: a span stands in the passage",
    "reader: answer stands here",
    "reader: answer begins here",
    "reader: answer ends here",
    "reader: answer is marked here",
    "reader: answer is what is asked for",
    "asks something itself",
)
# ... and what judges the answer then: where a reader says what it says, little else tells more.
_ALONE = ("reader: best sentence answers, read alone", "reader: a span stands in the best sentence, read alone")
_BEST_READ = ("reader: best passage", "reader: best span")
READ_ANSWER_FEATURES = (
    *_ALONE,
    *_BEST_READ,
    "characters covered",
    "pairs covered by passage",
    "pairs unknown to the archive",
    "passage distinction",
    "nothing near holds the unit asked for",
    "nothing near holds what is asked",
    "what is asked is mostly stated",
    "nobody near is of the kin asked after",
    "the event asked for is not told",
    "tens of characters in the question",
)
FOREIGN_FEATURES = (*_ALONE, *_BEST_READ)  # of a question in another language, whose words no passage has
_PASSAGE_ANSWERS = "reader: passage answers"
_SPAN_STANDS = "reader: a span stands in the passage"
_LONGEST_COUNTED = 50  # characters of a question, beyond which it is no longer
_UNREAD = -6.0  # log-odds of a passage that was not read
_NOWHERE = -12.0  # log-probability of an answer where the reader sees none
_HAS_THE_UNIT = 3.0  # log-odds by which an answer is likelier where a number with the unit asked for begins
_SUREST = 8.0  # log-odds beyond which nothing is gained
_LONGEST_ANSWER = 60  # characters
_NO_ANSWER = 12.0  # log-odds by which the question's own words are less likely
_ASKS_WHICH_OF_TWO = re.compile(r"还是|哪[个家种边]|[和跟与].*谁|谁.*[和跟与]")
_IS_QUESTION = re.compile(r"[？?][”」’\"]?$")
_ASKS_HOUR_OR_WEEKDAY = re.compile("几点(?!钟?的?(?:名|要求|意见|建议|启示))|(?:星期|周|礼拜)几")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage; `passage` counts from zero, `article.body[start:end] == text`."""

    passage: int
    text: str
    start: int
    end: int


# For a question in another language, which shares no words with the bulletin.
MEANING_FEATURES = ("passage distinction", "lead in distinction", "lead over the last passage")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences of some passages and what is known of each; the arrays have one row a sentence."""

    sentences: list[Sentence]
    features: NDArray[np.float64]  # (sentences, len(SENTENCE_FEATURES))
    whole: NDArray[np.float64]  # (passages,): share of the question's pairs that a passage and its title cover
    distinction: NDArray[np.float64]  # (passages,)
    fits: NDArray[np.bool_]  # (sentences,): whether it holds the kind of thing asked for
    closely: bool  # whether the question names the unit it asks for
    unknown: float  # the share of the question's pairs that no text of the archive has
    read: NDArray[np.float64] | None = None  # (sentences, len(READ_FEATURES)); None where no reader was at work

    @property
    def is_read(self) -> bool:
        """Whether a reader that finds spans has read the passages."""
        return self.read is not None

    @property
    def all_features(self) -> NDArray[np.float64]:
        """What is known of each sentence, with what a reader adds."""
        return self.features if self.read is None else np.concatenate([self.features, self.read], axis=1)


def gather(query: Query, passages: Sequence[Passage], snapshot: Snapshot) -> Evidence | None:
    """Split passages into sentences and measure each against the question; None when there is no sentence."""
    sentences = [
        Sentence(number, passage.article.body[start:end], start, end)
        for number, passage in enumerate(passages)
        for start, end in _sentence_spans(passage)
    ]
    if not sentences:
        return None
    terms = snapshot.term_statistics(query.about)
    texts = [told(Stretch(passages[s.passage].article, s.start, s.end)) for s in sentences]
    alone = terms.found_in(texts)
    near = terms.found_in(_with_neighbours(sentences, texts))
    titled = terms.found_in(
        [f"{passages[s.passage].article.title}\n{text}" for s, text in zip(sentences, texts, strict=True)]
    )
    whole = terms.found_in([f"{passage.article.title}\n{passage.text}" for passage in passages])
    telling = alone.rarity()
    owners = np.array([sentence.passage for sentence in sentences])
    expected = Expected.by(query)
    fits = np.array([expected.held_by(text) for text in texts])
    distinction = np.array([passage.distinction for passage in passages])
    features = in_order(
        {
            "characters covered": alone.characters(),
            "pairs covered": alone.pairs(),
            "pairs covered with title": titled.pairs(),
            "telling pairs covered": alone.pairs(telling),
            "telling pairs covered with neighbours": near.pairs(telling),
            "telling characters covered": alone.characters(telling),
            "passage score": np.array([passage.score for passage in passages])[owners],
            "passage distinction": (distinction - distinction.max())[owners],
            "passage rank": 1.0 / (1.0 + owners),
            "length": np.log([max(1, len(text)) for text in texts]),
            "first in article": [sentence.start == 0 for sentence in sentences],
            "holds the unit asked for": fits & expected.closely,
            "lacks the unit asked for": ~fits & expected.closely,
            **{f"holds a {asks} answer": fits & (query.asks is asks) for asks in Asks},
        },
        SENTENCE_FEATURES,
    )
    read = _read(sentences, passages, expected)
    return Evidence(
        sentences, features, whole.pairs(), distinction, fits, expected.closely, terms.unknown_share(), read
    )


def _read(sentences: Sequence[Sentence], passages: Sequence[Passage], expected: Expected) -> NDArray[np.float64] | None:
    """What the readings of the passages say of each sentence; None when there are none with spans."""
    if not any(_with_spans(passage) for passage in passages):
        return None
    rows = [_read_sentence(sentence, passages[sentence.passage], expected) for sentence in sentences]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    columns["reader: passage answers, below the best"] = columns[_PASSAGE_ANSWERS] - columns[_PASSAGE_ANSWERS].max()
    # What a letter to the paper asks is told by the answer below it.
    columns["asks something itself"] = np.array([_IS_QUESTION.search(one.text) is not None for one in sentences], float)
    return in_order(columns, READ_FEATURES)


def _with_spans(passage: Passage) -> list[PlacedReading]:
    return [placed for placed in passage.readings if placed.reading.first is not None]


def _read_sentence(sentence: Sentence, passage: Passage, expected: Expected) -> dict[str, float]:
    """What the reading that is surest of its chunk says of a sentence. Chunks overlap, so it may be read twice."""
    covering = [
        placed for placed in _with_spans(passage) if placed.start <= sentence.start and sentence.end <= placed.end
    ]
    if not covering:
        return {
            _PASSAGE_ANSWERS: _UNREAD,
            _SPAN_STANDS: _UNREAD,
            "reader: answer stands here": _NOWHERE,
            "reader: answer begins here": _NOWHERE,
            "reader: answer ends here": _NOWHERE,
            "reader: answer is marked here": _UNREAD,
            "reader: answer is what is asked for": 0.0,
        }
    placed = max(covering, key=lambda placed: placed.reading.log_odds)
    here = _in(placed, sentence.start, sentence.end)
    start, end, together = here.best()
    marked = here.inside[start:end] if here.inside is not None else np.empty(0)
    words = sentence.text[start:end]
    return {
        _PASSAGE_ANSWERS: max(_UNREAD, placed.reading.log_odds),
        _SPAN_STANDS: _bounded(placed.reading.span_odds or 0.0),
        "reader: answer stands here": max(_NOWHERE, together),
        "reader: answer begins here": max(_NOWHERE, float(np.logaddexp.reduce(here.first))),
        "reader: answer ends here": max(_NOWHERE, float(np.logaddexp.reduce(here.last))),
        "reader: answer is marked here": _bounded(float(marked.mean())) if marked.size else _UNREAD,
        "reader: answer is what is asked for": float(expected.held_by(words)),
    }


def _bounded(log_odds: float) -> float:
    return float(np.clip(log_odds, _UNREAD, _SUREST))


@dataclass(frozen=True, slots=True)
class _Spans:
    """What a reading says of the characters of a stretch."""

    first: NDArray[np.float32]
    last: NDArray[np.float32]
    inside: NDArray[np.float32] | None

    def best(self, preferred: NDArray[np.float32] | None = None) -> tuple[int, int, float]:
        """The likeliest span, [start, end), and its log-probability."""
        return best_span(self.first, self.last, longest=_LONGEST_ANSWER, inside=self.inside, preferred=preferred)

    def with_mean(self, other: _Spans) -> _Spans:
        """The mean of the chances, each within this stretch, and of the log-odds of what is inside."""
        inside = None
        if self.inside is not None and other.inside is not None:
            inside = np.asarray((self.inside + other.inside) / 2, dtype=np.float32)
        return _Spans(_mean_chance(self.first, other.first), _mean_chance(self.last, other.last), inside)


def _mean_chance(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logarithm of the mean of two distributions that are given by logarithms; of one, where the other is none."""
    sums = [float(np.logaddexp.reduce(logs)) for logs in (one, other)]
    if not np.isfinite(sums[0]) or not np.isfinite(sums[1]):
        return one if np.isfinite(sums[0]) else other
    return np.asarray(np.logaddexp(one - sums[0], other - sums[1]) - np.log(2), dtype=np.float32)


def _in(placed: PlacedReading, start: int, end: int) -> _Spans:
    """The part of a reading that is of `body[start:end]`, which it covers."""
    reading = placed.reading
    assert reading.first is not None
    assert reading.last is not None
    here = slice(start - placed.start, end - placed.start)
    return _Spans(reading.first[here], reading.last[here], None if reading.inside is None else reading.inside[here])


def short_answer(
    passage: Passage, start: int, end: int, *, query: Query | None = None, alone: PlacedReading | None = None
) -> tuple[int, int] | None:
    """The part of `body[start:end]` that answers, by the reading that is surest of its chunk; None without one.

    What `alone`, a reading of this sentence by itself, says counts as much, where it covers the stretch.
    """
    for placed in _surest_first(passage, start, end):
        low, high = max(start, placed.start), min(end, placed.end)
        preferred = _preferred(query, passage.article.body[low:high]) if query else None
        cell = cell_asked_for(query.text, passage.article.body, low, high) if query else None
        if preferred is not None and cell is not None:
            outside = np.ones(len(preferred), dtype=bool)
            outside[cell[0] - low : cell[1] - low] = False
            preferred[outside] -= _NO_ANSWER
        here = _in(placed, low, high)
        if alone is not None and alone.start <= low and high <= alone.end:
            here = here.with_mean(_in(alone, low, high))
        begin, stop, together = here.best(preferred)
        if query and preferred is not None and _is_asked_itself(query, passage.article.body[low + begin : low + stop]):
            preferred[begin:stop] -= _NO_ANSWER
            begin, stop, together = here.best(preferred)
        if np.isfinite(together):
            return low + begin, low + stop
    return None


def _is_asked_itself(query: Query, words: str) -> bool:
    """Whether some words are the question's own, so that they tell nothing; of two (甲还是乙) one may be the answer."""
    return len(words) > 1 and fold(words) in fold(query.text) and not _ASKS_WHICH_OF_TWO.search(query.text)


def likeliest_edges(passage: Passage, firsts: tuple[int, int], lasts: tuple[int, int]) -> tuple[int, int] | None:
    """Where in `firsts` an answer likeliest begins, and where in `lasts` one likeliest ends, as [start, end).

    Both are stretches of the body, by the reading that is surest of its chunk; None where none covers them.
    """
    for placed in _surest_first(passage, firsts[0], lasts[1]):
        if placed.start <= firsts[0] and lasts[1] <= placed.end and firsts[0] < firsts[1] and lasts[0] < lasts[1]:
            begins, ends = _in(placed, *firsts).first, _in(placed, *lasts).last
            if np.isfinite(begins.max()) and np.isfinite(ends.max()):
                return firsts[0] + int(begins.argmax()), lasts[0] + int(ends.argmax()) + 1
    return None


def _surest_first(passage: Passage, start: int, end: int) -> list[PlacedReading]:
    """The readings with spans that touch a stretch of the body, the surest of its chunk first."""
    read = [placed for placed in _with_spans(passage) if placed.start < end and start < placed.end]
    return sorted(read, key=lambda placed: -placed.reading.log_odds)


def _preferred(query: Query, text: str) -> NDArray[np.float32]:
    """How much likelier an answer begins at each character than the reader says: for 百分之几 where a share stands.

    For 几点 it is where an hour stands, for 星期几 a weekday.
    """
    preferred = beginnings_asked_for(query.text, text)
    expected = Expected.by(query)
    if expected.closely and (query.asks is Asks.HOW_MANY or _ASKS_HOUR_OR_WEEKDAY.search(query.text)):
        for place in expected.places(text):
            if preferred[place] >= 0:
                preferred[place] = max(preferred[place], _HAS_THE_UNIT)
    return preferred


def answer_features(
    query: Query,
    evidence: Evidence,
    scores: NDArray[np.float64],
    names: tuple[str, ...],
    alone: Reading | None = None,
) -> NDArray[np.float64]:
    """The features of an answerability model, from the sentence ranker's scores, shape (len(names),).

    `names` are ANSWER_FEATURES, or READ_ANSWER_FEATURES or FOREIGN_FEATURES where a reader was at work. `alone` is what
    it says of the best sentence with nothing around it but the title; without it, what it says of the passage stands
    for it.
    """
    best = int(scores.argmax())
    features = _of_words(query, evidence, scores, best)
    if evidence.read is not None:
        features |= _of_reader(evidence, best, alone)
    return in_order({name: features[name] for name in names}, names).ravel()


def _of_words(query: Query, evidence: Evidence, scores: NDArray[np.float64], best: int) -> dict[str, float]:
    home = evidence.sentences[best].passage
    near = any(
        evidence.fits[place] and evidence.sentences[place].passage == home
        for place in range(max(0, best - 1), min(len(scores), best + 2))
    )
    around = "".join(s.text for s in evidence.sentences[max(0, best - 1) : best + 1] if s.passage == home)
    others = [score for score, s in zip(scores, evidence.sentences, strict=True) if s.passage != home]
    return {
        "best sentence": scores[best],
        "best sentence that holds what is asked": max(scores[evidence.fits], default=_NO_SENTENCE),
        "lead over the next passage": scores[best] - max(others, default=_NO_SENTENCE),
        **{name: evidence.features[best, SENTENCE_FEATURES.index(name)] for name in _OF_THE_BEST},
        "pairs covered by passage": evidence.whole[home],
        "pairs unknown to the archive": evidence.unknown,
        "passage distinction": evidence.distinction[home],
        "lead in distinction": _lead(evidence.distinction),
        "holds the unit asked for": evidence.closely and evidence.fits[best],
        "nothing near holds the unit asked for": evidence.closely and not near,
        "nothing near holds what is asked": not near,
        "nothing holds what is asked": not evidence.fits.any(),
        "what is asked is mostly stated": odds_of_being_stated(query.text),
        "nobody near is of the kin asked after": lacks_the_kin(query.text, around),
        "tens of characters in the question": min(len(query.about), _LONGEST_COUNTED) / 10,
        "the event asked for is not told": query.asks is Asks.WHEN
        and lacks_the_event_asked_for(query.text, evidence.sentences[best].text),
        **{f"asks {asks}": query.asks is asks for asks in Asks},
        **{f"holds a {asks} answer": query.asks is asks and evidence.fits[best] for asks in Asks},
    }


def _of_reader(evidence: Evidence, best: int, alone: Reading | None) -> dict[str, float]:
    assert evidence.read is not None
    told = (_PASSAGE_ANSWERS, _SPAN_STANDS)
    answers, stands = (evidence.read[best, READ_FEATURES.index(name)] for name in told)
    if alone is not None:
        answers, stands = max(_UNREAD, alone.log_odds), _bounded(alone.span_odds or 0.0)
    surest = (float(evidence.read[:, READ_FEATURES.index(name)].max()) for name in told)
    return dict(zip((*_ALONE, *_BEST_READ), (answers, stands, *surest), strict=True))


def meaning_features(evidence: Evidence) -> NDArray[np.float64]:
    """The features for a question that shares no words with the bulletin.

    Shape (len(MEANING_FEATURES),).
    """
    distinction = evidence.distinction
    features = {
        "passage distinction": distinction.max(),
        "lead in distinction": _lead(distinction),
        "lead over the last passage": distinction.max() - distinction.min(),
    }
    return in_order(features, MEANING_FEATURES).ravel()


def _lead(distinction: NDArray[np.float64]) -> float:
    """By how much the most distinct passage leads the next; by all it has, when it is alone."""
    ordered = np.sort(distinction)[::-1]
    return float(ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0))


def _sentence_spans(passage: Passage) -> list[tuple[int, int]]:
    body = passage.article.body[passage.start : passage.end]
    spans = []
    for start, end in split_sentences(body):
        text = body[start:end]
        start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        if end > start:
            spans.append((passage.start + start, passage.start + end))
    return spans


def _with_neighbours(sentences: Sequence[Sentence], texts: Sequence[str]) -> list[str]:
    joined = []
    for place, sentence in enumerate(sentences):
        near = range(max(0, place - 1), min(len(sentences), place + 2))
        joined.append("".join(texts[at] for at in near if sentences[at].passage == sentence.passage))
    return joined
