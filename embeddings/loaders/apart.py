"""Reading in a process of its own, with limits on memory and time: a hostile file takes down that process alone.

A process is kept for the next file, because what it has loaded takes seconds to load; it ends when nothing came for a
minute, with this process, and after whatever goes wrong in it. What it is told is pickled; what it gives back is JSON,
so that a file that takes it over has no way back into this process.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO

from embeddings.config import Limits, Variable
from embeddings.errors import SourceCode, SourceError, error_from_row
from embeddings.sources.started import end_group

_MOST_AT_ONCE = 2  # one that is long must not hold up all others; each may take the whole memory that is allowed
_START_SECONDS = 120.0  # until the first word of a new process, on a machine that is busy
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from embeddings.loaders.worker import work; work()"

Work = Callable[..., Any]


def run_apart(work: Work, *arguments: Any, name: str, limits: Limits) -> Any:
    """What a function of a module gives for some arguments, in a process of its own; JSON, and bytes.

    `name` is that of the file, for the errors. The function may tell by `page_done` that a page is read, from when on
    the time counts anew. Raises SourceError as the function does, and where it takes longer than `limits.max_seconds`,
    more memory than `limits.max_memory` bytes (once it reads a picture, `limits.max_scan_memory`), or breaks its
    process.
    """
    target = f"{work.__module__}:{work.__qualname__}"
    request = pickle.dumps((target, arguments, limits.max_seconds))
    with _at_once:
        while True:
            process, is_new = _take(limits)
            try:
                frame = process.ask(request, limits.max_seconds)
            except TimeoutError:
                process.kill()
                raise SourceError(SourceCode.READING_TOOK_LONG, name=name, limit=limits.max_seconds) from None
            except BaseException:  # an interrupt, say: it must not go on reading for nobody
                process.kill()
                raise
            if frame is None and not is_new and process.has_left():
                continue  # it had been idle, and ended as the request came
            break
    if frame is None or "memory" in frame:
        process.kill()
        limit, variable = limits.max_memory, Variable.MAX_MEMORY
        if process.reads_a_picture:
            limit, variable = limits.max_scan_memory, Variable.MAX_SCAN_MEMORY
        raise SourceError(SourceCode.READING_TOOK_MUCH, name=name, limit=limit, variable=variable)
    _give_back(process)
    if "error" in frame:
        raise error_from_row(frame["error"])
    if "failed" in frame:
        kind, detail = frame["failed"]
        raise SourceError(SourceCode.LOADER_FAILED, name=name, kind=kind, detail=detail)
    return decoded(frame["result"])


def encoded(value: Any) -> Any:
    """A value for JSON, in which bytes are written as text."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, list | tuple):
        return [encoded(one) for one in value]
    return value


def decoded(value: Any) -> Any:
    """The value that `encoded` wrote; a tuple has become a list."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return [decoded(one) for one in value] if isinstance(value, list) else value


def write_frame(stream: BinaryIO, frame: dict[str, Any]) -> None:
    """One message of a reading process: its length in four bytes, and its JSON."""
    body = json.dumps(frame, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


class ReadingProcess:
    """A process that does one piece of work after the other. Used by one thread at a time.

    `memory` are the bytes that it may take: for all else, and for reading pictures.
    """

    def __init__(self, memory: tuple[int, int]) -> None:
        self.memory = memory
        self.reads_a_picture = False
        self._group = 0  # of the program that it has started, which would outlive it
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps(sys.path), *map(str, memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._frames: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._is_ready = False
        self._listener = threading.Thread(target=self._listen, name="reading", daemon=True)
        self._listener.start()

    def ask(self, request: bytes, seconds: float) -> dict[str, Any] | None:
        """The last message about a request; None where the process ended without one. Raises TimeoutError."""
        stream = self._process.stdin
        assert stream is not None  # by the way it was made
        self.reads_a_picture = False
        try:
            stream.write(len(request).to_bytes(8, "big") + request)
            stream.flush()
        except OSError:
            return None
        while True:
            try:
                frame = self._frames.get(timeout=seconds if self._is_ready else _START_SECONDS)
            except Empty:
                raise TimeoutError from None
            if frame is None or not frame.keys() & {"ready", "scan", "page", "group"}:
                return frame
            self._is_ready = True
            self.reads_a_picture = self.reads_a_picture or "scan" in frame

    def has_left(self) -> bool:
        """Whether the process ended of its own accord, because nothing came for long."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=10) == 0
        return False

    def kill(self) -> None:
        """End it at once, and what it has started."""
        self._process.kill()
        self._process.wait()
        self._listener.join(10)  # it may have told of a program that nobody has heard of yet
        if self._group:
            end_group(self._group)
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            while len(head := stream.read(4)) == 4:
                body = stream.read(int.from_bytes(head, "big"))
                try:
                    frame = json.loads(body)
                except ValueError:  # cut off
                    break
                self._group = frame.get("group", self._group)
                self._frames.put(frame)
        self._frames.put(None)


_at_once = threading.BoundedSemaphore(_MOST_AT_ONCE)
_idle: list[ReadingProcess] = []
_idle_lock = threading.Lock()


def _take(limits: Limits) -> tuple[ReadingProcess, bool]:
    """A process that has nothing to do, and whether it is new."""
    memory = (limits.max_memory, limits.max_scan_memory)
    with _idle_lock:
        while _idle:
            process = _idle.pop()
            if process.memory == memory:
                return process, False
            process.kill()
    return ReadingProcess(memory), True


def _give_back(process: ReadingProcess) -> None:
    with _idle_lock:
        if not _idle:
            _idle.append(process)
            return
    process.kill()


def _begin_anew() -> None:
    """In a process that was forked: what the other process started is the other's."""
    global _at_once, _idle, _idle_lock
    _of_another.extend(_idle)  # not given up here, which would be noticed there
    _at_once, _idle, _idle_lock = threading.BoundedSemaphore(_MOST_AT_ONCE), [], threading.Lock()


_of_another: list[ReadingProcess] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


@atexit.register
def end_reading_processes() -> None:
    """End the processes that wait for the next file."""
    with _idle_lock:
        while _idle:
            _idle.pop().kill()
