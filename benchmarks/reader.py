"""The reader alone: what it makes of all of an article that a question is about.

usage: python benchmarks/reader.py QA.jsonl ARTICLES.jsonl [--reader FILE.onnx]

QA.jsonl has one question a line, `{"question", "answers", "answerable", "article_ids" | "near"}`; `near` is the article
that tempts to an answer where there is none. ARTICLES.jsonl has `{"id", "title", "text"}`. Every chunk of the article
is read. Printed are exact match and F1 of the likeliest span of the likeliest chunk, for questions that are answered,
and the area under the curve by which answered questions are told from the others, by what the reader says of its
likeliest chunk: that it answers, that a span stands in it, and the sum of both.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings import Article, Issue
from embeddings.chunking import chunk_article
from qa.answering.spans import best_span
from qa.evaluation.metrics import answer_f1, exact_match
from qa.retrieval.cross_encoder import BundledReader, Text
from qa.types import Reading

LONGEST_ANSWER = 60  # characters


def main() -> None:
    """Read, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--reader", type=Path, help="an exported reader (default: the one that ships)")
    parser.add_argument("--failures", action="store_true", help="print what was answered otherwise")
    arguments = parser.parse_args()
    reader = BundledReader(arguments.reader) if arguments.reader else BundledReader()
    articles = {row["id"]: row for row in _rows(arguments.articles)}
    matched, shared, answerable = [], [], []
    by_kind: dict[str, list[float]] = defaultdict(list)
    odds: dict[str, list[float]] = defaultdict(list)
    for row in _rows(arguments.questions):
        article = articles[(row.get("article_ids") or [row.get("near")])[0]]
        texts, readings = _read(row["question"], article, reader)
        spans = [reading.span_odds or 0.0 for reading in readings]
        sums = [reading.log_odds + span for reading, span in zip(readings, spans, strict=True)]
        best = int(np.argmax(sums))
        odds["answers"].append(max(reading.log_odds for reading in readings))
        odds["a span stands"].append(max(spans))
        odds["both"].append(sums[best])
        answerable.append(row["answerable"])
        if not row["answerable"]:
            continue
        short = _span(texts[best], readings[best])
        matched.append(exact_match(short, row["answers"]))
        shared.append(answer_f1(short, row["answers"]))
        by_kind[row.get("kind") or ""].append(matched[-1])
        if arguments.failures and not matched[-1]:
            print(f"{row.get('kind')}\t{row['question']}\t{short}\t{row['answers']}")
    print(f"{len(matched)} answered questions: EM {np.mean(matched):.3f}, F1 {np.mean(shared):.3f}")
    for kind, values in sorted(by_kind.items(), key=lambda item: -len(item[1])):
        print(f"  {kind}: EM {np.mean(values):.3f} of {len(values)}")
    if len(set(answerable)) == 2:
        for name, values in odds.items():
            print(f"AUC by {name}: {roc_auc_score(answerable, values):.3f}")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _read(question: str, row: dict[str, Any], reader: BundledReader) -> tuple[list[str], list[Reading]]:
    issue = Issue(id="", name="", date=None, source="")
    article = Article(id=str(row["id"]), issue=issue, title=str(row.get("title") or ""), body=str(row["text"]))
    texts = [chunk.text for chunk in chunk_article(article)]
    return texts, reader.read(question, [Text(article.title, text) for text in texts])


def _span(text: str, reading: Reading) -> str:
    if reading.first is None or reading.last is None:
        return ""
    start, end, _ = best_span(reading.first, reading.last, longest=LONGEST_ANSWER)
    return text[start:end]


if __name__ == "__main__":
    main()
