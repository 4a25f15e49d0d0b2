"""The login of the staff tab: a field for the password, and the rule that handlers serve only the staff.

gradio comes as an argument, so that importing this module costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from qa.i18n import both, both_languages, labels, words
from qa.server.auth import ANYBODY, ClientRequest, StaffAccess
from qa.server.gradio_internals import signed_like
from qa.server.middleware import ENTER, LEAVE
from qa.server.users import Person
from qa.web.html import staff as staff_html
from qa.web.scripts import on_event

Handler = Callable[..., Any]

_CALLER: ContextVar[Person] = ContextVar("caller")

_QUIET = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class OnlyStaff:
    """Makes handlers that do nothing for those whom the staff's access does not admit."""

    def __init__(self, gr: Any, staff_access: StaffAccess) -> None:
        self._gr = gr
        self.staff_access = staff_access

    def person(self) -> Person:
        """Who has called the handler that runs now; nobody by name outside of one."""
        return _CALLER.get(ANYBODY)

    def admits(self, request: Any) -> bool:
        """Whether a request of gradio's comes from the staff."""
        return self._person(request) is not None

    def _person(self, request: Any) -> Person | None:
        return self.staff_access.person(ClientRequest.of(request.request.scope))

    def __call__(self, handler: Handler) -> Handler:
        """The handler, which refuses everybody else with a message."""

        def refused() -> Any:
            title = words("staff_tab")  # a label would not do: what gradio reports is to have a plain title
            raise self._gr.Error(both("door_closed"), title=f"{title} · {title.english}", print_exception=False)

        return self._guard(handler, refused)

    def quietly(self, handler: Handler, *, shows: bool = True) -> Handler:
        """The handler, which does nothing for everybody else: for what happens by itself. `shows`: it has outputs."""
        return self._guard(handler, self._gr.skip if shows else lambda: None)

    def _guard(self, handler: Handler, refused: Callable[[], Any]) -> Handler:
        def guarded(request: Any, *given: Any) -> Any:
            person = self._person(request)
            if person is None:
                return refused()
            _CALLER.set(person)
            return handler(*given)

        def guarded_steps(request: Any, *given: Any) -> Iterator[Any]:
            person = self._person(request)
            if person is None:
                yield refused()
                return
            _CALLER.set(person)  # a handler asks before its first step ends: another step may run elsewhere
            yield from handler(*given)

        made: Handler = guarded_steps if inspect.isgeneratorfunction(handler) else guarded
        return signed_like(handler, made, before={"request": self._gr.Request})


class LoginForm:
    """The field for the password, shown before the tab to those who have not given it."""

    def __init__(self, gr: Any, staff: OnlyStaff) -> None:
        self._gr, self._staff = gr, staff
        self._has_password = staff.staff_access.has_password
        label = labels(gr)
        with gr.Column(visible=self._has_password, elem_id="doorway") as self.form:
            gr.HTML(staff_html.heading("door"), apply_default_css=False)
            with gr.Row(elem_classes="actions"):
                self.name = gr.Textbox(
                    label=label("person_name"),
                    max_lines=1,
                    scale=2,
                    min_width=140,
                    visible=staff.staff_access.has_people,
                )
                self.typed = gr.Textbox(type="password", label=label("password"), max_lines=1, scale=3, min_width=200)
                self.enter = gr.Button(label("enter"), variant="primary", scale=1, min_width=140)
            self.said = gr.HTML("", apply_default_css=False)
        self.leave = gr.Button(label("leave"), visible=False, size="sm", elem_id="leave")
        self.reply = gr.Textbox("", visible="hidden")

    def wire(self, page: Any, tab: Any, content: Any) -> Any:
        """Show `content` to the staff alone. Returns the event of coming in.

        Where no password is set, the whole tab is hidden from those who are not on this machine.
        """
        gr, staff = self._gr, self._staff

        def look(reply: str, request: Any) -> Any:
            inside, has_password = staff.admits(request), staff.staff_access.has_password
            return {
                self.name: gr.update(visible=staff.staff_access.has_people),
                tab: gr.update(visible=inside or has_password),
                content: gr.update(visible=inside),
                self.form: gr.update(visible=has_password and not inside),
                self.leave: gr.update(visible=has_password and inside),
                self.said: staff_html.trouble(reply) if reply else "",
            }

        look.__annotations__["request"] = gr.Request
        shown = {tab, content, self.form, self.leave, self.said, self.name}
        page.load(look, self.reply, shown, **_QUIET)
        self.leave.click(None, None, None, js=on_event("leave", route=LEAVE))
        knocks = [self.enter.click, self.typed.submit]
        send = on_event("enter", route=ENTER, words=both_languages("server_gone"))
        came = gr.on(knocks, None, [self.typed, self.name], [self.typed, self.reply], js=send, api_visibility="private")
        return came.then(look, self.reply, shown, **_QUIET)
