"""A checksum for each row of what users left behind: what a flipped bit spoils is found, and the rest is kept.

Triggers note each row that is written, also by an earlier release, and the transaction that wrote it seals it. BLAKE2b
of 16 bytes, as in the archive.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

_BYTES = 16
# By table: the column that names a row, and those that its checksum covers.
_COLUMNS = {
    "votes": (
        "vote_key",
        "vote_key, reader, answer_key, time, is_good, word, question, answer, abstained, articles, generation, model",
    ),
    "unanswered": ("folded", "folded, question, asked, time, confidence"),
    "conversations": ("id", "id, reader, name, turns, time, revision, window, content"),
    "shares": ("id", "id, reader, conversation, name, turns, time, generation, content"),
    "asked": ("id", "id, time, question, meaning, kind, asked, confidence"),
}
_WHAT = {
    "votes": "votes",
    "unanswered": "questions without an answer",
    "conversations": "conversations",
    "shares": "shares",
    "asked": "questions asked on a day",
}


@dataclass(frozen=True, slots=True)
class StoreDamage:
    """What is wrong with a store.

    `structure` tells of SQLite's own faults, a line each. `rows` has, by table, the names of those that differ from
    what was written, and `missing` of those that are gone without having been deleted.
    """

    structure: tuple[str, ...] = ()
    rows: Mapping[str, frozenset[object]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[object]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.structure or any(self.rows.values()) or any(self.missing.values()))

    def lines(self) -> list[str]:
        """What is wrong, one line each, in English."""
        told = [f"users' data: {line}" for line in self.structure]
        for by_table, said in ((self.rows, "are not as they were stored"), (self.missing, "are missing")):
            told += [f"users' data: {len(keys)} {_WHAT[table]} {said}" for table, keys in by_table.items() if keys]
        return told


def prepare(connection: sqlite3.Connection) -> None:
    """Lay out what checksums need, in a transaction; rows that were there before are sealed with its end."""
    made = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for name in ("checksums", "unsealed"):
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {name} (of TEXT NOT NULL, name NOT NULL, checksum BLOB,"
            " PRIMARY KEY (of, name)) WITHOUT ROWID"
        )
    for table, (key, _) in _COLUMNS.items():
        if f"{table}_insert" in made:
            continue
        note = f"INSERT OR REPLACE INTO unsealed VALUES ('{table}', NEW.{key}, NULL);"
        forget = f"DELETE FROM checksums WHERE of = '{table}' AND name = OLD.{key};"
        forgotten = f"DELETE FROM unsealed WHERE of = '{table}' AND name = OLD.{key};"
        for event, work in (("INSERT", note), ("UPDATE", forget + note), ("DELETE", forget + forgotten)):
            connection.execute(f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} BEGIN {work} END")
        connection.execute(f"INSERT INTO unsealed SELECT '{table}', {key}, NULL FROM {table}")


def seal(connection: sqlite3.Connection) -> None:
    """Write the checksums of the rows that a transaction has written, before it ends."""
    for table, (key, columns) in _COLUMNS.items():
        rows = connection.execute(
            f"SELECT {key}, {columns} FROM {table} WHERE {key} IN (SELECT name FROM unsealed WHERE of = ?)", (table,)
        ).fetchall()
        connection.executemany(
            "INSERT OR REPLACE INTO checksums VALUES (?, ?, ?)", [(table, row[0], _checksum(row[1:])) for row in rows]
        )
    connection.execute("DELETE FROM unsealed")


def find_damage(connection: sqlite3.Connection) -> StoreDamage:
    """Read every row and compare it with its checksum; of a store of an earlier release only the structure is known."""
    try:
        _read_any_text(connection)
        structure = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        return StoreDamage(tuple(structure)) if structure else _compared(connection)
    except sqlite3.DatabaseError as error:  # so broken that it cannot be read through
        return StoreDamage((str(error),))


def mend(path: Path, schema: Callable[[sqlite3.Connection], object]) -> tuple[int, StoreDamage]:
    """Keep the rows of a damaged store that are as they were stored; how many these are, and what was lost.

    What can be read goes into a new file, laid out by `schema`, which takes the place of the damaged one. Raises
    sqlite3.Error and OSError where it cannot be written; the damaged one is then as it was.
    """
    made = path.with_name(f".{path.name}.mended")
    made.unlink(missing_ok=True)
    os.close(os.open(made, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as broken,
            closing(sqlite3.connect(made, isolation_level=None)) as whole,
        ):
            damage = find_damage(broken)
            schema(whole)
            whole.execute("BEGIN IMMEDIATE")
            prepare(whole)
            kept, lost = _copy_intact(broken, whole)
            seal(whole)
            whole.execute("COMMIT")
        made.replace(path)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    finally:
        made.unlink(missing_ok=True)
    return kept, StoreDamage(damage.structure, missing=lost)


def _compared(connection: sqlite3.Connection) -> StoreDamage:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'checksums'").fetchone():
        return StoreDamage()
    rows, missing = {}, {}
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in _COLUMNS:
        wanted, unsealed = _checksums(connection, table)
        if table not in there and not wanted:  # of a store of an earlier release
            continue
        found = dict(_found(connection, table))
        rows[table] = frozenset(
            key for key, checksum in found.items() if wanted.get(key) != checksum and key not in unsealed
        )
        missing[table] = frozenset(wanted.keys() - found.keys())
    return StoreDamage((), rows, missing)


def _checksums(connection: sqlite3.Connection, table: str) -> tuple[dict[object, bytes], set[object]]:
    """The checksums of a table by the names of its rows, and the rows that an earlier release wrote since."""
    wanted = connection.execute("SELECT name, checksum FROM checksums WHERE of = ?", (table,))
    unsealed = connection.execute("SELECT name FROM unsealed WHERE of = ?", (table,))
    return dict(wanted.fetchall()), {key for (key,) in unsealed}


def _found(connection: sqlite3.Connection, table: str) -> Iterator[tuple[object, bytes]]:
    key, columns = _COLUMNS[table]
    # `rowid` goes by the table itself and not by an index, which may have been spoilt alone.
    for row in connection.execute(f"SELECT {key}, {columns} FROM {table} NOT INDEXED ORDER BY rowid"):
        yield row[0], _checksum(row[1:])


def _copy_intact(broken: sqlite3.Connection, whole: sqlite3.Connection) -> tuple[int, dict[str, frozenset[object]]]:
    """Copy the rows whose checksums fit, and return how many these are and which are lost, by table."""
    _read_any_text(broken)
    kept, lost = 0, {}
    for table, (_, columns) in _COLUMNS.items():
        known = True
        try:
            wanted, unsealed = _checksums(broken, table)
        except sqlite3.DatabaseError:
            wanted, unsealed, known = {}, set(), False  # then what can be read is believed
        copied: set[object] = set()
        spoilt: set[object] = set()
        for row in _readable(broken, table):
            key, values = row[0], row[1:]
            if key in copied:
                continue
            if known and key not in unsealed and wanted.get(key) != _checksum(values):
                spoilt.add(key)
                continue
            marks = ", ".join("?" * len(values))
            with suppress(sqlite3.Error, ValueError, OverflowError):
                whole.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
                copied.add(key)
        kept += len(copied)
        gone = wanted.keys() - copied
        # A name in which a bit flipped is one row that is spoilt and one that is gone, and both are the same.
        lost[table] = frozenset(gone if len(gone) >= len(spoilt) else spoilt)
    return kept, lost


def _readable(connection: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    """The rows from the first on, and from the last back, until a page cannot be read; some come twice."""
    key, columns = _COLUMNS[table]
    for order in ("", " DESC"):
        with suppress(sqlite3.DatabaseError):
            rows = connection.execute(f"SELECT {key}, {columns} FROM {table} NOT INDEXED ORDER BY rowid{order}")
            while (row := rows.fetchone()) is not None:
                yield row


def _read_any_text(connection: sqlite3.Connection) -> None:
    """Let text be read in which a bit flipped, so that it is no UTF-8 any more."""
    connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")


def _checksum(values: tuple[object, ...]) -> bytes:
    """The checksum of a row: the types and boundaries of its values count."""
    digest = hashlib.blake2b(digest_size=_BYTES)
    for value in values:
        packed = repr(value).encode("utf-8", "surrogateescape")
        digest.update(b"%d:" % len(packed))
        digest.update(packed)
    return digest.digest()
