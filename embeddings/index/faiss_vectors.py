"""Dense search: inner products in FAISS, and its files. The only module that imports faiss."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.index.base import best_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 65_536  # vectors that are copied at a time


class FaissVectors:
    """The unit vectors of one part of an archive, in half precision: half the memory, and the same best ten.

    Exact: approximate search costs recall long before it is needed.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> FaissVectors:
        """Index unit vectors of shape (chunks, dimension); a chunk is known by its row."""
        made = cls(_empty(vectors.shape[1]))
        made._add(vectors)
        return made

    @classmethod
    def merged(cls, parts: Iterable[tuple[FaissVectors, NDArray[np.bool_] | None]]) -> FaissVectors:
        """The vectors of several parts, one after the other; a mask says which rows of a part stay."""
        made: FaissVectors | None = None
        for part, stays in parts:
            made = made or cls(_empty(part.dimension))
            rows = np.arange(len(part)) if stays is None else np.flatnonzero(stays)
            for start in range(0, len(rows), _BLOCK):
                made._add(part.vectors(rows[start : start + _BLOCK]))
        return made or cls(_empty(1))

    def _add(self, vectors: NDArray[np.float32]) -> None:
        if len(vectors):
            self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best `k` rows and their cosines, best first, ties by row; `allowed`, shape (chunks,), narrows them."""
        k = min(k, len(self) if allowed is None else int(allowed.sum()))
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None if allowed is None else _only(allowed)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        scores, rows = self._index.search(question, k, params=parameters)
        return best_of(rows[0], scores[0], k)

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of some rows, shape (len(rows), dimension)."""
        if not len(rows):
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64)), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write what `faiss.read_index` reads. Raises OSError."""
        import faiss

        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"{path.name} cannot be written: {error}") from error

    @classmethod
    def load(cls, path: Path) -> FaissVectors:
        """The vectors in a file, of which a search reads what it needs. Raises OSError where it cannot be read."""
        import faiss

        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError:  # a system on which it cannot be mapped, or a damaged file
            pass
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise OSError(f"{path.name} is no index of faiss: {error}") from error


class VectorParts:
    """The vectors of several parts of an archive, whose rows follow each other.

    A mask for a part, shape (chunks,), says which of its rows count; None for all.
    """

    def __init__(self, parts: Sequence[FaissVectors], counting: Sequence[NDArray[np.bool_] | None]) -> None:
        self._parts = list(parts)
        self._counting = list(counting)
        self._starts = np.cumsum([0, *map(len, self._parts)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._parts[0].dimension if self._parts else 1

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best `k` rows and their cosines, best first, ties by row; `allowed`, shape (rows,), narrows them."""
        found = [(np.empty(0, np.int64), np.empty(0, np.float32))]
        for part, mask, start in zip(self._parts, self._counting, self._starts.tolist(), strict=False):
            own = mask if allowed is None else allowed[start : start + len(part)]
            rows, scores = part.search(vector, k, allowed=own)
            found.append((rows + start, scores))
        rows, scores = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return best_of(rows, scores, k)

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of some rows, shape (len(rows), dimension)."""
        wanted = np.asarray(rows, dtype=np.int64)
        found = np.empty((len(wanted), self.dimension), np.float32)
        of_part = np.searchsorted(self._starts, wanted, side="right") - 1
        for number in np.unique(of_part).tolist():
            chosen = of_part == number
            found[chosen] = self._parts[number].vectors(wanted[chosen] - self._starts[number])
        return found


def _empty(dimension: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _only(allowed: NDArray[np.bool_]) -> Any:
    """Search parameters that leave only some rows."""
    faiss: Any = importlib.import_module("faiss")  # its Python wrappers take arrays where its annotations do not
    return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little")))
