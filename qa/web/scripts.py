"""The scripts of `qa/web/static/`, as gradio's components and events take them.

Those of `head/` stand in the head of the page, as `_HEAD` orders them, and make `window.bulletin`; gradio waits for the
head before it draws a part. The others belong to one part each, and gradio runs them with `element`, `trigger`, `watch`
and `server`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from qa.i18n import both_languages

_STATIC = Path(__file__).with_name("static")
_HEAD = ("head/page", "head/events", "head/address", "head/connection", "head/speech", "head/marking", "head/typing")
LOOK_MILLISECONDS = 5000  # between looks after an answer that is waited for
_SAID = (
    "answer",
    "ask",
    "ask_marked",
    "ask_marked_hint",
    "asked",
    "cancel",
    "choose_files",
    "close",
    "connection_lost",
    "conversation",
    "copied",
    "save_question",
    "speak",
    "speak_no_voice",
    "speak_stop",
    "trouble_title",
    "typed_found",
    "typed_name",
    "typed_offered",
    "typed_question",
    "typed_section",
    "typed_title",
)  # by those of the head


def head() -> Markup:
    """What the head of the page holds; the scripts find the words that they say in `given`."""
    script = Markup("<script>{}</script>")
    given = {"words": both_languages(*_SAID), "look": LOOK_MILLISECONDS}
    return Markup().join(script.format(Markup(on_load(name, **given))) for name in _HEAD)


def on_load(*names: str, **given: Any) -> str:
    """The `js_on_load` of a part: some scripts, one after the other, each of which finds the values in `given`."""
    values = _json(given)
    return "\n".join(f"{{\nconst given = {values};\n{source(name)}}}" for name in names)


def on_event(name: str, **given: Any) -> str:
    """The `js` of an event: a function of `events.js` by its name, which gets the values first where there are any."""
    return f"bulletin.{name}.bind(null, {_json(given)})" if given else f"bulletin.{name}"


def source(name: str) -> str:
    """The text of a script, by its path in the folder, without the suffix."""
    return _STATIC.joinpath(f"{name}.js").read_text(encoding="utf-8")


def _json(given: dict[str, Any]) -> str:
    # Nothing may end the script that it stands in.
    return json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")
