"""Connections to PostgreSQL, and its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

import psycopg

from embeddings.cluster.address import ClusterAddress
from embeddings.errors import ArchiveCode, ArchiveError, ArchiveMissingError

Connection = psycopg.Connection[tuple[Any, ...]]

# A network that swallows what is sent is found out in half a minute; what the URL says goes before these.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_IDLE = 16  # connections that are kept for the next who asks


def connect(address: ClusterAddress, *, called: str = "bulletin") -> Connection:
    """A connection that commits each statement by itself and finds the archive's tables. Raises psycopg.Error."""
    told = psycopg.conninfo.conninfo_to_dict(address.database)
    options: dict[str, Any] = {**_PATIENCE, **told, "application_name": called}
    connection = psycopg.connect(**options, autocommit=True)
    try:
        connection.execute(f'SET search_path TO "{address.name}"')
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def database_errors(address: ClusterAddress) -> Iterator[None]:
    """PostgreSQL's errors as ours, with the cause and the cure."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise ArchiveMissingError(ArchiveCode.MISSING, folder=address.shown) from error
    except psycopg.errors.DiskFull as error:
        raise ArchiveError(ArchiveCode.DISK_FULL, folder=address.shown) from error
    except psycopg.OperationalError as error:
        raise ArchiveError(
            ArchiveCode.SERVICE_DOWN, service="PostgreSQL", location=address.shown, detail=_first_line(error)
        ) from error
    except psycopg.Error as error:
        raise ArchiveError(ArchiveCode.UNUSABLE, folder=address.shown, detail=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class ConnectionPool:
    """Connections that are open and idle. One that broke meanwhile, because a server was restarted, is replaced."""

    def __init__(self, address: ClusterAddress) -> None:
        self._address = address
        self._idle: SimpleQueue[Connection] = SimpleQueue()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection outside any transaction; it is given back where nothing was raised."""
        with database_errors(self._address):
            taken = self._taken()
            try:
                yield taken
            except BaseException:
                taken.close()
                raise
            if self._idle.qsize() < _IDLE:
                self._idle.put(taken)
            else:
                taken.close()

    def _taken(self) -> Connection:
        while True:
            try:
                idle = self._idle.get_nowait()
            except Empty:
                return connect(self._address)
            with suppress(psycopg.Error):
                idle.execute("SELECT 1")
                return idle
            idle.close()

    def close(self) -> None:
        """Close those that are idle."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
