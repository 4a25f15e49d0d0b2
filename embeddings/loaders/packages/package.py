"""A ZIP package and its parts, within limits."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any, TypeAlias
from urllib.parse import unquote

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.sources.document import ZIP_DAMAGE, Document

Element: TypeAlias = Any  # lxml has no types of its own

DAMAGE = (*ZIP_DAMAGE, RuntimeError, OSError)
_PROTECTED = 0x1
# Parsing takes about a second a million bytes at the worst; the text of a book has a few million.
_MOST_XML = 20_000_000
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DOCTYPE_WITHIN = 2048


class Package:
    """The parts of a package. `form` is what a user calls the format (EPUB, ODT).

    Making one raises SourceError when the file is damaged, asks for a password, or unpacks to more than the limit.
    """

    def __init__(self, document: Document, limits: Limits, *, form: str) -> None:
        self.name, self._form = document.name, form
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(document.content))
            members = self._archive.infolist()
        except DAMAGE as error:
            raise self.damaged(str(error)) from error
        self._left = min(limits.max_unpacked_bytes, _MOST_XML)
        if sum(member.file_size for member in members) > limits.max_unpacked_bytes:
            raise self._too_large(limits.max_unpacked_bytes)
        if len(members) > 10 * limits.max_members:
            raise SourceError(SourceCode.TOO_MANY_MEMBERS, name=self.name, limit=10 * limits.max_members)
        if any(member.flag_bits & _PROTECTED for member in members):
            raise SourceError(SourceCode.PROTECTED, name=self.name)
        self.names = frozenset(member.filename for member in members)

    def damaged(self, detail: str) -> SourceError:
        """That the package is not what its format says."""
        return SourceError(SourceCode.PACKAGE_DAMAGED, name=self.name, form=self._form, detail=detail[:200])

    def _too_large(self, limit: int) -> SourceError:
        return SourceError(SourceCode.PACKAGE_TOO_LARGE, name=self.name, limit=limit)

    def read(self, part: str) -> bytes:
        """The bytes of a part. Raises SourceError when it is missing or damaged, or the parts read are too large."""
        if part not in self.names:
            raise self.damaged(f"{part} is missing")
        try:
            # What a part says of its size may be a lie.
            with self._archive.open(part) as stream:
                content = stream.read(self._left + 1)
        except DAMAGE as error:
            raise self.damaged(f"{part}: {error}") from error
        self._left -= len(content)
        if self._left < 0:
            raise self._too_large(_MOST_XML)
        return content

    def parse(self, part: str, *, may_declare: bool = False) -> Element:
        """The root of a part's XML, without comments. Raises SourceError as `read`, and for XML that is damaged.

        A document type is a fault, because it can define entities, unless the format may declare one; entities are
        never expanded.
        """
        from lxml import etree  # type: ignore[import-untyped]

        xml = self.read(part)
        if not may_declare and _DOCTYPE.search(xml[:_DOCTYPE_WITHIN]):
            raise self.damaged(f"{part}: entities")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(xml, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(f"{part}: {error}") from error

    def refuse_entities(self) -> None:
        """Raise SourceError when a part that a library is to parse declares a document type."""
        for part in (name for name in self.names if name.endswith((".xml", ".rels"))):
            try:
                with self._archive.open(part) as stream:
                    head = stream.read(_DOCTYPE_WITHIN)
            except DAMAGE as error:
                raise self.damaged(f"{part}: {error}") from error
            if _DOCTYPE.search(head.replace(b"\x00", b"")):
                raise self.damaged(f"{part}: entities")


def beside(part: str, target: str) -> str:
    """The part that another one points to by a relative or absolute path."""
    target = unquote(target.partition("#")[0])
    return (
        target.lstrip("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
    )


def local_name(element: Element) -> str:
    """The name of an element without its namespace; "" for what is no element."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
