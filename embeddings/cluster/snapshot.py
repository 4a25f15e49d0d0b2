"""One generation of an archive on a cluster, and the searches over it.

Milvus names candidates; PostgreSQL, in one transaction, has what is scored and shown. So scores are those of the local
archive, whatever index Milvus keeps, and what Milvus has of another state is never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.archive.base import Filters, IssueEntry, ScoredChunk, Snapshot
from embeddings.archive.issues import IssueNames, newest_first
from embeddings.cluster.collection import MOST_FOUND, ChunkCollection, visible
from embeddings.cluster.connection import Connection
from embeddings.cluster.rows import (
    ISSUE_COLUMNS,
    ISSUE_WIDTH,
    ClusterSettings,
    articles_where,
    issue_from,
    section_hash,
    texts_of,
    unpacked,
    vectors_by_chunk,
)
from embeddings.cluster.terms import WordScores, as_signed, term_hashes
from embeddings.errors import ArchiveCode, ArchiveError, ArgumentError, UsageCode
from embeddings.index.terms import TermStatistics, have_all_terms
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ID_DIGITS = 10  # so that ids sort as their keys do
_SAMPLE = 256
_SPARE = 32  # candidates beyond those asked for, so that ties and what is scored a little otherwise find their place
_MOST_SCANNED = 200_000  # chunks that no collection has yet, and that are searched one by one
_BLOCK = 5_000  # of these at a time
_HAS_CHUNKS = "EXISTS (SELECT FROM chunks c WHERE c.article_key = a.article_key)"
_NEWEST_FIRST = "a.date DESC NULLS LAST, a.article_key"

Scored = dict[int, float]


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a generation is made of, read once: what the archive says of itself, and what the collection lacks.

    `departed` are issues that are gone and may still be in the collection, `pending` those that it has not yet.
    """

    settings: ClusterSettings
    departed: frozenset[int]
    pending: tuple[int, ...]

    @classmethod
    def read(cls, connection: Connection, settings: ClusterSettings) -> ClusterState:
        """The state that a transaction sees."""
        departed = connection.execute("SELECT issue_key FROM departed").fetchall()
        pending = connection.execute("SELECT issue_key FROM issues WHERE NOT indexed ORDER BY issue_key").fetchall()
        return cls(settings, frozenset(key for (key,) in departed), tuple(key for (key,) in pending))

    @property
    def generation(self) -> int:
        """The number of the generation."""
        return self.settings.number("generation")


class ClusterListing:
    """The issues of a generation, by key and as they are listed."""

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.keys = [row[0] for row in rows]
        self.issues = [issue_from(row[1 : ISSUE_WIDTH + 1]) for row in rows]
        self._counts = [row[ISSUE_WIDTH + 1 :] for row in rows]
        self.names = IssueNames(self.issues)

    @classmethod
    def read(cls, connection: Connection) -> ClusterListing:
        """Those that a transaction sees."""
        query = f"SELECT i.issue_key, {ISSUE_COLUMNS}, articles, chunks, characters FROM issues i ORDER BY i.issue_key"
        return cls(connection.execute(query).fetchall())

    @cached_property
    def entries(self) -> list[IssueEntry]:
        """The issues with their counts, newest first, those of unknown date last."""
        return [IssueEntry(self.issues[place], *self._counts[place]) for place in newest_first(self.issues)]


class ClusterSnapshot(Snapshot):
    """One generation: a transaction that reads, and the collection that was in force when it began."""

    def __init__(
        self,
        connection: Connection,
        state: ClusterState,
        *,
        collection: Callable[[str], ChunkCollection],
        listing: Callable[[], ClusterListing],
    ) -> None:
        self._connection = connection
        self._state = state
        self._collection_called = collection
        self._listed = listing

    @property
    def generation(self) -> str:
        """Names the state."""
        return generation_name(self._state.settings)

    @property
    def size(self) -> int:
        """The number of chunks."""
        return self._state.settings.number("chunks")

    def chunk_ids(self) -> list[str]:
        """The ids of all chunks, in order."""
        rows = self._connection.execute("SELECT chunk_key FROM chunks ORDER BY chunk_key").fetchall()
        return [_chunk_id(key) for (key,) in rows]

    # Searches.

    def search_vectors(
        self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None
    ) -> list[ScoredChunk]:
        """The `k` chunks nearest to a unit vector, by cosine, best first, ties by id."""
        narrowed = self._narrowed(filters)
        if not self.size or k < 1 or narrowed is None:
            return []
        question = np.asarray(vector, dtype=np.float32)
        wanted = _padded(question)

        def cosines(keys: Sequence[int]) -> Scored:
            return self._cosines(keys, question)

        found = cosines([key for key, _ in self._candidates("dense", wanted, k + _SPARE, narrowed)])
        self._scan(narrowed, cosines, found)
        return _best(found, k)

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredChunk]:
        """The `k` chunks with the highest BM25 score, best first, ties by id; those that share no term are left out."""
        narrowed = self._narrowed(filters)
        words = self._words(question)
        sparse = words.sparse
        if not sparse or k < 1 or narrowed is None:
            return []

        def score(keys: Sequence[int]) -> Scored:
            return {key: one for key, one in self._word_scores(keys, words).items() if one > 0}

        limit, found = 2 * k + _SPARE, {}
        while True:
            candidates = self._candidates("terms", sparse, limit, narrowed)
            found.update(score([key for key, _ in candidates if key not in found]))
            if len(candidates) < limit or limit >= MOST_FOUND or self._is_beyond(candidates[-1][1], found, k):
                break
            limit = min(2 * limit, MOST_FOUND)
        self._scan(narrowed, score, found)
        return _best(found, k)

    def _is_beyond(self, last: float, found: Scored, k: int) -> bool:
        """Whether no candidate after the last can be among the best `k`.

        The collection weighs words by a mean length of its own, by which a score is wrong by no more than the ratio of
        that and the true one.
        """
        if len(found) < k:
            return False
        settings = self._state.settings
        drift = max(1.0, settings.mean_length / float(settings["collection_mean"] or 1.0))
        return last * drift * (1 + 1e-4) < sorted(found.values(), reverse=True)[k - 1]

    def _candidates(
        self, field: str, wanted: NDArray[np.float32] | Mapping[int, float], limit: int, narrowed: _Narrowed
    ) -> list[tuple[int, float]]:
        name = self._state.settings["collection"]
        if not name:
            return []
        where = " and ".join(filter(None, (visible(self._state.generation, self._state.departed), narrowed.milvus)))
        return self._collection_called(name).search(field, wanted, limit, where=where)

    def _scan(self, narrowed: _Narrowed, score: Callable[[Sequence[int]], Scored], found: Scored) -> None:
        """Score what the collection does not have yet."""
        if not self._state.pending:
            return
        rows = self._connection.execute(
            f"SELECT chunk_key FROM chunks JOIN articles a USING (article_key) WHERE {narrowed.sql} "
            "AND a.issue_key = ANY(%s) ORDER BY chunk_key LIMIT %s",
            (*narrowed.values, list(self._state.pending), _MOST_SCANNED + 1),
        ).fetchall()
        if len(rows) > _MOST_SCANNED:
            raise ArchiveError(ArchiveCode.INDEX_BEHIND, n=len(self._state.pending))
        keys = [key for (key,) in rows if key not in found]
        for start in range(0, len(keys), _BLOCK):
            found.update(score(keys[start : start + _BLOCK]))

    def _cosines(self, keys: Sequence[int], question: NDArray[np.float32]) -> Scored:
        vectors = vectors_by_chunk(self._connection, keys, len(question))
        if not vectors:
            return {}
        scores = halved(np.stack(list(vectors.values()))) @ question
        return dict(zip(vectors, scores.tolist(), strict=True))

    def _word_scores(self, keys: Sequence[int], words: WordScores) -> Scored:
        texts = texts_of(self._connection, "c.chunk_key = ANY(%s)", (list(keys),)) if keys else []
        scores = words.of([text for _, text in texts])
        return {key: score for (key, _), score in zip(texts, scores.tolist(), strict=True)}

    def _narrowed(self, filters: Filters | None) -> _Narrowed | None:
        """What some filters leave, for both services; None where it can be nothing."""
        filters = filters or Filters()
        sql: list[tuple[str, object]] = []
        milvus = []
        if filters.since is not None:
            sql.append(("a.date >= %s", filters.since))
            milvus.append(f"day >= {filters.since.toordinal()}")
        if filters.until is not None:
            sql.append(("a.date <= %s", filters.until))
            milvus.append(f"day > 0 and day <= {filters.until.toordinal()}")
        if filters.issue is not None:
            listing = self._listed()
            keys = [listing.keys[place] for place in listing.names.places(filters.issue)]
            if not keys:
                return None
            sql.append(("a.issue_key = ANY(%s)", keys))
            milvus.append(f"issue in {keys}")
        if filters.section is not None:
            section = section_hash(filters.section)
            sql.append(("a.section_hash = %s", section))
            milvus.append(f"section == {section}")
        conditions = " AND ".join(condition for condition, _ in sql)
        return _Narrowed(conditions or "true", [value for _, value in sql], " and ".join(milvus))

    # Articles.

    def find_phrase(self, phrase: str, *, filters: Filters | None = None) -> list[Article]:
        """Every article whose title or body has a phrase; newest first, then as printed."""
        wanted = fold(phrase).strip()
        narrowed = self._narrowed(filters)
        if not wanted or narrowed is None:
            return []
        # An article that has the phrase has each of its terms.
        found = articles_where(
            self._connection,
            f"{narrowed.sql} AND a.terms @> %s::int[] AND {_HAS_CHUNKS}",
            [*narrowed.values, term_hashes(wanted)],
            order=_NEWEST_FIRST,
        )
        return [article for _, article in found if wanted in fold(f"{article.heading}\n{article.body}")]

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        narrowed = self._narrowed(filters)
        if narrowed is None:
            return []
        found = articles_where(
            self._connection, f"{narrowed.sql} AND {_HAS_CHUNKS}", narrowed.values, order=_NEWEST_FIRST
        )
        return [article for _, article in found]

    # Terms.

    def _words(self, question: str) -> WordScores:
        mean = self._state.settings.mean_length
        return WordScores(question, self._frequencies, size=self.size, mean_length=mean)

    def _frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """In how many chunks each of some terms stands, shape of `terms`."""
        rows = self._connection.execute(
            "SELECT term, chunks FROM terms WHERE term = ANY(%s)", (list(set(as_signed(terms))),)
        )
        counts: dict[int, int] = dict(rows.fetchall())
        return np.array([counts.get(term, 0) for term in as_signed(terms)], dtype=np.int64)

    def word_scores(self, question: str, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(chunk_ids),)."""
        keys = _chunk_keys(chunk_ids)
        found = self._word_scores(keys, self._words(question))
        return np.array([_of(found, key, chunk) for key, chunk in zip(keys, chunk_ids, strict=True)], dtype=np.float32)

    def term_statistics(self, text: str) -> TermStatistics:
        """The terms of a text, each with its document frequency among the chunks."""
        return TermStatistics.of(text, self._frequencies, self.size)

    def coverage(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """The share of a question's pairs and words that each text has, weighted by their idf, shape (len(texts),)."""
        return self.term_statistics(question).found_in(texts).pairs()

    def have_terms(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether every term of a text stands in some chunk, shape (len(texts),)."""
        return have_all_terms(texts, self._frequencies)

    # What is stored.

    def vectors(self, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The stored vectors of some chunks, shape (len(chunk_ids), dimension), in half precision as in searches."""
        keys = _chunk_keys(chunk_ids)
        if not keys:
            return np.empty((0, self._dimension), np.float32)
        found = vectors_by_chunk(self._connection, keys, self._dimension)
        return halved(np.stack([_of(found, key, chunk) for key, chunk in zip(keys, chunk_ids, strict=True)]))

    @property
    def _dimension(self) -> int:
        settings = self._state.settings
        return settings.number("dimension") if "dimension" in settings else 1

    def sample_vectors(self) -> NDArray[np.float32]:
        """Vectors of chunks spread evenly over the archive, shape (at most 256, dimension)."""
        first, last = self._connection.execute("SELECT min(chunk_key), max(chunk_key) FROM chunks").fetchone() or (
            None,
            None,
        )
        if first is None:
            return np.empty((0, self._dimension), np.float32)
        # Keys are spread evenly, but for what was taken out; so the next one to each place is looked up.
        places = np.unique(np.linspace(first, last, _SAMPLE).astype(int)).tolist()
        rows = self._connection.execute(
            "SELECT vector FROM (SELECT DISTINCT (SELECT min(chunk_key) FROM chunks WHERE chunk_key >= place) "
            "chunk_key FROM unnest(%s::bigint[]) place) sampled JOIN chunks USING (chunk_key) "
            "JOIN vectors USING (vector_key) ORDER BY chunk_key",
            (places,),
        ).fetchall()
        found = [unpacked(vector) for (vector,) in rows if len(vector) == 4 * self._dimension]
        return halved(np.stack(found)) if found else np.empty((0, self._dimension), np.float32)

    def read_chunks(self, chunk_ids: Sequence[str]) -> list[tuple[Chunk, Article]]:
        """Some chunks, each with its article, in the order asked for."""
        keys = _chunk_keys(chunk_ids)
        rows = self._connection.execute(
            "SELECT chunk_key, article_key, first, last FROM chunks WHERE chunk_key = ANY(%s)", (keys,)
        ).fetchall()
        places = {key: place for key, *place in rows}
        wanted = [_of(places, key, chunk) for key, chunk in zip(keys, chunk_ids, strict=True)]
        of_articles = list({article for article, _, _ in wanted})
        articles = dict(articles_where(self._connection, "a.article_key = ANY(%s)", (of_articles,)))
        return [
            (Chunk(chunk_id, articles[key].id, articles[key].body[start:end], start, end), articles[key])
            for chunk_id, (key, start, end) in zip(chunk_ids, wanted, strict=True)
        ]

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        return list(self._listed().entries)

    def issue_names(self) -> list[Issue]:
        """Every issue without its articles and without counting them, newest first, those of unknown date last."""
        return [entry.issue for entry in self._listed().entries]

    def sections(self) -> list[str]:
        """The names of the sections, in alphabetical order."""
        # One look into the index a section, however many articles there are.
        rows = self._connection.execute(
            "WITH RECURSIVE found AS (SELECT min(section) section FROM articles UNION ALL "
            "SELECT (SELECT min(section) FROM articles a WHERE a.section > found.section) FROM found "
            "WHERE found.section IS NOT NULL) SELECT section FROM found WHERE section IS NOT NULL AND EXISTS "
            "(SELECT FROM articles a JOIN chunks USING (article_key) WHERE a.section = found.section)"
        ).fetchall()
        return sorted(section for (section,) in rows if section)

    def read_issue(self, name: str) -> list[Issue]:
        """The issues that go by a name, file name or start of an id, with their articles."""
        listing = self._listed()
        found = []
        for place in listing.names.places(name):
            articles = articles_where(self._connection, "a.issue_key = %s", (listing.keys[place],))
            issue = listing.issues[place]
            found.append(
                Issue(
                    issue.id,
                    issue.name,
                    issue.date,
                    issue.source,
                    tuple(article for _, article in articles),
                    issue.member,
                )
            )
        return found

    def read_article(self, article_id: str) -> list[Article]:
        """The articles with an id; two issues may use the same one."""
        order = "i.date DESC NULLS LAST, a.article_key"
        return [article for _, article in articles_where(self._connection, "a.id = %s", (article_id,), order=order)]


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """Filters for both services: a condition on an article with its values, and one of Milvus, "" for none."""

    sql: str
    values: list[object]
    milvus: str


def generation_name(settings: ClusterSettings) -> str:
    """What a generation is called."""
    return f"{settings['archive']}-{settings['generation']}"


def halved(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors in half precision, as the local archive compares them."""
    return vectors.astype(np.float16).astype(np.float32)


def _padded(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector if len(vector) > 1 else np.append(vector, np.float32(0))


def _best(found: Scored, k: int) -> list[ScoredChunk]:
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:k]
    return [ScoredChunk(_chunk_id(key), score) for key, score in ranked]


def _chunk_id(key: int) -> str:
    return f"{key:0{_ID_DIGITS}d}"


def _chunk_keys(chunk_ids: Sequence[str]) -> list[int]:
    return [int(chunk) for chunk in chunk_ids]


def _of(found: Mapping[int, Any], key: int, chunk_id: str) -> Any:
    """What was found of a chunk. Raises ArgumentError for one that is not here."""
    if key not in found:
        raise ArgumentError(UsageCode.NO_CHUNK, chunk=chunk_id)
    return found[key]
