"""The command that answers in chat groups over connections that it opens itself. It prints; the library does not."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from functools import partial
from queue import Queue

from embeddings import BulletinError
from embeddings.cli.archive import Subparsers, add_common_arguments
from embeddings.cli.language import spoken
from embeddings.cli.signals import ending_in_order
from qa.assistant import Assistant
from qa.chats.base import ChatStream
from qa.chats.groups import ChatGroups
from qa.chats.streams import streams_from_environment
from qa.errors import ChatCode

_NAMES = {"dingtalk": "钉钉", "feishu": "飞书", "wecom": "企业微信"}


def add_chats_command(commands: Subparsers) -> None:
    """Add chats to a command line."""
    summary = "answer in groups of 企业微信, 钉钉 and 飞书 on connections that this machine opens, without an address"
    parser = commands.add_parser("chats", help=summary, description=summary)
    add_common_arguments(parser)
    parser.set_defaults(run=_chats)


def _chats(arguments: argparse.Namespace) -> int:
    streams = streams_from_environment()
    groups = ChatGroups(Assistant.open(arguments.archive), [stream.platform for stream in streams])
    names = "、".join(_NAMES[stream.platform.name] for stream in streams)
    told = spoken(f"正在{names}里回答；按 Ctrl+C 结束。", f"answering in {names}; Ctrl+C ends it.")
    print(f"bulletin: {told}", file=sys.stderr)
    try:
        with ending_in_order(), contextlib.suppress(KeyboardInterrupt):
            listen(groups, streams)
    finally:
        groups.close()
    return 0


def listen(groups: ChatGroups, streams: list[ChatStream]) -> None:
    """Answer what comes on some connections. Raises BulletinError as soon as one of them ends."""
    ended: Queue[tuple[ChatStream, BaseException | None]] = Queue()

    def hold(stream: ChatStream) -> None:
        try:
            stream.listen(partial(groups.take, stream.platform.name))
        except BaseException as error:
            ended.put((stream, error))
        else:
            ended.put((stream, None))

    for stream in streams:
        threading.Thread(target=hold, args=(stream,), daemon=True, name=stream.platform.name).start()
    stream, error = ended.get()
    raise BulletinError(
        ChatCode.STREAM_ENDED, platform=_NAMES[stream.platform.name], detail=error or type(error).__name__
    ) from error
