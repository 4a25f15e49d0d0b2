"""What a user finds without asking: issues, headlines, articles by their address, words, and when they were printed.

It knows nothing of the page's parts, and keeps nothing of any user.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from urllib.parse import parse_qs, quote

from embeddings import (
    Article,
    Box,
    Clipping,
    Filters,
    Issue,
    IssueEntry,
    Snapshot,
    SourceError,
    clip_article,
    draw_page,
    is_printed,
)
from qa.answering.aggregate import read_census
from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.i18n import words
from qa.i18n.errors import explain
from qa.query.question import MAX_QUESTION_CHARS
from qa.retrieval.similar import SimilarFound
from qa.topics.topic import Topic
from qa.types import Headline, headline_of
from qa.web.html.answers import day_range, issue_label
from qa.web.services.front import front_page, ways_from
from qa.web.services.issues import meant_issue
from qa.web.views import ArchiveStatistics, Excerpt, Found, FrontPage, OpenArticle, Search

logger = logging.getLogger(__name__)

_PASSAGES = 5
_NAMED_CHARS = 1_200  # of an article, that names are looked for in
_NAMES = 8
_MOST_ISSUES = 100  # that one front page is made of
_MADE = re.compile(r"[0-9a-f]{12}")  # an id that a build made


class Library:
    """Shows one assistant's archive. Every call sees the newest complete state of it; use from any thread."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._newest: tuple[str, FrontPage | None] | None = None  # by generation

    def issues(self) -> list[IssueEntry]:
        """Every issue, newest first, those of unknown date last."""
        with self._assistant.archive.snapshot() as snapshot:
            return snapshot.issues()

    def meant_issue(self, typed: str) -> tuple[str, str]:
        """The issue that was chosen or typed, as a filter takes it, and what to say where it is none."""
        with self._assistant.archive.snapshot() as snapshot:
            return meant_issue(snapshot, typed)

    def issue(self, issue_id: str) -> Issue | None:
        """An issue with its articles; None when it is not there."""
        with self._assistant.archive.snapshot() as snapshot:
            return _issue(snapshot, issue_id)

    def find(self, article_id: str, issue: str = "") -> list[Article]:
        """The articles that an address names. Several only where issues use the same id and `issue` tells none apart.

        `issue` is an issue's id, or the name of its file without the suffix, which outlives a change of its bytes.
        """
        with self._assistant.archive.snapshot() as snapshot:
            return _find(snapshot, article_id, issue)

    def open(self, article_id: str, issue: str = "") -> OpenArticle | None:
        """An article with its neighbours; None when it is not there, or not the only one."""
        with self._assistant.archive.snapshot() as snapshot:
            found = _find(snapshot, article_id, issue)
            if len(found) != 1:
                return None
            (article,) = found
            whole = _issue(snapshot, article.issue_id)
            assert whole is not None  # a snapshot does not change
            # A list of ids: an article's own id is told apart within its issue.
            at = [one.id for one in whole.articles].index(article.id)
            shared = len(snapshot.read_article(article_id)) > 1
        return OpenArticle(
            article,
            whole,
            at,
            address_of(article, is_shared=shared),
            is_printed(article),
            self._names_in(article),
            self.similar(article),
        )

    def similar(self, article: Article) -> SimilarFound:
        """What reports the same matter as an article; nothing where that cannot be looked for."""
        try:
            return self._assistant.similar.to(article)
        except Exception:
            logger.exception("Similar articles could not be found")
            return SimilarFound()

    def _names_in(self, article: Article) -> tuple[str, ...]:
        """Some names that stand in an article, in order."""
        text = f"{article.title}\n{article.body[:_NAMED_CHARS]}"
        found = dict.fromkeys(one.text for one in self._assistant.topics.names_in(text))
        return tuple(found)[:_NAMES]

    def generation(self) -> str:
        """The name of the archive's present state."""
        return self._assistant.archive.generation

    def front(self, issue_id: str = "") -> FrontPage | None:
        """The front page of an issue, or of the newest, which is laid out once for a state of the archive.

        None where there is none.
        """
        with self._assistant.archive.snapshot() as snapshot:
            if not issue_id and self._newest and self._newest[0] == snapshot.generation:
                return self._newest[1]
            issues = snapshot.issue_names()
            issue = _issue(snapshot, issue_id or issues[0].id) if issues else None
            if issue is None:
                return None
            ways = ways_from(issues, issue.date, issue_id=issue.id)
            laid_out = front_page(issue.articles, issue_label(issue), ways)
            if not issue_id:
                self._newest = (snapshot.generation, laid_out)
        return laid_out

    def front_of_days(self, since: date, until: date) -> FrontPage | None:
        """The front page of some days; None where they have no article, or too many for one."""
        with self._assistant.archive.snapshot() as snapshot:
            issues = snapshot.issue_names()
            within = [issue for issue in issues if issue.date and since <= issue.date <= until]
            articles = snapshot.find_articles(filters=Filters(since=since, until=until))
        if len(within) > _MOST_ISSUES:
            return None
        return front_page(articles, day_range(since, until), ways_from(issues, since))

    def sheet(self, issue_id: str, page: int) -> tuple[Clipping, list[tuple[Headline, list[Box]]]] | str:
        """A printed page whole, and where on it the paragraphs of each article are; else why there is none."""
        issue = self.issue(issue_id)
        printed = [article for article in issue.articles if is_printed(article)] if issue else []
        if not printed:
            return NOT_FOUND
        try:
            picture = draw_page(printed[0], page)
        except SourceError as error:
            logger.info("No page %s of %s: %s", page, issue_id, error)
            return words("not_clipped")
        placed = [
            (headline_of(one), [box for some in one.boxes for box in some if box.page == page]) for one in printed
        ]
        return picture, [(headline, boxes) for headline, boxes in placed if boxes]

    def topic(self, name: str) -> tuple[Topic | None, str]:
        """What there is on a topic, or why there is nothing, in the user's words."""
        try:
            found = self._assistant.topics.topic(name)
        except QuestionError as error:
            return None, explain(error)
        except Exception:  # whatever it is, it must not leave the user looking at what was there before
            logger.exception("The archive could not be read")
            return None, words("trouble")
        return found, "" if found else words("topic_none", name=" ".join(name.split()))

    def clip(self, article_id: str, issue: str = "", *, start: int = 0, end: int = 0) -> list[Clipping] | str:
        """The printed places of `body[start:end]`, or of the article where that is nothing; else why there is none."""
        found = self.find(article_id, issue)
        if len(found) != 1:
            return NOT_FOUND
        try:
            return clip_article(found[0], start=start, end=end)
        except SourceError as error:
            logger.info("No clipping of %s: %s", article_id, error)
            return words("not_clipped")

    def search(self, search: Search) -> Found:
        """The passages and articles for some words, or what the filters leave. Raises ValueError for a bad question."""
        # What is asked of the archive (哪几期提到疫苗？) is looked up for what it is about.
        census = read_census(search.words)
        words = census.phrase if census and census.phrase else search.words
        with self._assistant.archive.snapshot() as snapshot:
            mentioned = _mentioning(snapshot, words, search.filters)
        passages = self._assistant.retrieve(words, k=_PASSAGES, filters=search.filters) if words else []
        return Found(
            replace(search, words=words),
            tuple(
                Excerpt(headline_of(passage.article), passage.article.body, passage.start, passage.end)
                for passage in passages
            ),
            tuple(headline_of(article) for article in mentioned),
        )

    def holdings(self) -> ArchiveStatistics:
        """How much there is, from when to when, and by which model."""
        archive = self._assistant.archive
        with archive.snapshot() as snapshot:
            entries, chunks = snapshot.issues(), snapshot.size
        days = [entry.issue.date for entry in entries if entry.issue.date]
        return ArchiveStatistics(
            issues=len(entries),
            undated=len(entries) - len(days),
            articles=sum(entry.articles for entry in entries),
            chunks=chunks,
            characters=sum(entry.characters for entry in entries),
            first=min(days, default=None),
            last=max(days, default=None),
            model=self._assistant.encoder.name,
            settings=archive.settings,
            size=archive.size_on_disk(),
        )


NOT_FOUND = words("not_found")


def address_of(article: Article, *, is_shared: bool) -> str:
    """What follows the page's address to show an article: `?article=ID`.

    An article's id is the source's own or is made of file name and title; it outlives builds, corrections and a file
    that moves. Where another issue uses the same id (`is_shared`), or may come to, because it is the source's own, the
    name of the file tells them apart.
    """
    issue = f"&issue={quote(_stem(article.issue), safe='')}" if is_shared or not _MADE.fullmatch(article.id) else ""
    return f"?article={quote(article.id, safe='')}{issue}"


def read_address(query: str) -> tuple[str, str] | None:
    """The article's id and the issue ("" for none) that the part of an address from its ? on names; else None."""
    if len(query) > 8 * MAX_QUESTION_CHARS:
        return None
    try:
        fields = parse_qs(query.removeprefix("?"), max_num_fields=20)
    except ValueError:
        return None
    article = fields.get("article", [""])[0]
    return (article, fields.get("issue", [""])[0]) if article else None


def _issue(snapshot: Snapshot, issue_id: str) -> Issue | None:
    # Names and the beginnings of ids fit too, and are not meant here.
    return next((issue for issue in snapshot.read_issue(issue_id) if issue.id == issue_id), None)


def _find(snapshot: Snapshot, article_id: str, issue: str) -> list[Article]:
    found = snapshot.read_article(article_id)
    # Where the issue that is meant has gone, another's article of the same id is not what was shared.
    return [article for article in found if not issue or issue in (article.issue_id, _stem(article.issue))]


def _stem(issue: Issue) -> str:
    return PurePath(issue.member or issue.source).stem


def _mentioning(snapshot: Snapshot, words: str, filters: Filters) -> list[Article]:
    """The articles that have each of some words; newest first, then as printed."""
    first, *others = words.split() or [""]
    if not first:
        return snapshot.find_articles(filters=filters)
    articles = snapshot.find_phrase(first, filters=filters)
    for other in others:
        having = {(article.issue_id, article.id) for article in snapshot.find_phrase(other, filters=filters)}
        articles = [article for article in articles if (article.issue_id, article.id) in having]
    return articles
