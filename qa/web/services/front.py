"""Front pages: the articles of an issue, or of some days, by weight; and the ways to the days before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from embeddings import Article, ArticleKind, Issue, is_printed
from qa.answering.articles import sentences_of
from qa.types import headline_of
from qa.web.services.addresses import Place
from qa.web.views import FrontPage, FrontWay, Story

_SECONDS = 4  # headlines beside the first
_SHOWN = 60  # articles
_LEAD_CHARS = 110  # of an article's beginning
_LONG = 1_200  # characters; a longer article weighs no more
_DAYS = (("front_week", 7), ("front_month", 30))  # before the days of a front page


def front_page(articles: Sequence[Article], name: str, ways: Sequence[FrontWay]) -> FrontPage | None:
    """The front page of some articles, in the order in which they are printed; None where there is none.

    Of more than _SHOWN, those that weigh most are shown.
    """
    if not articles:
        return None
    weighed = [(weight(article, place, len(articles)), -place, article) for place, article in enumerate(articles)]
    ranked = [article for _, _, article in sorted(weighed, key=lambda one: one[:2], reverse=True)]
    shown = ranked[:_SHOWN]
    titled = [article for article in shown if article.title]
    first, seconds, others = titled[:1], titled[1 : 1 + _SECONDS], titled[1 + _SECONDS :]
    sections: dict[str, list[Story]] = {}
    for article in sorted(others, key=articles.index):
        sections.setdefault(article.section, []).append(_story(article))
    printed = next((article for article in articles if is_printed(article)), None)
    return FrontPage(
        name=name,
        first=_story(first[0]) if first else None,
        seconds=tuple(map(_story, seconds)),
        sections=tuple((section, tuple(stories)) for section, stories in sections.items()),
        captions=tuple(_story(article) for article in shown if not article.title),
        left_out=len(articles) - len(shown),
        ways=tuple(ways),
        printed=printed.issue_id if printed else "",
    )


def weight(article: Article, place: int, count: int) -> float:
    """How much an article weighs among `count`, in no unit: early, on the first page, long, with kicker or deck."""
    return (
        1.5 * (1 - place / count)
        + 2.0 * (article.page == 1)
        + 0.8 * bool(article.kicker)
        + 0.8 * bool(article.deck)
        + 1.5 * min(len(article.body), _LONG) / _LONG
        - 3.0 * (article.kind is ArticleKind.PHOTO)
    )


def ways_from(issues: Sequence[Issue], first: date | None, *, issue_id: str = "") -> list[FrontWay]:
    """Where to go from a front page that begins with a day: the issues beside it, the week and the month before.

    `issues` are all, newest first; nothing leads to where there is none.
    """
    ways: list[FrontWay] = []
    at = next((place for place, issue in enumerate(issues) if issue.id == issue_id), None)
    if at is not None:
        beside = (("front_issue_before", at + 1), ("front_issue_after", at - 1))
        ways += [
            FrontWay(key, Place(issue=issues[place].id).address) for key, place in beside if 0 <= place < len(issues)
        ]
    if first is None:
        return ways
    for key, days in _DAYS:
        since, until = first - timedelta(days=days), first - timedelta(days=1)
        if any(issue.date and since <= issue.date <= until for issue in issues):
            ways.append(FrontWay(key, Place(since=since.isoformat(), until=until.isoformat()).address))
    return ways


def _story(article: Article) -> Story:
    lead = ""
    for start, end in sentences_of(article):
        sentence = article.body[start:end]
        if lead and len(lead) + len(sentence) > _LEAD_CHARS:
            break
        lead += sentence
    return Story(headline_of(article), article.kicker, article.deck, article.byline, lead)
