"""The default archive: `archive.sqlite` is the truth, `vectors.faiss` and `lexical.npz` are derived from it.

A build is one SQLite transaction that ends by naming a new generation; the derived files carry the generation they were
made from. Where they do not match, or are missing or damaged, they are made again from the database without encoding
anything. SQLite's write-ahead log lets readers hold the old state while a build commits the new one.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from embeddings.archive.base import Archive, Filters, IssueEntry, PreparedIssue, ScoredRow, Settings
from embeddings.encoders.encoder import choose_threads
from embeddings.errors import ArchiveDamagedError, ArchiveError, ArchiveMissingError
from embeddings.index.bm25 import LexicalIndex
from embeddings.index.vectors import VectorIndex
from embeddings.ingest.parse_cache import boxes_from_json, boxes_to_json
from embeddings.text.normalize import fold
from embeddings.types import Article, ArticleKind, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATABASE = "archive.sqlite"
VECTORS = "vectors.faiss"
LEXICAL = "lexical.npz"

_FORMAT = "2"
_LOCK_SECONDS = 30.0
_SAMPLE = 256
_LEAST_FREE = 1_000_000  # bytes; the write-ahead log and its index take some before anything is written
_ISSUE_COLUMNS = "issues.id, issues.name, issues.date, issues.source, issues.member"
_ISSUE_WIDTH = 5
_ARTICLE_COLUMNS = "a.id, a.title, a.section, a.byline, a.kind, a.page, a.date, a.body, a.kicker, a.deck, a.boxes"


class LocalArchive(Archive):
    """An archive in a folder. Open once, use from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._index: _Index | None = None
        self._index_lock = threading.Lock()

    @classmethod
    def existing(cls, folder: Path) -> LocalArchive:
        """Open an existing archive. Raises ArchiveMissingError, ArchiveDamagedError."""
        if not (folder / DATABASE).is_file() or (folder / DATABASE).stat().st_size == 0:
            raise ArchiveMissingError(
                f"There is no archive at {folder}. Build one with `bulletin build FOLDER --archive {folder}`, "
                "or name another with --archive or BULLETIN_ARCHIVE."
            )
        archive = cls(folder)
        with archive._reading() as connection:
            stored = _stored_settings(connection)
        if stored.get("format") != _FORMAT:
            raise ArchiveDamagedError(
                f"{folder / DATABASE} is not an archive this version reads. Build it again in an empty folder."
            )
        return archive

    @classmethod
    def create(cls, folder: Path) -> LocalArchive:
        """Open an archive, making an empty one where there is none. Raises ArchiveError, ArchiveDamagedError."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"The archive folder {folder} cannot be made ({error.strerror}).") from error
        database = folder / DATABASE
        with _archive_errors(folder):
            connection = sqlite3.connect(database, isolation_level=None, timeout=_LOCK_SECONDS)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if not tables:
                    schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
                    first = f"INSERT INTO settings VALUES ('format', '{_FORMAT}'), ('generation', '{uuid4().hex}');"
                    connection.executescript(f"BEGIN; {schema} {first} COMMIT;")
            finally:
                connection.close()
        return cls.existing(folder)

    @property
    def settings(self) -> Settings | None:
        """What the archive was built with; None while it is empty and new."""
        with self._reading() as connection:
            stored = _stored_settings(connection)
        if "model" not in stored:
            return None
        return Settings(
            stored["model"],
            stored["fingerprint"],
            int(stored["dimension"]),
            int(stored["max_chars"]),
            int(stored["overlap_chars"]),
        )

    @contextmanager
    def snapshot(self) -> Iterator[LocalSnapshot]:
        """Hold the newest complete state, for this thread, until the block ends."""
        with self._reading() as connection:
            generation = _stored_settings(connection)["generation"]
            yield LocalSnapshot(connection, self._index_of(connection, generation))

    def size_on_disk(self) -> int:
        """The bytes that the database, its log and the derived files take."""
        names = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", VECTORS, LEXICAL)
        files = (self.folder / name for name in names)
        return sum(file.stat().st_size for file in files if file.is_file())

    def close(self) -> None:
        """Close the idle connections and drop the index."""
        self._index = None
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    # What a build needs. The caller holds the build lock.

    def known_issues(self) -> list[KnownIssue]:
        """What a build compares files with."""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {_ISSUE_COLUMNS}, issue_key, root, reading_key, recipe FROM issues ORDER BY issue_key"
            ).fetchall()
        return [KnownIssue(_issue(row[:_ISSUE_WIDTH]), *row[_ISSUE_WIDTH:]) for row in rows]

    def reading(self, key: str) -> str | None:
        """What a reader once found in some bytes, as it was stored."""
        with self._reading() as connection:
            row = connection.execute("SELECT reading FROM readings WHERE reading_key = ?", (key,)).fetchone()
        return row[0] if row else None

    def store_reading(self, key: str, reading: str) -> None:
        """Keep what a reader found."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO readings VALUES (?, ?)", (key, reading))

    def stored_vectors(self, keys: Iterable[str]) -> set[str]:
        """Those of some vector keys that need no encoding."""
        wanted = list(dict.fromkeys(keys))
        found: set[str] = set()
        with self._reading() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = connection.execute(f"SELECT vector_key FROM vectors WHERE vector_key IN ({marks})", part)
                found.update(key for (key,) in rows)
        return found

    def store_vectors(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep some vectors. No chunk refers to them yet, so no search sees them; a stopped build finds them again."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()],
            )

    def commit(
        self, *, add: Sequence[PreparedIssue], remove: Sequence[int], settings: Settings, complete: bool = False
    ) -> None:
        """Take issues out by key and put issues in, as one step. `complete` also drops vectors nothing refers to."""
        with self._writing() as connection:
            connection.execute("CREATE TEMP TABLE freed (vector_key TEXT PRIMARY KEY)")
            connection.execute("CREATE TEMP TABLE unread (reading_key TEXT PRIMARY KEY)")
            for key in remove:
                connection.execute(
                    "INSERT OR IGNORE INTO freed SELECT vector_key FROM chunks JOIN articles USING (article_key) "
                    "WHERE issue_key = ?",
                    (key,),
                )
                connection.execute(
                    "INSERT OR IGNORE INTO unread SELECT reading_key FROM issues WHERE issue_key = ?", (key,)
                )
                connection.execute("DELETE FROM issues WHERE issue_key = ?", (key,))
            for prepared in add:
                _insert_issue(connection, prepared)
            unused = "vector_key NOT IN (SELECT vector_key FROM chunks)"
            unread = "reading_key NOT IN (SELECT reading_key FROM issues)"
            if complete:
                connection.execute(f"DELETE FROM readings WHERE {unread}")
                connection.execute(f"DELETE FROM vectors WHERE {unused}")
            else:
                connection.execute(
                    f"DELETE FROM vectors WHERE vector_key IN (SELECT vector_key FROM freed) AND {unused}"
                )
                connection.execute(
                    f"DELETE FROM readings WHERE reading_key IN (SELECT reading_key FROM unread) AND {unread}"
                )
            connection.execute("DROP TABLE freed")
            connection.execute("DROP TABLE unread")
            values = {name: str(value) for name, value in asdict(settings).items()} | {"generation": uuid4().hex}
            connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", list(values.items()))

    def derive(self) -> None:
        """Bring the derived files in step with the database. Raises ArchiveError when they cannot be written."""
        if all(self.derived_files().values()):
            return
        try:
            with self.snapshot() as snapshot:
                snapshot.index.save(self.folder)
        except OSError as error:
            raise ArchiveError(
                f"The issues are stored, but the search files in {self.folder} cannot be written ({error.strerror}). "
                "They will be made again in memory each time the archive opens; free some space and build again."
            ) from error

    def damage(self) -> list[str]:
        """What is wrong inside the database, one line each; empty when it is whole."""
        with self._reading() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            found += [f"broken reference in {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
            lost = connection.execute(
                "SELECT count(*) FROM chunks LEFT JOIN vectors USING (vector_key) WHERE vector IS NULL"
            ).fetchone()[0]
            outside = connection.execute(
                "SELECT count(*) FROM chunks JOIN articles USING (article_key) "
                "WHERE NOT (0 <= start AND start < end AND end <= length(body))"
            ).fetchone()[0]
        if lost:
            found.append(f"{lost} chunks have no vector")
        if outside:
            found.append(f"{outside} chunks lie outside their article")
        return found

    def derived_files(self) -> dict[str, bool]:
        """Each derived file, and whether it is whole and in step with the database."""
        with self._reading() as connection:
            generation = _stored_settings(connection)["generation"]
        return {
            VECTORS: VectorIndex.load(self.folder / VECTORS, generation=generation) is not None,
            LEXICAL: LexicalIndex.load(self.folder / LEXICAL, generation=generation) is not None,
        }

    # Connections.

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _archive_errors(self.folder):
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = _connect(self.folder)
            try:
                connection.execute("BEGIN")
                yield connection
            except BaseException:
                connection.close()
                raise
            connection.execute("ROLLBACK")
            self._idle.put(connection)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _archive_errors(self.folder):
            connection = sqlite3.connect(self.folder / DATABASE, isolation_level=None, timeout=_LOCK_SECONDS)
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()

    def _index_of(self, connection: sqlite3.Connection, generation: str) -> _Index:
        with self._index_lock:
            index = self._index
            if index is None or index.generation != generation:
                choose_threads()
                index = _Index.read(connection, self.folder, generation)
                self._index = index
        return index


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


class LocalSnapshot:
    """One generation of a local archive: a read transaction, and the index made for it."""

    def __init__(self, connection: sqlite3.Connection, index: _Index) -> None:
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

    def search_vectors(self, vector: NDArray[np.float32], k: int, *, filters: Filters | None = None) -> list[ScoredRow]:
        """The `k` chunks nearest to a unit vector, by cosine, best first."""
        rows, scores = self.index.vectors.search(vector, k, allowed=self.index.allowed(filters))
        return [ScoredRow(row, score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]

    def search_words(self, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredRow]:
        """The `k` chunks with the highest BM25 score, best first; chunks that share no term are left out."""
        scores = self.index.lexical.scores(question)
        allowed = self.index.allowed(filters)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        candidates = np.flatnonzero(scores)
        if candidates.size > k:
            candidates = candidates[np.argpartition(-scores[candidates], k - 1)[:k]]
        best = candidates[np.lexsort((candidates, -scores[candidates]))]
        return [ScoredRow(row, score) for row, score in zip(best.tolist(), scores[best].tolist(), strict=True)]

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

    def word_scores(self, question: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 scores of some chunks, shape (len(rows),)."""
        return self.index.lexical.scores(question)[np.asarray(rows, dtype=np.intp)]

    def idf(self, terms: NDArray[np.uint64]) -> NDArray[np.float32]:
        """How telling each term is in this archive, shape of `terms`."""
        return self.index.lexical.idf(terms)

    def vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """The stored vectors of some chunks, shape (len(rows), dimension)."""
        return self.index.vectors.vectors(rows)

    def sample_vectors(self) -> NDArray[np.float32]:
        """Vectors of chunks spread evenly over the archive, shape (at most 256, dimension)."""
        return self.index.sample

    def read_chunks(self, rows: Sequence[int]) -> list[tuple[Chunk, Article]]:
        """Some chunks, each with its article, in the order asked for."""
        articles: dict[int, Article] = {}
        found = []
        for row in rows:
            key = int(self.index.article_keys[row])
            if key not in articles:
                articles[key] = self._article(key)
            article, start, end = articles[key], int(self.index.starts[row]), int(self.index.ends[row])
            found.append(
                (Chunk(str(self.index.chunk_keys[row]), article.id, article.body[start:end], start, end), article)
            )
        return found

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        rows = self._connection.execute(
            f"SELECT {_ISSUE_COLUMNS}, count(a.article_key), coalesce(sum(length(a.body)), 0), "
            "(SELECT count(*) FROM chunks JOIN articles USING (article_key) WHERE issue_key = issues.issue_key) "
            "FROM issues LEFT JOIN articles a USING (issue_key) GROUP BY issues.issue_key "
            "ORDER BY issues.date IS NULL, issues.date DESC, issues.name"
        )
        return [
            IssueEntry(_issue(issue), articles, chunks, characters) for *issue, articles, characters, chunks in rows
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
        for key, *columns in self._connection.execute(f"SELECT issue_key, {_ISSUE_COLUMNS} FROM issues").fetchall():
            issue = _issue(columns)
            if goes_by(issue, name):
                articles = self._connection.execute(
                    f"SELECT {_ARTICLE_COLUMNS} FROM articles a WHERE issue_key = ? ORDER BY article_key", (key,)
                )
                found.append(replace(issue, articles=tuple(_article(row, issue) for row in articles)))
        return found

    def read_article(self, article_id: str) -> list[Article]:
        """The articles with an id; two issues may use the same one."""
        rows = self._connection.execute(
            f"SELECT {_ISSUE_COLUMNS}, {_ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) WHERE a.id = ? "
            "ORDER BY issues.date DESC, article_key",
            (article_id,),
        )
        return [_article(row[_ISSUE_WIDTH:], _issue(row[:_ISSUE_WIDTH])) for row in rows]

    def _article(self, key: int) -> Article:
        row = self._connection.execute(
            f"SELECT {_ISSUE_COLUMNS}, {_ARTICLE_COLUMNS} FROM articles a JOIN issues USING (issue_key) "
            "WHERE article_key = ?",
            (key,),
        ).fetchone()
        return _article(row[_ISSUE_WIDTH:], _issue(row[:_ISSUE_WIDTH]))


@dataclass(frozen=True, slots=True)
class _Index:
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
    def read(cls, connection: sqlite3.Connection, folder: Path, generation: str) -> _Index:
        rows = connection.execute(
            "SELECT chunk_key, article_key, start, end, a.date, issue_key, section FROM chunks "
            "JOIN articles a USING (article_key) ORDER BY chunk_key"
        ).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * 7
        issues = {
            row[0]: _issue(row[1:]) for row in connection.execute(f"SELECT issue_key, {_ISSUE_COLUMNS} FROM issues")
        }
        issue_place = {key: place for place, key in enumerate(issues)}
        sections = tuple(dict.fromkeys(columns[6]))
        section_place = {section: place for place, section in enumerate(sections)}
        vectors = VectorIndex.load(folder / VECTORS, generation=generation)
        lexical = LexicalIndex.load(folder / LEXICAL, generation=generation)
        if vectors is None or len(vectors) != len(rows):
            vectors = _read_vectors(connection, len(rows))
        return cls(
            generation,
            vectors,
            LexicalIndex.build(_read_texts(connection)) if lexical is None or lexical.size != len(rows) else lexical,
            np.array(columns[0], dtype=np.int64),
            np.array(columns[1], dtype=np.int64),
            np.array(columns[2], dtype=np.int64),
            np.array(columns[3], dtype=np.int64),
            np.array([date.fromisoformat(day).toordinal() if day else 0 for day in columns[4]], dtype=np.int32),
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


def goes_by(issue: Issue, name: str) -> bool:
    """Whether an issue is called this: its name, its file's name, or the first six or more digits of its id."""
    wanted = fold(name.strip())
    source = Path(issue.member or issue.source)
    names = {fold(issue.name), fold(source.name), fold(source.stem), fold(issue.source)}
    return bool(wanted) and (wanted in names or (len(wanted) >= 6 and issue.id.startswith(wanted)))


def indexed_text(heading: str, text: str) -> str:
    """What both searches see of a chunk: its article's kicker, title and deck, then the chunk."""
    return f"{heading}\n{text}" if heading else text


def _read_texts(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT a.kicker, a.title, a.deck, substr(a.body, start + 1, end - start) FROM chunks "
        "JOIN articles a USING (article_key) ORDER BY chunk_key"
    )
    return [indexed_text(" ".join(filter(None, heading)), text) for *heading, text in rows]


def _read_vectors(connection: sqlite3.Connection, count: int) -> VectorIndex:
    stored = _stored_settings(connection)
    dimension = int(stored.get("dimension", 1))
    rows = connection.execute("SELECT vector FROM chunks JOIN vectors USING (vector_key) ORDER BY chunk_key")
    packed = b"".join(vector for (vector,) in rows)
    if len(packed) != 4 * count * dimension:
        raise ArchiveDamagedError(
            "Some vectors are missing from the archive. Run `bulletin build --full` to make them again."
        )
    return VectorIndex.build(np.frombuffer(packed, dtype="<f4").reshape(count, dimension))


def _insert_issue(connection: sqlite3.Connection, prepared: PreparedIssue) -> None:
    issue = prepared.issue
    issue_key = connection.execute(
        "INSERT INTO issues (id, name, date, source, member, root, reading_key, recipe) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            issue.id,
            issue.name,
            _iso(issue.date),
            issue.source,
            issue.member,
            prepared.root,
            prepared.reading_key,
            prepared.recipe,
        ),
    ).lastrowid
    for article in issue.articles:
        article_key = connection.execute(
            "INSERT INTO articles (issue_key, id, title, section, byline, kind, page, date, body, kicker, deck, boxes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                issue_key,
                article.id,
                article.title,
                article.section,
                article.byline,
                str(article.kind),
                article.page,
                _iso(article.date),
                article.body,
                article.kicker,
                article.deck,
                boxes_to_json(article.boxes),
            ),
        ).lastrowid
        connection.executemany(
            "INSERT INTO chunks (article_key, start, end, vector_key) VALUES (?, ?, ?, ?)",
            [(article_key, chunk.start, chunk.end, key) for chunk, key in prepared.chunks[article.id]],
        )


def _issue(columns: Sequence[str | None]) -> Issue:
    identity, name, day, source, member = columns
    return Issue(
        str(identity), str(name), date.fromisoformat(day) if day else None, str(source), member=str(member or "")
    )


def _article(columns: Sequence[object], issue: Issue) -> Article:
    identity, title, section, byline, kind, page, day, body, kicker, deck, boxes = columns
    return Article(
        id=str(identity),
        issue=issue,
        title=str(title),
        body=str(body),
        section=str(section),
        byline=str(byline),
        kind=ArticleKind(kind),
        page=page if isinstance(page, int) else None,
        date=date.fromisoformat(str(day)) if day else None,
        kicker=str(kicker),
        deck=str(deck),
        boxes=boxes_from_json(str(boxes)),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _stored_settings(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM settings").fetchall())


def _connect(folder: Path) -> sqlite3.Connection:
    """A connection for reading. An archive on a read-only disk cannot keep a write-ahead log, and nobody changes it."""
    address = (folder / DATABASE).resolve().as_uri()
    for options in ("mode=rw", "mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{address}?{options}", uri=True, isolation_level=None, timeout=_LOCK_SECONDS, check_same_thread=False
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if options.endswith("immutable=1"):
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def _archive_errors(folder: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the cause and the cure."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise ArchiveMissingError(
                f"The archive at {folder} is empty: its first build did not finish. Run `bulletin build` again."
            ) from error
        if "is full" in str(error) or ("disk I/O" in str(error) and _has_full_disk(folder)):
            raise ArchiveError(
                f"There is no space left on the disk of the archive at {folder}; it is as it was. "
                "Free some space and try again."
            ) from error
        raise ArchiveError(f"The archive at {folder} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveDamagedError(
            f"{folder / DATABASE} cannot be read as an archive ({error}). "
            "Restore a copy, or move the folder away and build again."
        ) from error


def _has_full_disk(folder: Path) -> bool:
    """Whether so little is free that SQLite cannot lay out its files: it calls a full disk an I/O error."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False
