"""Settings that come from the environment, read when asked for and never at import."""

from __future__ import annotations

import os
from pathlib import Path

ARCHIVE_VARIABLE = "BULLETIN_ARCHIVE"
MODEL_VARIABLE = "BULLETIN_MODEL"
DOWNLOAD_VARIABLE = "BULLETIN_DOWNLOAD"

DEFAULT_ARCHIVE = "archive"


def archive_path(path: str | Path | None = None) -> Path:
    """The archive folder: the one given, else BULLETIN_ARCHIVE, else `archive` in the working directory."""
    return Path(path or os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)


def chosen_model(model: str | None = None) -> str | None:
    """The model asked for: the one given, else BULLETIN_MODEL, else None, which leaves it to the archive."""
    return model or os.environ.get(MODEL_VARIABLE) or None


def download_allowed() -> bool:
    """Whether a model named on the hub may be fetched: BULLETIN_DOWNLOAD=1. Nothing is fetched by default."""
    return os.environ.get(DOWNLOAD_VARIABLE, "").lower() in {"1", "true", "yes"}
