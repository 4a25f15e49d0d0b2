"""Calls by HTTP without a page around them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from embeddings import Archive, ArchiveDamagedError, build
from embeddings.errors import ArchiveCode
from qa import Assistant
from qa.api.http import program_routes
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue


@pytest.fixture
def assistant(tmp_path: Path, counting: CountingEncoder) -> Assistant:
    row = {"id": "a/1", "title": "新桥通车", "text": "新桥九月十二日通车，全长一百二十米。"}
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", [row])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Assistant(Archive.open(tmp_path / "archive"), counting)


def call(assistant: Assistant, method: str, path: str, *, root: str = "", **named: Any) -> httpx.Response:
    """The answer to a call that a proxy passes on below a path of its own."""
    application = Starlette(routes=program_routes(assistant, address=lambda article: f"?article={article.id}"))
    # Starlette raises again what was a fault of the program, so that the server writes it down.
    transport = httpx.ASGITransport(application, root_path=root, raise_app_exceptions=False)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="https://news.example") as client:
            return await client.request(method, f"{root}{path}", **named)

    with ThreadPoolExecutor(1) as own:  # a browser's loop may run in this one
        return own.submit(asyncio.run, send()).result()


@pytest.mark.parametrize("root", ["", "/news"])
def test_a_source_has_the_address_of_the_page_that_was_called(assistant: Assistant, root: str) -> None:
    messages = [{"role": "user", "content": "关于新桥的文章有几篇？"}]
    body = {"model": "bulletin", "messages": messages}
    made = call(assistant, "POST", "/v1/chat/completions", root=root, json=body).json()
    (source,) = made["choices"][0]["message"]["annotations"]
    assert source["url_citation"]["url"] == f"https://news.example{root}/?article=a/1"


def test_an_id_may_have_a_slash_in_it(assistant: Assistant) -> None:
    (issue,) = call(assistant, "GET", "/v1/issues?headlines=true").json()
    article = call(assistant, "GET", f"/v1/issues/{issue['id']}/articles/{issue['headlines'][0]['id']}")
    assert article.json()["title"] == "新桥通车"


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("/home/someone"), 500), (ArchiveDamagedError(ArchiveCode.NOT_A_FOLDER, location="/home"), 503)],
)
def test_a_fault_of_the_server_names_no_folder(
    assistant: Assistant, error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(assistant, "retrieve", fail)
    said = call(assistant, "POST", "/v1/search", json={"question": "新桥？"})
    assert (said.status_code, said.json()["error"]["code"]) == (status, "program.failed")
    assert "/home" not in said.text
