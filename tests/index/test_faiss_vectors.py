"""Vectors of a part of an archive, exact and in inverted lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.index import faiss_vectors
from embeddings.index.faiss_vectors import FaissVectors, VectorParts

SIZE, DIMENSION = 6_000, 32


def unit_vectors(seed: int, size: int) -> np.ndarray:
    """Vectors that lie in overlapping heaps, all on one side of the origin as E5's do."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((40, DIMENSION))
    made = centres[draw.integers(40, size=size)] + draw.standard_normal((size, DIMENSION)) + 1.0
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def exact() -> FaissVectors:
    """Exact vectors of one part."""
    return FaissVectors.build(unit_vectors(1, SIZE))


@pytest.fixture(scope="module")
def in_lists(exact: FaissVectors) -> FaissVectors:
    """The same in inverted lists, merged from three parts."""
    rows = np.arange(SIZE)
    masks = [rows < 1_000, (rows >= 1_000) & (rows < 4_500), rows >= 4_500]
    return FaissVectors.merged(lambda: [(exact, mask) for mask in masks], lists_from=1_000)


def recall(found: np.ndarray, wanted: np.ndarray) -> float:
    return len(set(found.tolist()) & set(wanted.tolist())) / len(wanted)


def test_inverted_lists_find_nearly_all_that_exact_search_finds(exact: FaissVectors, in_lists: FaissVectors) -> None:
    assert len(in_lists) == SIZE
    found = [recall(in_lists.search(one, 10)[0], exact.search(one, 10)[0]) for one in unit_vectors(2, 200)]
    assert np.mean(found) >= 0.95
    assert in_lists._has_lists
    assert not exact._has_lists


def test_scores_of_inverted_lists_are_those_of_exact_search(exact: FaissVectors, in_lists: FaissVectors) -> None:
    question = unit_vectors(3, 1)[0]
    rows, scores = in_lists.search(question, 10)
    of_exact = dict(zip(*(array.tolist() for array in exact.search(question, SIZE)), strict=True))
    assert scores.tolist() == pytest.approx([of_exact[row] for row in rows.tolist()], abs=1e-5)
    assert np.array_equal(in_lists.vectors(rows), exact.vectors(rows))


@pytest.mark.parametrize("every", [2, 50, 1_500])
@pytest.mark.parametrize("few", [0, 16_384])
def test_a_search_among_some_finds_only_these_and_as_many(
    in_lists: FaissVectors, exact: FaissVectors, every: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faiss_vectors, "_FEW", few)
    allowed = np.arange(SIZE) % every == 0
    for question in unit_vectors(4, 20):
        rows, _ = in_lists.search(question, 10, allowed=allowed)
        wanted, _ = exact.search(question, 10, allowed=allowed)
        assert allowed[rows].all()
        assert len(rows) == len(wanted)
        assert recall(rows, wanted) >= (1.0 if few else 0.5)


def test_none_allowed_finds_none(in_lists: FaissVectors) -> None:
    rows, scores = in_lists.search(unit_vectors(5, 1)[0], 10, allowed=np.zeros(SIZE, np.bool_))
    assert len(rows) == len(scores) == 0


def test_inverted_lists_are_read_as_they_were_written(in_lists: FaissVectors, tmp_path: Path) -> None:
    in_lists.save(tmp_path / "vectors.faiss")
    read = FaissVectors.load(tmp_path / "vectors.faiss")
    for question in unit_vectors(6, 10):
        assert np.array_equal(read.search(question, 10)[0], in_lists.search(question, 10)[0])
    assert np.array_equal(read.vectors([5, 77]), in_lists.vectors([5, 77]))


def test_lists_and_exact_parts_are_searched_as_one(in_lists: FaissVectors, exact: FaissVectors) -> None:
    few = FaissVectors.build(unit_vectors(7, 300))
    parts, whole = VectorParts([in_lists, few], [None, None]), VectorParts([exact, few], [None, None])
    found = [recall(parts.search(one, 10)[0], whole.search(one, 10)[0]) for one in unit_vectors(8, 50)]
    assert np.mean(found) >= 0.95


def test_lists_are_merged_again_without_what_is_gone(in_lists: FaissVectors, exact: FaissVectors) -> None:
    stays = np.arange(SIZE) % 3 > 0
    merged = FaissVectors.merged(lambda: [(in_lists, stays), (exact, None)], lists_from=1_000)
    assert len(merged) == stays.sum() + SIZE
    assert np.array_equal(merged.vectors([0, 1]), exact.vectors([1, 2]))


def test_nothing_merged_is_nothing() -> None:
    assert len(FaissVectors.merged(lambda: [])) == 0
