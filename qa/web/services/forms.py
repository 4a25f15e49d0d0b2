"""What is wrong with what was typed into a field."""

from __future__ import annotations

from embeddings import find_date
from qa.i18n import words

_SHOWN_CHARS = 20


def is_date(typed: str) -> bool:
    """Whether a field for a date has one, or nothing."""
    return not typed.strip() or find_date(typed) is not None


def as_shown(typed: str) -> str:
    """What was typed, as far as a remark on it repeats it."""
    return typed.strip()[:_SHOWN_CHARS]


def not_a_date(typed: str) -> str:
    """What to say of a text that was typed for a date and is none; empty for a date and for nothing."""
    return "" if is_date(typed) else words("bad_date", text=as_shown(typed))
