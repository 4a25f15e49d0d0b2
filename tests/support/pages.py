from __future__ import annotations

import os
import re
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.paths import ROOT

QUESTION = "北京丰台站什么时候启用？"
OFF_TOPIC = "火星上的温度是多少度？"
MARKUP = "<img src=x onerror=alert(1)> **粗** $$x^2$$ 丰台站？"
ARTEFACTS = ROOT / "artefacts"
FAILED: set[str] = set()  # tests of this worker
_EMPTY: defaultdict[tuple[Any, str], list[Any]] = defaultdict(list)  # pages by browser and language
# Below those that the system gives to whoever asks for any; each process begins elsewhere.
_PORTS = iter(range(20_000 + os.getpid() * 61 % 11_000, 32_768))
# A page that is reloaded complains of the connection that it gives up.
LEAVING = ("AbortError", "Unexpected error Connection errored out", "Failed to load resource: net::ERR_ABORTED")
SIZES = {"desk": (1280, 800), "phone": (390, 844)}
# Whether an element is in the window, and in whatever scrolls around it.
IS_SEEN = """(element) => {
    const {left, top, width, height} = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 12));
    return top >= 0 && top < innerHeight && (element.contains(hit) || hit.contains(element));
}"""
# what gradio's client says of streams that are still open while their page is left for another address, or loaded again
OF_LEFT_PAGES = (
    "AbortError: BodyStreamBuffer was aborted",
    "AbortError: signal is aborted without reason",
    "Unexpected error Connection errored out.",
    "Unexpected error 404: Not Found",  # opened again, for a session that the server has let go
)
VOICES = (("zh-CN", "light"), ("en-US", "dark"))  # languages, each with what the user's system asks of pages


def opened_page(
    browser: Any,
    address: str,
    size: tuple[int, int],
    *,
    ready: str = "#chat .example",
    excused: tuple[str, ...] = (),
    locale: str = "zh-CN",
    scheme: str = "light",
    is_still: bool = False,
) -> Iterator[Any]:
    """The opened page, which must neither complain nor call another host while a test uses it.

    Complaints that begin with what is `excused` are none. `scheme` and `is_still` are what the user's system asks of
    pages: dark or light, and to move nothing.
    """
    opened = _page_to_use(browser, locale)
    hosts: set[str | None] = set()
    complaints: list[str] = []
    loaded: list[str] = []

    def note_request(sent: Any) -> None:
        hosts.add(urlsplit(sent.url).hostname)
        if sent.is_navigation_request() and sent.frame == opened.main_frame:
            loaded.append(sent.url)

    listeners = {
        "request": note_request,
        "console": lambda message: complaints.append(message.text) if message.type == "error" else None,
        "pageerror": lambda error: complaints.append(str(error)),
        "dialog": lambda dialog: (complaints.append(dialog.message), dialog.dismiss()),
    }
    for event, listener in listeners.items():
        opened.on(event, listener)
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce" if is_still else "no-preference")
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    opened.goto(address)
    opened.wait_for_selector(ready)
    try:
        yield opened
    except GeneratorExit:  # the test failed in a loop over this
        keep_screenshot(opened)
        opened.context.close()
        raise
    if current_test() in FAILED:
        keep_screenshot(opened)
        opened.context.close()
    else:
        for event, listener in listeners.items():
            opened.remove_listener(event, listener)
        _put_away(browser, locale, opened, address)
    assert hosts <= {"127.0.0.1", None}  # None: data: addresses
    if len(loaded) > 1:
        excused += OF_LEFT_PAGES
    assert [one for one in complaints if not one.startswith(excused)] == []


def _page_to_use(browser: Any, locale: str) -> Any:
    """A page that a test before has left empty, which knows the scripts already, or a new one."""
    left = _EMPTY.get((browser, locale))
    if left:
        return left.pop()
    context = browser.new_context(locale=locale)
    context.set_default_timeout(120_000)  # milliseconds; for a machine that is busy
    return context.new_page()


def _put_away(browser: Any, locale: str, opened: Any, address: str) -> None:
    """Leave a page as if nobody had used it: whatever was stored or permitted is gone, and other windows are closed."""
    context = opened.context
    opened.evaluate("sessionStorage.clear()")
    for window in context.pages:
        if window != opened:
            window.close()
    opened.goto("about:blank")
    devtools = context.new_cdp_session(opened)
    parts = urlsplit(address)
    devtools.send("Storage.clearDataForOrigin", {"origin": f"{parts.scheme}://{parts.netloc}", "storageTypes": "all"})
    devtools.detach()
    context.clear_cookies()
    context.clear_permissions()
    _EMPTY[browser, locale].append(opened)


def current_test() -> str:
    """The test that is run now, as pytest names it."""
    return os.environ["PYTEST_CURRENT_TEST"].rsplit(" ", 1)[0]


def keep_screenshot(opened: Any) -> None:
    """The page as a test that failed left it, for people to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9_]+", "-", current_test().split("::", 1)[-1].lower())
    opened.screenshot(path=ARTEFACTS / f"{name}.png")


def free_port() -> int:
    """A port that nobody listens on and that no other test of this run is told of, in whatever worker."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def ask(page: Any, question: str) -> None:
    replies = page.locator("#chat .said, #chat .note:not(:has-text('正在翻阅'))")
    before = replies.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    replies.nth(before).wait_for()


def serious(axe: Any, opened: Any) -> list[str]:
    """What axe-core finds on a page that it calls serious or critical, each with the part of the page."""
    violations = axe.run(opened).response["violations"]
    return [
        f"{violation['id']}: {violation['nodes'][0]['html']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]


def keeps_no_user_out(
    browser: Any, address: str, size: tuple[int, int], *, ready: str, voice: tuple[str, str], english: tuple[str, str]
) -> None:
    """An address shows nothing that axe-core calls serious or critical, nor anything to scroll to sideways.

    Looked at as it comes and in large type. `ready` is what is waited for; `english` is a part of the page, and the
    words that it has in English.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    locale, scheme = voice
    for opened in opened_page(browser, address, size, ready=ready, locale=locale, scheme=scheme, is_still=True):
        found = serious(axe, opened)
        opened.click("[data-look=large]")
        found += serious(axe, opened)
        assert found == []
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if locale == "en-US":
            assert english[1] in opened.inner_text(english[0])
