"""What an editor does on the page, without the page: proofread what arrived, index it, correct it, withdraw it.

What is said to the editor is Words or, where it is more than a line, HTML.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from embeddings import (
    Article,
    ArticleKind,
    BuildOptions,
    BuildReport,
    BulletinError,
    Draft,
    Issue,
    ParsedArticle,
    ParsedIssue,
    Progress,
    correct_article,
    correct_issue,
    find_date,
    preview,
    take_in,
    withdraw,
)
from qa.assistant import Assistant
from qa.errors import EditingCode, NewsroomCode
from qa.i18n import joined, words
from qa.i18n.errors import explain
from qa.newsroom.store import NewsroomStore
from qa.web.html import answers as answer_html
from qa.web.html import staff as staff_html
from qa.web.html.staff import ArticleRow
from qa.web.services.forms import as_shown, is_date
from qa.web.services.issues import Choices, issue_choices, meant_issue

logger = logging.getLogger(__name__)

ArticlePosition = tuple[int, int]  # an issue in the upload and an article in it, from zero
Tell = Callable[[str], None]  # is told, as HTML, how far the work is

_LINE_FIELDS = ("title", "kicker", "deck", "byline")
# Kinds of changes in the log.
ARTICLE, CORRECTED_ISSUE, TAKEN_IN, WITHDRAWN_ISSUE = "article", "issue", "taken in", "withdrawn"
_MINUTE = 60.0  # seconds; nothing shorter is foretold


@dataclass(frozen=True, slots=True)
class ArticleForm:
    """An article as an editor's form holds it, typed and not yet judged. An empty `date` is the issue's."""

    title: str = ""
    kicker: str = ""
    deck: str = ""
    byline: str = ""
    date: str = ""
    body: str = ""
    kept: bool = True

    @classmethod
    def of(cls, article: ParsedArticle | Article) -> ArticleForm:
        """The form before anything is typed."""
        day = article.date.isoformat() if article.date else ""
        return cls(article.title, article.kicker, article.deck, article.byline, day, article.body)

    def lines_of(self, article: ParsedArticle | Article) -> dict[str, Any]:
        """Title, kicker, deck and byline, as far as they differ from the article's by more than space."""
        typed = {name: " ".join(getattr(self, name).split()) for name in _LINE_FIELDS}
        return {name: text for name, text in typed.items() if text != " ".join(getattr(article, name).split())}

    @property
    def text(self) -> str:
        """The body without blank lines."""
        return "\n".join(filter(None, map(str.strip, self.body.split("\n"))))


@dataclass(frozen=True, slots=True)
class IssueForm:
    """A draft, and what an editor has typed over it."""

    draft: Draft
    name: str
    date: str
    forms: tuple[ArticleForm, ...]
    kept: bool = True

    @classmethod
    def of(cls, draft: Draft) -> IssueForm:
        """The draft as it was read."""
        day = draft.issue.date.isoformat() if draft.issue.date else ""
        return cls(draft, draft.issue.name, day, tuple(map(ArticleForm.of, draft.issue.articles)))

    def wanted(self) -> ParsedIssue:
        """The issue as the editor wants it indexed; nothing in it is at fault."""
        issue = self.draft.issue
        pairs = zip(issue.articles, self.forms, strict=True)
        articles = (
            replace(article, body=form.text, date=find_date(form.date), **form.lines_of(article))
            for article, form in pairs
            if form.kept and self.kept
        )
        return ParsedIssue(" ".join(self.name.split()), find_date(self.date), tuple(articles))

    def article_rows(self) -> list[ArticleRow]:
        """Its articles as the list shows them."""
        article_rows = []
        for article, form in zip(self.draft.issue.articles, self.forms, strict=True):
            is_changed = replace(form, kept=True) != ArticleForm.of(article)
            marks = [*([words("not_kept")] if not form.kept else []), *([words("changed")] if is_changed else [])]
            article_rows.append(article_row_of(form, section=article.section, marks=marks))
        return article_rows


@dataclass(frozen=True, slots=True)
class Upload:
    """What was dropped and is being proofread, and the files that could not be read, each with its reason."""

    issue_forms: tuple[IssueForm, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    def with_typed(self, place: ArticlePosition, form: ArticleForm, *, name: str, date: str, kept: bool) -> Upload:
        """The upload with what was typed over an article and its issue."""
        issue_at, at = place
        issue_forms = list(self.issue_forms)
        forms = list(issue_forms[issue_at].forms)
        forms[at] = form
        issue_forms[issue_at] = replace(issue_forms[issue_at], name=name, date=date, kept=kept, forms=tuple(forms))
        return replace(self, issue_forms=tuple(issue_forms))

    def after(self, place: ArticlePosition) -> ArticlePosition:
        """The next article; after the last one comes the first."""
        places = [
            (issue_at, at)
            for issue_at, issue_form in enumerate(self.issue_forms)
            for at in range(len(issue_form.forms))
        ]
        return places[(places.index(place) + 1) % len(places)]

    def fault(self) -> tuple[ArticlePosition, str, str] | None:
        """The first thing that keeps the upload from being indexed: where it is, why, and in which field."""
        kept = [
            at
            for at, issue_form in enumerate(self.issue_forms)
            if issue_form.kept and any(form.kept for form in issue_form.forms)
        ]
        for issue_at in kept:
            issue_form = self.issue_forms[issue_at]
            if not issue_form.name.strip():
                return (issue_at, 0), explain(NotDoneError(EditingCode.NAME_MISSING)), "issue-name"
            if found := _fault_of_date(issue_form.date):
                return (issue_at, 0), explain(found), "issue-date"
            for at, (article, form) in enumerate(zip(issue_form.draft.issue.articles, issue_form.forms, strict=True)):
                if form.kept and (found := fault_of(form, article.kind)):
                    said = words("article_fault", at=at + 1, fault=explain(found))
                    return (issue_at, at), said, field_of(found)
        return None if kept else ((0, 0), words("nothing_kept"), "")


class NotDoneError(BulletinError):
    """What an editor wanted was not done."""


_FIELDS = {
    EditingCode.BAD_DATE: "date",
    EditingCode.BODY_MISSING: "body",
    EditingCode.DATE_MISSING: "date",
    EditingCode.NAME_MISSING: "name",
    EditingCode.TITLE_MISSING: "title",
}


def field_of(error: Exception, *, of_issue: bool = False) -> str:
    """The field of a form that caused an error, of the issue's or of the article's; "" for none."""
    name = _FIELDS.get(error.code, "") if isinstance(error, NotDoneError) else ""  # type: ignore[call-overload]
    return f"issue-{name}" if name and of_issue else name


def fault_of(form: ArticleForm, kind: ArticleKind) -> NotDoneError | None:
    """Why an article cannot be indexed as it was typed; None when it can."""
    if not form.title.strip() and kind is not ArticleKind.PHOTO:
        return NotDoneError(EditingCode.TITLE_MISSING)
    if not form.text:
        return NotDoneError(EditingCode.BODY_MISSING)
    return _fault_of_date(form.date)


def _fault_of_date(typed: str) -> NotDoneError | None:
    return None if is_date(typed) else NotDoneError(EditingCode.BAD_DATE, text=as_shown(typed))


class EditorService:
    """Reads, indexes, corrects and withdraws, in one archive. Keeps nothing of any editor.

    Raises BulletinError or NotDoneError where something cannot be done; then nothing has changed.
    """

    def __init__(self, assistant: Assistant, folder: Path, newsroom: NewsroomStore | None = None) -> None:
        self._assistant = assistant
        self._newsroom = newsroom
        self._folder = folder
        self._warm_up_once = threading.Lock()

    def warm_up(self) -> None:
        """Load the model for passages, beside whatever else is done: it takes longer than indexing ten articles."""
        if self._warm_up_once.acquire(blocking=False):
            encode = self._assistant.encoder.encode_passages
            threading.Thread(target=encode, args=(["。"],), daemon=True, name="warm-up").start()

    def read(self, files: Sequence[str], tell: Tell) -> Upload:
        """What some files would become. Those that cannot be read are left out, each with its reason."""
        self.warm_up()

        def on_file(number: int, name: str) -> None:
            said = words("reading_file", at=number + 1, n=len(files), name=name)
            tell(staff_html.working(said, number, len(files)))

        found = preview(files, archive=self._folder, on_file=on_file)
        left_out = [(skipped.path, explain(skipped.error)) for skipped in found.skipped]
        held = self._held()
        drafts: dict[str, Draft] = {}
        for draft in found.drafts:
            if draft.document.id in held:
                what = words("held_already", issue=answer_html.issue_label(held[draft.document.id]))
            elif draft.document.id in drafts:
                what = words("held_twice")
            else:
                drafts[draft.document.id] = draft
                continue
            left_out.append(("/".join(filter(None, (draft.file.name, draft.document.member))), what))
        return Upload(tuple(map(IssueForm.of, drafts.values())), tuple(left_out))

    def take_in(self, upload: Upload, tell: Tell, *, who: str = "") -> str:
        """Index what is kept of an upload, and say what came of it, as HTML."""
        kept = [
            issue_form
            for issue_form in upload.issue_forms
            if issue_form.kept and any(form.kept for form in issue_form.forms)
        ]
        files = {issue_form.draft.file for issue_form in kept}
        # A ZIP file is indexed as a whole, so what is not wanted of one is told too.
        told = [issue_form for issue_form in upload.issue_forms if issue_form.draft.file in files]
        report = take_in(
            [issue_form.draft for issue_form in told],
            [
                issue_form.wanted() if issue_form in kept else replace(issue_form, kept=False).wanted()
                for issue_form in told
            ],
            archive=self._folder,
            options=editor_options(tell),
            encoder=self._assistant.encoder,
        )
        unwanted = {issue_form.draft.document.member for issue_form in told if issue_form not in kept}
        left_out = [
            (Path(skipped.path).name, explain(skipped.error))
            for skipped in report.skipped
            if not any(member and skipped.path.endswith(f"/{member}") for member in unwanted)
        ]
        if not report.articles:
            return staff_html.trouble(words("nothing_taken_in")) + staff_html.left_out(left_out)
        for issue_form in kept:
            self._note(TAKEN_IN, issue_form.name, None, {"name": issue_form.name}, who)
        said = words("taken_in", n=report.articles, seconds=report.seconds)
        return staff_html.done(said) + staff_html.left_out(left_out)

    def issues(self, chosen: str = "") -> Choices:
        """The newest issues in the archive as (label, id) pairs, and behind them what was chosen, while it is there."""
        with self._assistant.archive.snapshot() as snapshot:
            return issue_choices(snapshot, chosen)

    def meant_issue(self, typed: str) -> tuple[Issue | None, str]:
        """The issue that was chosen or typed, and what to say where it is none."""
        with self._assistant.archive.snapshot() as snapshot:
            meant, note = meant_issue(snapshot, typed)
            found = [] if note or not meant else snapshot.read_issue(meant)
        if len(found) > 1:
            return None, words("which_of_issues", name=typed.strip(), n=len(found), names="", more="…")
        return (found[0] if found else None), note

    def choice_of(self, issue: Issue) -> str:
        """The value by which the field for an issue shows one: its id where it is offered, else its label, as typed."""
        offered = any(value == issue.id for _, value in self.issues())
        return issue.id if offered else answer_html.issue_label(issue)

    def _held(self) -> dict[str, Issue]:
        """Every issue in the archive, without its articles, by its id."""
        with self._assistant.archive.snapshot() as snapshot:
            return {issue.id: issue for issue in snapshot.issue_names()}

    def issue(self, issue_id: str) -> Issue | None:
        """One issue with its articles, as the archive has it now."""
        with self._assistant.archive.snapshot() as snapshot:
            return next((issue for issue in snapshot.read_issue(issue_id) if issue.id == issue_id), None)

    def correct_article(self, article: Article, form: ArticleForm, tell: Tell, *, who: str = "") -> str:
        """Make an indexed article what the form says, and say how long it took. `article` is what the form showed."""
        if found := fault_of(form, article.kind):
            raise found
        _require_date(article.date, form.date)
        issue = self.issue(article.issue_id)
        now = next((one for one in issue.articles if one.id == article.id), None) if issue else None
        if now is None or ArticleForm.of(now) != ArticleForm.of(article):
            raise NotDoneError(EditingCode.CHANGED_MEANWHILE)
        changes: dict[str, Any] = form.lines_of(article)
        if find_date(form.date) != article.date:
            changes["day"] = find_date(form.date)
        if form.text != article.body:
            others = range(2, article.body.count("\n") + 2)
            # The library finds out which paragraphs differ; given as one, they may also be split and joined.
            changes["paragraphs"] = {1: form.text, **dict.fromkeys(others, "")}
        if not changes:
            return words("unchanged")
        report = self._correct_article(article, changes, tell)
        done = _corrected(report)
        now = self._article(article.issue_id, article.id)
        key = _LOG_KEY.join((article.issue_id, article.id))
        self._note(ARTICLE, key, _log_row(article), _log_row(now) if now else None, who)
        return done

    def _correct_article(self, article: Article, changes: dict[str, Any], tell: Tell) -> BuildReport:
        return correct_article(
            article.id,
            archive=self._folder,
            options=editor_options(tell),
            encoder=self._assistant.encoder,
            **changes,
        )

    def bring_back_article(self, key: str, before: Mapping[str, str], after: Mapping[str, str], tell: Tell) -> None:
        """Make a corrected article what it was. Raises BulletinError where it was changed again since."""
        now = self._article(*key.split(_LOG_KEY, 1))
        if now is None or _log_row(now) != after:
            raise BulletinError(NewsroomCode.CHANGED_SINCE)
        EditorService(self._assistant, self._folder).correct_article(now, _form_of_log(before), tell)

    def bring_back_issue(self, key: str, before: Mapping[str, str], after: Mapping[str, str], tell: Tell) -> None:
        """Give a corrected issue the name and date that it had. Raises BulletinError as above."""
        now = self.issue(key)
        if now is None or _issue_log_row(now) != after:
            raise BulletinError(NewsroomCode.CHANGED_SINCE)
        quiet = EditorService(self._assistant, self._folder)
        quiet.correct_issue(now, name=before["name"], date=before["date"], tell=tell)

    def _article(self, issue_id: str, article_id: str) -> Article | None:
        issue = self.issue(issue_id)
        return next((one for one in issue.articles if one.id == article_id), None) if issue else None

    def _note(self, kind: str, key: str, before: Any, after: Any, who: str) -> None:
        """Write a change into the log. What was done is done, also where the log cannot be written."""
        if self._newsroom is None:
            return
        try:
            self._newsroom.note(kind, key, before, after, who=who)
        except BulletinError as error:
            logger.warning("A change could not be noted: %s", error)

    def correct_issue(self, issue: Issue, *, name: str, date: str, tell: Tell, who: str = "") -> str:
        """Change the name or the date of an issue, and say how long it took."""
        name = " ".join(name.split())
        if not name:
            raise NotDoneError(EditingCode.NAME_MISSING)
        if found := _fault_of_date(date):
            raise found
        _require_date(issue.date, date)
        if (name, find_date(date)) == (issue.name, issue.date):
            return words("unchanged")
        report = correct_issue(
            issue.id,
            new_name=name,
            day=find_date(date),
            archive=self._folder,
            options=editor_options(tell),
            encoder=self._assistant.encoder,
        )
        done = _corrected(report)
        now = self.issue(issue.id)
        self._note(CORRECTED_ISSUE, issue.id, _issue_log_row(issue), _issue_log_row(now) if now else None, who)
        return done

    def withdraw(self, issue: Issue, tell: Tell, *, who: str = "") -> str:
        """Take an issue out of the archive, and say so."""
        withdraw([issue.id], archive=self._folder, options=editor_options(tell))
        self._note(WITHDRAWN_ISSUE, issue.id, _issue_log_row(issue), None, who)
        return words("withdrawn", issue=answer_html.issue_label(issue), n=len(issue.articles))


_LOG_KEY = "/"  # between the ids of an issue, which has none, and of an article


def _log_row(article: Article) -> dict[str, str]:
    """An article as the log has it: what a form can change of it."""
    form = ArticleForm.of(article)
    return {name: getattr(form, name) for name in (*_LINE_FIELDS, "date", "body")}


def _form_of_log(row: Mapping[str, str]) -> ArticleForm:
    title, kicker, deck, byline, date, body = (row[name] for name in (*_LINE_FIELDS, "date", "body"))
    return ArticleForm(title, kicker, deck, byline, date, body)


def _issue_log_row(issue: Issue) -> dict[str, str]:
    return {"name": issue.name, "date": issue.date.isoformat() if issue.date else ""}


def editor_options(tell: Tell) -> BuildOptions:
    """Options of a build that tell an editor, as HTML, how far it is and what it waits for."""

    def on_progress(progress: Progress) -> None:
        if progress.articles:
            said = words("taking_in_article", at=progress.articles_done, n=progress.articles)
            if progress.seconds_left is not None and progress.seconds_left >= _MINUTE:
                said = joined("", [said, words("time_left", n=math.ceil(progress.seconds_left / _MINUTE))])
            # The bar counts what the words beside it count.
            tell(staff_html.working(said, progress.articles_done, progress.articles))

    def on_wait(_holder: str) -> None:
        tell(staff_html.working(words("archive_busy")))

    return BuildOptions(on_progress=on_progress, on_wait=on_wait)


def _require_date(now: date | None, typed: str) -> None:
    if now and not typed.strip():
        raise NotDoneError(EditingCode.DATE_MISSING)


def _corrected(report: BuildReport) -> str:
    if not report.replaced:
        if report.skipped:
            raise NotDoneError(EditingCode.SKIPPED, causes=tuple(one.error for one in report.skipped))
        raise NotDoneError(EditingCode.NOT_CORRECTED)
    return words("corrected", seconds=report.seconds)


def article_row_of(form: ArticleForm, *, section: str = "", marks: Sequence[str] = ()) -> ArticleRow:
    """An article as lists show it."""
    title = form.title or form.text[:20]
    return ArticleRow(title, " · ".join(filter(None, (form.byline, form.date, section))), tuple(marks))


def said_of(error: Exception, *, of_issue: bool = False) -> str:
    """What to say of an error, as HTML; `of_issue` where the form was the issue's."""
    if isinstance(error, NotDoneError):
        return staff_html.trouble(explain(error), field=field_of(error, of_issue=of_issue))
    if isinstance(error, BulletinError):
        return staff_html.trouble(words("not_made", reason=explain(error)))
    logger.error("The staff side failed", exc_info=error)
    return staff_html.trouble(words("unexpected"))
