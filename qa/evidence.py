"""How well sentences bear out a question, in numbers: the features of the sentence ranker and the answerability model.

Every feature is a share or a difference within one question, so that it means the same in a small archive and a large
one, and under another encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Snapshot, split_sentences, terms_of
from qa.expected import holds_expected
from qa.query import Asks, Query
from qa.types import Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST_CHARACTER = 1 << 21  # terms below are single characters

SENTENCE_FEATURES = (
    "characters covered",
    "pairs covered",
    "pairs covered with neighbours",
    "pairs covered with title",
    "passage score",
    "passage distinction",
    "passage rank",
    "length",
    "first in article",
    *(f"holds a {asks} answer" for asks in Asks),
)

ANSWER_FEATURES = (
    "best sentence",
    "lead over the next passage",
    "characters covered",
    "pairs covered",
    "pairs covered by passage",
    "heaviest pair not covered",
    "pairs unknown to the archive",
    "passage distinction",
    "lead in distinction",
    "holds what is asked",
    *(f"asks {asks}" for asks in Asks),
)


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
    covered: NDArray[np.float64]  # (sentences, 4): characters, pairs, pairs of the passage, heaviest missing pair
    distinction: NDArray[np.float64]  # (passages,)
    unknown: float  # share of the question's pairs that the archive does not know, by weight
    fits: NDArray[np.bool_]  # whether the sentence holds the kind of thing asked for


def gather(query: Query, passages: Sequence[Passage], snapshot: Snapshot) -> Evidence | None:
    """Split passages into sentences and measure each against the question; None when there is no sentence."""
    sentences = [
        Sentence(number, passage.article.body[start:end], start, end)
        for number, passage in enumerate(passages)
        for start, end in _sentence_spans(passage)
    ]
    if not sentences:
        return None
    coverage = _Coverage(query, snapshot)
    texts = [sentence.text for sentence in sentences]
    covered, _ = coverage.of(texts)
    around, _ = coverage.of(_with_neighbours(sentences))
    titled, _ = coverage.of([f"{passages[s.passage].article.title}\n{s.text}" for s in sentences])
    whole, whole_pairs = coverage.of([f"{passage.article.title}\n{passage.text}" for passage in passages])
    missing = coverage.heaviest_missing(whole_pairs)
    owners = np.array([sentence.passage for sentence in sentences])
    fits = np.array([holds_expected(query, sentence.text) for sentence in sentences])
    distinction = np.array([passage.distinction for passage in passages])
    features = np.column_stack(
        [
            covered,
            around[:, 1],
            titled[:, 1],
            np.array([passage.score for passage in passages])[owners],
            (distinction - distinction.max())[owners],
            1.0 / (1.0 + owners),
            np.log([max(1, len(text)) for text in texts]),
            [sentence.start == 0 for sentence in sentences],
            *(fits & (query.asks is asks) for asks in Asks),
        ]
    ).astype(np.float64)
    details = np.column_stack([covered, whole[owners, 1], missing[owners]])
    return Evidence(sentences, features, details, distinction, coverage.unknown, fits)


def answer_features(query: Query, evidence: Evidence, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The features of the answerability model, shape (len(ANSWER_FEATURES),), from the sentence ranker's scores."""
    best = int(scores.argmax())
    home = evidence.sentences[best].passage
    others = [score for score, s in zip(scores, evidence.sentences, strict=True) if s.passage != home]
    return np.array(
        [
            scores[best],
            scores[best] - max(others, default=scores[best] - 3.0),
            *evidence.covered[best],
            evidence.unknown,
            evidence.distinction[home],
            _lead(evidence.distinction),
            float(evidence.fits[best]),
            *(float(query.asks is asks) for asks in Asks),
        ]
    )


def meaning_features(distinction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The features for a question that shares no words with the bulletin, shape (len(MEANING_FEATURES),)."""
    return np.array([distinction.max(), _lead(distinction), distinction.max() - distinction.min()])


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


class _Coverage:
    """How much of a question some texts cover: shares of its characters and pairs, weighted by idf."""

    def __init__(self, query: Query, snapshot: Snapshot) -> None:
        terms = np.unique(terms_of([query.about])[0])
        idf = snapshot.idf(terms).astype(np.float64)
        single = terms < _LONGEST_CHARACTER
        self._single, self._single_weights = terms[single], idf[single]
        self._pairs, self._pair_weights = terms[~single], idf[~single]
        if not self._pairs.size:  # a question of one character
            self._pairs, self._pair_weights = self._single, self._single_weights
        ceiling = snapshot.idf(np.array([np.iinfo(np.uint64).max], dtype=np.uint64))[0]
        total = self._pair_weights.sum()
        self.unknown = float(self._pair_weights[self._pair_weights >= ceiling - 1e-6].sum() / total) if total else 1.0

    def of(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Shares of shape (texts, 2), and which pairs each text has, shape (texts, pairs)."""
        found, owners = terms_of(texts)
        single = _presence(self._single, found, owners, len(texts))
        pairs = _presence(self._pairs, found, owners, len(texts))
        shares = [_share(single, self._single_weights), _share(pairs, self._pair_weights)]
        return np.column_stack(shares), pairs

    def heaviest_missing(self, pairs: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The weight of the most telling pair each text lacks, as a share of the heaviest, shape (texts,)."""
        if not self._pairs.size or not self._pair_weights.max():
            return np.zeros(len(pairs))
        return np.asarray(np.where(pairs, 0.0, self._pair_weights).max(axis=1) / self._pair_weights.max())


def _presence(
    wanted: NDArray[np.uint64], found: NDArray[np.uint64], owners: NDArray[np.int32], count: int
) -> NDArray[np.bool_]:
    present = np.zeros((count, wanted.size), dtype=np.bool_)
    if wanted.size and found.size:
        places = np.minimum(np.searchsorted(wanted, found), wanted.size - 1)
        hit = wanted[places] == found
        present[owners[hit], places[hit]] = True
    return present


def _share(present: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum()
    return np.asarray(present @ weights / total) if total else np.zeros(len(present))
