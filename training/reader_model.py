"""The reader as a torch module: the bundled encoder with its upper layers free to learn, and two small heads."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from embeddings.encoders.bundled import bundled_folder

FROZEN_LAYERS = 4
MAX_TOKENS = 320


class ReaderModel(nn.Module):
    """Reads `<s> question </s> </s> title text </s>`.

    Gives the log-odds that the text answers the question, shape (n,), and for each token the logits of being the first
    and the last of the answer, shape (n, tokens) each. Only layers above `FROZEN_LAYERS` and the heads learn.
    """

    def __init__(self) -> None:
        super().__init__()
        from transformers import BertModel

        self.body: Any = BertModel.from_pretrained(str(bundled_folder()), add_pooling_layer=False)
        hidden = self.body.config.hidden_size
        self.pool = nn.Linear(hidden, hidden)
        self.drop = nn.Dropout(0.1)
        self.answers = nn.Linear(hidden, 1)
        self.span = nn.Linear(hidden, 2)
        for part in self.body.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0  # on a CPU, drawing what to drop takes a third of a step
        for parameter in self.body.parameters():
            parameter.requires_grad = False
        for layer in self.body.encoder.layer[FROZEN_LAYERS:]:
            for parameter in layer.parameters():
                parameter.requires_grad = True

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log-odds and span logits for token ids and their mask, both of shape (n, tokens)."""
        with torch.no_grad():
            state = self.body.embeddings(input_ids=ids)
        return self.read(state, mask)

    def read(self, state: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same from embedded tokens, shape (n, tokens, hidden)."""
        bias = (1.0 - mask[:, None, None, :].to(state.dtype)) * torch.finfo(state.dtype).min
        for number, layer in enumerate(self.body.encoder.layer):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= FROZEN_LAYERS):
                out = layer(state, attention_mask=bias)
                state = out[0] if isinstance(out, tuple) else out
        log_odds = self.answers(self.drop(torch.tanh(self.pool(state[:, 0])))).squeeze(-1)
        first, last = self.span(state).unbind(-1)
        return log_odds, first, last

    def learned(self) -> dict[str, Tensor]:
        """What differs from the bundled encoder: the upper layers and the heads."""
        names = {name for name, parameter in self.named_parameters() if parameter.requires_grad}
        return {name: value.detach() for name, value in self.state_dict().items() if name in names}
