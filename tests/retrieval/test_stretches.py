"""What a reader says of the rows of a table as they are told is kept by the characters that are printed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings import Article, Issue
from qa.retrieval.cross_encoder import Text
from qa.retrieval.stretches import Stretch, read_stretches
from qa.types import Reading

BODY = "票价：\n线路 | 大人 | 学生\n东线 | 6元 | 3元\n西线 | 8元 | 4元"
WANTED = "学生4元"


class Finds:
    """A reader that finds what is wanted wherever it is told."""

    name, languages, finds_spans = "finds", frozenset({"zh"}), True

    def __init__(self) -> None:
        self.read_texts: list[Text] = []

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        self.read_texts += texts
        return [self._reading(text.body) for text in texts]

    def _reading(self, body: str) -> Reading:
        at = body.find(WANTED)
        values = np.full(len(body), -9.0, dtype=np.float32)
        if at >= 0:
            values[at + len("学生") : at + len(WANTED)] = 0.0
        return Reading(float(at >= 0), values, values.copy(), values.copy(), 1.0)


def test_a_cell_is_found_by_its_column_and_kept_where_it_is_printed() -> None:
    article = Article(id="1", issue=Issue("1", "镇报", None, ""), title="班车", body=BODY)
    reader = Finds()
    table, line = read_stretches("学生坐西线多少钱", [Stretch(article, 0, len(BODY)), Stretch(article, 0, 3)], reader)
    assert "西线，大人8元，学生4元。" in reader.read_texts[0].body
    assert reader.read_texts[1].body == "票价："
    assert table.first is not None
    assert table.first.shape == (len(BODY),)
    found = np.flatnonzero(table.first == 0.0)
    assert BODY[found[0] : found[-1] + 1] == "4元"
    assert line.first is not None
    assert line.first.shape == (3,)
