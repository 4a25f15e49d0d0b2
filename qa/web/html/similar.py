"""The articles that report the same matter as one that is read, as HTML: before it, after it, and of its own day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from embeddings import Article
from qa.i18n import joined
from qa.retrieval.similar import ReportTime, SimilarArticle, SimilarFound
from qa.web.html.answers import UNTITLED, day
from qa.web.html.templates import render


def similar_view(article: Article, found: SimilarFound) -> Markup:
    """What is similar to an article, by time; "" for nothing. What has the same text stands once, with where else."""
    if not found:
        return Markup()
    groups = [(f"similar_{time}", [_row(one) for one in rows]) for time, rows in by_time(article, found.similar)]
    return render("similar", "groups", groups=groups, own_copies=[_place(one) for one in found.copies])


def by_time(article: Article, similar: Sequence[SimilarArticle]) -> list[tuple[ReportTime, list[SimilarArticle]]]:
    """Similar articles by their time: earlier ones newest first, later ones in their order, others in that given."""
    groups: dict[ReportTime, list[SimilarArticle]] = {time: [] for time in ReportTime}
    for one in similar:
        groups[ReportTime.of(one.article.date, beside=article.date)].append(one)
    groups[ReportTime.EARLIER].sort(key=lambda one: one.article.date or date.min, reverse=True)
    groups[ReportTime.LATER].sort(key=lambda one: one.article.date or date.min)
    return [(time, rows) for time, rows in groups.items() if rows]


def _row(one: SimilarArticle) -> dict[str, Any]:
    return {
        **_place(one.article),
        "start": one.start,
        "end": one.end,
        "copies": [_place(copy) for copy in one.copies],
    }


def _place(article: Article) -> dict[str, Any]:
    about = joined(" · ", (day(article.date), article.issue.name, article.section))
    return {"article": article, "title": article.title or UNTITLED, "about": about}
