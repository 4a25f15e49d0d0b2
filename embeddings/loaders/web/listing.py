"""Lists of titles that lead elsewhere, as pages of a section and of a broadcast are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from embeddings.loaders.web.article import PrintedPlace
from embeddings.loaders.web.blocks import Element, is_of_page, text_of
from embeddings.loaders.web.declared import Declared
from embeddings.parsing.masthead import issue_name
from embeddings.parsing.outline import DATE, without_times
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

_MARKS = re.compile(
    r"^(?:\s|[•·●■◆▪›»]|完整版|[\[【［(（](?:视频|图文|组图|图片|图集|高清|直播|音频|图|独家)[\]】］)）])+"
)
_PROGRAMME = re.compile(r"《([^《》]{2,20})》")


@dataclass(frozen=True, slots=True)
class ListItem:
    """A title in a list of links. `programme` is what it names where it is the whole broadcast."""

    title: str
    summary: str
    day: date | None
    programme: str


def list_items(tree: Element) -> list[ListItem]:
    """The titles in a page that lead elsewhere, in order, without the marks and times around them."""
    groups: dict[Element, dict[Element, list[Element]]] = {}
    for link in tree.iter("a"):
        item = next((above for above in link.iterancestors("li", "tr", "dd", "p") if link.get("href")), link)
        groups.setdefault(item.getparent(), {}).setdefault(item, []).append(link)
    items: list[ListItem] = []
    for group in groups.values():
        found = [item for element, links in group.items() if (item := _item(element, links))]
        # Short links are navigation.
        if found and sum(len(item.title) for item in found) / len(found) >= 8:
            items += found
    return list({item.title: item for item in reversed(items)}.values())[::-1]


def _item(element: Element, links: Sequence[Element]) -> ListItem | None:
    titles = [_title_of_link(link) for link in links]
    title = max(titles, key=len)
    if len(title) < 3 or is_of_page(title):
        return None
    addresses = " ".join((link.get("href") or "")[:300] for link in links)
    linked = {piece.strip() for link in links for piece in link.itertext()}
    pieces = [piece.strip() for piece in islice(element.itertext(), 200) if piece.strip() not in linked]
    days = [day for piece in pieces if not without_times(piece) and (day := find_date(piece))]
    rest = " ".join(" ".join(filter(without_times, pieces)).split())[:2000]
    match = _PROGRAMME.match(title)
    whole = match is not None and not without_times(title[match.end() :])
    programme = match[1] if match and whole and DATE.search(title) else ""
    day = find_date(title) if programme else days[0] if days else find_date(addresses)
    return ListItem(title, rest if len(rest) >= 15 else "", day, programme)


def _title_of_link(link: Element) -> str:
    text = _MARKS.sub("", " ".join(text_of(link).split()))
    full = _MARKS.sub("", " ".join((link.get("title") or "").split()))
    # The whole title where the page shows only its beginning.
    cut = text.rstrip("….")
    title = full if text and len(full) > len(cut) and full.startswith(cut) else text
    return title if _PROGRAMME.match(title) else re.sub(rf"^(?:{DATE.pattern})|(?:{DATE.pattern})$", "", title).strip()


def listed_issue(
    items: Sequence[ListItem], page: Declared, heading: str, *, place: PrintedPlace, printed: date | None
) -> ParsedIssue:
    """A list of titles as an issue: each title is an article that says itself, unless a summary stands under it.

    `printed` is the day that the page prints beside the list, `place` where a page of an e-paper says it belongs.
    """
    whole = next((item for item in items if item.programme), None)
    days = Counter(item.day for item in items)
    day = whole.day if whole else find_date(heading) or find_date(page.title) or page.day or place.day or printed
    if day is None and len(days) == 1:
        day = items[0].day
    articles = [
        ParsedArticle(
            title=item.title, body=item.summary or item.title, date=item.day, page=place.page, section=place.section
        )
        for item in items
        if not item.programme
    ]
    named = heading if find_date(heading) else ""
    name = named or issue_name(whole.programme if whole else place.paper or page.site, day) or heading or page.title
    return ParsedIssue(name, day, tuple(articles))
