"""Train the reader: which window answers a question, and where.

usage: python training/train_reader.py --work DIR [--steps N]

DIR holds the `examples.jsonl` of `training/examples.py`. Each question comes with a window that answers it and with
ones that do not: found by the search in another article, of the same article, or the right one without the sentence
that says it. At times a question is also asked about something else, of the window that answered it. The loss is the
sum of three: cross-entropy over a question's windows, binary cross-entropy of each window, and cross-entropy of the
answer's first and last token. The rate stays the same until the last quarter. A checkpoint is written every few
minutes, and a run that was stopped goes on from it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from examples import Example, Window, ask_something_else, read_examples, subject_of
from reader_model import MAX_TOKENS, ReaderModel
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from embeddings import split_sentences
from embeddings.encoders.token_embedder import TokenEmbedder, Tokens, open_token_embedder
from qa.answering.spans import best_span
from qa.evaluation.metrics import answer_f1, exact_match

QUESTIONS_A_BATCH = 12
LEARNING_RATE = 1.0e-4
HEAD_LEARNING_RATE = 6e-4
WARMUP_STEPS = 80
COOLING = 0.25  # the share of the steps, at the end, in which the rate falls to nothing
CHECKPOINT_STEPS = 100
MEASURED_EVERY = 6  # checkpoints
MEASURED_QUESTIONS = 160
LONGEST_ANSWER = 48  # tokens
LONG_ANSWER = 12  # characters; questions with longer answers are few and are gone through twice in an epoch


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with one window; `start` and `end` are places of the answer in `text`, or None."""

    question: str
    text: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and mask, shape (n, tokens), with what is known of each row. `first` is -1 where there is no answer."""

    ids: Tensor
    mask: Tensor
    first: Tensor
    last: Tensor
    tokens: Tokens


def main() -> None:
    """Train, from the last checkpoint if there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2200, help="of twelve questions each (default: %(default)s)")
    arguments = parser.parse_args()
    examples = read_examples(arguments.work / "examples.jsonl")
    learning = [example for example in examples if not example.held_out]
    held_out = [example for example in examples if example.held_out]
    measured = random.Random(7).sample(held_out, min(MEASURED_QUESTIONS, len(held_out)))
    Trainer(arguments.work, learning, measured, steps=arguments.steps).run()


class Trainer:
    """The model, its optimizer and where they are in the data."""

    def __init__(self, work: Path, learning: Sequence[Example], measured: Sequence[Example], *, steps: int) -> None:
        torch.manual_seed(0)
        long = [example for example in learning if min(map(len, example.answers)) > LONG_ANSWER]
        self.work, self.learning, self.measured = work, [*learning, *long], measured
        self.subjects = _subjects(learning)
        self.embedder = open_token_embedder(MAX_TOKENS)
        self.model = ReaderModel()
        heads = [p for name, p in self.model.named_parameters() if p.requires_grad and not name.startswith("body")]
        upper = [p for name, p in self.model.named_parameters() if p.requires_grad and name.startswith("body")]
        self.optimizer = torch.optim.AdamW(
            [{"params": upper, "lr": LEARNING_RATE}, {"params": heads, "lr": HEAD_LEARNING_RATE}], weight_decay=0.01
        )
        self.steps_an_epoch = -(-len(self.learning) // QUESTIONS_A_BATCH)
        self.total = steps
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        self.step = 0

    def run(self) -> None:
        """Go through the data, measuring at every checkpoint."""
        self._resume()
        started, losses = time.monotonic(), []
        first_step = self.step
        while self.step < self.total:
            epoch, done = divmod(self.step, self.steps_an_epoch)
            for questions in list(_groups(self.learning, epoch))[done:]:
                losses.append(self._learn(questions, epoch))
                self.step += 1
                if self.step % 20 == 0:
                    pace = (time.monotonic() - started) / (self.step - first_step)
                    left = pace * (self.total - self.step) / 60
                    shown = " ".join(f"{value:.3f}" for value in np.mean(losses[-100:], axis=0))
                    print(f"{self.step}/{self.total} {shown} {pace:.2f} s a step, {left:.0f} min left", flush=True)
                if self.step % CHECKPOINT_STEPS == 0 or self.step == self.total:
                    self._save()
                    if self.step % (MEASURED_EVERY * CHECKPOINT_STEPS) == 0 or self.step == self.total:
                        print(json.dumps(measure(self.model, self.embedder, self.measured)), flush=True)
                if self.step == self.total:
                    return

    def _rate(self, step: int) -> float:
        return min(1.0, (step + 1) / WARMUP_STEPS, max(0.02, (self.total - step) / (COOLING * self.total)))

    def _learn(self, questions: Sequence[Example], epoch: int) -> list[float]:
        self.model.train()
        source = random.Random(f"{epoch} {questions[0].question}")
        grouped = [_pairs(example, self.learning, source) for example in questions]
        pairs = [pair for pairs in grouped for pair in pairs]
        pairs += [other for pairs in grouped if (other := _about_something_else(pairs[0], self.subjects, source))]
        # Texts of like length together, so that little is padded.
        by_length = sorted(range(len(pairs)), key=lambda place: len(pairs[place].text))
        log_odds, placed = torch.zeros(len(pairs)), torch.zeros(())
        for places in np.array_split(by_length, 5):
            batch = encode([pairs[place] for place in places], self.embedder)
            scores, first, last = self.model(batch.ids, batch.mask)
            log_odds = log_odds.index_copy(0, torch.from_numpy(places), scores)
            placed = placed + _span_loss(first, last, batch) / len(grouped)
        answers = torch.tensor([float(pair.start is not None) for pair in pairs])
        judged = functional.binary_cross_entropy_with_logits(log_odds, answers)
        # The window that answers is the first of each question's.
        sizes = [len(pairs) for pairs in grouped]
        by_question = torch.split(log_odds[: sum(sizes)], sizes)
        ranked = torch.stack([-functional.log_softmax(scores, dim=0)[0] for scores in by_question]).mean()
        self.optimizer.zero_grad(set_to_none=True)
        (judged + ranked + placed).backward()
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 1.0)
        self.optimizer.step()
        self.schedule.step()
        return [judged.item(), ranked.item(), placed.item()]

    def _save(self) -> None:
        state = {
            "step": self.step,
            "total": self.total,
            "learned": self.model.learned(),
            "optimizer": self.optimizer.state_dict(),
        }
        # Before the rate falls, the run can still be made longer: start again with --steps and this checkpoint.
        names = ["checkpoint.pt", *(["warm.pt"] if self.step <= (1 - COOLING) * self.total else [])]
        for name in names:
            unfinished = self.work / f"{name}.new"
            torch.save(state, unfinished)
            unfinished.replace(self.work / name)

    def _resume(self) -> None:
        path = self.work / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if state["total"] != self.total and state["step"] > (1 - COOLING) * state["total"]:
            raise SystemExit(f"The rate of {path} has fallen; to go on from before, copy warm.pt over it.")
        self.model.load_state_dict(state["learned"], strict=False)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = self.schedule.last_epoch = state["step"]
        print(f"going on from step {self.step}", flush=True)


def encode(pairs: Sequence[Pair], embedder: TokenEmbedder) -> Batch:
    """Pairs as tensors."""
    tokens = embedder.tokenize([(pair.question, pair.text.replace("\n", " ")) for pair in pairs])
    spans = [_token_span(tokens, row, pair) for row, pair in enumerate(pairs)]
    return Batch(
        ids=torch.from_numpy(tokens.ids),
        mask=torch.from_numpy(tokens.mask),
        first=torch.tensor([first for first, _ in spans]),
        last=torch.tensor([last for _, last in spans]),
        tokens=tokens,
    )


def _token_span(tokens: Tokens, row: int, pair: Pair) -> tuple[int, int]:
    """The first and last token of the answer; (-1, -1) when there is none, or it was cut off."""
    if pair.start is None or pair.end is None:
        return -1, -1
    starts, ends = tokens.starts[row], tokens.ends[row]
    inside = np.flatnonzero(tokens.in_second[row] & (starts < pair.end) & (ends > pair.start))
    return (int(inside[0]), int(inside[-1])) if inside.size and ends[inside[-1]] >= pair.end else (-1, -1)


def _span_loss(first: Tensor, last: Tensor, batch: Batch) -> Tensor:
    """The sum over the rows that have an answer."""
    placed = batch.first >= 0
    if not placed.any():
        return first.sum() * 0.0
    outside = ~torch.from_numpy(batch.tokens.in_second)[placed]
    starts = functional.cross_entropy(first[placed].masked_fill(outside, -1e4), batch.first[placed], reduction="sum")
    ends = functional.cross_entropy(last[placed].masked_fill(outside, -1e4), batch.last[placed], reduction="sum")
    return (starts + ends) / 2


def _groups(examples: Sequence[Example], epoch: int) -> Iterator[list[Example]]:
    """The examples in batches, in an order that depends on the epoch alone."""
    shuffled = random.Random(epoch).sample(list(examples), len(examples))
    for start in range(0, len(shuffled), QUESTIONS_A_BATCH):
        yield shuffled[start : start + QUESTIONS_A_BATCH]


def _pairs(example: Example, examples: Sequence[Example], source: random.Random) -> list[Pair]:
    """The question with a window that answers it, and one to three that do not, cut to different lengths."""
    question = _asked(example.question, source)
    answering = _cropped(source.choice(example.answering), source)
    wrong = []
    if example.others:
        # The nearer the top, the more often.
        wrong.append(example.others[min(int(source.expovariate(0.35)), len(example.others) - 1)])
    if source.random() < 0.6 and (near := [*example.cut, *example.beside]):
        wrong.append(source.choice(near))
    if not wrong or source.random() < 0.08:
        wrong.append(source.choice(source.choice(examples).answering))
    head = example.head if source.random() < 0.6 else ""
    pairs = [_headed(question, answering, head)]
    for window in wrong:
        cropped = Window(_cropped(window, source).text)
        pairs.append(_headed(question, cropped, head if source.random() < 0.5 else ""))
    return pairs


def _about_something_else(pair: Pair, subjects: Sequence[str], source: random.Random) -> Pair | None:
    """At times the same window with a question whose number or subject is another, so that it answers no more."""
    if source.random() >= 0.25:
        return None
    other = ask_something_else(pair.question, pair.text, subjects, source)
    return Pair(other, pair.text) if other else None


def _subjects(examples: Sequence[Example]) -> list[str]:
    """What questions are about, for putting into other questions."""
    found = (subject_of(example.question, example.answering[0].text) for example in examples)
    return sorted({subject for subject in found if subject})


def _cropped(window: Window, source: random.Random) -> Window:
    """Some neighbouring sentences of a window, with its answer if it has one; at times the whole window."""
    room = source.randint(60, 180)
    if source.random() < 0.15 or len(window.text) <= room:
        return window
    sentences = split_sentences(window.text)
    first = last = _sentence_of(window, sentences, source)
    while True:
        wider = [
            (low, high)
            for low, high in ((first - 1, last), (first, last + 1))
            if low >= 0 and high < len(sentences) and sentences[high][1] - sentences[low][0] <= room
        ]
        if not wider:
            break
        first, last = source.choice(wider)
    start, end = sentences[first][0], max(sentences[last][1], window.end or 0)
    if window.start is None or window.end is None:
        return Window(window.text[start:end])
    return Window(window.text[start:end], window.start - start, window.end - start)


def _sentence_of(window: Window, sentences: Sequence[tuple[int, int]], source: random.Random) -> int:
    if window.start is None:
        return source.randrange(len(sentences))
    return next(place for place, (start, end) in enumerate(sentences) if start <= window.start < end)


def _headed(question: str, window: Window, head: str) -> Pair:
    if not head or window.text.startswith(head):
        return Pair(question, window.text, window.start, window.end)
    shift = len(head) + 1
    moved = [place + shift if place is not None else None for place in (window.start, window.end)]
    return Pair(question, f"{head}\n{window.text}", *moved)


def _asked(question: str, source: random.Random) -> str:
    """The question, at times with a slip or without its mark, as readers type."""
    if source.random() < 0.3:
        question = question.rstrip("？?")
    if source.random() < 0.05:
        question = f"请问{question}"
    if source.random() < 0.08 and len(question) > 6:
        place = source.randrange(len(question))
        other = source.choice(["", question[source.randrange(len(question))]])
        question = question[:place] + other + question[place + 1 :]
    return question


@torch.no_grad()
def measure(model: ReaderModel, embedder: TokenEmbedder, examples: Sequence[Example]) -> dict[str, float]:
    """EM and F1 in windows that answer, and how well windows that do not are told from them (AUC)."""
    model.eval()
    kinds = ("answering", "cut", "others", "beside")
    pairs, owners = [], []
    for example in examples:
        for kind in kinds:
            if windows := getattr(example, kind):
                pairs.append(_headed(example.question, windows[0], ""))
                owners.append((kind, example))
    scores: dict[str, list[float]] = {kind: [] for kind in kinds}
    matched, shared = [], []
    for start in range(0, len(pairs), 24):
        batch = encode(pairs[start : start + 24], embedder)
        log_odds, first, last = model(batch.ids, batch.mask)
        for row, (kind, example) in enumerate(owners[start : start + 24]):
            scores[kind].append(float(log_odds[row]))
            if kind == "answering":
                inside = batch.tokens.in_second[row]
                starts = np.where(inside, first[row].numpy(), -np.inf)
                at, to, _ = best_span(starts, np.where(inside, last[row].numpy(), -np.inf), longest=LONGEST_ANSWER)
                text = pairs[start + row].text[batch.tokens.starts[row][at] : batch.tokens.ends[row][to - 1]]
                matched.append(exact_match(text, example.answers))
                shared.append(answer_f1(text, example.answers))
    figures = {"EM": float(np.mean(matched)), "F1": float(np.mean(shared))}
    for kind in kinds[1:]:
        labels = [1] * len(scores["answering"]) + [0] * len(scores[kind])
        figures[f"AUC against {kind}"] = float(roc_auc_score(labels, scores["answering"] + scores[kind]))
    return {name: round(value, 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
