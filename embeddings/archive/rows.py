"""Issues, articles, chunks and vectors as rows of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

from embeddings.archive.base import PreparedIssue
from embeddings.archive.checksums import seal_issue
from embeddings.archive.codec import Boxes, boxes_from_json, boxes_to_json
from embeddings.archive.issues import indexed_texts
from embeddings.errors import (
    ArchiveCode,
    ArchiveDamagedError,
    ArgumentError,
    NotStorableError,
    SourceCode,
    UsageCode,
)
from embeddings.sources.files import ARCHIVE_FILE
from embeddings.sources.outbox import ChangeKind, FileChange
from embeddings.types import Article, ArticleKind, Chunk, Issue

DATABASE = ARCHIVE_FILE
ISSUE_COLUMNS = "issues.id, issues.name, issues.date, issues.source, issues.member"
ISSUE_WIDTH = 5
ARTICLE_COLUMNS = "a.id, a.title, a.section, a.byline, a.kind, a.page, a.date, a.body, a.kicker, a.deck, a.boxes"


# A chunk's heading and text, and what stands above it where a table may.


def seen_texts(connection: sqlite3.Connection, article_key: int, places: Sequence[tuple[int, int]]) -> list[str]:
    """What the searches see of the chunks of an article, by where they stand in its body, which is read once."""
    *heading, body = connection.execute(
        "SELECT kicker, title, deck, body FROM articles WHERE article_key = ?", (article_key,)
    ).fetchone()
    return indexed_texts(" ".join(filter(None, heading)), body, places)


def texts_without_vector(connection: sqlite3.Connection) -> dict[str, str]:
    """What the searches see of each chunk whose vector is missing, by the vector's key."""
    rows = connection.execute(
        "SELECT article_key, vector_key, start, end FROM chunks JOIN articles USING (article_key) "
        "LEFT JOIN vectors USING (vector_key) WHERE vector IS NULL ORDER BY article_key"
    ).fetchall()
    found: dict[str, str] = {}
    for article, of_article in groupby(rows, key=lambda row: row[0]):
        chunks = list(of_article)
        texts = seen_texts(connection, article, [(start, end) for _, _, start, end in chunks])
        found.update((key, text) for (_, key, _, _), text in zip(chunks, texts, strict=True))
    return found


def insert_issue(connection: sqlite3.Connection, prepared: PreparedIssue) -> int:
    """Write an issue with its articles and chunks, and return its key.

    Raises NotStorableError where SQLite cannot hold it.
    """
    issue = prepared.issue
    try:
        return _insert_issue(connection, prepared)
    except (ValueError, OverflowError, sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
        raise NotStorableError(
            SourceCode.NOT_STORED,
            name=issue.name,
            kind=type(error).__name__,
            detail=str(error),
            source=issue.source,
            member=issue.member,
        ) from error


def _insert_issue(connection: sqlite3.Connection, prepared: PreparedIssue) -> int:
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
    key = int(issue_key or 0)
    seal_issue(connection, key)
    return key


def issue_as_stored(connection: sqlite3.Connection, key: int) -> PreparedIssue:
    """An issue by key, as `insert_issue` took it. Raises ArgumentError for a key that is not there."""
    row = connection.execute(
        f"SELECT recipe, root, reading_key, {ISSUE_COLUMNS} FROM issues WHERE issue_key = ?", (key,)
    ).fetchone()
    if row is None:
        raise ArgumentError(UsageCode.NO_ISSUE_KEY, key=key)
    issue = issue_from(row[3:])
    rows = connection.execute(
        f"SELECT article_key, {ARTICLE_COLUMNS} FROM articles a WHERE issue_key = ? ORDER BY article_key", (key,)
    ).fetchall()
    chunks: dict[str, list[tuple[Chunk, str]]] = {}
    articles = []
    for article_key, *columns in rows:
        article = article_from(columns, issue)
        articles.append(article)
        places = connection.execute(
            "SELECT chunk_key, start, end, vector_key FROM chunks WHERE article_key = ? ORDER BY chunk_key",
            (article_key,),
        )
        chunks[article.id] = [
            (Chunk(str(chunk), article.id, article.body[start:end], start, end), vector)
            for chunk, start, end, vector in places
        ]
    recipe, root, reading_key = row[:3]
    return PreparedIssue(replace(issue, articles=tuple(articles)), recipe, root, reading_key, chunks)


def store_changes(connection: sqlite3.Connection, changes: Sequence[FileChange]) -> list[int | None]:
    """Note changes of files that belong to a commit, and return the key of each."""
    return [
        connection.execute(
            "INSERT INTO outbox (kind, path, content) VALUES (?, ?, ?)",
            (str(change.kind), str(change.path), change.text),
        ).lastrowid
        for change in changes
    ]


def put_changes_first(connection: sqlite3.Connection, changes: Sequence[FileChange], moved: Mapping[str, str]) -> None:
    """Note changes of files before those that wait, which add to what these bring; folders that have `moved` count."""
    rows = connection.execute("SELECT kind, path, content FROM outbox ORDER BY change_key").fetchall()
    connection.execute("DELETE FROM outbox")
    store_changes(connection, changes)
    for kind, path, content in rows:
        change = FileChange(ChangeKind(kind), moved_path(Path(path), moved), content)
        store_changes(connection, [change])


def moved_path(path: Path, moved: Mapping[str, str]) -> Path:
    """Where a file lies now, when some folders have moved."""
    for old, new in moved.items():
        if path.is_relative_to(old):
            return Path(new) / path.relative_to(old)
    return path


def move_sources(connection: sqlite3.Connection, moved: Mapping[str, str]) -> None:
    """Let the issues whose files lie in a folder that has moved be known by its new path."""
    for key, source in connection.execute("SELECT issue_key, source FROM issues").fetchall():
        path = moved_path(Path(source), moved)
        if path != Path(source):
            connection.execute("UPDATE issues SET source = ? WHERE issue_key = ?", (str(path), key))
            seal_issue(connection, key)


def issue_from(columns: Sequence[str | None]) -> Issue:
    """The issue in a row of ISSUE_COLUMNS, without its articles."""
    identity, name, day, source, member = columns
    return Issue(str(identity), str(name), day_from(day), str(source), member=str(member or ""))


def article_from(columns: Sequence[object], issue: Issue) -> Article:
    """The article in a row of ARTICLE_COLUMNS."""
    identity, title, section, byline, kind, page, day, body, kicker, deck, boxes = columns
    return Article(
        id=str(identity),
        issue=issue,
        title=str(title),
        body=str(body),
        section=str(section),
        byline=str(byline),
        kind=ArticleKind.PHOTO if kind == ArticleKind.PHOTO else ArticleKind.NEWS,
        page=page if isinstance(page, int) else None,
        date=day_from(day),
        kicker=str(kicker),
        deck=str(deck),
        boxes=_boxes_from(str(boxes)),
    )


def _boxes_from(text: str) -> Boxes:
    """Where the lines are printed; unknown where a flipped bit spoiled that, so that the rest can be read."""
    try:
        return boxes_from_json(text)
    except (ValueError, TypeError):
        return ()


def day_from(text: object) -> date | None:
    """The day that a column holds. One that a flipped bit spoiled is unknown, so that the rest can be read."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class StoredSettings(dict[str, str]):
    """What an archive says of itself, by name. What it must say and does not is damage: ArchiveDamagedError."""

    def __missing__(self, name: str) -> str:
        raise ArchiveDamagedError(ArchiveCode.SETTING_MISSING, name=name)

    def number(self, name: str) -> int:
        """A setting that is a whole number. Raises ArchiveDamagedError where it is none."""
        text = self[name]
        if not (text.isascii() and text.isdecimal()):
            raise ArchiveDamagedError(ArchiveCode.SETTING_MISSING, name=name)
        return int(text)


def stored_settings(connection: sqlite3.Connection) -> StoredSettings:
    """What the archive says of itself, by name."""
    return StoredSettings(connection.execute("SELECT name, value FROM settings").fetchall())
