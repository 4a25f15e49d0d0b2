"""What an address of the page names: an article, an issue, a topic, or a search."""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import parse_qs, urlencode

from embeddings import Filters, find_date
from qa.query.question import MAX_QUESTION_CHARS
from qa.web.views import Search


@dataclass(frozen=True, slots=True)
class Place:
    """A state of the tab for browsing that has an address; all issues where nothing is set.

    `issue` is that of the article, or the one that is shown where there is no article. `since` and `until` are as
    they were typed. The fields of a search are `find`, `within` (an issue), `section`, `since` and `until`.
    """

    article: str = ""
    issue: str = ""
    topic: str = ""
    find: str = ""
    within: str = ""
    section: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_search(self) -> bool:
        """Whether something is looked for."""
        return any((self.find, self.within, self.section, self.since, self.until))

    @property
    def search(self) -> Search:
        """What is looked for. A day that is none is left out."""
        since, until = (find_date(day) if day else None for day in (self.since, self.until))
        filters = Filters(self.within or None, since, until, self.section or None)
        return Search(" ".join(self.find.split())[:MAX_QUESTION_CHARS], filters)

    @property
    def address(self) -> str:
        """What follows the page's own address to come here; "" for all issues."""
        named = {one.name: value for one in fields(self) if (value := getattr(self, one.name))}
        return f"?{urlencode(named)}" if named else ""


def place_of(search: Search) -> Place:
    """Where a search is found again."""
    filters = search.filters
    since, until = (day.isoformat() if day else "" for day in (filters.since, filters.until))
    return Place(find=search.words, within=filters.issue or "", section=filters.section or "", since=since, until=until)


def read_place(query: str) -> Place:
    """What the part of an address from its ? on names. What makes no sense names nothing."""
    if len(query) > 8 * MAX_QUESTION_CHARS:
        return Place()
    try:
        found = parse_qs(query.removeprefix("?"), max_num_fields=20)
    except ValueError:
        return Place()
    return Place(**{one.name: found.get(one.name, [""])[0] for one in fields(Place)})
