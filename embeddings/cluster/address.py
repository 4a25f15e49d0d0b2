"""What the URL of an archive says: where PostgreSQL is, where Milvus is, and by which name the archive goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from embeddings.config import Variable
from embeddings.errors import ArchiveCode, ArchiveError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_OWN = ("archive", "milvus", "index")  # what of the query is ours; PostgreSQL's client gets the rest
_CLASS_BITS = 31


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where an archive is. `database` is a URL as libpq takes it, `name` a schema in it, `milvus` a URL or "".

    `index` is how Milvus is to index vectors. `shown` is the URL without a password, for messages.
    """

    database: str
    name: str
    milvus: str
    index: str
    shown: str

    @property
    def lock_key(self) -> int:
        """The key of the advisory lock that whoever builds holds, 63 bits."""
        return int.from_bytes(self._digest("build"), "big") >> 1

    @property
    def readers_key(self) -> int:
        """The class of the advisory locks by which readers tell which generation they hold, 31 bits."""
        return int.from_bytes(self._digest("read"), "big") >> (64 - _CLASS_BITS)

    @property
    def collections(self) -> str:
        """What the names of this archive's collections begin with."""
        return f"bulletin_{self.name}_"

    def _digest(self, purpose: str) -> bytes:
        return blake2b(f"{purpose}:{self.name}".encode(), digest_size=8).digest()


def read_address(location: str) -> ClusterAddress:
    """What a URL `postgresql://USER@HOST/DATABASE?archive=NAME&milvus=URL` says. Raises ArchiveError.

    `archive` is `bulletin` where it is not given, `milvus` is BULLETIN_MILVUS, and `index` is AUTOINDEX.
    """
    try:
        parts = urlsplit(location)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = parts.hostname
    except ValueError as error:
        raise ArchiveError(ArchiveCode.BAD_ADDRESS, location=location, detail=str(error)) from error
    name = query.get("archive", "bulletin")
    if not _NAME.fullmatch(name):
        raise ArchiveError(
            ArchiveCode.BAD_ADDRESS, location=_without_password(location), detail=f"archive={name}: [a-z_][a-z0-9_]*"
        )
    left = urlencode({key: value for key, value in query.items() if key not in _OWN})
    database = urlunsplit(("postgresql", parts.netloc, parts.path, left, ""))
    shown = f"postgresql://{host or ''}{f':{parts.port}' if parts.port else ''}{parts.path}?archive={name}"
    return ClusterAddress(
        database, name, query.get("milvus") or Variable.MILVUS.read(), query.get("index") or "AUTOINDEX", shown
    )


def _without_password(location: str) -> str:
    return re.sub(r"//[^@/]*@", "//", location)
