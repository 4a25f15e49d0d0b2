"""What a chat platform sends and is given: the values, and the Protocol for which each platform has a module."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from embeddings import BulletinError
from qa.errors import ChatCode

logger = logging.getLogger(__name__)

MOST_SECONDS_OLD = 3600  # of a request: one that somebody kept and sends again later is refused


class ChatRefusedError(BulletinError):
    """A request is not from the platform that it names, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Callback:
    """A request of a platform. Names of headers are in lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message that asks something.

    `id` is the platform's own, the same when it is sent again. `speaker` is who wrote it in which conversation. `place`
    is what the platform needs to answer there.
    """

    id: str
    speaker: str
    text: str
    place: Mapping[str, str] = field(default_factory=dict)


Take = Callable[[ChatMessage], None]


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """What a request is answered with at once."""

    body: bytes = b""
    media_type: str = "application/json"


class ChatPlatform(Protocol):
    """A platform: how its requests are read, and how it is answered.

    `most_bytes` is the length of a message that it shows, in UTF-8. Where `answers_at_once`, a request is answered with
    the message, one for the answer and its sources; else with nothing, and the messages are sent afterwards.
    """

    name: str
    most_bytes: int
    answers_at_once: bool

    def read(self, callback: Callback) -> ChatMessage | ChatResponse:
        """The message in a request, or what to answer one that asks nothing. Raises ChatRefusedError."""
        ...

    def response(self, message: ChatMessage, text: str) -> ChatResponse:
        """The answer to a request, with a message in it where the platform takes one there."""
        ...

    def send(self, message: ChatMessage, text: str) -> None:
        """Write a message where another came from. Raises OSError where the platform cannot be reached."""
        ...


class ChatStream(Protocol):
    """A connection to a platform that this machine opens, on which messages come without an address of its own."""

    @property
    def platform(self) -> ChatPlatform:
        """The platform, by which messages are answered."""
        ...

    def listen(self, take: Take) -> None:
        """Pass each message on, at once, for as long as the process lives; a connection that breaks is opened anew.

        Raises what the vendor's library raises where the platform refuses whoever asks.
        """
        ...


def require_same(given: str, expected: str) -> None:
    """Raises ChatRefusedError for a signature that is another one; takes the same time for each."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8")):
        raise ChatRefusedError(ChatCode.BAD_SIGNATURE)


def require_recent(seconds: str, now: float) -> None:
    """Raises ChatRefusedError for a request that was made more than an hour ago, or hence; in seconds since 1970."""
    if not re.fullmatch(r"[0-9]{1,12}", seconds) or abs(now - int(seconds)) > MOST_SECONDS_OLD:
        raise ChatRefusedError(ChatCode.STALE)


def decrypt(key: bytes, vector: bytes, text: bytes, *, block: int) -> bytes:
    """AES-256 in CBC mode, with the padding of PKCS #7 to blocks of so many bytes (RFC 5652, 6.3).

    Raises ChatRefusedError for what was not encrypted so.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        plain = decryptor.update(text) + decryptor.finalize()
    except ValueError as error:
        raise ChatRefusedError(ChatCode.UNREADABLE) from error
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= block or plain[-padding:] != bytes([padding]) * padding:
        raise ChatRefusedError(ChatCode.UNREADABLE)
    return plain[:-padding]


def encrypt(key: bytes, vector: bytes, text: bytes, *, block: int) -> bytes:
    """The reverse of `decrypt`."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    padding = block - len(text) % block
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()


def sha1_of(*parts: str) -> str:
    """The SHA-1 of some texts in the order of their characters, in hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8"), usedforsecurity=False).hexdigest()


def take_read(read: Callable[[Any], ChatMessage | None], told: Any, take: Take) -> None:
    """Take a message; one that cannot be read is logged, for the platform would only send it again."""
    try:
        message = read(told)
    except ChatRefusedError as error:
        logger.warning("A message was refused: %s", error)
        return
    if message:
        take(message)
