"""The errors this project raises on purpose; each has a code and parameters, and names the cause and the cure.

BulletinError
├── SourceError            a file cannot be read as an issue
│   ├── CorrectionError        an issue cannot become what is wanted of it
│   └── NotStorableError       an issue cannot be written into an archive
├── ModelError             a model cannot be found or loaded
├── ArgumentError          what a caller gave is out of its range, or not in its form
└── ArchiveError           an archive cannot be used
    ├── ArchiveMissingError    there is none at that path
    ├── ArchiveDamagedError    it is there and cannot be read
    ├── ArchiveLockedError     another process is changing it
    └── ModelMismatchError     it was built with another model

The text of an error is English, for whoever runs the command or reads the log; other languages are made from its code
and parameters (`qa/i18n/errors.py`).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from embeddings.error_codes import ArchiveCode, ErrorCode, ModelCode, UsageCode
from embeddings.source_codes import SourceCode

__all__ = [
    "ArchiveCode",
    "ArchiveDamagedError",
    "ArchiveError",
    "ArchiveLockedError",
    "ArchiveMissingError",
    "ArgumentError",
    "BulletinError",
    "CorrectionError",
    "ErrorCode",
    "ModelCode",
    "ModelError",
    "ModelMismatchError",
    "NotStorableError",
    "SourceCode",
    "SourceError",
    "UsageCode",
    "error_from_row",
    "row_of_error",
]


class BulletinError(Exception):
    """Any error this project raises on purpose; its text is one line for the person at the keyboard.

    `params` has what the words of the code name; a parameter may be a BulletinError, the cause of this one, or a tuple
    of such.
    """

    def __init__(self, code: ErrorCode, /, **params: Any) -> None:
        super().__init__(code.english.format(**{name: _in_english(one) for name, one in params.items()}))
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        """An error from another process keeps its code and parameters."""
        return partial(type(self), self.code, **self.params), ()


def _in_english(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


class SourceError(BulletinError):
    """A file cannot be read as an issue: missing, empty, binary, or not in a form this project reads."""


class NotStorableError(SourceError):
    """An issue cannot be written into an archive, whatever disk and lock; `source` and `member` say which."""


class CorrectionError(SourceError, ValueError):
    """An issue cannot become what is wanted of it."""


class ModelError(BulletinError):
    """A model cannot be found or loaded."""


class ArgumentError(BulletinError, ValueError):
    """What a caller gave is out of its range, or not in its form."""


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


def row_of_error(error: BulletinError) -> dict[str, Any]:
    """An error as a JSON object, for another process; what is neither a number nor an error becomes text."""
    params = {name: _to_json(value) for name, value in error.params.items()}
    return {"kind": type(error).__name__, "code": str(error.code), "params": params}


def _to_json(value: Any) -> Any:
    if isinstance(value, BulletinError):
        return row_of_error(value)
    if isinstance(value, tuple):
        return [_to_json(one) for one in value]
    return value if isinstance(value, int | float) else str(value)


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_from_json, value))
    return error_from_row(value) if isinstance(value, dict) else value


def error_from_row(row: dict[str, Any]) -> BulletinError:
    """The error that `row_of_error` wrote, of a kind and code of this module. Raises ValueError for any other."""
    every: list[type[BulletinError]] = [BulletinError]
    kinds = {kind.__name__: kind for kind in every + _kinds_of(BulletinError)}
    codes = {str(code): code for kind in ErrorCode.__subclasses__() for code in kind}
    if row["kind"] not in kinds or row["code"] not in codes:
        raise ValueError(f"no error of this project: {row['kind']} {row['code']}")
    params = {name: _from_json(value) for name, value in row["params"].items()}
    return kinds[row["kind"]](codes[row["code"]], **params)


def _kinds_of(kind: type[BulletinError]) -> list[type[BulletinError]]:
    return [one for each in kind.__subclasses__() for one in (each, *_kinds_of(each))]
