"""Which connections are held: a whole request has its time, and nobody has more than a share of them.

A server that waits patiently is held by whoever sends half a request on each of many connections. A request has to
arrive at no less than `LEAST_RATE` once its grace is over, first its head and then its body, as Apache's
mod_reqtimeout has it; and where there are too many connections, those on which no whole request came go first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import Any, Protocol

from qa.server.access import AccessLimits
from qa.server.auth import network_of

HEAD_SECONDS = 20.0  # for the head of a request, and for its body: these, and as long as bytes keep coming
BODY_SECONDS = 20.0
LEAST_RATE = 500.0  # bytes a second
MOST_HEAD_SECONDS = 40.0  # for a head, whatever comes
_LOOK_SECONDS = 1.0  # between two looks at all connections


class Stage(str, Enum):
    """What a connection is waiting for."""

    HEAD = "head"  # of the next request, or of the first
    BODY = "body"  # of a request that the page is reading
    ANSWER = "answer"  # from the page

    __str__ = str.__str__


class HeldConnection(Protocol):
    """A connection as far as it is watched here. Times are the event loop's, in seconds."""

    sender: str
    stage: Stage
    since: float  # it has been in its stage
    received: int  # bytes since then

    def drop(self) -> None:
        """Close it at once."""
        ...


def is_too_slow(connection: HeldConnection, now: float) -> bool:
    """Whether a request has had its time."""
    waited = now - connection.since
    earned = connection.received / LEAST_RATE
    if connection.stage is Stage.HEAD:
        return waited > min(HEAD_SECONDS + earned, MOST_HEAD_SECONDS)
    return connection.stage is Stage.BODY and waited > BODY_SECONDS + earned


class Connections:
    """All connections to one page. Used in one event loop."""

    def __init__(self, limits: AccessLimits, *, proxies: tuple[str, ...] = ()) -> None:
        self._limits = limits
        self._proxies = [ip_network(one) for one in proxies]
        self._held: dict[HeldConnection, None] = {}  # in the order in which they came

    def __len__(self) -> int:
        return len(self._held)

    def admit(self, connection: HeldConnection) -> bool:
        """Whether there is room for a connection, for which another of its sender may have to go. It counts if so."""
        of_sender = [one for one in self._held if one.sender == connection.sender]
        if not self._is_proxy(connection.sender) and len(of_sender) >= self._limits.max_sender_connections:
            return self._replaced(of_sender, connection)
        if len(self._held) >= self._limits.max_connections:
            return self._replaced(self._of_greediest(), connection)
        self._held[connection] = None
        return True

    def forget(self, connection: HeldConnection) -> None:
        """A connection has been closed."""
        self._held.pop(connection, None)

    def _replaced(self, among: list[HeldConnection], connection: HeldConnection) -> bool:
        idle = next((one for one in among if one.stage is not Stage.ANSWER), None)
        if idle is None:
            return False
        self.forget(idle)
        idle.drop()
        self._held[connection] = None
        return True

    def _of_greediest(self) -> list[HeldConnection]:
        """The connections of the sender who has the most that wait for a request."""
        waiting: dict[str, list[HeldConnection]] = {}
        for one in self._held:
            if one.stage is not Stage.ANSWER:
                waiting.setdefault(one.sender, []).append(one)
        return max(waiting.values(), key=len, default=[])

    def _is_proxy(self, sender: str) -> bool:
        """Whether many users share an address, because they come through a proxy that is named."""
        try:
            address = ip_address(sender)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def guarded_protocol(connections: Connections) -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, on connections that are watched."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class GuardedProtocol(H11Protocol):  # type: ignore[misc]
        """HTTP on a connection that knows what it waits for, and for how long."""

        sender: str
        stage: Stage
        since: float
        received: int

        def connection_made(self, transport: Any) -> None:
            """Take a connection, or close it where there is no room."""
            super().connection_made(transport)
            self.sender = network_of(self.client[0] if self.client else "")
            self._enter(Stage.HEAD)
            if not connections.admit(self):
                self.drop()
                return
            self._look_again()

        def connection_lost(self, exc: Exception | None) -> None:
            """Give its place back."""
            connections.forget(self)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Bytes of a request."""
            self._note_stage()
            self.received += len(data)
            super().data_received(data)
            if self._note_stage():
                self.received = len(data)  # some of it may be of the new stage

        def drop(self) -> None:
            """Close it at once, whatever is under way."""
            self.transport.abort()

        def _note_stage(self) -> bool:
            stage = _stage_of(self.cycle)
            if stage is self.stage:
                return False
            self._enter(stage)
            return True

        def _enter(self, stage: Stage) -> None:
            self.stage, self.since, self.received = stage, self.loop.time(), 0

        def _look_again(self) -> None:
            if self.transport.is_closing():
                return
            self._note_stage()
            if is_too_slow(self, self.loop.time()):
                self.drop()
                return
            self.loop.call_later(_LOOK_SECONDS, self._look_again)

    return GuardedProtocol


def _stage_of(cycle: Any) -> Stage:
    """What a connection waits for, by the request that uvicorn has on it."""
    if cycle is None or cycle.response_complete:
        return Stage.HEAD
    return Stage.BODY if cycle.more_body else Stage.ANSWER


def guard(connections: Connections, proxies: tuple[str, ...]) -> Callable[[Any], None]:
    """What makes a uvicorn server hold these connections and believe these proxies: a change of its configuration."""

    def change(config: Any) -> None:
        config.http = guarded_protocol(connections)
        config.ws = "none"  # the page has none, and they would escape the limits
        config.proxy_headers = bool(proxies)
        config.forwarded_allow_ips = list(proxies)

    return change
