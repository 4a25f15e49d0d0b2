from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.support.paths import ROOT

QUESTION = "北京丰台站什么时候启用？"
OFF_TOPIC = "火星上的温度是多少度？"
MARKUP = "<img src=x onerror=alert(1)> **粗** $$x^2$$ 丰台站？"
ARTEFACTS = ROOT / "artefacts"
# A page that is reloaded complains of the connection that it gives up.
LEAVING = ("AbortError", "Unexpected error Connection errored out", "Failed to load resource: net::ERR_ABORTED")
SIZES = {"desk": (1280, 800), "phone": (390, 844)}


def opened_page(
    browser: Any,
    address: str,
    size: tuple[int, int],
    *,
    ready: str = "#chat .example",
    excused: tuple[str, ...] = (),
    locale: str = "zh-CN",
) -> Iterator[Any]:
    """The opened page, which must neither complain nor call another host while a test uses it.

    Complaints that begin with what is `excused` are none.
    """
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    context.set_default_timeout(120_000)  # milliseconds; for a machine that is busy
    opened = context.new_page()
    hosts: set[str | None] = set()
    complaints: list[str] = []
    opened.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    opened.goto(address)
    opened.wait_for_selector(ready)
    yield opened
    keep_screenshot(opened)
    context.close()
    assert hosts <= {"127.0.0.1", None}  # None: data: addresses
    assert [one for one in complaints if not one.startswith(excused)] == []


def keep_screenshot(opened: Any) -> None:
    """The page as a test left it, for people to look at."""
    test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
    ARTEFACTS.mkdir(exist_ok=True)
    opened.screenshot(path=ARTEFACTS / f"{re.sub(r'[^a-z0-9_]+', '-', test.lower())}.png")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(page: Any, question: str) -> None:
    replies = page.locator("#chat .said, #chat .note:not(:has-text('正在翻阅'))")
    before = replies.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    replies.nth(before).wait_for()
