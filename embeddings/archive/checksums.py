"""A checksum for each row that a text or a vector depends on, so that a bit that flips on the disk is found.

BLAKE2b, 16 bytes (RFC 7693). That of an issue covers which articles it has, that of an article its issue and its
chunks, so that a row cannot change hands unseen.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

BYTES = 16
_ISSUE = "id, name, date, source, member, root, reading_key, recipe"
_ARTICLE = "id, title, section, byline, kind, page, date, body, kicker, deck, boxes"
_UNSIGNED = ("generation", "checksum")  # a generation is a name that means nothing


def checksum_of(*parts: object) -> bytes:
    """The checksum of some values as SQLite gives them; their types and boundaries count. Shape (16,) in bytes."""
    digest = hashlib.blake2b(digest_size=BYTES)
    for part in parts:
        packed = part if isinstance(part, bytes) else json.dumps(part).encode("ascii")
        digest.update(b"%d:" % len(packed))
        digest.update(packed)
    return digest.digest()


def issue_checksums(connection: sqlite3.Connection, where: str = "1", *values: object) -> Iterator[tuple[int, bytes]]:
    """The key of each issue, and the checksum that it should have."""
    rows = connection.execute(f"SELECT issue_key, {_ISSUE} FROM issues WHERE {where}", values).fetchall()
    for key, *columns in rows:
        articles = connection.execute("SELECT id FROM articles WHERE issue_key = ? ORDER BY article_key", (key,))
        yield key, checksum_of(*columns, [identity for (identity,) in articles])


def article_checksums(connection: sqlite3.Connection, where: str = "1", *values: object) -> Iterator[tuple[int, bytes]]:
    """The key of each article, and the checksum that it should have."""
    rows = connection.execute(
        f"SELECT article_key, (SELECT id FROM issues WHERE issues.issue_key = a.issue_key), {_ARTICLE} "
        f"FROM articles a WHERE {where} ORDER BY article_key",
        values,
    ).fetchall()
    for key, *columns in rows:
        chunks = connection.execute(
            "SELECT start, end, vector_key FROM chunks WHERE article_key = ? ORDER BY chunk_key", (key,)
        )
        yield key, checksum_of(*columns, chunks.fetchall())


def settings_checksum(connection: sqlite3.Connection) -> bytes:
    """The checksum that the settings should have."""
    rows = connection.execute("SELECT name, value FROM settings ORDER BY name").fetchall()
    return checksum_of([row for row in rows if row[0] not in _UNSIGNED])


def seal_issue(connection: sqlite3.Connection, key: int) -> None:
    """Write the checksums of an issue and its articles."""
    for table, column, checksums in (
        ("articles", "article_key", article_checksums(connection, "issue_key = ?", key)),
        ("issues", "issue_key", issue_checksums(connection, "issue_key = ?", key)),
    ):
        connection.executemany(
            f"UPDATE {table} SET checksum = ? WHERE {column} = ?", [(value, of) for of, value in checksums]
        )


def seal_settings(connection: sqlite3.Connection) -> None:
    """Write the checksum of the settings."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES ('checksum', ?)", (settings_checksum(connection).hex(),))
