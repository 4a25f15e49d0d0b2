"""What commits of a local archive have changed, and how many there have been, which is written beside it as well.

SQLite keeps what was committed last in a log beside the database. When somebody deletes that, the database is whole and
older than it was; only a count that lies elsewhere can tell.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np

from embeddings.archive.checksums import checksum_of
from embeddings.sources.atomic import replace_file

COMMITS = "archive.commits"
_NOTED = 64  # commits; whoever is further behind reads all issues
_MOST_ISSUES = 1_024  # of a commit that is noted


def read_commits(folder: Path) -> int:
    """The count beside the database; 0 where there is none that can be read, or a bit of it has flipped."""
    with suppress(OSError, ValueError):
        count, checksum = (folder / COMMITS).read_text(encoding="ascii").split()
        if checksum_of(count).hex() == checksum:
            return int(count)
    return 0


def write_commits(folder: Path, count: int) -> None:
    """Write the count. Where that fails it stays behind, which tells of nothing and harms nothing."""
    with suppress(OSError):
        replace_file(folder / COMMITS, f"{count} {checksum_of(str(count)).hex()}\n".encode("ascii"))


def note_commit(connection: sqlite3.Connection, former: str, generation: str, issues: Collection[int]) -> None:
    """Note which issues a commit puts in or takes out, by key, so that readers of the state before need no others."""
    if len(issues) <= _MOST_ISSUES:
        noted = (former.encode(), generation.encode(), np.array(sorted(issues), dtype="<i8").tobytes())
        connection.execute(
            "INSERT INTO commits (former, generation, issues, checksum) VALUES (?, ?, ?, ?)",
            (*noted, checksum_of(*noted)),
        )
    connection.execute("DELETE FROM commits WHERE commit_key <= (SELECT max(commit_key) FROM commits) - ?", (_NOTED,))


def changed_issues(connection: sqlite3.Connection, since: str, generation: str) -> set[int] | None:
    """The keys of the issues that commits put in or took out between two generations; None where that is not known.

    A bit that flipped in what was noted makes it unknown, and so does a database that was put in this one's place.
    """
    changed: set[int] = set()
    at = generation
    # An archive of an earlier release on a disk that cannot be written has no such table.
    with suppress(sqlite3.OperationalError):
        for *noted, checksum in connection.execute(
            "SELECT former, generation, issues, checksum FROM commits ORDER BY commit_key DESC"
        ):
            if at == since:
                break
            former, made, issues = noted
            if checksum_of(*noted) != checksum or made != at.encode():
                return None
            changed.update(np.frombuffer(issues, dtype="<i8").tolist())
            at = former.decode()
    return changed if at == since else None
