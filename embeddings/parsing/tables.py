"""Tables → lines that can be read one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[\d.,，%％+\-—/:： 年月日]+")
_LONGEST_HEADER = 30
_COLONS = ("：", ":")
_FEWEST = 2  # rows below a header, or columns


def row_text(cells: Sequence[str]) -> str:
    """A row as one line, where its columns have no names."""
    return " | ".join(filter(None, cells))


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a table, one a line, each cell behind the name of its column where the first row has names.

    村名：甲村；户数：120: a question on a cell finds it so, and a reader of one line knows what it says. Lines above
    the names, of one cell, stand before them.
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    lead = next((at for at, row in enumerate(filled) if sum(map(bool, row)) >= _FEWEST), len(filled))
    above = [row_text(row) for row in filled[:lead]]
    table = filled[lead:]
    if not table or not _is_header(table):
        return above + [row_text(row) for row in table]
    names, *rest = table
    return above + [_named_cells(names, row) for row in rest]


def _is_header(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: each cell there is a short text, no number, and differs from others."""
    names = [name for name in table[0] if name]
    widest = max((at + 1 for row in table[1:] for at, cell in enumerate(row) if cell), default=0)
    return (
        len(table) > 1
        and len(names) >= max(_FEWEST, widest / 2)
        and len(set(names)) == len(names)
        # A cell that ends so names the one beside it, none below.
        and all(
            len(name) <= _LONGEST_HEADER and not name.endswith(_COLONS) and not _NUMBER.fullmatch(name)
            for name in names
        )
    )


def _named_cells(names: Sequence[str], row: Sequence[str]) -> str:
    if sum(map(bool, row)) == 1:
        return row_text(row)  # a heading within the table, or a note under it
    said = [f"{names[at]}：{cell}" if at < len(names) and names[at] else cell for at, cell in enumerate(row) if cell]
    return "；".join(said)
