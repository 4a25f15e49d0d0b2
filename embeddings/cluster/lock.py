"""One build at a time, by an advisory lock of PostgreSQL, which its server gives back when the client is gone."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import psycopg

from embeddings.cluster.address import ClusterAddress
from embeddings.cluster.connection import Connection, connect, database_errors
from embeddings.errors import ArchiveCode, ArchiveError, ArchiveLockedError

_POLL_SECONDS = 0.2
_held: dict[str, Connection] = {}  # by what the archive is called, what this process holds
_held_lock = threading.Lock()


@contextmanager
def build_lock(
    address: ClusterAddress,
    *,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = datetime.now,
) -> Iterator[None]:
    """Hold an archive against other builds; a session of its own does, and ends with this process.

    `on_wait` is told who holds it, once, before waiting. Raises ArchiveLockedError when it is still held after
    `wait_seconds`.
    """
    called = f"process {os.getpid()} on {socket.gethostname()[:20]} since {now():%m-%d %H:%M}"
    with database_errors(address):
        connection = connect(address, called=called[:63])
    try:
        with database_errors(address):
            _acquire(connection, address, wait_seconds=wait_seconds, on_wait=on_wait)
        with _held_lock:
            _held[address.shown] = connection
        try:
            yield
        finally:
            with _held_lock:
                _held.pop(address.shown, None)
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", (address.lock_key,))
    finally:
        connection.close()


def require_held(address: ClusterAddress) -> None:
    """Raise ArchiveError where this process took the lock and its session is gone, so that another may have it."""
    with _held_lock:
        connection = _held.get(address.shown)
        if connection is None:
            return
        try:
            connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise ArchiveError(ArchiveCode.LOCK_LOST, location=address.shown) from error


def _acquire(
    connection: Connection,
    address: ClusterAddress,
    *,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None,
) -> None:
    deadline = time.monotonic() + wait_seconds
    while not _try(connection, address):
        if on_wait is not None and wait_seconds > 0:
            on_wait(_holder(connection, address))
            on_wait = None
        if time.monotonic() >= deadline:
            raise ArchiveLockedError(ArchiveCode.LOCKED, folder=address.shown, holder=_holder(connection, address))
        time.sleep(min(_POLL_SECONDS, wait_seconds))


def _try(connection: Connection, address: ClusterAddress) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (address.lock_key,)).fetchone()
    return bool(row and row[0])


def _holder(connection: Connection, address: ClusterAddress) -> str:
    row = connection.execute(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
        "AND objsubid = 1 AND granted AND (classid::bigint << 32) | objid::bigint = %s",
        (address.lock_key,),
    ).fetchone()
    return str(row[0]) if row else "another process"
