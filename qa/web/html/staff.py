"""What the newsroom tab says, as HTML. Every text is escaped here, so that it is shown and never obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.i18n import as_html as _text
from qa.i18n import as_printed, both, joined
from qa.web.html.answers import UNTITLED


def heading(key: str) -> str:
    """A heading of the room, with what there is to say of it."""
    return f"<h2>{both(key)}</h2><p>{both(f'{key}_about')}</p>"


@dataclass(frozen=True, slots=True)
class Slip:
    """An article's line in a list: its title, what else tells it apart, and remarks (未收录, 已改)."""

    title: str
    about: str = ""
    marks: tuple[str, ...] = ()


def slips(articles: Sequence[Slip], chosen: int | None) -> str:
    """The articles of an issue as a list to choose from. `data-slip` is the place, from zero."""
    return f'<ol class="slips">{"".join(_slip(at, one, at == chosen) for at, one in enumerate(articles))}</ol>'


def _slip(at: int, slip: Slip, is_chosen: bool) -> str:
    marks = "".join(f'<b class="mark">{_text(mark)}</b>' for mark in slip.marks)
    current = ' aria-current="true"' if is_chosen else ""
    return (
        f'<li><button type="button" data-slip="{at}"{current}><span class="name">{at + 1}. '
        f"{as_printed(slip.title or UNTITLED)}{marks}</span>"
        f'<span class="about">{as_printed(slip.about)}</span></button></li>'
    )


def about_article(parts: Iterable[str]) -> str:
    """What an editor sees of an article and cannot change: place, section, page, kind."""
    return f'<p class="about-article">{_text(joined(" · ", parts))}</p>'


def working(text: str, done: int = 0, total: int = 0) -> str:
    """That something is under way, with a bar where it is known how far."""
    bar = f'<progress value="{done}" max="{total}">{done}/{total}</progress>' if total else ""
    return f'<div class="working" role="status">{bar}<span>{_text(text)}</span></div>'


def done(text: str) -> str:
    """That something was done."""
    return f'<div class="done" role="status">{_text(text)}</div>'


def trouble(text: str) -> str:
    """Why something was not done, and what would help."""
    return f'<div class="trouble" role="alert">{_text(text)}</div>'


def left_out(files: Sequence[tuple[str, str]]) -> str:
    """The files that were not read, each with its reason; "" for none."""
    if not files:
        return ""
    rows = "".join(f"<li><b>{_text(name)}</b>{_text(reason)}</li>" for name, reason in files)
    return f'<div class="left-out"><p>{both("left_out", n=len(files))}</p><ul>{rows}</ul></div>'
