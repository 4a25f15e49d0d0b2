"""What is used of gradio that it does not promise, held against the gradio that is installed."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from qa.server import gradio_internals as internals


@pytest.fixture(scope="module")
def page() -> Any:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Textbox()
    return blocks.queue()


@pytest.fixture(scope="module")
def served(page: Any) -> Any:
    from gradio.routes import App

    page.config = page.get_config_file()
    return App.create_app(page)


def answers(served: Any, method: str, path: str) -> bool:
    from starlette.routing import Match

    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in served.routes)


def test_the_queue_notes_the_events_of_each_session_in_a_dictionary(page: Any) -> None:
    assert page._queue.pending_event_ids_session == {}
    internals.strike_off_sessions(page)
    assert isinstance(page._queue.pending_event_ids_session, internals.Waiting)


def test_the_queue_reads_how_many_events_it_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADIO_ANALYTICS_MAX_EVENTS", "GRADIO_ANALYTICS_CACHE_FREQUENCY"):
        monkeypatch.delenv(name, raising=False)
    internals.note_no_events()
    assert os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] == "1"
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    assert page.queue()._queue.ANALYTICS_MAX_EVENTS == 1


@pytest.mark.parametrize(
    "path",
    [
        "/", "/config/", "/theme.css", "/manifest.json", "/pwa_icon", "/static/a.js", "/assets/a.js",
        "/gradio_api/info", "/gradio_api/queue/data", "/gradio_api/heartbeat/a", "/gradio_api/call/ask/a",
        "/gradio_api/startup-events", "/gradio_api/file=a", "/gradio_api/upload_progress",
    ],
)  # fmt: skip
def test_gradio_answers_what_the_request_filter_lets_through(path: str, served: Any) -> None:
    assert answers(served, "GET", path)
    known = re.compile("|".join((*internals.PAGE_ROUTES, internals.UPLOAD_ROUTE)))
    assert known.fullmatch(path)


@pytest.mark.parametrize(
    "path", ["queue/join", "call/ask", "run/ask", "api/ask", "component_server", "cancel", "reset"]
)
def test_what_makes_gradio_do_something_is_known_as_a_call(path: str, served: Any) -> None:
    assert answers(served, "POST", f"{internals.API}/{path}")
    assert re.fullmatch(internals.CALL_ROUTE, f"{internals.API}/{path}")


def test_gradio_has_the_routes_that_have_a_rule_of_their_own(served: Any) -> None:
    assert answers(served, "POST", internals.COMPONENT)
    assert answers(served, "GET", internals.STARTING)
    assert answers(served, "POST", f"{internals.API}/upload")
    assert not answers(served, "POST", f"{internals.API}/no-such-route")


def test_an_address_asks_for_a_look_by_the_name_that_the_request_filter_gives_it() -> None:
    assets = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    assert any(internals.THEME in file.read_text(encoding="utf-8", errors="ignore") for file in assets.glob("*.js"))


def test_a_file_in_a_request_is_known_by_its_meta() -> None:
    from gradio.data_classes import FileData

    file = FileData(path="https://news.example/a.png").model_dump()
    assert internals.files_in({"data": [1, [{"deep": file}]]}) == [file]
    assert internals.is_elsewhere(file)
    assert not internals.is_elsewhere(FileData(path="/tmp/a.png").model_dump())


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Any, list[Any]]:
    """A page of which nothing was changed, a handler's function there, and its outputs."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        outputs = [gr.Textbox("a"), gr.HTML("b"), gr.State("c"), gr.Button("d")]
        gr.Button().click(lambda: None, None, outputs)
    return blocks, next(iter(blocks.fns.values())), outputs


def postprocessed(page: Any, *given: Any) -> Any:
    """What a page makes of what a handler gave; in a thread, for a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(page.postprocess_data(*given))).result()


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        ({0: "new"}, [0]),
        ({1: "<p>", 3: {"__type__": "update", "visible": False}}, [1, 3]),
        ({2: "state"}, []),
        (gr.skip(), []),
        (["new", gr.skip(), gr.skip(), gr.skip()], [0]),
        (("new", "<p>", "state", "on it"), [0, 1, 3]),
    ],
)
def test_only_what_a_handler_changes_is_made_anew(
    told: Any, changed: list[int], parts: tuple[Any, Any, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio.state_holder import SessionState

    page, function, outputs = parts
    own = isinstance(told, dict) and "__type__" not in told
    predictions = {outputs[at]: value for at, value in told.items()} if own else told
    session, alike = SessionState(page), SessionState(page)
    expected = postprocessed(page, function, predictions, alike)
    skipped_html = {**gr.skip(), "props": gr.skip()}  # which tells its HTML of an update of nothing
    expected = [gr.skip() if one == skipped_html else one for one in expected]
    monkeypatch.setattr(page, "postprocess_data", page.postprocess_data)  # put back after this test
    internals.leave_skipped_alone(page)
    with monkeypatch.context() as watched:
        made: list[int] = []
        held = SessionState.__setitem__
        watched.setattr(SessionState, "__setitem__", lambda *given: made.append(given[1]) or held(*given))
        watched.setattr(
            SessionState, "_update_value_in_config", lambda session, key, value: made.append(key), raising=True
        )
        assert postprocessed(page, function, predictions, session) == expected
    assert {outputs[at]._id for at in changed} == set(made) - {outputs[2]._id}
    assert session[outputs[2]._id] == alike[outputs[2]._id]


def test_gradio_says_what_is_wrong_with_what_a_handler_gives(
    parts: tuple[Any, Any, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio.state_holder import SessionState

    page, function, _ = parts
    monkeypatch.setattr(page, "postprocess_data", page.postprocess_data)
    internals.leave_skipped_alone(page)
    with pytest.raises(ValueError, match="didn't return enough output values"):
        postprocessed(page, function, ["one"], SessionState(page))
    with gr.Blocks(analytics_enabled=False):
        foreign = gr.Textbox()
    with pytest.raises(ValueError, match="not specified as output"):
        postprocessed(page, function, {foreign: "one"}, SessionState(page))


def test_a_session_holds_no_description_of_what_components_are_set_to() -> None:
    from gradio.state_holder import SessionState

    with gr.Blocks(analytics_enabled=False) as page:
        box = gr.Textbox("a")
    assert SessionState(page).config_values[box._id]["props"]["value"] == "a"
    internals.describe_no_sessions(page)
    session = SessionState(page)
    session[box._id] = gr.Textbox("b", render=False)
    session._update_value_in_config(box._id, "c")
    assert [*filter(None, session.config_values.values())] == []
    assert session[box._id].value == "b"
    (described,) = [one for one in page.get_config_file()["components"] if one["id"] == box._id]
    assert described["props"]["value"] == "a"


def handled(first: str, second: str, *, option: int = 0) -> str:
    """A handler."""
    return first + second


def stepwise(first: str, event: gr.EventData) -> Iterator[str]:
    yield first


def passed(run: Callable[..., Any], inputs: list[Any], **given: Any) -> list[Any]:
    from gradio.helpers import special_args

    return list(special_args(run, inputs, **given)[0])


def test_gradio_passes_what_the_signature_asks_for() -> None:
    def run(*values: Any) -> Any:
        return values

    made = internals.signed_like(handled, run, before={"request": gr.Request}, after=("more",))
    request = gr.Request()
    assert passed(made, ["a", "b", "c"], request=request) == [request, "a", "b", "c"]
    assert (made.__name__, made.__module__) == ("handled", run.__module__)
    assert list(inspect.signature(made).parameters) == ["request", "first", "second", "more"]


def test_gradio_passes_an_event_between_the_values_of_inputs() -> None:
    def run(*values: Any) -> Iterator[Any]:
        yield values

    made = internals.signed_like(stepwise, run, after=("more",))
    event = gr.EventData(None, {"place": 3})
    assert passed(made, ["a", "b"], event_data=event)[0::2] == ["a", "b"]
    assert inspect.isgeneratorfunction(made)


def test_no_other_module_touches_what_gradio_does_not_promise() -> None:
    private = re.compile(
        r"\.pending_event_ids_session|\b(?:page|demo|blocks)\._\w+|/gradio_api|__signature__|\"_type\""
    )
    package = Path(internals.__file__).parents[1]
    touching = [
        file.name
        for file in package.rglob("*.py")
        if file.name != "gradio_internals.py" and private.search(file.read_text(encoding="utf-8"))
    ]
    assert touching == []
