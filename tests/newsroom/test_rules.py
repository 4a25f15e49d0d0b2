"""What a newsroom fixes: wordings, words that are not answered, the file that keeps both, and tables of them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from embeddings import BulletinError
from qa.cli import main
from qa.errors import NewsroomCode
from qa.newsroom.rows import COLUMNS, answer_cells, read_csv
from qa.newsroom.rules import NewsroomRules, StandardAnswer, form_of, read_answer
from qa.newsroom.store import NewsroomStore
from qa.userdata.feedback import as_csv

HOURS = StandardAnswer("报社几点上班？", "八点半。", ("编辑部几点开门？",), "办公室", date(2026, 12, 31))
DAY = date(2026, 11, 27)


@pytest.fixture
def store(tmp_path: Path) -> NewsroomStore:
    return NewsroomStore(tmp_path, now=lambda: datetime(2026, 11, 27, 8, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    "asked",
    [
        "报社几点上班",
        "请问报社几点上班呀？",
        "你好，报社几点上班",
        "報社幾點上班？",
        "报社 几点 上班?",
        "编辑部几点开门呢",
    ],
)
def test_a_wording_is_known_with_what_a_person_says_around_it(asked: str) -> None:
    found = NewsroomRules((HOURS,)).worded(asked, DAY)
    assert found is not None
    assert found.answer == "八点半。"


@pytest.mark.parametrize("asked", ["报社几点下班？", "报社星期几上班？", "报社", "上班", "？"])
def test_what_asks_something_else_is_no_wording(asked: str) -> None:
    assert NewsroomRules((HOURS,)).worded(asked, DAY) is None


def test_after_its_last_day_an_answer_is_given_no_more() -> None:
    rules = NewsroomRules((HOURS,))
    assert rules.worded(HOURS.question, date(2026, 12, 31))
    assert rules.worded(HOURS.question, date(2027, 1, 1)) is None


def test_politeness_alone_keeps_a_form() -> None:
    assert form_of("谢谢") == "谢谢"
    assert form_of("如何订报？") == form_of("请问怎样订报呢")


@pytest.mark.parametrize(
    ("question", "declines"),
    [
        ("哪里能赌 博？", True),
        ("哪裏能賭博", True),
        ("他赌输了", False),
        ("what is AI?", True),
        ("he said so", False),
        ("用AI写的吗", True),
    ],
)
def test_words_that_are_not_answered_are_found_however_they_are_written(question: str, declines: bool) -> None:
    assert NewsroomRules(declined=("赌博", "ai")).declines(question) is declines


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"question": " ", "answer": "甲"}, NewsroomCode.QUESTION_MISSING),
        ({"question": "甲？", "answer": "\n"}, NewsroomCode.ANSWER_MISSING),
        ({"question": "甲？", "answer": "乙", "until": "明年"}, NewsroomCode.BAD_DATE),
        ({"question": "甲" * 501, "answer": "乙"}, NewsroomCode.TOO_LONG),
        ({"question": "甲？", "answer": "乙" * 2001}, NewsroomCode.TOO_LONG),
        ({"question": "甲？", "answer": "乙", "variants": [f"问{n}" for n in range(51)]}, NewsroomCode.TOO_MANY),
    ],
)
def test_what_cannot_be_taken_is_told(typed: dict[str, str], code: NewsroomCode) -> None:
    with pytest.raises(BulletinError) as raised:
        read_answer(**typed)
    assert raised.value.code is code


def test_what_is_kept_is_read_by_another_process_at_once(store: NewsroomStore, tmp_path: Path) -> None:
    assert store.rules() == NewsroomRules()
    assert not store.path.exists()
    kept = store.save(HOURS)
    assert NewsroomStore(tmp_path).rules().answers == (kept,)
    NewsroomStore(tmp_path).decline(["赌博", "赌博", " "], notice="不答")
    assert store.rules().declined == ("赌博",)
    assert store.rules().notice == "不答"
    assert store.rules() is store.rules()  # not read again while nothing changes
    store.remove(kept.id)
    assert store.rules().answers == ()
    assert oct(store.path.stat().st_mode)[-3:] == "600"


def test_a_wording_belongs_to_one_answer(store: NewsroomStore) -> None:
    store.save(HOURS)
    with pytest.raises(BulletinError) as raised:
        store.save(StandardAnswer("几点有人？", "八点。", ("请问编辑部几点开门",)))
    assert raised.value.code is NewsroomCode.WORDING_TAKEN
    assert len(store.rules().answers) == 1


def test_every_change_is_noted_and_can_be_undone_once(store: NewsroomStore) -> None:
    kept = store.save(HOURS, who="甲")
    store.save(StandardAnswer(HOURS.question, "九点。", id=kept.id), who="乙")
    last, first = store.changes()
    assert (first.who, last.who) == ("甲", "乙")
    assert last.items[0][2]["answer"] == "八点半。"
    with pytest.raises(BulletinError) as raised:
        store.undo(first.number)  # what it made was changed since
    assert raised.value.code is NewsroomCode.CHANGED_SINCE
    store.undo(last.number, who="丙")
    assert store.rules().answers == (kept,)
    assert store.changes()[0].undoes == last.number
    with pytest.raises(BulletinError):
        store.undo(last.number)
    with pytest.raises(BulletinError):
        store.undo(99)


def test_nothing_is_noted_where_nothing_changes(store: NewsroomStore) -> None:
    kept = store.save(HOURS)
    store.save(kept)
    store.decline([], notice=" ")
    assert len(store.changes()) == 1


def test_a_file_that_is_no_database_says_so(store: NewsroomStore) -> None:
    store.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(BulletinError) as raised:
        store.rules()
    assert raised.value.code is NewsroomCode.UNUSABLE


def test_a_table_goes_out_and_comes_back(store: NewsroomStore) -> None:
    odd = StandardAnswer("=1+1 是多少？", "@二\n两行，有逗号", ("一加一", "1加1？"), "-")
    text = as_csv([answer_cells(one) for one in (HOURS, odd)], COLUMNS)
    assert read_csv(text.encode("utf-8")) == [HOURS, odd]
    store.take_in(read_csv(text.encode("utf-8")))
    store.take_in(read_csv(text.encode("utf-8")))  # the same questions are no new ones
    assert len(store.rules().answers) == 2


def test_a_table_of_a_spreadsheet_in_chinese_is_read() -> None:
    text = "问题,其他问法,回答,有效期至\r\n报社几点上班？,编辑部几点开门|几点有人,八点半。,2026-12-31\r\n,,,\r\n"
    (one,) = read_csv(text.encode("gb18030"))
    assert one == StandardAnswer("报社几点上班？", "八点半。", ("编辑部几点开门", "几点有人"), "", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", NewsroomCode.CSV_COLUMNS),
        (b"a,b\n1,2\n", NewsroomCode.CSV_COLUMNS),
        ("question,answer\n甲？,乙\n丙？,\n".encode(), NewsroomCode.CSV_LINE),
        (b"\xff\xff\xff", NewsroomCode.CSV_UNREADABLE),
        (b"x" * 5_000_001, NewsroomCode.CSV_UNREADABLE),
    ],
)
def test_what_is_no_such_table_is_refused_whole(content: bytes, code: NewsroomCode) -> None:
    with pytest.raises(BulletinError) as raised:
        read_csv(content)
    assert raised.value.code is code


def test_the_command_takes_in_gives_out_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, table = ("--archive", str(tmp_path)), tmp_path / "a.csv"
    table.write_text("question,answer,source\n甲？,乙,丙\n", encoding="utf-8")
    assert main(["standard", "import", str(table), *archive]) == 0
    assert main(["standard", "decline", "赌博", "--notice", "不答", *archive]) == 0
    assert main(["standard", "export", str(tmp_path / "b.csv"), *archive]) == 0
    capsys.readouterr()
    assert main(["standard", "list", "--json", *archive]) == 0
    answer, declined = map(json.loads, capsys.readouterr().out.splitlines())
    assert (answer["question"], answer["source"]) == ("甲？", "丙")
    assert declined == {"declined": ["赌博"], "notice": "不答"}
    assert read_csv((tmp_path / "b.csv").read_bytes()) == [StandardAnswer("甲？", "乙", (), "丙")]
    assert {one.who for one in NewsroomStore(tmp_path).changes()} == {"bulletin"}
    table.write_text("question,answer\n甲？,\n", encoding="utf-8")
    assert main(["standard", "import", str(table), *archive]) == 2
    assert "2" in capsys.readouterr().err
    with closing(sqlite3.connect(tmp_path / "newsroom.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM entries WHERE kind = 'answer'").fetchone() == (1,)
