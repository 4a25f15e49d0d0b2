"""The members of a TAR file, packed by gzip or not, and the one file in a GZ file."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from embeddings.errors import SourceCode, SourceError
from embeddings.sources.members import Member, member_path

_GZIP = b"\x1f\x8b\x08"
_MAGIC_AT, _MAGIC = 257, b"ustar"
_BLOCK = 512
_DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, OverflowError, IndexError, KeyError)


def is_archive(name: str, content: bytes) -> bool:
    """Whether some bytes are packed by gzip or a TAR file."""
    return content.startswith(_GZIP) or _is_tar(name, content)


def members(name: str, content: bytes, most: int) -> Iterator[Member]:
    """The files in a TAR file, or the one that gzip packed; at most so many bytes are unpacked by gzip.

    Raises SourceError when the file is damaged, or gzip gives more.
    """
    if not content.startswith(_GZIP):
        yield from _tar_members(name, content)
        return
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            inner = stream.read(most + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise SourceError(SourceCode.GZIP_DAMAGED, name=name, detail=str(error)) from error
    if len(inner) > most:
        raise SourceError(SourceCode.UNPACKS_TOO_LARGE, name=name)
    path = PurePosixPath(name)
    inner_name = f"{path.stem}.tar" if path.suffix.lower() == ".tgz" else path.stem
    if _is_tar(inner_name, inner):
        yield from _tar_members(name, inner)
    else:
        yield Member(member_path(inner_name), lambda limit: inner[:limit], is_sure=True)


def _is_tar(name: str, content: bytes) -> bool:
    if content.startswith(_GZIP):
        return False
    if content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC:
        return True
    # The oldest form has no mark.
    return PurePosixPath(name).suffix.lower() == ".tar" and len(content) >= _BLOCK


def _tar_members(name: str, content: bytes) -> Iterator[Member]:
    found = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                found += 1
                if not member.isdir():
                    path = member_path(_name_of(member))
                    yield Member(path, partial(_read, name, archive, member, path.name))
    except _DAMAGE as error:
        damaged = SourceError(SourceCode.TAR_DAMAGED, name=name, detail=str(error))
        if not found:
            raise damaged from error
        yield Member(member_path(name), partial(_refuse, damaged), is_sure=True)  # what stands before it is whole


def _refuse(error: SourceError, _most: int) -> bytes:
    raise error


def _read(name: str, archive: tarfile.TarFile, member: tarfile.TarInfo, shown: str, most: int) -> bytes:
    # A link leads to another file, perhaps outside; a device is none.
    stream = archive.extractfile(member) if member.isreg() else None
    if stream is None:
        raise SourceError(SourceCode.MEMBER_NO_FILE, name=shown, archive=name)
    try:
        found = stream.read(min(most, member.size))
    except _DAMAGE as error:
        raise SourceError(SourceCode.MEMBER_DAMAGED, name=shown, archive=name, detail=str(error)) from error
    if len(found) < min(most, member.size):
        raise SourceError(SourceCode.MEMBER_DAMAGED, name=shown, archive=name, detail="it is cut off")
    return found


def _name_of(member: tarfile.TarInfo) -> str:
    """A member's name; what is no UTF-8 is GBK."""
    raw = member.name.encode("utf-8", errors="surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")
