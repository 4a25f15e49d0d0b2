"""A new issue arrives: what it would become is shown first, and indexed once an editor agrees."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePath

from embeddings.archive.base import ArchiveWriter, KnownIssue
from embeddings.archive.registry import open_for_writing
from embeddings.config import Limits, archive_path, issues_path
from embeddings.encoders.encoder import Encoder
from embeddings.errors import ArchiveCode, ArchiveError, CorrectionError, SourceCode, SourceError
from embeddings.ingest.build import (
    BuildOptions,
    BuildReport,
    FoundFiles,
    drop_unfinished,
    hold_archive,
    index_files,
    take_out,
)
from embeddings.ingest.corrections import correct, corrections_between, read_corrections
from embeddings.ingest.plan import BY_HAND, Arrivals, Omission, Skipped, dated_by_place, read_once, with_ids
from embeddings.sources.atomic import hold_folder, stage_file, staged_prefix
from embeddings.sources.document import Document
from embeddings.sources.epapers import gather, paper_page_at
from embeddings.sources.files import IGNORED_NAMES, PAGE_SUFFIXES, read_bytes
from embeddings.sources.hashing import file_digest
from embeddings.sources.unpack import unpack
from embeddings.text.normalize import without_direction_marks
from embeddings.types import ParsedIssue

# Bytes of UTF-8. File systems take 255, of which a copy of the same name and a file that is being written need some.
_LONGEST_NAME = 200
_LONGEST_SUFFIX = 10  # characters
# What is no character of a name on some system, among it halves of characters, which no file system can be given.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff<>:"/\\|?*]+')
# Windows opens a device by these names, whatever their suffix.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it would be indexed. Every article has its id in `source_id`.

    `pages` are those of an e-paper that came as files of their own: `file` is then the ZIP file that is made of them.
    """

    file: Path
    document: Document
    issue: ParsedIssue
    pages: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The issues in some files, and the files and members that cannot be read."""

    drafts: tuple[Draft, ...]
    skipped: tuple[Skipped, ...]


def preview(
    files: Iterable[str | Path],
    *,
    archive: str | Path | None = None,
    limits: Limits | None = None,
    on_file: Callable[[int, str], None] = lambda _number, _name: None,
) -> Preview:
    """Read some files as an archive would, without indexing them. What is read is kept, so that a scan is read once.

    The pages of one day's e-paper are one issue, as they are in a folder. `on_file` is told each file's place and name
    before it is read. Raises ArchiveError; a file that cannot be read is among the skipped.
    """
    limits = limits or Limits.from_environment()
    folder = issues_path(archive_path(archive))
    store = open_for_writing(archive, create=True)
    drafts: list[Draft] = []
    packs, contents = _packs(list(map(Path, files)))
    skipped = list(contents)
    try:
        for number, (file, pages) in enumerate(packs):
            on_file(number, file.name)
            try:
                unpacked = unpack(file.name, _content_of(file, pages, limits), limits)
            except SourceError as error:
                skipped.append(Skipped(file.name, error))
                continue
            skipped += [Skipped(f"{file.name}/{member}", error) for member, error in unpacked.skipped]
            skipped += [
                Skipped(f"{file.name}/{member}", error, Omission.PASSED_OVER) for member, error in unpacked.passed_over
            ]
            for document in unpacked.documents:
                try:
                    issue = with_ids(read_once(store, document, limits), document)
                    issue = dated_by_place(issue, file, document, root=BY_HAND)
                    # An issue that was corrected before arrives corrected.
                    corrections = read_corrections(folder / safe_name(file.name), document)
                    drafts.append(Draft(file, document, correct(issue, corrections.all)[0], pages))
                    shown = "/".join(filter(None, (file.name, document.member)))
                    skipped += [Skipped(shown, error, Omission.PART) for error in issue.left_out]
                except SourceError as error:
                    skipped.append(Skipped("/".join(filter(None, (file.name, document.member))), error))
    finally:
        store.close()
    return Preview(tuple(drafts), tuple(skipped))


def _packs(files: Sequence[Path]) -> tuple[list[tuple[Path, tuple[Path, ...]]], list[Skipped]]:
    """The files that are an issue or an archive each, and those to be made of the pages of an e-paper, with its pages.

    Files that are dropped at once are taken for those of one folder, wherever each was put. The pages of contents are
    left out.
    """
    at = {PurePath(name): file for name, file in zip(_distinct(files), files, strict=True)}
    found = gather({name: page for name, file in at.items() if _is_page(file) and (page := paper_page_at(file))})
    issues = {issue.pages[0]: issue for issue in found.issues}
    parts = {page for issue in found.issues for page in issue.pages}
    packs: list[tuple[Path, tuple[Path, ...]]] = []
    for name, file in at.items():
        if name in issues:
            pages = tuple(at[page] for page in issues[name].pages)
            packs.append((file.with_name(f"{PurePath(issues[name].document_name).stem}.zip"), pages))
        elif name not in parts and name not in found.contents:
            packs.append((file, ()))
    contents = [
        Skipped(
            at[page].name,
            SourceError(SourceCode.CONTENTS_OF_PAPER, name=at[page].name, issue=issue),
            Omission.PASSED_OVER,
        )
        for page, issue in found.contents.items()
    ]
    return packs, contents


def _is_page(file: Path) -> bool:
    return file.suffix.lower() in PAGE_SUFFIXES


def _distinct(files: Sequence[Path]) -> list[str]:
    """The names of some files, each different from the others."""
    names: list[str] = []
    for file in files:
        name, number = file.name, 1
        while name in names:
            number += 1
            name = f"{file.stem} ({number}){file.suffix}"
        names.append(name)
    return names


def _content_of(file: Path, pages: Sequence[Path], limits: Limits | None = None) -> bytes:
    """The bytes of a file, or of the ZIP file that some pages make: the same for the same pages. Raises SourceError."""
    if not pages:
        return read_bytes(file, limits)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, page in zip(_distinct(pages), pages, strict=True):
            archive.writestr(zipfile.ZipInfo(name), read_bytes(page, limits), zipfile.ZIP_DEFLATED)
    content = stream.getvalue()
    if limits is not None and len(content) > limits.max_bytes:
        raise SourceError(SourceCode.TOO_LARGE, name=file.name, n=len(content), limit=limits.max_bytes)
    return content


def take_in(
    drafts: Sequence[Draft],
    wanted: Sequence[ParsedIssue],
    *,
    archive: str | Path | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Index drafts as an editor wants them, one `wanted` each: what differs becomes corrections beside the source.

    The files are copied into the archive's folder of issues (BULLETIN_ISSUES, else `issues` in the archive), so that a
    rebuild finds them. Raises SourceError, ArchiveError or ModelError; then nothing was indexed.
    """
    options = options or BuildOptions()
    folder = archive_path(archive)
    try:
        changes = [corrections_between(draft.issue, target) for draft, target in zip(drafts, wanted, strict=True)]
    except CorrectionError as error:
        raise SourceError(SourceCode.NOT_INDEXED, cause=error) from error
    started = options.clock()
    with hold_archive(folder, options=options, create=True) as store, ExitStack() as stack:
        stack.callback(drop_unfinished, store, str(folder))
        kept = _keep(
            {draft.file: draft.pages for draft in drafts}, issues_path(folder), stack, prefix=staged_prefix(folder)
        )
        targets = {file: target for file, (target, _) in kept.items()}
        arrivals = Arrivals(
            {
                (str(targets[draft.file]), draft.document.member): corrections
                for draft, corrections in zip(drafts, changes, strict=True)
            },
            {target: staged for target, staged in kept.values() if staged is not None},
        )
        found = FoundFiles(dict.fromkeys(targets.values(), BY_HAND))
        report = index_files(store, found, options=options, encoder=encoder, arrivals=arrivals)
        alone = _indexed_alone(store, drafts)
        take_out(store, alone)
    return replace(report, removed=report.removed + len(alone), seconds=options.clock() - started)


def _indexed_alone(store: ArchiveWriter, drafts: Sequence[Draft]) -> list[KnownIssue]:
    """The issues that came by hand and are, by now, pages of the issues that some drafts have become."""
    known = store.known_issues()
    indexed = {one.issue.id for one in known}
    pages = {
        page for draft in drafts if draft.pages and draft.document.id in indexed for page in draft.document.page_ids
    }
    return [one for one in known if one.root == BY_HAND and one.issue.id in pages]


def _keep(
    files: Mapping[Path, Sequence[Path]], folder: Path, stack: ExitStack, *, prefix: str
) -> dict[Path, tuple[Path, Path | None]]:
    """For each file its place in a folder, under its own name made safe, and where its copy lies until then.

    A file with pages is made of these. The latter is None where the place has the same bytes already. Until the stack
    ends the folder is held. Raises ArchiveError.
    """
    kept: dict[Path, tuple[Path, Path | None]] = {}
    for file in sorted(files):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold_folder(folder))
            content = _content_of(file, files[file]) if files[file] else file.read_bytes()
            taken = {target for target, _ in kept.values()}
            place, is_new = _place_for(file, content, folder.resolve(), taken)
            staged = stage_file(folder, content, prefix=prefix) if is_new else None
        except OSError as error:
            detail = error.strerror or str(error)
            raise ArchiveError(ArchiveCode.FILE_NOT_KEPT, name=file.name, folder=folder, detail=detail) from error
        kept[file] = place, staged
    return kept


def _place_for(file: Path, content: bytes, folder: Path, taken: Collection[Path]) -> tuple[Path, bool]:
    """Where a file belongs in a folder, and whether it is not there yet."""
    digest = sha256(content).hexdigest()
    name = safe_name(file.name)
    target, number = folder / name, 1
    while target.exists() or target in taken:
        if target.exists() and file_digest(target) == digest:
            return target, False
        number += 1
        target = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return target, True


def safe_name(name: str) -> str:
    """A file name that stays in its folder, and is a file's, on every system; Chinese and spaces are kept."""
    # The last part alone: ../../etc/passwd and C:\\a\\b.txt are names of other places.
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = _UNSAFE.sub("_", without_direction_marks(last)).strip(" .")
    if _RESERVED.match(cleaned) or cleaned.lower() in IGNORED_NAMES:
        cleaned = f"_{cleaned}"
    suffix = Path(cleaned).suffix[:_LONGEST_SUFFIX]
    room = _LONGEST_NAME - len(suffix.encode("utf-8"))
    stem = Path(cleaned).stem.encode("utf-8")[:room].decode("utf-8", "ignore")
    return f"{stem}{suffix}" or "issue"
