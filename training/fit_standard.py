"""When does a question mean the same as one with a standard answer? Fits the weights in `qa/newsroom/replies.py`.

    python training/fit_standard.py [tests/data/standard_questions.jsonl]

Each row of the file has a `question` with its `variants`, which a newsroom knows, its `answer`, other wordings that ask
the `same`, and questions that are near and ask something `other`. The threshold is the one above which lie at most two
in a hundred of the others, when each question is judged by weights that were fitted on other rows. What is printed at
the end is measured with all rows as one newsroom's list, and with wordings that are found by form as well.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embeddings import Encoder, open_encoder
from qa.newsroom.replies import MOST_READING, Match, StandardReplies
from qa.newsroom.rules import NewsroomRules, read_answer
from qa.newsroom.store import NewsroomStore
from qa.retrieval.cross_encoder import Reader, Text, open_reader

QUESTIONS = Path("tests/data/standard_questions.jsonl")
MOST_FALSE = 0.02
FOLDS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is asked, the place of the row that it belongs to, and whether it asks the same."""

    question: str
    row: int
    is_same: bool


def read_rows(path: Path) -> tuple[NewsroomRules, list[Asked]]:
    """The standard answers of a file, and the questions to be judged."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    answers = [
        read_answer(row["question"], row["answer"], variants=row["variants"], key=str(place))
        for place, row in enumerate(rows)
    ]
    asked = [
        Asked(question, place, is_same)
        for place, row in enumerate(rows)
        for name, is_same in (("same", True), ("other", False))
        for question in row[name]
    ]
    return NewsroomRules(tuple(answers)), asked


def features(rules: NewsroomRules, asked: list[Asked], encoder: Encoder, reader: Reader) -> np.ndarray:
    """Nearness and reading of each question to its own row's answer, shape (n, 2)."""
    known = {
        text: vector
        for one in rules.answers
        for text, vector in zip(one.wordings, _vectors(encoder, one.wordings), strict=True)
    }
    own = [reader.read(one.question, [Text("", one.answer)])[0].log_odds for one in rules.answers]
    found = []
    for one, vector in zip(asked, _vectors(encoder, [one.question for one in asked]), strict=True):
        answer = rules.answers[one.row]
        nearest = np.sort([float(known[text] @ vector) for text in answer.wordings])[-2:].mean()
        reading = reader.read(one.question, [Text("", answer.answer)])[0].log_odds - own[one.row]
        found.append((nearest, min(reading, MOST_READING)))
    return np.array(found)


def matches(rules: NewsroomRules, asked: list[Asked], encoder: Encoder, reader: Reader) -> list[Match | None]:
    """What each question is matched with, where all answers are one newsroom's."""
    replies = StandardReplies(NewsroomStore(Path("nowhere")), encoder, reader)
    return [replies.match(one.question, rules) for one in asked]


def figures(asked: list[Asked], found: list[Match | None]) -> dict[str, float]:
    """Which part of the questions that ask the same is matched with the right answer, and of the others with any."""
    right = [one for one in asked if one.is_same]
    same = [
        match
        for one, match in zip(asked, found, strict=True)
        if one.is_same and match and match.answer.id == str(one.row)
    ]
    wrong = [
        match
        for one, match in zip(asked, found, strict=True)
        if one.is_same and match and match.answer.id != str(one.row)
    ]
    other = [
        match
        for one, match in zip(asked, found, strict=True)
        if not one.is_same and match and match.answer.id == str(one.row)
    ]
    return {
        "recall": len(same) / len(right),
        "matched_with_another": len(wrong) / len(right),
        "false_match": len(other) / (len(asked) - len(right)),
    }


def _vectors(encoder: Encoder, texts: list[str] | tuple[str, ...]) -> np.ndarray:
    return np.asarray(encoder.encode_questions(list(texts)))


def main() -> None:
    """Print the weights, the threshold, and what they find."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", nargs="?", type=Path, default=QUESTIONS)
    rules, asked = read_rows(parser.parse_args().questions)
    encoder, reader = open_encoder(), open_reader()
    assert reader is not None
    matrix = features(rules, asked, encoder, reader)
    same, rows = np.array([one.is_same for one in asked]), [one.row for one in asked]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    folds = GroupKFold(FOLDS)
    judged = cross_val_predict(model, matrix, same, groups=rows, cv=folds, method="decision_function")
    threshold = float(np.quantile(judged[~same], 1 - MOST_FALSE))
    scaler, fitted = model.fit(matrix, same)
    weights = fitted.coef_[0] / scaler.scale_
    bias = float(fitted.intercept_[0] - weights @ scaler.mean_)
    print(f"nearness={weights[0]:.3f}, reading={weights[1]:.3f}, bias={bias:.3f}, threshold={threshold:.2f}")
    print(f"by weights of other rows: recall {(judged[same] >= threshold).mean():.3f}, false {MOST_FALSE}")
    print(figures(asked, matches(rules, asked, encoder, reader)))


if __name__ == "__main__":
    main()
