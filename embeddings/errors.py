"""Errors a caller can act on. Each message names the cause and the cure in one line.

BulletinError
├── SourceError            a file cannot be read as an issue
├── ModelError             a model cannot be found or loaded
└── ArchiveError           an archive cannot be used
    ├── ArchiveMissingError    there is none at that path
    ├── ArchiveDamagedError    it is there and cannot be read
    ├── ArchiveLockedError     another process is changing it
    └── ModelMismatchError     it was built with another model
"""

from __future__ import annotations


class BulletinError(Exception):
    """Any error this project raises on purpose; its text is one line for the person at the keyboard."""


class SourceError(BulletinError):
    """A file cannot be read as an issue: missing, empty, binary, or not in a form this project reads."""


class ModelError(BulletinError):
    """A model cannot be found or loaded."""


class ArchiveError(BulletinError):
    """An archive cannot be used."""


class ArchiveMissingError(ArchiveError):
    """There is no archive at the path."""


class ArchiveDamagedError(ArchiveError):
    """There is something at the path, and it cannot be read as an archive."""


class ArchiveLockedError(ArchiveError):
    """Another process is changing the archive."""


class ModelMismatchError(ArchiveError):
    """The archive was built with another model than the one named."""
