"""企业微信: messages to an application, by its callback.

Signature and encryption: https://developer.work.weixin.qq.com/document/path/90968 — the signature is the SHA-1 of
token, time, nonce and ciphertext; the key is the EncodingAESKey in base64; a plaintext is 16 random bytes, the length
of the message in 4 bytes, the message, and whom it is for. A request that is not answered in five seconds is sent
again, up to three times, with the same MsgId; the answer goes back in the response.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from collections.abc import Callable

from lxml import etree

from qa.chats.base import (
    Callback,
    ChatMessage,
    ChatRefusedError,
    ChatResponse,
    decrypt,
    encrypt,
    require_recent,
    require_same,
    sha1_of,
)
from qa.errors import ChatCode

_BLOCK = 32
_RANDOM = 16
# What no file of another host, no entity and no DTD is read for.
_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class WeCom:
    """An application of 企业微信."""

    name = "wecom"
    most_bytes = 2048  # of a text, as the vendor documents
    answers_at_once = True

    def __init__(self, token: str, key: str, receiver: str, *, now: Callable[[], float] = time.time) -> None:
        self._token, self._receiver, self._now = token, receiver, now
        try:
            self._key = base64.b64decode(f"{key}=", validate=True)
        except ValueError:
            self._key = b""
        if len(self._key) != 32:
            raise ChatRefusedError(ChatCode.BAD_KEY, platform="企业微信")

    def read(self, callback: Callback) -> ChatMessage | ChatResponse:
        """As the Protocol says; a GET proves that this is the address."""
        if callback.method == "GET":
            return ChatResponse(self._opened(callback, callback.query.get("echostr", "")), "text/plain")
        encrypted = _fields(callback.body).get("Encrypt", "")
        fields = _fields(self._opened(callback, encrypted))
        if fields.get("MsgType") != "text" or not fields.get("MsgId"):
            return ChatResponse(media_type="text/plain")
        # An application has no groups; in a group, the robot is called by its name.
        text = re.sub(r"^\s*@\S+\s+", "", fields.get("Content", ""))
        sender, receiver = fields.get("FromUserName", ""), fields.get("ToUserName", "")
        return ChatMessage(fields["MsgId"], sender, text, {"to": sender, "from": receiver})

    def response(self, message: ChatMessage, text: str) -> ChatResponse:
        """As the Protocol says."""
        seconds, nonce = str(int(self._now())), secrets.token_hex(8)
        answer = _document(
            ToUserName=message.place["to"],
            FromUserName=message.place["from"],
            CreateTime=seconds,
            MsgType="text",
            Content=text,
        )
        sealed = self._sealed(answer)
        signature = sha1_of(self._token, seconds, nonce, sealed)
        told = _document(Encrypt=sealed, MsgSignature=signature, TimeStamp=seconds, Nonce=nonce)
        return ChatResponse(told, "application/xml")

    def send(self, message: ChatMessage, text: str) -> None:
        """Nothing is sent afterwards."""

    def _opened(self, callback: Callback, encrypted: str) -> bytes:
        """The plaintext of what a signed request brings."""
        query = callback.query
        seconds, nonce = query.get("timestamp", ""), query.get("nonce", "")
        require_same(query.get("msg_signature", ""), sha1_of(self._token, seconds, nonce, encrypted))
        require_recent(seconds, self._now())
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ChatRefusedError(ChatCode.UNREADABLE) from error
        plain = decrypt(self._key, self._key[:16], sealed, block=_BLOCK)
        length = int.from_bytes(plain[_RANDOM : _RANDOM + 4], "big")
        start = _RANDOM + 4
        if plain[start + length :].decode("utf-8", "replace") != self._receiver:
            raise ChatRefusedError(ChatCode.OTHER_RECEIVER)
        return plain[start : start + length]

    def _sealed(self, text: bytes) -> str:
        whole = secrets.token_bytes(_RANDOM) + len(text).to_bytes(4, "big") + text + self._receiver.encode("utf-8")
        return base64.b64encode(encrypt(self._key, self._key[:16], whole, block=_BLOCK)).decode("ascii")


def _fields(document: bytes) -> dict[str, str]:
    """The texts of the elements of a document, by their names."""
    try:
        root = etree.fromstring(document, etree.XMLParser(**_PARSER))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ChatRefusedError(ChatCode.UNREADABLE) from error
    return {str(one.tag): one.text or "" for one in root}


def _document(**fields: str) -> bytes:
    root = etree.Element("xml")
    for name, text in fields.items():
        # XML has no other control characters.
        etree.SubElement(root, name).text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    return bytes(etree.tostring(root, encoding="utf-8"))
