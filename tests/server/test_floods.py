"""Hostile senders, met by a page that is served: half-sent requests, floods of calls, other names, other senders."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
import httpx
import pytest

import app
from embeddings import Archive, build
from qa import Assistant
from qa.server import connections, middleware
from qa.server.access import AccessLimits
from qa.server.auth import WRONG_TRIES, Credentials
from qa.server.connections import Connections, guard
from qa.server.gradio_internals import served_by, take_turns
from tests.support.fakes import CountingEncoder
from tests.support.pages import free_port
from tests.support.paths import SAMPLES

WAIT = 300.0  # seconds; for a machine that is busy
HALF_HEAD = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le"
HALF_BODY = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over the samples that opens no model."""
    folder = tmp_path_factory.mktemp("floods") / "archive"
    encoder = CountingEncoder()
    build(SAMPLES, archive=folder, encoder=encoder)
    return Assistant(Archive.open(folder), encoder)


@contextmanager
def serving(assistant: Assistant, *, limits: AccessLimits | None = None, **options: Any) -> Iterator[str]:
    page = app.build_page(assistant, limits=limits)
    yield app.serve(page, port=free_port(), **options)
    page.close()


def get(address: str, **options: Any) -> httpx.Response:
    return httpx.get(address, timeout=WAIT, trust_env=False, **options)


@pytest.mark.parametrize("half", [HALF_HEAD, HALF_BODY])
@pytest.mark.slow
def test_400_half_sent_requests_hold_nobody_else(
    half: bytes, asked: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(connections, name, 3.0)
    with serving(asked) as address, ExitStack() as opened:
        place = ("127.0.0.1", int(address.rstrip("/").rsplit(":", 1)[1]))
        sent = []
        for _ in range(400):
            one = opened.enter_context(socket.create_connection(place, timeout=WAIT))
            one.sendall(half)
            sent.append(one)
        assert get(f"{address}health").status_code == 200
        assert [is_closed(one) for one in sent] == [True] * 400
        assert get(f"{address}health").status_code == 200


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side closes a connection; waits for it."""
    try:
        while connection.recv(1000):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass  # closed at once
    return True


@pytest.mark.slow
def test_a_request_that_keeps_coming_is_heard(asked: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.0)
    monkeypatch.setattr(connections, "LEAST_RATE", 0.01)  # each byte earns a hundred seconds
    with serving(asked) as address:

        def body() -> Iterator[bytes]:
            yield b'{"fn_index": 999999, "session_hash": "a", '
            time.sleep(2.5)  # two looks at all connections
            yield b'"data": []}'

        sent = httpx.post(f"{address}gradio_api/queue/join", content=body(), timeout=WAIT, trust_env=False)
        assert sent.status_code == 404


@pytest.mark.parametrize("path", ["", "health", "config", "programs", "mcp", "gradio_api/info", "staff/enter"])
def test_the_page_is_not_read_by_another_name(path: str, address: str) -> None:
    for host in ("evil.example", "evil.example:7860", "127.0.0.1.evil.example"):
        assert get(f"{address}{path}", headers={"host": host}).status_code == 421
    assert get(f"{address}{path}", headers={"host": "evil.example", "x-forwarded-host": "localhost"}).status_code == 421


@pytest.mark.parametrize(
    "passed_on",
    [["evil.example"], ["localhost, evil.example"], ["evil.example", "localhost"], ["localhost@evil.example"]],
)
def test_what_a_proxy_says_that_the_page_was_called_is_a_name_of_the_page(passed_on: list[str], address: str) -> None:
    headers = [("x-forwarded-host", name) for name in passed_on]
    assert get(address, headers=headers).status_code == 421
    assert get(address, headers=[("x-forwarded-host", "localhost")]).status_code == 200


def test_the_page_goes_by_the_names_that_it_is_given(asked: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_HOSTS", "news.example")
    with serving(asked) as address:
        assert get(f"{address}health", headers={"host": "news.example"}).status_code == 200
        assert get(f"{address}health", headers={"host": "localhost:1"}).status_code == 200
        assert get(f"{address}health", headers={"host": "other.example"}).status_code == 421


@pytest.fixture(scope="module")
def address(asked: Assistant) -> Iterator[str]:
    with serving(asked) as served:
        yield served


def guesses(address: str) -> list[int]:
    """The status of each of many wrong passwords, whose sender says to be another each time."""
    found = []
    for number in range(WRONG_TRIES + 2):
        given = base64.b64encode(f"reader:guess {number}".encode()).decode()
        headers = {"authorization": f"Basic {given}", "x-forwarded-for": f"203.0.113.{number}"}
        found.append(get(f"{address}health", headers=headers).status_code)
    return found


def test_who_says_to_be_another_sender_is_believed_from_named_proxies_alone(
    asked: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "WRONG_DELAY", 0.0)
    monkeypatch.delenv("BULLETIN_PROXIES", raising=False)
    with serving(asked, credentials=Credentials("reader", "pass")) as address:
        assert guesses(address) == [401] * WRONG_TRIES + [429] * 2
    monkeypatch.setenv("BULLETIN_PROXIES", "127.0.0.1")
    with serving(asked, credentials=Credentials("reader", "pass")) as address:
        assert guesses(address) == [401] * (WRONG_TRIES + 2)


@dataclass
class Counted:
    """A page of one function, which notes who calls it and waits until it may go on."""

    go_on: threading.Event = field(default_factory=threading.Event)
    begun: list[str] = field(default_factory=list)
    at_work: threading.Event = field(default_factory=threading.Event)

    def note(self, who: str) -> str:
        """Note a call."""
        self.begun.append(who)
        self.at_work.set()
        self.go_on.wait(WAIT)
        return who


def test_one_sender_fills_neither_the_queue_nor_the_time_of_others() -> None:
    counted = Counted()
    with gr.Blocks(analytics_enabled=False) as page:
        gr.api(counted.note, api_name="note", concurrency_limit=1)
    page.queue(max_size=50)
    take_turns(page, most_of_sender=10)
    with served_by(guard(Connections(AccessLimits()), ("127.0.0.1/32",))):
        _, address, _ = page.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True)

    def call(who: str, sender: str) -> httpx.Response:
        headers = {"x-forwarded-for": sender}
        return client.post("gradio_api/call/note", json={"data": [who]}, headers=headers)

    with httpx.Client(base_url=address, timeout=WAIT, trust_env=False) as client:
        assert call("flood", "203.0.113.1").status_code == 200
        assert counted.at_work.wait(WAIT)  # so that it is no longer in the queue
        flood = [call("flood", "203.0.113.1").status_code for _ in range(100)]
        others = [call(name, f"198.51.100.{at}") for at, name in enumerate(("reader", "other"))]
        counted.go_on.set()
        for one in others:
            answer = client.get(f"gradio_api/call/note/{one.json()['event_id']}")
            assert "event: complete" in answer.text
    assert flood == [200] * 10 + [503] * 90
    assert counted.begun[:3] == ["flood", "reader", "other"]
    page.close()


@pytest.mark.parametrize("number", [-1, 999_999, 2**70, True, 1.0, "1", []])
def test_a_function_that_the_page_has_not_is_not_there(number: object, address: str) -> None:
    call = {"fn_index": number, "data": [], "session_hash": "a"}
    for path in ("queue/join", "run/predict"):
        sent = httpx.post(f"{address}gradio_api/{path}", json=call, timeout=WAIT, trust_env=False)
        assert sent.status_code == 404


@pytest.mark.parametrize("name", ["ask", "search", "retrieve", "read_article", "list_issues"])
@pytest.mark.parametrize("values", [[None] * 6, [], [{}] * 6, [[]] * 2, [1e308, 1e308], ["问", 10**30]])
def test_arguments_that_make_no_sense_are_refused_in_words(name: str, values: list[Any], address: str) -> None:
    with httpx.Client(base_url=address, timeout=WAIT, trust_env=False) as client:
        sent = client.post(f"gradio_api/call/{name}", json={"data": values})
        assert sent.status_code < 500
        if sent.status_code == 200:
            told = client.get(f"gradio_api/call/{name}/{sent.json()['event_id']}").text
            last = json.loads(told.strip().rsplit("data: ", 1)[1])
            assert "event: complete" in told or last["error"], told  # not null: a reason


@pytest.mark.parametrize(
    "path", ["queue/join", "call/ask", "run/ask", "api/ask", "component_server", "cancel", "reset"]
)
@pytest.mark.parametrize(
    "body",
    [
        None, 0, "x", [], {}, {"data": None}, {"data": None, "fn_index": None, "session_hash": None},
        {"data": [None], "fn_index": 0, "session_hash": "a", "trigger_id": None, "event_data": 5},
        {"data": [None], "fn_index": 0, "session_hash": [], "event_id": {}},
        {"event_id": None, "fn_index": None, "session_hash": None},
        {"data": [], "component_id": 10**9, "fn_name": "x", "session_hash": None},
        {"data": [], "component_id": 1, "fn_name": "__class__", "session_hash": "a"},
    ],
)  # fmt: skip
def test_no_body_of_a_call_is_an_error_of_the_server(path: str, body: Any, address: str) -> None:
    sent = httpx.post(f"{address}gradio_api/{path}", json=body, timeout=WAIT, trust_env=False)
    assert sent.status_code < 500, sent.text


def test_a_page_that_has_no_room_says_so_and_recovers(asked: Assistant) -> None:
    limits = replace(AccessLimits(), max_sender_connections=2)
    with serving(asked, limits=limits) as address:
        with ExitStack() as streams:
            for _ in range(2):
                opened = httpx.stream("GET", f"{address}gradio_api/heartbeat/a", timeout=WAIT, trust_env=False)
                streams.enter_context(opened)
            with pytest.raises(httpx.TransportError):
                get(f"{address}health")
        for _ in range(100):
            try:
                assert get(f"{address}health").status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("the page did not recover")
