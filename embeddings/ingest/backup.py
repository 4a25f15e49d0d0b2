"""Everything that cannot be made again, in one file: archive, corrections, issues dropped on the page, users' data.

The file is a ZIP with `manifest.json`, which names each member with its SHA-256 and says where the corrections lay and
which settings were in force. It is written beside the place where it belongs, read back, and only then put there.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from embeddings.archive.base import ArchiveReader
from embeddings.archive.registry import lock_archive, open_archive, open_for_writing, restore_archive
from embeddings.config import archive_location, archive_path, issues_path, settings_in_force
from embeddings.errors import ArchiveCode, ArchiveError, ArchiveMissingError
from embeddings.ingest.build import drop_unfinished
from embeddings.ingest.corrections import FILE_NAME
from embeddings.sources.atomic import hold_folder, put_in_place, stage_file, staged_prefix, sweep
from embeddings.sources.hashing import file_digest
from embeddings.sources.outbox import ChangeKind, FileChange
from embeddings.sources.scratch import scratch_folder

FORMAT = 1
MANIFEST = "manifest.json"
_ARCHIVE = "archive.sqlite"
_TRIES = 5
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What is in a backup: how many issues dropped on the page, files of corrections and databases of users' data.

    `settings` are those that were in force when it was made, by variable, without passwords and keys.
    """

    file: Path
    size: int
    made: str
    issues: int
    corrections: int
    databases: int
    settings: dict[str, str]


def back_up(
    file: str | Path,
    *,
    archive: str | Path | None = None,
    databases: Sequence[str] = (),
    wait_seconds: float = 60.0,
    now: Callable[[], datetime] = datetime.now,
) -> BackupReport:
    """Write a backup of an archive, while others read and write it; a file that is there is replaced by a whole one.

    `databases` are the names of SQLite files in the archive's folder that go with it, where they are there. Raises
    ArchiveError when it cannot be written, ArchiveDamagedError where what is stored is damaged.
    """
    folder, target = archive_path(archive), Path(file).resolve()
    opened = open_archive(archive)
    with _written(target), scratch_folder(target.parent, prefix=".bulletin-backup-") as scratch:
        members, places = _gather(opened, folder, scratch, wait_seconds=wait_seconds, now=now)
        for name in databases:
            if (folder / name).is_file():
                _copy_user_data(folder / name, scratch / name)
                members[name] = scratch / name
        manifest = {
            "backup": FORMAT,
            "made": f"{now():%Y-%m-%dT%H:%M:%S}",
            "members": {name: file_digest(path) for name, path in members.items()},
            "databases": [name for name in databases if name in members],
            "corrections": places,
            "issues_folder": str(issues_path(folder).resolve()),
            "settings": settings_in_force(),
        }
        sweep(target.parent)
        with hold_folder(target.parent):
            staged = stage_file(target.parent, b"")
            try:
                _write_zip(staged, members, manifest)
                _read_manifest(staged)
                put_in_place(staged, target)
            finally:
                staged.unlink(missing_ok=True)
    opened.close()
    return _report(target, manifest)


def restore(
    file: str | Path,
    *,
    archive: str | Path | None = None,
    replace: bool = False,
    wait_seconds: float = 60.0,
    now: Callable[[], datetime] = datetime.now,
) -> BackupReport:
    """Bring back what a backup holds, all of it or nothing. With `replace`, it takes the place of what is there now.

    Files of corrections go where they lay; without `replace`, one that is there gets the lines it lacks. A folder of
    sources that is away gets its file when it is back. Raises ArchiveError.
    """
    source, location = Path(file).resolve(), archive_location(archive)
    folder = archive_path(location)
    manifest = _read_manifest(source)
    with lock_archive(location, wait_seconds=wait_seconds, now=now):
        if not replace and _holds_archive(location):
            raise ArchiveError(ArchiveCode.RESTORE_OVER, folder=folder)
        staged: list[Path] = []
        try:
            with _written(folder):
                unpacked = _unpack(source, manifest, folder, staged)
                changes = _changes(manifest, unpacked, folder, replace=replace)
            moved = {manifest["issues_folder"]: str(issues_path(folder).resolve())}
            restore_archive(location, unpacked[_ARCHIVE], changes=changes, moved=moved)
            unpacked[_ARCHIVE].unlink()
        except BaseException:
            _drop(location, staged)
            raise
    return _report(source, manifest)


def _gather(
    opened: ArchiveReader, folder: Path, scratch: Path, *, wait_seconds: float, now: Callable[[], datetime]
) -> tuple[dict[str, Path], dict[str, str]]:
    """Copies of archive, corrections and dropped issues that belong together: members by name, places of corrections.

    A commit writes the archive first and the files then. When none came between, or their changes wait in the copy,
    the copies belong together; where builds never pause, they are made to.
    """
    for _ in range(_TRIES):
        generation = opened.copy_to(_new(scratch / _ARCHIVE))
        found = _copy_files(opened, folder, scratch)
        if opened.generation == generation:
            break
    else:
        with lock_archive(folder, wait_seconds=wait_seconds, now=now):
            opened.copy_to(_new(scratch / _ARCHIVE))
            found = _copy_files(opened, folder, scratch)
    members, places = found
    return {_ARCHIVE: scratch / _ARCHIVE, **members}, places


def _new(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path


def _copy_files(opened: ArchiveReader, folder: Path, scratch: Path) -> tuple[dict[str, Path], dict[str, str]]:
    issues = issues_path(folder).resolve()
    logs = {Path(known.issue.source).with_name(FILE_NAME) for known in opened.known_issues()} | {issues / FILE_NAME}
    members: dict[str, Path] = {}
    places: dict[str, str] = {}
    for number, log in enumerate(sorted(logs)):
        if log.is_file():
            name = f"corrections/{number}.jsonl"
            members[name] = _copied(log, scratch / f"corrections-{number}")
            places[name] = str(log)
    for number, path in enumerate(sorted(issues.iterdir()) if issues.is_dir() else []):
        if path.is_file() and not path.name.startswith(".") and path.name != FILE_NAME:
            members[f"issues/{path.name}"] = _copied(path, scratch / f"issue-{number}")
    return members, places


def _copied(path: Path, copy: Path) -> Path:
    copy.write_bytes(path.read_bytes())
    return copy


def _copy_user_data(source: Path, copy: Path) -> None:
    """A copy of users' data by SQLite's own backup. Raises ArchiveError when it is damaged."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as given,
            closing(sqlite3.connect(copy, isolation_level=None)) as taken,
        ):
            given.backup(taken)
            taken.execute("PRAGMA journal_mode = DELETE")
            (said,) = taken.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise ArchiveError(ArchiveCode.UNUSABLE, folder=source, detail=str(error)) from error
    if said != "ok":
        raise ArchiveError(ArchiveCode.UNUSABLE, folder=source, detail=said)


def _write_zip(path: Path, members: dict[str, Path], manifest: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as packed:
        for name, member in members.items():
            packed.write(member, name)
        packed.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _read_manifest(path: Path) -> dict[str, Any]:
    """What a backup says of itself, when each member is as it says. Raises ArchiveError for one that is not whole."""
    try:
        with zipfile.ZipFile(path) as packed:
            manifest: dict[str, Any] = json.loads(packed.read(MANIFEST))
            if manifest["backup"] > FORMAT:
                raise ArchiveError(ArchiveCode.BACKUP_NEWER, path=path)
            for name, digest in manifest["members"].items():
                if _digest(packed, name) != digest:
                    raise ValueError(f"{name} is damaged")
            _require_form(manifest)
            return manifest
    except ArchiveError:
        raise
    except OSError as error:
        detail = error.strerror or str(error)
        raise ArchiveError(ArchiveCode.BACKUP_DAMAGED, path=path, detail=detail) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise ArchiveError(ArchiveCode.BACKUP_DAMAGED, path=path, detail=str(error)) from error


def _require_form(manifest: dict[str, Any]) -> None:
    """Raise ValueError for what no backup of ours says, such as a member that would be written just anywhere."""
    members = manifest["members"]
    if _ARCHIVE not in members or not isinstance(manifest["issues_folder"], str):
        raise ValueError("there is no archive in it")
    for name, place in manifest["corrections"].items():
        if name not in members or Path(place).name != FILE_NAME:
            raise ValueError(f"{place} is no file of corrections")
    for name in manifest["databases"]:
        if name not in members or Path(name).name != name or not name.endswith(".sqlite") or name == _ARCHIVE:
            raise ValueError(f"{name} is no database of users")
    for name in _issue_names(manifest):
        if Path(name).name != name or "\\" in name or name.startswith("."):
            raise ValueError(f"{name} is no name of an issue")
    if not all(isinstance(value, str) for value in manifest["settings"].values()):
        raise ValueError("the settings are none")


def _issue_names(manifest: dict[str, Any]) -> list[str]:
    return [name.removeprefix("issues/") for name in manifest["members"] if name.startswith("issues/")]


def _digest(packed: zipfile.ZipFile, name: str) -> str:
    digest = sha256()
    with packed.open(name) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _unpack(path: Path, manifest: dict[str, Any], folder: Path, staged: list[Path]) -> dict[str, Path]:
    """The members of a backup as files staged in the archive's folder, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = {}
    with zipfile.ZipFile(path) as packed:
        for name in manifest["members"]:
            unpacked[name] = stage_file(folder, b"", prefix=staged_prefix(folder))
            staged.append(unpacked[name])
            with packed.open(name) as stream, unpacked[name].open("wb") as file:
                shutil.copyfileobj(stream, file, _BLOCK)
                file.flush()
                os.fsync(file.fileno())
    return unpacked


def _changes(manifest: dict[str, Any], unpacked: dict[str, Path], folder: Path, *, replace: bool) -> list[FileChange]:
    """What restoring does to files beside the archive."""
    old, issues = Path(manifest["issues_folder"]), issues_path(folder).resolve()
    changes = []
    for name, place in manifest["corrections"].items():
        log = issues / FILE_NAME if Path(place).parent == old else Path(place)
        if replace or not log.exists():
            changes.append(FileChange(ChangeKind.PLACE, log, str(unpacked[name])))
            continue
        known = set(log.read_text(encoding="utf-8").splitlines())
        lines = [line for line in unpacked[name].read_text(encoding="utf-8").splitlines() if line not in known]
        changes += [FileChange(ChangeKind.APPEND, log, "".join(f"{line}\n" for line in lines))] if lines else []
        unpacked[name].unlink()
    if _issue_names(manifest):
        issues.mkdir(parents=True, exist_ok=True)
    changes += [
        FileChange(ChangeKind.PLACE, issues / name, str(unpacked[f"issues/{name}"])) for name in _issue_names(manifest)
    ]
    changes += [
        FileChange(ChangeKind.DATABASE, (folder / name).resolve(), str(unpacked[name]))
        for name in manifest["databases"]
    ]
    return changes


def _holds_archive(location: str) -> bool:
    try:
        open_archive(location).close()
    except ArchiveMissingError:
        return False
    except ArchiveError:
        return True  # one that is damaged, perhaps to be replaced
    return True


def _drop(location: str, staged: Sequence[Path]) -> None:
    """Remove what a restoring that failed has staged, unless its commit is done and the files wait for it."""
    try:
        store = open_for_writing(location)
    except ArchiveError:
        for path in staged:
            path.unlink(missing_ok=True)
        return
    drop_unfinished(store, location)
    store.close()


def _report(file: Path, manifest: dict[str, Any]) -> BackupReport:
    return BackupReport(
        file,
        file.stat().st_size,
        manifest["made"],
        len(_issue_names(manifest)),
        len(manifest["corrections"]),
        len(manifest["databases"]),
        manifest["settings"],
    )


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, zipfile.LargeZipFile) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise ArchiveError(ArchiveCode.BACKUP_NOT_WRITTEN, path=path, detail=detail) from error
