"""Small files that ask for much, or for what they should not, dropped into a folder that is watched."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embeddings import BuildReport, WatchOptions, watch
from embeddings.errors import SourceError
from embeddings.loaders.apart import end_reading_processes
from tests.support.fakes import CountingEncoder

from .hostile_files import HOSTILE

MOST_MEGABYTES, MOST_SECONDS = 1_500, 60
Row = dict[str, Any]  # outcome, seconds, megabytes of reader and watch, and whether it goes on

_PATIENCE = 300.0  # seconds for one step, by the clock; what is counted is processor time
_SETTLE = WatchOptions(settle_seconds=0.2, rescan_seconds=0.5)
_GOOD = "# {name}\n\n{name}的水渠昨天通了水，全长三千米。\n"


def read_hostile(folder: Path) -> int:
    """Print a row a file, and return how many took more than they may or stopped the watch."""
    folder.mkdir()
    print("| file | size | what became of it | CPU seconds | peak of the reader | of the watch | goes on |")
    print("|---|---|---|---|---|---|---|", flush=True)
    failed = []
    for name, make in HOSTILE.items():
        work = folder / "work"
        work.mkdir()
        made = make(work / "waiting")
        size = made.lstat().st_size / 1000
        row = _in_a_process(work)
        peaks = f"{row['reader']:.0f} MB | {row['watch']:.0f} MB"
        goes_on = "yes" if row["goes on"] else "NO"
        print(
            f"| {name} | {size:,.0f} kB | {row['outcome']} | {row['seconds']:.1f} | {peaks} | {goes_on} |", flush=True
        )
        if not row["goes on"] or row["seconds"] > MOST_SECONDS or max(row["reader"], row["watch"]) > MOST_MEGABYTES:
            failed.append(name)
        shutil.rmtree(work)
    print(f"\n{len(HOSTILE)} hostile files; beyond {MOST_MEGABYTES} MB or {MOST_SECONDS} s, or stopped: {failed or 0}")
    return len(failed)


def _in_a_process(work: Path) -> Row:
    """Watch a folder in a process of its own, whose memory is then its own."""
    command = [sys.executable, "-m", "benchmarks.faults.hostile", str(work)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=4 * _PATIENCE, check=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        outcome = "the watch hangs"
    except (subprocess.CalledProcessError, IndexError, ValueError) as error:
        outcome = f"the watch ended: {error}"
    return {"outcome": outcome, "seconds": _PATIENCE, "reader": 0.0, "watch": 0.0, "goes on": False}


def _watch_it(work: Path) -> Row:
    """Watch a folder; put a good file into it, the hostile one, and another good one."""
    folder, (waiting,) = work / "issues", (work / "waiting").iterdir()
    folder.mkdir()
    told: list[BuildReport | Exception] = []
    stop = threading.Event()
    watching = threading.Thread(
        target=watch,
        args=([folder],),
        kwargs={
            "archive": work / "archive",
            "options": _SETTLE,
            "encoder": CountingEncoder(),
            "on_report": told.append,
            "on_error": told.append,
            "stop": stop,
        },
        daemon=True,
    )
    watching.start()
    _put(folder, "前")
    _wait(told, 1)
    waiting.rename(folder / waiting.name)
    _wait(told, 2)
    outcome = _outcome(told[1:])
    seen = len(told)
    _put(folder, "后")
    _wait(told, seen + 1)
    goes_on = watching.is_alive() and any(isinstance(one, BuildReport) and one.added for one in told[seen:])
    stop.set()
    watching.join(30)
    end_reading_processes()
    reader, own = (resource.getrusage(whose) for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    return {
        "outcome": outcome,
        "seconds": reader.ru_utime + reader.ru_stime + own.ru_utime + own.ru_stime,
        "reader": reader.ru_maxrss / 1000,
        "watch": _peak(),
        "goes on": goes_on,
    }


def _peak() -> float:
    """The most megabytes that this process had; what `getrusage` says is its parent's where that had more."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 if found else 0.0


def _put(folder: Path, name: str) -> None:
    (folder / f"{name}.md").write_text(_GOOD.format(name=name), encoding="utf-8")


def _wait(told: list[BuildReport | Exception], count: int) -> None:
    """Wait until so much has been told, or nothing comes any more."""
    ends = time.monotonic() + _PATIENCE
    while len(told) < count and time.monotonic() < ends:
        time.sleep(0.05)


def _outcome(told: list[BuildReport | Exception]) -> str:
    return ", ".join(dict.fromkeys(_words(told))) or "nothing is told"


def _words(told: list[BuildReport | Exception]) -> Iterator[str]:
    for one in told:
        if isinstance(one, BuildReport):
            if one.added:
                yield f"{one.articles} articles"
            for skipped in one.skipped:
                yield str(skipped.error.code.value if isinstance(skipped.error, SourceError) else skipped.error)
        else:
            yield f"error: {one}"


if __name__ == "__main__":
    print(json.dumps(_watch_it(Path(sys.argv[1])), ensure_ascii=False))
    sys.stdout.flush()
    os._exit(0)  # a watch that hangs must not hold this process
