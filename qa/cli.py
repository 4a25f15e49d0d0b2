"""The `bulletin` command: everything in one place."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import embeddings.commands
import embeddings.editor_commands
import qa.commands
from embeddings.commands import run_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="bulletin", description="Ask a local news bulletin, and get the sentence that says it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    embeddings.commands.add_commands(commands)
    embeddings.editor_commands.add_editor_commands(commands)
    qa.commands.add_commands(commands)
    return run_command(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
