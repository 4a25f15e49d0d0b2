"""What a process needs only while it runs goes with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings import Archive, build, tidy
from embeddings.sources.atomic import UNFINISHED, hold_folder, replace_file, stage_file, sweep
from embeddings.sources.scratch import scratch_folder, sweep_folders
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue
from tests.support.paths import ROOT

# A command that keeps an upload in its scratch folder, stages a file, and says when both are there.
COMMAND = """
import argparse, sys, time
from pathlib import Path
from embeddings.cli.archive import run_command
from embeddings.sources.atomic import hold_folder, stage_file
from embeddings.sources.scratch import scratch_folder

parent = Path(sys.argv[1])

def work(_):
    with scratch_folder(parent) as folder, hold_folder(parent):
        (folder / "upload.txt").write_text("x")
        staged = stage_file(parent, b"x")
        try:
            print("there", flush=True)
            time.sleep(60)
        finally:
            staged.unlink()

parser = argparse.ArgumentParser()
parser.set_defaults(run=work)
sys.exit(run_command(parser, []))
"""


@pytest.fixture
def working(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    assert len(list(tmp_path.iterdir())) == 2
    return process


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_command_that_is_ended_leaves_nothing(
    number: signal.Signals, code: int, working: subprocess.Popen[str], tmp_path: Path
) -> None:
    working.send_signal(number)
    _, said = working.communicate(timeout=60)
    assert (working.returncode, list(tmp_path.iterdir())) == (code, [])
    assert "Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such signals")
def test_what_a_killed_command_left_goes_at_the_next_start_and_not_before(
    working: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert (sweep_folders(tmp_path), sweep(tmp_path)) == (0, 0)  # its process lives
    working.kill()
    working.communicate(timeout=60)
    assert len(list(tmp_path.iterdir())) == 2
    with scratch_folder(tmp_path) as folder:
        assert sweep(tmp_path) == 1
        assert list(tmp_path.iterdir()) == [folder]
        assert sweep_folders(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_held_by_one_at_a_time_and_by_that_one_twice(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embeddings.sources.atomic import hold_folder\n"
        "with hold_folder(Path(sys.argv[1]), wait_seconds=0): pass"
    )
    with hold_folder(tmp_path), hold_folder(tmp_path):
        other = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert "TimeoutError" in other.stderr
    assert list(tmp_path.iterdir()) == []
    with hold_folder(tmp_path, wait_seconds=0):
        pass


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError):
        replace_file(tmp_path / "a", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_killed_builds_left_in_an_archive_goes_when_it_is_opened_or_tidied(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    archive = tmp_path / "archive"
    write_issue(tmp_path / "issues", "县报.jsonl", ROWS)
    build(tmp_path / "issues", archive=archive, encoder=counting)
    stage_file(archive, b"x")
    (archive / ".vectors.faiss-abcd_123").write_bytes(b"of release 0.1.0")
    Archive.open(archive).close()
    (archive / "issues").mkdir()
    stage_file(archive / "issues", b"x")
    tidy(archive)
    assert [path for path in archive.rglob(".*") if path.name.startswith((UNFINISHED, ".vectors"))] == []
    tidy(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
