"""What is used of gradio that it does not promise: its queue, its routes, and what it reads of a handler.

Nothing else in Python may know of these; `static/head/page.js` has a table of what it draws. A test holds each of them
against the gradio that is installed, so that a change in gradio is found there first.

Gradio 6 notes every event, up to 10,000 of them, and sums them all up anew with each, for a page of its own that the
request filter keeps shut; and it never strikes off the name of a session, though nothing is left that this one waits
for. Of each output that a handler leaves as it is, it makes a component anew and describes that twice; and each session
gets a description of every component, for links to its state, which this page does not offer.
"""

from __future__ import annotations

import copy
import functools
import inspect
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from qa.server.auth import network_of
from qa.server.turns import Turns

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


def describe_no_sessions(page: Any) -> None:
    """Let the sessions of a page hold no description of what each component is set to."""
    from gradio.blocks import BlocksConfig

    class SessionConfig(BlocksConfig):  # type: ignore[misc]
        @staticmethod
        def config_for_block(*_: Any, **__: Any) -> dict[str, Any]:
            return {}

    class PageConfig(BlocksConfig):  # type: ignore[misc]
        def __copy__(self) -> BlocksConfig:
            made: BlocksConfig = super().__copy__()
            made.__class__ = SessionConfig
            return made

    page.default_config.__class__ = PageConfig


def leave_skipped_alone(page: Any) -> None:
    """Let a page do nothing about the outputs that a handler leaves as they are.

    These are the ones that a dictionary of changes does not name, and all of them after `gr.skip()`.
    """
    postprocess = page.postprocess_data

    async def postprocess_changed(block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        outputs = list(block_fn.outputs)
        values = None if block_fn.batch else _by_output(predictions, outputs)
        changed = [] if values is None else [at for at, value in enumerate(values) if not _is_skipped(value)]
        made: list[Any]
        if values is None or len(changed) == len(outputs):
            made = await postprocess(block_fn, predictions, state)
            return made
        found = [None if part.stateful else dict(_SKIP) for part in outputs]
        if changed:
            told = copy.copy(block_fn)
            told.outputs = [outputs[at] for at in changed]
            chosen = [values[at] for at in changed]
            made = await postprocess(told, chosen if len(chosen) > 1 else chosen[0], state)
            for at, value in zip(changed, made, strict=True):
                found[at] = value
        return found

    page.postprocess_data = postprocess_changed


_SKIP = {"__type__": "update"}


def _is_skipped(value: Any) -> bool:
    return isinstance(value, dict) and value == _SKIP


def _by_output(predictions: Any, outputs: Sequence[Any]) -> list[Any] | None:
    """A value for each output, of what a handler gave; None where gradio itself must say what is wrong with that."""
    if _is_skipped(predictions):
        return [_SKIP] * len(outputs)
    if isinstance(predictions, dict) and predictions and not predictions.keys() - set(outputs):
        return [predictions.get(part, _SKIP) for part in outputs]
    if len(outputs) == 1:
        return [predictions]
    if isinstance(predictions, (list, tuple)) and len(predictions) == len(outputs):
        return list(predictions)
    return None


def take_turns(page: Any, *, most_of_sender: int) -> None:
    """Let senders take turns in the queue of a page, in which each has at most so many calls waiting.

    Gradio answers a call that is one too many with 503, as it does when the whole queue is full.
    """
    queue, turns = page._queue, Turns()
    push, get_events = queue.push, queue.get_events

    def lines() -> list[Any]:
        return list(queue.event_queue_per_concurrency_id.values())

    async def push_within_bounds(body: Any, request: Any, username: Any) -> tuple[bool, Any, str]:
        waiting = Counter(_sender(event) for line in lines() for event in line.queue)
        if waiting[_sender_of(request)] >= most_of_sender:
            return False, f"Too many calls of yours are waiting; at most {most_of_sender} may.", "queue_full"
        found: tuple[bool, Any, str] = await push(body=body, request=request, username=username)
        return found

    def get_events_by_turns() -> Any:
        running = [_sender(event) for job in queue.active_jobs if job is not None for event in job]
        for line in lines():
            is_open = line.concurrency_limit is None or line.current_concurrency < line.concurrency_limit
            if is_open and len(line.queue) > 1:
                at = turns.next([_sender(event) for event in line.queue], running)
                line.queue.insert(0, line.queue.pop(at))
        found = get_events()
        if found is not None:
            turns.took(_sender(found[0][0]))
        return found

    queue.push, queue.get_events = push_within_bounds, get_events_by_turns


def _sender(event: Any) -> str:
    return _sender_of(event.request)


def _sender_of(request: Any) -> str:
    return network_of(request.client.host if request.client else "")


_launching = threading.Lock()


@contextmanager
def served_by(change: Callable[[Any], None]) -> Iterator[None]:
    """Let `change` see the configuration of each uvicorn server that gradio makes inside this block, before it runs."""
    from gradio import http_server

    with _launching:
        make = http_server.Server

        def changed(config: Any, *given: Any, **named: Any) -> Any:
            change(config)
            return make(config, *given, **named)

        http_server.Server = changed
        try:
            yield
        finally:
            http_server.Server = make


def fault_of_call(page: Any, path: str, call: Any) -> tuple[int, str] | None:
    """Why gradio would stumble over a call to a path, read from JSON: an HTTP status and a reason; else None.

    A function is named by its number, in the body, or by its name at the end of the path; a component by its number.
    """
    if not isinstance(call, dict):
        return 400, "A call is a JSON object."
    number = call.get("fn_index")
    if number is not None and not (type(number) is int and number in page.fns):
        return 404, "The page has no function of this number."
    component = call.get("component_id", 0)
    if path.startswith(COMPONENT) and not (type(component) is int and component in page.blocks):
        return 404, "The page has no part of this number."
    name = re.fullmatch(rf"{API}/call/([^/]+)/?", path)
    asked = next((one for one in page.fns.values() if name and one.api_name == name[1]), None)
    values = call.get("data")
    if asked is None:
        return None
    most, least = len(asked.inputs), len(asked.inputs) - len(_defaults(asked))
    if not (isinstance(values, list) and least <= len(values) <= most):
        number_of_values = f"{most}" if least == most else f"{least} to {most}"
        return 400, f"`data` must list {number_of_values} values for {asked.api_name}; /programs names them."
    return None


def fill_in_defaults(page: Any) -> None:
    """Let a call of an endpoint leave out its last values, for which there are defaults; gradio wants all of them.

    So an endpoint can be given another argument, and those who call it as it was still can.
    """
    process = page.process_api

    async def process_filled(block_fn: Any, inputs: list[Any], *given: Any, **named: Any) -> Any:
        asked = page.fns[block_fn] if isinstance(block_fn, int) else block_fn
        lacking, defaults = len(asked.inputs) - len(inputs), _defaults(asked)
        filled = [*inputs, *defaults[len(defaults) - lacking :]] if 0 < lacking <= len(defaults) else inputs
        return await process(block_fn, filled, *given, **named)

    page.process_api = process_filled


def _defaults(asked: Any) -> list[Any]:
    """The values of the last arguments of an endpoint that may be left out; none for the page's own functions."""
    from gradio.components.api_component import Api

    if not all(isinstance(one, Api) for one in asked.inputs):
        return []
    parameters = inspect.signature(asked.fn).parameters.values()
    return [one.default for one in parameters if one.default is not one.empty]


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
