"""The layers in eight bits: what they lose, what is kept apart, and that their weights can be had back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from embeddings.encoders.e5_graph import LayerGraph, weights_of
from embeddings.encoders.onnx_session import open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIDDEN, WIDE, TOKENS = 32, 64, 20
LAYER = "encoder.layer.0"
SHAPES = {
    **{f"attention.self.{part}": (HIDDEN, HIDDEN) for part in ("query", "key", "value")},
    "attention.output.dense": (HIDDEN, HIDDEN),
    "intermediate.dense": (WIDE, HIDDEN),
    "output.dense": (HIDDEN, WIDE),
}
LOUD = 5  # a channel whose activations are a hundred times as large as the others


@pytest.fixture(scope="module")
def weights() -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(7)
    made = {}
    for name, (outputs, inputs) in SHAPES.items():
        made[f"{LAYER}.{name}.weight"] = random.normal(0, inputs**-0.5, (outputs, inputs)).astype(np.float32)
        made[f"{LAYER}.{name}.bias"] = random.normal(0, 0.1, outputs).astype(np.float32)
    for norm in ("attention.output.LayerNorm", "output.LayerNorm"):
        made[f"{LAYER}.{norm}.weight"] = np.ones(HIDDEN, np.float32)
        made[f"{LAYER}.{norm}.bias"] = np.zeros(HIDDEN, np.float32)
    return made


@pytest.fixture(scope="module")
def state() -> NDArray[np.float32]:
    state = np.random.default_rng(8).normal(0, 1, (1, TOKENS, HIDDEN)).astype(np.float32)
    state[..., LOUD] *= 100
    return state


def layer(weights: dict[str, NDArray[np.float32]], apart: dict[str, NDArray[np.int64]]) -> Any:
    graph = LayerGraph(weights.__getitem__, apart=apart)
    graph.node("Identity", [graph.layer("state", LAYER, heads=4, epsilon=1e-12)], output="encoded")
    return graph.model(HIDDEN, {"encoded": ["texts", "tokens", HIDDEN]})


def product(model: Any, state: NDArray[np.float32]) -> NDArray[np.float32]:
    (found,) = open_session(model.SerializeToString()).run(None, {"state": state})
    return np.asarray(found)


@pytest.mark.parametrize("behind_gelu", [False, True])
def test_a_loud_channel_is_kept_apart_so_that_the_others_are_not_rounded_away(
    weights: dict[str, NDArray[np.float32]], state: NDArray[np.float32], behind_gelu: bool
) -> None:
    name = f"{LAYER}.intermediate.dense"
    if behind_gelu:
        state = np.maximum(state, -0.16)
    exact = state @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def error(apart: dict[str, NDArray[np.int64]]) -> float:
        graph = LayerGraph(weights.__getitem__, apart=apart)
        made = graph.products("state", [name], behind_gelu=behind_gelu)
        graph.node("Identity", [made], output="encoded")
        found = product(graph.model(HIDDEN, {"encoded": ["texts", "tokens", WIDE]}), state)
        return float(np.sqrt(np.square(found - exact).mean()))

    together, apart = error({}), error({name: np.array([LOUD])})
    assert apart < 0.02
    assert together > 5 * apart


def test_a_state_behind_gelu_has_twice_the_steps(
    weights: dict[str, NDArray[np.float32]], state: NDArray[np.float32]
) -> None:
    name, above = f"{LAYER}.intermediate.dense", np.abs(np.delete(state, LOUD, axis=-1))
    above = np.concatenate([above, above[..., :1]], axis=-1)
    exact = above @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    errors = []
    for behind_gelu in (False, True):
        graph = LayerGraph(weights.__getitem__)
        graph.node("Identity", [graph.products("state", [name], behind_gelu=behind_gelu)], output="encoded")
        found = product(graph.model(HIDDEN, {"encoded": ["texts", "tokens", WIDE]}), above)
        errors.append(float(np.square(found - exact).mean()))
    assert errors[1] < 0.7 * errors[0]  # half the step, a quarter of its square; the rounding of the matrix stays


def test_a_token_does_not_depend_on_how_large_another_is(
    weights: dict[str, NDArray[np.float32]], state: NDArray[np.float32]
) -> None:
    name = f"{LAYER}.intermediate.dense"
    graph = LayerGraph(weights.__getitem__)
    graph.node("Identity", [graph.products("state", [name])], output="encoded")
    model = graph.model(HIDDEN, {"encoded": ["texts", "tokens", WIDE]})
    louder = state.copy()
    louder[0, 0] *= 1000
    np.testing.assert_allclose(product(model, louder)[0, 1:], product(model, state)[0, 1:], rtol=1e-5, atol=1e-5)


def test_weights_come_back_as_they_were_but_for_their_rounding(weights: dict[str, NDArray[np.float32]]) -> None:
    found = weights_of(layer(weights, {f"{LAYER}.output.dense": np.array([1, 2])}))
    assert found.keys() == weights.keys()
    for name, values in weights.items():
        step = np.abs(values).max() / 127 if name.endswith("dense.weight") or ".self." in name else 0.0
        np.testing.assert_allclose(found[name], values, atol=step / 2 + 1e-6, err_msg=name)


def test_a_layer_agrees_with_one_in_single_precision(
    weights: dict[str, NDArray[np.float32]], state: NDArray[np.float32]
) -> None:
    class InSinglePrecision(LayerGraph):
        def products(self, state: str, names: Any, *, behind_gelu: bool = False) -> str:
            parts = [self.dense(state, name) for name in names]
            return parts[0] if len(parts) == 1 else self.node("Concat", parts, axis=-1)

    exact = InSinglePrecision(weights.__getitem__)
    exact.node("Identity", [exact.layer("state", LAYER, heads=4, epsilon=1e-12)], output="encoded")
    wanted = product(exact.model(HIDDEN, {"encoded": ["texts", "tokens", HIDDEN]}), state)
    loud = {f"{LAYER}.attention.self.query": np.array([LOUD]), f"{LAYER}.intermediate.dense": np.array([LOUD])}
    found = product(layer(weights, loud), state)
    assert np.sqrt(np.square(found - wanted).mean()) < 0.03
