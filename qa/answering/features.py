"""How well sentences bear out a question, in numbers: the features of the sentence ranker and the answerability model.

Every feature is a share or a difference within one question, so that it means the same in a small archive and a large
one, and under another encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Snapshot, split_sentences
from qa.answering.answer_types import Expected
from qa.answering.spans import best_span
from qa.query.question import Asks, Query
from qa.retrieval.terms import QuestionTerms
from qa.types import Passage, PlacedReading

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
_NO_SENTENCE = -6.0  # log-odds of a sentence that is not there

# What a reader adds for a sentence, where one has read its passage.
READ_FEATURES = (
    "reader: passage answers",
    "reader: passage answers, below the best",
    "reader: answer stands here",
    "reader: answer begins here",
    "reader: answer ends here",
)
# ... and for the answer.
READ_ANSWER_FEATURES = (
    "reader: best passage",
    "reader: second best passage",
    *(f"{name}, best sentence" for name in READ_FEATURES),
)
_UNREAD = -6.0  # log-odds of a passage that was not read
_NOWHERE = -12.0  # log-probability of an answer where the reader sees none
_LONGEST_ANSWER = 60  # characters


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
    terms = QuestionTerms.of(query, snapshot)
    texts = [sentence.text for sentence in sentences]
    alone = terms.found_in(texts)
    near = terms.found_in(_with_neighbours(sentences))
    titled = terms.found_in([f"{passages[s.passage].article.title}\n{s.text}" for s in sentences])
    whole = terms.found_in([f"{passage.article.title}\n{passage.text}" for passage in passages])
    telling = alone.rarity()
    owners = np.array([sentence.passage for sentence in sentences])
    expected = Expected.by(query)
    fits = np.array([expected.held_by(sentence.text) for sentence in sentences])
    distinction = np.array([passage.distinction for passage in passages])
    features = np.column_stack(
        [
            alone.characters(),
            alone.pairs(),
            titled.pairs(),
            alone.pairs(telling),
            near.pairs(telling),
            alone.characters(telling),
            np.array([passage.score for passage in passages])[owners],
            (distinction - distinction.max())[owners],
            1.0 / (1.0 + owners),
            np.log([max(1, len(text)) for text in texts]),
            [sentence.start == 0 for sentence in sentences],
            fits & expected.closely,
            ~fits & expected.closely,
            *(fits & (query.asks is asks) for asks in Asks),
        ]
    ).astype(np.float64)
    read = _read(sentences, passages)
    return Evidence(sentences, features, whole.pairs(), distinction, fits, expected.closely, terms.unknown(), read)


def _read(sentences: Sequence[Sentence], passages: Sequence[Passage]) -> NDArray[np.float64] | None:
    """What the readings of the passages say of each sentence; None when there are none with spans."""
    if not any(_with_spans(passage) for passage in passages):
        return None
    rows = [_read_sentence(sentence, _with_spans(passages[sentence.passage])) for sentence in sentences]
    features = np.array(rows, dtype=np.float64)
    features[:, 1] -= features[:, 0].max()
    return features


def _with_spans(passage: Passage) -> list[PlacedReading]:
    return [placed for placed in passage.readings if placed.reading.first is not None]


def _read_sentence(sentence: Sentence, readings: Sequence[PlacedReading]) -> list[float]:
    """The best that a reading says of a sentence, in the order of READ_FEATURES."""
    best = [_UNREAD, _UNREAD, _NOWHERE, _NOWHERE, _NOWHERE]
    for place in readings:
        if place.start <= sentence.start and sentence.end <= place.end:
            odds = max(_UNREAD, place.reading.log_odds)
            found = [odds, odds, *_span_in(place, sentence.start, sentence.end)]
            # Chunks overlap, so a sentence may be read twice; the reading that is surer of its chunk counts.
            best = max(best, found)
    return best


def _span_in(placed: PlacedReading, start: int, end: int) -> tuple[float, float, float]:
    """Log-probabilities that the answer stands, begins and ends within `body[start:end]`."""
    first, last = placed.reading.first, placed.reading.last
    if first is None or last is None:
        return _NOWHERE, _NOWHERE, _NOWHERE
    begins, ends = first[start - placed.start : end - placed.start], last[start - placed.start : end - placed.start]
    _, _, together = best_span(begins, ends, longest=_LONGEST_ANSWER)
    return (
        max(_NOWHERE, together),
        max(_NOWHERE, float(np.logaddexp.reduce(begins))),
        max(_NOWHERE, float(np.logaddexp.reduce(ends))),
    )


def short_answer(passage: Passage, start: int, end: int) -> tuple[int, int] | None:
    """The part of `body[start:end]` that answers, by the reading that is surest of its chunk; None without one."""
    read = [placed for placed in _with_spans(passage) if placed.start < end and start < placed.end]
    for placed in sorted(read, key=lambda placed: -placed.reading.log_odds):
        low, high = max(start, placed.start), min(end, placed.end)
        first, last = placed.reading.first, placed.reading.last
        if first is None or last is None:
            continue
        inside = slice(low - placed.start, high - placed.start)
        begin, stop, together = best_span(first[inside], last[inside], longest=_LONGEST_ANSWER)
        if np.isfinite(together):
            return low + begin, low + stop
    return None


def answer_features(query: Query, evidence: Evidence, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The features of the answerability model, from the sentence ranker's scores.

    Shape (len(ANSWER_FEATURES),), or longer by len(READ_ANSWER_FEATURES) where a reader was at work.
    """
    best = int(scores.argmax())
    home = evidence.sentences[best].passage
    near = any(
        evidence.fits[place] and evidence.sentences[place].passage == home
        for place in range(max(0, best - 1), min(len(scores), best + 2))
    )
    others = [score for score, s in zip(scores, evidence.sentences, strict=True) if s.passage != home]
    features = np.array(
        [
            scores[best],
            max(scores[evidence.fits], default=_NO_SENTENCE),
            scores[best] - max(others, default=_NO_SENTENCE),
            *evidence.features[best, : SENTENCE_FEATURES.index("passage score")],
            evidence.whole[home],
            evidence.unknown,
            evidence.distinction[home],
            _lead(evidence.distinction),
            float(evidence.closely and evidence.fits[best]),
            float(evidence.closely and not near),
            float(not near),
            float(not evidence.fits.any()),
            *(float(query.asks is asks) for asks in Asks),
            *(float(query.asks is asks and evidence.fits[best]) for asks in Asks),
        ]
    )
    if evidence.read is None:
        return features
    return np.concatenate([features, _two_best(evidence), evidence.read[best]])


def meaning_features(evidence: Evidence) -> NDArray[np.float64]:
    """The features for a question that shares no words with the bulletin.

    Shape (len(MEANING_FEATURES),).
    """
    distinction = evidence.distinction
    return np.array([distinction.max(), _lead(distinction), distinction.max() - distinction.min()])


def _two_best(evidence: Evidence) -> NDArray[np.float64]:
    """The reader's log-odds of the two passages it is surest of."""
    assert evidence.read is not None
    owners = np.array([sentence.passage for sentence in evidence.sentences])
    best = np.full(max(2, int(owners.max()) + 1), _UNREAD)
    np.maximum.at(best, owners, evidence.read[:, 0])
    return np.sort(best)[::-1][:2]


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


def _with_neighbours(sentences: Sequence[Sentence]) -> list[str]:
    joined = []
    for place, sentence in enumerate(sentences):
        near = [s.text for s in sentences[max(0, place - 1) : place + 2] if s.passage == sentence.passage]
        joined.append("".join(near))
    return joined
