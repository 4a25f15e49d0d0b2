"""A file → its documents. Only a ZIP file has more than one."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.sources.document import Document
from embeddings.sources.files import PICTURE_SUFFIXES, is_issue_file

_ZIP = b"PK\x03\x04"
_OFFICE = "[Content_Types].xml"
_UTF8_NAME = 0x800  # the flag of a member whose name is UTF-8
_NUMBER = re.compile(r"(\d+)")


@dataclass(slots=True)
class Unpacked:
    """The documents of a file, and the members that could not be unpacked, each with the error."""

    documents: list[Document] = field(default_factory=list)
    skipped: list[tuple[str, SourceError]] = field(default_factory=list)


def unpack(name: str, content: bytes, limits: Limits) -> Unpacked:
    """The documents in a file's bytes: itself, or the members of a ZIP file.

    The pictures in one folder of a ZIP file are the pages of one issue; every other member is an issue of its own.
    Raises SourceError when a ZIP file is damaged, or holds more than the limits allow.
    """
    if not content.startswith(_ZIP):
        return Unpacked([Document(name, content)])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _OFFICE in archive.namelist():
                return Unpacked([Document(name, content)])
            return _unpack_members(name, archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError) as error:
        if name.lower().endswith(".docx"):
            raise SourceError(SourceCode.DOCX_ZIP_DAMAGED, name=name, detail=str(error)) from error
        raise SourceError(SourceCode.ZIP_DAMAGED, name=name, detail=str(error)) from error


def _unpack_members(name: str, archive: zipfile.ZipFile, limits: Limits) -> Unpacked:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > limits.max_members:
        raise SourceError(SourceCode.TOO_MANY_MEMBERS, name=name, n=len(members), limit=limits.max_members)
    unpacked = Unpacked()
    left = limits.max_unpacked_bytes
    pages: dict[str, list[tuple[str, bytes]]] = {}
    for member in members:
        path = PurePosixPath(_member_name(member).replace("\\", "/").lstrip("/"))
        if not _is_issue_member(path):
            continue
        if member.flag_bits & 0x1:
            unpacked.skipped.append((str(path), SourceError(SourceCode.MEMBER_PROTECTED, name=path.name)))
            continue
        try:
            content = _unpack_member(name, archive, member, left)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            damaged = SourceError(SourceCode.MEMBER_DAMAGED, name=path.name, archive=name, detail=str(error))
            unpacked.skipped.append((str(path), damaged))
            continue
        left -= len(content)
        if path.suffix.lower() in PICTURE_SUFFIXES:
            pages.setdefault(str(path.parent), []).append((str(path), content))
        else:
            unpacked.documents.append(Document(path.name, content, member=str(path)))
    unpacked.documents += [_picture_issue(name, folder, found) for folder, found in pages.items()]
    if not unpacked.documents and not unpacked.skipped:
        raise SourceError(SourceCode.NO_ISSUE_MEMBER, name=name)
    return unpacked


def _unpack_member(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    # What a member says of its size may be a lie, so no more is unpacked than is allowed.
    with archive.open(member) as stream:
        content = stream.read(left + 1)
    if len(content) > left:
        raise SourceError(SourceCode.UNPACKS_TOO_LARGE, name=name)
    return content


def _picture_issue(name: str, folder: str, found: list[tuple[str, bytes]]) -> Document:
    """Scans packed together, in the order of the numbers in their names."""
    ordered = sorted(found, key=lambda page: _natural_order(page[0]))
    stem = PurePosixPath(name).stem if folder == "." else PurePosixPath(folder).name
    first, *others = (content for _, content in ordered)
    # The member is named by its first page, so that the issue keeps its place when pages are added.
    return Document(f"{stem}{PurePosixPath(ordered[0][0]).suffix}", first, ordered[0][0], tuple(others))


def _natural_order(name: str) -> list[tuple[int, str]]:
    """第2版 before 第10版."""
    parts = _NUMBER.split(unicodedata.normalize("NFKC", name))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


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


def _is_issue_member(path: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
    return not hidden and is_issue_file(path)
