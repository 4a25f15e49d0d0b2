"""A second look: a small model that reads a question with a text, and says whether the text answers it, and where.

The bundled reader is the default model's own layers, the upper ones trained further by `training/train_reader.py`, as
one ONNX file of 8-bit weights; token embeddings come from the default model (`embeddings.tokens`). It needs no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings import open_token_embedder, simplified

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_TOKENS = 320
_LONGEST_ANSWER = 48  # tokens
_TEXTS_A_RUN = 4  # of like length, so that little is padded
_MODEL = Path(__file__).with_name("reader.onnx")


@dataclass(frozen=True, slots=True)
class Text:
    """What is read: an article's title, and a piece of its body."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a question and a text.

    `log_odds` are those of the text answering the question. `body[start:end]` is the likeliest answer, and `certainty`
    the natural logarithm of its probability if there is one; all three are None for a reader that finds no spans.
    """

    log_odds: float
    start: int | None = None
    end: int | None = None
    certainty: float | None = None


class Reader(Protocol):
    """Reads a question with some texts."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order."""


class BundledReader:
    """The reader that ships with the project. Opened when first used; usable from several threads."""

    name = "bundled reader"

    def __init__(self, model: Path = _MODEL) -> None:
        self._model = model
        self._session: Any = None
        self._lock = threading.Lock()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order."""
        readings: list[Reading] = [Reading(0.0)] * len(texts)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place].title) + len(texts[place].body))
        for start in range(0, len(by_length), _TEXTS_A_RUN):
            places = by_length[start : start + _TEXTS_A_RUN]
            for place, reading in zip(places, self._run(question, [texts[at] for at in places]), strict=True):
                readings[place] = reading
        return readings

    def _run(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        embedder = open_token_embedder(MAX_TOKENS)
        heads = [f"{text.title} " if text.title else "" for text in texts]
        pairs = [
            (simplified(question), simplified(head + text.body).replace("\n", " "))
            for head, text in zip(heads, texts, strict=True)
        ]
        tokens = embedder.tokenize(pairs)
        feed = {"state": embedder.embed(tokens.ids), "mask": tokens.mask}
        log_odds, first, last = self._open().run(None, feed)
        readings = []
        for row, head in enumerate(heads):
            in_body = tokens.in_second[row] & (tokens.starts[row] >= len(head)) & (tokens.ends[row] > len(head))
            if not in_body.any():
                readings.append(Reading(float(log_odds[row])))
                continue
            at, to, certainty = best_span(first[row], last[row], in_body)
            start, end = int(tokens.starts[row, at]) - len(head), int(tokens.ends[row, to]) - len(head)
            readings.append(Reading(float(log_odds[row]), start, end, certainty))
        return readings

    def _open(self) -> Any:
        with self._lock:
            if self._session is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                # Threads that spin while they wait would take the cores from the encoder.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                self._session = onnxruntime.InferenceSession(
                    str(self._model), options, providers=["CPUExecutionProvider"]
                )
        return self._session


def best_span(
    first: NDArray[np.float32], last: NDArray[np.float32], allowed: NDArray[np.bool_]
) -> tuple[int, int, float]:
    """The likeliest first and last token of an answer, and the logarithm of its probability.

    The logits have shape (tokens,); `allowed` says which tokens may be part of an answer, at least one.
    """
    starts = np.where(allowed, first, -np.inf).astype(np.float64)
    ends = np.where(allowed, last, -np.inf).astype(np.float64)
    starts -= np.logaddexp.reduce(starts)
    ends -= np.logaddexp.reduce(ends)
    scores = starts[:, None] + ends[None, :]
    places = np.arange(len(scores))
    length = places[None, :] - places[:, None]
    scores[(length < 0) | (length >= _LONGEST_ANSWER)] = -np.inf
    best = int(scores.argmax())
    return best // len(scores), best % len(scores), float(scores.flat[best])
