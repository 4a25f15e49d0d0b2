"""The command that makes keys for other programs. It prints; the library under it does not."""

from __future__ import annotations

import argparse
import sys

from embeddings import SourceError, find_date
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from qa.cli.data import data_folder
from qa.errors import CommandCode
from qa.server.keys import PER_DAY, PER_MINUTE, KeyFile


def add_key_command(commands: Subparsers) -> None:
    """Add `key add`, `key list` and `key remove` to a command line."""
    summary = "keys with which other programs may call a served page"
    keys = commands.add_parser("key", help=summary, description=summary)
    actions = keys.add_subparsers(required=True, metavar="ACTION")
    parser = command(actions, "add", _add, "make a key, and print it this once")
    parser.add_argument("name", metavar="NAME", help="whom it is for: letters, digits, and . _ - @")
    parser.add_argument(
        "--per-minute", type=_number, default=PER_MINUTE, metavar="N", help="calls (default %(default)s)"
    )
    parser.add_argument("--per-day", type=_number, default=PER_DAY, metavar="N", help="calls (default %(default)s)")
    parser.add_argument("--until", metavar="DATE", help="the last day (UTC) on which it holds (default: always)")
    command(actions, "list", _list, "print the names and limits of all keys")
    parser = command(actions, "remove", _remove, "take a key back")
    parser.add_argument("name", metavar="NAME")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _file(arguments: argparse.Namespace) -> KeyFile:
    return KeyFile(data_folder(arguments))


def _add(arguments: argparse.Namespace) -> int:
    until = find_date(arguments.until) if arguments.until else None
    if arguments.until and until is None:
        raise SourceError(CommandCode.BAD_UNTIL, text=arguments.until)
    secret = _file(arguments).add(
        arguments.name, per_minute=arguments.per_minute, per_day=arguments.per_day, until=until
    )
    if arguments.json:
        print_json({"name": arguments.name, "key": secret})
    else:
        print(secret)
        told = spoken("请现在就存好：以后不再显示。", "Keep it now: it is not shown again.")
        print(f"bulletin: {told}", file=sys.stderr)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    file = _file(arguments)
    for key in file.read():
        until = key.until.isoformat() if key.until else None
        if arguments.json:
            row = {"name": key.name, "per_minute": key.per_minute, "per_day": key.per_day, "until": until}
            print_json(row)
        else:
            limits = spoken(
                f"每分钟 {key.per_minute} 次，每天 {key.per_day} 次", f"{key.per_minute} a minute, {key.per_day} a day"
            )
            print("\t".join(filter(None, (key.name, limits, until and spoken(f"到 {until}", f"until {until}")))))
    if not file.read() and not arguments.json:
        closed = spoken("没有密钥，程序的调用都会被拒绝。", "There is no key; calls of programs are refused.")
        print(closed if file.is_there else spoken("没有发过密钥。", "No key was ever made."))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    _file(arguments).remove(arguments.name)
    if arguments.json:
        print_json({"name": arguments.name, "removed": True})
    else:
        print(spoken(f"{arguments.name}：密钥已收回", f"{arguments.name}: the key was taken back"))
    return 0
