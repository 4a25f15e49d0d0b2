"""What an archive says of itself, and does not say where it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from embeddings import ArchiveDamagedError, build, open_archive
from tests.support.fakes import CountingEncoder
from tests.support.paths import SAMPLES


def touch(archive: Any) -> None:
    with archive.snapshot() as snapshot:
        assert snapshot.size


MISSING, EMPTY = "DELETE FROM settings WHERE name = ?", "UPDATE settings SET value = '' WHERE name = ?"


@pytest.mark.parametrize(
    ("name", "change", "use"),
    [
        ("fingerprint", MISSING, lambda archive: archive.settings),
        ("generation", MISSING, touch),
        *((name, MISSING, lambda archive: archive.settings) for name in ("dimension", "max_chars", "overlap_chars")),
        *((name, EMPTY, lambda archive: archive.settings) for name in ("dimension", "max_chars", "overlap_chars")),
    ],
)
def test_a_setting_that_is_missing_is_damage_that_is_named(
    name: str, change: str, use: Callable[[Any], object], tmp_path: Path
) -> None:
    build(SAMPLES, archive=tmp_path, encoder=CountingEncoder())
    with closing(sqlite3.connect(tmp_path / "archive.sqlite")) as connection:
        connection.execute(change, (name,))
        connection.commit()
    with pytest.raises(ArchiveDamagedError, match=f"does not say its {name}"):
        use(open_archive(tmp_path))
