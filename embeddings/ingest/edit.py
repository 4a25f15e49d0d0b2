"""What an editor does to issues that are indexed: correct them, and take them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from embeddings.archive.base import ArchiveWriter, KnownIssue
from embeddings.archive.issues import goes_by
from embeddings.config import Limits, archive_location
from embeddings.encoders.encoder import Encoder
from embeddings.errors import CorrectionError, SourceCode, SourceError
from embeddings.ingest.build import (
    BuildOptions,
    BuildReport,
    FoundFiles,
    hold_archive,
    index_files,
    issues_called,
    take_out,
)
from embeddings.ingest.corrections import WITHDRAWAL, correct, corrections_between, note_of, read_corrections
from embeddings.ingest.plan import Arrivals, dated_by_place, document_under, read_once, with_ids
from embeddings.sources.document import Document
from embeddings.sources.outbox import FileChange
from embeddings.sources.unpack import unpack_source
from embeddings.types import ParsedArticle, ParsedIssue

UNCHANGED = "\0"  # an empty text is a correction too: an article without a byline


@dataclass(frozen=True, slots=True)
class _Changes:
    """What an editor wants of an article; `UNCHANGED` and None leave a field alone."""

    title: str
    kicker: str
    deck: str
    byline: str
    day: date | None
    paragraphs: Mapping[int, str]

    def of(self, article: ParsedArticle) -> ParsedArticle:
        """The article as wanted. Raises SourceError for a paragraph that it does not have."""
        return replace(
            article,
            title=_chosen(self.title, article.title),
            kicker=_chosen(self.kicker, article.kicker),
            deck=_chosen(self.deck, article.deck),
            byline=_chosen(self.byline, article.byline),
            date=self.day or article.date,
            body=_with_paragraphs(article, self.paragraphs),
        )


def _chosen(text: str, old: str) -> str:
    return old if text == UNCHANGED else " ".join(text.split())


def correct_article(
    article_id: str,
    *,
    title: str = UNCHANGED,
    kicker: str = UNCHANGED,
    deck: str = UNCHANGED,
    byline: str = UNCHANGED,
    day: date | None = None,
    paragraphs: Mapping[int, str] | None = None,
    drop: bool = False,
    archive: str | Path | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Correct an article and index it again, encoding only the chunks whose text the change touches.

    `paragraphs` maps a paragraph's number, from one, to its new text; "" deletes it. `drop` takes the article out of
    its issue. Raises SourceError when there is no such article or paragraph, or its source has changed.
    """
    changes = _Changes(title, kicker, deck, byline, day, paragraphs or {})

    def change(issue: ParsedIssue) -> ParsedIssue:
        articles = []
        for article in issue.articles:
            if article.source_id != article_id:
                articles.append(article)
            elif not drop:
                articles.append(changes.of(article))
        return replace(issue, articles=tuple(articles))

    options = options or BuildOptions()
    with hold_archive(archive, options=options) as store:
        with store.snapshot() as snapshot:
            found = snapshot.read_article(article_id)
        if len(found) != 1:
            raise SourceError(SourceCode.SEVERAL_ARTICLES if found else SourceCode.NO_SUCH_ARTICLE, id=article_id)
        (known,) = (one for one in store.known_issues() if one.issue.id == found[0].issue.id)
        return _correct(store, known, change, options=options, encoder=encoder)


def correct_issue(
    name: str,
    *,
    new_name: str | None = None,
    day: date | None = None,
    archive: str | Path | None = None,
    options: BuildOptions | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Correct the name or date of an issue. Raises SourceError when no issue, or more than one, goes by the name."""

    def change(issue: ParsedIssue) -> ParsedIssue:
        return replace(issue, name=new_name or issue.name, date=day or issue.date)

    options = options or BuildOptions()
    with hold_archive(archive, options=options) as store:
        fitting = [known for known in store.known_issues() if goes_by(known.issue, name)]
        if len(fitting) != 1:
            raise SourceError(
                SourceCode.SEVERAL_ISSUES if fitting else SourceCode.NO_SUCH_ISSUE, name=name, n=len(fitting)
            )
        return _correct(store, fitting[0], change, options=options, encoder=encoder)


def withdraw(
    names: Iterable[str], *, archive: str | Path | None = None, options: BuildOptions | None = None
) -> BuildReport:
    """Take issues out of the archive and keep them out: a build over their folder leaves them aside.

    `add` brings one back. Raises SourceError when a name fits none, or when the note beside the source cannot be
    written; then nothing has happened. Where the folder of a source is away, the note waits for it.
    """
    options = options or BuildOptions()
    started = options.clock()
    with hold_archive(archive, options=options) as store:
        known = store.known_issues()
        doomed = issues_called(names, known, location=archive_location(archive))
        notes = [
            note
            for one in doomed
            for note in note_of(
                Path(one.issue.source),
                issue_id=one.issue.id,
                member=one.issue.member,
                corrections=[WITHDRAWAL],
                now=options.now,
            )
        ]
        take_out(store, doomed, notes)
    return BuildReport(removed=len(doomed), unchanged=len(known) - len(doomed), seconds=options.clock() - started)


def _correct(
    store: ArchiveWriter,
    known: KnownIssue,
    change: Callable[[ParsedIssue], ParsedIssue],
    *,
    options: BuildOptions,
    encoder: Encoder | None,
) -> BuildReport:
    """Correct an issue of an archive that is held, so that nobody corrects what has changed meanwhile."""
    started = options.clock()
    limits = options.limits or Limits.from_environment()
    source = Path(known.issue.source)
    document = _document(known, limits, store.waiting())
    reading = with_ids(read_once(store, document, limits), document)
    reading = dated_by_place(reading, source, document, root=known.root)
    now, _ = correct(reading, read_corrections(source, document, store.waiting()).all)
    try:
        corrections = corrections_between(now, change(now))
    except CorrectionError as error:
        raise SourceError(SourceCode.ISSUE_NOT_CORRECTED, issue=known.issue.name, cause=error) from error
    report = index_files(
        store,
        FoundFiles({source: known.root}),
        options=options,
        encoder=encoder,
        arrivals=Arrivals({known.place: corrections}),
    )
    return replace(report, seconds=options.clock() - started)


def _document(known: KnownIssue, limits: Limits, waiting: Sequence[FileChange]) -> Document:
    source = Path(known.issue.source)
    for whole in unpack_source(source, known.root, limits).documents:
        document = document_under(known.root, source, whole, waiting)
        if document and (document.id, document.member) == (known.issue.id, known.issue.member):
            return document
    raise SourceError(SourceCode.CHANGED_SINCE, path=source)


def _with_paragraphs(article: ParsedArticle, changes: Mapping[int, str]) -> str:
    paragraphs = article.body.split("\n")
    for number, text in changes.items():
        if not 1 <= number <= len(paragraphs):
            raise SourceError(SourceCode.NO_PARAGRAPH, title=article.title, n=len(paragraphs), number=number)
        paragraphs[number - 1] = text
    return "\n".join(line for line in paragraphs if line.strip())
