from __future__ import annotations

import re

import pytest

from embeddings.config import Limits, Variable, archive_path, cores, settings_table
from embeddings.errors import SourceError
from tests.support.paths import ROOT


def test_the_settings_page_tells_every_variable() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert settings_table() in page, "Put what `python -m embeddings.config` prints into docs/settings.md."


def test_readme_leads_to_the_settings() -> None:
    assert "(docs/settings.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_no_other_module_reads_a_variable_of_the_bulletin() -> None:
    sources = [*(ROOT / "embeddings").rglob("*.py"), *(ROOT / "qa").rglob("*.py"), ROOT / "app.py"]
    quoted = re.compile(r"[\"']BULLETIN_\w*[\"']")
    assert {path.name for path in sources if quoted.search(path.read_text(encoding="utf-8"))} == {"config.py"}


def test_what_the_environment_says_stands_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(Variable.ARCHIVE, raising=False)
    assert str(archive_path()) == "archive"
    monkeypatch.setenv(Variable.ARCHIVE, " elsewhere ")
    assert str(archive_path()) == "elsewhere"
    assert str(archive_path("given")) == "given"


@pytest.mark.parametrize("said", ["0", "-5", "many", "1.5"])
def test_a_limit_is_a_whole_number_above_zero(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.MAX_PAGES, said)
    with pytest.raises(SourceError, match="BULLETIN_MAX_PAGES"):
        Limits.from_environment()


def test_every_limit_is_a_variable() -> None:
    assert Limits.from_environment() == Limits()


@pytest.mark.parametrize(("said", "found"), [("3", 3), (" 2 ", 2), ("4,2", 4)])
def test_a_computation_takes_as_many_cores_as_openmp_is_told(
    said: str, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert cores() == found


@pytest.mark.parametrize("said", ["", "0", "-1", "many"])
def test_a_number_of_threads_that_is_none_leaves_a_computation_all_cores(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    every = cores()
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert cores() == every >= 1
