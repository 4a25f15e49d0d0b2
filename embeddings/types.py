"""The values that flow from an issue file to the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class ArticleKind(str, Enum):
    """What an article is: a written piece, or a photo caption that stands alone."""

    NEWS = "news"
    PHOTO = "photo"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article as a reader or the page parser finds it, before it has an issue.

    `source_id` and `date` are set only where the source itself gives them. `page` counts from one.
    """

    title: str
    body: str
    section: str = ""
    byline: str = ""
    kind: ArticleKind = ArticleKind.NEWS
    page: int | None = None
    date: date | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a bulletin, as read from one file.

    `id` is the SHA-256 of the file's bytes, `source` the file it came from. `date` is None when neither the file nor
    its name says it. `articles` is empty where an article refers back to its issue.
    """

    id: str
    name: str
    date: date | None
    source: str
    articles: tuple[Article, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """One article: a clean body with one paragraph a line, and what the page says about it.

    `id` is the source's own where it gives one. `date` is the article's own where the source gives one, else its
    issue's. `byline` is kept as printed (本报记者 …, …摄), and is not part of the body. `page` counts from one.
    """

    id: str
    issue: Issue
    title: str
    body: str
    section: str = ""
    byline: str = ""
    kind: ArticleKind = ArticleKind.NEWS
    page: int | None = None
    date: date | None = None

    @property
    def issue_id(self) -> str:
        """The id of the issue this article stands in."""
        return self.issue.id


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an article small enough to encode, an exact slice: `article.body[start:end] == text`."""

    id: str
    article_id: str
    text: str
    start: int
    end: int
