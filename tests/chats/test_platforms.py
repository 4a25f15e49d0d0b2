"""Requests of three platforms, made here by the algorithms of their vendors: read, tampered with, kept for later."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from qa.chats.base import Callback, ChatMessage, ChatRefusedError, ChatResponse, decrypt, encrypt, sha1_of
from qa.chats.dingtalk import DingTalk
from qa.chats.feishu import Feishu
from qa.chats.wecom import WeCom
from qa.errors import ChatCode

NOW = 1_760_000_000.0
TOKEN, RECEIVER = "QDG6eK", "wx5823bf96d3bd56c7"
KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
SECRET = "a-secret-of-a-robot"
QUESTION = "新桥多长？"


def now() -> float:
    return NOW


def wecom_sealed(text: str, *, receiver: str = RECEIVER) -> str:
    raw = text.encode()
    whole = b"0123456789abcdef" + len(raw).to_bytes(4, "big") + raw + receiver.encode()
    return base64.b64encode(encrypt(bytes(range(32)), bytes(range(16)), whole, block=32)).decode()


def wecom(text: str = QUESTION, *, number: str = "1", moment: float = NOW, receiver: str = RECEIVER) -> Callback:
    message = (
        f"<xml><ToUserName>{RECEIVER}</ToUserName><FromUserName>zhang</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    )
    sealed, seconds = wecom_sealed(message, receiver=receiver), str(int(moment))
    query = {"msg_signature": sha1_of(TOKEN, seconds, "7", sealed), "timestamp": seconds, "nonce": "7"}
    return Callback("POST", query, {}, f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode())


def dingtalk(text: str = QUESTION, *, number: str = "1", moment: float = NOW, **changed: Any) -> Callback:
    milliseconds = str(int(moment * 1000))
    digest = hmac.new(SECRET.encode(), f"{milliseconds}\n{SECRET}".encode(), hashlib.sha256).digest()
    body = {
        "msgtype": "text", "msgId": number, "conversationId": "c", "senderStaffId": "zhang",
        "text": {"content": f" {text}"}, "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=s",
        **changed,
    }  # fmt: skip
    headers = {"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()}
    return Callback("POST", {}, headers, json.dumps(body).encode())


def feishu(text: str = QUESTION, *, number: str = "1", moment: float = NOW, event: Any = None) -> Callback:
    message = {
        "message_id": f"om_{number}", "chat_id": "oc_1", "message_type": "text",
        "content": json.dumps({"text": f"@_user_1 {text}"}),
    }  # fmt: skip
    told = {
        "schema": "2.0", "header": {"event_id": number, "event_type": "im.message.receive_v1"},
        "event": {"message": message, "sender": {"sender_id": {"open_id": "ou_zhang"}}},
    }  # fmt: skip
    key = hashlib.sha256(SECRET.encode()).digest()
    vector = bytes(range(16))
    sealed = vector + encrypt(key, vector, json.dumps(event or told).encode(), block=16)
    body = json.dumps({"encrypt": base64.b64encode(sealed).decode()}).encode()
    seconds = str(int(moment))
    signed = hashlib.sha256(f"{seconds}7{SECRET}".encode() + body).hexdigest()
    headers = {"x-lark-request-timestamp": seconds, "x-lark-request-nonce": "7", "x-lark-signature": signed}
    return Callback("POST", {}, headers, body)


PLATFORMS: dict[str, tuple[Any, Callable[..., Callback]]] = {
    "wecom": (WeCom(TOKEN, KEY, RECEIVER, now=now), wecom),
    "dingtalk": (DingTalk(SECRET, now=now), dingtalk),
    "feishu": (Feishu("cli_1", "app-secret", SECRET, now=now), feishu),
}
each = pytest.mark.parametrize("name", PLATFORMS)


def refused(platform: Any, callback: Callback) -> Any:
    with pytest.raises(ChatRefusedError) as caught:
        platform.read(callback)
    return caught.value.code


@each
def test_a_signed_message_is_read(name: str) -> None:
    platform, make = PLATFORMS[name]
    read = platform.read(make(number="42"))
    assert isinstance(read, ChatMessage)
    assert (read.id, read.text.strip()) == ("42", QUESTION)
    assert "zhang" in read.speaker


@each
def test_a_message_with_another_signature_is_refused(name: str) -> None:
    platform, make = PLATFORMS[name]
    callback = make()
    if name == "wecom":
        changed = replace(callback, query={**callback.query, "nonce": "8"})
    elif name == "dingtalk":
        changed = replace(callback, headers={**callback.headers, "sign": "AAAA"})
    else:
        changed = replace(callback, body=callback.body + b" ")
    assert refused(platform, changed) is ChatCode.BAD_SIGNATURE
    assert refused(platform, replace(changed, query={}, headers={})) is ChatCode.BAD_SIGNATURE


@each
@pytest.mark.parametrize("seconds", [-3700, 3700])
def test_a_message_that_was_kept_for_an_hour_is_refused(name: str, seconds: float) -> None:
    platform, make = PLATFORMS[name]
    assert refused(platform, make(moment=NOW + seconds)) is ChatCode.STALE
    assert isinstance(platform.read(make(moment=NOW + seconds / 2)), ChatMessage)


@each
@pytest.mark.parametrize("body", [b"", b"{}", b"<xml/>", b"\xff", b"[" * 100_000, b'{"encrypt": 5}'])
def test_a_body_that_is_none_is_refused(name: str, body: bytes) -> None:
    platform, make = PLATFORMS[name]
    assert refused(platform, replace(make(), body=body)) in (ChatCode.UNREADABLE, ChatCode.BAD_SIGNATURE)


def test_a_ciphertext_that_was_changed_is_no_text() -> None:
    sealed = encrypt(bytes(32), bytes(16), b"text", block=16)
    assert decrypt(bytes(32), bytes(16), sealed, block=16) == b"text"
    for wrong in (sealed[:-1], sealed + b"x", b"", bytes(16)):
        with pytest.raises(ChatRefusedError):
            decrypt(bytes(32), bytes(16), wrong, block=16)


def test_wecom_is_told_that_this_is_the_address_and_for_whom() -> None:
    platform = PLATFORMS["wecom"][0]
    sealed, seconds = wecom_sealed("1616140317555161061"), str(int(NOW))
    query = {"msg_signature": sha1_of(TOKEN, seconds, "7", sealed), "timestamp": seconds, "nonce": "7"}
    told = platform.read(Callback("GET", {**query, "echostr": sealed}, {}, b""))
    assert (told.body, told.media_type) == (b"1616140317555161061", "text/plain")
    assert refused(platform, wecom(receiver="another")) is ChatCode.OTHER_RECEIVER


def test_wecom_gets_an_answer_that_it_can_open() -> None:
    platform = PLATFORMS["wecom"][0]
    response = platform.response(platform.read(wecom()), "长120米 <b>&\x00")
    fields = {one.tag: one.text or "" for one in etree.fromstring(response.body)}
    sealed = fields["Encrypt"]
    assert fields["MsgSignature"] == sha1_of(TOKEN, fields["TimeStamp"], fields["Nonce"], sealed)
    plain = decrypt(bytes(range(32)), bytes(range(16)), base64.b64decode(sealed), block=32)
    length = int.from_bytes(plain[16:20], "big")
    assert plain[20 + length :].decode() == RECEIVER
    answer = {one.tag: one.text for one in etree.fromstring(plain[20 : 20 + length])}
    assert (answer["ToUserName"], answer["Content"]) == ("zhang", "长120米 <b>&")


def test_wecom_reads_no_entity() -> None:
    platform = PLATFORMS["wecom"][0]
    sealed = wecom_sealed(
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><MsgType>text</MsgType><MsgId>1</MsgId>'
        "<Content>a&e;</Content></xml>"
    )
    seconds = str(int(NOW))
    query = {"msg_signature": sha1_of(TOKEN, seconds, "7", sealed), "timestamp": seconds, "nonce": "7"}
    read = platform.read(Callback("POST", query, {}, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()))
    assert "root" not in read.text


def test_a_key_that_is_too_short_is_told() -> None:
    for key in ("", "abc", KEY[:-1], "好" * 43):
        with pytest.raises(ChatRefusedError) as caught:
            WeCom(TOKEN, key, RECEIVER)
        assert caught.value.code is ChatCode.BAD_KEY


@pytest.mark.parametrize(
    "address",
    ["http://oapi.dingtalk.com/x", "https://evil.example/", "https://oapi.dingtalk.com.evil.example/",
     "https://oapi.dingtalk.com@evil.example/", "https://oapi.dingtalk.com:8443/", "file:///etc/passwd"],
)  # fmt: skip
def test_dingtalk_is_answered_at_its_own_host_alone(address: str) -> None:
    assert refused(PLATFORMS["dingtalk"][0], dingtalk(sessionWebhook=address)) is ChatCode.OTHER_RECEIVER


def test_feishu_is_told_that_this_is_the_address() -> None:
    platform = PLATFORMS["feishu"][0]
    asked = replace(feishu(event={"type": "url_verification", "challenge": "ajls384k"}), headers={})
    assert json.loads(platform.read(asked).body) == {"challenge": "ajls384k"}


@each
def test_what_is_no_text_is_taken_and_not_answered(name: str) -> None:
    platform, _ = PLATFORMS[name]
    if name == "dingtalk":
        callback = dingtalk(msgtype="picture")
    elif name == "feishu":
        told = {"header": {"event_id": "1", "event_type": "im.chat.updated_v1"}, "event": {}}
        callback = feishu(event=told)
    else:
        sealed, seconds = wecom_sealed("<xml><MsgType>image</MsgType><MsgId>1</MsgId></xml>"), str(int(NOW))
        query = {"msg_signature": sha1_of(TOKEN, seconds, "7", sealed), "timestamp": seconds, "nonce": "7"}
        callback = Callback("POST", query, {}, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode())
    assert isinstance(platform.read(callback), ChatResponse)


def test_feishu_buys_a_token_for_as_long_as_it_lasts() -> None:
    posted: list[tuple[str, Any, Any]] = []
    clock = [NOW]

    def post(address: str, body: Any, *, headers: Any = None) -> dict[str, Any]:
        posted.append((address, body, headers))
        return {"code": 0, "tenant_access_token": f"t-{len(posted)}", "expire": 7200}

    platform = Feishu("cli_1", "app-secret", SECRET, now=lambda: clock[0], post=post)
    message = platform.read(feishu(number="9"))
    assert isinstance(message, ChatMessage)
    platform.send(message, "长120米")
    platform.send(message, "出处")
    clock[0] += 7000
    platform.send(message, "后来")
    bought = [address for address, _, _ in posted if address.endswith("/tenant_access_token/internal")]
    assert len(bought) == 2
    address, body, headers = posted[1]
    assert address == "https://open.feishu.cn/open-apis/im/v1/messages/om_9/reply"
    assert (json.loads(body["content"]), headers) == ({"text": "长120米"}, {"Authorization": "Bearer t-1"})


def test_feishu_that_refuses_is_an_error() -> None:
    platform = Feishu("cli_1", "x", SECRET, now=now, post=lambda *_, **__: {"code": 99991663})
    message = platform.read(feishu())
    assert isinstance(message, ChatMessage)
    with pytest.raises(OSError, match="99991663"):
        platform.send(message, "长120米")
