"""An archive of an earlier release becomes one of this release, in one transaction, so that a kill spoils nothing."""

from __future__ import annotations

import sqlite3

from embeddings.archive.checksums import checksum_of, seal_issue, seal_settings
from embeddings.archive.rows import stored_settings

FORMAT = 4

_OUTBOX = "change_key INTEGER PRIMARY KEY, kind TEXT NOT NULL, path TEXT NOT NULL, content TEXT NOT NULL"
_COMMITS = (
    "commit_key INTEGER PRIMARY KEY, former BLOB NOT NULL, generation BLOB NOT NULL, issues BLOB NOT NULL, "
    "checksum BLOB NOT NULL"
)


def format_of(connection: sqlite3.Connection) -> int:
    """The format of an archive; 0 where it says none that could be read."""
    stored = stored_settings(connection).get("format", "")
    return int(stored) if stored.isascii() and stored.isdecimal() else 0


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring an archive of format 2 or 3 to the present one. Raises sqlite3.Error; then it is as it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been faster.
        if (stored := format_of(connection)) in (2, 3):
            if stored == 2:
                _from_2_to_3(connection)
            _from_3_to_4(connection)
            connection.execute("UPDATE settings SET value = ? WHERE name = 'format'", (str(FORMAT),))
            seal_settings(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _from_2_to_3(connection: sqlite3.Connection) -> None:
    """Checksums, and the changes of files that belong to a commit."""
    connection.execute(f"CREATE TABLE outbox ({_OUTBOX})")
    for table in ("issues", "articles", "vectors", "readings"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN checksum BLOB NOT NULL DEFAULT x''")
    for key, vector in connection.execute("SELECT vector_key, vector FROM vectors").fetchall():
        connection.execute("UPDATE vectors SET checksum = ? WHERE vector_key = ?", (checksum_of(key, vector), key))
    for key, reading in connection.execute("SELECT reading_key, reading FROM readings").fetchall():
        connection.execute("UPDATE readings SET checksum = ? WHERE reading_key = ?", (checksum_of(key, reading), key))
    for (key,) in connection.execute("SELECT issue_key FROM issues").fetchall():
        seal_issue(connection, key)


def _from_3_to_4(connection: sqlite3.Connection) -> None:
    """What the last commits changed."""
    connection.execute(f"CREATE TABLE commits ({_COMMITS})")
