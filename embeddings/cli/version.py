"""The version of what is installed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

_PACKAGE = "bulletin-qa"


def add_version_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--version`, which prints the version of the installed package and ends."""
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version and exit")


class _PrintVersion(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        print(f"bulletin {installed_version()}")
        parser.exit()


def installed_version() -> str:
    """The version in the metadata of the installed package; `unknown` where only its files are there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return "unknown (the package is not installed)"
