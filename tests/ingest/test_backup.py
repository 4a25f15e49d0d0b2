"""A backup is made while others write, holds what belongs together, and comes back whole or not at all."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import threading
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from embeddings import (
    ArchiveDamagedError,
    ArchiveError,
    back_up,
    build,
    correct_article,
    open_archive,
    preview,
    restore,
    take_in,
    tidy,
    withdraw,
)
from embeddings.errors import ArchiveCode
from embeddings.ingest.backup import MANIFEST
from embeddings.ingest.corrections import FILE_NAME
from qa.cli import main
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue
from tests.support.kills import calls_of, kill_at, spread

USERS = "readers.sqlite"


class Office:
    """An archive with a source folder, a dropped issue, corrections of both, and a database of users."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.issues, self.archive = folder, folder / "issues", folder / "archive"

    def make(self) -> None:
        self.folder.mkdir()
        write_issue(self.issues, "甲.jsonl", [row | {"id": f"a{at}"} for at, row in enumerate(ROWS)])
        build(self.issues, archive=self.archive, encoder=CountingEncoder())
        dropped = write_issue(self.folder, "来稿.jsonl", [{"title": "丁校开学", "text": "丁校开学了。", "id": "d"}])
        (draft,) = preview([dropped], archive=self.archive).drafts
        take_in([draft], [draft.issue], archive=self.archive, encoder=CountingEncoder())
        self.correct("一")
        self.say("甲")

    def correct(self, title: str) -> None:
        for article in ("a0", "d"):
            correct_article(article, title=title, archive=self.archive, encoder=CountingEncoder())

    def say(self, word: str) -> None:
        with closing(sqlite3.connect(self.archive / USERS)) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS said (word TEXT)")
            connection.execute("INSERT INTO said VALUES (?)", (word,))

    def state(self, archive: Path | None = None) -> dict[str, Any]:
        archive = archive or self.archive
        opened = open_archive(archive)
        assert not opened.damage()
        with opened.snapshot() as snapshot:
            titles = sorted(
                article.title
                for entry in snapshot.issues()
                for issue in snapshot.read_issue(entry.issue.id)
                for article in issue.articles
            )
            assert len(snapshot.vectors(snapshot.chunk_ids())) == snapshot.size
        opened.close()
        with closing(sqlite3.connect(archive / USERS)) as connection:
            said = [word for (word,) in connection.execute("SELECT word FROM said")]
        logs = (self.issues / FILE_NAME, archive / "issues" / FILE_NAME)
        corrected = [
            [json.loads(line)["becomes"] for line in log.read_text(encoding="utf-8").splitlines()]
            if log.exists()
            else []
            for log in logs
        ]
        dropped = sorted(path.name for path in (archive / "issues").iterdir() if path.name != FILE_NAME)
        return {"titles": titles, "said": said, "corrected": corrected, "dropped": dropped}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path / "office")
    made.make()
    return made


def test_a_backup_brings_back_what_was_changed_or_lost(office: Office, tmp_path: Path) -> None:
    before = office.state()
    report = back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    assert (report.issues, report.corrections, report.databases) == (1, 2, 1)
    office.correct("二")
    office.say("乙")
    withdraw(["甲.jsonl"], archive=office.archive)
    (office.archive / "issues" / "来稿.jsonl").unlink()
    running = open_archive(office.archive)
    with running.snapshot() as snapshot:
        assert snapshot.size == 1
        restore(tmp_path / "b.zip", archive=office.archive, replace=True)
        assert snapshot.size == 1  # an answer that is being made goes on with what it began with
    with running.snapshot() as snapshot:
        assert snapshot.size == len(before["titles"])
    running.close()
    assert office.state() == before
    folders = [office.issues, office.archive / "issues"]
    assert build(folders, archive=office.archive, encoder=CountingEncoder()).unchanged == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "office"]
    assert [path for path in office.archive.iterdir() if path.name.startswith(".")] == []


def test_a_backup_makes_an_archive_elsewhere_that_knows_its_dropped_issues(office: Office, tmp_path: Path) -> None:
    before = office.state()
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    shutil.rmtree(office.archive)
    other = tmp_path / "elsewhere"
    restore(tmp_path / "b.zip", archive=other)
    assert office.state(other) == before
    sources = {Path(known.issue.source) for known in open_archive(other).known_issues()}
    assert all(source.exists() for source in sources)
    if os.name == "posix":
        assert (other / USERS).stat().st_mode & 0o077 == 0
        assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_what_is_there_is_not_given_up_unasked(office: Office, tmp_path: Path) -> None:
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    office.correct("二")
    now = office.state()
    with pytest.raises(ArchiveError) as raised:
        restore(tmp_path / "b.zip", archive=office.archive)
    assert raised.value.code is ArchiveCode.RESTORE_OVER
    assert office.state() == now


def test_corrections_made_since_outlive_a_restoring_elsewhere(office: Office, tmp_path: Path) -> None:
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    office.correct("二")
    restore(tmp_path / "b.zip", archive=tmp_path / "elsewhere")
    lines = (office.issues / FILE_NAME).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["becomes"] for line in lines] == ["一", "二"]


def test_backups_made_while_editors_and_users_write_hold_what_belongs_together(office: Office, tmp_path: Path) -> None:
    stop = threading.Event()

    def edit() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            correct_article("a0", title=f"题{number}", archive=office.archive, encoder=CountingEncoder())

    def talk() -> None:
        while not stop.is_set():
            office.say("丙")

    threads = [threading.Thread(target=work) for work in (edit, talk)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            back_up(tmp_path / f"{number}.zip", archive=office.archive, databases=[USERS])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for number in range(4):
        restore(tmp_path / f"{number}.zip", archive=office.archive, replace=True)
        state = office.state()
        assert state["corrected"][0][-1] in state["titles"]


def test_a_correction_that_was_committed_and_not_yet_written_down_is_in_the_backup(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr("embeddings.archive.local.Outbox.deliver", lambda self: [False for _ in self._changes])
        office.correct("二")
        back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    with zipfile.ZipFile(tmp_path / "b.zip") as packed:
        logs = [packed.read(name).decode() for name in packed.namelist() if name.startswith("corrections/")]
    assert not any("二" in log for log in logs)
    shutil.rmtree(office.archive)
    restore(tmp_path / "b.zip", archive=tmp_path / "elsewhere", replace=True)
    state = office.state(tmp_path / "elsewhere")
    assert state["corrected"] == [["一", "二"], ["一", "二"]]
    assert state["titles"].count("二") == 2


def damaged(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        largest = max(packed.infolist(), key=lambda member: member.compress_size)
        whole = packed.read(largest)
    pristine, draw = path.read_bytes(), random.Random(1)
    # Nothing is lost by a bit of a time in a header, or of a reference to other zeros that are the same.
    while _unpacked(path, largest.filename) == whole:
        content = bytearray(pristine)
        content[largest.header_offset + draw.randrange(200, largest.compress_size)] ^= 4
        path.write_bytes(content)


def _unpacked(path: Path, name: str) -> bytes | None:
    try:
        with zipfile.ZipFile(path) as packed:
            return packed.read(name)
    except (zipfile.BadZipFile, zlib.error):
        return None


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [damaged, cut, empty, Path.unlink])
def test_a_backup_that_is_not_whole_restores_nothing(office: Office, tmp_path: Path, spoil: Any) -> None:
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    office.correct("二")
    now = office.state()
    spoil(tmp_path / "b.zip")
    with pytest.raises(ArchiveError) as raised:
        restore(tmp_path / "b.zip", archive=office.archive, replace=True)
    assert raised.value.code is ArchiveCode.BACKUP_DAMAGED
    assert office.state() == now
    with pytest.raises(ArchiveError):
        restore(tmp_path / "b.zip", archive=tmp_path / "new")
    assert not (tmp_path / "new" / "archive.sqlite").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"backup": 99}, ArchiveCode.BACKUP_NEWER),
        ({"corrections": {"corrections/0.jsonl": "/etc/passwd"}}, ArchiveCode.BACKUP_DAMAGED),
        ({"databases": ["../x.sqlite"]}, ArchiveCode.BACKUP_DAMAGED),
        ({"members": {}}, ArchiveCode.BACKUP_DAMAGED),
        ({"settings": []}, ArchiveCode.BACKUP_DAMAGED),
    ],
)
def test_a_manifest_that_is_none_of_ours_restores_nothing(
    office: Office, tmp_path: Path, change: dict[str, Any], code: ArchiveCode
) -> None:
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    with zipfile.ZipFile(tmp_path / "b.zip") as packed, zipfile.ZipFile(tmp_path / "c.zip", "w") as hostile:
        for name in packed.namelist():
            content = packed.read(name)
            if name == MANIFEST:
                content = json.dumps(json.loads(content) | change).encode()
            hostile.writestr(name, content)
    now = office.state()
    with pytest.raises(ArchiveError) as raised:
        restore(tmp_path / "c.zip", archive=office.archive, replace=True)
    assert raised.value.code is code
    assert office.state() == now


def test_a_damaged_archive_is_not_taken_for_a_backup(office: Office, tmp_path: Path) -> None:
    with closing(sqlite3.connect(office.archive / "archive.sqlite")) as connection, connection:
        connection.execute("UPDATE articles SET body = '假' WHERE id = 'a1'")
    with pytest.raises(ArchiveDamagedError, match="check --repair"):
        back_up(tmp_path / "b.zip", archive=office.archive)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
@pytest.mark.slow
def test_a_kill_while_restoring_leaves_the_old_state_or_the_new_one(office: Office, tmp_path: Path) -> None:
    new = office.state()
    back_up(tmp_path / "b.zip", archive=office.archive, databases=[USERS])
    office.correct("二")
    office.say("乙")
    old = office.state()
    kept = tmp_path / "kept"
    shutil.copytree(office.folder, kept)

    def operation() -> None:
        restore(tmp_path / "b.zip", archive=office.archive, replace=True)

    found = set()
    calls = calls_of(operation)
    for call in spread(calls, 16):
        shutil.rmtree(office.folder)
        shutil.copytree(kept, office.folder)
        done = kill_at(operation, call)
        tidy(office.archive)
        left = office.state()
        assert left in ([new] if done else [old, new]), call
        found.add("old" if left == old else "new")
        assert [path for path in office.archive.rglob("*") if path.name.startswith(".bulletin")] == []
    assert found == {"old", "new"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_kill_while_backing_up_leaves_the_old_backup_or_the_new_one(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def operation() -> None:
        back_up(folder / "b.zip", archive=office.archive, databases=[USERS])

    operation()
    for call in spread(calls_of(operation), 8):
        kill_at(operation, call)
        restore(folder / "b.zip", archive=tmp_path / f"new-{call}")
    operation()
    assert [path.name for path in folder.iterdir()] == ["b.zip"]


@pytest.mark.usefixtures("english")
def test_the_commands_say_what_was_in_force_and_keep_no_secret(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "b.zip"
    with monkeypatch.context() as there:
        there.setenv("BULLETIN_KEEP_DAYS", "30")
        there.setenv("BULLETIN_STAFF_PASSWORD", "geheim-14")
        assert main(["backup", str(backup), "--archive", str(office.archive)]) == 0
    with zipfile.ZipFile(backup) as packed:
        assert not any(b"geheim-14" in packed.read(name) for name in packed.namelist())
    assert main(["restore", str(backup), "--archive", str(office.archive)]) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", str(backup), "--archive", str(office.archive), "--replace"]) == 0
    assert "BULLETIN_KEEP_DAYS was 30" in capsys.readouterr().err
