"""The tokens of a text, and their places in it, are those of the library `tokenizers` with the same vocabulary."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import open_token_embedder, read_issue_file
from embeddings.encoders.bundled import weights_path
from embeddings.encoders.e5_weights import unigram_tokenizer
from embeddings.encoders.token_embedder import open_weights, read_pieces
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
    "one of several characters": "e\u0301 か\u3099 ﾊﾟｶﾞ \u1112\u1161\u11ab a\u0323\u0302\u0308 각\u1161",
    "several of one character": "㌔㍻㎏\ufdfa ½ﬃ…",
    "faces": "👩\u200d👩\u200d👧 ☺\ufe0f 🇨🇳",
    "nothing": "",
}


@pytest.fixture(scope="module")
def both() -> tuple[UnigramTokenizer, Any]:
    """Ours, and that of the library."""
    opened = open_weights(weights_path())
    library = unigram_tokenizer(opened.packed.scored_pieces(), opened.packed.unknown_id)
    library.enable_truncation(MOST)
    return UnigramTokenizer(opened.table), library


def agree(text: str, both: tuple[UnigramTokenizer, Any]) -> None:
    ours, library = both
    wanted = library.encode(text)
    assert ours.ids(text, most=MOST).tolist() == wanted.ids
    tokens = ours.tokens(text, most=MOST - 2)
    places = list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True))
    assert (tokens.ids.tolist(), places) == (wanted.ids[1:-1], wanted.offsets[1:-1])


@pytest.mark.parametrize("name", SCRIPTS)
def test_texts_of_any_script_have_the_librarys_tokens(name: str, both: tuple[UnigramTokenizer, Any]) -> None:
    agree(f"query: {SCRIPTS[name]}", both)
    agree(SCRIPTS[name], both)


def test_articles_have_the_librarys_tokens_and_are_cut_where_it_cuts(both: tuple[UnigramTokenizer, Any]) -> None:
    texts = [f"passage: {one.body[:300]}" for path in sorted(SAMPLES.iterdir()) for one in read_issue_file(path)]
    assert len(texts) > 20
    for text in texts:
        agree(text, both)


@settings(max_examples=150, derandomize=True)
@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_categories=["Cn", "Cs"]), max_size=20))
def test_any_text_has_the_librarys_tokens(text: str, both: tuple[UnigramTokenizer, Any]) -> None:
    # In normal form before, for the library may know another Unicode than Python.
    agree(unicodedata.normalize("NFKC", f"query: {text}"), both)


@settings(max_examples=150, derandomize=True)
@given(text=st.text("，：（１ Ａ市年的 \n\u3000▁㎏㌔½ﾊｶﾟﾞかe\u0301\u3099\u0323각\u1112\u1161\u11ab🎉\ufdfa", max_size=20))
def test_tokens_of_a_text_in_no_normal_form_have_the_librarys_places(
    text: str, both: tuple[UnigramTokenizer, Any]
) -> None:
    agree(text, both)


@pytest.fixture(scope="module", params=[True, False], ids=["apart", "all read"])
def pairs(request: pytest.FixtureRequest) -> tuple[bool, Any, list[int]]:
    """Whether without pieces that join answers, the library with the reader's pieces, their numbers in the model."""
    packed = open_weights(weights_path()).packed
    kept = np.flatnonzero(read_pieces(packed.pieces(), apart=request.param)).tolist()
    pieces = packed.scored_pieces()
    library = unigram_tokenizer([pieces[place] for place in kept], packed.unknown_id)
    library.enable_truncation(MOST, strategy="only_second")
    library.enable_padding(pad_id=1, pad_token="<pad>")
    return request.param, library, kept


def test_pairs_of_texts_are_put_together_as_by_the_library(pairs: tuple[bool, Any, list[int]]) -> None:
    apart, library, kept = pairs
    texts = [*SCRIPTS.values(), "年起，小丽12岁的女儿住在县城里。" * 2, "很长的文章。" * 40]
    asked = [(question, text) for question in ("", "谁 在？", "年满１８岁的是由谁、从哪里来的？") for text in texts]
    tokens = open_token_embedder(MOST, apart=apart).tokenize(asked)
    wanted = library.encode_batch(asked)
    second = np.array([[part == 1 for part in one.sequence_ids] for one in wanted])
    assert np.array_equal(tokens.ids, np.array(kept)[[one.ids for one in wanted]])
    assert np.array_equal(tokens.mask, [one.attention_mask for one in wanted])
    assert np.array_equal(tokens.in_second, second)
    places = np.array([one.offsets for one in wanted]) * second[..., None]
    assert np.array_equal(np.stack([tokens.starts, tokens.ends], axis=-1), places)


def test_a_question_that_leaves_no_room_is_cut() -> None:
    embedder = open_token_embedder(MOST)
    tokens = embedder.tokenize([("很长的问题，" * 40, "文章。")])
    assert tokens.ids.shape == (1, MOST)
    assert not tokens.in_second.any()


def test_half_a_pair_of_surrogates_is_an_unknown_character(both: tuple[UnigramTokenizer, Any]) -> None:
    ours, _ = both
    assert np.array_equal(ours.ids("字\ud800", most=MOST), ours.ids("字\U0010ffff", most=MOST))
