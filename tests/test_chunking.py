from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Article, Issue, split_sentences
from embeddings.chunking import chunk_article

ISSUE = Issue("0" * 64, "测试", None, "test.txt")
BODIES = st.text(alphabet=st.sampled_from("甲乙丙丁戊。！？，；“”…\n 12.ab"), max_size=900)


def article(body: str) -> Article:
    return Article("a", ISSUE, "题目", body)


@given(BODIES, st.integers(10, 250), st.integers(0, 9))
def test_every_chunk_is_an_exact_slice_no_longer_than_the_limit(body: str, limit: int, overlap: int) -> None:
    for chunk in chunk_article(article(body), max_chars=limit, overlap_chars=overlap):
        assert body[chunk.start : chunk.end] == chunk.text
        assert 0 < len(chunk.text) <= limit
        assert chunk.text == chunk.text.strip()


@given(BODIES, st.integers(10, 250), st.integers(0, 9))
def test_chunks_leave_out_nothing_but_space(body: str, limit: int, overlap: int) -> None:
    covered = set()
    for chunk in chunk_article(article(body), max_chars=limit, overlap_chars=overlap):
        covered.update(range(chunk.start, chunk.end))
    assert all(place in covered or character.isspace() for place, character in enumerate(body))


@given(st.text(max_size=500))
def test_sentences_cover_a_text_exactly(text: str) -> None:
    assert "".join(text[start:end] for start, end in split_sentences(text)) == text


def test_a_sentence_ends_after_its_closing_quote() -> None:
    text = "他说：“天晴了。”大家都笑了。"
    assert [text[start:end] for start, end in split_sentences(text)] == ["他说：“天晴了。”", "大家都笑了。"]


def test_a_lone_mark_is_no_sentence() -> None:
    text = "到了。。”\n”\n走了。"
    assert all(any(c.isalnum() for c in text[start:end]) for start, end in split_sentences(text))


def test_a_chunk_repeats_the_last_sentence_of_the_one_before() -> None:
    body = "甲" * 30 + "。" + "乙" * 30 + "。" + "丙" * 30 + "。"
    first, second = chunk_article(article(body), max_chars=70, overlap_chars=40)
    assert first.text.endswith("乙。")
    assert second.text.startswith("乙乙")


def test_chunks_end_at_sentence_ends_where_sentences_fit() -> None:
    body = "".join(f"第{number}句话说的是天气很好。" for number in range(60))
    assert all(chunk.text.endswith("。") for chunk in chunk_article(article(body)))


def test_an_empty_body_has_no_chunk() -> None:
    assert chunk_article(article("")) == []


def test_an_overlap_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap_chars"):
        chunk_article(article("字"), max_chars=10, overlap_chars=10)
