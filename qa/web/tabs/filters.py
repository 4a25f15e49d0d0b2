"""The fields that narrow a search, as the chat tab and the browse tab have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa.i18n import in_language, labels, words
from qa.web.services.chat import ChatService
from qa.web.services.issues import OFFERED

FILTERS = ("issue", "section", "since", "until")


def lay_out_filters(gr: Any, elem_id: str) -> dict[str, Any]:
    """The fields, folded away, by the names of FILTERS."""
    label = labels(gr)
    fields: dict[str, Any] = {}
    with gr.Accordion(label("filters"), open=False, elem_id=elem_id), gr.Row():
        for name, everything in (("issue", "all_issues"), ("section", "all_sections")):
            fields[name] = gr.Dropdown(
                [(words(everything), "")], value="", label=label(name), min_width=150,
                allow_custom_value=name == "issue",
            )  # fmt: skip
        for name in ("since", "until"):
            fields[name] = gr.Textbox(
                label=label(name), value="", placeholder=label(f"{name}_hint"), max_lines=1, min_width=130
            )
    return fields


def offered(gr: Any, choices: Sequence[tuple[str, str]], chosen: str, headers: Mapping[str, str]) -> Any:
    """The choices of a field, in the language of a request; what was chosen stands for as long as it is there."""
    shown = [(in_language(name, headers), value) for name, value in choices]
    return gr.update(choices=shown, value=chosen if chosen in dict(choices).values() else "")


def offered_issues(gr: Any, service: ChatService, chosen: str, headers: Mapping[str, str]) -> Any:
    """The choices of the field for an issue, as `offered`; and where these are not all, that others can be typed."""
    choices = service.issue_choices(chosen or "")
    hint = words("issue_typed", n=OFFERED) if service.overview().unlisted else ""
    return {**offered(gr, choices, chosen or "", headers), "info": in_language(hint, headers) or None}
