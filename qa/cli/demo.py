"""`bulletin demo`: the page over the sample bulletins that come with the package, in an archive of its own."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from platformdirs import user_data_path

from embeddings import SourceError, build
from embeddings.cli.archive import Subparsers
from embeddings.cli.language import spoken
from qa.errors import CommandCode
from qa.web.run import HOST, PORT, add_open_argument, port_number
from qa.web.run import run as run_page

_PACKAGE = "bulletin-qa"
_CHECKOUT = Path(__file__).parents[2]


def add_demo_command(commands: Subparsers) -> None:
    """Add demo to a command line."""
    summary = "open the browser chat over the sample bulletins, apart from your own archive"
    parser = commands.add_parser("demo", help=summary, description=summary)
    parser.add_argument("--host", default=HOST, help="address to listen on (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=port_number, default=PORT, help="port to listen on (default: %(default)s)")
    add_open_argument(parser)
    # Whatever is set for the user's own archive: a build would take out of it all that is no sample.
    parser.set_defaults(run=_demo, model=None, editing=None)


def sample_issues() -> list[Path]:
    """The sample bulletins: those of the installed package, else those of the checkout. Raises SourceError for none."""
    if (_CHECKOUT / "pyproject.toml").is_file():
        return sorted((_CHECKOUT / "bulletins").iterdir())
    try:
        files = distribution(_PACKAGE).files or ()
    except PackageNotFoundError:
        files = ()
    found = sorted(Path(str(file.locate())).resolve() for file in files if "bulletins" in file.parts)
    if not found:
        raise SourceError(CommandCode.NO_SAMPLES)
    return found


def _demo(arguments: argparse.Namespace) -> int:
    folder = user_data_path(_PACKAGE, appauthor=False) / "demo"
    print(spoken(f"正在把样例公报编入 {folder} …", f"Indexing the sample bulletins into {folder} …"), flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    report = build(sample_issues(), archive=folder)
    count = report.added + report.replaced + report.unchanged
    told = spoken(
        f"{count} 期。可以问：李德民的党龄有多少年？", f"{count} issues. A question to try: 李德民的党龄有多少年？"
    )
    print(told, flush=True)
    arguments.archive = str(folder)
    return run_page(arguments)
