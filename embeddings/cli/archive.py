"""The commands that make and look after an archive. They print; the library under them does not."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from embeddings.archive.base import ArchiveReader
from embeddings.archive.codec import article_to_row
from embeddings.archive.registry import open_archive
from embeddings.cli.language import explained, spoken
from embeddings.cli.signals import ending_in_order
from embeddings.config import archive_folder, archive_location
from embeddings.encoders.bundled import BUNDLED_MODEL, bundled_damage, bundled_folder
from embeddings.encoders.encoder import open_encoder
from embeddings.errors import BulletinError, SourceError, UsageCode
from embeddings.ingest.build import BuildOptions, BuildReport, Progress, add, build, remove, stale_sources
from embeddings.ingest.copying import copy_archive
from embeddings.ingest.plan import Omission
from embeddings.ingest.repair import RepairReport, repair
from embeddings.loaders.registry import read_issues
from embeddings.types import Article, Issue

DEFAULT_SOURCE = "bulletins"

_OMITTED = {
    Omission.WHOLE: ("没有收", "left out"),
    Omission.PART: ("有一部分没有收：", "left out of"),
    Omission.PASSED_OVER: ("跳过", "passed over"),
}

EXIT_PARTIAL = 1  # done, but something was left out or found wrong
EXIT_ERROR = 2  # not done

Subparsers = Any  # argparse's own type for this is private


# Checks what lies beside the archive in its folder and, where it is told to, mends it.
CheckBeside = Callable[[Path, bool], RepairReport]


def add_commands(commands: Subparsers, *, check_beside: CheckBeside | None = None) -> None:
    """Add build, add, remove, list, show, copy, parse and check to a command line."""
    _add_build(commands)
    parser = command(commands, "remove", _remove, "take issues out of the archive")
    parser.add_argument("issues", nargs="+", metavar="ISSUE", help="an issue's name, file name, or start of its id")
    parser = command(commands, "list", _list, "list the issues in the archive, newest first")
    parser.add_argument("--limit", type=_whole_number, metavar="N", help="list at most so many (default: all)")
    parser.add_argument("--skip", type=_whole_number, default=0, metavar="N", help="leave out so many of the newest")
    parser = command(commands, "show", _show, "print an issue or an article")
    parser.add_argument("name", metavar="ISSUE|ARTICLE", help="an article's id, or an issue's name, file name or id")
    parser = commands.add_parser("copy", help="let an archive hold what another one holds, without encoding")
    parser.add_argument("source", metavar="FROM", help="a folder, or the URL of another engine's archive")
    parser.add_argument("target", metavar="TO", help="the same; made where there is none")
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="for a build to finish")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_copy)
    parser = commands.add_parser("parse", help="print the articles of a file as JSON Lines, without an archive")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.set_defaults(run=_parse)
    parser = command(
        commands, "check", _check, "say whether the archive is whole, what model it has, and what is stale"
    )
    parser.set_defaults(check_beside=check_beside)
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mend what is damaged from the source files, from what was read of them before, and with the model",
    )


def _add_build(commands: Subparsers) -> None:
    parser = command(commands, "build", _build, "make the archive hold exactly the issues in some files and folders")
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help=f"files or folders (default: {DEFAULT_SOURCE})"
    )
    parser.add_argument("--full", action="store_true", help="read and encode everything again")
    adder = command(commands, "add", _add, "add or replace issues and leave the others alone")
    adder.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    for each in (parser, adder):
        add_build_arguments(each)
        each.add_argument(
            "--ray", metavar="ADDRESS", help="encode on a Ray cluster: HOST:6379, auto, ray://HOST:10001, or local"
        )


def add_build_arguments(parser: argparse.ArgumentParser) -> None:
    """`--model` and `--wait`, the same on every command that changes an archive."""
    parser.add_argument("--model", help="a sentence-transformers folder or hub name (default: the bundled model)")
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="for another build to finish")


def command(
    commands: Subparsers, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    """A command that has an archive."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    add_common_arguments(parser)
    parser.set_defaults(run=run)
    return parser


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """`--archive DIR` and `--json`, the same on every command that has an archive."""
    parser.add_argument(
        "--archive", metavar="DIR", help="the archive folder (default: BULLETIN_ARCHIVE, else `archive`)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run_command(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> int:
    """Parse a command line and run it: 0 done, 1 done in part, 2 not done, with one line on stderr that says why.

    130 after Ctrl+C; SIGTERM raises SystemExit with 143, once all is put away.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    parsed = parser.parse_args(arguments)
    try:
        with ending_in_order():
            code: int = parsed.run(parsed)
        sys.stdout.flush()
    except BulletinError as error:
        print(f"bulletin: {explained(error)}", file=sys.stderr)
        return EXIT_ERROR
    except BrokenPipeError:
        # Whoever took our output has left (`| head`); keep the interpreter from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PARTIAL
    except KeyboardInterrupt:
        print(f"bulletin: {spoken('已停止', 'stopped')}", file=sys.stderr)
        return 130
    return code


def print_json(value: object) -> None:
    """One JSON value on one line, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _build(arguments: argparse.Namespace) -> int:
    with build_options(arguments) as options:
        report = build(
            arguments.paths or [DEFAULT_SOURCE],
            archive=arguments.archive,
            options=replace(options, full=arguments.full, ray=arguments.ray),
        )
    return print_report(report, as_json=arguments.json)


def _add(arguments: argparse.Namespace) -> int:
    with build_options(arguments) as options:
        report = add(arguments.paths, archive=arguments.archive, options=replace(options, ray=arguments.ray))
    return print_report(report, as_json=arguments.json)


@contextmanager
def build_options(arguments: argparse.Namespace) -> Iterator[BuildOptions]:
    """Options that show a progress bar on a terminal and say who holds the lock."""
    from tqdm import tqdm

    bar: tqdm[Any] = tqdm(unit=spoken("片段", "chunk"), disable=None, leave=False)

    def show(progress: Progress) -> None:
        bar.set_description(spoken("读取", "reading") if progress.file else spoken("编码", "encoding"), refresh=False)
        if progress.file:
            bar.set_postfix_str(f"{progress.file}, file {progress.files_done + 1} of {progress.files}")
            return
        bar.total = progress.chunks  # so that the bar tells chunks a second and the time left
        bar.set_postfix_str(f"{progress.articles_done}/{progress.articles} articles", refresh=False)
        bar.update(progress.chunks_done - bar.n)

    try:
        yield BuildOptions(model=arguments.model, wait_seconds=arguments.wait, on_progress=show, on_wait=_waiting)
    finally:
        bar.close()


def _waiting(holder: str) -> None:
    print(f"bulletin: {spoken(f'正在等 {holder}', f'waiting for {holder}')}", file=sys.stderr)


def _left_out(omission: Omission, what: str, error: BulletinError) -> None:
    print(f"bulletin: {spoken(*_OMITTED[omission])} {what}: {explained(error)}", file=sys.stderr)


def print_report(report: BuildReport, *, as_json: bool, quiet: bool = False) -> int:
    """Say what a build did, and on stderr what it left out; `quiet`, only the latter. Returns the exit code."""
    for skipped in report.skipped:
        _left_out(skipped.omission, skipped.path, skipped.error)
    for line in report.stale_corrections:
        print(f"bulletin: {line}", file=sys.stderr)
    if as_json:
        print_json(report_row(report))
    elif not quiet:
        print(
            spoken(
                f"期：新增 {report.added}，换新 {report.replaced}，去掉 {report.removed}，未变 {report.unchanged}\n"
                f"段落：新算 {report.chunks_encoded}，沿用 {report.chunks_reused}；读了 {report.articles} 篇，"
                f"{report.seconds:.1f} 秒",
                f"issues: {report.added} added, {report.replaced} replaced, {report.removed} removed, "
                f"{report.unchanged} unchanged\n"
                f"chunks: {report.chunks_encoded} encoded, {report.chunks_reused} reused, "
                f"of {report.articles} articles read; {report.seconds:.1f} s",
            ),
            flush=True,
        )
    return EXIT_PARTIAL if any(one.omission is not Omission.PASSED_OVER for one in report.skipped) else 0


def report_row(report: BuildReport) -> dict[str, Any]:
    """A report as JSON gives it: what was left out with the code of its error and the reason in English."""
    left_out = [
        {"path": one.path, "omission": str(one.omission), "code": str(one.error.code), "reason": one.reason}
        for one in report.skipped
    ]
    return {**asdict(replace(report, skipped=())), "skipped": left_out}


def _remove(arguments: argparse.Namespace) -> int:
    report = remove(arguments.issues, archive=arguments.archive)
    if arguments.json:
        print_json(asdict(report))
    else:
        removed, left = report.removed, report.unchanged
        print(spoken(f"去掉 {removed} 期，还有 {left} 期", f"issues: {removed} removed, {left} left"))
    return 0


def _copy(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    bar: tqdm[Any] = tqdm(unit=spoken("期", "issue"), disable=None, leave=False)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    with bar:
        report = copy_archive(
            arguments.source,
            arguments.target,
            wait_seconds=arguments.wait,
            on_wait=_waiting,
            on_progress=show,
        )
    if arguments.json:
        print_json(asdict(report))
    else:
        issues, present, chunks = report.issues, report.present, report.chunks
        print(
            spoken(
                f"抄了 {issues} 期、{chunks} 段，原有 {present} 期",
                f"issues: {issues} copied, {present} there before; chunks: {chunks} copied",
            )
        )
    return 0


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 0 or more")
    return int(text)


def _list(arguments: argparse.Namespace) -> int:
    with _open(arguments).snapshot() as snapshot:
        entries = snapshot.issues()[arguments.skip :][: arguments.limit]
    if arguments.json:
        print_json(
            [
                {
                    **issue_row(entry.issue),
                    "articles": entry.articles,
                    "chunks": entry.chunks,
                    "characters": entry.characters,
                }
                for entry in entries
            ]
        )
        return 0
    for entry in entries:
        day = entry.issue.date.isoformat() if entry.issue.date else _date_unknown()
        file = Path(entry.issue.source).name + (f"/{entry.issue.member}" if entry.issue.member else "")
        articles = spoken(f"{entry.articles} 篇", f"{entry.articles} article{'s' * (entry.articles != 1)}")
        print(f"{day}\t{entry.issue.id[:8]}\t{articles}\t{entry.issue.name}\t{file}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with _open(arguments).snapshot() as snapshot:
        articles = snapshot.read_article(arguments.name)
        issues = [] if articles else snapshot.read_issue(arguments.name)
    if not articles and not issues:
        raise SourceError(UsageCode.NOTHING_CALLED, name=arguments.name)
    for article in articles:
        print_json(article_row(article)) if arguments.json else _print_article(article)
    for issue in issues:
        if arguments.json:
            print_json({**issue_row(issue), "articles": [article_row(article) for article in issue.articles]})
            continue
        print(f"{issue.name}\t{issue.date or _date_unknown()}\t{issue.source}")
        for article in issue.articles:
            title = article.title or f"{spoken('[图片说明]', '[caption]')} {article.body[:30]}"
            print(f"  {article.id}\t{article.section}\t{title}")
    return 0


def _date_unknown() -> str:
    return spoken("日期不详", "date unknown")


def _print_article(article: Article) -> None:
    lines = [
        article.kicker,
        article.title,
        article.deck,
        " · ".join(filter(None, [article.issue.name, str(article.date or _date_unknown()), article.section])),
    ]
    print("\n".join([*filter(None, [*lines, article.byline]), "", article.body, ""]))


def issue_row(issue: Issue) -> dict[str, Any]:
    """An issue without its articles, for JSON."""
    return {
        "id": issue.id,
        "name": issue.name,
        "date": issue.date.isoformat() if issue.date else None,
        "source": issue.source,
        "member": issue.member,
    }


def article_row(article: Article) -> dict[str, Any]:
    """An article, for JSON. `text` is the body once more, by the name that issues in JSON Lines have for it."""
    return {"id": article.id, **article_to_row(article), "issue": article.issue.name, "text": article.body}


def _parse(arguments: argparse.Namespace) -> int:
    is_partial = False
    for file in arguments.files:
        fields = ("kicker", "title", "deck", "kind", "byline", "section", "body")
        issues, left_out = read_issues(file)
        for skipped in left_out:
            _left_out(Omission.PART, file.name, skipped)
        articles = [{name: str(getattr(one, name)) for name in fields} for issue in issues for one in issue.articles]
        print_json({"page": file.name, "articles": articles})
        is_partial = is_partial or bool(left_out)
    return EXIT_PARTIAL if is_partial else 0


def _check(arguments: argparse.Namespace) -> int:
    mended = repair(arguments.archive) if arguments.repair else RepairReport()
    archive = _open(arguments)
    folder = archive_folder(arguments.archive)
    if arguments.check_beside and folder:
        beside: RepairReport = arguments.check_beside(folder, arguments.repair)
        mended = RepairReport((*mended.mended, *beside.mended), (*mended.left, *beside.left))
    cached = bundled_damage() if _uses_bundled(archive) else []
    if cached and arguments.repair:
        bundled_folder()
        mended = replace(mended, mended=(*mended.mended, "the model in the user's cache is written anew"))
    elif cached:
        mended = replace(mended, left=(*mended.left, f"the model in the user's cache is damaged: {', '.join(cached)}"))
    wrong = [*mended.left, *(line for line in archive.damage().lines() if line not in mended.left)]
    settings, counts, stale = None, {}, []
    try:
        settings = archive.settings
        if settings is not None and open_encoder(settings.model).fingerprint != settings.fingerprint:
            wrong.append(f"the weights of {settings.model} are not those it was built with")
        with archive.snapshot() as snapshot:
            counts = {"issues": len(snapshot.issues()), "chunks": snapshot.size}
        stale = stale_sources(archive)
    except BulletinError as error:
        wrong.append(str(error))
    row = {
        "whole": not wrong,
        "wrong": wrong,
        "mended": list(mended.mended),
        "settings": asdict(settings) if settings else None,
        **counts,
        "derived": archive.derived_parts(),
        "stale": stale,
    }
    if arguments.json:
        print_json(row)
    else:
        _print_check(row, archive_location(arguments.archive))
    return EXIT_PARTIAL if wrong else 0


def _uses_bundled(archive: ArchiveReader) -> bool:
    try:
        settings = archive.settings
        return settings is not None and settings.model == BUNDLED_MODEL
    except BulletinError:
        return False


def _print_check(row: dict[str, Any], location: str) -> None:
    if "issues" in row:
        issues, chunks = row["issues"], row["chunks"]
        counted = spoken(f"{issues} 期，{chunks} 段", f"{issues} issues, {chunks} chunks")
        print(f"{spoken('资料库', 'archive')}: {location}, {counted}")
    if settings := row["settings"]:
        dimensions = spoken(f"{settings['dimension']} 维", f"{settings['dimension']} dimensions")
        print(f"{spoken('模型', 'model')}: {settings['model']} ({settings['fingerprint']}, {dimensions})")
    for name, fresh in row["derived"].items():
        behind = spoken(
            "没有或跟不上；下次编库之前在内存里另做",
            "missing or out of step; made again in memory until the next build",
        )
        print(f"{name}: {spoken('一致', 'in step') if fresh else behind}")
    for what, heading in (("mended", "已修复"), ("stale", "与原文件不一致"), ("wrong", "有问题")):
        for line in row[what]:
            print(f"{spoken(heading, what)}: {line}")
    broken = spoken(
        "不完好；`bulletin check --repair` 能补的都补上",
        "not whole; `bulletin check --repair` mends what can be mended",
    )
    print(spoken("完好", "whole") if row["whole"] else broken)


def _open(arguments: argparse.Namespace) -> ArchiveReader:
    return open_archive(arguments.archive)
