"""Settings that come from the environment, read when asked for and never at import."""

from __future__ import annotations

import os
from pathlib import Path

ARCHIVE_VARIABLE = "BULLETIN_ARCHIVE"
MODEL_VARIABLE = "BULLETIN_MODEL"
READER_VARIABLE = "BULLETIN_READER"
ISSUES_VARIABLE = "BULLETIN_ISSUES"
DOWNLOAD_VARIABLE = "BULLETIN_DOWNLOAD"

DEFAULT_ARCHIVE = "archive"


def archive_path(path: str | Path | None = None) -> Path:
    """The archive folder: the one given, else BULLETIN_ARCHIVE, else `archive` in the working directory."""
    return Path(path or os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)


def issues_path(archive: Path) -> Path:
    """Where issues that are dropped onto the page are kept: BULLETIN_ISSUES, else `issues` in the archive folder."""
    return Path(os.environ.get(ISSUES_VARIABLE) or archive / "issues")


def chosen_model(model: str | None = None) -> str | None:
    """The model asked for: the one given, else BULLETIN_MODEL, else None, which leaves it to the archive."""
    return model or os.environ.get(MODEL_VARIABLE) or None


def chosen_reader(reader: str | None = None) -> str | None:
    """The reader asked for: the one given, else BULLETIN_READER, else None: the bundled one. "none" is no reader."""
    return reader or os.environ.get(READER_VARIABLE) or None


def download_allowed() -> bool:
    """Whether a model named on the hub may be fetched: BULLETIN_DOWNLOAD=1. Nothing is fetched by default."""
    return os.environ.get(DOWNLOAD_VARIABLE, "").lower() in {"1", "true", "yes"}
