from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from embeddings import Archive, ArchiveError, archive_location, archive_path, build, open_archive, register_engine
from embeddings.archive import registry
from embeddings.plugins import ARCHIVES
from tests.support.fakes import CountingEncoder


class OpenArticle:
    """An engine that only remembers what it was asked to open."""

    def __init__(self) -> None:
        self.locations: list[tuple[str, bool]] = []

    def open(self, location: str, *, create: bool = False) -> Any:
        self.locations.append((location, create))
        return self


@pytest.fixture(autouse=True)
def _own_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_engines", dict(registry._engines))


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    path = tmp_path / "甲报 2025-09-06.txt"
    path.write_text("新桥通车\n\n新桥九月通车，两岸居民都来看。\n", encoding="utf-8")
    return path


def test_a_path_and_a_file_url_open_the_same_archive(tmp_path: Path, issue: Path, counting: CountingEncoder) -> None:
    folder = tmp_path / "资料 库"
    build(issue, archive=folder, encoder=counting)
    for location in (folder, str(folder), folder.as_uri()):
        with open_archive(location).snapshot() as snapshot:
            assert snapshot.size == 1
    with Archive.open(folder).snapshot() as snapshot:
        assert snapshot.size == 1


def test_a_build_into_a_file_url_makes_its_folder(tmp_path: Path, issue: Path, counting: CountingEncoder) -> None:
    build(issue, archive=(tmp_path / "made").as_uri(), encoder=counting)
    assert (tmp_path / "made" / "archive.sqlite").is_file()


def test_an_unknown_scheme_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ArchiveError, match=r"nosuch://host/news.*: file, postgres, postgresql\."):
        open_archive("nosuch://host/news")
    register_engine("other", OpenArticle())
    with pytest.raises(ArchiveError, match=r": file, other, postgres, postgresql\."):
        open_archive("nosuch://host/news")


def test_an_engine_that_is_registered_opens_its_urls() -> None:
    engine = OpenArticle()
    register_engine("Other", engine)
    assert open_archive("other://host/news") is engine
    registry.open_for_writing("OTHER://host/news", create=True)
    assert engine.locations == [("other://host/news", False), ("OTHER://host/news", True)]


def test_an_engine_of_another_package_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint(name="other", value="embeddings.archive.local:ENGINE", group=ARCHIVES)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: [entry] if group == entry.group else [])
    assert registry.engine_of("other://host/news") is registry.engine_of("folder")


def test_the_environment_names_an_archive_by_url(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = OpenArticle()
    register_engine("other", engine)
    monkeypatch.setenv("BULLETIN_ARCHIVE", "other://host/news")
    open_archive()
    assert engine.locations == [("other://host/news", False)]


@pytest.mark.parametrize("path", ["C:\\archive", "a:b", "archive", "./other://x"])
def test_what_has_no_scheme_is_a_path(path: str) -> None:
    assert str(archive_path(path)) == str(Path(path))
    assert archive_location(path) == path


def test_an_archive_of_another_engine_has_no_folder() -> None:
    with pytest.raises(ArchiveError, match="not in a folder"):
        archive_path("other://host/news")


def test_importing_the_package_loads_no_engine() -> None:
    code = "import sys, embeddings; print([m for m in ('embeddings.archive.local', 'sqlite3') if m in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
