"""Which engine keeps an archive: the scheme of its URL says so; a bare path and `file:` mean the local one.

An engine is imported when its scheme is first asked for. One of another package is found by its entry point in the
group `bulletin_qa.archives`, whose name is the scheme, or is told by `register_engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.config import LOCAL_SCHEME, archive_location, archive_scheme
from embeddings.errors import ArchiveCode, ArchiveError
from embeddings.plugins import ARCHIVES, imported, installed

if TYPE_CHECKING:
    from embeddings.archive.base import ArchiveReader, ArchiveWriter, Engine
    from embeddings.sources.outbox import FileChange

_CLUSTER = "embeddings.cluster.engine:ENGINE"
_engines: dict[str, Engine | str] = {
    LOCAL_SCHEME: "embeddings.archive.local:ENGINE",
    "postgresql": _CLUSTER,
    "postgres": _CLUSTER,
}


def open_archive(location: str | Path | None = None) -> ArchiveReader:
    """Open the archive at a URL or path (default: BULLETIN_ARCHIVE, else `archive`).

    Raises ArchiveMissingError or ArchiveDamagedError, and ArchiveError for a URL that no engine knows.
    """
    location = archive_location(location)
    return engine_of(location).open(location)


def open_for_writing(location: str | Path | None = None, *, create: bool = False) -> ArchiveWriter:
    """Open the writing half of an archive; `create` makes an empty one where there is none.

    Raises as `open_archive` does, and ArchiveError when it cannot be made.
    """
    location = archive_location(location)
    return engine_of(location).open(location, create=create)


def lock_archive(
    location: str | Path | None = None,
    *,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = datetime.now,
) -> AbstractContextManager[None]:
    """Hold an archive against other builds, there or not yet.

    `on_wait` is told who holds it, once, before waiting. Raises ArchiveLockedError when it is still held after
    `wait_seconds`.
    """
    location = archive_location(location)
    return engine_of(location).lock(location, wait_seconds=wait_seconds, on_wait=on_wait, now=now)


def restore_archive(
    location: str | Path | None, copy: Path, *, changes: Sequence[FileChange], moved: Mapping[str, str]
) -> None:
    """Put a copy in the place of an archive that the caller holds, as `Engine.restore` says. Raises ArchiveError."""
    location = archive_location(location)
    engine_of(location).restore(location, copy, changes=changes, moved=moved)


def register_engine(scheme: str, engine: Engine | str) -> None:
    """Let an engine keep the archives whose URLs have a scheme; `module:attribute` is imported when it is used."""
    _engines[scheme.lower()] = engine


def engine_of(location: str) -> Engine:
    """The engine that keeps the archive at a URL or path. Raises ArchiveError, naming the schemes that are known."""
    scheme = archive_scheme(location)
    if scheme not in _engines:
        for name, value in installed(ARCHIVES).items():
            _engines.setdefault(name, value)
    engine = _engines.get(scheme)
    if engine is None:
        raise ArchiveError(ArchiveCode.NO_ENGINE, location=location, schemes=", ".join(sorted(_engines)))
    found: Engine = imported(engine) if isinstance(engine, str) else engine
    return found
