"""The list of a reader's conversations as HTML. Every text is escaped here, so that it is shown and never obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from qa.i18n import as_html as _text
from qa.i18n import as_typed, both, joined, words
from qa.userdata.store import Entry


def kept_list(entries: Sequence[tuple[Entry, str]], current: str) -> str:
    """Conversations with their times as shown, to choose from. `data-kept` is the id."""
    if not entries:
        return f'<p class="nothing">{both("kept_nothing")}</p>'
    return f'<ol class="kept-list">{"".join(_entry(one, time, one.id == current) for one, time in entries)}</ol>'


def _entry(entry: Entry, time: str, is_current: bool) -> str:
    mark = ' aria-current="true"' if is_current else ""
    about = joined(" · ", (time, words("kept_questions", n=entry.turns)))
    return (
        f'<li><button type="button" data-kept="{_text(entry.id)}"{mark}>'
        f'<span class="name">{as_typed(entry.name)}</span><span class="about">{_text(about)}</span></button></li>'
    )


def remark(text: str) -> str:
    """A line on what was done, or could not be; "" for nothing to say."""
    return f'<p class="remark" role="status">{_text(text)}</p>' if text else ""
