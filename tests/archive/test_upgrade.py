"""Archives of other releases: an earlier one's becomes one of this release in one step, a newer one's says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from embeddings import ArchiveError, build, open_archive
from embeddings.archive.checksums import seal_settings
from embeddings.archive.upgrade import FORMAT
from embeddings.errors import ArchiveCode
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue
from tests.support.kills import calls_of, kill_at, spread
from tests.support.paths import DATA


def as_format_3(archive: Path) -> None:
    """Make of an archive what was written before commits were noted."""
    with closing(sqlite3.connect(archive / "archive.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TABLE commits")
        connection.execute("UPDATE settings SET value = '3' WHERE name = 'format'")
        seal_settings(connection)


def as_format_2(archive: Path) -> None:
    """Make of an archive what release 0.1.0 wrote: its schema, and of each row what that had."""
    old = archive / "old.sqlite"
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        connection.executescript((DATA / "archive_format_2.sql").read_text(encoding="utf-8"))
        connection.execute("ATTACH ? AS new", (str(archive / "archive.sqlite"),))
        for table in ("settings", "issues", "readings", "articles", "chunks", "vectors"):
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        connection.execute("DELETE FROM main.settings WHERE name = 'checksum'")
        connection.execute("UPDATE main.settings SET value = '2' WHERE name = 'format'")
    for path in archive.glob("archive.sqlite*"):
        path.unlink()
    old.rename(archive / "archive.sqlite")


def format_of(archive: Path) -> str:
    with closing(sqlite3.connect(archive / "archive.sqlite")) as connection:
        return str(connection.execute("SELECT value FROM settings WHERE name = 'format'").fetchone()[0])


def texts(archive: Path) -> list[str]:
    opened = open_archive(archive)
    with opened.snapshot() as snapshot:
        found = [chunk.text for chunk, _ in snapshot.read_chunks(snapshot.chunk_ids())]
    assert not opened.damage()
    opened.close()
    return found


@pytest.fixture(params=[2, 3])
def old(request: pytest.FixtureRequest, tmp_path: Path, counting: CountingEncoder) -> Path:
    issue = write_issue(tmp_path / "issues", "县报.jsonl", ROWS)
    build(issue.parent, archive=tmp_path / "old", encoder=counting)
    (as_format_2 if request.param == 2 else as_format_3)(tmp_path / "old")
    counting.encoded.clear()
    return tmp_path / "old"


def test_an_archive_of_an_earlier_release_opens_and_is_upgraded(
    old: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    assert len(texts(old)) == len(ROWS)
    assert format_of(old) == str(FORMAT)
    report = build(tmp_path / "issues", archive=old, encoder=counting)
    assert (report.unchanged, counting.encoded) == (1, [])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_an_upgrade_that_is_killed_leaves_an_archive_of_one_format(old: Path, tmp_path: Path) -> None:
    copy, before = tmp_path / "copy", format_of(old)
    shutil.copytree(old, copy)
    calls = calls_of(lambda: open_archive(copy))
    found = set()
    for call in spread(calls, 10):
        shutil.rmtree(copy)
        shutil.copytree(old, copy)
        kill_at(lambda: open_archive(copy), call)
        found.add(format_of(copy))
        assert len(texts(copy)) == len(ROWS)
    assert found == {before, str(FORMAT)}


def test_an_archive_of_a_newer_release_says_so(old: Path) -> None:
    with closing(sqlite3.connect(old / "archive.sqlite")) as connection, connection:
        connection.execute("UPDATE settings SET value = '99' WHERE name = 'format'")
    with pytest.raises(ArchiveError) as raised:
        open_archive(old)
    assert raised.value.code is ArchiveCode.NEWER_VERSION


def test_an_old_archive_on_a_disk_that_cannot_be_written_is_read_as_it_is(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    before = format_of(old)
    monkeypatch.setattr("embeddings.archive.local.upgrade", refuse)
    assert len(texts(old)) == len(ROWS)
    assert format_of(old) == before
