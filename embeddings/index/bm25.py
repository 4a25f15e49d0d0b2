"""Lexical search: BM25 over the terms of `embeddings.index.terms`, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.postings import Postings
from embeddings.index.terms import inverse_document_frequency, terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cut = Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.int32]]]

# BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. The constants are those of Trotman et al.,
# Improvements to BM25 and Language Models Examined, 2014; here they beat 1.2 and 0.75 by half a point.
K1 = 0.9
B = 0.4


class Bm25Index:
    """BM25 of a question for every text of one or more parts, whose rows follow each other.

    The weight of a term in a text is idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)). How many
    texts have a term, and their mean length, are sums over the parts, so that scores are those of one index of all
    texts. A mask for a part, shape (texts,), says which of its texts count; None for all.
    """

    def __init__(
        self,
        parts: Sequence[Postings],
        counting: Sequence[NDArray[np.bool_] | None] | None = None,
        *,
        k1: float = K1,
        b: float = B,
    ) -> None:
        self._parts = list(parts)
        self._counting = list(counting) if counting is not None else [None] * len(self._parts)
        self._k1 = k1
        self._starts = np.cumsum([0, *(part.size for part in self._parts)])
        lengths = [
            part.lengths if mask is None else part.lengths[mask]
            for part, mask in zip(self._parts, self._counting, strict=True)
        ]
        self._size = sum(map(len, lengths))
        mean = sum(int(part.sum(dtype=np.int64)) for part in lengths) / max(self._size, 1)
        self._norms = [(k1 * (1 - b + b * (part.lengths / (mean or 1.0)))).astype(np.float32) for part in self._parts]

    @classmethod
    def build(cls, texts: Sequence[str], *, k1: float = K1, b: float = B, cut: Cut = terms_of) -> Bm25Index:
        """Index some texts, whose terms `cut` finds."""
        return cls([Postings.build(texts, cut=cut)], k1=k1, b=b)

    @property
    def size(self) -> int:
        """The number of texts that count."""
        return self._size

    def scores(self, question: str, *, cut: Cut = terms_of) -> NDArray[np.float32]:
        """The score of every row for a question, shape (rows,); 0 for one that shares no term, or does not count."""
        wanted = np.unique(cut([question])[0])
        scores = np.zeros(int(self._starts[-1]), np.float32)
        weights = inverse_document_frequency(self.document_frequencies(wanted), self._size) * (self._k1 + 1)
        for part, norms, start in zip(self._parts, self._norms, self._starts.tolist(), strict=False):
            own = scores[start : start + part.size]
            places, here = part.find(wanted)
            for weight, place in zip(weights[here].tolist(), places[here].tolist(), strict=True):
                rows, counts = part.at(place)
                frequencies = counts.astype(np.float32)
                own[rows] += np.float32(weight) * frequencies / (frequencies + norms[rows])
        for mask, start in zip(self._counting, self._starts.tolist(), strict=False):
            if mask is not None:
                scores[start : start + len(mask)][~mask] = 0.0
        return scores

    def rows_with(self, text: str) -> Iterator[NDArray[np.int64]]:
        """For each term of a text, the rows of the texts that have it and count, in order."""
        wanted = np.unique(terms_of([text])[0])
        found = [part.find(wanted) for part in self._parts]
        for number in range(len(wanted)):
            rows = [np.empty(0, np.int64)]
            for part, mask, start, (places, here) in zip(
                self._parts, self._counting, self._starts.tolist(), found, strict=False
            ):
                if here[number]:
                    own, _ = part.at(int(places[number]))
                    rows.append((own if mask is None else own[mask[own]]).astype(np.int64) + start)
            yield np.concatenate(rows)

    def document_frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """In how many texts each term stands, shape of `terms`."""
        total = np.zeros(terms.shape, np.int64)
        for part, mask in zip(self._parts, self._counting, strict=True):
            places, here = part.find(terms)
            if mask is None:
                total += np.where(here, part.offsets[places + 1] - part.offsets[places] if part.terms.size else 0, 0)
                continue
            for number in np.flatnonzero(here).tolist():
                total[number] += np.count_nonzero(mask[part.at(int(places[number]))[0]])
        return total
