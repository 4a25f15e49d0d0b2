"""Train the reader: which window answers a question, where, that nothing does, and whether the answer is yes.

usage: python training/train_reader.py --work DIR [--steps N] [--from READER …] [--teachers READER …]

DIR holds the examples of `training/examples.py`, or is a folder of `training/pack.py`. A question that is answered
comes with a window that answers it and with ones that do not: of other articles, as the search finds them, or of the
same one. A question that is not comes with the windows that tempt to an answer. At times a question is also asked about
something else, of the window that answered it. The loss is the sum of five: cross-entropy over a question's windows,
binary cross-entropy of each window, cross-entropy of the answer's first and last token (of windows without an answer,
of the first token, which stands for none), binary cross-entropy of each token being part of an answer, and of yes
against no.

The last quarter of a run is of the domain for the most part: where an answer begins and ends is a convention, and the
reader keeps best what it learns last. With teachers, readers that were trained before, what they say of a window on
average is learned beside what is known of it (Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network",
2015).

Runs on a GPU where torch finds one, with questions made ready by other processes. A GPU, or a processor that multiplies
in bfloat16, computes in that over weights of single precision, three times as fast. A checkpoint is written every few
minutes, and a run that was stopped goes on from it, on another machine, too.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from examples import EXAMPLES, Example, Window, read_examples
from losses import Batch, Prepared, encode, inside_loss, polarity_loss, ranking_loss, span_loss, told_loss
from pairs import about_something_else, pairs_of, subjects_of, with_title
from reader_model import FROZEN_LAYERS, MODEL_FOLDER, Read, ReaderModel, embedder_of_work_folder
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from embeddings.encoders.token_embedder import TokenEmbedder
from qa.answering.spans import best_span
from qa.evaluation.metrics import answer_f1, exact_match

QUESTIONS_A_STEP = 16
LEARNING_RATE = 1.0e-4
LAYER_DECAY = 0.92  # the rate of a layer, as a share of that of the layer above
HEAD_RATE = 4.0  # of the heads, as a multiple of the top layer's
WARMUP_STEPS = 100
CHECKPOINT_EVERY = 180.0  # seconds
MEASURED_EVERY = 800  # steps
MEASURED_QUESTIONS = 240
LONGEST_ANSWER = 48  # tokens
BATCHES_A_STEP = 4  # of texts of like length, so that little is padded
BATCHES_ON_GPU = 2
LAST_SHARE = 0.25  # of a run, in which the questions of the last passes are learned
KNOWN_SHARE = 0.3  # how much what is known weighs beside what teachers say

# How often the questions of a file are gone through; those for yes and no that `examples.py` made count by themselves.
BULLETINS = sorted(path.stem for path in (Path(__file__).parent / "bulletins").glob("*.jsonl"))
PASSES = {
    **dict.fromkeys(BULLETINS, 4.0),
    "local_news": 1.5,
    "cmrc2018_train": 1.0,
    "cmrc2018_trial": 0.3,
    "drcd_dev": 0.25,
    "drcd_test": 0.25,
    "squad2_en": 0.5,
    "xquad_zh": 0.3,
    "xquad_en_questions": 1.5,
    "dureader_checklist_dev": 1.2,
    "dureader_robust_dev": 1.2,
}
PASSES_OF_YES, PASSES_OF_NO = 0.4, 1.3
# Questions for yes and no that somebody asked are few among those that were made, and fewer of them are answered yes.
WHETHER_TIMES = {"yes": 4.0, "no": 3.0}
LAST_PASSES = {
    **dict.fromkeys(BULLETINS, 3.0),
    "local_news": 1.2,
    "cmrc2018_train": 0.12,
    "squad2_en": 0.1,
    "xquad_en_questions": 0.4,
    "dureader_checklist_dev": 0.2,
    "dureader_robust_dev": 0.2,
}
LAST_PASSES_OF_YES, LAST_PASSES_OF_NO = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `minutes` ends a run sooner, with the rate brought down by then; 0 for no limit."""

    steps: int
    questions: int = QUESTIONS_A_STEP
    rate: float = LEARNING_RATE
    frozen: int = FROZEN_LAYERS
    minutes: float = 0.0
    start: tuple[Path, ...] = ()
    teachers: tuple[Path, ...] = ()
    seed: int = 0
    dropout: float = 0.0
    wider: bool = False
    processes: int = 12
    measured_every: int = MEASURED_EVERY
    passes: dict[str, float] = field(default_factory=dict)  # of files, in place of what is usual


def main() -> None:
    """Train, from the last checkpoint if there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000, help="how many (default: %(default)s)")
    parser.add_argument("--questions", type=int, default=QUESTIONS_A_STEP, help="a step (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="of the top layer (default: %(default)s)")
    parser.add_argument("--frozen", type=int, default=FROZEN_LAYERS, help="layers that stay (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the order; give a run that goes on another one")
    parser.add_argument("--minutes", type=float, default=0.0, help="end after that time at the latest")
    parser.add_argument("--dropout", type=float, default=0.0, help="on a CPU it takes a third of a step")
    parser.add_argument("--wider", action="store_true", help="twice as many windows that do not answer")
    parser.add_argument("--processes", type=int, default=12, help="that make questions ready for a GPU, at most")
    parser.add_argument("--measured-every", type=int, default=MEASURED_EVERY, metavar="STEPS")
    parser.add_argument(
        "--passes", type=_named_passes, nargs="+", default=[], metavar="FILE=TIMES",
        help="how often the questions of a file are gone through in a round, by its name without .jsonl",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="start", type=Path, nargs="+", default=[], metavar="READER", help="exported, or a checkpoint"
    )
    parser.add_argument(
        "--teachers", type=Path, nargs="+", default=[], metavar="READER", help="exported, or checkpoints"
    )
    arguments = parser.parse_args()
    if (arguments.work / MODEL_FOLDER).is_dir() and not arguments.start:
        parser.error(f"{arguments.work} has no layers of the model: say which reader to go on from with --from")
    examples = read_examples(arguments.work / EXAMPLES)
    learning = [example for example in examples if not example.held_out]
    held_out = [e for e in examples if e.held_out and e.source == "local_news" and not e.is_made]
    held_out = held_out or [example for example in examples if example.held_out]
    measured = random.Random(7).sample(held_out, min(MEASURED_QUESTIONS, len(held_out)))
    plan = Plan(
        steps=arguments.steps,
        questions=arguments.questions,
        rate=arguments.rate,
        frozen=arguments.frozen,
        minutes=arguments.minutes,
        start=tuple(arguments.start),
        teachers=tuple(arguments.teachers),
        seed=arguments.seed,
        dropout=arguments.dropout,
        wider=arguments.wider,
        processes=arguments.processes,
        measured_every=arguments.measured_every,
        passes=dict(arguments.passes),
    )
    if unknown := plan.passes.keys() - {example.source for example in examples}:
        parser.error(f"{arguments.work} has no examples of {', '.join(sorted(unknown))}: see --passes")
    Trainer(arguments.work, learning, measured, plan).run()


class Steps(Dataset[Prepared]):
    """What is learned in each step. A step's pairs depend on its number alone, whichever process makes them ready."""

    def __init__(self, learning: Sequence[Example], embedder: TokenEmbedder, plan: Plan, parts: int) -> None:
        self._learning, self._embedder, self._parts = learning, embedder, parts
        self._a_step, self._seed, self._wider = plan.questions, plan.seed, plan.wider
        self.first_of_last = round(plan.steps * (1 - LAST_SHARE))
        count = plan.steps * plan.questions
        first = _order(learning, self.first_of_last * plan.questions, plan)
        self._order = first + _order(learning, count - len(first), plan, last=True)
        self._subjects = subjects_of(learning)

    def __getitem__(self, step: int) -> Prepared:
        """The pairs of a step."""
        places = self._order[step * self._a_step : (step + 1) * self._a_step]
        questions = [self._learning[place] for place in places]
        source = random.Random(f"{self._seed} {step} {questions[0].question}")
        grouped = [pairs_of(example, self._learning, source, wider=self._wider) for example in questions]
        pairs = [pair for pairs in grouped for pair in pairs]
        pairs += [other for pairs in grouped if (other := about_something_else(pairs[0], self._subjects, source))]
        by_length = sorted(range(len(pairs)), key=lambda place: len(pairs[place].text))
        parts = [
            encode([pairs[place] for place in part], self._embedder)
            for part in np.array_split(by_length, self._parts)
            if part.size
        ]
        return Prepared(parts, by_length, [(len(pairs), bool(pairs[0].spans)) for pairs in grouped])


def _as_it_is(prepared: Prepared) -> Prepared:
    return prepared


class Trainer:
    """The model, its optimizer and where they are in the data."""

    def __init__(self, work: Path, learning: Sequence[Example], measured: Sequence[Example], plan: Plan) -> None:
        torch.manual_seed(0)
        self.work, self.measured, self.plan = work, measured, plan
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.embedder = embedder_of_work_folder(work)
        on_gpu = self.device == "cuda"
        self.steps = Steps(learning, self.embedder, plan, BATCHES_ON_GPU if on_gpu else BATCHES_A_STEP)
        self.model = ReaderModel.of_work_folder(work, frozen=plan.frozen, dropout=plan.dropout, fused=on_gpu)
        if plan.start:
            names = ", ".join(str(path) for path in plan.start)
            print(f"begins with {self.model.begin_from(plan.start)} tensors of {names}", flush=True)
        self.model.to(self.device)
        in_half = self.device == "cuda" or torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
        # The copy that computes; the optimizer keeps the exact weights.
        self.worker = copy.deepcopy(self.model).bfloat16() if in_half else self.model
        self.teachers = [self._teacher(path, like=self.worker) for path in plan.teachers]
        self.step = 0
        self.started = self.saved = time.monotonic()
        self.optimizer = torch.optim.AdamW(_groups_of(self.model, plan.rate), weight_decay=0.01, fused=True)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)

    def run(self) -> None:
        """Go through the data, measuring now and then."""
        self._resume()
        total, first_step = self.plan.steps, self.step
        losses: list[Tensor] = []
        self.started = self.saved = time.monotonic()
        for step, prepared in self._prepared():
            losses.append(self._learn(prepared))
            self.step = step + 1
            over = self._spent() >= 1
            if self.step % 20 == 0:
                pace = (time.monotonic() - self.started) / (self.step - first_step)
                left = pace * (total - self.step) / 60
                shown = " ".join(f"{value:.3f}" for value in torch.stack(losses[-100:]).mean(dim=0).tolist())
                print(f"{self.step}/{total} {shown} {pace:.2f} s a step, {left:.0f} min left", flush=True)
            if over or time.monotonic() - self.saved > CHECKPOINT_EVERY:
                self._save()
                self.saved = time.monotonic()
            if self.step % self.plan.measured_every == 0 or over:
                print(json.dumps(measure(self.worker, self.embedder, self.measured)), flush=True)
            if over:
                break

    def _prepared(self) -> Iterator[tuple[int, Prepared]]:
        """The steps that are left with their numbers; when three quarters of the time are over, those of the end."""
        first_of_last = self.steps.first_of_last
        for stretch in (range(self.step, first_of_last), range(max(self.step, first_of_last), self.plan.steps)):
            for step, prepared in zip(stretch, self._made_ready(stretch), strict=True):
                yield step, prepared
                if step < first_of_last and self._spent() >= 1 - LAST_SHARE:
                    break

    def _made_ready(self, stretch: range) -> DataLoader[Prepared]:
        """A GPU would wait for a single process that makes questions ready."""
        others = min(self.plan.processes, (os.cpu_count() or 2) - 1) if self.device == "cuda" else 0
        if others:
            os.environ["TOKENIZERS_PARALLELISM"] = "false"
            torch.multiprocessing.set_sharing_strategy("file_system")
        return DataLoader(self.steps, batch_size=None, sampler=stretch, num_workers=others, collate_fn=_as_it_is)

    def _teacher(self, path: Path, like: ReaderModel) -> ReaderModel:
        """A reader that was trained before, as it computes here."""
        teacher: ReaderModel = copy.deepcopy(like).float().cpu()
        teacher.begin_from([path])
        teacher.to(self.device, next(like.parameters()).dtype)
        teacher.eval()
        teacher.requires_grad_(False)
        return teacher

    def _spent(self) -> float:
        """The share of the run that is over, by steps or by time."""
        limit = self.plan.minutes * 60
        return max(self.step / self.plan.steps, (time.monotonic() - self.started) / limit if limit else 0.0)

    def _rate(self, step: int) -> float:
        return max(0.01, min((step + 1) / WARMUP_STEPS, 1 - self._spent()))

    def _learn(self, prepared: Prepared) -> Tensor:
        """One step; returns its losses: five of what is known, and that of what teachers say."""
        self.worker.train()
        parts = [part.to(self.device) for part in prepared.parts]
        read = [self.worker(part.ids, part.mask) for part in parts]
        log_odds = torch.cat([one.answers.float() for one in read])
        answered = torch.cat([part.answered for part in parts])
        count = len(prepared.places)
        judged = functional.binary_cross_entropy_with_logits(log_odds, answered)
        placed = sum(span_loss(one, part) for one, part in zip(read, parts, strict=True)) / count * 1.5
        marked = sum(inside_loss(one, part) for one, part in zip(read, parts, strict=True)) / count
        polar = polarity_loss(read, parts)
        ranked = ranking_loss(log_odds, prepared)
        known = judged + 0.5 * ranked + placed + marked + 0.3 * polar
        told = told_loss(read, parts, self._taught(parts)) if self.teachers else known.new_zeros(())
        self.worker.zero_grad(set_to_none=True)
        (KNOWN_SHARE * known + told if self.teachers else known).backward()
        self._move()
        return torch.stack([loss.detach() for loss in (judged, ranked, placed, marked, polar, told)])

    @torch.no_grad()
    def _taught(self, parts: Sequence[Batch]) -> list[list[Read]]:
        """What each teacher says of each part."""
        return [[teacher(part.ids, part.mask) for teacher in self.teachers] for part in parts]

    def _move(self) -> None:
        """One step of the optimizer, on the exact weights."""
        exact = [p for p in self.model.parameters() if p.requires_grad]
        working = [p for p in self.worker.parameters() if p.requires_grad]
        if self.worker is not self.model:
            for parameter, worker in zip(exact, working, strict=True):
                if parameter.grad is None and worker.grad is not None:
                    parameter.grad = torch.empty_like(parameter)
            learning = [(p.grad, w.grad) for p, w in zip(exact, working, strict=True) if w.grad is not None]
            torch._foreach_copy_([grad for grad, _ in learning], [grad for _, grad in learning])
        torch.nn.utils.clip_grad_norm_(exact, 1.0)
        self.optimizer.step()
        self.schedule.step()
        if self.worker is not self.model:
            with torch.no_grad():
                torch._foreach_copy_(working, exact)

    def _save(self) -> None:
        state = {
            "step": self.step,
            "total": self.plan.steps,
            "learned": self.model.learned(),
            "optimizer": self.optimizer.state_dict(),
        }
        unfinished = self.work / "checkpoint.pt.new"
        torch.save(state, unfinished)
        unfinished.replace(self.work / "checkpoint.pt")

    def _resume(self) -> None:
        path = self.work / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.device)
        self.model.load_state_dict(state["learned"], strict=False)
        self.worker.load_state_dict(self.model.state_dict())
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = self.schedule.last_epoch = state["step"]
        print(f"going on from step {self.step}", flush=True)


def _groups_of(model: ReaderModel, rate: float) -> list[dict[str, object]]:
    """The parameters with their rates: heads the highest, and each layer a little less than the one above it."""
    top = len(model.body.encoder.layer) - 1
    groups: list[dict[str, object]] = [
        {
            "params": [p for p in layer.parameters() if p.requires_grad],
            "lr": rate * LAYER_DECAY ** (top - number),
        }
        for number, layer in enumerate(model.body.encoder.layer)
    ]
    heads = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("body")]
    return [group for group in [*groups, {"params": heads, "lr": rate * HEAD_RATE}] if group["params"]]


def _order(examples: Sequence[Example], count: int, plan: Plan, *, last: bool = False) -> list[int]:
    """Places of the examples in the order of learning: each file as often as its passes say, again where they are few.

    Local news comes later more often than sooner: what is learned last is remembered best.
    """
    source = random.Random(plan.seed)
    keys: list[tuple[float, int]] = []
    for place, example in enumerate(examples):
        passes = _passes(example, last=last)
        if not example.is_made:
            passes = plan.passes.get(example.source, passes) * WHETHER_TIMES.get(example.polarity or "", 1.0)
        times = int(passes) + (source.random() < passes - int(passes))
        weight = 0.75 if example.source == "local_news" else 1.0
        # Each pass through a file is a stretch of the whole.
        keys += [(((turn + source.random()) / max(times, 1)) ** weight, place) for turn in range(times)]
    places = [place for _, place in sorted(keys)] or list(range(len(examples)))
    print(f"{len(places)} questions in one round, {count} to learn from", flush=True)
    whole, rest = divmod(count, len(places))
    if whole:
        return [*places * whole, *places[:rest]]
    # Fewer: an even choice, in order.
    return [places[round(at)] for at in np.linspace(0, len(places) - 1, count)]


def _named_passes(text: str) -> tuple[str, float]:
    name, sign, times = text.partition("=")
    try:
        passes = float(times)
    except ValueError:
        passes = -1.0
    if not sign or passes < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no FILE=TIMES, such as local_news=1.5")
    return name, passes


def _passes(example: Example, *, last: bool) -> float:
    """How often a question is learned in one round; a file that is not known is of the domain."""
    if example.is_made:
        of_yes, of_no = (LAST_PASSES_OF_YES, LAST_PASSES_OF_NO) if last else (PASSES_OF_YES, PASSES_OF_NO)
        return of_yes if example.polarity == "yes" else of_no
    if last and example.source in PASSES:
        return LAST_PASSES.get(example.source, 0.0)
    return PASSES.get(example.source, 1.0)


@torch.no_grad()
def measure(model: ReaderModel, embedder: TokenEmbedder, examples: Sequence[Example]) -> dict[str, float]:
    """What the reader makes of all windows of the article that a question is about.

    EM and F1 of the likeliest span of the likeliest window, the area under the curve of answerable questions against
    others by the likeliest window, and the share of yes and no that is told right.
    """
    model.eval()
    device = next(model.parameters()).device
    matched, shared, odds, answerable, polarity = [], [], [], [], []
    for example in examples:
        windows = [*example.answering, *example.traps, *example.beside]
        if not windows:
            continue
        pairs = [with_title(example.question, Window(window.text, window.title)) for window in windows]
        batch = encode(pairs, embedder)
        read = model(batch.ids.to(device), batch.mask.to(device))
        log_odds = read.answers.float().cpu().numpy()
        best = int(log_odds.argmax())
        odds.append(float(log_odds[best]))
        answerable.append(bool(example.answers))
        if not example.answers:
            continue
        inside = batch.readable[best].numpy()
        starts = np.where(inside, read.first[best].float().cpu().numpy(), -np.inf)
        ends = np.where(inside, read.last[best].float().cpu().numpy(), -np.inf)
        at, to, _ = best_span(starts, ends, longest=LONGEST_ANSWER)
        text = pairs[best].text[batch.tokens.starts[best][at] : batch.tokens.ends[best][to - 1]]
        matched.append(exact_match(text, example.answers))
        shared.append(answer_f1(text, example.answers))
        if example.polarity:
            polarity.append((float(read.polarity[best]) > 0) == (example.polarity == "yes"))
    figures = {"EM": float(np.mean(matched)), "F1": float(np.mean(shared))}
    if len(set(answerable)) == 2:
        figures["AUC"] = float(roc_auc_score(answerable, odds))
    if polarity:
        figures["polarity"] = float(np.mean(polarity))
    return {name: round(value, 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
