"""Messages of chat groups from the request over HTTP to the answer: once each, by speaker, in the length that fits."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from embeddings import Archive, BulletinError, Variable, build
from qa import Assistant
from qa.chats.base import ChatPlatform, decrypt
from qa.chats.dingtalk import DingTalk
from qa.chats.feishu import Feishu
from qa.chats.groups import ChatGroups, cut, fitting, platforms_from_environment
from qa.chats.posting import TRIES, post_json
from qa.chats.routes import chat_routes
from qa.chats.wecom import WeCom
from qa.errors import ChatCode
from tests.chats import test_platforms as made
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue
from tests.support.pages import free_port

WAIT = 60.0


class Vendor(ThreadingHTTPServer):
    """The vendor's side: what it was sent, and how often it fails before it takes anything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, Any]] = []
        self.failing = 0
        self.arrived = threading.Semaphore(0)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taking(BaseHTTPRequestHandler):
    server: Vendor

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failing > 0:
            self.server.failing -= 1
            self.send_error(503)
            return
        self.server.taken.append((self.path, body))
        told = json.dumps({"code": 0, "tenant_access_token": "t", "expire": 7200}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)
        self.server.arrived.release()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def assistant(tmp_path: Path, counting: CountingEncoder) -> Assistant:
    rows = [
        {"title": "新桥通车", "text": "新桥九月十二日通车，全长一百二十米。"},
        {"title": "种稻", "text": "早稻收完。"},
    ]
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Assistant(Archive.open(tmp_path / "archive"), counting)


@pytest.fixture
def groups(assistant: Assistant, vendor: Vendor) -> Iterator[ChatGroups]:
    def post(address: str, body: Any, **named: Any) -> dict[str, Any]:
        # The address of the vendor was looked at before.
        path = address.split("dingtalk.com", 1)[-1] if "dingtalk.com" in address else address
        return post_json(path if path.startswith("http") else f"{vendor.address}{path}", body, **named)

    platforms: list[ChatPlatform] = [
        WeCom(made.TOKEN, made.KEY, made.RECEIVER, now=made.now),
        DingTalk(made.SECRET, now=made.now, post=post),
        Feishu("cli_1", "s", made.SECRET, address=vendor.address, now=made.now, post=post_json),
    ]
    chats = ChatGroups(assistant, platforms)
    yield chats
    chats.close()


@pytest.fixture
def address(groups: ChatGroups) -> Iterator[str]:
    """A real server with the addresses of the platforms."""
    port = free_port()
    config = uvicorn.Config(Starlette(routes=chat_routes(groups)), port=port, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}/chats"
    server.should_exit = True
    thread.join(timeout=WAIT)


def call(address: str, name: str, callback: Any) -> httpx.Response:
    with httpx.Client(timeout=WAIT, trust_env=False) as client:
        return client.request(
            callback.method, f"{address}/{name}", params=callback.query, headers=callback.headers, content=callback.body
        )


def opened(response: httpx.Response) -> str:
    """What an answer to 企业微信 says."""
    import base64

    from lxml import etree

    sealed = etree.fromstring(response.content).findtext("Encrypt")
    plain = decrypt(bytes(range(32)), bytes(range(16)), base64.b64decode(sealed), block=32)
    length = int.from_bytes(plain[16:20], "big")
    return str(etree.fromstring(plain[20 : 20 + length]).findtext("Content"))


def test_wecom_is_answered_in_the_response_and_a_repeated_message_is_asked_once(
    address: str, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = assistant.ask

    def counted(question: str, **named: Any) -> Any:
        asked.append(question)
        return ask(question, **named)

    monkeypatch.setattr(assistant, "ask", counted)
    callback = made.wecom("关于新桥的文章有几篇？")
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: opened(call(address, "wecom", callback)), range(3)))
    assert len(set(answers)) == 1
    assert "1篇" in answers[0]
    assert "《新桥通车》" in answers[0]
    assert asked == ["关于新桥的文章有几篇？"]


@pytest.mark.parametrize("name", ["dingtalk", "feishu"])
def test_the_others_are_answered_afterwards_the_answer_first(address: str, vendor: Vendor, name: str) -> None:
    vendor.failing = 1
    callback = made.PLATFORMS[name][1]("关于新桥的文章有几篇？", number="5")
    for _ in range(3):
        taken = call(address, name, callback)
        assert (taken.status_code, taken.json()) == (200, {})
    for _ in range(2 + (name == "feishu")):
        assert vendor.arrived.acquire(timeout=WAIT)
    said = [json.dumps(body, ensure_ascii=False) for path, body in vendor.taken if "token" not in path]
    assert len(said) == 2
    assert "1篇" in said[0]
    assert "[1] 《新桥通车》" not in said[0]
    assert "[1] 《新桥通车》" in said[1]
    assert not vendor.arrived.acquire(timeout=0.2)


def test_a_follow_up_leans_on_its_speakers_question_and_on_no_other(
    groups: ChatGroups, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str | None] = {}
    ask = assistant.ask

    def noted(question: str, *, before: Any = None, **named: Any) -> Any:
        seen[question] = before.question if before else None
        return ask(question, before=before, **named)

    monkeypatch.setattr(assistant, "ask", noted)
    said = made.dingtalk
    groups.answer("dingtalk", said("关于新桥的文章有几篇？", number="1"))
    groups.answer("dingtalk", said("关于早稻的文章有几篇？", number="2", senderStaffId="li"))
    groups._threads.submit(int).result()
    for future in list(groups._taken.values()):
        future.result()
    groups.answer("dingtalk", said("那里呢？", number="3"))
    for future in list(groups._taken.values()):
        future.result()
    assert seen == {
        "关于新桥的文章有几篇？": None, "关于早稻的文章有几篇？": None, "那里呢？": "关于新桥的文章有几篇？",
    }  # fmt: skip


def test_what_cannot_be_asked_is_told_in_the_group(address: str) -> None:
    assert "问题" in opened(call(address, "wecom", made.wecom("   ", number="8")))


def test_a_forged_request_is_refused_and_so_is_a_platform_that_is_not_set(address: str) -> None:
    from dataclasses import replace

    forged = replace(made.dingtalk(), headers={"timestamp": "1", "sign": "x"})
    said = call(address, "dingtalk", forged)
    assert (said.status_code, said.json()["error"]["code"]) == (403, "chat.bad_signature")
    assert call(address, "slack", forged).status_code == 404


@pytest.mark.parametrize("most", [30, 100, 101, 102, 2048])
def test_a_message_is_cut_between_characters_and_its_sources_first(most: int) -> None:
    answer, sources = "桥长一百二十米。" * 3, "出处" * 60
    parts = fitting((answer, sources), most)
    assert sum(len(part.encode()) for part in parts) <= most
    assert "\ufffd" not in "".join(parts)
    if most >= len(answer.encode()):
        assert parts[0] == answer
    assert cut("短", 3) == "短"
    assert cut("长长长长长", 12) == "长长……"


def test_a_vendor_that_fails_is_asked_again_and_then_given_up(vendor: Vendor) -> None:
    waited: list[float] = []
    vendor.failing = TRIES - 1
    assert post_json(vendor.address, {}, sleep=waited.append)["code"] == 0
    assert len(waited) == TRIES - 1
    vendor.failing = TRIES
    with pytest.raises(OSError):
        post_json(vendor.address, {}, sleep=waited.append)


def test_platforms_are_those_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in Variable:
        monkeypatch.delenv(variable, raising=False)
    assert platforms_from_environment() == []
    monkeypatch.setenv("BULLETIN_DINGTALK_SECRET", "s")
    monkeypatch.setenv("BULLETIN_WECOM_TOKEN", made.TOKEN)
    with pytest.raises(BulletinError) as caught:
        platforms_from_environment()
    assert caught.value.code is ChatCode.SET_IN_PART
    monkeypatch.setenv("BULLETIN_WECOM_KEY", made.KEY)
    monkeypatch.setenv("BULLETIN_WECOM_ID", made.RECEIVER)
    assert [one.name for one in platforms_from_environment()] == ["wecom", "dingtalk"]
