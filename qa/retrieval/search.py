"""Question → passages: dense and lexical search fused, neighbouring chunks merged, near-duplicates shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Filters, Snapshot, folded_pairs
from qa.query.question import Asks, Query
from qa.retrieval.cross_encoder import Reader
from qa.retrieval.rerank import look_again
from qa.types import Hit, Passage, PlacedReading, equally_good, newer_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALLEST_SPREAD = 0.005  # of cosines, for an archive of one or two chunks


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How passages are found. `benchmarks/quality.py` prints what other values give."""

    candidates: int = 100  # taken from each of the two searches
    opened: int = 32  # hits whose articles are read at first, at least as many as `merged_hits` and `read`
    read: int = 6  # of the best hits, so many get a second look where there is a reader
    read_first: int = 4  # ... or so few, if one of these surely answers, or other readers wait
    lexical_weight: float = 0.5  # the rest is the dense search's
    merged_hits: int = 20  # hits that may join a better hit of the same article
    passage_chars: int = 500  # a merged passage is at most this long
    duplicate_overlap: float = 0.9  # share of the shorter text's character pairs that the longer one has too


@dataclass(frozen=True, slots=True, eq=False)
class _Ranking:
    """The chunks that either search returns, best fused score first: ids, scores, and how far each stands out."""

    ids: list[str]
    scores: list[float]
    distinction: list[float]
    dense: dict[str, int]
    lexical: dict[str, int]

    def hits(self, snapshot: Snapshot, count: int) -> list[Hit]:
        """The first of them with their articles: so many, and those that are as good as the last."""
        while 0 < count < len(self.ids) and equally_good(self.scores[count - 1], self.scores[count]):
            count += 1
        found = snapshot.read_chunks(self.ids[:count])
        hits = [
            Hit(chunk, article, score, distinction, self.dense.get(chunk.id), self.lexical.get(chunk.id))
            for (chunk, article), score, distinction in zip(found, self.scores, self.distinction, strict=False)
        ]
        return newer_first(hits)


def find_hits(
    query: Query,
    vector: NDArray[np.float32],
    snapshot: Snapshot,
    *,
    filters: Filters | None = None,
    settings: RetrievalSettings = RetrievalSettings(),
) -> list[Hit]:
    """The chunks that either search returns, best fused score first; of equals the newer, then as in the archive."""
    return _ranking(query, vector, snapshot, filters, settings).hits(snapshot, settings.candidates)


def _ranking(
    query: Query,
    vector: NDArray[np.float32],
    snapshot: Snapshot,
    filters: Filters | None,
    settings: RetrievalSettings,
) -> _Ranking:
    dense = snapshot.search_vectors(vector, settings.candidates, filters=filters)
    lexical = snapshot.search_words(query.about, settings.candidates, filters=filters)
    ids = sorted({scored.chunk_id for scored in dense} | {scored.chunk_id for scored in lexical})
    if not ids:
        return _Ranking([], [], [], {}, {})
    background = (snapshot.sample_vectors() @ vector).astype(np.float64)
    above = snapshot.vectors(ids) @ vector - background.mean()
    distinction = above / max(background.std(), _SMALLEST_SPREAD)
    by_words = {scored.chunk_id: scored.score for scored in lexical}
    others = [chunk_id for chunk_id in ids if chunk_id not in by_words]
    by_words |= dict(zip(others, snapshot.word_scores(query.about, others).tolist(), strict=True))
    words = np.array([by_words[chunk_id] for chunk_id in ids], dtype=np.float32)
    scores = fuse(above, words, lexical_weight=settings.lexical_weight)
    order = sorted(range(len(ids)), key=lambda place: (-scores[place], ids[place]))[: settings.candidates]
    return _Ranking(
        [ids[place] for place in order],
        scores[order].tolist(),
        distinction[order].tolist(),
        {scored.chunk_id: rank for rank, scored in enumerate(dense, start=1)},
        {scored.chunk_id: rank for rank, scored in enumerate(lexical, start=1)},
    )


def fuse(
    above_background: NDArray[np.float64], word_scores: NDArray[np.float32], *, lexical_weight: float
) -> NDArray[np.float64]:
    """One score from two, shape of both.

    Each search is scaled so that its best chunk has 1. BM25 starts at 0. Cosines of E5 models lie between 0.75 and 0.95
    even for nonsense, so what counts is how far a chunk stands out above the question's mean cosine to chunks from all
    over the archive. The scale does not depend on how many candidates are compared.
    """
    dense = _scaled(np.maximum(above_background, 0.0))
    return (1.0 - lexical_weight) * dense + lexical_weight * _scaled(word_scores.astype(np.float64))


def _scaled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    best = float(scores.max())
    return scores / best if best > 0 else np.zeros_like(scores)


def find_passages(
    query: Query,
    vector: NDArray[np.float32],
    snapshot: Snapshot,
    *,
    k: int,
    filters: Filters | None = None,
    settings: RetrievalSettings = RetrievalSettings(),
    reader: Reader | None = None,
) -> list[Passage]:
    """The best `k` passages for a question, best first. Empty when the filters leave nothing."""
    if snapshot.size == 0 or k < 1:
        return []
    if reader is not None:  # which has threads of its own
        return _find(query, vector, snapshot, k, filters, settings, reader, snapshot.computing)
    with snapshot.computing():
        return _find(query, vector, snapshot, k, filters, settings, None, nullcontext)


def _find(
    query: Query,
    vector: NDArray[np.float32],
    snapshot: Snapshot,
    k: int,
    filters: Filters | None,
    settings: RetrievalSettings,
    reader: Reader | None,
    computing: Callable[[], AbstractContextManager[object]],
) -> list[Passage]:
    with computing():
        ranking = _ranking(query, vector, snapshot, filters, settings)
    passages: list[Passage] = []
    # The articles of the first hits are nearly always enough; what comes after them changes none of these passages.
    for count in (max(settings.opened, 2 * k), settings.candidates):
        with computing():
            hits = ranking.hits(snapshot, count)
        if reader is not None and hits:
            hits = look_again(query, hits, reader, snapshot, few=settings.read_first, count=settings.read)
        with computing():
            merged = merge_hits(hits, k=k, settings=settings)
            passages = list(islice(without_duplicates(merged, overlap=settings.duplicate_overlap), k))
        if len(passages) == k or len(hits) >= len(ranking.ids):
            break
    return [_with_byline(passage) if query.asks is Asks.AUTHOR else passage for passage in passages]


def merge_hits(hits: Sequence[Hit], *, k: int, settings: RetrievalSettings) -> list[Passage]:
    """Hits as passages, best first: a hit that touches a better one of its article, and fits, becomes part of it."""
    passages: list[Passage] = []
    of_article: dict[tuple[str, str], list[int]] = {}
    for rank, hit in enumerate(hits, start=1):
        places = of_article.setdefault((hit.article.id, hit.article.issue_id), [])
        place = next((place for place in places if _touches(passages[place], hit)), None)
        if place is not None:
            passage = passages[place]
            start, end = min(hit.chunk.start, passage.start), max(hit.chunk.end, passage.end)
            inside = (start, end) == (passage.start, passage.end)
            if inside or (rank <= max(settings.merged_hits, k) and end - start <= settings.passage_chars):
                passages[place] = replace(
                    passage,
                    text=hit.article.body[start:end],
                    start=start,
                    end=end,
                    readings=(*passage.readings, *_placed(hit)),
                )
                continue
        chunk = hit.chunk
        places.append(len(passages))
        passages.append(
            Passage(
                hit.article,
                chunk.text,
                chunk.start,
                chunk.end,
                score=hit.score,
                distinction=hit.distinction,
                dense_rank=hit.dense_rank,
                lexical_rank=hit.lexical_rank,
                readings=_placed(hit),
            )
        )
    return passages


def _placed(hit: Hit) -> tuple[PlacedReading, ...]:
    return (PlacedReading(hit.chunk.start, hit.chunk.end, hit.reading),) if hit.reading else ()


def _touches(passage: Passage, hit: Hit) -> bool:
    """Whether a hit overlaps a passage of its article or stands right beside it, with nothing but space between."""
    first, second = sorted([(passage.start, passage.end), (hit.chunk.start, hit.chunk.end)])
    return not hit.article.body[first[1] : second[0]].strip()


def without_duplicates(passages: Iterable[Passage], *, overlap: float) -> Iterator[Passage]:
    """Passages whose text a better one does not already say; the order stays."""
    pairs_kept: list[set[str]] = []
    for passage in passages:
        pairs = folded_pairs(passage.text)
        if not any(_overlap(pairs, other) >= overlap for other in pairs_kept):
            pairs_kept.append(pairs)
            yield passage


def _overlap(pairs: set[str], other: set[str]) -> float:
    shorter, longer = sorted((len(pairs), len(other)))
    # A caption inside a long report is no duplicate of it.
    return len(pairs & other) / shorter if shorter * 2 >= longer else 0.0


def _with_byline(passage: Passage) -> Passage:
    byline = passage.article.byline
    return replace(passage, text=f"{passage.text}\n{byline}") if byline else passage
