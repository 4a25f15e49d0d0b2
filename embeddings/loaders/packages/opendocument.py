"""Texts of LibreOffice and others (ODT): paragraphs and tables under headings."""

from __future__ import annotations

from collections.abc import Iterator

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.packages.package import Element, Package, local_name
from embeddings.parsing.masthead import issue_name, read_masthead, read_number
from embeddings.parsing.outline import read_outline
from embeddings.parsing.tables import table_lines
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_TEXT_KINDS = (b"application/vnd.oasis.opendocument.text",)
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_NOT_PRINTED = frozenset({"tracked-changes", "annotation", "forms", "sequence-decls", "variable-decls", "ruby-text"})
_MOST_REPEATED = 1_000  # a sheet's empty cells are counted, and a space may say that it stands for a billion


class OpenDocumentLoader:
    """A text of the OpenDocument format (ODT, OTT)."""

    def reads(self, document: Document) -> bool:
        """Whether it is a package with the content of an OpenDocument, which says that it is a text."""
        if not {_CONTENT, "mimetype"} <= document.zip_names:
            return False
        # The standard puts the kind at the beginning, uncompressed, so that it can be seen there.
        return any(kind in document.content[:200] for kind in _TEXT_KINDS)

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, protected or too large."""
        package = Package(document, limits, form="ODT")
        if _MANIFEST in package.names and any(
            local_name(element) == "encryption-data" for element in package.parse(_MANIFEST, may_declare=True).iter()
        ):
            raise SourceError(SourceCode.PROTECTED, name=document.name)
        root = package.parse(_CONTENT)
        body = next((element for element in root.iter() if local_name(element) == "text"), None)
        if body is None:
            raise package.damaged(f"{_CONTENT}: no text")
        blocks = [(level, text) for level, text in _blocks(body) if text]
        outline = read_outline(blocks)
        return outline if outline.articles else _page([text for _, text in blocks])


def _page(lines: list[str]) -> ParsedIssue:
    """Text without headings, as the page parser takes it."""
    from embeddings.parsing.text_pages import parse_page

    paper, day = read_masthead(lines)
    # An indent keeps paragraphs from being joined as if a column broke between them.
    text = "\n".join("\u3000\u3000" * line.endswith(("。", "！", "？", "”")) + line for line in lines)
    return ParsedIssue(issue_name(paper, day) if day else "", day, tuple(parse_page(text)), read_number(lines))


def _blocks(container: Element) -> Iterator[tuple[int, str]]:
    """Headings with their levels and everything else with 0; lists and sections are looked into."""
    for child in container:
        name = local_name(child)
        if name == "h":
            level = child.get(f"{_TEXT}outline-level") or "1"
            yield int(level) if level.isdecimal() and len(level) < 3 else 1, _line(child)
        elif name == "p":
            for line in _printed(child).split("\n"):
                yield 0, " ".join(line.split())
            # Text boxes are anchored in a paragraph.
            for box in child.iter(f"{_DRAW}text-box"):
                yield from _blocks(box)
        elif name == "table":
            yield from ((0, line) for line in table_lines(_table(child)))
        elif name and name not in _NOT_PRINTED:
            yield from _blocks(child)


def _table(table: Element) -> list[list[str]]:
    """The texts of a table's cells; a cell over several rows counts for each of them."""
    rows: list[list[str]] = []
    spanning: dict[int, tuple[str, int]] = {}  # for a column, the text that goes on and for how many rows
    for cells in _rows(table):
        row: list[str] = []
        for at, cell in enumerate(cells):
            said, left = spanning.get(at, ("", 0))
            if left and local_name(cell) == "covered-table-cell":
                spanning[at] = said, left - 1
            else:
                said = _cell(cell)
                spanning[at] = said, _spanned(cell) - 1
            row.append(said)
        rows.append(row)
    return rows


def _spanned(cell: Element) -> int:
    """How many rows a cell stands over."""
    count = cell.get(f"{_TABLE}number-rows-spanned") or "1"
    return int(count) if count.isdecimal() and 0 < len(count) < 5 else 1


def _rows(table: Element) -> Iterator[list[Element]]:
    for row in table.iter(f"{_TABLE}table-row"):
        if next(row.iterancestors(f"{_TABLE}table")) is table:
            yield [cell for cell in row if local_name(cell) in ("table-cell", "covered-table-cell")]


def _cell(cell: Element) -> str:
    return " ".join(text for _, text in _blocks(cell) if text)


def _line(element: Element) -> str:
    return " ".join(_printed(element).split())


def _printed(element: Element) -> str:
    """The text of a paragraph without its boxes and comments; notes stand where they are referred to."""
    parts = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name == "s":
            count = child.get(f"{_TEXT}c") or "1"
            parts.append(" " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, _MOST_REPEATED))
        elif name == "tab":
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name == "note":
            body = next((part for part in child if local_name(part) == "note-body"), None)
            parts.append("" if body is None else f"（{' '.join(_line(part) for part in body)}）")
        elif name and name not in _NOT_PRINTED and name != "frame":
            parts.append(_printed(child))
        parts.append(child.tail or "")
    return "".join(parts)
