"""One generation of a local archive, and the searches over it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings.archive.base import Filters, IssueEntry, ScoredChunk, Snapshot
from embeddings.archive.issues import IssueNames, newest_first
from embeddings.archive.rows import (
    ARTICLE_COLUMNS,
    ISSUE_COLUMNS,
    ISSUE_WIDTH,
    article_from,
    issue_from,
)
from embeddings.archive.segments import IssueKeys, lacking, read_segments
from embeddings.config import usable_cores
from embeddings.errors import ArgumentError, UsageCode
from embeddings.index.base import LexicalIndex, VectorIndex
from embeddings.index.bm25 import Bm25Index
from embeddings.index.faiss_vectors import VectorParts
from embeddings.index.segment import ColumnParts, Segment
from embeddings.index.terms import TermStatistics, have_all_terms
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLE = 256
_KEYS_A_QUERY = 500
_ID_DIGITS = 10  # so that ids sort as their keys do


@lru_cache(maxsize=1)
def _threads_computing() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(usable_cores())


class LocalSnapshot(Snapshot):
    """One generation of a local archive: a read transaction, and the index made for it."""

    def __init__(self, connection: sqlite3.Connection, index: Index) -> None:
        self._connection = connection
        self.index = index

    def computing(self) -> AbstractContextManager[object]:
        """Lets as many threads in as have cores. Python runs one at a time, and more would only hand it to and fro."""
        return _threads_computing()

    @property
    def generation(self) -> str:
        """Names the state."""
        return self.index.generation

    @property
    def size(self) -> int:
        """The number of chunks."""
        return len(self.index.keys)

    def chunk_ids(self) -> list[str]:
        """The ids of all chunks, in order."""
        return [_chunk_id(key) for key in self.index.keys.tolist()]

    def search_vectors(
        self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None
    ) -> list[ScoredChunk]:
        """The `k` chunks nearest to a unit vector, by cosine, best first, ties by id."""
        allowed = self.index.allowed(filters) if filters else None
        rows, scores = self.index.vectors.search(vector, k, allowed=allowed)
        return self._scored(rows, scores)

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredChunk]:
        """The `k` chunks with the highest BM25 score, best first, ties by id; those that share no term are left out."""
        allowed = self.index.allowed(filters) if filters else None
        return self._scored(*self.index.lexical.search(question, k, allowed=allowed))

    def _scored(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> list[ScoredChunk]:
        keys = self.index.chunk_keys[rows].tolist()
        return [ScoredChunk(_chunk_id(key), score) for key, score in zip(keys, scores.tolist(), strict=True)]

    def find_phrase(self, phrase: str, *, filters: Filters | None = None) -> list[Article]:
        """Every article whose title or body has a phrase; newest first, then as printed."""
        wanted = fold(phrase).strip()
        if not wanted:
            return []
        # An article that has the phrase has each of its terms, be it in several chunks.
        allowed = self.index.allowed(filters) if filters else None
        holding: NDArray[np.int64] | None = None
        for rows in sorted(self.index.lexical.rows_with(wanted), key=len):
            own = rows if allowed is None else rows[allowed[rows]]
            keys = np.unique(self.index.columns.taken("article_keys", own))
            holding = keys if holding is None else np.intersect1d(holding, keys, assume_unique=True)
        found = self._articles([] if holding is None else holding.tolist())
        return [article for article in found if wanted in fold(f"{article.heading}\n{article.body}")]

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        allowed = self.index.allowed(filters)
        keys = self.index.columns.whole("article_keys")
        return self._articles(np.unique(keys if allowed is None else keys[allowed]).tolist())

    def _articles(self, keys: Collection[int]) -> list[Article]:
        return sorted(
            self._read_articles(sorted(keys)).values(), key=lambda article: article.date or date.min, reverse=True
        )

    def word_scores(self, question: str, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(chunk_ids),)."""
        return self.index.lexical.scores_of(question, self.index.rows_of(chunk_ids))

    def term_statistics(self, text: str) -> TermStatistics:
        """The terms of a text, each with its document frequency among the chunks."""
        return TermStatistics.of(text, self.index.lexical.document_frequencies, self.size)

    def coverage(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """The share of a question's pairs and words that each text has, weighted by their idf, shape (len(texts),)."""
        return self.term_statistics(question).found_in(texts).pairs()

    def have_terms(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether every term of a text stands in some chunk, shape (len(texts),)."""
        return have_all_terms(texts, self.index.lexical.document_frequencies)

    def vectors(self, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The stored vectors of some chunks, shape (len(chunk_ids), dimension)."""
        return self.index.vectors.vectors(self.index.rows_of(chunk_ids))

    def sample_vectors(self) -> NDArray[np.float32]:
        """Vectors of chunks spread evenly over the archive, shape (at most 256, dimension)."""
        return self.index.sample

    def read_chunks(self, chunk_ids: Sequence[str]) -> list[tuple[Chunk, Article]]:
        """Some chunks, each with its article, in the order asked for."""
        rows = self.index.rows_of(chunk_ids)
        columns = self.index.columns
        keys = columns.taken("article_keys", rows).tolist()
        articles = self._read_articles(dict.fromkeys(keys))
        found = []
        for chunk_id, key, start, end in zip(
            chunk_ids, keys, columns.taken("starts", rows).tolist(), columns.taken("ends", rows).tolist(), strict=True
        ):
            article = articles[key]
            found.append((Chunk(chunk_id, article.id, article.body[start:end], start, end), article))
        return found

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        return list(self.index.listing.entries)

    def issue_names(self) -> list[Issue]:
        """Every issue without its articles and without counting them, newest first, those of unknown date last."""
        return list(self.index.listing.issues)

    def sections(self) -> list[str]:
        """The names of the sections, in alphabetical order."""
        return list(self.index.listing.sections)

    def read_issue(self, name: str) -> list[Issue]:
        """The issues that go by a name, file name or start of an id, with their articles."""
        listing = self.index.listing
        found = [listing.in_archive[place] for place in listing.names.places(name)]
        return [replace(issue, articles=tuple(self._articles_of(issue))) for issue in found]

    def _articles_of(self, issue: Issue) -> Iterator[Article]:
        rows = self._connection.execute(
            f"SELECT {ARTICLE_COLUMNS} FROM issues JOIN articles a USING (issue_key) WHERE issues.id = ? "
            "ORDER BY article_key",
            (issue.id,),
        )
        return (article_from(row, issue) for row in rows)

    def read_article(self, article_id: str) -> list[Article]:
        """The articles with an id; two issues may use the same one."""
        rows = self._connection.execute(
            f"SELECT {ISSUE_COLUMNS}, {ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) WHERE a.id = ? "
            "ORDER BY issues.date DESC, article_key",
            (article_id,),
        )
        return [article_from(row[ISSUE_WIDTH:], issue_from(row[:ISSUE_WIDTH])) for row in rows]

    def _read_articles(self, keys: Collection[int]) -> dict[int, Article]:
        """Articles by their keys, in the order of these, read some hundreds at a time."""
        wanted = list(keys)
        found: dict[int, Article] = {}
        for start in range(0, len(wanted), _KEYS_A_QUERY):
            part = wanted[start : start + _KEYS_A_QUERY]
            rows = self._connection.execute(
                f"SELECT article_key, {ISSUE_COLUMNS}, {ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) "
                f"WHERE article_key IN ({','.join('?' * len(part))})",
                part,
            )
            for key, *row in rows:
                found[key] = article_from(row[ISSUE_WIDTH:], issue_from(row[:ISSUE_WIDTH]))
        return {key: found[key] for key in wanted}


class Listing:
    """The issues of a generation, in the order in which they are listed, and by name, and the names of their sections.

    Each is made when it is first asked for. `issues` are by key, and in the order of their keys.
    """

    def __init__(
        self,
        keys: IssueKeys,
        issues: Mapping[int, Issue],
        segments: Sequence[Segment],
        masks: Sequence[NDArray[np.bool_] | None],
    ) -> None:
        self.by_key = issues
        self.in_archive = tuple(issues.values())
        self.names = IssueNames(self.in_archive)
        self._keys, self._segments, self._masks = keys, segments, masks

    @cached_property
    def identities(self) -> list[str]:
        """What names the rows of each, in the archive's order."""
        return list(self._keys.by_identity)

    @cached_property
    def issues(self) -> list[Issue]:
        """Newest first, those of unknown date last."""
        return [self.in_archive[place] for place in newest_first(self.in_archive)]

    @cached_property
    def entries(self) -> list[IssueEntry]:
        """Those with their counts, in the same order."""
        known = {issue.identity: issue for segment in self._segments for issue in segment.issues}
        order = newest_first(self.in_archive)
        counted = ((self.in_archive[place], known[self.identities[place]]) for place in order)
        return [IssueEntry(issue, counts.articles, counts.chunks, counts.characters) for issue, counts in counted]

    @cached_property
    def sections(self) -> list[str]:
        """The named sections of the chunks that count, in alphabetical order."""
        used: set[str] = set()
        for segment, mask in zip(self._segments, self._masks, strict=True):
            numbers = segment.columns.section_numbers
            counts = np.bincount(numbers if mask is None else numbers[mask], minlength=len(segment.sections))
            used.update(segment.sections[number] for number in np.flatnonzero(counts).tolist())
        return sorted(filter(None, used))


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything the searches need, a row a chunk; arrays have shape (rows,).

    Rows of issues that were taken out stay until their segment is merged; `counting` says which rows are of issues that
    the snapshot has, None where all are. `keys` are the chunk keys of these in order, and `places` their rows, or None
    where these are all rows one after the other.
    """

    issue_keys: IssueKeys
    segments: tuple[Segment, ...]  # their rows follow each other
    vectors: VectorIndex
    lexical: LexicalIndex
    columns: ColumnParts
    chunk_keys: NDArray[np.int64]
    counting: NDArray[np.bool_] | None
    keys: NDArray[np.int64]
    places: NDArray[np.int64] | None
    sample: NDArray[np.float32]  # vectors of evenly spaced chunks, (at most _SAMPLE, dimension)
    listing: Listing

    @property
    def generation(self) -> str:
        """Names the state."""
        return self.issue_keys.generation

    @classmethod
    def read(cls, connection: sqlite3.Connection, opened: Sequence[Segment], *, before: Index | None = None) -> Index:
        """Put together what the opened segments have of the database, and make what they lack.

        Issues that no commit has changed since the index `before` are taken from it.
        """
        issue_keys = IssueKeys.read(connection, before.issue_keys if before else None)
        identities = issue_keys.by_identity
        found = [*opened, *read_segments(connection, lacking(opened, identities))]
        present = [segment for segment in found if any(one in identities for one in segment.identities)]
        masked = [(segment, segment.counting(identities)) for segment in present]
        masked.sort(key=lambda pair: pair[0].first_key(pair[1]))
        segments, masks = tuple(segment for segment, _ in masked), [mask for _, mask in masked]
        columns = ColumnParts([segment.columns for segment in segments])
        chunk_keys, counting = columns.whole("chunk_keys"), _joined_masks(segments, masks)
        places = _places_by_key(chunk_keys, counting)
        keys = chunk_keys if places is None else chunk_keys[places]
        vectors = VectorParts([segment.vectors for segment in segments], masks)
        sampled = np.unique(np.linspace(0, len(keys) - 1, _SAMPLE).astype(int)) if len(keys) else np.empty(0, np.int64)
        return cls(
            issue_keys,
            segments,
            vectors,
            Bm25Index([segment.postings for segment in segments], masks),
            columns,
            chunk_keys,
            counting,
            keys,
            places,
            vectors.vectors(sampled if places is None else places[sampled]),
            Listing(issue_keys, _issues_of(connection, issue_keys, before), segments, masks),
        )

    def rows_of(self, chunk_ids: Sequence[str]) -> NDArray[np.int64]:
        """The rows of some chunks, shape (len(chunk_ids),). Raises ArgumentError for an id that is not here."""
        wanted = np.array([int(chunk_id) for chunk_id in chunk_ids], dtype=np.int64)
        if not wanted.size:
            return wanted
        found = np.searchsorted(self.keys, wanted)
        known = found < len(self.keys)
        known[known] = self.keys[found[known]] == wanted[known]
        if not known.all():
            raise ArgumentError(UsageCode.NO_CHUNK, chunk=chunk_ids[int(np.argmin(known))])
        return found if self.places is None else self.places[found]

    def allowed(self, filters: Filters | None) -> NDArray[np.bool_] | None:
        """Which rows some filters leave, of those that count; None for all rows."""
        if not filters:
            return self.counting
        allowed = np.ones(len(self.columns), np.bool_) if self.counting is None else self.counting.copy()
        if filters.since is not None:
            since = filters.since.toordinal()
            allowed &= self.columns.marked("days", lambda days: days >= since)
        if filters.until is not None:
            until = filters.until.toordinal()
            allowed &= self.columns.marked("days", lambda days: (days > 0) & (days <= until))
        if filters.issue is not None:
            wanted = {self.listing.identities[place] for place in self.listing.names.places(filters.issue)}
            masks = [segment.counting(wanted) for segment in self.segments]
            chosen = _joined_masks(self.segments, masks)
            allowed &= True if chosen is None else chosen
        if filters.section is not None:
            allowed &= self._in_section(fold(filters.section.strip()))
        return allowed

    def _in_section(self, wanted: str) -> NDArray[np.bool_]:
        """Which rows stand in a section whose folded name is this."""
        parts = [np.empty(0, np.bool_)]
        for segment in self.segments:
            named = np.array([fold(section) == wanted for section in segment.sections], dtype=np.bool_)
            parts.append(named[segment.columns.section_numbers])
        return np.concatenate(parts)


def _issues_of(connection: sqlite3.Connection, keys: IssueKeys, before: Index | None) -> dict[int, Issue]:
    """The issues by key, in the order of their keys."""
    changed = keys.changed
    if before is None or changed is None:
        rows = connection.execute(f"SELECT issue_key, {ISSUE_COLUMNS} FROM issues ORDER BY issue_key")
        return {key: issue_from(columns) for key, *columns in rows}
    found = {key: issue for key, issue in before.listing.by_key.items() if key not in changed}
    for key in sorted(changed):
        row = connection.execute(f"SELECT {ISSUE_COLUMNS} FROM issues WHERE issue_key = ?", (key,)).fetchone()
        if row is not None:
            found[key] = issue_from(row)
    return found


def _places_by_key(chunk_keys: NDArray[np.int64], counting: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    """The rows that count in the order of their keys; None where these are all rows one after the other."""
    if counting is None:
        if (chunk_keys[1:] > chunk_keys[:-1]).all():
            return None
        return np.argsort(chunk_keys, kind="stable")
    rows = np.flatnonzero(counting)
    return rows[np.argsort(chunk_keys[rows], kind="stable")]


def _joined_masks(segments: Sequence[Segment], masks: Sequence[NDArray[np.bool_] | None]) -> NDArray[np.bool_] | None:
    """The masks of all segments one after the other; None where every chunk counts."""
    if all(mask is None for mask in masks):
        return None
    return np.concatenate(
        [
            np.ones(segment.size, np.bool_) if mask is None else mask
            for segment, mask in zip(segments, masks, strict=True)
        ]
    )


def _chunk_id(key: int) -> str:
    return f"{key:0{_ID_DIGITS}d}"
