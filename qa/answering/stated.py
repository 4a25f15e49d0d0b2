"""How likely a newspaper states what a question asks for, by the question's words alone.

Readers ask for more than papers tell: where something was held stands in most reports, how it ended, what it cost and
how old someone was in few. So a sentence that seems to say the one deserves more belief than one that seems to say the
other. The weights are of runs of up to three characters, fitted by `training/fit_stated.py` on questions of local news,
a third of which their article does not answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from embeddings import fold_to_words

WEIGHTS_PATH = Path(__file__).parent / "weights" / "stated.json"
LONGEST_RUN = 3  # characters


def odds_of_being_stated(question: str) -> float:
    """Log-odds that a newspaper that reports on something states what a question in Chinese asks of it."""
    bias, weights = _weights()
    return bias + sum(weights.get(run, 0.0) for run in set(runs_of(question)))


def runs_of(question: str) -> Iterator[str]:
    """The runs of one to three characters of a question, folded, without what stands between words."""
    folded = fold_to_words(question)
    for length in range(1, LONGEST_RUN + 1):
        yield from (folded[start : start + length] for start in range(len(folded) - length + 1))


@lru_cache(maxsize=1)
def _weights() -> tuple[float, dict[str, float]]:
    stored = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    return float(stored["bias"]), {run: float(weight) for run, weight in stored["weights"].items()}
