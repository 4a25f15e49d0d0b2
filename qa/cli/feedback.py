"""The command that gives out what users left behind. It prints; the library under it does not."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import datetime, time, timezone
from pathlib import Path

from embeddings import BulletinError, SourceError, find_date
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from embeddings.ingest.repair import RepairReport
from qa.cli.data import data_folder
from qa.errors import CommandCode
from qa.userdata.feedback import UNANSWERED_COLUMNS, VOTE_COLUMNS, FeedbackRow, as_csv, unanswered_row, vote_row
from qa.userdata.store import RetentionLimits, UserStore

_TO_SCREEN = "-"


def add_feedback_command(commands: Subparsers) -> None:
    """Add feedback to a command line."""
    parser = command(commands, "feedback", _feedback, "give out what users said of answers, or asked in vain")
    parser.add_argument("--unanswered", action="store_true", help="the questions that found no answer, with counts")
    parser.add_argument(
        "--csv", nargs="?", const=_TO_SCREEN, metavar="FILE", help="as CSV for a spreadsheet, into a file or printed"
    )
    parser.add_argument("--since", metavar="DATE", help="only what is of this day (UTC) or later")


def check_users_data(folder: Path, repairs: bool) -> RepairReport:
    """What is wrong with what users left behind at an archive; where it `repairs`, what is intact is kept."""
    store = UserStore(folder)
    try:
        damage = store.damage()
        if not (damage and repairs):
            return RepairReport(left=tuple(damage.lines()))
        kept, lost = store.mend()
    except BulletinError as error:
        return RepairReport(left=(str(error),))
    gone = sum(map(len, lost.missing.values()))
    told = [f"{line}: they are lost" for line in replace(lost, structure=()).lines()]
    return RepairReport((f"users' data: {kept} rows are kept",), tuple(told) if gone else ())


def _feedback(arguments: argparse.Namespace) -> int:
    since = _since(arguments.since)
    folder = data_folder(arguments)
    store = UserStore(folder, bounds=RetentionLimits.from_environment())
    rows: list[FeedbackRow]
    if arguments.unanswered:
        rows = [unanswered_row(one) for one in store.unanswered(since=since)]
    else:
        rows = [vote_row(one) for one in store.votes(since=since)]
    columns = list(UNANSWERED_COLUMNS if arguments.unanswered else VOTE_COLUMNS)
    if arguments.csv is not None:
        _give_out(as_csv(rows, columns), arguments.csv, len(rows))
    elif arguments.json:
        for row in rows:
            print_json(row)
    else:
        _print(rows)
    return 0


def _since(text: str | None) -> datetime | None:
    if not text:
        return None
    day = find_date(text)
    if day is None:
        raise SourceError(CommandCode.BAD_SINCE, text=text)
    return datetime.combine(day, time(), timezone.utc)


def _give_out(text: str, name: str, count: int) -> None:
    content = text.encode("utf-8", "replace")
    if name == _TO_SCREEN:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise SourceError(CommandCode.NOT_WRITTEN, name=name, detail=error.strerror) from error
    print(spoken(f"{count} 行写进 {name}", f"{count} rows in {name}"))


def _print(rows: list[FeedbackRow]) -> None:
    if not rows:
        print(spoken("没有记录。", "Nothing is noted."))
    for row in rows:
        if "asked" in row:
            asked = spoken(f"{row['asked']} 次", f"{row['asked']} times")
            print(f"{asked}\t{row['time']}\t{_line(row['question'])}")
        else:
            sign = "👍" if row["vote"] == "good" else "👎"
            print(f"{sign} {row['time']}\t{_line(row['question'])}\t{_line(row['word'])}")


def _line(text: str) -> str:
    """A text of a stranger on one line, without what would steer a terminal."""
    return " ".join("".join(character for character in text if character.isprintable() or character.isspace()).split())
