"""The assistant: opened once on an archive, asked many times, from any thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from embeddings import (
    Archive,
    ArchiveMissingError,
    ArchiveReader,
    Encoder,
    Filters,
    Settings,
    Snapshot,
    archive_location,
    chosen_model,
    chosen_reader,
    data_path,
    mismatch_error,
    open_encoder,
)
from qa.answering import render
from qa.answering.aggregate import read_census, section_in, take_census
from qa.answering.describe import description, people_asked_for, people_told_of
from qa.answering.evidence.answer_types import tells_of_another_month
from qa.answering.extract import answer_from, side_by_side
from qa.answering.inventory import inventory
from qa.answering.overview import article_summary, article_titled, authored, course, overview
from qa.answering.parts import both, choose, in_parts
from qa.answering.speech import what_was_said
from qa.answering.yes_no import with_yes_or_no
from qa.errors import QuestionCode
from qa.generation.llm import Writer, chosen_writer, write
from qa.newsroom.replies import StandardReplies
from qa.newsroom.store import NewsroomStore
from qa.query.colloquial import plain
from qa.query.condense import condensed, without_pictures
from qa.query.english import with_printed_names
from qa.query.followup import follow_up
from qa.query.intents.authors import read_author
from qa.query.intents.describe import read_description
from qa.query.intents.inventory import read_inventory
from qa.query.intents.listed import read_item, read_only
from qa.query.intents.parts import read_choice, read_pair, read_parts
from qa.query.intents.smalltalk import reply_to
from qa.query.intents.speech import read_speech
from qa.query.intents.summary import title_in
from qa.query.intents.topic import read_course, read_topic, with_asking_word
from qa.query.intents.yes_no import Polarity, polarity_of, read_yes_no
from qa.query.question import Asks, Query, read_question
from qa.query.scope import is_within, narrowed, read_comparison, read_scope, unheard, without_days
from qa.query.spelling import respell
from qa.retrieval.cross_encoder import Reader, open_reader, reads
from qa.retrieval.search import RetrievalSettings, find_passages
from qa.retrieval.similar import SimilarArticles
from qa.retrieval.stretches import Stretch, read_stretches
from qa.topics.topics import Topics
from qa.turns import (
    article_of_list,
    as_asked,
    has_words_of,
    surer,
    tells_of,
    told_there,
    turns_before,
    unless_said_before,
)
from qa.types import Answer, AnswerKind, Passage, Reading, Scope, Spoken

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_K = 5
_YEAR = re.compile(r"(?:19|20)\d\d(?=年)")
_ANSWERS_KEPT = 256  # what many ask (the suggested questions, today's news) is worked out once


class Assistant:
    """Answers questions from one archive. Every question sees one complete state of it, also while a build runs."""

    def __init__(
        self,
        archive: ArchiveReader,
        encoder: Encoder,
        *,
        reader: Reader | None = None,
        retrieval: RetrievalSettings = RetrievalSettings(),
        writer: Writer | None = None,
        polarity: Polarity = polarity_of,
        today: Callable[[], date] = date.today,
        newsroom: NewsroomStore | None = None,
    ) -> None:
        self.archive = archive
        self.topics = Topics(archive)
        self.similar = SimilarArticles(archive)
        self.writer = writer
        self.today = today
        self.encoder = encoder
        self.reader = reader
        self._replies: StandardReplies | None = None
        if newsroom:
            self.follow(newsroom)
        self._polarity = polarity
        self._retrieval = retrieval
        self._checked: Settings | None = None
        self._answers: LRUCache[_Asked, Answer] = LRUCache(_ANSWERS_KEPT)
        self._at_once = 0  # questions that are being answered
        self._lock = Lock()
        self._check_model()

    @classmethod
    def open(
        cls, archive: str | Path | None = None, *, model: str | None = None, reader: str | None = None
    ) -> Assistant:
        """Open the archive at a path with the model it was built with, or with the one named.

        `reader` names a CrossEncoder to use in place of the bundled reader, or is "none" (default: BULLETIN_READER).

        Raises ArchiveMissingError, ArchiveDamagedError, ModelError, ModelMismatchError when the model named is not the
        archive's, and WritingError when a language model is set that cannot be used.
        """
        opened = Archive.open(archive)
        settings = opened.settings
        if settings is None:
            raise ArchiveMissingError(QuestionCode.ARCHIVE_EMPTY, folder=archive_location(archive))
        return cls(
            opened,
            open_encoder(chosen_model(model) or settings.model),
            reader=open_reader(chosen_reader(reader)),
            writer=chosen_writer(),
            newsroom=NewsroomStore(data_path(archive)),
        )

    def follow(self, newsroom: NewsroomStore) -> NewsroomStore:
        """Answer as a newsroom has fixed it, where it has; returns the store that is followed, which is the first."""
        if self._replies is None:
            self._replies = StandardReplies(newsroom, self.encoder, self.reader, today=self.today)
        return self._replies.store

    def retrieve(self, question: str, *, k: int = DEFAULT_K, filters: Filters | None = None) -> list[Passage]:
        """The best `k` passages for a question, best first; empty when the filters leave nothing.

        Raises ValueError when the question is empty or too long.
        """
        query = read_question(question)
        self._check_model()
        with self.archive.snapshot() as snapshot:
            query, _ = self._respell(query, snapshot)
            vector = self._vector(query)
            return self._find(query, vector, snapshot, k=k, filters=filters)

    def ask(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        filters: Filters | None = None,
        before: Answer | None = None,
        any_time: bool = False,
    ) -> Answer:
        """The answer the archive gives to a question, or an abstention. Raises ValueError as `retrieve` does.

        A greeting, thanks, a question about the assistant or an order to it gets a reply, which counts as abstaining.
        With `before`, the answer to the question asked last, a question may lean on it (他多大年纪, 还有呢), and reach
        back to the turns before it, which that answer knows. Words of time in the question (上周, 本期) narrow the
        search, unless `any_time`.
        """
        asked = condensed(question)
        query = read_question(asked or question)
        self._check_model()
        earlier = turns_before(before)
        fixed = self._fixed(question, query.text, filters) or self._fixed_after(query.text, earlier, filters)
        if fixed:
            return replace(fixed, earlier=earlier)
        if reply := reply_to(query.text):
            return Answer(question=query.text, kind=AnswerKind.REPLY, text=render.reply(reply), earlier=earlier)
        asking = _Asking(k=max(k, DEFAULT_K), filters=filters or Filters(), any_time=any_time)
        with self._counted(), self.archive.snapshot() as snapshot:
            answer = self._of_list(query.text, earlier, snapshot, asking) or self._leaning(
                query.text, before, earlier, snapshot, asking
            )
        is_cut = asked != " ".join(without_pictures(question).split())
        cut = render.cut(asked) if is_cut else ""
        answer = as_asked(answer, query.text)
        if self._replies and self._replies.declines(answer.taken):
            return replace(self._replies.notice(query.text), earlier=earlier)
        return replace(answer, note=render.notes(cut, answer.note), earlier=earlier)

    def _fixed(self, question: str, asked: str, filters: Filters | None) -> Answer | None:
        """What the newsroom has fixed for a question; a standard answer is given where no filter wants an article."""
        found = self._replies.reply(question, asked) if self._replies else None
        if found is None or (found.kind is AnswerKind.STANDARD and filters not in (None, Filters())):
            return None
        return found

    def _fixed_after(self, asked: str, earlier: Sequence[Spoken], filters: Filters | None) -> Answer | None:
        """The standard answer to a question that means one of its wordings after those before; None for none.

        What is made of such a question is a guess, so that it has to be a wording, and not only to mean the same.
        """
        if not self._replies or not earlier or filters not in (None, Filters()):
            return None
        leaning = follow_up(asked, *earlier)
        if leaning is None or leaning.is_guess or leaning.more:
            return None
        for meant in (leaning.question, *leaning.others):
            if found := self._replies.worded(meant):
                return as_asked(found, asked)
        return None

    def _of_list(self, question: str, earlier: Sequence[Spoken], snapshot: Snapshot, asking: _Asking) -> Answer | None:
        """What leans on a list that was shown (第三条详细说说, 只看国际的); None for another question."""
        item, kind = read_item(question), read_only(question)
        if item is None and not kind:
            return None
        for turn in earlier:
            listed = self._answer(turn.question, snapshot, asking)
            if not listed.is_counted or len({citation.article.id for citation in listed.citations}) < 2:
                continue
            if item is not None:
                return article_of_list(listed, item)
            return self._only(kind, turn.question, listed, snapshot, asking)
        return None

    def _only(self, kind: str, before: str, listed: Answer, snapshot: Snapshot, asking: _Asking) -> Answer | None:
        """A list again, of one section, or of what speaks of something."""
        section = next((name for name in snapshot.sections() if kind in name), None)
        if section:
            inside = replace(asking, filters=replace(asking.filters, section=section))
            return replace(self._answer(before, snapshot, inside), question=f"{section}栏目，{before}")
        return overview(
            kind, f"关于{kind}的文章", snapshot, filters=listed.scope.filters if listed.scope else asking.filters
        )

    def _leaning(
        self, question: str, before: Answer | None, earlier: Sequence[Spoken], snapshot: Snapshot, asking: _Asking
    ) -> Answer:
        """The answer to a question that may lean on those before it."""
        leaning = follow_up(question, *earlier) if earlier else None
        if leaning and leaning.is_guess and self.reader is None:
            leaning = None
        if leaning and leaning.about and before and (told := told_there(leaning, before)):
            return told
        meant = [question] if leaning is None else [leaning.question, *leaning.others]
        if leaning and not leaning.is_sure:
            meant.append(question)
        answer = surer(*(self._answer(one, snapshot, asking) for one in meant))
        return unless_said_before(answer, earlier[0]) if leaning and leaning.more else answer

    def write(self, answer: Answer) -> Iterator[Answer]:
        """An answer in the language model's words as it grows; the last one is checked, or the answer itself again.

        Yields nothing where no language model is set, or there is nothing to write from.
        """
        # What was counted is exact, and a refusal is for the reader of the passages to lift, not for a writer.
        if self.writer and answer.passages and not answer.is_counted and not answer.abstained:
            yield from write(answer, self.writer)

    def _answer(self, question: str, snapshot: Snapshot, asking: _Asking) -> Answer:
        """The answer to a question that stands alone, remembered for as long as the archive and the day stay."""
        asked = _Asked(snapshot.generation, self.today(), question, asking)
        with self._lock:
            known = self._answers.get(asked)
        if known is None:
            known = replace(self._answer_alone(question, snapshot, asking), question=question)
            with self._lock:
                self._answers[asked] = known
        return known

    def _answer_alone(self, question: str, snapshot: Snapshot, asking: _Asking) -> Answer:
        """The answer to one question, or to each of two in one."""
        text = self._in_print(question, snapshot)
        asked = with_asking_word(text)
        if asked and article_titled(text, snapshot, filters=asking.filters) is None:
            text = asked
        if compared := self._compared(text, snapshot, asking):
            return compared
        if parts := read_parts(text):
            found = [(part, self._answer_one(part, snapshot, asking)) for part in parts]
            if any(not answer.abstained for _, answer in found):
                return in_parts(question, found)
        return self._answer_one(text, snapshot, asking)

    @staticmethod
    def _in_print(question: str, snapshot: Snapshot) -> str:
        """A question in the words that print uses, and with the names that the archive prints."""
        if read_question(question).is_foreign:
            texts = (f"{one.title}\n{one.body}" for one in snapshot.find_articles())
            return with_printed_names(question, texts)
        return plain(question)

    def _compared(self, question: str, snapshot: Snapshot, asking: _Asking) -> Answer | None:
        """The answer to a question that compares; None for another, or where the texts do not tell."""
        if not asking.any_time and read_yes_no(question) is None:
            topic, times = read_comparison(question, snapshot.issue_names(), today=self.today())
            if times:
                return self._compare(question, topic, times, snapshot, asking)
        if choice := read_choice(question):
            return choose(choice, question, snapshot)
        pair = read_pair(question)
        return both(pair, question, snapshot) if pair else None

    def _answer_one(self, question: str, snapshot: Snapshot, asking: _Asking) -> Answer:
        """The answer to a question that asks one thing, in the issues that it means."""
        held = read_inventory(question)
        if held and (told := inventory(held, question, snapshot, filters=asking.filters)):
            return told
        scope = None if asking.any_time else read_scope(question, snapshot.issue_names(), today=self.today())
        filters = narrowed(asking.filters, scope.filters) if scope else asking.filters
        rest = scope.rest if scope else question
        if filters.section is None and (named := section_in(rest, snapshot.sections())):
            filters, rest = replace(filters, section=named[0]), named[1] or rest
        within = scope.label if scope else ""
        respelled, note = self._respell(read_question(rest), snapshot)
        for said, noted in dict.fromkeys([(rest, ""), (respelled.text, note)]):
            if listed := self._listed(said, question, snapshot, filters=filters, within=within):
                return replace(listed, scope=scope, note=noted)
        answer = self._found(question, rest, scope, snapshot, replace(asking, filters=filters))
        if scope and scope.is_counted and answer.abstained:
            answer = self._without_filter(question, answer, scope, snapshot, asking)
        if count := people_asked_for(rest):
            articles = [passage.article for passage in answer.passages]
            answer = people_told_of(count, question, articles) or answer
        asked = read_yes_no(rest)
        if asked is None:
            return answer
        read_alone = partial(self._read_alone, asked.question) if self.reader is not None else None
        return with_yes_or_no(answer, asked, self._polarity, read_alone=read_alone)

    @staticmethod
    def _listed(rest: str, question: str, snapshot: Snapshot, *, filters: Filters, within: str) -> Answer | None:
        """What is counted, listed, summed up or described from the archive itself; None for what has to be searched."""
        by = read_author(rest)
        if by and (written := authored(by.name, question, snapshot, filters=filters, within=within)):
            return written
        if title := title_in(rest):
            article = article_titled(title, snapshot, filters=filters)
            if article and (summed := article_summary(article, question)):
                return summed
        if census := read_census(rest):
            return take_census(census, question, snapshot, filters=filters, within=within)
        asked = read_description(rest)
        if asked and (described := description(asked, question, snapshot, filters=filters)):
            return described
        spoken = read_speech(rest)
        if spoken and (said := what_was_said(spoken, question, snapshot, filters=filters)):
            return said
        if (topic := read_course(rest)) and (told := course(topic, question, snapshot, filters=filters, within=within)):
            return told
        if topic := read_topic(rest):
            return overview(topic, question, snapshot, filters=filters, within=within) or authored(
                topic, question, snapshot, filters=filters, within=within
            )
        return None

    def _found(self, question: str, rest: str, scope: Scope | None, snapshot: Snapshot, inside: _Asking) -> Answer:
        """What a search finds in the issues meant, and, where words of time may as well be the fact's, anywhere."""
        if scope is None:
            answer = self._search(rest, snapshot, inside)
            issues = () if inside.any_time else snapshot.issue_names()
            missing = unheard(question, issues, today=self.today())
            if not answer.abstained and missing and not has_words_of(answer, missing):
                return replace(self._nothing_then(missing, snapshot, inside, found=answer), scope=missing)
            return answer
        if scope.is_counted:
            # Words that no article has (上周) would only mislead the search.
            return replace(self._search(rest, snapshot, inside), scope=scope)
        answer = self._search(question, snapshot, inside)
        if answer.abstained and rest != question:  # a day may stand in the text or only above it
            found = self._search(rest, snapshot, inside)
            if not tells_of_another_month(question, found.quote):
                answer = surer(answer, found)
        anywhere = replace(inside, filters=without_days(inside.filters, scope.filters))
        if not answer.abstained:
            year = _YEAR.search(question)
            if year is None or tells_of(answer, year[0]):
                return replace(answer, scope=scope)
            # What is told of a year is often printed in another.
            found = self._search(question, snapshot, anywhere)
            is_better = not found.abstained and tells_of(found, year[0])
            return found if is_better else replace(answer, scope=scope)
        found = self._search(question, snapshot, anywhere)
        return found if not found.abstained else replace(answer, scope=scope)

    def _without_filter(
        self, question: str, answer: Answer, scope: Scope, snapshot: Snapshot, asking: _Asking
    ) -> Answer:
        """The answer of all issues, where those that were meant have none, and that the filter was dropped."""
        anywhere = self._search(question, snapshot, asking)
        if anywhere.abstained:
            if answer.passages:
                return replace(answer, scope=scope)
            return replace(self._nothing_then(scope, snapshot, asking), scope=scope)
        if all(is_within(citation.article, scope.filters) for citation in anywhere.citations):
            return replace(anywhere, scope=scope)
        return replace(anywhere, note=render.notes(render.filter_dropped(scope), anywhere.note))

    def _nothing_then(
        self, scope: Scope, snapshot: Snapshot, asking: _Asking, *, found: Answer | None = None
    ) -> Answer:
        """That there is no article of a time, and what is nearest at other times."""
        anywhere = found or self._search(scope.rest, snapshot, asking)
        return Answer(
            question=anywhere.question,
            kind=AnswerKind.NOT_FOUND,
            text=render.nothing_then(scope, anywhere.passages),
            passages=anywhere.passages,
            note=anywhere.note,
        )

    def _compare(
        self, question: str, topic: str, times: Sequence[Scope], snapshot: Snapshot, asking: _Asking
    ) -> Answer:
        """What the issues of two times say of one thing, side by side."""
        found = [
            (time, self._search(topic, snapshot, replace(asking, filters=narrowed(asking.filters, time.filters))))
            for time in times
        ]
        return side_by_side(question, topic, [(time.label, answer) for time, answer in found])

    def _search(self, question: str, snapshot: Snapshot, asking: _Asking) -> Answer:
        query, note = self._respell(read_question(question), snapshot)
        vector = self._vector(query)
        passages = self._find(query, vector, snapshot, k=asking.k, filters=asking.filters)
        answer = answer_from(
            query,
            vector,
            passages,
            snapshot,
            self.encoder,
            filters=asking.filters,
            read_alone=partial(self._read_alone, query.text),
        )
        return replace(answer, note=note)

    def _read_alone(self, question: str, stretch: Stretch) -> Reading:
        """What the reader makes of a sentence with nothing around it but its article's title."""
        assert self.reader is not None  # else nothing was read before
        return read_stretches(question, [stretch], self.reader)[0]

    def close(self) -> None:
        """Give back the archive's connections and memory."""
        self.archive.close()

    def _find(
        self,
        query: Query,
        vector: NDArray[np.float32],
        snapshot: Snapshot,
        *,
        k: int,
        filters: Filters | None,
    ) -> list[Passage]:
        reader = self.reader
        # Who wrote an article stands in its byline, which is no text to be read.
        if reader is not None and (query.asks is Asks.AUTHOR or not reads(reader, query.language)):
            reader = None
        settings = self._retrieval
        if self._at_once > 1:  # the further hits seldom change an answer, and others wait
            settings = replace(settings, read=settings.read_first)
        return find_passages(query, vector, snapshot, k=k, filters=filters, settings=settings, reader=reader)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    @staticmethod
    def _respell(query: Query, snapshot: Snapshot) -> tuple[Query, str]:
        """The question as it is searched for, and what its asker should know of that."""
        found = respell(query.text, snapshot)
        if not found.replaced:
            return query, ""
        return read_question(found.question), render.respelled(found.replaced)

    def _vector(self, query: Query) -> NDArray[np.float32]:
        return np.asarray(self.encoder.encode_questions([query.text])[0])

    def _check_model(self) -> None:
        """An archive may be built again with another model while this assistant is open."""
        settings = self.archive.settings
        if settings is None or settings == self._checked:
            return
        if (settings.fingerprint, settings.dimension) != (self.encoder.fingerprint, self.encoder.dimension):
            raise mismatch_error(settings, self.encoder)
        self._checked = settings


@dataclass(frozen=True, slots=True)
class _Asking:
    """What does not change while a question is understood."""

    k: int
    filters: Filters
    any_time: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that an answer depends on."""

    generation: str
    today: date
    question: str
    asking: _Asking
