"""The command for what a newsroom fixes. It prints; the library under it does not."""

from __future__ import annotations

import argparse
from pathlib import Path

from embeddings import SourceError
from embeddings.cli.archive import Subparsers, command, print_json
from embeddings.cli.language import spoken
from qa.cli.data import data_folder
from qa.errors import CommandCode
from qa.newsroom.rows import COLUMNS, MAX_CSV_BYTES, answer_cells, read_csv
from qa.newsroom.store import NewsroomStore
from qa.userdata.feedback import as_csv

# Who changes something here has a shell on this machine, and no name on the page.
_WHO = "bulletin"


def add_standard_command(commands: Subparsers) -> None:
    """Add `standard list`, `standard export` and `standard import` to a command line."""
    summary = "answers that the newsroom has fixed, and words that it does not have answered"
    standard = commands.add_parser("standard", help=summary, description=summary)
    actions = standard.add_subparsers(required=True, metavar="ACTION")
    command(actions, "list", _list, "print what is fixed")
    parser = command(actions, "export", _export, "write the standard answers into a CSV file")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser = command(actions, "import", _import, "take the standard answers of a CSV file in, all or none")
    parser.add_argument("file", type=Path, metavar="FILE", help="columns question, variants, answer, source, until")
    parser = command(actions, "decline", _decline, "say which words are not answered, in place of those before")
    parser.add_argument("word", nargs="*", metavar="WORD")
    parser.add_argument("--notice", default="", metavar="TEXT", help="what is shown instead of an answer")


def _store(arguments: argparse.Namespace) -> NewsroomStore:
    return NewsroomStore(data_folder(arguments))


def _list(arguments: argparse.Namespace) -> int:
    rules = _store(arguments).rules()
    if arguments.json:
        for one in rules.answers:
            until = one.until.isoformat() if one.until else None
            print_json({**answer_cells(one), "variants": list(one.variants), "until": until})
        print_json({"declined": list(rules.declined), "notice": rules.notice})
        return 0
    for one in rules.answers:
        until = spoken(f"到 {one.until}", f"until {one.until}") if one.until else ""
        answer = " ".join(one.answer.split())
        print("\t".join(filter(None, (one.question, answer, one.source, until))))
    if rules.declined:
        named = spoken("、", ", ").join(rules.declined)
        print(spoken(f"不回答的词：{named}", f"Not answered: {named}"))
    if not (rules.answers or rules.declined):
        print(spoken("还没有标准答复。", "Nothing is fixed."))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    answers = _store(arguments).rules().answers
    try:
        arguments.file.write_bytes(as_csv([answer_cells(one) for one in answers], COLUMNS).encode("utf-8"))
    except OSError as error:
        raise SourceError(CommandCode.NOT_WRITTEN, name=arguments.file, detail=error.strerror) from error
    return _told(len(answers), arguments)


def _import(arguments: argparse.Namespace) -> int:
    store = _store(arguments)
    try:
        with arguments.file.open("rb") as stream:
            content = stream.read(MAX_CSV_BYTES + 1)
    except OSError as error:
        raise SourceError(CommandCode.FILE_UNREADABLE, path=arguments.file, detail=error.strerror) from error
    return _told(len(store.take_in(read_csv(content), who=_WHO)), arguments)


def _decline(arguments: argparse.Namespace) -> int:
    store = _store(arguments)
    store.decline(arguments.word, notice=arguments.notice, who=_WHO)
    return _told(len(store.rules().declined), arguments)


def _told(count: int, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json({"rows": count})
    else:
        print(spoken(f"{count} 条", f"{count} rows"))
    return 0
