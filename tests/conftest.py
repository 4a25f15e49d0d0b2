"""What all tests share: an archive of the sample bulletins, a small fake encoder, services, and marks.

A test has the marks `browser`, `model` and `services` by what it uses. One that opens a model without a fixture of this
file says so itself, with `pytest.mark.model`; one that forgets to is told (`only_marked_tests_open_a_model`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from embeddings import Encoder, build, open_encoder
from embeddings.encoders import bundled, encoder, token_embedder
from embeddings.layout import ocr
from qa import Assistant
from qa.retrieval.cross_encoder import BundledReader
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT, SAMPLES
from tests.support.services import (
    MILVUS,
    POSTGRES,
    REQUIRED,
    NoServiceError,
    milvus_server,
    new_location,
    postgres_server,
    postgres_url,
    remove_location,
)

# Commands print Chinese, whatever the locale of whoever runs the tests.
os.environ["LC_ALL"] = "C.UTF-8"

# Hypothesis would else fail an example that took long by the clock on the wall.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A mark, and the fixtures by whose use a test has it.
MARKS = {"browser": {"browser"}, "model": {"default_encoder"}, "services": {"cluster_services"}}
MOST_WORKERS = 4  # each opens the model: some 2 GB


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)  # the others keep their order
    for item in items:
        for mark, fixtures in MARKS.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(mark)


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands print English."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n logical` is, where PYTEST_XDIST_AUTO_NUM_WORKERS does not say."""
    told = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return int(told) if told else max(1, min(MOST_WORKERS, cores()))


def pytest_configure(config: pytest.Config) -> None:
    """Share the cores among the workers, which inherit this: threads that wait for each other spin."""
    workers = getattr(config.option, "numprocesses", None) or 1
    if workers > 1:
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // workers)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests of the contract each archive engine has passed."""
    passed = [report.nodeid for report in terminalreporter.getreports("passed") if "test_contract.py" in report.nodeid]
    for engine in ("local", "cluster"):
        count = sum(f"[{engine}" in name or f"-{engine}]" in name for name in passed)
        if count:
            terminalreporter.write_line(f"contract of archives: {count} passed on {engine}")


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.fixture(autouse=True)
def only_marked_tests_open_a_model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("model"):
        return

    def refuse(*_: Any, **__: Any) -> NoReturn:
        pytest.fail("a test that opens a model is marked with pytest.mark.model")

    for module in (bundled, encoder, token_embedder):
        monkeypatch.setattr(module, "weights_path", refuse)
    monkeypatch.setattr(BundledReader, "_open", refuse)
    monkeypatch.setattr(ocr, "_engine", refuse)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(scope="session")
def default_encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Path:
    """A worker's own copy of an archive that is built once in a run, by the first worker that asks for it."""
    folder = tmp_path_factory.mktemp("sample") / "archive"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        build(SAMPLES, archive=folder, encoder=default_encoder)
        return folder
    built = (
        tmp_path_factory.getbasetemp().parent / "sample-archive"
    )  # the folder that all workers of a run have theirs in
    with FileLock(f"{built}.lock"):
        if not built.is_dir():
            build(SAMPLES, archive=folder, encoder=default_encoder)
            shutil.copytree(folder, built)
            return folder
    return Path(shutil.copytree(built, folder))


@pytest.fixture(scope="session")
def assistant(sample_archive: Path) -> Assistant:
    return Assistant.open(sample_archive)


@pytest.fixture(scope="session")
def cluster_services() -> Iterator[tuple[str, str]]:
    """Where PostgreSQL and Milvus are: those that the environment names, else some that are begun for this worker."""
    if POSTGRES in os.environ and MILVUS in os.environ:
        yield os.environ[POSTGRES], os.environ[MILVUS]
        return
    pytest.importorskip("psycopg")
    pytest.importorskip("pymilvus")
    with ExitStack() as stack:
        try:
            postgres = stack.enter_context(postgres_server())
            milvus = stack.enter_context(milvus_server())
        except NoServiceError as error:
            pytest.fail(str(error)) if os.environ.get(REQUIRED) == "1" else pytest.skip(str(error))
        yield postgres_url(postgres.port), f"http://127.0.0.1:{milvus.port}"


@pytest.fixture
def cluster_location(cluster_services: tuple[str, str]) -> Iterator[str]:
    """The URL of an archive that is not there yet; what a test makes of it goes with the test."""
    location = new_location(*cluster_services)
    yield location
    remove_location(location)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Bulletins and questions that are kept beside the project and are no part of it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared bulletins and questions are not beside this checkout")
    return folder
