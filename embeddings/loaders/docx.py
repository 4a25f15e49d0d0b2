"""Word files: the text of a DOCX file in the order of its paragraphs, and the articles that its headings begin.

The XML is read as it is: python-docx unpacks a whole file without a limit, and gives neither text boxes, notes and
list numbers nor what was inserted while changes were tracked.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.web.blocks import parse_html
from embeddings.parsing.headlines import join_headline
from embeddings.parsing.masthead import issue_name, read_masthead, read_number
from embeddings.parsing.outline import NUMBERED, is_credit, names_issue, read_outline
from embeddings.parsing.tables import row_line
from embeddings.sources.document import ZIP_DAMAGE, Document
from embeddings.sources.mail import is_mail, parse_mail, texts
from embeddings.text.dates import find_date
from embeddings.text.numerals import write_numeral
from embeddings.text.sentences import COLONS, COMMAS, SEMICOLONS
from embeddings.types import ParsedIssue

Element: TypeAlias = Any  # lxml has no types of its own

_ZIP = b"PK\x03\x04"
_TYPES = "[Content_Types].xml"
DOCUMENT_PART = "word/document.xml"
PARTS = re.compile(
    r"word/(?:document|styles|numbering|footnotes|endnotes|header\d*)\.xml|docProps/core\.xml|word/_rels/document\.xml\.rels"
)
# The XML of an issue has a few hundred thousand bytes; twenty million take 17 seconds.
MOST_XML = 20_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"  # the same in the strict form of the format
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_TITLE_OF_CORE = "{http://purl.org/dc/elements/1.1/}title"
# Deleted and moved-away text, codes of fields, pronunciation above characters.
_NOT_PRINTED = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "rt", "sectPr", "pPr", "rPr")}
_NOTES = {f"{_W}footnoteReference": "footnotes", f"{_W}endnoteReference": "endnotes"}
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*(\d)", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "标题", "標題", "文档标题"})
_TAKEN_IN = re.compile(r"(?:word/)?(?:[\w-]+/)?[\w-]+\.(?:mht|mhtml|html?|xhtml|txt)", re.IGNORECASE)
_RELATIONS = "word/_rels/document.xml.rels"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_COLUMNS = 63  # of a table, as Word has it
_FEWEST_OF_PAGE_PART = 2  # paragraphs in a cell
_LONGEST_CELL = 120  # characters
_LONGEST_TITLE = 48
_LARGER = 1.15  # times the size of the body
# No heading ends with one of the first; a line that is bold or large is a title only without all of these.
_RUNNING_MARKS = tuple(f"。{SEMICOLONS}")
_NOT_TITLE_ENDS = (*_RUNNING_MARKS, *f"{COMMAS}{COLONS}！!？?")


class DocxLoader:
    """A Word file: an issue with several articles under headings, or one article."""

    def reads(self, document: Document) -> bool:
        """Whether it is a ZIP file with the parts of a Word file; a damaged one counts when it names them."""
        if not document.content.startswith(_ZIP):
            return False
        if document.suffix == ".docx":
            return True
        names = document.zip_names
        return {_TYPES, DOCUMENT_PART} <= names if names else DOCUMENT_PART.encode() in document.content

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, has no text, or unpacks to more than the limit."""
        parts, foreign = _read_parts(document, limits)
        return read_word(document, parts, foreign)


def read_word(
    document: Document, parts: Mapping[str, Element], foreign: Mapping[str, Document] | None = None
) -> ParsedIssue:
    """The issue in the parts of a Word file, by their names in a DOCX file. Raises SourceError when it has no text.

    `foreign` are files of other forms that the text takes in, by the id of their relation.
    """
    blocks = list(_DocxText(parts, foreign or {}).blocks())
    if not any(block.text for block in blocks):
        raise SourceError(SourceCode.DOCX_NO_TEXT, name=document.name)
    outline = read_outline(_headed(blocks))
    if not outline.articles:
        from embeddings.parsing.text_pages import parse_page

        # An indent keeps paragraphs from being joined as if a column broke between them.
        text = "\n".join("\u3000\u3000" * _is_paragraph(block) + block.text for block in blocks)
        lines = text.split("\n")
        paper, day = read_masthead(lines)
        name = issue_name(paper, day) if day else ""
        outline = ParsedIssue(name, day, tuple(parse_page(text)), read_number(lines))
    return _named(outline, parts)


def _named(issue: ParsedIssue, parts: Mapping[str, Element]) -> ParsedIssue:
    """The issue with the name and date in its headers, or else its file's title, where the text gives none."""
    name, day, number = issue.name, issue.date, issue.number
    for part, root in sorted(parts.items()):
        if part.startswith("word/header") and not (name and day and number):
            lines = [line for block in _DocxText({DOCUMENT_PART: root}, {}).blocks() for line in block.text.split("\n")]
            paper, printed = read_masthead(lines)
            day = day or printed
            name = name or issue_name(paper, day)
            number = number or read_number(lines)
    core = parts.get("docProps/core.xml")
    if not name and core is not None:
        name = " ".join((core.findtext(_TITLE_OF_CORE) or "").split())
        if len(issue.articles) == 1 and name == issue.articles[0].title:
            name = ""
    return ParsedIssue(name, day or find_date(name), issue.articles, number)


def _read_parts(document: Document, limits: Limits) -> tuple[dict[str, Element], dict[str, Document]]:
    """The parsed parts of the file that are used, by their names, and the files that its text takes in."""
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > limits.max_unpacked_bytes:
                raise _too_large(document)
            if DOCUMENT_PART not in archive.namelist():
                raise SourceError(SourceCode.DOCX_PART_MISSING, name=document.name, part=DOCUMENT_PART)
            parts, left = {}, min(limits.max_unpacked_bytes, MOST_XML)
            taken_in: dict[str, Document] = {}
            for member in members:
                is_part = PARTS.fullmatch(member.filename) is not None
                if not (is_part or _TAKEN_IN.fullmatch(member.filename)) or member.filename in parts:
                    continue
                # What a member says of its size may be a lie.
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _too_large(document)
                if is_part:
                    parts[member.filename] = parse_xml(document, member.filename, content)
                else:
                    taken_in[member.filename] = Document(document.name, content)
            return parts, _by_relation(parts, taken_in)
    except (*ZIP_DAMAGE, RuntimeError) as error:
        raise SourceError(SourceCode.DOCX_DAMAGED, name=document.name, detail=str(error)) from error


def _by_relation(parts: Mapping[str, Element], taken_in: Mapping[str, Document]) -> dict[str, Document]:
    """The files that a text takes in, by the ids with which it names them."""
    relations = parts.get(_RELATIONS)
    found: dict[str, Document] = {}
    for relation in () if relations is None else relations:
        target = posixpath.normpath(posixpath.join("word", relation.get("Target") or "")).lstrip("/")
        if str(relation.get("Type") or "").endswith("/aFChunk") and target in taken_in:
            found[relation.get("Id") or ""] = taken_in[target]
    return found


def _lines_taken_in(document: Document) -> Iterator[tuple[int, str]]:
    """The lines of a file that a Word file takes in, with their levels: a page, a page with its pictures, or text."""
    from embeddings.loaders.markup import blocks_of, is_markup

    if is_mail(document.content):
        parts = texts(parse_mail(document.name, document.content))
        pages = [part.text for part in parts]
    else:
        pages = [document.text]
    for page in pages:
        if is_markup(page):
            yield from blocks_of(parse_html(Document(document.name, page.encode("utf-8", errors="replace"))))
        else:
            yield from ((0, " ".join(line.split())) for line in page.splitlines())


def _is_paragraph(block: _DocxBlock) -> bool:
    return block.is_row or len(block.text) > _LONGEST_TITLE or block.text.endswith(("。", "！", "？", "”", "）"))


def _too_large(document: Document) -> SourceError:
    return SourceError(SourceCode.DOCX_TOO_LARGE, name=document.name, limit=MOST_XML)


def parse_xml(document: Document, part: str, xml: bytes) -> Element:
    """The root of a part. Raises SourceError when it is damaged or declares entities."""
    from lxml import etree  # type: ignore[import-untyped]

    xml = xml.replace(_STRICT, _W[1:-1].encode())
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(SourceCode.DOCX_PART_DAMAGED, name=document.name, part=part, detail=str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise SourceError(SourceCode.DOCX_ENTITIES, name=document.name, part=part)
    return root


@dataclass(frozen=True, slots=True)
class _DocxBlock:
    """A paragraph or a row of a table, and how it is set. `level` counts from one for headings by style, 0 for none."""

    text: str
    level: int = 0
    size: float = 0.0
    bold: bool = False
    centred: bool = False
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says, with what it inherits. `size` is in half points, 0 where it says nothing."""

    level: int = 0
    size: float = 0.0
    bold: bool = False
    centred: bool = False
    number: tuple[str, int] = ("", 0)
    is_contents: bool = False


class _DocxText:
    """The paragraphs of a Word file in the order in which they are read."""

    def __init__(self, parts: Mapping[str, Element], foreign: Mapping[str, Document]) -> None:
        self._foreign = dict(foreign)
        self._root = parts[DOCUMENT_PART]
        styles = parts.get("word/styles.xml")
        self._style_elements = {} if styles is None else {_get(e, "styleId"): e for e in styles.iter(f"{_W}style")}
        default = None if styles is None else styles.find(f"{_W}docDefaults//{_W}sz")
        self._size = _number(default, 20)
        self._styles: dict[str, _Style] = {}
        self._lists = _Lists(parts.get("word/numbering.xml"))
        self._notes = {
            (kind, _get(note, "id")): note
            for kind in _NOTES.values()
            if (root := parts.get(f"word/{kind}.xml")) is not None
            for note in root
        }

    def blocks(self) -> Iterator[_DocxBlock]:
        """Paragraphs, rows and the text of boxes and notes, each where it stands or is anchored."""
        return self._blocks_in(self._root)

    def _blocks_in(self, container: Element) -> Iterator[_DocxBlock]:
        for child in _printed(container):
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag == f"{_W}altChunk":
                # Named twice, it is still read once.
                document = self._foreign.pop(child.get(f"{_RELATION}id") or "", None)
                for level, line in () if document is None else _lines_taken_in(document):
                    if line:
                        yield _DocxBlock(line, level, self._size)
            else:
                yield from self._blocks_in(child)

    def _paragraph(self, paragraph: Element) -> Iterator[_DocxBlock]:
        parts: list[str] = []
        apart: list[Element] = []
        self._gather(paragraph, parts, apart)
        properties = paragraph.find(f"{_W}pPr")
        style = self._style(_value(properties, "pStyle") or "")
        level = _outline_level(properties) or style.level
        text = "".join(parts)
        lines = [" ".join(line.split()) for line in text.split("\n")]
        lines = [line for line in lines if line]
        if lines and not style.is_contents:
            number = self._lists.mark(_list_place(properties) or style.number)
            size, bold = self._setting(paragraph, style)
            centred = (_value(properties, "jc") or ("center" if style.centred else "")) == "center"
            if level and len(text) <= 2 * _LONGEST_TITLE and not text.rstrip().endswith(_RUNNING_MARKS):
                yield _DocxBlock(" ".join(lines), level, size, bold, centred)
            else:
                lines[0] = number + lines[0]
                yield from (_DocxBlock(line, 0, size, bold, centred) for line in lines)
        for element in apart:
            yield from self._blocks_in(element)

    def _gather(self, node: Element, parts: list[str], apart: list[Element]) -> None:
        """The text of a paragraph into `parts`, its boxes and notes into `apart`."""
        for child in _printed(node):
            tag = child.tag
            if tag in (f"{_W}t", _FORMULA_TEXT):
                parts.append(child.text or "")
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                parts.append(" ")
            elif tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif tag == f"{_W}txbxContent":
                apart.append(child)
            elif tag in _NOTES:
                note = self._notes.pop((_NOTES[tag], _get(child, "id")), None)
                if note is not None:
                    apart.append(note)
            elif tag != f"{_W}r" or child.find(f"{_W}rPr/{_W}vanish") is None:
                self._gather(child, parts, apart)

    def _table(self, table: Element) -> Iterator[_DocxBlock]:
        above: dict[int, str] = {}  # by column, for cells that are merged downwards
        rows: list[list[str]] = []
        for row in _nearest(table, f"{_W}tr"):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            cells = list(_nearest(row, f"{_W}tc"))
            if len(cells) == 1:  # a frame around text
                yield from _rows_of(rows)
                rows = []
                yield from (replace(block, level=0) for block in self._blocks_in(cells[0]))
                continue
            blocks = [list(self._blocks_in(cell)) for cell in cells]
            said = [" ".join(block.text for block in held) for held in blocks]
            if any(map(_is_page_part, blocks)):  # it places texts beside one another
                yield from _rows_of(rows)
                rows = []
                yield from (block for held in blocks for block in held)
                continue
            column, printed = 0, {}
            for at, cell in enumerate(cells):
                properties = cell.find(f"{_W}tcPr")
                merged = not said[at] and _is_merged_upwards(properties)
                printed[column] = above.get(column, "") if merged else said[at]
                column += max(1, min(_whole_number(_value(properties, "gridSpan")), _MOST_COLUMNS))
            above = printed
            rows.append([printed.get(at, "") for at in range(column)])
        yield from _rows_of(rows)

    def _setting(self, paragraph: Element, style: _Style) -> tuple[float, bool]:
        """The size of the largest part of a paragraph's text, and whether all of it is bold."""
        sizes: Counter[float] = Counter()
        bold = True
        for run in _nearest(paragraph, f"{_W}r"):
            length = sum(len((text.text or "").strip()) for text in run.findall(f"{_W}t"))
            if not length:
                continue
            properties = run.find(f"{_W}rPr")
            # A style of characters counts as one of paragraphs does.
            own = self._style(_value(properties, "rStyle") or "")
            element = None if properties is None else properties.find(f"{_W}sz")
            sizes[_number(element, own.size or style.size or self._size)] += length
            bold = bold and _is_on(properties, "b", own.bold or style.bold)
        return (sizes.most_common(1)[0][0], bold) if sizes else (style.size or self._size, style.bold)

    def _style(self, name: str, depth: int = 0) -> _Style:
        element = self._style_elements.get(name)
        if element is None or depth > 20:  # styles in a circle
            return _Style()
        if name not in self._styles:
            base = self._style(_value(element, "basedOn") or "", depth + 1)
            properties, runs = element.find(f"{_W}pPr"), element.find(f"{_W}rPr")
            called = (_value(element, "name") or "").lower()
            heading = _HEADING_NAME.match(called)
            level = 1 if called in _TITLE_NAMES else int(heading[1]) + 1 if heading else _outline_level(properties)
            self._styles[name] = _Style(
                level=level or base.level,
                size=_number(None if runs is None else runs.find(f"{_W}sz"), base.size),
                bold=_is_on(runs, "b", base.bold),
                centred=(_value(properties, "jc") or ("center" if base.centred else "")) == "center",
                number=_list_place(properties) or base.number,
                is_contents=called.startswith(("toc ", "目录")),
            )
        return self._styles[name]


class _Lists:
    """The numbers that Word prints before the items of lists."""

    def __init__(self, numbering: Element | None) -> None:
        self._levels: dict[str, dict[int, Element]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if numbering is None:
            return
        kinds = {_get(kind, "abstractNumId"): kind for kind in numbering.iter(f"{_W}abstractNum")}
        for element in numbering.iter(f"{_W}num"):
            kind = kinds.get(_value(element, "abstractNumId") or "")
            levels = [] if kind is None else kind.findall(f"{_W}lvl")
            self._levels[_get(element, "numId")] = {_whole(_get(level, "ilvl")): level for level in levels}

    def mark(self, place: tuple[str, int]) -> str:
        """What stands before the next item of a list at a level: `二、`, `1.2 `, `• `; "" before what is none."""
        number, depth = place
        level = self._levels.get(number, {}).get(depth)
        if level is None:
            return ""
        counts = self._counters.setdefault(number, {})
        counts[depth] = counts.get(depth, _whole(_value(level, "start") or "1") - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        if _value(level, "numFmt") == "bullet":
            return "• "
        shown = re.sub(r"%(\d)", lambda match: self._shown(number, int(match[1]) - 1), _value(level, "lvlText") or "")
        return shown if not shown or shown.endswith(("、", "）", ")")) else f"{shown} "

    def _shown(self, number: str, depth: int) -> str:
        count = max(1, self._counters[number].get(depth, 1))
        form = _value(self._levels[number].get(depth), "numFmt") or "decimal"
        if form in ("lowerLetter", "upperLetter") and count <= 26:
            return chr(ord("a" if form == "lowerLetter" else "A") + count - 1)
        if form == "decimalEnclosedCircle" and count <= 20:
            return chr(ord("①") + count - 1)
        if ("hinese" in form or "aiwanese" in form or "japanese" in form) and count < 100:
            return write_numeral(count)
        return str(count)


def _rows_of(rows: Sequence[Sequence[str]]) -> Iterator[_DocxBlock]:
    return (_DocxBlock(line, is_row=True) for at in range(len(rows)) if (line := row_line(rows, at)))


def _printed(node: Element) -> Iterator[Element]:
    """The children of an element that are printed; of alternatives the first."""
    for child in node:
        if child.tag == f"{_CHOICE}AlternateContent":
            yield from child[:1]
        elif isinstance(child.tag, str) and child.tag not in _NOT_PRINTED:
            yield child


def _nearest(node: Element, tag: str) -> Iterator[Element]:
    """The descendants with a tag, not those inside one another or in a table or box within."""
    for child in _printed(node):
        if child.tag == tag:
            yield child
        elif child.tag not in (f"{_W}tbl", f"{_W}txbxContent"):
            yield from _nearest(child, tag)


def _is_merged_upwards(properties: Element | None) -> bool:
    """Whether a cell is the rest of the one above it."""
    merged = None if properties is None else properties.find(f"{_W}vMerge")
    return merged is not None and _get(merged, "val") in ("", "continue")


def _is_page_part(blocks: Sequence[_DocxBlock]) -> bool:
    """Whether a cell of a table holds running text of its own, and is none of figures."""
    return len(blocks) >= _FEWEST_OF_PAGE_PART and sum(len(block.text) for block in blocks) > _LONGEST_CELL


def _whole_number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0


def _get(element: Element, attribute: str) -> str:
    return str(element.get(f"{_W}{attribute}") or "")


def _value(parent: Element | None, tag: str) -> str | None:
    child = None if parent is None else parent.find(f"{_W}{tag}")
    return None if child is None else _get(child, "val")


def _is_on(parent: Element | None, tag: str, inherited: bool) -> bool:
    value = _value(parent, tag)
    return inherited if value is None else value not in ("0", "false", "off")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _number(element: Element | None, otherwise: float) -> float:
    return otherwise if element is None else _whole(_get(element, "val")) or otherwise


def _outline_level(properties: Element | None) -> int:
    """Below a title, which has level one; 0 for the body (level 9 in the file)."""
    value = _value(properties, "outlineLvl")
    return int(value) + 2 if value and value in "012345678" else 0


def _list_place(properties: Element | None) -> tuple[str, int] | None:
    place = None if properties is None else properties.find(f"{_W}numPr")
    number = _value(place, "numId")
    return None if number is None else (number, _whole(_value(place, "ilvl") or "0"))


def _headed(blocks: Sequence[_DocxBlock]) -> list[tuple[int, str]]:
    """The blocks with their levels: by style, or by how they are set where no heading has a style."""
    if any(block.level for block in blocks):
        return [(block.level, block.text) for block in blocks]
    running = [block for block in blocks if block.size and len(block.text) > _LONGEST_TITLE] or list(blocks)
    weights: Counter[tuple[float, bool]] = Counter()
    for block in running:
        weights[block.size, block.bold] += len(block.text)
    size, bold = weights.most_common(1)[0][0]
    titles = [_could_be_title(blocks, at, size=size, bold=bold) for at in range(len(blocks))]
    if not any(title and not NUMBERED.match(block.text) for title, block in zip(titles, blocks, strict=True)):
        return [(0, block.text) for block in blocks]
    settings = sorted({_rank(block) for block, title in zip(blocks, titles, strict=True) if title}, reverse=True)
    headed: list[tuple[int, str]] = []
    for at, block in enumerate(blocks):
        level = settings.index(_rank(block)) + 1 if titles[at] else 0
        goes_on = at and titles[at - 1] and _rank(blocks[at - 1]) == _rank(block) and block.centred
        if level and goes_on and not find_date(block.text) and not names_issue(blocks[at - 1].text):
            headed[-1] = (level, join_headline(headed[-1][1], block.text))
        else:
            headed.append((level, block.text))
    return headed


def _rank(block: _DocxBlock) -> tuple[float, bool, bool]:
    return block.size, block.centred, block.bold


def _could_be_title(blocks: Sequence[_DocxBlock], at: int, *, size: float, bold: bool) -> bool:
    block = blocks[at]
    text = block.text
    if not block.size or not 2 <= len(text) <= _LONGEST_TITLE or text.endswith(_NOT_TITLE_ENDS) or is_credit(text):
        return False
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    if below is None:
        return False
    stands_out = block.size >= _LARGER * size or (block.bold and not bold)
    # A line in the middle alone may be a caption; over a paragraph or a byline it is a title.
    return stands_out or (block.centred and (not below.centred or is_credit(below.text)) and at == 0)
