from __future__ import annotations

import tempfile
from itertools import pairwise
from math import log1p
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index import bm25
from embeddings.index.bm25 import K1, B, Bm25Index
from embeddings.index.postings import Postings, merge_postings
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


TEXTS = st.lists(st.text("水渠修好了桥通车abc 12", max_size=12), min_size=1, max_size=9)


def assert_best(index: Bm25Index, question: str, k: int, *, allowed: np.ndarray | None = None) -> None:
    """That a search finds what sorting all scores would."""
    scores = index.scores(question)
    if allowed is not None:
        scores = np.where(allowed, scores, 0.0)
    wanted = np.lexsort((np.arange(len(scores)), -scores))[:k]
    wanted = wanted[scores[wanted] > 0]
    rows, found = index.search(question, k, allowed=allowed)
    assert rows.tolist() == wanted.tolist()
    assert np.array_equal(found, scores[wanted])


def test_a_search_that_passes_over_common_terms_finds_what_one_over_all_does(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    signs = np.array(
        list(
            "的了是在有和人中大上为个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
        )
    )
    shares = 1.0 / np.arange(1, len(signs) + 1)
    texts = ["".join(draw.choice(signs, 12, p=shares / shares.sum())) for _ in range(6_000)]
    index = Bm25Index([Postings.build(texts[:2_000]), Postings.build(texts[2_000:])], [np.arange(2_000) % 3 > 0, None])
    looked_up = []
    inside = bm25._promising

    def spy(scores: np.ndarray, floor: float) -> np.ndarray | None:
        looked_up.append(inside(scores, floor))
        return looked_up[-1]

    monkeypatch.setattr(bm25, "_promising", spy)
    monkeypatch.setattr(bm25, "_SMALL", 2_000)
    for number in range(0, 6_000, 150):
        for k in (1, 10, 100):
            assert_best(index, texts[number], k)
        assert_best(index, texts[number], 10, allowed=np.arange(6_000) % 5 == 0)
    assert sum(found is not None for found in looked_up) > 10


@given(TEXTS, st.lists(st.integers(0, 9), max_size=3), st.lists(st.booleans(), min_size=9, max_size=9))
def test_parts_score_as_one_index_of_what_counts(texts: list[str], cuts: list[int], counts: list[bool]) -> None:
    mask = np.array(counts[: len(texts)])
    bounds = [0, *sorted(min(cut, len(texts)) for cut in cuts), len(texts)]
    parts = [(texts[start:end], mask[start:end]) for start, end in pairwise(bounds)]
    index = Bm25Index([Postings.build(part) for part, _ in parts], [counting for _, counting in parts])
    whole = Bm25Index.build([text for text, counting in zip(texts, mask.tolist(), strict=True) if counting])
    terms = np.unique(terms_of(texts)[0])
    assert index.size == whole.size
    assert np.array_equal(index.document_frequencies(terms), whole.document_frequencies(terms))
    for question in texts:
        scores = index.scores(question)
        assert np.array_equal(scores[mask], whole.scores(question))
        assert not scores[~mask].any()
        counting = np.flatnonzero(mask)
        assert np.array_equal(index.scores_of(question, counting), scores[counting])
        for k in (1, 3, 20):
            assert_best(index, question, k)
            assert_best(index, question, k, allowed=np.arange(len(texts)) % 2 == 0)


@given(TEXTS, st.lists(st.booleans(), min_size=9, max_size=9), st.integers(0, 9))
def test_merged_postings_are_those_of_the_texts_that_stay(texts: list[str], stay: list[bool], cut: int) -> None:
    mask = np.array(stay[: len(texts)])
    parts = [(Postings.build(texts[:cut]), mask[:cut]), (Postings.build(texts[cut:]), mask[cut:])]
    expected = Postings.build([text for text, stays in zip(texts, mask.tolist(), strict=True) if stays])
    with tempfile.TemporaryDirectory() as folder, mock.patch("embeddings.index.postings._BLOCK", 3):
        merge_postings(parts, Path(folder))
        for name, kind in (("terms", "<u8"), ("offsets", "<i8"), ("rows", "<i4"), ("counts", "u1"), ("lengths", "<i4")):
            assert np.array_equal(np.fromfile(Path(folder) / name, kind), getattr(expected, name)), name
