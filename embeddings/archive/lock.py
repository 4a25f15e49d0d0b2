"""One build at a time."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from embeddings.errors import ArchiveCode, ArchiveError, ArchiveLockedError

LOCK = "build.lock"
HOLDER = "build.holder"  # beside the lock: on Windows a locked file cannot be read


@contextmanager
def build_lock(
    folder: Path,
    *,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = datetime.now,
) -> Iterator[None]:
    """Hold the archive's build lock; the system frees it when the process ends, however it ends.

    `on_wait` is told who holds it, once, before waiting. Raises ArchiveLockedError when it is still held after
    `wait_seconds`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if on_wait is not None and wait_seconds > 0:
                on_wait(_holder(folder))
            lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise ArchiveLockedError(ArchiveCode.LOCKED, folder=folder, holder=_holder(folder)) from error
    except OSError as error:
        raise ArchiveError(ArchiveCode.FOLDER_NOT_WRITTEN, folder=folder, detail=error.strerror) from error
    try:
        with suppress(OSError):
            started = f"{now():%Y-%m-%d %H:%M:%S}"
            (folder / HOLDER).write_text(
                f"process {os.getpid()} on {socket.gethostname()}, since {started}", encoding="utf-8"
            )
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    with suppress(OSError):
        return (folder / HOLDER).read_text(encoding="utf-8") or "another process"
    return "another process"
