"""Fixtures shared by the tests: an archive of the sample bulletins, and a small fake encoder that counts its calls."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, build, open_encoder
from qa import Assistant

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "bulletins"


class CountingEncoder:
    """Deterministic vectors without meaning, for tests of plumbing; it remembers what it was asked to encode."""

    def __init__(self, *, name: str = "counting", fingerprint: str = "counting-1", dimension: int = 8) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.encoded: list[str] = []

    def encode_questions(self, questions: Sequence[str]) -> np.ndarray:
        return self._vectors(questions)

    def encode_sentences(self, sentences: Sequence[str]) -> np.ndarray:
        return self._vectors(sentences)

    def encode_passages(self, passages: Sequence[str]) -> np.ndarray:
        self.encoded.extend(passages)
        return self._vectors(passages)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(scope="session")
def default_encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "archive"
    build(SAMPLES, archive=folder, encoder=default_encoder)
    return folder


@pytest.fixture(scope="session")
def assistant(sample_archive: Path) -> Assistant:
    return Assistant.open(sample_archive)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Bulletins and questions that are kept beside the project and are no part of it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared bulletins and questions are not beside this checkout")
    return folder
