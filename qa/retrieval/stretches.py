"""Stretches of articles as a reader is given them: with the rows of tables told, and read back as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embeddings import Article, ToldRows, told_rows
from qa.retrieval.cross_encoder import Reader, Text
from qa.types import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Stretch(NamedTuple):
    """`article.body[start:end]`."""

    article: Article
    start: int
    end: int


def told(stretch: Stretch) -> str:
    """What a stretch says, where it has rows of a table with the names of the columns."""
    article, start, end = stretch
    rows = told_rows(article.body, start, end)
    return article.body[start:end] if rows is None else rows.text


def read_stretches(question: str, stretches: Sequence[Stretch], reader: Reader) -> list[Reading]:
    """A reading of each stretch, in their order, whose arrays are by the characters that are printed."""
    rows = [told_rows(one.article.body, one.start, one.end) for one in stretches]
    bodies = [
        own.text if own else one.article.body[one.start : one.end] for one, own in zip(stretches, rows, strict=True)
    ]
    texts = [Text(one.article.heading, body) for one, body in zip(stretches, bodies, strict=True)]
    readings = reader.read(question, texts)
    return [
        reading if own is None else _as_printed(reading, own, one.end - one.start)
        for reading, own, one in zip(readings, rows, stretches, strict=True)
    ]


def _as_printed(reading: Reading, rows: ToldRows, size: int) -> Reading:
    """A reading of rows as they are told, by the `size` characters that are printed."""
    if reading.first is None:
        return reading
    places = np.array(rows.places, dtype=np.intp)

    def printed(told_of: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        if told_of is None:
            return None
        values = np.full(size, -np.inf, dtype=np.float32)
        values[places[places >= 0]] = told_of[places >= 0]
        return values

    return replace(reading, first=printed(reading.first), last=printed(reading.last), inside=printed(reading.inside))
