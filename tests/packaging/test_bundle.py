"""One file for a machine without a network. The wheel packed here is a small one under this project's name."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from embeddings import BulletinError
from qa.cli import main
from qa.cli.bundle import bundle, install_script
from qa.errors import CommandCode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt" or shutil.which("sh") is None, reason="the script is one of sh"),
]
INFO = "bulletin_qa-9.9.9.dist-info"
FILES = {
    "bulletin_small.py": "def main():\n    print('公报')\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: bulletin-qa\nVersion: 9.9.9\nProvides-Extra: pdf\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/entry_points.txt": "[console_scripts]\nbulletin = bulletin_small:main\n",
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle as it was copied."""
    folder = tmp_path_factory.mktemp("bundle")
    wheel = folder / "bulletin_qa-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**FILES, f"{INFO}/RECORD": "".join(f"{name},,\n" for name in FILES)}.items():
            archive.writestr(name, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        assert bundle(folder / "b.tar", extras=["pdf"], wheel=wheel) == 1
    return folder / "b.tar"


def unpacked(packed: Path, folder: Path) -> Path:
    with tarfile.open(packed) as archive:
        assert {member.uname for member in archive} == {""}
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def install(folder: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run the script, without a network where the system lets a user take it away."""
    apart = ["unshare", "--map-root-user", "--net"]
    can = shutil.which("unshare") and subprocess.run([*apart, "true"], capture_output=True, check=False).returncode == 0
    environment = {**os.environ, "PYTHON": sys.executable, "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}
    command = [*(apart if can else []), "sh", str(folder / "install.sh"), str(target)]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_a_bundle_installs_from_itself_alone(packed: Path, tmp_path: Path) -> None:
    folder = unpacked(packed, tmp_path / "copied")
    done = install(folder, tmp_path / "target with space")
    assert done.returncode == 0, done.stderr
    command = tmp_path / "target with space" / "bin" / "bulletin"
    assert subprocess.run([command], capture_output=True, encoding="utf-8", check=True).stdout == "公报\n"


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_bundle_that_is_not_as_it_was_packed_is_not_installed(packed: Path, tmp_path: Path, damage: str) -> None:
    folder = unpacked(packed, tmp_path / "copied")
    (wheel,) = (folder / "wheels").iterdir()
    if damage == "changed":
        wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    elif damage == "missing":
        wheel.unlink()
    else:
        shutil.copy(wheel, wheel.with_name("more-1.0-py3-none-any.whl"))
    done = install(folder, tmp_path / "target")
    assert (done.returncode, (tmp_path / "target").exists()) == (1, False)
    assert ".whl" in done.stderr


@pytest.mark.parametrize(("python", "machine"), [("3.9", ""), (platform.python_version()[:4], "Linux-mips")])
def test_a_bundle_of_another_platform_is_not_installed(packed: Path, tmp_path: Path, python: str, machine: str) -> None:
    folder = unpacked(packed, tmp_path / "copied")
    (folder / "install.sh").write_text(install_script("bulletin-qa", python=python, machine=machine), encoding="utf-8")
    done = install(folder, tmp_path / "target")
    assert (done.returncode, (tmp_path / "target").exists()) == (1, False)
    assert "这个安装包用于" in done.stderr


def test_what_pip_cannot_get_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(BulletinError) as caught:
        bundle(tmp_path / "b.tar", wheel=tmp_path / "none.whl")
    assert caught.value.code is CommandCode.PIP_FAILED
    assert list(tmp_path.iterdir()) == []
    assert main(["bundle", str(tmp_path / "b.tar"), "--extras", "pdf;rm"]) == 2
