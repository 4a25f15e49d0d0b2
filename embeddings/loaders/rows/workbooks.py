"""Workbooks of Excel and WPS: XLSX by openpyxl, XLS by xlrd."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.packages.package import Package
from embeddings.loaders.rows.sheets import Sheet, issue_of_sheets, require_few_cells
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

_WORKBOOK = "xl/workbook.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = tuple(name.encode("utf-16-le") + b"\x00\x00" for name in ("Workbook", "Book"))
_PERCENT = re.compile(r"0(?:\.0+)?%")
_DATE_CELL = 3  # xlrd's number for a cell with a date
_ERROR_CELL = 5


class XlsxLoader:
    """A workbook of Excel since 2007."""

    def reads(self, document: Document) -> bool:
        """Whether it is a package with a workbook in it."""
        return _WORKBOOK in document.zip_names

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged or too large, or the library is missing."""
        package = Package(document, limits, form="XLSX")
        package.refuse_entities()
        try:
            import openpyxl
        except ImportError as error:
            raise SourceError(SourceCode.NO_OFFICE, name=document.name) from error
        try:
            # Read only, a sheet is read row by row, and no cell is made that is not there.
            book = openpyxl.load_workbook(
                io.BytesIO(document.content), read_only=True, data_only=True, keep_links=False
            )
            sheets, cells = [], 0
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                sheet.reset_dimensions()  # what a sheet says of its size may be a lie
                rows: list[list[object]] = []
                for row in sheet.iter_rows():
                    cells += len(row) + 1
                    require_few_cells(document.name, cells)
                    rows.append([_xlsx_value(cell) for cell in row])
                sheets.append(Sheet(sheet.title, rows))
        except SourceError:
            raise
        except Exception as error:  # the library raises what a damaged part brings about
            raise package.damaged(f"{type(error).__name__}: {error}") from error
        return issue_of_sheets(document.name, document.stem, sheets)


def _xlsx_value(cell: Any) -> object:
    value = cell.value
    if isinstance(value, str) and cell.data_type == "e":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and _PERCENT.search(cell.number_format or ""):
        return f"{value * 100:.6g}%"
    return value


class XlsLoader:
    """A workbook of Excel before 2007, or of WPS."""

    def reads(self, document: Document) -> bool:
        """Whether it is a compound file with a workbook in it."""
        content = document.content
        return content.startswith(_OLE) and any(stream in content for stream in _STREAMS)

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. Raises SourceError when it is damaged, encrypted or too large, or the library is missing."""
        try:
            import xlrd
        except ImportError as error:
            raise SourceError(SourceCode.NO_OFFICE, name=document.name) from error
        try:
            # Ragged rows: no cell is made that is not there. The library prints what it thinks of a file.
            book = xlrd.open_workbook(
                file_contents=document.content, on_demand=True, ragged_rows=True, logfile=io.StringIO()
            )
            sheets, cells = [], 0
            for number in range(book.nsheets):
                sheet = book.sheet_by_index(number)
                if not sheet.visibility:
                    rows = []
                    for row in _xls_rows(book, sheet):
                        cells += len(row) + 1
                        require_few_cells(document.name, cells)
                        rows.append(row)
                    sheets.append(Sheet(sheet.name, rows))
                book.unload_sheet(number)
        except SourceError:
            raise
        except Exception as error:  # the library raises whatever a damaged record brings about
            if "encrypted" in str(error).lower():
                raise SourceError(SourceCode.PROTECTED, name=document.name) from error
            raise SourceError(
                SourceCode.PACKAGE_DAMAGED, name=document.name, form="XLS", detail=f"{type(error).__name__}: {error}"
            ) from error
        return issue_of_sheets(document.name, document.stem, sheets)


def _xls_rows(book: Any, sheet: Any) -> Iterator[list[object]]:
    import xlrd

    for number in range(sheet.nrows):
        row: list[object] = []
        for kind, value in zip(sheet.row_types(number), sheet.row_values(number), strict=True):
            if kind == _DATE_CELL:
                try:
                    row.append(xlrd.xldate_as_datetime(value, book.datemode))
                except (ValueError, OverflowError):
                    row.append(value)
            else:
                row.append(None if kind == _ERROR_CELL else value)
        yield row
