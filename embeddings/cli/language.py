"""The language of what commands print between names and figures, and of errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from embeddings.errors import BulletinError

# As POSIX has it: the first that is set decides.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def speaks_english() -> bool:
    """Whether the locale of the terminal is an English one. Chinese is spoken in every other."""
    chosen = next(filter(None, map(os.environ.get, _VARIABLES)), "")
    return chosen.lower().startswith("en")


def spoken(chinese: str, english: str) -> str:
    """What is printed, in the language of the terminal."""
    return english if speaks_english() else chinese


_IN_CHINESE: ContextVar[Callable[[BulletinError], str]] = ContextVar("_IN_CHINESE", default=str)


@contextmanager
def errors_in_chinese(explain: Callable[[BulletinError], str]) -> Iterator[None]:
    """Within the block, `explained` has the Chinese of errors from here; without it, it says them in English."""
    token = _IN_CHINESE.set(explain)
    try:
        yield
    finally:
        _IN_CHINESE.reset(token)


def explained(error: Exception) -> str:
    """What went wrong and what would help, in the language of the terminal; an error of another kind as it is."""
    if speaks_english() or not isinstance(error, BulletinError):
        return str(error)
    return str(_IN_CHINESE.get()(error))
