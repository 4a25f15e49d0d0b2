"""A network between a client and a server that can be cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

_BLOCK = 16_384


class CuttingProxy:
    """Passes connections on to a port of this machine, and breaks all of them once so many bytes were sent to it.

    `sent` counts the bytes. `on_cut` is called once, before the connections break; afterwards new ones pass again.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut_after: int | None = None
        self._on_cut: Callable[[], object] = lambda: None
        self.sent = 0

    def cut_after(self, count: int | None, on_cut: Callable[[], object] = lambda: None) -> None:
        """Cut once `count` bytes more were sent; None for never."""
        with self._lock:
            self.sent, self._cut_after, self._on_cut = 0, count, on_cut

    def cut_was_made(self) -> bool:
        """Whether the connections were cut since `cut_after` was called with a number."""
        with self._lock:
            return self._cut_after is None

    def __enter__(self) -> CuttingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listening.close()
        self._break()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open += [client, server]
            for one, other, counts in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(one, other, counts), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while block := one.recv(_BLOCK):
                if counts and self._is_cut_by(len(block)):
                    self._on_cut()
                    self._break()
                    return
                other.sendall(block)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_cut_by(self, count: int) -> bool:
        with self._lock:
            self.sent += count
            if self._cut_after is None or self.sent <= self._cut_after:
                return False
            self._cut_after = None
            return True

    def _break(self) -> None:
        with self._lock:
            opened, self._open = self._open, []
        for end in opened:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
