"""Dates as bulletins print them."""

from __future__ import annotations

import re
from datetime import date

_FULL_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*(?:年|[-./_])\s*(?P<month>\d{1,2})\s*(?:月|[-./_])\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    r"|(?<!\d)(?P<compact>(?:19|20)\d{6})(?!\d)"
)


def find_date(text: str) -> date | None:
    """The first complete date in a text (2025年9月13日, 2025-09-13, 20250913), or None. A 31 June is not a date."""
    for match in _FULL_DATE.finditer(text):
        if compact := match["compact"]:
            parts = (int(compact[:4]), int(compact[4:6]), int(compact[6:]))
        else:
            parts = (int(match["year"]), int(match["month"]), int(match["day"]))
        try:
            return date(*parts)
        except ValueError:
            continue
    return None
