"""Layers like those of the default model as an ONNX graph that multiplies in eight bits.

A matrix has a scale for each output, and what is multiplied with it one for each token: vectors agree with those of
single precision to a cosine of 0.9994. With one scale for all tokens, as dynamic quantisation usually has it, a few
large activations swallow the others (0.995). A state behind GELU, which is never below -0.17, has all eight bits for
what is above it. Where that is not enough, the few channels that hold the largest activations are multiplied in single
precision, and the scale is of the others (Dettmers and others, "LLM.int8()", 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tensor = Callable[[str], NDArray[np.float32]]

_LARGEST = 127  # of a number of eight bits with a sign
_ZERO, _HIGHEST = 128, 255  # what stands for nought where there is no sign, and the largest number
_ASKED = ("attention.self.query", "attention.self.key", "attention.self.value")  # multiplied at once, in this order
_BELOW_GELU = 0.17  # GELU(x) > -0.16998 (Hendrycks and Gimpel 2016)
_OPSET, _IR_VERSION = 17, 8  # what every supported version of ONNX Runtime reads
_RUNTIME = "com.microsoft"  # operators that ONNX Runtime has beside those of the standard


def encoder_graph(tensor: Tensor, *, layers: int, heads: int, hidden: int, epsilon: float) -> Any:
    """An ONNX model of the layers: `state` and `encoded`, shape (texts, tokens, hidden), with no token to leave out.

    `tensor` gives the weights by their names in the `BertModel` of transformers, flat.
    """
    graph, state = LayerGraph(tensor), "state"
    for number in range(layers):
        state = graph.layer(state, f"encoder.layer.{number}", heads=heads, epsilon=epsilon)
    graph.node("Identity", [state], output="encoded")
    return graph.model(hidden, {"encoded": ["texts", "tokens", hidden]})


@dataclass(frozen=True, slots=True)
class _Rounded:
    """A state in eight bits, and what turns its products into numbers again.

    `stored` and `scales` name it, shape (texts, tokens, inputs), and its scales, shape (texts, tokens, 1). `zero` is
    what stands for nought, and `below` how far under nought that is.
    """

    stored: str
    scales: str
    zero: int
    below: float


class LayerGraph:
    """Nodes and constants; methods that add to them return the name of what they compute.

    `tensor` gives the weights by name. `apart` has, for matrices by name, the inputs that are multiplied in single
    precision.
    """

    def __init__(self, tensor: Tensor, *, apart: Mapping[str, NDArray[np.int64]] = MappingProxyType({})) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._tensor = tensor
        self._apart = apart

    def model(self, hidden: int, outputs: Mapping[str, Sequence[str | int]]) -> Any:
        """An ONNX model of what was added, from `state`, shape (texts, tokens, hidden), to outputs of these shapes."""
        from onnx import TensorProto, helper

        state, *ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in {"state": ["texts", "tokens", hidden], **outputs}.items()
        ]
        made = helper.make_graph(self.nodes, "layers", [state], ends, self.constants)
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
        return helper.make_model(made, opset_imports=versions, ir_version=_IR_VERSION)

    def node(self, kind: str, inputs: Sequence[str], *, domain: str = "", output: str = "", **attributes: Any) -> str:
        """An operator with one output."""
        from onnx import helper

        name = output or f"step{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Values under a name, once."""
        from onnx import numpy_helper

        if all(constant.name != name for constant in self.constants):
            self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def number(self, value: float, kind: type[np.generic] = np.float32) -> str:
        """A constant of shape ()."""
        return self.constant(f"{value:g} as {kind.__name__}", np.array(value, dtype=kind))

    def weights(self, name: str) -> str:
        """A tensor as a constant of the same name."""
        return self.constant(name, self._tensor(name))

    def layer(self, state: str, name: str, *, heads: int, epsilon: float) -> str:
        """A layer of `BertModel`: attention and feed-forward, each with its residual and norm."""
        own = self.split(self.products(state, [f"{name}.{part}" for part in _ASKED]), len(_ASKED))
        attended = self.node("MultiHeadAttention", own, domain=_RUNTIME, num_heads=heads)
        attended = self.products(attended, [f"{name}.attention.output.dense"])
        state = self.norm([attended, state], f"{name}.attention.output.LayerNorm", epsilon=epsilon)
        wide = self.node("Gelu", [self.products(state, [f"{name}.intermediate.dense"])], domain=_RUNTIME)
        narrow = self.products(wide, [f"{name}.output.dense"], behind_gelu=True)
        return self.norm([narrow, state], f"{name}.output.LayerNorm", epsilon=epsilon)

    def split(self, state: str, parts: int) -> list[str]:
        """A state in equal parts."""
        from onnx import helper

        names = [f"part {part} of {state}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [state], names, axis=-1))
        return names

    def norm(self, summed: Sequence[str], name: str, *, epsilon: float) -> str:
        """The layer norm of a sum."""
        learned = [self.weights(f"{name}.weight"), self.weights(f"{name}.bias")]
        return self.node("LayerNormalization", [self.node("Add", summed), *learned], epsilon=epsilon)

    def dense(self, state: str, name: str) -> str:
        """A state times the matrix `name.weight`, plus `name.bias`, in single precision."""
        bias = self._tensor(f"{name}.bias").reshape(-1)
        matrix = self._tensor(f"{name}.weight").reshape(len(bias), -1)
        product = self.node("MatMul", [state, self.constant(f"{name}.weight", matrix.T)])
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)])

    def products(self, state: str, names: Sequence[str], *, behind_gelu: bool = False) -> str:
        """A state times each matrix `name.weight`, plus `name.bias`, the outputs of one after those of the other."""
        biases = [self._tensor(f"{name}.bias") for name in names]
        matrix = np.concatenate(
            [self._tensor(f"{name}.weight").reshape(len(bias), -1) for name, bias in zip(names, biases, strict=True)]
        )
        apart, exact = self._apart.get(names[0]), None
        if apart is not None:
            state, exact = self._taken_apart(state, names[0], apart, matrix)
            matrix[:, apart] = 0
        scales = np.maximum(np.abs(matrix).max(axis=1), 1e-12).astype(np.float32) / _LARGEST
        stored = np.rint(matrix / scales[:, None]).astype(np.int8)
        rounded = self._rounded_behind_gelu(state) if behind_gelu else self._rounded(state)
        product = self.node(
            "MatMulIntegerToFloat",
            [
                rounded.stored,
                self.constant(f"{names[0]}.stored", stored.T),
                self.number(1.0),
                self.constant(f"{names[0]}.scales", scales),
                self.number(rounded.zero, np.uint8),
            ],
            domain=_RUNTIME,
        )
        product = self.node("Mul", [product, rounded.scales])
        if exact is not None:
            product = self.node("Add", [product, exact])
        bias = self.constant(f"{names[0]}.bias", np.concatenate(biases))
        if rounded.below:  # the same for every token; the sum of two constants is computed when the graph is opened
            below = -rounded.below * scales * stored.sum(axis=1, dtype=np.float32)
            bias = self.node("Add", [bias, self.constant(f"{names[0]}.below", below.astype(np.float32))])
        return self.node("Add", [product, bias])

    def _taken_apart(
        self, state: str, name: str, apart: NDArray[np.int64], matrix: NDArray[np.float32]
    ) -> tuple[str, str]:
        """The state with noughts for some of its channels, and the product of these with their part of the matrix."""
        others = np.ones(matrix.shape[1], np.float32)
        others[apart] = 0
        chosen = self.node("Gather", [state, self.constant(f"{name}.apart", apart)], axis=2)
        product = self.node("MatMul", [chosen, self.constant(f"{name}.exact", matrix[:, apart].T)])
        return self.node("Mul", [state, self.constant(f"{name}.others", others)]), product

    def _rounded(self, state: str) -> _Rounded:
        """A state in eight bits, with a scale for each token."""
        largest = self.node("ReduceMax", [self.node("Abs", [state])], axes=[-1], keepdims=1)
        largest = self.node("Max", [largest, self.number(1e-9)])  # what is nought throughout is not divided by nought
        scales = self.node("Mul", [largest, self.number(1 / _LARGEST)])
        moved = self.node("Mul", [state, self.node("Reciprocal", [scales])])
        return self._cut_off(self.node("Add", [moved, self.number(_ZERO + 0.5)]), scales, zero=_ZERO)

    def _rounded_behind_gelu(self, state: str) -> _Rounded:
        """The same of a state that GELU gave: nought stands for the lowest it gives."""
        largest = self.node("ReduceMax", [state], axes=[-1], keepdims=1)
        scales = self.node("Mul", [self.node("Add", [largest, self.number(_BELOW_GELU)]), self.number(1 / _HIGHEST)])
        parts = self.node("Reciprocal", [scales])
        lowest = self.node("Add", [self.node("Mul", [parts, self.number(_BELOW_GELU)]), self.number(0.5)])
        moved = self.node("Add", [self.node("Mul", [state, parts]), lowest])
        return self._cut_off(moved, scales, zero=0, below=_BELOW_GELU)

    def _cut_off(self, moved: str, scales: str, *, zero: int, below: float = 0.0) -> _Rounded:
        from onnx import TensorProto

        return _Rounded(self.node("Cast", [moved], to=TensorProto.UINT8), scales, zero, below)


def weights_of(model: Any) -> dict[str, NDArray[np.float32]]:
    """The tensors of a model that `LayerGraph` made, by the names it was given them by.

    Matrices have shape (outputs, inputs).
    """
    from onnx.numpy_helper import to_array

    constants = {tensor.name: to_array(tensor) for tensor in model.graph.initializer}
    found: dict[str, NDArray[np.float32]] = {}
    for name, values in constants.items():
        module, _, part = name.rpartition(".")
        if part == "stored":
            matrix = (values * constants[f"{module}.scales"]).T
            if f"{module}.apart" in constants:
                matrix[:, constants[f"{module}.apart"]] = constants[f"{module}.exact"].T
            _put(found, module, "weight", matrix)
        elif part == "weight":
            found[name] = values.T if values.ndim > 1 else values
        elif part == "bias":
            _put(found, module, part, values)
    return found


def _put(found: dict[str, NDArray[np.float32]], module: str, part: str, values: NDArray[np.float32]) -> None:
    """Put a tensor of a module among those found, or its parts where it is of several that were multiplied at once."""
    if not module.endswith(_ASKED[0]):
        found[f"{module}.{part}"] = values
        return
    for asked, piece in zip(_ASKED, np.split(values, len(_ASKED)), strict=True):
        found[f"{module.removesuffix(_ASKED[0])}{asked}.{part}"] = piece
