"""The endpoints for other programs, which gradio serves beside the page.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to describe the endpoints.
"""

import inspect
from typing import Any

from embeddings import BulletinError, Filters
from qa.assistant import Assistant, read_filters
from qa.rows import answer_row, passage_rows

MAX_K = 50


def publish(gr: Any, assistant: Assistant) -> None:
    """The endpoints for other programs."""

    def read(k: int, issue: str, since: str, until: str, section: str) -> Filters:
        if not 1 <= k <= MAX_K:
            raise ValueError(f"k is {k}; it must be between 1 and {MAX_K}.")
        return read_filters(since=since, until=until, issue=issue, section=section)

    def ask(
        question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
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
            JSON with question, text, quote, abstained, confidence, citations (number, article_id, title, date, issue,
            quote) and passages (rank, score, text, article_id, title, date, issue, start, end).
        """
        try:
            return answer_row(assistant.ask(question, k=k, filters=read(k, issue, since, until, section)))
        except (ValueError, BulletinError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    def retrieve(
        question: str, k: int = 5, issue: str = "", since: str = "", until: str = "", section: str = ""
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
            JSON: a list of passages, each with rank, score, text, article_id, title, date, issue, start, end
        """
        try:
            return passage_rows(assistant.retrieve(question, k=k, filters=read(k, issue, since, until, section)))
        except (ValueError, BulletinError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    for endpoint in (ask, retrieve):
        # Gradio's own page shows only what stands before "Args:", so the whole docstring is given as description.
        gr.api(endpoint, api_name=endpoint.__name__, api_description=inspect.getdoc(endpoint))
