"""Bring an archive in step with issue files, encoding only what is new."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from embeddings.archive.base import ArchiveReader, ArchiveWriter, KnownIssue, PreparedIssue, Settings
from embeddings.archive.issues import goes_by
from embeddings.archive.registry import lock_archive, open_archive, open_for_writing
from embeddings.chunking import MAX_CHARS, OVERLAP_CHARS
from embeddings.config import Limits, archive_folder, archive_location, chosen_model, issues_path
from embeddings.encoders.encoder import Encoder, open_encoder
from embeddings.encoders.ray_pool import RayEncoder
from embeddings.errors import (
    ArchiveDamagedError,
    ArchiveError,
    ModelCode,
    ModelMismatchError,
    NotStorableError,
    SourceCode,
    SourceError,
)
from embeddings.ingest.corrections import FILE_NAME, read_corrections
from embeddings.ingest.encode import encode_chunks
from embeddings.ingest.plan import (
    BY_HAND,
    Arrivals,
    DocumentKey,
    Omission,
    Plan,
    Planner,
    Skipped,
    document_under,
    prepare_again,
    recipe_of,
)
from embeddings.sources.atomic import drop_staged, sweep
from embeddings.sources.epapers import PaperFolders, gather_files
from embeddings.sources.files import files_in, folders_of_pages, is_issue_file, known_suffixes
from embeddings.sources.outbox import ChangeKind, FileChange
from embeddings.sources.unpack import unpack_source

logger = logging.getLogger(__name__)

_LOCK_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Counts are of issues, except for the chunks and articles.

    `stale_corrections` tells, a line each, of corrections that fit nothing any more.
    """

    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    articles: int = 0
    chunks_encoded: int = 0
    chunks_reused: int = 0
    seconds: float = 0.0
    skipped: tuple[Skipped, ...] = ()
    stale_corrections: tuple[str, ...] = ()

    def followed_by(self, other: BuildReport) -> BuildReport:
        """What this build and another one after it did together."""
        merged: dict[str, Any] = {
            one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(BuildReport)
        }
        return BuildReport(**{**merged, "unchanged": other.unchanged})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: first the files it reads, then the articles and chunks of those that were new.

    `file` is the name of the file being read, "" once all are read; `seconds_left` is None where it cannot be told yet.
    """

    articles_done: int = 0
    articles: int = 0
    chunks_done: int = 0
    chunks: int = 0
    files_done: int = 0
    files: int = 0
    file: str = ""
    seconds_left: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How a build goes about it; the defaults are what a user expects."""

    model: str | None = None
    full: bool = False
    max_chars: int | None = None
    overlap_chars: int | None = None
    wait_seconds: float = _LOCK_WAIT_SECONDS
    limits: Limits | None = None  # None: as the environment says
    ray: str | None = None  # the address of a Ray cluster that encodes, or "local"
    on_progress: Callable[[Progress], None] | None = field(default=None, compare=False)
    on_wait: Callable[[str], None] | None = field(default=None, compare=False)
    clock: Callable[[], float] = field(default=time.monotonic, compare=False)
    now: Callable[[], datetime] = field(default=datetime.now, compare=False)


def build(
    sources: str | Path | Iterable[str | Path],
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    full: bool = False,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Make an archive hold exactly the issues in some files and folders.

    An issue whose bytes are unchanged costs one hash. A changed file replaces its issue; an issue whose file has gone
    is removed. A file that cannot be read is skipped and reported, and what the archive held of it stays. `full` reads
    and encodes everything again, which is also how an archive changes its model.

    Raises SourceError when a source does not exist or holds no issue file; ModelMismatchError when the archive has
    another model and `full` is not set; ArchiveError and ModelError as their names say.
    """
    options = options or BuildOptions()
    options = replace(options, model=model or options.model, full=full or options.full)
    roots = [Path(source).resolve() for source in _as_list(sources)]
    found = find_files(roots)
    return _run(found, roots=roots, archive=archive, options=options, encoder=encoder)


def add(
    files: str | Path | Iterable[str | Path],
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Add or replace the issues in some files and folders; every other issue stays. Raises as `build` does.

    A file that is named brings its issue back when it was withdrawn.
    """
    options = options or BuildOptions()
    options = replace(options, model=model or options.model)
    found = find_files([Path(source).resolve() for source in _as_list(files)])
    by_hand = {file: BY_HAND if root == str(file) else root for file, root in found.files.items()}
    found = replace(found, files=by_hand)
    return _run(found, roots=[], archive=archive, options=options, encoder=encoder)


def update(
    changed: Mapping[Path, str],
    gone: Collection[Path] = (),
    *,
    archive: str | Path | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Read the changed files, each with the root it was found under, and take out the issues of those that have gone.

    Raises as `build` does.
    """
    found = FoundFiles(dict(changed))
    return _run(found, roots=[], archive=archive, options=options or BuildOptions(), encoder=encoder, gone=gone)


def remove(
    names: Iterable[str], *, archive: str | Path | None = None, options: BuildOptions | None = None
) -> BuildReport:
    """Take issues out by name, file name or start of id. Raises SourceError when a name fits none."""
    options = options or BuildOptions()
    started = options.clock()
    with hold_archive(archive, options=options) as store:
        known = store.known_issues()
        doomed = issues_called(names, known, location=archive_location(archive))
        take_out(store, doomed)
    return BuildReport(removed=len(doomed), unchanged=len(known) - len(doomed), seconds=options.clock() - started)


def issues_called(names: Iterable[str], known: Sequence[KnownIssue], *, location: str) -> list[KnownIssue]:
    """The issues that go by some names, each once. Raises SourceError when a name fits none."""
    found: dict[int, KnownIssue] = {}
    for name in names:
        fitting = [one for one in known if goes_by(one.issue, name)]
        if not fitting:
            raise SourceError(SourceCode.NO_ISSUE_IN, name=name, folder=location)
        found.update((one.key, one) for one in fitting)
    return list(found.values())


def take_out(store: ArchiveWriter, doomed: Sequence[KnownIssue], changes: Sequence[FileChange] = ()) -> None:
    """Take issues out of an archive that is held, and make some changes of files with them."""
    settings = store.settings
    if settings is not None and doomed:
        store.commit(add=[], remove=[one.key for one in doomed], settings=settings, changes=changes)
        _derive(store)


def _derive(store: ArchiveWriter) -> None:
    """Bring the search indexes in step with a commit, which stands where they cannot be written.

    Until the next build they are then made in memory.
    """
    try:
        store.derive()
    except ArchiveDamagedError:
        raise
    except ArchiveError as error:
        logger.warning("%s", error)


def stale_sources(store: ArchiveReader) -> list[str]:
    """Where the files of an archive's issues, or their corrections, have moved on since they were read, a line each."""
    lines = []
    limits, settings, papers = Limits.from_environment(), store.settings, PaperFolders()
    for known in store.known_issues():
        path = Path(known.issue.source)
        try:
            unpacked = unpack_source(path, known.root, limits, papers=papers)
            left = [document_under(known.root, path, one) for one in unpacked.documents]
            documents = {one.id: one for one in left if one is not None}
        except (SourceError, ValueError):  # ValueError for a path with a NUL, which a flipped bit can make
            lines.append(f"{known.issue.name}: {path} has gone or cannot be read")
            continue
        document = documents.get(known.issue.id)
        if document is None:
            lines.append(f"{known.issue.name}: {path} has changed")
            continue
        try:
            corrections = read_corrections(path, document)
        except SourceError as error:
            lines.append(f"{known.issue.name}: {error}")
            continue
        if settings is not None and recipe_of(settings, corrections) != known.recipe:
            lines.append(f"{known.issue.name}: what {path.with_name(FILE_NAME).name} says of it has changed")
    return lines


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The issue files in some files and folders, each with the root it was found under, and those left aside.

    `pages` has, for the first page of an e-paper's issue, the others, which are no files of their own.
    """

    files: dict[Path, str]
    skipped: tuple[Skipped, ...] = ()
    pages: Mapping[Path, tuple[Path, ...]] = field(default_factory=dict)


def find_files(roots: Sequence[Path]) -> FoundFiles:
    """The issue files in some files and folders. Raises SourceError when there is none, or a root does not exist.

    Hidden and temporary files, and those of an archive, are passed over in silence; a file whose name is none of an
    issue, and a link that leads out of its folder, are left out and reported.
    """
    files: dict[Path, str] = {}
    skipped: list[Skipped] = []
    pages: dict[Path, tuple[Path, ...]] = {}
    for root in roots:
        if root.is_dir():
            in_folder, left_aside = _look_through(root)
            in_folder, contents, further = _join_papers(in_folder)
            files.update(dict.fromkeys(in_folder, str(root)))
            skipped += left_aside + contents
            pages.update(further)
        elif root.exists():
            files[root] = str(root)
        else:
            raise SourceError(SourceCode.NO_FILE_OR_FOLDER, path=root)
    if not files and all(one.omission is Omission.PASSED_OVER for one in skipped):
        raise SourceError(
            SourceCode.NO_ISSUE_FILE, suffixes=", ".join(sorted(known_suffixes())), folders=", ".join(map(str, roots))
        )
    return FoundFiles(files, tuple(skipped), pages)


def _join_papers(files: Sequence[Path]) -> tuple[list[Path], list[Skipped], dict[Path, tuple[Path, ...]]]:
    """Files without the further pages of an e-paper's issue, its pages of contents, and for first pages the others."""
    gathered = gather_files(files)
    pages = {Path(issue.pages[0]): tuple(map(Path, issue.pages[1:])) for issue in gathered.issues}
    contents = [
        Skipped(
            str(path),
            SourceError(SourceCode.CONTENTS_OF_PAPER, name=path.name, issue=issue),
            Omission.PASSED_OVER,
        )
        for path, issue in gathered.contents.items()
    ]
    parts = {page for further in pages.values() for page in further} | set(gathered.contents)
    return [file for file in files if file not in parts], contents, pages


def _look_through(root: Path) -> tuple[list[Path], list[Skipped]]:
    """The issue files in a folder, and what is left aside there."""
    found = files_in(root)
    parts = folders_of_pages(found)
    files: list[Path] = []
    skipped: dict[Path, Skipped] = {}
    for path in found:
        folder = next((above for above in path.parents if above in parts), None)
        if folder is not None:
            error = SourceError(SourceCode.PARTS_OF_PAGE, name=folder.name, page=parts[folder].name)
            skipped[folder] = Skipped(str(folder), error, Omission.PASSED_OVER)
        elif not is_issue_file(path):
            error = SourceError(SourceCode.NO_ISSUE_SUFFIX, name=path.name)
            skipped[path] = Skipped(str(path), error, Omission.PASSED_OVER)
        elif not path.resolve().is_relative_to(root):
            skipped[path] = Skipped(str(path), SourceError(SourceCode.LINK_OUTSIDE, name=path.name, folder=root))
        else:
            files.append(path)
    return files, list(skipped.values())


def _as_list(sources: str | Path | Iterable[str | Path]) -> list[str | Path]:
    return [sources] if isinstance(sources, str | Path) else list(sources)


def _run(
    found: FoundFiles,
    *,
    roots: Sequence[Path],
    archive: str | Path | None,
    options: BuildOptions,
    encoder: Encoder | None,
    gone: Collection[Path] = (),
) -> BuildReport:
    started = options.clock()
    with hold_archive(archive, options=options, create=True) as store:
        for folder in {file.parent for file in found.files}:
            sweep(folder)
        report = index_files(store, found, roots=roots, options=options, encoder=encoder, gone=gone)
    return replace(report, seconds=options.clock() - started)


@contextmanager
def hold_archive(archive: str | Path | None, *, options: BuildOptions, create: bool = False) -> Iterator[ArchiveWriter]:
    """An archive for writing, held against other builds.

    What a killed process left undone is done first, and what it left unfinished is removed. Raises ArchiveError as its
    name says, ArchiveLockedError when another build holds it for too long.
    """
    location = archive_location(archive)
    if not create:
        open_archive(location).close()  # a folder that holds no archive is not to hold a lock either
    with lock_archive(location, wait_seconds=options.wait_seconds, on_wait=options.on_wait, now=options.now):
        store = open_for_writing(location, create=create)
        try:
            store.settle()
            drop_unfinished(store, location)
            yield store
        finally:
            store.close()


def drop_unfinished(store: ArchiveWriter, location: str) -> None:
    """Remove what was staged or half written for an archive that is held and no commit waits for."""
    folder = archive_folder(location)
    if folder is None:
        return
    waiting = {Path(change.text).resolve() for change in store.waiting() if change.kind is not ChangeKind.APPEND}
    for place in (folder, issues_path(folder)):
        sweep(place)
        drop_staged(place, folder, waiting=waiting)


def tidy(archive: str | Path | None = None) -> None:
    """Do what killed processes left undone in an archive, and remove what they left unfinished.

    Nothing happens while a build is at work, which does so itself, nor where there is no archive to be written.
    """
    with suppress(ArchiveError), hold_archive(archive, options=BuildOptions(wait_seconds=0)):
        pass


def index_files(
    store: ArchiveWriter,
    found: FoundFiles,
    *,
    options: BuildOptions,
    encoder: Encoder | None,
    roots: Sequence[Path] = (),
    gone: Collection[Path] = (),
    arrivals: Arrivals = Arrivals(),
    again: Collection[DocumentKey] = (),
    derives: bool = True,
) -> BuildReport:
    """Bring an archive that is held in step with some files, and with what an editor brings. Raises as `build` does.

    Documents to be made `again` are so though nothing of them has changed. Where it does not derive the search indexes,
    the caller does.
    """
    stored = store.settings
    encoder = encoder or open_encoder(chosen_model(options.model) or (stored.model if stored else None))
    settings = _settings(stored, encoder, options)
    if options.ray is not None:
        encoder = RayEncoder(encoder, options.ray)
    plan = _plan(store, found, settings=settings, options=options, arrivals=arrivals, again=again)
    known = {one.place: one for one in store.known_issues()}
    missing = set(map(str, gone))
    out = [
        one
        for one in known.values()
        if one.issue.source in missing or one.place in plan.withdrawn or _is_gone(one, found.files, plan, roots)
    ]
    prepared = plan.prepared
    if options.full:
        read = {(item.issue.source, item.issue.member) for item in prepared}
        kept = [one for one in known.values() if one not in out and one.place not in read]
        prepared = [*prepared, *prepare_again(store, kept, settings)]
    encoded, reused, failed = encode_chunks(store, prepared, encoder, afresh=options.full, on_progress=_teller(options))
    prepared, outdated = _commit(
        store,
        plan,
        _left_after(prepared, failed, plan),
        known=known,
        out=out,
        settings=settings,
        of_folders=bool(roots),
        arrivals=arrivals,
    )
    if derives:
        _derive(store)
    replaced = sum((item.issue.source, item.issue.member) in known for item in prepared)
    return BuildReport(
        added=len(prepared) - replaced,
        replaced=replaced,
        removed=len(out) + len(outdated) - replaced,
        unchanged=len(known) - len(out) - len(outdated),
        articles=sum(len(item.issue.articles) for item in prepared),
        chunks_encoded=encoded,
        chunks_reused=reused,
        skipped=(*found.skipped, *plan.skipped),
        stale_corrections=tuple(plan.stale),
    )


def _commit(
    store: ArchiveWriter,
    plan: Plan,
    prepared: list[PreparedIssue],
    *,
    known: Mapping[DocumentKey, KnownIssue],
    out: Sequence[KnownIssue],
    settings: Settings,
    of_folders: bool,
    arrivals: Arrivals,
) -> tuple[list[PreparedIssue], list[int]]:
    """Commit some issues in place of those that are `out`, and of their own earlier ones, in one step.

    Returns those that could be stored, and the keys of what they took the place of. One that cannot be stored is added
    to what the plan skipped, and the others are tried again. Nothing is committed where there is nothing to change.
    """
    stored = store.settings
    while True:
        places = [(item.issue.source, item.issue.member) for item in prepared]
        outdated = [known[place].key for place in places if place in known]
        if stored is not None and stored.fingerprint != settings.fingerprint:
            # What has vectors of another model only cannot stay.
            outdated = [one.key for one in known.values() if one not in out]
        if not (prepared or out or stored != settings):
            return prepared, outdated
        try:
            store.commit(
                add=prepared,
                remove=[*(one.key for one in out), *outdated],
                settings=settings,
                complete=of_folders and not any(one.omission is Omission.WHOLE for one in plan.skipped),
                changes=_changes(places, plan, arrivals),
            )
        except NotStorableError as error:
            place = (error.params["source"], error.params["member"])
            plan.skipped.append(Skipped(_shown(place), error))
            prepared = [item for item in prepared if (item.issue.source, item.issue.member) != place]
        else:
            return prepared, outdated


def _left_after(
    prepared: Sequence[PreparedIssue], failed: Mapping[str, SourceError], plan: Plan
) -> list[PreparedIssue]:
    """The issues whose chunks all have vectors; the others are left out and named."""
    left = []
    for item in prepared:
        keys = [key for chunks in item.chunks.values() for _, key in chunks]
        error = next((failed[key] for key in keys if key in failed), None)
        if error is None:
            left.append(item)
        else:
            named = SourceError(error.code, **{**error.params, "name": item.issue.name})
            plan.skipped.append(Skipped(_shown((item.issue.source, item.issue.member)), named))
    return left


def _shown(place: DocumentKey) -> str:
    return "/".join(filter(None, place))


def _teller(options: BuildOptions) -> Callable[[int, int, int, int], None]:
    began = time.monotonic()

    def tell(articles_done: int, articles: int, chunks_done: int, chunks: int) -> None:
        if options.on_progress is not None:
            spent = time.monotonic() - began
            left = spent * (chunks - chunks_done) / chunks_done if chunks_done else None
            options.on_progress(Progress(articles_done, articles, chunks_done, chunks, seconds_left=left))

    return tell


def _changes(places: Sequence[DocumentKey], plan: Plan, arrivals: Arrivals) -> list[FileChange]:
    """What the commit of some documents does to files: corrections are noted, files that arrived get their place."""
    notes = [note for place in places for note in plan.notes.get(place, ())]
    sources = {source for source, _ in places}
    placed = [
        FileChange(ChangeKind.PLACE, file, str(staged))
        for file, staged in arrivals.staged.items()
        if str(file) in sources
    ]
    return [*notes, *placed]


def _plan(
    store: ArchiveWriter,
    found: FoundFiles,
    *,
    settings: Settings,
    options: BuildOptions,
    arrivals: Arrivals,
    again: Collection[DocumentKey],
) -> Plan:
    limits = options.limits or Limits.from_environment()
    planner = Planner(
        store,
        settings=settings,
        full=options.full,
        limits=limits,
        arrivals=arrivals,
        again=again,
        now=options.now,
    )

    def tell(number: int, name: str) -> None:
        if options.on_progress is not None:
            options.on_progress(Progress(files_done=number, files=len(found.files), file=name))

    return planner.plan(found.files, on_file=tell)


def _is_gone(known: KnownIssue, files: Mapping[Path, str], plan: Plan, roots: Sequence[Path]) -> bool:
    """Whether an issue's file has gone, or the file no longer holds it."""
    source = Path(known.issue.source)
    if source in files:
        return str(source) not in plan.failed and known.place not in plan.seen
    if not roots:
        return False
    if any(root == source or root in source.parents for root in roots):
        # A file that is there and was not found is passed over by its name or its link, not gone by accident.
        return True
    # It came with another folder, which is still there: its file alone has gone.
    return known.root != BY_HAND and not source.exists() and source.parent.is_dir()


def _settings(stored: Settings | None, encoder: Encoder, options: BuildOptions) -> Settings:
    """What the archive will be built with. Raises ModelMismatchError when it has another model and keeps it."""
    same_model = stored is not None and stored.fingerprint == encoder.fingerprint
    if stored is not None and not same_model and not options.full:
        raise mismatch_error(stored, encoder)
    return Settings(
        model=encoder.name,
        fingerprint=encoder.fingerprint,
        dimension=stored.dimension if stored is not None and same_model else encoder.dimension,
        max_chars=options.max_chars or (stored.max_chars if stored else MAX_CHARS),
        overlap_chars=(stored.overlap_chars if stored else OVERLAP_CHARS)
        if options.overlap_chars is None
        else options.overlap_chars,
    )


def mismatch_error(stored: Settings, encoder: Encoder) -> ModelMismatchError:
    """That an archive and a model do not belong together."""
    if stored.model == encoder.name:
        return ModelMismatchError(
            ModelCode.OTHER_WEIGHTS, model=stored.model, built=stored.fingerprint, now=encoder.fingerprint
        )
    return ModelMismatchError(ModelCode.OTHER_MODEL, built=stored.model, now=encoder.name)
