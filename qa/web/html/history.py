"""The list of a user's conversations as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.i18n import joined, words
from qa.userdata.store import ConversationEntry
from qa.web.html.templates import render


def heading() -> Markup:
    """The heading of the drawer."""
    return render("history", "heading")


def kept_list(entries: Sequence[tuple[ConversationEntry, str]], current: str) -> Markup:
    """Conversations with their times as shown, to choose from. `data-kept` is the id."""
    rows = [
        {
            "id": entry.id,
            "name": entry.name,
            "about": joined(" · ", (time, words("kept_questions", n=entry.turns))),
            "is_current": entry.id == current,
        }
        for entry, time in entries
    ]
    return render("history", "conversations", entries=rows)


def remark(text: str) -> Markup:
    """A line on what was done, or could not be; "" for nothing to say."""
    return render("history", "remark", text=text) if text else Markup()
