"""A shared answer or conversation as a page of its own, and the lists of what a user shares."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.i18n import Language, joined, said_in, words
from qa.userdata.shares import SharedPage, SharedSource, SharedTurn, ShareEntry
from qa.web.html.answers import mark_quote
from qa.web.html.templates import render


def shared_page(page: SharedPage | None, *, time: str, language: Language, home: str) -> str:
    """A page of HTML that is only read; where there is nothing to show, one that says so.

    `time` is when it was shared, as shown; `home` leads to the page itself.
    """
    turns = [_turn(turn, language) for turn in page.turns] if page else []
    title = page.turns[0].question if page and page.turns else said_in(language, words("shared_heading"))
    about = words("shared_about", time=time, generation=page.generation[:12]) if page else words("shared_gone")

    def say(key: str) -> str:
        return said_in(language, words(key))

    values = {"title": title, "about": said_in(language, about), "turns": turns, "home": home, "say": say}
    return str(render("shared", "page", lang="en" if language is Language.ENGLISH else "zh-CN", **values)).strip()


def shared_now(share: str, *, is_whole: bool) -> Markup:
    """What is told after something was shared: its address, and what can be done with that."""
    key = "shared_conversation" if is_whole else "shared_answer"
    return render("shared", "now", share=share, said=words(key))


def share_list(entries: Sequence[tuple[ShareEntry, str]]) -> Markup:
    """What a user shares, with its times as shown; "" where that is nothing."""
    rows = [
        {"id": one.id, "name": one.name, "about": joined(" · ", (time, words("kept_questions", n=one.turns)))}
        for one, time in entries
    ]
    return render("shared", "entries", entries=rows) if rows else Markup()


def _turn(turn: SharedTurn, language: Language) -> dict[str, object]:
    text = words("withdrawn_answer") if turn.is_gone else turn.text
    sources = [_source(source, language) for source in turn.sources]
    return {
        "question": turn.question,
        "text": said_in(language, text),
        "note": said_in(language, turn.note),
        "sources": sources,
    }


def _source(source: SharedSource, language: Language) -> dict[str, object]:
    start = source.text.find(source.quote)
    end = start + len(source.quote)
    marked = mark_quote(source.text, start, end) if start >= 0 else mark_quote(source.text, 0, 0)
    about = joined(" · ", (source.day or words("unknown_date"), source.printed, source.section, source.byline))
    return {
        "number": source.number,
        "title": source.title or said_in(language, words("untitled")),
        "about": said_in(language, about),
        "text": marked,
        "article": source.article,
        "is_changed": source.is_changed,
    }
