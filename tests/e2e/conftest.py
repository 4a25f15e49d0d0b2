"""A browser, and pages that it opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from benchmarks.chromium import CHROMIUMS, find_chromium
from embeddings import Archive, Encoder, build
from qa import Assistant
from qa.web.tabs import chat_tab
from tests.support.fakes import PairsEncoder
from tests.support.pages import FAILED, SIZES, free_port, opened_page
from tests.support.reports import write_reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed keeps what its page showed."""
    report = yield
    if report.failed:
        FAILED.add(item.nodeid)
    return report


@pytest.fixture(scope="session", autouse=True)
def quiet_gradio() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield


@pytest.fixture(scope="session")
def address(assistant: Assistant) -> Iterator[str]:
    """A page that no test changes, one for each worker."""
    page = app.build_page(assistant)
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for each worker; what a test does in it ends with its page."""
    found = find_chromium()
    if found is None:
        message = f"no Chromium on PATH (looked for {', '.join(CHROMIUMS)})"
        pytest.fail(message) if os.environ.get("BULLETIN_REQUIRE_BROWSER") == "1" else pytest.skip(message)
    pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    yield from opened_page(browser, address, SIZES[request.param])


@pytest.fixture(scope="session")
def reports_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that keeps conversations, over reports of one bridge; its vectors tell which texts have the same words."""
    folder = tmp_path_factory.mktemp("reports")
    write_reports(folder / "issues")
    build(folder / "issues", archive=folder / "archive", encoder=PairsEncoder())
    assistant = Assistant(Archive.open(folder / "archive"), PairsEncoder())
    page = app.build_page(assistant, archive=folder / "archive")
    yield app.serve(page, port=free_port())
    page.close()


@pytest.fixture(scope="module")
def edited_archive(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("edited") / "archive"))


@pytest.fixture(scope="module")
def edited_address(edited_archive: Path, default_encoder: Encoder) -> Iterator[str]:
    """A page with a staff tab, over an archive of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BULLETIN_ISSUES", raising=False)
        with pytest.MonkeyPatch.context() as while_it_is_built:
            while_it_is_built.setattr(chat_tab, "LOOK_SECONDS", 1.0)
            assistant = Assistant(Archive.open(edited_archive), default_encoder)
            page = app.build_page(assistant, editing=True, archive=edited_archive)
        yield app.serve(page, port=free_port(), max_upload_bytes=1_000_000)
        page.close()


@pytest.fixture(params=SIZES)
def edited_page(request: pytest.FixtureRequest, browser: Any, edited_address: str) -> Iterator[Any]:
    yield from opened_page(browser, edited_address, SIZES[request.param])
