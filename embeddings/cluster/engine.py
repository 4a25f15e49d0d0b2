"""The engine of archives on a cluster, named by `postgresql:` URLs. Needs the packages of the extra `cluster`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from embeddings.archive.base import ArchiveWriter, Engine
from embeddings.cluster.address import read_address
from embeddings.errors import ArchiveCode, ArchiveError
from embeddings.sources.outbox import FileChange


class ClusterEngine(Engine):
    """Keeps each archive in a schema of PostgreSQL, with a collection of Milvus beside it."""

    def open(self, location: str, *, create: bool = False) -> ArchiveWriter:
        """Open an archive. Raises ArchiveMissingError, ArchiveError."""
        address = read_address(location)
        try:
            from embeddings.cluster.archive import ClusterArchive
        except ModuleNotFoundError as error:
            raise _lacking(error) from error
        return ClusterArchive.create(address) if create else ClusterArchive.existing(address)

    def restore(self, location: str, copy: Path, *, changes: Sequence[FileChange], moved: Mapping[str, str]) -> None:
        """Raises ArchiveError: PostgreSQL brings back copies of its own."""
        raise ArchiveError(ArchiveCode.NO_COPY, location=read_address(location).shown)

    def lock(
        self,
        location: str,
        *,
        wait_seconds: float,
        on_wait: Callable[[str], None] | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> AbstractContextManager[None]:
        """Hold an archive by a lock in PostgreSQL. Raises ArchiveLockedError."""
        address = read_address(location)
        try:
            from embeddings.cluster.lock import build_lock
        except ModuleNotFoundError as error:
            raise _lacking(error) from error
        return build_lock(address, wait_seconds=wait_seconds, on_wait=on_wait, now=now)


def _lacking(error: ModuleNotFoundError) -> ArchiveError:
    return ArchiveError(ArchiveCode.NO_CLUSTER_PACKAGES, name=error.name or str(error))


ENGINE = ClusterEngine()
