"""The lists and the reading view of the tab for browsing as HTML."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from embeddings import Article, Clipping, IssueEntry
from qa.i18n import Words, as_printed, joined, month_words, words
from qa.types import Headline, Passage
from qa.web.html.answers import (
    UNKNOWN_DATE,
    UNTITLED,
    article_view,
    day,
    day_range,
    empty_evidence,
    issue_label,
    passage_text,
)
from qa.web.html.highlight import TextSpan, matching_spans
from qa.web.html.similar import similar_view
from qa.web.html.templates import render
from qa.web.html.topics import topic_links
from qa.web.views import PART, ArchiveStatistics, Excerpt, Found, OpenArticle

Jump = tuple[str, int, bool]  # what it leads to, the place of the first issue there, whether it is there already

_NEIGHBOURS = 30  # headlines on either side of the one that is read


def nothing_open() -> Markup:
    """The place of the article that is read while there is none."""
    return empty_evidence(words("choose_article"))


def catalogue(entries: Sequence[IssueEntry], *, first: int = 0) -> Markup:
    """The issues, newest first, by year and month.

    Up to PART are shown at once, and only the newest year is unfolded. Of more, PART are shown from the `first`th on,
    counted from zero, with the way to the others, to each year, and to the months of the year that they begin with.
    """
    about = words("catalogue_size", n=len(entries)) if entries else words("catalogue_empty")
    counts = Counter(_year(entry) for entry in entries)
    is_whole = len(entries) <= PART
    shown = entries if is_whole else entries[first : first + PART]
    years = [(_year_words(year), counts[year], _months(list(of_year))) for year, of_year in groupby(shown, key=_year)]
    jumps = [] if is_whole else _jumps(entries, shown[0])
    places = None if is_whole else (first, first + len(shown), len(entries))
    return render("browse", "catalogue", about=about, years=years, jumps=jumps, places=places, size=PART)


def issue_page(name: str, about: str, headlines: Sequence[Headline], *, part: int, place: str = "") -> Markup:
    """The headlines of an issue by section, of a long one the `part`th PART, from zero.

    `place` is what follows the page's own address to come here.
    """
    first = part * PART
    shown = headlines[first : first + PART]
    sections: dict[str, list[tuple[int, Headline]]] = {}
    for number, headline in enumerate(shown, start=first + 1):
        sections.setdefault(headline.section, []).append((number, headline))
    # One unnamed section is no section.
    has_names = len(sections) > 1 or "" not in sections
    lists = []
    for section, of_section in sections.items():
        lists += [render("browse", "section", name=section)] if has_names else []
        lists.append(_headlines(_rows(of_section)))
    issue_id = headlines[0].issue_id if headlines else ""
    lists.append(_parts(len(headlines), part, issue_id))
    return render("browse", "listing", heading=as_printed(name), about=about, lists=lists, place=place)


def search_page(found: Found, *, place: str = "") -> Markup:
    """How many articles mention some words, and the best passages for them, the words marked; `place` as above."""
    looked_for = found.search.words
    count = {"articles": words("articles", n=len(found.mentioned)), "issues": words("issues", n=found.issues)}
    if not looked_for:
        heading, about = words("found_in_filters"), words("found_size", **count)
        return render("browse", "listing", heading=heading, about=about, lists=[], place=place)
    nothing = "found_only_near" if found.passages else "found_nothing"
    about = words("found" if found.mentioned else nothing, **count)
    cards = [_excerpt(excerpt, looked_for) for excerpt in found.passages]
    relevant = words("relevant_passages" if found.mentioned else "nearest_passages")
    passages = [render("browse", "passages", heading=relevant, cards=cards)] if cards else []
    heading = words("looked_for", words=looked_for)
    lists = [topic_links([looked_for]), *passages] if found.is_topic else passages
    return render("browse", "listing", heading=heading, about=about, lists=lists, place=place)


def mentions(headlines: Sequence[Headline], *, part: int) -> Markup:
    """The articles that mention some words, newest first, of many the `part`th PART, from zero; "" for none."""
    if not headlines:
        return Markup()
    first = part * PART
    rows = _rows(enumerate(headlines[first : first + PART], start=first + 1), with_issue=True)
    heading = words("mentions", n=len(headlines))
    return render("browse", "mentions", heading=heading, rows=rows, parts=_parts(len(headlines), part, None))


def note(text: str, *, place: str | None = None) -> Markup:
    """Why there is nothing to show; `place` is what follows the page's own address to come here, where it has one."""
    return render("browse", "note", text=text, place=place)


def reading(opened: OpenArticle, *, start: int = 0, end: int = 0, rank: int = 1) -> Markup:
    """The whole article with its neighbours and its address; `body[start:end]` is set off."""
    passage = Passage(opened.article, opened.article.body[start:end], start, end, 1.0)
    return article_view(passage, rank=rank, turns=turns(opened), foot=foot(opened, start=start, end=end))


def missing(text: str) -> Markup:
    """That an article is not there."""
    return render("browse", "missing", text=text)


def choices(articles: Sequence[Article], text: str) -> Markup:
    """The articles that one address fits, to choose from."""
    rows = [
        _row(article.id, article.issue_id, article.title, about=as_printed(issue_label(article.issue)))
        for article in articles
    ]
    return render("browse", "choices", text=text, rows=rows)


def turns(opened: OpenArticle) -> Markup:
    """The way to the article before and the one behind."""
    articles, at = opened.issue.articles, opened.at
    before = articles[at - 1] if at > 0 else None
    behind = articles[at + 1] if at + 1 < len(articles) else None
    return render("browse", "turns", before=before, behind=behind, at=at, count=len(articles))


def foot(opened: OpenArticle, *, start: int = 0, end: int = 0) -> Markup:
    """What stands under an article: its printed page on demand, its address, and its issue's other headlines."""
    topics, similar = topic_links(opened.names), similar_view(opened.article, opened.similar)
    values = {"opened": opened, "start": start, "end": end, "topics": topics, "similar": similar}
    return render("browse", "foot", others=_others(opened), **values)


def clippings(found: Sequence[Clipping] | str) -> Markup:
    """The printed places of an article, boxed; or why there is none to show."""
    if isinstance(found, str):
        return render("browse", "no_clipping", text=found)
    return Markup().join(_clipping(one) for one in found)


def facts(holdings: ArchiveStatistics) -> Markup:
    """What the archive holds, folded away."""
    issues = words("issues_undated" if holdings.undated else "issues", n=holdings.issues, undated=holdings.undated)
    settings, model = holdings.settings, holdings.model
    rows = (
        ("facts_issues", issues),
        ("facts_articles", words("held_articles", n=holdings.articles, characters=holdings.characters)),
        (
            "facts_chunks",
            words("held_chunks_cut", n=holdings.chunks, most=settings.max_chars)
            if settings
            else words("held_chunks", n=holdings.chunks),
        ),
        ("facts_dates", day_range(holdings.first, holdings.last)),
        ("facts_model", words("held_model", model=model, dimension=settings.dimension) if settings else model),
        ("facts_size", _size(holdings.size)),
    )
    return render("browse", "facts", rows=rows)


def _year(entry: IssueEntry) -> int:
    """The year of an issue, 0 where it is unknown."""
    return entry.issue.date.year if entry.issue.date else 0


def _year_words(year: int) -> Words:
    return words("year", year=year) if year else UNKNOWN_DATE


def _month(entry: IssueEntry) -> str:
    return month_words(entry.issue.date.month) if entry.issue.date else ""


def _jumps(entries: Sequence[IssueEntry], top: IssueEntry) -> list[tuple[str, list[Jump]]]:
    """The years of all issues, and the months of the year of an issue, by the key of what to say of them.

    Each with the place of its first issue, and whether it is that of `top`.
    """
    years: dict[int, int] = {}
    months: dict[str, int] = {}
    for place, entry in enumerate(entries):
        years.setdefault(_year(entry), place)
        if _year(entry) == _year(top):
            months.setdefault(_month(entry), place)
    to_years: list[Jump] = [(_year_words(year), place, year == _year(top)) for year, place in years.items()]
    to_months = [(month, place, month == _month(top)) for month, place in months.items() if month]
    return [("jump_year", to_years), ("jump_month", to_months)]


def _months(entries: Sequence[IssueEntry]) -> list[tuple[str, list[tuple[str, IssueEntry]]]]:
    """The issues of a year by month, each with its name as lists show it."""
    return [
        (month, [(issue_label(entry.issue), entry) for entry in of_month])
        for month, of_month in groupby(entries, key=_month)
    ]


def _row(
    article_id: str, issue_id: str, title: str, *, number: int = 0, about: str = "", is_current: bool = False
) -> dict[str, Any]:
    """An article as the macro `headlines` takes it; no number where `number` is 0."""
    return {
        "article_id": article_id,
        "issue_id": issue_id,
        "title": title or UNTITLED,
        "number": number,
        "about": about,
        "is_current": is_current,
    }


def _rows(numbered: Iterable[tuple[int, Headline]], *, with_issue: bool = False) -> list[dict[str, Any]]:
    return [
        _row(
            headline.article_id,
            headline.issue_id,
            headline.title,
            number=number,
            about=_about(headline) if with_issue else "",
        )
        for number, headline in numbered
    ]


def _headlines(rows: Sequence[dict[str, Any]]) -> Markup:
    return render("browse", "headlines", rows=rows)


def _about(headline: Headline) -> str:
    return joined(" · ", (day(headline.day), headline.issue, headline.section))


def _parts(count: int, part: int, issue_id: str | None) -> Markup:
    """The way to the other parts of a long list: of an issue, or where it is None of the articles that were found."""
    last = (count - 1) // PART
    if last < 1:
        return Markup()
    return render("browse", "parts", part=part, last=last, size=PART, issue_id=issue_id)


def _excerpt(excerpt: Excerpt, looked_for: str) -> Markup:
    headline, body, start, end = excerpt.headline, excerpt.body, excerpt.start, excerpt.end
    text = _marked(body[start:end], matching_spans(body[start:end], looked_for))
    lines = Markup().join(Markup("<p>{}</p>").format(line) for line in text.split("\n") if line.strip())
    return render(
        "browse",
        "excerpt",
        headline=headline,
        title=_marked(headline.title, matching_spans(headline.title, looked_for)),
        about=_about(headline),
        text=passage_text(lines, (start, end), of=body),
        start=start,
        end=end,
    )


def _marked(text: str, spans: Sequence[TextSpan]) -> Markup:
    """A text, escaped, with some spans in <mark>; none of them crosses the end of a line."""
    parts, at = Markup(), 0
    for start, end in spans:
        parts += Markup("{}<mark>{}</mark>").format(text[at:start], text[start:end])
        at = end
    return parts + escape(text[at:])


def _others(opened: OpenArticle) -> Markup:
    """The headlines around an article, the article itself marked."""
    headlines, at = opened.headlines, opened.at
    if len(headlines) < 2:
        return Markup()
    first, last = max(0, at - _NEIGHBOURS), at + _NEIGHBOURS + 1
    rows = [
        _row(
            headline.article_id,
            headline.issue_id,
            headline.title,
            number=place + 1,
            about=as_printed(headline.section),
            is_current=place == at,
        )
        for place, headline in enumerate(headlines[first:last], start=first)
    ]
    name = issue_label(opened.issue)
    return render("browse", "others", name=name, rows=rows, left_out=len(headlines) - len(rows))


def _clipping(one: Clipping) -> Markup:
    picture = base64.b64encode(one.picture).decode("ascii")
    said = words("printed_boxed" if one.boxes else "printed_page", page=one.page)
    return render("browse", "clipping", one=one, picture=picture, said=said)


def _size(size: int) -> str:
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:,.1f} {unit}"
    return words("bytes", n=size)
