"""The layers of the default model as an ONNX graph that multiplies in eight bits.

A matrix has a scale for each output, and what is multiplied with it one for each token: vectors agree with those of
single precision to a cosine of 0.9992. With one scale for all tokens, as dynamic quantisation usually has it, a few
large activations swallow the others (0.995).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tensor = Callable[[str], NDArray[np.float32]]

_LARGEST = 127  # of a number of eight bits with a sign
_ZERO = 128  # what stands for nought where there is no sign
_OPSET, _IR_VERSION = 17, 8  # what every supported version of ONNX Runtime reads
_RUNTIME = "com.microsoft"  # operators that ONNX Runtime has beside those of the standard


def encoder_graph(tensor: Tensor, *, layers: int, heads: int, hidden: int, epsilon: float) -> Any:
    """An ONNX model of the layers: `state` and `encoded`, shape (texts, tokens, hidden), with no token to leave out.

    `tensor` gives the weights by their names in the `BertModel` of transformers, flat.
    """
    from onnx import TensorProto, helper

    graph, state = _Graph(tensor), "state"
    for number in range(layers):
        state = graph.layer(state, f"encoder.layer.{number}", heads=heads, epsilon=epsilon)
    graph.node("Identity", [state], output="encoded")
    shape = ["texts", "tokens", hidden]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("state", "encoded")]
    made = helper.make_graph(graph.nodes, "layers", ends[:1], ends[1:], graph.constants)
    versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
    return helper.make_model(made, opset_imports=versions, ir_version=_IR_VERSION)


@dataclass(frozen=True, slots=True)
class _Rounded:
    """Names of a state in eight bits, shape (texts, tokens, inputs), and of its scales, shape (texts, tokens, 1)."""

    stored: str
    scales: str


class _Graph:
    """Nodes and constants; methods that add to them return the name of what they compute."""

    def __init__(self, tensor: Tensor) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._tensor = tensor

    def node(self, kind: str, inputs: Sequence[str], *, domain: str = "", output: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = output or f"step{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        if all(constant.name != name for constant in self.constants):
            self.constants.append(numpy_helper.from_array(values, name))
        return name

    def number(self, value: float, kind: type[np.generic] = np.float32) -> str:
        return self.constant(f"{value:g} as {kind.__name__}", np.array(value, dtype=kind))

    def weights(self, name: str) -> str:
        return self.constant(name, self._tensor(name))

    def layer(self, state: str, name: str, *, heads: int, epsilon: float) -> str:
        """A layer of `BertModel`: attention and feed-forward, each with its residual and norm."""
        own = self.split(self.products(state, [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]))
        attended = self.node("MultiHeadAttention", own, domain=_RUNTIME, num_heads=heads)
        attended = self.products(attended, [f"{name}.attention.output.dense"])
        state = self.norm([attended, state], f"{name}.attention.output.LayerNorm", epsilon=epsilon)
        wide = self.node("Gelu", [self.products(state, [f"{name}.intermediate.dense"])], domain=_RUNTIME)
        return self.norm(
            [self.products(wide, [f"{name}.output.dense"]), state], f"{name}.output.LayerNorm", epsilon=epsilon
        )

    def split(self, state: str) -> list[str]:
        """A state in three equal parts."""
        from onnx import helper

        names = [f"part {part} of {state}" for part in range(3)]
        self.nodes.append(helper.make_node("Split", [state], names, axis=-1))
        return names

    def norm(self, summed: Sequence[str], name: str, *, epsilon: float) -> str:
        """The layer norm of a sum."""
        learned = [self.weights(f"{name}.weight"), self.weights(f"{name}.bias")]
        return self.node("LayerNormalization", [self.node("Add", summed), *learned], epsilon=epsilon)

    def products(self, state: str, names: Sequence[str]) -> str:
        """A state times each matrix `name.weight`, plus `name.bias`, the outputs of one after those of the other."""
        biases = [self._tensor(f"{name}.bias") for name in names]
        matrix = np.concatenate(
            [self._tensor(f"{name}.weight").reshape(len(bias), -1) for name, bias in zip(names, biases, strict=True)]
        )
        scales = np.maximum(np.abs(matrix).max(axis=1), 1e-12).astype(np.float32) / _LARGEST
        rounded = self.rounded(state)
        product = self.node(
            "MatMulIntegerToFloat",
            [
                rounded.stored,
                self.constant(f"{names[0]}.stored", np.rint(matrix / scales[:, None]).astype(np.int8).T),
                self.number(1.0),
                self.constant(f"{names[0]}.scales", scales),
                self.number(_ZERO, np.uint8),
            ],
            domain=_RUNTIME,
        )
        product = self.node("Mul", [product, rounded.scales])
        return self.node("Add", [product, self.constant(f"{names[0]}.bias", np.concatenate(biases))])

    def rounded(self, state: str) -> _Rounded:
        """A state in eight bits, with a scale for each token."""
        from onnx import TensorProto

        largest = self.node("ReduceMax", [self.node("Abs", [state])], axes=[-1], keepdims=1)
        largest = self.node("Max", [largest, self.number(1e-9)])  # what is nought throughout is not divided by nought
        scales = self.node("Mul", [largest, self.number(1 / _LARGEST)])
        # A cast cuts off what is behind the point.
        moved = self.node("Add", [self.node("Div", [state, scales]), self.number(_ZERO + 0.5)])
        return _Rounded(self.node("Cast", [moved], to=TensorProto.UINT8), scales)
