"""The values that flow from a question to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from embeddings import Article, Chunk, Filters, Mention, find_mentions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a reader makes of a question and a text.

    `log_odds` are those of the text answering the question. The other fields are None for a reader that finds no spans.
    `first` and `last`, of shape (len(text),), are the natural logarithms of the chance that the answer begins, and
    ends, with each character, if there is one; `inside`, of the same shape, the log-odds that a character is part of
    an answer. `span_odds` are the log-odds that there is an answer to be marked, and `polarity` those that a question
    for yes or no is answered with yes.
    """

    log_odds: float
    first: NDArray[np.float32] | None = None
    last: NDArray[np.float32] | None = None
    inside: NDArray[np.float32] | None = None
    span_odds: float | None = None
    polarity: float | None = None


class PlacedReading(NamedTuple):
    """A reading of `article.body[start:end]`."""

    start: int
    end: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question.

    `score`, 0 to 1, is for comparing hits of one question only: the fused score of both searches, or, after a second
    look, the estimated chance that the chunk answers. `distinction` says by how many standard
    deviations the chunk's cosine lies above the question's cosines to the archive at large. Ranks start at one; a rank
    is None where that search did not return the chunk.
    """

    chunk: Chunk
    article: Article
    score: float
    distinction: float
    dense_rank: int | None
    lexical_rank: int | None
    reading: Reading | None = None


_EQUAL = 2  # decimals of a score in which equals agree


def equally_good(score: float, other: float) -> bool:
    """Whether two scores differ by no more than chance."""
    return round(score, _EQUAL) == round(other, _EQUAL)


def newer_first(hits: Sequence[Hit]) -> list[Hit]:
    """Hits by score, the best first; of those equally good, the newer news first, and those of no date last."""

    def place(hit: Hit) -> tuple[float, int, float]:
        return -round(hit.score, _EQUAL), -(hit.article.date or date.min).toordinal(), -hit.score

    return sorted(hits, key=place)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article that bears on a question, made of neighbouring chunks.

    `article.body[start:end]` is the stretch. `text` is that stretch; where the question asks who wrote or photographed,
    the article's byline follows it on a line of its own, as it is printed. `score`, `distinction` and the ranks are
    those of the best chunk in it (see `Hit`); `readings` are of those of its chunks that were read.
    """

    article: Article
    text: str
    start: int
    end: int
    score: float
    distinction: float = 0.0
    dense_rank: int | None = None
    lexical_rank: int | None = None
    readings: tuple[PlacedReading, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands. `number` is the [n] of the answer, starting at one.

    The quote is `article.body[start:end]`; for a quoted byline both are None. The part of it that answers is
    `article.body[short_start:short_end]`, where a reader could tell.
    """

    number: int
    article: Article
    quote: str
    start: int | None
    end: int | None
    short_start: int | None = None
    short_end: int | None = None

    @property
    def short(self) -> str:
        """The part of the quote that answers, or ""."""
        return self.article.body[self.short_start : self.short_end] if self.short_start is not None else ""

    @property
    def days(self) -> list[Mention]:
        """The days the quote names, each with its year; places count in `article.body`."""
        if self.start is None or self.end is None:
            return []
        # The year may stand further up in the article.
        mentions = find_mentions(self.article.body, issued=self.article.date)
        return [mention for mention in mentions if self.start <= mention.start and mention.end <= self.end]


@dataclass(frozen=True, slots=True)
class Headline:
    """An article as lists show it. `issue` is its issue's name."""

    article_id: str
    issue_id: str
    title: str
    issue: str
    section: str = ""
    day: date | None = None


def headline_of(article: Article) -> Headline:
    """An article as lists show it."""
    return Headline(article.id, article.issue_id, article.title, article.issue.name, article.section, article.date)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was asked last, as it was understood, and what was answered: the short answer, the quote, and its title."""

    question: str
    short: str = ""
    quote: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The issues that a question means.

    `words` are the question's own, `label` tells the days or the issue they stand for, `rest` is the question without
    them, and `filters` is what they leave of the archive. `is_counted` says that the words mean issues and nothing
    else, because they are counted from today or from the newest issue (上周, 本期); an article may have the others.
    """

    words: str
    label: str
    rest: str
    filters: Filters
    is_counted: bool = True


class AnswerKind(str, Enum):
    """What an answer is. StrEnum needs Python 3.11."""

    FOUND = "found"  # a sentence or two that say it
    LIST = "list"  # several things, from one sentence or from several
    YES_NO = "yes_no"  # yes or no, with the sentence that bears it out
    COMPARISON = "comparison"  # what the issues of several times say, side by side
    COUNTED = "counted"  # how many, or which, articles or issues of the archive
    OVERVIEW = "overview"  # what the archive holds on a topic
    SUMMARY = "summary"  # an issue, a section or all issues, by their headlines
    REPLY = "reply"  # to what was no question to the bulletin
    NOT_FOUND = "not_found"  # the bulletin does not say
    NOTHING_LEFT = "nothing_left"  # the filters leave no article to search
    STANDARD = "standard"  # what the newsroom has fixed for the question, in its own words
    DECLINED = "declined"  # the newsroom does not have such questions answered

    __str__ = str.__str__


_ABSTAINED = frozenset({AnswerKind.REPLY, AnswerKind.NOT_FOUND, AnswerKind.NOTHING_LEFT, AnswerKind.DECLINED})
_COUNTED = frozenset({AnswerKind.COUNTED, AnswerKind.OVERVIEW, AnswerKind.SUMMARY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bulletin says to a question, or that it does not say.

    `quote` is the sentence or two the answer stands on, exactly as printed; empty when `abstained`. `short` is the part
    of the quote that answers, as far as a reader can tell; else empty. `confidence` is the estimated chance that the
    passages answer the question, 0 to 1. `passages` are the best passages in either case; when `abstained` they are the
    nearest articles, not sources. `note` tells a user how the question was taken, where it was not taken as typed:
    `taken` is what it means after the question before it, `scope` the issues that it named. `earlier` is what was
    spoken of in the turns before, the newest first, for a question that reaches back. `printed` says of a counted
    answer how many of all the counted articles, listed or not, are of each day (None: not known).
    """

    question: str
    kind: AnswerKind
    text: str
    quote: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    confidence: float = 0.0
    short: str = ""
    note: str = ""
    taken: str = ""
    scope: Scope | None = None
    earlier: tuple[Spoken, ...] = field(default=(), compare=False, repr=False)
    printed: tuple[tuple[date | None, int], ...] = field(default=(), compare=False, repr=False)

    @property
    def abstained(self) -> bool:
        """Whether nothing of the bulletin is given for an answer."""
        return self.kind in _ABSTAINED

    @property
    def is_counted(self) -> bool:
        """Whether the answer was counted or listed from the archive, not found in a text."""
        return self.kind in _COUNTED

    @property
    def is_reply(self) -> bool:
        """Whether there was nothing to look for."""
        return self.kind is AnswerKind.REPLY
