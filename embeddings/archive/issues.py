"""By which names an issue goes, and what the searches see of its chunks."""

from __future__ import annotations

from pathlib import Path

from embeddings.parsing.tables import header_above
from embeddings.text.normalize import fold
from embeddings.types import Issue


def goes_by(issue: Issue, name: str) -> bool:
    """Whether an issue is called this: its name, its file's name, or the first six or more digits of its id."""
    wanted = fold(name.strip())
    source = Path(issue.member or issue.source)
    names = {fold(issue.name), fold(source.name), fold(source.stem), fold(issue.source)}
    return bool(wanted) and (wanted in names or (len(wanted) >= 6 and issue.id.startswith(wanted)))


def indexed_text(heading: str, text: str, before: str = "") -> str:
    """What both searches see of a chunk: its article's kicker, title and deck, then the chunk.

    `before` is the body above it: a chunk that begins within a table has the row that names its columns before it.
    """
    return "\n".join(filter(None, (heading, header_above(before, text), text)))
