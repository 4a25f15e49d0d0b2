"""Fit how likely a newspaper states what a question asks for: `qa/answering/weights/stated.json`.

usage: python training/fit_stated.py FILE.jsonl … [--ask QUESTIONS.jsonl …] [--write]

Learns from the questions that the reader learned from, so that the judge, which has what is fitted here as one of its
features, can be fitted on the others. Prints the area under the curve on these, and on question sets of other texts
(`{"question", "answerable"}` a line): only what holds there as well is of use.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
from examples import read_passages
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.answering.evidence.stated import WEIGHTS_PATH, runs_of

LEAST_QUESTIONS = 20  # that have a run of characters
STRENGTH = 0.1  # the inverse of regularisation


def main() -> None:
    """Fit, print what it tells apart, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--ask", type=Path, nargs="+", default=[], metavar="QUESTIONS.jsonl")
    parser.add_argument("--write", action="store_true", help=f"replace {WEIGHTS_PATH.name}")
    arguments = parser.parse_args()
    passages = [passage for file in arguments.files for passage in read_passages(file)]
    learned, held_out = (
        [(qa["question"], bool(qa["answers"])) for p in passages if p.held_out is held for qa in p.questions]
        for held in (False, True)
    )
    counts = Counter(run for question, _ in learned for run in set(runs_of(question)))
    kept = {run for run, count in counts.items() if count >= LEAST_QUESTIONS}
    rows = [{run: 1.0 for run in runs_of(question) if run in kept} for question, _ in learned]
    columns = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    model.fit(columns.fit_transform(rows), [is_stated for _, is_stated in learned])
    bias = round(float(model.intercept_[0]), 4)
    weights = {run: round(float(w), 4) for run, w in zip(columns.feature_names_, model.coef_[0], strict=True)}
    for name, questions in [("held out", held_out), *((path.name, _questions(path)) for path in arguments.ask)]:
        odds = [sum(weights.get(run, 0.0) for run in set(runs_of(question))) for question, _ in questions]
        stated = np.array([is_stated for _, is_stated in questions])
        print(f"{name}: {len(questions)} questions, area under the curve {roc_auc_score(stated, odds):.3f}")
    ordered = sorted(weights, key=weights.__getitem__)
    print("seldom stated:", " ".join(ordered[:40]))
    print("mostly stated:", " ".join(ordered[-40:]))
    if arguments.write:
        content = {"fitted_on": [file.name for file in arguments.files], "bias": bias, "weights": weights}
        WEIGHTS_PATH.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS_PATH.name}")


def _questions(path: Path) -> list[tuple[str, bool]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [(row["question"], bool(row["answerable"])) for row in rows]


if __name__ == "__main__":
    main()
