"""The lists and the reading view of the tab for browsing as HTML. Every text is escaped here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from itertools import groupby

from embeddings import Article, Clipping, IssueEntry
from qa.i18n import Words, as_printed, both, joined, month_words, named, words
from qa.i18n import as_html as _text
from qa.types import Passage
from qa.web.html.answers import UNKNOWN_DATE, UNTITLED, article_view, day, day_range, issue_label
from qa.web.html.highlight import Span, matching_spans
from qa.web.views import PART, Excerpt, Found, Headline, Holdings, Opened

_NEIGHBOURS = 30  # headlines on either side of the one that is read

EMPTY = f'<section class="evidence empty"><p>{both("choose_article")}</p></section>'


def catalogue(entries: Sequence[IssueEntry]) -> str:
    """The issues, newest first, by year and month; only the newest year is unfolded."""
    about = both("catalogue_size", n=len(entries)) if entries else both("catalogue_empty")
    years = [(year, list(of_year)) for year, of_year in groupby(entries, key=_year)]
    folded = "".join(_of_year(year, of_year, is_open=at == 0) for at, (year, of_year) in enumerate(years))
    return f'<section class="catalogue"><h2>{both("catalogue")}</h2><p class="about">{about}</p>{folded}</section>'


def issue_page(name: str, about: str, headlines: Sequence[Headline], *, part: int) -> str:
    """The headlines of an issue by section, of a long one the `part`th PART, from zero."""
    first = part * PART
    shown = headlines[first : first + PART]
    sections: dict[str, list[tuple[int, Headline]]] = {}
    for number, headline in enumerate(shown, start=first + 1):
        sections.setdefault(headline.section, []).append((number, headline))
    # One unnamed section is no section.
    names = list(sections) if len(sections) > 1 or "" not in sections else []
    lists = "".join(
        (f"<h3>{as_printed(section) or both('no_section')}</h3>" if names else "") + _headlines(of_section)
        for section, of_section in sections.items()
    )
    issue_id = headlines[0].issue_id if headlines else ""
    turning = _parts(len(headlines), part, f'data-issue="{_text(issue_id)}"')
    return (
        f'<section class="catalogue">{_HOME}<h2 tabindex="-1">{as_printed(name)}</h2>'
        f'<p class="about">{_text(about)}</p>{lists}{turning}</section>'
    )


def search_page(found: Found) -> str:
    """How many articles mention some words, and the best passages for them, the words marked."""
    looked_for = found.search.words
    count = {"articles": words("articles", n=len(found.mentioned)), "issues": words("issues", n=found.issues)}
    if not looked_for:
        return _search_page(both("found_in_filters"), both("found_size", **count))
    nothing = "found_only_near" if found.passages else "found_nothing"
    said = both("found" if found.mentioned else nothing, **count)
    cards = "".join(_excerpt(excerpt, looked_for) for excerpt in found.passages)
    heading = both("relevant_passages" if found.mentioned else "nearest_passages")
    passages = f"<h3>{heading}</h3>{cards}" if cards else ""
    return _search_page(both("looked_for", words=looked_for), said, passages)


def _search_page(heading: str, about: str, passages: str = "") -> str:
    """A page of what was found, of HTML."""
    return (
        f'<section class="catalogue">{_HOME}<h2 tabindex="-1">{heading}</h2><p class="about">{about}</p>'
        f"{passages}</section>"
    )


def mentions(headlines: Sequence[Headline], *, part: int) -> str:
    """The articles that mention some words, newest first, of many the `part`th PART, from zero; "" for none."""
    if not headlines:
        return ""
    first = part * PART
    rows = _headlines(enumerate(headlines[first : first + PART], start=first + 1), with_issue=True)
    turning = _parts(len(headlines), part, "data-mentions")
    heading = both("mentions", n=len(headlines))
    return f'<section class="catalogue mentions"><h3>{heading}</h3>{rows}{turning}</section>'


def note(text: str) -> str:
    """Why there is nothing to show."""
    return f'<section class="catalogue">{_HOME}<p class="note" role="alert">{_text(text)}</p></section>'


def reading(opened: Opened, *, start: int = 0, end: int = 0, rank: int = 1) -> str:
    """The whole article with its neighbours and its address; `body[start:end]` is set off."""
    passage = Passage(opened.article, opened.article.body[start:end], start, end, 1.0)
    return article_view(passage, rank=rank, turns=turns(opened), foot=foot(opened, start=start, end=end))


def missing(text: str) -> str:
    """That an article is not there."""
    return f'<section class="evidence empty"><p role="alert">{_text(text)}</p></section>'


def choices(articles: Sequence[Article], text: str) -> str:
    """The articles that one address fits, to choose from."""
    rows = "".join(
        f'<li>{_button(article.id, article.issue_id)}<span class="name">{as_printed(article.title or UNTITLED)}</span>'
        f'<span class="about">{as_printed(issue_label(article.issue))}</span></button></li>'
        for article in articles
    )
    return f'<section class="evidence catalogue"><h2>{_text(text)}</h2><ol class="headlines">{rows}</ol></section>'


def turns(opened: Opened) -> str:
    """The way to the article before and the one behind."""
    articles, at = opened.issue.articles, opened.at
    before = articles[at - 1] if at > 0 else None
    behind = articles[at + 1] if at + 1 < len(articles) else None
    return (
        f'<nav class="turns"{named(words("neighbours"))}>{_turn(before, both("article_before"))}'
        f'<span class="place">{at + 1} / {len(articles)}</span>{_turn(behind, both("article_after"))}</nav>'
    )


def foot(opened: Opened, *, start: int = 0, end: int = 0) -> str:
    """What stands under an article: its printed page on demand, its address, and its issue's other headlines."""
    article = opened.article
    key = f'data-key="{_text(article.id)}" data-of="{_text(article.issue_id)}"'
    printed = (
        f'<div class="printed"><button type="button" data-clip {key} data-start="{start}" data-end="{end}">'
        f'{both("printed")}</button><div class="clippings" aria-live="polite"></div></div>'
        if opened.is_printed
        else ""
    )
    address = (
        f'<div class="address"><label>{both("address")} <input type="text" readonly '
        f'value="{_text(opened.address)}" data-address="{_text(opened.address)}"></label>'
        f'<button type="button" data-copy>{both("copy_address")}</button><span role="status"></span></div>'
    )
    return f"{printed}{address}{_others(opened)}"


def clippings(found: Sequence[Clipping] | str) -> str:
    """The printed places of an article, boxed; or why there is none to show."""
    if isinstance(found, str):
        return f'<p class="note">{_text(found)}</p>'
    return "".join(_clipping(one) for one in found)


def facts(holdings: Holdings) -> str:
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
    listed = "".join(f"<div><dt>{both(key)}</dt><dd>{_text(said)}</dd></div>" for key, said in rows)
    return f'<details class="facts"><summary>{both("facts")}</summary><dl>{listed}</dl></details>'


_HOME = f'<button type="button" class="home" data-home>{both("catalogue_back")}</button>'


def _year(entry: IssueEntry) -> Words:
    return words("year", year=entry.issue.date.year) if entry.issue.date else UNKNOWN_DATE


def _month(entry: IssueEntry) -> str:
    return month_words(entry.issue.date.month) if entry.issue.date else ""


def _of_year(year: str, entries: Sequence[IssueEntry], *, is_open: bool) -> str:
    months = [(month, list(of_month)) for month, of_month in groupby(entries, key=_month)]
    lists = "".join(
        (f"<h4>{_text(month)}</h4>" if month else "")
        + f'<ol class="headlines">{"".join(map(_issue_row, of_month))}</ol>'
        for month, of_month in months
    )
    return (
        f"<details{' open' if is_open else ''}><summary><h3>{_text(year)}</h3>"
        f'<span class="about">{both("issues", n=len(entries))}</span></summary>'
        f"{lists}</details>"
    )


def _issue_row(entry: IssueEntry) -> str:
    return (
        f'<li><button type="button" data-issue="{_text(entry.issue.id)}"><span class="name">'
        f'{as_printed(issue_label(entry.issue))}</span><span class="about">{both("of_issue", n=entry.articles)}</span>'
        "</button></li>"
    )


def _headlines(numbered: Iterable[tuple[int, Headline]], *, with_issue: bool = False) -> str:
    rows = []
    for number, headline in numbered:
        about = f'<span class="about">{_text(_about(headline))}</span>' if with_issue else ""
        rows.append(
            f'<li>{_button(headline.article_id, headline.issue_id)}<span class="name">{number}. '
            f"{as_printed(headline.title or UNTITLED)}</span>{about}</button></li>"
        )
    return f'<ol class="headlines">{"".join(rows)}</ol>'


def _about(headline: Headline) -> str:
    return joined(" · ", (day(headline.day), headline.issue, headline.section))


def _button(article_id: str, issue_id: str, attributes: str = "") -> str:
    return f'<button type="button" data-article="{_text(article_id)}" data-issue="{_text(issue_id)}"{attributes}>'


def _parts(count: int, part: int, where: str) -> str:
    """The way to the other parts of a long list."""
    last = (count - 1) // PART
    if last < 1:
        return ""
    before = _part("part_before", part - 1, where) if part else ""
    behind = _part("part_after", part + 1, where) if part < last else ""
    place = f'<span class="place">{part + 1} / {last + 1}</span>'
    return f'<nav class="turns"{named(words("parts"))}>{before}{place}{behind}</nav>'


def _part(key: str, part: int, where: str) -> str:
    return f'<button type="button" {where} data-part="{part}">{both(key, n=PART)}</button>'


def _excerpt(excerpt: Excerpt, looked_for: str) -> str:
    body, start, end = excerpt.body, excerpt.start, excerpt.end
    text = _marked(body[start:end], matching_spans(body[start:end], looked_for))
    before = '<span class="cut">……</span>' if start > 0 else ""
    after = '<span class="cut">……</span>' if end < len(body) else ""
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
    headline = excerpt.headline
    span = f' class="open" data-start="{start}" data-end="{end}"'
    open_it = _button(headline.article_id, headline.issue_id, span)
    title = _marked(headline.title, matching_spans(headline.title, looked_for))
    title = f'<span lang="zh">{title}</span>' if title else _text(UNTITLED)
    return (
        f'<article class="card found"><h4>{open_it}{title}</button></h4>'
        f'<p class="details">{_text(_about(headline))}</p>'
        f'<div class="passage-text" lang="zh">{before}{lines}{after}</div></article>'
    )


def _marked(text: str, spans: Sequence[Span]) -> str:
    """A text, escaped, with some spans in <mark>; none of them crosses the end of a line."""
    parts, at = [], 0
    for start, end in spans:
        parts.append(f"{_text(text[at:start])}<mark>{_text(text[start:end])}</mark>")
        at = end
    return "".join((*parts, _text(text[at:])))


def _turn(article: Article | None, label: str) -> str:
    """The way to an article. `label` is HTML."""
    if article is None:
        return f'<button type="button" disabled>{label}</button>'
    title = f' title="{_text(article.title)}"' if article.title else ""
    return f"{_button(article.id, article.issue_id, title)}{label}</button>"


def _others(opened: Opened) -> str:
    """The headlines around an article, the article itself marked."""
    headlines, at = opened.headlines, opened.at
    if len(headlines) < 2:
        return ""
    first, last = max(0, at - _NEIGHBOURS), at + _NEIGHBOURS + 1
    rows = []
    for place, headline in enumerate(headlines[first:last], start=first):
        current = ' aria-current="true"' if place == at else ""
        button = _button(headline.article_id, headline.issue_id, current)
        section = f'<span class="about">{as_printed(headline.section)}</span>' if headline.section else ""
        rows.append(
            f'<li>{button}<span class="name">{place + 1}. {as_printed(headline.title or UNTITLED)}</span>'
            f"{section}</button></li>"
        )
    left_out = len(headlines) - len(rows)
    more = f'<p class="about">{both("others_left_out", n=left_out)}</p>' if left_out else ""
    heading = both("others", name=issue_label(opened.issue))
    return f'<section class="others"><h3>{heading}</h3><ol class="headlines">{"".join(rows)}</ol>{more}</section>'


def _clipping(one: Clipping) -> str:
    boxes = "".join(
        f'<span class="box" style="left:{100 * box.left:.2f}%;top:{100 * box.top:.2f}%;'
        f'width:{100 * (box.right - box.left):.2f}%;height:{100 * (box.bottom - box.top):.2f}%"></span>'
        for box in one.boxes
    )
    picture = base64.b64encode(one.picture).decode("ascii")
    said = words("printed_boxed" if one.boxes else "printed_page", page=one.page)
    return (
        f'<figure class="clipping"><div class="sheet" tabindex="0" role="group"{named(said)}>'
        f'<div class="page"><img src="data:image/jpeg;base64,{picture}" width="{one.width}" height="{one.height}" '
        f'alt="">{boxes}</div></div><figcaption>{_text(said)}</figcaption></figure>'
    )


def _size(size: int) -> str:
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:,.1f} {unit}"
    return words("bytes", n=size)
