"""Web pages → articles.

A page is an issue (headings, each with a text), a list (titles that lead elsewhere) or one article. Only the last needs
trafilatura, which tells an article from what surrounds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, TypeAlias

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.parsing.masthead import issue_name
from embeddings.parsing.outline import DATE, is_credit, is_prose, make_article, read_outline, without_times
from embeddings.sources.document import Document
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

Element: TypeAlias = Any  # lxml has no types of its own

_HEAD_BYTES = 4096
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(
    rb"</?(?:a|div|li|ul|ol|p|span|table|tr|td|link|meta|img|h[1-6]|br|section|article)\b[^<>]{0,2000}>", re.I
)
# A page of news has some thousand elements; more than this takes minutes.
_MOST_ELEMENTS = 60_000
_MOST_CHARS = 3_000_000
_DROPPED = re.split(
    " ", "script style noscript template svg iframe object embed canvas button select textarea nav footer aside"
)
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|copyright|comments?|share|sidebar|related|recommend|breadcrumbs?|crumbs?|toolbar|"
    r"pager|pagination|ads?|banner|search|login)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:您?(?:当前|现在)的?位置|上一[篇页条]|下一[篇页条]|分享到|分享至|打印|关闭|返回|相关(?:阅读|新闻|链接)|首页).{0,60}|"
    r".{0,60}(?:ICP备|公网安备|版权所有).{0,60}|(?:更多|展开|收起|查看全文|>>)[>»]*"
)
_BLOCKS = frozenset(
    re.split(
        " ",
        "address article blockquote body br center cell dd div dl dt fieldset figcaption figure form head header"
        " h1 h2 h3 h4 h5 h6 hr item lb li list main ol p pre quote row section table tbody td tfoot th thead tr ul",
    )
)
_DEFINITIONS = re.compile(r"\A\s*<!doctype[^<>\[]{0,500}\[[^\]]{0,100000}\]\s*>", re.IGNORECASE)
_META_DATES = (
    *("article:published_time", "pubdate", "publishdate", "publish_date", "publish_time", "datepublished"),
    *("og:release_date", "dc.date", "dcterms.date", "weibo:article:create_at", "date"),
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_SITE_IN_TITLE = re.compile(r"(?<=\S)\s*[-_|–—]+\s*(?=[^-_|–—]*$)")
_MARKS = re.compile(
    r"^(?:\s|[•·●■◆▪›»]|完整版|[\[【［(（](?:视频|图文|组图|图片|图集|高清|直播|音频|图|独家)[\]】］)）])+"
)
_PROGRAMME = re.compile(r"《([^《》]{2,20})》")


class HtmlLoader:
    """A page saved from a site: an issue, a list of its titles, or one article."""

    def reads(self, document: Document) -> bool:
        """Whether it begins as a page does, is mostly tags, or is called a page and is no binary file."""
        # The bytes of UTF-16 are those of ASCII with zeros between them.
        head = document.content[:_HEAD_BYTES].replace(b"\x00", b"")
        if document.suffix in {".html", ".htm"}:
            return True
        if not head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
            return False
        if document.suffix in {".md", ".markdown"}:  # may begin with a few tags
            return False
        return _PAGE.search(head) is not None or sum(map(len, _TAG.findall(head))) > len(head) / 3

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when the page is too large or nested too deeply, or holds no text."""
        tree = _parse(document)
        page = _Page.of(tree)
        _drop_furniture(tree, document)
        blocks = [block for block in _blocks(tree) if not _FURNITURE.fullmatch(block.text)]
        page = replace(page, heading=_only([block.text for block in blocks if block.level == 1]))
        outline = read_outline([(block.level, block.text) for block in blocks if block.level or not block.is_link])
        told = [article for article in outline.articles if article.title and article.body]
        if len(told) > 1:
            day = outline.date or page.day
            return ParsedIssue(
                outline.name or issue_name(page.site, day) or page.title, day, outline.articles, outline.number
            )
        items = _items(tree)
        listed = sum(len(item.title) + len(item.summary) for item in items)
        prose = sum(len(block.text) for block in blocks if not block.in_item and is_prose(block.text))
        if len(items) > 2 and prose <= max(100, listed / 4):
            return _listed(items, page)
        return _single(document, tree, page, outline, blocks)


@dataclass(frozen=True, slots=True)
class _HtmlBlock:
    """A printed line of a page; `is_link` where all of it leads elsewhere, `in_item` inside a list of links."""

    level: int
    text: str
    is_link: bool = False
    in_item: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """What the head of a page says, and the heading of the first level where it prints only one."""

    title: str
    site: str
    author: str
    day: date | None
    heading: str = ""

    @classmethod
    def of(cls, tree: Element) -> _Page:
        """Read from a whole page, scripts and all."""
        meta: dict[str, str] = {}
        for element in tree.iter("meta"):
            key = element.get("property") or element.get("name") or element.get("itemprop") or ""
            meta.setdefault(key.lower(), " ".join((element.get("content") or "").split()))
        title = " ".join(next((_text(title)[:300] for title in tree.iter("title")), "").split())
        parts = _SITE_IN_TITLE.split(title, maxsplit=1)
        tail = parts[1].strip() if len(parts) > 1 else ""
        site = meta.get("og:site_name") or meta.get("sitename") or (tail if re.search(r"[报網网台刊]$", tail) else "")
        return cls(
            title=meta.get("articletitle") or meta.get("og:title") or (parts[0].strip() if tail else title),
            site=site,
            author=meta.get("author", ""),
            day=_page_date(tree, meta),
        )


def _page_date(tree: Element, meta: dict[str, str]) -> date | None:
    said = [meta.get(key, "") for key in _META_DATES]
    said += [match[1] for script in tree.iter("script") for match in _JSON_DATE.finditer(script.text or "")]
    said += [time.get("datetime") or _text(time) for time in tree.iter("time")]
    said += [meta.get("og:url", "")]
    said += [link.get("href") or "" for link in tree.iter("link") if link.get("rel") == "canonical"]
    return next((day for text in said if (day := find_date(text[:300]))), None)


def _parse(document: Document) -> Element:
    from lxml import etree, html  # type: ignore[import-untyped]

    # Entities of its own are no part of HTML, and would be printed.
    text = _DEFINITIONS.sub("", document.text.replace("\x00", ""))
    content = text.encode("utf-8", errors="replace")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise SourceError(SourceCode.HTML_UNREADABLE, name=document.name, detail=str(error)) from error
    # The parser stops at this depth and drops what follows.
    if any("depth" in entry.message for entry in parser.error_log):
        raise SourceError(SourceCode.HTML_TOO_DEEP, name=document.name)
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        raise SourceError(SourceCode.HTML_TOO_MANY_ELEMENTS, name=document.name, limit=_MOST_ELEMENTS)
    return tree


def _drop_furniture(tree: Element, document: Document) -> None:
    """Take out the head, scripts, navigation, comments and footers, and keep the text behind them."""
    from lxml import etree

    for head in list(tree.iter("head")):
        head.drop_tree()
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    lengths: dict[Element, int] = {}
    for _, element in etree.iterwalk(tree, events=("end",)):
        lengths[element] = len(element.text or "") + sum(lengths[child] + len(child.tail or "") for child in element)
    if lengths[tree] > _MOST_CHARS:
        raise SourceError(SourceCode.HTML_TOO_LONG, name=document.name, limit=_MOST_CHARS)
    for element, length in lengths.items():
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        hidden = "hidden" in element.attrib or "display:none" in (element.get("style") or "")[:500].replace(" ", "")
        # Some sites call the whole page "menu" or hide it until a script has run.
        unneeded = (hidden or _FURNITURE_NAMES.search(names)) and length * 2 < lengths[tree]
        if unneeded and element.getparent() is not None and element.tag not in ("html", "body", "form"):
            element.drop_tree()


def _only(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else ""


def _text(element: Element) -> str:
    return "".join(element.itertext())


def _blocks(tree: Element) -> Iterator[_HtmlBlock]:
    """The printed lines of a page, or of what trafilatura makes of one."""
    from lxml import etree

    printer = _Printer()
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if element.tag in _BLOCKS:
            yield from printer.flush()
        if event == "end":
            printer.leave(element)
            printer.add(element.tail)
        elif cells := _cells(element):
            yield _HtmlBlock(0, " | ".join(cells))
            walk.skip_subtree()
            printer.enter(element)
        else:
            printer.enter(element)
            printer.add(element.text)
    yield from printer.flush()


class _Printer:
    """The line being printed, and what it stands in."""

    def __init__(self) -> None:
        self._line: list[str] = []
        self._linked = 0
        self._level = 0
        self._links = 0
        self._items = 0
        self._lists: list[int | None] = []  # the number of the last item; None where a list has no numbers
        self._marker = ""

    def enter(self, element: Element) -> None:
        """An element begins."""
        tag = element.tag
        if level := _level(element):
            self._level = level
        self._links += tag == "a"
        self._items += tag == "li"
        if tag in ("ol", "ul", "list"):
            self._lists.append(0 if tag == "ol" or element.get("rend") == "ol" else None)
        elif tag in ("li", "item") and self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            self._marker = f"{self._lists[-1]}. "

    def leave(self, element: Element) -> None:
        """An element ends."""
        tag = element.tag
        if _level(element):
            self._level = 0
        self._links -= tag == "a"
        self._items -= tag == "li"
        if tag in ("ol", "ul", "list") and self._lists:
            self._lists.pop()

    def add(self, text: str | None) -> None:
        """Text inside or behind an element."""
        if text:
            self._line.append(text)
            self._linked += len(text.strip()) if self._links else 0

    def flush(self) -> Iterator[_HtmlBlock]:
        """The line as far as it has any text."""
        text = " ".join("".join(self._line).split())
        if text:
            yield _HtmlBlock(self._level, self._marker + text, self._linked >= 0.9 * len(text), self._items > 0)
            self._marker = ""
        self._line, self._linked = [], 0


def _level(element: Element) -> int:
    """Of a heading, 1 to 6; 0 for anything else."""
    name = element.get("rend") or "" if element.tag == "head" else str(element.tag)
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0


def _cells(element: Element) -> list[str]:
    """The cells of a row of figures; none of a row that only places things on the page."""
    if element.tag not in ("tr", "row"):
        return []
    cells = [cell for cell in element if cell.tag in ("td", "th", "cell")]
    if len(cells) < 2 or any(
        _level(child) or child.tag in ("table", "tr", "row") for child in element.iterdescendants()
    ):
        return []
    texts = [" ".join(_text(cell).split()) for cell in cells]
    return texts if any(texts) and max(map(len, texts)) < 200 else []


@dataclass(frozen=True, slots=True)
class _Item:
    """A title in a list of links. `programme` is what it names where it is the whole broadcast."""

    title: str
    summary: str
    day: date | None
    programme: str


def _items(tree: Element) -> list[_Item]:
    """The titles in a page that lead elsewhere, in order, without the marks and times around them."""
    groups: dict[Element, dict[Element, list[Element]]] = {}
    for link in tree.iter("a"):
        item = next((above for above in link.iterancestors("li", "tr", "dd", "p") if link.get("href")), link)
        groups.setdefault(item.getparent(), {}).setdefault(item, []).append(link)
    items: list[_Item] = []
    for group in groups.values():
        found = [item for element, links in group.items() if (item := _item(element, links))]
        # Short links are navigation.
        if found and sum(len(item.title) for item in found) / len(found) >= 8:
            items += found
    return list({item.title: item for item in reversed(items)}.values())[::-1]


def _item(element: Element, links: Sequence[Element]) -> _Item | None:
    titles = [_title_of_link(link) for link in links]
    title = max(titles, key=len)
    if len(title) < 3 or _FURNITURE.fullmatch(title):
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
    return _Item(title, rest if len(rest) >= 15 else "", day, programme)


def _title_of_link(link: Element) -> str:
    text = _MARKS.sub("", " ".join(_text(link).split()))
    full = _MARKS.sub("", " ".join((link.get("title") or "").split()))
    # The whole title where the page shows only its beginning.
    cut = text.rstrip("….")
    title = full if text and len(full) > len(cut) and full.startswith(cut) else text
    return title if _PROGRAMME.match(title) else re.sub(rf"^(?:{DATE.pattern})|(?:{DATE.pattern})$", "", title).strip()


def _listed(items: Sequence[_Item], page: _Page) -> ParsedIssue:
    """A list of titles as an issue: each title is an article that says itself, unless a summary stands under it."""
    whole = next((item for item in items if item.programme), None)
    days = Counter(item.day for item in items)
    day = whole.day if whole else find_date(page.heading) or find_date(page.title) or page.day
    if day is None and len(days) == 1:
        day = items[0].day
    articles = [
        ParsedArticle(title=item.title, body=item.summary or item.title, date=item.day)
        for item in items
        if not item.programme
    ]
    named = page.heading if find_date(page.heading) else ""
    name = named or issue_name(whole.programme if whole else page.site, day) or page.heading or page.title
    return ParsedIssue(name, day, tuple(articles))


def _single(
    document: Document, tree: Element, page: _Page, outline: ParsedIssue, blocks: Sequence[_HtmlBlock]
) -> ParsedIssue:
    """The one article of a page: what trafilatura takes for its text, else all that the page prints."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(tree, include_comments=False, include_tables=True, favor_recall=True)
    except (RecursionError, ValueError, TypeError, AttributeError):  # seen on pages nested hundreds of elements deep
        found = None
    body = getattr(found, "body", None)
    title = _title(page, outline)
    lines = _span(blocks, title, [] if body is None else [block.text for block in _blocks(body)])
    lines = [line for line in lines if line != title]
    if not lines:
        raise SourceError(SourceCode.HTML_NO_ARTICLE, name=document.name)
    article = make_article(title, lines)
    kept = next((other for other in outline.articles if other.byline), None)
    day = article.date or (kept.date if kept else None) or outline.date or page.day
    byline = article.byline or (kept.byline if kept else "") or page.author
    return ParsedIssue(issue_name(page.site, day) or outline.name, day, (replace(article, byline=byline, date=day),))


def _title(page: _Page, outline: ParsedIssue) -> str:
    """A heading that the page's own title repeats, else the heading below the one that names the site, else any."""
    headings = [article.title for article in outline.articles if article.title and article.body]
    repeated = next((heading for heading in (page.heading, *headings) if heading and heading in page.title), "")
    below = headings[0] if headings and page.heading == outline.name else ""
    return repeated or below or page.heading or page.title or next(iter(headings), "")


def _span(blocks: Sequence[_HtmlBlock], title: str, found: Sequence[str]) -> list[str]:
    """The lines of a page from the first to the last that was found in it, under the line that names its source.

    Trafilatura drops and repeats lines of short Chinese texts, so it says where the article is, and the page what.
    """
    known = {"".join(line.split()) for line in found if len(line) > 5}
    at = [index for index, block in enumerate(blocks) if "".join(block.text.split()) in known and not block.is_link]
    heading = next((index for index, block in enumerate(blocks) if block.level and block.text == title), -1)
    first, last = (at[0], at[-1] + 1) if at else (heading + 1, len(blocks))
    credits = [block.text for block in blocks[heading + 1 : first] if is_credit(block.text)]
    below = [block.text for block in blocks[last : last + 3] if is_credit(block.text)]
    return credits + [block.text for block in blocks[first:last] if not block.is_link] + below
