"""The bundled model in the user's cache: written whole, and written anew when it is damaged."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from embeddings.encoders import bundled
from embeddings.encoders.sealed_folder import SEAL, damaged_files, seal_folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which a small folder stands for the model's; a name in it for each time that it was written."""
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(bundled, "user_cache_path", lambda _name: tmp_path / "cache")
    monkeypatch.setattr(bundled, "bundled_fingerprint", lambda: "0123")
    monkeypatch.setattr(bundled, "weights_path", lambda: tmp_path / "weights")
    monkeypatch.setattr(bundled.PackedModel, "open", lambda _path: None)
    monkeypatch.setattr(bundled, "_looked_through", set())

    def write(_packed: object, folder: Path) -> None:
        with (tmp_path / "written").open("a") as log:
            log.write("x")
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(bytes(range(256)) * 100)

    monkeypatch.setattr(bundled, "_write_folder", write)
    return tmp_path / "cache"


def times_written(cache: Path) -> int:
    return len((cache.parent / "written").read_text())


def test_the_folder_is_written_once_and_alone(cache: Path) -> None:
    folder = bundled.bundled_folder()
    assert bundled.bundled_folder() == folder
    assert (times_written(cache), damaged_files(folder), list(cache.iterdir())) == (1, [], [folder])


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json", SEAL])
@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
def test_a_damaged_folder_is_told_and_written_anew(
    name: str, how: str, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = bundled.bundled_folder()
    assert bundled.bundled_damage() == []
    path = folder / name
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content if how == "flipped" else content[:-1])
    assert bundled.bundled_damage() == [name]
    monkeypatch.setattr(bundled, "_looked_through", set())  # another process
    with caplog.at_level(logging.WARNING):
        assert bundled.bundled_folder() == folder
    assert name in caplog.text
    assert (times_written(cache), damaged_files(folder), list(cache.iterdir())) == (2, [], [folder])


def test_what_a_killed_process_left_in_the_cache_goes(cache: Path) -> None:
    (cache / ".unfinished-abc").mkdir()
    (cache / ".unfinished-abc" / "model.safetensors").write_bytes(b"half")
    folder = bundled.bundled_folder()
    assert list(cache.iterdir()) == [folder]


def test_a_seal_knows_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    seal_folder(tmp_path)
    (tmp_path / "a").write_bytes(b"2")
    assert damaged_files(tmp_path) == ["a"]
