"""Bits that flip on a disk are found, and what another copy can give is mended."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from embeddings import ArchiveError, build, correct_article, open_archive
from embeddings.errors import ArchiveCode
from embeddings.ingest.build import stale_sources
from embeddings.ingest.repair import RepairReport, repair
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue

FLIPS = 80

Contents = tuple[list[tuple[Any, ...]], list[bytes]]


@pytest.fixture
def archive(tmp_path: Path, counting: CountingEncoder) -> Path:
    write_issue(tmp_path / "issues", "甲报.jsonl", [row | {"id": f"a{at}"} for at, row in enumerate(ROWS)])
    write_issue(
        tmp_path / "issues", "乙报.jsonl", [{"title": "丁校开学", "text": "丁校开学了。" * 30, "date": "2025-09-13"}]
    )
    folder = tmp_path / "archive"
    build(tmp_path / "issues", archive=folder, encoder=counting)
    correct_article("a1", title="大雨", archive=folder, encoder=counting)
    return folder


def contents(archive: Path) -> Contents:
    """All that an answer is made of."""
    opened = open_archive(archive)
    try:
        with opened.snapshot() as snapshot:
            found = snapshot.read_chunks(snapshot.chunk_ids())
            texts = [
                (article.issue, article.heading, article.body, article.date, chunk.start, chunk.end)
                for chunk, article in found
            ]
            vectors = [vector.tobytes() for vector in snapshot.vectors(snapshot.chunk_ids())]
        pairs = sorted(zip(texts, vectors, strict=True), key=repr)
        return [text for text, _ in pairs], [vector for _, vector in pairs]
    finally:
        opened.close()


def change(archive: Path, statement: str, *values: object) -> None:
    """Change the database as a flipped bit does: no checksum follows."""
    with closing(sqlite3.connect(archive / "archive.sqlite")) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0
    shutil.rmtree(archive / "segments", ignore_errors=True)


def mended(archive: Path) -> RepairReport:
    report = repair(archive, encoder=CountingEncoder())
    assert bool(report.left) == bool(open_archive(archive).damage())
    return report


DAMAGES = {
    "a body": "UPDATE articles SET body = replace(body, '三', '四') WHERE body LIKE '%三%'",
    "a title": "UPDATE articles SET title = '大雪' WHERE title = '大雨'",
    "a byline": "UPDATE articles SET byline = '乙' WHERE id = 'a0'",
    "a day": "UPDATE articles SET date = '2025-09-12' WHERE date IS NOT NULL",
    "no day any more": "UPDATE issues SET date = '2025-0A-13' WHERE date IS NOT NULL",
    "bytes that are no text": "UPDATE articles SET body = CAST(x'e4b9ffb1' AS TEXT) WHERE id = 'a2'",
    "the boxes of an article": "UPDATE articles SET boxes = '[[[1,' WHERE id = 'a0'",
    "boxes of another kind": "UPDATE articles SET boxes = '[[1]]' WHERE id = 'a0'",
    "the name of an issue": "UPDATE issues SET name = '丙报' WHERE name = '甲报'",
    "the id of an issue": "UPDATE issues SET id = 'f' || substr(id, 2) WHERE name = '甲报'",
    "the file of an issue": "UPDATE issues SET source = replace(source, '甲', '丙') WHERE name = '甲报'",
    "the end of a chunk": "UPDATE chunks SET end = end - 1 WHERE start = 0",
    "the vector of a chunk": "UPDATE chunks SET vector_key = (SELECT min(vector_key) FROM vectors)",
    "the issue of an article": (
        "UPDATE articles SET issue_key = (SELECT issue_key FROM issues WHERE name = '乙报') WHERE id = 'a0'"
    ),
    "a vector": "UPDATE vectors SET vector = x'0000803f' || substr(vector, 5)",
    "a vector's length": "UPDATE vectors SET vector = substr(vector, 5)",
    "a lost vector": "DELETE FROM vectors",
    "a reading": "UPDATE readings SET reading = replace(reading, '水', '火')",
    "a setting": "UPDATE settings SET value = '999' WHERE name = 'max_chars'",
    "the model": "UPDATE settings SET value = 'countinf-1' WHERE name = 'fingerprint'",
}


@pytest.mark.parametrize("what", DAMAGES)
def test_what_has_changed_on_the_disk_is_found_and_mended(what: str, archive: Path) -> None:
    before = contents(archive)
    assert not open_archive(archive).damage()
    change(archive, DAMAGES[what])
    assert open_archive(archive).damage().lines()
    report = mended(archive)
    assert report.mended
    assert report.left == ()
    assert contents(archive) == before
    assert build(archive.parent / "issues", archive=archive, encoder=CountingEncoder()).unchanged == 2


def test_an_issue_whose_file_is_gone_comes_back_from_what_was_read_of_it(archive: Path) -> None:
    before = contents(archive)
    (archive.parent / "issues" / "甲报.jsonl").unlink()
    change(archive, DAMAGES["a title"])
    change(archive, DAMAGES["a body"])
    assert "from what was read of it before" in " ".join(mended(archive).mended)
    assert contents(archive) == before  # with its correction


def test_what_has_no_other_copy_is_said_and_left(archive: Path) -> None:
    (archive.parent / "issues" / "甲报.jsonl").unlink()
    change(archive, DAMAGES["a title"])
    change(archive, DAMAGES["a reading"])
    report = mended(archive)
    assert any(line.startswith("甲报: ") and "restore a backup" in line for line in report.left)
    assert len(contents(archive)[0]) == 4


def test_indexes_of_the_database_are_made_again(archive: Path) -> None:
    before = contents(archive)
    with closing(sqlite3.connect(archive / "archive.sqlite")) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles_by_id'").fetchone()[0]
    spoil(archive, page, 30)
    assert open_archive(archive).damage().structure
    assert mended(archive).left == ()
    assert contents(archive) == before


def test_of_a_broken_database_what_can_be_read_is_kept_and_the_rest_read_again(archive: Path) -> None:
    before = contents(archive)
    with closing(sqlite3.connect(archive / "archive.sqlite")) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()[0]
    spoil(archive, page, 60)
    assert open_archive(archive).damage().structure
    mended(archive)
    build(archive.parent / "issues", archive=archive, full=True, encoder=CountingEncoder())
    assert not open_archive(archive).damage()
    assert contents(archive) == before


def spoil(archive: Path, page: int, length: int) -> None:
    """Overwrite the beginning of a page of the database."""
    path = archive / "archive.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.rmtree(archive / "segments", ignore_errors=True)
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : (page - 1) * size + length] = bytes([0xA5]) * length
    path.write_bytes(content)


def outcome(call: Callable[[], object]) -> object:
    """What a call gives, or the error of ours that it raises; any other error fails the test."""
    try:
        return call()
    except ArchiveError as error:
        return error.code


def test_no_flipped_bit_changes_a_text_or_a_vector_unseen(archive: Path, tmp_path: Path) -> None:
    before = contents(archive)
    with closing(sqlite3.connect(archive / "archive.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.rmtree(archive / "segments")
    pristine = (archive / "archive.sqlite").read_bytes()
    draw = random.Random(14)
    seen = changed = 0
    for _ in range(FLIPS):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        flipped = bytearray(pristine)
        flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
        (copy / "archive.sqlite").write_bytes(flipped)
        found = outcome(lambda copy=copy: open_archive(copy).damage().lines())
        if outcome(lambda copy=copy: contents(copy)) != before:
            changed += 1
            assert found, "a flipped bit changed something and was not found"
        seen += bool(found)
    assert seen >= changed > 0


def test_a_file_of_corrections_that_has_changed_is_told(archive: Path) -> None:
    assert stale_sources(open_archive(archive)) == []
    log = archive.parent / "issues" / "corrections.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace("大雨", "大雪"), encoding="utf-8")
    (line,) = stale_sources(open_archive(archive))
    assert line.startswith("甲报: ")
    assert "corrections.jsonl" in line
    log.write_text("{", encoding="utf-8")
    assert len(stale_sources(open_archive(archive))) == 2  # a file that cannot be read tells nothing of any issue


@pytest.mark.parametrize("spoiled", ["x'006162'", "x'00eece'"])
def test_a_number_that_has_become_a_text_is_told_and_mended(spoiled: str, archive: Path) -> None:
    before = contents(archive)
    change(archive, f"UPDATE chunks SET start = CAST({spoiled} AS TEXT) WHERE chunk_key = 1")
    assert outcome(lambda: contents(archive)) is ArchiveCode.DAMAGED
    assert mended(archive).left == ()
    assert contents(archive) == before


def test_commits_that_were_lost_with_the_log_are_missed(archive: Path, counting: CountingEncoder) -> None:
    old = (archive / "archive.sqlite").read_bytes()
    write_issue(archive.parent / "issues", "丙报.jsonl", [{"title": "新", "text": "丙地通了车。"}])
    build(archive.parent / "issues", archive=archive, encoder=counting)
    for path in archive.glob("archive.sqlite*"):
        path.unlink()
    (archive / "archive.sqlite").write_bytes(old)
    assert open_archive(archive).damage().lost == 1
    report = repair(archive, encoder=counting)
    assert "bulletin build" in " ".join(report.left)
    assert not open_archive(archive).damage()
    build(archive.parent / "issues", archive=archive, encoder=counting)
    assert len(contents(archive)[0]) == 5


def test_a_count_of_commits_that_cannot_be_read_alarms_nobody(archive: Path) -> None:
    path = archive / "archive.commits"
    count = path.read_bytes()
    for at in range(len(count)):
        path.write_bytes(count[:at] + bytes([count[at] ^ 1]) + count[at + 1 :])
        assert not open_archive(archive).damage()
    path.unlink()
    assert not open_archive(archive).damage()


def test_deleting_the_log_beside_the_database_loses_nothing(archive: Path, counting: CountingEncoder) -> None:
    holding = open_archive(archive)
    with holding.snapshot():  # so that no connection is the last, which would empty the log
        pass
    write_issue(archive.parent / "issues", "丙报.jsonl", [{"title": "新", "text": "丙地通了车。"}])
    build(archive.parent / "issues", archive=archive, encoder=counting)
    copy = archive.parent / "copy"
    copy.mkdir()
    shutil.copy(archive / "archive.sqlite", copy)
    shutil.copy(archive / "archive.commits", copy)
    assert contents(copy) == contents(archive)
    assert not open_archive(copy).damage()
    holding.close()


def segments_of(archive: Path) -> dict[str, list[int]]:
    """The segments by name, each with when its files were written."""
    return {
        folder.name: [path.stat().st_mtime_ns for path in sorted(folder.iterdir())]
        for folder in (archive / "segments").iterdir()
        if folder.is_dir()
    }


def flip_in(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


@pytest.fixture
def in_segments(archive: Path, counting: CountingEncoder) -> Path:
    """The archive with three segments."""
    write_issue(archive.parent / "issues", "丙报.jsonl", [{"title": "丙报", "text": "丙报说水渠通了水。"}])
    build(archive.parent / "issues", archive=archive, encoder=counting)
    assert len(segments_of(archive)) >= 3
    return archive


def test_repairing_a_whole_archive_makes_nothing_anew(in_segments: Path) -> None:
    before = segments_of(in_segments)
    counting = CountingEncoder()
    assert repair(in_segments, encoder=counting) == RepairReport()
    assert segments_of(in_segments) == before
    assert counting.encoded == []


@pytest.mark.parametrize("name", ["rows", "vectors.faiss", "segment.json"])
def test_only_the_segment_that_is_damaged_is_made_anew(
    name: str, in_segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index.segment._VERIFIED_BYTES", -1)  # as large segments are opened
    before, held = segments_of(in_segments), contents(in_segments)
    damaged = min(before)
    flip_in(in_segments / "segments" / damaged / name)
    (line,) = mended(in_segments).mended
    assert line.startswith("1 segments of the search index")
    after = segments_of(in_segments)
    assert damaged not in after
    assert {one: after[one] for one in before if one != damaged} == {
        one: times for one, times in before.items() if one != damaged
    }
    assert contents(in_segments) == held
    assert open_archive(in_segments).derived_parts() == {"segments": True}


def test_issues_that_the_index_lacks_are_put_into_it(in_segments: Path) -> None:
    before = segments_of(in_segments)
    lost = min(before)
    shutil.rmtree(in_segments / "segments" / lost)
    assert "the search index" in " ".join(mended(in_segments).mended)
    assert set(before) - {lost} <= set(segments_of(in_segments))
    assert open_archive(in_segments).derived_parts() == {"segments": True}


def test_a_vector_that_is_mended_is_mended_in_the_index_that_was_made_of_it(in_segments: Path) -> None:
    held, before = contents(in_segments), segments_of(in_segments)
    spoil_vectors = "UPDATE vectors SET vector = zeroblob(length(vector))"
    with closing(sqlite3.connect(in_segments / "archive.sqlite")) as connection, connection:
        connection.execute(spoil_vectors)
    mended(in_segments)
    assert segments_of(in_segments) == before  # which were made before the bits flipped
    change(in_segments, spoil_vectors)
    contents(in_segments)
    build(in_segments.parent / "issues", archive=in_segments, encoder=CountingEncoder())  # makes segments of them
    assert contents(in_segments) != held
    mended(in_segments)
    assert contents(in_segments) == held


def test_damages_that_meet_are_mended_together(in_segments: Path) -> None:
    held = contents(in_segments)
    for issue in ("甲报", "丙报"):
        change(
            in_segments,
            "UPDATE chunks SET start = CAST(x'006162' AS TEXT) WHERE chunk_key = (SELECT min(chunk_key) FROM chunks "
            "JOIN articles USING (article_key) JOIN issues USING (issue_key) WHERE name = ?)",
            issue,
        )
    change(in_segments, DAMAGES["a lost vector"])
    assert open_archive(in_segments).derived_parts() == {"segments": False}
    assert mended(in_segments).left == ()
    assert contents(in_segments) == held


def test_what_cannot_be_indexed_is_told_with_what_was_mended(in_segments: Path) -> None:
    (in_segments.parent / "issues" / "甲报.jsonl").unlink()
    change(in_segments, DAMAGES["a reading"])
    change(
        in_segments,
        "UPDATE chunks SET start = CAST(x'006162' AS TEXT) WHERE article_key = "
        "(SELECT article_key FROM articles WHERE id = 'a0')",
    )
    report = repair(in_segments, encoder=CountingEncoder())
    assert report.mended
    assert any("restore a backup" in line for line in report.left)
    assert any("cannot be read as an archive" in line for line in report.left)
