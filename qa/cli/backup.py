"""The commands that write a backup and bring it back. They print; the library under them does not."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from embeddings import BackupReport, back_up, restore
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from embeddings.config import settings_in_force
from qa.newsroom.store import NEWSROOM_FILE
from qa.userdata.store import STORE_FILE


def add_backup_commands(commands: Subparsers) -> None:
    """Add backup and restore to a command line."""
    what = "archive, corrections, issues dropped on the page, standard answers, conversations and votes"
    parser = command(commands, "backup", _backup, f"write {what} into one file, while all go on")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser = command(commands, "restore", _restore, f"bring back {what} from a backup, all or nothing")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--replace", action="store_true", help="give up what the archive holds now")


def _backup(arguments: argparse.Namespace) -> int:
    report = back_up(arguments.file, archive=arguments.archive, databases=[STORE_FILE, NEWSROOM_FILE])
    return _told(report, spoken("写好并读回核对过", "written and read back"), as_json=arguments.json)


def _restore(arguments: argparse.Namespace) -> int:
    report = restore(arguments.file, archive=arguments.archive, replace=arguments.replace)
    code = _told(report, spoken("已恢复", "restored"), as_json=arguments.json)
    now = settings_in_force()
    for name, value in report.settings.items():
        if now.get(name) != value:
            told = spoken(f"备份时 {name} 是 {value}", f"when it was made, {name} was {value}")
            print(f"bulletin: {told}", file=sys.stderr)
    return code


def _told(report: BackupReport, done: str, *, as_json: bool) -> int:
    if as_json:
        print_json({**asdict(report), "file": str(report.file)})
    else:
        told = spoken(
            f"{report.size} 字节，{report.made}；资料库，更正文件 {report.corrections} 个，"
            f"投递的期 {report.issues} 个，旁边的数据库 {report.databases} 个",
            f"{report.size} bytes of {report.made}; the archive, {report.corrections} files of corrections, "
            f"{report.issues} dropped issues, {report.databases} databases beside it",
        )
        print(f"{report.file}: {done}, {told}")
    return 0
