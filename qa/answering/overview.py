"""All that the archive has on a topic: the articles by date, each with its most telling sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from embeddings import Article, Filters, Snapshot, character_pairs, fold, fold_to_words
from qa.answering import render
from qa.answering.articles import (
    cited,
    dated_sentence,
    named_in,
    numbers_in,
    passage_of,
    sentences_of,
    summary_sentences,
    telling_sentence,
)
from qa.answering.describe import description
from qa.query.intents.describe import read_description
from qa.types import Answer, AnswerKind, Citation

_LISTED = 8
_ASKED_NEXT = 2  # people who may be asked for next
_LEAST_STEPS, _FEW = 2, 3  # articles, of which something has a course; and that are few
# Of a topic's character pairs, in an article and its title together, for it to be on the topic; where few are, less.
_ON_IT, _NEAR_IT = 1.0, 0.6
_SENTENCES = 3  # of one article on something it speaks of beside its topic
_LEAST_SHARED = 0.8  # of a topic's character pairs, in an article that speaks of it in other words
_AS_PRINTED = str.maketrans("〈〉", "《》")


def overview(topic: str, question: str, snapshot: Snapshot, *, filters: Filters, within: str = "") -> Answer | None:
    """What there is on a topic; None where no article has it."""
    articles = speaking_of(topic, snapshot, filters=filters)
    if not articles:
        return None
    chosen = articles[:_LISTED]
    citations = _telling(chosen, topic)
    if not citations:
        return None
    quotes = [citation.quote for citation in citations]
    people = named_in(quotes, without=topic)
    text = render.overview(
        topic,
        citations,
        n=len(articles),
        left_out=len(articles) - len(chosen),
        people=people,
        numbers=numbers_in(quotes),
        asked_next=_next(chosen, people, snapshot, filters),
        within=within,
    )
    return _listing(question, text, citations, articles, AnswerKind.OVERVIEW)


def course(topic: str, question: str, snapshot: Snapshot, *, filters: Filters, within: str = "") -> Answer | None:
    """How something went, by the articles that are on it, oldest first, each with a day; None for fewer than two."""
    pairs = character_pairs(fold(topic))
    near = snapshot.search_words(topic, 3 * _LISTED, filters=filters)
    read = [article for _, article in snapshot.read_chunks([found.chunk_id for found in near])]
    on_it = dict.fromkeys(
        article for article in (*speaking_of(topic, snapshot, filters=filters), *read) if article.date
    )
    shares = {article: _share_on(article, topic, pairs) for article in on_it}
    ranked = sorted(on_it, key=lambda one: -shares[one])
    chosen = [
        one for place, one in enumerate(ranked[:_LISTED]) if shares[one] >= (_ON_IT if place >= _FEW else _NEAR_IT)
    ]
    citations: list[Citation] = []
    for article in sorted(chosen, key=lambda one: one.date or date.min):
        if span := dated_sentence(article, topic):
            citations.append(cited(len(citations) + 1, article, span))
    if len(citations) < _LEAST_STEPS:
        return None
    text = render.course(topic, citations, within=within)
    return _listing(question, text, citations, chosen, AnswerKind.OVERVIEW)


def _share_on(article: Article, topic: str, pairs: set[str]) -> float:
    """How far an article is on a topic: its share of the pairs, that of its title, and 1 where all stand in a row."""
    title, text = fold(article.title), fold(f"{article.title}{article.body}")
    shares = (sum(pair in where for pair in pairs) / max(1, len(pairs)) for where in (text, title))
    return sum(shares) + (fold(topic) in text)


def speaking_of(topic: str, snapshot: Snapshot, *, filters: Filters) -> list[Article]:
    """The articles that have a topic, newest first: in its own words; else those that have nearly all of its words."""
    if found := snapshot.find_phrase(topic, filters=filters):
        return found
    pairs = character_pairs(topic)
    if len(pairs) < 3:  # 2 and 3 characters are a name, and have to stand as they are
        return []
    near = snapshot.search_words(topic, 3 * _LISTED, filters=filters)
    articles = {article.id: article for _, article in snapshot.read_chunks([found.chunk_id for found in near])}
    return [
        article
        for article in articles.values()
        if sum(pair in fold(f"{article.title}{article.body}") for pair in pairs) >= _LEAST_SHARED * len(pairs)
    ]


def _telling(articles: Sequence[Article], topic: str) -> list[Citation]:
    citations: list[Citation] = []
    for article in articles:
        if span := telling_sentence(article, topic):
            citations.append(cited(len(citations) + 1, article, span))
    return citations


def _next(articles: Sequence[Article], people: Sequence[str], snapshot: Snapshot, filters: Filters) -> list[str]:
    """Questions that lead on from an overview, each with an answer: what an article says, who somebody in it is."""
    titled = [render.asked_of_article(article.title) for article in articles if article.title][:1]
    asked = [f"{name}是谁？" for name in people[:_ASKED_NEXT]]
    described = [one for one in asked if _is_described(one, snapshot, filters)]
    return [*titled, *described]


def _is_described(question: str, snapshot: Snapshot, filters: Filters) -> bool:
    asked = read_description(question)
    return asked is not None and description(asked, question, snapshot, filters=filters) is not None


def authored(name: str, question: str, snapshot: Snapshot, *, filters: Filters, within: str = "") -> Answer | None:
    """The articles whose byline has a name; None where none has."""
    wanted = fold_to_words(name)
    signed = [one for one in snapshot.find_articles(filters=filters) if wanted in fold_to_words(one.byline)]
    articles = sorted(signed, key=lambda one: not one.title)  # pictures without a title last
    if not articles:
        return None
    citations = [
        cited(number, article, spans[0])
        for number, article in enumerate(articles[: 4 * _LISTED], start=1)
        if (spans := summary_sentences(article))
    ]
    pictures = sum(not article.title for article in articles)
    text = render.authored(name, citations, articles=len(articles) - pictures, pictures=pictures, within=within)
    return _listing(question, text, citations, articles, AnswerKind.COUNTED)


def article_summary(article: Article, question: str) -> Answer | None:
    """An article in a few of its own sentences; None for one without a body."""
    spans = summary_sentences(article)
    if not spans:
        return None
    citations = [cited(number, article, span) for number, span in enumerate(spans, start=1)]
    return _listing(question, render.summary(article, citations), citations, [article], AnswerKind.SUMMARY)


def sentences_on(topic: str, article: Article, question: str) -> Answer | None:
    """The sentences of one article that have a topic; None where none has."""
    wanted = fold(topic)
    spans = [span for span in sentences_of(article) if wanted in fold(article.body[slice(*span)])][:_SENTENCES]
    if not spans:
        return None
    citations = [cited(number, article, span) for number, span in enumerate(spans, start=1)]
    return replace(_listing(question, render.quotes(citations), citations, [article], AnswerKind.FOUND), printed=())


def article_titled(title: str, snapshot: Snapshot, *, filters: Filters) -> Article | None:
    """The newest article whose title has some words, the closest title first; None for none.

    A name inside the title may stand in single marks (〈〉), as it does where the title is told.
    """
    wanted, phrases = fold_to_words(title), dict.fromkeys((title, title.translate(_AS_PRINTED)))
    near = [article for phrase in phrases for article in snapshot.find_phrase(phrase, filters=filters)]
    found = [article for article in near if wanted in fold_to_words(article.title)]
    return min(found, key=lambda one: len(one.title), default=None)


def _listing(
    question: str, text: str, citations: Sequence[Citation], articles: Sequence[Article], kind: AnswerKind
) -> Answer:
    return Answer(
        question=question,
        kind=kind,
        text=text,
        quote="\n".join(citation.quote for citation in citations) if kind is AnswerKind.SUMMARY else citations[0].quote,
        citations=tuple(citations),
        passages=tuple(passage_of(citation) for citation in citations),
        confidence=1.0,
        printed=tuple(Counter(article.date for article in articles).items()),
    )
