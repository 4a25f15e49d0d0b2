"""The archive: what everything above storage talks to. The default one is SQLite and FAISS in a folder.

An engine keeps archives. It gives a reading half (`ArchiveReader`, whose `Snapshot`s are searched) and a writing half
(`ArchiveWriter`), and is found by the scheme of a URL (`embeddings.archive.registry`). What an engine must hold to is
tested by `tests/archive/test_contract.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from embeddings.archive.registry import open_archive
from embeddings.types import Article, Chunk, Issue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.index.terms import TermStatistics
    from embeddings.sources.outbox import FileChange


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

    `reading_key` names what the loaders found in it, `recipe` how that was corrected and cut, `root` the path that a
    build was given to find it.
    """

    issue: Issue
    recipe: str
    root: str
    reading_key: str
    chunks: Mapping[str, Sequence[tuple[Chunk, str]]]


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A chunk found by one of the searches: its id, and that search's score."""

    chunk_id: str
    score: float


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An issue as a build knows it. `key` is the archive's own; `ArchiveWriter.commit` takes issues out by it."""

    issue: Issue
    key: int
    root: str
    reading_key: str
    recipe: str

    @property
    def place(self) -> tuple[str, str]:
        """Where it came from: the file, and the member of a ZIP file."""
        return self.issue.source, self.issue.member


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with what an archive stores.

    `structure` tells of faults of the engine's own, a line each; where there are any, the rest is not known. `issues`
    are the keys of those that differ from what was stored, in themselves or in one of their `articles` (a number);
    `vectors` and `readings` the keys of those that differ or are missing. `lost` is how many of the last commits are
    gone.
    """

    structure: tuple[str, ...] = ()
    issues: frozenset[int] = frozenset()
    articles: int = 0
    vectors: frozenset[str] = frozenset()
    readings: frozenset[str] = frozenset()
    settings: bool = False
    lost: int = 0

    def __bool__(self) -> bool:
        return self != Damage()

    def lines(self) -> list[str]:
        """What is wrong, one line each, in English."""
        counts = (
            (len(self.issues), "issues are not as they were stored"),
            (self.articles, "articles are not as they were stored"),
            (len(self.vectors), "vectors are missing or not as they were stored"),
            (len(self.readings), "readings are not as they were stored"),
            (int(self.settings), "settings are not as they were stored"),
            (self.lost, "of the last changes are gone; was the file beside the database deleted?"),
        )
        return [*self.structure, *(f"{count} {said}" for count, said in counts if count)]


class Snapshot(Protocol):
    """One state of the archive, unchanged while it is held, whatever a build does meanwhile.

    A chunk is known by its id, which is its own for as long as its issue is not indexed anew, and never another's. Ids
    sort in the order in which chunks were added, so that ties between them break alike. Methods that take ids raise
    ValueError for one that the snapshot does not have.
    """

    def computing(self) -> AbstractContextManager[object]:
        """To be held around searches and what is made of them, and not twice by a thread.

        An engine that computes in this process lets as many threads in as have cores; one that waits for servers all.
        """
        return nullcontext()

    @property
    def generation(self) -> str:
        """Names the state; another state has another name."""
        ...

    @property
    def size(self) -> int:
        """The number of chunks."""
        ...

    def chunk_ids(self) -> list[str]:
        """The ids of all chunks, in order."""
        ...

    def search_vectors(
        self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None
    ) -> list[ScoredChunk]:
        """The `k` chunks nearest to a unit vector, by cosine, best first, ties by id."""
        ...

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredChunk]:
        """The `k` chunks that share the most telling words with the question, by BM25, best first, ties by id.

        Chunks that share no term with it are left out.
        """
        ...

    def find_phrase(self, phrase: str, *, filters: Filters | None = None) -> list[Article]:
        """Every article whose title or body has a phrase, in any script and width; newest first, then as printed."""
        ...

    def find_articles(self, *, filters: Filters | None = None) -> list[Article]:
        """Every article that some filters leave; newest first, then as printed."""
        ...

    def word_scores(self, question: str, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(chunk_ids),)."""
        ...

    def term_statistics(self, text: str) -> TermStatistics:
        """The terms of a text, each with its document frequency among the chunks; finds them in other texts."""
        ...

    def coverage(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """The share of a question's pairs and words that each text has, weighted by their idf, shape (len(texts),)."""
        ...

    def have_terms(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether every term of a text stands in some chunk, be it in several, shape (len(texts),)."""
        ...

    def vectors(self, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The stored vectors of some chunks, shape (len(chunk_ids), dimension)."""
        ...

    def sample_vectors(self) -> NDArray[np.float32]:
        """Vectors of chunks spread evenly over the archive, the same every time, shape (at most 256, dimension)."""
        ...

    def read_chunks(self, chunk_ids: Sequence[str]) -> list[tuple[Chunk, Article]]:
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


class ArchiveReader(Protocol):
    """The reading half: what answers questions and shows issues. Open once, use from any thread."""

    @property
    def settings(self) -> Settings | None:
        """What it was built with; None while it is empty and new."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Hold the newest complete state. Safe in several threads at once, and while a build runs."""
        ...

    def known_issues(self) -> list[KnownIssue]:
        """Every issue with how it was read and cut, in the order in which they were added."""
        ...

    def size_on_disk(self) -> int:
        """The bytes that it takes, without the issues' own files."""
        ...

    @property
    def generation(self) -> str:
        """Names the newest complete state."""
        ...

    def copy_to(self, path: Path) -> str:
        """Write a copy into a new file, while others read and write, and return the generation that it has.

        Raises ArchiveError when it cannot be written, and where what is stored is damaged.
        """
        ...

    def damage(self) -> Damage:
        """What is wrong with what is stored; false when it is whole. Reads all of it."""
        ...

    def derived_parts(self) -> dict[str, bool]:
        """The search indexes made from what is stored, by name, and whether each is whole and in step with it."""
        ...

    def close(self) -> None:
        """Give back connections and memory."""
        ...


class ArchiveWriter(ArchiveReader, Protocol):
    """The writing half: what a build needs, over what it reads of the archive.

    Parsed issues and vectors may be stored at any time, since no search sees them. Whoever calls `commit`, `settle` or
    `derive` holds the archive's lock (`embeddings.archive.registry.lock_archive`).
    """

    def reading(self, key: str) -> str | None:
        """What was once parsed from some bytes, as it was stored; None when nothing was."""
        ...

    def store_reading(self, key: str, reading: str) -> None:
        """Keep what was parsed from some bytes."""
        ...

    def stored_vectors(self, keys: Iterable[str]) -> set[str]:
        """Those of some vector keys that need no encoding."""
        ...

    def store_vectors(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep some vectors by key. No chunk refers to them yet; a build that was stopped finds them again."""
        ...

    def read_vectors(self, keys: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Those of some vectors that are stored, by key, as they were stored, each of shape (dimension,)."""
        ...

    def issue_as_stored(self, key: int) -> PreparedIssue:
        """An issue by key, as a commit once took it, so that another archive can take it; its chunks have ids.

        Raises ArgumentError for a key that is not there.
        """
        ...

    def commit(
        self,
        *,
        add: Sequence[PreparedIssue],
        remove: Sequence[int],
        settings: Settings,
        complete: bool = False,
        changes: Sequence[FileChange] = (),
    ) -> None:
        """Take issues out by key and put issues in, as one step that names a new generation.

        The vectors and readings that only the removed issues used are dropped; `complete` drops all that no issue uses.
        `changes` of files beside the sources belong to the step: they are made after it, and if the process is killed
        before, by `settle`. Raises SourceError when one cannot be made, and NotStorableError for an issue that the
        engine cannot hold; then nothing has happened.
        """
        ...

    def waiting(self) -> list[FileChange]:
        """The changes of files that belong to earlier commits and are not made yet, in their order."""
        ...

    def settle(self) -> None:
        """Make those changes, as far as they can be made now. Opening an archive does so when no build is at work."""
        ...

    def mend_structure(self) -> list[str]:
        """Make what the engine can make of a broken archive, and tell what was done, a line each.

        Raises ArchiveDamagedError where nothing can be read.
        """
        ...

    def texts_without_vector(self) -> dict[str, str]:
        """What the searches see of each chunk whose vector is missing, by the vector's key."""
        ...

    def forget(self, *, vectors: Collection[str] = (), readings: Collection[str] = ()) -> None:
        """Drop vectors and readings by key, so that they are made again."""
        ...

    def mend_indexes(self, *, vectors: Collection[str] = ()) -> list[str]:
        """Make anew what is damaged or lacking in the search indexes, and nothing else; tell what, a line each.

        Reads all of them. Where `vectors` are named by key, they may have been made of others than are stored now.
        Raises ArchiveError when they cannot be written, and ArchiveDamagedError where what is stored cannot be indexed.
        """
        ...

    def derive(self, *, afresh: bool = False) -> None:
        """Bring the search indexes in step with what is stored; `afresh` makes all of them anew.

        Raises ArchiveError when they cannot be written.
        """
        ...


class Engine(Protocol):
    """Keeps archives of one kind, each at a URL."""

    def open(self, location: str, *, create: bool = False) -> ArchiveWriter:
        """Open an archive; `create` makes an empty one where there is none.

        Raises ArchiveMissingError, ArchiveDamagedError, or ArchiveError when it cannot be made.
        """
        ...

    def restore(self, location: str, copy: Path, *, changes: Sequence[FileChange], moved: Mapping[str, str]) -> None:
        """Put a copy (`ArchiveReader.copy_to`) in the place of an archive, there or not yet, as one step.

        `changes` of files belong to the step. Files in a folder that has `moved` are known by its new path from then
        on. The caller holds the archive. Raises ArchiveError.
        """
        ...

    def lock(
        self,
        location: str,
        *,
        wait_seconds: float,
        on_wait: Callable[[str], None] | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> AbstractContextManager[None]:
        """Hold an archive against other builds, there or not yet; it is free again when this process ends.

        `on_wait` is told who holds it, once, before waiting. Raises ArchiveLockedError when it is still held after
        `wait_seconds`.
        """
        ...


class Archive(ArchiveReader, Protocol):
    """An archive as those who answer from it know it; `Archive.open` opens one."""

    @staticmethod
    def open(location: str | Path | None = None) -> ArchiveReader:
        """Open the archive at a URL or path (default: BULLETIN_ARCHIVE, else `archive`).

        Raises ArchiveMissingError or ArchiveDamagedError, and ArchiveError for a URL that no engine knows.
        """
        return open_archive(location)
