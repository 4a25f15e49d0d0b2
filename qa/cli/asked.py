"""The command that tells what users ask. It prints; the library under it does not."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from embeddings import (
    Archive,
    SourceError,
    chosen_model,
    find_date,
    open_encoder,
)
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from qa.cli.data import data_folder
from qa.errors import CommandCode
from qa.i18n import Language
from qa.userdata.asked import AskedStore
from qa.userdata.feedback import as_csv
from qa.userdata.report import GROUP_COLUMNS, QuestionReport, group_row, report
from qa.userdata.store import RetentionLimits, UserStore
from qa.web.html.report import report_page

WEEK, MONTH = 7, 30
_PRINTED = 30  # groups


def add_asked_command(commands: Subparsers) -> None:
    """Add asked to a command line."""
    parser = command(commands, "asked", _asked, "what users ask, by meaning, the unanswered first")
    parser.add_argument("--month", action="store_true", help=f"of {MONTH} days, and not of {WEEK}")
    parser.add_argument("--since", metavar="DATE", help="from this day (UTC) on")
    parser.add_argument("--until", metavar="DATE", help="to this day (UTC), and no further than today")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="all groups as CSV for a spreadsheet")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the report with its plots as a page")


def _asked(arguments: argparse.Namespace) -> int:
    folder = data_folder(arguments)
    first, last = _days(arguments, datetime.now(timezone.utc).date())
    store = UserStore(folder, bounds=RetentionLimits.from_environment())
    archive = Archive.open(arguments.archive)
    settings = archive.settings
    archive.close()
    encoder = open_encoder(chosen_model(None) or (settings.model if settings else None))
    made = report(AskedStore(store).rows(first, last), encoder, first=first, last=last, votes=store.votes())
    if arguments.csv:
        _write(arguments.csv, as_csv(map(group_row, made.groups), GROUP_COLUMNS))
    if arguments.html:
        language = Language(spoken(str(Language.CHINESE), str(Language.ENGLISH)))
        _write(arguments.html, report_page(made, language=language))
    if arguments.json:
        for group in made.groups:
            print_json(group_row(group))
    elif not (arguments.csv or arguments.html):
        _print(made)
    return 0


def _days(arguments: argparse.Namespace, today: date) -> tuple[date, date]:
    """From which day to which, both included."""
    last = _day(arguments.until, CommandCode.BAD_UNTIL) or today
    first = _day(arguments.since, CommandCode.BAD_SINCE)
    first = first or last - timedelta(days=(MONTH if arguments.month else WEEK) - 1)
    last = min(last, today)
    return min(first, last), last


def _day(text: str | None, code: CommandCode) -> date | None:
    day = find_date(text) if text else None
    if text and day is None:
        raise SourceError(code, text=text)
    return day


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise SourceError(CommandCode.NOT_WRITTEN, name=path, detail=error.strerror) from error


def _print(made: QuestionReport) -> None:
    told = spoken(
        f"{made.first} 至 {made.last}：问了 {made.asked} 次，{made.unanswered} 次没有找到答案",
        f"{made.first} to {made.last}: {made.asked} asked, {made.unanswered} without an answer",
    )
    print(told)
    for group in made.groups[:_PRINTED]:
        question = "".join(character for character in group.question if character.isprintable())
        print(f"{group.unanswered}/{group.asked}\t{question}")
