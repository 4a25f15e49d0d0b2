"""Formats that no loader reads: each is named, with the form to save it in."""

from __future__ import annotations

import re

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office files before 2007, and of encrypted ones
_RTF = b"{\\rtf"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SIGNATURES = (
    (b"Rar!", "a RAR file", "Pack it as ZIP, or unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file", "Pack it as ZIP, or unpack it"),
    (b"BZh", "a bzip2 file", "Pack it as ZIP, TAR or GZ"),
    (b"\xfd7zXZ", "an xz file", "Pack it as ZIP, TAR or GZ"),
    (b"CAJ", "a CAJ file", "Save it as PDF"),
    (b"\x89HDF", "no document", "Save it as text, DOCX or PDF"),
    (b"GIF8", "a GIF picture", "Save it as PNG or JPEG"),
    (b"PK\x03\x04", "an Office file other than DOCX", "Save it as DOCX or PDF"),
    (b"PK\x05\x06", "an empty ZIP file", "Pack it again"),
)


# XML of Office 2003 names its program in the first lines, whatever the file is called.
_OFFICE_XML = re.compile(
    rb"""<\?mso-application\s+progid=["'](?:Word|Excel|PowerPoint)|<(?:w|pkg):(?:wordDocument|package)[\s>]"""
)
_HEAD_BYTES = 2048


class UnsupportedLoader:
    """What is recognised and not read."""

    def reads(self, document: Document) -> bool:
        """Whether the bytes begin as one of these formats does."""
        return (
            document.content.startswith((_OLE, _RTF, *(signature for signature, _, _ in _SIGNATURES)))
            or _OFFICE_XML.search(document.content[:_HEAD_BYTES]) is not None
        )

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """Never returns. Raises SourceError with the format's name and what to do."""
        name, content = document.name, document.content
        if content.startswith(_OLE) and _ENCRYPTED in content:
            raise SourceError(SourceCode.PROTECTED, name=name)
        if content.startswith(_OLE):
            raise SourceError(SourceCode.OLD_OFFICE, name=name)
        if content.startswith(_RTF) or _OFFICE_XML.search(content[:_HEAD_BYTES]):
            form = "RTF" if content.startswith(_RTF) else "Office 2003 XML"
            raise SourceError(SourceCode.NEEDS_LIBREOFFICE, name=name, format=form)
        what, cure = next((what, cure) for signature, what, cure in _SIGNATURES if content.startswith(signature))
        raise SourceError(SourceCode.UNREAD_FORMAT, name=name, format=what, cure=cure)
