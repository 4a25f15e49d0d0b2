"""Answers and passages as plain rows, for JSON output, the batch command and the page's endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from embeddings import Article, IssueEntry, article_to_row
from qa.i18n import in_language_of
from qa.retrieval.similar import ReportTime, SimilarFound
from qa.topics.names import NameKind
from qa.topics.topic import Comparison, Topic
from qa.types import Answer, Citation, Headline, Passage, headline_of

JsonRow = dict[str, Any]


def answer_row(answer: Answer) -> JsonRow:
    """An answer with its citations and passages. Dates are ISO 8601, or null when unknown."""
    return {
        "question": answer.question,
        "text": in_language_of(answer.question, answer.text),
        "short": answer.short,
        "quote": answer.quote,
        "kind": str(answer.kind),
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "taken_as": in_language_of(answer.question, answer.note),
        "taken": answer.taken,
        "scope": _scope_row(answer),
        "citations": [citation_row(citation) for citation in answer.citations],
        "passages": passage_rows(answer.passages),
    }


def _scope_row(answer: Answer) -> JsonRow | None:
    """The issues that the question named: its words, the days or the issue they stand for."""
    scope = answer.scope
    if scope is None:
        return None
    since, until = scope.filters.since, scope.filters.until
    return {
        "words": scope.words,
        "label": in_language_of(answer.question, scope.label),
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "issue": scope.filters.issue,
    }


def passage_rows(passages: tuple[Passage, ...] | list[Passage]) -> list[JsonRow]:
    """Passages with their ranks, starting at one."""
    return [passage_row(rank, passage) for rank, passage in enumerate(passages, start=1)]


def passage_row(rank: int, passage: Passage) -> JsonRow:
    """One passage and the article and issue it stands in; `start` and `end` are places in the article's body."""
    return {
        "rank": rank,
        "score": round(passage.score, 4),
        "text": passage.text,
        **_source(passage.article),
        "start": passage.start,
        "end": passage.end,
    }


def citation_row(citation: Citation) -> JsonRow:
    """A citation and the article and issue it stands in; `days` gives the days its quote names, with their years."""
    body = citation.article.body
    days = [
        {"text": body[day.start : day.end], "first": day.first.isoformat(), "last": day.last.isoformat()}
        for day in citation.days
    ]
    return {"number": citation.number, **_source(citation.article), "quote": citation.quote, "days": days}


def topic_row(topic: Topic) -> JsonRow:
    """What there is on a topic; `printed` has a row a day that has articles, newest first, null for no known day."""
    printed = sorted(topic.printed.items(), key=lambda one: one[0] or date.min, reverse=True)
    return {
        "name": topic.name,
        "kind": topic.kind and str(topic.kind),
        "articles": len(topic.articles),
        "issues": topic.issues,
        "printed": [{"date": day and day.isoformat(), "articles": count} for day, count in printed],
        "sentences": [citation_row(one) for one in topic.telling],
        **{
            key: [{"name": one.name, "articles": one.articles} for one in topic.names(kind)]
            for key, kind in (("people", NameKind.PERSON), ("places", NameKind.PLACE), ("bodies", NameKind.BODY))
        },
        "numbers": [{"text": one.text, "clause": one.clause, **headline_row(one.headline)} for one in topic.numbers],
    }


def comparison_row(compared: Comparison, names: Sequence[str]) -> JsonRow:
    """Topics side by side, and which of the names that were asked for have none."""
    known = {topic.name for topic in compared.topics}
    return {
        "topics": [topic_row(topic) for topic in compared.topics],
        "unknown": [name for name in names if " ".join(name.split()) not in known],
        "shared_names": list(compared.shared_names),
        "shared_articles": [headline_row(one) for one in compared.shared_articles],
    }


def headline_row(headline: Headline) -> JsonRow:
    """An article as lists have it."""
    return {
        "issue_id": headline.issue_id,
        "article_id": headline.article_id,
        "title": headline.title,
        "date": headline.day.isoformat() if headline.day else None,
        "issue": headline.issue,
    }


def similar_row(article: Article, found: SimilarFound) -> JsonRow:
    """What is similar to an article, the most similar first, each with its time beside it, and what has its words."""
    return {
        "similar": [
            {
                **headline_row(headline_of(one.article)),
                "time": str(ReportTime.of(one.article.date, beside=article.date)),
                "start": one.start,
                "end": one.end,
                "nearly_the_same": [headline_row(headline_of(copy)) for copy in one.copies],
            }
            for one in found.similar
        ],
        "nearly_the_same": [headline_row(headline_of(copy)) for copy in found.copies],
    }


def article_row(article: Article) -> JsonRow:
    """An article whole, and the issue it stands in."""
    return {
        "id": article.id,
        **article_to_row(article),
        "issue": article.issue.name,
        "issue_id": article.issue_id,
    }


def issue_row(entry: IssueEntry, articles: Sequence[Article] | None = None) -> JsonRow:
    """An issue and how many articles it has, with the headlines of those given."""
    row: JsonRow = {
        "id": entry.issue.id,
        "name": entry.issue.name,
        "date": entry.issue.date.isoformat() if entry.issue.date else None,
        "articles": entry.articles,
    }
    if articles is not None:
        row["headlines"] = [{"id": one.id, "title": one.title, "section": one.section} for one in articles]
    return row


def _source(article: Article) -> JsonRow:
    return {
        "issue_id": article.issue_id,
        "article_id": article.id,
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "issue": article.issue.name,
        "page": article.page,
    }
