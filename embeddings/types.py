"""The values that flow from an issue file to the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.errors import SourceError


class ArticleKind(str, Enum):
    """What an article is: a written piece, or a photo caption that stands alone."""

    NEWS = "news"
    PHOTO = "photo"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a printed page. `page` counts from one.

    The edges are fractions of the page's width and height from its top left corner, 0 to 1, so that they hold at any
    resolution.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article as a loader or the page parser finds it, before it has an issue.

    `kicker` (肩题) stands above the title and `deck` (副题) below it. `boxes` says where each paragraph of the body is
    printed, one entry a line of `body` (several boxes where a column breaks it), and is empty where the source has no
    pages. `source_id` and `date` are set only where the source itself gives them. `page` counts from one.
    """

    title: str
    body: str
    section: str = ""
    byline: str = ""
    kind: ArticleKind = ArticleKind.NEWS
    page: int | None = None
    date: date | None = None
    source_id: str = ""
    kicker: str = ""
    deck: str = ""
    boxes: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a bulletin, as read from one file.

    `id` is the SHA-256 of its bytes, `source` the file it came from, `member` its path inside a ZIP file ("" outside
    one). `date` is None when neither the file nor its name says it. `articles` is empty where an article refers back to
    its issue.
    """

    id: str
    name: str
    date: date | None
    source: str
    articles: tuple[Article, ...] = field(default=(), repr=False)
    member: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article: a clean body with one paragraph a line, and what the page says about it.

    `id` is the source's own where it gives one. `date` is the article's own where the source gives one, else its
    issue's. `byline` is kept as printed (本报记者 …, …摄), and is not part of the body. `page` counts from one.
    `kicker` (肩题) stands above the title, `deck` (副题) below it. `boxes` says where each line of `body` is
    printed, or is empty.
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
    kicker: str = ""
    deck: str = ""
    boxes: tuple[tuple[Box, ...], ...] = field(default=(), repr=False)

    @property
    def heading(self) -> str:
        """Kicker, title and deck on one line."""
        return " ".join(filter(None, (self.kicker, self.title, self.deck)))

    @property
    def issue_id(self) -> str:
        """The id of the issue this article stands in."""
        return self.issue.id


# What a parsed article and an article of an issue both have, by the names of their fields.
ARTICLE_FIELDS = (
    "title",
    "kicker",
    "deck",
    "body",
    "byline",
    "section",
    "date",
    "page",
    "kind",
    "boxes",
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an article small enough to encode, an exact slice: `article.body[start:end] == text`."""

    id: str
    article_id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """What a document says of itself, and its articles. `name` is "" and `date` None where it does not say.

    `number` is the issue's, as a loader finds it in the masthead (第12946期), else "". It becomes part of the name.
    `left_out` says what of the document could not be read, and why; it is told once, and not kept.
    """

    name: str
    date: date | None
    articles: tuple[ParsedArticle, ...]
    number: str = ""
    left_out: tuple[SourceError, ...] = ()
