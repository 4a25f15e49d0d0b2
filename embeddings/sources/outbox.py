"""Changes of files that belong to one commit of an archive (a transactional outbox).

A commit stores with itself what is to happen to files outside; afterwards it is done, and what a process that was
killed did not do is done when the archive is next opened. `Outbox` makes ready beforehand all that can fail, so that a
folder that cannot be written stops the commit. Every change may be made twice.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

from embeddings.errors import SourceCode, SourceError
from embeddings.sources.atomic import hold_folder, put_in_place, stage_file

logger = logging.getLogger(__name__)


class ChangeKind(str, Enum):
    """What happens to a file: lines are added at its end, another file takes its place, a database its content."""

    APPEND = "append"
    PLACE = "place"
    DATABASE = "database"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change of the file at `path`. `text` is the lines to add, or the path of the file that takes its place.

    Lines are added once: a file that has them already stays as it is, so they must be nobody else's.
    """

    kind: ChangeKind
    path: Path
    text: str


class Outbox:
    """Changes to be made once a commit is done; a context that makes them ready and holds their folders meanwhile.

    Entering raises SourceError when a file cannot be written; then nothing has changed. A folder that is not there now
    stops nothing: what belongs in it waits.
    """

    def __init__(self, changes: Sequence[FileChange]) -> None:
        self._changes = changes
        self._staged: dict[Path, Path] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Outbox:
        with ExitStack() as stack:
            for folder in sorted({change.path.parent for change in self._changes if change.path.parent.is_dir()}):
                with _explained(folder):
                    stack.enter_context(hold_folder(folder))
            for path in dict.fromkeys(change.path for change in self._changes if change.kind is ChangeKind.APPEND):
                if path.parent.is_dir():
                    with _explained(path):
                        self._staged[path] = self._stage(path)
                    stack.callback(self._staged[path].unlink, missing_ok=True)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def deliver(self) -> list[bool]:
        """Make the changes, and tell of each whether it is made. What cannot be made now is logged and waits."""
        made: dict[FileChange, bool] = {}
        appended: dict[Path, bool] = {}
        for change in self._changes:
            if change.kind is ChangeKind.APPEND:
                if change.path not in appended:
                    appended[change.path] = _made(change, self._staged.get(change.path))
                made[change] = appended[change.path]
            else:
                made[change] = _made(change, Path(change.text))
        return [made[change] for change in self._changes]

    def _stage(self, path: Path) -> Path:
        content = path.read_bytes() if path.exists() else b""
        for change in self._changes:
            lines = change.text.encode("utf-8")
            if change.kind is ChangeKind.APPEND and change.path == path and lines not in content:
                content += (b"" if not content or content.endswith(b"\n") else b"\n") + lines
        return stage_file(path.parent, content)


def _made(change: FileChange, staged: Path | None) -> bool:
    """Whether a staged file is where it belongs, now or since an earlier attempt."""
    if staged is None:
        return False  # its folder was away when the rest was made ready
    try:
        if change.kind is ChangeKind.DATABASE and staged.exists():
            with suppress(FileExistsError):  # what users said is nobody else's on a machine with several users
                os.close(os.open(change.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            copy_database(staged, change.path)
            staged.unlink()
        elif staged.exists():
            put_in_place(staged, change.path)
    except (OSError, sqlite3.Error) as error:
        logger.warning("%s is not as it should be yet (%s); the next opening tries again", change.path, error)
        return False
    return True


def copy_database(source: Path, target: Path) -> None:
    """Give a database the content of another, in one transaction of the target. Raises sqlite3.Error."""
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target, timeout=30)) as taken:
        given.backup(taken)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        detail = error.strerror or str(error)
        raise SourceError(SourceCode.CORRECTION_NOT_WRITTEN, path=path, detail=detail) from error
