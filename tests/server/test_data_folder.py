"""The page of an archive that is in no folder: it reads, keeps what is its own elsewhere, and edits nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from embeddings import ArchiveError, data_path
from qa.server.options import options_of
from qa.web.run import _as_far_as_possible, add_arguments

ELSEWHERE = "postgresql://bulletin@db.example/news"


def arguments_of(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_a_page_keeps_its_own_beside_an_archive_in_a_folder(tmp_path: Path) -> None:
    arguments = arguments_of("--archive", str(tmp_path / "archive"), "--editing")
    assert data_path(arguments.archive) == tmp_path / "archive"
    assert _as_far_as_possible(options_of(arguments), arguments).editing


def test_a_page_of_an_archive_elsewhere_reads_and_edits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULLETIN_DATA", str(tmp_path / "own"))
    arguments = arguments_of("--archive", ELSEWHERE)
    assert not _as_far_as_possible(options_of(arguments), arguments).editing
    assert data_path(ELSEWHERE) == tmp_path / "own"
    assert (tmp_path / "own").is_dir()
    asked = arguments_of("--archive", ELSEWHERE, "--editing")
    with pytest.raises(ArchiveError, match="not in a folder"):
        _as_far_as_possible(options_of(asked), asked)
