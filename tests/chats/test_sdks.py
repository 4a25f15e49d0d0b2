"""The vendors' own libraries as the other side: what they sign and seal is read, and what is answered they can open.

What no library has stays a replay of the documents: the signature of 钉钉's callback.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from lxml import etree

from qa.chats.base import Callback, ChatMessage, ChatRefusedError
from qa.chats.dingtalk import DingTalk
from qa.chats.feishu import Feishu
from qa.chats.posting import post_json
from qa.chats.wecom import WeCom
from qa.errors import ChatCode
from tests.chats.test_platforms import KEY, NOW, QUESTION, RECEIVER, SECRET, TOKEN, dingtalk, feishu, now

SECONDS = str(int(NOW))


class Recorded(BaseHTTPRequestHandler):
    """Takes every request, and answers as both platforms do."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers.get("Authorization"), body))  # type: ignore[attr-defined]
        told = json.dumps({"code": 0, "errcode": 0, "tenant_access_token": "t-1", "expire": 7200, "data": {}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def vendor() -> Iterator[tuple[str, list[Any]]]:
    """An address that stands for a vendor's, and what came there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", server.seen  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


class TestWeCom:
    @pytest.fixture
    def crypto(self) -> Any:
        return pytest.importorskip("wechatpy.enterprise.crypto").WeChatCrypto(TOKEN, KEY, RECEIVER)

    def sealed(self, crypto: Any, text: str) -> dict[str, str]:
        return {one.tag: one.text or "" for one in etree.fromstring(crypto.encrypt_message(text, "7", SECONDS))}

    @pytest.mark.parametrize("length", [1, 11, 12, 31, 32, 400])
    def test_what_the_library_seals_is_read(self, crypto: Any, length: int) -> None:
        asked = QUESTION * length
        message = (
            f"<xml><ToUserName>{RECEIVER}</ToUserName><FromUserName>zhang</FromUserName><CreateTime>1</CreateTime>"
            f"<MsgType>text</MsgType><Content><![CDATA[{asked}]]></Content><MsgId>42</MsgId><AgentID>1</AgentID></xml>"
        )
        made = self.sealed(crypto, message)
        query = {"msg_signature": made["MsgSignature"], "timestamp": SECONDS, "nonce": "7"}
        body = f"<xml><Encrypt><![CDATA[{made['Encrypt']}]]></Encrypt></xml>".encode()
        read = WeCom(TOKEN, KEY, RECEIVER, now=now).read(Callback("POST", query, {}, body))
        assert isinstance(read, ChatMessage)
        assert (read.id, read.text, read.speaker) == ("42", asked, "zhang")

    def test_the_address_is_proved_as_the_library_would(self, crypto: Any) -> None:
        made = self.sealed(crypto, "1616140317555161061")
        query = {
            "msg_signature": made["MsgSignature"], "timestamp": SECONDS, "nonce": "7", "echostr": made["Encrypt"],
        }  # fmt: skip
        told = WeCom(TOKEN, KEY, RECEIVER, now=now).read(Callback("GET", query, {}, b""))
        proved = crypto.check_signature(made["MsgSignature"], SECONDS, "7", made["Encrypt"])
        assert told.body.decode() == proved == "1616140317555161061"  # type: ignore[union-attr]

    @pytest.mark.parametrize("answer", ["长120米", "答" * 700, "a<b>&c"])
    def test_the_library_opens_what_is_answered(self, crypto: Any, answer: str) -> None:
        pytest.importorskip("xmltodict")
        platform = WeCom(TOKEN, KEY, RECEIVER, now=now)
        message = ChatMessage("1", "zhang", QUESTION, {"to": "zhang", "from": RECEIVER})
        body = platform.response(message, answer).body
        outer = {one.tag: one.text or "" for one in etree.fromstring(body)}
        opened = crypto.decrypt_message(body, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        fields = {one.tag: one.text or "" for one in etree.fromstring(opened)}
        assert (fields["ToUserName"], fields["FromUserName"], fields["MsgType"]) == ("zhang", RECEIVER, "text")
        assert fields["Content"] == answer
        library = pytest.importorskip("wechatpy.exceptions")
        with pytest.raises(library.InvalidSignatureException):
            crypto.decrypt_message(body, outer["MsgSignature"], outer["TimeStamp"], "8")


class TestFeishu:
    @pytest.fixture(scope="class")
    def lark(self) -> Any:
        return pytest.importorskip("lark_oapi")

    def receive(self, lark: Any, callback: Callback) -> tuple[int, list[Any], bytes]:
        """What the library makes of a request: status, events, body."""
        events: list[Any] = []
        handler = lark.EventDispatcherHandler.builder(SECRET, "").register_p2_im_message_receive_v1(events.append)
        request = pytest.importorskip("lark_oapi.core.model").RawRequest()
        request.uri, request.body = "/chats/feishu", callback.body
        request.headers = {
            "-".join(part.capitalize() for part in name.split("-")): value for name, value in callback.headers.items()
        }
        response = handler.build().do(request)
        return response.status_code, events, response.content

    def test_both_take_the_same_requests(self, lark: Any) -> None:
        callback = feishu(number="42")
        status, events, _ = self.receive(lark, callback)
        assert (status, len(events)) == (200, 1)
        read = Feishu("cli_1", "app-secret", SECRET, now=now).read(callback)
        assert isinstance(read, ChatMessage)
        assert read.place["message"] == events[0].event.message.message_id == "om_42"
        assert read.id == events[0].header.event_id
        assert read.text.strip() == json.loads(events[0].event.message.content)["text"].split(" ")[1]

    @pytest.mark.parametrize("part", ["body", "x-lark-request-nonce", "x-lark-request-timestamp", "x-lark-signature"])
    def test_both_refuse_the_same_requests(self, lark: Any, part: str) -> None:
        made = feishu()
        changed = {**made.headers, **({part: made.headers[part] + "1"} if part != "body" else {})}
        callback = Callback("POST", {}, changed, made.body + (b" " if part == "body" else b""))
        assert self.receive(lark, callback)[:2] == (500, [])
        with pytest.raises(ChatRefusedError) as caught:
            Feishu("cli_1", "app-secret", SECRET, now=now).read(callback)
        assert caught.value.code is ChatCode.BAD_SIGNATURE

    def test_both_prove_the_address_alike(self, lark: Any) -> None:
        asked = feishu(event={"type": "url_verification", "challenge": "ajls384k"})
        ours = Feishu("cli_1", "app-secret", SECRET, now=now).read(Callback("POST", {}, {}, asked.body))
        assert json.loads(ours.body) == json.loads(self.receive(lark, asked)[2])  # type: ignore[union-attr]

    def test_both_reply_alike(self, lark: Any, vendor: tuple[str, list[Any]]) -> None:
        im = pytest.importorskip("lark_oapi.api.im.v1")
        address, seen = vendor
        body = im.ReplyMessageRequestBody.builder().content(json.dumps({"text": "长120米"}, ensure_ascii=False))
        request = im.ReplyMessageRequest.builder().message_id("om_1").request_body(body.msg_type("text").build())
        client = lark.Client.builder().app_id("cli_9").app_secret("app-secret").domain(address).build()
        assert client.im.v1.message.reply(request.build()).code == 0
        theirs = list(seen)
        seen.clear()
        ours = Feishu("cli_9", "app-secret", SECRET, address=f"{address}/open-apis", now=now)
        ours.send(ChatMessage("1", "zhang", QUESTION, {"message": "om_1"}), "长120米")
        assert seen == theirs


class TestDingTalk:
    @pytest.fixture(scope="class")
    def library(self) -> Any:
        return pytest.importorskip("dingtalk_stream")

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {
                "msgtype": "richText",
                "content": {"richText": [{"text": QUESTION}, {"downloadCode": "x"}, {"text": "？"}]},
            },
        ],
    )
    def test_both_read_the_same_of_a_message(self, library: Any, changed: dict[str, Any]) -> None:
        callback = dingtalk(number="42", senderId="$:LWCP", **changed)
        theirs = library.ChatbotMessage.from_dict(json.loads(callback.body))
        ours = DingTalk(SECRET, now=now).read(callback)
        assert isinstance(ours, ChatMessage)
        assert (ours.id, ours.text) == (theirs.message_id, "".join(theirs.get_text_list()))
        assert ours.speaker == f"{theirs.conversation_id}/{theirs.sender_staff_id}"
        assert ours.place["address"] == theirs.session_webhook

    def test_both_reply_alike(self, library: Any, vendor: tuple[str, list[Any]]) -> None:
        address, seen = vendor
        message = library.ChatbotMessage.from_dict(json.loads(dingtalk().body))
        message.session_webhook = f"{address}/robot/sendBySession?session=s"
        library.ChatbotHandler().reply_text("长120米", message)
        theirs = list(seen)
        seen.clear()
        place = {"address": message.session_webhook, "staff": "zhang"}
        DingTalk(SECRET, now=now, post=post_json).send(ChatMessage("1", "c/zhang", QUESTION, place), "长120米")
        assert seen == theirs


def test_a_robot_that_is_refused_is_an_error() -> None:
    platform = DingTalk(SECRET, now=now, post=lambda *_: {"errcode": 310000})
    read = platform.read(dingtalk())
    assert isinstance(read, ChatMessage)
    with pytest.raises(OSError, match="310000"):
        platform.send(read, "长120米")


def test_a_rich_text_asks_with_its_words() -> None:
    lines = [[{"tag": "at", "user_id": "@_user_1"}, {"tag": "text", "text": "新桥"}], [{"tag": "a", "text": "多长？"}]]
    message = {
        "message_id": "om_1", "chat_id": "oc_1", "message_type": "post",
        "content": json.dumps({"title": "", "content": [*lines, [{"tag": "img", "image_key": "k"}]]}),
    }  # fmt: skip
    told = {
        "schema": "2.0", "header": {"event_id": "9", "event_type": "im.message.receive_v1"},
        "event": {"message": message, "sender": {"sender_id": {"open_id": "ou_zhang"}}},
    }  # fmt: skip
    read = Feishu("cli_1", "app-secret", SECRET, now=now).read(feishu(event=told))
    assert isinstance(read, ChatMessage)
    assert read.text == "新桥 多长？"
