"""How long what users leave behind is kept, whatever the clock says for a moment.

A clock that is set wrong must not delete what is ten minutes old. The store remembers the last time that it believed;
one that is more than two days away from it is believed once a day has passed by it, in steps of less than two days.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from embeddings import BulletinError

logger = logging.getLogger(__name__)

TABLES = ("votes", "unanswered", "conversations", "shares", "asked")
_MOST_STEP = timedelta(days=2)  # more than a weekend's switched off machine would only wait a day
_DOUBT = timedelta(days=1)
_EVERY_SECONDS = 3600.0
_CLOCK = "CREATE TABLE IF NOT EXISTS clock (name TEXT PRIMARY KEY, time TEXT NOT NULL) WITHOUT ROWID"
_NEWEST = f"SELECT max(time) FROM ({' UNION ALL '.join(f'SELECT max(time) AS time FROM {table}' for table in TABLES)})"


def purge(connection: sqlite3.Connection, *, days: int, now: datetime) -> int:
    """Delete what is older than some days, in the transaction of a connection, and return how many rows that was.

    0 days keep nothing. Times that lie ahead of a clock that is believed, as one that was wrong left them, become its
    own, so that they end too; where most lie ahead, it is the clock that is wrong.
    """
    if not days:
        return sum(connection.execute(f"DELETE FROM {table}").rowcount for table in TABLES)
    believed = _believed(connection, now)
    if believed is None:
        return 0
    gone = 0
    for table in TABLES:
        oldest, ahead = stamp(believed - timedelta(days=days)), stamp(believed + _MOST_STEP)
        gone += connection.execute(f"DELETE FROM {table} WHERE time < ?", (oldest,)).rowcount
        rows, early = connection.execute(f"SELECT count(*), sum(time > ?) FROM {table}", (ahead,)).fetchone()
        if early and 2 * early < rows:
            connection.execute(f"UPDATE {table} SET time = ? WHERE time > ?", (stamp(believed), ahead))
    return gone


def _believed(connection: sqlite3.Connection, now: datetime) -> datetime | None:
    """The time, as far as the store believes it; None while it does not."""
    connection.execute(_CLOCK)
    known = {name: datetime.fromisoformat(time) for name, time in connection.execute("SELECT name, time FROM clock")}
    last = known.get("believed")
    if last is None:
        newest = connection.execute(_NEWEST).fetchone()[0]
        last = datetime.fromisoformat(newest) if newest else now
    if abs(now - last) <= _MOST_STEP:
        believed = max(last, now)
        _note(connection, {"believed": believed})
        return believed
    since, seen = known.get("since", now), known.get("seen", now)
    if not timedelta() <= now - seen <= _MOST_STEP:
        since = now
    if now - since >= _DOUBT:
        logger.warning("The clock went from %s to %s and stayed; it is believed", last, now)
        _note(connection, {"believed": now})
        return now
    _note(connection, {"believed": last, "since": since, "seen": now})
    return None


def time_of(connection: sqlite3.Connection, now: datetime) -> str:
    """The time to write down: the clock's, or the last that was believed where the clock went back behind it.

    A row must not look old because of a clock that is wrong for a while.
    """
    connection.execute(_CLOCK)
    row = connection.execute("SELECT time FROM clock WHERE name = 'believed'").fetchone()
    return max(stamp(now), *row) if row else stamp(now)


def _note(connection: sqlite3.Connection, times: dict[str, datetime]) -> None:
    connection.execute("DELETE FROM clock")
    connection.executemany("INSERT INTO clock VALUES (?, ?)", [(name, stamp(time)) for name, time in times.items()])


def stamp(time: datetime) -> str:
    """A time as the store keeps it: ISO 8601, UTC, so that texts sort as times do."""
    return time.astimezone(timezone.utc).isoformat(timespec="microseconds")


@contextmanager
def purging(purge_store: Callable[[], object], *, every_seconds: float = _EVERY_SECONDS) -> Iterator[None]:
    """Call a store's `purge` now and again until the block ends. What goes wrong is logged and tried again."""
    stop = threading.Event()

    def work() -> None:
        while True:
            try:
                purge_store()
            except BulletinError as error:
                logger.warning("What users left behind could not be looked through: %s", error)
            if stop.wait(every_seconds):
                return

    thread = threading.Thread(target=work, daemon=True, name="retention")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
