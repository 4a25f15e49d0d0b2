"""How much of a question's terms a text has, each weighted by how telling it is in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Snapshot, terms_of
from qa.query.question import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray


_LONGEST_CHARACTER = 1 << 21  # terms below are single characters


def coverage(query: Query, texts: Sequence[str], snapshot: Snapshot) -> NDArray[np.float64]:
    """The share of a question's pairs and words in each text, weighted by how telling they are, shape (texts,)."""
    return QuestionTerms.of(query, snapshot).found_in(texts).pairs()


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The terms of a question and how telling each is in the archive; `single` says which are characters."""

    terms: NDArray[np.uint64]
    idf: NDArray[np.float64]
    single: NDArray[np.bool_]
    ceiling: float  # the idf of a term that no text has

    @classmethod
    def of(cls, query: Query, snapshot: Snapshot) -> QuestionTerms:
        """The terms of what a question is about."""
        terms = np.unique(terms_of([query.about])[0])
        single = terms < _LONGEST_CHARACTER
        if single.all():  # a question of one character, or of none: its characters stand in for pairs
            single = np.zeros_like(single)
        nowhere = snapshot.idf(np.array([np.iinfo(np.uint64).max], dtype=np.uint64))
        return cls(terms, snapshot.idf(terms).astype(np.float64), single, float(nowhere[0]) - 1e-6)

    def unknown(self) -> float:
        """The weighted share of the question's pairs and words that no text of the archive has."""
        weights = self.idf[~self.single]
        return float(weights[weights >= self.ceiling].sum() / weights.sum()) if weights.size else 1.0

    def found_in(self, texts: Sequence[str]) -> FoundTerms:
        """Which of the terms each text has."""
        present = np.zeros((len(texts), self.terms.size), dtype=np.bool_)
        found, owners = terms_of(texts)
        if self.terms.size and found.size:
            places = np.minimum(np.searchsorted(self.terms, found), self.terms.size - 1)
            hit = self.terms[places] == found
            present[owners[hit], places[hit]] = True
        return FoundTerms(self, present)


@dataclass(frozen=True, slots=True)
class FoundTerms:
    """Which terms of a question some texts have: `present` has shape (texts, terms)."""

    question: QuestionTerms
    present: NDArray[np.bool_]

    def rarity(self) -> NDArray[np.float64]:
        """How few of these texts have each term, shape (terms,).

        What all sentences of an article share is its topic; what one of them has is what the question is after.
        """
        return np.asarray(np.log((len(self.present) + 1.0) / (self.present.sum(axis=0) + 0.5)))

    def pairs(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The weighted share of the question's pairs and words in each text, shape (texts,)."""
        return self._share(~self.question.single, weights)

    def characters(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The weighted share of the question's characters in each text, shape (texts,)."""
        return self._share(self.question.single, weights)

    def _share(self, which: NDArray[np.bool_], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        weights = self.question.idf if weights is None else weights * self.question.idf
        total = weights[which].sum()
        return np.asarray(self.present[:, which] @ weights[which] / total) if total else np.zeros(len(self.present))
