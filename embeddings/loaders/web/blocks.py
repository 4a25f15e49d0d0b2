"""The printed lines of a web page, without its navigation, scripts and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.markup import without_crowded_tags
from embeddings.parsing.outline import is_credit, is_posted
from embeddings.parsing.tables import row_line, row_text
from embeddings.sources.document import Document
from embeddings.text.normalize import simplified_furniture
from embeddings.text.sentences import FULL_STOPS

Element: TypeAlias = Any  # lxml has no types of its own

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
# What users write is prose too, and may be longer than the article.
_OF_USERS = re.compile(r"(?:^|[\s_-])comments?(?:$|[\s_-])", re.IGNORECASE)
_SHARE_OF_PROSE = 0.5  # of a page's sentences: what holds more is the article, whatever its name
_SHARE_OF_PROSE_OF_USERS = 0.9
_OF_PAGE = re.compile(
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
_PAGE_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_SENTENCE_ENDS = (*FULL_STOPS, *(f"{stop}{mark}" for stop in FULL_STOPS for mark in "”’」』）)"))
_INLINE = ("span", "em", "i", "small", "time")
_STAMP = re.compile(r"\s*(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*")
_FEWEST_OF_PROSE = 8  # characters
_LONGEST_CELL = 200  # characters
_MOST_SPANNED = 2_000  # columns, by all cells of a page together
_MOST_CELLS = 50  # in a row, and rows that one cell spans


def is_of_page(text: str) -> bool:
    """Whether a line is navigation, a button or a notice of the page, whatever stands on it."""
    return _OF_PAGE.fullmatch(simplified_furniture(text)) is not None


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """A printed line of a page; `is_link` where all of it leads elsewhere, `in_item` inside a list.

    `owner` is the element in which it stands, the lowest that begins a line.
    """

    level: int
    text: str
    is_link: bool = False
    in_item: bool = False
    owner: Element = field(default=None, compare=False, repr=False)


def parse_html(document: Document) -> Element:
    """The tree of a page. Raises SourceError when it is too large, nested too deeply, or no page."""
    from lxml import etree, html  # type: ignore[import-untyped]

    # Entities of its own are no part of HTML, and would be printed.
    text = _DEFINITIONS.sub("", document.text.replace("\x00", ""))
    # The parser takes nothing that follows such a tag, and some pages have one in their middle.
    text = _PAGE_END.sub("", text)
    content = without_crowded_tags(text).encode("utf-8", errors="replace")
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


def without_wide_cells(tree: Element) -> Element:
    """The tree, or a copy without spans where its cells would span more columns than any printed table has.

    Whoever lays out the table makes as many cells as its attributes say.
    """
    cells = list(tree.iter("td", "th"))
    wide = sum(int(span) for cell in cells if (span := (cell.get("colspan") or "")[:9]).isdecimal() and int(span) > 1)
    if wide <= _MOST_SPANNED:
        return tree
    bare = deepcopy(tree)
    for cell in bare.iter("td", "th"):
        for name in ("colspan", "rowspan"):
            cell.attrib.pop(name, None)
    return bare


def drop_furniture(tree: Element, document: Document) -> None:
    """Take out the head, scripts, navigation, comments and footers, and keep the text behind them.

    An element that is only named like furniture stays where it holds the prose of the page, and so does one that holds
    an element which does.
    """
    from lxml import etree

    for head in list(tree.iter("head")):
        head.drop_tree()
    kept = _holders(tree, of=set(_DROPPED) & {"nav", "footer", "aside"})
    for element in kept:
        element.tag = "div"
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    lengths: dict[Element, int] = {}
    for _, element in etree.iterwalk(tree, events=("end",)):
        lengths[element] = len(element.text or "") + sum(lengths[child] + len(child.tail or "") for child in element)
    if lengths[tree] > _MOST_CHARS:
        raise SourceError(SourceCode.HTML_TOO_LONG, name=document.name, limit=_MOST_CHARS)
    prose = prose_by_element(list(read_blocks(tree)))
    for element, length in lengths.items():
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        hidden = "hidden" in element.attrib or "display:none" in (element.get("style") or "")[:500].replace(" ", "")
        of_users = _OF_USERS.search(names) is not None and prose.get(tree, 0) > 0
        # Some sites call the whole page "menu" or hide it until a script has run.
        is_part = of_users or length * 2 < lengths[tree]
        unneeded = is_part and (hidden or _FURNITURE_NAMES.search(names) is not None)
        share = _SHARE_OF_PROSE_OF_USERS if of_users else _SHARE_OF_PROSE
        held = prose.get(element, 0)
        is_text = held > 0 and (held >= share * prose[tree] or element.tag == "form")
        is_root = element.getparent() is None or element.tag in ("html", "body")
        # What users are to fill in; some sites wrap the whole page in a form.
        unneeded = unneeded or (element.tag == "form" and prose.get(tree, 0) > 0)
        if unneeded and not is_text and not is_root:
            element.drop_tree()


def _holders(tree: Element, *, of: set[str]) -> list[Element]:
    """The elements of some tags that hold the prose of the page all the same, as where an end tag is missing."""
    found = list(tree.iter(*of))
    if not found:
        return []
    prose = prose_by_element(list(read_blocks(tree)))
    return [element for element in found if prose.get(element, 0) > _SHARE_OF_PROSE * prose.get(tree, 0)]


def prose_of(block: HtmlBlock) -> int:
    """How many characters of running text a line is: those of its sentences, and none of a link or a credit."""
    text = block.text
    is_text = text.rstrip().endswith(_SENTENCE_ENDS) and len(text) >= _FEWEST_OF_PROSE
    return len(text) if is_text and not block.is_link and not block.level and not is_credit(text) else 0


def prose_by_element(blocks: list[HtmlBlock]) -> dict[Element, int]:
    """The characters of running text in each element that holds any; in the root's entry, those of the page."""
    found: dict[Element, int] = {}
    for block in blocks:
        if weight := prose_of(block):
            found[block.owner] = found.get(block.owner, 0) + weight
    totals: dict[Element, int] = {}
    for owner, weight in found.items():
        element = owner
        while element is not None:
            totals[element] = totals.get(element, 0) + weight
            element = element.getparent()
    return totals


def text_of(element: Element) -> str:
    """All the text in an element."""
    return "".join(element.itertext())


def read_blocks(tree: Element) -> Iterator[HtmlBlock]:
    """The printed lines of a page, or of what trafilatura makes of one."""
    from lxml import etree

    printer = _Printer()
    walk = etree.iterwalk(tree, events=("start", "end"))
    tables: dict[Element, _Spanning] = {}
    for event, element in walk:
        if element.tag in _BLOCKS:
            yield from printer.flush(element.getparent() if event == "start" else element)
        if event == "end":
            printer.leave(element)
            printer.add(" " if element.tag in _INLINE and not element.tail and _is_stamp(element) else None)
            printer.add(element.tail)
        elif cells := _cells(element, tables):
            yield HtmlBlock(0, " | ".join(cells), owner=element)
            walk.skip_subtree()
            printer.enter(element)
        else:
            printer.enter(element)
            printer.add(" " if element.tag in _INLINE and _is_stamp(element) else None)
            printer.add(element.text)
    yield from printer.flush(tree)


def _is_stamp(element: Element) -> bool:
    """Whether an element is a day in digits, as stands beside names and places with nothing but a style between."""
    return len(element) == 0 and _STAMP.fullmatch(element.text or "") is not None


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
        if level := level_of(element):
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
        if level_of(element):
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

    def flush(self, owner: Element) -> Iterator[HtmlBlock]:
        """The line as far as it has any text."""
        text = " ".join("".join(self._line).split())
        if text:
            is_link = self._linked >= 0.9 * len(text)
            yield HtmlBlock(self._level, self._marker + text, is_link, self._items > 0, owner)
            self._marker = ""
        self._line, self._linked = [], 0


def level_of(element: Element) -> int:
    """Of a heading, 1 to 6; 0 for anything else."""
    name = element.get("rend") or "" if element.tag == "head" else str(element.tag)
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0


@dataclass(slots=True)
class _Spanning:
    """What the cells of a table leave for the rows below: by column, a text and for how many rows."""

    columns: dict[int, tuple[str, int]] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)  # so far

    def row(self, cells: list[Element]) -> list[str]:
        """The texts of the next row. A cell over several rows counts for each; one over several columns stands once."""
        texts: list[str] = []
        left = dict(self.columns)
        self.columns = {}
        waiting = list(cells)
        while (waiting or left) and len(texts) < _MOST_CELLS:
            column, width = len(texts), 1
            if column in left:
                text, rows = left.pop(column)
            elif waiting:
                cell = waiting.pop(0)
                text, rows, width = " ".join(text_of(cell).split()), _span(cell, "rowspan"), _span(cell, "colspan")
            else:
                text, rows = "", 1
                left = {at: below for at, below in left.items() if at > column}
            for further in range(width):
                texts.append("" if further else text)
                if rows > 1:
                    self.columns[column + further] = ("" if further else text, rows - 1)
        return texts


def _cells(element: Element, tables: dict[Element, _Spanning]) -> list[str]:
    """The cells of a row of figures; none of a row that only places things on the page."""
    if element.tag not in ("tr", "row"):
        return []
    table = element.getparent()
    spanning = tables.setdefault(table, _Spanning())
    cells = [cell for cell in element if cell.tag in ("td", "th", "cell")]
    places = any(
        level_of(child) or child.tag in ("table", "tr", "row") or (child.tag in ("div", "p") and _is_posted(child))
        for child in element.iterdescendants()
    )
    if places or len(cells) + len(spanning.columns) < 2:
        tables.pop(table)
        return []
    texts = spanning.row(cells)
    if (sum(map(bool, texts)) < 2 and len(cells) < 2) or max(map(len, texts)) >= _LONGEST_CELL:
        return []
    spanning.rows.append(texts)
    line = row_line(spanning.rows, -1)
    if line != row_text(texts):
        return [line]
    # The other columns of a wide cell are no cells of their own.
    return texts if len(texts) == len(cells) else [text for text in texts if text]


def _is_posted(element: Element) -> bool:
    """Whether an element says only who posted what follows, and when."""
    return is_posted(" ".join(text_of(element).split())) is not None


def _span(cell: Element, name: str) -> int:
    number = (cell.get(name) or "")[:4]
    return max(1, min(int(number), _MOST_CELLS)) if number.isdecimal() and number.isascii() else 1
