"""Text → vectors, behind one small protocol."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from embeddings.config import Variable, download_allowed
from embeddings.encoders.bundled import BUNDLED_MODEL, PROMPTS, bundled_fingerprint, weights_path
from embeddings.errors import ModelCode, ModelError
from embeddings.privacy import hub_within_reach
from embeddings.sources.hashing import file_digest, text_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH_SIZE = 16


class Encoder(Protocol):
    """Turns texts into unit vectors, so that a dot product is a cosine.

    `fingerprint` names the exact weights; two encoders with the same fingerprint give the same vectors.
    """

    @property
    def name(self) -> str:
        """The name that opens this encoder again."""
        ...

    @property
    def fingerprint(self) -> str:
        """A name for the exact weights and prompts."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(questions), dimension)."""
        ...

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(passages), dimension)."""
        ...

    def encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of a few short passages, wanted at once, of shape (len(sentences), dimension)."""
        ...


@runtime_checkable
class ParallelEncoder(Encoder, Protocol):
    """An encoder that works at several groups of texts at once."""

    def encode_groups(
        self, groups: Iterable[Mapping[str, str]]
    ) -> Iterator[tuple[Mapping[str, str], NDArray[np.float32] | None]]:
        """The vectors of groups of texts, by whatever keys, as they come, shape (len(group), dimension) each.

        None for a group that could not be encoded together.
        """
        ...


def open_encoder(model: str | None = None) -> Encoder:
    """The encoder for a model name: the bundled one, a sentence-transformers folder, or a hub name already fetched.

    Loads nothing heavy yet. Raises ModelError when there is no such model on this machine.
    """
    if model is None or model == BUNDLED_MODEL:
        weights_path()
        return BundledEncoder()
    folder = Path(model).expanduser()
    if folder.is_dir():
        return SentenceTransformerEncoder(str(folder.resolve()), folder.resolve())
    return SentenceTransformerEncoder(model, _hub_folder(model))


def open_cross_encoder(name: str) -> Any:
    """A sentence-transformers CrossEncoder that gives log-odds, from a folder or a hub name already fetched.

    Raises ModelError when there is none, or when it gives more than one score.
    """
    folder = Path(name).expanduser()
    folder = folder.resolve() if folder.is_dir() else _hub_folder(name)
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    try:
        model = CrossEncoder(str(folder), local_files_only=True, activation_fn=Identity())
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise ModelError(ModelCode.BAD_CROSS_ENCODER, name=name, detail=str(error)) from error
    if model.num_labels != 1:
        raise ModelError(ModelCode.SEVERAL_SCORES, name=name, n=model.num_labels)
    return model


class SentenceTransformerEncoder:
    """Any sentence-transformers model, from a folder. The weights load on first use."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self._model: Any = None
        self._fingerprint: str | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The folder's path, or the name on the hub."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The start of a SHA-256 over every file that shapes a vector."""
        if self._fingerprint is None:
            self._fingerprint = _folder_fingerprint(self._folder)
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector; loads the model."""
        return int(self._loaded().get_embedding_dimension())

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(questions), dimension), with the model's own prompt for queries."""
        return self._encode(self._loaded().encode_query, questions)

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(passages), dimension), with the model's own prompt for documents."""
        return self._encode(self._loaded().encode_document, passages)

    def encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(sentences), dimension), as for passages."""
        return self.encode_passages(sentences)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        with self._lock:
            vectors = encode(
                list(texts),
                batch_size=BATCH_SIZE,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = _load_sentence_transformer(self._name, self._folder)
        return self._model


class BundledEncoder:
    """The bundled model on ONNX Runtime, without torch: one engine for questions and passages.

    It opens when the first text comes, in a fifth of a second, and all encoders of a process share it.
    """

    name = BUNDLED_MODEL
    dimension = 384

    @property
    def fingerprint(self) -> str:
        """Names the weights file and the prompts."""
        return bundled_fingerprint()

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(questions), 384)."""
        return _encode_bundled(questions, PROMPTS["query"])

    def encode_passages(self, passages: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(passages), 384)."""
        return _encode_bundled(passages, PROMPTS["document"])

    def encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(sentences), 384), as for passages."""
        return self.encode_passages(sentences)


def _encode_bundled(texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
    if not texts:
        return np.empty((0, BundledEncoder.dimension), np.float32)
    from embeddings.encoders.e5_engine import shared_engine  # it brings ONNX Runtime

    return shared_engine().encode(texts, prompt=prompt)


def _load_sentence_transformer(name: str, folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # A missing pooler, which is never used, would be reported at length; what matters raises.
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise ModelError(ModelCode.BAD_MODEL, name=name, detail=str(error)) from error
    if "e5" in Path(name).name.lower() and not any(model.prompts.values()):
        model.prompts.update(PROMPTS)  # E5 models are trained with these and do not always carry them.
    if not model.prompts.get("document") and model.prompts.get("passage"):
        model.prompts["document"] = model.prompts["passage"]
    return model


def _folder_fingerprint(folder: Path) -> str:
    shaping = {".json", ".safetensors", ".bin", ".txt", ".model"}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in shaping)
    parts = [f"{path.relative_to(folder).as_posix()}:{file_digest(path)}" for path in files]
    return text_digest(*parts)[:16]


def _hub_folder(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    unneeded = ["onnx/*", "*.onnx"]
    try:
        if not download_allowed():
            return Path(snapshot_download(name, local_files_only=True, ignore_patterns=unneeded))
        with hub_within_reach():
            return Path(snapshot_download(name, ignore_patterns=unneeded))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        if download_allowed():
            raise ModelError(ModelCode.NOT_ON_HUB, name=name) from error
        raise ModelError(ModelCode.NOT_HERE, name=name, variable=Variable.DOWNLOAD) from error


def choose_threads() -> None:
    """Give BLAS one thread. Its threads, spinning beside torch's, tripled the time of a plain dot product.

    OpenMP (torch, FAISS) keeps its default, a thread a core, and obeys OMP_NUM_THREADS.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
