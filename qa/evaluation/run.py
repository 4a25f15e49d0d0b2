"""Questions with known answers → figures.

A question file has one JSON object a line with `question` and `answers`, and, as the set provides: `answerable`, the
gold `article_ids` or `passage_ids`, the title of the gold `article`, the `evidence` text, and `negative_ids`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import (
    BuildOptions,
    Encoder,
    SourceError,
    build,
    chosen_reader,
    fold_to_words,
    open_encoder,
    read_issue_file,
    scratch_folder,
)
from qa.assistant import Assistant
from qa.errors import CommandCode
from qa.evaluation.metrics import (
    answer_f1,
    balanced_accuracy,
    bootstrap_interval,
    calibration_error,
    exact_match,
    items_f1,
    mean,
    ndcg_at,
    percentile,
    recall_at,
    reciprocal_rank_at,
)
from qa.retrieval.cross_encoder import open_reader
from qa.retrieval.search import RetrievalSettings
from qa.types import Answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEPTH = 10  # passages retrieved for a question; the deepest cut-off
_ARTICLE_CUTS = (1, 3, 5, 10)
_PASSAGE_CUTS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what is known of its answer. `ids` are gold articles, `title` stands in where a set has no ids.

    Several `answers` are variants of one, or the items of a list where `is_list`.
    """

    question: str
    answers: tuple[str, ...] = ()
    answerable: bool = True
    ids: frozenset[str] = frozenset()
    title: str = ""
    evidence: str = ""
    negative_ids: tuple[str, ...] = ()
    is_list: bool = False


@dataclass(slots=True)
class Figures:
    """What one run measured; a figure is None where the set says nothing of it."""

    questions: int = 0
    measures: dict[str, float | None] = field(default_factory=dict)


def is_page_gold(path: Path) -> bool:
    """Whether a gold file holds the known articles of pages, rather than questions."""
    first = next(iter(_lines(path)), (0, ""))[1]
    return first.lstrip().startswith("{") and '"articles"' in first and '"question"' not in first


def evaluate_pages(gold: Path, source: Path) -> Figures:
    """Compare the articles found on pages with the known ones: title F1 and body F1 in characters.

    A found and a known title match at a similarity of 0.9 after folding; captions, which have no title, match by the
    start of their body. `source` is a page file, or the folder that holds the pages the gold file names.
    """
    rows = [json.loads(line) for _, line in _lines(gold)]
    counts = _PageCounts()
    for row in rows:
        path = source / row["page"] if source.is_dir() else source
        found = read_issue_file(path)
        counts.add([(a.title, a.body) for a in found], [(a["title"], a["body"]) for a in row["articles"]])
    return Figures(
        len(rows),
        {
            "title F1": counts.f1(counts.matched, counts.found, counts.known),
            "body F1": counts.f1(counts.shared, counts.found_chars, counts.known_chars),
        },
    )


@dataclass(slots=True)
class _PageCounts:
    matched: int = 0
    found: int = 0
    known: int = 0
    shared: int = 0
    found_chars: int = 0
    known_chars: int = 0

    def add(self, found: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]]) -> None:
        left = [(fold_to_words(title), fold_to_words(body)) for title, body in found]
        self.found += len(left)
        self.found_chars += sum(len(body) for _, body in left)
        for title, body in ((fold_to_words(title), fold_to_words(body)) for title, body in known):
            self.known += 1
            self.known_chars += len(body)
            likeness = [_likeness(title, body, *other) for other in left]
            if likeness and max(likeness) >= 0.9:
                _, match = left.pop(likeness.index(max(likeness)))
                self.matched += 1
                self.shared += _characters_shared(body, match)

    @staticmethod
    def f1(hits: int, found: int, known: int) -> float:
        """2 * hits / (found + known)."""
        return 2 * hits / (found + known) if found + known else 0.0


def _likeness(title: str, body: str, other_title: str, other_body: str) -> float:
    if title and other_title:
        return SequenceMatcher(None, title, other_title, autojunk=False).ratio()
    if title or other_title:
        return 0.0
    return _characters_shared(body[:80], other_body[:160]) / max(1, min(80, len(body)))


def _characters_shared(text: str, other: str) -> int:
    blocks = SequenceMatcher(None, text, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= 2)


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions in a file. Raises SourceError when it cannot be read as one."""
    gold = []
    for number, line in _lines(path):
        try:
            gold.append(_gold(json.loads(line)))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(CommandCode.BAD_GOLD, name=path.name, line=number) from error
    if not gold:
        raise SourceError(CommandCode.NO_QUESTION, name=path.name)
    return gold


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a JSON Lines file that hold something, with their numbers. Raises SourceError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(CommandCode.GOLD_UNREADABLE, path=path, detail=str(error)) from error
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _gold(row: dict[str, Any]) -> GoldQuestion:
    return GoldQuestion(
        question=row["question"],
        answers=tuple(row.get("answers") or ()),
        answerable=bool(row.get("answerable", True)),
        ids=frozenset(row.get("article_ids") or row.get("passage_ids") or ()),
        title=row.get("article") or "",
        evidence=row.get("evidence") or "",
        negative_ids=tuple(row.get("negative_ids") or ()),
        is_list=row.get("kind") == "list",
    )


def evaluate(
    assistant: Assistant, gold: Sequence[GoldQuestion], *, on_question: Callable[[], None] | None = None
) -> Figures:
    """Ask every question of one archive and measure retrieval, quotes, short answers, refusal and latency."""
    return Figures(len(gold), measures_of(ask_all(assistant, gold, on_question=on_question)))


def evaluate_refusal(
    rows: Path,
    gold: Sequence[GoldQuestion],
    *,
    encoder: Encoder | None = None,
    on_question: Callable[[], None] | None = None,
) -> Figures:
    """Ask each question twice: over its answering passages and its negatives, and over its negatives alone.

    `rows` is the set's JSON Lines file of passages. Each question has two small archives of its own; passages are
    encoded once.
    """
    passages = {row["id"]: row for row in (json.loads(line) for _, line in _lines(rows))}
    encoder = _Remembering(encoder or open_encoder())
    should_answer: list[Answer] = []
    should_abstain: list[Answer] = []
    reader = open_reader(chosen_reader())
    for question in gold:
        # A passage that the set has on both sides answers.
        negatives = [id_ for id_ in dict.fromkeys(question.negative_ids) if id_ not in question.ids]
        for ids, answers in (([*sorted(question.ids), *negatives], should_answer), (negatives, should_abstain)):
            with _small_archive([passages[i] for i in ids if i in passages], encoder) as assistant:
                assistant.reader = reader
                answers.append(assistant.ask(question.question))
        if on_question is not None:
            on_question()
    recall = mean([float(answer.abstained) for answer in should_abstain])
    false = mean([float(answer.abstained) for answer in should_answer])
    quoted = [
        float(holds_answer(answer.quote, question.answers))
        for answer, question in zip(should_answer, gold, strict=True)
        if not answer.abstained
    ]
    return Figures(
        len(gold),
        {
            "quote accuracy of answers given": mean(quoted),
            "refusal recall": recall,
            "false abstention": false,
            "refusal balanced accuracy": balanced_accuracy(refusal_recall=recall or 0.0, false_abstention=false or 0.0),
            "calibration error": calibration_error(*_given(should_answer, should_abstain, gold)),
        },
    )


def _given(
    should_answer: Sequence[Answer], should_abstain: Sequence[Answer], gold: Sequence[GoldQuestion]
) -> tuple[list[float], list[bool]]:
    """The confidence of each answer given, and whether it is right."""
    rows = [(answer, holds_answer(answer.quote, g.answers)) for answer, g in zip(should_answer, gold, strict=True)]
    rows += [(answer, False) for answer in should_abstain]
    return [a.confidence for a, _ in rows if not a.abstained], [right for a, right in rows if not a.abstained]


@contextmanager
def archive_of(
    source: Path, *, encoder: Encoder | None = None, options: BuildOptions | None = None
) -> Iterator[Assistant]:
    """An assistant over a source file or folder, in an archive that lasts as long as the block."""
    encoder = encoder or open_encoder()
    with scratch_folder() as folder:
        report = build(source, archive=folder, encoder=encoder, options=options)
        if report.skipped and (not report.articles or source.is_file()):
            raise report.skipped[0].error  # figures over nothing, or over a part of a set, would look like refusals
        assistant = Assistant.open(folder)
        try:
            yield assistant
        finally:
            assistant.close()


@contextmanager
def _small_archive(rows: Sequence[dict[str, Any]], encoder: Encoder) -> Iterator[Assistant]:
    with scratch_folder() as folder:
        issue = folder / "passages.jsonl"
        issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        with archive_of(issue, encoder=encoder) as assistant:
            yield assistant


class _Remembering:
    """An encoder that keeps its passage vectors, because each passage stands in several small archives."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self.encode_questions, self.encode_sentences = encoder.encode_questions, encoder.encode_sentences
        self._encoder = encoder
        self._kept: dict[str, Any] = {}

    def encode_passages(self, passages: Sequence[str]) -> Any:
        new = [passage for passage in dict.fromkeys(passages) if passage not in self._kept]
        if new:
            self._kept.update(zip(new, self._encoder.encode_passages(new), strict=True))
        return np.stack([self._kept[passage] for passage in passages])


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What came of one question: its figures by measure, where the set says something of it."""

    figures: dict[str, float]
    answerable: bool
    abstained: bool
    confidence: float
    right: bool  # whether the quote holds a gold answer
    seconds: float


def ask_all(
    assistant: Assistant, gold: Sequence[GoldQuestion], *, on_question: Callable[[], None] | None = None
) -> list[QuestionResult]:
    """Ask every question of one archive."""
    assistant.ask("预热一下：今天有什么消息？")  # load before the clock runs
    rows = []
    for question in gold:
        rows.append(_ask(assistant, question))
        if on_question is not None:
            on_question()
    return rows


def _ask(assistant: Assistant, gold: GoldQuestion) -> QuestionResult:
    started = time.perf_counter()
    answer = assistant.ask(gold.question, k=_DEPTH)
    seconds = time.perf_counter() - started
    right = gold.answerable and holds_answer(answer.quote, gold.answers)
    return QuestionResult(_figures(gold, answer), gold.answerable, answer.abstained, answer.confidence, right, seconds)


def _figures(gold: GoldQuestion, answer: Answer) -> dict[str, float]:
    if not gold.answerable:
        return {}
    figures: dict[str, float] = {}
    passages = answer.passages
    if gold.ids or _titled(gold):
        ranked = list(dict.fromkeys(p.article.id if gold.ids else p.article.title for p in passages))
        ids = gold.ids or frozenset({gold.title})
        figures |= {f"Recall@{k}": recall_at(k, ranked, ids) for k in _ARTICLE_CUTS}
        figures |= {"MRR@10": reciprocal_rank_at(10, ranked, ids), "nDCG@10": ndcg_at(10, ranked, ids)}
    for name, wanted in (("answer", gold.answers), ("evidence", (gold.evidence,) if gold.evidence else ())):
        if wanted:
            first = next((at for at, p in enumerate(passages, start=1) if holds_answer(p.text, wanted)), _DEPTH + 1)
            figures |= {f"{name} in passage@{k}": float(first <= k) for k in _PASSAGE_CUTS}
    figures["quote accuracy"] = float(holds_answer(answer.quote, gold.answers))
    figures["EM"] = exact_match(answer.short, gold.answers)
    figures["F1"] = answer_f1(answer.short, gold.answers)
    if gold.is_list and len(gold.answers) > 1:
        told = answer.short or "、".join(citation.short for citation in answer.citations)
        figures["items of lists, F1"] = items_f1(told, gold.answers)
    return figures


def measures_of(rows: Sequence[QuestionResult]) -> dict[str, float | None]:
    """The means of all figures, and the measures that are of many questions: refusal, calibration, latency."""
    measures: dict[str, float | None] = {}
    for name in _figure_names(rows):
        measures[name] = mean([row.figures[name] for row in rows if name in row.figures])
    recall = mean([float(row.abstained) for row in rows if not row.answerable])
    false = mean([float(row.abstained) for row in rows if row.answerable])
    measures |= {"refusal recall": recall, "false abstention": false}
    if recall is not None and false is not None:
        measures["refusal balanced accuracy"] = balanced_accuracy(refusal_recall=recall, false_abstention=false)
        measures["calibration error"] = calibration_error([row.confidence for row in rows], [row.right for row in rows])
    measures["answer seconds p50"] = percentile([row.seconds for row in rows], 0.5)
    measures["answer seconds p95"] = percentile([row.seconds for row in rows], 0.95)
    return measures


def intervals_of(rows: Sequence[QuestionResult]) -> dict[str, tuple[float, float]]:
    """The 95 % bootstrap intervals of the means, and of the balanced accuracy of refusal."""
    intervals = {}
    for name in _figure_names(rows):
        values = np.array([row.figures.get(name, np.nan) for row in rows])
        intervals[name] = bootstrap_interval(partial(_mean_of, values), len(rows))
    answerable = np.array([row.answerable for row in rows])
    abstained = np.array([row.abstained for row in rows])
    if answerable.any() and not answerable.all():

        def balanced(drawn: NDArray[np.int64]) -> float:
            can, refused = answerable[drawn], abstained[drawn]
            if can.all() or not can.any():
                return float("nan")
            return float((refused[~can].mean() + 1 - refused[can].mean()) / 2)

        intervals["refusal balanced accuracy"] = bootstrap_interval(balanced, len(rows))
    return intervals


def _mean_of(values: NDArray[np.float64], drawn: NDArray[np.int64]) -> float:
    """The mean of the values drawn, of which NaN stands for questions that the measure says nothing of."""
    known = values[drawn][~np.isnan(values[drawn])]
    return float(known.mean()) if known.size else float("nan")


def _figure_names(rows: Sequence[QuestionResult]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.figures))


def _titled(gold: GoldQuestion) -> bool:
    """Whether the gold article can be told by its title; a photo caption has none, only a description in brackets."""
    return bool(gold.title) and not gold.title.startswith("[")


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether a text holds one of some answers, both folded and without spaces and punctuation."""
    folded = fold_to_words(text)
    return any(wanted in folded for answer in answers if (wanted := fold_to_words(answer)))


@dataclass(frozen=True, slots=True)
class Way:
    """A way to answer that `compare` measures beside the others."""

    name: str
    lexical_weight: float
    is_read: bool


WAYS = (
    Way("dense", 0.0, False),
    Way("lexical", 1.0, False),
    Way("hybrid", RetrievalSettings().lexical_weight, False),
    Way("hybrid + reader", RetrievalSettings().lexical_weight, True),
)


def compare(
    assistant: Assistant, gold: Sequence[GoldQuestion], *, on_question: Callable[[], None] | None = None
) -> dict[str, list[QuestionResult]]:
    """Every question asked in every way of WAYS, over the archive of an assistant."""
    rows = {}
    for way in WAYS:
        other = Assistant(
            assistant.archive,
            assistant.encoder,
            reader=assistant.reader if way.is_read else None,
            retrieval=RetrievalSettings(lexical_weight=way.lexical_weight),
        )
        rows[way.name] = ask_all(other, gold, on_question=on_question)
    return rows
