from __future__ import annotations

from math import log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import terms_of
from embeddings.index.bm25 import K1, B, LexicalIndex


def test_chinese_becomes_characters_and_pairs_and_words_stay_whole() -> None:
    terms, owners = terms_of(["许昌365健步走"])
    assert len(terms) == 2 + 1 + 3 + 1 + 2  # 许 昌 许昌 健 步 走 健步 步走 365: pairs do not cross the number
    assert set(owners.tolist()) == {0}


def test_scripts_widths_and_cases_share_their_terms() -> None:
    assert set(terms_of(["許昌ＡＢＣ"])[0].tolist()) == set(terms_of(["许昌abc"])[0].tolist())


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_text_can_be_indexed_and_searched(texts: list[str]) -> None:
    index = LexicalIndex.build(texts)
    for text in texts:
        assert index.scores(text).shape == (len(texts),)


def test_scores_follow_the_formula() -> None:
    texts = ["a b b", "a c", "c c c c"]
    index = LexicalIndex.build(texts)
    idf = log1p((3 - 1 + 0.5) / (1 + 0.5))
    length, mean = 3, (3 + 2 + 4) / 3
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * length / mean))
    assert index.scores("b") == pytest.approx([expected, 0, 0])


def test_a_term_nobody_has_weighs_most() -> None:
    index = LexicalIndex.build(["春天来了", "春天走了"])
    spring, unknown = (terms_of([text])[0][:1] for text in ("春", "冬"))
    assert index.idf(unknown)[0] > index.idf(spring)[0]


def test_an_index_file_of_another_generation_is_not_used(tmp_path: Path) -> None:
    index = LexicalIndex.build(["春天来了"])
    index.save(tmp_path / "lexical.npz", generation="first")
    assert LexicalIndex.load(tmp_path / "lexical.npz", generation="second") is None
    same = LexicalIndex.load(tmp_path / "lexical.npz", generation="first")
    assert same is not None
    assert np.array_equal(same.scores("春天"), index.scores("春天"))


def test_a_damaged_index_file_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "lexical.npz"
    LexicalIndex.build(["春天来了"] * 50).save(path, generation="first")
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(bytes(packed[: len(packed) - 40]))
    assert LexicalIndex.load(path, generation="first") is None
