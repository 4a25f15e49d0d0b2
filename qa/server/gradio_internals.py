"""What is used of gradio that it does not promise: its queue, its routes, and what it reads of a handler.

Nothing else in Python may know of these; `static/page.js` has a table of what it draws. A test holds each of them
against the gradio that is installed, so that a change in gradio is found there first.

Gradio 6 notes every event, up to 10,000 of them, and sums them all up anew with each, for a page of its own that the
request filter keeps shut; and it never strikes off the name of a session, though nothing is left that this one waits
for.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

Handler = Callable[..., Any]

API = "/gradio_api"
COMPONENT = f"{API}/component_server"
STARTING = f"{API}/startup-events"  # gradio asks itself for this while it starts
# What a page asks for. Each is a regular expression for a path, below the root under which the page is served.
PAGE_ROUTES = (
    r"/",
    r"/(config|info|theme\.css|favicon\.ico|manifest\.json|pwa_icon|robots\.txt)/?",
    r"/(static|assets|svelte)/.*",
    rf"{API}/(info|openapi\.json|app_id|user|token|login_check|startup-events|reset|cancel|theme\.css)/?",
    rf"{API}/component_server/?",
    rf"{API}/queue/(join|data|status)/?",
    rf"{API}/heartbeat/[^/]+",
    rf"{API}/(call|run|api)/.+",
    # What a page offers to download; gradio itself gives out nothing but what it keeps under names nobody can guess.
    rf"{API}/file=(?!\s*[a-zA-Z][a-zA-Z0-9+.-]+:).+",
)
UPLOAD_ROUTE = rf"{API}/(upload|upload_progress)/?"
CALL_ROUTE = rf"{API}/(queue/join|call/.+|run/.+|api/.+|component_server|cancel|reset)/?"
THEME = "__theme"  # what an address calls the look that it asks for

# Whose conversations are held in memory; gradio keeps 100 to 300 kB of each, also after its page is closed. The page
# looks every few seconds whether the archive has changed, so that those that are open are never the oldest.
SESSIONS = 300
_SETTINGS = {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000"}


class Waiting(dict[str, set[str]]):
    """The events that each session waits for. Sessions that wait for none are struck off when there are many."""

    def __setitem__(self, session: str, events: set[str]) -> None:
        """Add a session; of `SESSIONS` or more, only those that wait stay."""
        if len(self) >= SESSIONS:
            for idle in [one for one, waited_for in self.items() if not waited_for]:
                del self[idle]
        super().__setitem__(session, events)

    def __missing__(self, session: str) -> set[str]:
        """Who was struck off waits for nothing."""
        return set()


def note_no_events() -> None:
    """To be called before gradio makes the queue of a page, which reads these settings."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def strike_off_sessions(page: Any) -> None:
    """Let the queue of a page forget the sessions that wait for nothing."""
    queue = page._queue
    queue.pending_event_ids_session = Waiting(queue.pending_event_ids_session)


def signed_like(
    handler: Handler, run: Handler, *, before: Mapping[str, Any] | None = None, after: Sequence[str] = ()
) -> Handler:
    """`run` under the name of a handler, with the arguments of that one which are no options, and more around them.

    Gradio reads signatures and annotations to learn what to pass: to those that are annotated so, a request or an
    event, and to the others the values of the inputs in their order. `before` gives names with annotations.
    """
    # Its module stays that of `run`: by this it is seen who stands before a handler.
    functools.update_wrapper(run, handler, assigned=("__name__", "__qualname__", "__doc__"))
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = [inspect.Parameter(name, kind, annotation=wanted) for name, wanted in (before or {}).items()]
    signature = inspect.signature(handler)
    own = [one for one in signature.parameters.values() if one.default is one.empty]
    last = [inspect.Parameter(name, kind) for name in after]
    run.__signature__ = signature.replace(parameters=[*first, *own, *last])  # type: ignore[attr-defined]
    run.__annotations__ = {**getattr(handler, "__annotations__", {}), **(before or {})}
    return run


def files_in(value: Any) -> list[Mapping[str, Any]]:
    """Every part of a request that gradio would take for a file."""
    found: list[Mapping[str, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            meta = one.get("meta")
            if isinstance(meta, dict) and "_type" in meta:
                found.append(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def is_elsewhere(file: Mapping[str, Any]) -> bool:
    """Whether the path of a file is an address, which gradio would fetch."""
    return re.match(r"\s*[a-zA-Z][a-zA-Z0-9+.-]+:", unquote(str(file.get("path", "")))) is not None
