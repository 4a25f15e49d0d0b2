"""How much a file may ask for. Every limit is a setting; a file beyond one is refused with its name."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from embeddings.errors import SourceError

_VARIABLE = "BULLETIN_{}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold. Each is also an environment variable: `max_pages` is BULLETIN_MAX_PAGES."""

    max_bytes: int = 50_000_000  # of the file itself
    max_unpacked_bytes: int = 200_000_000  # of what a ZIP or DOCX file unpacks to
    max_members: int = 1_000  # files in a ZIP file
    max_pages: int = 60  # of a PDF
    max_pixels: int = 60_000_000  # of a picture or a rendered page: a broadsheet at 400 dpi

    @classmethod
    def from_environment(cls) -> Limits:
        """The defaults, with what the environment sets in place of them. Raises SourceError for what is no number."""
        chosen = {}
        for limit in fields(cls):
            variable = _VARIABLE.format(limit.name.upper())
            text = os.environ.get(variable, "")
            if text and not (text.isdecimal() and int(text) > 0):
                raise SourceError(f"{variable} is {text!r}; write a whole number above zero, such as {limit.default}.")
            if text:
                chosen[limit.name] = int(text)
        return cls(**chosen)
