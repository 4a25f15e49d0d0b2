"""The commands of an editor: watch a folder, correct what was read, take an issue back."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

from embeddings.archive.registry import open_archive
from embeddings.cli.archive import (
    EXIT_PARTIAL,
    Subparsers,
    add_build_arguments,
    build_options,
    command,
    print_json,
    print_report,
    report_row,
)
from embeddings.cli.language import explained, spoken
from embeddings.errors import BulletinError, SourceCode, SourceError, UsageCode
from embeddings.ingest.build import BuildReport
from embeddings.ingest.edit import UNCHANGED, correct_article, correct_issue, withdraw
from embeddings.ingest.feeds import FEED_MINUTES, FeedOptions
from embeddings.ingest.watch import SETTLE_SECONDS, WatchOptions, watch
from embeddings.text.dates import find_date


def add_editor_commands(commands: Subparsers) -> None:
    """Add watch, correct and withdraw to a command line."""
    parser = command(
        commands, "watch", _watch, "index what arrives, changes or goes in some folders, until interrupted"
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument(
        "--settle",
        type=float,
        default=SETTLE_SECONDS,
        metavar="SECONDS",
        help="a file is read once it has stayed the same this long (default: %(default)s)",
    )
    parser.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="ask this address (http, https) for an RSS or Atom feed, and keep what it brings in the first folder; "
        "may be given again. Without it nothing is fetched",
    )
    parser.add_argument(
        "--feed-minutes",
        type=float,
        default=FEED_MINUTES,
        metavar="N",
        help="between two questions for a feed, 1 or more (default: %(default)s)",
    )
    add_build_arguments(parser)
    parser = command(commands, "correct", _correct, "correct an article or an issue; the source itself stays as it is")
    parser.add_argument("name", metavar="ARTICLE|ISSUE", help="an article's id, or an issue's name, file name or id")
    for field in ("title", "kicker", "deck", "byline"):
        parser.add_argument(f"--{field}", default=UNCHANGED, metavar="TEXT", help=f"the article's new {field}")
    parser.add_argument("--date", metavar="DATE", help="the article's or the issue's date, such as 2021-08-02")
    parser.add_argument("--name", dest="new_name", metavar="TEXT", help="the issue's new name")
    parser.add_argument(
        "--replace", nargs=2, action="append", default=[], metavar=("OLD", "NEW"), help="words of the article's body"
    )
    parser.add_argument("--drop", action="store_true", help="the article is none: take it out of its issue")
    add_build_arguments(parser)
    parser = command(commands, "withdraw", _withdraw, "take issues out and keep them out; `add FILE` brings one back")
    parser.add_argument("issues", nargs="+", metavar="ISSUE", help="an issue's name, file name, or start of its id")


def _watch(arguments: argparse.Namespace) -> int:
    stop = threading.Event()
    # A service manager ends a watch with SIGTERM; what is being stored is finished first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def tell(report: BuildReport) -> None:
        print_report(report, as_json=arguments.json, quiet=not (report.added or report.replaced or report.removed))

    def complain(error: BulletinError) -> None:
        again = "" if error.code is SourceCode.FEED_GONE else spoken("会再试。", " Trying again.")
        print(f"bulletin: {explained(error)}{again}", file=sys.stderr, flush=True)

    feeds = FeedOptions(tuple(arguments.feed), minutes=arguments.feed_minutes)
    folders = ", ".join(map(str, arguments.folders))
    told = spoken(f"正守着 {folders}（按 Ctrl+C 结束）", f"watching {folders} (Ctrl+C ends it)")
    print(f"bulletin: {told}", file=sys.stderr, flush=True)
    with build_options(arguments) as options:
        watch(
            arguments.folders,
            archive=arguments.archive,
            options=WatchOptions(
                settle_seconds=arguments.settle, feeds=feeds, build=replace(options, on_progress=None)
            ),
            on_report=tell,
            on_error=complain,
            stop=stop,
        )
    return 0


def _correct(arguments: argparse.Namespace) -> int:
    day = _day(arguments.date)
    with open_archive(arguments.archive).snapshot() as snapshot:
        articles = snapshot.read_article(arguments.name)
    with build_options(arguments) as options:
        if articles:
            if arguments.new_name:
                raise SourceError(UsageCode.NAME_OF_ARTICLE)
            report = correct_article(
                arguments.name,
                title=arguments.title,
                kicker=arguments.kicker,
                deck=arguments.deck,
                byline=arguments.byline,
                day=day,
                paragraphs=_replaced(articles[0].body, arguments.replace),
                drop=arguments.drop,
                archive=arguments.archive,
                options=options,
            )
        else:
            texts = (arguments.title, arguments.kicker, arguments.deck, arguments.byline)
            if any(text != UNCHANGED for text in texts) or arguments.replace or arguments.drop:
                raise SourceError(UsageCode.NO_ARTICLE_ID, name=arguments.name)
            report = correct_issue(
                arguments.name, new_name=arguments.new_name, day=day, archive=arguments.archive, options=options
            )
    return print_report(report, as_json=arguments.json)


def _replaced(body: str, replacements: list[list[str]]) -> dict[int, str]:
    """The paragraphs that some replacements change, by number. Raises SourceError for words that are not there."""
    paragraphs = body.split("\n")
    changed: dict[int, str] = {}
    for old, new in replacements:
        places = [number for number, text in enumerate(paragraphs, start=1) if old in text]
        if not old or not places:
            raise SourceError(UsageCode.PHRASE_MISSING, text=old)
        for number in places:
            paragraphs[number - 1] = paragraphs[number - 1].replace(old, new)
            changed[number] = paragraphs[number - 1]
    return changed


def _day(text: str | None) -> date | None:
    day = find_date(text) if text else None
    if text and day is None:
        raise SourceError(UsageCode.BAD_DATE, text=text)
    return day


def _withdraw(arguments: argparse.Namespace) -> int:
    report = withdraw(arguments.issues, archive=arguments.archive)
    if arguments.json:
        print_json(report_row(report))
    else:
        withdrawn, left = report.removed, report.unchanged
        print(
            spoken(
                f"撤回 {withdrawn} 期，还有 {left} 期；`bulletin add 文件` 可以恢复",
                f"issues: {withdrawn} withdrawn, {left} left; `bulletin add FILE` brings one back",
            )
        )
    return EXIT_PARTIAL if report.skipped else 0
