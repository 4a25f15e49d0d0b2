"""Kills of every operation that writes, at Python calls and at system calls."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from .office import OPERATIONS, Office, Operation, put_back

SYSCALL, TRACE_ME = 24, 0  # of ptrace(2)
KILLED = 77


def kill_everything(folder: Path, kills: int) -> int:
    """Print a row of counts an operation, and return how many states were neither old nor new."""
    folder.mkdir()
    print(f"| {'operation':<22} | calls | system calls | kills | old | new | neither | left over |", flush=True)
    print("|---|---|---|---|---|---|---|---|")
    each = max(1, round(kills / len(OPERATIONS) / 2))
    total: Counter[str] = Counter()
    for name, operation in OPERATIONS.items():
        office, kept = Office(folder / "office"), folder / "kept"
        office.make()
        operation.before(office)
        shutil.copytree(office.folder, kept)
        run = _bound(operation, office)
        calls = at_call(run, None)
        new = office.state()
        put_back(office, kept)
        system_calls = at_system_call(run, None)
        put_back(office, kept)
        old = office.state(may_be_damaged=operation.mends)
        counts: Counter[str] = Counter()
        for kill, count in ((at_call, calls), (at_system_call, system_calls)):
            for instant in spread(count, each):
                put_back(office, kept)
                done = kill(run, instant) == 0
                left = _left_unmended if operation.mends else _left
                counts[left(office, operation, old, new, done=done)] += 1
                if operation.comes_back:
                    office.build()  # which removes what was left, as it does after the others
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


def _bound(operation: Operation, office: Office) -> Callable[[], object]:
    return lambda: operation.run(office)


def _left(office: Office, operation: Operation, old: object, new: object, *, done: bool) -> str:
    """What a kill left: old, new, or what is wrong."""
    try:
        found = office.state()
        if not operation.comes_back:
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


def _left_unmended(office: Office, operation: Operation, old: object, new: object, *, done: bool) -> str:
    """What a kill left of an archive that was damaged before: new, or what the same operation makes new."""
    try:
        damaged = office.damage()
        if done and damaged:
            return "an acknowledged change is lost"
        operation.run(office)
        if office.damage() or office.state() != new:
            return "neither"
    except Exception as error:
        return f"unreadable ({type(error).__name__}: {error})"
    return "old" if damaged else "new"


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
