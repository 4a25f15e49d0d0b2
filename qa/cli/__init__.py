"""The `bulletin` command: everything in one place."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import embeddings.cli.archive
import embeddings.cli.edit
import qa.cli.ask
import qa.cli.backup
from embeddings.cli.archive import run_command
from embeddings.cli.language import errors_in_chinese, speaks_english
from embeddings.cli.version import add_version_argument
from qa.cli.asked import add_asked_command
from qa.cli.bundle import add_bundle_command
from qa.cli.chats import add_chats_command
from qa.cli.demo import add_demo_command
from qa.cli.doctor import add_doctor_command
from qa.cli.feedback import check_users_data
from qa.cli.keys import add_key_command
from qa.cli.model import add_model_command
from qa.cli.standard import add_standard_command
from qa.cli.topic import add_topic_commands
from qa.cli.users import add_user_command
from qa.i18n.commands import HELP
from qa.i18n.errors import explain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = command_line()
    if not speaks_english():
        help_in_chinese(parser)
    with errors_in_chinese(explain):
        return run_command(parser, arguments)


def help_in_chinese(parser: argparse.ArgumentParser) -> None:
    """Put the help of a command line, and of all commands in it, into Chinese."""
    parser.description = HELP.get(parser.description or "", parser.description)
    for group, title in zip(parser._action_groups, ("参数", "选项"), strict=False):
        group.title = title
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.help = HELP.get(choice.help or "", choice.help)
            for command in action.choices.values():
                help_in_chinese(command)
        elif action.help:
            action.help = HELP.get(action.help, action.help)


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="bulletin", description="Ask a local news bulletin, and get the sentence that says it."
    )
    add_version_argument(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    embeddings.cli.archive.add_commands(commands, check_beside=check_users_data)
    embeddings.cli.edit.add_editor_commands(commands)
    qa.cli.ask.add_commands(commands)
    add_topic_commands(commands)
    qa.cli.backup.add_backup_commands(commands)
    add_asked_command(commands)
    add_chats_command(commands)
    add_key_command(commands)
    add_standard_command(commands)
    add_user_command(commands)
    add_doctor_command(commands)
    add_demo_command(commands)
    add_bundle_command(commands)
    add_model_command(commands)
    return parser
