"""The language of the few words that commands print between names and figures."""

from __future__ import annotations

import os

# As POSIX has it: the first that is set decides.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def speaks_english() -> bool:
    """Whether the locale of the terminal is an English one. Chinese is spoken in every other."""
    chosen = next(filter(None, map(os.environ.get, _VARIABLES)), "")
    return chosen.lower().startswith("en")


def spoken(chinese: str, english: str) -> str:
    """What is printed, in the language of the terminal."""
    return english if speaks_english() else chinese
