"""What the staff tab says, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.i18n import joined, words
from qa.web.html.templates import render


def heading(key: str) -> Markup:
    """A heading of the tab, with what there is to say of it."""
    return render("staff", "heading", title=words(key), about=words(f"{key}_about"))


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article's line in a list: its title, what else tells it apart, and remarks (未收录, 已改)."""

    title: str
    about: str = ""
    marks: tuple[str, ...] = ()


def article_rows(articles: Sequence[ArticleRow], chosen: int | None) -> Markup:
    """The articles of an issue as a list to choose from. `data-slip` is the place, from zero."""
    return render("staff", "slips", articles=articles, chosen=chosen)


def about_article(parts: Iterable[str]) -> Markup:
    """What an editor sees of an article and cannot change: place, section, page, kind."""
    return render("staff", "about_article", text=joined(" · ", parts))


def working(text: str, done: int = 0, total: int = 0) -> Markup:
    """That something is under way, with a bar where it is known how far."""
    return render("staff", "working", text=text, done=done, total=total)


def done(text: str) -> Markup:
    """That something was done."""
    return render("staff", "done", text=text)


def trouble(text: str, *, field: str = "") -> Markup:
    """Why something was not done, and what would help; `field` is that of the form which caused it, "" for none."""
    return render("staff", "trouble", text=text, field=field)


def nothing(text: str) -> Markup:
    """That there is nothing to list yet."""
    return render("staff", "nothing", text=text)


def change_list(rows: Sequence[object], *, may_undo: bool) -> Markup:
    """The log of what was changed; with a button to take each back where that may be."""
    return render("staff", "changes", rows=rows, may_undo=may_undo)


def left_out(files: Sequence[tuple[str, str]]) -> Markup:
    """The files that were not read, each with its reason; "" for none."""
    return render("staff", "left_out", files=files) if files else Markup()
