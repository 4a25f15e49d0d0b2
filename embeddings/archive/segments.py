"""Which segments an archive has, and how they come from its database.

`segments/manifest.json` names them in order. An issue is known by its rows, not by a generation: whatever the manifest
names, a snapshot counts those issues of it that the database has as well, and makes in memory what is lacking. So a
manifest that is older or newer than the database, or was restored with another one, costs time and never an answer.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from embeddings.archive.commits import changed_issues
from embeddings.archive.rows import day_from, seen_texts, stored_settings
from embeddings.errors import ArchiveCode, ArchiveDamagedError
from embeddings.index.faiss_vectors import FaissVectors
from embeddings.index.postings import Postings
from embeddings.index.segment import Columns, Segment, SegmentIssue, merge_segments
from embeddings.sources.atomic import put_in_place, stage_file
from embeddings.sources.files import SEGMENTS_FOLDER

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_MANIFEST = "manifest.json"
_PORTION = 16_384  # chunks that are read from the database at a time, about 200 MB while they are indexed
_MERGED_AT = 4  # neighbours of like size become one
_SMALLEST_SIZE = 512  # chunks; smaller segments are alike
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)  # what a damaged segment raises
_MOST_DEAD = 0.5  # of a segment's chunks; one with more of them is written anew


@dataclass(frozen=True, slots=True)
class _Row:
    chunk_key: int
    article_key: int
    start: int
    end: int
    day: int
    issue: int
    section: str
    text: str
    vector: bytes


class SegmentFolder:
    """The segments of an archive, opened once. Usable from several threads; whoever writes holds the archive."""

    def __init__(self, archive: Path) -> None:
        self.folder = archive / SEGMENTS_FOLDER
        self._opened: dict[str, Segment] = {}
        self._lock = threading.Lock()
        self._updated: IssueKeys | None = None  # those of the last update

    def opened(self) -> list[Segment]:
        """The segments that the manifest names and that are whole, in order."""
        with self._lock:
            for _ in range(3):
                names = self._names()
                segments = {name: self._opened.get(name) or self._open(name) for name in names}
                # What is missing may have been merged since; then there is another manifest.
                if all(segments.values()) or self._names() == names:
                    break
            self._opened = {name: segment for name, segment in segments.items() if segment is not None}
            return list(self._opened.values())

    def _names(self) -> list[str]:
        try:
            names = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))["segments"]
            return [name for name in names if isinstance(name, str) and Path(name).name == name]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def _open(self, name: str) -> Segment | None:
        try:
            return Segment.load(self.folder / name)
        except _UNREADABLE as error:
            logger.warning("A segment of the index is made anew: %s", error)
            return None

    def is_whole(self, connection: sqlite3.Connection) -> bool:
        """Whether every file is as it was written, and what the database has. Reads all of them."""
        try:
            return not self.unsound(connection)
        except (ValueError, TypeError, OverflowError):
            return False

    def has(self, identities: Collection[str]) -> bool:
        """Whether every one of some issues is in a segment; what else the segments hold does not count."""
        return set().union(*(segment.identities for segment in self.opened())).issuperset(identities)

    def unsound(self, connection: sqlite3.Connection, vectors: Collection[str] = ()) -> set[str]:
        """The names of segments that are not as they were written, or not what the database has. Reads all files.

        Of chunks their places are compared, and some of the vectors, which are named by key. Raises ValueError,
        TypeError or OverflowError where the database itself holds what is no place of a chunk.
        """
        identities, places = issue_identities(connection), _places_of(connection)
        stored = _vectors_of(connection, vectors)
        found = set()
        for name in self._names():
            try:
                segment = Segment.load(self.folder / name, verify=True)
            except _UNREADABLE:
                found.add(name)
            else:
                if not (segment.has_places(places, identities) and segment.has_vectors(stored)):
                    found.add(name)
        return found

    def update(self, connection: sqlite3.Connection, *, afresh: bool = False, without: Collection[str] = ()) -> int:
        """Write segments of what no segment has, name no more what is gone, and merge. Raises OSError.

        `afresh` makes all of them anew, `without` those of some names. Returns how many issues were read from the
        database. The manifest is replaced in one step, before and after merging; what a killed process left is removed
        by the next update.
        """
        self._updated = IssueKeys.read(connection, self._updated)
        identities = self._updated.by_identity
        kept = [
            segment for segment in self.opened() if _counts(segment, identities) and _name_of(segment) not in without
        ]
        kept = [] if afresh else kept
        missing = lacking(kept, identities)
        made = [segment.save(self._new_folder()) for segment in read_segments(connection, missing)]
        self._name([*kept, *made])
        while run := _to_merge(self.opened(), identities):
            first, last = run
            segments = self.opened()
            # Large segments are not read through when they are opened, and a merged one would vouch for what they hold.
            if damaged := {_name_of(segment) for segment in segments[first:last] if not segment.is_as_written()}:
                return len(missing) + self.update(connection, without=damaged)
            merged = merge_segments(segments[first:last], identities, self._new_folder())
            self._name([*segments[:first], merged, *segments[last:]])
        return len(missing)

    def _new_folder(self) -> Path:
        return self.folder / uuid4().hex

    def _name(self, segments: Sequence[Segment]) -> None:
        """Replace the manifest, and remove what it does not name."""
        names = [name for segment in segments if (name := _name_of(segment))]
        self.folder.mkdir(parents=True, exist_ok=True)
        # Staged beside the database, where what a killed process left is swept.
        staged = stage_file(self.folder.parent, json.dumps({"segments": names}).encode("ascii"))
        put_in_place(staged, self.folder / _MANIFEST)
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in names:
                shutil.rmtree(path, ignore_errors=True)  # what is mapped stays, where the system cannot remove it

    def size_on_disk(self) -> int:
        """Bytes."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True, eq=False)
class IssueKeys:
    """The keys of the issues of a generation by what names their rows, in the order of the keys."""

    generation: str
    by_identity: Mapping[str, int]
    changed: frozenset[int] | None = None  # keys that mean something else than in the generation before; None: all

    @classmethod
    def read(cls, connection: sqlite3.Connection, before: IssueKeys | None = None) -> IssueKeys:
        """Those that the database has. Only what commits have changed since `before` is read, where that is known."""
        generation = stored_settings(connection)["generation"]
        changed = changed_issues(connection, before.generation, generation) if before else None
        if before is None or changed is None:
            return cls(generation, issue_identities(connection))
        found = {identity: key for identity, key in before.by_identity.items() if key not in changed}
        for key in sorted(changed):
            found |= issue_identities(connection, key)
        return cls(generation, found, frozenset(changed))


def issue_identities(connection: sqlite3.Connection, key: int | None = None) -> dict[str, int]:
    """The key of each issue, or of one, by what names its rows: their keys, and what was read, corrected and cut.

    Keys of chunks are not used again.
    """
    rows = connection.execute(
        "SELECT issue_key, first, (SELECT min(chunk_key) FROM chunks WHERE article_key = first), id, recipe FROM "
        "(SELECT i.*, (SELECT min(article_key) FROM articles a WHERE a.issue_key = i.issue_key) first FROM issues i "
        f"WHERE {'1' if key is None else 'issue_key = ?'}) ORDER BY issue_key",
        () if key is None else (key,),
    )
    return {f"{key}:{article}:{chunk}:{identity}:{recipe}": key for key, article, chunk, identity, recipe in rows}


def lacking(segments: Sequence[Segment], identities: Mapping[str, int]) -> dict[str, int]:
    """Those of some issues that no segment has, in the same order."""
    held: set[str] = set().union(*(segment.identities for segment in segments))
    return {identity: identities[identity] for identity in sorted(identities.keys() - held, key=identities.__getitem__)}


def read_segments(connection: sqlite3.Connection, issues_to_read: Mapping[str, int]) -> Iterator[Segment]:
    """Segments of some issues, by identity, from the database, a portion each. Raises ArchiveDamagedError."""
    issues: list[SegmentIssue] = []
    rows: list[_Row] = []
    for identity, key in issues_to_read.items():
        found = _rows_of(connection, key, number=len(issues))
        articles, characters = connection.execute(
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM articles WHERE issue_key = ?", (key,)
        ).fetchone()
        issues.append(SegmentIssue(identity, articles, len(found), characters))
        rows += found
        if len(rows) >= _PORTION:
            yield _segment_of(issues, rows, _dimension(connection))
            issues, rows = [], []
    if issues:
        yield _segment_of(issues, rows, _dimension(connection))


def _dimension(connection: sqlite3.Connection) -> int:
    stored = stored_settings(connection)
    return stored.number("dimension") if "dimension" in stored else 1


def _rows_of(connection: sqlite3.Connection, issue_key: int, *, number: int) -> list[_Row]:
    rows = connection.execute(
        "SELECT chunk_key, article_key, start, end, a.date, a.section, vector FROM articles a "
        "JOIN chunks USING (article_key) LEFT JOIN vectors USING (vector_key) WHERE a.issue_key = ? ORDER BY chunk_key",
        (issue_key,),
    ).fetchall()
    found = []
    for article, of_article in groupby(rows, key=lambda row: row[1]):
        chunks = list(of_article)
        texts = seen_texts(connection, article, [(start, end) for _, _, start, end, *_ in chunks])
        for (chunk, _, start, end, day, section, vector), text in zip(chunks, texts, strict=True):
            printed = day_from(day)
            ordinal = printed.toordinal() if printed else 0
            found.append(_Row(chunk, article, start, end, ordinal, number, section, text, vector))
    return found


def _segment_of(issues: Sequence[SegmentIssue], rows: Sequence[_Row], dimension: int) -> Segment:
    if any(row.vector is None or len(row.vector) != 4 * dimension for row in rows):
        raise ArchiveDamagedError(ArchiveCode.VECTORS_MISSING)
    vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4").reshape(len(rows), dimension)
    sections = {section: number for number, section in enumerate(dict.fromkeys(row.section for row in rows))}
    columns = Columns(
        chunk_keys=np.array([row.chunk_key for row in rows], dtype=np.int64),
        article_keys=np.array([row.article_key for row in rows], dtype=np.int64),
        starts=np.array([row.start for row in rows], dtype=np.int32),
        ends=np.array([row.end for row in rows], dtype=np.int32),
        days=np.array([row.day for row in rows], dtype=np.int32),
        issue_numbers=np.array([row.issue for row in rows], dtype=np.int32),
        section_numbers=np.array([sections[row.section] for row in rows], dtype=np.int32),
    )
    postings = Postings.build([row.text for row in rows])
    return Segment(tuple(issues), tuple(sections), columns, postings, FaissVectors.build(vectors))


def _places_of(connection: sqlite3.Connection) -> NDArray[np.int64]:
    """Key, article's key, start and end of each chunk, by key, shape (chunks, 4)."""
    rows = connection.execute("SELECT chunk_key, article_key, start, end FROM chunks ORDER BY chunk_key").fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _vectors_of(connection: sqlite3.Connection, keys: Collection[str]) -> dict[int, NDArray[np.float32]]:
    """Some vectors, by the keys of the chunks that have them, shape (dimension,)."""
    query = "SELECT chunk_key, vector FROM chunks JOIN vectors USING (vector_key) WHERE vector_key = ?"
    return {
        chunk: np.frombuffer(vector, dtype="<f4") for key in keys for chunk, vector in connection.execute(query, (key,))
    }


def _name_of(segment: Segment) -> str:
    return segment.folder.name if segment.folder is not None else ""


def _counts(segment: Segment, identities: Mapping[str, int]) -> bool:
    """Whether the database still has anything of a segment."""
    return any(identity in identities for identity in segment.identities)


def _to_merge(segments: Sequence[Segment], identities: Collection[str]) -> tuple[int, int] | None:
    """The places [first, last) of segments that should become one; None where all is well.

    There are a few segments of each order of magnitude, the last issues in the smallest; when there are too many of
    one, they become one of the next. So what a chunk costs in merges is the logarithm of the archive's size.
    """
    sizes = [_living(segment, identities) for segment in segments]
    for place, (segment, size) in enumerate(zip(segments, sizes, strict=True)):
        if segment.size * (1 - _MOST_DEAD) > size:
            return place, place + 1
    for level in range(max(map(_level, sizes), default=0) + 1):
        first = len(sizes)
        while first and _level(sizes[first - 1]) <= level:
            first -= 1
        if sum(_level(size) == level for size in sizes[first:]) >= _MERGED_AT:
            return first, len(sizes)
    return None


def _living(segment: Segment, identities: Collection[str]) -> int:
    mask = segment.counting(identities)
    return segment.size if mask is None else int(mask.sum())


def _level(size: int) -> int:
    level = 0
    while size >= _SMALLEST_SIZE:
        size //= _MERGED_AT
        level += 1
    return level
