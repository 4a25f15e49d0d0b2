"""How long a question takes on an archive of many chunks, and a fresh process on the sample archive.

usage: python benchmarks/speed.py [--chunks 10000] [--questions 100] [--processes 5]

The big archive is made of sentences of the sample bulletins in random order, with random vectors, because what a vector
means does not change how long it takes to compare; questions are encoded by the real model. Every time is also given as
a ratio to encoding the question alone, measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embeddings import Archive, Encoder, build, open_encoder, read_issue_file, split_sentences
from qa import Assistant
from qa.evaluation.metrics import percentile

SAMPLES = Path(__file__).parents[1] / "bulletins"


class RandomPassages:
    """The real encoder for questions; random unit vectors for passages."""

    def __init__(self, encoder: Encoder) -> None:
        """Take name, dimension and question encoding from `encoder`."""
        self.name, self.fingerprint, self.dimension = "random passages", "random passages", encoder.dimension
        self.encode_questions, self.encode_sentences = encoder.encode_questions, encoder.encode_sentences
        self._random = np.random.default_rng(0)

    def encode_passages(self, passages: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(passages), dimension)."""
        vectors = self._random.standard_normal((len(passages), self.dimension)).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def main() -> None:
    """Build, ask and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--processes", type=int, default=5)
    arguments = parser.parse_args()
    articles = [article for path in sorted(SAMPLES.iterdir()) for article in read_issue_file(path)]
    questions = [f"{article.title}是什么时候的事？" for article in articles if article.title]
    questions = random.Random(1).choices(questions, k=arguments.questions)
    with tempfile.TemporaryDirectory() as folder:
        _measure_questions(Path(folder), [article.body for article in articles], questions, arguments.chunks)
        _measure_processes(Path(folder), arguments.processes)


def _measure_questions(folder: Path, bodies: Sequence[str], questions: Sequence[str], chunks: int) -> None:
    issue = folder / "big.jsonl"
    sentences = [body[start:end] for body in bodies for start, end in split_sentences(body)]
    shuffled = random.Random(0)
    rows = [{"title": "", "text": "".join(shuffled.choices(sentences, k=6))[:240]} for _ in range(chunks)]
    issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    encoder = RandomPassages(open_encoder())
    build(issue, archive=folder / "big", encoder=encoder)
    assistant = Assistant(Archive.open(folder / "big"), encoder)
    with assistant.archive.snapshot() as snapshot:
        print(f"{snapshot.size:,} chunks, {len(questions)} questions, warm")
    assistant.ask(questions[0])
    encoding = _times(lambda question: encoder.encode_questions([question]), questions)
    print(f"{'':<28}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}")
    for name, times in (
        ("encode the question", encoding),
        ("question to passages", _times(assistant.retrieve, questions)),
        ("question to answer", _times(assistant.ask, questions)),
    ):
        ratio = percentile(times, 0.5) / percentile(encoding, 0.5)
        print(f"{name:<28}{percentile(times, 0.5) * 1e3:>9.1f}{percentile(times, 0.95) * 1e3:>9.1f}{ratio:>8.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _times(run: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    times = []
    for question in questions:
        started = time.perf_counter()
        run(question)
        times.append(time.perf_counter() - started)
    return times


def _measure_processes(folder: Path, count: int) -> None:
    build(SAMPLES, archive=folder / "sample")
    search = ["search", "李德民的党龄有多少年？", "--archive", str(folder / "sample")]
    code = "import sys; from qa.cli import main; sys.exit(main())"
    bare = _times(lambda _: subprocess.run([sys.executable, "-c", "pass"], check=True), [""] * count)
    fresh = _times(
        lambda _: subprocess.run([sys.executable, "-c", code, *search], check=True, stdout=subprocess.DEVNULL),
        [""] * count,
    )
    ratio = percentile(fresh, 0.5) / percentile(bare, 0.5)
    print(f"fresh process, `bulletin search`: median {percentile(fresh, 0.5):.2f} s, {ratio:.0f} times an empty Python")


if __name__ == "__main__":
    main()
