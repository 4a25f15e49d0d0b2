"""The tokens of a text are those that the library `tokenizers` gives, with the whole vocabulary."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import read_issue_file
from embeddings.encoders.bundled import weights_path
from embeddings.encoders.e5_weights import PackedModel, unigram_tokenizer
from embeddings.encoders.unigram import UnigramTokenizer
from tests.support.paths import SAMPLES

pytestmark = pytest.mark.model

MOST = 64
SCRIPTS = {
    "Chinese": "区里召开会议，研究了道路、桥梁和公园的建设，批准投资1.5亿元。",
    "traditional": "臺灣的圖書館幾點開門？",
    "wide and old forms": "１０月２９日，㎏ ½ ﬁ ㈠ Ⅷ ｶﾀｶﾅ",
    "Latin": "How many volunteers are there in Überlingen?",
    "Cyrillic": "Где находится главная площадь города?",
    "kana": "駅はどこにありますか。バスは何時ですか。",
    "Hangul": "시청은 어디에 있습니까?",
    "Arabic": "أين تقع المكتبة؟",
    "Thai": "ห้องสมุดเปิดกี่โมง",
    "spaces": "  两个  空格 \t制表\n换行\u3000全角 ",
    "signs of words": "▁▁a ▁ b",
    "marks of the model": "<s> </s> <unk>",
    "unknown": "\x00字\x00\x00🎉𠮷\U0010ffff\U0010fffe",
    "nothing": "",
}


@pytest.fixture(scope="module")
def both() -> tuple[UnigramTokenizer, Any]:
    """Ours, and that of the library."""
    packed = PackedModel.open(weights_path())
    library = unigram_tokenizer(packed.pieces(), packed.unknown_id)
    library.enable_truncation(MOST)
    return UnigramTokenizer(packed.packed_pieces(), packed.scores(), packed.unknown_id, most=MOST), library


@pytest.mark.parametrize("name", SCRIPTS)
def test_texts_of_any_script_have_the_librarys_tokens(name: str, both: tuple[UnigramTokenizer, Any]) -> None:
    ours, library = both
    text = f"query: {SCRIPTS[name]}"
    assert ours.ids(text).tolist() == library.encode(text).ids


def test_articles_have_the_librarys_tokens_and_are_cut_where_it_cuts(both: tuple[UnigramTokenizer, Any]) -> None:
    ours, library = both
    texts = [f"passage: {one.body[:300]}" for path in sorted(SAMPLES.iterdir()) for one in read_issue_file(path)]
    assert len(texts) > 20
    for text in texts:
        assert ours.ids(text).tolist() == library.encode(text).ids


@settings(max_examples=150, derandomize=True)
@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_categories=["Cn", "Cs"]), max_size=20))
def test_any_text_has_the_librarys_tokens(text: str, both: tuple[UnigramTokenizer, Any]) -> None:
    ours, library = both
    # In normal form before, for the library may know another Unicode than Python.
    text = unicodedata.normalize("NFKC", f"query: {text}")
    assert ours.ids(text).tolist() == library.encode(text).ids


def test_half_a_pair_of_surrogates_is_an_unknown_character(both: tuple[UnigramTokenizer, Any]) -> None:
    ours, _ = both
    assert np.array_equal(ours.ids("字\ud800"), ours.ids("字\U0010ffff"))
