from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np


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
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


class PausingEncoder(CountingEncoder):
    """The same vectors, each group of them after a while, so that something can happen meanwhile."""

    def encode_passages(self, passages: Sequence[str]) -> np.ndarray:
        time.sleep(0.3)
        return super().encode_passages(passages)


class PairsEncoder(CountingEncoder):
    """Vectors by the pairs of characters that a text has: texts that share many lie near each other."""

    def __init__(self, *, dimension: int = 256) -> None:
        super().__init__(name="pairs", fingerprint=f"pairs-{dimension}", dimension=dimension)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        made = np.full((len(texts), self.dimension), 0.05, dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            for first, second in pairwise(text):
                row[zlib.crc32(f"{first}{second}".encode()) % self.dimension] += 1
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))
