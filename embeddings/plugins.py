"""What other packages bring, found by entry points: loaders of formats, readers of passages, engines of archives."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

LOADERS = "bulletin_qa.loaders"  # an entry's name is the suffix of its files, without the dot
READERS = "bulletin_qa.readers"  # an entry's name is what BULLETIN_READER says
ARCHIVES = "bulletin_qa.archives"  # an entry's name is the scheme of a URL


def installed(group: str) -> Mapping[str, str]:
    """The entries of a group: by their names, in lower case, the `module:attribute` that each stands for."""
    from importlib.metadata import entry_points  # tens of milliseconds, which not every command needs

    return {entry.name.lower(): entry.value for entry in entry_points(group=group)}


def imported(value: str) -> Any:
    """What a `module:attribute` stands for. Raises whatever its module does."""
    module, _, name = value.partition(":")
    return getattr(import_module(module), name)
