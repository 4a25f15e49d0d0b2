"""Issues, articles, chunks and vectors as rows of PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from embeddings.archive.base import KnownIssue, PreparedIssue
from embeddings.archive.codec import boxes_from_json, boxes_to_json
from embeddings.archive.issues import indexed_texts
from embeddings.cluster.connection import Connection
from embeddings.cluster.terms import TermCounts, as_signed, term_hashes
from embeddings.errors import (
    ArchiveCode,
    ArchiveDamagedError,
    ArgumentError,
    NotStorableError,
    SourceCode,
    UsageCode,
)
from embeddings.text.normalize import fold
from embeddings.types import Article, ArticleKind, Chunk, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

ISSUE_COLUMNS = "i.id, i.name, i.date, i.source, i.member"
ISSUE_WIDTH = 5
ARTICLE_COLUMNS = "a.id, a.title, a.section, a.byline, a.kind, a.page, a.date, a.body, a.kicker, a.deck, a.boxes"
FORMAT = 1


def section_hash(name: str) -> int:
    """What a section is known by, however its name is written, as a signed number of 64 bits."""
    digest = blake2b(fold(name.strip()).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class ClusterSettings(dict[str, str]):
    """What an archive says of itself, by name. What it must say and does not is damage: ArchiveDamagedError."""

    def __missing__(self, name: str) -> str:
        raise ArchiveDamagedError(ArchiveCode.SETTING_MISSING, name=name)

    def number(self, name: str) -> int:
        """A setting that is a whole number. Raises ArchiveDamagedError where it is none."""
        try:
            return int(self[name])
        except ValueError as error:
            raise ArchiveDamagedError(ArchiveCode.SETTING_MISSING, name=name) from error

    @property
    def mean_length(self) -> float:
        """The mean number of term occurrences of a chunk; 0 for an archive without chunks."""
        return self.number("length") / max(self.number("chunks"), 1)


def read_settings(connection: Connection) -> ClusterSettings:
    """What the archive says of itself, by name."""
    return ClusterSettings(connection.execute("SELECT name, value FROM settings").fetchall())


def write_settings(connection: Connection, values: Mapping[str, object]) -> None:
    """Change some of it."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO settings VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in values.items()],
        )


# Writing.


def insert_issue(
    connection: Connection, prepared: PreparedIssue, settings: ClusterSettings, *, since: int
) -> TermCounts:
    """Write an issue with its articles and chunks, and return what its chunks add to the statistics.

    The next free keys are taken from the settings, and put back there. Raises NotStorableError where PostgreSQL cannot
    hold the issue; the transaction has to be given up then.
    """
    try:
        return _insert_issue(connection, prepared, settings, since=since)
    except (ValueError, OverflowError, psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise _not_storable(prepared.issue, error) from error
    except psycopg.OperationalError as error:
        if isinstance(error, psycopg.errors.ProgramLimitExceeded):  # a name that no index takes
            raise _not_storable(prepared.issue, error) from error
        raise


def _not_storable(issue: Issue, error: Exception) -> NotStorableError:
    return NotStorableError(
        SourceCode.NOT_STORED,
        name=issue.name,
        kind=type(error).__name__,
        detail=str(error),
        source=issue.source,
        member=issue.member,
    )


def _insert_issue(
    connection: Connection, prepared: PreparedIssue, settings: ClusterSettings, *, since: int
) -> TermCounts:
    issue = prepared.issue
    issue_key, article_key, chunk_key = (settings.number(name) for name in ("next_issue", "next_article", "next_chunk"))
    articles: list[tuple[Any, ...]] = []
    chunks: list[tuple[Any, ...]] = []
    texts: list[str] = []
    for article in issue.articles:
        own = prepared.chunks[article.id]
        places = [(chunk.start, chunk.end) for chunk, _ in own]
        texts += indexed_texts(article.heading, article.body, places)
        articles.append(_article_row(article_key, issue_key, article))
        chunks += [
            (chunk_key + number, article_key, chunk.start, chunk.end, key) for number, (chunk, key) in enumerate(own)
        ]
        article_key, chunk_key = article_key + 1, chunk_key + len(own)
    connection.execute(
        "INSERT INTO issues VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s, %s, %s)",
        (
            issue_key,
            issue.id,
            issue.name,
            issue.date,
            issue.source,
            issue.member,
            prepared.root,
            prepared.reading_key,
            prepared.recipe,
            since,
            len(articles),
            len(chunks),
            sum(len(article.body) for article in issue.articles),
        ),
    )
    _copy_rows(connection, "articles", articles)
    _copy_rows(connection, "chunks", chunks)
    settings.update(next_issue=str(issue_key + 1), next_article=str(article_key), next_chunk=str(chunk_key))
    return TermCounts.of(texts)


def _article_row(article_key: int, issue_key: int, article: Article) -> tuple[Any, ...]:
    return (
        article_key,
        issue_key,
        article.id,
        article.title,
        article.section,
        section_hash(article.section),
        article.byline,
        str(article.kind),
        article.page,
        article.date,
        article.body,
        article.kicker,
        article.deck,
        boxes_to_json(article.boxes),
        term_hashes(f"{article.heading}\n{article.body}"),
    )


def _copy_rows(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def change_counts(connection: Connection, counts: TermCounts, *, sign: int) -> None:
    """Add what some chunks count to the statistics of the terms, or with a `sign` of -1 take it from them."""
    connection.execute(
        "INSERT INTO terms SELECT * FROM unnest(%s::bigint[], %s::bigint[]) counted (term, chunks) "
        "ON CONFLICT (term) DO UPDATE SET chunks = terms.chunks + excluded.chunks",
        (as_signed(counts.terms), (sign * counts.chunks).tolist()),
    )


def counts_of_issues(connection: Connection, keys: Collection[int]) -> TermCounts:
    """What the chunks of some issues count in the statistics."""
    return TermCounts.total(TermCounts.of([text for _, text in texts_of_issue(connection, key)]) for key in keys)


# Reading.


def texts_of_issue(connection: Connection, key: int) -> list[tuple[int, str]]:
    """The chunks of an issue by key, each with what the searches see of it."""
    return texts_of(connection, "a.issue_key = %s", (key,))


def texts_of(connection: Connection, where: str, values: Sequence[object]) -> list[tuple[int, str]]:
    """Some chunks by key, each with what the searches see of it; `where` may speak of `a`, an article, and `c`."""
    rows = connection.execute(
        "SELECT a.article_key, a.kicker, a.title, a.deck, a.body, array_agg(c.chunk_key ORDER BY c.chunk_key), "
        "array_agg(c.first ORDER BY c.chunk_key), array_agg(c.last ORDER BY c.chunk_key) "
        f"FROM articles a JOIN chunks c USING (article_key) WHERE {where} "
        "GROUP BY a.article_key ORDER BY a.article_key",
        values,
    )
    found: list[tuple[int, str]] = []
    for _, kicker, title, deck, body, keys, starts, ends in rows:
        heading = " ".join(filter(None, (kicker, title, deck)))
        texts = indexed_texts(heading, body, list(zip(starts, ends, strict=True)))
        found += zip(keys, texts, strict=True)
    return found


def vectors_by_chunk(connection: Connection, keys: Sequence[int], dimension: int) -> dict[int, NDArray[np.float32]]:
    """The vectors of some chunks that have one of the right length, by chunk."""
    rows = connection.execute(
        "SELECT chunk_key, vector FROM chunks JOIN vectors USING (vector_key) WHERE chunk_key = ANY(%s)", (list(keys),)
    )
    return {key: unpacked(vector) for key, vector in rows if len(vector) == 4 * dimension}


def packed(vector: NDArray[np.float32]) -> bytes:
    """A vector as it is stored."""
    return np.asarray(vector, dtype="<f4").tobytes()


def unpacked(vector: bytes) -> NDArray[np.float32]:
    """A vector that was stored."""
    return np.frombuffer(vector, dtype="<f4")


def known_issues(connection: Connection, where: str = "true", values: Sequence[object] = ()) -> list[KnownIssue]:
    """Some issues with how they were read and cut, in the order in which they were added."""
    rows = connection.execute(
        f"SELECT {ISSUE_COLUMNS}, i.issue_key, i.root, i.reading_key, i.recipe FROM issues i WHERE {where} "
        "ORDER BY i.issue_key",
        values,
    )
    return [KnownIssue(issue_from(row[:ISSUE_WIDTH]), *row[ISSUE_WIDTH:]) for row in rows]


def issue_as_stored(connection: Connection, key: int) -> PreparedIssue:
    """An issue by key, as `insert_issue` took it. Raises ArgumentError for a key that is not there."""
    known = known_issues(connection, "i.issue_key = %s", (key,))
    if not known:
        raise ArgumentError(UsageCode.NO_ISSUE_KEY, key=key)
    articles = dict(articles_where(connection, "a.issue_key = %s", (key,)))
    chunks: dict[str, list[tuple[Chunk, str]]] = {article.id: [] for article in articles.values()}
    rows = connection.execute(
        "SELECT article_key, chunk_key, first, last, vector_key FROM chunks JOIN articles USING (article_key) "
        "WHERE issue_key = %s ORDER BY chunk_key",
        (key,),
    )
    for article_key, chunk, start, end, vector in rows:
        article = articles[article_key]
        chunks[article.id].append((Chunk(str(chunk), article.id, article.body[start:end], start, end), vector))
    (one,) = known
    issue = replace(one.issue, articles=tuple(replace(article, issue=one.issue) for article in articles.values()))
    return PreparedIssue(issue, one.recipe, one.root, one.reading_key, chunks)


def issue_from(columns: Sequence[Any]) -> Issue:
    """The issue in a row of ISSUE_COLUMNS, without its articles."""
    identity, name, day, source, member = columns
    return Issue(identity, name, day, source, member=member)


def article_from(columns: Sequence[Any], issue: Issue) -> Article:
    """The article in a row of ARTICLE_COLUMNS."""
    identity, title, section, byline, kind, page, day, body, kicker, deck, boxes = columns
    return Article(
        id=identity,
        issue=issue,
        title=title,
        body=body,
        section=section,
        byline=byline,
        kind=ArticleKind(kind),
        page=page,
        date=day,
        kicker=kicker,
        deck=deck,
        boxes=boxes_from_json(boxes),
    )


def articles_where(
    connection: Connection, where: str, values: Sequence[object], *, order: str = "a.article_key"
) -> Iterator[tuple[int, Article]]:
    """Some articles with their keys; `where` may speak of `a`, an article, and `i`, its issue."""
    rows = connection.execute(
        f"SELECT a.article_key, {ISSUE_COLUMNS}, {ARTICLE_COLUMNS} FROM articles a JOIN issues i USING (issue_key) "
        f"WHERE {where} ORDER BY {order}",
        values,
    )
    for key, *row in rows:
        yield key, article_from(row[ISSUE_WIDTH:], issue_from(row[:ISSUE_WIDTH]))


def day_number(day: date | None) -> int:
    """A day as a number that sorts, 0 for none."""
    return day.toordinal() if day else 0
