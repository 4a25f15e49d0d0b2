"""What an archive costs as it grows: to add an issue, to open, to ask, to derive everything anew.

usage: python benchmarks/scale.py [--sizes 10000,100000] [--folder DIR] [--picture FILE.svg]

Archives are made of sentences of the sample bulletins in random order, twelve articles an issue, with vectors that lie
as near to each other as those of a real model; they are kept in the folder, where one is given, and used again. Costs
are without encoding and without the reader, which do not depend on the size. Every step is in a process of its own, so
that its memory is its own. Prints a table with the growth from each size to the next, and draws what an issue costs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Archive, Article, Issue, Settings, read_issue_file, split_sentences
from embeddings.archive.base import ArchiveWriter, PreparedIssue
from embeddings.archive.registry import open_for_writing
from embeddings.chunking import chunk_article
from qa.query.question import read_question
from qa.retrieval.search import find_passages

SAMPLES = Path(__file__).parents[1] / "bulletins"
ARTICLES_AN_ISSUE = 12
DIMENSION = 384
SETTINGS = Settings("random", "random", DIMENSION, 250, 50)
ISSUES_A_COMMIT = 50
QUESTIONS = 100


class Source:
    """Issues of recombined sentences, each the same for its number, with vectors near those of whole chunks."""

    def __init__(self) -> None:
        articles = [article for path in sorted(SAMPLES.iterdir()) for article in read_issue_file(path)]
        self.sentences = [
            article.body[start:end] for article in articles for start, end in split_sentences(article.body)
        ]
        self.titles = [article.title for article in articles if article.title]
        self._centres = np.random.default_rng(1).standard_normal((512, DIMENSION)).astype(np.float32)
        self._common = np.random.default_rng(2).standard_normal(DIMENSION).astype(np.float32) * 2.0

    def issue(self, number: int) -> PreparedIssue:
        """The issue of a number."""
        draw = random.Random(number)
        day = date(2000, 1, 1) + timedelta(days=number)
        identity = hashlib.sha256(str(number).encode()).hexdigest()
        bare = Issue(identity, f"第{number}期", day, f"/issues/{number}.txt")
        articles = tuple(
            Article(
                f"{number}-{at}",
                bare,
                draw.choice(self.titles),
                "".join(draw.choices(self.sentences, k=draw.randint(4, 24))),
                section=f"第{at % 4 + 1}版",
                date=day,
            )
            for at in range(ARTICLES_AN_ISSUE)
        )
        chunks = {
            article.id: [
                (chunk, f"{article.id}:{chunk.start}")
                for chunk in chunk_article(article, max_chars=SETTINGS.max_chars, overlap_chars=SETTINGS.overlap_chars)
            ]
            for article in articles
        }
        issue = Issue(bare.id, bare.name, day, bare.source, articles=articles)
        return PreparedIssue(issue, "recipe", "/issues", f"reading {number}", chunks)

    def vectors(self, keys: Sequence[str]) -> dict[str, np.ndarray]:
        """A unit vector for each key; cosines of any two are high, as E5's are, and many have near neighbours."""
        made = {}
        for key in keys:
            draw = np.random.default_rng(list(key.encode()))
            direction = self._common + self._centres[draw.integers(512)] + draw.standard_normal(DIMENSION)
            made[key] = (direction / np.linalg.norm(direction)).astype(np.float32)
        return made

    def add(self, archive: ArchiveWriter, numbers: Sequence[int]) -> int:
        """Commit some issues, and return how many chunks they have."""
        issues = [self.issue(number) for number in numbers]
        keys = [key for issue in issues for pairs in issue.chunks.values() for _, key in pairs]
        archive.store_vectors(self.vectors(keys))
        archive.commit(add=issues, remove=[], settings=SETTINGS)
        return len(keys)


def main() -> None:
    """Make the archives, measure each, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000", help="chunks (default: %(default)s)")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--picture", type=Path, help="needs matplotlib")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments.folder)))
        return
    sizes = [int(size) for size in arguments.sizes.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        measured = [_measure(_archive_of(folder, size), Path(scratch) / "copy") for size in sizes]
    _print(sizes, measured)
    if arguments.picture:
        _draw(measured, arguments.picture)


def _archive_of(folder: Path, size: int) -> Path:
    path = folder / f"chunks-{size}"
    if (path / "made").is_file():
        return path
    shutil.rmtree(path, ignore_errors=True)
    source, archive, chunks, number = Source(), open_for_writing(str(path), create=True), 0, 0
    while chunks < size:
        chunks += source.add(archive, range(number, number + ISSUES_A_COMMIT))
        number += ISSUES_A_COMMIT
    archive.close()
    (path / "made").write_text(str(number), encoding="ascii")
    return path


def _measure(path: Path, copy: Path) -> dict[str, float]:
    measured: dict[str, float] = {}
    for step in STEPS:
        shutil.rmtree(copy, ignore_errors=True)
        folder = path
        if step == "add":  # what it changes does not stay
            shutil.copytree(path, copy)
            folder = copy
        command = [sys.executable, __file__, "--folder", str(folder), "--step", step]
        measured |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return measured


def derive(folder: Path) -> dict[str, float]:
    """All segments made anew from the database."""
    archive = open_for_writing(str(folder))
    spent = _cpu()
    archive.derive(afresh=True)
    return {"derive of everything: CPU s": _cpu() - spent, "derive of everything: peak MB": _peak()}


def add(folder: Path) -> dict[str, float]:
    """One issue after the other, while a thread asks."""
    source, archive = Source(), open_for_writing(str(folder))
    first = int((folder / "made").read_text(encoding="ascii"))
    source.add(archive, [first])
    archive.derive()  # what is loaded once is not the issue's
    prepared = [source.issue(first + 1 + number) for number in range(9)]
    costs = []
    for issue in prepared:
        keys = [key for pairs in issue.chunks.values() for _, key in pairs]
        vectors = source.vectors(keys)
        spent = _cpu()
        archive.store_vectors(vectors)
        archive.commit(add=[issue], remove=[], settings=SETTINGS)
        archive.derive()
        costs.append(_cpu() - spent)
    peak = _peak()
    return {
        "one issue added: CPU s": statistics.median(costs),
        "the dearest of nine": max(costs),
        "peak MB of adding": peak,
        "longest wait of a question meanwhile: s": _longest_wait(source, archive, folder, first + 10),
    }


def _longest_wait(source: Source, archive: ArchiveWriter, folder: Path, first: int) -> float:
    """The longest that a question takes in another archive object while five issues are added."""
    reader, ended, waits = Archive.open(folder), threading.Event(), []
    ask = _asker(reader, source)
    ask(0)

    def keep_asking() -> None:
        number = 0
        while not ended.is_set():
            began = time.perf_counter()
            ask(number)
            waits.append(time.perf_counter() - began)
            number += 1

    thread = threading.Thread(target=keep_asking)
    thread.start()
    for number in range(first, first + 5):
        source.add(archive, [number])
        archive.derive()
    ended.set()
    thread.join()
    return max(waits)


def ask(folder: Path) -> dict[str, float]:
    """A fresh process: open, ask, in one thread and in eight."""
    source = Source()
    began = time.perf_counter()
    archive = Archive.open(folder)
    with archive.snapshot() as snapshot:
        size = snapshot.size
    opened = time.perf_counter() - began
    ask_one = _asker(archive, source)
    ask_one(0)
    times = _seconds_each(ask_one)
    memory = _resident()
    with archive.snapshot() as snapshot:
        vectors = snapshot.sample_vectors()

        def search(number: int) -> None:
            snapshot.search_vectors(vectors[number % len(vectors)], 100)

        # What is nearly all faiss, and not Python, tells how much the machine itself gives.
        vectors_alone = sum(_seconds_each(search)) / _seconds_of_eight_threads(search)
    return {
        "chunks": size,
        "open: s": opened,
        "question to passages: median s": statistics.median(times),
        "memory after 100 questions: MB": memory,
        "questions a second, 8 threads to 1": sum(times) / _seconds_of_eight_threads(ask_one),
        "vector searches a second, 8 threads to 1": vectors_alone,
    }


def _seconds_each(ask_one: Callable[[int], None]) -> list[float]:
    times = []
    for number in range(QUESTIONS):
        started = time.perf_counter()
        ask_one(number)
        times.append(time.perf_counter() - started)
    return times


def _seconds_of_eight_threads(ask_one: Callable[[int], None]) -> float:
    with ThreadPoolExecutor(8) as pool:
        began = time.perf_counter()
        list(pool.map(ask_one, range(QUESTIONS)))
        return time.perf_counter() - began


def _asker(archive: Any, source: Source) -> Callable[[int], None]:
    draw = random.Random(3)
    questions = [draw.choice(source.titles) + "是什么时候的事？" for _ in range(QUESTIONS)]
    vectors = list(source.vectors([f"question {number}" for number in range(QUESTIONS)]).values())
    queries = [read_question(question) for question in questions]

    def ask_one(number: int) -> None:
        with archive.snapshot() as snapshot:
            find_passages(queries[number % QUESTIONS], vectors[number % QUESTIONS], snapshot, k=5)

    return ask_one


STEPS: dict[str, Callable[[Path], dict[str, float]]] = {"derive": derive, "ask": ask, "add": add}


def _cpu() -> float:
    return time.process_time()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _resident() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return _peak()


def _print(sizes: Sequence[int], measured: Sequence[dict[str, float]]) -> None:
    print("| | " + " | ".join(f"{size:,}" for size in sizes) + " | growth |")
    print("|---" * (len(sizes) + 2) + "|")
    for name in measured[0]:
        values = [one[name] for one in measured]
        growth = ", ".join(f"{later / max(sooner, 1e-9):.1f}" for sooner, later in pairwise(values))
        shown = " | ".join(f"{value:,.0f}" if value >= 20 else f"{value:.3f}" for value in values)
        print(f"| {name} | {shown} | {growth} |")


def _draw(measured: Sequence[dict[str, float]], picture: Path) -> None:
    """The cost of one issue against the archive's size."""
    from matplotlib import pyplot

    chunks = [one["chunks"] for one in measured]
    figure, axes = pyplot.subplots(figsize=(6.4, 3.6), layout="constrained")
    axes.plot(chunks, [one["one issue added: CPU s"] for one in measured], "o-", label="one issue of 12 articles added")
    axes.plot(chunks, [one["the dearest of nine"] for one in measured], "s--", label="the dearest of nine")
    axes.plot(chunks, [one["derive of everything: CPU s"] for one in measured], "^:", label="all indexes made anew")
    axes.set(xscale="log", yscale="log", xlabel="chunks in the archive", ylabel="CPU seconds, without encoding")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(picture)


if __name__ == "__main__":
    main()
