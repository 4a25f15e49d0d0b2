"""The templates of the page: what they call, and how they are read.

A template of `qa/web/templates/` is a set of macros. Each escapes what it is given; only Markup, which another macro
made, goes in as it is. Words are written in both languages by themselves, but in an attribute, where `named` stands for
them. `both` writes them by their key; the filters `printed` and `typed` say in whose language a text is.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from qa.i18n import as_printed, as_typed, both, named, words

# Between two tags; where the page keeps white space (`white-space: pre-wrap`), a line end would be seen.
_LINE_END = re.compile(r"(?<=[>}])\n\s*(?=[<{])")


def render(template: str, macro: str, **values: Any) -> Markup:
    """What a macro of the template `<template>.html` makes of some values. Jinja2 loads on first use."""
    return Markup(getattr(_environment().get_template(f"{template}.html").module, macro)(**values))


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.ext import Extension

    class WithoutLineEnds(Extension):
        """Leaves out the line ends and the indentation between tags, which are for who reads the template."""

        def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
            return _LINE_END.sub("", source.strip())

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[WithoutLineEnds],
    )
    environment.globals.update(both=both, named=named, words=words)
    environment.filters.update(printed=as_printed, typed=as_typed)
    return environment
