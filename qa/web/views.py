"""What browsing shows, as values: headlines, an open article, what a search found, what an archive holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from embeddings import Article, Filters, Issue, Settings
from qa.retrieval.similar import SimilarFound
from qa.topics.topics import LONGEST_NAME
from qa.types import Headline, headline_of

PART = 200  # headlines that go to the browser at once


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article with its issue, whose `articles` are there. `at` is its place in it, from zero.

    `address` is what follows the page's own address to show the article; `is_printed` says whether there is a printed
    page to show of it. `names` are some that stand in it, `similar` are the articles that report the same matter.
    """

    article: Article
    issue: Issue
    at: int
    address: str
    is_printed: bool
    names: tuple[str, ...] = ()
    similar: SimilarFound = field(default_factory=SimilarFound)

    @property
    def headlines(self) -> list[Headline]:
        """The headlines of the issue, as printed."""
        return [headline_of(article) for article in self.issue.articles]


@dataclass(frozen=True, slots=True)
class Story:
    """An article as a front page shows it; `lead` is how it begins."""

    headline: Headline
    kicker: str
    deck: str
    byline: str
    lead: str


@dataclass(frozen=True, slots=True)
class FrontWay:
    """Where a front page leads to: the key of what to say, and what follows the page's own address."""

    key: str
    address: str


@dataclass(frozen=True, slots=True)
class FrontPage:
    """An issue, or some days, laid out by weight: the first article, the next, and the others by section.

    `captions` have no title. `left_out` are how many are not shown; `printed` is the id of an issue of which there is
    a printed page, "" for none.
    """

    name: str
    first: Story | None
    seconds: tuple[Story, ...]
    sections: tuple[tuple[str, tuple[Story, ...]], ...]
    captions: tuple[Story, ...]
    left_out: int
    ways: tuple[FrontWay, ...]
    printed: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a user looks for: words, or the articles that filters leave, or both."""

    words: str
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is: the best passages for the words, and every article that mentions them, newest first.

    Without words, the articles that the filters leave.
    """

    search: Search
    passages: tuple[Excerpt, ...] = ()
    mentioned: tuple[Headline, ...] = ()

    @property
    def printed(self) -> Mapping[date | None, int]:
        """How many of the articles that mention the words are of each day; None is no known day."""
        return Counter(headline.day for headline in self.mentioned)

    @property
    def is_topic(self) -> bool:
        """Whether the words are one that articles speak of, so that there is more to be gathered on it."""
        return bool(self.mentioned) and len(self.search.words.split()) == 1 and len(self.search.words) <= LONGEST_NAME

    @property
    def issues(self) -> int:
        """How many issues mention the words."""
        return len({headline.issue_id for headline in self.mentioned})


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage that was found: `body[start:end]` of an article."""

    headline: Headline
    body: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ArchiveStatistics:
    """What an archive holds. `size` is what its files take, in bytes."""

    issues: int
    undated: int
    articles: int
    chunks: int
    characters: int
    first: date | None
    last: date | None
    model: str
    settings: Settings | None
    size: int
