"""Write `qa/answering/weights/reader.onnx` from a checkpoint: one graph of twelve layers and the heads.

usage: python training/export_reader.py --work DIR [--mean READER …] [--output FILE]

With `--mean` it is of the mean of several readers, weight by weight, exported or checkpoints of runs that went on from
one another (Wortsman and others, "Model soups", 2022).

The graph reads embedded tokens, so the largest part of the model, its token embeddings, stays where it is. It
multiplies in eight bits, with a scale for each output and each token, but for the few channels in which examples of the
work folder have the largest activations: these would take the range that all share.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from examples import EXAMPLES, Example, read_examples
from onnx import helper
from onnxruntime import InferenceSession
from reader_model import Read, ReaderModel, embedder_of_work_folder
from torch import Tensor, nn

from embeddings.encoders.e5_graph import LayerGraph
from embeddings.encoders.token_embedder import TokenEmbedder
from qa.retrieval.cross_encoder import APART, PIECES

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_OUTPUT = Path(__file__).parents[1] / "qa" / "answering" / "weights" / "reader.onnx"
_CHANNELS_APART = 8  # of 384 or 1,536
_EXAMPLES_READ = 96


def main() -> None:
    """Export, and print how far the graph is from the model."""
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
    embedder = embedder_of_work_folder(arguments.work)
    examples = read_examples(arguments.work / EXAMPLES)
    states = [_embedded(embedder, pair) for pair in _pairs(examples[:: max(len(examples) // _EXAMPLES_READ, 1)])]
    graph = reader_graph(model, loudest_channels(model, states, count=_CHANNELS_APART))
    # It has learned from tokens that end where answers do, and says so to whoever reads with it.
    helper.set_model_props(graph, {**origin, PIECES: APART})
    onnx.save(graph, arguments.output)
    session = InferenceSession(str(arguments.output))
    apart = [_difference(session, model, state) for state in states]
    print(f"{arguments.output.name}: {arguments.output.stat().st_size / 1e6:.1f} MB")
    print("root mean square of what it says more or less than the model:")
    for name, value in zip(Read._fields, np.sqrt(np.mean(apart, axis=0)), strict=True):
        print(f"{name:>10} {value:.3f}")


def loudest_channels(model: ReaderModel, states: Iterable[Tensor], *, count: int) -> Mapping[str, NDArray[np.int64]]:
    """For each matrix of the layers, by its name, the `count` inputs with the largest absolute values, in order.

    `states` are embedded tokens, each of shape (1, tokens, hidden).
    """
    largest: dict[str, Tensor] = {}

    def note(name: str, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen = inputs[0].abs().flatten(end_dim=-2).amax(dim=0)
        largest[name] = torch.maximum(largest.get(name, seen), seen)

    with ExitStack() as watched, torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, nn.Linear) and name.startswith("body.encoder."):
                watched.enter_context(module.register_forward_pre_hook(partial(note, name)))  # type: ignore[arg-type]
        for state in states:
            model.read(state, torch.ones(state.shape[:2], dtype=torch.long))
    return {name: np.sort(values.topk(count).indices.numpy()) for name, values in largest.items()}


def reader_graph(model: ReaderModel, apart: Mapping[str, NDArray[np.int64]]) -> Any:
    """An ONNX model of what `ReaderModel.read` computes of `state`, shape (texts, tokens, hidden).

    No token may be left out. `apart` has the inputs of each matrix that are multiplied in single precision.
    """
    weights, config = model.state_dict(), model.body.config
    graph = LayerGraph(lambda name: np.asarray(weights[name].numpy(), dtype=np.float32), apart=apart)
    state = "state"
    for number in range(config.num_hidden_layers):
        state = graph.layer(
            state,
            f"body.encoder.layer.{number}",
            heads=config.num_attention_heads,
            epsilon=config.layer_norm_eps,
        )
    nought = graph.constant("nought", np.array(0, dtype=np.int64))
    pooled = graph.node("Tanh", [graph.dense(graph.node("Gather", [state, nought], axis=1), "pool")])
    of_texts = ("answers", "polarity")
    first, last = graph.split(graph.dense(state, "span"), 2)
    said = {
        "answers": graph.dense(pooled, "answers"),
        "first": first,
        "last": last,
        "inside": graph.dense(state, "inside"),
        "polarity": graph.dense(pooled, "polarity"),
    }
    for name in Read._fields:
        axis = 1 if name in of_texts else 2
        graph.node("Squeeze", [said[name], graph.constant(f"axis {axis}", np.array([axis]))], output=name)
    shapes = {name: ["texts"] if name in of_texts else ["texts", "tokens"] for name in Read._fields}
    return graph.model(config.hidden_size, shapes)


def _pairs(examples: Iterable[Example]) -> Iterator[tuple[str, str]]:
    """A question of each example with the first of its windows."""
    for example in examples:
        for window in (*example.answering, *example.traps)[:1]:
            yield example.question, f"{window.title} {window.text}" if window.title else window.text


def _embedded(embedder: TokenEmbedder, pair: tuple[str, str]) -> Tensor:
    return torch.from_numpy(embedder.embed(embedder.tokenize([pair]).ids))


def _difference(session: InferenceSession, model: ReaderModel, state: Tensor) -> list[float]:
    """The mean squares of the differences of each output."""
    with torch.no_grad():
        wanted = model.read(state, torch.ones(state.shape[:2], dtype=torch.long))
    said = session.run(list(Read._fields), {"state": state.numpy()})
    return [float(np.square(one - other.numpy()).mean()) for one, other in zip(said, wanted, strict=True)]


if __name__ == "__main__":
    main()
