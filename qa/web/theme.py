"""The colours and fonts of the page, as gradio's parts take them; `page.css` has the rest."""

from __future__ import annotations

from typing import Any


def paper_theme(gr: Any) -> Any:
    """Paper and ink, in fonts that users' machines have: nothing is fetched from elsewhere."""
    # Chinese fonts first: in a Latin one, “ and ” are as narrow as in English.
    sans = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "system-ui", "sans-serif"]
    theme = gr.themes.Base(
        primary_hue="red", neutral_hue="stone", text_size="lg", radius_size="sm", font=sans, font_mono=["monospace"]
    )
    return theme.set(
        body_background_fill="#f7f4ee",
        body_background_fill_dark="#191815",
        background_fill_primary="#fffdf9",
        background_fill_primary_dark="#23211d",
        block_background_fill="#fffdf9",
        block_background_fill_dark="#23211d",
        body_text_color="#22201c",
        body_text_color_dark="#ece7dd",
        body_text_color_subdued="#675f53",
        body_text_color_subdued_dark="#aea595",
        block_info_text_color="#675f53",
        block_info_text_color_dark="#aea595",
        input_border_width="1px",
        input_border_color="#ddd5c6",
        input_border_color_dark="#4a453c",
        input_background_fill="#fffdf9",
        input_background_fill_dark="#2b2823",
        button_primary_background_fill="#8f2a1f",
        button_primary_background_fill_hover="#74211a",
        button_primary_background_fill_dark="#a8402f",
        button_primary_background_fill_hover_dark="#bd4c39",
        button_primary_text_color="#ffffff",
    )
