"""The staff tab: an issue is dropped, proofread and indexed; what is indexed is corrected or withdrawn.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embeddings import Article, ArticleKind, Encoder, Issue, ParsedArticle
from qa.background import Background
from qa.i18n import labels, words
from qa.server.auth import StaffAccess
from qa.userdata.history import History
from qa.web.html import answers as answer_html
from qa.web.html import staff as staff_html
from qa.web.html.staff import ArticleRow
from qa.web.scripts import on_load
from qa.web.services.changes import ChangeService
from qa.web.services.editor import ArticleForm, ArticlePosition, EditorService, Tell, Upload, article_row_of, said_of
from qa.web.services.standard import StandardService
from qa.web.tabs.asked_panel import AskedPanel
from qa.web.tabs.changes_panel import ChangesPanel
from qa.web.tabs.feedback_panel import FeedbackPanel
from qa.web.tabs.filters import offered
from qa.web.tabs.staff_login import LoginForm, OnlyStaff
from qa.web.tabs.standard_panel import StandardPanel

Values = Mapping[Any, Any]  # what the components of the page hold
Changes = dict[Any, Any]  # what components of the page are to hold

_CHOICES: list[tuple[str, str]] = [(words("choose_issue"), "")]

_QUIET = {"api_visibility": "private", "show_progress": "hidden"}
# One at a time, and beside the questions of users, which have limits of their own.
_WRITING = {**_QUIET, "concurrency_id": "staff", "concurrency_limit": 1}
_READING = {**_QUIET, "concurrency_id": "staff-reading", "concurrency_limit": 1}
_AT_ONCE = {**_QUIET, "queue": False}


def build_staff_tab(
    gr: Any,
    service: EditorService,
    page: Any,
    tab: Any,
    generation: Any,
    staff_access: StaffAccess,
    history: History | None = None,
    standard: StandardService | None = None,
    encoder: Encoder | None = None,
) -> list[Any]:
    """Lay out the tab that is open and say what it does. Returns the events after which the archive has changed.

    `generation` is the page's state that names the state of the archive it shows. Under it stands what the newsroom has
    fixed (`standard`), and what `history` keeps of users, their questions grouped by `encoder`. Nothing here does
    anything for those whom the staff access does not admit.
    """
    staff = OnlyStaff(gr, staff_access)
    with gr.Column(elem_id="staff"):
        login = LoginForm(gr, staff)
        with gr.Column(visible=not staff_access.has_password, elem_id="workroom") as content:
            upload_panel = UploadPanel(gr, service)
            archive_panel = ArchivePanel(gr, service)
            fixed = StandardPanel(gr, standard) if standard else None
            changes = ChangesPanel(gr, ChangeService(standard.store, service)) if standard else None
            asked = AskedPanel(gr, history, encoder) if history and encoder else None
            opinions = FeedbackPanel(gr, history) if history else None
    entered = login.wire(page, tab, content)
    tab.select(staff.quietly(service.warm_up, shows=False), None, None, **_AT_ONCE)
    if fixed:
        fixed.wire(gr, staff, tab, entered)
    if asked:
        asked.wire(gr, staff)
    if opinions:
        opinions.wire(gr, staff, tab, entered)
    changed = [upload_panel.wire(gr, staff), *archive_panel.wire(gr, staff, generation, entered)]
    return [*changed, changes.wire(gr, staff, tab, entered)] if changes else changed


@dataclass(frozen=True, slots=True)
class ArticleEditor:
    """The components that show the articles of an issue as a list, and one of them as a form.

    `place` holds which one that is. It is part of the page and not of the session, so that it always comes and goes
    with the form it belongs to, however fast an editor clicks. `boxes` go by the names of the form's fields.
    """

    article_rows: Any
    about: Any
    place: Any
    boxes: Mapping[str, Any]

    @property
    def inputs(self) -> set[Any]:
        """What says what was typed, and where."""
        return {self.place, *self.boxes.values()}

    @property
    def outputs(self) -> set[Any]:
        """What `show` fills."""
        return {self.article_rows, self.about, *self.inputs}

    def form(self, values: Values) -> ArticleForm:
        """What was typed."""
        typed: dict[str, Any] = {name: "" if values[box] is None else values[box] for name, box in self.boxes.items()}
        return ArticleForm(**typed)

    def shown(self, values: Values, counts: Sequence[int]) -> ArticlePosition | None:
        """Which article the form shows, of issues with so many articles each; None when it shows none of them."""
        match = re.fullmatch(r"(\d+)/(\d+)", values[self.place] or "")
        issue_at, at = map(int, match.groups()) if match else (len(counts), 0)
        return (issue_at, at) if issue_at < len(counts) and at < counts[issue_at] else None

    def show(
        self,
        article: ParsedArticle | Article,
        form: ArticleForm,
        article_rows: Sequence[ArticleRow],
        place: ArticlePosition,
    ) -> Changes:
        """Fill the form and mark its article in the list."""
        issue_at, at = place
        page = words("page", page=article.page) if article.page else ""
        kind = words("photo") if article.kind is ArticleKind.PHOTO else ""
        place_of = words("article_of", at=at + 1, n=len(article_rows))
        return {
            self.article_rows: staff_html.article_rows(article_rows, at),
            self.about: staff_html.about_article((place_of, article.section, page, kind)),
            self.place: f"{issue_at}/{at}",
            **{box: getattr(form, name) for name, box in self.boxes.items()},
        }


def _lay_out_editor(gr: Any, *, is_new: bool) -> ArticleEditor:
    label, line = labels(gr), {"max_lines": 1, "min_width": 160}

    def field(name: str, **options: Any) -> Any:
        return gr.Textbox(label=label(name), elem_classes=f"field-{name}", **options)

    with gr.Row(elem_classes="editor"):
        with gr.Column(scale=4, min_width=280):
            article_rows = gr.HTML("", js_on_load=on_load("slips"), elem_classes="slip-list", apply_default_css=False)
        with gr.Column(scale=7, min_width=300, elem_classes="article-form"):
            about = gr.HTML("", apply_default_css=False)
            place = gr.Textbox("", visible=False)
            boxes = {"title": field("title", max_lines=2)}
            with gr.Row():
                boxes |= {name: field(name, **line) for name in ("kicker", "deck")}
            with gr.Row():
                boxes["byline"] = field("byline", **line)
                boxes["date"] = field("date", placeholder=label("date_hint"), **line)
            boxes["body"] = field("body", lines=9, max_lines=18)
            if is_new:
                boxes["kept"] = gr.Checkbox(True, label=label("keep_article"))
    return ArticleEditor(article_rows, about, place, boxes)


class UploadPanel:
    """The part where an issue is dropped, proofread and confirmed."""

    def __init__(self, gr: Any, service: EditorService) -> None:
        self._gr, self._service, label = gr, service, labels(gr)
        self.upload = gr.State(Upload())
        gr.HTML(staff_html.heading("arrival"), apply_default_css=False)
        # No file types: gradio would refuse a whole drop for one file, and in English.
        self.files = gr.File(file_count="multiple", show_label=False, elem_id="dropped", height=170)
        self.left_out = gr.HTML("", elem_id="left-out", apply_default_css=False)
        with gr.Column(visible=False, elem_id="proof") as self.panel:
            with gr.Row(elem_classes="issue-bar"):
                self.issue = gr.Dropdown([], label=label("proofread"), min_width=220, scale=2)
                self.name = gr.Textbox(
                    label=label("issue_name"), max_lines=1, min_width=220, scale=2, elem_classes="field-issue-name"
                )
                self.date = gr.Textbox(
                    label=label("issue_date"),
                    placeholder=label("issue_date_hint"),
                    max_lines=1,
                    min_width=130,
                    elem_classes="field-issue-date",
                )
                self.kept = gr.Checkbox(True, label=label("keep_issue"), min_width=130)
            self.editor = _lay_out_editor(gr, is_new=True)
            with gr.Row(elem_classes="actions"):
                self.next = gr.Button(label("next_article"), scale=1, min_width=90)
                self.abandon = gr.Button(label("abandon"), scale=1, min_width=90)
                self.confirm = gr.Button(label("confirm"), variant="primary", scale=2, min_width=140)
        self.status = gr.HTML(
            "", elem_id="arrival-status", js_on_load=on_load("fault", panel="#proof"), apply_default_css=False
        )

    def wire(self, gr: Any, staff: OnlyStaff) -> Any:
        """Say what happens. Returns the event after which the archive has changed."""
        self._person = staff.person
        inputs = {self.upload, self.issue, self.name, self.date, self.kept, *self.editor.inputs}
        outputs = {*inputs, *self.editor.outputs, self.status, self.files, self.left_out, self.panel}

        def choose(values: Values, event: gr.EventData) -> Any:
            return self._choose(values, getattr(event, "place", None))

        self.files.upload(staff(self._read), self.files, outputs, **_READING)
        self.editor.article_rows.choose(staff(choose), inputs, outputs, **_AT_ONCE)
        self.issue.input(staff(self._choose_issue), inputs, outputs, **_AT_ONCE)
        self.next.click(staff(self._choose_next), inputs, outputs, **_AT_ONCE)
        self.abandon.click(staff(self._clear), None, outputs, **_AT_ONCE)
        return self.confirm.click(staff(self._confirm), inputs, outputs, **_WRITING)

    def _typed(self, values: Values) -> tuple[Upload, ArticlePosition | None]:
        """The upload with what was typed, and where that was."""
        upload: Upload = values[self.upload]
        place = self.editor.shown(values, [len(issue_form.forms) for issue_form in upload.issue_forms])
        if place is None:
            return upload, None
        typed = upload.with_typed(
            place,
            self.editor.form(values),
            name=values[self.name] or "",
            date=values[self.date] or "",
            kept=bool(values[self.kept]),
        )
        return typed, place

    def _show(self, upload: Upload, place: ArticlePosition) -> Changes:
        issue_form = upload.issue_forms[place[0]]
        names = [(f"{number}. {one.name}", str(number - 1)) for number, one in enumerate(upload.issue_forms, start=1)]
        has_several = len(names) > 1
        article = issue_form.draft.issue.articles[place[1]]
        return {
            self.upload: upload,
            self.issue: self._gr.update(choices=names, value=str(place[0]), visible=has_several),
            self.name: issue_form.name,
            self.date: issue_form.date,
            self.kept: self._gr.update(value=issue_form.kept, visible=has_several),
            self.panel: self._gr.update(visible=True),
            self.files: self._gr.update(value=None, visible=False),
            **self.editor.show(article, issue_form.forms[place[1]], issue_form.article_rows(), place),
        }

    def _clear(self, said: str = "", *, is_busy: bool = False) -> Changes:
        return {
            self.upload: Upload(),
            self.files: self._gr.update(value=None, visible=not is_busy),
            self.panel: self._gr.update(visible=False),
            self.left_out: "",
            self.status: said,
        }

    def _read(self, files: list[str] | None) -> Iterator[Any]:
        if not files:
            yield self._gr.skip()
            return
        yield self._clear(staff_html.working(words("reading")), is_busy=True)
        try:
            job: Background[str, Upload] = Background(lambda tell: self._service.read(files, tell))
            for said in job:
                yield {self.status: said}
            upload = job.result()
        except Exception as error:
            yield self._clear(said_of(error))
            return
        shown = self._show(upload, (0, 0)) if upload.issue_forms else self._clear()
        yield {**shown, self.status: "", self.left_out: staff_html.left_out(upload.left_out)}

    def _choose(self, values: Values, at: object) -> Any:
        upload, place = self._typed(values)
        if place is None or not isinstance(at, int) or not 0 <= at < len(upload.issue_forms[place[0]].forms):
            return self._gr.skip()
        return self._show(upload, (place[0], at))

    def _choose_issue(self, values: Values) -> Any:
        upload, place = self._typed(values)
        return self._show(upload, (int(values[self.issue]), 0)) if place else self._gr.skip()

    def _choose_next(self, values: Values) -> Any:
        upload, place = self._typed(values)
        return self._show(upload, upload.after(place)) if place else self._gr.skip()

    def _confirm(self, values: Values) -> Iterator[Any]:
        upload, place = self._typed(values)
        if place is None:
            yield self._gr.skip()
            return
        if fault := upload.fault():
            place, said, field = fault
            yield {**self._show(upload, place), self.status: staff_html.trouble(said, field=field)}
            return
        hidden, who = self._gr.update(visible=False), self._person().name
        yield {self.upload: upload, self.panel: hidden, self.status: staff_html.working(words("taking_in"))}
        try:
            job: Background[str, str] = Background(lambda tell: self._service.take_in(upload, tell, who=who))
            for said in job:
                yield {self.status: said}
            yield self._clear(job.result())
        except Exception as error:
            yield {**self._show(upload, place), self.status: said_of(error)}


class ArchivePanel:
    """The part where an issue that is indexed is corrected or withdrawn."""

    def __init__(self, gr: Any, service: EditorService) -> None:
        self._gr, self._service, label = gr, service, labels(gr)
        self.opened = gr.State(None)
        self.sent = gr.State(None)  # what was in the fields when a change was sent, until its outcome is shown
        gr.HTML(staff_html.heading("shelf"), elem_id="shelf-heading", apply_default_css=False)
        self.choice = gr.Dropdown(
            _CHOICES, value="", show_label=False, label=label("which_issue"), elem_id="shelf", allow_custom_value=True
        )
        with gr.Column(visible=False, elem_id="stored") as self.panel:
            with gr.Row(elem_classes="issue-bar"):
                self.name = gr.Textbox(
                    label=label("issue_name"), max_lines=1, min_width=220, scale=3, elem_classes="field-issue-name"
                )
                self.date = gr.Textbox(
                    label=label("issue_date"),
                    placeholder=label("issue_date_hint"),
                    max_lines=1,
                    min_width=130,
                    scale=2,
                    elem_classes="field-issue-date",
                )
                self.save_issue = gr.Button(label("save_issue"), min_width=140)
                self.withdraw = gr.Button(label("withdraw"), elem_id="withdraw", min_width=120)
            with gr.Row(visible=False, elem_id="withdrawal") as self.confirmation:
                self.warning = gr.HTML("", apply_default_css=False)
                self.stay = gr.Button(label("not_withdrawn"), min_width=90)
                self.withdraw_now = gr.Button(label("withdraw_now"), variant="primary", min_width=110)
            self.editor = _lay_out_editor(gr, is_new=False)
            with gr.Row(elem_classes="actions"):
                self.restore = gr.Button(label("restore"), scale=1, min_width=90)
                self.save = gr.Button(label("save"), variant="primary", scale=2, min_width=140)
        self.status = gr.HTML(
            "", elem_id="shelf-status", js_on_load=on_load("fault", panel="#stored"), apply_default_css=False
        )

    def wire(self, gr: Any, staff: OnlyStaff, generation: Any, entered: Any) -> list[Any]:
        """Say what happens, also after `entered`. Returns the events after which the archive has changed."""
        self._person = staff.person
        inputs = {self.opened, self.sent, self.choice, self.name, self.date, *self.editor.inputs}
        outputs = {*inputs, *self.editor.outputs, self.status, self.panel, self.confirmation, self.warning}

        def choose(values: Values, event: gr.EventData) -> Any:
            return self._choose(values, getattr(event, "place", None))

        def refresh(chosen: str, browser: gr.Request) -> Any:
            return self._refresh(chosen, browser.headers)

        shown = {self.choice, self.panel, self.opened}
        for event in (generation.change, entered.then):
            event(staff.quietly(refresh), self.choice, shown, **_AT_ONCE)
        self.choice.input(staff(self._choose_issue), inputs, outputs, **_AT_ONCE)
        self.editor.article_rows.choose(staff(choose), inputs, outputs, **_AT_ONCE)
        self.restore.click(staff(self._restore), inputs, outputs, **_AT_ONCE)
        self.withdraw.click(staff(self._ask), self.opened, {self.confirmation, self.warning}, **_AT_ONCE)
        self.stay.click(staff(lambda: gr.update(visible=False)), None, self.confirmation, **_AT_ONCE)
        changed = [
            self.save.click(staff(self._save), inputs, outputs, **_WRITING),
            self.save_issue.click(staff(self._save_issue), inputs, outputs, **_WRITING),
            self.withdraw_now.click(staff(self._withdraw), inputs, outputs, **_WRITING),
        ]
        for event in changed:
            event.then(staff(self._settle), inputs, outputs, **_AT_ONCE)
        return changed

    def _place(self, values: Values) -> ArticlePosition | None:
        issue: Issue | None = values[self.opened]
        return self.editor.shown(values, [len(issue.articles)]) if issue else None

    def _is_unsaved(self, values: Values) -> bool:
        place = self._place(values)
        return place is not None and self.editor.form(values) != ArticleForm.of(values[self.opened].articles[place[1]])

    def _show(self, issue: Issue | None, at: int = 0, said: str = "") -> Changes:
        if issue is None or not issue.articles:
            return {self.opened: None, self.choice: "", self.panel: self._gr.update(visible=False), self.status: said}
        at = min(at, len(issue.articles) - 1)
        article = issue.articles[at]
        article_rows = [article_row_of(ArticleForm.of(one), section=one.section) for one in issue.articles]
        return {
            self.opened: issue,
            self.choice: self._service.choice_of(issue),
            self.panel: self._gr.update(visible=True),
            self.confirmation: self._gr.update(visible=False),
            self.name: issue.name,
            self.date: issue.date.isoformat() if issue.date else "",
            self.status: said,
            **self.editor.show(article, ArticleForm.of(article), article_rows, (0, at)),
        }

    def _hold(self, values: Values) -> Changes:
        """Stay at the article whose changes are not saved."""
        return {
            self.choice: self._service.choice_of(values[self.opened]),
            self.status: staff_html.trouble(words("unsaved")),
        }

    def _choose_issue(self, values: Values) -> Any:
        if self._is_unsaved(values):
            return self._hold(values)
        issue, note = self._service.meant_issue(values[self.choice] or "")
        return self._show(issue, said=staff_html.trouble(note) if note else "")

    def _choose(self, values: Values, at: object) -> Any:
        if self._is_unsaved(values):
            return self._hold(values)
        issue = values[self.opened]
        is_there = issue is not None and isinstance(at, int) and 0 <= at < len(issue.articles)
        return self._show(issue, at) if is_there and isinstance(at, int) else self._gr.skip()

    def _restore(self, values: Values) -> Any:
        place = self._place(values)
        return self._show(self._service.issue(values[self.opened].id), place[1]) if place else self._gr.skip()

    def _save(self, values: Values) -> Iterator[Any]:
        place = self._place(values)
        if place is None:
            yield self._gr.skip()
            return
        article, form = values[self.opened].articles[place[1]], self.editor.form(values)
        who = self._person().name
        yield from self._change(values, lambda tell: self._service.correct_article(article, form, tell, who=who))

    def _save_issue(self, values: Values) -> Iterator[Any]:
        issue = values[self.opened]
        if issue is None or self._is_unsaved(values):
            yield self._hold(values) if issue else self._gr.skip()
            return
        name, day, who = values[self.name] or "", values[self.date] or "", self._person().name

        def work(tell: Tell) -> str:
            return self._service.correct_issue(issue, name=name, date=day, tell=tell, who=who)

        yield from self._change(values, work, of_issue=True)

    def _ask(self, issue: Issue | None) -> Any:
        if issue is None:
            return self._gr.skip()
        warning = words("withdrawal", issue=answer_html.issue_label(issue), n=len(issue.articles))
        return {self.confirmation: self._gr.update(visible=True), self.warning: staff_html.trouble(warning)}

    def _withdraw(self, values: Values) -> Iterator[Any]:
        issue = values[self.opened]
        if issue is None:
            yield self._gr.skip()
            return
        who = self._person().name
        yield {self.confirmation: self._gr.update(visible=False)}
        yield from self._change(values, lambda tell: self._service.withdraw(issue, tell, who=who))

    def _change(self, values: Values, work: Callable[[Tell], str], *, of_issue: bool = False) -> Iterator[Any]:
        """Do what changes the open issue, and show it as it is afterwards."""
        issue = values[self.opened]
        yield {self.sent: self._typed(values), self.status: staff_html.working(words("writing"))}
        try:
            job = Background(work)
            for said in job:
                yield {self.status: said}
            done = staff_html.done(job.result())
            now = self._service.issue(issue.id)
            # What the fields show follows, when it is known whether they were typed in meanwhile.
            yield {self.opened: now, self.status: done} if now and now.articles else self._show(now, said=done)
        except Exception as error:
            yield {self.sent: None, self.status: said_of(error, of_issue=of_issue)}

    def _typed(self, values: Values) -> tuple[ArticleForm, str, str]:
        return self.editor.form(values), values[self.name] or "", values[self.date] or ""

    def _settle(self, values: Values) -> Any:
        """Show what a change has made of the open issue; fields that were typed in meanwhile keep what they hold."""
        sent, place, issue = values[self.sent], self._place(values), values[self.opened]
        if sent is None or place is None or issue is None:
            return {self.sent: None}
        changes = self._show(issue, place[1], said=self._gr.skip())
        form, name, date = self._typed(values)
        if form != sent[0]:
            changes = {part: value for part, value in changes.items() if part not in self.editor.boxes.values()}
        if (name, date) != sent[1:]:
            changes = {part: value for part, value in changes.items() if part not in (self.name, self.date)}
        return {**changes, self.sent: None}

    def _refresh(self, chosen: str, headers: Mapping[str, str]) -> Any:
        """Another state of the archive has other issues; one that is open stays so while it is there."""
        issue, _ = self._service.meant_issue(chosen or "")
        choices = [*_CHOICES, *self._service.issues(chosen if issue else "")]
        changes = {self.choice: offered(self._gr, choices, chosen, headers)}
        if issue or not chosen:
            return changes
        return {**changes, self.panel: self._gr.update(visible=False), self.opened: None}
