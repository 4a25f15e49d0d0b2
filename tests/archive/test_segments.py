"""Segments: whatever an archive went through, its searches are those of an archive that was made at once."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings import ArchiveError, ArchiveReader, Article, Filters, Issue, Settings, open_archive
from embeddings.archive.base import ArchiveWriter, PreparedIssue
from embeddings.archive.local import ENGINE
from embeddings.archive.registry import open_for_writing
from embeddings.archive.segments import SegmentFolder, issue_identities
from embeddings.chunking import chunk_article
from tests.support.cost import growth

SETTINGS = Settings("plain", "plain-1", 8, 60, 0)
WORDS = [
    *("水渠", "新桥", "学校", "医院", "小麦", "公园", "道路", "灯光"),
    *("演出", "比赛", "老人", "孩子", "图书", "河堤", "果园", "集市"),
]
QUESTIONS = ["水渠和新桥", "学校的孩子比赛", "老人在公园", "图书12本", "医院"]


def issue_of(number: int, articles: int = 3) -> PreparedIssue:
    draw = random.Random(number)
    issue = Issue(f"{number:064d}", f"第{number}期", None, f"/issues/{number}.txt")
    made = [
        Article(f"{number}-{at}", issue, f"第{number}期第{at}篇", "".join(draw.choices(WORDS, k=12)) + f"共{at}处。")
        for at in range(articles)
    ]
    issue = Issue(issue.id, issue.name, None, issue.source, articles=tuple(made))
    chunks = {
        article.id: [
            (chunk, f"key of {article.id} {chunk.start}")
            for chunk in chunk_article(article, max_chars=20, overlap_chars=0)
        ]
        for article in made
    }
    return PreparedIssue(issue, "recipe", "/issues", f"reading {number}", chunks)


def vector_of(key: str) -> np.ndarray:
    direction = np.random.default_rng(list(key.encode())).standard_normal(8).astype(np.float32)
    return np.asarray(direction / np.linalg.norm(direction))


def commit(archive: ArchiveWriter, *add: int, remove: tuple[int, ...] = (), derive: bool = True) -> None:
    issues = [issue_of(number) for number in add]
    keys = [key for issue in issues for pairs in issue.chunks.values() for _, key in pairs]
    archive.store_vectors({key: vector_of(key) for key in keys})
    doomed = [known.key for known in archive.known_issues() if known.issue.name in {f"第{at}期" for at in remove}]
    assert len(doomed) == len(remove)
    archive.commit(add=issues, remove=doomed, settings=SETTINGS)
    if derive:
        archive.derive()


def answers(archive: ArchiveReader) -> object:
    """What the searches and listings give, by text."""
    with archive.snapshot() as snapshot:

        def texts(ids: list[str]) -> list[tuple[str, str]]:
            return [(article.title, chunk.text) for chunk, article in snapshot.read_chunks(ids)]

        words = [snapshot.search_words(question, 7) for question in QUESTIONS]
        near = [snapshot.search_vectors(vector_of(question), 7) for question in QUESTIONS]
        every = texts(snapshot.chunk_ids())
        one = snapshot.search_vectors(vector_of("x"), 5, filters=Filters(issue="第5期"))
        return (
            every,
            [(texts([hit.chunk_id for hit in found]), [hit.score for hit in found]) for found in [*words, *near, one]],
            [snapshot.term_statistics(question).frequencies.tolist() for question in QUESTIONS],
            [article.title for article in snapshot.find_phrase("新桥")],
            [article.title for article in snapshot.find_articles()],
            [(entry.issue.name, entry.articles, entry.chunks, entry.characters) for entry in snapshot.issues()],
            snapshot.sample_vectors().tolist(),
            snapshot.size,
        )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ArchiveWriter]:
    opened = open_for_writing(str(tmp_path / "archive"), create=True)
    yield opened
    opened.close()


def made_at_once(folder: Path, *numbers: int) -> object:
    other = open_for_writing(str(folder), create=True)
    commit(other, *numbers)
    try:
        return answers(other)
    finally:
        other.close()
        shutil.rmtree(folder)


def segments(archive: Path) -> list[str]:
    manifest = json.loads((archive / "segments" / "manifest.json").read_text(encoding="utf-8"))
    return [str(name) for name in manifest["segments"]]


def test_a_long_article_is_indexed_in_time(tmp_path: Path) -> None:
    made: dict[int, ArchiveWriter] = {}
    for size in (200, 800):
        archive = made[size] = open_for_writing(str(tmp_path / str(size)), create=True)
        issue = issue_of(1, 1)
        (article,) = issue.issue.articles
        article = replace(article, body="".join(random.Random(size).choices(WORDS, k=100 * size)) + " | 共三处。")
        cut = [(chunk, f"key of {chunk.start}") for chunk in chunk_article(article, max_chars=200, overlap_chars=0)]
        archive.store_vectors({key: vector_of("x") for _, key in cut})
        whole = replace(issue, issue=replace(issue.issue, articles=(article,)), chunks={article.id: cut})
        archive.commit(add=[whole], remove=[], settings=SETTINGS)
    assert growth(lambda size: made[size].derive(afresh=True), small=200, large=800) < 9  # 16 with its square


def test_changes_one_by_one_are_found_as_if_made_at_once(archive: ArchiveWriter, tmp_path: Path) -> None:
    for number in range(6):
        commit(archive, number)
    commit(archive, remove=(2,))
    commit(archive, 6, 7, remove=(5,))
    commit(archive, 5, remove=(0,))
    assert answers(archive) == made_at_once(tmp_path / "other", 1, 3, 4, 6, 7, 5)


def test_segments_stay_few_and_merging_changes_nothing(
    archive: ArchiveWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.archive.segments._SMALLEST_SIZE", 24)
    for number in range(40):
        commit(archive, number, remove=(number - 20,) if number >= 20 else ())
        assert len(segments(tmp_path / "archive")) <= 16
    assert {path.name for path in (tmp_path / "archive" / "segments").iterdir() if path.is_dir()} == set(
        segments(tmp_path / "archive")
    )
    assert answers(archive) == made_at_once(tmp_path / "other", *range(20, 40))
    assert archive.derived_parts() == {"segments": True}


def test_a_segment_is_written_anew_when_most_of_it_is_gone(archive: ArchiveWriter, tmp_path: Path) -> None:
    commit(archive, *range(6))
    before = archive.size_on_disk(), segments(tmp_path / "archive")
    commit(archive, remove=(0, 1, 2, 3))
    assert segments(tmp_path / "archive") != before[1]
    assert answers(archive) == made_at_once(tmp_path / "other", 4, 5)


def test_adding_an_issue_leaves_the_other_segments_as_they_are(archive: ArchiveWriter, tmp_path: Path) -> None:
    commit(archive, *range(6))
    (first,) = segments(tmp_path / "archive")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "archive" / "segments" / first).iterdir()}
    commit(archive, 6, remove=(0,))
    assert segments(tmp_path / "archive")[0] == first
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_a_commit_whose_segments_are_not_written_yet_is_answered_from(archive: ArchiveWriter, tmp_path: Path) -> None:
    commit(archive, *range(4))
    commit(archive, 4, 5, remove=(1,), derive=False)  # a process that was killed right after its commit
    reader = open_archive(tmp_path / "archive")
    assert answers(reader) == made_at_once(tmp_path / "other", 0, 2, 3, 4, 5)
    assert reader.derived_parts() == {"segments": False}
    reader.close()
    archive.derive()
    assert archive.derived_parts() == {"segments": True}
    assert answers(archive) == made_at_once(tmp_path / "other", 0, 2, 3, 4, 5)


def test_a_snapshot_stays_as_it_was_while_segments_are_merged(archive: ArchiveWriter, tmp_path: Path) -> None:
    commit(archive, *range(4))
    reader = open_archive(tmp_path / "archive")
    with reader.snapshot() as snapshot:
        before = snapshot.chunk_ids()
        commit(archive, remove=(0, 1, 2))
        assert snapshot.chunk_ids() == before
        assert len(snapshot.read_chunks(before)) == len(before)
        assert snapshot.vectors(before).shape == (len(before), 8)
        late = open_archive(tmp_path / "archive")
        assert answers(late) == made_at_once(tmp_path / "other", 3)
        late.close()
    assert answers(reader) == answers(archive)
    reader.close()


def test_a_database_put_back_by_hand_never_answers_from_what_came_later(archive: ArchiveWriter, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    commit(archive, 0, 1)
    archive.copy_to(tmp_path / "kept.sqlite")
    commit(archive, 2, 3)
    archive.close()
    for path in folder.glob("archive.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "kept.sqlite", folder / "archive.sqlite")
    again = open_for_writing(str(folder), create=True)
    assert answers(again) == made_at_once(tmp_path / "other", 0, 1)
    commit(again, 9, 3)  # the same keys as issues that are gone had
    assert answers(again) == made_at_once(tmp_path / "other", 0, 1, 9, 3)
    again.close()


@pytest.fixture
def whole_readings(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry each time that what names the rows of all issues is read."""
    readings: list[None] = []

    def counted(connection: sqlite3.Connection, key: int | None = None) -> dict[str, int]:
        readings.extend([None] if key is None else [])
        return issue_identities(connection, key)

    monkeypatch.setattr("embeddings.archive.segments.issue_identities", counted)
    return readings


def test_a_change_reads_no_issue_but_its_own(
    archive: ArchiveWriter, tmp_path: Path, whole_readings: list[None]
) -> None:
    commit(archive, *range(4))
    reader = open_archive(tmp_path / "archive")
    assert answers(reader) == answers(archive)
    whole_readings.clear()
    commit(archive, 4, remove=(1,))
    commit(archive, remove=(4,))
    commit(archive, 5)  # the key of the one before
    assert answers(reader) == answers(archive) == made_at_once(tmp_path / "other", 0, 2, 3, 5)
    assert len(whole_readings) == 2  # of the archive that was made at once: to be derived, and to be asked
    reader.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_reader_that_falls_behind_sees_what_a_fresh_one_sees(
    archive: ArchiveWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("embeddings.archive.commits._NOTED", 3)
    monkeypatch.setattr("embeddings.archive.commits._MOST_ISSUES", 2)
    draw = random.Random(seed)
    commit(archive, 0)
    reader, present, ahead = open_archive(tmp_path / "archive"), [0], 1
    for _ in range(5):
        for _ in range(draw.randrange(6)):
            gone = draw.sample(present, draw.randrange(min(len(present), 3)))
            new = list(range(ahead, ahead + draw.randrange(3)))
            commit(archive, *new, remove=tuple(gone), derive=draw.random() < 0.7)
            present, ahead = [one for one in present if one not in gone] + new, ahead + len(new)
        fresh = open_archive(tmp_path / "archive")
        assert answers(reader) == answers(fresh)
        fresh.close()
    archive.derive()
    assert answers(archive) == made_at_once(tmp_path / "other", *present)
    reader.close()


def test_a_bit_that_flips_in_what_was_noted_of_commits_changes_no_answer(
    archive: ArchiveWriter, tmp_path: Path, whole_readings: list[None]
) -> None:
    commit(archive, *range(3))
    reader = open_archive(tmp_path / "archive")
    answers(reader)
    commit(archive, 3)
    with closing(sqlite3.connect(tmp_path / "archive" / "archive.sqlite")) as connection, connection:
        connection.execute("UPDATE commits SET issues = x'0100000000000000'")
    whole_readings.clear()
    assert answers(reader) == made_at_once(tmp_path / "other", *range(4))
    assert len(whole_readings) == 3  # one more than for the archive that was made at once
    reader.close()


def test_an_archive_that_was_restored_is_read_anew_by_who_has_it_open(archive: ArchiveWriter, tmp_path: Path) -> None:
    commit(archive, 0, 1)
    archive.copy_to(tmp_path / "kept.sqlite")
    reader = open_archive(tmp_path / "archive")
    assert answers(reader)
    ENGINE.restore(str(tmp_path / "archive"), tmp_path / "kept.sqlite", changes=(), moved={"/issues": "/moved"})
    with reader.snapshot() as snapshot:
        assert [issue.source for issue in snapshot.issue_names()] == ["/moved/0.txt", "/moved/1.txt"]
    reader.close()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [Path.unlink, cut_short, flip])
@pytest.mark.parametrize("name", ["rows", "terms", "vectors.faiss", "days", "segment.json"])
def test_a_damaged_segment_is_seen_and_made_again(
    archive: ArchiveWriter, tmp_path: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    commit(archive, *range(3))
    before = answers(archive)
    (segment,) = segments(tmp_path / "archive")
    spoil(tmp_path / "archive" / "segments" / segment / name)
    reader = open_archive(tmp_path / "archive")
    assert reader.derived_parts() == {"segments": False}
    assert answers(reader) == before
    reader.close()
    with open_fresh(tmp_path / "archive") as again:
        again.derive()
        assert answers(again) == before
        assert again.derived_parts() == {"segments": True}


def test_a_segment_that_is_damaged_is_made_anew_before_it_is_merged(
    archive: ArchiveWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.archive.segments._SMALLEST_SIZE", 24)
    monkeypatch.setattr("embeddings.index.segment._VERIFIED_BYTES", -1)  # as large segments are opened
    for number in range(7):
        commit(archive, number)
    for name in segments(tmp_path / "archive")[2:4]:
        flip(tmp_path / "archive" / "segments" / name / "rows")
    with open_fresh(tmp_path / "archive") as again:
        commit(again, 7)
        assert answers(again) == made_at_once(tmp_path / "other", *range(8))
        assert again.derived_parts() == {"segments": True}


class open_fresh:  # noqa: N801 - reads as a function
    def __init__(self, folder: Path) -> None:
        self._archive = open_for_writing(str(folder))

    def __enter__(self) -> ArchiveWriter:
        return self._archive

    def __exit__(self, *_: object) -> None:
        self._archive.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"segments": [1, "../x", "gone"]}', b"\xff\xfe"])
def test_a_manifest_that_names_nothing_costs_time_only(archive: ArchiveWriter, tmp_path: Path, content: bytes) -> None:
    commit(archive, *range(3))
    before = answers(archive)
    (tmp_path / "archive" / "segments" / "manifest.json").write_bytes(content)
    reader = open_archive(tmp_path / "archive")
    assert answers(reader) == before
    reader.close()


@pytest.mark.parametrize("at", range(1, 6))
def test_an_update_that_is_killed_leaves_the_old_or_the_new(
    archive: ArchiveWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr("embeddings.archive.segments._SMALLEST_SIZE", 24)
    for number in range(7):
        commit(archive, number)
    calls = 0
    name, new_folder = SegmentFolder._name, SegmentFolder._new_folder

    def dying(original: Callable[..., object]) -> Callable[..., object]:
        def call(*values: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at:
                raise KeyboardInterrupt
            return original(*values)

        return call

    monkeypatch.setattr(SegmentFolder, "_name", dying(name))
    monkeypatch.setattr(SegmentFolder, "_new_folder", dying(new_folder))
    if at <= 4:  # one new segment, named; eight merged, named
        with pytest.raises((KeyboardInterrupt, ArchiveError)):
            commit(archive, 7)
    else:
        commit(archive, 7)
    monkeypatch.setattr(SegmentFolder, "_name", name)
    monkeypatch.setattr(SegmentFolder, "_new_folder", new_folder)
    reader = open_archive(tmp_path / "archive")
    expected = made_at_once(tmp_path / "other", *range(8))
    assert answers(reader) == expected
    reader.close()
    archive.derive()
    assert answers(archive) == expected
    assert {path.name for path in (tmp_path / "archive" / "segments").iterdir() if path.is_dir()} == set(
        segments(tmp_path / "archive")
    )


def test_an_archive_of_the_last_release_gets_its_segments_when_it_is_opened(
    archive: ArchiveWriter, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    commit(archive, *range(3))
    before = answers(archive)
    archive.close()
    shutil.rmtree(folder / "segments")
    for name in ("vectors.faiss", "lexical.npz"):
        (folder / name).write_bytes(b"of release 0.1.0")
    reader = open_archive(folder)
    assert answers(reader) == before
    assert reader.derived_parts() == {"segments": True}
    assert not list(folder.glob("*.faiss"))
    assert not list(folder.glob("*.npz"))
    reader.close()
