"""Markup inside a value, a feed or a book → lines. What surrounds an article on a page is not looked for here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from embeddings.parsing.tables import row_line

Element: TypeAlias = Any  # lxml has no types of its own

_MARKUP = re.compile(
    r"</(?:p|div|span|section|article|table|tr|td|li|ul|ol|h[1-6]|strong|em|b|a|font)\s*>|<(?:br|p|div)\b[^<>]*/?>",
    re.IGNORECASE,
)
_CELLS = ("td", "th")
_BLOCKS = frozenset(
    re.split(
        " ",
        "address article aside blockquote body br caption center dd div dl dt figcaption figure footer form"
        " h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead title tr ul",
    )
)
_DROPPED = frozenset(re.split(" ", "script style noscript template svg iframe object audio video head rt rp"))
# A tag with a thousand values or words outside of quotes.
_CROWDED_TAG = re.compile(r"""<([A-Za-z][\w:-]*)(?:\s+(?:[^\s<>"']|"[^"]*"|'[^']*')+){1000,}[^<>]*>?""")
_HEADING = re.compile(r"h([1-6])")


def is_markup(text: str) -> bool:
    """Whether a text is HTML: it closes an element that texts are made of, or breaks a line with one."""
    return _MARKUP.search(text) is not None


def without_crowded_tags(text: str) -> str:
    """A page in which no tag has more attributes than a parser can take: what they cost it grows with their square."""
    return _CROWDED_TAG.sub(r"<\1>", text)


def lines_of(text: str) -> list[str]:
    """The lines of a piece of HTML, without tags; a row of a table is one line."""
    from lxml import etree, html  # type: ignore[import-untyped]

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        content = without_crowded_tags(text.replace("\x00", "")).encode("utf-8", errors="replace")
        tree = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return []
    return [line for _, line in blocks_of(tree)]


def blocks_of(tree: Element) -> Iterator[tuple[int, str]]:
    """The lines of a tree of HTML or XHTML with the levels of their headings, 0 for text."""
    from lxml import etree

    level = 0
    line: list[str] = []
    cells: list[str] | None = None
    begun = 0  # how many cells there were before the present one
    rows: list[list[str]] = []  # of the present table

    def flush() -> Iterator[tuple[int, str]]:
        nonlocal line
        said = " ".join("".join(line).split())
        line = []
        if said and cells is not None:
            cells.append(said)
        elif said:
            yield level, said

    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
        if tag in _BLOCKS:
            yield from flush()
        if event == "start":
            if tag in _DROPPED or not tag:
                walk.skip_subtree()
            else:
                line.append(element.text or "")
            heading = _HEADING.fullmatch(tag)
            level = int(heading[1]) if heading else level
            cells, begun = ([], 0) if tag == "tr" else (cells, begun)
            begun = len(cells) if tag in _CELLS and cells is not None else begun
            rows = [] if tag == "table" else rows
        else:
            level = 0 if _HEADING.fullmatch(tag) else level
            if tag in _CELLS and cells is not None:
                cells[begun:] = [" ".join(cells[begun:])]  # an empty one keeps its place
            if tag == "tr" and cells is not None:
                rows.append(cells)
                cells = None
                yield 0, row_line(rows, -1)
            line.append(element.tail or "")
    yield from flush()
