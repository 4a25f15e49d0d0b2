"""Bits that flip in what users left behind are found, and what they did not spoil is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings import build
from qa.cli import main
from qa.userdata.store import STORE_FILE, ConversationRevision, RatedAnswer, UserStore
from tests.support.fakes import CountingEncoder
from tests.support.paths import SAMPLES

USER = "u" * 43


def filled(folder: Path, *, each: int = 30) -> UserStore:
    store = UserStore(folder)
    for number in range(each):
        store.vote(USER, RatedAnswer(f"第{number}座桥多长？", f"{number}米。" * 20), is_good=True)
        store.count_unanswered(f"第{number}条河多深", confidence=0.25)
        store.keep(USER, ConversationRevision(), f"第{number}段谈话" * 20, name=f"谈话{number}", turns=1)
    return store


def rows_of(store: UserStore) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Everything a user can see again."""
    votes = [vote.about.question + vote.about.answer for vote in store.votes()]
    talks = [(one.name, store.conversation(USER, one.id)[1]) for one in store.conversations(USER)]  # type: ignore[index]
    return votes, [one.question for one in store.unanswered()], talks


def flip(store: UserStore, place: Callable[[bytes], int]) -> None:
    """Flip a bit of the one file of a store."""
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(store.path.read_bytes())
    content[place(bytes(content))] ^= 2
    store.path.write_bytes(content)


def test_a_store_that_is_as_it_was_written_is_whole(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert not store.damage()
    store.add_word(USER, "第1座桥多长？", "1米。" * 20, "好")
    store.rename(USER, store.conversations(USER)[0].id, "新名")
    store.delete(USER, store.conversations(USER)[1].id)
    store.take_back(USER, "第2座桥多长？", "2米。" * 20)
    store.count_unanswered("第1条河多深", confidence=0.5)
    store.purge()
    assert store.damage().lines() == []
    assert not UserStore(tmp_path / "none").damage()


@pytest.mark.parametrize(
    ("text", "said"),
    [("7米。7米", "1 votes"), ("第7条河多深", "1 questions without an answer"), ("第7段谈话第7段", "1 conversations")],
)
def test_a_flipped_bit_of_a_row_is_found_and_takes_that_row_alone(tmp_path: Path, text: str, said: str) -> None:
    store = filled(tmp_path)
    before = rows_of(store)
    flip(store, lambda content: content.rindex(text.encode()) + 4)
    assert any(said in line for line in store.damage().lines())
    kept, lost = store.mend()
    assert kept == 89
    assert sum(map(len, lost.missing.values())) == 1
    assert not store.damage()
    after = rows_of(store)
    assert sum(len(was) - len(now) for was, now in zip(before, after, strict=True)) == 1
    assert all(set(now) <= set(was) for was, now in zip(before, after, strict=True))
    store.vote(USER, RatedAnswer("还能写吗？", "能。"), is_good=True)
    assert not store.damage()


def test_wherever_a_bit_flips_nothing_is_shown_that_was_not_written(tmp_path: Path) -> None:
    store = filled(tmp_path)
    before = rows_of(store)
    flip(store, lambda content: len(content) - 1)
    content = bytearray(store.path.read_bytes())
    content[-1] ^= 2
    for place in range(101, len(content), len(content) // 60):
        flipped = bytearray(content)
        flipped[place] ^= 64
        store.path.write_bytes(flipped)
        if store.damage():
            store.mend()
        assert not store.damage(), place
        after = rows_of(store)
        assert all(set(now) <= set(was) for was, now in zip(before, after, strict=True)), place


def test_a_row_that_is_gone_without_being_deleted_is_missed(tmp_path: Path) -> None:
    store = filled(tmp_path, each=3)
    with sqlite3.connect(store.path) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("DELETE FROM votes WHERE vote_key = 2")
    assert store.damage().lines() == ["users' data: 1 votes are missing"]


def test_what_an_earlier_release_wrote_is_sealed_with_the_next_writing(tmp_path: Path) -> None:
    store = filled(tmp_path, each=3)
    with sqlite3.connect(store.path) as connection:  # as that release does, which knows nothing of checksums
        connection.execute("UPDATE conversations SET name = '旧版改名'")
    assert not store.damage()
    store.count_unanswered("又一问", confidence=0.0)
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM unsealed").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM checksums").fetchone() == (10,)
    assert not store.damage()


@pytest.mark.usefixtures("english")
def test_check_tells_of_users_data_and_repair_says_what_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "archive"
    build(SAMPLES / "2021-08-02 新闻摘编.md", archive=archive, encoder=CountingEncoder())
    store = filled(archive, each=5)
    flip(store, lambda content: content.rindex("第3段谈话第3段".encode()) + 4)
    main(["check", "--archive", str(archive)])
    assert "wrong: users' data: 1 conversations are not as they were stored" in capsys.readouterr().out
    main(["check", "--repair", "--archive", str(archive)])
    printed = capsys.readouterr().out
    assert "mended: users' data: 14 rows are kept" in printed
    assert "wrong: users' data: 1 conversations are missing: they are lost" in printed
    main(["check", "--archive", str(archive)])
    assert "users' data" not in capsys.readouterr().out
    assert (archive / STORE_FILE).exists()
