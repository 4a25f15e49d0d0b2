"""Connections to the database, and its errors as ours."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.archive.rows import DATABASE
from embeddings.errors import ArchiveDamagedError, ArchiveError, ArchiveMissingError

LOCK_SECONDS = 30.0
_LEAST_FREE = 1_000_000  # bytes; the write-ahead log and its index take some before anything is written


def connect(folder: Path) -> sqlite3.Connection:
    """A connection for reading. An archive on a read-only disk cannot keep a write-ahead log, and nobody changes it."""
    address = (folder / DATABASE).resolve().as_uri()
    for options in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{address}?{options}", uri=True, isolation_level=None, timeout=LOCK_SECONDS, check_same_thread=False
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if options.endswith("immutable=1"):
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def archive_errors(folder: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the cause and the cure."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise ArchiveMissingError(
                f"The archive at {folder} is empty: its first build did not finish. Run `bulletin build` again."
            ) from error
        if "is full" in str(error) or ("disk I/O" in str(error) and _has_full_disk(folder)):
            raise ArchiveError(
                f"There is no space left on the disk of the archive at {folder}; it is as it was. "
                "Free some space and try again."
            ) from error
        raise ArchiveError(f"The archive at {folder} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveDamagedError(
            f"{folder / DATABASE} cannot be read as an archive ({error}). "
            "Restore a copy, or move the folder away and build again."
        ) from error


def _has_full_disk(folder: Path) -> bool:
    """Whether so little is free that SQLite cannot lay out its files: it calls a full disk an I/O error."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False
