"""SIGTERM ends a command as Ctrl+C does: what it was at work on is put away first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

EXIT_TERMINATED = 128 + signal.SIGTERM


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Within the block, SIGTERM raises SystemExit (143), so that blocks and files are closed on the way out.

    Python itself raises KeyboardInterrupt for SIGINT; where whoever started the process had it ignored, as a shell does
    for what it starts in the background, that is made so here. Outside the main thread, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(EXIT_TERMINATED)

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, end),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
