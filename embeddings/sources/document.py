"""What a reader is given, and what it gives back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Protocol

from embeddings.limits import Limits
from embeddings.sources.hashing import text_digest
from embeddings.types import ParsedArticle


@dataclass(frozen=True)
class Document:
    """The bytes of one issue: a file, a member of a ZIP file, or several pictures that are its pages.

    `name` is the file's name with its suffix, `member` the path inside a ZIP file ("" outside one). `further_pages`
    holds the pictures after the first.
    """

    name: str
    content: bytes
    member: str = ""
    further_pages: tuple[bytes, ...] = ()

    @cached_property
    def id(self) -> str:
        """SHA-256 of the bytes, as 64 hexadecimal digits; of the pages' own where there are several."""
        digests = [hashlib.sha256(page).hexdigest() for page in (self.content, *self.further_pages)]
        return digests[0] if len(digests) == 1 else text_digest(*digests)

    @cached_property
    def text(self) -> str:
        """The text of a document that is one. Raises SourceError when it is not, or in no known encoding."""
        from embeddings.sources.encoding import decode

        return decode(self)

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The suffix in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """What a document says of itself, and its articles. `name` is "" and `date` None where it does not say.

    `number` is the issue's, as a reader finds it in the masthead (第12946期), else "". It becomes part of the name.
    """

    name: str
    date: date | None
    articles: tuple[ParsedArticle, ...]
    number: str = ""


class Reader(Protocol):
    """One format."""

    def reads(self, document: Document) -> bool:
        """Whether this is the document's format, judged by its bytes; the name decides only between kinds of text."""
        ...

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue in the document. Raises SourceError with the place of the fault and its cure."""
        ...
