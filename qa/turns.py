"""What was spoken of before a question, and an answer in the light of it."""

from __future__ import annotations

from dataclasses import replace

from qa.answering import render
from qa.answering.overview import article_summary, sentences_on
from qa.query.followup import FollowUp
from qa.query.scope import has_time_words
from qa.types import Answer, AnswerKind, Scope, Spoken

_TURNS_KEPT = 5  # that a question may reach back to


def turns_before(before: Answer | None) -> tuple[Spoken, ...]:
    """What was spoken of, the newest first. A greeting or thanks is nothing to lean on."""
    if before is None:
        return ()
    return before.earlier if before.is_reply else (_spoken_of(before), *before.earlier)[:_TURNS_KEPT]


def _spoken_of(answer: Answer) -> Spoken:
    # What was gathered from several articles is of none of them.
    articles = {(citation.article.issue_id, citation.article.id) for citation in answer.citations}
    is_of_one = bool(articles) and (len(articles) == 1 or not answer.is_counted)
    title = answer.citations[0].article.title if is_of_one else ""
    return Spoken(answer.taken or answer.question, answer.short, answer.quote, title)


def article_of_list(listed: Answer, number: int) -> Answer | None:
    """One article of a list, summed up; None where the list is not so long."""
    place = number - 1 if number > 0 else len(listed.citations) - 1
    if not 0 <= place < len(listed.citations):
        return None
    article = listed.citations[place].article
    return article_summary(article, render.asked_of_article(article.title)) if article.title else None


def told_there(leaning: FollowUp, before: Answer) -> Answer | None:
    """What the article spoken of says of something else (江苏呢); None where it says nothing."""
    for citation in before.citations[:1]:
        if told := sentences_on(leaning.about, citation.article, leaning.question):
            return told
    return None


def tells_of(answer: Answer, words: str) -> bool:
    """Whether a quote of an answer, or the title above one, has some words."""
    return any(words in f"{citation.article.title}\n{citation.quote}" for citation in answer.citations)


def has_words_of(answer: Answer, missing: Scope) -> bool:
    """Whether what is cited has the words of time of a question, in whatever form."""
    return any(has_time_words(missing.words, citation.article.body) for citation in answer.citations)


def surer(*answers: Answer) -> Answer:
    """What is answered, and surest; the first of equals."""
    return max(answers, key=lambda answer: (not answer.abstained, answer.confidence))


def unless_said_before(answer: Answer, before: Spoken) -> Answer:
    """The answer, unless it says again what was just said."""
    if answer.abstained or answer.quote != before.quote:
        return answer
    text = render.nothing_more()
    return replace(answer, kind=AnswerKind.NOT_FOUND, text=text, quote="", short="", citations=())


def as_asked(answer: Answer, question: str) -> Answer:
    """The answer to a question as it was typed, with notes on what it was taken for and where it was looked for."""
    taken = answer.question if answer.question != question else ""
    note = render.notes(
        render.taken_as(taken) if taken else "", answer.note, render.narrowed(answer.scope) if answer.scope else ""
    )
    return replace(answer, question=question, taken=taken, note=note)
