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
from qa.api.schemas import answer_row, article_row, issue_row, passage_rows
from qa.assistant import Assistant, read_filters
from qa.errors import QuestionCode, QuestionError

MAX_K = 50
MAX_HEADLINED = 500  # issues listed at once with their headlines: each is read with its articles

Endpoint = Callable[..., Any]


class Endpoints:
    """What other programs may call, by its name. Each raises ValueError or BulletinError, with cause and cure."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def all(self) -> list[Endpoint]:
        """Every one of them."""
        return [self.ask, self.search, self.read_article, self.list_issues]

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
        issue, article = _text("issue", issue), _text("article", article)
        with self._assistant.archive.snapshot() as snapshot:
            issues = snapshot.read_issue(issue)
        if not issues:
            raise QuestionError(QuestionCode.NO_ISSUE, issue=issue)
        found = [one for each in issues for one in each.articles if one.id == article]
        if not found:
            raise QuestionError(QuestionCode.NO_ARTICLE, issue=issue, article=article)
        return article_row(found[0])

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

    @staticmethod
    def _read(k: Any, issue: Any, since: Any, until: Any, section: Any) -> tuple[int, Filters]:
        """The number of passages, and the filters: as they come from JSON, which may hold anything."""
        if not _is_whole(k) or not 1 <= k <= MAX_K:
            raise QuestionError(QuestionCode.BAD_K, k=k, most=MAX_K)
        narrowed = {"since": since, "until": until, "issue": issue, "section": section}
        return int(k), read_filters(**{name: _text(name, value) for name, value in narrowed.items()})


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
    handler = server.streamable_http_app().routes[0].endpoint  # type: ignore[attr-defined]

    @asynccontextmanager
    async def lifespan(app: Any) -> Any:
        async with server.session_manager.run():
            yield

    return handler, lifespan
