"""The members of a ZIP file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from embeddings.errors import SourceCode, SourceError
from embeddings.sources.document import ZIP_DAMAGE
from embeddings.sources.files import FORM_OF_PACKAGE
from embeddings.sources.members import Member, member_path

_ZIP = b"PK\x03\x04"
# A package that is one document has one of these among its members: Office files, OFD, EPUB, ODT.
_PARTS_OF_A_DOCUMENT = frozenset({"[Content_Types].xml", "OFD.xml", "META-INF/container.xml", "mimetype"})
_UTF8_NAME = 0x800  # the flag of a member whose name is UTF-8
_PROTECTED = 0x1


def is_archive(name: str, content: bytes) -> bool:
    """Whether some bytes are a ZIP file, and not a document that is packed as one. Raises SourceError when damaged."""
    if not content.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _PARTS_OF_A_DOCUMENT.isdisjoint(archive.namelist())
    except ZIP_DAMAGE as error:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix == ".docx":
            raise SourceError(SourceCode.DOCX_ZIP_DAMAGED, name=name, detail=str(error)) from error
        if suffix in FORM_OF_PACKAGE:
            form = FORM_OF_PACKAGE[suffix]
            raise SourceError(SourceCode.PACKAGE_DAMAGED, name=name, form=form, detail=str(error)) from error
        raise SourceError(SourceCode.ZIP_DAMAGED, name=name, detail=str(error)) from error


def members(name: str, content: bytes) -> Iterator[Member]:
    """The files in a ZIP file, in its order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                path = member_path(_member_name(member))
                yield Member(path, partial(_read, name, archive, member, path.name))


def _read(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str, most: int) -> bytes:
    if member.flag_bits & _PROTECTED:
        raise SourceError(SourceCode.MEMBER_PROTECTED, name=shown)
    try:
        # What a member says of its size may be a lie, so no more is unpacked than is allowed.
        with archive.open(member) as stream:
            return stream.read(most)
    except ZIP_DAMAGE as error:
        raise SourceError(SourceCode.MEMBER_DAMAGED, name=shown, archive=name, detail=str(error)) from error


def _member_name(member: zipfile.ZipInfo) -> str:
    """A member's name; Chinese Windows writes GBK where ZIP says code page 437."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename
