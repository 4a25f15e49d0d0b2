"""A file that cannot be read, encoded or stored is left out and named, and everything else goes on."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import Archive, BuildReport, BulletinError, SourceError, WatchOptions, build, correct_article, watch
from embeddings.errors import SourceCode
from embeddings.ingest import watch as watch_module
from embeddings.ingest.build import update
from embeddings.ingest.watch import Watcher
from embeddings.sources.unpack import Unpacked, unpack
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue


class ParticularEncoder(CountingEncoder):
    """Fails on a text that has a word; on `wrong` it gives what are no numbers."""

    def __init__(self, refused: str, *, wrong: str = "\0") -> None:
        super().__init__()
        self._refused, self._wrong = refused, wrong

    def encode_passages(self, passages: Sequence[str]) -> np.ndarray:
        if any(self._refused in passage for passage in passages):
            raise RuntimeError("a token that nobody knows")
        vectors = super().encode_passages(passages)
        vectors[[self._wrong in passage for passage in passages]] = np.nan
        return vectors


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    write_issue(tmp_path / "issues", "好.jsonl", [ROWS[0] | {"id": "a1"}])
    return tmp_path / "issues"


def texts(archive: Path) -> list[str]:
    with Archive.open(archive).snapshot() as snapshot:
        return sorted(chunk.text for chunk, _ in snapshot.read_chunks(snapshot.chunk_ids()))


def codes(report: BuildReport) -> list[tuple[str, object]]:
    return [(Path(skipped.path).name, skipped.error.code) for skipped in report.skipped]


def test_half_a_character_in_a_row_is_read_as_a_replacement(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    row = dict.fromkeys(("title", "section", "byline", "text", "id"), "半�字。")
    (issues / "半.jsonl").write_text(json.dumps(row | {"page": 2**70}), encoding="utf-8")
    assert build(issues, archive=tmp_path / "archive", encoder=counting).skipped == ()
    assert "半\ufffd字。" in texts(tmp_path / "archive")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_file_whose_name_is_no_text_is_left_out(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    with open(os.fsencode(issues) + b"/\xca\xd7\xd2\xb3.txt", "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write("乙村的水渠通了水。")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert [skipped.error.code for skipped in report.skipped] == [SourceCode.NAME_NOT_UNICODE]
    assert (report.added, len(texts(tmp_path / "archive"))) == (1, 1)


@pytest.mark.parametrize("encoder", [ParticularEncoder("大雨"), ParticularEncoder("\0", wrong="大雨")])
def test_an_issue_that_cannot_be_encoded_is_left_out_and_its_old_self_stays(
    issues: Path, tmp_path: Path, encoder: ParticularEncoder
) -> None:
    write_issue(issues, "坏.jsonl", [ROWS[2]])
    build(issues, archive=tmp_path / "archive", encoder=CountingEncoder())
    write_issue(issues, "坏.jsonl", [ROWS[1]])
    write_issue(issues, "新.jsonl", [{"title": "新", "text": "丁校开学了。"}])
    report = build(issues, archive=tmp_path / "archive", encoder=encoder)
    assert codes(report) == [("坏.jsonl", SourceCode.NOT_ENCODED)]
    assert (report.added, report.replaced, report.removed, report.unchanged) == (1, 0, 0, 2)
    assert {"丁校开学了。", ROWS[2]["text"]} < set(texts(tmp_path / "archive"))
    assert not Archive.open(tmp_path / "archive").damage()


def test_a_model_that_encodes_nothing_is_no_fault_of_the_files(issues: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="nobody knows"):
        build(issues, archive=tmp_path / "archive", encoder=ParticularEncoder(""))


def test_what_cannot_be_stored_is_left_out(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    report = correct_article("a1", byline="半\ud83d字", archive=tmp_path / "archive", encoder=counting)
    assert codes(report) == [("好.jsonl", SourceCode.NOT_STORED)]
    assert not (issues / "corrections.jsonl").exists()
    assert len(texts(tmp_path / "archive")) == 1


def test_a_loader_that_fails_leaves_out_its_file_alone(
    issues: Path, tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hostile(name: str, *rest: Any) -> Unpacked:
        if "坏" in name:
            raise ZeroDivisionError(name)
        return unpack(name, *rest)

    write_issue(issues, "坏.jsonl", [ROWS[1]])
    monkeypatch.setattr("embeddings.sources.unpack.unpack", hostile)
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert codes(report) == [("坏.jsonl", SourceCode.FILE_FAILED)]
    assert len(texts(tmp_path / "archive")) == 1


def test_a_watch_goes_on_after_whatever_a_file_does(
    issues: Path, tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hostile(changed: dict[Path, str], *rest: Any, **named: Any) -> BuildReport:
        if any("坏" in path.name for path in changed):
            raise MemoryError("as much as there is")
        return update(changed, *rest, **named)

    write_issue(issues, "坏.jsonl", [ROWS[1]])
    monkeypatch.setattr(watch_module, "update", hostile)
    watcher = Watcher([issues], archive=tmp_path / "archive", encoder=counting, clock=lambda: time.time() + 60)
    (report,) = watcher.look()
    assert (report.added, codes(report)) == (1, [("坏.jsonl", SourceCode.FILE_FAILED)])
    assert list(watcher.look()) == []  # told once
    assert len(texts(tmp_path / "archive")) == 1


def test_a_watch_outlives_what_nobody_foresaw(
    issues: Path, tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    told: list[BulletinError] = []
    stop = threading.Event()

    def look(_: Watcher) -> list[BuildReport]:
        looked.append(1)
        if len(looked) > 1:
            stop.set()
            return []
        raise KeyError("a fault of ours")

    monkeypatch.setattr(Watcher, "look", look)
    watch(
        [issues],
        archive=tmp_path / "archive",
        encoder=counting,
        options=WatchOptions(settle_seconds=0.01),
        on_error=told.append,
        stop=stop,
    )
    assert len(looked) == 2
    assert [error.code for error in told] == [SourceCode.WATCH_FAILED]
    assert isinstance(told[0], SourceError)
