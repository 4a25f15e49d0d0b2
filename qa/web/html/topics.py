"""Topic pages as HTML, and the ways that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup, escape

from embeddings import fold
from qa.i18n import joined, words
from qa.topics.names import NameKind
from qa.topics.topic import NumberBeside, Topic
from qa.types import Citation
from qa.web.html.answers import UNTITLED, day, mark_quote
from qa.web.html.templates import render

_KINDS = ((NameKind.PERSON, "topic_people"), (NameKind.PLACE, "topic_places"), (NameKind.BODY, "topic_bodies"))


def topic_page(topic: Topic, *, timeline: Markup) -> Markup:
    """What there is on a topic: the sentences that say most, its `timeline`, names and numbers beside it."""
    about = words(
        "found_size", articles=words("articles", n=len(topic.articles)), issues=words("issues", n=topic.issues)
    )
    days = [one.day for one in topic.articles if one.day]
    span = joined(" — ", dict.fromkeys(day(one) for one in (min(days), max(days)))) if days else ""
    return render(
        "topics",
        "page",
        name=topic.name,
        kind=words(f"topic_kind_{topic.kind}" if topic.kind else "topic_kind_story"),
        about=joined(" · ", (about, span)),
        sentences=[(one, _sentence(one, topic.name), _about(one)) for one in topic.telling],
        untitled=UNTITLED,
        timeline=timeline,
        groups=[
            (key, [(one.name, address_of_topic(one.name), one.articles) for one in topic.names(kind)])
            for kind, key in _KINDS
        ],
        numbers=[(one, _clause(one), day(one.headline.day)) for one in topic.numbers],
        place=address_of_topic(topic.name),
    )


def topic_links(names: Sequence[str]) -> Markup:
    """The ways to some topics, as buttons; "" for none."""
    return render("topics", "links", topics=[(name, address_of_topic(name)) for name in names]) if names else Markup()


def address_of_topic(name: str) -> str:
    """What follows the page's own address to show a topic."""
    return f"?{urlencode({'topic': name})}"


def _sentence(citation: Citation, name: str) -> Markup:
    """A sentence, the topic in it marked."""
    quote, wanted = citation.quote, fold(name)
    at = fold(quote).find(wanted)
    is_same = len(fold(quote)) == len(quote)  # folding may change how long a text is
    return mark_quote(quote, at, at + len(wanted)) if at >= 0 and is_same else escape(quote)


def _clause(number: NumberBeside) -> Markup:
    before, _, after = number.clause.partition(number.text)
    return Markup("{}<strong>{}</strong>{}").format(before, number.text, after)


def _about(citation: Citation) -> str:
    return joined(" · ", (day(citation.article.date), citation.article.issue.name))
