"""Books and issues as EPUB: chapters in the order of the spine, articles under their headings."""

from __future__ import annotations

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.markup import blocks_of
from embeddings.loaders.packages.package import Element, Package, beside, local_name
from embeddings.parsing.outline import is_prose, make_article, read_outline
from embeddings.sources.document import Document
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html"})
_LONGEST_MARK = 6  # characters of [12]
_NAVIGATION = frozenset({"nav", "toc", "cover"})


class EpubLoader:
    """An EPUB file, version 2 or 3."""

    def reads(self, document: Document) -> bool:
        """Whether it is a package with the part that every EPUB file begins from."""
        return _CONTAINER in document.zip_names

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, protected or too large, or has no text."""
        package = Package(document, limits, form="EPUB")
        root = package.parse(_CONTAINER, may_declare=True)
        opf = next((element.get("full-path") for element in root.iter() if local_name(element) == "rootfile"), None)
        if not opf:
            raise package.damaged(f"{_CONTAINER}: no rootfile")
        book = package.parse(opf, may_declare=True)
        chapters = [beside(opf, href) for href in _spine(book)]
        if not _encrypted(package).isdisjoint(chapters):
            raise SourceError(SourceCode.PROTECTED, name=document.name)
        blocks: list[tuple[int, str]] = []
        for chapter in dict.fromkeys(chapters):
            if chapter in package.names:
                blocks += _chapter(package, chapter)
        outline = read_outline(blocks)
        articles = outline.articles or _single([text for _, text in blocks])
        name, day = _said(book, "title"), find_date(_said(book, "date"))
        return ParsedIssue(outline.name or name, outline.date or find_date(name) or day, articles, outline.number)


def _spine(book: Element) -> list[str]:
    """The paths of the chapters in reading order, without the contents and the cover."""
    items = {element.get("id"): element for element in book.iter() if local_name(element) == "item"}
    order = [items.get(element.get("idref")) for element in book.iter() if local_name(element) == "itemref"]
    return [
        item.get("href") or ""
        for item in order
        if item is not None
        and item.get("media-type") in _CHAPTERS
        and _NAVIGATION.isdisjoint((item.get("properties") or "").split())
    ]


def _encrypted(package: Package) -> set[str]:
    """The parts that a reading system has to decipher; fonts are often among them, and do not matter."""
    if _ENCRYPTION not in package.names:
        return set()
    root = package.parse(_ENCRYPTION)
    return {element.get("URI") or "" for element in root.iter() if local_name(element) == "CipherReference"}


def _chapter(package: Package, chapter: str) -> list[tuple[int, str]]:
    from lxml import etree, html  # type: ignore[import-untyped]

    # Chapters are XHTML by the standard, and HTML in many files.
    content = package.read(chapter)
    if b"<" not in content:
        return []
    parser = html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    try:
        tree = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return []
    for note in list(tree.iter("a")):
        if _refers_to_note(note):
            note.drop_tree()
    return list(blocks_of(tree))


def _refers_to_note(link: Element) -> bool:
    """Whether a link is the mark of a note, within the words that the note is on, and no word itself."""
    text = "".join(link.itertext()).strip()
    parent = link.getparent()
    is_raised = (parent is not None and parent.tag == "sup") or link.find("sup") is not None
    named = "noteref" in (link.get("epub:type") or link.get("{http://www.idpf.org/2007/ops}type") or "")
    return (named or (is_raised and "#" in (link.get("href") or ""))) and len(text) <= _LONGEST_MARK


def _single(lines: list[str]) -> tuple[ParsedArticle, ...]:
    """What has no heading is one article, titled by its first line where that is no prose."""
    if not lines:
        return ()
    title, rest = ("", lines) if is_prose(lines[0]) else (lines[0], lines[1:])
    return (make_article(title, rest or lines),)


def _said(book: Element, name: str) -> str:
    found = next((element for element in book.iter() if local_name(element) == name), None)
    return "" if found is None else " ".join("".join(found.itertext()).split())
