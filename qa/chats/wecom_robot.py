"""企业微信: messages to a robot (智能机器人) in groups, on a connection that this machine opens by a library.

The library is the vendor's (`wecom-aibot-python-sdk`). A message is answered on the connection that it came by, with
the id of its request; the whole answer is one message, for a second one would be taken for the first, gone on.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from typing import Any

from qa.chats.base import Callback, ChatMessage, ChatRefusedError, ChatResponse, Take, take_read
from qa.errors import ChatCode

logger = logging.getLogger(__name__)

_SECONDS = 20.0  # for an answer to be taken
_MENTION = re.compile(r"^\s*@\S+\s+")


class WeComRobot:
    """A robot of 企业微信, by its id and secret: the platform and the connection to it in one.

    `address` is where it connects to (default: as the library says).
    """

    name = "wecom"
    most_bytes = 20_000  # of a message in Markdown; the vendor takes 20,480
    answers_at_once = True

    def __init__(self, robot: str, secret: str, *, address: str = "") -> None:
        self._robot, self._secret, self._address = robot, secret, address
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def platform(self) -> WeComRobot:
        """Itself: what is answered goes by the same connection."""
        return self

    def read(self, callback: Callback) -> ChatMessage | ChatResponse:
        """Refused: it calls no page."""
        raise ChatRefusedError(ChatCode.UNREADABLE)

    def response(self, message: ChatMessage, text: str) -> ChatResponse:
        """Nothing: it calls no page."""
        return ChatResponse()

    def send(self, message: ChatMessage, text: str) -> None:
        """As the Protocol says, on the connection. Raises OSError where there is none, or the answer is not taken."""
        if self._loop is None:
            raise OSError("there is no connection to wecom")
        frame = {"headers": {"req_id": message.place["request"]}}
        reply = self._client.reply_stream(frame, secrets.token_hex(12), text, True)
        try:
            asyncio.run_coroutine_threadsafe(reply, self._loop).result(_SECONDS)
        except Exception as error:
            raise OSError(f"wecom took no answer: {error}") from error

    def listen(self, take: Take) -> None:
        """As the Protocol says."""
        asyncio.run(self._listen(take))

    async def _listen(self, take: Take) -> None:
        import aibot as library

        options = library.WSClientOptions(
            self._robot, self._secret, max_reconnect_attempts=-1, ws_url=self._address, logger=logger
        )
        self._client, self._loop = library.WSClient(options), asyncio.get_running_loop()
        refused: asyncio.Future[None] = self._loop.create_future()
        is_let_in = [False]

        def pass_on(frame: Any) -> None:
            take_read(read_message, frame, take)

        def note(error: Exception) -> None:
            # A connection that cannot be made is tried again; one that is made, and not let in, never will be.
            if self._client.is_connected and not is_let_in[0] and not refused.done():
                refused.set_exception(error)

        self._client.on("message", pass_on)
        self._client.on("error", note)
        self._client.on("connected", lambda: is_let_in.__setitem__(0, False))
        self._client.on("authenticated", lambda: is_let_in.__setitem__(0, True))
        await self._client.connect()
        await refused


def read_message(frame: Any) -> ChatMessage | None:
    """The message in a frame; None for a picture, a file and the like. Raises ChatRefusedError for what is no message.

    A voice comes as the words that the vendor heard.
    """
    try:
        body, request = frame["body"], str(frame["headers"]["req_id"])
        kind = body["msgtype"]
        if kind in ("text", "voice"):
            text = str(body[kind]["content"])
        elif kind == "mixed":
            parts = [part["text"]["content"] for part in body["mixed"]["msg_item"] if part["msgtype"] == "text"]
            text = " ".join(map(str, parts))
        else:
            return None
        speaker = f"{body.get('chatid') or ''}/{body['from']['userid']}"
        text = _MENTION.sub("", text)
        return ChatMessage(str(body["msgid"]), speaker, text, {"request": request}) if text.strip() else None
    except (TypeError, KeyError, AttributeError) as error:
        raise ChatRefusedError(ChatCode.UNREADABLE) from error
