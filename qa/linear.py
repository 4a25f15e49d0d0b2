"""Small logistic models and the file that holds their weights, fitted by `training/fit_answering.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import ArgumentError, ModelCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WEIGHTS_PATH = Path(__file__).parent / "answering" / "weights" / "answering.json"


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A logistic regression: log-odds = (features - mean) / scale @ weights + bias."""

    features: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of shape (n,) for features of shape (n, len(self.features))."""
        return np.asarray((features - self.mean) / self.scale @ self.weights + self.bias)


def in_order(columns: Mapping[str, ArrayLike], names: Sequence[str]) -> NDArray[np.float64]:
    """Features by name as a matrix with a column for each of `names`, in their order, shape (n, len(names)).

    Raises ArgumentError when a feature is missing or has no name, so that names and values cannot drift apart.
    """
    if columns.keys() != set(names):
        raise ArgumentError(ModelCode.FEATURES_DIFFER, names=", ".join(sorted(columns.keys() ^ set(names))))
    matrix: NDArray[np.float64] = np.column_stack([np.asarray(columns[name], dtype=np.float64) for name in names])
    return matrix


@lru_cache(maxsize=16)
def stored_model(name: str, features: tuple[str, ...]) -> LinearModel:
    """The weights that ship with the project under a name like "words.answers". Raises ArgumentError for stale ones."""
    stored: Any = stored_weights()
    for part in name.split("."):
        stored = stored[part]
    if tuple(stored["features"]) != features:
        raise ArgumentError(ModelCode.FITTED_OTHERWISE)
    return LinearModel(
        features,
        mean=np.array(stored["mean"], dtype=np.float64),
        scale=np.array(stored["scale"], dtype=np.float64),
        weights=np.array(stored["weights"], dtype=np.float64),
        bias=float(stored["bias"]),
    )


@lru_cache(maxsize=1)
def stored_weights() -> dict[str, Any]:
    """The whole file."""
    return dict(json.loads(WEIGHTS_PATH.read_text(encoding="utf-8")))
