"""Which connections are held, with connections that only tell what they wait for."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from qa.server.access import AccessLimits
from qa.server.connections import BODY_SECONDS, HEAD_SECONDS, LEAST_RATE, MOST_HEAD_SECONDS, Connections, Stage
from qa.server.connections import is_too_slow as too_slow
from qa.server.turns import Turns


@dataclass(eq=False)
class FakeConnection:
    sender: str = "192.0.2.1"
    stage: Stage = Stage.HEAD
    since: float = 0.0
    received: int = 0
    dropped: list[bool] = field(default_factory=list)

    def drop(self) -> None:
        self.dropped.append(True)


def held(limits: AccessLimits, *connections: FakeConnection, proxies: tuple[str, ...] = ()) -> Connections:
    made = Connections(limits, proxies=proxies)
    assert all(made.admit(one) for one in connections)
    return made


@pytest.mark.parametrize(
    ("stage", "seconds", "received", "slow"),
    [
        (Stage.HEAD, HEAD_SECONDS - 1, 0, False),
        (Stage.HEAD, HEAD_SECONDS + 1, 0, True),
        (Stage.HEAD, HEAD_SECONDS + 1, int(2 * LEAST_RATE), False),
        (Stage.HEAD, MOST_HEAD_SECONDS + 1, 10**9, True),
        (Stage.BODY, BODY_SECONDS + 1, 30, True),
        (Stage.BODY, 3600.0, int(3600 * LEAST_RATE), False),  # a large upload over a slow line
        (Stage.ANSWER, 3600.0, 0, False),
    ],
)
def test_a_request_has_its_time(stage: Stage, seconds: float, received: int, slow: bool) -> None:
    assert too_slow(FakeConnection(stage=stage, received=received), seconds) is slow


def test_of_one_sender_the_oldest_without_a_request_goes_for_the_next() -> None:
    limits = AccessLimits(max_sender_connections=3)
    busy, half, idle = FakeConnection(stage=Stage.ANSWER), FakeConnection(stage=Stage.BODY), FakeConnection()
    connections = held(limits, busy, half, idle)
    assert connections.admit(FakeConnection("192.0.2.2"))
    assert not half.dropped
    assert connections.admit(FakeConnection())
    assert (busy.dropped, half.dropped, idle.dropped) == ([], [True], [])
    assert len(connections) == 4


def test_a_sender_whose_connections_are_all_answered_gets_no_more() -> None:
    connections = held(AccessLimits(max_sender_connections=1), FakeConnection(stage=Stage.ANSWER))
    assert not connections.admit(FakeConnection())
    assert len(connections) == 1


def test_where_all_are_taken_the_sender_with_most_gives_one_up() -> None:
    few = FakeConnection("192.0.2.2")
    many = [FakeConnection() for _ in range(3)]
    connections = held(AccessLimits(max_connections=4), few, *many)
    assert connections.admit(FakeConnection("192.0.2.3"))
    assert not few.dropped
    assert [len(one.dropped) for one in many] == [1, 0, 0]


def test_the_users_behind_a_named_proxy_are_not_counted_as_one() -> None:
    connections = held(AccessLimits(max_sender_connections=1), FakeConnection("10.0.0.7"), proxies=("10.0.0.0/8",))
    assert connections.admit(FakeConnection("10.0.0.7"))
    assert len(connections) == 2


def test_a_connection_that_is_closed_gives_its_place_back() -> None:
    one = FakeConnection(stage=Stage.ANSWER)
    connections = held(AccessLimits(max_sender_connections=1), one)
    connections.forget(one)
    assert connections.admit(FakeConnection())


def order(*waiting: str) -> list[str]:
    """In which order calls are taken, one after the other."""
    turns, left, taken = Turns(), list(waiting), []
    while left:
        sender = left.pop(turns.next(left))
        turns.took(sender)
        taken.append(sender)
    return taken


def test_senders_take_turns() -> None:
    assert order("a", "a", "a", "a", "b", "b", "c") == ["a", "b", "c", "a", "b", "a", "a"]


def test_who_has_nothing_under_way_goes_before_who_has() -> None:
    turns = Turns()
    turns.took("b")
    assert turns.next(["a", "a", "b"], running=["a", "a"]) == 2


def test_a_queue_in_which_nobody_waits_has_no_next() -> None:
    with pytest.raises(ValueError, match="empty"):
        Turns().next([])
