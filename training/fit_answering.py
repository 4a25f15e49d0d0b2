"""Fit `qa/answering.json`: the sentence ranker and the answerability model, with and without a reader.

usage: python training/fit_answering.py TRAIN.jsonl [TRAIN.jsonl …] --work DIR [--reader FILE.onnx] [--write]

A training file has one passage a line, `{"context", "qas": [{"question", "answers"}]}` (CMRC 2018 trial, XQuAD zh and
DRCD were used; their texts are not part of this project). Blocks of neighbouring passages, of different sizes, become
two small archives each, one of every other passage, and each question is asked of four archives:

- the one that holds its passage: it answers;
- the one that holds its passage, with the sentences that say the answer cut out: the right people, the fact not stated;
- the other one of its block: on the topic, and it does not answer (a near miss);
- one of another block: off the topic.

Blocks are split in two by number: even ones fit, odd ones are measured; what is written is fitted on both. Sentences
that hold a gold answer are the ranker's positives; the answerability model learns from the ranker's best sentence. The
threshold is the one that balances answers and refusals where the answer was cut out, on what was fitted.

With --reader, only the passages that the reader has not been trained on are used (see `training/examples.py`), and the
order of hits after a second look is fitted first, on the archive and the held-out questions that `examples.py` left in
DIR. What is written then are the weights for passages that were read; the others stay.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from examples import first_held_out, read_examples
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from embeddings import Archive, Encoder, Snapshot, build, fold_to_words, open_encoder, split_sentences, terms_of
from qa.evidence import (
    ANSWER_FEATURES,
    MEANING_FEATURES,
    READ_ANSWER_FEATURES,
    READ_FEATURES,
    READ_MEANING_FEATURES,
    SENTENCE_FEATURES,
    Evidence,
    answer_features,
    gather,
    meaning_features,
)
from qa.linear import WEIGHTS_PATH, LinearModel
from qa.query import Query, read_question
from qa.reader import BundledReader, Reader, Text
from qa.retrieval import RetrievalSettings, find_hits, merge_hits, without_duplicates
from qa.second_look import HIT_FEATURES, hit_features, look_again
from qa.types import Hit, Passage

Rows = Sequence[dict[str, Any]]

BLOCK_SIZES = (8, 16, 32, 64)
QUESTIONS_A_HALF = 24
HIT_QUESTIONS = 400
K = 5
SETTINGS = RetrievalSettings()


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked of one archive."""

    query: Query
    evidence: Evidence
    answers: tuple[str, ...]
    how: str  # answered, cut, near, off
    block: int


def main() -> None:
    """Build the small archives, fit the models on one half, and print what they do on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where the small archives are kept")
    parser.add_argument("--reader", type=Path, metavar="FILE.onnx", help="fit for passages that this reader has read")
    parser.add_argument("--write", action="store_true", help="replace these weights in qa/answering.json")
    arguments = parser.parse_args()
    encoder = open_encoder()
    reader = BundledReader(arguments.reader) if arguments.reader else None
    hits = _fit_hits(arguments.work, encoder, reader) if reader else None
    blocks = list(_blocks(arguments.files, held_out=reader is not None))
    work = arguments.work / ("small-read" if reader else "small")
    cases = [
        case
        for number, block in enumerate(blocks)
        for case in _cases(number, block, blocks, Tools(encoder, reader, hits), work)
    ]
    fitting = [case for case in cases if case.block % 2 == 0]
    measured = [case for case in cases if case.block % 2 == 1]
    sentences = _fit_sentences(fitting)
    answers, threshold = _fit_answers(fitting, sentences)
    names = READ_MEANING_FEATURES if reader else MEANING_FEATURES
    meaning = _fit(_meaning_rows(fitting), np.array([case.how == "answered" for case in fitting]), names)
    print(f"{len(blocks)} archives, {len(fitting)} cases fitted, {len(measured)} measured")
    _report(measured, sentences, answers, meaning, threshold)
    if arguments.write:
        # What was measured is known; what ships is fitted on every block.
        sentences = _fit_sentences(cases)
        answers, threshold = _fit_answers(cases, sentences)
        meaning = _fit(_meaning_rows(cases), np.array([case.how == "answered" for case in cases]), names)
        _write("read" if reader else "words", sentences, answers, meaning, threshold, arguments.files, hits)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a question is asked with; `hits` orders what the reader has read."""

    encoder: Encoder
    reader: Reader | None
    hits: LinearModel | None

    def find(self, query: Query, hits: Sequence[Hit]) -> list[Passage]:
        """The best passages of some hits, as the assistant makes them."""
        found = list(hits)
        if self.reader and self.hits and found:
            found = look_again(query, found, self.reader, few=SETTINGS.read, count=SETTINGS.read, model=self.hits)
        merged = without_duplicates(merge_hits(found, k=K, settings=SETTINGS), overlap=SETTINGS.duplicate_overlap)
        return list(islice(merged, K))


def _fit_hits(work: Path, encoder: Encoder, reader: Reader) -> LinearModel:
    """Fit the order of hits: those of the right passage that hold the answer, against the others of a question."""
    held_out = [example for example in read_examples(work / "examples.jsonl") if example.held_out]
    chosen = random.Random(3).sample(held_out, min(HIT_QUESTIONS, len(held_out)))
    features, labels, firsts = [], [], []
    with Archive.open(work / "archive").snapshot() as snapshot:
        for example in chosen:
            query = read_question(example.question)
            hits = find_hits(query, _vector(query.text, encoder), snapshot)[: SETTINGS.read]
            right = {window.text for window in example.answering}
            answers = [hit.chunk.text in right for hit in hits]
            if not any(answers):
                continue
            readings = reader.read(query.text, [Text(hit.article.heading, hit.chunk.text) for hit in hits])
            features.append(hit_features(hits, readings))
            labels.append(np.array(answers))
            firsts.append(answers[0])
    half = len(features) // 2
    model = _fit(np.concatenate(features[:half]), np.concatenate(labels[:half]), HIT_FEATURES)
    again = [bool(y[model.log_odds(x).argmax()]) for x, y in zip(features[half:], labels[half:], strict=True)]
    alone = [bool(y[x[:, 0].argmax()]) for x, y in zip(features[half:], labels[half:], strict=True)]
    print(
        f"first hit holds the answer: searched {np.mean(firsts[half:]):.3f}, by the reader alone {np.mean(alone):.3f}, "
        f"after the second look {np.mean(again):.3f}, of {len(again)}"
    )
    for name, weight in zip(model.features, model.weights, strict=True):
        print(f"  {weight:+.3f}  {name}")
    return model


def _blocks(files: Sequence[Path], *, held_out: bool) -> Iterator[Rows]:
    number = 0
    for file in files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        start = first_held_out(len(rows)) if held_out else 0
        while start < len(rows):
            size = BLOCK_SIZES[number % len(BLOCK_SIZES)]
            yield rows[start : start + size]
            start += size
            number += 1


def _cases(number: int, block: Rows, blocks: Sequence[Rows], tools: Tools, work: Path) -> Iterator[Case]:
    random_source = random.Random(number)
    halves = [block[0::2], block[1::2]]
    questions = [_sample([qa for row in half for qa in row["qas"]], QUESTIONS_A_HALF, random_source) for half in halves]
    other = blocks[(number + len(blocks) // 2) % len(blocks)]
    strange = _sample([qa for row in other for qa in row["qas"]], QUESTIONS_A_HALF // 3, random_source)
    for place, half in enumerate(halves):
        archive = _archive(half, work / f"{number:03}-{place}", tools.encoder)
        with archive.snapshot() as snapshot:
            for qa in questions[place]:
                yield from _asked(qa, snapshot, tools, how="answered", block=number)
                yield from _asked(qa, snapshot, tools, how="cut", block=number)
            for qa in questions[1 - place]:
                yield from _asked(qa, snapshot, tools, how="near", block=number)
            for qa in strange:
                yield from _asked(qa, snapshot, tools, how="off", block=number)


def _sample(questions: list[dict[str, Any]], count: int, random_source: random.Random) -> list[dict[str, Any]]:
    return random_source.sample(questions, min(count, len(questions)))


def _archive(half: Rows, folder: Path, encoder: Encoder) -> Archive:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"id": str(place), "text": row["context"]} for place, row in enumerate(half)]
    issue = folder / "block.jsonl"
    issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    build(issue, archive=folder / "archive", encoder=encoder)
    return Archive.open(folder / "archive")


def _asked(qa: dict[str, Any], snapshot: Snapshot, tools: Tools, *, how: str, block: int) -> Iterator[Case]:
    if not qa["question"].strip():
        return
    query = read_question(qa["question"][:400])
    vector = _vector(query.text, tools.encoder)
    answers = tuple(folded for answer in qa["answers"] if (folded := fold_to_words(answer)))
    hits = find_hits(query, vector, snapshot)
    seen_by: Any = snapshot
    if how == "cut":
        hits = [cut for hit in hits for cut in _cut(hit, answers)]
        seen_by = _WithoutAnswer(snapshot, answers)
    passages = tools.find(query, hits)
    evidence = gather(query, passages, seen_by) if passages else None
    if evidence is None:
        return
    # A neighbouring passage may say it too; such a question is no near miss.
    if how == "answered" or not any(_holds(s.text, answers) for s in evidence.sentences):
        yield Case(query, evidence, answers, how, block)


@cache
def _vector(question: str, encoder: Encoder) -> Any:
    return encoder.encode_questions([question])[0]


def _cut(hit: Hit, answers: Sequence[str]) -> Iterator[Hit]:
    """A hit without the sentences that hold an answer, in an article without them; nothing when nothing is left."""
    rest = _without(hit.chunk.text, answers)
    body = _without(hit.article.body, answers)
    start = body.find(rest)
    if rest and start >= 0:
        chunk = replace(hit.chunk, text=rest, start=start, end=start + len(rest))
        yield replace(hit, chunk=chunk, article=replace(hit.article, body=body))


def _without(text: str, answers: Sequence[str]) -> str:
    sentences = [text[start:end] for start, end in split_sentences(text)]
    return "".join(sentence for sentence in sentences if not _holds(sentence, answers)).strip()


class _WithoutAnswer:
    """A snapshot whose idf is that of the archive without the sentences that hold an answer."""

    def __init__(self, snapshot: Snapshot, answers: Sequence[str]) -> None:
        self._snapshot = snapshot
        articles = {article.id: article for _, article in snapshot.read_chunks(range(snapshot.size))}
        sentences = [a.body[start:end] for a in articles.values() for start, end in split_sentences(a.body)]
        rest = [sentence for sentence in sentences if not _holds(sentence, answers)]
        self._known = np.unique(terms_of(["\n".join(rest)])[0])

    def idf(self, terms: Any) -> Any:
        """The archive's idf; that of a term nobody has for those that only the cut sentences had."""
        nowhere = self._snapshot.idf(np.array([np.iinfo(np.uint64).max], dtype=np.uint64))[0]
        return np.where(np.isin(terms, self._known), self._snapshot.idf(terms), nowhere)


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = fold_to_words(text)
    return any(answer in folded for answer in answers)


def _fit(features: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> LinearModel:  # type: ignore[type-arg]
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    regression.fit(scaler.transform(features), labels)
    return LinearModel(names, scaler.mean_, scaler.scale_, regression.coef_[0], float(regression.intercept_[0]))


def _fit_sentences(cases: Sequence[Case]) -> LinearModel:
    answered = [case for case in cases if case.how == "answered"]
    features = np.concatenate([case.evidence.all_features for case in answered])
    labels = np.array([_holds(s.text, case.answers) for case in answered for s in case.evidence.sentences])
    names = (*SENTENCE_FEATURES, *(READ_FEATURES if cases[0].evidence.is_read else ()))
    return _fit(features, labels, names)


def _fit_answers(cases: Sequence[Case], sentences: LinearModel) -> tuple[LinearModel, float]:
    features, answered = _answer_rows(cases, sentences)
    names = (*ANSWER_FEATURES, *(READ_ANSWER_FEATURES if cases[0].evidence.is_read else ()))
    model = _fit(features, answered, names)
    confidence = 1 / (1 + np.exp(-model.log_odds(features)))
    # Off-topic questions lie far below; the hard line is against the right people with the fact not stated.
    hard = np.array([case.how in ("answered", "cut") for case in cases])
    grid = np.linspace(0.05, 0.95, 181)
    best = max(grid, key=lambda cut: balanced_accuracy_score(answered[hard], confidence[hard] >= cut))
    return model, round(float(best), 3)


def _answer_rows(cases: Sequence[Case], sentences: LinearModel) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rows = [
        answer_features(case.query, case.evidence, sentences.log_odds(case.evidence.all_features)) for case in cases
    ]
    return np.stack(rows), np.array([case.how == "answered" for case in cases])


def _meaning_rows(cases: Sequence[Case]) -> np.ndarray:  # type: ignore[type-arg]
    return np.stack([meaning_features(case.evidence) for case in cases])


def _report(
    cases: Sequence[Case], sentences: LinearModel, answers: LinearModel, meaning: LinearModel, threshold: float
) -> None:
    quoted = []
    for case in cases:
        if case.how == "answered":
            best = case.evidence.sentences[int(sentences.log_odds(case.evidence.all_features).argmax())]
            quoted.append(_holds(best.text, case.answers))
    features, answered = _answer_rows(cases, sentences)
    confidence = 1 / (1 + np.exp(-answers.log_odds(features)))
    print(f"best sentence holds the answer: {np.mean(quoted):.3f} of {len(quoted)}")
    how = np.array([case.how for case in cases])
    for against in ("cut", "near", "off"):
        chosen = answered | (how == against)
        area = roc_auc_score(answered[chosen], confidence[chosen])
        balanced = balanced_accuracy_score(answered[chosen], confidence[chosen] >= threshold)
        print(f"answered against {against}: AUC {area:.3f}, balanced accuracy {balanced:.3f} at {threshold}")
        by_meaning = roc_auc_score(answered[chosen], meaning.log_odds(_meaning_rows(cases))[chosen])
        print(f"answered against {against}, by meaning alone: AUC {by_meaning:.3f}")
    for model in (sentences, answers, meaning):
        print()
        for name, weight in sorted(zip(model.features, model.weights, strict=True), key=lambda pair: -abs(pair[1])):
            print(f"  {weight:+.3f}  {name}")


def _write(
    kind: str,
    sentences: LinearModel,
    answers: LinearModel,
    meaning: LinearModel,
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
        "meaning": stored(meaning),
    }
    if hits:
        content["hits"] = stored(hits)
    WEIGHTS_PATH.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"\nwrote {WEIGHTS_PATH.name}")


if __name__ == "__main__":
    main()
