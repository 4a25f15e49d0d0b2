"""Messages on connections that this machine opens, by the vendors' libraries: no address and no https is needed.

钉钉 calls it Stream mode (`dingtalk-stream`), 飞书 a long connection (`lark-oapi`); robots of 企业微信 have a module of
their own. Each message is taken at once, as the platforms ask; what answers it is sent as for callbacks. The libraries
keep the connection, and open it anew.
"""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec
from typing import Any

from embeddings import BulletinError, Variable
from qa.chats.base import ChatPlatform, ChatStream, Take, take_read
from qa.chats.dingtalk import DingTalk, read_message
from qa.chats.feishu import MESSAGE_EVENT, Feishu, read_event
from qa.chats.groups import all_of
from qa.chats.wecom_robot import WeComRobot
from qa.errors import ChatCode

logger = logging.getLogger(__name__)

FEISHU = "https://open.feishu.cn"


class DingTalkStream:
    """A robot of 钉钉 in Stream mode. `client` is its Client ID."""

    def __init__(self, client: str, secret: str) -> None:
        self.platform: ChatPlatform = DingTalk(secret)
        self._client, self._secret = client, secret

    def listen(self, take: Take) -> None:
        """As the Protocol says; a robot whose id or secret is wrong is tried again and again, and the log says so."""
        import dingtalk_stream as library

        async def process(told: Any) -> tuple[int, str]:
            take_read(read_message, told.data, take)
            return library.AckMessage.STATUS_OK, "OK"

        handler = library.CallbackHandler()
        handler.process = process
        client = library.DingTalkStreamClient(library.Credential(self._client, self._secret), logger)
        client.register_callback_handler(library.ChatbotMessage.TOPIC, handler)
        asyncio.run(client.start())


class FeishuStream:
    """An application of 飞书 with a long connection. `address` is where the platform tells what to connect to."""

    def __init__(self, application: str, secret: str, *, address: str = FEISHU) -> None:
        self.platform: ChatPlatform = Feishu(application, secret, "")
        self._application, self._secret, self._address = application, secret, address

    def listen(self, take: Take) -> None:
        """As the Protocol says."""
        import lark_oapi as library
        from lark_oapi.ws import client as module

        def pass_on(told: Any) -> None:
            header = {"event_id": told.header.event_id, "event_type": told.header.event_type}
            take_read(read_event, {"header": header, "event": told.event}, take)

        _quiet(library)
        # The library has one loop for the whole process, which may be that of another thread.
        module.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(module.loop)
        handlers = library.EventDispatcherHandler.builder("", "").register_p2_customized_event(MESSAGE_EVENT, pass_on)
        client = module.Client(
            self._application,
            self._secret,
            event_handler=handlers.build(),
            log_level=library.LogLevel.WARNING,
            domain=self._address,
        )
        failures: list[BaseException] = []

        def end(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            # A connection that cannot be opened anew ends a task of the library, and nothing else.
            failures.append(context.get("exception") or RuntimeError(context["message"]))
            loop.stop()

        module.loop.set_exception_handler(end)
        try:
            client.start()
        except RuntimeError as error:  # the loop was stopped
            raise (failures[0] if failures else error) from None


def _quiet(library: Any) -> None:
    """Let the library log where this program does; it prints."""
    library.logger.handlers.clear()
    library.logger.propagate = True


def streams_from_environment() -> list[ChatStream]:
    """The platforms that are set to be connected to; 飞书 with a key for encryption calls a page instead.

    Raises BulletinError where none is, where one is set in part, or where its library is not installed.
    """
    found: list[ChatStream] = []
    if Variable.DINGTALK_CLIENT.read():
        _require("dingtalk_stream", "dingtalk-stream", "dingtalk")
        found.append(DingTalkStream(*all_of(Variable.DINGTALK_CLIENT, Variable.DINGTALK_SECRET)))
    feishu = all_of(Variable.FEISHU_APP, Variable.FEISHU_SECRET)
    if feishu and not Variable.FEISHU_KEY.read():
        _require("lark_oapi", "lark-oapi", "feishu")
        found.append(FeishuStream(*feishu))
    if robot := all_of(Variable.WECOM_ROBOT, Variable.WECOM_ROBOT_SECRET):
        _require("aibot", "wecom-aibot-python-sdk", "wecom")
        found.append(WeComRobot(*robot))
    if not found:
        raise BulletinError(ChatCode.NO_STREAM)
    return found


def _require(module: str, library: str, extra: str) -> None:
    if find_spec(module) is None:
        raise BulletinError(ChatCode.NO_LIBRARY, library=library, extra=extra)
