"""What the newsroom fixes, in the staff tab: standard answers, and words that are not answered.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from embeddings import BulletinError
from qa.i18n import chinese, labels, words
from qa.i18n.errors import explain
from qa.userdata.feedback import csv_name
from qa.userdata.history import file
from qa.userdata.store import utc_now
from qa.web.html import staff as staff_html
from qa.web.scripts import on_event, on_load
from qa.web.services.standard import StandardForm, StandardService, field_of_standard
from qa.web.tabs.history_panel import as_text
from qa.web.tabs.staff_login import OnlyStaff

Changes = dict[Any, Any]  # what components of the page are to hold

_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class StandardPanel:
    """Lays the panel out in the tab that is open."""

    def __init__(self, gr: Any, service: StandardService) -> None:
        self._gr, self._service, label = gr, service, labels(gr)
        line = {"max_lines": 1, "min_width": 160}
        with gr.Column(elem_id="standard", elem_classes="ruled"):
            with gr.Row(elem_classes="issue-bar"):
                gr.HTML(staff_html.heading("standard_heading"), apply_default_css=False)
                self.csv = gr.Button(label("standard_csv"), size="sm", scale=0, min_width=110, elem_id="standard-csv")
                self.file = gr.UploadButton(
                    label("standard_import"), size="sm", scale=0, min_width=110, elem_id="standard-import"
                )
            with gr.Row(elem_classes="editor"):
                with gr.Column(scale=4, min_width=280):
                    self.listing = gr.HTML(
                        "", js_on_load=on_load("slips"), elem_classes="slip-list", apply_default_css=False
                    )
                with gr.Column(scale=7, min_width=300, elem_id="standard-form", elem_classes="article-form"):
                    self.boxes = {
                        "question": self._field("question", max_lines=2),
                        "variants": self._field("variants", lines=2, max_lines=8),
                        "answer": self._field("answer", lines=3, max_lines=12),
                    }
                    with gr.Row():
                        self.boxes["source"] = self._field("source", **line)
                        self.boxes["until"] = self._field("until", placeholder=label("standard_until_hint"), **line)
                    # Part of the page and not of the session, so that it goes with the form it belongs to.
                    self.boxes["key"] = gr.Textbox("", visible=False)
            with gr.Row(elem_classes="actions"):
                self.new = gr.Button(label("standard_new"), scale=1, min_width=90)
                self.remove = gr.Button(label("standard_remove"), scale=1, min_width=90)
                self.save = gr.Button(label("standard_save"), variant="primary", scale=2, min_width=140)
            self.status = gr.HTML(
                "",
                elem_id="standard-status",
                js_on_load=on_load("fault", panel="#standard-form"),
                apply_default_css=False,
            )
            self.keys = gr.State(())  # of the answers in the list, in its order
            self.saved = gr.Textbox("", visible="hidden")
        self._lay_out_declined(gr, label)

    def _field(self, name: str, **options: Any) -> Any:
        label = labels(self._gr)(f"standard_{name}")
        return self._gr.Textbox(label=label, elem_classes=f"field-standard-{name}", **options)

    def _lay_out_declined(self, gr: Any, label: Any) -> None:
        with gr.Column(elem_id="declined", elem_classes="ruled"):
            gr.HTML(staff_html.heading("declined_heading"), apply_default_css=False)
            with gr.Row():
                self.declined = gr.Textbox(label=label("declined_words"), lines=3, max_lines=12, min_width=240)
                self.notice = gr.Textbox(label=label("declined_notice"), lines=3, max_lines=12, min_width=240)
            with gr.Row(elem_classes="actions"):
                self.save_declined = gr.Button(label("declined_save"), variant="primary", min_width=140)
            self.declined_status = gr.HTML("", elem_id="declined-status", apply_default_css=False)

    def wire(self, gr: Any, staff: OnlyStaff, tab: Any, entered: Any) -> None:
        """Fill the panel whenever the tab is opened, and after `entered`."""
        self._person = staff.person
        boxes = list(self.boxes.values())
        shown = {self.listing, self.keys, self.status, *boxes}
        listed = [self.listing, self.keys, self.declined, self.notice]

        def choose(keys: tuple[str, ...], event: gr.EventData) -> Any:
            place = getattr(event, "place", None)
            if not isinstance(place, int) or not 0 <= place < len(keys):
                return gr.skip()
            return self._show(keys[place], said="")

        for event in (tab.select, entered.then):
            event(staff.quietly(self._refresh), self.boxes["key"], listed, **_AT_ONCE)
        self.listing.choose(staff(choose), self.keys, shown, **_AT_ONCE)
        self.new.click(staff(lambda: self._show("", said="")), None, shown, **_AT_ONCE)
        self.save.click(staff(self._save), boxes, shown, **_AT_ONCE)
        self.remove.click(staff(self._remove), self.boxes["key"], shown, **_AT_ONCE)
        self.file.upload(staff(self._take_in), self.file, shown, **_AT_ONCE)
        self.csv.click(staff(self._csv), None, self.saved, **_AT_ONCE).then(
            None, self.saved, self.saved, js=on_event("save"), **_AT_ONCE
        )
        said = [self.declined, self.notice, self.declined_status]
        self.save_declined.click(staff(self._decline), [self.declined, self.notice], said, **_AT_ONCE)

    def _list(self, key: str) -> Changes:
        keys = tuple(one.id for one in self._service.answers())
        rows = self._service.rows()
        chosen = keys.index(key) if key in keys else None
        nothing = staff_html.nothing(words("standard_nothing"))
        return {self.listing: staff_html.article_rows(rows, chosen) if rows else nothing, self.keys: keys}

    def _refresh(self, key: str) -> Changes:
        try:
            declined, notice = self._service.declined()
            return {**self._list(key), self.declined: declined, self.notice: notice}
        except BulletinError as error:
            return {self.listing: _trouble(error)}

    def _show(self, key: str, *, said: str) -> Changes:
        """The form with one of the answers, or an empty one."""
        try:
            form = self._service.form(key)
            filled = {self.boxes[one.name]: getattr(form, one.name) for one in fields(form)}
            return {**self._list(form.key), **filled, self.status: said}
        except BulletinError as error:
            return {self.status: _trouble(error)}

    def _save(self, *typed: str) -> Changes:
        form = StandardForm(**dict(zip(self.boxes, (one or "" for one in typed), strict=True)))
        return self._done(lambda: (self._service.save(form, who=self._person().name), words("standard_saved")))

    def _remove(self, key: str) -> Any:
        def remove() -> tuple[str, str]:
            self._service.store.remove(key, who=self._person().name)
            return "", words("standard_removed")

        return self._done(remove) if key else self._gr.skip()

    def _take_in(self, path: str) -> Any:
        if not path:
            return self._gr.skip()
        who = self._person().name
        return self._done(lambda: ("", words("standard_imported", n=self._service.take_in(path, who=who))))

    def _done(self, work: Callable[[], tuple[str, str]]) -> Changes:
        """Do what changes the answers, and show the one whose key comes back; what was typed stays after an error."""
        try:
            key, said = work()
        except BulletinError as error:
            return {self.status: _trouble(error)}
        return self._show(key, said=staff_html.done(said))

    def _csv(self) -> str:
        try:
            text = self._service.csv()
        except BulletinError as error:
            raise self._gr.Error(explain(error), print_exception=False) from error
        return as_text(
            file(csv_name(chinese("standard_heading"), utc_now()), "text/csv", text.encode("utf-8", "replace"))
        )

    def _decline(self, declined: str, notice: str) -> Changes:
        try:
            count = self._service.decline(declined or "", notice or "", who=self._person().name)
            kept, said = self._service.declined()
        except BulletinError as error:
            return {self.declined_status: _trouble(error)}
        done = staff_html.done(words("declined_saved", n=count))
        return {self.declined: kept, self.notice: said, self.declined_status: done}


def _trouble(error: BulletinError) -> str:
    return staff_html.trouble(explain(error), field=field_of_standard(error))
