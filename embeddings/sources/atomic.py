"""Writing a file so that whoever reads it sees the old one or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

# What is being written lies under such a name; what a process that was killed left is known by it.
UNFINISHED = ".bulletin-unfinished-"
# What a commit will put in place lies under such a name, followed by the archive's, and is no sweep's to take.
STAGED = ".bulletin-staged-"
# What release 0.1.0 left so.
_UNFINISHED_BEFORE = re.compile(r"\.(corrections\.jsonl|vectors\.faiss|lexical\.npz)-[a-z0-9_]{8}")
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


def stage_file(folder: Path, content: bytes, *, prefix: str = UNFINISHED) -> Path:
    """A durable file in a folder that nobody takes for one of its own, to be renamed later. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=prefix, dir=folder)
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


def staged_prefix(archive: Path) -> str:
    """How the names of files begin that are staged for commits of an archive in a folder."""
    return f"{STAGED}{sha256(str(archive.resolve()).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}-"


def drop_staged(folder: Path, archive: Path, *, waiting: Collection[Path]) -> None:
    """Remove what was staged in a folder for commits of an archive that never came; `waiting` files have theirs.

    Whoever calls this holds the archive.
    """
    with suppress(OSError):
        for path in folder.glob(f"{staged_prefix(archive)}*"):
            if path.resolve() not in waiting:
                path.unlink(missing_ok=True)


def put_in_place(staged: Path, path: Path) -> None:
    """Rename a staged file into place, or copy it from another disk, and make that durable. Raises OSError."""
    try:
        staged.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        replace_file(path, staged.read_bytes())
        staged.unlink()
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
        if not unfinished(folder):
            return 0
        with hold_folder(folder, wait_seconds=0):
            left = unfinished(folder)
            for path in left:
                path.unlink(missing_ok=True)
            return len(left)
    except (OSError, TimeoutError):
        return 0


def unfinished(folder: Path) -> list[Path]:
    """The files in a folder that are being written, or that killed processes left so. Raises OSError."""
    return [
        path for path in folder.iterdir() if path.name.startswith(UNFINISHED) or _UNFINISHED_BEFORE.fullmatch(path.name)
    ]


def is_held_here(folder: Path) -> bool:
    """Whether this thread holds a folder."""
    return folder.resolve() in _held.__dict__.get("folders", ())


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
