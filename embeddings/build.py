"""Bring an archive in step with issue files, encoding only what is new."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from embeddings.archive import PreparedIssue, Settings
from embeddings.chunk import MAX_CHARS, OVERLAP_CHARS, chunk_article
from embeddings.encoder import Encoder, open_encoder
from embeddings.errors import ModelMismatchError, SourceError
from embeddings.hashing import file_digest, text_digest
from embeddings.local_archive import KnownIssue, LocalArchive, goes_by, indexed_text
from embeddings.locking import build_lock
from embeddings.readers import SUFFIXES, ParsedIssue, read_bytes, read_issue
from embeddings.settings import archive_path, chosen_model
from embeddings.types import Article, Chunk, Issue, ParsedArticle

# Raise it when readers, the page parser or the chunker give other articles or chunks for the same bytes.
RECIPE_VERSION = 1
_GROUP_CHUNKS = 48  # encoded together, stored and reported before the next group: about three seconds
_LOCK_WAIT_SECONDS = 60.0
_BY_HAND = ""  # the root of an issue that no folder brought


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Counts are of issues, except for the chunks."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    articles: int = 0
    chunks_encoded: int = 0
    chunks_reused: int = 0
    seconds: float = 0.0
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: articles and chunks of the issues it has to read."""

    articles_done: int
    articles: int
    chunks_done: int
    chunks: int


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How a build goes about it; the defaults are what a user expects."""

    model: str | None = None
    full: bool = False
    max_chars: int | None = None
    overlap_chars: int | None = None
    wait_seconds: float = _LOCK_WAIT_SECONDS
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
    return _run(_find_files(roots), roots=roots, archive=archive, options=options, encoder=encoder)


def add(
    files: str | Path | Iterable[str | Path],
    *,
    archive: str | Path | None = None,
    model: str | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Add or replace the issues in some files and folders; every other issue stays. Raises as `build` does."""
    options = options or BuildOptions()
    options = replace(options, model=model or options.model)
    found = dict.fromkeys(_find_files([Path(source).resolve() for source in _as_list(files)]), _BY_HAND)
    return _run(found, roots=[], archive=archive, options=options, encoder=encoder)


def remove(
    names: Iterable[str], *, archive: str | Path | None = None, options: BuildOptions | None = None
) -> BuildReport:
    """Take issues out by name, file name or start of id. Raises SourceError when a name fits none."""
    options = options or BuildOptions()
    folder = archive_path(archive)
    started = options.clock()
    LocalArchive.existing(folder).close()
    with build_lock(folder, wait_seconds=options.wait_seconds, on_wait=options.on_wait, now=options.now):
        store = LocalArchive.existing(folder)
        known = store.known_issues()
        doomed: dict[int, KnownIssue] = {}
        for name in names:
            fitting = [issue for issue in known if goes_by(Issue(issue.id, issue.name, None, issue.source), name)]
            if not fitting:
                raise SourceError(f"There is no issue called {name!r} in {folder}; `bulletin list` shows their names.")
            doomed.update((issue.key, issue) for issue in fitting)
        settings = store.settings
        if settings is not None and doomed:
            store.commit(add=[], remove=list(doomed), settings=settings)
            store.derive()
        store.close()
    return BuildReport(removed=len(doomed), unchanged=len(known) - len(doomed), seconds=options.clock() - started)


def stale_sources(store: LocalArchive) -> list[str]:
    """Where the files of an archive's issues have moved on since they were read, one line each."""
    lines = []
    for issue in store.known_issues():
        path = Path(issue.source)
        if not path.is_file():
            lines.append(f"{issue.name}: {path} has gone")
        elif file_digest(path) != issue.id:
            lines.append(f"{issue.name}: {path} has changed")
    return lines


def _run(
    files: dict[Path, str],
    *,
    roots: Sequence[Path],
    archive: str | Path | None,
    options: BuildOptions,
    encoder: Encoder | None,
) -> BuildReport:
    folder = archive_path(archive)
    started = options.clock()
    with build_lock(folder, wait_seconds=options.wait_seconds, on_wait=options.on_wait, now=options.now):
        store = LocalArchive.create(folder)
        try:
            report = _update(store, files, roots=roots, options=options, encoder=encoder)
        finally:
            store.close()
    return replace(report, seconds=options.clock() - started)


def _update(
    store: LocalArchive,
    files: dict[Path, str],
    *,
    roots: Sequence[Path],
    options: BuildOptions,
    encoder: Encoder | None,
) -> BuildReport:
    stored = store.settings
    encoder = encoder or open_encoder(chosen_model(options.model) or (stored.model if stored else None))
    settings = _settings(stored, encoder, options)
    known = {issue.source: issue for issue in store.known_issues()}
    plan = _plan(files, known, settings=settings, full=options.full)
    gone = [issue for issue in known.values() if _is_gone(issue, files, roots)]
    prepared = plan.prepared
    if options.full:
        kept = [issue for issue in known.values() if issue not in gone and issue.source not in plan.seen]
        prepared = [*prepared, *_prepare_again(store, kept, settings)]
    encoded, reused = _encode(store, prepared, encoder, settings=settings, options=options)
    outdated = [known[item.issue.source].key for item in prepared if item.issue.source in known]
    if prepared or gone or stored != settings:
        store.commit(
            add=prepared,
            remove=[*(issue.key for issue in gone), *outdated],
            settings=settings,
            complete=bool(roots) and not plan.skipped,
        )
    store.derive()
    return BuildReport(
        added=len(prepared) - len(outdated),
        replaced=len(outdated),
        removed=len(gone),
        unchanged=len(known) - len(gone) - len(outdated),
        articles=sum(len(item.issue.articles) for item in prepared),
        chunks_encoded=encoded,
        chunks_reused=reused,
        skipped=tuple(plan.skipped),
    )


def _settings(stored: Settings | None, encoder: Encoder, options: BuildOptions) -> Settings:
    """What the archive will be built with. Raises ModelMismatchError when it has another model and keeps it."""
    same_model = stored is not None and stored.fingerprint == encoder.fingerprint
    if stored is not None and not same_model and not options.full:
        raise ModelMismatchError(mismatch_message(stored, encoder))
    return Settings(
        model=encoder.name,
        fingerprint=encoder.fingerprint,
        dimension=stored.dimension if stored is not None and same_model else encoder.dimension,
        max_chars=options.max_chars or (stored.max_chars if stored else MAX_CHARS),
        overlap_chars=(stored.overlap_chars if stored else OVERLAP_CHARS)
        if options.overlap_chars is None
        else options.overlap_chars,
    )


def mismatch_message(stored: Settings, encoder: Encoder) -> str:
    """One line on an archive and a model that do not belong together."""
    if stored.model == encoder.name:
        return (
            f"This archive was built with other weights of {stored.model} ({stored.fingerprint}, now "
            f"{encoder.fingerprint}). Run `bulletin build --full` to encode it again, or bring the old weights back."
        )
    return (
        f"This archive was built with {stored.model}; the settings say {encoder.name}. "
        f"Run `bulletin build --full --model {encoder.name}` to encode it again, or use --model {stored.model} "
        f"(BULLETIN_MODEL={stored.model})."
    )


@dataclass(slots=True)
class _Plan:
    """What reading the files has shown. `seen` holds the sources that were read or found unchanged."""

    prepared: list[PreparedIssue] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def _plan(files: dict[Path, str], known: dict[str, KnownIssue], *, settings: Settings, full: bool) -> _Plan:
    plan = _Plan()
    recipe = f"{RECIPE_VERSION}/{settings.max_chars}/{settings.overlap_chars}"
    taken = {issue.id: source for source, issue in known.items() if Path(source) not in files and Path(source).exists()}
    for file in sorted(files):
        source = str(file)
        old = known.get(source)
        try:
            content = read_bytes(file)
            issue_id = hashlib.sha256(content).hexdigest()
            if taken.setdefault(issue_id, source) != source:
                raise SourceError(
                    f"{file.name} holds the same bytes as {Path(taken[issue_id]).name}, which is indexed."
                )
            if full or old is None or (old.id, old.recipe) != (issue_id, recipe):
                issue = _issue(file, issue_id, read_issue(file, content))
                plan.prepared.append(_prepare(issue, recipe=recipe, root=files[file], settings=settings))
            plan.seen.add(source)
        except SourceError as error:
            plan.skipped.append(Skipped(source, str(error)))
    return plan


def _is_gone(issue: KnownIssue, files: dict[Path, str], roots: Sequence[Path]) -> bool:
    """Whether a build over some roots takes an issue out: its file has gone, though its folder is still there."""
    source = Path(issue.source)
    if not roots or source in files:
        return False
    if any(root == source or root in source.parents for root in roots):
        return True
    return issue.root != _BY_HAND and not source.exists() and source.parent.is_dir()


def _find_files(roots: Sequence[Path]) -> dict[Path, str]:
    """The issue files in some files and folders, each with the root it was found under. Raises SourceError."""
    files: dict[Path, str] = {}
    for root in roots:
        if root.is_dir():
            found = [path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
            shown = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
            files.update(dict.fromkeys(shown, str(root)))
        elif root.exists():
            files[root] = str(root)
        else:
            raise SourceError(f"There is no file or folder {root}.")
    if not files:
        raise SourceError(f"There is no issue file ({', '.join(sorted(SUFFIXES))}) in {', '.join(map(str, roots))}.")
    return files


def _as_list(sources: str | Path | Iterable[str | Path]) -> list[str | Path]:
    return [sources] if isinstance(sources, str | Path) else list(sources)


def _issue(file: Path, issue_id: str, parsed: ParsedIssue) -> Issue:
    """Give a parsed issue and its articles their ids."""
    issue = Issue(id=issue_id, name=parsed.name, date=parsed.date, source=str(file))
    given = {article.source_id for article in parsed.articles}
    articles = []
    for article in parsed.articles:
        number = 1
        # An id made from the title outlives corrections of the body.
        while not article.source_id and (made := _article_id(file, article, number)) in given:
            number += 1
        if not article.source_id:
            given.add(made)
        articles.append(
            Article(
                id=article.source_id or made,
                issue=issue,
                title=article.title,
                body=article.body,
                section=article.section,
                byline=article.byline,
                kind=article.kind,
                page=article.page,
                date=article.date or parsed.date,
            )
        )
    return replace(issue, articles=tuple(articles))


def _article_id(file: Path, article: ParsedArticle, number: int) -> str:
    return text_digest(file.stem, article.title or article.body[:40], str(number))[:12]


def _prepare(issue: Issue, *, recipe: str, root: str, settings: Settings) -> PreparedIssue:
    chunks = {
        article.id: [
            (chunk, _vector_key(settings, article, chunk))
            for chunk in chunk_article(article, max_chars=settings.max_chars, overlap_chars=settings.overlap_chars)
        ]
        for article in issue.articles
    }
    return PreparedIssue(issue, recipe, root, chunks)


def _prepare_again(store: LocalArchive, issues: Sequence[KnownIssue], settings: Settings) -> list[PreparedIssue]:
    """Issues whose files this build does not read, from the articles the archive holds."""
    prepared = []
    with store.snapshot() as snapshot:
        for known in issues:
            (issue,) = (found for found in snapshot.read_issue(known.source) if found.source == known.source)
            prepared.append(_prepare(issue, recipe=known.recipe, root=known.root, settings=settings))
    return prepared


def _vector_key(settings: Settings, article: Article, chunk: Chunk) -> str:
    return text_digest(settings.fingerprint, indexed_text(article.title, chunk.text))


def _encode(
    store: LocalArchive,
    prepared: Sequence[PreparedIssue],
    encoder: Encoder,
    *,
    settings: Settings,
    options: BuildOptions,
) -> tuple[int, int]:
    """Encode the chunks that have no vector yet and store them group by group; returns (encoded, reused)."""
    articles = [(article, item.chunks[article.id]) for item in prepared for article in item.issue.articles]
    total = sum(len(chunks) for _, chunks in articles)
    stored = set() if options.full else store.stored_vectors(key for _, chunks in articles for _, key in chunks)
    encoded = passed = done = 0
    waiting: dict[str, str] = {}
    if options.on_progress is not None and articles:
        options.on_progress(Progress(0, len(articles), 0, total))
    for number, (article, chunks) in enumerate(articles, start=1):
        for chunk, key in chunks:
            if key not in stored:
                waiting[key] = indexed_text(article.title, chunk.text)
                stored.add(key)
        passed += len(chunks)
        if len(waiting) >= _GROUP_CHUNKS or number == len(articles):
            if waiting:
                vectors = encoder.encode_passages(list(waiting.values()))
                store.store_vectors(dict(zip(waiting, vectors, strict=True)))
            encoded += len(waiting)
            waiting, done = {}, passed
            if options.on_progress is not None:
                options.on_progress(Progress(number, len(articles), done, total))
    return encoded, total - encoded
