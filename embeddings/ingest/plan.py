"""Files → issues ready to be stored: what is new, what has changed, what is as it was."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path, PurePosixPath

from embeddings.archive.base import ArchiveWriter, KnownIssue, PreparedIssue, Settings
from embeddings.archive.issues import texts_of_chunks
from embeddings.chunking import chunk_article
from embeddings.config import Limits
from embeddings.errors import BulletinError, SourceCode, SourceError
from embeddings.ingest.corrections import (
    READMISSION,
    Correction,
    Corrections,
    correct,
    note_of,
    read_corrections,
    without_withdrawn_pages,
)
from embeddings.ingest.parse_cache import issue_from_json, issue_to_json, read_apart, reading_key
from embeddings.parsing.masthead import paper_and_day
from embeddings.sources.document import Document
from embeddings.sources.epapers import PaperFolders
from embeddings.sources.hashing import text_digest
from embeddings.sources.outbox import FileChange
from embeddings.sources.unpack import unpack_source
from embeddings.text.normalize import well_formed
from embeddings.types import ARTICLE_FIELDS, Article, Chunk, Issue, ParsedIssue

logger = logging.getLogger(__name__)

# Raise it when the chunker gives other chunks for the same article, or the searches see others of them.
_CHUNKER_VERSION = 2

BY_HAND = ""  # the root of a file that was named, and not found in a folder

DocumentKey = tuple[str, str]  # a file, and the member of a ZIP file


class Omission(str, Enum):
    """What was left out: a file or member that should be read, a part of one that was, or what is no issue."""

    WHOLE = "whole"
    PART = "part"
    PASSED_OVER = "passed_over"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, a member of one or a part of either that was left out, and why."""

    path: str
    error: SourceError
    omission: Omission = Omission.WHOLE

    @property
    def reason(self) -> str:
        """Why it was left out, in English."""
        return str(self.error)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What an editor brings to a build.

    `corrections` are by document. `staged` says of files that are not in their place yet where their bytes lie until
    the commit puts them there.
    """

    corrections: Mapping[DocumentKey, Sequence[Correction]] = field(default_factory=dict)
    staged: Mapping[Path, Path] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What reading the files has shown.

    `seen` holds the places that were read or found unchanged, `failed` the files that could not be read: what the
    archive holds of those stays. `withdrawn` holds places whose issue an editor has taken back. `stale` tells of
    corrections that fit nothing any more. `notes` holds, for a place, what is to be written beside its source.
    """

    prepared: list[PreparedIssue] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[DocumentKey] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    withdrawn: set[DocumentKey] = field(default_factory=set)
    stale: list[str] = field(default_factory=list)
    notes: dict[DocumentKey, list[FileChange]] = field(default_factory=dict)


class Planner:
    """Reads files against what an archive already knows. Documents to be made `again` count as unknown."""

    def __init__(
        self,
        store: ArchiveWriter,
        *,
        settings: Settings,
        full: bool,
        limits: Limits,
        arrivals: Arrivals = Arrivals(),
        again: Collection[DocumentKey] = (),
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._store = store
        self._arrivals = arrivals
        self._again = again
        self._now = now
        self._waiting = store.waiting()
        self._settings = settings
        self._full = full
        self._limits = limits
        self._papers = PaperFolders()
        self._known = {known.place: known for known in store.known_issues()}

    def plan(
        self,
        files: Mapping[Path, str],
        *,
        on_file: Callable[[int, str], None] = lambda _number, _name: None,
    ) -> Plan:
        """Read some files, each with the root it was found under. `on_file` is told each file before it is read."""
        plan = Plan()
        sources = set(map(str, files))
        taken = {
            known.issue.id: place
            for place, known in self._known.items()
            if place[0] not in sources and Path(place[0]).exists()
        }
        for number, file in enumerate(sorted(files)):
            on_file(number, file.name)
            try:
                with failures_named(file.name):
                    _require_storable_name(file)
                    self._plan_file(file, files[file], plan, taken)
            except SourceError as error:
                plan.skipped.append(Skipped(str(file), error))
                plan.failed.add(str(file))
        return plan

    def _plan_file(self, file: Path, root: str, plan: Plan, taken: dict[str, DocumentKey]) -> None:
        staged = self._arrivals.staged.get(file)
        unpacked = unpack_source(file, root, self._limits, papers=self._papers, staged=staged)
        for member, error in unpacked.skipped:
            plan.skipped.append(Skipped(f"{file}/{member}", error))
            plan.seen.add((str(file), member))
        plan.skipped += [
            Skipped(f"{file}/{member}", error, Omission.PASSED_OVER) for member, error in unpacked.passed_over
        ]
        for document in unpacked.documents:
            place = (str(file), document.member)
            try:
                with failures_named(document.name):
                    left = document_under(root, file, document, self._waiting)
                    if left is None:
                        plan.withdrawn.add(place)
                        continue
                    document = left
                    self._plan_document(file, document, root, plan, taken)
            except SourceError as error:
                # What cannot be read holds no place against others with the same bytes.
                if taken.get(document.id) == place and place not in self._known:
                    del taken[document.id]
                if len(unpacked.documents) == 1 and not document.member:
                    raise
                plan.skipped.append(Skipped("/".join(filter(None, place)), error))
                plan.seen.add(place)

    def _plan_document(
        self, file: Path, document: Document, root: str, plan: Plan, taken: dict[str, DocumentKey]
    ) -> None:
        place = (str(file), document.member)
        corrections = read_corrections(file, document, self._waiting)
        if corrections.withdrawn and root != BY_HAND:
            plan.withdrawn.add(place)
            return
        made = [*([READMISSION] if corrections.withdrawn else []), *self._arrivals.corrections.get(place, ())]
        corrections = corrections.followed_by(*made)
        if taken.setdefault(document.id, place) != place:
            other = Path("/".join(filter(None, taken[document.id]))).name
            raise SourceError(SourceCode.SAME_BYTES, name=document.name, other=other)
        key = reading_key(document)
        recipe = recipe_of(self._settings, corrections)
        old = self._known.get(place)
        if self._full or old is None or place in self._again or (old.reading_key, old.recipe) != (key, recipe):
            reading = with_ids(read_once(self._store, document, self._limits, afresh=self._full), document)
            reading = dated_by_place(reading, file, document, root=root)
            shown = "/".join(filter(None, place))
            plan.skipped += [Skipped(shown, error, Omission.PART) for error in reading.left_out]
            corrected, stale = correct(reading, corrections.all)
            plan.stale += [_stale_line(document.name, one) for one in stale]
            if not corrected.articles:
                raise SourceError(SourceCode.ALL_DROPPED, name=document.name)
            issue = issue_of(document, corrected, source=str(file))
            plan.prepared.append(prepare(issue, recipe=recipe, root=root, key=key, settings=self._settings))
            plan.notes[place] = note_of(
                file, issue_id=document.id, member=document.member, corrections=made, now=self._now
            )
        plan.seen.add(place)


def document_under(root: str, file: Path, document: Document, waiting: Sequence[FileChange] = ()) -> Document | None:
    """What is to be read of a document of a file that was found under a root; None where editors have withdrawn it all.

    What was brought by hand is read whole. Raises SourceError when the file of corrections cannot be read.
    """
    return document if root == BY_HAND else without_withdrawn_pages(file, document, waiting)


@contextmanager
def failures_named(name: str) -> Iterator[None]:
    """Whatever a file brings about that is not foreseen becomes a SourceError that names it.

    What is wrong with the archive or the model, and what ends the process, is no fault of a file.
    """
    try:
        yield
    except BulletinError:
        raise
    except Exception as error:
        logger.exception("%r could not be indexed", name)
        raise SourceError(SourceCode.FILE_FAILED, name=name, kind=type(error).__name__, detail=str(error)) from error


def _require_storable_name(file: Path) -> None:
    """Raise SourceError for a path with bytes that are no UTF-8, as ZIP programs leave them on Linux."""
    if well_formed(str(file)) != str(file):
        raise SourceError(SourceCode.NAME_NOT_UNICODE, name=well_formed(file.name))


def read_once(store: ArchiveWriter, document: Document, limits: Limits, *, afresh: bool = False) -> ParsedIssue:
    """What the loaders find in a document, from the archive where they have read it before. Raises SourceError."""
    key = reading_key(document)
    stored = None if afresh else store.reading(key)
    if stored is not None:
        return issue_from_json(stored)
    issue = read_apart(document, limits)
    store.store_reading(key, issue_to_json(issue))
    return issue


def recipe_of(settings: Settings, corrections: Corrections) -> str:
    """Names how a reading becomes chunks."""
    return f"{_CHUNKER_VERSION}/{settings.max_chars}/{settings.overlap_chars}/{corrections.digest}"


def with_ids(issue: ParsedIssue, document: Document) -> ParsedIssue:
    """The issue with an id on every article: the source's own, or one made from file name and title.

    Ids are given before corrections, so that an article keeps its id through them.
    """
    given = {article.source_id for article in issue.articles}
    numbers: Counter[str] = Counter()  # of the articles that are called the same
    articles = []
    for article in issue.articles:
        called, made = article.title or article.body[:40], article.source_id
        while not made:
            numbers[called] += 1
            made = text_digest(document.stem, called, str(numbers[called]))[:12]
            made = "" if made in given else made
        given.add(made)
        articles.append(article if article.source_id else replace(article, source_id=made))
    return replace(issue, articles=tuple(articles))


def dated_by_place(issue: ParsedIssue, file: Path, document: Document, *, root: str) -> ParsedIssue:
    """An issue that says no day of its own, with that of the folder or archive it lies in.

    Only a name of a paper and a day counts (青禾日报-2025-09-13); others may be the day of a copy. Folders count in
    archives and below the root that a file was found under.
    """
    if issue.date:
        return issue
    inside = [part.name for part in PurePosixPath(document.member).parents]
    above = [part.name for part in file.parents if root != BY_HAND and Path(root) in (part, *part.parents)]
    names = [*inside, *([file.name.partition(".")[0]] if document.member else []), *above]
    return replace(issue, date=next((day for name in names if (day := paper_and_day(name)[1])), None))


def issue_of(document: Document, parsed: ParsedIssue, *, source: str) -> Issue:
    """The issue that a parsed one is, once its source is known. Every article has its id."""
    issue = Issue(id=document.id, name=parsed.name, date=parsed.date, source=source, member=document.member)
    articles = tuple(
        Article(
            id=article.source_id,
            issue=issue,
            **{name: getattr(article, name) for name in ARTICLE_FIELDS if name != "date"},
            date=article.date or parsed.date,
        )
        for article in parsed.articles
    )
    return replace(issue, articles=articles)


def prepare(issue: Issue, *, recipe: str, root: str, key: str, settings: Settings) -> PreparedIssue:
    """An issue with its chunks."""
    chunks = {article.id: _with_keys(article, settings) for article in issue.articles}
    return PreparedIssue(issue, recipe, root, key, chunks)


def prepare_again(store: ArchiveWriter, issues: Iterable[KnownIssue], settings: Settings) -> list[PreparedIssue]:
    """Issues whose files a build does not read, from the articles the archive holds."""
    prepared = []
    with store.snapshot() as snapshot:
        for known in issues:
            (issue,) = (found for found in snapshot.read_issue(known.issue.id) if found.id == known.issue.id)
            prepared.append(
                prepare(issue, recipe=known.recipe, root=known.root, key=known.reading_key, settings=settings)
            )
    return prepared


def _with_keys(article: Article, settings: Settings) -> list[tuple[Chunk, str]]:
    """The chunks of an article, each with the key of its vector."""
    chunks = chunk_article(article, max_chars=settings.max_chars, overlap_chars=settings.overlap_chars)
    texts = texts_of_chunks(article, chunks)
    return [(chunk, text_digest(settings.fingerprint, text)) for chunk, text in zip(chunks, texts, strict=True)]


def _stale_line(name: str, one: Correction) -> str:
    return f"{name}: the {one.field} {one.was[:30]!r} is no longer found, so its correction was not made"


def texts_of(prepared: Sequence[PreparedIssue]) -> list[tuple[Article, list[tuple[str, str]]]]:
    """Each article of some issues with its chunks: the key of the vector, and the text to encode."""
    found = []
    for item in prepared:
        for article in item.issue.articles:
            chunks = item.chunks[article.id]
            texts = texts_of_chunks(article, [chunk for chunk, _ in chunks])
            found.append((article, [(key, text) for (_, key), text in zip(chunks, texts, strict=True)]))
    return found
