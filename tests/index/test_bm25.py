from __future__ import annotations

from math import log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index.bm25 import K1, B, Bm25Index
from embeddings.index.terms import TermStatistics, have_all_terms, terms_of


def test_chinese_becomes_characters_and_pairs_and_words_stay_whole() -> None:
    terms, owners = terms_of(["许昌365健步走"])
    assert len(terms) == 2 + 1 + 3 + 1 + 2  # 许 昌 许昌 健 步 走 健步 步走 365: pairs do not cross the number
    assert set(owners.tolist()) == {0}


def test_scripts_widths_and_cases_share_their_terms() -> None:
    assert set(terms_of(["許昌ＡＢＣ"])[0].tolist()) == set(terms_of(["许昌abc"])[0].tolist())


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_text_can_be_indexed_and_searched(texts: list[str]) -> None:
    index = Bm25Index.build(texts)
    for text in texts:
        assert index.scores(text).shape == (len(texts),)


def test_scores_follow_the_formula() -> None:
    texts = ["a b b", "a c", "c c c c"]
    index = Bm25Index.build(texts)
    idf = log1p((3 - 1 + 0.5) / (1 + 0.5))
    length, mean = 3, (3 + 2 + 4) / 3
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * length / mean))
    assert index.scores("b") == pytest.approx([expected, 0, 0])


def statistics(text: str, *indexed: str) -> TermStatistics:
    return TermStatistics.of(text, Bm25Index.build(indexed).document_frequencies, len(indexed))


def test_a_term_nobody_has_weighs_most() -> None:
    terms = statistics("春冬", "春天来了", "春天走了")
    assert sorted(terms.frequencies.tolist()) == [0, 0, 2]
    assert terms.idf[terms.frequencies == 0].min() > terms.idf[terms.frequencies == 2].max()


def test_a_share_counts_terms_by_how_telling_they_are() -> None:
    rare, common, whole, none = (
        statistics("渠，村", "水渠修好了", "村村通车", "村里开会").found_in(["修渠", "进村", "渠和村", "开会"]).share()
    )
    assert 0.0 == none < common < rare < whole == 1.0
    assert rare + common == pytest.approx(1.0)


def test_pairs_and_characters_are_weighed_apart() -> None:
    terms = statistics("水渠", "水渠修好了")
    apart = terms.found_in(["渠水", "水渠"])
    assert apart.characters().tolist() == [1.0, 1.0]
    assert apart.pairs().tolist() == [0.0, 1.0]
    assert statistics("渠", "水渠修好了").found_in(["水渠"]).pairs().tolist() == [1.0]


def test_the_unknown_share_is_of_what_no_text_has() -> None:
    assert statistics("水渠", "水渠修好了").unknown_share() == 0.0
    assert statistics("水渠", "渠水清清").unknown_share() == 1.0
    assert statistics("", "渠水清清").unknown_share() == 1.0


def test_a_text_has_all_terms_where_each_stands_in_some_text() -> None:
    index = Bm25Index.build(["水渠修好了", "桥也修好了"])
    assert have_all_terms(["水渠", "桥", "水桥", ""], index.document_frequencies).tolist() == [True, True, False, True]
    assert have_all_terms(["水"], Bm25Index.build([]).document_frequencies).tolist() == [False]


def test_an_index_file_of_another_generation_is_not_used(tmp_path: Path) -> None:
    index = Bm25Index.build(["春天来了"])
    index.save(tmp_path / "lexical.npz", generation="first")
    assert Bm25Index.load(tmp_path / "lexical.npz", generation="second") is None
    same = Bm25Index.load(tmp_path / "lexical.npz", generation="first")
    assert same is not None
    assert np.array_equal(same.scores("春天"), index.scores("春天"))


def test_a_damaged_index_file_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "lexical.npz"
    Bm25Index.build(["春天来了"] * 50).save(path, generation="first")
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(bytes(packed[: len(packed) - 40]))
    assert Bm25Index.load(path, generation="first") is None
