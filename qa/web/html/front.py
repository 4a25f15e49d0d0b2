"""Front pages as HTML, and the picture of a printed page."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from markupsafe import Markup

from embeddings import Box, Clipping
from qa.i18n import words
from qa.types import Headline
from qa.web.html.answers import UNTITLED, day
from qa.web.html.templates import render
from qa.web.views import FrontPage

Placed = tuple[Headline, Sequence[Box]]  # an article, and the boxes of its paragraphs on a page


def front(page: FrontPage, *, has_days: bool) -> Markup:
    """The headlines of an issue, or of some days, by weight; with `has_days` each article with its day."""
    return render("front", "front", page=page, has_days=has_days, day=day)


def printed_sheet(clipping: Clipping, articles: Sequence[Placed]) -> Markup:
    """A printed page whole, each paragraph of an article a way to the article."""
    return render(
        "front",
        "sheet",
        one=clipping,
        picture=base64.b64encode(clipping.picture).decode("ascii"),
        said=words("printed_page", page=clipping.page),
        articles=[(headline, headline.title or UNTITLED, boxes) for headline, boxes in articles],
    )
