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
from embeddings.layout.pages import on_page
from embeddings.loaders.apart import encoded, write_frame

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 60.0
_GRACE_SECONDS = 10.0  # beyond its time, a process ends itself, should nobody be left to end it


def work() -> None:
    """Do what comes by the standard input, until nothing comes. The second argument is the memory in bytes."""
    answers = _private_output()
    _bound_memory(int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that waits for this one
    while request := _next_request(sys.stdin.buffer):
        target, arguments, seconds = pickle.loads(request)
        _end_after(seconds + _GRACE_SECONDS)

        def page_done(seconds: float = seconds) -> None:
            _end_after(seconds + _GRACE_SECONDS)
            write_frame(answers, {"page": True})

        on_page.set(page_done)
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


def _bound_memory(limit: int) -> None:
    """Let the system refuse more memory than that, where it can; and let it end this process before any other."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # Not RLIMIT_AS: libraries reserve addresses that they never use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000", encoding="ascii")


def _end_after(seconds: float) -> None:
    """Let the system end this process after some time, even in the midst of a library's work; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
