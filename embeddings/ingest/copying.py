"""Moving an archive: what one holds goes into another, of whatever engine, without reading or encoding anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embeddings.archive.base import ArchiveWriter, KnownIssue, PreparedIssue, Settings
from embeddings.archive.registry import lock_archive, open_for_writing
from embeddings.config import archive_location
from embeddings.errors import ArchiveCode, ArchiveError, ArchiveMissingError, ModelCode, ModelMismatchError

_CHUNKS = 2_000  # that are committed together


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copying did: issues and chunks copied, and issues that the other archive had from an earlier one."""

    issues: int = 0
    chunks: int = 0
    present: int = 0


def copy_archive(
    source: str | Path,
    target: str | Path,
    *,
    wait_seconds: float = 60.0,
    on_wait: Callable[[str], None] | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CopyReport:
    """Let an archive hold what another one holds: issues in their order, what was read of them, and vectors.

    The target is made where there is none. One that an earlier copying left unfinished is completed. `on_progress` is
    told the issues done and all issues. Changes of files that wait in the source stay there. Raises ArchiveError:
    where the target holds other issues or was built with another model, nothing is copied.
    """
    source, target = archive_location(source), archive_location(target)
    with ExitStack() as stack:
        open_for_writing(source).close()  # where there is none, nothing is to be locked or made
        stack.enter_context(lock_archive(source, wait_seconds=wait_seconds, on_wait=on_wait))
        stack.enter_context(lock_archive(target, wait_seconds=wait_seconds, on_wait=on_wait))
        given = open_for_writing(source)
        stack.callback(given.close)
        settings = given.settings
        if settings is None:
            raise ArchiveMissingError(ArchiveCode.BUILD_UNFINISHED, folder=source)
        taken = open_for_writing(target, create=True)
        stack.callback(taken.close)
        left, present = _left_to_copy(given, taken, settings, source=source, target=target)
        issues = chunks = 0
        for portion in _portions(given, left):
            _copy_portion(given, taken, portion, settings)
            issues += len(portion)
            chunks += sum(len(own) for one in portion for own in one.chunks.values())
            on_progress(present + issues, present + len(left))
        if taken.settings != settings:  # of an archive without issues
            taken.commit(add=[], remove=[], settings=settings)
        taken.derive()
    return CopyReport(issues, chunks, present)


def _left_to_copy(
    given: ArchiveWriter, taken: ArchiveWriter, settings: Settings, *, source: str, target: str
) -> tuple[list[KnownIssue], int]:
    """The issues that are still to be copied, and how many are there already."""
    known = given.known_issues()
    there = taken.known_issues()
    if not set(map(_identity, there)) <= set(map(_identity, known)):
        raise ArchiveError(ArchiveCode.COPY_OVER, location=target, source=source)
    own = taken.settings
    if there and own is not None and own.fingerprint != settings.fingerprint:
        raise ModelMismatchError(ModelCode.OTHER_MODEL, built=own.model, now=settings.model)
    present = set(map(_identity, there))
    return [one for one in known if _identity(one) not in present], len(there)


def _identity(known: KnownIssue) -> tuple[str, str, str, str]:
    return known.issue.id, known.recipe, *known.place


def _portions(given: ArchiveWriter, issues: Sequence[KnownIssue]) -> Iterator[list[PreparedIssue]]:
    portion: list[PreparedIssue] = []
    chunks = 0
    for known in issues:
        portion.append(given.issue_as_stored(known.key))
        chunks += sum(map(len, portion[-1].chunks.values()))
        if chunks >= _CHUNKS:
            yield portion
            portion, chunks = [], 0
    if portion:
        yield portion


def _copy_portion(
    given: ArchiveWriter, taken: ArchiveWriter, portion: Sequence[PreparedIssue], settings: Settings
) -> None:
    keys = dict.fromkeys(key for one in portion for own in one.chunks.values() for _, key in own)
    taken.store_vectors(given.read_vectors(keys))
    for one in portion:
        reading = given.reading(one.reading_key)
        if reading is not None:
            taken.store_reading(one.reading_key, reading)
    taken.commit(add=portion, remove=[], settings=settings)
