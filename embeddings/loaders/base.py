"""What a loader is, and the loaders that other packages bring: each for files with its suffix, asked before ours."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Protocol

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.plugins import LOADERS, imported, installed
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

logger = logging.getLogger(__name__)


class Loader(Protocol):
    """One format."""

    def reads(self, document: Document) -> bool:
        """Whether this is the document's format, judged by its bytes; the name decides only between kinds of text."""
        ...

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue in the document. Raises SourceError with the place of the fault and its cure."""
        ...


@lru_cache(maxsize=1)
def installed_loaders() -> tuple[Loader, ...]:
    """A loader for each entry. What they stand for is imported when a file with their suffix comes."""
    return tuple(InstalledLoader(f".{name}", value) for name, value in sorted(installed(LOADERS).items()))


class InstalledLoader:
    """A format of another package: `value` is the `module:attribute` of a loader, or of a class without arguments."""

    def __init__(self, suffix: str, value: str) -> None:
        self.suffix, self.value = suffix, value
        self._loader: Loader | None = None

    def reads(self, document: Document) -> bool:
        """Whether the document has the suffix, and the loader says that it reads it."""
        return document.suffix == self.suffix and self._imported(document).reads(document)

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """As the loader does. Raises SourceError where it cannot be imported."""
        return self._imported(document).read(document, limits)

    def _imported(self, document: Document) -> Loader:
        if self._loader is None:
            try:
                found = imported(self.value)
                self._loader = found() if isinstance(found, type) else found
            except Exception as error:  # a package that is not ours fails in its own ways
                logger.exception("%s could not be imported", self.value)
                raise SourceError(
                    SourceCode.BAD_LOADER,
                    name=document.name,
                    loader=self.value,
                    kind=type(error).__name__,
                    detail=str(error),
                ) from error
        return self._loader
