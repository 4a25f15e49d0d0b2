"""Dense search: an exact inner-product index in FAISS, and its file. The only module that imports faiss."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.sources.atomic import replace_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The file is what `faiss.write_index` writes, so faiss reads it, followed by a mark, the generation and a checksum.
_MARK = b"BULLETIN"
_TRAILER_BYTES = len(_MARK) + 32 + 32


class FaissFlatIndex:
    """Cosine of a question to every chunk. Exact: approximate search costs recall long before it is needed."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> FaissFlatIndex:
        """Index unit vectors of shape (chunks, dimension); a chunk is known by its row."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

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
        order = np.lexsort((rows[0], -scores[0]))
        return rows[0][order], scores[0][order]

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of some rows, shape (len(rows), dimension)."""
        if not len(rows):
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64)), dtype=np.float32)

    def save(self, path: Path, *, generation: str) -> None:
        """Write the index beside `path` and put it in place in one step."""
        import faiss

        body = faiss.serialize_index(self._index).tobytes()
        replace_file(path, body + _MARK + _fixed(generation) + hashlib.sha256(body).digest())

    @classmethod
    def load(cls, path: Path, *, generation: str) -> FaissFlatIndex | None:
        """The index in the file, or None when there is none, it is damaged, or it belongs to another generation."""
        import faiss

        try:
            packed = path.read_bytes()
        except OSError:
            return None
        body, trailer = packed[:-_TRAILER_BYTES], packed[-_TRAILER_BYTES:]
        if trailer != _MARK + _fixed(generation) + hashlib.sha256(body).digest():
            return None
        return cls(faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8)))


def _only(allowed: NDArray[np.bool_]) -> Any:
    """Search parameters that leave only some rows."""
    faiss: Any = importlib.import_module("faiss")  # its Python wrappers take arrays where its annotations do not
    return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little")))


def _fixed(generation: str) -> bytes:
    return hashlib.sha256(generation.encode("ascii")).digest()
