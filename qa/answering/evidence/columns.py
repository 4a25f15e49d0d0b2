"""Which cell of a table's row a question asks for, by the name of its column."""

from __future__ import annotations

import re
from collections import Counter

from embeddings import CELL_MARK, column_names, fold

# What people say for what stands over a column: 包一个月 for 每月, 涨完 for 新价.
_ALSO = tuple(
    (re.compile(asked), printed)
    for asked, printed in (
        (r"[涨调降改][^，,]{0,3}(?:完|后|过)|现在|如今|目前|以后|今后|新", "新现后今"),
        (r"原来|原先|以前|之前|从前|过去|本来|[涨调降改][^，,]{0,2}前|旧|老", "原旧前"),
        (r"一个?月|包月|每月|月租", "月"),
        (r"一[晚夜]|每[晚夜]|过夜", "晚夜"),
        (r"一[天日]|每[天日]", "天日"),
        (r"一年|每年|包年", "年"),
        (r"一[小个]?[时钟]|每小时", "时"),
        (r"大人|成年", "成人"),
        (r"最早|[头首第]一?班|头一?趟|第一趟", "首头早"),
        (r"最晚|最后一[班趟]|末班|收车", "末晚尾"),
        (r"小孩|孩子|娃|儿童", "儿童"),
    )
)


def cell_asked_for(question: str, body: str, start: int, end: int) -> tuple[int, int] | None:
    """The place in the body of the one cell of a row `body[start:end]` whose column a question names.

    None where the stretch is no row of a table with names, and where a question names none or several of its columns.
    The first column says what the row is about, and is never asked for.
    """
    row = body[start:end]
    if CELL_MARK not in row or "\n" in row:
        return None
    names = [fold(name) for name in column_names(body, start)]
    cells = row.split(CELL_MARK)
    if len(names) != len(cells) or names == [fold(cell) for cell in cells]:
        return None
    asked = fold(question).replace(fold(cells[0]), " ")
    asked += "".join(printed for pattern, printed in _ALSO if pattern.search(asked))
    in_names = Counter(character for name in names[1:] for character in set(name))
    shared = [sum(in_names[character] == 1 and character in asked for character in set(name)) for name in names[1:]]
    best = max(shared, default=0)
    if not best or shared.count(best) > 1:
        return None
    column = shared.index(best) + 1
    first = start + sum(len(cell) + len(CELL_MARK) for cell in cells[:column])
    return (first, first + len(cells[column])) if cells[column].strip() else None
