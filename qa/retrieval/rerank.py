"""The best hits, read again by a model that sees question and text together, in a better order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Snapshot
from qa.linear import LinearModel, in_order, stored_model
from qa.query.question import Query
from qa.retrieval.cross_encoder import Reader
from qa.retrieval.stretches import Stretch, read_stretches
from qa.types import Hit, Reading, newer_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIT_FEATURES = (
    "reader",
    "reader, above the others",
    "reader, a span stands",
    "search score",
    "search distinction",
    "first of the search",
    "words covered by article",
)


_ENOUGH = 0.5  # of log-odds that a text answers: after so sure a reading, the further hits are left unread


def look_again(
    query: Query,
    hits: Sequence[Hit],
    reader: Reader,
    snapshot: Snapshot,
    *,
    few: int,
    count: int,
    model: LinearModel | None = None,
) -> list[Hit]:
    """The hits with the first of them read and put in order of the chance that they answer; then the rest.

    A `few` are read, and no more where one of them surely answers; else `count`. A reader that finds no spans, whose
    scale is not known, always reads `count`.
    """
    few = min(few, count)
    readings = _read(query, hits[:few], reader)
    surely = reader.finds_spans and any(reading.log_odds >= _ENOUGH for reading in readings)
    if len(hits[:count]) > few and not surely:
        readings += _read(query, hits[few:count], reader)
    first, rest = hits[: len(readings)], hits[len(readings) :]
    if reader.finds_spans:
        model = model or stored_model("hits", HIT_FEATURES)
        log_odds = model.log_odds(hit_features(query, first, readings, snapshot))
    else:
        # Nothing is fitted for another reader.
        log_odds = np.array([reading.log_odds for reading in readings])
    chances = 1.0 / (1.0 + np.exp(-log_odds))
    read = [
        replace(hit, score=float(chance), reading=reading)
        for hit, chance, reading in zip(first, chances, readings, strict=True)
    ]
    read = newer_first(read)
    return [*read, *(replace(hit, score=hit.score * min(found.score for found in read)) for hit in rest)]


def _read(query: Query, hits: Sequence[Hit], reader: Reader) -> list[Reading]:
    return read_stretches(query.text, [Stretch(hit.article, hit.chunk.start, hit.chunk.end) for hit in hits], reader)


def hit_features(
    query: Query, hits: Sequence[Hit], readings: Sequence[Reading], snapshot: Snapshot
) -> NDArray[np.float64]:
    """What tells a hit that answers from the others of a question, shape (len(hits), len(HIT_FEATURES))."""
    read = np.array([reading.log_odds for reading in readings])
    spans = np.array([reading.span_odds or 0.0 for reading in readings])
    score = np.array([hit.score for hit in hits])
    distinction = np.array([hit.distinction for hit in hits])
    # Of several reports of one event, the question was asked of the one that says most of it.
    articles = [f"{hit.article.heading}\n{hit.article.body}" for hit in hits]
    distinct = list(dict.fromkeys(articles))
    shares = dict(zip(distinct, snapshot.coverage(query.about, distinct), strict=True))
    covered = np.array([shares[article] for article in articles])
    return in_order(
        {
            "reader": read,
            "reader, above the others": read - read.max(),
            "reader, a span stands": spans,
            "search score": score,
            "search distinction": distinction - distinction.max(),
            "first of the search": np.arange(len(hits)) == 0,
            "words covered by article": covered - covered.max(),
        },
        HIT_FEATURES,
    )
