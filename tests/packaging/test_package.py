"""What is built for others has everything in it: the wheel of the source archive, in an environment of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.pages import free_port
from tests.support.paths import ROOT, SAMPLES

WAIT = 240  # seconds; for a machine that is busy
# What setuptools offers to those who build: https://peps.python.org/pep-0517/
BUILD = "import sys; from setuptools.build_meta import build_{0} as build; print(build(sys.argv[1]))"


def built(kind: str, source: Path, folder: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(kind), str(folder)], cwd=source, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel made of nothing but the source archive."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    # A build leaves folders beside what it builds.
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not tracked:
        pytest.skip("this is no checkout")
    for name in filter(None, tracked.split("\0")):
        if name.startswith(("qa/", "embeddings/", "bulletins/")) or "/" not in name:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    packed = built("sdist", source, folder)
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return built("wheel", unpacked, folder)


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_packages_and_no_test(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    kept = {
        path.relative_to(ROOT).as_posix()
        for package in ("qa", "embeddings")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert kept - packed == set()
    assert not [name for name in packed if name.startswith(("tests/", "benchmarks/", "training/", "build/"))]
    samples = {name.rsplit("/", 1)[1] for name in packed if "/bulletins/" in name}
    assert samples == {path.name for path in SAMPLES.iterdir()}
    assert any(name.endswith("licenses/LICENSE") for name in packed)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a signal ends the page")
def test_the_demo_asks_for_nothing_but_the_wheel(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, capture_output=True, check=True)
    libraries = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    # What the package needs is there already; a checkout that is installed for editing is not.
    (Path(libraries) / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    port = free_port()
    passed = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BULLETIN", "XDG"))}
    environment = {**passed, "HOME": str(home), "GRADIO_ANALYTICS_ENABLED": "False", "NO_PROXY": "127.0.0.1"}
    command = [str(python.with_name("bulletin")), "demo", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as page:
        try:
            assert page.stdout is not None
            said = []
            for line in page.stdout:
                said.append(line)
                if f":{port}" in line:
                    break
            assert f"{len(list(SAMPLES.iterdir()))} 期" in "".join(said), "".join(said)
            asked = {"question": "李德民的党龄有多少年？"}
            answer = httpx.post(f"http://127.0.0.1:{port}/v1/ask", json=asked, timeout=WAIT).json()
            assert answer["short"] == "42年"
        finally:
            page.send_signal(signal.SIGINT)
            page.communicate(timeout=WAIT)
    assert (home / ".local" / "share" / "bulletin-qa" / "demo" / "archive.sqlite").is_file()
