"""Which texts have each term, and how often: the inverted file of one part of an archive, kept as plain arrays.

An archive grows by parts that never change. What depends on all of them, such as how telling a term is, is put
together when a question is asked (`embeddings.index.bm25`); so a part holds counts, and no weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.terms import terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cut = Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.int32]]]

_BLOCK = 2_000_000  # postings that are merged at a time


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The postings of `terms[i]` are `rows` and `counts` from `offsets[i]` to `offsets[i + 1]`, by row.

    Shapes: terms (T,), ascending; offsets (T + 1,); rows (P,); counts (P,), how often a text has the term; lengths
    (texts,), the number of term occurrences in each text.
    """

    terms: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.unsignedinteger]
    lengths: NDArray[np.int32]

    @classmethod
    def build(cls, texts: Sequence[str], *, cut: Cut = terms_of) -> Postings:
        """Index some texts, whose terms `cut` finds."""
        occurrences, owners = cut(texts)
        lengths = np.bincount(owners, minlength=len(texts)).astype(np.int32)
        order = np.lexsort((owners, occurrences))
        occurrences, owners = occurrences[order], owners[order]
        if not occurrences.size:
            return cls(
                np.empty(0, np.uint64), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.uint8), lengths
            )
        new_posting = np.concatenate([[True], (np.diff(occurrences) != 0) | (np.diff(owners) != 0)])
        starts = np.flatnonzero(new_posting)
        counts = np.diff(np.append(starts, occurrences.size))
        of_posting, rows = occurrences[starts], owners[starts]
        terms, offsets = np.unique(of_posting, return_index=True)
        return cls(
            terms,
            np.append(offsets, of_posting.size).astype(np.int64),
            rows.astype(np.int32),
            _narrow(counts),
            lengths,
        )

    @property
    def size(self) -> int:
        """The number of texts."""
        return len(self.lengths)

    def find(self, wanted: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The places of some terms, and whether each is here; both have the shape of `wanted`."""
        if not self.terms.size:
            return np.zeros(wanted.shape, np.intp), np.zeros(wanted.shape, np.bool_)
        places = np.minimum(np.searchsorted(self.terms, wanted), self.terms.size - 1)
        return places, np.asarray(self.terms[places] == wanted)

    def at(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.unsignedinteger]]:
        """The rows and counts of the term at a place."""
        chosen = slice(int(self.offsets[place]), int(self.offsets[place + 1]))
        return self.rows[chosen], self.counts[chosen]


def merge_postings(parts: Sequence[tuple[Postings, NDArray[np.bool_] | None]], folder: Path) -> None:
    """Write the postings of several parts as those of one, with the texts of each after those of the one before.

    A mask, shape (texts,), says which texts of a part stay; None for all. Writes `terms`, `offsets`, `rows`, `counts`
    and `lengths` into the folder as raw arrays, a stretch of the terms at a time. Raises OSError.
    """
    renumbered, first = [], 0
    for part, stays in parts:
        numbers = first + (np.arange(part.size) if stays is None else np.cumsum(stays) - 1)
        renumbered.append(numbers.astype(np.int32))
        first += part.size if stays is None else int(stays.sum())
    count_type = np.result_type(np.uint8, *(part.counts.dtype for part, _ in parts))
    _write(folder, "lengths", np.concatenate([part.lengths[_mask(stays)] for part, stays in parts]))
    terms, offsets, written = [], [np.zeros(1, np.int64)], 0
    with (folder / "rows").open("wb") as rows_file, (folder / "counts").open("wb") as counts_file:
        for low, high in _stretches([part for part, _ in parts]):
            of_term, rows, counts = _stretch(parts, renumbered, low, high)
            present, frequencies = np.unique(of_term, return_counts=True)
            rows_file.write(rows.astype("<i4").tobytes())
            counts_file.write(counts.astype(count_type).tobytes())
            terms.append(present)
            offsets.append(written + np.cumsum(frequencies))
            written += len(rows)
    _write(folder, "terms", np.concatenate(terms) if terms else np.empty(0, np.uint64))
    _write(folder, "offsets", np.concatenate(offsets))


def _stretches(parts: Sequence[Postings]) -> Iterator[tuple[np.uint64, np.uint64 | None]]:
    """Bounds [low, high) of terms with few enough postings to merge them at once; None for no bound."""
    step = max(_BLOCK // max(len(parts), 1), 1)
    bounds = [
        part.terms[np.searchsorted(part.offsets, np.arange(step, int(part.offsets[-1]), step), "right") - 1]
        for part in parts
    ]
    # Between two neighbours each part has a step at most; so many steps make a block.
    chosen = np.sort(np.concatenate(bounds))[:: len(parts)] if bounds else np.empty(0, np.uint64)
    low = np.uint64(0)
    for high in np.unique(chosen):
        if high > low:
            yield low, high
            low = high
    yield low, None


def _stretch(
    parts: Sequence[tuple[Postings, NDArray[np.bool_] | None]],
    renumbered: Sequence[NDArray[np.int32]],
    low: np.uint64,
    high: np.uint64 | None,
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.unsignedinteger]]:
    """The postings of the terms in [low, high) of all parts: term, row and count of each, by term and row."""
    found = []
    for (part, stays), numbers in zip(parts, renumbered, strict=True):
        first = int(np.searchsorted(part.terms, low))
        last = part.terms.size if high is None else int(np.searchsorted(part.terms, high))
        chosen = slice(int(part.offsets[first]), int(part.offsets[last]))
        of_term = np.repeat(np.asarray(part.terms[first:last]), np.diff(part.offsets[first : last + 1]))
        rows, counts = np.asarray(part.rows[chosen]), np.asarray(part.counts[chosen])
        if stays is not None:
            left = stays[rows]
            of_term, rows, counts = of_term[left], rows[left], counts[left]
        found.append((of_term, numbers[rows], counts))
    terms, rows, counts = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    order = np.argsort(terms, kind="stable")  # each part is in order, and so are their rows
    return terms[order], rows[order], counts[order]


def _mask(stays: NDArray[np.bool_] | None) -> NDArray[np.bool_] | slice:
    return slice(None) if stays is None else stays


def _narrow(counts: NDArray[np.int64]) -> NDArray[np.unsignedinteger]:
    return counts.astype(np.min_scalar_type(int(counts.max())))


def _write(folder: Path, name: str, array: NDArray[np.generic]) -> None:
    (folder / name).write_bytes(np.ascontiguousarray(array).tobytes())
