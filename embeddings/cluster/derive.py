"""Bringing the collection in step with PostgreSQL, and taking out of it what no reader can see any more.

Whoever does so holds the archive. An issue is marked as indexed once all of it is in the collection, so that what a
killed process left half written is written again; to write a row twice does no harm.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from pymilvus import MilvusClient

from embeddings.cluster.address import ClusterAddress
from embeddings.cluster.collection import ChunkCollection
from embeddings.cluster.connection import Connection
from embeddings.cluster.rows import (
    ClusterSettings,
    day_number,
    read_settings,
    texts_of_issue,
    vectors_by_chunk,
    write_settings,
)
from embeddings.cluster.snapshot import halved
from embeddings.cluster.terms import sparse_rows
from embeddings.errors import ArchiveCode, ArchiveDamagedError

_PORTION = 2_000  # chunks that are in memory at a time, some 20 MB
_DRIFT = 2.0  # of the mean length, from which on a collection weighs words too wrongly


def bring_in_step(
    connection: Connection, client: MilvusClient, address: ClusterAddress, *, afresh: bool = False
) -> int:
    """Put into the collection what it lacks, and return how many issues that were; `afresh` makes another collection.

    One that Milvus does not have, or whose mean length is not that of the archive by far, is made anew as well.
    """
    settings = read_settings(connection)
    if settings.number("chunks") == 0 and not settings["collection"]:
        connection.execute("UPDATE issues SET indexed = true WHERE NOT indexed")
        return 0
    collection = ChunkCollection(client, address, settings["collection"])
    if afresh or not settings["collection"] or _is_off(settings) or not collection.exists():
        collection, written = _made_anew(connection, client, address, settings)
    else:
        written = _put_in(connection, collection, settings)
    _purge(connection, client, address, collection)
    return written


def _is_off(settings: ClusterSettings) -> bool:
    mean, own = settings.mean_length, float(settings["collection_mean"])
    return mean > 0 and not 1 / _DRIFT <= mean / (own or mean) <= _DRIFT


def _made_anew(
    connection: Connection, client: MilvusClient, address: ClusterAddress, settings: ClusterSettings
) -> tuple[ChunkCollection, int]:
    """Another collection of all that PostgreSQL has; it takes the place of the former in one step, once it is whole."""
    _require_vectors(connection, settings)
    collection = ChunkCollection(client, address, address.collections + uuid4().hex)
    collection.create(settings.number("dimension"))
    settings = ClusterSettings({**settings, "collection_mean": str(settings.mean_length)})
    keys = [key for (key,) in connection.execute("SELECT issue_key FROM issues ORDER BY issue_key").fetchall()]
    _write(connection, collection, settings, keys)
    with connection.transaction():
        if settings["collection"]:
            connection.execute(
                "INSERT INTO retired VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (settings["collection"], settings.number("generation")),
            )
        connection.execute("UPDATE issues SET indexed = true WHERE NOT indexed")
        write_settings(connection, {"collection": collection.name, "collection_mean": settings["collection_mean"]})
    return collection, len(keys)


def _put_in(connection: Connection, collection: ChunkCollection, settings: ClusterSettings) -> int:
    rows = connection.execute("SELECT issue_key FROM issues WHERE NOT indexed ORDER BY issue_key").fetchall()
    keys = [key for (key,) in rows]
    if keys:
        _require_vectors(connection, settings)
        _write(connection, collection, settings, keys, mark=True)
    return len(keys)


def _write(
    connection: Connection,
    collection: ChunkCollection,
    settings: ClusterSettings,
    keys: Collection[int],
    *,
    mark: bool = False,
) -> None:
    """Put issues into the collection, some together, and say so in PostgreSQL where they are to be marked."""
    waiting: list[dict[str, Any]] = []
    done: list[int] = []

    def write_out() -> None:
        collection.insert(waiting)
        if mark:
            connection.execute("UPDATE issues SET indexed = true WHERE issue_key = ANY(%s)", (done,))
        waiting.clear()
        done.clear()

    for key in keys:
        waiting += _rows_of(connection, key, settings)
        done.append(key)
        if len(waiting) >= _PORTION:
            write_out()
    write_out()


def _rows_of(connection: Connection, key: int, settings: ClusterSettings) -> list[dict[str, Any]]:
    """The rows of the chunks of an issue."""
    dimension = settings.number("dimension")
    texts = texts_of_issue(connection, key)
    vectors = vectors_by_chunk(connection, [chunk for chunk, _ in texts], dimension)
    known = connection.execute(
        "SELECT chunk_key, i.since, a.date, a.section_hash FROM issues i JOIN articles a USING (issue_key) "
        "JOIN chunks USING (article_key) WHERE i.issue_key = %s",
        (key,),
    ).fetchall()
    places = {chunk: (since, day_number(day), section) for chunk, since, day, section in known}
    words = sparse_rows([text for _, text in texts], float(settings["collection_mean"]))
    rows = []
    for (chunk, _), terms in zip(texts, words, strict=True):
        if chunk not in vectors:
            raise ArchiveDamagedError(ArchiveCode.VECTORS_MISSING)
        since, day, section = places[chunk]
        dense = halved(vectors[chunk]).tolist()
        rows.append(
            {
                "chunk": chunk,
                "issue": key,
                "since": since,
                "day": day,
                "section": section,
                "dense": dense if len(dense) > 1 else [*dense, 0.0],
                "terms": terms or {0: 0.0},
            }
        )
    return rows


def _require_vectors(connection: Connection, settings: ClusterSettings) -> None:
    """Raise ArchiveDamagedError where a chunk of what is to be indexed has no vector."""
    if connection.execute(
        "SELECT EXISTS (SELECT FROM issues i JOIN articles a USING (issue_key) JOIN chunks USING (article_key) "
        "LEFT JOIN vectors v USING (vector_key) WHERE NOT i.indexed AND "
        "(v.vector IS NULL OR length(v.vector) <> %s))",
        (4 * settings.number("dimension"),),
    ).fetchone() == (True,):
        raise ArchiveDamagedError(ArchiveCode.VECTORS_MISSING)


def _purge(connection: Connection, client: MilvusClient, address: ClusterAddress, collection: ChunkCollection) -> None:
    """Take out of Milvus what no state has that a reader can hold."""
    oldest = oldest_held(connection, address)
    departed = connection.execute("SELECT issue_key FROM departed WHERE until <= %s", (oldest,)).fetchall()
    if departed:
        keys = [key for (key,) in departed]
        collection.delete_issues(keys)
        connection.execute("DELETE FROM departed WHERE issue_key = ANY(%s)", (keys,))
    retired = connection.execute("SELECT collection FROM retired WHERE until < %s", (oldest,)).fetchall()
    for (name,) in retired:
        ChunkCollection(client, address, name).drop()
        connection.execute("DELETE FROM retired WHERE collection = %s", (name,))


def oldest_held(connection: Connection, address: ClusterAddress) -> int:
    """The oldest generation that any reader holds, or may be about to hold."""
    row = connection.execute(
        "SELECT least((SELECT value::int FROM settings WHERE name = 'generation'), (SELECT min(objid::bigint) "
        "FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = %s "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))",
        (address.readers_key,),
    ).fetchone()
    return int(row[0]) if row else 0


def write_again(connection: Connection, vectors: Collection[str]) -> None:
    """Have the issues put in again whose rows may have been made of other vectors than are stored now."""
    connection.execute(
        "UPDATE issues SET indexed = false WHERE issue_key IN (SELECT a.issue_key FROM articles a "
        "JOIN chunks USING (article_key) WHERE vector_key = ANY(%s))",
        (list(vectors),),
    )


def is_in_step(connection: Connection, client: MilvusClient, address: ClusterAddress) -> bool:
    """Whether the collection is there, and has as many chunks as PostgreSQL, and nothing waits to be put in."""
    settings = read_settings(connection)
    waiting = connection.execute("SELECT EXISTS (SELECT FROM issues WHERE NOT indexed)").fetchone()
    if waiting == (True,):
        return False
    if not settings["collection"]:
        return settings.number("chunks") == 0
    collection = ChunkCollection(client, address, settings["collection"])
    departed = [key for (key,) in connection.execute("SELECT issue_key FROM departed").fetchall()]
    return collection.exists() and collection.count(without=departed) == settings.number("chunks")
