"""Every example runs, over the sample bulletins."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from embeddings import Archive, Encoder, SourceError
from embeddings.errors import ModelCode, ModelError, SourceCode
from embeddings.loaders import base, registry
from embeddings.sources import files
from embeddings.sources.document import Document
from qa import Assistant
from qa.evaluation.run import evaluate, read_gold
from qa.retrieval import cross_encoder
from qa.retrieval.cross_encoder import Text, open_reader
from qa.types import Reading
from qa.userdata.store import UserStore
from tests.packaging.test_package import built
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT, SAMPLES

EXAMPLES = ROOT / "examples"
SUBTITLES = """1
00:00:01,000 --> 00:00:03,000
乙村新桥通车

2
00:00:03,100 --> 00:00:06,000
{\\an8}<i>新桥长一百二十米</i>

3
00:00:20,000 --> 00:00:22,500
甲村水渠修好

4
00:00:22,600 --> 00:00:25,000
水渠浇灌两千亩地
"""


def python(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.model
@pytest.mark.slow
def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path) -> None:
    notebook = json.loads((EXAMPLES / "ask.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell.get("outputs") for cell in notebook["cells"])  # what somebody asked is nobody's business
    script = tmp_path / "cells.py"
    script.write_text("\n".join(cells) + "\nprint(len(rows))\n", encoding="utf-8")
    done = python(str(script), cwd=ROOT, TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{len(list(SAMPLES.iterdir()))} issues\n")
    assert "42年" in done.stdout
    assert "李德民住在哪里" in done.stdout
    assert "\nTrue " in done.stdout
    assert done.stdout.endswith("\n5\n")


@pytest.mark.skipif(os.name == "nt", reason="cron is where sh is")
@pytest.mark.parametrize("built", [0, 1, 2])
def test_a_night_ends_with_the_code_of_its_build(tmp_path: Path, built: int) -> None:
    command = tmp_path / "bulletin"
    command.write_text(
        f'#!/bin/sh\necho "$*" >> "{tmp_path}/asked"\n[ "$1" = build ] && exit {built}\nexit 0\n', encoding="utf-8"
    )
    command.chmod(0o755)
    started = ["sh", str(EXAMPLES / "nightly_build.sh"), str(tmp_path / "my issues"), str(tmp_path / "backups")]
    environment = {**os.environ, "BULLETIN": str(command)}
    done = subprocess.run(started, env=environment, capture_output=True, encoding="utf-8", check=False)
    # Cron mails what stands on stderr: nothing, when all went well.
    assert (done.returncode, bool(done.stderr)) == (built, built > 0)
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[0] == f"build {tmp_path}/my issues --json"
    # What is damaged is not put in the place of a backup.
    assert [line.split()[0] for line in asked[1:]] == (["backup"] if built < 2 else [])
    assert (tmp_path / "backups" / "nightly.log").read_text("utf-8").endswith(f"code {built}\n")


def test_the_report_tells_what_was_asked_in_vain_this_week(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    assert "0 个问题" in python(str(EXAMPLES / "weekly_report.py"), str(archive), cwd=tmp_path).stdout
    now = datetime.now(timezone.utc)
    for question, times, age in (("去年的事？", 9, 8), ("谁管路灯？", 3, 2), ("几点收车？", 1, 1)):
        store = UserStore(archive, now=lambda age=age: now - timedelta(days=age))
        for _ in range(times):
            store.count_unanswered(question, confidence=0.2)
    told = python(str(EXAMPLES / "weekly_report.py"), str(archive), cwd=tmp_path).stdout
    assert "2 个问题没有找到答案" in told
    assert told.index("3 次  谁管路灯") < told.index("1 次  几点收车")
    assert "去年" not in told


@pytest.mark.model
@pytest.mark.slow
def test_twenty_questions_measure_the_samples(sample_archive: Path, default_encoder: Encoder) -> None:
    gold = read_gold(EXAMPLES / "twenty_questions.jsonl")
    assert (len(gold), sum(not one.answerable for one in gold)) == (20, 4)
    texts = "".join(path.read_text("utf-8") for path in SAMPLES.glob("*.md"))
    assert [one.question for one in gold if one.evidence not in texts or one.title not in texts] == []
    measures = evaluate(Assistant(Archive.open(sample_archive), default_encoder), gold).measures
    recall = next(value for name, value in measures.items() if name.lower().startswith("recall@5"))
    assert recall is not None
    assert recall >= 0.9


@pytest.mark.model
@pytest.mark.slow
def test_your_own_model_is_measured_beside_the_bundled_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "three.jsonl"
    gold.write_text("\n".join((EXAMPLES / "twenty_questions.jsonl").read_text("utf-8").splitlines()[:2]), "utf-8")
    issue = next(path for path in SAMPLES.glob("*.md") if "陈雨菲" in path.read_text("utf-8"))
    script = runpy.run_path(str(EXAMPLES / "own_model.py"))
    # Any folder opens as a model; the bundled one stands here for another.
    assert script["main"]([script["BUNDLED"], str(issue), str(gold)]) == 0
    row = next(line.split() for line in capsys.readouterr().out.splitlines() if line.lower().startswith("recall@5"))
    assert row[-2:] == ["1.000", "1.000"]
    assert list(tmp_path.iterdir()) == [gold]
    assert script["main"]([]) == 2


@pytest.mark.slow
def test_a_format_of_another_package_is_read_where_it_is_installed(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    interpreter = tmp_path / "venv" / "bin" / "python"
    source = tmp_path / "own_format"
    source.mkdir()
    for path in (EXAMPLES / "own_format").glob("*.*"):
        (source / path.name).write_bytes(path.read_bytes())
    wheel = built("wheel", source, tmp_path)
    install = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], capture_output=True, check=True)
    (libraries,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (libraries / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n", encoding="utf-8")
    (tmp_path / "新闻广播 2025-09-13.srt").write_text(SUBTITLES.replace("\n", "\r\n"), encoding="utf-8")

    def parsed(*names: str) -> list[dict[str, str]]:
        command = [str(interpreter), "-m", "qa.cli", "parse", *(str(tmp_path / name) for name in names)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
        return [row for line in done.stdout.splitlines() for row in json.loads(line)["articles"]]

    rows = parsed("新闻广播 2025-09-13.srt")
    assert [row["title"] for row in rows] == ["乙村新桥通车", "甲村水渠修好"]
    assert rows[0]["body"] == "新桥长一百二十米。"
    # What is only called so is read as what it is.
    (tmp_path / "甲报.srt").write_text(
        "# 甲报 2025年9月13日\n\n## 新桥通车\n\n新桥九月通车，两岸居民都来看。\n", "utf-8"
    )
    assert [row["body"] for row in parsed("甲报.srt")] == ["新桥九月通车，两岸居民都来看。"]


class Nothing:
    """A reader that thinks little of everything."""

    name, languages, finds_spans = "nothing", frozenset({"mul"}), False

    def read(self, question: str, texts: list[Text]) -> list[Reading]:
        return [Reading(-1.0) for _ in texts]


class Upside:
    """A loader of one format, for the files called .up."""

    def reads(self, document: Document) -> bool:
        return True

    def read(self, document: Document, limits: object) -> object:
        raise ZeroDivisionError


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the entry points of a group."""

    def put(**names: str) -> None:
        for module in (base, files, cross_encoder):
            monkeypatch.setattr(module, "installed", lambda group: names)
        base.installed_loaders.cache_clear()
        files.known_suffixes.cache_clear()

    return put


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    base.installed_loaders.cache_clear()
    files.known_suffixes.cache_clear()


def test_a_loader_that_cannot_be_imported_leaves_out_its_own_files_alone(
    entries: Callable[..., None], tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries(up="no_such_package:Loader")
    (tmp_path / "甲报 2025-09-06.txt").write_text("新桥通车\n\n新桥九月通车，两岸居民都来看。\n", encoding="utf-8")
    (tmp_path / "乙报.up").write_text("新桥\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        registry.read_document(Document("乙报.up", b"text"))
    assert caught.value.code is SourceCode.BAD_LOADER
    assert registry.read_document(Document("甲报.txt", (tmp_path / "甲报 2025-09-06.txt").read_bytes())).articles
    assert files.is_issue_file(tmp_path / "乙报.up")


def test_a_loader_that_fails_is_reported_like_any_other(entries: Callable[..., None]) -> None:
    entries(up=f"{__name__}:Upside")
    base.installed_loaders()[0]._loader = Upside()
    with pytest.raises(SourceError) as caught:
        registry.read_document(Document("乙报.UP", b"text"))
    assert caught.value.code is SourceCode.LOADER_FAILED


def test_a_reader_of_another_package_is_chosen_by_its_name(
    entries: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries(nothing="a:Reader")
    monkeypatch.setattr(cross_encoder, "imported", lambda value: Nothing)
    reader = open_reader("Nothing")
    assert isinstance(reader, Nothing)
    assert open_reader("none") is None
    monkeypatch.undo()
    entries(nothing="no_such_package:Reader")
    with pytest.raises(ModelError) as caught:
        open_reader("nothing")
    assert caught.value.code is ModelCode.BAD_READER
