"""Feeds: an article an item of RSS 0.9 to 2.0 or Atom; and a feed taken apart into its items, to be kept by day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.markup import blocks_of
from embeddings.loaders.packages.package import local_name
from embeddings.loaders.rows.fields import Row, issue_of_rows, read_day
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

Element: TypeAlias = Any  # lxml has no types of its own

_HEAD_BYTES = 4096
_ROOT = re.compile(rb"<(?:rss|feed|(?:rdf:)?RDF)[\s>]")
_PROLOGUE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL
)
_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")
# By the name of an element, the field of a row; what stands first in a line is the fullest.
_TEXTS = ("encoded", "content", "description", "summary")
_DATES = ("pubDate", "published", "date", "issued", "updated")
_NAMED_BY = ("creator", "author", "source")
_KEYS = ("guid", "id", "link", "title")  # what tells an item from all others of its feed, the surest first


class FeedLoader:
    """A feed that has been saved: RSS or Atom."""

    def reads(self, document: Document) -> bool:
        """Whether its root is that of a feed."""
        head = document.content[:_HEAD_BYTES].replace(b"\x00", b"")
        prologue = _PROLOGUE.match(head)
        return _ROOT.match(head, prologue.end() if prologue else 0) is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue, named by the feed. Raises SourceError when it is no XML at all, or defines entities."""
        name, items = _name_and_items(document)
        if not items:
            raise SourceError(SourceCode.NO_ARTICLE, name=document.name)
        return issue_of_rows(document.name, _rows(document.name, items), name=name)


def items_of(document: Document) -> tuple[str, list[tuple[str, str, str]]]:
    """The name of a feed, and for each of its items what tells it from the others, its day ("" for none) and its XML.

    `feed_of` makes a feed of the XML again. Raises SourceError for what is no feed.
    """
    from lxml import etree

    if not FeedLoader().reads(document):
        raise SourceError(SourceCode.FEED_DAMAGED, name=document.name, detail="no feed")
    name, items = _name_and_items(document)
    found: dict[str, tuple[str, str, str]] = {}
    for item in items:
        children = _children(item)
        day = read_day(_first(children, _DATES))
        xml = etree.tostring(item, encoding="unicode", with_tail=False)
        texts = [_text(child) or child.get("href") or "" for key in _KEYS if (child := children.get(key)) is not None]
        key = next(filter(None, texts), xml)
        found.setdefault(key, (key, day.isoformat() if day else "", xml))
    return name, list(found.values())


def feed_of(name: str, items: Iterable[str]) -> bytes:
    """A feed with a name and the XML of some items, which may be of any kind of feed."""
    lines = [f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(name)}</title>']
    return "\n".join([*lines, *items, "</channel></rss>\n"]).encode("utf-8", errors="replace")


def _name_and_items(document: Document) -> tuple[str, list[Element]]:
    root = _parse(document)
    items = [element for element in root.iter() if local_name(element) in ("item", "entry")]
    channel = next((element for element in root.iter() if local_name(element) in ("channel", "feed")), root)
    return next((_text(child) for child in channel if local_name(child) == "title"), ""), items


def _parse(document: Document) -> Element:
    from lxml import etree  # type: ignore[import-untyped]

    text = _DECLARED.sub("", document.text.lstrip("\ufeff"))  # it names an encoding that the text no longer has
    if _ENTITIES.search(text[:_HEAD_BYTES].encode("utf-8", errors="replace")):
        raise SourceError(SourceCode.FEED_DAMAGED, name=document.name, detail="entities")
    # Many feeds have a bare & somewhere, or are cut off; what can be read of those is.
    for recover, xml in ((False, text), (True, _BARE_AMPERSAND.sub("&amp;", text))):
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover
        )
        try:
            root = etree.fromstring(xml.encode("utf-8", errors="replace"), parser)
        except etree.XMLSyntaxError:
            continue
        if root is not None:
            return root
    raise SourceError(SourceCode.FEED_DAMAGED, name=document.name, detail="no XML")


def _rows(file: str, items: list[Element]) -> Iterator[tuple[str, Row]]:
    for number, item in enumerate(items, start=1):
        children = _children(item)
        texts = [_text(children[name]) for name in _TEXTS if name in children]
        category = [_text(child) or child.get("term") or "" for child in item if local_name(child) == "category"]
        yield (
            f"{file}, item {number}",
            {
                "title": _text(children.get("title")),
                # Some feeds have a teaser in one element and the article in another.
                "text": max(texts, key=len, default=""),
                "date": _first(children, _DATES),
                "byline": _first(children, _NAMED_BY),
                "section": category[0] if category else "",
            },
        )


def _children(item: Element) -> dict[str, Element]:
    """The first child of each name."""
    children: dict[str, Element] = {}
    for child in item:
        children.setdefault(local_name(child), child)
    return children


def _first(children: dict[str, Element], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(children.get(name)))), "")


def _text(element: Element | None) -> str:
    """The text of an element. XHTML inside it becomes lines; escaped HTML stays as it is for `issue_of_rows`."""
    if element is None:
        return ""
    name = next((child for child in element if local_name(child) == "name"), None)  # of Atom's author
    if name is not None:
        return _text(name)
    if any(local_name(child) for child in element):
        return "\n".join(line for _, line in blocks_of(element))
    return "".join(element.itertext()).strip()
