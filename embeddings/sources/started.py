"""Programs that reading has started: whoever ends the process that reads ends them, too."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar


def _nobody(_group: int) -> None:
    """Nobody waits."""


on_group: ContextVar[Callable[[int], None]] = ContextVar("on_group", default=_nobody)


@contextmanager
def group_told(group: int) -> Iterator[None]:
    """Tell whoever waits of a group of processes while it lives, and end it with the block."""
    on_group.get()(group)
    try:
        yield
    finally:
        end_group(group)
        on_group.get()(0)


def end_group(group: int) -> None:
    """End a group of processes at once; on Windows, which has none, the process of that number."""
    with suppress(OSError):  # it has ended
        os.killpg(group, signal.SIGKILL) if os.name == "posix" else os.kill(group, signal.SIGTERM)
