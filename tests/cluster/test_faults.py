"""What goes wrong with services: each fault is told, nothing that was stored is lost, and the next try goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from embeddings import ArchiveError, ArchiveReader, ModelMismatchError, SourceError, build, open_archive
from embeddings.archive.registry import lock_archive, open_for_writing
from embeddings.cluster.address import read_address
from embeddings.errors import ArchiveCode, ErrorCode, UsageCode
from embeddings.ingest.repair import repair
from tests.support.fakes import CountingEncoder
from tests.support.proxy import CuttingProxy
from tests.support.services import Server, milvus_server, new_location, postgres_server, postgres_url

if TYPE_CHECKING:
    from pymilvus import MilvusClient

QUESTION = "第三座桥"
QUESTIONS_CUT = {"network": 8, "server": 3}  # places of a question at which it is cut; a server takes seconds to begin


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    folder.mkdir()
    for number in range(3):
        write(folder, number)
    return folder


def write(folder: Path, number: int) -> None:
    text = "\n\n".join(
        f"第{number}{part}号桥\n\n第{number}座桥在{part}月通车，河两岸的人都来看。" for part in range(1, 4)
    )
    (folder / f"县报-2025-09-{number + 1:02}.txt").write_text(text, encoding="utf-8")


def found(archive: ArchiveReader) -> list[tuple[str, float]]:
    with archive.snapshot() as snapshot:
        hits = snapshot.search_words(QUESTION, 9)
        vectors = snapshot.vectors([hits[0].chunk_id])
        assert snapshot.search_vectors(vectors[0], 3)[0].score == pytest.approx(1.0, abs=1e-2)
        return [(hit.chunk_id, round(hit.score, 4)) for hit in hits]


@pytest.fixture(scope="module")
def own_services(cluster_services: tuple[str, str]) -> Iterator[tuple[Server, Server]]:
    """Services that these tests may kill."""
    with postgres_server() as postgres, milvus_server() as milvus:
        yield postgres, milvus


@pytest.fixture
def proxies(own_services: tuple[Server, Server]) -> Iterator[tuple[CuttingProxy, CuttingProxy]]:
    postgres, milvus = own_services
    with CuttingProxy(postgres.port) as to_postgres, CuttingProxy(milvus.port) as to_milvus:
        yield to_postgres, to_milvus


def through(proxies: tuple[CuttingProxy, CuttingProxy]) -> str:
    to_postgres, to_milvus = proxies
    return new_location(postgres_url(to_postgres.port), f"http://127.0.0.1:{to_milvus.port}")


def test_a_service_that_is_down_is_named_and_one_that_is_back_is_used(
    issues: Path, own_services: tuple[Server, Server], counting: CountingEncoder
) -> None:
    postgres, milvus = own_services
    location = new_location(postgres_url(postgres.port), f"http://127.0.0.1:{milvus.port}")
    build(issues, archive=location, encoder=counting)
    archive = open_archive(location)
    before = found(archive)
    for server, name in ((postgres, "PostgreSQL"), (milvus, "Milvus")):
        server.kill()
        try:
            with pytest.raises(ArchiveError) as raised:
                found(archive)
        finally:
            server.start()
        assert raised.value.code is ArchiveCode.SERVICE_DOWN
        assert raised.value.params["service"] == name
        assert found(archive) == before
    archive.close()


def test_a_build_without_milvus_is_stored_and_indexed_by_the_next(
    issues: Path, own_services: tuple[Server, Server], counting: CountingEncoder
) -> None:
    postgres, milvus = own_services
    location = new_location(postgres_url(postgres.port), f"http://127.0.0.1:{milvus.port}")
    build(issues, archive=location, encoder=counting)
    write(issues, 7)
    milvus.kill()
    try:
        assert build(issues, archive=location, encoder=counting).added == 1
    finally:
        milvus.start()
    encoded = len(counting.encoded)
    archive = open_for_writing(location)
    with archive.snapshot() as snapshot:  # what is not indexed yet is found all the same
        (hit, *_) = snapshot.search_words("第7座桥", 3)
        (_, article), *_ = snapshot.read_chunks([hit.chunk_id])
        assert article.issue.name.endswith("08") or "08" in article.issue.source
    assert not all(archive.derived_parts().values())
    build(issues, archive=location, encoder=counting)
    repair(location, encoder=counting)
    assert all(archive.derived_parts().values())
    assert len(counting.encoded) == encoded
    archive.close()


def test_a_collection_that_is_lost_is_made_again_without_encoding(
    issues: Path, cluster_location: str, counting: CountingEncoder
) -> None:
    from embeddings.cluster.collection import open_client

    build(issues, archive=cluster_location, encoder=counting)
    archive = open_for_writing(cluster_location)
    before, encoded = found(archive), len(counting.encoded)
    address = read_address(cluster_location)
    client = open_client(address)
    for name in client.list_collections():
        if name.startswith(address.collections):
            client.drop_collection(name)
    with pytest.raises(ArchiveError) as raised:
        found(archive)
    assert raised.value.code is ArchiveCode.COLLECTION_LOST
    assert archive.mend_indexes()
    assert found(archive) == before
    assert len(counting.encoded) == encoded
    archive.close()


def test_another_model_is_refused(issues: Path, cluster_location: str, counting: CountingEncoder) -> None:
    build(issues, archive=cluster_location, encoder=counting)
    other = CountingEncoder(name="other", fingerprint="other-1", dimension=6)
    write(issues, 8)
    with pytest.raises(ModelMismatchError):
        build(issues, archive=cluster_location, encoder=other)
    build(issues, archive=cluster_location, encoder=other, full=True)
    archive = open_archive(cluster_location)
    with archive.snapshot() as snapshot:
        ids = snapshot.chunk_ids()
        assert snapshot.vectors(ids).shape == (len(ids), 6)
    assert found(archive)
    archive.close()


def test_packages_and_addresses_that_lack_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_MILVUS", raising=False)
    for location, code in (
        ("postgresql://host/news?archive=No", ArchiveCode.BAD_ADDRESS),
        ("postgresql://[host/news", ArchiveCode.BAD_ADDRESS),
        ("postgresql://user:secret@127.0.0.1:1/news", ArchiveCode.SERVICE_DOWN),
    ):
        with pytest.raises(ArchiveError) as raised:
            open_archive(location)
        assert raised.value.code is code
        assert "secret" not in str(raised.value)
    monkeypatch.delitem(sys.modules, "embeddings.cluster.archive", raising=False)
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(ArchiveError) as raised:
        open_archive("postgresql://host/news")
    assert raised.value.code is ArchiveCode.NO_CLUSTER_PACKAGES


def test_an_archive_whose_milvus_nobody_names_says_so(
    issues: Path, cluster_location: str, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(issues, archive=cluster_location, encoder=counting)
    monkeypatch.delenv("BULLETIN_MILVUS", raising=False)
    without = cluster_location.partition("&milvus=")[0]
    archive = open_archive(without)
    with archive.snapshot() as snapshot, pytest.raises(ArchiveError) as raised:
        snapshot.search_words(QUESTION, 1)
    assert raised.value.code is ArchiveCode.NO_MILVUS
    archive.close()


@pytest.mark.parametrize("which", [0, 1], ids=["postgres", "milvus"])
@pytest.mark.parametrize("fault", ["network", "server"])
def test_a_build_that_is_cut_anywhere_loses_nothing(
    issues: Path,
    own_services: tuple[Server, Server],
    proxies: tuple[CuttingProxy, CuttingProxy],
    counting: CountingEncoder,
    which: int,
    fault: str,
) -> None:
    location = through(proxies)
    build(issues, archive=location, encoder=counting)
    proxy, server = proxies[which], own_services[which]
    proxy.cut_after(None)
    write(issues, 5)
    build(issues, archive=location, encoder=counting)
    sent, cut = proxy.sent, 0
    told: list[ErrorCode] = []
    places = [sent * step // 6 for step in range(1, 6)]
    for number, place in enumerate(places, start=10):
        before = names(location)
        write(issues, number)
        down = fault == "server"
        proxy.cut_after(place, server.kill if down else lambda: None)
        try:
            build(issues, archive=location, encoder=counting)
        except ArchiveError as error:
            told.append(error.code)
        finally:
            cut += proxy.cut_was_made()
            proxy.cut_after(None)
            if down:
                server.stop()
                server.start()
        added = names(location) - before
        assert len(added) in {0, 1}
        assert before <= names(location)
        build(issues, archive=location, encoder=counting)
        assert len(names(location)) == len(before) + 1
    assert cut
    assert set(told) <= {ArchiveCode.SERVICE_DOWN, ArchiveCode.LOCK_LOST}
    # What was being stored at a cut is made again, which is one group of texts, and nothing that was stored.
    assert len(counting.encoded) - len(set(counting.encoded)) <= len(told)
    archive = open_for_writing(location)
    archive.derive()
    assert not archive.damage()
    assert all(archive.derived_parts().values())
    assert found(archive)
    archive.close()


@pytest.mark.parametrize("which", [0, 1], ids=["postgres", "milvus"])
@pytest.mark.parametrize("fault", ["network", "server"])
def test_a_question_that_is_cut_anywhere_is_told_and_the_next_is_answered(
    issues: Path,
    own_services: tuple[Server, Server],
    proxies: tuple[CuttingProxy, CuttingProxy],
    counting: CountingEncoder,
    which: int,
    fault: str,
) -> None:
    location = through(proxies)
    build(issues, archive=location, encoder=counting)
    archive = open_archive(location)
    proxy, server, down = proxies[which], own_services[which], fault == "server"
    before = found(archive)
    proxy.cut_after(None)
    found(archive)
    sent, cut = proxy.sent, 0
    told: list[ArchiveError] = []
    for step in range(QUESTIONS_CUT[fault]):
        proxy.cut_after(sent * step // QUESTIONS_CUT[fault], server.kill if down else lambda: None)
        try:
            assert found(archive) == before
        except ArchiveError as error:
            told.append(error)
        finally:
            cut += proxy.cut_was_made()
            proxy.cut_after(None)
            if down:
                server.stop()
                server.start()
        assert found(archive) == before
    assert cut
    assert {error.code for error in told} <= {ArchiveCode.SERVICE_DOWN}
    assert {error.params["service"] for error in told} <= {["PostgreSQL", "Milvus"][which]}
    # The client of Milvus tries again by itself where the network alone was cut.
    assert told or (fault == "network" and which == 1)
    archive.close()


def test_whoever_lost_the_lock_commits_nothing(
    issues: Path, proxies: tuple[CuttingProxy, CuttingProxy], counting: CountingEncoder
) -> None:
    location = through(proxies)
    build(issues, archive=location, encoder=counting)
    before = names(location)
    with lock_archive(location, wait_seconds=0):
        store = open_for_writing(location)
        settings = store.settings
        assert settings is not None
        proxies[0].cut_after(0)
        known = store.known_issues()  # by a connection that takes the place of the one that was cut
        with pytest.raises(ArchiveError) as raised:
            store.commit(add=[], remove=[one.key for one in known], settings=settings)
        assert raised.value.code is ArchiveCode.LOCK_LOST
        with lock_archive(location, wait_seconds=0):  # it is free for another
            pass
        store.close()
    assert names(location) == before


def names(location: str) -> set[str]:
    archive = open_archive(location)
    with archive.snapshot() as snapshot:
        found = {issue.source for issue in snapshot.issue_names()}
    archive.close()
    return found


def test_how_long_milvus_may_take_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymilvus")
    from embeddings.cluster.collection import ChunkCollection

    told: list[float] = []

    class Client:
        def has_collection(self, _name: str, *, timeout: float) -> bool:
            told.append(timeout)
            return True

    address = read_address("postgresql://host/news?milvus=http://host:19530")
    monkeypatch.delenv("BULLETIN_MILVUS_SECONDS", raising=False)
    ChunkCollection(cast("MilvusClient", Client()), address, "one").exists()
    monkeypatch.setenv("BULLETIN_MILVUS_SECONDS", "600")
    ChunkCollection(cast("MilvusClient", Client()), address, "one").exists()
    assert told == [60.0, 600.0]
    monkeypatch.setenv("BULLETIN_MILVUS_SECONDS", "soon")
    with pytest.raises(SourceError) as raised:
        ChunkCollection(cast("MilvusClient", Client()), address, "one")
    assert raised.value.code is UsageCode.BAD_LIMIT
