"""How many commits a local archive has had, written beside it as well.

SQLite keeps what was committed last in a log beside the database. When somebody deletes that, the database is whole and
older than it was; only a count that lies elsewhere can tell.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from embeddings.archive.checksums import checksum_of
from embeddings.sources.atomic import replace_file

COMMITS = "archive.commits"


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
