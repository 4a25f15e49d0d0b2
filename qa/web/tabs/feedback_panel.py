"""What users left behind, in the staff tab: their votes, and what they asked in vain.

gradio comes as an argument, so that importing this module costs nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from embeddings import BulletinError
from qa.i18n import chinese, labels, words
from qa.i18n.errors import explain
from qa.userdata.feedback import (
    UNANSWERED_COLUMNS,
    VOTE_COLUMNS,
    FeedbackRow,
    as_csv,
    csv_name,
    unanswered_row,
    vote_row,
)
from qa.userdata.history import History, file
from qa.userdata.store import Vote
from qa.web.html import feedback as feedback_html
from qa.web.html.staff import heading, trouble
from qa.web.scripts import on_event
from qa.web.tabs.history_panel import as_text
from qa.web.tabs.staff_login import OnlyStaff

_SHOWN = 200
_AT_ONCE = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class FeedbackPanel:
    """Lays the panel out in the tab that is open."""

    def __init__(self, gr: Any, history: History) -> None:
        self._history, label = history, labels(gr)
        with gr.Column(elem_id="opinions"):
            with gr.Row(elem_classes="issue-bar"):
                gr.HTML(heading("opinions"), apply_default_css=False)
                self.votes_csv = gr.Button(label("csv"), size="sm", scale=0, min_width=110, elem_id="votes-csv")
            self.votes = gr.HTML("", elem_id="votes", apply_default_css=False)
            with gr.Row(elem_classes="issue-bar"):
                gr.HTML(heading("wanted"), apply_default_css=False)
                self.wanted_csv = gr.Button(label("csv"), size="sm", scale=0, min_width=110, elem_id="wanted-csv")
            self.wanted = gr.HTML("", elem_id="wanted", apply_default_css=False)
            self.refresh = gr.Button(label("refresh"), size="sm", elem_id="refresh-opinions")
            self.saved = gr.Textbox("", visible="hidden")

    def wire(self, gr: Any, staff: OnlyStaff, tab: Any, entered: Any) -> None:
        """Fill the panel whenever the tab is opened, and after `entered`."""
        store = self._history.store

        def save_votes() -> str:
            def rows() -> list[FeedbackRow]:
                return [vote_row(self._with_titles(one)) for one in store.votes()]

            return self._saved(gr, chinese("opinions"), rows, VOTE_COLUMNS)

        def save_wanted() -> str:
            def rows() -> list[FeedbackRow]:
                return [unanswered_row(one) for one in store.unanswered()]

            return self._saved(gr, chinese("wanted"), rows, UNANSWERED_COLUMNS)

        shown = [self.votes, self.wanted]
        for event in (tab.select, entered.then):
            event(staff.quietly(self._show), None, shown, **_AT_ONCE)
        self.refresh.click(staff(self._show), None, shown, **_AT_ONCE)
        for button, save in ((self.votes_csv, save_votes), (self.wanted_csv, save_wanted)):
            button.click(staff(save), None, self.saved, **_AT_ONCE).then(
                None, self.saved, self.saved, js=on_event("save"), **_AT_ONCE
            )

    def _show(self) -> tuple[str, str]:
        store, shown_time = self._history.store, self._history.shown_time
        try:
            said = [(self._with_titles(one), shown_time(one.time)) for one in store.votes(limit=_SHOWN)]
            asked = [(one, shown_time(one.time)) for one in store.unanswered(limit=_SHOWN)]
        except BulletinError as error:
            return trouble(words("opinions_trouble", reason=explain(error))), ""
        return feedback_html.votes(said), feedback_html.unanswered(asked)

    def _with_titles(self, vote: Vote) -> Vote:
        """A vote whose sources go by their titles."""
        return replace(vote, about=replace(vote.about, articles=tuple(self._history.titles(vote.about.articles))))

    def _saved(self, gr: Any, what: str, rows: Callable[[], list[FeedbackRow]], columns: Sequence[str]) -> str:
        try:
            return _csv_file(what, as_csv(rows(), columns), self._history)
        except BulletinError as error:
            raise gr.Error(explain(error), print_exception=False) from error


def _csv_file(what: str, text: str, history: History) -> str:
    return as_text(file(csv_name(what, history.now()), "text/csv", text.encode("utf-8", "replace")))
