"""Passages of the sample bulletins encoded by the default model's engine and by sentence-transformers, in turns.

usage: python benchmarks/encoding.py [--rounds 3]

Both have the same weights; sentence-transformers computes in single precision with its own batching. Printed are the
chunks a second of each, by processor time and by the clock, their ratio, medians of the rounds, and how far the vectors
are apart. The bundled model's folder is written into the user's cache where it is not there yet (470 MB).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from embeddings import Article, Issue, read_issue_file
from embeddings.archive.issues import texts_of_chunks
from embeddings.chunking import chunk_article
from embeddings.encoders.bundled import bundled_folder
from embeddings.encoders.e5_engine import E5Engine
from embeddings.encoders.encoder import SentenceTransformerEncoder, choose_threads

SAMPLES = Path(__file__).parents[1] / "bulletins"


def main() -> None:
    """Encode and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    choose_threads()
    texts = _texts()
    encoders: dict[str, SentenceTransformerEncoder | E5Engine] = {
        "sentence-transformers": SentenceTransformerEncoder("bundled", bundled_folder()),
        "the engine": E5Engine(),
    }
    vectors = {name: encoder.encode_passages(texts) for name, encoder in encoders.items()}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in encoders}
    for _ in range(arguments.rounds):
        for name, encoder in encoders.items():
            spent[name].append(_spent(encoder, texts))
    print(f"{len(texts)} chunks, {sum(map(len, texts)) / len(texts):.0f} characters each")
    print(f"{'':<24}{'chunks/s':>10}{'chunks/CPU s':>14}")
    rates = {
        name: [len(texts) / statistics.median(kind) for kind in zip(*times, strict=True)]
        for name, times in spent.items()
    }
    for name, (by_clock, by_processor) in rates.items():
        print(f"{name:<24}{by_clock:>10.1f}{by_processor:>14.1f}")
    ratios = [ours / theirs for theirs, ours in zip(*rates.values(), strict=True)]
    print(f"{'ratio':<24}{ratios[0]:>10.2f}{ratios[1]:>14.2f}")
    first, second = vectors.values()
    cosines = (first * second).sum(axis=1)
    print(f"cosine of a chunk's two vectors: mean {cosines.mean():.5f}, least {cosines.min():.5f}")


def _texts() -> list[str]:
    parsed = [article for path in sorted(SAMPLES.iterdir()) for article in read_issue_file(path)]
    issue = Issue(id="", name="", date=None, source="")
    articles = [Article("", issue, one.title, one.body) for one in parsed]
    return [text for article in articles for text in texts_of_chunks(article, chunk_article(article))]


def _spent(encoder: SentenceTransformerEncoder | E5Engine, texts: Sequence[str]) -> tuple[float, float]:
    """Seconds by the clock and of processor time."""
    began, began_cpu = time.perf_counter(), time.process_time()
    encoder.encode_passages(texts)
    return time.perf_counter() - began, time.process_time() - began_cpu


if __name__ == "__main__":
    main()
