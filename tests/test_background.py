from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from qa.background import Background

Tell = Callable[[str], None]


def test_background_work_tells_and_then_gives_its_result() -> None:
    def work(tell: Tell) -> int:
        tell("一")
        tell("二")
        return 3

    job = Background(work)
    assert list(job) == ["一", "二"]
    assert job.result() == 3


def test_background_work_that_fails_raises_where_its_result_is_taken() -> None:
    def work(tell: Tell) -> int:
        tell("一")
        raise OSError("not done")

    job = Background(work)
    assert list(job) == ["一"]
    with pytest.raises(OSError, match="not done"):
        job.result()


def test_work_that_takes_too_long_is_left() -> None:
    go_on = threading.Event()

    def work(tell: Tell) -> None:
        tell("一")
        go_on.wait()

    told = Background(work, daemon=True).told(timeout=0.05)
    assert next(told) == "一"
    with pytest.raises(TimeoutError, match="not done in"):
        next(told)
    go_on.set()


def test_background_work_ends_though_nobody_listens() -> None:
    done = threading.Event()

    def work(tell: Tell) -> None:
        tell("一")
        done.set()

    Background(work)
    assert done.wait(10)
