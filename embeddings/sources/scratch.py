"""Folders for what is needed only while a process runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.sources.atomic import hold_folder, is_held_here

PREFIX = "bulletin-scratch-"


@contextmanager
def scratch_folder(parent: Path | None = None, *, prefix: str = PREFIX) -> Iterator[Path]:
    """A folder that goes with the block; default parent: the system's folder for temporary files. Raises OSError.

    Those of processes that were killed are removed first: each is held by its process for as long as that lives.
    """
    parent = parent or Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    sweep_folders(parent, prefix=prefix)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            with hold_folder(folder):
                if folder.is_dir():  # a sweep may have come between
                    yield folder
                    return
        except FileNotFoundError:
            if folder.exists():
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep_folders(parent: Path, *, prefix: str = PREFIX) -> int:
    """Remove the scratch folders of processes that are no more, and return how many those were."""
    swept = 0
    for folder in parent.glob(f"{prefix}*"):
        try:
            if not folder.is_dir() or folder.is_symlink() or is_held_here(folder):
                continue
            with hold_folder(folder, wait_seconds=0):
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
        except (OSError, TimeoutError):
            continue
    return swept
