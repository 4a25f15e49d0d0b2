"""The other side of `apart`: a process that reads what it is told to, and says what it found."""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import select
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from embeddings.errors import BulletinError, row_of_error
from embeddings.layout.pages import on_page, on_scan
from embeddings.loaders.apart import encoded, write_frame
from embeddings.sources.started import on_group

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 60.0
_GRACE_SECONDS = 10.0  # beyond its time, a process ends itself, should nobody be left to end it


def work() -> None:
    """Do what comes by the standard input, until nothing comes.

    The second and the third argument are the memory in bytes: for all else, and for reading pictures.
    """
    answers = _private_output()
    plain, scan = int(sys.argv[2]), max(int(sys.argv[2]), int(sys.argv[3]))
    _go_first()
    write_frame(answers, {"ready": True})
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that waits for this one
    while request := _next_request(sys.stdin.buffer):
        target, arguments, seconds = pickle.loads(request)
        _end_after(seconds + _GRACE_SECONDS)
        _bound_memory(plain, scan)

        def scan_begins() -> None:
            _bound_memory(scan, scan)
            write_frame(answers, {"scan": True})

        def page_done(seconds: float = seconds) -> None:
            _end_after(seconds + _GRACE_SECONDS)
            write_frame(answers, {"page": True})

        on_group.set(lambda group: write_frame(answers, {"group": group}))
        on_page.set(page_done)
        on_scan.set(scan_begins)
        frame = _done(target, arguments)
        _end_after(0)
        write_frame(answers, frame)
        if "memory" in frame:
            return


def _done(target: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    module, _, name = target.partition(":")
    try:
        return {"result": encoded(getattr(importlib.import_module(module), name)(*arguments))}
    except BulletinError as error:
        return {"error": row_of_error(error)}
    except MemoryError:
        return {"memory": True}
    except Exception as error:
        logger.exception("%s failed", target)
        return {"failed": [type(error).__name__, str(error)]}


def _private_output() -> BinaryIO:
    """What was the standard output, which a library that prints can then not write into."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _next_request(stream: BinaryIO) -> bytes:
    """The next request; empty where none comes any more."""
    if sys.platform != "win32" and not select.select([stream.fileno()], [], [], _IDLE_SECONDS)[0]:
        return b""
    return stream.read(int.from_bytes(stream.read(8), "big"))


def _bound_memory(limit: int, most: int) -> None:
    """Let the system refuse more memory than a limit, where it can; the limit may be raised to `most` later."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # Not RLIMIT_AS: libraries reserve addresses that they never use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _go_first() -> None:
    """Let this process leave no image of its memory, and where all memory is taken, be ended before any other."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000", encoding="ascii")


def _end_after(seconds: float) -> None:
    """Let the system end this process after some time, even in the midst of a library's work; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
