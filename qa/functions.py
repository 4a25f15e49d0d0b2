"""Functions for callers that keep no assistant: archives stay open between calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from embeddings import Filters, archive_folder, archive_location, chosen_model, find_date
from qa.assistant import DEFAULT_K, Assistant
from qa.errors import QuestionCode, QuestionError
from qa.topics.topic import Topic
from qa.types import Answer, Passage


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


def topic(
    name: str,
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    issue: str | None = None,
    section: str | None = None,
) -> Topic | None:
    """What an archive has on a name, a place, a body or a story; None where no article speaks of it.

    Arguments and errors as for `retrieve`.
    """
    filters = read_filters(since=since, until=until, issue=issue, section=section)
    return _open(archive, model).topics.topic(name, filters=filters)


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
        raise QuestionError(QuestionCode.DATES_CROSSED, first=first, last=last)
    return Filters(issue=issue or None, since=first, until=last, section=section or None)


def _day(value: str | date | None, name: str) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    day = find_date(value)
    if day is None:
        raise QuestionError(QuestionCode.BAD_DATE, name=name, text=value)
    return day


def _open(archive: str | Path | None, model: str | None) -> Assistant:
    folder = archive_folder(archive)
    location = str(folder.resolve()) if folder else archive_location(archive)
    inode = folder.stat().st_ino if folder and folder.exists() else 0
    return _shared(_Key(location, chosen_model(model), inode))
