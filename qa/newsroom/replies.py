"""What a newsroom has fixed for a question: the answer that is matched by its wording or its meaning, or a notice.

A question means the same as one with a standard answer if its vector lies near those of the wordings, and if the
reader finds that the answer answers it no less than its own question. The two are weighed as `FIT` says, which
`training/fit_standard.py` has fitted on `tests/data/standard_questions.jsonl`; docs/design.md has the figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from embeddings import BulletinError, Encoder
from qa.i18n import Words, day_words, joined, words
from qa.newsroom.rules import NewsroomRules, StandardAnswer
from qa.newsroom.store import NewsroomStore
from qa.query.question import read_question
from qa.retrieval.cross_encoder import Reader, Text, reads
from qa.types import Answer, AnswerKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

CANDIDATES = 3  # answers that the reader looks at
MOST_READING = 4.0  # of the difference of two log-odds, so that no answer is read into every question


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of a logistic model, and the log-odds from which on two questions are taken for the same.

    `nearness` is that of the mean cosine to the two nearest wordings, `reading` that of the difference of log-odds.
    """

    model: str  # the encoder that it was fitted for
    nearness: float
    reading: float
    bias: float
    threshold: float


FIT = Fit("multilingual-e5-small", nearness=24.479, reading=0.481, bias=-22.315, threshold=1.11)


@dataclass(frozen=True, slots=True)
class Match:
    """A standard answer, and the log-odds that it is meant; infinite where its wording is the question's."""

    answer: StandardAnswer
    log_odds: float


@dataclass
class _Vectors:
    """The wordings of one state of the rules as vectors, shape (n, dimension), and whose each is."""

    rules: NewsroomRules
    vectors: NDArray[np.float32]
    owners: NDArray[np.intp]
    own_reading: dict[int, float] = field(default_factory=dict)  # by place of the answer


class StandardReplies:
    """Looks for what a newsroom has fixed. Safe in several threads."""

    def __init__(
        self,
        store: NewsroomStore,
        encoder: Encoder,
        reader: Reader | None = None,
        *,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.store = store
        self._encoder, self._reader, self._today = encoder, reader, today
        self._lock = Lock()
        self._vectors: _Vectors | None = None

    def reply(self, said: str, question: str) -> Answer | None:
        """The notice or the standard answer to a question; None where nothing is fixed for it.

        `said` is all that its user wrote, in which words that are not answered may stand anywhere. A store that cannot
        be read stops no answer.
        """
        try:
            rules = self.store.rules()
        except BulletinError as error:
            logger.warning("What the newsroom has fixed cannot be read: %s", error)
            return None
        if rules.declines(said):
            return declined(question, rules)
        found = self.match(question, rules)
        return standard(question, found) if found else None

    def worded(self, meaning: str) -> Answer | None:
        """The standard answer of which a question is a wording; None for none, or where the store cannot be read."""
        try:
            found = self.store.rules().worded(meaning, self._today())
        except BulletinError as error:
            logger.warning("What the newsroom has fixed cannot be read: %s", error)
            return None
        return standard(meaning, Match(found, float("inf"))) if found else None

    def declines(self, meaning: str) -> bool:
        """Whether what a question means, after the question before it, has words that are not answered."""
        try:
            return bool(meaning) and self.store.rules().declines(meaning)
        except BulletinError:
            return False

    def notice(self, question: str) -> Answer:
        """What is said instead of an answer."""
        return declined(question, self.store.rules())

    def match(self, question: str, rules: NewsroomRules) -> Match | None:
        """The standard answer that a question asks for, by its wording or by its meaning; None for none."""
        if not rules.answers:
            return None
        today = self._today()
        if worded := rules.worded(question, today):
            return Match(worded, float("inf"))
        nearest = self.nearest(question, rules)
        found = [one for one in nearest if one.answer.holds(today) and one.log_odds >= FIT.threshold]
        return max(found, key=lambda one: one.log_odds, default=None)

    def nearest(self, question: str, rules: NewsroomRules) -> list[Match]:
        """The answers whose wordings are nearest in meaning, with their log-odds.

        Empty where the encoder or the reader is not the one that the weights are for: their scales differ.
        """
        reader = self._reader
        if reader is None or not reader.finds_spans or self._encoder.name != FIT.model:
            return []
        if not reads(reader, read_question(question).language):
            return []
        held = self._held(rules)
        cosines = held.vectors @ np.asarray(self._encoder.encode_questions([question])[0])
        near = [float(np.sort(cosines[held.owners == place])[-2:].mean()) for place in range(len(rules.answers))]
        found = []
        for place in sorted(range(len(near)), key=lambda one: -near[one])[:CANDIDATES]:
            most = _log_odds(near[place], MOST_READING)
            if most >= FIT.threshold:  # reading costs more than all before it
                reading = self._reading(reader, question, rules.answers[place], held, place)
                found.append(Match(rules.answers[place], _log_odds(near[place], reading)))
        return found

    def _reading(self, reader: Reader, question: str, answer: StandardAnswer, held: _Vectors, place: int) -> float:
        """By how much the log-odds that the answer answers a question differ from those of its own question."""
        text = [Text("", answer.answer)]
        if place not in held.own_reading:
            held.own_reading[place] = reader.read(answer.question, text)[0].log_odds
        return reader.read(question, text)[0].log_odds - held.own_reading[place]

    def _held(self, rules: NewsroomRules) -> _Vectors:
        with self._lock:
            held = self._vectors
            if held is None or held.rules is not rules:
                wordings = [(place, text) for place, one in enumerate(rules.answers) for text in one.wordings]
                vectors = np.asarray(self._encoder.encode_questions([text for _, text in wordings]))
                owners = np.array([place for place, _ in wordings], dtype=np.intp)
                held = self._vectors = _Vectors(rules, vectors, owners)
            return held


def standard(question: str, found: Match) -> Answer:
    """A standard answer as an answer to a question, marked as the newsroom's own word."""
    one = found.answer
    confidence = 1.0 if found.log_odds == float("inf") else float(1 / (1 + np.exp(-found.log_odds)))
    return Answer(
        question=question, kind=AnswerKind.STANDARD, text=one.answer, confidence=confidence, note=attribution(one)
    )


def attribution(one: StandardAnswer) -> Words:
    """Whose word a standard answer is, where it comes from, and until when it holds."""
    parts: Sequence[str] = (
        words("newsroom_said"),
        words("newsroom_source", source=one.source) if one.source else "",
        words("newsroom_until", day=day_words(one.until)) if one.until else "",
    )
    return joined("", parts)


def declined(question: str, rules: NewsroomRules) -> Answer:
    """The notice that stands instead of an answer."""
    return Answer(question=question, kind=AnswerKind.DECLINED, text=rules.notice or words("newsroom_declines"))


def _log_odds(nearness: float, reading: float) -> float:
    return FIT.nearness * nearness + FIT.reading * min(reading, MOST_READING) + FIT.bias
