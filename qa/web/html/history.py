"""The list of a user's conversations as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.i18n import joined, words
from qa.userdata.questions import FoundTurn
from qa.userdata.store import ConversationEntry
from qa.web.html.answers import mark_quote
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


def found_list(found: Sequence[FoundTurn], looked_for: str) -> Markup:
    """Turns of a user's own conversations that have some words, these marked, to open their conversation by."""
    rows = [
        {"id": one.turn.conversation, "name": one.turn.name, "text": mark_quote(one.text, one.start, one.end)}
        for one in found
    ]
    about = words("kept_found", n=len(rows)) if rows else words("kept_found_nothing", words=looked_for)
    return render("history", "found", rows=rows, about=about)


def remark(text: str) -> Markup:
    """A line on what was done, or could not be; "" for nothing to say."""
    return render("history", "remark", text=text) if text else Markup()
