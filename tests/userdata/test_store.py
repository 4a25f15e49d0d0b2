from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from embeddings import Encoder, SourceError, build
from qa.userdata.store import (
    STORE_FILE,
    ConversationRevision,
    RatedAnswer,
    RetentionLimits,
    UserStore,
    UserStoreError,
    answer_key,
    new_user_key,
)
from tests.support.paths import SAMPLES

START = datetime(2025, 9, 13, 8, 0, tzinfo=timezone.utc)
ABOUT = RatedAnswer("桥多长？", "三百米。[1]", False, ("a-1",), "g1", "e5")


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> UserStore:
    return UserStore(tmp_path, now=clock)


def test_a_store_without_a_file_is_empty_and_makes_none(store: UserStore) -> None:
    assert store.votes() == store.unanswered() == store.conversations("r") == []
    assert not store.path.exists()


def test_a_vote_is_put_down_with_all_that_belongs_to_it(store: UserStore) -> None:
    store.vote("r", ABOUT, is_good=False)
    assert store.add_word("r", ABOUT.question, ABOUT.answer, "  年份不对  ")
    (vote,) = store.votes()
    assert (vote.is_good, vote.word, vote.about, vote.time) == (False, "年份不对", ABOUT, START + timedelta(seconds=2))


def test_voting_again_changes_the_vote_and_leaves_its_word(store: UserStore) -> None:
    store.vote("r", ABOUT, is_good=False)
    store.add_word("r", ABOUT.question, ABOUT.answer, "好")
    store.vote("r", ABOUT, is_good=True)
    store.vote("another", ABOUT, is_good=False)
    assert [(vote.is_good, vote.word) for vote in store.votes()] == [(False, ""), (True, "好")]
    assert store.votes_of("r") == {answer_key(ABOUT.question, ABOUT.answer): True}
    store.take_back("r", ABOUT.question, ABOUT.answer)
    assert store.votes_of("r") == {}


def test_a_word_is_cut_at_its_limit_and_needs_a_vote(store: UserStore) -> None:
    assert not store.add_word("r", ABOUT.question, ABOUT.answer, "好")
    store.vote("r", ABOUT, is_good=True)
    store.add_word("r", ABOUT.question, ABOUT.answer, "好" * 5000)
    assert store.votes()[0].word == "好" * 200


def test_half_a_character_does_not_break_the_store(store: UserStore) -> None:
    store.vote("r\ud800", RatedAnswer("问\ud800", "答\udfff"), is_good=True)
    store.count_unanswered("问\ud800", confidence=0.1)
    store.keep("r\ud800", ConversationRevision(), "{\ud800}", name="\ud800", turns=1)
    assert store.votes()[0].about.question == "问?"


def test_a_question_counts_once_in_whatever_width_script_and_punctuation(store: UserStore) -> None:
    for question in ("ＡＢ橋多長？", "AB桥多长", " ab桥 多长?? "):
        store.count_unanswered(question, confidence=0.25)
    store.count_unanswered("？！", confidence=0.0)
    (wanted,) = store.unanswered()
    assert (wanted.asked, wanted.confidence) == (3, 0.25)
    assert wanted.question == "ab桥 多长??"
    assert wanted.time == START + timedelta(seconds=6)  # each writing looks at the clock twice


def test_the_oldest_unanswered_questions_go_first(tmp_path: Path, clock: Clock) -> None:
    store = UserStore(tmp_path, bounds=RetentionLimits(unanswered=2), now=clock)
    for question in ("甲", "乙", "甲", "丙"):
        store.count_unanswered(question, confidence=0.0)
    assert [one.question for one in store.unanswered()] == ["丙", "甲"]


def test_votes_and_conversations_are_bounded(tmp_path: Path, clock: Clock) -> None:
    store = UserStore(tmp_path, bounds=RetentionLimits(votes=2, conversations=3, conversations_of_one=2), now=clock)
    for number in range(4):
        store.vote("r", RatedAnswer(str(number), "答"), is_good=True)
        store.keep("r", ConversationRevision(), "{}", name=str(number), turns=1)
    assert [vote.about.question for vote in store.votes()] == ["3", "2"]
    assert [one.name for one in store.conversations("r")] == ["3", "2"]
    for number in range(2):
        store.keep("s", ConversationRevision(), "{}", name=str(number), turns=1)
    assert [one.name for one in store.conversations("r")] == ["3"]


def test_what_is_older_than_the_days_kept_goes(tmp_path: Path, clock: Clock) -> None:
    store = UserStore(tmp_path, bounds=RetentionLimits(days=10), now=clock)
    store.vote("r", ABOUT, is_good=True)
    store.count_unanswered("甲", confidence=0.0)
    place = store.keep("r", ConversationRevision(), "{}", name="旧", turns=1)
    for _ in range(9):
        clock.time += timedelta(days=1)
        assert store.purge() == 0
    assert len(store.votes()) == len(store.unanswered()) == len(store.conversations("r")) == 1
    clock.time += timedelta(days=1.5)
    assert store.votes() == store.unanswered() == store.conversations("r") == []
    assert store.conversation("r", place.id) is None
    store.count_unanswered("乙", confidence=0.0)  # writing takes it out of the file
    with sqlite3.connect(store.path) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]
    assert counts == [0, 1, 0]


TABLES = ("votes", "unanswered", "conversations")


def test_a_conversation_is_kept_opened_renamed_and_deleted(store: UserStore) -> None:
    first = store.keep("r", ConversationRevision(), "一", name=" 第一\n段 ", turns=1)
    second = store.keep("r", first, "一二", name="不用的名字", turns=2)
    assert second.id == first.id
    assert store.conversation("r", first.id)[1] == "一二"  # type: ignore[index]
    assert [(one.name, one.turns) for one in store.conversations("r")] == [("第一 段", 2)]
    store.rename("r", first.id, "新名" * 100)
    store.rename("r", first.id, "  ")
    assert store.conversations("r")[0].name == ("新名" * 100)[:60]
    store.delete("r", first.id)
    assert store.conversations("r") == []


def test_no_user_sees_or_touches_what_is_another_users(store: UserStore) -> None:
    mine = store.keep("mine", ConversationRevision(), "秘密", name="我的", turns=1)
    assert store.conversation("yours", mine.id) is None
    assert store.conversations("yours") == []
    store.rename("yours", mine.id, "改了")
    store.delete("yours", mine.id)
    store.delete_all("yours")
    theirs = store.keep("yours", mine, "别的", name="你的", turns=1)
    assert theirs.id != mine.id
    assert store.conversation("mine", mine.id)[1] == "秘密"  # type: ignore[index]
    assert store.conversations("mine")[0].name == "我的"


def test_the_file_has_no_users_key(store: UserStore) -> None:
    user = new_user_key()
    store.keep(user, ConversationRevision(), "{}", name="名", turns=1)
    store.vote(user, ABOUT, is_good=True)
    written = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert user.encode() not in written
    assert user not in str(store.votes())


def test_two_windows_on_one_conversation_lose_nothing(store: UserStore) -> None:
    place = store.keep("r", ConversationRevision(), "一", name="名", turns=1)
    other, _ = store.conversation("r", place.id)  # type: ignore[misc]
    store.keep("r", other, "一二", name="名", turns=2)
    apart = store.keep("r", place, "一三", name="名", turns=2)
    assert apart.id != place.id
    assert sorted(store.conversation("r", one.id)[1] for one in store.conversations("r")) == ["一三", "一二"]  # type: ignore[index]


def test_a_window_that_did_not_learn_of_its_last_writing_goes_on_with_it(store: UserStore) -> None:
    place = store.keep("r", ConversationRevision(), "一", name="名", turns=1)
    store.keep("r", place, "一二", name="名", turns=2)
    assert store.keep("r", place, "一二三", name="名", turns=3).id == place.id
    assert len(store.conversations("r")) == 1


def test_deleting_all_leaves_nothing_of_a_user_in_the_file(store: UserStore) -> None:
    store.keep("r", ConversationRevision(), "只有我知道的话", name="名", turns=1)
    store.vote("r", ABOUT, is_good=True)
    store.vote("other", ABOUT, is_good=True)
    store.delete_all("r")
    assert store.conversations("r") == []
    assert len(store.votes()) == 1
    assert "只有我知道的话".encode() not in store.path.read_bytes()


def test_several_threads_and_processes_write_at_once(store: UserStore) -> None:
    code = (
        "import sys; from pathlib import Path; from qa.userdata.store import UserStore, RatedAnswer\n"
        "store = UserStore(Path(sys.argv[1]))\n"
        "for n in range(20): store.count_unanswered('同一问', confidence=0.1);"
        " store.vote(sys.argv[2], RatedAnswer(str(n), '答'), is_good=True)"
    )
    folder = str(store.path.parent)
    processes = [subprocess.Popen([sys.executable, "-c", code, folder, str(one)]) for one in range(2)]
    own = UserStore(store.path.parent)

    def write(number: int) -> None:
        own.count_unanswered("同一问", confidence=0.1)
        own.vote(f"t{number}", ABOUT, is_good=True)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert [process.wait() for process in processes] == [0, 0]
    assert own.unanswered()[0].asked == 80
    assert len(own.votes()) == 80


@pytest.mark.parametrize(
    "content", [b"this is no database, and it is long enough to be told apart " * 40, b"SQLite format 3\0x"]
)
def test_a_damaged_file_is_told_with_its_cure(store: UserStore, content: bytes) -> None:
    store.path.write_bytes(content)
    with pytest.raises(UserStoreError, match=r"damaged.*Move it away"):
        store.votes()
    with pytest.raises(UserStoreError, match="damaged"):
        store.count_unanswered("甲", confidence=0.0)
    assert store.path.read_bytes() == content


def test_a_locked_file_is_told(store: UserStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.userdata.store._LOCK_SECONDS", 0.05)
    store.count_unanswered("甲", confidence=0.0)
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserStoreError, match="Another program may hold it"):
        store.count_unanswered("乙", confidence=0.0)
    assert [one.question for one in store.unanswered()] == ["甲"]
    holder.close()


def test_a_folder_that_is_gone_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UserStoreError, match="No such file"):
        UserStore(tmp_path / "none").count_unanswered("甲", confidence=0.0)
    assert not (tmp_path / "none").exists()


def test_another_programs_database_is_left_alone(store: UserStore) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UserStoreError, match="another version"):
        store.votes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_file_is_its_owners_alone(store: UserStore) -> None:
    store.count_unanswered("甲", confidence=0.0)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_store_survives_a_full_build(tmp_path: Path, default_encoder: Encoder) -> None:
    from embeddings import BuildOptions

    issue = SAMPLES / "2021-08-02 新闻摘编.md"
    build(issue, archive=tmp_path, encoder=default_encoder)
    store = UserStore(tmp_path)
    store.vote("r", ABOUT, is_good=True)
    build(issue, archive=tmp_path, encoder=default_encoder, options=BuildOptions(full=True))
    assert len(store.votes()) == 1
    assert (tmp_path / STORE_FILE).exists()


def test_the_days_kept_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_KEEP_DAYS", raising=False)
    assert RetentionLimits.from_environment().days == 90
    monkeypatch.setenv("BULLETIN_KEEP_DAYS", "0")
    assert RetentionLimits.from_environment().days == 0
    for wrong in ("-1", "ninety", "1.5", "9" * 5000):
        monkeypatch.setenv("BULLETIN_KEEP_DAYS", wrong)
        with pytest.raises(SourceError, match="BULLETIN_KEEP_DAYS"):
            RetentionLimits.from_environment()


def test_no_two_users_get_the_same_key() -> None:
    keys = {new_user_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) >= 43 for key in keys)


def test_a_conversation_deleted_while_it_goes_on_stays_deleted(tmp_path: Path, clock: Clock) -> None:
    store = UserStore(tmp_path, now=clock)
    place = store.keep("r", ConversationRevision(), "一", name="甲", turns=1)
    place = store.keep("r", place, "二", name="甲", turns=2, goes_on=True)
    assert [one.turns for one in store.conversations("r")] == [2]
    store.delete("r", place.id)
    assert store.keep("r", place, "三", name="甲", turns=3, goes_on=True) == place
    assert store.conversations("r") == []


READ_AS_ANOTHER = """
import os, sys
from pathlib import Path
from qa.userdata.store import RatedAnswer, UserStore, UserStoreError
if os.geteuid() == 0:  # whom no permission stops
    os.setgid(65534)
    os.setuid(65534)
store = UserStore(Path(sys.argv[1]))
print(len(store.votes()))
try:
    store.vote("someone", RatedAnswer("?", "!"), is_good=True)
except UserStoreError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_what_lies_on_a_disk_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    store = UserStore(tmp_path)
    store.vote(new_user_key(), ABOUT, is_good=True)
    shared = Path(tempfile.mkdtemp())  # its parents are open to all, as those of tmp_path are not
    shutil.copy(store.path, shared / STORE_FILE)
    try:
        (shared / STORE_FILE).chmod(0o444)
        shared.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_AS_ANOTHER, str(shared)], capture_output=True, text=True, check=False
        )
        assert done.stdout.split() == ["1", "UserStoreError"], done.stderr
    finally:
        shared.chmod(0o755)
        shutil.rmtree(shared)
