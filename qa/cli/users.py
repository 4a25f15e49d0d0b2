"""The command that lets people in by name. It prints; the library under it does not."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from embeddings import SourceError
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from qa.cli.data import data_folder
from qa.errors import CommandCode
from qa.server.users import Role, UserFile


def add_user_command(commands: Subparsers) -> None:
    """Add `user add`, `user list` and `user remove` to a command line."""
    summary = "people who open the page or its newsroom by a name and password of their own"
    users = commands.add_parser("user", help=summary, description=summary)
    actions = users.add_subparsers(required=True, metavar="ACTION")
    parser = command(actions, "add", _add, "let a person in, or give one another role and password")
    parser.add_argument("name", metavar="NAME", help="letters, digits, and . _ - @")
    parser.add_argument("--role", choices=[str(role) for role in Role], default=str(Role.EDITOR))
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line (default: asked for, or read from stdin)"
    )
    command(actions, "list", _list, "print names and roles")
    parser = command(actions, "remove", _remove, "let a person in no more")
    parser.add_argument("name", metavar="NAME")


def _file(arguments: argparse.Namespace) -> UserFile:
    return UserFile(data_folder(arguments))


def _add(arguments: argparse.Namespace) -> int:
    _file(arguments).add(arguments.name, Role(arguments.role), _password(arguments))
    return _told(arguments, {"name": arguments.name, "role": arguments.role}, spoken("已保存", "saved"))


def _password(arguments: argparse.Namespace) -> str:
    """The password, never from the command line itself, which others on this machine can see."""
    if arguments.password_file:
        try:
            lines = arguments.password_file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            detail = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise SourceError(CommandCode.FILE_UNREADABLE, path=arguments.password_file, detail=detail) from error
        return lines[0].strip() if lines else ""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass(spoken("口令：", "Password: "))


def _list(arguments: argparse.Namespace) -> int:
    for person in _file(arguments).people():
        row = {"name": person.name, "role": str(person.role)}
        print_json(row) if arguments.json else print("\t".join(row.values()))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    _file(arguments).remove(arguments.name)
    return _told(arguments, {"name": arguments.name, "removed": True}, spoken("已移除", "removed"))


def _told(arguments: argparse.Namespace, row: dict[str, object], said: str) -> int:
    print_json(row) if arguments.json else print(f"{arguments.name}: {said}")
    return 0
