"""Lexical search: BM25 over the terms of `embeddings.index.terms`, in numpy, and its file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.terms import inverse_document_frequency, terms_of
from embeddings.sources.atomic import replace_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cut = Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.int32]]]

# BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. The constants are those of Trotman et al.,
# Improvements to BM25 and Language Models Examined, 2014; here they beat 1.2 and 0.75 by half a point.
K1 = 0.9
B = 0.4


@dataclass(frozen=True, slots=True)
class Bm25Index:
    """BM25 weights by term: the postings of `terms[i]` are `rows` and `weights` from `offsets[i]` to `offsets[i + 1]`.

    Shapes: terms (T,), offsets (T + 1,), rows (P,), weights (P,); `size` is the number of texts.
    """

    size: int
    terms: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def build(cls, texts: Sequence[str], *, k1: float = K1, b: float = B, cut: Cut = terms_of) -> Bm25Index:
        """Index some texts, whose terms `cut` finds.

        The weight of a term in a text is idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)).
        """
        occurrences, owners = cut(texts)
        if not occurrences.size:
            return cls(
                len(texts),
                np.empty(0, np.uint64),
                np.zeros(1, np.int64),
                np.empty(0, np.int32),
                np.empty(0, np.float32),
            )
        order = np.lexsort((owners, occurrences))
        occurrences, owners = occurrences[order], owners[order]
        new_posting = np.concatenate([[True], (np.diff(occurrences) != 0) | (np.diff(owners) != 0)])
        posting_starts = np.flatnonzero(new_posting)
        frequency = np.diff(np.append(posting_starts, occurrences.size)).astype(np.float32)
        posting_terms, rows = occurrences[posting_starts], owners[posting_starts]
        terms, term_starts, document_frequency = np.unique(posting_terms, return_index=True, return_counts=True)
        lengths = np.bincount(owners, minlength=len(texts)).astype(np.float32)
        relative_length = lengths[rows] / lengths.mean()
        weights = np.repeat(inverse_document_frequency(document_frequency, len(texts)), document_frequency)
        weights = weights * frequency * (k1 + 1)
        weights /= frequency + k1 * (1 - b + b * relative_length)
        return cls(
            len(texts),
            terms,
            np.append(term_starts, posting_terms.size).astype(np.int64),
            rows.astype(np.int32),
            weights.astype(np.float32),
        )

    def scores(self, question: str, *, cut: Cut = terms_of) -> NDArray[np.float32]:
        """The BM25 score of every text for a question, shape (size,)."""
        scores = np.zeros(self.size, np.float32)
        for place in self._places(np.unique(cut([question])[0])):
            start, end = self.offsets[place], self.offsets[place + 1]
            scores[self.rows[start:end]] += self.weights[start:end]
        return scores

    def rows_with(self, text: str) -> Iterator[NDArray[np.int32]]:
        """For each term of a text, the rows of the texts that have it."""
        wanted = np.unique(terms_of([text])[0])
        places = self._places(wanted)
        if places.size < wanted.size:
            yield np.empty(0, np.int32)
        for place in places:
            yield self.rows[self.offsets[place] : self.offsets[place + 1]]

    def document_frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """In how many texts each term stands, shape of `terms`."""
        if not self.terms.size:
            return np.zeros(terms.shape, np.int64)
        places = np.minimum(np.searchsorted(self.terms, terms), self.terms.size - 1)
        return np.where(self.terms[places] == terms, self.offsets[places + 1] - self.offsets[places], 0)

    def _places(self, wanted: NDArray[np.uint64]) -> NDArray[np.intp]:
        if not self.terms.size:
            return np.empty(0, np.intp)
        places = np.searchsorted(self.terms, wanted)
        places[places == self.terms.size] = 0
        return np.asarray(places[self.terms[places] == wanted])

    def save(self, path: Path, *, generation: str) -> None:
        """Write the index beside `path` and put it in place in one step."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            generation=np.array(generation),
            size=np.array(self.size),
            terms=self.terms,
            offsets=self.offsets,
            rows=self.rows,
            weights=self.weights,
        )
        replace_file(path, buffer.getvalue())

    @classmethod
    def load(cls, path: Path, *, generation: str) -> Bm25Index | None:
        """The index in the file, or None when there is none, it is damaged, or it belongs to another generation."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                if str(stored["generation"]) != generation:
                    return None
                return cls(int(stored["size"]), stored["terms"], stored["offsets"], stored["rows"], stored["weights"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
