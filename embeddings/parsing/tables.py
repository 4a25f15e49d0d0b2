"""Tables → lines that can be read one by one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

_NUMBER = re.compile(r"[\d.,，%％+\-—/:： 年月日]+")
_LONGEST_HEADER = 30
_FIGURE = re.compile(r"[\d.,，]+\D{0,4}")
_ENTRY = re.compile(
    r"(?:姓名|性别|年龄|民族|籍贯|学历|出生年月|政治面貌|单位|工作单位|职务|职称|电话|联系电话|联系人|地址|住址|邮箱|会议)?"
    r"(?:时间|日期|地点|主题|名称|标题|主持人?|参加人员|出席|列席|缺席|记录人?|文号|索引号|发布机构|主办单位|承办单位|备注|议题)?"
)
_COLONS = ("：", ":")
_MOST_LOOKED_AT = 20  # rows, to tell whether the first names the columns
_LONGEST_ROW = 20_000  # characters that are looked at, so that a text of one line costs no more than others
_FEWEST = 2  # rows below a header, or columns


CELL_MARK = " | "
# A line of results (第1名 …) or of times (甲站发车：6:40 9:20).
_ITEM = re.compile(
    r"(?m:^)(?:第[\d一二三四五六七八九十]{1,3}名|[^，。；\n]{0,12}[:：]? ?\d{1,2}[:：]\d{2}(?!\d))(?!.*。$)"
)
_WINNERS = ("冠军", "亚军", "季军")
_WON = re.compile(
    r"(?m:^)(?:冠军|亚军|季军)(?=[：: ])"
)  # a line of results by its name: it is the first, second, third
_SAYS = re.compile(r"[，。；！？,;!?]|(?<!\d)[:：](?=.)")
_LONGEST_HEADING = 24  # characters of the line over a list
_UNIT_OF_COLUMN = re.compile(r"[（(](?P<unit>[^（）()]{1,4})[）)]$")
_YEAR = re.compile("年份?|年度")
_RANK = re.compile(r"名次|排名|位次|名")
_RANKS_IN_DIGITS, _RANKS = "0123456789", "零一二三四五六七八九"


def headers_above(text: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """For each part of a text, from a start to an end, the row that names the columns of the table it begins in.

    A part may begin within a row. "" for one that begins in no table, or at its top.
    """
    if CELL_MARK not in text:
        return [""] * len(places)
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines[:-1])]
    tops: list[int] = []  # for each line the first of the table that it is in, or the line after it
    for number, line in enumerate(lines):
        top = tops[-1] if tops else 0
        tops.append(top if CELL_MARK in line else number + 1)
    return [_header_of(lines, starts, tops, text, place) for place in places]


def _header_of(
    lines: Sequence[str], starts: Sequence[int], tops: Sequence[int], text: str, place: tuple[int, int]
) -> str:
    start, end = place
    number = max(0, bisect_right(starts, start) - 1)
    row = text[max(starts[number], start - _LONGEST_ROW) : min(end, start + _LONGEST_ROW)].split("\n", 1)[0]
    top = tops[number - 1] if number else number
    if CELL_MARK not in row or top >= number or len(lines[top]) > _LONGEST_ROW:
        return ""
    above = lines[top : min(number, top + _MOST_LOOKED_AT)]
    return lines[top] if _is_header([line[:_LONGEST_ROW].split(CELL_MARK) for line in [*above, row]]) else ""


@dataclass(frozen=True, slots=True)
class ToldRows:
    """A part of a text whose rows of tables are told as sentences; the place in the part of each character, or -1."""

    text: str
    places: tuple[int, ...]


def told_rows(text: str, start: int, end: int) -> ToldRows | None:
    """A part of a text with each cell behind the name of its column: 夜场，成人35元，学生20元。 None without such rows.

    The items of a list, which are results or times, stand behind what is printed above them: 女子组，第1名 ….
    A model that reads sentences finds what is asked for in them and takes what stands beside it for the answer
    otherwise.
    """
    if CELL_MARK not in text[start:end] and not _ITEM.search(text, start, end) and not _WON.search(text, start, end):
        return None
    told: list[tuple[str, int]] = []  # what is put in or kept, and where it stood
    is_told, names, at = False, list[str](), start
    for line in text[start:end].split("\n"):
        if at > start:
            told.append(("\n", at - 1 - start))
        first = text.rfind("\n", 0, at) + 1  # of the row, of which the part may have the end alone
        if CELL_MARK not in text[first : at + len(line)]:
            names = []
        elif not names:
            names = column_names(text, first)
        is_header = first == 0 or CELL_MARK not in text[text.rfind("\n", 0, first - 1) + 1 : first]
        if names and not is_header and line:
            is_told = True
            told += _told_row(names[text.count(CELL_MARK, first, at) :], line, at - start)
        elif first == at and (won := _WON.match(line)):
            is_told = True
            rank = f"（第{_RANKS[_WINNERS.index(won[0]) + 1]}名）"
            told += [(won[0], at - start), (rank, -1), (line[won.end() :], at - start + won.end())]
        elif first == at and _ITEM.match(line) and (heading := _heading_above(text, at)) not in line:
            is_told = True
            told += [(f"{heading}，", -1), (line, at - start)]
        else:
            told.append((line, at - start))
        at += len(line) + 1
    if not is_told:
        return None
    places = [place + step if place >= 0 else -1 for piece, place in told for step in range(len(piece))]
    return ToldRows("".join(piece for piece, _ in told), tuple(places))


def _heading_above(text: str, item: int) -> str:
    """The line over the items of a list, one of which begins at a place; "" where none stands there."""
    while item:
        above = text.rfind("\n", 0, item - 1) + 1
        line = text[above : item - 1].strip()
        if not _ITEM.match(line):
            is_heading = 1 < len(line) <= _LONGEST_HEADING and CELL_MARK not in line and not _SAYS.search(line)
            return line.rstrip("：:") if is_heading else ""
        item = above
    return ""


def column_names(text: str, row: int) -> list[str]:
    """What the columns of a table are called in which a row begins at a place, each name once; [] where they have none.

    Two that are called alike have the name before them, too: 男子, 成绩, 女子, 成绩 are 男子成绩 and 女子成绩.
    """
    top = row
    while top and CELL_MARK in text[(above := text.rfind("\n", 0, top - 1) + 1) : top]:
        top = above
    lines = text[top : top + _LONGEST_ROW].split("\n", _MOST_LOOKED_AT)[:_MOST_LOOKED_AT]
    table = [line.split(CELL_MARK) for line in takewhile(lambda line: CELL_MARK in line, lines)]
    if not table:
        return []
    counts = Counter(table[0])
    alone = ""
    names = []
    for name in table[0]:
        alone = name if counts[name] == 1 else alone
        names.append(name if counts[name] == 1 else f"{alone}{name}")
    return names if _is_header([names, *table[1:]]) else []


def _told_row(names: Sequence[str], line: str, at: int) -> Iterator[tuple[str, int]]:
    """A row's cells, each behind the name of its column, and what parts them, each piece with its place or -1."""
    for number, cell in enumerate(line.split(CELL_MARK)):
        name = names[number] if number < len(names) else ""
        if number:
            yield "，", -1
        if _RANK.fullmatch(name) and (rank := _RANKS_IN_DIGITS.find(cell)) > 0 and len(cell) == 1:
            yield "第", -1
            yield from ((_RANKS[rank], at), ("名", -1))
        else:
            yield from _told_cell(name, cell, at, is_first=not number)
        at += len(cell) + len(CELL_MARK)
    yield "。", -1


def _told_cell(name: str, cell: str, at: int, *, is_first: bool) -> Iterator[tuple[str, int]]:
    """A cell behind the name of its column: 白鹭214只 under 白鹭（只）, 2025年 under 年份; the first one as it is."""
    is_figure = _NUMBER.fullmatch(cell) is not None
    unit = _UNIT_OF_COLUMN.search(name) if is_figure else None
    if unit or (is_figure and _YEAR.fullmatch(name)):
        yield name[: unit.start()] if unit else "", -1
        yield cell, at
        yield unit["unit"] if unit else "年", -1
        return
    if not cell.startswith(name) and not (is_first and not is_figure):
        yield name, -1
    yield cell, at


def row_text(cells: Sequence[str]) -> str:
    """A row as one line, where its columns have no names."""
    return CELL_MARK.join(filter(None, cells))


def row_line(table: Sequence[Sequence[str]], at: int) -> str:
    """A row of a table as one line. Where a cell is empty, the others stand behind the names of their columns.

    甲村 | 30亩 would put 30亩 into the column after that of the villages: it is 村名：甲村 | 面积：30亩. The same holds
    under a first row with an empty corner. Of a table that is still being read, the rows so far are enough.
    """
    first = next((number for number, row in enumerate(table) if sum(map(bool, row)) >= _FEWEST), len(table))
    row = table[at]
    place = at % len(table)
    if first >= place or sum(map(bool, row)) < _FEWEST:
        return row_text(row)
    two = _names_of_two(table[first], table[first + 1])
    if two and place == first + 1:
        return row_text(row)
    names = two or table[first]
    columns = max((number + 1 for number, cell in enumerate(row) if cell), default=0)
    is_shifted = not all(row[:columns]) or not all(names[:columns])
    if not is_shifted or not (two or _is_header(table[first : first + _MOST_LOOKED_AT + 1])):
        return row_text(row)
    return CELL_MARK.join(_told_cells(names, row))


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
    if len(table) > _FEWEST + 1 and (names := _names_of_two(table[0], table[1])):
        return above + [_named_cells(names, row) for row in table[2:]]
    if not table or not _is_header(table):
        return above + [row_text(row) for row in table]
    return above + [_named_cells(table[0], row) for row in table[1:]]


def _names_of_two(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """水位 over 八时 and 二十时 are 水位八时 and 水位二十时; none where the lower row is no such one."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    group = ""
    names: list[str] = []
    for at in range(width):
        goes_on = at > 0 and (not above[at] or above[at] == group) and bool(below[at])
        spans = at + 1 < width and (not above[at + 1] or above[at + 1] == above[at]) and bool(below[at + 1])
        group = group if goes_on else above[at]
        if below[at] in ("", above[at]):
            names.append(above[at])
        elif group and (goes_on or spans) and not _FIGURE.match(below[at]) and len(below[at]) <= _LONGEST_HEADER:
            names.append(group + below[at])
        else:
            return []
    is_grouped = any(name not in above for name in names)
    return names if is_grouped and all(names) and len(set(names)) == width else []


def _is_header(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: each cell there is a short text, no number, and differs from others."""
    names = [name for name in table[0] if name]
    widest = max((at + 1 for row in table[1:] for at, cell in enumerate(row) if cell), default=0)
    # Two rows of words may as well be four entries.
    is_told = len(table) > _FEWEST or any(_FIGURE.match(cell) for cell in table[-1])
    return (
        len(table) > 1
        and is_told
        and not _is_form(table)
        and len(names) >= max(_FEWEST, widest / 2)
        and len(set(names)) == len(names)
        # A cell that ends so names the one beside it, none below.
        and all(
            len(name) <= _LONGEST_HEADER and not name.endswith(_COLONS) and not _NUMBER.fullmatch(name)
            for name in names
        )
    )


def _is_form(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first cell of each row, or nearly, names the one beside it (姓名 某某, 单位 某某)."""
    named = sum(_ENTRY.fullmatch(row[0]) is not None for row in table if row)
    return named >= _FEWEST and named * 2 > len(table)


def _named_cells(names: Sequence[str], row: Sequence[str]) -> str:
    if sum(map(bool, row)) == 1:
        return row_text(row)  # a heading within the table, or a note under it
    return "；".join(_told_cells(names, row))


def _told_cells(names: Sequence[str], row: Sequence[str]) -> list[str]:
    """The cells that are not empty, each behind the name of its column where that has one."""
    return [f"{names[at]}：{cell}" if at < len(names) and names[at] else cell for at, cell in enumerate(row) if cell]
