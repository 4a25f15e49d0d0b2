"""Take the pictures of the page for README and the handbooks: over the sample bulletins, on a desk and on a phone.

usage: python docs/take_pictures.py [FOLDER]

Needs Chromium on PATH and playwright (extra `test`).
"""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import app  # noqa: E402
from benchmarks.chromium import CHROMIUMS, find_chromium  # noqa: E402
from embeddings import build  # noqa: E402
from qa import Assistant  # noqa: E402
from qa.newsroom.rules import StandardAnswer  # noqa: E402
from qa.newsroom.store import NewsroomStore  # noqa: E402

QUESTION = "北京丰台站什么时候启用？"
TOPIC, TYPED = "美国", "机场"
STANDARD = StandardAnswer(
    "怎么订报？",
    "到就近的邮局，或者打编辑部的电话；全年订一次，随时可以停。",
    variants=("报纸在哪里订？", "订一份报纸要办什么？"),
    source="编辑部",
)
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def main() -> None:
    """Write desk.png, article.png, phone.png, topic.png, front.png, typed.png and standard.png."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    found = find_chromium()
    if found is None:
        raise SystemExit(f"No Chromium on PATH (looked for {', '.join(CHROMIUMS)}).")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        build(HERE.parent / "bulletins", archive=Path(work) / "archive")
        NewsroomStore(Path(work) / "archive").save(STANDARD)
        archive = Path(work) / "archive"
        page = app.build_page(Assistant.open(archive), archive=archive, editing=True)
        url = app.serve(page, port=_free_port())
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        _take(chromium, url, folder / "desk.png", size=DESK)
        _take(chromium, url, folder / "article.png", size=DESK, looks=("dark",), opens=True)
        _take(chromium, url, folder / "phone.png", size=PHONE, looks=("large",))
        for name, query, shown in (("topic", f"topic={TOPIC}", "#catalogue .topic"), ("front", "tab=browse", ".front")):
            _take_place(chromium, f"{url}?{query}", folder / f"{name}.png", shown=shown)
        _take_typed(chromium, url, folder / "typed.png")
        _take_standard(chromium, url, folder / "standard.png")
        chromium.close()
        page.close()


@contextmanager
def _opened(chromium: Any, url: str, size: dict[str, int] = DESK) -> Iterator[Any]:
    """A page of a user who comes for the first time."""
    context = chromium.new_context(viewport=size, locale="zh-CN")
    context.set_default_timeout(120_000)  # milliseconds; for a machine that is busy
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def _take(
    chromium: Any, url: str, to: Path, *, size: dict[str, int], looks: tuple[str, ...] = (), opens: bool = False
) -> None:
    with _opened(chromium, url, size) as page:
        page.wait_for_selector("#chat .example")
        for look in looks:
            page.click(f"[data-look={look}]")
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#chat .said")
        page.locator(".suggestions button").first.wait_for()
        if opens:
            page.click(".card.cited .open")
            page.wait_for_selector(".reading")
        page.wait_for_timeout(600)
        page.screenshot(path=to)


def _take_place(chromium: Any, url: str, to: Path, *, shown: str) -> None:
    """A picture of what an address names."""
    with _opened(chromium, url) as page:
        page.wait_for_selector(shown)
        page.wait_for_timeout(600)
        page.screenshot(path=to)


def _take_typed(chromium: Any, url: str, to: Path) -> None:
    """A picture of what is offered while something is typed."""
    with _opened(chromium, f"{url}?tab=browse") as page:
        page.wait_for_selector(".front")
        page.locator("#words :is(input, textarea)").press_sequentially(TYPED)
        page.wait_for_selector("#suggested [role=option]")
        page.press("#words :is(input, textarea)", "ArrowDown")
        page.wait_for_timeout(600)
        page.screenshot(path=to)


def _take_standard(chromium: Any, url: str, to: Path) -> None:
    """A picture of a standard answer, as the newsroom sees it."""
    with _opened(chromium, url) as page:
        page.get_by_role("tab", name="编辑部").click()
        page.click(f"#standard .slips button:has-text('{STANDARD.question}')")
        page.wait_for_function(f"document.querySelector('#standard-form textarea').value === '{STANDARD.question}'")
        page.wait_for_timeout(600)
        page.locator("#standard").screenshot(path=to)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
