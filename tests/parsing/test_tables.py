from __future__ import annotations

import pytest

from embeddings.parsing.tables import headers_above, table_lines
from tests.support.cost import growth


def test_each_row_names_its_columns() -> None:
    assert table_lines([["村", "户数"], ["甲村", "120"]]) == ["村：甲村；户数：120"]
    assert table_lines([["村", "树种"], ["甲村", "桃"], ["乙村", "李"]]) == ["村：甲村；树种：桃", "村：乙村；树种：李"]


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "甲乙", "单位", "县医院"], ["职务", "医生", "电话", "5550123"]],
        [["时间", "9月3日上午"], ["地点", "二楼会议室"], ["主持", "丙丁"]],
        [["甲村", "桃"], ["乙村", "李"]],
        [["索引号：", "JC-01"], ["文号：", "3"], ["标题：", "办法"]],
    ],
)
def test_entries_beside_one_another_are_no_names_of_columns(rows: list[list[str]]) -> None:
    assert table_lines(rows) == [" | ".join(row) for row in rows]


ROWS = ["村名 | 户数 | 面积", *(f"第{number}村 | {90 + number} | {number}亩" for number in range(1, 60))]


@pytest.mark.parametrize(
    ("before", "text", "found"),
    [
        ("各村如下。\n" + "\n".join(ROWS[:30]) + "\n", "\n".join(ROWS[30:]), ROWS[0]),
        ("\n".join(ROWS[:30]) + "\n第30村 | 1", "20 | 30亩", ROWS[0]),
        ("", "\n".join(ROWS), ""),
        ("各村如下。\n", "\n".join(ROWS), ""),
        ("\n".join(ROWS) + "\n", "以上各村都已完工。", ""),
        ("\n".join(ROWS) + "\n以上各村都已完工。\n", "甲村 | 乙村", ""),
        ("\n".join(ROWS[1:30]) + "\n", "\n".join(ROWS[30:]), ""),
    ],
    ids=["in the table", "in a row", "at its top", "below text", "behind it", "in another table", "without names"],
)
def test_a_text_that_begins_in_a_table_has_the_names_of_its_columns(before: str, text: str, found: str) -> None:
    assert headers_above(before + text, [(len(before), len(before + text))]) == [found]


@pytest.mark.parametrize(
    "line", ["水渠 | 三千米。", "水渠通了水。", "水渠 | 三千米。\n"], ids=["a row", "a line", "a table"]
)
def test_names_of_columns_are_found_in_time_however_long_the_text_is(line: str) -> None:
    def find(size: int) -> None:
        text = line * (size // len(line))
        headers_above(text, [(start, start + 250) for start in range(0, size, 200)])

    assert growth(find, small=200_000, large=800_000) < 9  # with the square it would be 16
