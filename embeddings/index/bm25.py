"""Lexical search: BM25 over the terms of `embeddings.index.terms`, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.base import best_of
from embeddings.index.postings import Postings
from embeddings.index.terms import inverse_document_frequency, terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cut = Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.int32]]]

# BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. The constants are those of Trotman et al.,
# Improvements to BM25 and Language Models Examined, 2014; here they beat 1.2 and 0.75 by half a point.
K1 = 0.9
B = 0.4


_BLOCK = 64  # rows of which the best score is looked at first
_COMMON = 32  # a term that such a part of the rows has takes longer to add than to see whether it can matter
_SMALL = 16_384  # rows of a part whose postings of all terms are added at once
_RECENT = 16  # questions whose terms are kept
_FEW = 64  # terms are looked up for such a part of the rows rather than added to all


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a question: its idf times k1 + 1, how many rows have it, and the parts it is in, with its place."""

    weight: np.float32
    frequency: int
    places: list[tuple[int, int]]


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
        self._recent: dict[str, list[_Term]] = {}
        self._starts = np.cumsum([0, *(part.size for part in self._parts)])
        lengths = [
            part.lengths if mask is None else part.lengths[mask]
            for part, mask in zip(self._parts, self._counting, strict=True)
        ]
        self._size = sum(map(len, lengths))
        mean = sum(int(part.sum(dtype=np.int64)) for part in lengths) / max(self._size, 1)
        self._norms = [(k1 * (1 - b + b * (part.lengths / (mean or 1.0)))).astype(np.float32) for part in self._parts]
        self._least_norms = [float(norms.min()) if len(norms) else 0.0 for norms in self._norms]

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
        scores = np.zeros(int(self._starts[-1]), np.float32)
        for term in self._terms_of(cut([question])[0]):
            self._add(term, scores)
        for mask, start in zip(self._counting, self._starts.tolist(), strict=False):
            if mask is not None:
                scores[start : start + len(mask)][~mask] = 0.0
        return scores

    def scores_of(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of some rows that count, shape (len(rows),), as `scores` has them."""
        return self._added(self._terms(question), rows, np.zeros(len(rows), np.float32))

    def _added(
        self, terms: Sequence[_Term], rows: NDArray[np.int64], scores: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The scores of some rows, shape (len(rows),), with what some terms add to each."""
        of_part = np.searchsorted(self._starts, rows, side="right") - 1
        for part in np.unique(of_part).tolist():
            places = np.flatnonzero(of_part == part)
            own = (rows[places] - self._starts[part]).astype(np.int32)
            for gain in self._gains_of(part, terms, own):
                scores[places] += gain  # in the order of the terms, as everywhere
        return scores

    def _gains_of(self, part: int, terms: Sequence[_Term], rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """What each term that a part has adds to some of its rows, shape (terms here, len(rows))."""
        weights, starts, ends = self._stretches(part, terms)
        postings = self._parts[part]
        places = np.empty((len(starts), len(rows)), np.int64)
        for found, start, end in zip(places, starts.tolist(), ends.tolist(), strict=True):
            np.add(postings.rows[start:end].searchsorted(rows), start, out=found)
        here = places < ends[:, None]
        places[~here] = 0
        here &= postings.rows[places] == rows
        gains = self._gain(weights[:, None], part, rows.astype(np.intp), postings.counts[places])
        return np.where(here, gains, np.float32(0))

    def _stretches(
        self, part: int, terms: Sequence[_Term]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Of each term that a part has: its weight, and where its postings begin and end; shape (terms here,) each."""
        here = [(term.weight, place) for term in terms for of_part, place in term.places if of_part == part]
        places = np.array([place for _, place in here], dtype=np.intp)
        offsets = self._parts[part].offsets
        return np.array([weight for weight, _ in here], dtype=np.float32), offsets[places], offsets[places + 1]

    def _add_all(self, part: int, terms: Sequence[_Term], scores: NDArray[np.float32]) -> None:
        """Add what some terms give to the rows of a part at once."""
        weights, starts, ends = self._stretches(part, terms)
        lengths = ends - starts
        if not lengths.sum():
            return
        before = np.cumsum(lengths) - lengths
        places = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
        rows = self._parts[part].rows[places].astype(np.intp)
        gains = self._gain(np.repeat(weights, lengths), part, rows, self._parts[part].counts[places])
        np.add.at(scores[self._starts[part] : self._starts[part + 1]], rows, gains)  # one after the other

    def search(
        self, question: str, k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best `k` rows and their scores, best first, ties by row; those that share no term are left out.

        `allowed`, shape (rows,), narrows them. Terms are added up from the rarest to the commonest; once those that are
        left cannot bring another row among the best, they are looked up for the rows that are (MaxScore of Turtle and
        Flood, Query evaluation: strategies and optimizations, 1995).
        """
        scores = np.zeros(-(-int(self._starts[-1]) // _BLOCK) * _BLOCK, np.float32)
        scores[int(self._starts[-1]) :] = -np.inf
        self._bar(scores, allowed)
        terms = self._terms(question)
        rare = [term for term in terms if term.frequency <= len(scores) // _COMMON]
        small = {part for part, postings in enumerate(self._parts) if postings.size <= _SMALL}
        for part in range(len(self._parts)):
            self._add_all(part, terms if part in small else rare, scores)
        # What is left to be added is of common terms in the large parts.
        common = [
            replace(term, places=[one for one in term.places if one[0] not in small]) for term in terms[len(rare) :]
        ]
        left = np.cumsum([0.0, *(self._most(term) for term in reversed(common))])[::-1]
        worth_looking = np.inf  # at so little that is left
        for number, term in enumerate(common):
            rest = float(left[number])
            if rest <= worth_looking:
                candidates = _promising(scores, _kth_best(scores, k) - rest)
                if candidates is not None:
                    return best_of(candidates, self._added(common[number:], candidates, scores[candidates]), k)
                worth_looking = rest / 2
            self._add(term, scores)
        candidates = np.flatnonzero(scores >= max(_kth_best(scores, k), np.finfo(np.float32).tiny))
        return best_of(candidates, scores[candidates], k)

    def _bar(self, scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> None:
        """Let the rows that do not count, or are not allowed, never be found."""
        if allowed is not None:
            scores[: len(allowed)][~allowed] = -np.inf
        for mask, start in zip(self._counting, self._starts.tolist(), strict=False):
            if mask is not None:
                scores[start : start + len(mask)][~mask] = -np.inf

    def _terms(self, question: str) -> list[_Term]:
        """The terms of a question, which is mostly asked for twice in a row."""
        terms = self._recent.get(question)
        if terms is None:
            terms = self._terms_of(terms_of([question])[0])
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            self._recent[question] = terms
        return terms

    def _terms_of(self, occurrences: NDArray[np.uint64]) -> list[_Term]:
        """The terms of a question that some row has, the rarest first. Scores are summed in this order."""
        wanted = np.unique(occurrences)
        frequencies = self.document_frequencies(wanted)
        weights = inverse_document_frequency(frequencies, self._size) * (self._k1 + 1)
        found = [part.find(wanted) for part in self._parts]
        terms = []
        for number in np.argsort(frequencies, kind="stable").tolist():
            places = [(part, int(of_part[number])) for part, (of_part, here) in enumerate(found) if bool(here[number])]
            if places:
                terms.append(_Term(np.float32(weights[number]), int(frequencies[number]), places))
        return terms

    def _most(self, term: _Term) -> float:
        """The most that a term adds to any score."""
        most = 0.0
        for part, place in term.places:
            count = float(self._parts[part].at(place)[1].max())
            most = max(most, float(term.weight) * count / (count + self._least_norms[part]))
        return most

    def _add(self, term: _Term, scores: NDArray[np.float32]) -> None:
        """Add what a term gives to each row that has it."""
        for part, place in term.places:
            rows, counts = self._parts[part].at(place)
            places = rows.astype(np.intp)  # once, and not each time that they are used
            own = scores[self._starts[part] : self._starts[part + 1]]
            own[places] += self._gain(term.weight, part, places, counts)

    def _gain(
        self,
        weight: np.float32 | NDArray[np.float32],
        part: int,
        rows: NDArray[np.intp],
        counts: NDArray[np.unsignedinteger],
    ) -> NDArray[np.float32]:
        frequencies = counts.astype(np.float32)
        return np.asarray(weight * frequencies / (frequencies + self._norms[part][rows]), dtype=np.float32)

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


def _kth_best(scores: NDArray[np.float32], k: int) -> float:
    """A score that at least `k` rows reach, and few others do; -inf where there are not so many."""
    best = scores.reshape(_BLOCK, -1).max(axis=0)  # of rows that lie far apart: along them numpy is fast
    if len(best) < 2 * k:
        best = scores
    return float(np.partition(best, -k)[-k]) if len(best) >= k else -np.inf


def _promising(scores: NDArray[np.float32], floor: float) -> NDArray[np.int64] | None:
    """The rows with at least such a score; None where they are many, or one without a term could be among them."""
    floor = floor * (1 - 1e-5) - 1e-5  # sums are rounded
    if floor <= 0:
        return None
    found = np.flatnonzero(scores >= floor)
    return found if len(found) <= len(scores) // _FEW else None
