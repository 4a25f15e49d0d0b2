"""What a call costs in CPU time. Other work on the machine, which the clock on the wall counts too, does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object]) -> float:
    """The CPU seconds that a call takes in its own thread."""
    start = time.thread_time()
    call()
    return time.thread_time() - start


def growth(call: Callable[[int], object], *, small: int, large: int, times: int = 2) -> float:
    """How many times as much a call costs at a large size as at a small one, each the least of some calls.

    What grows with the size comes to large / small, what grows with its square to the square of that.
    """

    def least(size: int) -> float:
        return min(cpu_seconds(lambda: call(size)) for _ in range(times))

    return least(large) / max(least(small), 1e-3)
