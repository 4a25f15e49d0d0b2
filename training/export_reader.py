"""Write `qa/answering/weights/reader.onnx` from a checkpoint: one graph of twelve layers and the heads.

usage: python training/export_reader.py --work DIR [--mean READER …] [--output FILE]

With `--mean` it is of the mean of several readers, weight by weight, exported or checkpoints of runs that went on from
one another (Wortsman and others, "Model soups", 2022).

The graph reads embedded tokens, so the largest part of the model, its token embeddings, stays where it is. Weights are
stored in eight bits, with a scale for each output, and become numbers of single precision when the graph is opened.
Computing in eight bits as well is twice as fast and lost six to seven points of exact match: a few activations are so
large that the others vanish in the range they share.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime import InferenceSession
from reader_model import Read, ReaderModel
from torch import Tensor, nn

from qa.retrieval.cross_encoder import APART, PIECES

DEFAULT_OUTPUT = Path(__file__).parents[1] / "qa" / "answering" / "weights" / "reader.onnx"


class _FromEmbedded(nn.Module):
    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, state: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.model.read(state, mask))


def main() -> None:
    """Export, shrink, and print how far the shrunk graph is from the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--mean", type=Path, nargs="+", default=[], metavar="READER", help="exported, or checkpoints")
    arguments = parser.parse_args()
    model = ReaderModel.of_work_folder(arguments.work)
    if arguments.mean:
        model.begin_from(arguments.mean)
        origin = {"mean_of": str(len(arguments.mean))}
    else:
        checkpoint = torch.load(arguments.work / "checkpoint.pt", weights_only=True, map_location="cpu")
        model.load_state_dict(checkpoint["learned"], strict=False)
        origin = {"steps": str(checkpoint["step"])}
    model.eval()
    sample = torch.randn(3, 40, model.body.config.hidden_size), torch.ones(3, 40, dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        with torch.no_grad():
            torch.onnx.export(
                _FromEmbedded(model).eval(),
                sample,
                str(exact),
                input_names=["state", "mask"],
                output_names=list(Read._fields),
                dynamic_axes={
                    "state": {0: "texts", 1: "tokens"},
                    "mask": {0: "texts", 1: "tokens"},
                    **{name: {0: "texts"} for name in ("answers", "polarity")},
                    **{name: {0: "texts", 1: "tokens"} for name in ("first", "last", "inside")},
                },
                opset_version=17,
                dynamo=False,
            )
        graph = onnx.load(exact)
    pack_weights(graph)
    # It has learned from tokens that end where answers do, and says so to whoever reads with it.
    helper.set_model_props(graph, {**origin, PIECES: APART})
    onnx.save(graph, arguments.output)
    feed = {"state": sample[0].numpy(), "mask": sample[1].numpy()}
    shrunk = InferenceSession(str(arguments.output)).run(None, feed)
    with torch.no_grad():
        wanted = model.read(*sample)
    apart = max(float(np.abs(one - other.numpy()).max()) for one, other in zip(shrunk, wanted, strict=True))
    print(f"{arguments.output.name}: {arguments.output.stat().st_size / 1e6:.1f} MB, largest difference {apart:.3f}")


def pack_weights(model: onnx.ModelProto) -> None:
    """Store the matrix of every product in eight bits: `NAME_packed` times `NAME_scale` is `NAME`."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    unpacking = []
    for node in model.graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in stored:
            continue
        name = node.input[1]
        matrix = numpy_helper.to_array(stored[name])
        # A matrix of Gemm is (outputs, inputs) as torch has it, one of MatMul is (inputs, outputs).
        inputs = 1 if node.op_type == "Gemm" else 0
        scale = np.maximum(np.abs(matrix).max(axis=inputs, keepdims=True), 1e-12).astype(np.float32) / 127
        packed = np.rint(matrix / scale).astype(np.int8)
        model.graph.initializer.remove(stored[name])
        model.graph.initializer.extend(
            [numpy_helper.from_array(packed, f"{name}_packed"), numpy_helper.from_array(scale, f"{name}_scale")]
        )
        # A cast and a product, which every runtime folds into a constant when it opens the graph.
        unpacking += [
            helper.make_node("Cast", [f"{name}_packed"], [f"{name}_cast"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [name]),
        ]
    nodes = [*unpacking, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


if __name__ == "__main__":
    main()
