"""钉钉: messages to a robot, by its callback.

Signature: https://open.dingtalk.com/document/orgapp/receive-message — base64 of the HMAC-SHA256, by the application's
secret, of time (in milliseconds), a line feed and the secret; more than an hour off is refused. Answers go to the
`sessionWebhook` that comes with a message, and only to the vendor's host.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from qa.chats.base import Callback, ChatMessage, ChatRefusedError, ChatResponse, require_recent, require_same
from qa.chats.posting import post_json
from qa.errors import ChatCode

HOSTS = frozenset({"oapi.dingtalk.com", "api.dingtalk.com"})


class DingTalk:
    """A robot of 钉钉."""

    name = "dingtalk"
    most_bytes = 6000  # the vendor takes 20,000 of a whole request; a longer text is folded away
    answers_at_once = False

    def __init__(
        self, secret: str, *, now: Callable[[], float] = time.time, post: Callable[..., dict[str, Any]] = post_json
    ) -> None:
        self._secret, self._now, self._post = secret, now, post

    def read(self, callback: Callback) -> ChatMessage | ChatResponse:
        """As the Protocol says. The signature does not bind the body, so that only the vendor's host is answered."""
        moment = callback.headers.get("timestamp", "")
        digest = hmac.new(self._secret.encode("utf-8"), f"{moment}\n{self._secret}".encode(), hashlib.sha256).digest()
        require_same(callback.headers.get("sign", ""), base64.b64encode(digest).decode("ascii"))
        require_recent(moment[:-3], self._now())
        try:
            told = json.loads(callback.body)
        except (ValueError, RecursionError) as error:
            raise ChatRefusedError(ChatCode.UNREADABLE) from error
        return read_message(told) or ChatResponse(b"{}")

    def response(self, message: ChatMessage, text: str) -> ChatResponse:
        """Nothing but that the request came."""
        return ChatResponse(b"{}")

    def send(self, message: ChatMessage, text: str) -> None:
        """As the Protocol says; whoever asked is told of it, where the platform says who of the company that is."""
        staff = message.place.get("staff")
        notified = {"at": {"atUserIds": [staff]}} if staff else {}
        told = self._post(message.place["address"], {"msgtype": "text", "text": {"content": text}, **notified})
        if told.get("errcode", 0):
            raise OSError(f"dingtalk answered {told.get('errcode')}")


def read_message(told: Any) -> ChatMessage | None:
    """The message that the robot is told of; None for a picture and the like.

    Raises ChatRefusedError for what is no message, and for one whose answer would not go to the vendor.
    """
    try:
        text = _text(told)
        if text is None:
            return None
        where, staff = str(told["sessionWebhook"]), str(told.get("senderStaffId") or "")
        speaker = f"{told['conversationId']}/{staff or told.get('senderId', '')}"
        message = ChatMessage(str(told["msgId"]), speaker, text, {"address": where, "staff": staff})
        address = urlsplit(where)
        is_vendors = address.scheme == "https" and address.hostname in HOSTS and address.port in (None, 443)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ChatRefusedError(ChatCode.UNREADABLE) from error
    if not is_vendors:
        raise ChatRefusedError(ChatCode.OTHER_RECEIVER)
    return message


def _text(told: dict[str, Any]) -> str | None:
    """What a message asks: a text, or the texts among the pictures of one that has both; None for any other."""
    if told["msgtype"] == "text":
        return str(told["text"]["content"])
    if told["msgtype"] == "richText":
        return "".join(str(one["text"]) for one in told["content"]["richText"] if "text" in one) or None
    return None
