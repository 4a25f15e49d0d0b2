"""Ending a process in the middle of an operation, at every call by which it could change a disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# What writes, renames, locks or commits, by the name of the C function.
_TELLING = {
    "execute",
    "executemany",
    "executescript",
    "replace",
    "rename",
    "fsync",
    "unlink",
    "write",
    "close",
    "backup",
}
_KILLED = 77


def calls_of(operation: Callable[[], object]) -> int:
    """How many of its calls an operation can be killed at. It is done in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counted = _watched(operation, None)
        os.write(writing, str(counted).encode())
        os._exit(0)
    os.close(writing)
    told = os.read(reading, 20)
    os.close(reading)
    os.waitpid(child, 0)
    return int(told)


def kill_at(operation: Callable[[], object], call: int) -> bool:
    """Do an operation in a process of its own that dies at a call. Returns whether it was done before."""
    child = os.fork()
    if child == 0:
        try:
            _watched(operation, call)
        except BaseException:
            os._exit(3)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, _KILLED)
    return code == 0


def spread(count: int, most: int) -> list[int]:
    """Up to `most` numbers from 1 to `count`, evenly spread, with the first and the last."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / (most - 1)) for step in range(most)})


def _watched(operation: Callable[[], object], last: int | None) -> int:
    counted = 0

    def watch(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal counted
        if event in ("c_call", "c_return") and getattr(function, "__name__", "") in _TELLING:
            counted += 1
            if counted == last:
                os._exit(_KILLED)

    sys.setprofile(watch)
    try:
        operation()
    finally:
        sys.setprofile(None)
    return counted
