from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from embeddings import Archive, build
from qa.types import Hit
from tests.support.fakes import CountingEncoder

TEXT = "县里修了三座桥。老桥建于1958年，去年拆了。新桥由王工设计，长120米。两岸的人都来看。"


@pytest.fixture(scope="module", autouse=True)
def _scripts() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")


def test_a_cropped_window_keeps_its_answer() -> None:
    from examples import Window
    from train_reader import _cropped

    text = TEXT * 6
    start = text.index("120米", len(TEXT) * 3)
    for seed in range(50):
        cropped = _cropped(Window(text, start, start + 4), random.Random(seed))
        assert cropped.text[cropped.start : cropped.end] == "120米"
        assert cropped.text in text


def test_a_question_about_something_else_is_no_longer_answered() -> None:
    from train_reader import Pair, _about_something_else

    pair = Pair("老桥建于哪年，是1958年吗？", TEXT, TEXT.index("1958年"), TEXT.index("1958年") + 5)
    others = [_about_something_else(pair, ["水库大坝"], random.Random(seed)) for seed in range(200)]
    asked = {other.question for other in others if other is not None}
    assert len(asked) > 1
    assert pair.question not in asked
    assert all(other.start is None and other.text == TEXT for other in others if other is not None)


def test_a_window_without_its_answer_does_not_say_it() -> None:
    from examples import _answering, _without

    window = _answering(TEXT, ["120米"], "新桥长多少米")
    assert window is not None
    assert window.text[window.start : window.end] == "120米"
    rest = _without(TEXT, ["120米"])
    assert "120米" not in rest
    assert "老桥建于1958年" in rest
    assert _without("新桥长120米。", ["120米"]) == ""


def test_an_altered_question_is_about_something_that_the_text_does_not_say() -> None:
    from random import Random

    from examples import ask_something_else

    question = "新桥在1958年长多少米？"
    altered = {ask_something_else(question, TEXT, ["渡口的缆车"], Random(seed)) for seed in range(20)} - {None}
    assert altered
    assert question not in altered
    assert ask_something_else("老桥建于哪一年？", TEXT, [], Random(0)) is None


def test_the_last_passages_of_a_file_are_held_out(tmp_path: Path) -> None:
    from examples import read_passages

    rows = "\n".join(f'{{"context": "{number}", "qas": []}}' for number in range(50))
    (tmp_path / "train.jsonl").write_text(rows, encoding="utf-8")
    held_out = [passage.held_out for passage in read_passages(tmp_path / "train.jsonl")]
    assert held_out == [False] * 44 + [True] * 6


@pytest.mark.model
def test_tokens_of_the_answer_are_found_in_the_pair() -> None:
    from train_reader import Pair, encode

    from embeddings import open_token_embedder

    start = TEXT.index("120米")
    batch = encode(
        [
            Pair("新桥多长？", TEXT, start, start + 4),
            Pair("谁？", TEXT),
            Pair("新桥多长？", TEXT * 60, 59 * len(TEXT), 60 * len(TEXT)),
        ],
        open_token_embedder(64),
    )
    first, last = int(batch.first[0]), int(batch.last[0])
    assert TEXT[batch.tokens.starts[0, first] : batch.tokens.ends[0, last]].endswith("120米")
    assert batch.first.tolist()[1:] == [-1, -1]


def test_a_term_that_only_the_cut_sentences_have_is_unknown(tmp_path: Path, counting: CountingEncoder) -> None:
    from fit_answering import REMOVERS, ArchiveTexts

    rows = [{"id": "0", "text": TEXT}, {"id": "1", "text": "河上的老桥还在，岸边种了柳树。"}]
    issue = tmp_path / "issue.jsonl"
    issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    build(issue, archive=tmp_path / "archive", encoder=counting)
    with Archive.open(tmp_path / "archive").snapshot() as snapshot:
        chunk, article = snapshot.read_chunks(snapshot.chunk_ids())[0]
        hits = [Hit(chunk, article, 1.0, 0.0, 1, 1)]
        cut = ArchiveTexts(snapshot).without(["1958年"], hits, REMOVERS["cut"])
        assert snapshot.term_statistics("1958").frequencies.tolist() == [1]
        assert cut.term_statistics("1958").frequencies.tolist() == [0]
        for kept in ("老桥", "新桥", "柳树", "两岸的人"):  # of another article, or of sentences that stay
            found, left = snapshot.term_statistics(kept), cut.term_statistics(kept)
            assert left.frequencies.tolist() == found.frequencies.tolist()
        assert cut.coverage("1958年 柳树", ["柳树"]) < snapshot.coverage("1958年 柳树", ["柳树"])
        assert [hit.article.body for hit in cut.of(hits[0])] == [TEXT.replace("老桥建于1958年，去年拆了。", "")]
