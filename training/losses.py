"""Pairs as tensors, and what a reader loses by what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from pairs import Pair
from reader_model import Read
from torch import Tensor
from torch.nn import functional

from embeddings.encoders.token_embedder import TokenEmbedder, Tokens


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and mask, shape (n, tokens), with what is known of each row.

    `first` and `last` mark the tokens an answer may begin and end with, the first of all where there is none; `inside`
    marks those of answers, `readable` those of the window's body. `answered` and `is_yes` have shape (n,).
    """

    ids: Tensor
    mask: Tensor
    first: Tensor
    last: Tensor
    inside: Tensor
    readable: Tensor
    answered: Tensor
    is_yes: Tensor
    tokens: Tokens

    def to(self, device: str) -> Batch:
        """The same on a device."""
        moved = {
            name: getattr(self, name).to(device)
            for name in ("ids", "mask", "first", "last", "inside", "readable", "answered", "is_yes")
        }
        return Batch(**moved, tokens=self.tokens)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The pairs of a step as tensors.

    `places` says which pair each row of the parts, one after the other, is. The pairs of a question stand together,
    that which answers first; `groups` has their number for each question, and whether there is one that answers.
    """

    parts: list[Batch]
    places: list[int]
    groups: list[tuple[int, bool]]


def encode(pairs: Sequence[Pair], embedder: TokenEmbedder) -> Batch:
    """Pairs as tensors."""
    tokens = embedder.tokenize([(pair.question, pair.text.replace("\n", " ")) for pair in pairs])
    shape = tokens.ids.shape
    first, last, inside = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    body = np.array([pair.body_start for pair in pairs])[:, None]
    readable = tokens.in_second & (tokens.ends > body)
    answered = np.zeros(len(pairs), dtype=np.float32)
    for row, pair in enumerate(pairs):
        for start, end in pair.spans:
            of_it = np.flatnonzero(readable[row] & (tokens.starts[row] < end) & (tokens.ends[row] > start))
            if of_it.size and tokens.ends[row, of_it[-1]] >= end:  # else it was cut off
                first[row, of_it[0]] = last[row, of_it[-1]] = True
                inside[row, of_it] = True
                answered[row] = 1.0
        if not answered[row]:
            first[row, 0] = last[row, 0] = True
    return Batch(
        ids=torch.from_numpy(tokens.ids),
        mask=torch.from_numpy(tokens.mask),
        first=torch.from_numpy(first),
        last=torch.from_numpy(last),
        inside=torch.from_numpy(inside),
        readable=torch.from_numpy(readable),
        answered=torch.from_numpy(answered),
        is_yes=torch.tensor([pair.is_yes for pair in pairs]),
        tokens=tokens,
    )


def ranking_loss(log_odds: Tensor, prepared: Prepared) -> Tensor:
    """Cross-entropy over the windows of each question that is answered; the one that answers is its first."""
    place_of = torch.empty(len(prepared.places), dtype=torch.long)
    place_of[torch.tensor(prepared.places)] = torch.arange(len(prepared.places))
    sizes = [size for size, _ in prepared.groups]
    by_question = torch.split(log_odds[place_of.to(log_odds.device)][: sum(sizes)], sizes)
    losses = [
        -functional.log_softmax(scores, dim=0)[0]
        for scores, (size, has_answer) in zip(by_question, prepared.groups, strict=True)
        if has_answer and size > 1
    ]
    return torch.stack(losses).mean() if losses else log_odds.sum() * 0.0


def span_loss(read: Read, batch: Batch) -> Tensor:
    """The sum over rows of -ln p(an answer's first token) - ln p(its last), halved; less for windows without one."""
    allowed = batch.readable.clone()
    allowed[:, 0] = True
    weight = torch.where(batch.answered > 0, 1.0, 0.4)
    total = read.first.new_zeros((), dtype=torch.float32)
    for logits, wanted in ((read.first, batch.first), (read.last, batch.last)):
        chances = logits.float().masked_fill(~allowed, -1e4).log_softmax(dim=-1)
        total = total - (weight * chances.masked_fill(~wanted, -1e4).logsumexp(dim=-1)).sum() / 2
    return total


def inside_loss(read: Read, batch: Batch) -> Tensor:
    """The sum over rows of the binary cross-entropy of their tokens, averaged in each row."""
    losses = functional.binary_cross_entropy_with_logits(
        read.inside.float(), batch.inside.float(), reduction="none", pos_weight=read.inside.new_tensor(3.0).float()
    )
    readable = batch.readable.float()
    return ((losses * readable).sum(dim=-1) / readable.sum(dim=-1).clamp(min=1)).sum()


def told_loss(read: Sequence[Read], parts: Sequence[Batch], taught: Sequence[Sequence[Read]]) -> Tensor:
    """Cross-entropy with what teachers say on average: of answers, first and last tokens, tokens inside, yes and no."""
    total = read[0].answers.new_zeros((), dtype=torch.float32)
    count = sum(len(part.answered) for part in parts)
    for one, part, said in zip(read, parts, taught, strict=True):
        allowed = part.readable.clone()
        allowed[:, 0] = True
        for name in ("answers", "polarity"):
            chances = torch.stack([getattr(teacher, name).float().sigmoid() for teacher in said]).mean(dim=0)
            losses = functional.binary_cross_entropy_with_logits(getattr(one, name).float(), chances, reduction="none")
            total = total + (losses if name == "answers" else 0.3 * losses * (part.is_yes >= 0)).sum()
        for name in ("first", "last"):
            masked = [getattr(teacher, name).float().masked_fill(~allowed, -1e4) for teacher in said]
            chances = torch.stack([logits.softmax(dim=-1) for logits in masked]).mean(dim=0)
            logs = getattr(one, name).float().masked_fill(~allowed, -1e4).log_softmax(dim=-1)
            total = total - 0.75 * (chances * logs.masked_fill(~allowed, 0.0)).sum()
        chances = torch.stack([teacher.inside.float().sigmoid() for teacher in said]).mean(dim=0)
        losses = functional.binary_cross_entropy_with_logits(one.inside.float(), chances, reduction="none")
        readable = part.readable.float()
        total = total + ((losses * readable).sum(dim=-1) / readable.sum(dim=-1).clamp(min=1)).sum()
    return total / count


def polarity_loss(read: Sequence[Read], parts: Sequence[Batch]) -> Tensor:
    """The mean binary cross-entropy of yes against no, of the rows where it is known which."""
    log_odds = torch.cat([one.polarity.float() for one in read])
    is_yes = torch.cat([part.is_yes for part in parts])
    known = is_yes >= 0
    if not known.any():
        return log_odds.sum() * 0.0
    return functional.binary_cross_entropy_with_logits(log_odds[known], is_yes[known])
