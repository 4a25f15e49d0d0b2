"""RSS and Atom: an article an item."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings import SourceError
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

TEXT = "乙村的水渠通了水，全长三千米。"
OTHER = "甲地下了一夜大雨。"


def rss(items: str, *, encoding: str = "UTF-8", root: str = '<rss version="2.0">') -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{root}<channel><title>青禾新闻</title>{items}</channel></rss>'


def item(title: str, text: str, day: str = "Mon, 04 Dec 2023 08:00:00 +0800", more: str = "") -> str:
    return (
        f"<item><title>{title}</title><link>http://example.org/1</link><pubDate>{day}</pubDate>"
        f"<description><![CDATA[{text}]]></description>{more}</item>"
    )


def read(content: str | bytes, name: str = "feed.xml") -> ParsedIssue:
    return read_document(Document(name, content.encode() if isinstance(content, str) else content))


@pytest.mark.parametrize("name", ["feed.xml", "feed.rss", "feed", "feed.txt", "feed.html"])
def test_each_item_of_a_feed_is_an_article_of_its_day(name: str) -> None:
    items = item("通水", f"<p>{TEXT}</p><p>{OTHER}</p>") + item("大雨", OTHER, "Sun, 03 Dec 2023 16:00:00 GMT")
    issue = read(rss(items), name)
    assert issue.name == "青禾新闻"
    assert [(article.title, article.body, article.date) for article in issue.articles] == [
        ("通水", f"{TEXT}\n{OTHER}", date(2023, 12, 4)),
        ("大雨", OTHER, date(2023, 12, 4)),
    ]


def test_the_whole_text_is_taken_and_not_the_teaser() -> None:
    more = (
        f'<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">&lt;p&gt;{TEXT * 3}&lt;/p&gt;'
        '</content:encoded><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">陶然</dc:creator>'
        "<category>要闻</category>"
    )
    (article,) = read(rss(item("通水", "通水了……", more=more))).articles
    assert (article.body, article.byline, article.section) == (TEXT * 3, "陶然", "要闻")


@pytest.mark.parametrize(
    "content",
    [
        f'<content type="html">&lt;p&gt;{TEXT}&lt;/p&gt;</content>',
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div></content>',
        f"<summary>{TEXT}</summary>",
    ],
)
def test_atom_is_read_in_every_form_of_text(content: str) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>青禾新闻</title><entry><title>通水</title>'
        f"<author><name>陶然</name></author><updated>2023-12-04T08:00:00+08:00</updated>{content}</entry></feed>"
    )
    issue = read(feed)
    (article,) = issue.articles
    assert (issue.name, article.title, article.body, article.byline, article.date) == (
        "青禾新闻",
        "通水",
        TEXT,
        "陶然",
        date(2023, 12, 4),
    )


def test_an_encoding_other_than_utf8_is_read() -> None:
    assert read(rss(item("通水", TEXT), encoding="GB2312").encode("gb18030")).articles[0].body == TEXT


def test_an_item_without_a_text_is_left_out_and_told() -> None:
    issue = read(rss(item("通水", TEXT) + "<item><title>空</title></item>"))
    assert [article.title for article in issue.articles] == ["通水"]
    assert [error.code for error in issue.left_out] == [SourceCode.ROW_WITHOUT_TEXT]


def test_a_bare_ampersand_and_a_cut_off_end_lose_nothing_before_them() -> None:
    whole = rss(item("甲&乙", TEXT) + item("大雨", OTHER))
    titles = [article.title for article in read(whole[: whole.rindex("<description>")]).articles]
    assert titles == ["甲&乙"]


@pytest.mark.parametrize(
    "content",
    [
        "<rss>",
        rss(""),
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        + rss(item("甲", "&b;"))[38:],
        rss(
            item("甲", TEXT, more='<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></x>')
        ),
        "<rss>" + "<a>" * 5000,
    ],
    ids=["cut off", "empty", "entities", "inclusion", "deep"],
)
def test_a_hostile_feed_is_refused_by_name_or_read_without_what_it_wants(content: str) -> None:
    try:
        issue = read(content)
    except SourceError as error:
        said = str(error)
    else:
        said = "feed.xml" if [article.body for article in issue.articles] == [TEXT] else "wrong"
    assert "feed.xml" in said
