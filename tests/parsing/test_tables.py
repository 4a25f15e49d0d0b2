from __future__ import annotations

import pytest

from embeddings.parsing.tables import headers_above, row_line, table_lines, told_rows
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


NAMED = ["村名", "户数", "面积", "备注"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["甲村", "120", "30亩", "已完工"], "甲村 | 120 | 30亩 | 已完工"),
        (["甲村", "", "30亩", "已完工"], "村名：甲村 | 面积：30亩 | 备注：已完工"),
        (["", "120", "30亩", ""], "户数：120 | 面积：30亩"),
        (["甲村", "120", "30亩", ""], "甲村 | 120 | 30亩"),  # nothing is shifted
        (["合计", "", "", ""], "合计"),
    ],
)
def test_a_row_with_an_empty_cell_names_the_columns_of_the_others(row: list[str], told: str) -> None:
    table = [NAMED, row, ["乙村", "98", "22亩", "未完工"]]
    assert [row_line(table, 0), row_line(table, 1)] == [" | ".join(NAMED), told]
    assert row_line([["全县水渠"], *table], 2) == told  # below a heading of the table
    assert row_line(table[:2], -1) == told  # while it is being read


def test_under_an_empty_corner_each_cell_has_its_column() -> None:
    table = [["", "男生", "女生"], ["一班", "20", "22"], ["二班", "19", ""]]
    assert [row_line(table, at) for at in range(3)] == ["男生 | 女生", "一班 | 男生：20 | 女生：22", "二班 | 男生：19"]


def test_names_of_two_rows_stand_together_before_a_cell_beside_an_empty_one() -> None:
    table = [["站名", "水位", "水位"], ["站名", "八时", "二十时"], ["甲站", "", "3.2"], ["乙站", "2.9", "3.1"]]
    assert [row_line(table, at) for at in (1, 2, 3)] == [
        "站名 | 八时 | 二十时",
        "站名：甲站 | 水位二十时：3.2",
        "乙站 | 2.9 | 3.1",
    ]


def test_rows_without_names_of_columns_stay_as_they_are() -> None:
    table = [["3", "120", "30"], ["4", "", "22"]]
    assert [row_line(table, at) for at in (0, 1)] == ["3 | 120 | 30", "4 | 22"]


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


POOL = "开放：\n场次 | 时间 | 学生\n上午 | 8:00—11:00 | 8元\n夜场 | 18:00—21:00 | 12元\n带毛巾。"
RESULTS = "成绩如下。\n男子组\n第1名 柏青 12秒1\n女子组\n第1名 苗秋 13秒4\n奖金照旧。"
BUSES = "1路 东站—西站\n东站发车：6:40 9:20\n西站发车：8:10\n票价8元。"
PAIRS = "名次 | 男子 | 成绩 | 女子 | 成绩\n1 | 柏青 | 12秒1 | 苗秋 | 13秒4"
RACE = "名次 | 男子 | 成绩（秒）\n1 | 柏青 | 12.1\n2 | 石岩 | 12.4"


@pytest.mark.parametrize(
    ("text", "start", "told"),
    [
        (
            POOL,
            0,
            "开放：\n场次 | 时间 | 学生\n上午，时间8:00—11:00，学生8元。\n夜场，时间18:00—21:00，学生12元。\n带毛巾。",
        ),
        (POOL, POOL.index("夜场"), "夜场，时间18:00—21:00，学生12元。\n带毛巾。"),
        (POOL, POOL.index("18:00"), "时间18:00—21:00，学生12元。\n带毛巾。"),
        (RESULTS, RESULTS.index("第1名 苗"), "女子组，第1名 苗秋 13秒4\n奖金照旧。"),
        ("成绩。\n冠军：柏青\n亚军：石岩", 0, "成绩。\n冠军（第一名）：柏青\n亚军（第二名）：石岩"),
        (BUSES, BUSES.index("西站发"), "1路 东站—西站，西站发车：8:10\n票价8元。"),
        (PAIRS, PAIRS.index("1 |"), "第一名，男子柏青，男子成绩12秒1，女子苗秋，女子成绩13秒4。"),
        (RACE, RACE.index("1 |"), "第一名，男子柏青，成绩12.1秒。\n第二名，男子石岩，成绩12.4秒。"),
        ("年份 | 户数\n2023 | 88\n2024 | 90", 0, "年份 | 户数\n2023年，户数88。\n2024年，户数90。"),
    ],
)
def test_rows_are_told_with_their_columns_and_every_character_knows_its_place(text: str, start: int, told: str) -> None:
    rows = told_rows(text, start, len(text))
    assert rows is not None
    assert rows.text == told
    kept = [(place, one) for place, one in zip(rows.places, rows.text, strict=True) if place >= 0]
    is_rank = "名次" in text
    assert all(text[start + place] == one or (is_rank and one in "一二") for place, one in kept)
    assert [place for place, _ in kept] == sorted({place for place, _ in kept})


@pytest.mark.parametrize(
    "text", ["没有表格。", "会上说。\n上午8:00开门。", "第1名 柏青", "甲村 | 桃\n乙村 | 李", "单位 | 县医院"]
)
def test_what_has_no_names_of_columns_is_left_as_it_is(text: str) -> None:
    assert told_rows(text, 0, len(text)) is None
