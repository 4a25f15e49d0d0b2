"""What the newsroom tab says, as HTML. Every text is escaped here, so that it is shown and never obeyed."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.html import UNTITLED

ARRIVAL_HEADING = (
    "<h2>投递新一期</h2><p>把文件拖到这里，先校对，再入库。可读：文本、Markdown、JSONL、网页、DOCX、PDF、"
    "扫描图片，以及装着它们的 ZIP；一期有好几张图片的，请打包成一个 ZIP。</p>"
)
DOOR_HEADING = "<h2>编辑部</h2><p>这里可以投递、更正和撤回。请输入编辑部的口令。</p>"
SHELF_HEADING = "<h2>已入库的期</h2><p>改正标题、署名、日期和误读的段落，或撤回一期。原文件不会改动。</p>"


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
        f"{_text(slip.title or UNTITLED)}{marks}</span>"
        f'<span class="about">{_text(slip.about)}</span></button></li>'
    )


def about_article(parts: Iterable[str]) -> str:
    """What an editor sees of an article and cannot change: place, section, page, kind."""
    return f'<p class="about-article">{_text(" · ".join(filter(None, parts)))}</p>'


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
    return f'<div class="left-out"><p>没有读成的 {len(files)} 个文件：</p><ul>{rows}</ul></div>'


def _text(text: str) -> str:
    return html.escape(text, quote=True)
