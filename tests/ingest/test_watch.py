"""Watching folders: what arrives, changes, goes, and is only half there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Archive, ArchiveMissingError, BuildReport, SourceError, WatchOptions, watch
from embeddings.ingest.watch import Watcher
from tests.support.fakes import CountingEncoder

TEXT = "{name}的水渠修好了，全长三千米，村民都来看。"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "issues").mkdir()
    return tmp_path / "issues"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watcher(folder: Path, tmp_path: Path, counting: CountingEncoder, clock: Clock) -> Watcher:
    return Watcher([folder], archive=tmp_path / "archive", encoder=counting, clock=clock)


def write(folder: Path, name: str, text: str = "") -> Path:
    path = folder / f"{name}.txt"
    path.write_text(text or TEXT.format(name=name), encoding="utf-8")
    return path


def settle(watcher: Watcher, clock: Clock) -> list[BuildReport]:
    """Look, wait until everything has settled, and look again."""
    reports = list(watcher.look())
    clock.now += 2.5
    return reports + list(watcher.look())


def names(tmp_path: Path) -> list[str]:
    try:
        with Archive.open(tmp_path / "archive").snapshot() as snapshot:
            return sorted(entry.issue.name for entry in snapshot.issues())
    except ArchiveMissingError:
        return []


def test_what_arrives_is_indexed_once_it_has_settled(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    list(watcher.look())
    write(folder, "甲村")
    assert list(watcher.look()) == []
    assert watcher.is_waiting
    clock.now += 2.5
    (report,) = watcher.look()
    assert (report.added, names(tmp_path)) == (1, ["甲村"])
    assert not watcher.is_waiting
    assert list(watcher.look()) == []


def test_a_copy_that_still_grows_is_not_read(watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path) -> None:
    list(watcher.look())
    path = write(folder, "甲村")
    for _ in range(5):
        list(watcher.look())
        clock.now += 1.5
        with path.open("a", encoding="utf-8") as stream:
            stream.write("又来了一段。")
    assert names(tmp_path) == []
    (report,) = settle(watcher, clock)
    assert report.added == 1


def test_a_clock_that_is_set_back_holds_up_nothing(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    list(watcher.look())
    write(folder, "甲村")
    list(watcher.look())
    clock.now -= 86_400
    settle(watcher, clock)
    assert names(tmp_path) == ["甲村"]


def test_a_file_with_a_time_to_come_is_read_when_the_watch_starts(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    path = write(folder, "甲村")
    os.utime(path, (clock.now + 86_400,) * 2)
    settle(watcher, clock)
    assert names(tmp_path) == ["甲村"]


def test_a_burst_of_fifty_is_one_step(watcher: Watcher, clock: Clock, folder: Path, counting: CountingEncoder) -> None:
    list(watcher.look())
    for number in range(50):
        write(folder, f"第{number}村")
    (report,) = settle(watcher, clock)
    assert (report.added, len(counting.encoded)) == (50, 50)


def test_a_changed_file_replaces_its_issue_and_a_removed_one_takes_it_out(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    for name in ("甲村", "乙村"):
        write(folder, name)
    settle(watcher, clock)
    write(folder, "甲村", "甲村的学堂开学了，来了三十个学生。")
    (folder / "乙村.txt").unlink()
    reports = settle(watcher, clock)
    assert (sum(report.replaced for report in reports), sum(report.removed for report in reports)) == (1, 1)
    assert names(tmp_path) == ["甲村"]


def test_a_renamed_file_is_encoded_only_once(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    path = write(folder, "甲村")
    settle(watcher, clock)
    counting.encoded.clear()
    path.rename(folder / "甲村头版.txt")
    settle(watcher, clock)
    assert (names(tmp_path), counting.encoded) == (["甲村头版"], [])


def test_a_file_that_fails_is_reported_once_and_the_rest_go_on(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    (folder / "坏.txt").write_bytes(b"\x00\x01\x02" * 100)
    write(folder, "甲村")
    (report,) = settle(watcher, clock)
    assert (report.added, [Path(skipped.path).name for skipped in report.skipped]) == (1, ["坏.txt"])
    clock.now += 100
    assert list(watcher.look()) == []
    write(folder, "坏", "坏的稿件修好了，大家放心。")
    (report,) = settle(watcher, clock)
    assert (report.added, names(tmp_path)) == (1, ["坏", "甲村"])


def test_slow_files_do_not_hold_up_text(watcher: Watcher, clock: Clock, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    write(folder, "z村")
    first, second = settle(watcher, clock)
    assert (first.added, len(second.skipped)) == (1, 1)


def test_a_share_that_goes_away_takes_nothing_with_it(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    for name in ("甲村", "乙村", "丙村"):
        write(folder, name)
    settle(watcher, clock)
    folder.rename(tmp_path / "away")
    assert settle(watcher, clock) == []
    folder.mkdir()
    assert settle(watcher, clock) == []
    assert len(names(tmp_path)) == 3


def test_a_link_out_of_the_folder_is_reported_once(
    watcher: Watcher, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    outside = write(tmp_path, "外面")
    (folder / "b.txt").symlink_to(outside)
    assert [len(report.skipped) for report in settle(watcher, clock)] == [1]
    assert names(tmp_path) == []


def test_a_folder_that_does_not_exist_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder"):
        Watcher([tmp_path / "nowhere"])


@pytest.fixture
def watching(folder: Path, tmp_path: Path, counting: CountingEncoder) -> Iterator[list[BuildReport]]:
    reports: list[BuildReport] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=watch,
        args=([folder],),
        kwargs={
            "archive": tmp_path / "archive",
            "options": WatchOptions(settle_seconds=0.3),
            "encoder": counting,
            "on_report": reports.append,
            "stop": stop,
        },
    )
    thread.start()
    yield reports
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_running_watch_finds_files_by_itself(watching: list[BuildReport], folder: Path, tmp_path: Path) -> None:
    time.sleep(0.5)
    write(folder, "甲村")
    # Written beside and renamed into place, as browsers and copying programs do.
    write(folder, ".乙村")
    (folder / ".乙村.txt").rename(folder / "乙村.txt")
    deadline = time.monotonic() + 30
    while names(tmp_path) != ["乙村", "甲村"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert names(tmp_path) == ["乙村", "甲村"]
