"""The assistant: opened once on an archive, asked many times, from any thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings import (
    Archive,
    ArchiveMissingError,
    Encoder,
    Filters,
    ModelMismatchError,
    Settings,
    Snapshot,
    archive_path,
    chosen_model,
    chosen_reader,
    find_date,
    mismatch_message,
    open_encoder,
)
from qa.answering import answer_from
from qa.manners import reply_to
from qa.query import Asks, Query, read_question
from qa.reader import Reader, open_reader
from qa.retrieval import RetrievalSettings, find_passages
from qa.spelling import respell
from qa.types import Answer, Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_K = 5


class Assistant:
    """Answers questions from one archive. Every question sees one complete state of it, also while a build runs."""

    def __init__(
        self,
        archive: Archive,
        encoder: Encoder,
        *,
        reader: Reader | None = None,
        retrieval: RetrievalSettings = RetrievalSettings(),
    ) -> None:
        self.archive = archive
        self.encoder = encoder
        self.reader = reader
        self._retrieval = retrieval
        self._checked: Settings | None = None
        self._check_model()

    @classmethod
    def open(
        cls, archive: str | Path | None = None, *, model: str | None = None, reader: str | None = None
    ) -> Assistant:
        """Open the archive at a path with the model it was built with, or with the one named.

        `reader` names a CrossEncoder to use in place of the bundled reader, or is "none" (default: BULLETIN_READER).

        Raises ArchiveMissingError, ArchiveDamagedError, ModelError, and ModelMismatchError when the model named is not
        the archive's.
        """
        opened = Archive.open(archive)
        settings = opened.settings
        if settings is None:
            raise ArchiveMissingError(
                f"The archive at {archive_path(archive)} holds no issue yet. Run `bulletin build FOLDER`."
            )
        return cls(
            opened,
            open_encoder(chosen_model(model) or settings.model),
            reader=open_reader(chosen_reader(reader)),
        )

    def retrieve(self, question: str, *, k: int = DEFAULT_K, filters: Filters | None = None) -> list[Passage]:
        """The best `k` passages for a question, best first; empty when the filters leave nothing.

        Raises ValueError when the question is empty or too long.
        """
        query = read_question(question)
        self._check_model()
        with self.archive.snapshot() as snapshot:
            query, _ = self._respell(query, snapshot)
            vector = self._vector(query)
            return self._find(query, vector, snapshot, k=k, filters=filters)

    def ask(self, question: str, *, k: int = DEFAULT_K, filters: Filters | None = None) -> Answer:
        """The answer the archive gives to a question, or an abstention. Raises ValueError as `retrieve` does.

        A greeting, thanks, a question about the assistant or an order to it gets a reply, which counts as abstaining.
        """
        query = read_question(question)
        self._check_model()
        if reply := reply_to(query.text):
            return Answer(query.text, reply, "", (), (), 0.0, True)
        with self.archive.snapshot() as snapshot:
            query, note = self._respell(query, snapshot)
            vector = self._vector(query)
            passages = self._find(query, vector, snapshot, k=max(k, DEFAULT_K), filters=filters)
            answer = answer_from(query, vector, passages, snapshot, self.encoder, filters=filters)
            return replace(answer, question=" ".join(question.split()), note=note)

    def close(self) -> None:
        """Give back the archive's connections and memory."""
        self.archive.close()

    def _find(
        self,
        query: Query,
        vector: NDArray[np.float32],
        snapshot: Snapshot,
        *,
        k: int,
        filters: Filters | None,
    ) -> list[Passage]:
        # Who wrote an article stands in its byline, which is no text to be read.
        reader = None if query.asks is Asks.AUTHOR else self.reader
        return find_passages(query, vector, snapshot, k=k, filters=filters, settings=self._retrieval, reader=reader)

    @staticmethod
    def _respell(query: Query, snapshot: Snapshot) -> tuple[Query, str]:
        """The question as it is searched for, and what its asker should know of that."""
        found = respell(query.text, snapshot)
        if not found.replaced:
            return query, ""
        said = "、".join(f"“{typed}”按“{printed}”" for typed, printed in found.replaced)
        return read_question(found.question), f"{said}查找。"

    def _vector(self, query: Query) -> NDArray[np.float32]:
        return np.asarray(self.encoder.encode_questions([query.text])[0])

    def _check_model(self) -> None:
        """An archive may be built again with another model while this assistant is open."""
        settings = self.archive.settings
        if settings is None or settings == self._checked:
            return
        if (settings.fingerprint, settings.dimension) != (self.encoder.fingerprint, self.encoder.dimension):
            raise ModelMismatchError(mismatch_message(settings, self.encoder))
        self._checked = settings


@dataclass(frozen=True, slots=True)
class _Key:
    archive: str
    model: str | None
    inode: int  # an archive that was deleted and built again is another one


@lru_cache(maxsize=4)
def _shared(key: _Key) -> Assistant:
    return Assistant.open(key.archive, model=key.model)


def retrieve(
    question: str,
    k: int = DEFAULT_K,
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    issue: str | None = None,
    section: str | None = None,
) -> list[Passage]:
    """The best `k` passages for a question. The archive stays open between calls.

    `since` and `until` are dates or texts like 2025-09-13, both inclusive. Raises as `Assistant.open` and
    `Assistant.retrieve` do.
    """
    filters = read_filters(since=since, until=until, issue=issue, section=section)
    return _open(archive, model).retrieve(question, k=k, filters=filters)


def ask(
    question: str,
    k: int = DEFAULT_K,
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    issue: str | None = None,
    section: str | None = None,
) -> Answer:
    """The answer an archive gives to a question, or an abstention. Arguments and errors as for `retrieve`."""
    filters = read_filters(since=since, until=until, issue=issue, section=section)
    return _open(archive, model).ask(question, k=k, filters=filters)


def read_filters(
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    issue: str | None = None,
    section: str | None = None,
) -> Filters:
    """Filters from what a caller or a form gives; empty texts mean no filter. Raises ValueError for a bad date."""
    first, last = _day(since, "since"), _day(until, "until")
    if first and last and first > last:
        raise ValueError(f"The date range is empty: {first} is after {last}.")
    return Filters(issue=issue or None, since=first, until=last, section=section or None)


def _day(value: str | date | None, name: str) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    day = find_date(value)
    if day is None:
        raise ValueError(f"{name} {value!r} is not a date; write it as 2025-09-13.")
    return day


def _open(archive: str | Path | None, model: str | None) -> Assistant:
    folder = archive_path(archive).resolve()
    return _shared(_Key(str(folder), chosen_model(model), folder.stat().st_ino if folder.exists() else 0))
