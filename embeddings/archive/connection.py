"""Connections to the database, and its errors as ours."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.archive.rows import DATABASE
from embeddings.errors import ArchiveCode, ArchiveDamagedError, ArchiveError, ArchiveMissingError

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
def any_text(connection: sqlite3.Connection) -> Iterator[None]:
    """Read texts that are no UTF-8 any more, because a bit flipped in them, as some other text."""
    connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str


@contextmanager
def archive_errors(folder: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the cause and the cure."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise ArchiveMissingError(ArchiveCode.BUILD_UNFINISHED, folder=folder) from error
        if "is full" in str(error) or ("disk I/O" in str(error) and _has_full_disk(folder)):
            raise ArchiveError(ArchiveCode.DISK_FULL, folder=folder) from error
        if "decode" in str(error):  # bytes that are no text any more
            raise ArchiveDamagedError(ArchiveCode.DAMAGED, path=folder / DATABASE, detail=str(error)) from error
        raise ArchiveError(ArchiveCode.UNUSABLE, folder=folder, detail=str(error)) from error
    except sqlite3.DatabaseError as error:
        raise ArchiveDamagedError(ArchiveCode.DAMAGED, path=folder / DATABASE, detail=str(error)) from error


def _has_full_disk(folder: Path) -> bool:
    """Whether so little is free that SQLite cannot lay out its files: it calls a full disk an I/O error."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False
