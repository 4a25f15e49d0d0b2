"""`python -m qa …`: the commands that ask."""

from __future__ import annotations

import argparse
import sys

from embeddings.cli.archive import run_command
from embeddings.cli.language import errors_in_chinese
from embeddings.cli.version import add_version_argument
from qa.cli.ask import add_commands
from qa.i18n.errors import explain


def main() -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m qa", description="Ask an archive.")
    add_version_argument(parser)
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    with errors_in_chinese(explain):
        return run_command(parser)


if __name__ == "__main__":
    sys.exit(main())
