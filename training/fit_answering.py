"""Fit `qa/answering/weights/answering.json`: the order of hits, the sentence ranker and the judge of answers.

usage: python training/fit_answering.py DOMAIN.jsonl [MORE.jsonl …] [--domain MORE.jsonl …] --work DIR
       [--reader FILE.onnx] [--write]

Training files are those of `training/examples.py`; only questions of passages that the reader was not trained on are
asked. The first file is of the domain: local news, with near misses. Its passages become

- one large archive of all of them, asked every question of the held-out ones ("answered", or "near" where the passage
  does not answer), and some with another number or subject in them ("altered"),
- one of those that the reader was trained on, where nothing answers ("absent"),
- small archives of a few held-out passages each, asked as both.

Of each file named with --domain there is an archive of all its passages, asked every question of the held-out ones, of
each other file one of its held-out passages. Questions are split in two by their passage: one half
fits, the other is measured; what is written is fitted on both.

Sentences that hold a gold answer are the ranker's positives; it is fitted by conditional logit. The judge is a logistic
regression: what it estimates is the chance that the sentence ranked first holds the answer, so that its confidence is
one. The threshold is the lowest of those that divide questions with an answer from those without nearly as well as the
best does, on what was fitted: over a wide stretch they are all alike, and the lowest refuses the fewest.

What the reader says is kept in DIR, so that a second run with the same reader takes minutes.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from examples import TrainingPassage, ask_something_else, read_passages, subject_of
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from embeddings import Archive, ArchiveReader, Encoder, build, fold_to_words, open_encoder, remove
from qa.answering.choice import Candidates, ranked
from qa.answering.evidence.features import (
    FOREIGN_FEATURES,
    READ_ANSWER_FEATURES,
    READ_FEATURES,
    SENTENCE_FEATURES,
    Evidence,
    answer_features,
    gather,
)
from qa.evaluation.metrics import calibration_error
from qa.linear import WEIGHTS_PATH, LinearModel
from qa.query.question import Query, read_question
from qa.retrieval.cross_encoder import BundledReader, Text
from qa.retrieval.rerank import HIT_FEATURES, hit_features, look_again
from qa.retrieval.search import RetrievalSettings, find_hits, merge_hits, without_duplicates
from qa.retrieval.stretches import Stretch, read_stretches
from qa.types import Hit, Passage, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_SIZES = (6, 24, 64)
QUESTIONS_OF_OTHERS = 240  # of each file that is not of the domain
QUESTIONS_OF_ABSENT = 300
QUESTIONS_A_BLOCK = 40
HIT_QUESTIONS = 500  # ... used for the order of hits
# How much the kinds of questions weigh together, whatever their number: two of three that people ask are answered.
WEIGHTS = {"answered": 6.0, "near": 2.0, "absent": 0.7, "altered": 0.3}
DOMAIN_WEIGHT = 3.0  # of a question of the domain, against one of another file
AS_GOOD = 0.03  # of balanced accuracy, below the best threshold's
STRENGTH = 0.1  # of the judge's weights: the inverse of regularisation
K = 5
SETTINGS = RetrievalSettings()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its answers folded, and the passage it was asked of."""

    text: str
    answers: tuple[str, ...]
    passage: TrainingPassage
    number: int  # of its passage


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked of one archive."""

    query: Query
    evidence: Evidence
    passages: tuple[Passage, ...]
    answers: tuple[str, ...]
    how: str  # answered, near, absent, altered
    where: str  # which archive
    number: int
    is_domain: bool

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Which sentences hold an answer."""
        return np.array([_holds(sentence.text, self.answers) for sentence in self.evidence.sentences])


class KeptReadings:
    """A reader that keeps what it said, in a file."""

    finds_spans = True

    def __init__(self, reader: BundledReader, path: Path) -> None:
        self.name, self.languages = reader.name, reader.languages
        self._reader, self._path = reader, path
        self._kept: dict[tuple[str, Text], Reading] = pickle.loads(path.read_bytes()) if path.exists() else {}

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """A reading for each text, in their order."""
        new = [text for text in texts if (question, text) not in self._kept]
        for text, reading in zip(new, self._reader.read(question, new), strict=True):
            self._kept[question, text] = reading
        return [self._kept[question, text] for text in texts]

    def save(self) -> None:
        """Write what is kept."""
        self._path.write_bytes(pickle.dumps(self._kept))


@dataclass(frozen=True, slots=True)
class Tools:
    """What a question is asked with; `hits` orders what the reader has read."""

    encoder: Encoder
    reader: KeptReadings
    hits: LinearModel | None = None
    vectors: dict[str, Any] = field(default_factory=dict)

    def vector(self, question: str) -> Any:
        """The vector of a question, encoded once."""
        if question not in self.vectors:
            self.vectors[question] = self.encoder.encode_questions([question])[0]
        return self.vectors[question]

    def find(self, query: Query, snapshot: Any) -> list[Passage]:
        """The best passages, as the assistant finds them."""
        found = find_hits(query, self.vector(query.text), snapshot)
        if found:
            few, count = SETTINGS.read_first, SETTINGS.read
            found = look_again(query, found, self.reader, snapshot, few=few, count=count, model=self.hits)
        merged = without_duplicates(merge_hits(found, k=K, settings=SETTINGS), overlap=SETTINGS.duplicate_overlap)
        return list(islice(merged, K))


def main() -> None:
    """Build the archives, fit the models on one half, and print what they do on the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--domain", type=Path, nargs="+", default=[], metavar="FILE", help="more of the domain")
    parser.add_argument("--work", type=Path, required=True, help="where archives and readings are kept")
    parser.add_argument("--reader", type=Path, metavar="FILE.onnx", help="default: the one that ships")
    parser.add_argument("--write", action="store_true", help="replace these weights in answering.json")
    arguments = parser.parse_args()
    reader = BundledReader(arguments.reader) if arguments.reader else BundledReader()
    model = arguments.reader or reader.path
    kept = KeptReadings(reader, arguments.work / f"readings-{sha256(model.read_bytes()).hexdigest()[:12]}.pickle")
    tools = Tools(open_encoder(), kept)
    archives = _archives(arguments.files, arguments.domain, arguments.work, tools.encoder)
    tools = replace(tools, hits=_fit_hits(archives[0], tools))
    kept.save()
    cases = list(_cases(archives, tools))
    kept.save()
    print(Counter((case.where, case.how) for case in cases))
    fitting = [case for case in cases if case.number % 2 == 0]
    measured = [case for case in cases if case.number % 2 == 1]
    _report(measured, _fit(fitting, kept), kept)
    kept.save()
    if arguments.write:
        # What was measured is known; what ships is fitted on both halves.
        _write(_fit(cases, kept), tools.hits, [*arguments.files, *arguments.domain])


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """An archive, and the questions that are asked of it with how they are."""

    name: str
    archive: ArchiveReader
    questions: list[tuple[Question, str]]
    is_domain: bool


def _archives(files: Sequence[Path], more_of_domain: Sequence[Path], work: Path, encoder: Encoder) -> list[QuestionSet]:
    domain = list(read_passages(files[0]))
    questions = [question for place, passage in enumerate(domain) for question in _questions(passage, place)]
    source = random.Random(5)
    whole = _archive(domain, work / "whole", encoder)
    asked = [(question, "answered" if question.answers else "near") for question in questions]
    subjects = sorted({subject_of(question.text, question.passage.text) for question in questions} - {""})
    for question in source.sample(questions, len(questions) // 3):
        if question.answers and (other := ask_something_else(question.text, question.passage.text, subjects, source)):
            asked.append((replace(question, text=other), "altered"))
    archives = [QuestionSet("large", whole, asked, True)]
    absent = source.sample(questions, min(len(questions), QUESTIONS_OF_ABSENT))
    archives.append(
        QuestionSet("absent", _without_held_out(domain, work, encoder), [(one, "absent") for one in absent], True)
    )
    archives += _blocks([p for p in domain if p.held_out], work / "block", encoder, is_domain=True)
    for file in (*more_of_domain, *files[1:]):
        is_domain = file in more_of_domain
        passages = [passage for passage in read_passages(file) if is_domain or passage.held_out]
        found = [question for place, passage in enumerate(passages) for question in _questions(passage, place)]
        chosen = found if is_domain else source.sample(found, min(len(found), QUESTIONS_OF_OTHERS))
        asked = [(question, "answered" if question.answers else "near") for question in chosen]
        subjects = sorted({subject_of(question.text, question.passage.text) for question in found} - {""})
        for question in chosen[::4]:
            if other := ask_something_else(question.text, question.passage.text, subjects, source):
                asked.append((replace(question, text=other), "altered"))
        archives.append(QuestionSet(file.stem, _archive(passages, work / file.stem, encoder), asked, is_domain))
        archives.append(QuestionSet(f"{file.stem} absent", whole, [(q, "absent") for q in chosen[1::4]], is_domain))
    return archives


def _questions(passage: TrainingPassage, number: int) -> Iterator[Question]:
    if passage.held_out:
        for qa in passage.questions:
            answers = tuple(folded for answer in qa["answers"] if (folded := fold_to_words(answer)))
            yield Question(qa["question"], answers, passage, number)


def _rows(passages: Sequence[TrainingPassage]) -> str:
    rows = [{"id": str(place), "title": p.title, "text": p.text} for place, p in enumerate(passages)]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def _archive(passages: Sequence[TrainingPassage], folder: Path, encoder: Encoder) -> ArchiveReader:
    folder.mkdir(parents=True, exist_ok=True)
    issue = folder / "passages.jsonl"
    issue.write_text(_rows(passages), encoding="utf-8")
    build(issue, archive=folder / "archive", encoder=encoder)
    return Archive.open(folder / "archive")


def _without_held_out(passages: Sequence[TrainingPassage], work: Path, encoder: Encoder) -> ArchiveReader:
    """The archive of the passages that were trained on; a copy of the whole, so that nothing is encoded again."""
    folder = work / "absent"
    is_new = not (folder / "archive").exists()
    if is_new:
        shutil.copytree(work / "whole" / "archive", folder / "archive")
    archive = _archive([passage for passage in passages if not passage.held_out], folder, encoder)
    if is_new:
        remove([str(work / "whole" / "passages.jsonl")], archive=folder / "archive")
    return archive


def _blocks(
    passages: Sequence[TrainingPassage], work: Path, encoder: Encoder, *, is_domain: bool
) -> Iterator[QuestionSet]:
    """Archives of a few neighbouring passages each, asked about them and about those of the block before."""
    start, before = 0, list[Question]()
    number = 0
    while start < len(passages):
        size = BLOCK_SIZES[number % len(BLOCK_SIZES)]
        block = passages[start : start + size]
        # Numbers as in the whole, so that a passage is of one half only.
        found = [q for place, passage in enumerate(block) for q in _questions(passage, start + place)]
        source = random.Random(number)
        chosen = source.sample(found, min(len(found), QUESTIONS_A_BLOCK))
        asked = [(question, "answered" if question.answers else "near") for question in chosen]
        asked += [(question, "absent") for question in source.sample(before, min(len(before), QUESTIONS_A_BLOCK // 4))]
        yield QuestionSet("small", _archive(block, work / f"{number:02}", encoder), asked, is_domain)
        start, before, number = start + size, found, number + 1


def _cases(archives: Sequence[QuestionSet], tools: Tools) -> Iterator[Case]:
    for place, one in enumerate(archives):
        with one.archive.snapshot() as snapshot:
            for question, how in one.questions:
                query = read_question(question.text)
                passages = tools.find(query, snapshot)
                evidence = gather(query, passages, snapshot) if passages else None
                if evidence is None:
                    continue
                case = Case(
                    query,
                    evidence,
                    tuple(passages),
                    question.answers,
                    how,
                    one.name,
                    question.number,
                    one.is_domain,
                )
                # A neighbouring passage may say it too; such a question is no near miss.
                if how != "absent" or not case.answers or not case.holds.any():
                    yield case
        print(f"asked archive {place + 1} of {len(archives)}, {one.name}", flush=True)


def _fit_hits(asked: QuestionSet, tools: Tools) -> LinearModel:
    """Fit the order of hits: those of the right passage that hold the answer, against the others of a question."""
    features, labels, firsts = [], [], []
    answered = [question for question, how in asked.questions if how == "answered"]
    with asked.archive.snapshot() as snapshot:
        for question in random.Random(3).sample(answered, min(len(answered), HIT_QUESTIONS)):
            query = read_question(question.text)
            hits = find_hits(query, tools.vector(query.text), snapshot)[: SETTINGS.read]
            holding = [_is_answer(hit, question) for hit in hits]
            if not any(holding):
                continue
            stretches = [Stretch(hit.article, hit.chunk.start, hit.chunk.end) for hit in hits]
            readings = read_stretches(query.text, stretches, tools.reader)
            features.append(hit_features(query, hits, readings, snapshot))
            labels.append(np.array(holding))
            firsts.append(holding[0])
    half = len(features) // 2
    model = _conditional_logit(features[:half], labels[:half], HIT_FEATURES)
    again = [bool(y[model.log_odds(x).argmax()]) for x, y in zip(features[half:], labels[half:], strict=True)]
    alone = [bool(y[x[:, 0].argmax()]) for x, y in zip(features[half:], labels[half:], strict=True)]
    print(
        f"first hit holds the answer: searched {np.mean(firsts[half:]):.3f}, by the reader alone {np.mean(alone):.3f}, "
        f"after the second look {np.mean(again):.3f}, of {len(again)}"
    )
    model = _conditional_logit(features, labels, HIT_FEATURES)
    _show(model)
    return model


def _is_answer(hit: Hit, question: Question) -> bool:
    return hit.article.title == question.passage.title and _holds(hit.chunk.text, question.answers)


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = fold_to_words(text)
    return any(answer in folded for answer in answers)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The ranker, the judge, the judge of questions in another language, and the threshold."""

    sentences: LinearModel
    answers: LinearModel
    foreign: LinearModel
    threshold: float


def _fit(cases: Sequence[Case], reader: KeptReadings) -> Fitted:
    sentences = _fit_sentences(cases)
    chinese = [case for case in cases if not case.query.is_foreign]
    foreign = [case for case in cases if case.query.is_foreign]
    answers = _fit_judge(chinese, sentences, reader, READ_ANSWER_FEATURES)
    abroad = _fit_judge(foreign or cases, sentences, reader, FOREIGN_FEATURES)
    fitted = Fitted(sentences, answers, abroad, 0.5)
    domain = [case for case in chinese if case.is_domain]
    confidence = _confidence(domain, fitted, reader)
    answerable = np.array([case.how == "answered" for case in domain])
    weights = _case_weights(domain)
    grid = np.linspace(0.1, 0.9, 161)
    reached = [balanced_accuracy_score(answerable, confidence >= cut, sample_weight=weights) for cut in grid]
    lowest = next(cut for cut, accuracy in zip(grid, reached, strict=True) if accuracy >= max(reached) - AS_GOOD)
    return replace(fitted, threshold=round(float(lowest), 3))


def _fit_sentences(cases: Sequence[Case]) -> LinearModel:
    rows, labels = [], []
    for case in cases:
        if case.how == "answered":
            holds = case.holds
            if holds.any() and not holds.all():
                rows.append(case.evidence.all_features)
                labels.append(holds)
    return _conditional_logit(rows, labels, (*SENTENCE_FEATURES, *READ_FEATURES))


def _conditional_logit(
    rows: Sequence[NDArray[np.float64]], labels: Sequence[NDArray[np.bool_]], names: tuple[str, ...]
) -> LinearModel:
    """Weights that compare only what belongs to one question (McFadden, 1974).

    A logistic regression on the scores then gives them the scale and the bias of log-odds.
    """
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


def _fit_judge(
    cases: Sequence[Case], sentences: LinearModel, reader: KeptReadings, names: tuple[str, ...]
) -> LinearModel:
    features = _answer_rows(cases, sentences, reader, names)
    right = np.array([_is_right(case, sentences, reader) for case in cases])
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=STRENGTH, max_iter=3000)
    regression.fit(scaler.transform(features), right, sample_weight=_case_weights(cases))
    return LinearModel(names, scaler.mean_, scaler.scale_, regression.coef_[0], float(regression.intercept_[0]))


def _scores(case: Case, sentences: LinearModel, reader: KeptReadings) -> tuple[NDArray[np.float64], Reading]:
    """The scores of a case's sentences, the one that is taken first, and its reading by itself."""
    scores = sentences.log_odds(case.evidence.all_features)
    candidates = Candidates(case.query, case.passages, case.evidence, scores)
    again, reading = ranked(
        candidates, lambda place: read_stretches(case.query.text, [candidates.stretch(place)], reader)[0]
    )
    assert reading is not None  # each case is read
    return again.scores, reading


def _is_right(case: Case, sentences: LinearModel, reader: KeptReadings) -> bool:
    if case.how != "answered":
        return False
    best = int(_scores(case, sentences, reader)[0].argmax())
    return _holds(case.evidence.sentences[best].text, case.answers)


def _answer_rows(
    cases: Sequence[Case], sentences: LinearModel, reader: KeptReadings, names: tuple[str, ...]
) -> NDArray[np.float64]:
    rows = []
    for case in cases:
        scores, alone = _scores(case, sentences, reader)
        rows.append(answer_features(case.query, case.evidence, scores, names, alone))
    return np.stack(rows)


def _case_weights(cases: Sequence[Case]) -> NDArray[np.float64]:
    """A weight for each case; all together weigh as many as they are."""
    own = np.array([DOMAIN_WEIGHT if case.is_domain else 1.0 for case in cases])
    kinds = np.array([case.how for case in cases])
    weights = np.zeros(len(cases))
    for kind, share in WEIGHTS.items():
        chosen = kinds == kind
        if chosen.any():
            weights[chosen] = own[chosen] * share / own[chosen].sum()
    return np.asarray(weights * len(cases) / weights.sum())


def _confidence(cases: Sequence[Case], fitted: Fitted, reader: KeptReadings) -> NDArray[np.float64]:
    rows = _answer_rows(cases, fitted.sentences, reader, fitted.answers.features)
    return np.asarray(1 / (1 + np.exp(-fitted.answers.log_odds(rows))))


def _report(measured: Sequence[Case], fitted: Fitted, reader: KeptReadings) -> None:
    for where in sorted({case.where for case in measured}):
        _report_on(where, [case for case in measured if case.where == where], fitted, reader)
    domain = [case for case in measured if case.is_domain]
    _report_on("all of the domain", domain, fitted, reader)
    for model in (fitted.sentences, fitted.answers, fitted.foreign):
        _show(model)
    print(f"threshold {fitted.threshold}")


def _show(model: LinearModel) -> None:
    print()
    for name, weight in sorted(zip(model.features, model.weights, strict=True), key=lambda pair: -abs(pair[1])):
        print(f"  {weight:+.3f}  {name}")


def _report_on(where: str, cases: Sequence[Case], fitted: Fitted, reader: KeptReadings) -> None:
    foreign = [case for case in cases if case.query.is_foreign]
    if foreign:
        rows = _answer_rows(foreign, fitted.sentences, reader, FOREIGN_FEATURES)
        confidence = 1 / (1 + np.exp(-fitted.foreign.log_odds(rows)))
    else:
        confidence = _confidence(cases, fitted, reader)
    right = np.array([_is_right(case, fitted.sentences, reader) for case in cases])
    how = np.array([case.how for case in cases])
    answered = how == "answered"
    shown = f"{where}: {len(cases)} cases"
    if answered.any():
        shown += f", best sentence holds the answer {right[answered].mean():.3f}"
    shown += f", calibration error {calibration_error(confidence.tolist(), right.tolist()) or 0.0:.3f}"
    print(shown)
    for against in sorted(set(how) - {"answered"}) if answered.any() else ():
        chosen = answered | (how == against)
        area = roc_auc_score(answered[chosen], confidence[chosen])
        balanced = balanced_accuracy_score(answered[chosen], confidence[chosen] >= fitted.threshold)
        print(f"  against {against}, {np.sum(how == against)}: AUC {area:.3f}, balanced accuracy {balanced:.3f}")


def _write(fitted: Fitted, hits: LinearModel | None, files: Sequence[Path]) -> None:
    def stored(model: LinearModel) -> dict[str, object]:
        return {
            "features": list(model.features),
            "mean": [round(float(value), 6) for value in model.mean],
            "scale": [round(float(value), 6) for value in model.scale],
            "weights": [round(float(value), 6) for value in model.weights],
            "bias": round(model.bias, 6),
        }

    content = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    content["read"] = {
        "fitted_on": [file.name for file in files],
        "threshold": fitted.threshold,
        "sentences": stored(fitted.sentences),
        "answers": stored(fitted.answers),
        "foreign": stored(fitted.foreign),
    }
    if hits:
        content["hits"] = stored(hits)
    WEIGHTS_PATH.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {WEIGHTS_PATH.name}")


if __name__ == "__main__":
    main()
