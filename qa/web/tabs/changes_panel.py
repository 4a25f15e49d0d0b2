"""The log of what the staff changed, in the staff tab; administrators take changes back.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

from typing import Any

from embeddings import BulletinError
from qa.background import Background
from qa.i18n import labels, words
from qa.server.users import Role
from qa.web.html.staff import change_list, done, heading
from qa.web.scripts import on_load
from qa.web.services.changes import ChangeService
from qa.web.services.editor import said_of
from qa.web.tabs.staff_login import OnlyStaff

_SHOWN = 100
_QUIET = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE = {**_QUIET, "queue": False}
_WRITING = {**_QUIET, "concurrency_id": "staff", "concurrency_limit": 1}


class ChangesPanel:
    """Lays the panel out in the tab that is open."""

    def __init__(self, gr: Any, service: ChangeService) -> None:
        self._service, label = service, labels(gr)
        with gr.Column(elem_id="changes", elem_classes="ruled"):
            with gr.Row(elem_classes="issue-bar"):
                gr.HTML(heading("log_heading"), apply_default_css=False)
                self.refresh = gr.Button(label("refresh"), size="sm", scale=0, min_width=110, elem_id="refresh-changes")
            self.listing = gr.HTML("", elem_id="change-list", js_on_load=on_load("changes"), apply_default_css=False)
            self.status = gr.HTML("", elem_id="change-status", apply_default_css=False)

    def wire(self, gr: Any, staff: OnlyStaff, tab: Any, entered: Any) -> Any:
        """Fill the panel whenever the tab is opened, and after `entered`.

        Returns the event after which the archive has changed.
        """

        def show() -> str:
            return self._list(may_undo=staff.person().role is Role.ADMINISTRATOR)

        def undo(event: gr.EventData) -> Any:
            person, number = staff.person(), getattr(event, "number", None)
            if not isinstance(number, int) or person.role is not Role.ADMINISTRATOR:
                yield gr.skip(), gr.skip()
                return
            job: Background[str, None] = Background(lambda tell: self._service.undo(number, tell, who=person.name))
            try:
                for said in job:
                    yield gr.skip(), said
                job.result()
                said = done(words("log_done"))
            except Exception as error:
                said = said_of(error)
            yield self._list(may_undo=True), said

        for event in (tab.select, entered.then):
            event(staff.quietly(show), None, self.listing, **_AT_ONCE)
        self.refresh.click(staff(show), None, self.listing, **_AT_ONCE)
        return self.listing.undo(staff(undo), None, [self.listing, self.status], **_WRITING)

    def _list(self, *, may_undo: bool) -> str:
        try:
            return change_list(self._service.rows(limit=_SHOWN), may_undo=may_undo)
        except BulletinError as error:
            return said_of(error)
