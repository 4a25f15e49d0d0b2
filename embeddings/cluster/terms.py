"""What the words of chunks weigh: the lexical index of a cluster, without the index itself.

BM25 as `embeddings.index.bm25` has it. Milvus keeps for each chunk how much each of its terms would add at a mean
length that is fixed when the collection is made; the idf of the question's terms and the true mean come in when it is
asked. So Milvus finds candidates, and `WordScores` gives them the scores that the local archive gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.bm25 import K1, B
from embeddings.index.postings import Postings
from embeddings.index.terms import inverse_document_frequency, terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.index.terms import Frequencies

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio (Knuth, The Art of Computer Programming, 6.4)
_KEPT_BITS = np.uint64(31)


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """In how many of some chunks each term stands, and how many term occurrences these have; arrays (terms,)."""

    terms: NDArray[np.uint64]
    chunks: NDArray[np.int64]
    texts: int
    length: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> TermCounts:
        """Count the terms of some texts."""
        postings = Postings.build(texts)
        return cls(postings.terms, np.diff(postings.offsets), len(texts), int(postings.lengths.sum(dtype=np.int64)))

    @classmethod
    def total(cls, parts: Iterable[TermCounts]) -> TermCounts:
        """The sums of several."""
        found = list(parts)
        empty = np.empty(0, np.uint64)
        terms, places = np.unique(np.concatenate([empty, *(one.terms for one in found)]), return_inverse=True)
        counts = np.concatenate([np.empty(0, np.int64), *(one.chunks for one in found)])
        sums = np.bincount(places, weights=counts, minlength=len(terms)).astype(np.int64)
        return cls(terms, sums, sum(one.texts for one in found), sum(one.length for one in found))


def as_signed(terms: NDArray[np.uint64]) -> list[int]:
    """Terms as PostgreSQL keeps them, as signed numbers of 64 bits."""
    return list(terms.view(np.int64).tolist())


def hashed(terms: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Terms as places of a sparse vector, below 2**31. Two terms may share one, which brings a candidate too many."""
    return np.asarray((terms * _MIX) >> (np.uint64(64) - _KEPT_BITS), dtype=np.int64)


def term_hashes(text: str) -> list[int]:
    """The terms of a text, each hashed, in ascending order, each once."""
    return list(np.unique(hashed(np.unique(terms_of([text])[0]))).tolist())


def sparse_rows(texts: Sequence[str], mean_length: float) -> list[dict[int, float]]:
    """What each term of some texts adds to BM25 but for its idf, by hash."""
    postings = Postings.build(texts)
    places = np.repeat(hashed(postings.terms), np.diff(postings.offsets)).tolist()
    weights = _saturated(postings.counts.astype(np.float32), _norms(postings.lengths[postings.rows], mean_length))
    rows: list[dict[int, float]] = [{} for _ in texts]
    for row, place, weight in zip(postings.rows.tolist(), places, weights.tolist(), strict=True):
        rows[row][place] = rows[row].get(place, 0.0) + weight
    return rows


def _norms(lengths: NDArray[np.int32], mean_length: float) -> NDArray[np.float32]:
    return np.asarray(K1 * (1 - B + B * (lengths / (mean_length or 1.0))), dtype=np.float32)


def _saturated(counts: NDArray[np.float32], norms: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(counts / (counts + norms), dtype=np.float32)


class WordScores:
    """BM25 of one question for any texts of an archive of `size` chunks with a mean length."""

    def __init__(self, question: str, frequencies: Frequencies, *, size: int, mean_length: float) -> None:
        wanted = np.unique(terms_of([question])[0])
        counts = frequencies(wanted)
        weights = (inverse_document_frequency(counts, size) * (K1 + 1)).astype(np.float32)
        known = counts > 0
        self._terms, self._weights, self._counts = wanted[known], weights[known], counts[known]
        self._mean_length = mean_length

    @property
    def sparse(self) -> dict[int, float]:
        """The question as a sparse vector for the rows that `sparse_rows` gives; empty where no chunk has a term."""
        found: dict[int, float] = {}
        for place, weight in zip(hashed(self._terms).tolist(), self._weights.tolist(), strict=True):
            found[place] = found.get(place, 0.0) + weight
        return found

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The scores of some texts, shape (len(texts),)."""
        scores = np.zeros(len(texts), np.float32)
        found, owners = terms_of(texts)
        if not (self._terms.size and found.size):
            return scores
        norms = _norms(np.bincount(owners, minlength=len(texts)).astype(np.int32), self._mean_length)
        places = np.minimum(np.searchsorted(self._terms, found), self._terms.size - 1)
        hit = self._terms[places] == found
        counts = np.zeros((self._terms.size, len(texts)), np.float32)
        np.add.at(counts, (places[hit], owners[hit]), 1)
        # Summed from the rarest term on, as the local index sums them.
        for term in np.argsort(self._counts, kind="stable").tolist():
            scores += self._weights[term] * counts[term] / (counts[term] + norms)
        return scores
