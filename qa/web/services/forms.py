"""What is wrong with what was typed into a field."""

from __future__ import annotations

from embeddings import find_date
from qa.i18n import words


def not_a_date(text: str) -> str:
    """What to say of a text that was typed for a date and is none; empty for a date and for nothing."""
    if not text.strip() or find_date(text):
        return ""
    return words("bad_date", text=text.strip()[:20])
