"""What feed readers and search engines are given."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from lxml import etree, html
from starlette.applications import Starlette

from embeddings import Archive, BulletinError, build, withdraw
from qa import Assistant
from qa.errors import ServingCode
from qa.server.access import sites_from_environment
from qa.web import published
from qa.web.published import published_routes
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

HOSTILE = "</script><script>alert(1)</script>&]]>"
ATOM = {"a": "http://www.w3.org/2005/Atom", "s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def assistant(tmp_path: Path, counting: CountingEncoder) -> Assistant:
    for day in (11, 12, 13):
        rows = [{"title": f"{day}日{HOSTILE}", "text": f"新桥通车。{HOSTILE}", "section": "要闻", "byline": "本报讯"}]
        rows.append({"title": "种稻", "text": f"{day}日早稻收完。"})
        write_issue(tmp_path / "issues", f"县报-2025-09-{day}.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Assistant(Archive.open(tmp_path / "archive"), counting)


def get(assistant: Assistant, path: str, *, root: str = "") -> httpx.Response:
    """What is answered below a path of a proxy."""
    transport = httpx.ASGITransport(Starlette(routes=published_routes(assistant)), root_path=root)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="https://news.example") as client:
            return await client.get(path if path.startswith("https:") else f"{root}{path}")

    with ThreadPoolExecutor(1) as own:  # a browser's loop may run in this one
        return own.submit(asyncio.run, send()).result()


def test_a_feed_has_the_newest_issues_with_what_is_in_them(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "NEWEST", 2)
    said = get(assistant, "/feed.atom", root="/news")
    feed = etree.fromstring(said.content)
    assert said.headers["content-type"].startswith("application/atom+xml")
    assert [one.text for one in feed.xpath("a:entry/a:updated", namespaces=ATOM)] == [
        "2025-09-13T00:00:00Z", "2025-09-12T00:00:00Z",
    ]  # fmt: skip
    assert feed.findtext("a:updated", namespaces=ATOM) == "2025-09-13T00:00:00Z"
    (first, *_) = feed.xpath("a:entry", namespaces=ATOM)
    assert set((first.findtext("a:content", namespaces=ATOM) or "").split("\n")) == {f"13日{HOSTILE}", "种稻"}
    assert (first.findtext("a:id", namespaces=ATOM) or "").startswith("https://news.example/news/?issue=")


def test_maps_lead_to_every_article_and_these_say_what_they_are(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "ISSUES_A_MAP", 2)
    maps = etree.fromstring(get(assistant, "/sitemap.xml").content).xpath("//s:loc/text()", namespaces=ATOM)
    assert len(maps) == 2
    found = {
        address: day
        for part in maps
        for url in etree.fromstring(get(assistant, part).content)
        for address, day in [url.xpath("s:loc/text() | s:lastmod/text()", namespaces=ATOM)]
    }
    assert len(found) == 6
    pages = {address: get(assistant, address) for address in found}
    assert {page.status_code for page in pages.values()} == {200}
    for address, page in pages.items():
        tree = html.fromstring(page.content)
        (told,) = tree.xpath("//script/text()")
        linked = json.loads(told)
        assert (linked["@type"], linked["url"], linked["datePublished"]) == ("NewsArticle", address, found[address])
        assert tree.xpath("//link[@rel='canonical']/@href") == [address]
        assert tree.xpath("//meta[@name='description']/@content") == [linked["description"]]
        assert linked["headline"] in tree.findtext(".//title")
        assert tree.xpath("//article/h1/text()") == [linked["headline"]]
        assert tree.xpath("count(//script)") == 1


def test_a_part_that_is_none_and_an_article_that_was_withdrawn_are_not_there(
    assistant: Assistant, tmp_path: Path
) -> None:
    assert etree.fromstring(get(assistant, "/sitemap.xml?part=9").content).xpath("count(*)") == 0
    for part in ("0", "x", "-1", "٣", "1" * 30):
        assert get(assistant, f"/sitemap.xml?part={part}").status_code == 404
    for query in ("", "?article=", "?article=none", f"?article={'x' * 9999}"):
        assert get(assistant, f"/article{query}").status_code == 404
    (address, *_) = re.findall(r"<loc>(.+?)</loc>", get(assistant, "/sitemap.xml?part=1").text)
    address = address.replace("&amp;", "&")
    assert get(assistant, address).status_code == 200
    withdraw(["县报-2025-09-13"], archive=tmp_path / "archive")
    assert get(assistant, address).status_code == 404


def test_the_question_box_is_small_and_calls_nothing_but_the_page(assistant: Assistant) -> None:
    said = get(assistant, "/widget.js")
    assert said.headers["content-type"].startswith("text/javascript")
    assert len(said.content) <= 10_000
    assert "innerHTML" not in said.text
    assert re.findall(r"\b(?:import|require)\b|https?://(?!HOST)", said.text) == []


def test_sites_are_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_SITES", "https://Paper.example/, http://localhost:8000")
    assert sites_from_environment() == {"https://paper.example", "http://localhost:8000"}
    for wrong in ("paper.example", "*", "https://", "https://paper.example/news", "null"):
        monkeypatch.setenv("BULLETIN_SITES", wrong)
        with pytest.raises(BulletinError) as caught:
            sites_from_environment()
        assert caught.value.code is ServingCode.BAD_SITE
