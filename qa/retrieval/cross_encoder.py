"""A second look: a small model that reads a question with a text, and says whether the text answers it, and where.

The bundled reader is the default model's own layers, the upper ones trained further by `training/train_reader.py`, as
one ONNX file that multiplies in eight bits; token embeddings come from the default model
(`embeddings.encoders.token_embedder`). It needs no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings import open_cross_encoder, open_session, open_token_embedder, simplified, thread_pool
from embeddings.errors import ModelCode, ModelError
from embeddings.plugins import READERS, imported, installed
from qa.query.question import CHINESE, ENGLISH
from qa.types import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_TOKENS = 320
ANY_LANGUAGE = "mul"  # "multiple languages" of ISO 639-2
_QUESTION_CHARS = 160  # that are read of a question, so that room is left for the text
_SUREST = 20.0  # the largest log-odds that are told
PIECES, APART = "pieces", "apart"  # in the properties of a reader's file: which pieces of the vocabulary it has learned
_MODEL = Path(__file__).parents[1] / "answering" / "weights" / "reader.onnx"


@dataclass(frozen=True, slots=True)
class Text:
    """What is read: an article's title, and a piece of its body."""

    title: str
    body: str


class Reader(Protocol):
    """Reads a question with some texts."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the questions it reads, as codes of ISO 639; ANY_LANGUAGE stands for all."""

    @property
    def finds_spans(self) -> bool:
        """Whether its readings tell where the answer stands, and their log-odds are on the scale that is fitted."""

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order."""


class BundledReader:
    """The reader that ships with the project. Opened when first used; usable from several threads."""

    name = "bundled reader"
    languages = frozenset({CHINESE, ENGLISH})  # of questions; what it reads is Chinese
    finds_spans = True

    def __init__(self, model: Path = _MODEL) -> None:
        self.path = model
        self._session: tuple[Any, bool] | None = None
        self._lock = threading.Lock()
        self._pool = thread_pool("reader")

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order."""
        # Each by itself, so that its scores depend on nothing else and nothing is padded. A core for each
        # text is faster than all cores for one after the other (0.7 of the time on two).
        return list(self._pool.map(lambda text: self._run(question, text), texts))

    def _run(self, question: str, text: Text) -> Reading:
        session, apart = self._open()
        embedder = open_token_embedder(MAX_TOKENS, apart=apart)
        head = f"{text.title} " if text.title else ""
        # What is asked stands at the end of a long question.
        pair = (simplified(question)[-_QUESTION_CHARS:], simplified(head + text.body).replace("\n", " "))
        tokens = embedder.tokenize([pair])
        log_odds, first, last, inside, polarity = session.run(None, {"state": embedder.embed(tokens.ids)})
        readable = np.flatnonzero(tokens.in_second[0] & (tokens.ends[0] > len(head)))
        starts = np.maximum(tokens.starts[0, readable] - len(head), 0)
        ends = tokens.ends[0, readable] - len(head)
        size = len(text.body)
        return Reading(
            float(log_odds[0]),
            _by_character(first[0, readable], starts, size),
            _by_character(last[0, readable], ends - 1, size),
            _spread(inside[0, readable], starts, ends, size),
            _span_odds(first[0], last[0], readable),
            float(polarity[0]),
        )

    def _open(self) -> tuple[Any, bool]:
        """The session, and whether it has learned from tokens that end where answers do."""
        with self._lock:
            if self._session is None:
                session = open_session(self.path)
                told = session.get_modelmeta().custom_metadata_map
                self._session = session, told.get(PIECES) == APART
        return self._session


def _by_character(logits: NDArray[np.float32], places: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    """Log-probabilities of tokens as log-probabilities of the characters they stand at."""
    spread = np.full(length, -np.inf, dtype=np.float32)
    if logits.size:
        spread[places] = logits - np.logaddexp.reduce(logits)
    return spread


def _spread(
    log_odds: NDArray[np.float32], starts: NDArray[np.int64], ends: NDArray[np.int64], length: int
) -> NDArray[np.float32]:
    """Log-odds of tokens as log-odds of the characters in them; -inf between tokens."""
    spread = np.full(length, -np.inf, dtype=np.float32)
    for value, start, end in zip(log_odds, starts, ends, strict=True):
        spread[start:end] = np.maximum(spread[start:end], value)
    return spread


def _span_odds(first: NDArray[np.float32], last: NDArray[np.float32], readable: NDArray[np.intp]) -> float:
    """Log-odds of an answer among the readable tokens, against the first token of all, which stands for none.

    The mean of what beginnings and ends say, each the difference of two logarithms of unnormalised chances.
    """
    if not readable.size:
        return -_SUREST
    begins = np.logaddexp.reduce(first[readable]) - first[0]
    ends = np.logaddexp.reduce(last[readable]) - last[0]
    return float(np.clip((begins + ends) / 2, -_SUREST, _SUREST))


class CrossEncoderReader:
    """Any sentence-transformers CrossEncoder, by folder or hub name; it ranks and judges, and finds no spans."""

    languages = frozenset({ANY_LANGUAGE})  # whoever names a model chooses one for the questions that are asked
    finds_spans = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._model: Any = None
        self._lock = threading.Lock()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order. Raises ModelError."""
        with self._lock:
            if self._model is None:
                self._model = open_cross_encoder(self.name)
            pairs = [(question, f"{text.title}\n{text.body}" if text.title else text.body) for text in texts]
            return [Reading(float(score)) for score in self._model.predict(pairs)]


def reads(reader: Reader, language: str) -> bool:
    """Whether a reader reads questions in a language."""
    return not reader.languages.isdisjoint({language, ANY_LANGUAGE})


def open_reader(name: str | None = None) -> Reader | None:
    """The reader a setting names: the bundled one for None or "", none for "none", else another package's or a model.

    A model is a CrossEncoder. Raises ModelError where another package's reader cannot be made.
    """
    if not name:
        return BundledReader()
    if name == "none":
        return None
    if value := installed(READERS).get(name.lower()):
        return _installed_reader(name, value)
    return CrossEncoderReader(name)


def _installed_reader(name: str, value: str) -> Reader:
    try:
        reader: Reader = imported(value)()
    except Exception as error:  # a package that is not ours fails in its own ways
        raise ModelError(
            ModelCode.BAD_READER, name=name, value=value, kind=type(error).__name__, detail=str(error)
        ) from error
    return reader
