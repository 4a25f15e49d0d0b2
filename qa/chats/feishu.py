"""飞书: messages to an application, by its events.

Signature and encryption: https://open.feishu.cn/document/server-docs/event-subscription-guide — the signature is the
SHA-256 of time, nonce, Encrypt Key and body; the key is the SHA-256 of the Encrypt Key, and the first 16 bytes are the
vector. An event must be taken in three seconds, or it comes again with the same id; the answer is sent afterwards, with
a token that the application's secret buys for two hours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import quote

from qa.chats.base import Callback, ChatMessage, ChatRefusedError, ChatResponse, decrypt, require_recent, require_same
from qa.chats.posting import post_json
from qa.errors import ChatCode

ADDRESS = "https://open.feishu.cn/open-apis"
MESSAGE_EVENT = "im.message.receive_v1"
_TEXT_TAGS = frozenset({"text", "a"})  # of what stands in a rich text; mentions and pictures are others
_EARLY = 300  # seconds before its end that a token is bought anew


class Feishu:
    """An application of 飞书."""

    name = "feishu"
    most_bytes = 20_000  # the vendor takes 150,000; more than some screens nobody reads in a group
    answers_at_once = False

    def __init__(
        self,
        application: str,
        secret: str,
        key: str,
        *,
        address: str = ADDRESS,
        now: Callable[[], float] = time.time,
        post: Callable[..., dict[str, Any]] = post_json,
    ) -> None:
        self._application, self._secret, self._key = application, secret, key
        self._address, self._now, self._post = address, now, post
        self._lock = Lock()
        self._token, self._until = "", 0.0

    def read(self, callback: Callback) -> ChatMessage | ChatResponse:
        """As the Protocol says; the question whether this is the address has no signature, only the encryption."""
        event = self._opened(callback.body)
        if event.get("type") == "url_verification":
            return ChatResponse(json.dumps({"challenge": str(event.get("challenge", ""))}).encode("utf-8"))
        moment, nonce = (callback.headers.get(f"x-lark-request-{name}", "") for name in ("timestamp", "nonce"))
        signed = hashlib.sha256(f"{moment}{nonce}{self._key}".encode() + callback.body).hexdigest()
        require_same(callback.headers.get("x-lark-signature", ""), signed)
        require_recent(moment, self._now())
        return read_event(event) or ChatResponse(b"{}")

    def response(self, message: ChatMessage, text: str) -> ChatResponse:
        """Nothing but that the event came."""
        return ChatResponse(b"{}")

    def send(self, message: ChatMessage, text: str) -> None:
        """As the Protocol says: as a reply, so that in a group it is seen to which question."""
        content = json.dumps({"text": text}, ensure_ascii=False)
        where = f"{self._address}/im/v1/messages/{quote(message.place['message'], safe='')}/reply"
        headers = {"Authorization": f"Bearer {self._bought()}"}
        told = self._post(where, {"msg_type": "text", "content": content}, headers=headers)
        if told.get("code", 0):
            raise OSError(f"feishu answered {told.get('code')}")

    def _bought(self) -> str:
        """A token for sending."""
        with self._lock:
            if self._now() >= self._until:
                where = f"{self._address}/auth/v3/tenant_access_token/internal"
                told = self._post(where, {"app_id": self._application, "app_secret": self._secret})
                if told.get("code", 0):
                    raise OSError(f"feishu answered {told.get('code')}")
                self._token = str(told["tenant_access_token"])
                self._until = self._now() + float(told.get("expire", 0)) - _EARLY
            return self._token

    def _opened(self, body: bytes) -> dict[str, Any]:
        try:
            sealed = base64.b64decode(json.loads(body)["encrypt"], validate=True)
            key = hashlib.sha256(self._key.encode("utf-8")).digest()
            event = json.loads(decrypt(key, sealed[:16], sealed[16:], block=16))
        except (binascii.Error, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ChatRefusedError(ChatCode.UNREADABLE) from error
        if not isinstance(event, dict):
            raise ChatRefusedError(ChatCode.UNREADABLE)
        return event


def read_event(event: Any) -> ChatMessage | None:
    """The message that an event tells of; None for another event, a picture and the like. Raises ChatRefusedError."""
    try:
        return _message(event)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ChatRefusedError(ChatCode.UNREADABLE) from error


def _message(event: dict[str, Any]) -> ChatMessage | None:
    header, told = event["header"], event["event"]
    if header["event_type"] != MESSAGE_EVENT:
        return None
    message = told["message"]
    content = json.loads(message["content"])
    if message["message_type"] == "text":
        # Whoever is mentioned stands as @_user_1.
        text = re.sub(r"@_(user_\d+|all)\s*", "", str(content["text"]))
    elif message["message_type"] == "post":
        texts = [one["text"] for line in content["content"] for one in line if one["tag"] in _TEXT_TAGS]
        text = " ".join([str(content.get("title") or ""), *map(str, texts)]).strip()
    else:
        text = ""
    if not text.strip():
        return None
    speaker = f"{message['chat_id']}/{told['sender']['sender_id'].get('open_id', '')}"
    return ChatMessage(str(header["event_id"]), speaker, text, {"message": str(message["message_id"])})
