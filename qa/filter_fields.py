"""The fields that narrow a search, as the rooms for asking and for browsing have them."""

from __future__ import annotations

from typing import Any

from qa.wording import chinese, labels

FILTERS = ("issue", "section", "since", "until")


def lay_out_filters(gr: Any, elem_id: str) -> dict[str, Any]:
    """The fields, folded away, by the names of FILTERS."""
    words = labels(gr)
    fields: dict[str, Any] = {}
    with gr.Accordion(words("filters"), open=False, elem_id=elem_id), gr.Row():
        for name, everything in (("issue", "all_issues"), ("section", "all_sections")):
            fields[name] = gr.Dropdown([(chinese(everything), "")], value="", label=words(name), min_width=150)
        for name in ("since", "until"):
            fields[name] = gr.Textbox(
                label=words(name), value="", placeholder=words(f"{name}_hint"), max_lines=1, min_width=130
            )
    return fields
