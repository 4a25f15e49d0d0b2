"""Fixtures shared by the tests: an archive of the sample bulletins, and a small fake encoder that counts its calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import Encoder, build, open_encoder
from qa import Assistant
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT, SAMPLES


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(scope="session")
def default_encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "archive"
    build(SAMPLES, archive=folder, encoder=default_encoder)
    return folder


@pytest.fixture(scope="session")
def assistant(sample_archive: Path) -> Assistant:
    return Assistant.open(sample_archive)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Bulletins and questions that are kept beside the project and are no part of it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared bulletins and questions are not beside this checkout")
    return folder
