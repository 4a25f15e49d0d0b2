"""What is wrong in a local archive's database, and what of a broken one can still be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from embeddings.archive.base import Damage
from embeddings.archive.checksums import article_checksums, checksum_of, issue_checksums, settings_checksum
from embeddings.archive.rows import stored_settings
from embeddings.archive.upgrade import FORMAT, format_of

# In the order in which rows refer to each other.
_TABLES = ("settings", "issues", "readings", "articles", "chunks", "vectors", "outbox")


def find_damage(connection: sqlite3.Connection) -> Damage:
    """Read every row and compare it with its checksum. Of an archive in an old format, only the structure is known.

    A flipped bit may leave bytes that are no UTF-8; the connection has to read these all the same (`any_text`).
    """
    try:
        return _find_damage(connection)
    except sqlite3.DatabaseError as error:  # so broken that it cannot be read through
        return Damage(structure=(str(error),))


def _find_damage(connection: sqlite3.Connection) -> Damage:
    structure = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
    structure += [f"broken reference in {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
    lost = {
        key
        for (key,) in connection.execute(
            "SELECT DISTINCT vector_key FROM chunks LEFT JOIN vectors USING (vector_key) WHERE vector IS NULL"
        )
    }
    if structure or format_of(connection) < FORMAT:
        return Damage(structure=tuple(structure), vectors=frozenset(lost))
    stored = dict(connection.execute("SELECT article_key, checksum FROM articles").fetchall())
    articles = [key for key, checksum in article_checksums(connection) if stored[key] != checksum]
    stored = dict(connection.execute("SELECT issue_key, checksum FROM issues").fetchall())
    issues = {key for key, checksum in issue_checksums(connection) if stored[key] != checksum}
    for key in articles:
        issues.update(connection.execute("SELECT issue_key FROM articles WHERE article_key = ?", (key,)).fetchone())
    vectors = {
        key
        for key, vector, checksum in connection.execute("SELECT vector_key, vector, checksum FROM vectors")
        if checksum_of(key, vector) != checksum
    }
    readings = {
        key
        for key, reading, checksum in connection.execute("SELECT reading_key, reading, checksum FROM readings")
        if checksum_of(key, reading) != checksum
    }
    return Damage(
        issues=frozenset(issues),
        articles=len(articles),
        vectors=frozenset(vectors | lost),
        readings=frozenset(readings),
        settings=stored_settings(connection).get("checksum") != settings_checksum(connection).hex(),
    )


def salvage(broken: sqlite3.Connection, target: Path, schema: str) -> int:
    """Copy what can be read of a broken database into a new one, and return how many rows that was.

    Each table is read from its first row on, and then from its last row back, until a page cannot be read. Rows that
    refer to one that is lost go as well.
    """
    copied = 0
    broken.text_factory = lambda content: content.decode("utf-8", "replace")
    with closing(sqlite3.connect(target, isolation_level=None)) as mended:
        mended.executescript(schema)
        mended.execute("BEGIN")
        for table in _TABLES:
            for order in ("", " ORDER BY rowid DESC"):
                copied += _copy_rows(broken, mended, table, order)
        for table, parent in (("articles", "issue"), ("chunks", "article")):
            mended.execute(f"DELETE FROM {table} WHERE {parent}_key NOT IN (SELECT {parent}_key FROM {parent}s)")
        mended.execute("COMMIT")
    return copied


def _copy_rows(broken: sqlite3.Connection, mended: sqlite3.Connection, table: str, order: str) -> int:
    copied = 0
    try:
        rows = broken.execute(f"SELECT * FROM {table}{order}")
        while (row := rows.fetchone()) is not None:
            marks = ", ".join("?" * len(row))
            try:
                copied += mended.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row).rowcount
            except (sqlite3.Error, ValueError, OverflowError):
                continue  # a row with a value of the wrong kind
    except sqlite3.Error:
        pass  # the rest lies behind a page that cannot be read
    return copied
