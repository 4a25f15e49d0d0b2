"""Kill every operation that writes, flip bits in every file, fill the disk; count what is left.

usage: python -m benchmarks.faults [--kills 1000] [--flips 300] [--sizes 20] [--seed 0]    (Linux)

Operations work on a small office: an archive, its corrections, a dropped issue, users' data and a backup, with an
encoder that knows no language, since what is measured is what survives. Half of the kills come at a Python call (any
call, `sys.setprofile`), half at a system call (`ptrace`), spread evenly over the whole operation. After each,
everything is opened, checked against its checksums, compared with the states before and after, and built again from
the sources: what was withdrawn or corrected must be so still. Full disks are tmpfs of growing sizes, and need the
right to mount. Prints tables in Markdown, and exits with 1 where a state is neither old nor new, or a flipped bit that
changed something is not found.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import FrameType
from typing import Any

from embeddings import (
    BulletinError,
    add,
    back_up,
    build,
    correct_article,
    correct_issue,
    open_archive,
    preview,
    remove,
    restore,
    take_in,
    tidy,
    withdraw,
)
from embeddings.ingest.build import stale_sources
from embeddings.ingest.corrections import FILE_NAME, read_corrections
from embeddings.sources.atomic import STAGED, UNFINISHED
from embeddings.sources.document import Document
from qa.userdata.store import STORE_FILE, ConversationRevision, RatedAnswer, RetentionLimits, UserStore
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue

USER = "u" * 43
NOW = datetime(2025, 9, 13, 8, tzinfo=timezone.utc)
SYSCALL, TRACE_ME = 24, 0  # of ptrace(2)
KILLED = 77


class Office:
    """Where the operations work."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.issues, self.archive = folder, folder / "issues", folder / "archive"
        self.dropped, self.backup = folder / "dropped", folder / "backup.zip"

    @property
    def users(self) -> UserStore:
        """What users left behind; half of it is too old."""
        return UserStore(self.archive, bounds=RetentionLimits(days=30), now=lambda: NOW)

    def make(self) -> None:
        """Lay out the state before."""
        self.folder.mkdir()
        write_issue(self.issues, "甲.jsonl", [row | {"id": f"a{at}"} for at, row in enumerate(ROWS)])
        write_issue(self.issues, "乙.jsonl", [ROWS[1] | {"id": "b0", "title": "风"}])
        self.build()
        withdraw(["乙.jsonl"], archive=self.archive)
        write_issue(self.dropped, "来稿.jsonl", [{"title": "丁校开学", "text": "丁校开学了。", "id": "d"}])
        old = UserStore(self.archive, bounds=RetentionLimits(days=3000), now=lambda: NOW - timedelta(days=29))
        old.count_unanswered("旧", confidence=0.0)
        self.users.keep(USER, ConversationRevision(), "{}", name="谈话", turns=1)
        with closing(sqlite3.connect(self.archive / STORE_FILE)) as users, users:
            users.execute("DROP TABLE clock")  # which would else doubt a step of a month
        back_up(self.backup, archive=self.archive, databases=[STORE_FILE])

    def build(self, *, full: bool = False) -> None:
        """Bring the archive in step with its folders."""
        folders = [folder for folder in (self.issues, self.archive / "issues") if folder.is_dir()]
        build(folders, archive=self.archive, full=full, encoder=CountingEncoder())

    def conversation(self) -> str:
        """The id of the one conversation."""
        return self.users.conversations(USER)[0].id

    def state(self) -> tuple[object, ...]:
        """All that an operation may change."""
        tidy(self.archive)
        opened = open_archive(self.archive)
        if damage := opened.damage():
            raise RuntimeError("; ".join(damage.lines()))
        with opened.snapshot() as snapshot:
            held = sorted(
                (article.issue.name, article.title, article.byline, chunk.text)
                for chunk, article in snapshot.read_chunks(snapshot.chunk_ids())
            )
            snapshot.search_words("水渠", 5)
        opened.close()
        sources = [
            path
            for folder in (self.issues, self.archive / "issues")
            for path in sorted(folder.glob("*.jsonl"))
            if path.name != FILE_NAME
        ]
        noted = [
            (path.name, one.field, one.becomes)
            for path in sources
            for one in read_corrections(path, Document(path.name, path.read_bytes())).all
        ]
        with closing(sqlite3.connect(self.archive / STORE_FILE)) as users:
            said = [
                users.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
                for table, columns in (
                    ("votes", "question, is_good, word"),
                    ("unanswered", "question, asked"),
                    ("conversations", "name, turns, content"),
                )
            ]
        restored = Office(self.folder / "restored")
        restore(self.backup, archive=restored.archive)  # the backup itself must be whole
        shutil.rmtree(restored.folder)
        return held, noted, [path.name for path in sources], said

    def leftovers(self) -> list[Path]:
        """What should not be there any more."""
        return [path for path in self.folder.rglob("*") if path.name.startswith((UNFINISHED, STAGED))]


def upload(office: Office) -> None:
    """Take in a dropped issue with a correction."""
    (draft,) = preview([office.dropped / "来稿.jsonl"], archive=office.archive).drafts
    (article,) = draft.issue.articles
    wanted = replace(draft.issue, articles=(replace(article, title="开学"),))
    take_in([draft], [wanted], archive=office.archive, encoder=CountingEncoder())


def change_and_build(office: Office) -> None:
    """A build over a changed folder."""
    office.build()


# Each operation, and what goes before it; where it changes nothing that `state` tells, both states are one.
OPERATIONS: dict[str, tuple[Callable[[Office], object], Callable[[Office], object]]] = {
    "build": (lambda office: write_issue(office.issues, "丙.jsonl", [ROWS[2] | {"id": "c"}]), change_and_build),
    "add back": (
        lambda _: None,
        lambda office: add(office.issues / "乙.jsonl", archive=office.archive, encoder=CountingEncoder()),
    ),
    "remove": (lambda _: None, lambda office: remove(["甲"], archive=office.archive)),
    "withdraw": (lambda _: None, lambda office: withdraw(["甲"], archive=office.archive)),
    "correct": (
        lambda _: None,
        lambda office: correct_article(
            "a0", title="新题", byline="甲", archive=office.archive, encoder=CountingEncoder()
        ),
    ),
    "rename": (
        lambda _: None,
        lambda office: correct_issue("甲", new_name="县报", archive=office.archive, encoder=CountingEncoder()),
    ),
    "upload": (lambda _: None, upload),
    "backup": (lambda _: None, lambda office: back_up(office.backup, archive=office.archive, databases=[STORE_FILE])),
    "restore": (
        lambda office: withdraw(["甲"], archive=office.archive),
        lambda office: restore(office.backup, archive=office.archive, replace=True),
    ),
    "vote": (lambda _: None, lambda office: office.users.vote(USER, RatedAnswer("甲？", "乙。"), is_good=True)),
    "rename a conversation": (
        lambda _: None,
        lambda office: office.users.rename(USER, office.conversation(), "新名"),
    ),
    "purge": (
        lambda _: None,
        lambda office: UserStore(office.archive, bounds=RetentionLimits(days=10), now=lambda: NOW).purge(),
    ),
}
_COMES_BACK = {"remove"}  # what is merely removed is added by the next build, and is meant to


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--flips", type=int, default=300)
    parser.add_argument("--sizes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        failed = kill_everything(folder / "kills", arguments.kills) if arguments.kills else 0
        failed += flip_bits(folder / "flips", arguments.flips, arguments.seed) if arguments.flips else 0
        failed += fill_disks(folder / "disks", arguments.sizes) if arguments.sizes else 0
    sys.exit(1 if failed else 0)


# Kills.


def kill_everything(folder: Path, kills: int) -> int:
    """Print a row of counts an operation, and return how many states were neither old nor new."""
    folder.mkdir()
    print(f"| {'operation':<22} | calls | system calls | kills | old | new | neither | left over |", flush=True)
    print("|---|---|---|---|---|---|---|---|")
    each = max(1, round(kills / len(OPERATIONS) / 2))
    total: Counter[str] = Counter()
    for name, (before, operation) in OPERATIONS.items():
        office, kept = Office(folder / "office"), folder / "kept"
        office.make()
        before(office)
        shutil.copytree(office.folder, kept)
        run = _bound(operation, office)
        calls = at_call(run, None)
        new = office.state()
        _put_back(office, kept)
        system_calls = at_system_call(run, None)
        _put_back(office, kept)
        old = office.state()
        counts: Counter[str] = Counter()
        for kill, count in ((at_call, calls), (at_system_call, system_calls)):
            for instant in spread(count, each):
                _put_back(office, kept)
                done = kill(run, instant) == 0
                counts[_left(office, old, new, done=done, comes_back=name in _COMES_BACK)] += 1
                counts["left over"] += bool(office.leftovers())
        total += counts
        row = [counts[column] for column in ("old", "new")]
        neither = sum(counts.values()) - sum(row) - counts["left over"]
        print(
            f"| {name:<22} | {calls} | {system_calls} | {sum(row) + neither} | {row[0]} | {row[1]} | {neither} | "
            f"{counts['left over']} |",
            flush=True,
        )
        shutil.rmtree(office.folder)
        shutil.rmtree(kept)
    wrong = {outcome: count for outcome, count in total.items() if outcome not in ("old", "new", "left over") and count}
    print(
        f"\n{total['old'] + total['new'] + sum(wrong.values())} kills; neither old nor new: {wrong or 0}\n", flush=True
    )
    return sum(wrong.values())


def _bound(operation: Callable[[Office], object], office: Office) -> Callable[[], object]:
    return lambda: operation(office)


def _put_back(office: Office, kept: Path) -> None:
    shutil.rmtree(office.folder)
    shutil.copytree(kept, office.folder)


def _left(office: Office, old: object, new: object, *, done: bool, comes_back: bool) -> str:
    """What a kill left: old, new, or what is wrong."""
    try:
        found = office.state()
        if not comes_back:
            office.build(full=True)
            again = office.state()
            built = (again[0], again[1]) if found == old else (found[0], found[1])
            if found == new and (again[0], again[1]) != built:
                return "undone by the next build"
    except Exception as error:
        return f"unreadable ({type(error).__name__}: {error})"
    if done and found != new:
        return "an acknowledged change is lost"
    return "new" if found == new and (done or found != old) else "old" if found == old else "neither"


def spread(count: int, most: int) -> list[int]:
    """Up to `most` numbers from 1 to `count`, evenly spread."""
    return sorted({1 + round(step * (count - 1) / max(1, most - 1)) for step in range(min(most, count))})


def at_call(run: Callable[[], object], last: int | None) -> int:
    """Do it in a process that dies at a call. Returns 0 when it was done before; without a call, how many there are."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counted = 0

        def watch(_frame: FrameType, event: str, _function: Any) -> None:
            nonlocal counted
            if event in ("call", "c_call"):
                counted += 1
                if counted == last:
                    os._exit(KILLED)

        with _no_farewell():
            sys.setprofile(watch)
            run()
            sys.setprofile(None)
            os.write(writing, str(counted).encode())
    os.close(writing)
    told = os.read(reading, 20)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if last is None:
        return int(told)
    return code


def at_system_call(run: Callable[[], object], last: int | None) -> int:
    """As `at_call`, with the entries into and returns from system calls of the main thread (ptrace)."""
    libc = ctypes.CDLL(None, use_errno=True)
    child = os.fork()
    if child == 0:
        libc.ptrace(TRACE_ME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        with _no_farewell():
            run()
    os.waitpid(child, 0)
    counted, number = 0, 0
    while True:
        libc.ptrace(SYSCALL, child, None, number)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return counted if last is None else os.waitstatus_to_exitcode(status)
        number = os.WSTOPSIG(status)
        if number == signal.SIGTRAP:
            number = 0
            counted += 1
            if counted == last:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return -signal.SIGKILL


@contextmanager
def _no_farewell() -> Iterator[None]:
    """End this process with the block, with 3 where it fails."""
    try:
        yield
    except BaseException:
        os._exit(3)
    os._exit(0)


# Flipped bits.


def flip_bits(folder: Path, flips: int, seed: int) -> int:
    """Print a row of counts a file, and return how many flips changed a text or a vector and were not found."""
    folder.mkdir()
    draw = random.Random(seed)
    office, kept = Office(folder / "office"), folder / "kept"
    office.make()
    rows = [
        {"id": f"m{at}", "title": f"第{at}篇", "text": f"第{at}村的水渠通了水，全长{at}米。" * 15} for at in range(60)
    ]
    write_issue(office.issues, "戊.jsonl", rows)
    office.build()
    shutil.copytree(office.folder, kept)
    before = _contents(office)
    print("| file | flips | found by check | changed a text or a vector | changed and not found |")
    print("|---|---|---|---|---|")
    missed = 0
    segment = max((office.archive / "segments").glob("*/rows"), key=lambda path: path.stat().st_size).parent
    derived = [
        str((segment / name).relative_to(office.archive))
        for name in ("vectors.faiss", "rows", "terms", "days", "segment.json")
    ]
    for name in ("archive.sqlite", *derived, "archive.commits", f"../issues/{FILE_NAME}"):
        found = changed = unseen = 0
        number = flips if name == "archive.sqlite" else max(1, flips // 10)
        for _ in range(number):
            _put_back(office, kept)
            path = office.archive / name
            content = bytearray(path.read_bytes())
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            path.write_bytes(content)
            seen = _is_found(office)
            differs = _contents(office) != before
            found, changed, unseen = found + seen, changed + differs, unseen + (differs and not seen)
        missed += unseen
        print(f"| {name} | {number} | {found} | {changed} | {unseen} |", flush=True)
    refused = 0
    for _ in range(flips // 10):
        _put_back(office, kept)
        content = bytearray(office.backup.read_bytes())
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        office.backup.write_bytes(content)
        try:
            restore(office.backup, archive=folder / "restored")
            shutil.rmtree(folder / "restored")
        except BulletinError:
            refused += 1
    print(f"| backup.zip | {flips // 10} | {refused} refused | | |\n", flush=True)
    shutil.rmtree(office.folder)
    return missed


def _is_found(office: Office) -> bool:
    try:
        opened = open_archive(office.archive)
        found = bool(opened.damage()) or not all(opened.derived_parts().values()) or bool(stale_sources(opened))
        opened.close()
        return found
    except BulletinError:
        return True


def _contents(office: Office) -> object:
    """What an answer is made of, or that it cannot be had."""
    try:
        opened = open_archive(office.archive)
        with opened.snapshot() as snapshot:
            found = [
                (article.issue, article.heading, article.date, chunk.text)
                for chunk, article in snapshot.read_chunks(snapshot.chunk_ids())
            ]
            vectors = snapshot.vectors(snapshot.chunk_ids()).tobytes()
        opened.close()
        return found, vectors
    except BulletinError as error:
        return str(error.code)
    except Exception as error:  # no answer, and no word of ours for it
        return type(error).__name__


# Full disks.


def fill_disks(folder: Path, sizes: int) -> int:
    """Print how operations end on disks of growing sizes, and return how many states were neither old nor new."""
    folder.mkdir()
    counts: Counter[str] = Counter()
    for name in ("build", "correct", "upload", "restore", "vote"):
        before, operation = OPERATIONS[name]
        for free in (4096 * 2 ** (step / 2) for step in range(sizes)):
            try:
                with small_disk(folder / "disk", 64_000_000) as resize:
                    office = Office(folder / "disk" / "office")
                    office.make()
                    before(office)
                    old = office.state()
                    resize(_used(folder / "disk") + int(free))
                    try:
                        operation(office)
                        said = "done"
                    except BulletinError:
                        said = "refused"
                    resize(64_000_000)
                    left = office.state()
                    whole = left != old if said == "done" else left == old or name == "restore"
                    counts[said if whole else f"{name}: neither old nor new"] += 1
            except subprocess.CalledProcessError:
                print("Full disks were not tried: this user may not mount a tmpfs.")
                return 0
            except Exception as error:
                counts[f"{name}: {type(error).__name__}: {error}"] += 1
    print(f"{sum(counts.values())} operations on disks of {sizes} sizes: {dict(counts)}", flush=True)
    return sum(count for outcome, count in counts.items() if outcome not in ("done", "refused"))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[int], None]]:
    """A disk of some bytes in memory, and a function that gives it another size."""
    folder.mkdir(exist_ok=True)

    def mount(options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)

    mount(f"size={size}")
    try:
        yield lambda size: mount(f"remount,size={size}")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _used(folder: Path) -> int:
    usage = shutil.disk_usage(folder)
    return usage.total - usage.free


if __name__ == "__main__":
    main()
