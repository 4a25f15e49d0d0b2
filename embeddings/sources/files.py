"""Which files are issues, and their bytes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePath

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.plugins import LOADERS, installed

# Every suffix has its home here; loaders that go by a name where bytes do not decide take it from here, too.
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
TEXT_SUFFIXES = frozenset({".txt", ".text"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
CSV_SUFFIXES = frozenset({".csv", ".tsv"})
PAGE_SUFFIXES = frozenset({".html", ".htm", ".shtml", ".xhtml"})
OFFICE_SUFFIXES = frozenset({".docx", ".xlsx", ".xlsm", ".xls", ".et", ".pptx", ".odt", ".ott", ".epub", ".ofd"})
# What a user calls the formats that are ZIP packages of one document.
FORM_OF_PACKAGE = {
    ".xlsx": "XLSX",
    ".xlsm": "XLSM",
    ".pptx": "PPTX",
    ".odt": "ODT",
    ".ott": "OTT",
    ".epub": "EPUB",
    ".ofd": "OFD",
}
FEED_SUFFIXES = frozenset({".xml", ".rss", ".atom"})
MAIL_SUFFIXES = frozenset({".eml", ".mht", ".mhtml"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".gz", ".tgz", ".tar"})
PRINTED_SUFFIXES = PICTURE_SUFFIXES | {".pdf"}
# Formats of other programs, so that their files are reported and not passed over in silence.
_UNREAD_SUFFIXES = frozenset({".doc", ".wps", ".rtf", ".ppt", ".rar", ".7z", ".caj"})
# What a folder is searched for, beside the suffixes of installed loaders.
SUFFIXES = (
    TEXT_SUFFIXES
    | MARKDOWN_SUFFIXES
    | JSON_SUFFIXES
    | CSV_SUFFIXES
    | PAGE_SUFFIXES
    | MAIL_SUFFIXES
    | FEED_SUFFIXES
    | ARCHIVE_SUFFIXES
    | PRINTED_SUFFIXES
    | OFFICE_SUFFIXES
    | _UNREAD_SUFFIXES
)
# Browsers save what a page shows beside it, in a folder with its name and one of these.
_PARTS_OF_A_PAGE = ("_files", ".files")
# Copying, editing and downloading programs keep these beside the file they are at work on.
_TEMPORARY_SUFFIXES = frozenset({".part", ".tmp", ".crdownload", ".download", ".partial"})
IGNORED_NAMES = frozenset({"corrections.jsonl"})
ARCHIVE_FILE = "archive.sqlite"  # an archive in a folder is known by it
SEGMENTS_FOLDER = "segments"  # of an archive; nothing in it is a user's
# What systems leave in folders of their own accord.
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@lru_cache(maxsize=1)
def known_suffixes() -> frozenset[str]:
    """Those above, and those of loaders that other packages bring."""
    return SUFFIXES | {f".{name}" for name in installed(LOADERS)}


def is_issue_file(path: PurePath) -> bool:
    """Whether a file in a folder is taken for an issue, by its name alone."""
    return path.suffix.lower() in known_suffixes() and not is_passed_over_in_silence(path)


def is_passed_over_in_silence(path: PurePath) -> bool:
    """Whether a file is hidden, unfinished, the system's or this program's own, so that nobody wants to hear of it."""
    return (
        path.name.startswith((".", "~$"))
        or path.name in IGNORED_NAMES
        or path.name.lower() in _SYSTEM_NAMES
        or any(suffix.lower() in _TEMPORARY_SUFFIXES for suffix in path.suffixes)
    )


def files_in(root: Path) -> list[Path]:
    """What a user has put into a folder, in the order of its paths."""
    found = [path for path in root.rglob("*") if not is_passed_over_in_silence(path) and path.is_file()]
    shown = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    archives = {path.parent for path in shown if path.name == ARCHIVE_FILE}
    segments = {folder / SEGMENTS_FOLDER for folder in archives}
    return sorted(
        path
        for path in shown
        if (is_issue_file(path) or path.parent not in archives) and segments.isdisjoint(path.parents)
    )


def folders_of_pages(paths: Iterable[Path]) -> dict[Path, Path]:
    """The folders with the pictures and scripts of saved pages among some files, each with its page."""
    return {
        path.with_name(path.stem + end): path
        for path in paths
        if path.suffix.lower() in PAGE_SUFFIXES
        for end in _PARTS_OF_A_PAGE
    }


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
