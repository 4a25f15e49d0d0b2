"""Readers while another process holds the build lock: they see the state before or the one after, never a mix."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Archive, build
from embeddings.archive.base import Snapshot
from embeddings.cli.archive import EXIT_ERROR
from qa.cli import main
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT

# A build that stops in the midst of its work, with the lock in its hands, until it is told to go on.
HOLD = """
import sys, time
from pathlib import Path
from embeddings import build
from tests.support.fakes import CountingEncoder

issues, archive, held, go = map(Path, sys.argv[1:])

class Waiting(CountingEncoder):
    def encode_passages(self, passages):
        held.touch()
        while not go.exists():
            time.sleep(0.02)
        return super().encode_passages(passages)

build([issues], archive=archive, encoder=Waiting())
"""
BEFORE = {f"第{number}村": f"第{number}村的水渠旧闸门坏了，村民在修。" for number in range(8)}
# Every issue changes, one goes and one comes.
AFTER = {f"第{number}村": f"第{number}村的水渠新闸门装好了，长{number + 2}米。" for number in range(1, 9)}
State = frozenset[tuple[str, str]]


def write(folder: Path, issues: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.txt"):
        path.unlink()
    for name, text in issues.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def seen(snapshot: Snapshot) -> tuple[str, State]:
    """The generation of a snapshot and its issues, once it is found to agree with itself."""
    listed = {entry.issue.name for entry in snapshot.issues()}
    ids = snapshot.chunk_ids()
    chunks = snapshot.read_chunks(ids)
    assert {article.issue.name for _, article in chunks} == listed
    assert all(article.body[chunk.start : chunk.end] == chunk.text for chunk, article in chunks)
    assert snapshot.vectors(ids).shape == (len(ids), 8)
    by_words = {hit.chunk_id for hit in snapshot.search_words("水渠闸门", 50)}
    assert by_words == set(ids)
    return snapshot.generation, frozenset((one.issue.name, one.body) for _, one in chunks)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, Path, subprocess.Popen[bytes]]]:
    """An archive of some issues, the file that lets the build go on, and the build that holds the archive."""
    issues, archive = tmp_path / "issues", tmp_path / "archive"
    write(issues, BEFORE)
    build([issues], archive=archive, encoder=CountingEncoder())
    write(issues, AFTER)
    holding, go = tmp_path / "held", tmp_path / "go"
    builder = subprocess.Popen([sys.executable, "-c", HOLD, *map(str, (issues, archive, holding, go))], cwd=ROOT)
    while not holding.exists():
        assert builder.poll() is None
        time.sleep(0.02)
    yield archive, go, builder
    builder.kill()
    builder.wait()


def test_reading_goes_on_and_agrees_with_itself_before_while_and_after_another_process_commits(
    held: tuple[Path, Path, subprocess.Popen[bytes]],
) -> None:
    archive, go, builder = held
    opened = Archive.open(archive)
    found: list[tuple[str, State]] = []
    faults: list[BaseException] = []
    over = threading.Event()

    def read(*, anew: bool) -> None:
        try:
            while not over.is_set():
                store = Archive.open(archive) if anew else opened
                with store.snapshot() as snapshot:
                    found.append(seen(snapshot))
                if anew:
                    store.close()
        except BaseException as error:
            faults.append(error)

    readers = [threading.Thread(target=read, kwargs={"anew": anew}) for anew in (False, False, True)]
    for reader in readers:
        reader.start()
    while len(found) < 20 and not faults:
        time.sleep(0.01)
    before = len(found)
    assert faults == []
    assert {state for _, state in found[:before]} == {frozenset(BEFORE.items())}
    go.touch()
    assert builder.wait(120) == 0
    until = len(found) + 20
    while len(found) < until and not faults:
        time.sleep(0.01)
    over.set()
    for reader in readers:
        reader.join(60)
    opened.close()
    assert faults == []
    assert {state for _, state in found} == {frozenset(BEFORE.items()), frozenset(AFTER.items())}
    # A state has one generation, and who has seen the later one never gets the earlier one again.
    assert len(set(found)) == 2


def test_commands_that_read_do_not_wait_for_a_build_and_those_that_write_say_who_holds_it(
    held: tuple[Path, Path, subprocess.Popen[bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, _, builder = held
    assert main(["list", "--archive", str(archive)]) == 0
    assert capsys.readouterr().out.count("\n") == len(BEFORE)
    assert main(["show", "第0村", "--archive", str(archive)]) == 0
    assert "旧闸门" in capsys.readouterr().out
    for words in (["add", str(archive.parent / "issues")], ["correct", "第0村", "--name", "别的村"]):
        assert main([*words, "--archive", str(archive), "--wait", "0.1"]) == EXIT_ERROR
        assert f"process {builder.pid} on " in capsys.readouterr().err
    assert builder.poll() is None
