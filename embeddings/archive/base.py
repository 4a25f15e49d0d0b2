"""The archive: what everything above storage talks to. The default one is SQLite and FAISS in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from embeddings.archive.registry import open_archive
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search may return. `since` and `until` are inclusive; an article of unknown date fits neither.

    `issue` is an issue's id (or the start of it), name, or file name; `section` is a section's name.
    """

    issue: str | None = None
    since: date | None = None
    until: date | None = None
    section: str | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.issue, self.since, self.until, self.section))


@dataclass(frozen=True, slots=True)
class Settings:
    """What an archive was built with; a vector or a chunk means nothing without it."""

    model: str
    fingerprint: str
    dimension: int
    max_chars: int
    overlap_chars: int


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """An issue as the archive lists it: the issue without its articles, and how much of it there is."""

    issue: Issue
    articles: int
    chunks: int
    characters: int


@dataclass(frozen=True, slots=True)
class PreparedIssue:
    """An issue ready to be stored: each article with its chunks, and for each chunk the key of its vector.

    `reading_key` names what the readers found in it, `recipe` how that was corrected and cut, `root` the path that a
    build was given to find it.
    """

    issue: Issue
    recipe: str
    root: str
    reading_key: str
    chunks: Mapping[str, Sequence[tuple[Chunk, str]]]


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """A chunk found by one of the searches: its row in this snapshot, and that search's score."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An issue as a build knows it."""

    issue: Issue
    key: int
    root: str
    reading_key: str
    recipe: str

    @property
    def place(self) -> tuple[str, str]:
        """Where it came from: the file, and the member of a ZIP file."""
        return self.issue.source, self.issue.member


class Snapshot(Protocol):
    """One state of the archive, unchanged while it is held, whatever a build does meanwhile."""

    @property
    def generation(self) -> str:
        """Names the state; another state has another name."""
        ...

    @property
    def size(self) -> int:
        """The number of chunks."""
        ...

    def search_vectors(self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None) -> list[ScoredRow]:
        """The `k` chunks nearest to a unit vector, by cosine, best first."""
        ...

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredRow]:
        """The `k` chunks that share the most telling words with the question, by BM25, best first."""
        ...

    def find_phrase(self, phrase: str, *, filters: Filters | None = None) -> list[Article]:
        """Every article whose title or body has a phrase, in any script and width; newest first, then as printed."""
        ...

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        ...

    def word_scores(self, question: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(rows),)."""
        ...

    def idf(self, terms: NDArray[np.uint64]) -> NDArray[np.float32]:
        """How telling each term is in this archive: its inverse document frequency, shape of `terms`."""
        ...

    def vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """The stored vectors of some chunks, shape (len(rows), dimension)."""
        ...

    def sample_vectors(self) -> NDArray[np.float32]:
        """Vectors of chunks spread evenly over the archive, the same every time, shape (at most 256, dimension)."""
        ...

    def read_chunks(self, rows: Sequence[int]) -> list[tuple[Chunk, Article]]:
        """Some chunks, each with its article, in the order asked for."""
        ...

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        ...

    def issue_names(self) -> list[Issue]:
        """Every issue without its articles and without counting them, newest first, those of unknown date last."""
        ...

    def sections(self) -> list[str]:
        """The names of the sections, in alphabetical order."""
        ...

    def read_issue(self, name: str) -> list[Issue]:
        """The issues that go by a name, file name or start of an id, with their articles."""
        ...

    def read_article(self, article_id: str) -> list[Article]:
        """The articles with an id; two issues may use the same one."""
        ...


class Archive(Protocol):
    """Issues, articles, chunks and vectors, and the two searches over them."""

    @property
    def settings(self) -> Settings | None:
        """What it was built with; None while it is empty and new."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Hold the newest complete state. Safe in several threads at once, and while a build runs."""
        ...

    def size_on_disk(self) -> int:
        """The bytes that its files take, without the issues themselves."""
        ...

    def close(self) -> None:
        """Give back connections and memory."""
        ...

    @staticmethod
    def open(path: str | Path | None = None) -> Archive:
        """Open the archive at a path (default: BULLETIN_ARCHIVE, else `archive`).

        Raises ArchiveMissingError or ArchiveDamagedError.
        """
        return open_archive(path)
