"""Write `qa/answering/weights/reader.onnx` from a checkpoint: one graph.

It has twelve layers and the heads, with weights of eight bits.

usage: python training/export_reader.py --work DIR [--output FILE]

The graph reads embedded tokens, so the largest part of the model, its token embeddings, stays where it is. Weights have
seven bits of range a column: on processors without VNNI, ONNX Runtime adds products of two bytes in sixteen bits, and
full range would overflow.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from reader_model import ReaderModel
from torch import Tensor, nn

DEFAULT_OUTPUT = Path(__file__).parents[1] / "qa" / "answering" / "weights" / "reader.onnx"


class _FromEmbedded(nn.Module):
    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, state: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.model.read(state, mask)


def main() -> None:
    """Export, shrink, and print how far the shrunk graph is from the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    checkpoint = torch.load(arguments.work / "checkpoint.pt", weights_only=True)
    model = ReaderModel()
    model.load_state_dict(checkpoint["learned"], strict=False)
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
                output_names=["log_odds", "first", "last"],
                dynamic_axes={
                    "state": {0: "texts", 1: "tokens"},
                    "mask": {0: "texts", 1: "tokens"},
                    "log_odds": {0: "texts"},
                    "first": {0: "texts", 1: "tokens"},
                    "last": {0: "texts", 1: "tokens"},
                },
                opset_version=17,
                dynamo=False,
            )
        quantize_dynamic(exact, arguments.output, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    graph = onnx.load(arguments.output)
    onnx.helper.set_model_props(graph, {"steps": str(checkpoint["step"])})
    onnx.save(graph, arguments.output)
    feed = {"state": sample[0].numpy(), "mask": sample[1].numpy()}
    shrunk = InferenceSession(str(arguments.output)).run(None, feed)
    with torch.no_grad():
        wanted = model.read(*sample)
    apart = max(float(np.abs(one - other.numpy()).max()) for one, other in zip(shrunk, wanted, strict=True))
    print(f"{arguments.output.name}: {arguments.output.stat().st_size / 1e6:.1f} MB, largest difference {apart:.3f}")


if __name__ == "__main__":
    main()
