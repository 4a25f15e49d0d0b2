"""The endpoints for other programs, which gradio serves beside the page, and an MCP server beside both.

gradio and mcp load when something is published, so that importing this module costs nothing. Annotations are evaluated
as written (no `from __future__ import annotations`): both libraries read them to describe the endpoints.
"""

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from embeddings import Article, BulletinError, Filters, Snapshot
from qa.api.schemas import (
    answer_row,
    article_row,
    citation_row,
    comparison_row,
    issue_row,
    passage_rows,
    similar_row,
    topic_row,
)
from qa.assistant import Assistant
from qa.errors import QuestionCode, QuestionError
from qa.functions import read_filters
from qa.topics.topic import Topic
from qa.topics.topics import MOST_COMPARED

MAX_K = 50
MAX_ENTRIES = 200  # of a timeline at once
MAX_HEADLINED = 500  # issues listed at once with their headlines: each is read with its articles

Endpoint = Callable[..., Any]


class Endpoints:
    """What other programs may call, by its name. Each raises ValueError or BulletinError, with cause and cure."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def all(self) -> list[Endpoint]:
        """Every one of them."""
        return [
            self.ask, self.search, self.read_article, self.similar_articles, self.list_issues, self.topic,
            self.timeline, self.compare_topics,
        ]  # fmt: skip

    def ask(
        self, question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
    ) -> dict[str, Any]:
        """Ask the bulletin: the answer, its quote and sources, and the passages it rests on.

        Args:
            question: what to ask, at most 500 characters.
            k: the number of passages, 1 to 50.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON with question, text, quote, abstained, confidence, citations (number, issue_id, article_id, title,
            date, issue, quote) and passages (rank, score, text, issue_id, article_id, title, date, issue, start, end).
        """
        k, filters = self._read(k, issue, since, until, section)
        return answer_row(self._assistant.ask(_text("question", question), k=k, filters=filters))

    def search(
        self, question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
    ) -> list[dict[str, Any]]:
        """Find the passages that bear on a question, best first, without answering it.

        Args:
            question: what to look for, at most 500 characters.
            k: the number of passages, 1 to 50.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON: a list of passages, each with rank, score, text, issue_id, article_id, title, date, issue, start, end
        """
        k, filters = self._read(k, issue, since, until, section)
        return passage_rows(self._assistant.retrieve(_text("question", question), k=k, filters=filters))

    def read_article(self, issue: str, article: str) -> dict[str, Any]:
        """Read one article whole, as it was printed.

        Args:
            issue: the id of its issue, as the other endpoints give it; its name or file name will do too.
            article: the id of the article.

        Returns:
            JSON with id, title, kicker, deck, body, byline, section, date, page, kind (news or photo), issue and
            issue_id
        """
        return article_row(self._article(issue, article))

    def similar_articles(self, issue: str, article: str) -> dict[str, Any]:
        """Find the articles that report the same matter as one: earlier reports, later ones, and others of its day.

        Args:
            issue: the id of its issue, as the other endpoints give it; its name or file name will do too.
            article: the id of the article.

        Returns:
            JSON with similar (each with issue_id, article_id, title, date, issue, time, which is earlier, later or
            same, start and end of the passage that comes nearest, and nearly_the_same, others in nearly its words) and
            nearly_the_same (the articles in nearly the words of the one that was asked for)
        """
        read = self._article(issue, article)
        return similar_row(read, self._assistant.similar.to(read))

    def _article(self, issue: Any, article: Any) -> Article:
        issue, article = _text("issue", issue), _text("article", article)
        with self._assistant.archive.snapshot() as snapshot:
            issues = snapshot.read_issue(issue)
        if not issues:
            raise QuestionError(QuestionCode.NO_ISSUE, issue=issue)
        found = [one for each in issues for one in each.articles if one.id == article]
        if not found:
            raise QuestionError(QuestionCode.NO_ARTICLE, issue=issue, article=article)
        return found[0]

    def list_issues(
        self, headlines: bool = False, issue: str = "", limit: int = 0, skip: int = 0
    ) -> list[dict[str, Any]]:
        """List the issues of the archive, newest first, those of unknown date last.

        Args:
            headlines: whether each issue comes with the id, title and section of each of its articles; then at most
                500 issues are listed at once.
            issue: the id, name or file name of the one issue to list; empty for all.
            limit: how many issues to list at most; 0 for all.
            skip: how many of the newest issues to leave out, so as to go on where the last call ended.

        Returns:
            JSON: a list of issues, each with id, name, date, the number of articles, and headlines where asked for
        """
        issue, limit, skip = _text("issue", issue), _count("limit", limit), _count("skip", skip)
        with self._assistant.archive.snapshot() as snapshot:
            entries = snapshot.issues()
            if issue:
                wanted = {one.id for one in snapshot.read_issue(issue)}
                entries = [entry for entry in entries if entry.issue.id in wanted]
            entries = entries[skip : skip + limit] if limit else entries[skip:]
            if not headlines:
                return [issue_row(entry) for entry in entries]
            if len(entries) > MAX_HEADLINED:
                raise QuestionError(QuestionCode.TOO_MANY_HEADLINES, n=len(entries), most=MAX_HEADLINED)
            return [issue_row(entry, _articles(snapshot, entry.issue.id)) for entry in entries]

    def topic(self, name: str, issue: str = "", since: str = "", until: str = "", section: str = "") -> dict[str, Any]:
        """Gather what the bulletin has on a name, a place, a body or a story.

        Args:
            name: what to gather, at most 40 characters.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON with name, kind (person, place, body or null), the number of articles and of issues, printed (how many
            articles a day), sentences (those that say most, each with its article), people, places and bodies named in
            the same articles, and numbers with the clause that each stands in
        """
        return topic_row(self._topic(name, self._filters(issue, since, until, section)))

    def timeline(
        self,
        name: str,
        limit: int = 50,
        skip: int = 0,
        issue: str = "",
        since: str = "",
        until: str = "",
        section: str = "",
    ) -> dict[str, Any]:
        """Tell what the bulletin said of a name, a place, a body or a story over time: of each article its sentence.

        Args:
            name: what to look for, at most 40 characters.
            limit: how many articles at most, 1 to 200.
            skip: how many of the newest to leave out, so as to go on where the last call ended.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON with name, the number of articles, and entries, newest first, each with date, quote and its article
        """
        limit, skip, name = _count("limit", limit), _count("skip", skip), _text("name", name)
        if not 1 <= limit <= MAX_ENTRIES:
            raise QuestionError(QuestionCode.BAD_LIMIT, limit=limit, most=MAX_ENTRIES)
        filters = self._filters(issue, since, until, section)
        count, entries = self._assistant.topics.timeline(name, filters=filters, limit=limit, skip=skip)
        if not count:
            raise QuestionError(QuestionCode.NO_TOPIC, name=name)
        return {"name": name, "articles": count, "entries": [citation_row(one) for one in entries]}

    def compare_topics(
        self, names: list[str], issue: str = "", since: str = "", until: str = "", section: str = ""
    ) -> dict[str, Any]:
        """Set two to five names, places, bodies or stories side by side.

        Args:
            names: what to compare, 2 to 5 of them, each at most 40 characters.
            issue: the id, name or file name of the one issue to look in; empty for all.
            since: the earliest date to look at, such as 2021-08-02; empty for no limit.
            until: the latest date to look at, such as 2022-06-17; empty for no limit.
            section: the name of the one section to look in; empty for all.

        Returns:
            JSON with topics (each as `topic` gives it), unknown (the names of which no article speaks), shared_names
            (named in articles on each of them), and shared_articles (that speak of all of them)
        """
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            raise QuestionError(QuestionCode.BAD_TOPICS, most=MOST_COMPARED)
        found = self._assistant.topics.compare(names, filters=self._filters(issue, since, until, section))
        if found is None:
            raise QuestionError(QuestionCode.NO_TOPIC, name=names[0])
        return comparison_row(found, names)

    def _topic(self, name: Any, filters: Filters) -> Topic:
        name = _text("name", name)
        found = self._assistant.topics.topic(name, filters=filters)
        if found is None:
            raise QuestionError(QuestionCode.NO_TOPIC, name=name)
        return found

    @staticmethod
    def _filters(issue: Any, since: Any, until: Any, section: Any) -> Filters:
        narrowed = {"since": since, "until": until, "issue": issue, "section": section}
        return read_filters(**{name: _text(name, value) for name, value in narrowed.items()})

    @staticmethod
    def _read(k: Any, issue: Any, since: Any, until: Any, section: Any) -> tuple[int, Filters]:
        """The number of passages, and the filters: as they come from JSON, which may hold anything."""
        if not _is_whole(k) or not 1 <= k <= MAX_K:
            raise QuestionError(QuestionCode.BAD_K, k=k, most=MAX_K)
        return int(k), Endpoints._filters(issue, since, until, section)


def _text(name: str, value: Any) -> str:
    """A text as it comes from JSON; null is an empty one. Raises QuestionError for what is none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise QuestionError(QuestionCode.BAD_FIELD, name=name)
    return value


def _count(name: str, value: Any) -> int:
    """A number of things as it comes from JSON; null is 0. Raises QuestionError for what is none."""
    if value is None:
        return 0
    if not _is_whole(value) or value < 0:
        raise QuestionError(QuestionCode.BAD_NUMBER, name=name, number=value)
    return int(value)


def _is_whole(value: Any) -> bool:
    """Whether a value of JSON is a whole number. JSON has one kind of number, so that 5.0 is 5."""
    return not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1


def _articles(snapshot: Snapshot, issue_id: str) -> list[Article]:
    """The articles of the issue with an id."""
    return [article for issue in snapshot.read_issue(issue_id) for article in issue.articles]


def publish(gr: Any, assistant: Assistant) -> None:
    """Serve the endpoints beside the page, `search` under its older name `retrieve` too."""
    limit = {"concurrency_id": "programs", "concurrency_limit": 2}
    for endpoint in Endpoints(assistant).all():
        # Gradio's own page shows only what stands before "Args:", so the whole docstring is given as description.
        told = inspect.getdoc(endpoint)
        gr.api(_told(gr, endpoint), api_name=endpoint.__name__, api_description=told, **limit)
        if endpoint.__name__ == "search":
            gr.api(_told(gr, endpoint), api_name="retrieve", api_description="The same as /search.", **limit)


def _told(gr: Any, endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose errors reach the caller as they are worded."""

    @functools.wraps(endpoint)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return endpoint(*given, **named)
        except (ValueError, BulletinError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return call


def tool_server(assistant: Assistant) -> tuple[Any, Callable[[Any], AbstractAsyncContextManager[None]]]:
    """The endpoints as the tools of an MCP server: what answers its requests, and what has to run meanwhile.

    Raises ImportError where mcp is not installed.
    """
    server = _tools(assistant)
    handler = server.streamable_http_app().routes[0].endpoint

    @asynccontextmanager
    async def lifespan(app: Any) -> Any:
        async with server.session_manager.run():
            yield

    return handler, lifespan


def serve_tools_here(assistant: Assistant) -> None:
    """The same tools for the program that started this one, by standard input and output, until it closes them.

    Raises ImportError where mcp is not installed.
    """
    _tools(assistant).run("stdio")


def _tools(assistant: Assistant) -> Any:
    """An MCP server with the endpoints as its tools."""
    from anyio import CapacityLimiter, to_thread
    from mcp.server.fastmcp import FastMCP
    from mcp.server.fastmcp.exceptions import ToolError
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.types import ToolAnnotations

    limiter: list[Any] = []  # made in the event loop that uses it

    def in_thread(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        async def call(*given: Any, **named: Any) -> Any:
            if not limiter:
                limiter.append(CapacityLimiter(2))
            try:
                return await to_thread.run_sync(functools.partial(endpoint, *given, **named), limiter=limiter[0])
            except (ValueError, BulletinError) as error:
                raise ToolError(str(error)) from error

        return call

    # The request filter knows the names and origins of the whole page, and stands before this.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server = FastMCP(
        "bulletin-qa", stateless_http=True, json_response=True, transport_security=security, log_level="WARNING"
    )
    for endpoint in Endpoints(assistant).all():
        told = inspect.getdoc(endpoint)
        server.add_tool(in_thread(endpoint), description=told, annotations=ToolAnnotations(readOnlyHint=True))
    return server
