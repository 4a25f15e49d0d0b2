from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from qa.cli import main
from qa.evaluation.floors import Floors, bulletins_digest, questions_digest, read_floors
from tests.support.paths import DATA, SAMPLES

pytestmark = pytest.mark.usefixtures("english")

GOLD = '{"question": "新桥多长？", "answers": ["120米"]}\n'


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(GOLD, encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "县报.md").write_text("## 新桥\n\n新桥长120米。\n", encoding="utf-8", newline="\n")
    return folder


def floors_of(gold: Path, issues: Path, folder: Path) -> Path:
    path = folder / "floors.json"
    row = {
        "questions": questions_digest(gold),
        "bulletins": bulletins_digest(issues),
        "floors": {"quote accuracy": 0.9},
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    return path


def test_the_projects_floors_are_for_its_own_questions_and_bulletins() -> None:
    floors = read_floors(DATA / "baseline.json")
    assert floors.questions
    assert floors.bulletins
    assert floors.least
    assert floors.changed(DATA / "sample_qa.jsonl", SAMPLES) == []


@pytest.mark.parametrize("edit", [lambda text: text.replace("120", "12"), lambda text: text + text, lambda _: ""])
def test_questions_that_changed_are_told(edit: object, gold: Path, issues: Path, tmp_path: Path) -> None:
    floors = read_floors(floors_of(gold, issues, tmp_path))
    gold.write_text(edit(GOLD), encoding="utf-8", newline="\n")  # type: ignore[operator]
    (line,) = floors.changed(gold, issues)
    assert questions_digest(gold) in line
    assert floors.questions in line


def test_bulletins_that_changed_are_told(gold: Path, issues: Path, tmp_path: Path) -> None:
    floors = read_floors(floors_of(gold, issues, tmp_path))
    (issues / ".hidden").write_text("x", encoding="utf-8")
    assert floors.changed(gold, issues) == []
    for change in (
        lambda: (issues / "县报.md").rename(issues / "县报2.md"),
        lambda: shutil.copy(issues / "县报2.md", issues / "县报3.md"),
        lambda: (issues / "县报3.md").write_text("## 新桥\n\n新桥长12米。\n", encoding="utf-8"),
    ):
        change()
        (line,) = floors.changed(gold, issues)
        assert bulletins_digest(issues) in line
        assert floors.bulletins in line
    (line,) = floors.changed(gold, None)
    assert "--source" in line


def test_line_ends_of_another_system_change_nothing(gold: Path, issues: Path, tmp_path: Path) -> None:
    floors = read_floors(floors_of(gold, issues, tmp_path))
    for path in (gold, issues / "县报.md"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert floors.changed(gold, issues) == []


def test_floors_without_digests_are_measures_alone(tmp_path: Path, gold: Path) -> None:
    path = tmp_path / "floors.json"
    path.write_text('{"EM": 0.5, "F1": 0.5}', encoding="utf-8")
    floors = read_floors(path)
    assert floors.changed(gold, None) == []
    assert floors.missed({"EM": 0.5, "F1": 0.49}) == {"F1": 0.5}
    assert Floors({"EM": 0.5}).missed({"EM": None}) == {"EM": 0.5}


@pytest.mark.parametrize("content", ["[]", "{", '{"floors": []}', '{"EM": "high"}', '"EM"'])
def test_a_file_that_is_no_floors_is_one_clear_line(
    content: str, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "floors.json"
    path.write_text(content, encoding="utf-8")
    assert main(["evaluate", str(gold), "--floors", str(path)]) == 2
    errors = capsys.readouterr().err
    assert "cannot be read" in errors
    assert errors.count("\n") == 1


def test_the_command_measures_nothing_when_something_changed(
    gold: Path, issues: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = floors_of(gold, issues, tmp_path)
    gold.write_text(GOLD * 2, encoding="utf-8", newline="\n")
    command = ["evaluate", str(gold), "--source", str(issues), "--floors", str(path)]
    assert main(command) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert questions_digest(gold) in told.err
    assert "measure anew" in told.err
