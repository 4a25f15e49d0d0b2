"""One generation of a local archive, and the searches over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.archive.base import Filters, IssueEntry, ScoredChunk, Snapshot
from embeddings.archive.issues import goes_by
from embeddings.archive.rows import (
    ARTICLE_COLUMNS,
    ISSUE_COLUMNS,
    ISSUE_WIDTH,
    LEXICAL,
    VECTORS,
    article_from,
    day_from,
    issue_from,
    read_texts,
    read_vectors,
)
from embeddings.errors import ArgumentError, UsageCode
from embeddings.index.base import LexicalIndex, VectorIndex
from embeddings.index.bm25 import Bm25Index
from embeddings.index.faiss_flat import FaissFlatIndex
from embeddings.index.terms import TermStatistics, have_all_terms
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SAMPLE = 256
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
        return len(self.index.chunk_keys)

    def chunk_ids(self) -> list[str]:
        """The ids of all chunks, in order."""
        return [_chunk_id(key) for key in self.index.chunk_keys.tolist()]

    def search_vectors(
        self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None
    ) -> list[ScoredChunk]:
        """The `k` chunks nearest to a unit vector, by cosine, best first, ties by id."""
        rows, scores = self.index.vectors.search(vector, k, allowed=self.index.allowed(filters))
        return self._scored(rows, scores)

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredChunk]:
        """The `k` chunks with the highest BM25 score, best first, ties by id; those that share no term are left out."""
        scores = self.index.lexical.scores(question)
        allowed = self.index.allowed(filters)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        candidates = np.flatnonzero(scores)
        if candidates.size > k:
            candidates = candidates[np.argpartition(-scores[candidates], k - 1)[:k]]
        best = candidates[np.lexsort((candidates, -scores[candidates]))]
        return self._scored(best, scores[best])

    def _scored(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> list[ScoredChunk]:
        keys = self.index.chunk_keys[rows].tolist()
        return [ScoredChunk(_chunk_id(key), score) for key, score in zip(keys, scores.tolist(), strict=True)]

    def find_phrase(self, phrase: str, *, filters: Filters | None = None) -> list[Article]:
        """Every article whose title or body has a phrase; newest first, then as printed."""
        wanted = fold(phrase).strip()
        if not wanted:
            return []
        # An article that has the phrase has each of its terms, be it in several chunks.
        holding: set[int] | None = None
        for rows in self.index.lexical.rows_with(wanted):
            keys = set(self.index.article_keys[rows].tolist())
            holding = keys if holding is None else holding & keys
        keys = holding or set()
        allowed = self.index.allowed(filters)
        if allowed is not None:
            keys &= set(self.index.article_keys[allowed].tolist())
        found = self._articles(keys)
        return [article for article in found if wanted in fold(f"{article.heading}\n{article.body}")]

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        allowed = self.index.allowed(filters)
        keys = self.index.article_keys if allowed is None else self.index.article_keys[allowed]
        return self._articles(set(keys.tolist()))

    def _articles(self, keys: Collection[int]) -> list[Article]:
        found = sorted(((self._article(key), key) for key in keys), key=lambda pair: pair[1])
        articles = [article for article, _ in found]
        return sorted(articles, key=lambda article: article.date or date.min, reverse=True)

    def word_scores(self, question: str, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(chunk_ids),)."""
        return self.index.lexical.scores(question)[self.index.rows_of(chunk_ids)]

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
        articles: dict[int, Article] = {}
        found = []
        for chunk_id, row in zip(chunk_ids, self.index.rows_of(chunk_ids).tolist(), strict=True):
            key = int(self.index.article_keys[row])
            if key not in articles:
                articles[key] = self._article(key)
            article, start, end = articles[key], int(self.index.starts[row]), int(self.index.ends[row])
            found.append((Chunk(chunk_id, article.id, article.body[start:end], start, end), article))
        return found

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        rows = self._connection.execute(
            f"SELECT {ISSUE_COLUMNS}, count(a.article_key), coalesce(sum(length(a.body)), 0), "
            "(SELECT count(*) FROM chunks JOIN articles USING (article_key) WHERE issue_key = issues.issue_key) "
            "FROM issues LEFT JOIN articles a USING (issue_key) GROUP BY issues.issue_key "
            "ORDER BY issues.date IS NULL, issues.date DESC, issues.name"
        )
        return [
            IssueEntry(issue_from(issue), articles, chunks, characters) for *issue, articles, characters, chunks in rows
        ]

    def issue_names(self) -> list[Issue]:
        """Every issue without its articles and without counting them, newest first, those of unknown date last."""
        return sorted(self.index.issues, key=lambda issue: (-(issue.date or date.min).toordinal(), issue.name))

    def sections(self) -> list[str]:
        """The names of the sections, in alphabetical order."""
        rows = self._connection.execute("SELECT DISTINCT section FROM articles WHERE section <> '' ORDER BY section")
        return [section for (section,) in rows]

    def read_issue(self, name: str) -> list[Issue]:
        """The issues that go by a name, file name or start of an id, with their articles."""
        found = []
        for key, *columns in self._connection.execute(f"SELECT issue_key, {ISSUE_COLUMNS} FROM issues").fetchall():
            issue = issue_from(columns)
            if goes_by(issue, name):
                articles = self._connection.execute(
                    f"SELECT {ARTICLE_COLUMNS} FROM articles a WHERE issue_key = ? ORDER BY article_key", (key,)
                )
                found.append(replace(issue, articles=tuple(article_from(row, issue) for row in articles)))
        return found

    def read_article(self, article_id: str) -> list[Article]:
        """The articles with an id; two issues may use the same one."""
        rows = self._connection.execute(
            f"SELECT {ISSUE_COLUMNS}, {ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) WHERE a.id = ? "
            "ORDER BY issues.date DESC, article_key",
            (article_id,),
        )
        return [article_from(row[ISSUE_WIDTH:], issue_from(row[:ISSUE_WIDTH])) for row in rows]

    def _article(self, key: int) -> Article:
        row = self._connection.execute(
            f"SELECT {ISSUE_COLUMNS}, {ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) "
            "WHERE article_key = ?",
            (key,),
        ).fetchone()
        return article_from(row[ISSUE_WIDTH:], issue_from(row[:ISSUE_WIDTH]))


@dataclass(frozen=True, slots=True)
class Index:
    """Everything the searches need in memory, one row a chunk; arrays have shape (chunks,)."""

    generation: str
    vectors: VectorIndex
    lexical: LexicalIndex
    chunk_keys: NDArray[np.int64]
    article_keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    days: NDArray[np.int32]  # proleptic ordinal of the article's date, 0 when unknown
    issue_numbers: NDArray[np.int32]
    issues: tuple[Issue, ...]
    section_numbers: NDArray[np.int32]
    sections: tuple[str, ...]
    sample: NDArray[np.float32]  # vectors of evenly spaced chunks, (at most _SAMPLE, dimension)

    @classmethod
    def read(cls, connection: sqlite3.Connection, folder: Path, generation: str) -> Index:
        """Load the derived files, or make what they lack from the database."""
        rows = connection.execute(
            "SELECT chunk_key, article_key, start, end, a.date, issue_key, section FROM chunks "
            "JOIN articles a USING (article_key) ORDER BY chunk_key"
        ).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * 7
        issues = {
            row[0]: issue_from(row[1:]) for row in connection.execute(f"SELECT issue_key, {ISSUE_COLUMNS} FROM issues")
        }
        issue_place = {key: place for place, key in enumerate(issues)}
        sections = tuple(dict.fromkeys(columns[6]))
        section_place = {section: place for place, section in enumerate(sections)}
        vectors = FaissFlatIndex.load(folder / VECTORS, generation=generation)
        lexical = Bm25Index.load(folder / LEXICAL, generation=generation)
        if vectors is None or len(vectors) != len(rows):
            vectors = FaissFlatIndex.build(read_vectors(connection, len(rows)))
        return cls(
            generation,
            vectors,
            Bm25Index.build(read_texts(connection)) if lexical is None or lexical.size != len(rows) else lexical,
            np.array(columns[0], dtype=np.int64),
            np.array(columns[1], dtype=np.int64),
            np.array(columns[2], dtype=np.int64),
            np.array(columns[3], dtype=np.int64),
            np.array([day.toordinal() if day else 0 for day in map(day_from, columns[4])], dtype=np.int32),
            np.array([issue_place[key] for key in columns[5]], dtype=np.int32),
            tuple(issues.values()),
            np.array([section_place[section] for section in columns[6]], dtype=np.int32),
            sections,
            vectors.vectors(np.unique(np.linspace(0, len(rows) - 1, _SAMPLE).astype(int)) if rows else []),
        )

    def save(self, folder: Path) -> None:
        """Write the derived files. Raises OSError."""
        self.vectors.save(folder / VECTORS, generation=self.generation)
        self.lexical.save(folder / LEXICAL, generation=self.generation)

    def rows_of(self, chunk_ids: Sequence[str]) -> NDArray[np.int64]:
        """The rows of some chunks, shape (len(chunk_ids),). Raises ArgumentError for an id that is not here."""
        keys = np.array([int(chunk_id) for chunk_id in chunk_ids], dtype=np.int64)
        if not keys.size:
            return keys
        rows = np.searchsorted(self.chunk_keys, keys)
        known = rows < len(self.chunk_keys)
        known[known] = self.chunk_keys[rows[known]] == keys[known]
        if not known.all():
            raise ArgumentError(UsageCode.NO_CHUNK, chunk=chunk_ids[int(np.argmin(known))])
        return rows

    def allowed(self, filters: Filters | None) -> NDArray[np.bool_] | None:
        """Which rows some filters leave; None for all of them."""
        if not filters:
            return None
        allowed = np.ones(len(self.chunk_keys), dtype=np.bool_)
        if filters.since is not None:
            allowed &= self.days >= filters.since.toordinal()
        if filters.until is not None:
            allowed &= (self.days > 0) & (self.days <= filters.until.toordinal())
        if filters.issue is not None:
            places = [place for place, issue in enumerate(self.issues) if goes_by(issue, filters.issue)]
            allowed &= np.isin(self.issue_numbers, places)
        if filters.section is not None:
            wanted = fold(filters.section.strip())
            places = [place for place, section in enumerate(self.sections) if fold(section) == wanted]
            allowed &= np.isin(self.section_numbers, places)
        return allowed


def derived_files(folder: Path, generation: str) -> dict[str, bool]:
    """Each derived file, and whether it is whole and of this generation."""
    return {
        VECTORS: FaissFlatIndex.load(folder / VECTORS, generation=generation) is not None,
        LEXICAL: Bm25Index.load(folder / LEXICAL, generation=generation) is not None,
    }


def _chunk_id(key: int) -> str:
    return f"{key:0{_ID_DIGITS}d}"
