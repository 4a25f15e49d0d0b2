"""Which cell of a table's row a question asks for."""

from __future__ import annotations

import pytest

from qa.answering.evidence.columns import cell_asked_for

ROOMS = "房型 | 每晚 | 包月 | 备注\n双人间 | 45元 | 900元 | 带卫生间\n通铺 | 12元 | 240元 | 共用水房"
DISHES = "品名 | 原价 | 新价\n牛肉粉 | 10 | 12"


@pytest.mark.parametrize(
    ("question", "table", "row", "cell"),
    [
        ("双人间包一个月多少钱", ROOMS, "双人间", "900元"),
        ("双人间住一晚多少钱", ROOMS, "双人间", "45元"),
        ("双人间怎么样", ROOMS, "双人间", None),  # names no column
        ("双人间一晚和一个月各多少钱", ROOMS, "双人间", None),  # names two
        ("牛肉粉涨完多少钱", DISHES, "牛肉粉", "12"),
        ("牛肉粉以前多少钱", DISHES, "牛肉粉", "10"),
        ("牛肉粉多少钱", DISHES, "牛肉粉", None),
    ],
)
def test_a_column_is_named_by_its_own_words(question: str, table: str, row: str, cell: str | None) -> None:
    start = table.index(row)
    end = table.find("\n", start)
    end = end if end > 0 else len(table)
    found = cell_asked_for(question, table, start, end)
    assert (table[slice(*found)] if found else None) == cell


def test_a_sentence_is_no_row() -> None:
    assert cell_asked_for("住一晚多少钱", "住一晚45元。", 0, 7) is None
