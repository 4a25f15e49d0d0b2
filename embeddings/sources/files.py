"""Which files are issues, and their bytes."""

from __future__ import annotations

from pathlib import Path, PurePath

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError

# Every suffix has its home here; loaders that go by a name where bytes do not decide take it from here, too.
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
TEXT_SUFFIXES = frozenset({".txt", ".text"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
PAGE_SUFFIXES = frozenset({".html", ".htm", ".shtml", ".xhtml"})
ARCHIVE_SUFFIXES = frozenset({".zip"})
PRINTED_SUFFIXES = PICTURE_SUFFIXES | {".pdf"}
# Formats of other programs, so that their files are reported and not passed over in silence.
_UNREAD_SUFFIXES = frozenset(
    {".doc", ".wps", ".rtf", ".odt", ".xls", ".xlsx", ".ppt", ".pptx", ".rar", ".7z", ".ofd", ".caj"}
)
# What a folder is searched for.
SUFFIXES = (
    TEXT_SUFFIXES
    | MARKDOWN_SUFFIXES
    | JSON_SUFFIXES
    | PAGE_SUFFIXES
    | ARCHIVE_SUFFIXES
    | PRINTED_SUFFIXES
    | {".docx"}
    | _UNREAD_SUFFIXES
)
# Copying, editing and downloading programs keep these beside the file they are at work on.
_TEMPORARY_SUFFIXES = frozenset({".part", ".tmp", ".crdownload", ".download", ".partial"})
IGNORED_NAMES = frozenset({"corrections.jsonl"})


def is_issue_file(path: PurePath) -> bool:
    """Whether a file in a folder is taken for an issue, by its name alone."""
    name = path.name
    return (
        path.suffix.lower() in SUFFIXES
        and not name.startswith((".", "~$"))
        and name not in IGNORED_NAMES
        and not any(suffix.lower() in _TEMPORARY_SUFFIXES for suffix in path.suffixes)
    )


def read_bytes(path: Path, limits: Limits | None = None) -> bytes:
    """A file's bytes.

    Raises SourceError when it is missing, no file, too large, may not be read, or changes while it is read.
    """
    limits = limits or Limits.from_environment()
    try:
        if not path.is_file():
            raise SourceError(SourceCode.NO_FILE, path=path)
        before = path.stat()
        if before.st_size > limits.max_bytes:
            raise SourceError(SourceCode.TOO_LARGE, name=path.name, n=before.st_size, limit=limits.max_bytes)
        # One byte more than the file had shows that it has grown.
        with path.open("rb") as stream:
            content = stream.read(before.st_size + 1)
        after = path.stat()
    except OSError as error:
        raise SourceError(SourceCode.FILE_UNREADABLE, name=path.name, detail=error.strerror) from error
    if len(content) != before.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceError(SourceCode.STILL_CHANGING, name=path.name)
    return content
