"""Answers for chat platforms: each message once, follow-ups by speaker, in the length that the platform shows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import TTLCache

from embeddings import Article, BulletinError, Variable
from qa.api.completions import completion
from qa.assistant import Assistant
from qa.chats.base import Callback, ChatMessage, ChatPlatform, ChatResponse
from qa.errors import ChatCode
from qa.i18n import in_language_of
from qa.i18n.errors import explain
from qa.types import Answer

if TYPE_CHECKING:
    from cachetools import Cache

logger = logging.getLogger(__name__)

KEPT = 10_000  # messages, and speakers
KEPT_SECONDS = 3600.0  # a platform sends again within minutes; a follow-up comes within the hour
AT_ONCE = 2
MOST_WAITING = 200  # messages that are not answered yet; further ones are told so
_CUT = "……"


class ChatGroups:
    """The platforms that are set, and the conversations in them. Safe in several threads."""

    def __init__(
        self,
        assistant: Assistant,
        platforms: Sequence[ChatPlatform],
        *,
        address: Callable[[Article], str] | None = None,
    ) -> None:
        self.platforms: Mapping[str, ChatPlatform] = {one.name: one for one in platforms}
        self._assistant = assistant
        self._address = address or (lambda article: "")
        self._lock = Lock()
        self._taken: Cache[str, Future[tuple[str, str]]] = TTLCache(KEPT, KEPT_SECONDS)
        self._last: Cache[str, Answer] = TTLCache(KEPT, KEPT_SECONDS)
        self._waiting = 0
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="chats")

    def answer(self, name: str, callback: Callback) -> ChatResponse:
        """What a request of a platform is answered with. Raises ChatRefusedError, and KeyError for no platform.

        Waits for the answer where it goes back in the response. A message that comes again is not asked again, nor
        answered again where that is done afterwards.
        """
        platform = self.platforms[name]
        read = platform.read(callback)
        if isinstance(read, ChatResponse):
            return read
        if platform.answers_at_once:
            future, _ = self._take(platform, read)
            return platform.response(read, "".join(fitting(future.result(), platform.most_bytes)))
        self.take(name, read)
        return platform.response(read, "")

    def take(self, name: str, message: ChatMessage) -> None:
        """Answer a message of a platform when there is an answer, and return at once. Raises KeyError for no platform.

        A message that comes again is passed over.
        """
        platform = self.platforms[name]
        future, is_new = self._take(platform, message)
        if is_new:
            future.add_done_callback(lambda done: self._threads.submit(self._send, platform, message, done))

    def close(self) -> None:
        """Answer nobody any more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _take(self, platform: ChatPlatform, message: ChatMessage) -> tuple[Future[tuple[str, str]], bool]:
        key = f"{platform.name}/{message.id}"
        with self._lock:
            if (known := self._taken.get(key)) is not None:
                return known, False
            if self._waiting >= MOST_WAITING:
                future: Future[tuple[str, str]] = Future()
                future.set_result(("现在问的人太多，请过一会儿再问。", ""))
            else:
                self._waiting += 1
                future = self._threads.submit(self._said, f"{platform.name}/{message.speaker}", message.text)
            self._taken[key] = future
            return future, True

    def _said(self, speaker: str, text: str) -> tuple[str, str]:
        """An answer, and its sources."""
        try:
            with self._lock:
                before = self._last.get(speaker)
            answer = self._assistant.ask(text.strip(), before=before)
            with self._lock:
                if not (answer.is_reply and before):
                    self._last[speaker] = answer
            made = completion(answer, None, address=self._address)
            has_sources = bool(made.annotations)
            parts = made.parts[:-1] if has_sources else made.parts
            return "".join(parts), made.parts[-1].strip() if has_sources else ""
        except ValueError as error:
            told = explain(error) if isinstance(error, BulletinError) else str(error)
            return in_language_of(text, told), ""
        except Exception:
            logger.exception("A question of a chat group failed")
            return "出了点问题，没有答成。请再问一次；仍然不行时，请告诉管理员。", ""
        finally:
            with self._lock:
                self._waiting -= 1

    @staticmethod
    def _send(platform: ChatPlatform, message: ChatMessage, done: Future[tuple[str, str]]) -> None:
        """The answer first, and its sources in a message of their own, where the platform shows two."""
        try:
            texts = fitting(done.result(), platform.most_bytes)
            for text in ["".join(texts)] if platform.answers_at_once else texts:
                platform.send(message, text.strip())
        except Exception:  # nobody waits for this
            logger.exception("%s could not be answered", platform.name)


def fitting(said: tuple[str, str], most: int) -> list[str]:
    """An answer and its sources, of so many bytes in UTF-8 together: sources are cut first."""
    answer, sources = cut(said[0], most), ""
    left = most - len(answer.encode("utf-8")) - 2
    if said[1] and left > 60:
        sources = "\n\n" + cut(said[1], left)
    return [answer, sources] if sources else [answer]


def cut(text: str, most: int) -> str:
    """A text of at most so many bytes in UTF-8, between characters."""
    raw = text.encode("utf-8")
    if len(raw) <= most:
        return text
    return raw[: most - len(_CUT.encode("utf-8"))].decode("utf-8", "ignore") + _CUT


def platforms_from_environment() -> list[ChatPlatform]:
    """The platforms whose variables are set. Raises BulletinError where one is set in part, or wrongly."""
    from qa.chats.dingtalk import DingTalk
    from qa.chats.feishu import Feishu
    from qa.chats.wecom import WeCom

    found: list[ChatPlatform] = []
    wecom = all_of(Variable.WECOM_TOKEN, Variable.WECOM_KEY, Variable.WECOM_ID)
    if wecom:
        found.append(WeCom(*wecom))
    if secret := Variable.DINGTALK_SECRET.read():
        found.append(DingTalk(secret))
    feishu: list[str] = []
    if Variable.FEISHU_KEY.read():  # without it, events come by a connection of `bulletin chats`
        feishu = all_of(Variable.FEISHU_APP, Variable.FEISHU_SECRET, Variable.FEISHU_KEY)
        found.append(Feishu(*feishu))
    if (wecom or feishu) and find_spec("cryptography") is None:
        raise BulletinError(ChatCode.NO_CRYPTOGRAPHY)
    return found


def all_of(*variables: Variable) -> list[str]:
    """What some variables say; nothing where none is set. Raises BulletinError where only some are."""
    values = [variable.read() for variable in variables]
    if not any(values):
        return []
    missing = [str(variable) for variable, value in zip(variables, values, strict=True) if not value]
    if missing:
        raise BulletinError(ChatCode.SET_IN_PART, missing=", ".join(missing))
    return values
