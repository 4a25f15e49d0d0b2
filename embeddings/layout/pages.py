"""How far the reading of a file with many pages is: whoever waits for it may give each page its time and memory."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar


def _nobody() -> None:
    """Nobody waits."""


on_page: ContextVar[Callable[[], None]] = ContextVar("on_page", default=_nobody)


on_scan: ContextVar[Callable[[], None]] = ContextVar("on_scan", default=_nobody)


def scan_begins() -> None:
    """Tell whoever waits that a page is read from its picture, which takes more memory than all else."""
    on_scan.get()()


def page_done() -> None:
    """Tell whoever waits that a page is read."""
    on_page.get()()
