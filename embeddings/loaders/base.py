"""What a loader is."""

from __future__ import annotations

from typing import Protocol

from embeddings.config import Limits
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue


class Loader(Protocol):
    """One format."""

    def reads(self, document: Document) -> bool:
        """Whether this is the document's format, judged by its bytes; the name decides only between kinds of text."""
        ...

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue in the document. Raises SourceError with the place of the fault and its cure."""
        ...
