"""The question box in the page of another site, and what a page gives to other sites at all."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

import app
from qa import Assistant
from qa.server.options import add_serving_arguments, options_of
from qa.userdata.store import RetentionLimits
from qa.web.run import _open_page, add_arguments
from tests.support.pages import QUESTION, SIZES, ask, free_port, opened_page

PUBLISHED = ("feed.atom", "sitemap.xml", "widget.js")
ASK = {"question": "李德民的党龄有多少年？"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The site of a newspaper, and its folder."""
    folder = tmp_path_factory.mktemp("paper")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", folder
        server.shutdown()


@pytest.fixture(scope="module")
def named(assistant: Assistant, sample_archive: Path, paper: tuple[str, Path]) -> Iterator[str]:
    """A page that names the newspaper's site."""
    page = app.build_page(assistant, archive=sample_archive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLETIN_SITES", paper[0])
        address = app.serve(page, port=free_port())
    yield address
    page.close()


def test_only_a_site_that_is_named_may_call(named: str, paper: tuple[str, Path]) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    before = httpx.options(f"{named}v1/ask", headers={"Origin": paper[0], **asked})
    assert before.status_code == 200
    assert before.headers.get_list("access-control-allow-origin") == [paper[0]]
    answered = httpx.post(f"{named}v1/ask", json=ASK, headers={"Origin": paper[0]}, timeout=60.0)
    assert answered.headers.get_list("access-control-allow-origin") == [paper[0]]
    assert answered.json()["short"] == "42年"
    for origin, path in (("http://evil.example", "v1/ask"), (paper[0], "gradio_api/call/ask"), ("null", "v1/ask")):
        refused = httpx.post(f"{named}{path}", json=ASK, headers={"Origin": origin})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "http.403")


def test_a_visitor_of_the_site_asks_in_the_box(browser: Any, named: str, paper: tuple[str, Path]) -> None:
    address, folder = paper
    (folder / "index.html").write_text(
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><h1>县报</h1>'
        f'<script src="{named}widget.js"></script>',
        encoding="utf-8",
    )
    page = browser.new_page()
    try:
        page.goto(address)
        page.get_by_label("问一问公报里的人和事").fill("李德民的党龄有多少年？")
        page.get_by_role("button", name="提问").click()
        page.get_by_text("42年[1]").wait_for()
        assert page.get_by_text("李德民入党42年了。").is_visible()
        link = page.get_by_role("link", name="退休不褪色 老党员上阵忙创文")
        assert (link.get_attribute("href") or "").startswith(f"{named}?article=")
    finally:
        page.close()


def test_a_page_that_shares_nothing_publishes_and_keeps_nothing(
    browser: Any, assistant: Assistant, sample_archive: Path, named: str
) -> None:
    assert {httpx.get(f"{named}{path}").status_code for path in PUBLISHED} == {200}
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    add_serving_arguments(parser)
    told = ["--share-nothing", "--no-mcp", "--port", str(free_port()), "--archive", str(sample_archive)]
    arguments = parser.parse_args(told)
    page, shut = _open_page(
        assistant, options_of(arguments), arguments, max_bytes=1, bounds=RetentionLimits.from_environment()
    )
    try:
        nothing = (*PUBLISHED, "article", f"shared/{'A' * 32}")
        assert {httpx.get(f"{shut}{path}").status_code for path in nothing} == {404}
        assert "text/html" not in httpx.get(f"{shut}{nothing[-1]}").headers["content-type"]
        sharing = "#chat .doing.share, [data-share-all], #kept, #rooms [role=tab]:has-text('编辑部')"
        shown = {}
        for name, size in SIZES.items():
            for opened in opened_page(browser, shut, size):
                ask(opened, QUESTION)
                assert opened.locator("#chat .doing.copy").last.is_visible()
                shown[name] = opened.locator(sharing).filter(visible=True).all_inner_texts()
        assert shown == {name: [] for name in SIZES}
    finally:
        page.close()
