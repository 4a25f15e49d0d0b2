"""What users ask, in the staff tab: a week or a month of questions by their meaning.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

from datetime import timedelta, timezone
from typing import Any

from embeddings import BulletinError, Encoder
from qa.i18n import chinese, labels
from qa.i18n.errors import explain
from qa.userdata.feedback import as_csv, csv_name
from qa.userdata.history import History, file
from qa.userdata.report import GROUP_COLUMNS, QuestionReport, group_row, report
from qa.web.html.report import report_view
from qa.web.html.staff import heading, trouble
from qa.web.scripts import on_event
from qa.web.tabs.history_panel import as_text
from qa.web.tabs.staff_login import OnlyStaff

WEEK, MONTH = 7, 30  # days, today among them
_QUIET = {"api_visibility": "private", "show_progress": "hidden"}
# Encoding a month of questions takes a while, and users come first.
_READING = {**_QUIET, "concurrency_id": "staff-reading", "concurrency_limit": 1}


class AskedPanel:
    """Lays the panel out in the tab that is open."""

    def __init__(self, gr: Any, history: History, encoder: Encoder) -> None:
        self._gr, self._history, self._encoder, label = gr, history, encoder, labels(gr)
        with gr.Column(elem_id="asked", elem_classes="ruled"):
            with gr.Row(elem_classes="issue-bar"):
                gr.HTML(heading("asked_heading"), apply_default_css=False)
                self.week = gr.Button(label("asked_week"), size="sm", scale=0, min_width=110, elem_id="asked-week")
                self.month = gr.Button(label("asked_month"), size="sm", scale=0, min_width=110, elem_id="asked-month")
                self.csv = gr.Button(label("csv"), size="sm", scale=0, min_width=110, elem_id="asked-csv")
            self.view = gr.HTML("", elem_id="asked-report", apply_default_css=False)
            self.days = gr.State(WEEK)
            self.saved = gr.Textbox("", visible="hidden")

    def wire(self, gr: Any, staff: OnlyStaff) -> None:
        """Say what happens. Nothing is put together before it is asked for."""
        for button, days in ((self.week, WEEK), (self.month, MONTH)):
            button.click(staff(self._shower(days)), None, [self.view, self.days], **_READING)
        self.csv.click(staff(self._csv), self.days, self.saved, **_READING).then(
            None, self.saved, self.saved, js=on_event("save"), queue=False, **_QUIET
        )

    def _report(self, days: int) -> QuestionReport:
        last = self._history.now().astimezone(timezone.utc).date()
        first = last - timedelta(days=days - 1)
        rows, votes = self._history.asked.rows(first, last), self._history.store.votes()
        return report(rows, self._encoder, first=first, last=last, votes=votes)

    def _shower(self, days: int) -> Any:
        def show() -> tuple[str, int]:
            try:
                return report_view(self._report(days)), days
            except BulletinError as error:
                return trouble(explain(error)), days

        return show

    def _csv(self, days: int) -> str:
        try:
            text = as_csv([group_row(one) for one in self._report(days).groups], GROUP_COLUMNS)
        except BulletinError as error:
            raise self._gr.Error(explain(error), print_exception=False) from error
        name = csv_name(chinese("asked_heading"), self._history.now())
        return as_text(file(name, "text/csv", text.encode("utf-8", "replace")))
