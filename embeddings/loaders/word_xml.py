"""Word files as one piece of XML: that of Word 2003, and a DOCX file whose parts stand in one another's row."""

from __future__ import annotations

import re

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.docx import DOCUMENT_PART, MOST_XML, PARTS, Element, parse_xml, read_word
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

# Word 2003 calls the elements of text what DOCX calls them, in a namespace of its own.
_WORD_2003 = b"http://schemas.microsoft.com/office/word/2003/wordml"
_WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_ANNOTATION = "{http://schemas.microsoft.com/aml/2001/core}annotation"
_W = f"{{{_WORD.decode()}}}"
_HEAD_BYTES = 4096
_ROOT = re.compile(rb"<(?:w:wordDocument|pkg:package)[\s>]")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class WordXmlLoader:
    """A Word file of 2003 in XML, or a DOCX file saved as one piece of XML."""

    def reads(self, document: Document) -> bool:
        """Whether it is XML whose root is a Word file."""
        head = document.content[:_HEAD_BYTES]
        if not head.lstrip(b"".join(_BOMS) + b" \t\r\n").startswith(b"<") or not _ROOT.search(head):
            return False
        return _WORD_2003 in head or (_PACKAGE[1:-1].encode() in head and b"/word/" in document.content)

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, has no text, or is larger than the limit."""
        if len(document.content) > min(limits.max_unpacked_bytes, MOST_XML):
            raise SourceError(SourceCode.DOCX_TOO_LARGE, name=document.name, limit=MOST_XML)
        root = parse_xml(document, document.name, document.content.replace(_WORD_2003, _WORD))
        parts = _parts_of_package(root) if root.tag == f"{_PACKAGE}package" else _parts_of_2003(root)
        if DOCUMENT_PART not in parts:
            raise SourceError(SourceCode.DOCX_PART_MISSING, name=document.name, part=DOCUMENT_PART)
        return read_word(document, parts)


def _parts_of_package(root: Element) -> dict[str, Element]:
    parts: dict[str, Element] = {}
    for part in root.iter(f"{_PACKAGE}part"):
        name = (part.get(f"{_PACKAGE}name") or "").lstrip("/")
        held = part.find(f"{_PACKAGE}xmlData/*")
        if PARTS.fullmatch(name) and held is not None:
            parts.setdefault(name, held)
    return parts


def _parts_of_2003(root: Element) -> dict[str, Element]:
    """The text, the styles and the headers of a file of Word 2003 under the names that a DOCX file has for them."""
    for change in list(root.iter(_ANNOTATION)):
        if change.get(f"{_W}type") == "Word.Deletion" and change.getparent() is not None:
            change.getparent().remove(change)
    found = {DOCUMENT_PART: root.find(f"{_W}body"), "word/styles.xml": root.find(f"{_W}styles")}
    parts = {name: element for name, element in found.items() if element is not None}
    headers = {f"word/header{at}.xml": header for at, header in enumerate(root.iter(f"{_W}hdr"))}
    return parts | headers
