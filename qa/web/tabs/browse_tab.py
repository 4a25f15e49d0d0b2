"""The tab for browsing: issues, their headlines, a search without chat, and the article that is read.

gradio comes as an argument, so that importing this module costs nothing. Annotations are evaluated as written (no
`from __future__ import annotations`): gradio reads them to learn which argument is the event.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from qa.functions import read_filters
from qa.i18n import both_languages, joined, labels, words
from qa.types import Passage, headline_of
from qa.web.html import answers as answer_html
from qa.web.html import browse as browse_html
from qa.web.html import front as front_html
from qa.web.html import topics as topic_html
from qa.web.scripts import on_event, on_load
from qa.web.services.addresses import Place, place_of, read_place
from qa.web.services.chat import ChatService, refusal
from qa.web.services.library import NOT_FOUND, Library, read_address
from qa.web.tabs.filters import FILTERS, lay_out_filters, offered, offered_issues
from qa.web.views import PART, Found, OpenArticle, Search

logger = logging.getLogger(__name__)

Changes = dict[Any, Any]  # what components of the page are to hold

_QUIET = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE = {**_QUIET, "queue": False}
# What the script of the reading view is given, wherever it stands.
READING = {"words": both_languages("copied", "copy_by_hand", "printed_opening", "not_printed")}


@dataclass(frozen=True, slots=True)
class View:
    """What the tab shows one user: an issue's headlines, what was found, a topic, or else all issues; and an article.

    `part` is that of a long list, from zero; `first` the issue, counted from zero, from which on all issues are shown;
    `article` the address of the article that is read, "" for none. `generation` is that of the archive when the lists
    were made, "" until the page has come to what its address names.
    """

    issue_id: str = ""
    part: int = 0
    first: int = 0
    found: Found | None = None
    article: str = ""
    topic: str = ""
    generation: str = ""


def clip_server(library: Library) -> Any:
    """What the reading view calls to show a printed page; takes what the browser sends, and returns HTML."""

    def clip(sent: Any) -> str:
        asked = sent if isinstance(sent, dict) else {}
        if "page" in asked:
            return sheet(asked)
        article, issue, start, end = _place(asked)
        if not article:
            return browse_html.clippings(NOT_FOUND)
        try:
            return browse_html.clippings(library.clip(article, issue, start=start, end=end))
        except Exception:
            logger.exception("The printed page could not be shown")
            return browse_html.clippings(words("trouble"))

    def sheet(asked: dict[str, Any]) -> str:
        issue, page = asked.get("issue"), asked.get("page")
        if not isinstance(issue, str) or not isinstance(page, int) or page < 1:
            return browse_html.clippings(NOT_FOUND)
        try:
            found = library.sheet(issue, page)
        except Exception:
            logger.exception("The printed page could not be shown")
            found = words("trouble")
        return browse_html.clippings(found) if isinstance(found, str) else front_html.printed_sheet(*found)

    return clip


def _place(sent: Mapping[str, Any]) -> tuple[str, str, int, int]:
    """The article, issue, start and end that a browser sent; an empty article for what makes no sense."""
    article, issue, start, end = (sent.get(name) for name in ("article", "issue", "start", "end"))
    if not isinstance(article, str) or not isinstance(issue, str):
        return "", "", 0, 0
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return article, issue, 0, 0
    return article, issue, start, end


def sent_place(event: Any) -> tuple[str, str, int, int]:
    """The article, issue, start and end that an event of the page names; an empty article for none."""
    return _place({name: getattr(event, name, None) for name in ("article", "issue", "start", "end")})


def surroundings(library: Library, passage: Passage) -> dict[str, Markup]:
    """What `html.article_view` shows around a passage's article; nothing where it has gone."""
    opened = library.open(passage.article.id, passage.article.issue_id)
    if opened is None:
        return {}
    foot = browse_html.foot(opened, start=passage.start, end=passage.end)
    return {"turns": browse_html.turns(opened), "foot": foot}


class BrowseTab:
    """The components of the tab, and what they do."""

    def __init__(self, gr: Any, library: Library) -> None:
        self._gr, self._library = gr, library
        self.view = gr.State(View())
        label = labels(gr)
        with gr.Row(elem_id="browse"):
            with gr.Column(scale=5, min_width=320, elem_id="shelves"):
                with gr.Row(elem_id="find"):
                    self.words = gr.Textbox(
                        elem_id="words", label=label("look"), show_label=False, container=False, max_lines=1, scale=8,
                        min_width=160, placeholder=label("look_hint"),
                    )  # fmt: skip
                    self.look = gr.Button(label("look"), variant="primary", scale=1, min_width=84)
                self.filters = lay_out_filters(gr, "browse-filters")
                listed = {"js_on_load": on_load("catalogue"), "apply_default_css": False}
                self.catalogue = gr.HTML("", elem_id="catalogue", **listed)
                self.timeline = gr.HTML("", elem_id="timeline", apply_default_css=False)
                self.mentions = gr.HTML("", elem_id="mentions", **listed)
                self.facts = gr.HTML("", elem_id="facts", apply_default_css=False)
            with gr.Column(scale=6, min_width=320):
                self.reading = gr.HTML(
                    browse_html.nothing_open(), elem_id="opened", js_on_load=on_load("reading", "opened", **READING),
                    apply_default_css=False, server_functions=[clip_server(library)],
                )  # fmt: skip

    def wire(self, gr: Any, page: Any, parts: Mapping[str, Any], service: ChatService) -> None:
        """Say what happens. `parts` are the components of the chat, whose filters are shared."""
        lists = {self.view, self.catalogue, self.timeline, self.mentions}
        read = {self.view, self.reading}
        filters = list(self.filters.values())

        def open_issue(view: View, event: gr.EventData) -> Any:
            issue, part = getattr(event, "issue", None), getattr(event, "part", None)
            if not isinstance(issue, str) or not isinstance(part, int):
                return gr.skip()
            return self._turned(self._show(replace(view, issue_id=issue, part=max(0, part), found=None, topic="")))

        def go(view: View, event: gr.EventData, request: gr.Request) -> Any:
            place = read_place(str(getattr(event, "query", "")))
            return {**self._come(view, place), **fields_of(place, request.headers)}

        def turn(view: View, event: gr.EventData) -> Any:
            part = getattr(event, "part", None)
            return self._show(replace(view, part=max(0, part))) if isinstance(part, int) else gr.skip()

        def jump(view: View, event: gr.EventData) -> Any:
            first = getattr(event, "first", None)
            return self._show(View(first=max(0, first), article=view.article)) if isinstance(first, int) else gr.skip()

        def open_article(view: View, event: gr.EventData) -> Any:
            article, issue, start, end = sent_place(event)
            return self._read(view, article, issue, start, end) if article else gr.skip()

        def open_address(view: View, query: str, request: gr.Request) -> Any:
            place = read_place(query or "")
            return {**self._come(view, place), **fields_of(place, request.headers)}

        def fields_of(place: Place, headers: Mapping[str, str]) -> Changes:
            if not place.is_search:
                return {}
            issue = offered_issues(gr, service, place.within, headers)
            section = offered(gr, service.overview().sections, place.section, headers)
            values = {"issue": issue, "section": section, "since": place.since, "until": place.until}
            there = {parts[name]: value for name, value in values.items()}
            return {self.words: place.find, **there, **{self.filters[name]: values[name] for name in values}}

        for component in (self.catalogue, self.mentions, self.reading):
            component.read(open_article, self.view, read, **_AT_ONCE)
        shown = lists | read
        self.catalogue.open(open_issue, self.view, shown, **_AT_ONCE)
        self.catalogue.jump(jump, self.view, lists, **_AT_ONCE)
        self.catalogue.home(self._home, self.view, shown, **_AT_ONCE)
        self.mentions.turn(turn, self.view, lists, **_AT_ONCE)
        self.reading.back(self._close, self.view, read, **_AT_ONCE)
        looking = {"inputs": [self.view, self.words, *filters], "outputs": shown, **_QUIET}
        gr.on([self.words.submit, self.look.click], self._search, trigger_mode="once", **looking)
        address = gr.Textbox("", visible=False)
        anywhere = {*lists, *read, self.words, *filters, *(parts[name] for name in FILTERS)}
        self.catalogue.go(go, self.view, anywhere, **_AT_ONCE)
        page.load(open_address, [self.view, address], anywhere, js=on_event("withAddress"), **_QUIET)

        def refresh(view: View, issue: str, section: str, request: gr.Request) -> Changes:
            now = service.overview()
            return {
                **self._refresh(view),
                self.filters["issue"]: offered_issues(gr, service, issue, request.headers),
                self.filters["section"]: offered(gr, now.sections, section, request.headers),
            }

        outputs = {*lists, *read, self.facts, self.filters["issue"], self.filters["section"]}
        choices = [parts["issue"], parts["section"]]
        parts["generation"].change(refresh, [self.view, *choices], outputs, **_QUIET)
        self._share_filters(parts)

    def _share_filters(self, parts: Mapping[str, Any]) -> None:
        """What is chosen in one tab is chosen in the other. Only a user's own doing counts: nothing goes round."""
        same = {"js": on_event("same"), "api_visibility": "private", "show_progress": "hidden", "queue": False}
        for name in FILTERS:
            here, there = self.filters[name], parts[name]
            here.input(None, here, there, **same)
            there.input(None, there, here, **same)

    def _show(self, view: View) -> Changes:
        """The lists that a view has, and all issues where its own issue has gone."""
        issue = self._library.issue(view.issue_id) if view.issue_id else None
        if issue is not None:
            opened = [headline_of(article) for article in issue.articles]
            view = replace(view, part=min(view.part, max(0, len(opened) - 1) // PART))
            about = joined(" · ", (answer_html.day(issue.date), words("of_issue", n=len(opened))))
            place = Place(issue=issue.id).address
            shown = browse_html.issue_page(answer_html.issue_label(issue), about, opened, part=view.part, place=place)
            return self._lists(view, shown)
        if view.topic:
            return self._topic(view)
        if view.found is not None:
            bars = answer_html.timeline_view(view.found.printed)
            rows = browse_html.mentions(view.found.mentioned, part=view.part)
            place = place_of(view.found.search).address
            return self._lists(view, browse_html.search_page(view.found, place=place), bars, rows)
        entries = self._library.issues()
        view = replace(view, issue_id="", first=min(view.first, max(0, len(entries) - 1)))
        return self._lists(view, browse_html.catalogue(entries, first=view.first))

    def _topic(self, view: View) -> Changes:
        """What there is on a topic, and every article that speaks of it."""
        topic, fault = self._library.topic(view.topic)
        if topic is None:
            return self._lists(view, browse_html.note(fault, place=topic_html.address_of_topic(view.topic)))
        shown = topic_html.topic_page(topic, timeline=answer_html.timeline_view(topic.printed))
        return self._lists(view, shown, mentions=browse_html.mentions(topic.articles, part=view.part))

    def _lists(self, view: View, shown: str, bars: str = "", mentions: str = "") -> Changes:
        """What shows a view, as HTML."""
        view = replace(view, generation=self._library.generation())
        return {self.view: view, self.catalogue: shown, self.timeline: bars, self.mentions: mentions}

    def _home(self, view: View) -> Changes:
        return self._turned(self._show(View(first=view.first, article=view.article)))

    def _search(self, view: View, typed: str, *chosen: str) -> Iterator[Any]:
        issue, section, since, until = (value or "" for value in chosen)
        typed = " ".join((typed or "").split())
        view = View(first=view.first, article=view.article)
        fault = refusal(typed or "…", since=since, until=until)
        if not fault and not any((typed, issue, section, since.strip(), until.strip())):
            fault = words("ask_for_something")
        if fault:
            yield self._lists(view, browse_html.note(fault))
            return
        yield self._lists(view, browse_html.note(words("searching")))
        meant, fault = self._meant_issue(issue)
        if fault:
            yield self._lists(view, browse_html.note(fault))
            return
        filters = read_filters(since=since.strip(), until=until.strip(), issue=meant, section=section)
        yield self._turned(self._found(view, Search(typed, filters)))

    def _meant_issue(self, typed: str) -> tuple[str, str]:
        try:
            return self._library.meant_issue(typed)
        except Exception:
            logger.exception("The archive could not be read")
            return "", words("trouble")

    def _found(self, view: View, search: Search) -> Changes:
        try:
            return self._show(replace(view, found=self._library.search(search), part=0))
        except Exception:  # whatever it is, it must not leave the user looking at "searching"
            logger.exception("The archive could not be searched")
            return self._lists(view, browse_html.note(words("trouble")))

    def _come(self, view: View, place: Place) -> Changes:
        """What an address names; an article stands beside the lists as they are."""
        if place.article:
            lists = {} if view.generation else self._show(view)
            return {**lists, **self._read(lists.get(self.view, view), place.article, place.issue)}
        if place.is_search:
            lists = self._found(View(first=view.first), place.search)
        elif place.topic:
            lists = self._show(View(topic=place.topic, first=view.first))
        elif place.issue:
            lists = self._show(View(issue_id=place.issue, first=view.first))
        else:
            lists = self._show(View(first=view.first))
        return {**lists, self.reading: self._beside(lists[self.view])}

    def _read(self, view: View, article: str, issue: str, start: int = 0, end: int = 0) -> Changes:
        opened = self._library.open(article, issue)
        if opened is None:
            found = self._library.find(article, issue)
            several = words("several_found", n=len(found))
            said = browse_html.choices(found, several) if found else browse_html.missing(NOT_FOUND)
            return {self.view: replace(view, article=""), self.reading: said}
        return self._opened(view, opened, start, end)

    def _opened(self, view: View, opened: OpenArticle, start: int = 0, end: int = 0) -> Changes:
        end = min(end, len(opened.article.body))
        shown = browse_html.reading(opened, start=start, end=end)
        return {self.view: replace(view, article=opened.address), self.reading: shown}

    def _close(self, view: View) -> Changes:
        return {self.view: replace(view, article=""), self.reading: self._beside(view)}

    def _beside(self, view: View) -> Markup:
        """What stands beside the lists while no article is read: a front page, where there is one for the lists."""
        filters = view.found.search.filters if view.found and not view.found.search.words else None
        try:
            if filters and filters.since and filters.until:
                page = self._library.front_of_days(filters.since, filters.until)
            else:
                page = None if view.found or view.topic else self._library.front(view.issue_id)
        except Exception:
            logger.exception("The archive could not be read")
            page = None
        return front_html.front(page, has_days=bool(view.found)) if page else browse_html.nothing_open()

    def _turned(self, lists: Changes) -> Changes:
        """Lists, with what stands beside them where no article is read."""
        view = lists[self.view]
        return lists if view.article else {**lists, self.reading: self._beside(view)}

    def _refresh(self, view: View) -> Changes:
        """Another state of the archive has other issues, and may have lost the article that is read."""
        if not view.generation:  # what the address names is on its way
            return {self.facts: browse_html.facts(self._library.holdings())}
        found = view.found
        changes = self._found(view, found.search) if found else self._show(view)
        named = read_address(view.article)
        # What a user is in the middle of stays as it is, unless it has gone.
        if named and self._library.open(*named) is None:
            changes |= self._read(changes[self.view], *named)
        if not view.article and changes[self.view].generation != view.generation:
            changes = self._turned(changes)
        changes[self.facts] = browse_html.facts(self._library.holdings())
        return changes
