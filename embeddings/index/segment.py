"""A segment: some issues of an archive as the searches need them, written once and never changed.

An issue that is added becomes a segment of its own; one that is taken out stays in its segment and counts no more. So
what a change costs does not depend on how large the archive is. Segments that are small are merged now and then.

In its folder lie `segment.json`, raw little-endian arrays, which are mapped into memory, and the vectors as FAISS
writes them. The JSON has the size and the SHA-256 of each file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.index.faiss_vectors import FaissVectors
from embeddings.index.postings import Postings, merge_postings
from embeddings.sources.atomic import sync_folder
from embeddings.sources.hashing import file_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VERSION = 1
_CONTENTS = "segment.json"
_VECTORS = "vectors.faiss"
_POSTINGS = ("terms", "offsets", "rows", "counts", "lengths")
_HALF = 0.001  # more than what half precision takes from a component of a unit vector
_VERIFIED_BYTES = 32_000_000  # a segment up to this size is compared with its digests whenever it is opened


@dataclass(frozen=True, slots=True)
class SegmentIssue:
    """An issue in a segment. `identity` is that of its rows in the database; `characters` are those of its articles."""

    identity: str
    articles: int
    chunks: int
    characters: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What is known of each chunk; arrays have shape (chunks,)."""

    chunk_keys: NDArray[np.int64]
    article_keys: NDArray[np.int64]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    days: NDArray[np.int32]  # proleptic ordinal of the article's date, 0 when unknown
    issue_numbers: NDArray[np.int32]
    section_numbers: NDArray[np.int32]

    @classmethod
    def empty(cls) -> Columns:
        """Those of no chunks."""
        keys, numbers = np.empty(0, np.int64), np.empty(0, np.int32)
        return cls(keys, keys, numbers, numbers, numbers, numbers, numbers)

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """Several, one after the other."""
        names = [one.name for one in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def taken(self, mask: NDArray[np.bool_]) -> Columns:
        """Those of some chunks."""
        return Columns(*(getattr(self, one.name)[mask] for one in fields(self)))


class ColumnParts:
    """The columns of several parts, whose rows follow each other. They stay where they are; what is asked for is read.

    Only the columns that mean the same in every part may be asked for.
    """

    def __init__(self, parts: Sequence[Columns]) -> None:
        self._parts = list(parts) or [Columns.empty()]
        self._starts = np.cumsum([0, *(len(part.chunk_keys) for part in self._parts)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def whole(self, name: str) -> NDArray[np.int64]:
        """A column of all rows, shape (rows,)."""
        return np.concatenate([getattr(part, name) for part in self._parts])

    def taken(self, name: str, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """A column of some rows, shape of `rows`."""
        found = np.empty(rows.shape, np.int64)
        of_part = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(of_part).tolist():
            chosen = of_part == number
            found[chosen] = getattr(self._parts[number], name)[rows[chosen] - self._starts[number]]
        return found

    def marked(self, name: str, holds: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """For which rows something holds of a column, shape (rows,)."""
        return np.concatenate([holds(getattr(part, name)) for part in self._parts])


_COLUMN_TYPES = {
    "chunk_keys": "<i8",
    "article_keys": "<i8",
    "starts": "<i4",
    "ends": "<i4",
    "days": "<i4",
    "issue_numbers": "<i4",
    "section_numbers": "<i4",
}
_POSTING_TYPES = {"terms": "<u8", "offsets": "<i8", "rows": "<i4", "lengths": "<i4"}


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some issues. The numbers in `columns` are places in `issues` and `sections`; `folder` is None in memory."""

    issues: tuple[SegmentIssue, ...]
    sections: tuple[str, ...]
    columns: Columns
    postings: Postings
    vectors: FaissVectors
    folder: Path | None = None
    identities: frozenset[str] = field(init=False)  # of its issues

    def __post_init__(self) -> None:
        object.__setattr__(self, "identities", frozenset(issue.identity for issue in self.issues))

    @property
    def size(self) -> int:
        """The number of chunks."""
        return len(self.columns.chunk_keys)

    def counting(self, identities: Collection[str]) -> NDArray[np.bool_] | None:
        """Which chunks are of some issues, shape (chunks,); None where all are."""
        if all(map(identities.__contains__, self.identities)):
            return None
        return self._are_among(identities)[self.columns.issue_numbers]

    def first_key(self, mask: NDArray[np.bool_] | None) -> int:
        """The key of the first of some chunks, None being all; 0 where there are none."""
        keys = self.columns.chunk_keys if mask is None else self.columns.chunk_keys[mask]
        return int(keys[0]) if len(keys) else 0

    def _are_among(self, identities: Collection[str]) -> NDArray[np.bool_]:
        return np.array([issue.identity in identities for issue in self.issues], dtype=np.bool_)

    def _postings_again(self) -> Postings:
        counts = np.dtype(self.postings.counts.dtype).str
        return self.postings if self.folder is None else _postings_of(self.folder, counts)

    def _vectors_again(self) -> FaissVectors:
        return self.vectors if self.folder is None else FaissVectors.load(self.folder / _VECTORS)

    def is_as_written(self) -> bool:
        """Whether every file still is what was written. Reads all of them."""
        try:
            return self.folder is None or bool(Segment.load(self.folder, verify=True))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def has_places(self, places: NDArray[np.int64], identities: Collection[str]) -> bool:
        """Whether what it has of some issues is where the database has it.

        `places` are key, article's key, start and end of each chunk, by key, shape (chunks, 4).
        """
        mask = self.counting(identities)
        own = self.columns if mask is None else self.columns.taken(mask)
        rows = np.searchsorted(places[:, 0], own.chunk_keys)
        if (rows >= len(places)).any():
            return False
        found = np.stack((own.chunk_keys, own.article_keys, own.starts, own.ends), axis=1)
        return bool((places[rows] == found).all())

    def has_vectors(self, vectors: Mapping[int, NDArray[np.float32]]) -> bool:
        """Whether some vectors, by the keys of chunks, are those that it has of these chunks, in half precision."""
        keys = self.columns.chunk_keys
        rows = np.flatnonzero(np.isin(keys, np.array(list(vectors), dtype=np.int64)))
        expected = [vectors[key] for key in keys[rows].tolist()]
        if any(vector.shape != (self.vectors.dimension,) for vector in expected):
            return False
        return not expected or bool(np.allclose(self.vectors.vectors(rows), np.stack(expected), rtol=0, atol=_HALF))

    def save(self, folder: Path) -> Segment:
        """Write it into a new folder, and return it as it lies there. Raises OSError."""
        folder.mkdir(parents=True)
        for name in _POSTINGS:
            _write(folder / name, getattr(self.postings, name))
        return self._finish(folder)

    def _finish(self, folder: Path) -> Segment:
        """Write what is beside the postings, and the contents last."""
        for name in _COLUMN_TYPES:
            _write(folder / name, getattr(self.columns, name))
        self.vectors.save(folder / _VECTORS)
        files = sorted(path for path in folder.iterdir() if path.name != _CONTENTS)
        for path in files:
            _sync(path)
        contents = {
            "version": _VERSION,
            "issues": [asdict(issue) for issue in self.issues],
            "sections": self.sections,
            "counts": np.dtype(self.postings.counts.dtype).str,
            "files": {path.name: [path.stat().st_size, file_digest(path)] for path in files},
        }
        (folder / _CONTENTS).write_text(json.dumps(contents), encoding="utf-8")
        _sync(folder / _CONTENTS)
        sync_folder(folder)
        return Segment.load(folder, verify=False)

    @classmethod
    def load(cls, folder: Path, *, verify: bool | None = None) -> Segment:
        """Map the segment in a folder. Raises OSError and ValueError where it is missing or damaged.

        Without `verify` its files' digests are compared where they are small; sizes are always.
        """
        contents = json.loads((folder / _CONTENTS).read_text(encoding="utf-8"))
        if contents["version"] != _VERSION:
            raise ValueError(f"{folder.name} has another version")
        _check_files(folder, contents["files"], verify)
        columns = Columns(*(_map(folder / name, kind) for name, kind in _COLUMN_TYPES.items()))
        return cls(
            tuple(SegmentIssue(**issue) for issue in contents["issues"]),
            tuple(contents["sections"]),
            columns,
            _postings_of(folder, contents["counts"]),
            FaissVectors.load(folder / _VECTORS),
            folder,
        )


def merge_segments(parts: Sequence[Segment], identities: Collection[str], folder: Path) -> Segment:
    """Write several segments as one into a new folder, with those of their issues that are named. Raises OSError."""
    folder.mkdir(parents=True)
    masks = [part.counting(identities) for part in parts]
    # What is merged is mapped once more and let go at once, so that no more than a part of it stays in memory.
    merge_postings([(part._postings_again(), mask) for part, mask in zip(parts, masks, strict=True)], folder)
    issues: list[SegmentIssue] = []
    sections: dict[str, int] = {}
    columns = []
    for part, mask in zip(parts, masks, strict=True):
        own = part.columns if mask is None else part.columns.taken(mask)
        present = part._are_among(identities)
        numbers = (len(issues) + np.cumsum(present) - 1).astype(np.int32)
        issues += [issue for issue, stays in zip(part.issues, present.tolist(), strict=True) if stays]
        of_section = np.array([sections.setdefault(name, len(sections)) for name in part.sections], dtype=np.int32)
        columns.append(
            replace(own, issue_numbers=numbers[own.issue_numbers], section_numbers=of_section[own.section_numbers])
        )
    merged = Segment(
        tuple(issues),
        tuple(sections),
        Columns.joined(columns),
        _postings_of(folder, np.result_type(np.uint8, *(part.postings.counts.dtype for part in parts)).str),
        FaissVectors.merged(lambda: ((part._vectors_again(), mask) for part, mask in zip(parts, masks, strict=True))),
    )
    return merged._finish(folder)


def _check_files(folder: Path, files: Mapping[str, Sequence[Any]], verify: bool | None) -> None:
    if verify is None:
        verify = sum(size for size, _ in files.values()) <= _VERIFIED_BYTES
    for name, (size, digest) in files.items():
        path = folder / name
        if path.stat().st_size != size or (verify and file_digest(path) != digest):
            raise ValueError(f"{folder.name}/{name} is damaged")


def _postings_of(folder: Path, counts: str) -> Postings:
    types = {**_POSTING_TYPES, "counts": counts}
    return Postings(**{name: _map(folder / name, types[name]) for name in _POSTINGS})


def _map(path: Path, kind: str) -> NDArray[Any]:
    if not path.stat().st_size:
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, dtype=kind, mode="r"))


def _write(path: Path, array: NDArray[Any]) -> None:
    kind = {**_COLUMN_TYPES, **_POSTING_TYPES}.get(path.name, array.dtype.str)
    path.write_bytes(np.ascontiguousarray(array, dtype=kind).tobytes())


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
