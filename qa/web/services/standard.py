"""Standard answers and words that are not answered, as the staff's forms take and show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from embeddings import BulletinError
from qa.errors import NewsroomCode
from qa.i18n import joined, words
from qa.newsroom.rows import COLUMNS, MAX_CSV_BYTES, answer_cells, read_csv
from qa.newsroom.rules import StandardAnswer, read_answer
from qa.newsroom.store import NewsroomStore
from qa.userdata.feedback import as_csv
from qa.web.html.staff import ArticleRow

# The field of the form that caused an error.
FIELDS = {
    NewsroomCode.QUESTION_MISSING: "standard-question",
    NewsroomCode.ANSWER_MISSING: "standard-answer",
    NewsroomCode.BAD_DATE: "standard-until",
    NewsroomCode.WORDING_TAKEN: "standard-variants",
}


@dataclass(frozen=True, slots=True)
class StandardForm:
    """A standard answer as it is typed; `variants` has a wording a line, `key` is "" for a new one."""

    question: str = ""
    variants: str = ""
    answer: str = ""
    source: str = ""
    until: str = ""
    key: str = ""

    @classmethod
    def of(cls, one: StandardAnswer) -> StandardForm:
        """The form of an answer that is kept."""
        until = one.until.isoformat() if one.until else ""
        return cls(one.question, "\n".join(one.variants), one.answer, one.source, until, one.id)


class StandardService:
    """What the staff does with what a newsroom has fixed. Every method raises BulletinError, with the cause."""

    def __init__(self, store: NewsroomStore, *, today: Callable[[], date] = date.today) -> None:
        self.store = store
        self._today = today

    def answers(self) -> tuple[StandardAnswer, ...]:
        """All of them, by their questions."""
        return self.store.rules().answers

    def rows(self) -> list[ArticleRow]:
        """All of them as a list shows them."""
        return [self._row(one) for one in self.answers()]

    def form(self, key: str) -> StandardForm:
        """The form of one; an empty one where there is none with that key."""
        return next((StandardForm.of(one) for one in self.answers() if one.id == key), StandardForm())

    def save(self, form: StandardForm, *, who: str = "") -> str:
        """Keep what was typed, and return its key."""
        typed = read_answer(
            form.question,
            form.answer,
            variants=form.variants.splitlines(),
            source=form.source,
            until=form.until,
            key=form.key,
        )
        return self.store.save(typed, who=who).id

    def take_in(self, file: str, *, who: str = "") -> int:
        """Take the answers of a CSV file in, all or none, and return how many they are."""
        with Path(file).open("rb") as stream:
            answers = read_csv(stream.read(MAX_CSV_BYTES + 1))
        self.store.take_in(answers, who=who)
        return len(answers)

    def csv(self) -> str:
        """All of them as CSV."""
        return as_csv([answer_cells(one) for one in self.answers()], COLUMNS)

    def declined(self) -> tuple[str, str]:
        """The words that are not answered, one a line, and the notice."""
        rules = self.store.rules()
        return "\n".join(rules.declined), rules.notice

    def decline(self, typed: str, notice: str, *, who: str = "") -> int:
        """Keep the words that are not answered, one a line, and return how many they are."""
        self.store.decline(typed.splitlines(), notice=notice, who=who)
        return len(self.store.rules().declined)

    def _row(self, one: StandardAnswer) -> ArticleRow:
        until = words("standard_until_day", day=one.until.isoformat()) if one.until else ""
        about = joined(" · ", (words("standard_wordings", n=len(one.wordings)), until, one.source))
        marks = () if one.holds(self._today()) else (words("standard_expired"),)
        return ArticleRow(one.question, about, marks)


def field_of_standard(error: BulletinError) -> str:
    """The field of the form that caused an error; "" where it was none."""
    code = error.code
    return FIELDS.get(code, "") if isinstance(code, NewsroomCode) else ""
