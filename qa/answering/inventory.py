"""What the archive holds, told from its issues: the newest, the oldest, from when to when, and its sections."""

from __future__ import annotations

from collections.abc import Sequence

from embeddings import Article, Filters, Issue, Snapshot
from qa.answering import render
from qa.answering.articles import cited, passage_of, sentences_of
from qa.i18n import Words
from qa.query.intents.inventory import Inventory
from qa.types import Answer, AnswerKind, Citation

_LISTED = 12


def inventory(asked: Inventory, question: str, snapshot: Snapshot, *, filters: Filters) -> Answer | None:
    """What the archive holds of what is asked; None where it does not say, as without a dated issue."""
    articles = snapshot.find_articles(filters=filters)
    if asked is Inventory.SECTIONS:
        return _sections(question, articles)
    dated = sorted({article.issue for article in articles if article.issue.date}, key=_when)
    if not dated:
        return None
    oldest, newest = dated[0], dated[-1]
    if asked is Inventory.RANGE:
        ends = [_first_of(issue, articles) for issue in dict.fromkeys((oldest, newest))]
        count = len({article.issue for article in articles})
        text = render.inventory_range(oldest, newest, issues=count, articles=len(articles))
        return _answer(question, text, _citations(ends))
    issue = newest if asked is Inventory.NEWEST else oldest
    inside = [article for article in articles if article.issue == issue]
    citations = _citations(inside[:_LISTED])
    return _answer(question, render.inventory_issue(asked, issue, citations, n=len(inside)), citations)


def _when(issue: Issue) -> int:
    return issue.date.toordinal() if issue.date else 0


def _sections(question: str, articles: Sequence[Article]) -> Answer | None:
    """The sections by name, in the order of print, each with an article of it; None where there is none."""
    first: dict[str, Article] = {}
    for article in articles:
        if article.section:
            first.setdefault(article.section, article)
    if not first:
        return None
    text = render.inventory_sections(list(first))
    return _answer(question, text, _citations(list(first.values())[:_LISTED]))


def _first_of(issue: Issue, articles: Sequence[Article]) -> Article:
    return next(article for article in articles if article.issue == issue)


def _citations(articles: Sequence[Article]) -> list[Citation]:
    spans = [(article, next(iter(sentences_of(article)), (0, len(article.body)))) for article in articles]
    return [cited(number, article, span) for number, (article, span) in enumerate(spans, start=1)]


def _answer(question: str, text: Words, citations: Sequence[Citation]) -> Answer:
    return Answer(
        question=question,
        kind=AnswerKind.COUNTED,
        text=text,
        quote=citations[0].quote,
        citations=tuple(citations),
        passages=tuple(passage_of(citation) for citation in citations),
        confidence=1.0,
    )
