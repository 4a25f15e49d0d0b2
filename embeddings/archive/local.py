"""The default archive: `archive.sqlite` is the truth, and `segments/` is derived from it.

A build is one SQLite transaction that ends by naming a new generation; then the issues that are new get a segment
(`embeddings.archive.segments`). Where segments are missing or damaged, they are made again from the database without
encoding anything. SQLite's write-ahead log lets open snapshots hold the old state while a build commits the new one.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from embeddings.archive.base import ArchiveWriter, Damage, Engine, KnownIssue, PreparedIssue, Settings
from embeddings.archive.checksums import checksum_of, seal_settings
from embeddings.archive.commits import COMMITS, note_commit, read_commits, write_commits
from embeddings.archive.connection import LOCK_SECONDS, any_text, archive_errors, connect
from embeddings.archive.integrity import find_damage, salvage
from embeddings.archive.lock import build_lock
from embeddings.archive.rows import (
    DATABASE,
    ISSUE_COLUMNS,
    ISSUE_WIDTH,
    insert_issue,
    issue_as_stored,
    issue_from,
    move_sources,
    put_changes_first,
    store_changes,
    stored_settings,
    texts_without_vector,
)
from embeddings.archive.segments import SegmentFolder, issue_identities
from embeddings.archive.snapshot import Index, LocalSnapshot
from embeddings.archive.upgrade import FORMAT, format_of, upgrade
from embeddings.config import archive_path
from embeddings.encoders.encoder import choose_threads
from embeddings.encoders.onnx_session import return_freed_memory
from embeddings.errors import ArchiveCode, ArchiveDamagedError, ArchiveError, ArchiveMissingError, SourceError
from embeddings.sources.atomic import UNFINISHED, sweep, unfinished
from embeddings.sources.files import SEGMENTS_FOLDER
from embeddings.sources.outbox import ChangeKind, FileChange, Outbox, copy_database

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)


_FORMER_INDEXES = ("vectors.faiss", "lexical.npz")  # of release 0.1.0


class LocalArchive(ArchiveWriter):
    """An archive in a folder. Open once, use from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._segments = SegmentFolder(folder)
        self._index: Index | None = None
        self._index_lock = threading.Lock()

    @classmethod
    def existing(cls, folder: Path) -> LocalArchive:
        """Open an existing archive, in the present format. Raises ArchiveMissingError, ArchiveDamagedError.

        One of an earlier release is upgraded, and what a killed process left to be done is done, where the disk allows.
        Raises ArchiveError for one of a newer release.
        """
        if not (folder / DATABASE).is_file() or (folder / DATABASE).stat().st_size == 0:
            raise ArchiveMissingError(ArchiveCode.MISSING, folder=folder)
        archive = cls(folder)
        with archive._reading() as connection:
            stored = format_of(connection)
            waiting = stored == FORMAT and connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
        if stored > FORMAT:
            raise ArchiveError(ArchiveCode.NEWER_VERSION, path=folder / DATABASE, format=stored, own=FORMAT)
        if stored < 2:
            raise ArchiveDamagedError(ArchiveCode.OTHER_VERSION, path=folder / DATABASE)
        if stored < FORMAT:
            archive._upgrade()
        elif waiting or unfinished(folder):
            archive._settle_unheld()
        if any((folder / name).is_file() for name in _FORMER_INDEXES):
            archive._derive_unheld()
        return archive

    @classmethod
    def create(cls, folder: Path) -> LocalArchive:
        """Open an archive, making an empty one where there is none. Raises ArchiveError, ArchiveDamagedError."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(ArchiveCode.FOLDER_NOT_MADE, folder=folder, detail=error.strerror) from error
        database = folder / DATABASE
        with archive_errors(folder):
            connection = sqlite3.connect(database, isolation_level=None, timeout=LOCK_SECONDS)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if not tables:
                    first = f"INSERT INTO settings VALUES ('format', '{FORMAT}'), ('generation', '{uuid4().hex}');"
                    connection.executescript(f"BEGIN; {_schema()} {first}")
                    seal_settings(connection)
                    connection.execute("COMMIT")
            finally:
                connection.close()
        return cls.existing(folder)

    @property
    def settings(self) -> Settings | None:
        """What the archive was built with; None while it is empty and new."""
        with self._reading() as connection:
            stored = stored_settings(connection)
        if "model" not in stored:
            return None
        return Settings(
            stored["model"],
            stored["fingerprint"],
            stored.number("dimension"),
            stored.number("max_chars"),
            stored.number("overlap_chars"),
        )

    @contextmanager
    def snapshot(self) -> Iterator[LocalSnapshot]:
        """Hold the newest complete state, for this thread, until the block ends."""
        with self._reading() as connection:
            generation = stored_settings(connection)["generation"]
            yield LocalSnapshot(connection, self._index_of(connection, generation))

    @property
    def generation(self) -> str:
        """Names the newest complete state."""
        with self._reading() as connection:
            return stored_settings(connection)["generation"]

    def copy_to(self, path: Path) -> str:
        """Write a copy into a new file, by SQLite's own backup, and return the generation that it has."""
        with archive_errors(self.folder), closing(sqlite3.connect(path, isolation_level=None)) as copy:
            with self._reading() as connection:
                connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file alone
            with any_text(copy):
                damage = find_damage(copy)
            if damage:
                raise ArchiveDamagedError(
                    ArchiveCode.DAMAGED, path=self.folder / DATABASE, detail="; ".join(damage.lines())
                )
            return stored_settings(copy)["generation"]

    def size_on_disk(self) -> int:
        """The bytes that the database, its log, the count of commits and the segments take."""
        files = (self.folder / name for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", COMMITS))
        return sum(file.stat().st_size for file in files if file.is_file()) + self._segments.size_on_disk()

    def close(self) -> None:
        """Close the idle connections and drop the index."""
        self._index = None
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def known_issues(self) -> list[KnownIssue]:
        """Every issue with how it was read and cut, in the order in which they were added."""
        with self._reading() as connection, any_text(connection):
            rows = connection.execute(
                f"SELECT {ISSUE_COLUMNS}, issue_key, root, reading_key, recipe FROM issues ORDER BY issue_key"
            ).fetchall()
        return [KnownIssue(issue_from(row[:ISSUE_WIDTH]), *row[ISSUE_WIDTH:]) for row in rows]

    def reading(self, key: str) -> str | None:
        """What was once parsed from some bytes, as it was stored."""
        with self._reading() as connection:
            row = connection.execute("SELECT reading FROM readings WHERE reading_key = ?", (key,)).fetchone()
        return row[0] if row else None

    def store_reading(self, key: str, reading: str) -> None:
        """Keep what was parsed from some bytes."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", (key, reading, checksum_of(key, reading))
            )

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
        packed = [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()]
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(key, vector, checksum_of(key, vector)) for key, vector in packed],
            )

    def read_vectors(self, keys: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Those of some vectors that are stored, by key."""
        query = "SELECT vector FROM vectors WHERE vector_key = ?"
        with self._reading() as connection:
            found = {key: connection.execute(query, (key,)).fetchone() for key in keys}
        return {key: np.frombuffer(row[0], dtype="<f4") for key, row in found.items() if row}

    def issue_as_stored(self, key: int) -> PreparedIssue:
        """An issue by key, as a commit once took it. Raises ArgumentError for a key that is not there."""
        with self._reading() as connection:
            return issue_as_stored(connection, key)

    def commit(
        self,
        *,
        add: Sequence[PreparedIssue],
        remove: Sequence[int],
        settings: Settings,
        complete: bool = False,
        changes: Sequence[FileChange] = (),
    ) -> None:
        """Take issues out by key and put issues in, as one step, which also makes some changes of files.

        `complete` also drops vectors nothing refers to. Raises SourceError when a file cannot be changed; then nothing
        has happened.
        """
        with Outbox(changes) as outbox:
            with self._writing() as connection:
                former = stored_settings(connection)["generation"]
                touched = _replace_issues(connection, add=add, remove=remove, complete=complete)
                values = {name: str(value) for name, value in asdict(settings).items()}
                connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", list(values.items()))
                commits = _next_commit(connection, self.folder)
                note_commit(connection, former, stored_settings(connection)["generation"], touched)
                keys = store_changes(connection, changes)
            write_commits(self.folder, commits)
            self._strike_off(key for key, made in zip(keys, outbox.deliver(), strict=True) if made)

    def waiting(self) -> list[FileChange]:
        """The changes of files that belong to earlier commits and could not be made yet."""
        return [change for _, change in self._outbox()]

    def settle(self) -> None:
        """Make the changes of files that earlier commits left to be made. What cannot be made yet waits.

        What killed builds left unfinished beside the archive is removed.
        """
        sweep(self.folder)
        found = self._outbox()
        if not found:
            return
        for key, change in found:
            try:
                with Outbox([change]) as outbox:
                    made = all(outbox.deliver())
            except SourceError as error:
                logger.warning("%s", error)
            else:
                self._strike_off([key] if made else [])

    def _settle_unheld(self) -> None:
        """Settle unless a build is at work, which does so itself; a disk that cannot be written is left alone."""
        with suppress(ArchiveError), build_lock(self.folder, wait_seconds=0):
            self.settle()

    def _derive_unheld(self) -> None:
        """Make the segments of an archive of an earlier release, unless a build is at work, which does so itself."""
        with suppress(ArchiveError), build_lock(self.folder, wait_seconds=0):
            self.derive()

    def _outbox(self) -> list[tuple[int, FileChange]]:
        with self._reading() as connection:
            if format_of(connection) < FORMAT:
                return []
            rows = connection.execute("SELECT change_key, kind, path, content FROM outbox ORDER BY change_key")
            return [(key, FileChange(ChangeKind(kind), Path(path), content)) for key, kind, path, content in rows]

    def _strike_off(self, keys: Iterable[int | None]) -> None:
        done = [(key,) for key in keys]
        # A change that is made twice does no harm, so that it is better left in the list than an error now.
        with suppress(ArchiveError):
            if done:
                with self._writing() as connection:
                    connection.executemany("DELETE FROM outbox WHERE change_key = ?", done)

    def _upgrade(self) -> None:
        try:
            with archive_errors(self.folder):
                connection = sqlite3.connect(self.folder / DATABASE, isolation_level=None, timeout=LOCK_SECONDS)
                with closing(connection):
                    upgrade(connection)
        except ArchiveDamagedError:
            raise
        except ArchiveError as error:
            # What reads needs nothing of the new format, and a read-only disk holds no build.
            logger.warning("The archive stays in its old format: %s", error)

    def derive(self, *, afresh: bool = False) -> None:
        """Bring the segments in step with the database. Raises ArchiveError when they cannot be written."""
        with self._deriving() as connection:
            self._segments.update(connection, afresh=afresh)
        with _writing_index(self.folder):
            for name in _FORMER_INDEXES:
                (self.folder / name).unlink(missing_ok=True)

    def mend_indexes(self, *, vectors: Collection[str] = ()) -> list[str]:
        """Make anew the segments that are not as they were written or not what the database has."""
        with self._deriving() as connection:
            unsound = self._segments.unsound(connection, vectors)
            count = self._segments.update(connection, without=unsound)
        if unsound:
            return [f"{len(unsound)} segments of the search index, with {count} issues, are made anew"]
        return [f"{count} issues are put into the search index"] if count else []

    @contextmanager
    def _deriving(self) -> Iterator[sqlite3.Connection]:
        with _writing_index(self.folder), _numbers_as_stored(self.folder), self._reading() as connection:
            yield connection

    def damage(self) -> Damage:
        """What is wrong inside the database; false when it is whole. Reads every row."""
        with self._reading() as connection, any_text(connection):
            found = find_damage(connection)
            commits = int(stored_settings(connection).get("commits", "0")) if not found.structure else 0
        return found if found.structure else replace(found, lost=max(0, read_commits(self.folder) - commits))

    def mend_structure(self) -> list[str]:
        """Make SQLite's own indexes again, or a new database of what can be read of this one."""
        with archive_errors(self.folder), closing(self._connection()) as connection:
            with suppress(sqlite3.Error):
                connection.execute("REINDEX")
                with any_text(connection):
                    found = find_damage(connection)
                if not found.structure:
                    return ["made the indexes of the database again"]
            mended = self.folder / f"{UNFINISHED}mended.sqlite"
            mended.unlink(missing_ok=True)
            rows = salvage(connection, mended, _schema())
        if not rows:
            raise ArchiveDamagedError(ArchiveCode.DAMAGED, path=self.folder / DATABASE, detail="nothing can be read")
        with archive_errors(self.folder):
            copy_database(mended, self.folder / DATABASE)
        mended.unlink()
        with self._writing() as connection:
            defaults = [("format", str(FORMAT)), ("generation", uuid4().hex)]
            connection.executemany("INSERT OR IGNORE INTO settings VALUES (?, ?)", defaults)
            connection.execute("UPDATE settings SET value = ? WHERE name = 'generation'", (uuid4().hex,))
        return [f"made the database again of the {rows} rows that can be read"]

    def texts_without_vector(self) -> dict[str, str]:
        """What the searches see of each chunk whose vector is missing, by the vector's key."""
        with self._reading() as connection:
            return texts_without_vector(connection)

    def forget(self, *, vectors: Collection[str] = (), readings: Collection[str] = ()) -> None:
        """Drop vectors and readings by key."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM vectors WHERE vector_key = ?", [(key,) for key in vectors])
            connection.executemany("DELETE FROM readings WHERE reading_key = ?", [(key,) for key in readings])

    def derived_parts(self) -> dict[str, bool]:
        """Whether the segments are whole and in step with the database. Reads all of them."""
        with self._reading() as connection:
            return {
                SEGMENTS_FOLDER: self._segments.has(issue_identities(connection))
                and self._segments.is_whole(connection)
            }

    # Connections.

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with archive_errors(self.folder):
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = connect(self.folder)
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
        with archive_errors(self.folder), closing(self._connection()) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
            # What is in the database itself is safe from whoever deletes the log beside it. Nobody waits for this.
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _connection(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / DATABASE, isolation_level=None, timeout=LOCK_SECONDS)

    def _index_of(self, connection: sqlite3.Connection, generation: str) -> Index:
        with self._index_lock:
            index = self._index
            replaced = index is not None and index.generation != generation
            if index is None or replaced:
                choose_threads()
                with _numbers_as_stored(self.folder):
                    index = Index.read(connection, self._segments.opened(), before=index)
                self._index = index
        if replaced:
            return_freed_memory()  # that of the index before; a page may see a hundred builds a day
        return index


@contextmanager
def _numbers_as_stored(folder: Path) -> Iterator[None]:
    """Raise ArchiveDamagedError where a flipped bit made a text of a number, or a number that nothing goes by."""
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise ArchiveDamagedError(ArchiveCode.DAMAGED, path=folder / DATABASE, detail=str(error)) from error


@contextmanager
def _writing_index(folder: Path) -> Iterator[None]:
    """Raise ArchiveError where what is derived cannot be written."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(ArchiveCode.INDEX_NOT_WRITTEN, folder=folder, detail=error.strerror) from error


def _schema() -> str:
    return Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


def _next_commit(connection: sqlite3.Connection, folder: Path) -> int:
    """Name a new generation and count it, and return the count."""
    count = max(read_commits(folder), int(stored_settings(connection).get("commits", "0"))) + 1
    values = [("generation", uuid4().hex), ("commits", str(count))]
    connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)
    seal_settings(connection)
    return count


def _replace_issues(
    connection: sqlite3.Connection, *, add: Sequence[PreparedIssue], remove: Sequence[int], complete: bool
) -> set[int]:
    """Take issues out and put issues in, and drop the vectors and readings that nothing needs any more.

    Returns the keys of all these issues.
    """
    connection.execute("CREATE TEMP TABLE freed (vector_key TEXT PRIMARY KEY)")
    connection.execute("CREATE TEMP TABLE unread (reading_key TEXT PRIMARY KEY)")
    for key in remove:
        connection.execute(
            "INSERT OR IGNORE INTO freed SELECT vector_key FROM chunks JOIN articles USING (article_key) "
            "WHERE issue_key = ?",
            (key,),
        )
        connection.execute("INSERT OR IGNORE INTO unread SELECT reading_key FROM issues WHERE issue_key = ?", (key,))
        connection.execute("DELETE FROM issues WHERE issue_key = ?", (key,))
    touched = {*remove, *(insert_issue(connection, prepared) for prepared in add)}
    unused = "vector_key NOT IN (SELECT vector_key FROM chunks)"
    unread = "reading_key NOT IN (SELECT reading_key FROM issues)"
    if complete:
        connection.execute(f"DELETE FROM readings WHERE {unread}")
        connection.execute(f"DELETE FROM vectors WHERE {unused}")
    else:
        connection.execute(f"DELETE FROM vectors WHERE vector_key IN (SELECT vector_key FROM freed) AND {unused}")
        connection.execute(f"DELETE FROM readings WHERE reading_key IN (SELECT reading_key FROM unread) AND {unread}")
    connection.execute("DROP TABLE freed")
    connection.execute("DROP TABLE unread")
    return touched


class LocalEngine(Engine):
    """Keeps each archive in a folder of this machine, named by path or file: URL."""

    def open(self, location: str, *, create: bool = False) -> LocalArchive:
        """Open an archive. Raises ArchiveMissingError, ArchiveDamagedError, ArchiveError."""
        folder = archive_path(location)
        return LocalArchive.create(folder) if create else LocalArchive.existing(folder)

    def restore(self, location: str, copy: Path, *, changes: Sequence[FileChange], moved: Mapping[str, str]) -> None:
        """Put a copy in the place of an archive, in one transaction."""
        folder = archive_path(location)
        folder.mkdir(parents=True, exist_ok=True)
        with archive_errors(folder), closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            stored = format_of(connection)
            if stored > FORMAT:
                raise ArchiveError(ArchiveCode.NEWER_VERSION, path=copy, format=stored, own=FORMAT)
            upgrade(connection)
            connection.execute("BEGIN IMMEDIATE")
            move_sources(connection, moved)
            put_changes_first(connection, changes, moved)
            commits = _next_commit(connection, folder)
            connection.execute("COMMIT")
        try:
            copy_database(copy, folder / DATABASE)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise ArchiveError(ArchiveCode.UNUSABLE, folder=folder, detail=str(error)) from error
            # What lies there is no database any more, and nobody can have it open.
            for path in folder.glob(f"{DATABASE}*"):
                path.unlink()
            copy_database(copy, folder / DATABASE)
        write_commits(folder, commits)
        archive = LocalArchive.existing(folder)
        archive.settle()
        archive.derive()
        archive.close()

    def lock(
        self,
        location: str,
        *,
        wait_seconds: float,
        on_wait: Callable[[str], None] | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> AbstractContextManager[None]:
        """Hold the lock file of an archive's folder, which is made where there is none. Raises ArchiveLockedError."""
        return build_lock(archive_path(location), wait_seconds=wait_seconds, on_wait=on_wait, now=now)


ENGINE = LocalEngine()
