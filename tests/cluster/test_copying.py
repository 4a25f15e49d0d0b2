from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings import ArchiveError, ArchiveMissingError, ModelMismatchError, add, build, open_archive, remove
from embeddings.archive.registry import open_for_writing
from embeddings.errors import ArchiveCode
from embeddings.ingest import copying
from embeddings.ingest.copying import copy_archive
from qa.cli import main
from tests.support.fakes import CountingEncoder


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    folder.mkdir()
    for number in range(4):
        text = "\n\n".join(
            f"第{number}{part}号桥\n\n第{number}座桥在{part}月通车，河两岸的人都来看。" for part in range(1, 4)
        )
        (folder / f"县报-2025-09-0{number + 1}.txt").write_text(text, encoding="utf-8")
    return folder


def contents(location: str | Path) -> list[tuple[object, ...]]:
    """What an archive holds: issues as they were stored with all their articles, chunks, vectors and readings."""
    store = open_for_writing(location)
    found: list[tuple[object, ...]] = []
    for known in store.known_issues():
        issue = store.issue_as_stored(known.key)
        chunks = {
            article: [(chunk.start, chunk.end, chunk.text, key) for chunk, key in own]
            for article, own in issue.chunks.items()
        }
        keys = [key for own in chunks.values() for *_, key in own]
        vectors = store.read_vectors(keys)
        assert set(vectors) == set(keys)
        found.append(
            (
                (known.issue, issue.issue.articles, issue.recipe, issue.root, issue.reading_key, chunks),
                {key: vector.tobytes() for key, vector in vectors.items()},
                store.reading(issue.reading_key),
            )
        )
    settings = store.settings
    store.close()
    return [(settings,), *found]


def test_an_archive_goes_to_a_cluster_and_comes_back(
    issues: Path, tmp_path: Path, cluster_location: str, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "one", encoder=counting)
    report = copy_archive(tmp_path / "one", cluster_location)
    assert (report.issues, report.present) == (4, 0)
    copy_archive(cluster_location, tmp_path / "other")
    assert contents(tmp_path / "one") == contents(cluster_location) == contents(tmp_path / "other")
    encoded = len(counting.encoded)
    again = build(issues, archive=cluster_location, encoder=counting)
    assert (again.unchanged, len(counting.encoded)) == (4, encoded)


def test_a_copying_that_was_stopped_goes_on(
    issues: Path, tmp_path: Path, cluster_location: str, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(issues, archive=tmp_path / "one", encoder=counting)
    monkeypatch.setattr(copying, "_CHUNKS", 1)

    def stop(done: int, total: int) -> None:
        assert total == 4
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_archive(tmp_path / "one", cluster_location, on_progress=stop)
    report = copy_archive(tmp_path / "one", cluster_location)
    assert (report.issues, report.present) == (2, 2)
    assert contents(tmp_path / "one") == contents(cluster_location)


def test_nothing_is_copied_over_other_issues_or_another_model(
    issues: Path, tmp_path: Path, cluster_location: str, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "one", encoder=counting)
    (tmp_path / "村报.txt").write_text("水渠\n\n水渠修好了，稻田都有水。", encoding="utf-8")
    add(tmp_path / "村报.txt", archive=cluster_location, encoder=counting)
    before = contents(cluster_location)
    with pytest.raises(ArchiveError) as raised:
        copy_archive(tmp_path / "one", cluster_location)
    assert raised.value.code is ArchiveCode.COPY_OVER
    assert contents(cluster_location) == before
    remove(["村报"], archive=cluster_location)
    other = CountingEncoder(name="other", fingerprint="other-1")
    build(next(issues.iterdir()), archive=cluster_location, encoder=other, full=True)
    with pytest.raises(ModelMismatchError):
        copy_archive(tmp_path / "one", cluster_location)


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissingError):
        copy_archive(tmp_path / "none", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "none").exists()


def test_the_command_says_what_it_copied(
    issues: Path, tmp_path: Path, counting: CountingEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    build(issues, archive=tmp_path / "one", encoder=counting)
    assert main(["copy", str(tmp_path / "one"), str(tmp_path / "other")]) == 0
    assert capsys.readouterr().out.startswith("抄了 4 期、")
    with open_archive(tmp_path / "one").snapshot() as one, open_archive(tmp_path / "other").snapshot() as other:
        ids = one.chunk_ids()
        assert ids == other.chunk_ids()
        assert np.array_equal(one.vectors(ids), other.vectors(ids))
