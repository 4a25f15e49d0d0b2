"""One generation of a local archive, and the searches over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
from embeddings.archive.segments import issue_identities, read_segments
from embeddings.errors import ArgumentError, UsageCode
from embeddings.index.base import LexicalIndex, VectorIndex
from embeddings.index.bm25 import Bm25Index
from embeddings.index.faiss_vectors import VectorParts
from embeddings.index.segment import Columns, Segment, SegmentIssue
from embeddings.index.terms import TermStatistics, have_all_terms
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

_IssueRow = tuple[Any, ...]  # the key, then ISSUE_COLUMNS

_SAMPLE = 256
_KEYS_A_QUERY = 500
_ID_DIGITS = 10  # so that ids sort as their keys do


class LocalSnapshot(Snapshot):
    """One generation of a local archive: a read transaction, and the index made for it."""

    def __init__(self, connection: sqlite3.Connection, index: Index) -> None:
        self._connection = connection
        self.index = index

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
        keys = self.index.columns.chunk_keys[rows].tolist()
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
            keys = np.unique(self.index.columns.article_keys[own])
            holding = keys if holding is None else np.intersect1d(holding, keys, assume_unique=True)
        found = self._articles([] if holding is None else holding.tolist())
        return [article for article in found if wanted in fold(f"{article.heading}\n{article.body}")]

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        allowed = self.index.allowed(filters)
        keys = self.index.columns.article_keys
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
        keys = columns.article_keys[rows].tolist()
        articles = self._read_articles(dict.fromkeys(keys))
        found = []
        for chunk_id, key, start, end in zip(
            chunk_ids, keys, columns.starts[rows].tolist(), columns.ends[rows].tolist(), strict=True
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
        found = [self.index.issues[place] for place in self.index.listing.names.places(name)]
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
    """The issues of a generation in the order in which they are listed, and by name; each made when first asked for.

    `counts` says how much there is of each issue; `sections` are in alphabetical order.
    """

    def __init__(self, issues: Sequence[Issue], counts: Sequence[SegmentIssue], sections: Sequence[str]) -> None:
        self._in_archive, self._counts = issues, counts
        self.sections = sections
        self.names = IssueNames(issues)

    @cached_property
    def issues(self) -> list[Issue]:
        """Newest first, those of unknown date last."""
        return [self._in_archive[place] for place in newest_first(self._in_archive)]

    @cached_property
    def entries(self) -> list[IssueEntry]:
        """Those with their counts, in the same order."""
        counted = ((self._in_archive[place], self._counts[place]) for place in newest_first(self._in_archive))
        return [IssueEntry(issue, counts.articles, counts.chunks, counts.characters) for issue, counts in counted]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything the searches need, a row a chunk; arrays have shape (rows,).

    Rows of issues that were taken out stay until their segment is merged; `counting` says which rows are of issues that
    the snapshot has, None where all are. `keys` are the chunk keys of these in order, and `places` their rows.
    """

    generation: str
    vectors: VectorIndex
    lexical: LexicalIndex
    columns: Columns  # `issue_numbers` and `section_numbers` are places in `issues` and `sections`
    counting: NDArray[np.bool_] | None
    keys: NDArray[np.int64]
    places: NDArray[np.int64]
    issues: tuple[Issue, ...]
    sections: tuple[str, ...]
    sample: NDArray[np.float32]  # vectors of evenly spaced chunks, (at most _SAMPLE, dimension)
    listing: Listing
    issue_rows: Mapping[_IssueRow, Issue]  # the issues by their rows in the database

    @classmethod
    def read(
        cls, connection: sqlite3.Connection, opened: Sequence[Segment], generation: str, *, before: Index | None = None
    ) -> Index:
        """Put together what the opened segments have of the database, and make what they lack.

        Issues whose rows are those of the index `before` are taken from it.
        """
        identities = issue_identities(connection)
        held = {issue.identity for segment in opened for issue in segment.issues}
        segments = [segment for segment in opened if any(issue.identity in identities for issue in segment.issues)]
        segments += read_segments(connection, {one: key for one, key in identities.items() if one not in held})
        segments.sort(key=lambda segment: segment.first_key(identities))
        statistics = {issue.identity: issue for segment in segments for issue in segment.issues}
        issue_rows = _issues_by_row(connection, before.issue_rows if before else {})
        issues = {row[0]: issue for row, issue in issue_rows.items()}
        sections = tuple(dict.fromkeys(name for segment in segments for name in segment.sections))
        place_of = {key: place for place, key in enumerate(issues)}
        issue_places = {identity: place_of[key] for identity, key in identities.items()}
        columns = Columns.joined(
            [_renumbered(segment, issue_places, sections) for segment in segments] or [Columns.empty()]
        )
        masks = [segment.counting(identities) for segment in segments]
        counting = _joined_masks(segments, masks)
        rows = np.arange(len(columns.chunk_keys)) if counting is None else np.flatnonzero(counting)
        places = rows[np.argsort(columns.chunk_keys[rows], kind="stable")]
        vectors = VectorParts([segment.vectors for segment in segments], masks)
        counts = [statistics[identity] for identity in sorted(identities, key=issue_places.__getitem__)]
        sampled = np.unique(np.linspace(0, len(places) - 1, _SAMPLE).astype(int)) if len(places) else places
        return cls(
            generation,
            vectors,
            Bm25Index([segment.postings for segment in segments], masks),
            columns,
            counting,
            columns.chunk_keys[places],
            places,
            tuple(issues.values()),
            sections,
            vectors.vectors(places[sampled]),
            Listing(tuple(issues.values()), counts, _in_use(sections, columns, counting)),
            issue_rows,
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
        return np.asarray(self.places[found])

    def allowed(self, filters: Filters | None) -> NDArray[np.bool_] | None:
        """Which rows some filters leave, of those that count; None for all rows."""
        if not filters:
            return self.counting
        allowed = np.ones(len(self.columns.days), np.bool_) if self.counting is None else self.counting.copy()
        if filters.since is not None:
            allowed &= self.columns.days >= filters.since.toordinal()
        if filters.until is not None:
            allowed &= (self.columns.days > 0) & (self.columns.days <= filters.until.toordinal())
        if filters.issue is not None:
            places = self.listing.names.places(filters.issue)
            allowed &= np.isin(self.columns.issue_numbers, places)
        if filters.section is not None:
            wanted = fold(filters.section.strip())
            places = [place for place, section in enumerate(self.sections) if fold(section) == wanted]
            allowed &= np.isin(self.columns.section_numbers, places)
        return allowed


def _in_use(sections: Sequence[str], columns: Columns, counting: NDArray[np.bool_] | None) -> list[str]:
    """The named sections of the chunks that count, in alphabetical order."""
    numbers = columns.section_numbers if counting is None else columns.section_numbers[counting]
    used = np.flatnonzero(np.bincount(numbers, minlength=len(sections))).tolist()
    return sorted(filter(None, (sections[number] for number in used)))


def _issues_by_row(connection: sqlite3.Connection, known: Mapping[_IssueRow, Issue]) -> dict[_IssueRow, Issue]:
    rows = connection.execute(f"SELECT issue_key, {ISSUE_COLUMNS} FROM issues")
    return {row: known.get(row) or issue_from(row[1:]) for row in rows}


def _renumbered(segment: Segment, issue_places: Mapping[str, int], sections: Sequence[str]) -> Columns:
    """The columns of a segment with the numbers of the whole index; an issue that is gone has the first one's."""
    section_places = {name: place for place, name in enumerate(sections)}
    of_issue = np.array([issue_places.get(issue.identity, 0) for issue in segment.issues], dtype=np.int32)
    of_section = np.array([section_places[name] for name in segment.sections], dtype=np.int32)
    own = segment.columns
    return replace(own, issue_numbers=of_issue[own.issue_numbers], section_numbers=of_section[own.section_numbers])


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
