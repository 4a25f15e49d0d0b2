"""What a newsroom has fixed, as values: standard answers with their wordings, and words that are not answered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from embeddings import BulletinError, find_date, fold_to_words
from qa.errors import NewsroomCode
from qa.query.colloquial import plain
from qa.query.question import MAX_QUESTION_CHARS

MAX_ANSWER_CHARS = 2000
MAX_SOURCE_CHARS = 300
MAX_WORDINGS = 50  # of one question
# What a person says around a question, which makes it no other one.
_AROUND = re.compile(
    r"^(?:请问|你好|您好|你们|你|您|贵|我想|想|要|问|知道|打听|麻烦|劳驾|一下|告诉我|[，,、。])+"
    r"|(?:谢谢|多谢|一下|[呢呀啊吧哦哈嘛])+(?=[？?。!！]*$)"
)
_SAME_WORDS = (
    (re.compile("怎样|怎么样|如何|怎么才能|怎么(?:能|可以)"), "怎么"),
    (re.compile("什么时间|何时|几时"), "什么时候"),
    (re.compile("星期天|星期日|礼拜天|礼拜日|周天"), "周日"),
    (re.compile("星期|礼拜"), "周"),
    (re.compile("哪儿|什么地方|何处"), "哪里"),
)
_LATIN = re.compile(r"[a-z0-9 ]+")


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """An answer that the newsroom gives to a question and its other wordings.

    `source` says where it comes from; `until` is the last day on which it holds, or None. `id` is "" until it is kept.
    """

    question: str
    answer: str
    variants: tuple[str, ...] = ()
    source: str = ""
    until: date | None = None
    id: str = ""

    @property
    def wordings(self) -> tuple[str, ...]:
        """The question and its variants."""
        return (self.question, *self.variants)

    def holds(self, day: date) -> bool:
        """Whether it is given on a day."""
        return self.until is None or day <= self.until


@dataclass(frozen=True)
class NewsroomRules:
    """All that a newsroom has fixed at one time. `notice` stands instead of an answer; "" is the page's own."""

    answers: tuple[StandardAnswer, ...] = ()
    declined: tuple[str, ...] = ()
    notice: str = ""
    by_form: dict[str, StandardAnswer] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Note what each wording answers, the first of equals."""
        for one in self.answers:
            for wording in one.wordings:
                self.by_form.setdefault(form_of(wording), one)

    @cached_property
    def _declined_forms(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_pattern, self.declined))

    def declines(self, question: str) -> bool:
        """Whether a question has one of the words that are not answered, however it is written."""
        if not self.declined:
            return False
        folded = " ".join(question.split()).casefold()
        return any(one.search(text) for one in self._declined_forms for text in (fold_to_words(question), folded))

    def worded(self, question: str, day: date) -> StandardAnswer | None:
        """The answer to a question in one of its wordings, but for what a person says around it; None for another."""
        found = self.by_form.get(form_of(question))
        return found if found and found.holds(day) else None


def form_of(question: str) -> str:
    """A question as wordings are compared: everyday words, politeness, script, width and punctuation make no other."""
    text = _AROUND.sub("", plain(" ".join(question.split())))
    for pattern, said in _SAME_WORDS:
        text = pattern.sub(said, text)
    return fold_to_words(text) or fold_to_words(question)


def read_answer(
    question: str, answer: str, *, variants: Iterable[str] = (), source: str = "", until: str = "", key: str = ""
) -> StandardAnswer:
    """A standard answer from what was typed. Raises BulletinError for what is missing, too long, or no date."""
    question, source = _line(question), _line(source)
    if not question:
        raise BulletinError(NewsroomCode.QUESTION_MISSING)
    if not answer.strip():
        raise BulletinError(NewsroomCode.ANSWER_MISSING)
    wordings = tuple(dict.fromkeys(line for one in variants if (line := _line(one)) and line != question))
    for text, most in (
        *((one, MAX_QUESTION_CHARS) for one in (question, *wordings)),
        (answer, MAX_ANSWER_CHARS),
        (source, MAX_SOURCE_CHARS),
    ):
        if len(text) > most:
            raise BulletinError(NewsroomCode.TOO_LONG, start=text[:20], most=most)
    if len(wordings) > MAX_WORDINGS:
        raise BulletinError(NewsroomCode.TOO_MANY, most=MAX_WORDINGS)
    day = find_date(until) if until.strip() else None
    if until.strip() and day is None:
        raise BulletinError(NewsroomCode.BAD_DATE, text=until.strip())
    return StandardAnswer(question, answer.strip(), wordings, source, day, key)


def _pattern(word: str) -> re.Pattern[str]:
    folded = fold_to_words(word)
    latin = " ".join(word.split()).casefold()
    if _LATIN.fullmatch(latin):  # within another word it is none
        return re.compile(rf"(?<![a-z0-9]){re.escape(latin)}(?![a-z0-9])")
    return re.compile(re.escape(folded)) if folded else re.compile(r"(?!)")


def _line(text: str) -> str:
    return " ".join(text.split())
