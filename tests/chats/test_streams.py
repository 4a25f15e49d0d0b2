"""Connections to platforms: the vendors' libraries on this side, a server that speaks their protocols on the other.

The libraries run in a process of their own: neither can be told to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from embeddings import BulletinError, Variable
from qa.chats.base import ChatMessage, ChatStream
from qa.chats.dingtalk import DingTalk
from qa.chats.groups import ChatGroups, platforms_from_environment
from qa.chats.streams import streams_from_environment
from qa.chats.wecom_robot import WeComRobot
from qa.cli.chats import listen
from qa.errors import ChatCode
from tests.chats.test_groups import WAIT, Vendor, assistant, vendor  # noqa: F401
from tests.chats.test_platforms import QUESTION, dingtalk
from tests.support.paths import ROOT

ROBOT = """
import sys
import threading
from qa.chats.streams import DingTalkStream, FeishuStream
kind, address = sys.argv[1:]
if kind == "wecom":
    import aibot.ws
    from qa.chats.wecom_robot import WeComRobot
    aibot.ws._SSL_CONTEXT = None  # the server of the test speaks without TLS
    stream = WeComRobot("cli", "secret", address=address)
else:
    stream = DingTalkStream("cli", "secret") if kind == "dingtalk" else FeishuStream("cli", "secret", address=address)
def take(message):
    print(message.id, message.speaker, message.text.strip(), sorted(message.place), sep="|", flush=True)
    if kind == "wecom":
        threading.Thread(target=stream.send, args=(message, "长120米")).start()
stream.listen(take)
"""


class Platform:
    """A vendor's side: where to connect is told by HTTP, and messages go over the connections that are made then."""

    def __init__(self) -> None:
        self._websockets = pytest.importorskip("websockets", reason="it comes with the vendors' libraries")
        self.asked: queue.Queue[tuple[str, Any]] = queue.Queue()  # for where to connect
        self.told: queue.Queue[Any] = queue.Queue()  # over the connections
        self.path: queue.Queue[str] = queue.Queue()  # of each connection
        self.where: Any = None  # what the next who asks is told
        self._connection: Any = None
        self._ready = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
        self._http.platform = self  # type: ignore[attr-defined]
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._serve, daemon=True).start()
        self._ready.wait(WAIT)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def hold(connection: Any) -> None:
            self._connection = connection
            self.path.put(connection.request.path)
            with contextlib.suppress(self._websockets.ConnectionClosed):
                async for told in connection:
                    self.told.put(told)

        async def begin() -> None:
            server = await self._websockets.serve(hold, "127.0.0.1", 0)
            self.socket = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()

        self._loop.create_task(begin())
        self._loop.run_forever()

    def send(self, told: str | bytes) -> None:
        asyncio.run_coroutine_threadsafe(self._connection.send(told), self._loop).result(WAIT)

    def cut(self) -> None:
        asyncio.run_coroutine_threadsafe(self._connection.close(1011), self._loop).result(WAIT)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._loop.call_soon_threadsafe(self._loop.stop)


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        platform: Platform = self.server.platform  # type: ignore[attr-defined]
        platform.asked.put((self.path, body))
        told = json.dumps(platform.where).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = Platform()
    yield made
    made.close()


class Robot:
    """The process that listens, and the lines that it prints of messages."""

    def __init__(self, kind: str, platform: Platform) -> None:
        environment = {
            **os.environ,
            "DINGTALK_OPENAPI_ENDPOINT": platform.address,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        address = platform.socket if kind == "wecom" else platform.address
        command = [sys.executable, "-c", ROBOT, kind, address]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.put(line.strip())

    def wait(self) -> str:
        """What it says on stderr, when it has ended by itself."""
        self._process.wait(WAIT)
        return self.close()

    def close(self) -> str:
        self._process.kill()
        return self._process.communicate()[1]


def test_dingtalk_tells_a_robot_that_has_no_address(platform: Platform) -> None:
    pytest.importorskip("dingtalk_stream")
    platform.where = {"endpoint": f"{platform.socket}/connect", "ticket": "t/1"}
    robot = Robot("dingtalk", platform)
    try:
        path, asked = platform.asked.get(timeout=WAIT)
        assert path == "/v1.0/gateway/connections/open"
        assert (asked["clientId"], asked["clientSecret"]) == ("cli", "secret")
        (topic,) = asked["subscriptions"]
        assert topic["type"] == "CALLBACK"
        assert platform.path.get(timeout=WAIT) == "/connect?ticket=t%2F1"
        for number, changed in (
            ("1", {}),
            ("2", {"msgtype": "picture"}),
            ("3", {"sessionWebhook": "https://a.example"}),
        ):
            headers = {"messageId": f"m{number}", "topic": topic["topic"], "contentType": "application/json"}
            data = dingtalk(number=number, **changed).body.decode()
            platform.send(json.dumps({"specVersion": "1.0", "type": "CALLBACK", "headers": headers, "data": data}))
            taken = json.loads(platform.told.get(timeout=WAIT))
            assert (taken["code"], taken["headers"]["messageId"]) == (200, f"m{number}")
        assert robot.lines.get(timeout=WAIT) == f"1|c/zhang|{QUESTION}|['address', 'staff']"
        # The platform moves who is connected from one machine to another now and then.
        headers = {"messageId": "m4", "topic": "disconnect"}
        platform.send(json.dumps({"specVersion": "1.0", "type": "SYSTEM", "headers": headers, "data": "{}"}))
        assert platform.asked.get(timeout=WAIT)[0] == path
        assert robot.lines.empty()
    finally:
        robot.close()


def test_feishu_tells_an_application_that_has_no_address(platform: Platform) -> None:
    pytest.importorskip("lark_oapi")
    frames = pytest.importorskip("lark_oapi.ws.pb.pbbp2_pb2")
    settings = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 60}
    url = f"{platform.socket}/connect?device_id=d&service_id=7"
    platform.where = {"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": settings}}
    robot = Robot("feishu", platform)
    try:
        assert platform.asked.get(timeout=WAIT) == ("/callback/ws/endpoint", {"AppID": "cli", "AppSecret": "secret"})
        assert platform.path.get(timeout=WAIT) == "/connect?device_id=d&service_id=7"
        for number in ("1", "2"):
            frame = frames.Frame(SeqID=1, LogID=1, service=7, method=1, payload=event(number))
            for name, value in (("type", "event"), ("message_id", "m"), ("trace_id", "t"), ("sum", "1"), ("seq", "0")):
                frame.headers.add(key=name, value=value)
            platform.send(frame.SerializeToString())
            taken = answer_to_an_event(platform, frames)
            assert json.loads(taken.payload)["code"] == 200
            assert robot.lines.get(timeout=WAIT) == f"{number}|oc_1/ou_zhang|{QUESTION}|['message']"
            platform.cut()
            assert platform.path.get(timeout=WAIT)
        # A secret that holds no more ends the process: nobody would see that it is not told any more.
        platform.where = {"code": 1000040346, "msg": "app_id or app_secret is wrong", "data": None}
        platform.cut()
        assert "app_secret is wrong" in robot.wait()
    finally:
        robot.close()


def event(number: str) -> bytes:
    message = {
        "message_id": f"om_{number}", "chat_id": "oc_1", "message_type": "text",
        "content": json.dumps({"text": f"@_user_1 {QUESTION}"}),
    }  # fmt: skip
    header = {"event_id": number, "event_type": "im.message.receive_v1", "token": "", "app_id": "cli"}
    told = {"message": message, "sender": {"sender_id": {"open_id": "ou_zhang"}, "sender_type": "user"}}
    return json.dumps({"schema": "2.0", "header": header, "event": told}).encode()


def answer_to_an_event(platform: Platform, frames: Any) -> Any:
    while True:  # signs of life come between
        frame = frames.Frame()
        frame.ParseFromString(platform.told.get(timeout=WAIT))
        if frame.method == 1:
            return frame


def test_wecom_tells_a_robot_that_has_no_address_and_takes_its_answer(platform: Platform) -> None:
    pytest.importorskip("aibot")
    robot = Robot("wecom", platform)
    try:
        let_in(platform, 0)
        picture = {"msgtype": "image", "image": {"url": "https://a.example/1", "aeskey": "k"}}
        words = {"msgtype": "text", "text": {"content": f"@公报 {QUESTION}"}}
        for number, changed in (
            ("1", words),
            ("2", picture),
            ("3", {"msgtype": "voice", "voice": {"content": QUESTION}, "chatid": None}),
            ("4", {"msgtype": "mixed", "mixed": {"msg_item": [words, picture]}}),
        ):
            body = {"msgid": number, "aibotid": "cli", "chattype": "group", "chatid": "c", "from": {"userid": "zhang"}}
            told = {"cmd": "aibot_msg_callback", "headers": {"req_id": f"r{number}"}, "body": {**body, **changed}}
            platform.send(json.dumps(told))
            if number == "2":
                continue
            group = "" if number == "3" else "c"
            assert robot.lines.get(timeout=WAIT) == f"{number}|{group}/zhang|{QUESTION}|['request']"
            answer = json.loads(platform.told.get(timeout=WAIT))
            assert (answer["cmd"], answer["headers"]) == ("aibot_respond_msg", {"req_id": f"r{number}"})
            stream = answer["body"]["stream"]
            assert (stream["content"], stream["finish"]) == ("长120米", True)
            platform.send(json.dumps({"headers": answer["headers"], "errcode": 0, "errmsg": "ok"}))
        platform.cut()
        let_in(platform, 40001)
        assert "invalid secret" in robot.wait()
    finally:
        robot.close()


def let_in(platform: Platform, code: int) -> None:
    """Answer a robot that says who it is."""
    asked = json.loads(platform.told.get(timeout=WAIT))
    assert (asked["cmd"], asked["body"]) == ("aibot_subscribe", {"bot_id": "cli", "secret": "secret"})
    platform.send(
        json.dumps({"headers": asked["headers"], "errcode": code, "errmsg": "invalid secret" if code else ""})
    )


def test_a_robot_of_wecom_without_a_connection_says_so() -> None:
    with pytest.raises(OSError, match="no connection"):
        WeComRobot("cli", "secret").send(ChatMessage("1", "c/zhang", QUESTION, {"request": "r"}), "长120米")


def test_answer_and_sources_are_one_message_where_a_platform_takes_one(assistant: Any) -> None:  # noqa: F811
    class Taking(WeComRobot):
        def send(self, message: ChatMessage, text: str) -> None:
            sent.append(text)

    sent: list[str] = []
    groups = ChatGroups(assistant, [Taking("cli", "secret")])
    groups.take("wecom", ChatMessage("1", "c/zhang", "早稻收完了吗？", {"request": "r"}))
    groups.take("wecom", ChatMessage("1", "c/zhang", "早稻收完了吗？", {"request": "r"}))
    while not sent:
        time.sleep(0.01)
    groups.close()
    assert len(sent) == 1
    assert "[1] 《种稻》" in sent[0]


def test_a_message_of_a_connection_is_answered_once(assistant: Any, vendor: Vendor) -> None:  # noqa: F811
    from qa.chats.posting import post_json

    def post(address: str, body: Any) -> dict[str, Any]:
        return post_json(f"{vendor.address}/{address.rpartition('/')[2]}", body)

    groups = ChatGroups(assistant, [DingTalk("secret", post=post)])
    place = {"address": "https://oapi.dingtalk.com/robot?session=s", "staff": "zhang"}
    message = ChatMessage("1", "c/zhang", "早稻收完了吗？", place)
    for _ in range(3):
        groups.take("dingtalk", message)
    assert vendor.arrived.acquire(timeout=WAIT)
    groups.close()
    answers = [body["text"]["content"] for _, body in vendor.taken]
    assert sum("早稻" in one and not one.startswith("[1]") for one in answers) == 1


class Ending:
    """A connection that ends."""

    platform = DingTalk("secret")

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def listen(self, take: Any) -> None:
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [None, OSError("no such host")])
def test_a_connection_that_ends_ends_the_command(error: Exception | None) -> None:
    streams: list[ChatStream] = [Ending(error)]
    with pytest.raises(BulletinError) as caught:
        listen(ChatGroups(None, [Ending.platform]), streams)  # type: ignore[arg-type]
    assert caught.value.code is ChatCode.STREAM_ENDED
    assert "no such host" in str(caught.value) or error is None


def test_a_platform_is_connected_to_or_calls_as_its_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.chats.streams.find_spec", lambda name: None if name == "dingtalk_stream" else name)
    for variable in Variable:
        monkeypatch.delenv(variable, raising=False)
    assert code_of_refusal() is ChatCode.NO_STREAM
    monkeypatch.setenv("BULLETIN_FEISHU_APP", "cli")
    assert code_of_refusal() is ChatCode.SET_IN_PART
    monkeypatch.setenv("BULLETIN_FEISHU_SECRET", "s")
    assert [one.platform.name for one in streams_from_environment()] == ["feishu"]
    assert platforms_from_environment() == []
    monkeypatch.setenv("BULLETIN_FEISHU_KEY", "k")
    assert code_of_refusal() is ChatCode.NO_STREAM
    assert [one.name for one in platforms_from_environment()] == ["feishu"]
    monkeypatch.setenv("BULLETIN_DINGTALK_CLIENT", "cli")
    assert code_of_refusal() is ChatCode.NO_LIBRARY
    monkeypatch.setattr("qa.chats.streams.find_spec", lambda name: name)
    assert code_of_refusal() is ChatCode.SET_IN_PART
    monkeypatch.setenv("BULLETIN_DINGTALK_SECRET", "s")
    assert [one.platform.name for one in streams_from_environment()] == ["dingtalk"]
    monkeypatch.setenv("BULLETIN_WECOM_ROBOT", "r")
    assert code_of_refusal() is ChatCode.SET_IN_PART
    monkeypatch.setenv("BULLETIN_WECOM_ROBOT_SECRET", "s")
    assert [one.platform.name for one in streams_from_environment()] == ["dingtalk", "wecom"]


def code_of_refusal() -> Any:
    with pytest.raises(BulletinError) as caught:
        streams_from_environment()
    return caught.value.code
