"""Chunks without a vector → vectors in the archive, group by group."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings.archive.base import ArchiveWriter, PreparedIssue
from embeddings.encoders.encoder import Encoder, ParallelEncoder
from embeddings.errors import BulletinError, SourceCode, SourceError
from embeddings.ingest.plan import texts_of
from embeddings.types import Article

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_GROUP_CHUNKS = 48  # encoded together, stored and reported before the next group: about three seconds
_PROBE = "。"


def encode_chunks(
    store: ArchiveWriter,
    prepared: Sequence[PreparedIssue],
    encoder: Encoder,
    *,
    afresh: bool,
    on_progress: Callable[[int, int, int, int], None] = lambda _articles_done, _articles, _chunks_done, _chunks: None,
) -> tuple[int, int, dict[str, SourceError]]:
    """Encode the chunks that have no vector yet, `afresh` all of them, and store them group by group.

    `on_progress` is told the articles done, all articles, the chunks done, all chunks. Returns how many chunks were
    encoded and how many had a vector, and by vector key the texts that this model gives no vector for. What the model
    raises for every text is raised.
    """
    articles = texts_of(prepared)
    total = sum(len(chunks) for _, chunks in articles)
    stored = set() if afresh else store.stored_vectors(key for _, chunks in articles for key, _ in chunks)
    encoded = 0
    failed: dict[str, SourceError] = {}
    if articles:
        on_progress(0, len(articles), 0, total)
    done = articles_done = 0
    for group, vectors in _encoded_groups(_groups(articles, stored), encoder, failed):
        if vectors:
            store.store_vectors(vectors)
        encoded += len(vectors)
        # Groups may come in another order than they went.
        articles_done, done = articles_done + group.articles, done + group.chunks
        on_progress(articles_done, len(articles), done, total)
    return encoded, total - encoded - len(failed), failed


@dataclass(frozen=True, slots=True)
class _Group:
    """Texts that are encoded together, by vector key, and how many articles and chunks are done with them.

    `name` is that of the last article's issue.
    """

    texts: Mapping[str, str]
    articles: int
    chunks: int
    name: str


def _groups(articles: Sequence[tuple[Article, list[tuple[str, str]]]], stored: set[str]) -> Iterator[_Group]:
    """The texts of some articles whose vectors are not stored, each once; the last group may have none."""
    waiting: dict[str, str] = {}
    done = chunks_done = 0
    for number, (article, chunks) in enumerate(articles, start=1):
        for key, text in chunks:
            if key not in stored:
                waiting[key] = text
                stored.add(key)
        done, chunks_done = done + 1, chunks_done + len(chunks)
        if len(waiting) >= _GROUP_CHUNKS or number == len(articles):
            yield _Group(waiting, done, chunks_done, article.issue.name)
            waiting, done, chunks_done = {}, 0, 0


def _encoded_groups(
    groups: Iterator[_Group], encoder: Encoder, failed: dict[str, SourceError]
) -> Iterator[tuple[_Group, dict[str, NDArray[np.float32]]]]:
    """Each group with its vectors by key, one after the other, or as they come where several are encoded at once."""
    if not isinstance(encoder, ParallelEncoder):
        for group in groups:
            yield group, vectors_of(group.texts, encoder, name=group.name, failed=failed)
        return
    sent: dict[int, _Group] = {}

    def texts() -> Iterator[Mapping[str, str]]:
        for group in groups:
            sent[id(group.texts)] = group
            if group.texts:
                yield group.texts

    for of, vectors in encoder.encode_groups(texts()):
        group = sent.pop(id(of))
        if vectors is not None and np.isfinite(vectors).all():
            yield group, dict(zip(of, vectors, strict=True))
        else:
            yield group, vectors_of(of, encoder, name=group.name, failed=failed)
    for group in sent.values():  # without a text
        yield group, {}


def vectors_of(
    waiting: Mapping[str, str], encoder: Encoder, *, name: str, failed: dict[str, SourceError]
) -> dict[str, NDArray[np.float32]]:
    """The vectors of some texts by key; where they cannot be had together, one by one, so that one spoils no other.

    For those that the model gives no vector for, an error that names `name` is put into `failed`. Raises what the model
    raises for every text.
    """
    if not waiting:
        return {}
    try:
        return dict(zip(waiting, _encoded(encoder, list(waiting.values())), strict=True))
    except BulletinError:
        raise
    except Exception:
        logger.exception("%d chunks could not be encoded together", len(waiting))
        _encoded(encoder, [_PROBE])  # a model that encodes nothing at all is no fault of a text
    vectors = {}
    for key, text in waiting.items():
        try:
            vectors[key] = _encoded(encoder, [text])[0]
        except BulletinError:
            raise
        except Exception as error:
            failed[key] = SourceError(SourceCode.NOT_ENCODED, name=name, kind=type(error).__name__, detail=str(error))
    return vectors


def _encoded(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = encoder.encode_passages(texts)
    if not np.isfinite(vectors).all():
        raise ValueError("the model gives no numbers for it")
    return vectors
