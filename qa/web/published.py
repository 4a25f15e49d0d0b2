"""What is at the addresses for feed readers, search engines and other sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.i18n import both_languages
from qa.web.html.published import article_page, feed, sitemap, sitemap_index
from qa.web.services.addresses import Place
from qa.web.services.library import Library, address_of, read_address

NEWEST = 30  # issues in the feed
ISSUES_A_MAP = 300  # a map may have 50,000 articles
_WORDS = ("ask", "ask_anything", "nearest", "not_done", "waiting")  # that the question box says
_WIDGET = Path(__file__).with_name("static") / "widget.js"


def published_routes(assistant: Assistant) -> list[Any]:
    """The routes of what is published; each reads the archive anew. starlette comes with gradio, and loads here."""
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    library = Library(assistant)
    said = json.dumps(both_languages(*_WORDS), ensure_ascii=False)
    script = _WIDGET.read_text(encoding="utf-8").replace("WORDS", said)

    def atom(request: Any) -> Any:
        base = str(request.base_url)
        newest = [library.issue(entry.issue.id) for entry in library.issues()[:NEWEST]]
        issues = [(issue, base + Place(issue=issue.id).address) for issue in newest if issue]
        return Response(feed(issues, base=base), media_type="application/atom+xml")

    def maps(request: Any) -> Any:
        base, part = str(request.base_url), request.query_params.get("part", "")
        entries = library.issues()
        if not part:
            parts = range(0, len(entries), ISSUES_A_MAP)
            addresses = [f"{base}sitemap.xml?part={number}" for number in range(1, len(parts) + 1)]
            return Response(sitemap_index(addresses), media_type="application/xml")
        if not (part.isascii() and part.isdecimal() and len(part) < 7 and int(part)):
            return Response(status_code=404)
        start = (int(part) - 1) * ISSUES_A_MAP
        found = [library.issue(entry.issue.id) for entry in entries[start : start + ISSUES_A_MAP]]
        articles = [
            (f"{base}article{address_of(article, is_shared=True)}", article.date)
            for issue in found
            if issue
            for article in issue.articles
        ]
        return Response(sitemap(articles), media_type="application/xml")

    def article(request: Any) -> Any:
        named = read_address(request.url.query)
        found = library.find(*named) if named else []
        if len(found) != 1:
            return HTMLResponse("", status_code=404)
        address, base = address_of(found[0], is_shared=True), str(request.base_url)
        similar = [
            (one.article, f"{base}article{address_of(one.article, is_shared=True)}")
            for one in library.similar(found[0]).similar
        ]
        page = article_page(found[0], address=f"{base}article{address}", page=f"{base}{address}", similar=similar)
        return HTMLResponse(page)

    def widget(request: Any) -> Any:
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})

    routes = (("/feed.atom", atom), ("/sitemap.xml", maps), ("/article", article), ("/widget.js", widget))
    return [Route(path, answer) for path, answer in routes]
