"""What a loader is given."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from embeddings.sources.encoding import decode
from embeddings.sources.hashing import text_digest

# What a damaged or hostile ZIP file brings about in the library that reads it.
ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, NotImplementedError)


@dataclass(frozen=True)
class Document:
    """The bytes of one issue: a file, a member of a ZIP file, or several pictures or web pages that are its pages.

    `name` is the file's name with its suffix, `member` the path inside a ZIP file ("" outside one). `further_pages`
    holds the pages after the first. `known_id` is its id where the bytes are gone.
    """

    name: str
    content: bytes
    member: str = ""
    further_pages: tuple[bytes, ...] = ()
    known_id: str = ""

    @cached_property
    def id(self) -> str:
        """SHA-256 of the bytes, as 64 hexadecimal digits; of the pages' own where there are several."""
        if self.known_id:
            return self.known_id
        digests = self.page_ids
        return digests[0] if len(digests) == 1 else text_digest(*digests)

    @cached_property
    def page_ids(self) -> tuple[str, ...]:
        """SHA-256 of each page's bytes: what its id was, or would be, as an issue of its own."""
        return tuple(hashlib.sha256(page).hexdigest() for page in (self.content, *self.further_pages))

    @cached_property
    def text(self) -> str:
        """The text of a document that is one. Raises SourceError when it is not, or in no known encoding."""
        return decode(self.content, name=self.name)

    @cached_property
    def zip_names(self) -> frozenset[str]:
        """The names of the members of a ZIP file; none for anything else, and for one that is damaged."""
        if not self.content.startswith(b"PK\x03\x04"):
            return frozenset()
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                return frozenset(archive.namelist())
        except ZIP_DAMAGE:
            return frozenset()

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The suffix in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()
