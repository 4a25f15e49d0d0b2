"""Dense search: inner products in FAISS, and its files. The only module that imports faiss."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.index.base import best_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Parts = Callable[[], Iterable[tuple["FaissVectors", NDArray[np.bool_] | None]]]

_BLOCK = 65_536  # vectors that are copied at a time
_LISTS_FROM = 262_144
_LISTS = 1_024
_TRAINED_FROM = 40  # vectors for each list; FAISS asks for 39
_SEARCHED = 1 / 8  # of the lists
_FEW = 16_384  # vectors that are compared one by one, where no more are allowed


class FaissVectors:
    """The unit vectors of one part of an archive, in half precision: half the memory, and the same best ten.

    Searched exactly up to 262,144 of them, which takes 10 ms; more are kept in 1,024 inverted lists, of which the 128
    nearest are searched: recall@10 0.99 in a third of the time (`docs/design.md`).
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
    def merged(cls, parts: Parts, *, lists_from: int = _LISTS_FROM) -> FaissVectors:
        """The vectors of several parts, one after the other; a mask says which rows of a part stay, None all.

        `parts` gives the parts each time it is called; one is read at a time. `lists_from` vectors and more are kept
        in inverted lists.
        """
        sizes = [(part.dimension, len(_staying(part, stays))) for part, stays in parts()]
        dimension, total = max((one for one, _ in sizes), default=1), sum(size for _, size in sizes)
        made = cls(_inverted_lists(parts, dimension, total) if total >= max(lists_from, 1) else _empty(dimension))
        for part, stays in parts():
            rows = _staying(part, stays)
            for start in range(0, len(rows), _BLOCK):
                made._add(part.vectors(rows[start : start + _BLOCK]))
        return made

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
        left = len(self) if allowed is None else int(allowed.sum())
        k = min(k, left)
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self._has_lists and left <= _FEW:
            rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
            return best_of(rows, self.vectors(rows) @ vector.astype(np.float32), k)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        parameters = self._parameters(allowed, len(self) / left)
        scores, found = self._index.search(question, k, params=parameters)
        present = found[0] >= 0  # lists may hold fewer
        return best_of(found[0][present], scores[0][present], k)

    @property
    def _has_lists(self) -> bool:
        return hasattr(self._index, "nprobe")

    def _parameters(self, allowed: NDArray[np.bool_] | None, rarity: float) -> Any:
        """How to search: only among some rows, and in more lists where few rows are allowed."""
        faiss: Any = importlib.import_module("faiss")  # its Python wrappers take arrays where its annotations do not
        chosen: dict[str, Any] = {}
        if allowed is not None:
            chosen["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self._has_lists:
            lists = int(self._index.nlist)
            return faiss.SearchParametersIVF(nprobe=min(lists, math.ceil(lists * _SEARCHED * rarity)), **chosen)
        return faiss.SearchParameters(**chosen) if chosen else None

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


def _staying(part: FaissVectors, stays: NDArray[np.bool_] | None) -> NDArray[np.intp]:
    return np.arange(len(part)) if stays is None else np.flatnonzero(stays)


def _inverted_lists(parts: Parts, dimension: int, total: int) -> Any:
    """An empty index of inverted lists, whose centres are found from vectors spread evenly over some parts."""
    import faiss

    lists = min(_LISTS, max(total // _TRAINED_FROM, 1))
    step = max(total // (lists * _TRAINED_FROM), 1)
    sample = np.concatenate([part.vectors(_staying(part, stays)[::step]) for part, stays in parts()])
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,  # whole vectors are stored, and not what they differ from their centre
    )
    index.train(sample)
    index.make_direct_map()  # by which stored vectors are read
    return index
