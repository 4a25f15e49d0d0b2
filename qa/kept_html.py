"""The list of a reader's conversations as HTML. Every text is escaped here, so that it is shown and never obeyed."""

from __future__ import annotations

import html
from collections.abc import Sequence

from qa.ledger import Entry


def kept_list(entries: Sequence[tuple[Entry, str]], current: str) -> str:
    """Conversations with their times as shown, to choose from. `data-kept` is the id."""
    if not entries:
        return '<p class="nothing">还没有对话。提问之后，对话会自动保存在这里。</p>'
    return f'<ol class="kept-list">{"".join(_entry(one, time, one.id == current) for one, time in entries)}</ol>'


def _entry(entry: Entry, time: str, is_current: bool) -> str:
    mark = ' aria-current="true"' if is_current else ""
    return (
        f'<li><button type="button" data-kept="{_text(entry.id)}"{mark}><span class="name">{_text(entry.name)}</span>'
        f'<span class="about">{_text(time)} · {entry.turns} 问</span></button></li>'
    )


def remark(text: str) -> str:
    """A line on what was done, or could not be; "" for nothing to say."""
    return f'<p class="remark" role="status">{_text(text)}</p>' if text else ""


def _text(text: str) -> str:
    return html.escape(text, quote=True)
