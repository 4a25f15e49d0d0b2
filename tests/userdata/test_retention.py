"""What is too old goes by itself, and a clock that is wrong for a while takes nothing with it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from qa.errors import HistoryCode
from qa.userdata.retention import purging
from qa.userdata.store import ConversationRevision, RatedAnswer, RetentionLimits, UserStore, UserStoreError

START = datetime(2025, 9, 13, 8, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)


class SetClock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> UserStore:
    store = UserStore(tmp_path, bounds=RetentionLimits(days=10), now=clock)
    leave(store)
    return store


def leave(store: UserStore) -> ConversationRevision:
    store.vote("r", RatedAnswer("桥多长？", "三百米。"), is_good=True)
    store.count_unanswered("甲", confidence=0.0)
    return store.keep("r", ConversationRevision(), '{"a": "机密"}', name="旧", turns=1)


def counts(store: UserStore) -> list[int]:
    with closing(sqlite3.connect(store.path)) as connection:
        tables = ("votes", "unanswered", "conversations")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def pass_days(store: UserStore, clock: SetClock, days: int) -> None:
    for _ in range(days):
        clock.time += DAY
        store.purge()


def test_what_is_too_old_goes_without_a_writing_and_from_the_file(store: UserStore, clock: SetClock) -> None:
    pass_days(store, clock, 10)
    assert counts(store) == [1, 1, 1]
    pass_days(store, clock, 1)
    assert counts(store) == [0, 0, 0]
    files = store.path.parent.glob(f"{store.path.name}*")
    assert not any("机密".encode() in path.read_bytes() for path in files)


def test_nothing_is_kept_for_no_days(store: UserStore, clock: SetClock, tmp_path: Path) -> None:
    assert counts(store) == [1, 1, 1]
    nothing = UserStore(tmp_path, bounds=RetentionLimits(days=0), now=clock)
    assert nothing.purge() == 3
    leave(nothing)
    assert counts(store) == [0, 0, 0]


@pytest.mark.parametrize("step", [timedelta(days=3650), timedelta(days=30), timedelta(days=-3650)])
def test_a_clock_that_is_wrong_for_a_while_deletes_nothing(store: UserStore, clock: SetClock, step: timedelta) -> None:
    clock.time += step
    for _ in range(20):
        leave(store)
        store.purge()
        clock.time += timedelta(hours=1)
    clock.time -= step
    store.purge()
    assert counts(store)[0] == 1
    assert len(store.conversations("r")) >= 1
    pass_days(store, clock, 5)
    assert counts(store)[1:] == [1, 21]


def test_a_machine_that_was_off_for_a_month_deletes_a_day_later_and_shows_nothing_meanwhile(
    store: UserStore, clock: SetClock
) -> None:
    clock.time += 30 * DAY
    store.purge()
    assert (counts(store), store.conversations("r")) == ([1, 1, 1], [])
    for _ in range(25):
        clock.time += timedelta(hours=1)
        store.purge()
    assert counts(store) == [0, 0, 0]


def test_times_from_the_future_end_as_well(store: UserStore, clock: SetClock) -> None:
    for number in range(3):
        store.count_unanswered(f"问题{number}", confidence=0.0)
    clock.time += timedelta(days=3650)
    store.count_unanswered("来自将来", confidence=0.0)
    clock.time -= timedelta(days=3650)
    pass_days(store, clock, 12)
    assert counts(store)[1] == 0


def test_a_store_of_the_release_before_is_purged_too(store: UserStore, clock: SetClock) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE clock")
    pass_days(store, clock, 11)
    assert counts(store) == [0, 0, 0]


def test_a_store_of_another_version_says_so(store: UserStore) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UserStoreError) as raised:
        store.purge()
    assert raised.value.code is HistoryCode.NEWER


def test_a_page_purges_when_it_starts_and_now_and_again(store: UserStore, tmp_path: Path) -> None:
    purged: list[int] = []
    enough = threading.Event()

    def purge() -> None:
        purged.append(1)
        if len(purged) >= 3:
            enough.set()
        raise UserStoreError(HistoryCode.NEWER, path=tmp_path)  # trouble once is tried again

    with purging(purge, every_seconds=0.001):
        assert enough.wait(60)
    assert not any(thread.name == "retention" for thread in threading.enumerate())
    assert UserStore(tmp_path / "nothing").purge() == 0
