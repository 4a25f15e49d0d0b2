"""What `bulletin doctor` says of a machine, and what it advises."""

from __future__ import annotations

import json
import socket
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from embeddings import build
from qa.cli import doctor, main
from qa.cli.doctor import RELEASED, Condition, Finding
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

NAMES = ["Python", "磁盘", "内存", "模型", "可选组件", "LibreOffice", "资料库", "设置", "端口", "时钟", "中文字体"]


@pytest.fixture
def archive(tmp_path: Path, counting: CountingEncoder) -> Path:
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", [{"title": "新桥", "text": "新桥通车。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return tmp_path / "archive"


def is_told(finding: Finding, state: Condition) -> None:
    assert finding.state is state, finding
    assert bool(finding.cure) == (state is not Condition.GOOD), finding


@pytest.mark.parametrize(
    ("version", "is_64_bit", "state"),
    [((3, 9), True, Condition.FAULT), ((3, 10), True, Condition.GOOD), ((3, 13), True, Condition.GOOD),
     ((3, 99), True, Condition.REMARK), ((3, 11), False, Condition.FAULT)],
)  # fmt: skip
def test_python(version: tuple[int, int], is_64_bit: bool, state: Condition) -> None:
    is_told(doctor.python(version, is_64_bit=is_64_bit), state)


@pytest.mark.parametrize(
    ("free", "state"), [(10**8, Condition.FAULT), (10**9, Condition.REMARK), (10**10, Condition.GOOD)]
)
def test_disk(free: int, state: Condition) -> None:
    is_told(doctor.disk(free, Path("archive")), state)


@pytest.mark.parametrize(
    ("total", "state"), [(10**9, Condition.REMARK), (8 * 10**9, Condition.GOOD), (None, Condition.GOOD)]
)
def test_memory(total: int | None, state: Condition) -> None:
    is_told(doctor.memory(total), state)


@pytest.mark.model
def test_the_model_is_the_bundled_one_or_one_that_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_told(doctor.model(None), Condition.GOOD)
    is_told(doctor.model(str(tmp_path)), Condition.GOOD)
    is_told(doctor.model("someone/model"), Condition.REMARK)
    monkeypatch.setenv("BULLETIN_DOWNLOAD", "1")
    is_told(doctor.model("someone/model"), Condition.GOOD)


def test_a_model_that_was_not_installed_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "weights_path", lambda: tmp_path / "none")
    is_told(doctor.model(None), Condition.FAULT)


def test_what_is_missing_is_named_as_pip_takes_it() -> None:
    assert doctor.extras({"pdf", "ocr"}).cure == "pip install 'bulletin-qa[ocr,pdf]'"
    is_told(doctor.extras(()), Condition.GOOD)
    is_told(doctor.libreoffice(False), Condition.REMARK)


def test_an_archive_is_missing_there_or_damaged(archive: Path, tmp_path: Path) -> None:
    is_told(doctor.archive(tmp_path / "none"), Condition.REMARK)
    found = doctor.archive(archive)
    is_told(found, Condition.GOOD)
    assert "1 期" in found.said
    (archive / "archive.sqlite").write_bytes(b"nothing" * 1000)
    is_told(doctor.archive(archive), Condition.FAULT)


def test_settings_that_are_none_or_say_what_they_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    is_told(doctor.settings({"PATH": "/bin", "BULLETIN_PROXIES": "127.0.0.1"}), Condition.GOOD)
    misspelt = doctor.settings({"BULLETIN_PROXY": "127.0.0.1"})
    is_told(misspelt, Condition.REMARK)
    assert "BULLETIN_PROXY" in misspelt.said
    monkeypatch.setenv("BULLETIN_MAX_BYTES", "viel")
    is_told(doctor.settings({"BULLETIN_MAX_BYTES": "viel"}), Condition.FAULT)


def test_a_port_is_free_or_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        is_told(doctor.port("127.0.0.1", taken.getsockname()[1]), Condition.REMARK)


def test_a_clock_that_is_before_this_release_or_before_the_newest_issue_is_wrong() -> None:
    is_told(doctor.clock(RELEASED, None), Condition.GOOD)
    is_told(doctor.clock(RELEASED, RELEASED + timedelta(days=1)), Condition.GOOD)
    is_told(doctor.clock(RELEASED, RELEASED + timedelta(days=2)), Condition.REMARK)
    is_told(doctor.clock(date(1970, 1, 1), None), Condition.FAULT)


def test_fonts() -> None:
    is_told(doctor.fonts(False), Condition.REMARK)
    is_told(doctor.fonts(True), Condition.GOOD)
    is_told(doctor.fonts(None), Condition.GOOD)


@pytest.mark.model
def test_the_command_has_a_line_for_each_and_changes_nothing(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in archive.rglob("*")}
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**10))
    assert main(["doctor", "--archive", str(archive)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[2:].split("：")[0] for line in lines] == NAMES
    assert {path: path.stat().st_mtime_ns for path in archive.rglob("*")} == before
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert main(["doctor", "--archive", str(archive.parent / "none" / "none"), "--json"]) == 1
    rows = {row["name"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["磁盘"]["state"] == "fault"
