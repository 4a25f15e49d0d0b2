"""The reader as a torch module: the bundled encoder with its layers free to learn, and small heads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from embeddings.encoders.bundled import bundled_folder
from embeddings.encoders.e5_graph import weights_of
from embeddings.encoders.token_embedder import TokenEmbedder, open_token_embedder, token_embedder_of

FROZEN_LAYERS = 4
MAX_TOKENS = 320
MODEL_FOLDER = "model"  # in a work folder that `training/pack.py` wrote


class Read(NamedTuple):
    """What the reader says of n pairs.

    `answers` and `polarity`, shape (n,): log-odds that the text answers the question, and that the answer is yes.
    `first`, `last`, `inside`, shape (n, tokens): logits of a token being the first and the last of the answer, of which
    those of the first token stand for no answer, and log-odds of being part of one.
    """

    answers: Tensor
    first: Tensor
    last: Tensor
    inside: Tensor
    polarity: Tensor


class ReaderModel(nn.Module):
    """Reads `<s> question </s> </s> title text </s>`. Only layers from `frozen` on and the heads learn.

    `body` is a folder of the default model or one that `training/pack.py` wrote; `dropout` is the share of values that
    each layer drops while it learns. `fused` computes attention in one kernel, which only a GPU does fast backwards.
    """

    def __init__(
        self, body: Path | None = None, *, frozen: int = FROZEN_LAYERS, dropout: float = 0.0, fused: bool = False
    ) -> None:
        super().__init__()
        self.frozen = frozen
        from transformers import BertModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # a pack has no layers: they come from the reader that training goes on from
        # Attention in plain matrix products: torch's fused one is three times slower backwards on a CPU.
        self.body: Any = BertModel.from_pretrained(
            str(body or bundled_folder()),
            add_pooling_layer=False,
            attn_implementation="sdpa" if fused else "eager",
            dtype=torch.float32,
        )
        hidden = self.body.config.hidden_size
        self.pool = nn.Linear(hidden, hidden)
        self.answers = nn.Linear(hidden, 1)
        self.polarity = nn.Linear(hidden, 1)
        self.span = nn.Linear(hidden, 2)
        self.inside = nn.Linear(hidden, 1)
        for part in self.body.modules():
            if isinstance(part, nn.Dropout):
                part.p = dropout
        for parameter in self.body.parameters():
            parameter.requires_grad = False
        for layer in self.body.encoder.layer[frozen:]:
            for parameter in layer.parameters():
                parameter.requires_grad = True

    @classmethod
    def of_work_folder(
        cls, work: Path, *, frozen: int = FROZEN_LAYERS, dropout: float = 0.0, fused: bool = False
    ) -> ReaderModel:
        """With the token embeddings that the work folder has, or else those of the default model."""
        folder = work / MODEL_FOLDER if (work / MODEL_FOLDER).is_dir() else None
        return cls(folder, frozen=frozen, dropout=dropout, fused=fused)

    def forward(self, ids: Tensor, mask: Tensor) -> Read:
        """What it says of token ids and their mask, both of shape (n, tokens)."""
        with torch.no_grad():
            state = self.body.embeddings(input_ids=ids)
        return self.read(state, mask)

    def read(self, state: Tensor, mask: Tensor) -> Read:
        """The same from embedded tokens, shape (n, tokens, hidden)."""
        bias = (1.0 - mask[:, None, None, :].to(state.dtype)) * -30000.0
        for number, layer in enumerate(self.body.encoder.layer):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= self.frozen):
                out = layer(state, attention_mask=bias)
                state = out[0] if isinstance(out, tuple) else out
        pooled = torch.tanh(self.pool(state[:, 0]))
        first, last = self.span(state).unbind(-1)
        return Read(
            self.answers(pooled).squeeze(-1),
            first,
            last,
            self.inside(state).squeeze(-1),
            self.polarity(pooled).squeeze(-1),
        )

    def learned(self) -> dict[str, Tensor]:
        """The layers and the heads: all but the token embeddings."""
        return {
            name: value.detach() for name, value in self.state_dict().items() if not name.startswith("body.embeddings.")
        }

    def begin_from(self, files: Sequence[Path]) -> int:
        """Take the mean of the weights of some readers; heads that one has not stay as they are.

        Each file is a graph that `training/export_reader.py` wrote, whose eight-bit weights become numbers again (what
        is lost is learned in a few steps), or a checkpoint. Returns how many tensors were taken. Raises ValueError
        where one lacks layers, as a graph of an earlier export does.
        """
        wanted = self.state_dict()
        readers = [_weights_of(file) for file in files]
        fitting = {
            name: torch.stack([reader[name].float() for reader in readers]).mean(dim=0)
            for name in wanted
            if all(name in reader and reader[name].shape == wanted[name].shape for reader in readers)
        }
        if lacking := [name for name in wanted if name.startswith("body.encoder.") and name not in fitting]:
            named = ", ".join(str(file) for file in files)
            raise ValueError(f"{lacking[0]} is not in all of {named}: export them again, or name their checkpoints")
        self.load_state_dict(fitting, strict=False)
        return len(fitting)


def embedder_of_work_folder(work: Path) -> TokenEmbedder:
    """What embeds tokens for training: with the vocabulary of the work folder, or else the default model's."""
    folder = work / MODEL_FOLDER
    if folder.is_dir():
        return token_embedder_of(folder, MAX_TOKENS, apart=True)
    return open_token_embedder(MAX_TOKENS, apart=True)


def _weights_of(file: Path) -> dict[str, Tensor]:
    if file.suffix == ".onnx":
        import onnx

        return {name: torch.from_numpy(np.array(value)) for name, value in weights_of(onnx.load(file)).items()}
    return dict(torch.load(file, weights_only=True, map_location="cpu")["learned"])
