"""By which names an issue goes, and what the searches see of its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embeddings.parsing.tables import headers_above
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue


def goes_by(issue: Issue, name: str) -> bool:
    """Whether an issue is called this: its name, its file's name, or the first six or more digits of its id."""
    wanted = fold(name.strip())
    source = Path(issue.member or issue.source)
    names = {fold(issue.name), fold(source.name), fold(source.stem), fold(issue.source)}
    return bool(wanted) and (wanted in names or (len(wanted) >= 6 and issue.id.startswith(wanted)))


def indexed_texts(heading: str, body: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """What both searches see of the chunks of an article, which go from a start to an end in its body.

    That is its kicker, title and deck, the row that names the columns where a chunk begins within a table, and itself.
    """
    headers = headers_above(body, places)
    return [
        "\n".join(filter(None, (heading, header, body[start:end])))
        for header, (start, end) in zip(headers, places, strict=True)
    ]


def texts_of_chunks(article: Article, chunks: Sequence[Chunk]) -> list[str]:
    """What both searches see of some chunks of an article."""
    return indexed_texts(article.heading, article.body, [(chunk.start, chunk.end) for chunk in chunks])
