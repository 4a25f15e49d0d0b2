"""The command line, run as its user runs it."""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from embeddings import BuildReport, SourceError
from embeddings.cli.archive import print_report
from embeddings.errors import SourceCode
from embeddings.ingest.plan import Skipped
from qa.cli import command_line, main
from qa.i18n.commands import HELP
from tests.support.paths import SAMPLES

pytestmark = pytest.mark.usefixtures("english")

MAIN = [sys.executable, "-c", "import sys; from qa.cli import main; sys.exit(main())"]


def bulletin(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *map(str, arguments)], input=stdin, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.model
def test_from_an_issue_file_to_a_cited_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = str(tmp_path / "archive")
    page = str(SAMPLES / "魏都一周要闻.txt")
    assert main(["build", page, "--archive", archive]) == 0
    assert "1 added" in capsys.readouterr().out
    assert main(["list", "--archive", archive]) == 0
    assert "魏都一周要闻" in capsys.readouterr().out
    assert main(["check", "--archive", archive]) == 0
    assert capsys.readouterr().out.endswith("whole\n")
    with closing(sqlite3.connect(tmp_path / "archive" / "archive.sqlite")) as connection, connection:
        connection.execute("UPDATE articles SET body = replace(body, '2012', '2013')")
        connection.execute("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE rowid = 1")
    assert main(["check", "--archive", archive]) == 1
    assert capsys.readouterr().out.endswith("not whole; `bulletin check --repair` mends what can be mended\n")
    assert main(["check", "--repair", "--archive", archive, "--json"]) == 0
    mended = json.loads(capsys.readouterr().out)
    assert (mended["whole"], len(mended["mended"])) == (True, 3)
    assert main(["ask", "李德民是哪一年从区政协退休的？", "--archive", archive]) == 0
    answer = capsys.readouterr().out
    assert "2012年" in answer
    assert "《退休不褪色 老党员上阵忙创文》 · 日期不详 · 魏都一周要闻" in answer
    assert main(["show", "魏都一周要闻", "--archive", archive, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["articles"]) == 9
    assert main(["remove", "魏都一周要闻", "--archive", archive]) == 0
    assert main(["ask", "李德民是谁？", "--archive", archive]) == 0
    assert "还没有文章" in capsys.readouterr().out


@pytest.mark.parametrize("module", ["qa.cli", "qa", "embeddings"])
def test_every_command_line_tells_the_installed_version(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"bulletin {version('bulletin-qa')}\n"


def test_a_file_of_questions_gives_a_row_each_with_its_own_keys(sample_archive: Path) -> None:
    rows = [
        {"id": 7, "question": "李德民的党龄有多少年？", "note": "甲"},
        {"id": 8, "question": "发生了什么？", "issue": "没有这一期"},
        {"id": 9, "question": ""},
    ]
    questions = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    done = bulletin("ask", "--questions", "-", "--archive", sample_archive, stdin=questions)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert "1 questions had an error" in done.stderr
    assert (first["id"], first["note"]) == (7, "甲")
    assert set(first) >= {"text", "quote", "abstained", "confidence", "citations", "passages", "seconds"}
    assert set(first["citations"][0]) == {
        "number", "article_id", "issue_id", "title", "date", "issue", "page", "quote", "days"
    }  # fmt: skip
    assert set(first["passages"][0]) == {
        "rank", "score", "text", "article_id", "issue_id", "title", "date", "issue", "page", "start", "end"
    }  # fmt: skip
    assert second["abstained"]
    assert "empty" in third["error"]


def test_searching_loads_neither_torch_nor_gradio(sample_archive: Path) -> None:
    code = (
        "import sys; from qa.cli import main; code = main(sys.argv[1:]); "
        "print([m for m in ('torch', 'gradio', 'transformers') if m in sys.modules]); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "search", "李德民的党龄有多少年？", "--archive", str(sample_archive)]
    output = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert output.splitlines()[-1] == "[]"


def test_ids_given_by_the_source_are_kept(sample_archive: Path) -> None:
    done = bulletin("search", "--json", "秋粮", "--issue", "新闻摘编-2021-11-08", "--archive", sample_archive)
    passages = json.loads(done.stdout)["passages"]
    assert passages
    assert all(passage["article_id"].startswith("20211108-") for passage in passages)


def test_parse_prints_articles_without_an_archive() -> None:
    done = bulletin("parse", SAMPLES / "魏都一周要闻.txt")
    row = json.loads(done.stdout)
    assert row["page"] == "魏都一周要闻.txt"
    assert len(row["articles"]) == 9
    assert set(row["articles"][0]) == {"kicker", "title", "deck", "kind", "byline", "section", "body"}


def test_parse_says_what_it_leaves_out(tmp_path: Path) -> None:
    rows = [{"title": "水渠通水", "text": "乙村的水渠昨日通了水，全长三千米。"}, {"title": "没有正文"}]
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    done = bulletin("parse", file)
    assert done.returncode == 1
    assert [article["title"] for article in json.loads(done.stdout)["articles"]] == ["水渠通水"]
    assert "left out of news.jsonl" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["build", "no-such-folder"], "no file or folder"),
        (["ask", "谁？"], "no archive at"),
        (["search", "谁？", "--since", "昨天"], "is not a date"),
        (["ask"], "Give a question"),
        (["ask", "   "], "question is empty"),
        (["ask", "谁？", "-k", "0"], "-k must be at least 1"),
        (["parse", "no-such-file.txt"], "no file"),
        (["evaluate", "no-such-file.jsonl"], "cannot be read"),
        (["ask", "--questions", "no-such-file.jsonl"], "cannot be read"),
        (["build", "{samples}", "--model", "no/such-model"], "no model 'no/such-model'"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_two(
    arguments: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [argument.format(samples=SAMPLES) for argument in arguments]
    archive = [] if arguments[0] == "parse" else ["--archive", str(tmp_path / "archive")]
    assert main([*arguments, *archive]) == 2
    errors = capsys.readouterr().err
    assert complaint in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02" * 50, b"SQLite format 3\x00" + bytes(range(200, 250))],
    ids=["empty", "zeros", "a database"],
)
def test_an_unreadable_issue_is_left_out_with_a_reason(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "坏 文件.txt"
    path.write_bytes(content)
    done = bulletin("build", tmp_path, "--archive", tmp_path / "archive")
    assert done.returncode == 1
    assert "left out" in done.stderr
    assert "坏 文件.txt" in done.stderr


def test_floors_that_are_missed_fail_the_command(
    sample_archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "qa.jsonl"
    gold.write_text('{"question": "李德民的党龄有多少年？", "answers": ["42年"]}\n', encoding="utf-8")
    floors = tmp_path / "floors.json"
    floors.write_text('{"answer in passage@1": 1.0, "Recall@1": 0.5}', encoding="utf-8")
    assert main(["evaluate", str(gold), "--archive", str(sample_archive), "--floors", str(floors)]) == 2
    assert "Recall@1 is None, under its floor" in capsys.readouterr().err


def test_json_tells_what_was_left_out_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    error = SourceError(SourceCode.EMPTY, name="空.txt")
    print_report(BuildReport(added=1, skipped=(Skipped("空.txt", error),)), as_json=True)
    row = json.loads(capsys.readouterr().out)
    assert row["added"] == 1
    assert row["skipped"] == [
        {"path": "空.txt", "omission": "whole", "code": "source.empty", "reason": str(error)},
    ]


def test_commands_speak_english_in_an_english_locale(
    sample_archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for locale, said in (("en_GB.UTF-8", ("9 articles", "date unknown")), ("zh_CN.UTF-8", ("9 篇", "日期不详"))):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["list", "--archive", str(sample_archive)]) == 0
        listed = next(line for line in capsys.readouterr().out.splitlines() if "魏都一周要闻" in line)
        assert all(part in listed.split("\t") for part in said)


def test_what_was_done_left_out_and_refused_is_told_in_the_language_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    left_out = Skipped("空.txt", SourceError(SourceCode.EMPTY, name="空.txt"))
    print_report(BuildReport(added=1, skipped=(left_out,)), as_json=False)
    told = capsys.readouterr()
    assert told.out.startswith("期：新增 1，换新 0，去掉 0，未变 0\n")
    assert told.err.startswith("bulletin: 没有收 空.txt: ")
    assert main(["list", "--archive", str(tmp_path / "none")]) == 2
    in_chinese = capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(["list", "--archive", str(tmp_path / "none")]) == 2
    assert in_chinese.isascii() is False
    assert "There is no archive" in capsys.readouterr().err


def helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every help of a command line, and of the commands in it."""
    if parser.description:
        yield parser.description
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from (choice.help for choice in action._choices_actions if choice.help)
            for command in action.choices.values():
                yield from helps(command)
        elif action.help:
            yield action.help


def test_every_help_has_its_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    said = set(helps(command_line()))
    assert said - set(HELP) == set()
    assert set(HELP) - said == set()
    assert [
        english for english, chinese in HELP.items() if re.findall("%.", english) != re.findall("%.", chinese)
    ] == []
    for locale, heading in (("zh_CN.UTF-8", "选项:"), ("en_GB.UTF-8", "options:")):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SystemExit):
            main(["build", "--help"])
        told = capsys.readouterr().out
        assert heading in told
        assert ("重新编码" in told) is (locale == "zh_CN.UTF-8")


def test_issues_are_listed_in_parts(sample_archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def listed(*options: str) -> list[str]:
        assert main(["list", "--archive", str(sample_archive), *options]) == 0
        return capsys.readouterr().out.splitlines()

    whole = listed()
    assert len(whole) > 3
    assert listed("--limit", "2") == whole[:2]
    assert listed("--skip", "1", "--limit", "2") == whole[1:3]
    assert listed("--skip", "99") == listed("--limit", "0") == []
    (row,) = listed("--json", "--skip", "1", "--limit", "2")
    assert [one["id"][:8] for one in json.loads(row)] == [line.split("\t")[1] for line in whole[1:3]]
    for number in ("-1", "x", "1.5"):
        with pytest.raises(SystemExit):
            main(["list", "--archive", str(sample_archive), "--limit", number])


def test_a_search_is_answered_in_the_language_of_its_question(
    sample_archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for question, said in (("Who opened the bridge?", "No article was found.\n"), ("谁开了桥？", "没有找到文章。\n")):
        assert main(["search", question, "--section", "没有这个栏目", "--archive", str(sample_archive)]) == 0
        assert capsys.readouterr().out == said
