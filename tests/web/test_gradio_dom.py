"""What `page.js` and `page.css` take for granted of what gradio draws, held against the gradio that is installed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import gradio
import pytest

import qa.web

WEB = Path(qa.web.__file__).parent
STYLE = WEB.joinpath("static", "page.css").read_text(encoding="utf-8")
# Classes that gradio gives to its parts.
CLASSES = {
    "app", "block", "bot", "dark", "dropdown-arrow", "example", "example-text", "form", "gap", "gradio-container",
    "html-container", "icon-button", "icon-wrap", "label-wrap", "main", "message", "message-buttons-left",
    "message-content", "placeholder", "row", "scroll-down-button-container", "selected", "sidebar", "sidebar-content",
    "tab-container", "tab-wrapper", "tabitem", "toggle-button", "user",
}  # fmt: skip
# Other attributes by which the style sheet knows them.
ATTRIBUTES = {'data-testid="block-info"'}
# What the table in page.js names.
NAMED = (
    "message-content", "data-testid", "bot", "user", "log", "examples", "Liked", "Disliked", "Click to upload",
    "sidebar", "toggle-button", "dark", "gradio_config", "tab", "sidebar-content", "open",
    "toast-text", "toast-title", "toast-close", "Connection to the server was lost",
)  # fmt: skip


@cache
def drawn() -> str:
    """Everything that gradio sends to a browser to draw a page."""
    frontend = Path(gradio.__file__).parent / "templates" / "frontend"
    files = [*frontend.glob("*.html"), *frontend.glob("assets/*.js"), *frontend.glob("assets/*.css")]
    return "\n".join(file.read_text(encoding="utf-8", errors="ignore") for file in files)


def own_classes() -> set[str]:
    """Classes that the project's templates, parts and scripts give."""
    sources = [*WEB.rglob("*.html"), *WEB.rglob("*.py"), *WEB.rglob("*.js"), WEB.parent / "i18n" / "__init__.py"]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    given = re.findall(
        r"(?:class=|elem_classes=|kind=|names=|classList\.\w+\(|look\(|className: )[\"'(]?([^\n>]*)", text
    )
    return set(re.findall(r"[a-z][a-z0-9-]*", " ".join(given)))


def selectors() -> str:
    rules = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S)
    return "\n".join(found for found in re.findall(r"([^{}]+)\{", rules) if "@" not in found)


@cache
def drawn_words() -> frozenset[str]:
    return frozenset(re.findall(r"[\w-]+", drawn()))


def is_drawn(name: str) -> bool:
    return name in drawn() if " " in name else name in drawn_words()


def table() -> str:
    script = WEB.joinpath("static", "head", "page.js").read_text(encoding="utf-8")
    return script[script.index("const gradio = {") :].partition("\n    };\n")[0]


def test_the_style_sheet_names_no_other_classes_of_gradio() -> None:
    styled = set(re.findall(r"\.([a-z][\w-]*)", selectors()))
    assert styled - own_classes() == CLASSES - own_classes()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_gradio_gives_the_class_that_the_style_sheet_names(name: str) -> None:
    assert is_drawn(name)


def test_gradio_marks_the_label_of_a_field() -> None:
    assert set(re.findall(r"\[(data-testid=[^]]+)\]", selectors())) == ATTRIBUTES
    assert is_drawn("block-info")


@pytest.mark.parametrize("name", NAMED)
def test_gradio_draws_what_the_scripts_ask_for(name: str) -> None:
    assert name in table()
    assert is_drawn(name)


def test_the_table_of_page_js_names_nothing_else() -> None:
    selected = re.findall(r"'([^']*)'", table())
    names = {name for one in selected for name in re.findall(r"(?<![#\w-])[A-Za-z][\w -]*[\w]", one)}
    of_css = {"title", "role", "button", "aria-label", "list"}
    assert names - of_css <= set(NAMED)


@pytest.mark.parametrize("script", [one for one in WEB.joinpath("static").rglob("*.js") if one.name != "page.js"])
def test_no_other_script_names_what_gradio_draws(script: Path) -> None:
    code = re.sub(r"//.*", "", script.read_text(encoding="utf-8"))
    telling = {name for name in (*CLASSES, *NAMED) if re.search(r"[-_A-Z]", name)}
    assert not [name for name in telling if name in code]
