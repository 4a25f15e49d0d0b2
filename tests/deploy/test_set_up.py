"""What a double-click does, and which build of torch set-up takes; the packages here are small ones of the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the folders of an environment have other names there")
SCRIPT = ROOT / "deploy" / "set_up.py"
CPU_BUILDS = re.compile(r"https://download\.pytorch\.org/\S*")
# A project that builds itself of nothing: one module, which tells what it was asked.
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "bulletin-qa"
version = "9.9"
"""
BACKEND = """
import pathlib, zipfile

def build_wheel(folder, settings=None, metadata=None):
    name, info = "bulletin_qa-9.9-py3-none-any.whl", "bulletin_qa-9.9.dist-info"
    files = {
        "qa/__init__.py": "",
        "qa/cli.py": "import sys, pathlib; pathlib.Path('asked').write_text(' '.join(sys.argv[1:]))",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: bulletin-qa\\nVersion: 9.9\\nRequires-Dist: torch<2.14\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"]))
    return name
"""


def index(folder: Path, *wheels: tuple[str, str, str]) -> str:
    """The address of an index of wheels: name, version, and what each needs."""
    for name, version, needs in wheels:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        info = f"{name}-{version}.dist-info"
        file = place / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(file, "w") as wheel:
            told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            wheel.writestr(f"{info}/METADATA", told + (f"Requires-Dist: {needs}\n" if needs else ""))
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{name}.py", f"version = {version!r}\n")
            wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
        links = "".join(
            f'<a href="{one.name}">{one.name}</a>' for one in sorted(place.iterdir()) if one.suffix == ".whl"
        )
        (place / "index.html").write_text(links, encoding="utf-8")
    return folder.as_uri()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the small project, with the scripts of this one."""
    folder = tmp_path / "公报 1"
    (folder / "deploy").mkdir(parents=True)
    for name in ("deploy/set_up.py", "deploy/no_python.txt", "start.command"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    return folder


def environment(usual: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": usual, "PIP_NO_CACHE_DIR": "1"}


def set_up(checkout: Path, usual: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "deploy" / "set_up.py"), "--extras", "", *options]
    return subprocess.run(
        command, env=environment(usual), capture_output=True, encoding="utf-8", timeout=600, check=False
    )


def installed(checkout: Path) -> set[str]:
    packages = (checkout / ".venv" / "lib").glob("python*/site-packages/*.dist-info")
    return {path.name.removesuffix(".dist-info") for path in packages}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only there does a build of torch come for graphics cards")
@pytest.mark.parametrize("is_reachable", [True, False])
def test_a_build_for_the_cpu_is_taken_where_there_is_one(checkout: Path, tmp_path: Path, is_reachable: bool) -> None:
    # The newest build for graphics cards is newer than that for the CPU, and one beyond the bounds is newer still.
    usual = index(tmp_path / "usual", ("torch", "2.13.1", "gigabytes"), ("gigabytes", "1.0", ""))
    cpu = index(tmp_path / "cpu", ("torch", "2.13.0+cpu", ""), ("torch", "2.14.0+cpu", ""))
    address = cpu if is_reachable else (tmp_path / "none").as_uri()
    done = set_up(checkout, usual, "--torch-index", address)
    assert done.returncode == 0, done.stderr
    found = {name for name in installed(checkout) if not name.startswith("pip-")} - {"setuptools"}
    assert "bulletin_qa-9.9" in found
    wanted = {"torch-2.13.0+cpu"} if is_reachable else {"torch-2.13.1", "gigabytes-1.0"}
    assert {name for name in found if name.startswith(("torch", "gigabytes"))} == wanted
    assert ("CPU alone" in done.stderr) is not is_reachable
    # The model was seen to, and the second time nothing is done at all.
    (checkout / ".venv" / "asked").unlink()
    assert (set_up(checkout, "file:///none", "--torch-index", address).returncode, installed(checkout) >= found) == (
        0,
        True,
    )
    assert not (checkout / ".venv" / "asked").exists()
    (checkout / "pyproject.toml").write_text(PROJECT.replace("9.9", "9.10"), encoding="utf-8")
    assert set_up(checkout, usual, "--torch-index", address).returncode == 0
    assert (checkout / ".venv" / "asked").read_text("utf-8") == "model"


@pytest.mark.slow
def test_what_pip_could_not_do_is_said_and_tried_again(checkout: Path, tmp_path: Path) -> None:
    for _ in range(2):
        done = set_up(checkout, (tmp_path / "none").as_uri(), "--any-torch")
        assert (done.returncode, "docs/serving.md" in done.stderr) == (1, True)


def started(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [shell, str(checkout / "start.command")],
        env={"PATH": str(path)}, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder of commands with no Python in it."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in ("cat", "dirname", "sh"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def command(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.skipif(Path("/usr/local/bin/python3").exists(), reason="a Python stands where macOS has it")
def test_a_double_click_names_python_where_none_will_do(checkout: Path, path: Path) -> None:
    command(path / "python3", "exit 1")  # too old
    done = started(checkout, path)
    assert (done.returncode, "python.org" in done.stdout) == (1, True)


def test_a_double_click_sets_up_indexes_and_opens_the_page(checkout: Path, path: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command(path / "python3.13", f'[ "$1" = -c ] && exit 0; echo "python $*" >> {log}')
    (checkout / ".venv" / "bin").mkdir(parents=True)
    command(checkout / ".venv" / "bin" / "python", f'echo ".venv $*" >> {log}; [ "$3" != build ]')
    done = started(checkout, path)
    assert log.read_text("utf-8").splitlines() == [
        "python deploy/set_up.py --editable",
        ".venv -m qa.cli build bulletins",
        ".venv -m qa.cli chat --open",
    ]
    assert done.returncode == 0  # what was indexed before is opened all the same


def test_nothing_is_opened_where_set_up_failed(checkout: Path, path: Path, tmp_path: Path) -> None:
    command(path / "python3.13", '[ "$1" = -c ]')
    done = started(checkout, path)
    assert (done.returncode, done.stdout) == (1, "")


def test_the_script_for_windows_is_one_that_cmd_reads() -> None:
    raw = (ROOT / "start.bat").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10
    text = raw.decode("ascii")
    labels = set(re.findall(r"(?m)^:(\w+)", text))
    assert set(re.findall(r"goto (\w+)", text)) == labels
    named = re.findall(r"(?<= )(deploy\\\w+\.\w+)", text)
    assert len(named) == 2
    assert [path for path in named if not (ROOT / path.replace("\\", "/")).is_file()] == []
    # It does what the other one does.
    of_shell = re.findall(r"-m (qa\.cli [^|\n]*?) *(?:\|\|.*)?$", (ROOT / "start.command").read_text("utf-8"), re.M)
    assert re.findall(r"-m (qa\.cli .*?)\r?$", text, re.M) == of_shell


def test_bounds_and_addresses_stand_in_one_place() -> None:
    script = SCRIPT.read_text("utf-8")
    bounds = re.search(r'TORCH = "(torch[^"]+)"', script)
    assert bounds
    assert f'"{bounds[1]}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert len(CPU_BUILDS.findall(script)) == 1
    others = [ROOT / "Makefile", ROOT / "deploy" / "Dockerfile", *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    assert [file.name for file in others if CPU_BUILDS.search(file.read_text("utf-8"))] == []
