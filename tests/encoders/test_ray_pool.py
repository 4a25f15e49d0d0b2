"""Encoding by workers of a Ray cluster that is begun on this machine."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, ModelError, build, open_archive
from embeddings.encoders.ray_pool import LOCAL, RayEncoder
from embeddings.errors import ModelCode
from embeddings.ingest import encode
from embeddings.ingest.build import BuildOptions, Progress
from tests.support.fakes import CountingEncoder, PausingEncoder
from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A cluster on this machine, which these tests join one after the other."""
    ray = pytest.importorskip("ray")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # workers import what tests do
        patch.setenv("RAY_worker_niceness", "0")  # beside other tests, workers of less priority would hardly run
        ray.init(
            address=LOCAL,
            num_cpus=2,
            object_store_memory=100_000_000,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
        )
        yield
        ray.shutdown()


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    folder.mkdir()
    for number in range(1, 25):
        text = "\n\n".join(
            f"第{number}{part}号桥\n\n第{number}座桥在{part}月通车，两岸的人都来看。" for part in range(1, 6)
        )
        (folder / f"县报-2025-09-{number:02}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.long
@pytest.mark.usefixtures("cluster")
def test_a_build_by_two_workers_of_which_one_is_killed_is_that_of_one_process(
    issues: Path, tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "_GROUP_CHUNKS", 2)
    build(issues, archive=tmp_path / "one", encoder=counting)
    here = CountingEncoder()
    pool = RayEncoder(here, LOCAL, workers=2, opens=PausingEncoder)
    killed: list[int] = []
    done: list[int] = []

    def kill_one(progress: Progress) -> None:
        done.append(progress.chunks_done)
        if progress.chunks_done and not killed:
            killed.append(pool.processes[0])
            os.kill(killed[0], signal.SIGKILL)

    report = build(issues, archive=tmp_path / "other", encoder=pool, options=BuildOptions(on_progress=kill_one))
    assert killed
    assert here.encoded == []  # passages were encoded by the workers alone
    assert done == sorted(done)
    one, other = open_archive(tmp_path / "one"), open_archive(tmp_path / "other")
    with one.snapshot() as expected, other.snapshot() as found:
        ids = expected.chunk_ids()
        assert found.chunk_ids() == ids
        assert report.chunks_encoded == len(set(counting.encoded)) == len(ids) == 24
        assert np.array_equal(found.vectors(ids), expected.vectors(ids))


@pytest.mark.long
@pytest.mark.usefixtures("cluster")
def test_the_bundled_model_by_two_workers_of_which_one_is_killed_gives_the_vectors_of_one_process(
    issues: Path, tmp_path: Path, default_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "_GROUP_CHUNKS", 2)
    pool = RayEncoder(default_encoder, LOCAL, workers=2)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.chunks_done and not killed:
            killed.append(pool.processes[0])
            os.kill(killed[0], signal.SIGKILL)

    report = build(issues, archive=tmp_path / "other", encoder=pool, options=BuildOptions(on_progress=kill_one))
    assert killed
    assert len(set(pool.processes)) == 2
    other = open_archive(tmp_path / "other")
    with other.snapshot() as found:
        ids = found.chunk_ids()
        texts = ["\n".join((article.heading, chunk.text)) for chunk, article in found.read_chunks(ids)]
        assert report.chunks_encoded == len(ids) == 24
        assert np.allclose(found.vectors(ids), default_encoder.encode_passages(texts), atol=1e-3)  # in half precision
    other.close()


def test_a_cluster_that_is_not_there_is_named(tmp_path: Path, counting: CountingEncoder) -> None:
    pytest.importorskip("ray")
    (tmp_path / "县报.txt").write_text("新桥\n\n新桥通车，两岸居民都来看。", encoding="utf-8")
    options = BuildOptions(ray="127.0.0.1:1")
    with pytest.raises(ModelError) as raised:
        build(tmp_path / "县报.txt", archive=tmp_path / "archive", encoder=counting, options=options)
    assert raised.value.code is ModelCode.NO_RAY
    assert counting.encoded == []


@pytest.mark.usefixtures("cluster")
def test_workers_with_other_weights_are_refused() -> None:
    pool = RayEncoder(CountingEncoder(), LOCAL, workers=1, opens=lambda: CountingEncoder(fingerprint="counting-2"))
    with pytest.raises(ModelError) as raised:
        list(pool.encode_groups([{"key": "新桥"}]))
    assert raised.value.code is ModelCode.RAY_OTHER_MODEL


def test_without_its_package_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ModelError) as raised:
        list(RayEncoder(CountingEncoder(), LOCAL).encode_groups([{"key": "新桥"}]))
    assert raised.value.code is ModelCode.NO_RAY_PACKAGE


def test_nothing_to_encode_asks_no_cluster() -> None:
    assert list(RayEncoder(CountingEncoder(), "127.0.0.1:1").encode_groups([])) == []
