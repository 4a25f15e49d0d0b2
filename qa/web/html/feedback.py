"""What users left behind as HTML, for the staff."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.userdata.store import Unanswered, Vote
from qa.web.html.templates import render


def votes(votes: Sequence[tuple[Vote, str]]) -> Markup:
    """Votes with their times as shown."""
    return render("feedback", "votes", votes=votes)


def unanswered(questions: Sequence[tuple[Unanswered, str]]) -> Markup:
    """Questions that found no answer with their times as shown."""
    return render("feedback", "unanswered", questions=questions)
