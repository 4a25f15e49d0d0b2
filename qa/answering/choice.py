"""Which of the sentences that may answer is taken: the one ranked best, or another that fits what is asked better.

The best few are read again by themselves. And the ranker knows how likely a sentence answers, and not that it tells of
another day, year or side than the one asked for: each rule here looks at the sentence chosen so far, and names another
where one fits and that does not. What is chosen goes first, so that it is what is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from qa.answering.enumerations import asks_for_list
from qa.answering.evidence.answer_types import tells_of_another_person
from qa.answering.evidence.features import Evidence, Sentence
from qa.answering.evidence.stated import lacks_the_event_asked_for, lacks_the_kin
from qa.query.contrast import tells_of_another_side, tells_of_others, tells_of_those
from qa.query.intents.yes_no import read_yes_no
from qa.query.question import Asks, Query
from qa.query.stretch import days_of_month, is_of_another, names_the_same, somebody_in_all
from qa.retrieval.stretches import Stretch, told
from qa.types import Passage, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ON_THE_PRESENT = re.compile(r"现在|后来|最终|最后|结果|如今|目前|眼下|现今|当前|最新|这会儿|到今天|至今")
_WHETHER_BY_NOW = re.compile(
    r"了(?:没有?|吗|么|不)\W*$|还(?![给价款债原书清])[^，,]*(?:吗|么|没|不)\W*$"
)  # 当上…了没, 还是…吗
_READ_AGAIN = 3  # sentences at most that are read alone
_NEAR = 1.0  # log-odds below the best sentence, within which another may take its place
_ALONE_WEIGHT = 0.3  # of the log-odds that an answer stands in a sentence that is read alone
_LIKELY = 1.0  # log-odds that a sentence of another passage has at least, to take the place of the best
_MARGIN = 2.6  # ... and it is not further below the best
_MARGIN_OF_EVENTS = 3.5  # ... where the best tells of no such event as is asked
_NEARLY_AS_LIKELY = 1.0  # in log-odds
_ON_THE_SAME = 0.6  # of the question's pairs that the best sentence's passage covers, in its own
_ON_THE_VERY_SAME = 0.75  # ... where the question does not say 现在
_OF_A_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年?(?![\d月])")
_NAMED_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年?(?!\d)")
_YEARS_BACK = {"今年": 0, "去年": 1, "前年": 2}
# Who, when, where and how many may be told otherwise in another issue.
CHANGING = frozenset({Asks.WHO, Asks.WHEN, Asks.WHERE, Asks.HOW_MANY})


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The sentences of the passages that were judged, with their scores, shape (sentences,), for one question."""

    query: Query
    passages: Sequence[Passage]
    evidence: Evidence
    scores: NDArray[np.float64]

    @property
    def question(self) -> str:
        """What was asked."""
        return self.query.text

    @property
    def sentences(self) -> Sequence[Sentence]:
        """The sentences, in the order of their places."""
        return self.evidence.sentences

    def text(self, place: int) -> str:
        """The sentence as it is printed."""
        return self.evidence.sentences[place].text

    def body(self, place: int) -> str:
        """The text of the article in which the sentence stands."""
        return self._passage(place).article.body

    def stretch(self, place: int) -> Stretch:
        """Where the sentence stands."""
        sentence = self.evidence.sentences[place]
        return Stretch(self._passage(place).article, sentence.start, sentence.end)

    def told(self, place: int) -> str:
        """The sentence as it is told: a row of a table with the names of its columns."""
        return told(self.stretch(place))

    def printed(self, place: int) -> date:
        """The day of the sentence's article; the first of all days where it has none."""
        return self._passage(place).article.date or date.min

    def covered(self, place: int) -> float:
        """The share of the question's pairs that the sentence's passage has."""
        return float(self.evidence.whole[self.evidence.sentences[place].passage])

    def fits(self, place: int) -> bool:
        """Whether the sentence has the kind of thing that is asked for."""
        return bool(self.evidence.fits[place])

    def beside(self, best: int) -> list[int]:
        """The sentences of the same passage, itself among them."""
        home = self.evidence.sentences[best].passage
        return [place for place, sentence in enumerate(self.evidence.sentences) if sentence.passage == home]

    def likely(self, best: int, *, margin: float) -> list[int]:
        """The sentences of all passages that are likely to answer, at most `margin` log-odds below the best."""
        least = max(_LIKELY, float(self.scores[best]) - margin)
        return [int(place) for place in np.flatnonzero(self.scores >= least)]

    def likeliest(self, places: Iterable[int], best: int) -> int:
        """The best of some; `best` where there are none."""
        return max(places, key=lambda place: float(self.scores[place]), default=best)

    def is_of_another_side(self, place: int) -> bool:
        """Whether a sentence tells of women where men are asked after, of the semi-final for the final, and so on."""
        return tells_of_another_side(self.question, self.told(place))

    def _passage(self, place: int) -> Passage:
        return self.passages[self.evidence.sentences[place].passage]


def ranked(candidates: Candidates, read: Callable[[int], Reading] | None) -> tuple[Candidates, Reading | None]:
    """The candidates with the sentence that is taken first, and its reading by itself, if `read` reads sentences so.

    What judges whether anything answers then judges that sentence.
    """
    scores, reading = candidates.scores, None
    if read is not None:
        scores, reading = read_again(scores, read)
    leads = int(scores.argmax())
    best = leads if asks_for_list(candidates.query) else choose(replace(candidates, scores=scores), leads)
    if best != leads:
        scores = _exchanged(scores, leads, best)
        reading = read(best) if read is not None else None
    return replace(candidates, scores=scores), reading


def read_again(scores: NDArray[np.float64], read: Callable[[int], Reading]) -> tuple[NDArray[np.float64], Reading]:
    """The scores after the best sentences were read alone, shape (sentences,), and the reading of the one that leads.

    `read` reads the sentence at a place. Where another is nearly as good, and an answer likelier stands in it, the two
    change scores. Of 1,309 held-out questions the first sentence then holds the answer for .886 instead of .875, and
    one in three reads a sentence more.
    """
    best = int(scores.argmax())
    places = [int(at) for at in np.argsort(-scores, kind="stable")[:_READ_AGAIN] if scores[best] - scores[at] <= _NEAR]
    readings = {at: read(at) for at in places}
    leads = max(places, key=lambda at: float(scores[at]) + _ALONE_WEIGHT * (readings[at].span_odds or 0.0))
    return _exchanged(scores, best, leads), readings[leads]


def _exchanged(scores: NDArray[np.float64], one: int, other: int) -> NDArray[np.float64]:
    again: NDArray[np.float64] = scores.copy()
    again[[one, other]] = scores[[other, one]]
    return again


def choose(candidates: Candidates, best: int) -> int:
    """The sentence that is taken, where `best` is ranked best."""
    for rule in _RULES:
        best = rule(candidates, best)
    return best


def _of_the_named(candidates: Candidates, best: int) -> int:
    """Where the best is of another person or province than the question names: the best beside it that is not."""
    question = candidates.question
    if tells_of_another_person(question, candidates.text(best)):
        return _fitting(candidates, best, lambda text: not tells_of_another_person(question, text))
    if candidates.query.asks is Asks.WHO or not is_of_another(question, candidates.text(best)):
        return best
    return _fitting(candidates, best, lambda text: names_the_same(question, text))


def _of_those_asked(candidates: Candidates, best: int) -> int:
    """Where the best tells of others (the dead, not the hurt; women, no men): another of its passage."""
    question = candidates.question
    if candidates.is_of_another_side(best):
        others = [
            place
            for place in candidates.beside(best)
            if (candidates.fits(place) or not candidates.fits(best)) and not candidates.is_of_another_side(place)
        ]
        return candidates.likeliest(others, best)
    if not tells_of_others(question, candidates.text(best)):
        return best
    return _fitting(candidates, best, lambda text: tells_of_those(question, text))


def _of_the_kin(candidates: Candidates, best: int) -> int:
    """Where a question asks after somebody's kin, of whom the best says nothing: the best beside it that does."""
    question = candidates.question
    if not lacks_the_kin(question, candidates.text(best)):
        return best
    return _fitting(candidates, best, lambda text: not lacks_the_kin(question, text))


def _of_the_day(candidates: Candidates, best: int) -> int:
    """Where the best is of another day than the question names, as lines of a timetable are: one that is of this."""
    asked, told_of = days_of_month(candidates.question), days_of_month(candidates.text(best))
    if not asked or not told_of or not asked.isdisjoint(told_of):
        return best
    of_the_day = [
        place for place in candidates.beside(best) if not asked.isdisjoint(days_of_month(candidates.text(place)))
    ]
    return candidates.likeliest(of_the_day, best)


def _of_the_event(candidates: Candidates, best: int) -> int:
    """For when something was opened, say: the best that tells of an opening, if it is likely."""
    question = candidates.question
    if candidates.query.asks is not Asks.WHEN or not lacks_the_event_asked_for(question, candidates.text(best)):
        return best
    telling = [
        place
        for place in candidates.likely(best, margin=_MARGIN_OF_EVENTS)
        if candidates.fits(place) and not lacks_the_event_asked_for(question, candidates.text(place))
    ]
    return candidates.likeliest(telling, best)


def _of_the_year(candidates: Candidates, best: int) -> int:
    """Of sentences that each begin with a year: the best of the passage that is of the one asked for."""
    asked = _year_asked(candidates.question, candidates.printed(best))
    if asked is None:
        return best
    years = {
        place: match["year"] for place in candidates.beside(best) if (match := _OF_A_YEAR.match(candidates.told(place)))
    }
    if years.get(best, asked) == asked:
        return best
    return candidates.likeliest((place for place in years if years[place] == asked), best)


def _year_asked(question: str, printed: date) -> str | None:
    """The year that a question names, or means by the year of an issue (今年, 去年)."""
    if named := _NAMED_YEAR.search(question):
        return named["year"]
    before = next((back for word, back in _YEARS_BACK.items() if word in question), None)
    return str(printed.year - before) if printed > date.min and before is not None else None


def _with_the_unit(candidates: Candidates, best: int) -> int:
    """Where the best lacks the unit asked for (快70岁 for 多少年): another that has it, nearly as likely."""
    if candidates.fits(best) or not candidates.evidence.closely:
        return best
    other = _fitting(candidates, best, lambda _: True)
    scores = candidates.scores
    return other if scores[other] >= max(0.0, float(scores[best]) - _NEARLY_AS_LIKELY) else best


def _newest(candidates: Candidates, best: int) -> int:
    """Where a question is on the present (现在有多少人): the best of the newest issue that is likely, too."""
    query = candidates.query
    asks_whether = read_yes_no(query.text) is not None
    on_present = _ON_THE_PRESENT.search(query.text)
    by_now = asks_whether and _WHETHER_BY_NOW.search(query.text)
    if not (on_present or by_now) or not (asks_whether or query.asks in CHANGING):
        return best
    least = (_ON_THE_SAME if on_present else _ON_THE_VERY_SAME) * candidates.covered(best)
    newer = [
        place
        for place in candidates.likely(best, margin=_MARGIN)
        if (candidates.fits(place) or not candidates.fits(best))
        and candidates.printed(place) > candidates.printed(best)
        and candidates.covered(place) >= least
        and (on_present or somebody_in_all(query.text, candidates.text(best), candidates.text(place)))
    ]
    return max(newer, key=lambda place: (candidates.printed(place), float(candidates.scores[place])), default=best)


def _fitting(candidates: Candidates, best: int, says: Callable[[str], bool]) -> int:
    """The best of the same passage that has what is asked for and `says` so; `best` where none does."""
    return candidates.likeliest(
        (place for place in candidates.beside(best) if candidates.fits(place) and says(candidates.text(place))),
        best,
    )


# In this order: each looks at what the ones before it have chosen.
_RULES: tuple[Callable[[Candidates, int], int], ...] = (
    _of_the_named,
    _of_those_asked,
    _of_the_kin,
    _of_the_day,
    _of_the_event,
    _of_the_year,
    _with_the_unit,
    _newest,
)
