"""The page as other machines and programs meet it: endpoints, tools, passwords, proxies, frames, refusals."""

from __future__ import annotations

import asyncio
import inspect
import json
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

import app
from embeddings import Archive, Encoder, add
from qa import Assistant
from qa.api.endpoints import Endpoints
from qa.server import gradio_internals, middleware
from qa.server.auth import Credentials, StaffAccess
from qa.server.gradio_internals import Waiting
from qa.server.middleware import MAX_BODY_BYTES, health_row
from qa.web import run
from tests.support.pages import LEAVING, MARKUP, QUESTION, ask, free_port, opened_page

PASSWORD = "开门 sesame"
WAIT = 300.0  # seconds; for a machine that is busy
TOOLS = {"ask", "search", "read_article", "similar_articles", "list_issues", "topic", "timeline", "compare_topics"}


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BULLETIN_ISSUES", raising=False)
        patch.setattr(middleware, "WRONG_DELAY", 0.0)
        yield


@pytest.fixture(scope="module")
def served(assistant: Assistant, sample_archive: Path) -> Iterator[str]:
    """A page for users, with the tools."""
    page = app.build_page(assistant, archive=sample_archive)
    yield app.serve(page, port=free_port(), mcp=True)
    page.close()


@pytest.fixture(scope="module")
def edited(sample_archive: Path, default_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page with a staff side behind a password, over an archive of its own with hostile names in it."""
    folder = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("edited") / "archive"))
    hostile = tmp_path_factory.mktemp("issues") / "<img src=x onerror=alert(2)>报.md"
    hostile.write_text(
        "# <b onclick=alert(3)>恶名</b> 2021年8月3日\n\n# <svg onload=alert(4)>栏目\n\n"
        "## <img src=x onerror=alert(5)>琉璃塔\n\n<script>alert(6)</script>琉璃塔高九十九米。\n",
        encoding="utf-8",
    )
    add(hostile, archive=folder, encoder=default_encoder)
    assistant = Assistant(Archive.open(folder), default_encoder)
    page = app.build_page(assistant, editing=True, archive=folder, staff_access=StaffAccess(PASSWORD))
    page.address = app.serve(page, port=free_port(), max_upload_bytes=1_000_000)
    yield page
    page.close()


@pytest.fixture(scope="module")
def locked(assistant: Assistant) -> Iterator[str]:
    """A page that a name and a password open."""
    page = app.build_page(assistant)
    yield app.serve(page, port=free_port(), credentials=Credentials("reader", "pass"), mcp=True)
    page.close()


@pytest.fixture(scope="module")
def proxied(assistant: Assistant, sample_archive: Path) -> Iterator[str]:
    """A page under /news of another server, which also has a page with a frame around it."""
    page = app.build_page(
        assistant, editing=True, archive=sample_archive, staff_access=StaffAccess(PASSWORD, behind_proxy=True)
    )
    behind = app.serve(page, port=free_port(), root_path="/news", mcp=True)
    client = httpx.AsyncClient(base_url=behind, timeout=WAIT, trust_env=False)

    async def forward(request: Request) -> StreamingResponse:
        path = request.url.path.removeprefix("/news").lstrip("/")
        headers = {**request.headers, "x-forwarded-for": "203.0.113.9"}
        url = httpx.URL(behind).copy_with(path=f"/{path}", query=request.url.query.encode())
        sent = client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await client.send(sent, stream=True)
        kept = {name: value for name, value in answer.headers.items() if name not in ("transfer-encoding",)}

        async def body() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_raw():
                    yield piece
            finally:
                await answer.aclose()

        return StreamingResponse(body(), answer.status_code, kept)

    async def icon(request: Request) -> Response:
        return Response(media_type="image/png")

    async def front(request: Request) -> HTMLResponse:
        frame = request.query_params["frame"].replace('"', "")
        return HTMLResponse(f'<!doctype html><title>报</title><iframe width=900 height=700 src="{frame}"></iframe>')

    methods = ["GET", "POST", "HEAD", "OPTIONS", "DELETE"]
    routes = [
        Route("/favicon.ico", icon),
        Route("/front", front),
        Route("/news", forward),
        Route("/news/{path:path}", forward, methods=methods),
    ]
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/news/"
    server.should_exit = True
    page.close()


def get(address: str, **options: Any) -> httpx.Response:
    return httpx.get(address, timeout=WAIT, trust_env=False, **options)


def call(address: str, fn_index: int, values: list[Any], cookies: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The last message of a call through gradio's queue, as the page makes it."""
    with httpx.Client(base_url=address, timeout=WAIT, trust_env=False, cookies=dict(cookies or {})) as client:
        body = {"fn_index": fn_index, "data": values, "session_hash": "abc123", "event_data": None}
        joined = client.post("gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return {"success": False, "output": joined.json()}
        with client.stream("GET", "gradio_api/queue/data", params={"session_hash": "abc123"}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    return dict(message)
    raise AssertionError("the queue did not answer")


# Endpoints and tools


def test_the_endpoints_lead_from_a_question_to_the_whole_article(served: str) -> None:
    from gradio_client import Client

    client = Client(served, verbose=False, analytics_enabled=False)
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(described) == {"/retrieve", *(f"/{name}" for name in TOOLS)}
    assert [one["parameter_name"] for one in described["/read_article"]["parameters"]] == ["issue", "article"]
    found = client.predict(question=QUESTION, k=2, api_name="/search")
    assert client.predict(question=QUESTION, k=2, api_name="/retrieve") == found
    article = client.predict(found[0]["issue_id"], found[0]["article_id"], api_name="/read_article")
    assert article["title"] == "北京丰台站6月20日启用"
    assert found[0]["text"] in article["body"]
    assert article["kind"] == "news"
    issues = client.predict(api_name="/list_issues")
    assert len(issues) == 5
    assert {"id", "name", "date", "articles"} == set(issues[0])
    one = client.predict(headlines=True, issue=article["issue_id"], api_name="/list_issues")
    assert [row["id"] for row in one] == [article["issue_id"]]
    assert len(one[0]["headlines"]) == one[0]["articles"]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("ask", [" "], "empty"),
        ("search", [QUESTION, 51], "between 1 and 50"),
        ("read_article", ["no-such-issue", "1"], "list_issues"),
        ("read_article", ["../../archive.sqlite", "1"], "list_issues"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(served: str, name: str, values: list[Any], said: str) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(served, verbose=False, analytics_enabled=False)
    with pytest.raises(AppError, match=said):
        client.predict(*values, api_name=f"/{name}")


async def with_tools(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What an MCP client gets from a session: the tools, and an answer of each."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    got: dict[str, Any] = {}
    async with (
        streamablehttp_client(f"{address}mcp", headers=dict(headers or {})) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        got["tools"] = (await session.list_tools()).tools
        got["ask"] = await session.call_tool("ask", {"question": QUESTION})
        got["search"] = await session.call_tool("search", {"question": QUESTION, "k": 1})
        found = got["search"].structuredContent["result"][0]
        which = {"issue": found["issue_id"], "article": found["article_id"]}
        got["read_article"] = await session.call_tool("read_article", which)
        got["list_issues"] = await session.call_tool("list_issues", {})
        got["topic"] = await session.call_tool("topic", {"name": "丰台站"})
        got["timeline"] = await session.call_tool("timeline", {"name": "美国"})
        got["compare_topics"] = await session.call_tool("compare_topics", {"names": ["美国", "日本"]})
        got["empty"] = await session.call_tool("ask", {"question": " "})
    return got


def tool_session(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The same in a thread of its own: an open browser holds the event loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(with_tools(address, headers))).result()


@pytest.mark.model
@pytest.mark.parametrize("which", ["served", "proxied"])
def test_an_mcp_client_finds_the_endpoints_as_its_only_tools(which: str, request: pytest.FixtureRequest) -> None:
    got = tool_session(request.getfixturevalue(which))
    assert {tool.name for tool in got["tools"]} == TOOLS
    assert all("Args:" in tool.description and tool.annotations.readOnlyHint for tool in got["tools"])
    assert got["ask"].structuredContent["citations"][0]["title"] == "北京丰台站6月20日启用"
    assert got["read_article"].structuredContent["title"] == "北京丰台站6月20日启用"
    assert len(got["list_issues"].structuredContent["result"]) == 5
    assert got["topic"].structuredContent["sentences"][0]["title"] == "北京丰台站6月20日启用"
    assert len(got["timeline"].structuredContent["entries"]) == 7
    assert len(got["compare_topics"].structuredContent["topics"]) == 2
    assert got["empty"].isError
    assert "empty" in got["empty"].content[0].text


def test_a_local_tool_server_is_not_reached_by_another_name(served: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream", "host": "news.example"}
    assert httpx.post(f"{served}mcp", json=body, headers=headers, timeout=WAIT, trust_env=False).status_code == 421


def test_many_questions_leave_no_more_behind_than_a_few(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradio_internals, "SESSIONS", 5)
    monkeypatch.setattr(run, "SESSIONS", 5)
    page = app.build_page(assistant)
    with httpx.Client(base_url=app.serve(page, port=free_port()), timeout=WAIT, trust_env=False) as client:
        for _ in range(12):  # each call is a session of its own, as is each page that is opened
            event = client.post("gradio_api/call/list_issues", json={"data": [False, ""]}).json()["event_id"]
            assert "event: complete" in client.get(f"gradio_api/call/list_issues/{event}").text
    queue, held = page._queue, page.app.state_holder
    for _ in range(100):
        if not queue.event_ids_to_events:  # the last is put away after its answer was sent
            break
        time.sleep(0.1)
    left = [held.session_data, held.time_last_used, queue.pending_event_ids_session, queue.event_analytics]
    assert max(map(len, left)) <= 5
    assert not queue.event_ids_to_events
    assert not page.app.iterators
    page.close()


def test_a_session_that_waits_is_not_struck_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradio_internals, "SESSIONS", 3)
    waiting = Waiting({"waits": {"event"}})
    for number in range(20):
        waiting[str(number)] = set()
        waiting[str(number)].add("event")
        waiting[str(number)].remove("event")
    assert waiting["waits"] == {"event"}
    assert len(waiting) <= 3
    assert "0" not in waiting
    assert waiting["0"] == set()


# Health


def test_health_tells_the_state_of_the_archive(served: str, assistant: Assistant) -> None:
    answer = get(f"{served}health")
    with assistant.archive.snapshot() as snapshot:
        assert answer.json() == {
            "status": "ok",
            "generation": snapshot.generation,
            "issues": 5,
            "chunks": snapshot.size,
            "model": "multilingual-e5-small",
        }
    assert answer.status_code == 200


def test_an_archive_that_went_away_is_unhealthy(sample_archive: Path, default_encoder: Encoder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sample_archive, tmp_path / "archive"))
    assistant = Assistant(Archive.open(folder), default_encoder)
    assert health_row(assistant, folder)[0] == 200
    (folder / "archive.sqlite").unlink()
    status, row = health_row(assistant, folder)
    assert status == 503
    assert "ArchiveMissingError" in row["reason"]
    assert str(tmp_path) not in json.dumps(row)
    assistant.close()


# What is refused


def test_no_file_is_given_out_and_none_is_fetched(served: str, edited: Any, sample_archive: Path) -> None:
    paths = [
        "/proc/self/environ", "/etc/passwd", f"{sample_archive}/archive.sqlite", "../../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd", "pyproject.toml", "http://127.0.0.1:9/x", "HTTP://127.0.0.1:9/x",
        "http:%2F%2F127.0.0.1:9/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "/dev/stdin",
    ]  # fmt: skip
    for address in (served, edited.address):
        for path in paths:
            answer = get(f"{address}gradio_api/file={path}")
            assert answer.status_code in (403, 404), path
            assert len(answer.content) < 300
        for path in ("static/../../../../etc/passwd", "assets/%2e%2e/%2e%2e/%2e%2e/routes.py", "svelte/..%2f..%2fa"):
            assert get(f"{address}{path}").status_code in (403, 404), path


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/proxy=https://example.hf.space/", "gradio_api/vibe-code", "gradio_api/dev/reload", "monitoring",
        "monitoring/summary", "gradio_api/deep_link?session_hash=abc123", "gradio_api/runs",
        "gradio_api/stream/a/1/1/playlist.m3u8", "docs", "staff/enter",
    ],
)  # fmt: skip
def test_what_the_page_does_not_use_is_not_there(served: str, path: str) -> None:
    assert get(f"{served}{path}").status_code == 404


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/x", "/etc/passwd", "archive.sqlite"])
def test_a_call_cannot_name_a_file(served: str, where: str) -> None:
    file = {"path": where, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [file], "session_hash": "abc123", "fn_index": 0}
    for path in ("queue/join", "call/ask", "run/ask", "call/v2/ask"):
        answer = httpx.post(f"{served}gradio_api/{path}", json=body, timeout=WAIT, trust_env=False)
        assert answer.status_code == 403, path
    escaped = json.dumps(body).replace("gradio.FileData", "gradio\\u002eFileData").replace("_type", "\\u005ftype")
    headers = {"content-type": "application/json"}
    answer = httpx.post(
        f"{served}gradio_api/queue/join", content=escaped, headers=headers, timeout=WAIT, trust_env=False
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status"), [(b"[" * 200_000, 400), (b'{"data": "' + b"x" * MAX_BODY_BYTES + b'"}', 413), (b"{", 422)]
)
def test_a_body_that_cannot_be_read_is_refused(served: str, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{served}gradio_api/queue/join", content=body, headers=headers, timeout=WAIT, trust_env=False)
    assert answer.status_code == status


@pytest.mark.model
@pytest.mark.parametrize("which", ["served", "locked"])
def test_a_page_of_another_site_cannot_read_through_its_visitors_browser(
    which: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(which)
    for headers in ({"origin": "http://news.example"}, {"origin": "null"}):
        assert get(f"{address}config", headers=headers, auth=("reader", "pass")).status_code == 403
    own = {"origin": address.rstrip("/")}
    assert get(f"{address}config", headers=own, auth=("reader", "pass")).status_code == 200


# The staff side


def upload(address: str, cookies: Mapping[str, str] | None = None) -> httpx.Response:
    files = {"files": ("县报.md", "## 题\n\n正文。\n".encode())}
    with httpx.Client(timeout=WAIT, trust_env=False, cookies=dict(cookies or {})) as client:
        return client.post(f"{address}gradio_api/upload", files=files)


def enter(address: str, password: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    given = {"password": password}
    return httpx.post(f"{address}staff/enter", json=given, headers=dict(headers or {}), timeout=WAIT, trust_env=False)


def test_nobody_uploads_who_is_not_of_the_staff(served: str, edited: Any) -> None:
    assert upload(served).status_code == 403
    assert upload(edited.address).status_code == 403
    cookies = dict(enter(edited.address, PASSWORD).cookies)
    kept = upload(edited.address, cookies)
    assert kept.status_code == 200
    # What one has sent is found only under its whole name, which nobody else is told.
    path = Path(kept.json()[0])
    assert get(f"{edited.address}gradio_api/file={path.parent}").status_code == 403
    assert get(f"{edited.address}gradio_api/file={path.parent.parent}").status_code == 403


def test_every_handler_of_the_staff_refuses_without_the_password(edited: Any) -> None:
    handlers = [one for one in edited.fns.values() if one.fn is not None]
    panels = ("staff_tab", "standard_panel", "asked_panel", "changes_panel", "feedback_panel")
    bare = {"qa.web.services.editor", *(f"qa.web.tabs.{name}" for name in panels)}
    assert not [one for one in handlers if one.fn.__module__ in bare]
    names = {
        "_read", "choose", "_choose_issue", "_choose_next", "_clear", "_confirm", "_restore", "_ask", "<lambda>",
        "_save", "_save_issue", "_settle", "_withdraw", "refresh", "warm_up", "_show", "save_votes", "save_wanted",
        "_refresh", "_remove", "_take_in", "_csv", "_decline", "show", "undo",
    }  # fmt: skip
    guarded = [one for one in handlers if one.fn.__module__ == "qa.web.tabs.staff_login" and one.fn.__name__ != "look"]
    assert {one.fn.__name__ for one in guarded} == names
    for one in guarded:
        said = call(edited.address, one._id, [None] * len(one.inputs))
        if one.fn.__name__ in ("refresh", "_refresh", "warm_up", "_show", "show") and said["success"]:
            shown = [part for part in said["output"].get("data") or [] if part is not None]  # a state has no value here
            nothing = [{"__type__": "update"}, {"__type__": "update", "props": {"__type__": "update"}}]
            assert all(part in nothing for part in shown), one.fn.__name__
        else:
            assert not said["success"]
            assert "编辑部不对这个页面开放" in json.dumps(said["output"], ensure_ascii=False), one.fn.__name__


def test_a_browser_with_the_password_is_served(edited: Any) -> None:
    refresh = next(one for one in edited.fns.values() if one.fn is not None and one.fn.__name__ == "refresh")
    cookies = dict(enter(edited.address, PASSWORD).cookies)
    said = call(edited.address, refresh._id, [""], cookies)
    assert said["success"]
    assert "恶名" in json.dumps(said["output"], ensure_ascii=False)


def test_a_wrong_password_gives_no_cookie_and_many_are_not_heard(assistant: Assistant, sample_archive: Path) -> None:
    page = app.build_page(assistant, editing=True, archive=sample_archive, staff_access=StaffAccess(PASSWORD))
    address = app.serve(page, port=free_port())
    for number in range(5):
        answer = enter(address, f"猜 {number}")
        assert (answer.status_code, dict(answer.cookies)) == (403, {})
    assert "次数太多" in enter(address, PASSWORD).json()["said"]
    page.close()


def test_the_cookie_is_kept_from_scripts_and_other_sites(edited: Any) -> None:
    cookie = enter(edited.address, PASSWORD).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert enter(edited.address, PASSWORD, {"origin": "http://news.example"}).status_code == 403


def test_without_a_password_a_request_through_a_proxy_is_not_local(assistant: Assistant, sample_archive: Path) -> None:
    page = app.build_page(assistant, editing=True, archive=sample_archive)
    address = app.serve(page, port=free_port(), max_upload_bytes=1_000_000)
    files = {"files": ("a.md", b"x")}
    hostile = (({"x-forwarded-for": "127.0.0.1"}, 403), ({"origin": "http://news.example"}, 403))
    for headers, status in (*hostile, ({"host": "news.example"}, 421)):
        answer = httpx.post(f"{address}gradio_api/upload", files=files, headers=headers, timeout=WAIT, trust_env=False)
        assert answer.status_code == status
    assert upload(address).status_code == 200
    page.close()


def test_the_staff_comes_in_by_password_and_goes_out(browser: Any, edited: Any) -> None:
    for page in opened_page(browser, edited.address, (1280, 800), excused=LEAVING):
        page.get_by_role("tab", name="编辑部").click()
        assert page.locator("#dropped").count() == 0
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="进入编辑部").click()
        page.wait_for_selector("#dropped")
        page.click("#shelf input")
        page.get_by_role("option", name="恶名").click()
        page.wait_for_selector("#stored [aria-current]")
        page.reload()
        page.get_by_role("tab", name="编辑部").click()
        page.wait_for_selector("#dropped")
        page.get_by_role("button", name="退出编辑部").click()
        page.wait_for_selector("#chat .example")
        page.get_by_role("tab", name="编辑部").click()
        page.get_by_label("口令").wait_for()
        assert page.locator("#dropped").count() == 0


def test_markup_in_an_issue_is_shown_as_text(browser: Any, edited: Any) -> None:
    for page in opened_page(browser, edited.address, (1280, 800)):
        ask(page, MARKUP)
        ask(page, "琉璃塔高多少米？")
        page.wait_for_selector(".card.cited:has-text('<img src=x onerror=alert(5)>琉璃塔')")
        page.click(".card.cited .open")
        page.wait_for_selector(".reading:has-text('<script>alert(6)</script>')")
        page.get_by_role("tab", name="编辑部").click()
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="进入编辑部").click()
        page.wait_for_selector("#dropped")
        page.click("#shelf input")
        page.get_by_role("option", name="恶名").click()
        page.wait_for_selector("#stored .slips:has-text('onerror=alert(5)')")
        file = {"name": "<img src=x onerror=alert(7)>.txt", "mimeType": "text/plain", "buffer": b""}
        page.set_input_files("#dropped input[type=file]", files=[file])
        page.wait_for_selector("#left-out :text('onerror=alert(7)'), #arrival-status :text('onerror=alert(7)')")
        assert page.locator("img[src=x], svg[onload], b[onclick]").count() == 0


# A password for the whole page


def test_nothing_is_open_without_the_name_and_password(locked: str) -> None:
    for path in ("", "config", "health", "mcp", "gradio_api/info", "assets/x.js", "gradio_api/heartbeat/abc"):
        answer = get(f"{locked}{path}")
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert get(f"{locked}health", auth=("reader", "pass")).status_code == 200


def test_programs_come_in_with_the_name_and_password(locked: str) -> None:
    from gradio_client import Client

    client = Client(locked, verbose=False, analytics_enabled=False, httpx_kwargs={"auth": ("reader", "pass")})
    assert client.predict(question=QUESTION, api_name="/search")
    got = tool_session(locked, {"Authorization": "Basic cmVhZGVyOnBhc3M="})
    assert {tool.name for tool in got["tools"]} == TOOLS


def test_a_user_with_the_password_asks(browser: Any, locked: str) -> None:
    context = browser.new_context(http_credentials={"username": "reader", "password": "pass"}, locale="zh-CN")
    context.set_default_timeout(WAIT * 1000)
    page = context.new_page()
    page.goto(locked)
    ask(page, QUESTION)
    assert "6月20日" in page.inner_text("#chat .said")
    context.close()


# Behind a proxy, and in a frame


def test_a_page_under_a_path_of_another_server_works(browser: Any, proxied: str) -> None:
    for page in opened_page(browser, proxied, (1280, 800)):
        ask(page, QUESTION)
        page.click(".card.cited .open")
        page.wait_for_selector(".reading")
        page.get_by_role("tab", name="编辑部").click()
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="进入编辑部").click()
        page.wait_for_selector("#dropped")
        assert page.url.startswith(proxied)


def test_the_embedded_page_stands_in_a_frame_of_another_site(browser: Any, proxied: str, served: str) -> None:
    front = proxied.replace("127.0.0.1", "localhost").removesuffix("news/") + "front?frame="
    context = browser.new_context(locale="zh-CN", color_scheme="dark")
    context.set_default_timeout(WAIT * 1000)
    page = context.new_page()
    page.goto(f"{front}{proxied}?embed=1")
    frame = page.frame_locator("iframe")
    frame.locator("#question textarea").fill(QUESTION)
    frame.locator("#question textarea").press("Enter")
    frame.locator("#chat .said:has-text('6月20日')").wait_for()
    assert not frame.locator("#masthead").is_visible()
    assert not frame.get_by_role("tab", name="编辑部").is_visible()
    assert frame.locator("body.dark").count() == 0
    page.goto(f"{front}{served}")  # only the page for it may be framed
    page.wait_for_timeout(2000)
    assert page.frame_locator("iframe").locator("#question").count() == 0
    context.close()


def test_a_path_is_taken_off_by_the_proxy_or_by_the_page(assistant: Assistant) -> None:
    page = app.build_page(assistant)
    address = app.serve(page, port=free_port(), root_path="/news")
    for path in ("health", "news/health"):
        assert get(f"{address}{path}").json()["status"] == "ok"
    assert get(f"{address}news?embed=1").headers["location"] == "/news/?embed=1"
    assert get(f"{address}newsroom").status_code == 404
    page.close()


def test_the_page_for_programs_names_every_endpoint_and_its_own_address(
    browser: Any, served: str, assistant: Assistant
) -> None:
    for page in opened_page(browser, served, (1280, 800)):
        with page.expect_popup() as opened:
            page.click("#foot a")
        programs = opened.value
        programs.wait_for_selector(f"pre:has-text('{served}gradio_api/call/ask')")
        text = programs.inner_text("body")
        for endpoint in Endpoints(assistant).all():
            assert endpoint.__name__ in text
            assert all(name in text for name in inspect.signature(endpoint).parameters)
