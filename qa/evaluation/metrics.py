"""Retrieval and refusal measures, each its textbook formula. Ranks start at one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from difflib import SequenceMatcher
from math import ceil, log2
from typing import TYPE_CHECKING

import numpy as np

from embeddings import fold, fold_to_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BETWEEN_ITEMS = re.compile(r"、|以及|[，,；;\n]|(?<=..)[和与及](?=..)")
_SEGMENT = re.compile(r"[a-z0-9]+|[^\W_]")


def recall_at(k: int, ranked: Sequence[str], gold: Collection[str]) -> float:
    """1 when a gold id is among the first `k`, else 0: the share over questions is Recall@k as the sets define it."""
    return float(any(found in gold for found in ranked[:k]))


def reciprocal_rank_at(k: int, ranked: Sequence[str], gold: Collection[str]) -> float:
    """1 / rank of the first gold id among the first `k`, or 0."""
    return next((1.0 / rank for rank, found in enumerate(ranked[:k], start=1) if found in gold), 0.0)


def ndcg_at(k: int, ranked: Sequence[str], gold: Collection[str]) -> float:
    """Normalised discounted cumulative gain with binary relevance (Järvelin and Kekäläinen, 2002)."""
    if not gold:
        return 0.0
    gain = sum(1.0 / log2(rank + 1) for rank, found in enumerate(ranked[:k], start=1) if found in gold)
    best = sum(1.0 / log2(rank + 1) for rank in range(1, min(len(gold), k) + 1))
    return gain / best


def balanced_accuracy(*, refusal_recall: float, false_abstention: float) -> float:
    """The mean of the two rates of being right: refusing what cannot be answered, answering what can."""
    return (refusal_recall + 1.0 - false_abstention) / 2.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); 0 for no values."""
    if not values:
        return 0.0
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def calibration_error(confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error (Naeini and others, 2015): how far confidence is from the share that is right.

    The mean over `bins` equal ranges of confidence of |share right - mean confidence|, weighted by how many fall there.
    """
    error = 0.0
    for number in range(bins):
        inside = [at for at, c in enumerate(confidences) if min(int(c * bins), bins - 1) == number]
        error += abs(sum(right[at] for at in inside) - sum(confidences[at] for at in inside))
    return error / len(confidences) if confidences else 0.0


def bootstrap_interval(
    measure: Callable[[NDArray[np.int64]], float], count: int, *, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of a measure by the percentile bootstrap (Efron, 1979).

    `measure` gets the places of `count` questions drawn with replacement, as an array, and gives a figure or NaN.
    """
    random = np.random.default_rng(seed)
    figures = np.array([measure(random.integers(0, count, count)) for _ in range(draws)])
    low, high = np.nanpercentile(figures, [2.5, 97.5])
    return float(low), float(high)


def mean(values: Sequence[float]) -> float | None:
    """The mean, or None for no values, so that a measure that does not apply is not shown as 0."""
    return sum(values) / len(values) if values else None


def exact_match(text: str, answers: Collection[str]) -> float:
    """1 when a short answer is one of the gold ones but for punctuation, case and script, else 0."""
    return float(_segments(text) in [_segments(answer) for answer in answers])


def answer_f1(text: str, answers: Collection[str]) -> float:
    """The best F1 of a short answer against the gold ones, in characters; a word of letters or digits counts as one.

    As CMRC 2018's own script counts (Cui and others, 2019): what two answers share is their longest common run.
    """
    return max((_run_f1(_segments(text), _segments(answer)) for answer in answers), default=0.0)


def items_f1(text: str, items: Collection[str]) -> float:
    """The F1 of the things that an answer tells against those that are asked for, each whole and in any order."""
    found = Counter(_items(text))
    gold = Counter(part for item in items for part in _items(item))
    right = sum((found & gold).values())
    return 2 * right / (found.total() + gold.total()) if right else 0.0


def _items(text: str) -> list[str]:
    return [folded for part in _BETWEEN_ITEMS.split(text) if (folded := fold_to_words(part))]


def _segments(text: str) -> list[str]:
    return _SEGMENT.findall(fold(text))


def _run_f1(found: list[str], gold: list[str]) -> float:
    shared = SequenceMatcher(None, found, gold, autojunk=False).find_longest_match().size
    return 2 * shared / (len(found) + len(gold)) if shared else 0.0
