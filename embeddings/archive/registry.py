"""Which engine keeps an archive.

An engine is named and imported only when it is used: it implements what `embeddings.archive.base` states, which offers
to open it (`Archive.open`).
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.config import archive_path

if TYPE_CHECKING:
    from embeddings.archive.base import Archive

_LOCAL = "embeddings.archive.local"


def open_archive(path: str | Path | None = None) -> Archive:
    """Open the archive at a path (default: BULLETIN_ARCHIVE, else `archive`).

    Raises ArchiveMissingError or ArchiveDamagedError.
    """
    opened: Archive = import_module(_LOCAL).LocalArchive.existing(archive_path(path))
    return opened
