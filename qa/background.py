"""Work in a thread of its own, which tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

Told = TypeVar("Told")
Result = TypeVar("Result")


class Background(Generic[Told, Result]):
    """Work in a thread of its own: iterate over what it tells, then take its result. It ends even if nobody listens.

    `work` is called with the function by which it tells. A `daemon` is left where it is when the program ends, as a
    read that hangs must be.
    """

    def __init__(
        self, work: Callable[[Callable[[Told], None]], Result], *, name: str = "background", daemon: bool = False
    ) -> None:
        self._work = work
        self._told: SimpleQueue[Told | _End] = SimpleQueue()
        self._future: Future[Result] = Future()
        Thread(target=self._run, name=name, daemon=daemon).start()

    def _run(self) -> None:
        try:
            self._future.set_result(self._work(self._told.put))
        except BaseException as error:  # whatever it is, it is raised where the result is taken
            self._future.set_exception(error)
        self._told.put(_END)

    def __iter__(self) -> Iterator[Told]:
        return self.told()

    def told(self, *, timeout: float | None = None) -> Iterator[Told]:
        """What the work tells, until it ends. Raises TimeoutError when that takes longer than `timeout` seconds."""
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                said = self._told.get(timeout=None if ends is None else max(0.0, ends - time.monotonic()))
            except Empty:
                raise TimeoutError(f"not done in {timeout:g} seconds") from None
            if isinstance(said, _End):
                return
            yield said

    def result(self) -> Result:
        """What the work returned. Raises what it raised."""
        return self._future.result()


class _End:
    """After the last thing that was told."""


_END = _End()
