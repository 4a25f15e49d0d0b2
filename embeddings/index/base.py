"""What an archive asks of its searches. An index knows chunks by their rows; chunk ids are the archive's.

Rows may stay of chunks that are gone; they count no more, and no search finds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class VectorIndex(Protocol):
    """Finds the chunks whose vectors are nearest to a question's, by cosine."""

    def __len__(self) -> int:
        """The number of chunks."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best `k` rows and their cosines, best first, ties by row; `allowed`, shape (chunks,), narrows them."""
        ...

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of some rows, shape (len(rows), dimension)."""
        ...


class LexicalIndex(Protocol):
    """Scores chunks by the terms that they share with a question, and counts in how many chunks a term stands."""

    @property
    def size(self) -> int:
        """The number of chunks."""
        ...

    def search(
        self, question: str, k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best `k` rows and their scores, best first, ties by row; those that share no term are left out."""
        ...

    def scores_of(self, question: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of some rows, shape (len(rows),)."""
        ...

    def rows_with(self, text: str) -> Iterator[NDArray[np.int64]]:
        """For each term of a text, the rows of the chunks that have it."""
        ...

    def document_frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """In how many chunks each of some terms (`embeddings.index.terms`) stands, shape of `terms`."""
        ...


def best_of(
    rows: NDArray[np.int64], scores: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The `k` rows with the highest scores, best first, ties by row."""
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]
