"""What is packed in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, or an attachment.

    `read` gives at most so many of its bytes, and raises SourceError when it is damaged, protected or no file.
    `is_sure` says that it is wanted whatever it is called.
    """

    path: PurePosixPath
    read: Callable[[int], bytes]
    is_sure: bool = False


def member_path(name: str) -> PurePosixPath:
    """A path inside an archive. It is only ever shown and compared: nothing is written to a disk."""
    return PurePosixPath(name.replace("\\", "/").replace("\x00", "").lstrip("/") or "_")
