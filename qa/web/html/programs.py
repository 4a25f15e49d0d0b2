"""The page for other programs as HTML."""

from __future__ import annotations

from markupsafe import Markup

from qa.web.html.templates import render
from qa.web.scripts import source


def programs_page() -> Markup:
    """What other programs can call, and how, in both languages."""
    return render("programs", "page", script=Markup(source("programs")))
