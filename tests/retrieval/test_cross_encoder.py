from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import Article, Chunk, Issue, ModelError, open_token_embedder
from qa.answering.spans import best_span
from qa.query.question import read_question
from qa.retrieval.cross_encoder import (
    ANY_LANGUAGE,
    BundledReader,
    CrossEncoderReader,
    Text,
    open_reader,
    reads,
)
from qa.retrieval.rerank import look_again
from qa.types import Hit, Reading

ISSUE = Issue("0" * 64, "测试", None, "test.txt")
BODY = "退休以后，他每天打扫院子。李德民的党龄有42年。邻居们都说他热心。"


@pytest.fixture(scope="module")
def reader() -> BundledReader:
    return BundledReader()


class Alike:
    """In place of a snapshot, where no text has a term of the question."""

    def coverage(self, question: str, texts: Sequence[str]) -> Any:
        return np.zeros(len(texts))


ANYWHERE: Any = Alike()


def hits(*texts: str) -> list[Hit]:
    articles = [Article(f"{number}", ISSUE, "", text) for number, text in enumerate(texts)]
    return [
        Hit(Chunk(f"{a.id}#1", a.id, a.body, 0, len(a.body)), a, 1.0 - 0.1 * place, 1.0, place + 1, place + 1)
        for place, a in enumerate(articles)
    ]


class CountingReader:
    """Prefers long texts, and counts what it reads."""

    name = "counting"
    languages = frozenset({ANY_LANGUAGE})
    finds_spans = False

    def __init__(self) -> None:
        self.texts: list[Text] = []

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        self.texts += texts
        return [Reading(float(len(text.body))) for text in texts]


@pytest.mark.model
def test_tokens_know_their_places_in_the_second_text() -> None:
    tokens = open_token_embedder(64).tokenize([("谁？", "李德民的党龄有42年。"), ("？", "短")])
    row = tokens.in_second[0]
    text = "李德民的党龄有42年。"
    assert "".join(text[s:e] for s, e in zip(tokens.starts[0][row], tokens.ends[0][row], strict=True)) == text
    assert tokens.ids.shape == tokens.mask.shape == tokens.in_second.shape
    assert tokens.mask[1].sum() < tokens.mask[0].sum()


@pytest.mark.model
def test_embedded_tokens_are_those_of_the_model() -> None:
    torch = pytest.importorskip("torch")
    from transformers import BertModel

    from embeddings.encoders.bundled import bundled_folder

    embedder = open_token_embedder(64)
    ids = embedder.tokenize([("何长成是谁？", "魏都区 3.5 万元")]).ids
    model = BertModel.from_pretrained(str(bundled_folder()), add_pooling_layer=False).eval()
    with torch.no_grad():
        wanted = model.embeddings(input_ids=torch.from_numpy(ids)).numpy()
    assert np.abs(embedder.embed(ids) - wanted).max() < 1e-4


@pytest.mark.model
def test_a_text_too_long_for_the_reader_is_read_as_far_as_it_goes(reader: BundledReader) -> None:
    (reading,) = reader.read("谁？", [Text("题", "很长的文章。" * 400)])
    assert reading.first is not None
    assert reading.first.shape == (2400,)
    assert np.isneginf(reading.first[-1])


@pytest.mark.model
def test_the_reader_tells_what_answers_and_where(reader: BundledReader) -> None:
    answers, other = reader.read("李德民的党龄有多少年？", [Text("热心人", BODY), Text("天气", "今天有雨，气温下降。")])
    assert answers.log_odds > other.log_odds
    assert answers.first is not None
    assert answers.last is not None
    start, end, _ = best_span(answers.first, answers.last, longest=20)
    assert "42" in BODY[start:end]


@pytest.mark.model
def test_the_reader_tells_that_nothing_answers(reader: BundledReader) -> None:
    asked = ("李德民的党龄有多少年？", "李德民的党龄从哪一年算起？")
    stated, missing = (reader.read(question, [Text("热心人", BODY)])[0] for question in asked)
    assert stated.log_odds > missing.log_odds
    assert stated.span_odds is not None
    assert missing.span_odds is not None
    assert stated.span_odds > missing.span_odds


@pytest.mark.model
def test_the_reader_marks_what_is_part_of_an_answer(reader: BundledReader) -> None:
    (reading,) = reader.read("李德民的党龄有多少年？", [Text("热心人", BODY)])
    assert reading.inside is not None
    assert reading.inside.shape == (len(BODY),)
    assert BODY[int(reading.inside.argmax())] in "42年"


@pytest.mark.model
def test_the_reader_tells_yes_from_no(reader: BundledReader) -> None:
    text = Text("集市", "镇上的集市逢初五开张，一共有80个摊位，不收摊位费。")
    yes, no = (reader.read(f"集市有{count}个摊位吗？", [text])[0].polarity for count in (80, 30))
    assert yes is not None
    assert no is not None
    assert yes > 0 > no


@pytest.mark.model
def test_a_long_question_leaves_room_for_the_text(reader: BundledReader) -> None:
    (reading,) = reader.read("我想打听一下，" * 60 + "李德民的党龄有多少年？", [Text("热心人", BODY)])
    assert reading.first is not None
    assert np.isfinite(reading.first).any()


def test_a_span_that_is_marked_whole_goes_before_one_that_is_as_likely() -> None:
    first, last = np.log(np.array([0.5, 0.0001, 0.4999], np.float32)), np.log(np.array([0.01, 0.5, 0.49], np.float32))
    marked = np.array([-4.0, -4.0, 4.0], np.float32)
    assert best_span(first, last, longest=3)[:2] == (0, 2)
    assert best_span(first, last, longest=3, inside=marked)[:2] == (2, 3)


@pytest.mark.model
def test_readings_come_in_the_order_of_the_texts(reader: BundledReader) -> None:
    texts = [Text("", BODY * times) for times in (3, 1, 2, 1, 4, 1)]
    together = reader.read("李德民的党龄有多少年？", texts)
    alone = [reader.read("李德民的党龄有多少年？", [text])[0] for text in texts]
    assert [r.log_odds for r in together] == pytest.approx([r.log_odds for r in alone], abs=1e-3)
    assert [len(r.first) for r in together if r.first is not None] == [len(text.body) for text in texts]


@pytest.mark.model
@pytest.mark.parametrize("body", ["", "。", "\n", "🙂", "x" * 5000, "繁體字與简体字"])
def test_odd_texts_are_read(reader: BundledReader, body: str) -> None:
    (reading,) = reader.read("？", [Text("", body)])
    assert np.isfinite(reading.log_odds)


def test_the_best_span_ends_where_it_begins_or_later() -> None:
    first = np.log(np.array([0.1, 0.2, 0.7], np.float32))
    last = np.log(np.array([0.8, 0.1, 0.1], np.float32))
    start, end, chance = best_span(first, last, longest=2)
    assert (start, end) == (0, 1)
    assert chance == pytest.approx(np.log(0.08), abs=1e-4)
    nothing = np.full(3, -np.inf, np.float32)
    assert best_span(nothing, nothing, longest=2)[2] == -np.inf


def test_only_the_first_hits_are_read_and_the_rest_follow() -> None:
    found = hits("短", "长一些的文字", "最长的一段文字在这里", "没有读到")
    reader = CountingReader()
    ordered = look_again(read_question("什么？"), found, reader, ANYWHERE, few=3, count=3)
    assert [text.body for text in reader.texts] == [hit.chunk.text for hit in found[:3]]
    assert [hit.article.id for hit in ordered] == ["2", "1", "0", "3"]
    assert [hit.score for hit in ordered] == sorted((hit.score for hit in ordered), reverse=True)
    assert ordered[-1].reading is None


class SpanReader(CountingReader):
    """Finds spans too, and is surest of long texts: a text of one character hardly answers."""

    finds_spans = True

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        nowhere = [np.full(len(text.body), -1.0, np.float32) for text in texts]
        return [
            replace(reading, log_odds=reading.log_odds - 2.0, first=none, last=none)
            for reading, none in zip(super().read(question, texts), nowhere, strict=True)
        ]


@pytest.mark.parametrize(("surest", "read"), [("很长很长", 2), ("短", 4)])
def test_after_a_sure_answer_no_more_is_read(surest: str, read: int) -> None:
    found = hits("一", surest, "三", "四", "五")
    reader = SpanReader()
    ordered = look_again(read_question("什么？"), found, reader, ANYWHERE, few=2, count=4)
    assert [text.body for text in reader.texts] == [hit.chunk.text for hit in found[:read]]
    assert [hit.reading is not None for hit in ordered] == [place < read for place in range(5)]
    assert {hit.article.id for hit in ordered} == {"0", "1", "2", "3", "4"}


def test_no_more_is_read_than_is_to_be() -> None:
    spans = SpanReader()
    look_again(read_question("什么？"), hits("一", "二", "三"), spans, ANYWHERE, few=2, count=1)
    assert len(spans.texts) == 1


def test_another_reader_can_be_named_and_none() -> None:
    assert open_reader("none") is None
    assert isinstance(open_reader(None), BundledReader)
    named = open_reader("no/such-model")
    assert isinstance(named, CrossEncoderReader)
    with pytest.raises(ModelError, match="no/such-model"):
        named.read("谁？", [Text("", "字")])


def test_a_reader_says_which_questions_it_reads_and_whether_it_finds_spans() -> None:
    bundled, named = BundledReader(), CrossEncoderReader("some/model")
    chinese, english, other = (read_question(asked).language for asked in ("谁？", "Who is it?", "Qui ?"))
    assert [reads(bundled, language) for language in (chinese, english, other)] == [True, True, False]
    assert all(reads(named, language) for language in (chinese, english, other))
    assert (bundled.finds_spans, named.finds_spans) == (True, False)


@pytest.mark.model
def test_a_folder_with_a_cross_encoder_is_read(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    from embeddings.encoders.bundled import bundled_folder

    config = BertConfig(
        vocab_size=250037,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
        pad_token_id=1,
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    PreTrainedTokenizerFast.from_pretrained(str(bundled_folder())).save_pretrained(tmp_path)
    assert CrossEncoder(str(tmp_path)).num_labels == 1
    readings = CrossEncoderReader(str(tmp_path)).read("谁？", [Text("题", "一"), Text("", "二")])
    assert len(readings) == 2
    assert readings[0].first is None


@pytest.mark.model
def test_reading_needs_no_torch() -> None:
    code = (
        "import sys; from qa.retrieval.cross_encoder import APART, PIECES, BundledReader, Text; "
        "BundledReader().read('谁？', [Text('', '字')]);"
        "print('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "False"


def test_a_hit_keeps_what_it_was_found_with() -> None:
    (hit,) = look_again(read_question("什么？"), hits("文字"), CountingReader(), ANYWHERE, few=5, count=5)
    assert replace(hit, score=1.0, reading=None) == hits("文字")[0]


@pytest.mark.model
def test_a_reader_says_which_pieces_of_the_vocabulary_it_has_learned(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    shipped = BundledReader()
    assert shipped._open()[1] is True
    graph = onnx.load(shipped.path)
    del graph.metadata_props[:]  # as readers were that learned from all pieces
    onnx.save(graph, tmp_path / "reader.onnx")
    assert BundledReader(tmp_path / "reader.onnx")._open()[1] is False
