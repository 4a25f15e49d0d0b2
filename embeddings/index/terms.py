"""The terms of a text, and what an archive knows of them.

Chinese is written without spaces. Single characters and neighbouring pairs find names and terms that no dictionary
holds; letters and digits are kept together as words. Terms are 64-bit numbers, so that a whole archive is cut into
terms by a few array operations; what leaves an archive are `TermStatistics`, made from text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings.text.normalize import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frequencies = Callable[[NDArray[np.uint64]], NDArray[np.int64]]

_SEPARATOR = "\x00"
_PAIR_SHIFT = np.uint64(21)  # a code point has at most 21 bits
_WORD_MARK = np.uint64(1) << np.uint64(63)
_WORD_BASE = np.uint64(1_000_003)
_FIRST_PAIR = np.uint64(1) << _PAIR_SHIFT  # terms below are single characters


def terms_of(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Every term occurrence in some texts: (terms, number of the text each stands in), both of the same length."""
    joined = _SEPARATOR.join(fold(text).replace(_SEPARATOR, " ") for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", errors="surrogatepass"), dtype="<u4").astype(np.uint64)
    if not codes.size:
        return np.empty(0, np.uint64), np.empty(0, np.int32)
    owner = np.cumsum(codes == 0, dtype=np.int32)
    ideograph, word_character = _is_ideograph(codes), _is_word_character(codes)
    pair = ideograph[:-1] & ideograph[1:]
    words, word_starts = _words(codes, word_character)
    terms = np.concatenate([codes[ideograph], (codes[:-1][pair] << _PAIR_SHIFT) | codes[1:][pair], words])
    return terms, np.concatenate([owner[ideograph], owner[:-1][pair], owner[word_starts]])


def _is_ideograph(codes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    common = (codes >= 0x3400) & (codes <= 0x9FFF)
    rare = (codes >= 0x20000) & (codes <= 0x3FFFF)
    return np.asarray(common | rare | (codes == 0x3007))


def _is_word_character(codes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Digits, and letters of alphabetic scripts; the text has been folded, so full-width forms are gone."""
    digit = (codes >= 0x30) & (codes <= 0x39)
    latin = (codes >= 0x61) & (codes <= 0x7A)
    other = (codes >= 0xC0) & (codes <= 0x1FFF)
    kana_and_hangul = ((codes >= 0x3041) & (codes <= 0x30FF)) | ((codes >= 0xAC00) & (codes <= 0xD7A3))
    return np.asarray(digit | latin | other | kana_and_hangul)


def _words(codes: NDArray[np.uint64], word_character: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """A polynomial hash of each run of word characters, and where the run starts."""
    positions = np.flatnonzero(word_character)
    if not positions.size:
        return np.empty(0, np.uint64), positions
    first_of_run = np.concatenate([[True], np.diff(positions) > 1])
    run_starts = np.flatnonzero(first_of_run)
    run_of = np.cumsum(first_of_run) - 1
    place = np.arange(positions.size) - run_starts[run_of]
    powers = np.cumprod(np.full(int(place.max()) + 1, _WORD_BASE), dtype=np.uint64)
    hashes = np.add.reduceat(codes[positions] * powers[place], run_starts, dtype=np.uint64)
    return hashes | _WORD_MARK, positions[run_starts]


def inverse_document_frequency(frequencies: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """How telling terms are that stand in so many of `size` texts; highest for a term that stands in none.

    The form that is never negative: ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    return np.log1p((size - frequencies + 0.5) / (frequencies + 0.5))


@dataclass(frozen=True, slots=True, eq=False)
class TermStatistics:
    """The distinct terms of a text, and in how many of an archive's chunks each stands; arrays have shape (terms,).

    `size` is the number of chunks. The terms themselves are numbers that mean nothing outside.
    """

    size: int
    frequencies: NDArray[np.int64]
    _terms: NDArray[np.uint64]

    @classmethod
    def of(cls, text: str, frequencies: Frequencies, size: int) -> TermStatistics:
        """Look a text's terms up in an archive of `size` chunks."""
        terms = np.unique(terms_of([text])[0])
        return cls(size, frequencies(terms), terms)

    @property
    def idf(self) -> NDArray[np.float64]:
        """How telling each term is in the archive: its inverse document frequency."""
        # In the precision of the index, whose scores have it.
        return inverse_document_frequency(self.frequencies, self.size).astype(np.float32).astype(np.float64)

    @property
    def is_character(self) -> NDArray[np.bool_]:
        """Which terms are single characters; none where there is nothing else, so that they stand in for pairs."""
        single = self._terms < _FIRST_PAIR
        return np.zeros_like(single) if single.all() else single

    def unknown_share(self) -> float:
        """The share of the pairs and words that no chunk has, each weighted by its idf; 1 for a text without any."""
        chosen = ~self.is_character
        weights = self.idf[chosen]
        return float(weights[self.frequencies[chosen] == 0].sum() / weights.sum()) if weights.size else 1.0

    def found_in(self, texts: Sequence[str]) -> TermPresence:
        """Which of the terms each of some texts has."""
        present = np.zeros((len(texts), self._terms.size), dtype=np.bool_)
        found, owners = terms_of(texts)
        if self._terms.size and found.size:
            places = np.minimum(np.searchsorted(self._terms, found), self._terms.size - 1)
            hit = self._terms[places] == found
            present[owners[hit], places[hit]] = True
        return TermPresence(self, present)


@dataclass(frozen=True, slots=True, eq=False)
class TermPresence:
    """Which terms of a question some texts have: `present` has shape (texts, terms).

    A share is what part of the question's terms a text has, each weighted by its idf, 0 to 1; shape (texts,).
    """

    question: TermStatistics
    present: NDArray[np.bool_]

    def rarity(self) -> NDArray[np.float64]:
        """How few of these texts have each term, shape (terms,).

        What all sentences of an article share is its topic; what one of them has is what the question is after.
        """
        return np.asarray(np.log((len(self.present) + 1.0) / (self.present.sum(axis=0) + 0.5)))

    def share(self) -> NDArray[np.float64]:
        """The share of all terms."""
        idf = self.question.idf
        total = idf.sum()
        return np.asarray(self.present @ idf / total) if total else np.zeros(len(self.present))

    def pairs(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The share of pairs and words; `weights`, shape (terms,), weight each term further."""
        return self._share(~self.question.is_character, weights)

    def characters(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The share of single characters; `weights`, shape (terms,), weight each term further."""
        return self._share(self.question.is_character, weights)

    def _share(self, which: NDArray[np.bool_], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        weights = self.question.idf if weights is None else weights * self.question.idf
        total = weights[which].sum()
        return np.asarray(self.present[:, which] @ weights[which] / total) if total else np.zeros(len(self.present))


def have_all_terms(texts: Sequence[str], frequencies: Frequencies) -> NDArray[np.bool_]:
    """Whether every term of a text stands in some chunk, shape (texts,)."""
    terms, owners = terms_of(texts)
    known = np.ones(len(texts), dtype=np.bool_)
    np.logical_and.at(known, owners, frequencies(terms) > 0)
    return known
