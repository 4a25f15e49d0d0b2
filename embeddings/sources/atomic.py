"""Writing a file so that whoever reads it sees the old one or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

# What is being written lies under such a name; what a process that was killed left is known by it.
UNFINISHED = ".bulletin-unfinished-"
_LOCK_FILE = ".bulletin-folder.lock"
_STEP_SECONDS = 0.02
_held = threading.local()


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file beside `path`, make it durable, and rename it into place. Raises OSError."""
    staged = stage_file(path.parent, content)
    try:
        put_in_place(staged, path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def stage_file(folder: Path, content: bytes) -> Path:
    """A durable file in a folder that nobody takes for one of its own, to be renamed later. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return staged


def put_in_place(staged: Path, path: Path) -> None:
    """Rename a staged file into place, and make that durable. Raises OSError."""
    staged.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    with suppress(OSError):  # Windows opens no folder, some shares sync none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> int:
    """Remove what killed processes left unfinished in a folder, and return how many files that was.

    What a living process is at work on is left to it, because it holds the folder.
    """
    try:
        if not any(folder.glob(f"{UNFINISHED}*")):
            return 0
        with hold_folder(folder, wait_seconds=0):
            left = list(folder.glob(f"{UNFINISHED}*"))
            for path in left:
                path.unlink(missing_ok=True)
            return len(left)
    except (OSError, TimeoutError):
        return 0


@contextmanager
def hold_folder(folder: Path, *, wait_seconds: float = 30.0) -> Iterator[None]:
    """Hold a folder of sources against all others who write in it; it is free again when this process ends.

    A thread that holds it may hold it again. Raises TimeoutError when it is still held after `wait_seconds`, and
    OSError where it cannot be held at all.
    """
    held: set[Path] = _held.__dict__.setdefault("folders", set())
    folder = folder.resolve()
    if folder in held:
        yield
        return
    release = _hold(folder, wait_seconds)
    held.add(folder)
    try:
        yield
    finally:
        held.discard(folder)
        release()


def _hold(folder: Path, wait_seconds: float) -> _Release:
    """Lock the folder itself where the system can, so that no file is left in it; else a file in it."""
    try:
        import fcntl
    except ImportError:
        return _hold_file(folder, wait_seconds)
    handle = os.open(folder, os.O_RDONLY)
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _Release(handle)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                os.close(handle)  # a share that locks no folder
                return _hold_file(folder, wait_seconds)
            if time.monotonic() >= until:
                os.close(handle)
                raise TimeoutError(errno.ETIMEDOUT, "another program is writing in it") from error
        time.sleep(_STEP_SECONDS)


def _hold_file(folder: Path, wait_seconds: float) -> _Release:
    lock = FileLock(folder / _LOCK_FILE)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise TimeoutError(errno.ETIMEDOUT, "another program is writing in it") from error
    return _Release(lock)


class _Release:
    """Gives back a lock."""

    def __init__(self, lock: int | FileLock) -> None:
        self._lock = lock

    def __call__(self) -> None:
        if isinstance(self._lock, int):
            os.close(self._lock)
        else:
            self._lock.release()
