"""What feed readers and search engines are given: a feed of issues, maps of the site, an article by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from embeddings import Article, Issue
from qa.i18n import chinese
from qa.web.html.templates import render

_DESCRIPTION_CHARS = 150
# XML has no other control characters, and some sources have them.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONG_AGO = date(1970, 1, 1)  # stands where a day is not known: a feed must have one


def feed(issues: Sequence[tuple[Issue, str]], *, base: str) -> str:
    """An Atom feed (RFC 4287) of issues with their articles, each with its address; `base` is that of the page."""
    entries = [
        {
            "title": _clean(issue.name),
            "address": address,
            "updated": _moment(issue.date),
            "headlines": _clean("\n".join(one.title for one in issue.articles if one.title)),
        }
        for issue, address in issues
    ]
    newest = max((issue.date for issue, _ in issues if issue.date), default=None)
    return str(render("published", "feed", base=base, updated=_moment(newest), entries=entries)).strip()


def sitemap_index(addresses: Sequence[str]) -> str:
    """A map of maps, as https://www.sitemaps.org/protocol.html has it."""
    return str(render("published", "sitemaps", addresses=addresses)).strip()


def sitemap(articles: Sequence[tuple[str, date | None]]) -> str:
    """A map of articles by their addresses and days."""
    return str(render("published", "sitemap", articles=articles)).strip()


def article_page(article: Article, *, address: str, page: str, similar: Sequence[tuple[Article, str]] = ()) -> str:
    """An article by itself, which a search engine can read; `page` is where it is shown with its neighbours.

    `similar` are articles that report the same matter, with their addresses.
    """
    title = article.title or article.issue.name
    description = " ".join(article.body.split())[:_DESCRIPTION_CHARS]
    told = _linked(article, title, description, address)
    # A `<` could end the element that it stands in.
    linked = Markup(json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"))
    values = {"article": article, "title": title, "description": description, "address": address, "page": page}
    values |= {"similar": similar, "heading": chinese("similar")}
    return str(render("published", "article", **values, linked=linked)).strip()


def _linked(article: Article, title: str, description: str, address: str) -> dict[str, Any]:
    """An article as https://schema.org/NewsArticle names its parts."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "description": description,
        "articleBody": article.body,
        "inLanguage": "zh-CN",
        "url": address,
        "isPartOf": {"@type": "PublicationIssue", "name": article.issue.name},
    }
    if article.date:
        told["datePublished"] = article.date.isoformat()
    if article.section:
        told["articleSection"] = article.section
    if article.byline:
        told["author"] = {"@type": "Person", "name": article.byline}
    return told


def _moment(day: date | None) -> str:
    return f"{(day or _LONG_AGO).isoformat()}T00:00:00Z"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
