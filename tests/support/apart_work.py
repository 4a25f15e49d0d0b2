"""Work for a process of its own, good and bad. The process imports this module by its name."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Sequence

from embeddings.errors import SourceCode, SourceError
from embeddings.layout.pages import page_done, scan_begins


def whole(text: str, content: bytes) -> list[object]:
    """What it is given, and where it was done."""
    print("a library that prints")
    return [text, content, os.getpid()]


def take_memory(size: int) -> int:
    """Take so many bytes."""
    return len(bytearray(size))


def take_memory_for_a_picture(size: int) -> int:
    """Take so many bytes where a page is read from its picture."""
    scan_begins()
    return take_memory(size)


def take_long() -> None:
    """Be at work for very long, without letting any other thread in."""
    re.match(r"(a|aa)+$", "a" * 64 + "b")


def page_after_page(seconds: Sequence[float]) -> int:
    """Take some seconds for each page."""
    for one in seconds:
        time.sleep(one)
        page_done()
    return len(seconds)


def die() -> None:
    """End as a library with a fault in it ends."""
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> None:
    """Fail in a way that nobody thought of."""
    raise ZeroDivisionError("nobody thought of it")


def refuse() -> None:
    """Fail as a loader does."""
    inner = SourceError(SourceCode.PDF_TOO_MANY_PAGES, n=1234, limit=60)
    raise SourceError(SourceCode.SCAN_UNREADABLE, name="甲.pdf", cause=inner)
