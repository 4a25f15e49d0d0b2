"""`python -m embeddings …`: the commands that make and look after an archive."""

from __future__ import annotations

import argparse
import sys

from embeddings.cli.archive import add_commands, run_command
from embeddings.cli.edit import add_editor_commands
from embeddings.cli.version import add_version_argument


def main() -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m embeddings", description="Make and look after an archive.")
    add_version_argument(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_commands(commands)
    add_editor_commands(commands)
    return run_command(parser)


if __name__ == "__main__":
    sys.exit(main())
