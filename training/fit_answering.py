"""Fit `qa/answering/weights/answering.json`: the sentence ranker and the model of answerability.

Each is fitted with and without a reader.

usage: python training/fit_answering.py TRAIN.jsonl [TRAIN.jsonl …] --work DIR [--reader FILE.onnx] [--write]

A training file has one passage a line, `{"context", "qas": [{"question", "answers"}]}` (CMRC 2018 trial, XQuAD zh and
DRCD were used; their texts are not part of this project). Blocks of neighbouring passages, of different sizes, become
two small archives each, one of every other passage; so do all passages together, because words tell less in a large
archive than in a small one. Each question is asked in several ways:

- "answered": of the archive that holds its passage;
- "altered": of the same, with another number or subject in the question, about which the passage says nothing;
- "near": of the other archive, which is on the topic (passages that stood side by side) and does not answer;
- "cut", "clause": of the archive that holds its passage, without the sentences, or clauses, that say the answer;
- "off": of an archive of another block.

Questions are split in two by the number of the block their passage is in: those of even ones fit, those of odd ones are
measured; what is written is fitted on both. Sentences that hold a gold answer are the ranker's positives. The
answerability model learns from what the ranker ranks first, in the large archives, and from answered, altered and near
questions only: with the answer, its sentence takes the question's words away, so that a model fitted on cut passages
takes words on the topic for an answer. Both kinds weigh the same. The threshold is the one that balances answered
questions and the others, on what was fitted.

With --reader, only questions of passages that the reader has not been trained on are asked (see
`training/examples.py`), and the order of hits after a second look is fitted first. What is written then are the weights
for passages that were read; the others stay.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from examples import ask_something_else, read_passages, subject_of
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from embeddings import (
    Archive,
    ArchiveReader,
    Encoder,
    Snapshot,
    TermStatistics,
    build,
    fold_to_words,
    open_encoder,
    split_sentences,
)
from qa.answering.features import (
    ANSWER_FEATURES,
    MEANING_FEATURES,
    READ_ANSWER_FEATURES,
    READ_FEATURES,
    SENTENCE_FEATURES,
    Evidence,
    answer_features,
    gather,
    meaning_features,
)
from qa.linear import WEIGHTS_PATH, LinearModel
from qa.query.question import Query, read_question
from qa.retrieval.cross_encoder import BundledReader, Reader, Text
from qa.retrieval.rerank import HIT_FEATURES, hit_features, look_again
from qa.retrieval.search import RetrievalSettings, find_hits, merge_hits, without_duplicates
from qa.types import Hit, Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray


BLOCK_SIZES = (8, 16, 32, 64)
QUESTIONS_A_HALF = 24
QUESTIONS_OF_ALL = 600  # asked of each half of all passages
HIT_QUESTIONS = 200  # ... and used for the order of hits
LEARNED = ("altered", "near")  # kinds without an answer, from which the answerability model learns
STRENGTH = 0.01  # of the answerability model's weights: the inverse of regularisation
K = 5
_CLAUSE = re.compile(r"[^，,；;]+[，,；;]*")
SETTINGS = RetrievalSettings()


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked of one archive."""

    query: Query
    evidence: Evidence
    answers: tuple[str, ...]
    how: str  # answered, cut, clause, altered, near, off
    block: int  # that its passage is in
    is_large: bool = False  # whether it was asked of the large archive


def main() -> None:
    """Build the archives, fit the models on one half, and print what they do on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where the archives are kept")
    parser.add_argument("--reader", type=Path, metavar="FILE.onnx", help="fit for passages that this reader has read")
    parser.add_argument(
        "--write", action="store_true", help="replace these weights in qa/answering/weights/answering.json"
    )
    arguments = parser.parse_args()
    tools = Tools(open_encoder(), BundledReader(arguments.reader) if arguments.reader else None)
    passages, blocks = _read(arguments.files, held_out=tools.reader is not None)
    work = arguments.work / ("fit-read" if tools.reader else "fit")
    large = _halves(passages, work / "all", tools.encoder)
    if tools.reader:
        tools = replace(tools, hits=_fit_hits(large, tools, tools.reader))
    cases = [replace(case, is_large=True) for case in _cases(large, (), QUESTIONS_OF_ALL, tools)]
    for number, block in enumerate(blocks):
        other = [asked for passage in blocks[(number + len(blocks) // 2) % len(blocks)] for asked in passage.asked()]
        strange = _sample(other, QUESTIONS_A_HALF // 3, random.Random(number))
        halves = _halves(block, work / f"{number:03}", tools.encoder)
        cases += _cases(halves, strange, QUESTIONS_A_HALF, tools)
    fitting = [case for case in cases if case.block % 2 == 0]
    measured = [case for case in cases if case.block % 2 == 1]
    sentences = _fit_sentences(fitting)
    answers, threshold = _fit_answers(fitting, sentences)
    meaning = None if tools.reader else _fit_meaning(fitting)
    print(f"{len(blocks)} archives, {len(fitting)} cases fitted, {len(measured)} measured")
    _report(measured, sentences, answers, meaning, threshold)
    if arguments.write:
        # What was measured is known; what ships is fitted on every block.
        sentences = _fit_sentences(cases)
        answers, threshold = _fit_answers(cases, sentences)
        meaning = None if tools.reader else _fit_meaning(cases)
        _write("read" if tools.reader else "words", sentences, answers, meaning, threshold, arguments.files, tools.hits)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a question is asked with; `hits` orders what the reader has read."""

    encoder: Encoder
    reader: Reader | None
    hits: LinearModel | None = None

    def find(self, query: Query, hits: Sequence[Hit], snapshot: Any) -> list[Passage]:
        """The best passages of some hits, as the assistant makes them."""
        found = list(hits)
        if self.reader and self.hits and found:
            few, count = SETTINGS.read_first, SETTINGS.read
            found = look_again(query, found, self.reader, snapshot, few=few, count=count, model=self.hits)
        merged = without_duplicates(merge_hits(found, k=K, settings=SETTINGS), overlap=SETTINGS.duplicate_overlap)
        return list(islice(merged, K))


def _fit_hits(halves: Sequence[Half], tools: Tools, reader: Reader) -> LinearModel:
    """Fit the order of hits: those of the right passage that hold the answer, against the others of a question."""
    features, labels, firsts = [], [], []
    for half in halves:
        with half.archive.snapshot() as snapshot:
            for asked in _sample(half.questions, HIT_QUESTIONS, random.Random(3)):
                query = read_question(asked.question)
                hits = find_hits(query, _vector(query.text, tools.encoder), snapshot)[: SETTINGS.read]
                answers = [hit.chunk.text in asked.text and _holds(hit.chunk.text, asked.answers) for hit in hits]
                if not any(answers):
                    continue
                readings = reader.read(query.text, [Text(hit.article.heading, hit.chunk.text) for hit in hits])
                features.append(hit_features(query, hits, readings, snapshot))
                labels.append(np.array(answers))
                firsts.append(answers[0])
    middle = len(features) // 2
    model = _fit(np.concatenate(features[:middle]), np.concatenate(labels[:middle]), HIT_FEATURES)
    again = [bool(y[model.log_odds(x).argmax()]) for x, y in zip(features[middle:], labels[middle:], strict=True)]
    alone = [bool(y[x[:, 0].argmax()]) for x, y in zip(features[middle:], labels[middle:], strict=True)]
    print(
        f"first hit holds the answer: searched {np.mean(firsts[middle:]):.3f}, "
        f"by the reader alone {np.mean(alone):.3f}, after the second look {np.mean(again):.3f}, of {len(again)}"
    )
    for name, weight in zip(model.features, model.weights, strict=True):
        print(f"  {weight:+.3f}  {name}")
    return model


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the passage it was asked of with the number of its block."""

    question: str
    answers: tuple[str, ...]
    block: int
    text: str


@dataclass(slots=True)
class _Placed:
    """A passage, and the number of the block it is in; None for one that a reader was trained on."""

    text: str
    questions: list[dict[str, Any]]
    block: int | None = None

    def asked(self) -> Iterator[Asked]:
        if self.block is not None:
            for qa in self.questions:
                answers = tuple(folded for answer in qa["answers"] if (folded := fold_to_words(answer)))
                yield Asked(qa["question"][:400], answers, self.block, self.text)


def _read(files: Sequence[Path], *, held_out: bool) -> tuple[list[_Placed], list[list[_Placed]]]:
    """All passages of some files, and the blocks of neighbouring ones that questions may come from."""
    passages: list[_Placed] = []
    blocks: list[list[_Placed]] = []
    for file in files:
        found = list(read_passages(file))
        placed = [_Placed(passage.text, passage.questions) for passage in found]
        passages += placed
        left = [place for place, passage in zip(placed, found, strict=True) if passage.held_out or not held_out]
        while left:
            size = BLOCK_SIZES[len(blocks) % len(BLOCK_SIZES)]
            for passage in left[:size]:
                passage.block = len(blocks)
            blocks.append(left[:size])
            left = left[size:]
    return passages, blocks


@dataclass(frozen=True, slots=True)
class Half:
    """An archive of every other of some passages, and the questions of its passages."""

    archive: ArchiveReader
    questions: list[Asked]


def _halves(passages: Sequence[_Placed], work: Path, encoder: Encoder) -> list[Half]:
    halves = []
    for place, half in enumerate((passages[0::2], passages[1::2])):
        folder = work.with_name(f"{work.name}-{place}")
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"id": str(number), "text": passage.text} for number, passage in enumerate(half)]
        issue = folder / "passages.jsonl"
        issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        build(issue, archive=folder / "archive", encoder=encoder)
        questions = [asked for passage in half for asked in passage.asked()]
        halves.append(Half(Archive.open(folder / "archive"), questions))
    return halves


def _cases(halves: Sequence[Half], strange: Sequence[Asked], most: int, tools: Tools) -> Iterator[Case]:
    """Cases of two archives, with at most so many questions of each."""
    random_source = random.Random(len(halves[0].questions))
    questions = [_sample(half.questions, most, random_source) for half in halves]
    subjects = sorted({subject_of(asked.question, asked.text) for half in questions for asked in half} - {""})
    for half, own, other in zip(halves, questions, reversed(questions), strict=True):
        with half.archive.snapshot() as snapshot:
            texts = ArchiveTexts(snapshot)
            for asked in own:
                yield from _case(asked, snapshot, tools, "answered")
                for how in REMOVERS:
                    yield from _case(asked, snapshot, tools, how, texts)
                if altered := ask_something_else(asked.question, asked.text, subjects, random_source):
                    yield from _case(replace(asked, question=altered), snapshot, tools, "altered")
            for asked in other:
                yield from _case(asked, snapshot, tools, "near")
            for asked in strange:
                yield from _case(asked, snapshot, tools, "off")


def _sample(questions: list[Asked], count: int, random_source: random.Random) -> list[Asked]:
    return random_source.sample(questions, min(count, len(questions)))


def _case(
    asked: Asked, snapshot: Snapshot, tools: Tools, how: str, texts: ArchiveTexts | None = None
) -> Iterator[Case]:
    """The question as one case, or none where it is none of its kind. `texts` are needed to cut the answer out."""
    query = read_question(asked.question)
    hits = find_hits(query, _vector(query.text, tools.encoder), snapshot)
    seen_by: Any = snapshot
    if texts:
        seen_by = texts.without(asked.answers, hits, REMOVERS[how])
        hits = [left for hit in hits for left in seen_by.of(hit)]
    passages = tools.find(query, hits, seen_by)
    evidence = gather(query, passages, seen_by) if passages else None
    if evidence is None:
        return
    # A neighbouring passage may say it too; such a question is no near miss.
    if how in ("answered", "altered") or not any(_holds(s.text, asked.answers) for s in evidence.sentences):
        yield Case(query, evidence, asked.answers, how, asked.block)


def _vector(question: str, encoder: Encoder) -> Any:
    return _encoded(question, encoder)  # type: ignore[arg-type]  # the protocol does not name __hash__


@cache
def _encoded(question: str, encoder: Encoder) -> Any:
    return encoder.encode_questions([question])[0]


def _without_sentences(text: str, answers: Sequence[str]) -> str:
    sentences = [text[start:end] for start, end in split_sentences(text)]
    return "".join(sentence for sentence in sentences if not _holds(sentence, answers)).strip()


def _without_clauses(text: str, answers: Sequence[str]) -> str:
    """A text without the clauses that hold an answer; without the whole sentence where an answer spans clauses."""
    kept = []
    for start, end in split_sentences(text):
        clauses = _CLAUSE.findall(text[start:end])
        left = "".join(clause for clause in clauses if not _holds(clause, answers))
        kept.append("" if _holds(left, answers) else left)
    return "".join(kept).strip()


Remove = Callable[[str, Sequence[str]], str]
REMOVERS: dict[str, Remove] = {"cut": _without_sentences, "clause": _without_clauses}


class ArchiveTexts:
    """The texts of an archive's chunks by article, to tell which terms would be left without some sentences."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._chunks: dict[str, list[str]] = defaultdict(list)
        for chunk, article in snapshot.read_chunks(snapshot.chunk_ids()):
            self._chunks[article.id].append(f"{article.heading}\n{chunk.text}")

    def without(self, answers: Sequence[str], hits: Sequence[Hit], remove: Remove) -> Cut:
        """The archive without what `remove` takes out of the articles of some hits that hold one of the answers.

        A term of a question that only the cut articles have is rare, and so they are among its hits.
        """
        cut = {hit.article.id: hit.article for hit in hits if _holds(hit.article.body, answers)}
        chunks = [text for article_id in cut for text in self._chunks[article_id]]
        left = [f"{article.heading}\n{remove(article.body, answers)}" for article in cut.values()]
        return Cut(self.snapshot, chunks, left, answers, remove)


@dataclass(frozen=True, slots=True)
class Cut:
    """A snapshot with something cut out of its texts: its idf is the archive's, but for terms that nothing left has.

    `chunks` are those of the articles that were cut, and `left` what is left of these.
    """

    snapshot: Snapshot
    chunks: Sequence[str]
    left: Sequence[str]
    answers: Sequence[str]
    remove: Remove

    def term_statistics(self, text: str) -> TermStatistics:
        """The terms of a text; those that stood in the cut texts alone, and are gone, stand in none."""
        terms = self.snapshot.term_statistics(text)
        stood = terms.found_in(self.chunks).present.sum(axis=0)
        is_gone = (terms.frequencies == stood) & ~terms.found_in(self.left).present.any(axis=0)
        return replace(terms, frequencies=np.where(is_gone, 0, terms.frequencies))

    def coverage(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """The share of a question's pairs and words that each text has, shape (len(texts),)."""
        return self.term_statistics(question).found_in(texts).pairs()

    def of(self, hit: Hit) -> Iterator[Hit]:
        """A hit as it is after the cutting, in its article after it; nothing when nothing is left."""
        if not _holds(hit.article.body, self.answers):
            yield hit
            return
        rest, body = (self.remove(text, self.answers) for text in (hit.chunk.text, hit.article.body))
        start = body.find(rest)
        if rest and start >= 0:
            chunk = replace(hit.chunk, text=rest, start=start, end=start + len(rest))
            yield replace(hit, chunk=chunk, article=replace(hit.article, body=body))


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = fold_to_words(text)
    return any(answer in folded for answer in answers)


def _fit(
    features: NDArray[np.float64],
    labels: NDArray[np.bool_],
    names: tuple[str, ...],
    *,
    strength: float = 1.0,
    weights: NDArray[np.float64] | None = None,
) -> LinearModel:
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
    regression.fit(scaler.transform(features), labels, sample_weight=weights)
    return LinearModel(names, scaler.mean_, scaler.scale_, regression.coef_[0], float(regression.intercept_[0]))


def _fit_sentences(cases: Sequence[Case]) -> LinearModel:
    """The ranker: weights by conditional logit (McFadden, 1974), which compares the sentences of one question only.

    A logistic regression on the scores then gives them the scale and the bias of log-odds.
    """
    names = (*SENTENCE_FEATURES, *(READ_FEATURES if cases[0].evidence.is_read else ()))
    rows, labels = [], []
    for case in cases:
        if case.how == "answered":
            holds = np.array([_holds(s.text, case.answers) for s in case.evidence.sentences])
            if holds.any() and not holds.all():
                rows.append(case.evidence.all_features)
                labels.append(holds)
    features, holds = np.concatenate(rows), np.concatenate(labels)
    scaler = StandardScaler().fit(features)
    scaled = scaler.transform(features)
    sizes = [len(row) for row in rows]
    owner = np.repeat(np.arange(len(rows)), sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        all_of_it, right = np.add.reduceat(powers, starts), np.add.reduceat(powers * holds, starts)
        slope = scaled.T @ (powers / all_of_it[owner] - powers * holds / right[owner])
        return float(np.log(all_of_it / right).sum() + weights @ weights / 2), slope + weights

    weights = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x
    odds = LogisticRegression(class_weight="balanced").fit((scaled @ weights)[:, None], holds)
    return LinearModel(names, scaler.mean_, scaler.scale_, weights * odds.coef_[0, 0], float(odds.intercept_[0]))


def _fit_answers(cases: Sequence[Case], sentences: LinearModel) -> tuple[LinearModel, float]:
    learned = [case for case in cases if case.is_large and case.how in ("answered", *LEARNED)]
    features, answered = _answer_rows(learned, sentences)
    how = np.array([case.how for case in learned])
    share = {kind: np.mean(how == kind) for kind in ("answered", *LEARNED)}
    names = (*ANSWER_FEATURES, *(READ_ANSWER_FEATURES if cases[0].evidence.is_read else ()))
    weights = np.array([1.0 / share[kind] for kind in how])
    model = _fit(features, answered, names, strength=STRENGTH, weights=weights / weights.mean())
    confidence = 1 / (1 + np.exp(-model.log_odds(features)))
    grid = np.linspace(0.05, 0.95, 181)
    best = max(grid, key=lambda cut: balanced_accuracy_score(answered, confidence >= cut, sample_weight=weights))
    return model, round(float(best), 3)


def _answer_rows(cases: Sequence[Case], sentences: LinearModel) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows = [
        answer_features(case.query, case.evidence, sentences.log_odds(case.evidence.all_features)) for case in cases
    ]
    return np.stack(rows), np.array([case.how == "answered" for case in cases])


def _fit_meaning(cases: Sequence[Case]) -> LinearModel:
    """The judge of questions in another language, which no words lead to an answer."""
    answered = np.array([case.how == "answered" for case in cases])
    return _fit(_meaning_rows(cases), answered, MEANING_FEATURES)


def _meaning_rows(cases: Sequence[Case]) -> NDArray[np.float64]:
    return np.stack([meaning_features(case.evidence) for case in cases])


def _report(
    cases: Sequence[Case], sentences: LinearModel, answers: LinearModel, meaning: LinearModel | None, threshold: float
) -> None:
    for is_large in (True, False):
        chosen = [case for case in cases if case.is_large is is_large]
        print(f"\n{'large' if is_large else 'small'} archives")
        _report_on(chosen, sentences, answers, meaning, threshold)
    for model in filter(None, (sentences, answers, meaning)):
        print()
        for name, weight in sorted(zip(model.features, model.weights, strict=True), key=lambda pair: -abs(pair[1])):
            print(f"  {weight:+.3f}  {name}")


def _report_on(
    cases: Sequence[Case], sentences: LinearModel, answers: LinearModel, meaning: LinearModel | None, threshold: float
) -> None:
    quoted = []
    for case in cases:
        if case.how == "answered":
            best = case.evidence.sentences[int(sentences.log_odds(case.evidence.all_features).argmax())]
            quoted.append(_holds(best.text, case.answers))
    print(f"best sentence holds the answer: {np.mean(quoted):.3f} of {len(quoted)}")
    features, answered = _answer_rows(cases, sentences)
    confidence = 1 / (1 + np.exp(-answers.log_odds(features)))
    how = np.array([case.how for case in cases])
    for against in sorted(set(how) - {"answered"}):
        chosen = answered | (how == against)
        area = roc_auc_score(answered[chosen], confidence[chosen])
        balanced = balanced_accuracy_score(answered[chosen], confidence[chosen] >= threshold)
        print(
            f"answered against {against}, {np.sum(how == against)}: AUC {area:.3f}, balanced accuracy {balanced:.3f} "
            f"at {threshold}"
        )
        if meaning:
            area = roc_auc_score(answered[chosen], meaning.log_odds(_meaning_rows(cases))[chosen])
            print(f"  by meaning alone: AUC {area:.3f}")


def _write(
    kind: str,
    sentences: LinearModel,
    answers: LinearModel,
    meaning: LinearModel | None,
    threshold: float,
    files: Sequence[Path],
    hits: LinearModel | None,
) -> None:
    def stored(model: LinearModel) -> dict[str, object]:
        return {
            "features": list(model.features),
            "mean": [round(float(value), 6) for value in model.mean],
            "scale": [round(float(value), 6) for value in model.scale],
            "weights": [round(float(value), 6) for value in model.weights],
            "bias": round(model.bias, 6),
        }

    content = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    content[kind] = {
        "fitted_on": [file.name for file in files],
        "threshold": threshold,
        "sentences": stored(sentences),
        "answers": stored(answers),
        **({"meaning": stored(meaning)} if meaning else {}),
    }
    if hits:
        content["hits"] = stored(hits)
    WEIGHTS_PATH.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"\nwrote {WEIGHTS_PATH.name}")


if __name__ == "__main__":
    main()
