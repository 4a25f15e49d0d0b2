"""An archive on a cluster: PostgreSQL is the truth, and a collection of Milvus is derived from it.

A commit is one transaction that names a new generation. Then what is new is put into the collection
(`embeddings.cluster.derive`), which can be made again from PostgreSQL without encoding anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pymilvus import MilvusClient

from embeddings.archive.base import ArchiveWriter, Damage, KnownIssue, PreparedIssue, Settings
from embeddings.cluster.address import ClusterAddress
from embeddings.cluster.collection import ChunkCollection, open_client
from embeddings.cluster.connection import Connection, ConnectionPool
from embeddings.cluster.derive import bring_in_step, is_in_step, write_again
from embeddings.cluster.lock import require_held
from embeddings.cluster.rows import (
    FORMAT,
    ClusterSettings,
    change_counts,
    counts_of_issues,
    insert_issue,
    issue_as_stored,
    known_issues,
    packed,
    read_settings,
    texts_of_issue,
    unpacked,
    write_settings,
)
from embeddings.cluster.snapshot import ClusterListing, ClusterSnapshot, ClusterState, generation_name
from embeddings.cluster.terms import TermCounts
from embeddings.errors import ArchiveCode, ArchiveError, ArchiveMissingError, SourceError
from embeddings.sources.outbox import ChangeKind, FileChange, Outbox

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_COLLECTION = "collection"
_EMPTY = {
    "format": FORMAT,
    "generation": 1,
    "chunks": 0,
    "length": 0,
    "next_issue": 1,
    "next_article": 1,
    "next_chunk": 1,
    "collection": "",
    "collection_mean": 0.0,
}


class ClusterArchive(ArchiveWriter):
    """An archive in a schema of PostgreSQL and a collection of Milvus. Open once, use from any thread."""

    def __init__(self, address: ClusterAddress) -> None:
        self._address = address
        self._pool = ConnectionPool(address)
        self._client: MilvusClient | None = None
        self._client_lock = threading.Lock()
        self._listing: tuple[str, ClusterListing] | None = None

    @classmethod
    def existing(cls, address: ClusterAddress) -> ClusterArchive:
        """Open an archive. Raises ArchiveMissingError, and ArchiveError for one of a newer release."""
        archive = cls(address)
        try:
            with archive._pool.connection() as connection:
                settings = read_settings(connection)
        except BaseException:
            archive.close()
            raise
        if settings.number("format") > FORMAT:
            raise ArchiveError(
                ArchiveCode.NEWER_VERSION, path=address.shown, format=settings.number("format"), own=FORMAT
            )
        return archive

    @classmethod
    def create(cls, address: ClusterAddress) -> ClusterArchive:
        """Open an archive, making an empty one where there is none. Raises ArchiveError."""
        try:
            return cls.existing(address)
        except ArchiveMissingError:
            pass
        archive = cls(address)
        with archive._pool.connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (address.lock_key ^ 1,))
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{address.name}"')
            if connection.execute("SELECT to_regclass('settings')").fetchone() == (None,):
                connection.execute(_schema())
                write_settings(connection, {**_EMPTY, "archive": uuid4().hex})
        return archive

    # Reading.

    @property
    def settings(self) -> Settings | None:
        """What it was built with; None while it is empty and new."""
        with self._pool.connection() as connection:
            return _settings_of(read_settings(connection))

    @contextmanager
    def snapshot(self) -> Iterator[ClusterSnapshot]:
        """Hold the newest complete state until the block ends."""
        with self._holding() as (connection, settings):
            yield ClusterSnapshot(
                connection,
                ClusterState.read(connection, settings),
                collection=self._collection,
                listing=lambda: self._listing_of(connection, generation_name(settings)),
            )

    @contextmanager
    def _holding(self) -> Iterator[tuple[Connection, ClusterSettings]]:
        """A transaction that sees one state, which is told to whoever would take out of Milvus what it needs."""
        key = self._address.readers_key
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT value::int, pg_advisory_lock_shared(%s, value::int) FROM settings WHERE name = 'generation'",
                (key,),
            ).fetchone()
            held = row[0] if row else 0
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection, read_settings(connection)
            connection.execute("ROLLBACK")
            connection.execute("SELECT pg_advisory_unlock_shared(%s, %s)", (key, held))

    def _listing_of(self, connection: Connection, generation: str) -> ClusterListing:
        known = self._listing
        if known is None or known[0] != generation:
            known = generation, ClusterListing.read(connection)
            self._listing = known
        return known[1]

    def known_issues(self) -> list[KnownIssue]:
        """Every issue with how it was read and cut, in the order in which they were added."""
        with self._pool.connection() as connection:
            return known_issues(connection)

    def size_on_disk(self) -> int:
        """The bytes that PostgreSQL needs for it; what Milvus needs is not known."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'",
                (self._address.name,),
            ).fetchone()
        return int(row[0]) if row else 0

    @property
    def generation(self) -> str:
        """Names the newest complete state."""
        with self._pool.connection() as connection:
            return generation_name(read_settings(connection))

    def copy_to(self, path: Path) -> str:
        """Raises ArchiveError: PostgreSQL makes copies of its own, and `bulletin copy` makes an archive in a folder."""
        raise ArchiveError(ArchiveCode.NO_COPY, location=self._address.shown)

    def damage(self) -> Damage:
        """Which vectors are missing. Flipped bits are found by PostgreSQL itself, where it has checksums for pages."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT DISTINCT vector_key FROM chunks LEFT JOIN vectors v USING (vector_key) WHERE v.vector IS NULL "
                "OR length(v.vector) <> 4 * (SELECT value::int FROM settings WHERE name = 'dimension')"
            ).fetchall()
        return Damage(vectors=frozenset(key for (key,) in rows))

    def derived_parts(self) -> dict[str, bool]:
        """Whether the collection is in step with PostgreSQL."""
        with self._pool.connection() as connection:
            return {_COLLECTION: is_in_step(connection, self._milvus(), self._address)}

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()
        with self._client_lock:
            client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # one that broke is closed as well
                client.close()

    # Writing.

    def reading(self, key: str) -> str | None:
        """What was once parsed from some bytes, as it was stored."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT reading FROM readings WHERE reading_key = %s", (key,)).fetchone()
        return str(row[0]) if row else None

    def store_reading(self, key: str, reading: str) -> None:
        """Keep what was parsed from some bytes."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO readings VALUES (%s, %s) "
                "ON CONFLICT (reading_key) DO UPDATE SET reading = excluded.reading",
                (key, reading),
            )

    def stored_vectors(self, keys: Iterable[str]) -> set[str]:
        """Those of some vector keys that need no encoding."""
        wanted = list(dict.fromkeys(keys))
        with self._pool.connection() as connection:
            rows = connection.execute("SELECT vector_key FROM vectors WHERE vector_key = ANY(%s)", (wanted,))
            return {key for (key,) in rows}

    def store_vectors(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep some vectors by key."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO vectors SELECT * FROM unnest(%s::text[], %s::bytea[]) "
                "ON CONFLICT (vector_key) DO UPDATE SET vector = excluded.vector",
                (list(vectors), [packed(vector) for vector in vectors.values()]),
            )

    def read_vectors(self, keys: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Those of some vectors that are stored, by key."""
        with self._pool.connection() as connection:
            rows = connection.execute("SELECT * FROM vectors WHERE vector_key = ANY(%s)", (list(keys),))
            return {key: unpacked(vector) for key, vector in rows}

    def issue_as_stored(self, key: int) -> PreparedIssue:
        """An issue by key, as a commit once took it. Raises ArgumentError for a key that is not there."""
        with self._pool.connection() as connection:
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
        """Take issues out by key and put issues in, as one step that names a new generation."""
        require_held(self._address)
        with Outbox(changes) as outbox:
            with self._pool.connection() as connection, connection.transaction():
                keys = _commit(
                    connection, add=add, remove=remove, settings=settings, complete=complete, changes=changes
                )
                require_held(self._address)
            self._strike_off([key for key, made in zip(keys, outbox.deliver(), strict=True) if made])

    def waiting(self) -> list[FileChange]:
        """The changes of files that belong to earlier commits and could not be made yet."""
        return [change for _, change in self._outbox()]

    def settle(self) -> None:
        """Make the changes of files that earlier commits left to be made. What cannot be made yet waits."""
        for key, change in self._outbox():
            try:
                with Outbox([change]) as outbox:
                    made = all(outbox.deliver())
            except SourceError as error:
                logger.warning("%s", error)
            else:
                self._strike_off([key] if made else [])

    def _outbox(self) -> list[tuple[int, FileChange]]:
        with self._pool.connection() as connection:
            rows = connection.execute("SELECT change_key, kind, path, content FROM outbox ORDER BY change_key")
            return [(key, FileChange(ChangeKind(kind), Path(path), content)) for key, kind, path, content in rows]

    def _strike_off(self, keys: Sequence[int]) -> None:
        # A change that is made twice does no harm, so that it is better left in the list than an error now.
        with suppress(ArchiveError):
            if keys:
                with self._pool.connection() as connection:
                    connection.execute("DELETE FROM outbox WHERE change_key = ANY(%s)", (list(keys),))

    def mend_structure(self) -> list[str]:
        """Nothing: the structure is PostgreSQL's."""
        return []

    def texts_without_vector(self) -> dict[str, str]:
        """What the searches see of each chunk whose vector is missing, by the vector's key."""
        found: dict[str, str] = {}
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT a.issue_key, chunk_key, vector_key FROM articles a JOIN chunks USING (article_key) "
                "LEFT JOIN vectors v USING (vector_key) WHERE v.vector IS NULL ORDER BY chunk_key"
            ).fetchall()
            for issue in dict.fromkeys(issue for issue, _, _ in rows):
                texts = dict(texts_of_issue(connection, issue))
                found.update((key, texts[chunk]) for of, chunk, key in rows if of == issue)
        return found

    def forget(self, *, vectors: Collection[str] = (), readings: Collection[str] = ()) -> None:
        """Drop vectors and readings by key."""
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM vectors WHERE vector_key = ANY(%s)", (list(vectors),))
            connection.execute("DELETE FROM readings WHERE reading_key = ANY(%s)", (list(readings),))

    def mend_indexes(self, *, vectors: Collection[str] = ()) -> list[str]:
        """Put into the collection what it lacks; one that has other chunks than PostgreSQL is made anew."""
        with self._pool.connection() as connection:
            if vectors:
                write_again(connection, vectors)
            written = bring_in_step(connection, self._milvus(), self._address)
            if not is_in_step(connection, self._milvus(), self._address):
                written = bring_in_step(connection, self._milvus(), self._address, afresh=True)
        return [f"{written} issues are put into the search index"] if written else []

    def derive(self, *, afresh: bool = False) -> None:
        """Bring the collection in step with PostgreSQL; `afresh` makes another one."""
        require_held(self._address)
        with self._pool.connection() as connection:
            bring_in_step(connection, self._milvus(), self._address, afresh=afresh)

    # Milvus.

    def _milvus(self) -> MilvusClient:
        with self._client_lock:
            if self._client is None:
                self._client = open_client(self._address)
            return self._client

    def _collection(self, name: str) -> ChunkCollection:
        return ChunkCollection(self._milvus(), self._address, name)


def _schema() -> str:
    return Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


def _settings_of(stored: ClusterSettings) -> Settings | None:
    if "model" not in stored:
        return None
    return Settings(
        stored["model"],
        stored["fingerprint"],
        stored.number("dimension"),
        stored.number("max_chars"),
        stored.number("overlap_chars"),
    )


def _commit(
    connection: Connection,
    *,
    add: Sequence[PreparedIssue],
    remove: Sequence[int],
    settings: Settings,
    complete: bool,
    changes: Sequence[FileChange],
) -> list[int]:
    """What a commit does within its transaction. Returns the keys of the changes of files."""
    # Whoever else would commit waits here, whatever became of its lock.
    connection.execute("SELECT FROM settings WHERE name = 'generation' FOR UPDATE")
    stored = read_settings(connection)
    generation = stored.number("generation") + 1
    out = _remove_issues(connection, remove, generation)
    came = TermCounts.total(insert_issue(connection, one, stored, since=generation) for one in add)
    for counts, sign in ((out.counts, -1), (came, 1)):
        if counts.texts:
            change_counts(connection, counts, sign=sign)
    _drop_unused(connection, out, complete=complete)
    if _settings_of(stored) not in (None, settings) and stored.number("dimension") != settings.dimension:
        # Vectors of another length need another collection.
        _retire(connection, stored)
    write_settings(
        connection,
        {
            **stored,
            **asdict(settings),
            "generation": generation,
            "chunks": stored.number("chunks") - out.counts.texts + came.texts,
            "length": stored.number("length") - out.counts.length + came.length,
        },
    )
    return [
        key
        for change in changes
        for (key,) in connection.execute(
            "INSERT INTO outbox (kind, path, content) VALUES (%s, %s, %s) RETURNING change_key",
            (str(change.kind), str(change.path), change.text),
        )
    ]


class _Removed:
    """What went with some issues: what their chunks counted, and the keys of what they used."""

    def __init__(self, counts: TermCounts, vectors: list[str], readings: list[str]) -> None:
        self.counts, self.vectors, self.readings = counts, vectors, readings


def _remove_issues(connection: Connection, keys: Sequence[int], generation: int) -> _Removed:
    wanted = list(keys)
    counts = counts_of_issues(connection, wanted)
    vectors = connection.execute(
        "SELECT DISTINCT vector_key FROM chunks JOIN articles USING (article_key) WHERE issue_key = ANY(%s)", (wanted,)
    ).fetchall()
    readings = connection.execute("SELECT reading_key FROM issues WHERE issue_key = ANY(%s)", (wanted,)).fetchall()
    connection.execute(
        "INSERT INTO departed SELECT issue_key, %s FROM issues WHERE issue_key = ANY(%s)", (generation, wanted)
    )
    connection.execute("DELETE FROM issues WHERE issue_key = ANY(%s)", (wanted,))
    return _Removed(counts, [key for (key,) in vectors], [key for (key,) in readings])


def _drop_unused(connection: Connection, removed: _Removed, *, complete: bool) -> None:
    """Drop the vectors and readings that nothing needs any more."""
    unused = "NOT EXISTS (SELECT FROM chunks c WHERE c.vector_key = v.vector_key)"
    unread = "NOT EXISTS (SELECT FROM issues i WHERE i.reading_key = r.reading_key)"
    if complete:
        connection.execute(f"DELETE FROM vectors v WHERE {unused}")
        connection.execute(f"DELETE FROM readings r WHERE {unread}")
        return
    connection.execute(f"DELETE FROM vectors v WHERE vector_key = ANY(%s) AND {unused}", (removed.vectors,))
    connection.execute(f"DELETE FROM readings r WHERE reading_key = ANY(%s) AND {unread}", (removed.readings,))


def _retire(connection: Connection, stored: ClusterSettings) -> None:
    """Give up the collection in force; the next one is made of all there is."""
    if stored["collection"]:
        connection.execute(
            "INSERT INTO retired VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (stored["collection"], stored.number("generation")),
        )
    stored["collection"] = ""
    connection.execute("UPDATE issues SET indexed = false")
