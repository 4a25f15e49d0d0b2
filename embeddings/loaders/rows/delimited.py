"""CSV and its like: cells between commas, tabs or semicolons."""

from __future__ import annotations

import csv
import io

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.rows.fields import RowField, field_of
from embeddings.loaders.rows.sheets import Sheet, issue_of_sheets, require_few_cells
from embeddings.sources.document import Document
from embeddings.sources.files import CSV_SUFFIXES
from embeddings.types import ParsedIssue

_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_HEADER = 2000


class CsvLoader:
    """A table as text: an article a row where its first line names a title or a text, else one article."""

    def reads(self, document: Document) -> bool:
        """Whether it is called CSV or TSV, or its first line names both the titles and the texts of articles."""
        if document.suffix in CSV_SUFFIXES:
            return True
        header = document.text.lstrip("\ufeff\n ").partition("\n")[0]
        if len(header) > _LONGEST_HEADER:
            return False
        named = {field_of(name.strip(' "')) for name in header.split(_delimiter(header))}
        return {RowField.TITLE, RowField.TEXT} <= named

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError for a quote that is never closed, and for more cells than are read."""
        text = document.text.lstrip("\ufeff").replace("\x00", "")
        first = next((line for line in text.split("\n") if line.strip()), "")
        rows: list[list[str]] = []
        cells = 0
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first)):
                cells += len(row) + 1
                require_few_cells(document.name, cells)
                rows.append(row)
        except csv.Error as error:
            raise SourceError(SourceCode.CSV_DAMAGED, name=document.name, detail=str(error)) from error
        return issue_of_sheets(document.name, document.stem, [Sheet("", rows)])


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)
