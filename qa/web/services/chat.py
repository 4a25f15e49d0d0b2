"""What users send, and what the page shows them: questions, filters, and what the archive holds now.

It knows nothing of the page's parts, and keeps nothing of any user.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from threading import Lock, Thread
from typing import Any

from embeddings import Issue, Snapshot, find_date
from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.functions import read_filters
from qa.i18n import chinese, words
from qa.i18n.errors import explain
from qa.query.intents.topic import read_topic
from qa.query.question import MAX_QUESTION_CHARS
from qa.types import Answer, AnswerKind
from qa.userdata.conversation import Conversation, Turn
from qa.web.html import answers as answer_html
from qa.web.services.forms import not_a_date
from qa.web.services.issues import Choices, issue_choices, meant_issue
from qa.web.services.suggestions import answered_examples, next_questions

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 3.0  # an answer that is ready needs as long, at most, to be drawn
_QUOTES_NAMED = 3  # of an answer, in which names are looked for
_TOPICS = 4
_SHOWN_LATELY = 1_000  # tickets; more than are answered in that time
_ALL_ISSUES = (words("all_issues"), "")


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page says of one state of the archive. Choices are (label, value) pairs; an empty value is no filter.

    `issues` are the newest, and `unlisted` says how many others there are; `held` has every one.
    """

    generation: str
    masthead: str
    issues: Choices
    unlisted: int
    sections: list[tuple[str, str]]
    held: frozenset[Any]  # every issue's id, and its place: an issue whose file was changed has the same place

    def holds(self, issue: Issue) -> bool:
        """Whether the archive has an issue, be it in other words."""
        return issue.id in self.held or (issue.source, issue.member) in self.held


class ChatService:
    """Takes what users send to one assistant, and gives back what the page shows. Keeps nothing of any user."""

    def __init__(self, assistant: Assistant, *, now: Callable[[], float] = time.monotonic) -> None:
        self._assistant = assistant
        self._lock = Lock()
        self._finding = Lock()
        self._examples: tuple[str, list[str]] = ("", [])  # generation, questions
        self._overview: Overview | None = None
        self._tickets = count(1)
        self._open: set[int] = set()  # tickets of questions whose user waits
        self._shown: deque[tuple[float, int]] = deque(maxlen=_SHOWN_LATELY)  # tickets that were given back, and when
        self._now = now

    def ask(
        self,
        question: str,
        *,
        issue: str,
        since: str,
        until: str,
        section: str,
        before: Answer | None = None,
        any_time: bool = False,
    ) -> Turn:
        """The turn that a question makes. What is wrong becomes a note; raises nothing."""
        if note := refusal(question, since=since, until=until):
            return Turn(question, note=note)
        try:
            meant, note = self.meant_issue(issue)
            if note:
                return Turn(question, note=note)
            filters = read_filters(since=since.strip(), until=until.strip(), issue=meant, section=section)
            answer = self._assistant.ask(question, filters=filters, before=before, any_time=any_time)
        except QuestionError as error:
            return Turn(question, note=explain(error))
        except Exception:  # whatever it is, it must not leave the user looking at "searching"
            logger.exception("The archive could not be asked")
            return Turn(question, note=words("unavailable"))
        return Turn(question, answer=answer)

    def begin(self, question: str, **how: Any) -> Future[Turn]:
        """`ask` with its arguments, begun now in a thread of its own: what else a question brings about comes after."""
        turn: Future[Turn] = Future()

        def work() -> None:
            try:
                turn.set_result(self.ask(question, **how))
            except BaseException as error:  # whoever waits for the turn is told
                turn.set_exception(error)

        Thread(target=work, daemon=True, name="asking").start()
        return turn

    def ticket(self) -> int:
        """A number for a question that is about to be answered; `done` gives it back."""
        with self._lock:
            number = next(self._tickets)
            self._open.add(number)
        return number

    def is_answering(self, ticket: int) -> bool:
        """Whether somebody waits for the answer."""
        return ticket in self._open

    def done(self, ticket: int) -> bool:
        """Give a ticket back, because the answer is there or nobody waits for it. Returns whether it was still out."""
        with self._lock:
            found = ticket in self._open
            self._open.discard(ticket)
            self._shown.append((self._now(), ticket))
        return found

    def is_lost(self, ticket: int) -> bool:
        """Whether the answer will never come: nobody works at it, nor has it been given out a moment ago."""
        with self._lock:
            late = self._now() - _GRACE_SECONDS
            return ticket not in self._open and all(one != ticket or then < late for then, one in self._shown)

    def write(self, turn: Turn) -> Iterator[Turn]:
        """The turn again and again as a language model writes its answer; nothing where none is set."""
        if turn.answer is None:
            return
        try:
            for written in self._assistant.write(turn.answer):
                yield Turn(turn.question, answer=written)
        except Exception:  # the quoted answer stands
            logger.exception("The answer could not be written")
            yield turn

    def suggestions(self, conversation: Conversation) -> list[str]:
        """Questions that the articles behind the last answer answer, and that were not asked yet. Raises nothing.

        Trying them out stops as soon as a user asks something: nobody is to wait for a suggestion.
        """
        last = conversation.last
        if last is None:
            return []
        asked = [turn.question for turn in conversation.turns]
        told = [turn.answer.quote for turn in conversation.turns if turn.answer]
        try:
            gone = self.gone(conversation)
            return next_questions(
                self._assistant, last, asked=asked, told=told, gone=gone, go_on=lambda: not self._open
            )
        except Exception:
            logger.exception("No questions could be suggested")
            return []

    def topics(self, conversation: Conversation) -> list[str]:
        """Topics that the last answer leads to: the one that was asked for, and names in its quotes. Raises nothing."""
        answer = conversation.last
        if answer is None or answer.abstained:
            return []
        asked = read_topic(answer.taken or answer.question) if answer.kind is AnswerKind.OVERVIEW else ""
        try:
            quotes = "\n".join(citation.quote for citation in answer.citations[:_QUOTES_NAMED])
            named = [one.text for one in self._assistant.topics.names_in(quotes)]
        except Exception:
            logger.exception("No topics could be found")
            named = []
        # What the question names comes first.
        named.sort(key=lambda name: name not in answer.question)
        return list(dict.fromkeys(filter(None, (asked, *named))))[:_TOPICS]

    def overview(self) -> Overview:
        """What the archive holds now, put together once for each state of it."""
        generation = self.generation()
        known = self._overview
        if known is None or known.generation != generation:
            with self._assistant.archive.snapshot() as snapshot:
                known = self._overview = _overview(snapshot)
        return known

    def issue_choices(self, chosen: str) -> Choices:
        """What the field for an issue offers: no filter, the newest issues, and what was chosen."""
        if not chosen or chosen in dict(self.overview().issues).values():
            return self.overview().issues
        with self._assistant.archive.snapshot() as snapshot:
            return [_ALL_ISSUES, *issue_choices(snapshot, chosen)]

    def meant_issue(self, typed: str) -> tuple[str, str]:
        """The issue that was chosen or typed, as a filter takes it, and what to say where it is none."""
        if not typed:
            return "", ""
        with self._assistant.archive.snapshot() as snapshot:
            return meant_issue(snapshot, typed)

    def gone(self, conversation: Conversation) -> frozenset[str]:
        """The ids of the issues a conversation shows something of and the archive has no more. Raises nothing."""
        issues = {issue for turn in conversation.turns for issue in turn.issues}
        if not issues:
            return frozenset()
        try:
            now = self.overview()
        except Exception:  # an archive that cannot be read has not lost its issues
            logger.exception("The archive could not be read")
            return frozenset()
        return frozenset(issue.id for issue in issues if not now.holds(issue))

    def generation(self) -> str:
        """The name of the archive's present state."""
        with self._assistant.archive.snapshot() as snapshot:
            return snapshot.generation

    def examples(self) -> list[str]:
        """Questions this archive answers, found once for each state of it."""
        with self._finding:
            generation = self.generation()
            if self._examples[0] != generation:
                self._examples = (generation, answered_examples(self._assistant))
            return self._examples[1]


def refusal(question: str, *, since: str, until: str) -> str:
    """Why a question cannot be asked as it stands, in the user's words; empty when it can."""
    length = len(" ".join(question.split()))
    if not length:
        return words("question_missing")
    if length > MAX_QUESTION_CHARS:
        return words("question_too_long", n=length, most=MAX_QUESTION_CHARS)
    days = []
    for text in filter(None, (since.strip(), until.strip())):
        if found := not_a_date(text):
            return found
        days.append(find_date(text))
    if len(days) == 2 and days[0] > days[1]:  # type: ignore[operator]
        return words("dates_crossed", first=days[0], last=days[1])
    return ""


def marked_question(text: str, *, title: str, question: str) -> str:
    """A question on words that are marked in an article; "" for `question` asks what they are about."""
    if not text.strip():
        return ""
    asked = question.strip() or chinese("marked_asked")
    # The marks are those of print, so that the title leads to its article.
    return f"《{title}》里的“{text}”{asked}" if title else f"“{text}”{asked}"


def _overview(snapshot: Snapshot) -> Overview:
    entries = snapshot.issues()
    dates = [entry.issue.date for entry in entries if entry.issue.date]
    masthead = answer_html.masthead(
        issues=len(entries),
        articles=sum(entry.articles for entry in entries),
        first=min(dates, default=None),
        last=max(dates, default=None),
    )
    sections = [(words("all_sections"), ""), *((section, section) for section in snapshot.sections() if section)]
    held = frozenset(key for entry in entries for key in (entry.issue.id, (entry.issue.source, entry.issue.member)))
    issues = [_ALL_ISSUES, *issue_choices(snapshot)]
    return Overview(snapshot.generation, masthead, issues, len(entries) + 1 - len(issues), sections, held)
