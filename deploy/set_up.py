"""Set the page up in a folder of its own: `python deploy/set_up.py [FOLDER]`.

Needs nothing but Python and pip. A folder that is set up already is left alone until `pyproject.toml` changes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 10)
ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "export,names,ocr,office,pdf"
# PyTorch's own builds without what graphics cards need, which is gigabytes; Windows and macOS get such builds anyway.
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
# The same bounds as in pyproject.toml, which cannot be read before what it needs is there.
TORCH = "torch>=2.6,<2.14"
STAMP = ".set-up"
MEGABYTES = 650  # of what is downloaded, with the extras above

SAID = {
    "old": (
        "需要 Python 3.10 或更新的版本，这里是 {found}。",
        "Python 3.10 or newer is needed; here is {found}.",
    ),
    "environment": (
        "{folder} 建不成虚拟环境，或者里面的坏了（请删掉它再试）。Debian、Ubuntu 请先运行 apt install python3-venv。",
        "No environment could be made in {folder}, or the one there is broken: delete it and try again. On Debian and "
        "Ubuntu, run `apt install python3-venv` first.",
    ),
    "begins": (
        "正在安装，第一次要几分钟，约下载 {size} MB……",
        "Setting up; the first time takes minutes, and some {size} MB are downloaded ...",
    ),
    "no_cpu_build": (
        "没有取到只用 CPU 的 torch，改装普通的。",
        "No build of torch for the CPU alone was to be had; the usual one is taken.",
    ),
    "failed": (
        "没有装成，上面是 pip 的话。请检查网络，再试一次；不联网的机器见 docs/serving.md。",
        "Not set up; what pip said stands above. See to the network and try again; docs/serving.md tells of machines "
        "without one.",
    ),
    "no_model": (
        "没有取到模型，上面说了怎么办。",
        "The model could not be had; what to do stands above.",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up what a command line says. Returns 0, or 1 after a line that says what to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / ".venv", help="default: .venv in the checkout")
    parser.add_argument("--extras", default=EXTRAS, metavar="NAMES", help="with commas between (default: %(default)s)")
    parser.add_argument("--editable", action="store_true", help="leave the packages where they are, for who edits them")
    parser.add_argument("--torch-index", default=CPU_BUILDS, metavar="ADDRESS", help="where builds for the CPU are")
    parser.add_argument("--any-torch", action="store_true", help="take the build of torch that pip would")
    parser.add_argument("--quiet", action="store_true", help="say no more than that it begins, and what goes wrong")
    given = parser.parse_args(arguments)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")  # a console that has no Chinese
    if sys.version_info < OLDEST:
        return say("old", found=".".join(map(str, sys.version_info[:2])))
    given.folder = given.folder.absolute()
    wanted, stamp = stamp_of(given), given.folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and runs(python_of(given.folder)):
        return 0
    if not make_environment(given.folder):
        return say("environment", folder=given.folder)
    return set_up(given, stamp, wanted)


def make_environment(folder: Path) -> bool:
    """Make an environment with pip, where there is none yet; false where that failed."""
    if (folder / "pyvenv.cfg").is_file():
        return runs(python_of(folder), "-m", "pip", "--version")
    was_there = folder.exists()
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError):
        if not was_there:  # half of one would pass for a whole one
            shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def set_up(given: argparse.Namespace, stamp: Path, wanted: str) -> int:
    """Install into an environment: torch, the project with its extras, and the model where its wheel brings none."""
    python = python_of(given.folder)
    say("begins", size=MEGABYTES)
    how = ["--quiet"] if given.quiet else []
    pip(python, "install", "--quiet", "--upgrade", "pip", silent=True)  # an old one knows not all wheels
    if sys.platform == "linux" and not given.any_torch:
        take_torch_for_the_cpu(python, given.torch_index, how)
    project = f"{ROOT}[{given.extras}]" if given.extras else str(ROOT)
    editable = ["--editable"] if given.editable else []
    if pip(python, "install", *how, *editable, project):
        return say("failed")
    if not runs(python, "-m", "qa.cli", "model", cwd=given.folder, silent=False):
        return say("no_model")
    stamp.write_text(wanted, encoding="utf-8")
    return 0


def take_torch_for_the_cpu(python: Path, index: str, how: Sequence[str]) -> None:
    """Install a build of torch for the CPU alone, where there is one; what it needs comes with the project.

    One that is installed already stays, whichever it is.
    """
    if runs(python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"):
        return
    # A network without that address is found out soon.
    patience = ["--retries", "1", "--timeout", "15"]
    if pip(python, "install", *how, "--no-deps", *patience, "--index-url", index, TORCH, silent=True):
        say("no_cpu_build")


def pip(python: Path, *arguments: str, silent: bool = False) -> int:
    """The exit code of pip in an environment."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, stderr=subprocess.DEVNULL if silent else None, check=False).returncode


def runs(python: Path, *arguments: str, cwd: Path | None = None, silent: bool = True) -> bool:
    """Whether an interpreter is there and does what it is told."""
    where = subprocess.DEVNULL if silent else None
    command = [str(python), *(arguments or ("-c", ""))]
    try:
        return subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=where, check=False).returncode == 0
    except OSError:
        return False


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_of(given: argparse.Namespace) -> str:
    """What tells whether an environment is as it is wanted."""
    packages = (ROOT / "pyproject.toml").read_bytes()
    options = f"{given.extras} {given.editable} {ROOT} {sys.version_info[:2]}"
    return hashlib.sha256(packages + options.encode("utf-8")).hexdigest()


def say(what: str, **values: object) -> int:
    """Print what is said, in both languages, for whoever reads it has chosen none yet. Returns 1."""
    for text in SAID[what]:
        print(text.format(**values), file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
