"""Building: what is encoded, what is kept, what is removed, and what a killed build leaves."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embeddings import (
    Archive,
    ArchiveDamagedError,
    ArchiveLockedError,
    ArchiveMissingError,
    BuildOptions,
    Filters,
    ModelMismatchError,
    Progress,
    SourceError,
    add,
    build,
    preview,
    remove,
    take_in,
)
from embeddings.archive.registry import lock_archive
from embeddings.archive.segments import SegmentFolder
from embeddings.ingest.plan import with_ids
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue
from tests.support.cost import growth
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT


def write_issue(folder: Path, name: str, *texts: str, day: str = "2025-09-13") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"title": f"题{number}", "date": day, "text": text} for number, text in enumerate(texts)]
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    write_issue(folder, "a.jsonl", "甲地下了一场大雨。", "乙村修好了水渠。")
    write_issue(folder, "b.jsonl", "丙校举行运动会。", day="2025-09-20")
    return folder


def titles_and_texts(archive: Path) -> list[tuple[str, str]]:
    with Archive.open(archive).snapshot() as snapshot:
        found = snapshot.read_chunks(snapshot.chunk_ids())
    return sorted((article.title, chunk.text) for chunk, article in found)


def test_the_first_build_encodes_everything(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert (report.added, report.articles, report.chunks_encoded, report.chunks_reused) == (2, 3, 3, 0)
    assert len(counting.encoded) == 3


def test_an_unchanged_issue_is_not_encoded_again(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert (report.unchanged, report.chunks_encoded, counting.encoded) == (2, 0, [])


def test_a_new_issue_encodes_only_its_own(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    write_issue(issues, "c.jsonl", "丁镇开了新集市。")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert (report.added, report.unchanged, counting.encoded) == (1, 2, ["题0\n丁镇开了新集市。"])


def test_a_changed_issue_replaces_its_old_self(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    write_issue(issues, "a.jsonl", "甲地下了一场大雨。", "乙村修好了两条水渠。")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert (report.replaced, report.chunks_encoded, report.chunks_reused) == (1, 1, 1)
    assert ("题1", "乙村修好了水渠。") not in titles_and_texts(tmp_path / "archive")
    assert ("题1", "乙村修好了两条水渠。") in titles_and_texts(tmp_path / "archive")


def test_a_file_that_has_gone_is_removed(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    (issues / "b.jsonl").unlink()
    assert build(issues, archive=tmp_path / "archive", encoder=counting).removed == 1
    assert len(titles_and_texts(tmp_path / "archive")) == 2


def test_a_moved_file_is_not_encoded_again(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    (issues / "b.jsonl").rename(issues / "moved.jsonl")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert (report.added, report.removed, counting.encoded) == (1, 1, [])


def test_an_issue_added_by_hand_survives_a_build_of_another_folder(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    extra = write_issue(tmp_path / "extra", "x.jsonl", "戊街换了路灯。")
    build(issues, archive=tmp_path / "archive", encoder=counting)
    add(extra, archive=tmp_path / "archive", encoder=counting)
    extra.unlink()
    assert build(issues, archive=tmp_path / "archive", encoder=counting).removed == 0
    assert ("题0", "戊街换了路灯。") in titles_and_texts(tmp_path / "archive")


def test_a_file_that_cannot_be_read_is_reported_and_its_old_self_stays(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    (issues / "a.jsonl").write_text("{", encoding="utf-8")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert [Path(skipped.path).name for skipped in report.skipped] == ["a.jsonl"]
    assert "line 1" in report.skipped[0].reason
    assert ("题1", "乙村修好了水渠。") in titles_and_texts(tmp_path / "archive")


def test_the_same_bytes_are_indexed_once(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    shutil.copy(issues / "a.jsonl", issues / "copy.jsonl")
    report = build(issues, archive=tmp_path / "archive", encoder=counting)
    assert report.added == 2
    assert "same bytes as a.jsonl" in report.skipped[0].reason


def test_an_issue_is_removed_by_name_and_a_wrong_name_is_an_error(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    with pytest.raises(SourceError, match="no issue called 'z'"):
        remove(["z"], archive=tmp_path / "archive")
    assert remove(["b"], archive=tmp_path / "archive").removed == 1
    assert len(titles_and_texts(tmp_path / "archive")) == 2


def test_another_model_of_the_same_dimension_is_refused_and_full_changes_it(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    other = CountingEncoder(name="other", fingerprint="other-1")
    with pytest.raises(ModelMismatchError, match=r"built with counting.*--full --model other"):
        build(issues, archive=tmp_path / "archive", encoder=other)
    assert build(issues, archive=tmp_path / "archive", encoder=other, full=True).chunks_encoded == 3
    settings = Archive.open(tmp_path / "archive").settings
    assert settings is not None
    assert settings.model == "other"


def test_a_full_build_with_another_model_encodes_issues_added_by_hand_too(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    extra = write_issue(tmp_path / "extra", "x.jsonl", "戊街换了路灯。")
    build(issues, archive=tmp_path / "archive", encoder=counting)
    add(extra, archive=tmp_path / "archive", encoder=counting)
    other = CountingEncoder(name="other", fingerprint="other-1", dimension=12)
    assert build(issues, archive=tmp_path / "archive", encoder=other, full=True).chunks_encoded == 4
    with Archive.open(tmp_path / "archive").snapshot() as snapshot:
        assert snapshot.vectors(snapshot.chunk_ids()).shape == (4, 12)


def test_progress_reaches_the_number_of_articles(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    seen: list[Progress] = []
    build(issues, archive=tmp_path / "archive", encoder=counting, options=BuildOptions(on_progress=seen.append))
    assert [progress.file for progress in seen[:2]] == ["a.jsonl", "b.jsonl"]
    assert seen[2] == Progress(articles_done=0, articles=3, chunks_done=0, chunks=3)
    assert seen[-1] == Progress(articles_done=3, articles=3, chunks_done=3, chunks=3)
    assert seen[2].seconds_left is None
    assert seen[-1].seconds_left == 0.0


def test_a_second_build_waits_and_then_says_who_holds_the_lock(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    heard: list[str] = []
    with lock_archive(tmp_path / "archive", wait_seconds=0):
        options = BuildOptions(wait_seconds=0.2, on_wait=heard.append)
        with pytest.raises(ArchiveLockedError, match=f"process {os.getpid()}"):
            build(issues, archive=tmp_path / "archive", encoder=counting, options=options)
    assert f"process {os.getpid()}" in heard[0]


def test_filters_narrow_both_searches(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    late = Filters(since=date(2025, 9, 14))
    vector = counting.encode_questions(["运动会"])[0]
    with Archive.open(tmp_path / "archive").snapshot() as snapshot:
        for found in (
            snapshot.search_vectors(vector, 9, filters=late),
            snapshot.search_words("丙校运动会大雨", 9, filters=late),
        ):
            assert [
                article.issue.name for _, article in snapshot.read_chunks([scored.chunk_id for scored in found])
            ] == ["b"]
        assert snapshot.search_vectors(vector, 9, filters=replace(late, issue="a")) == []


def test_damaged_search_files_are_made_again(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    folder = tmp_path / "archive"
    build(issues, archive=folder, encoder=counting)
    before = titles_and_texts(folder)
    (segment,) = (path for path in (folder / "segments").iterdir() if path.is_dir())
    (segment / "vectors.faiss").write_bytes((segment / "vectors.faiss").read_bytes()[:-7])
    assert titles_and_texts(folder) == before
    counting.encoded.clear()
    build(issues, archive=folder, encoder=counting)
    assert counting.encoded == []
    assert all(Archive.open(folder).derived_parts().values())


def test_search_files_of_another_archive_are_not_used(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    build(issues / "a.jsonl", archive=tmp_path / "one", encoder=counting)
    build(issues / "b.jsonl", archive=tmp_path / "two", encoder=counting)
    before = titles_and_texts(tmp_path / "two")
    shutil.rmtree(tmp_path / "two" / "segments")
    shutil.copytree(tmp_path / "one" / "segments", tmp_path / "two" / "segments")
    assert titles_and_texts(tmp_path / "two") == before
    assert not all(Archive.open(tmp_path / "two").derived_parts().values())


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\x00" * 500])
def test_a_file_that_is_no_archive_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "archive.sqlite").write_bytes(content)
    with pytest.raises(ArchiveDamagedError, match="cannot be read as an archive"):
        Archive.open(tmp_path)


def test_a_missing_archive_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissingError, match="bulletin build"):
        Archive.open(tmp_path / "nothing")


def test_a_missing_source_is_named(tmp_path: Path, counting: CountingEncoder) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        build(tmp_path / "nowhere", archive=tmp_path / "archive", encoder=counting)


def test_a_snapshot_stays_as_it_was_while_a_build_commits(
    issues: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    archive = Archive.open(tmp_path / "archive")
    with archive.snapshot() as held:
        (issues / "a.jsonl").unlink()
        build(issues, archive=tmp_path / "archive", encoder=counting)
        assert len(held.read_chunks(held.chunk_ids())) == 3
        with archive.snapshot() as newer:
            assert newer.size == 1
            assert newer.generation != held.generation


def test_article_ids_survive_a_correction_of_the_body(issues: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    def ids() -> list[str]:
        with Archive.open(tmp_path / "archive").snapshot() as snapshot:
            return [article.id for article in snapshot.read_issue("a")[0].articles]

    build(issues, archive=tmp_path / "archive", encoder=counting)
    before = ids()
    write_issue(issues, "a.jsonl", "甲地下了一场小雨。", "乙村修好了水渠。")
    build(issues, archive=tmp_path / "archive", encoder=counting)
    assert ids() == before


KILLED_BUILD = """
import sys
sys.path.insert(0, sys.argv[3])
from tests.support.fakes import CountingEncoder
from embeddings import build
build(sys.argv[1], archive=sys.argv[2], encoder=CountingEncoder())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process outright")
@pytest.mark.slow
def test_a_killed_build_leaves_the_old_archive_or_the_new_one(tmp_path: Path, counting: CountingEncoder) -> None:
    old_issues, new_issues = tmp_path / "old", tmp_path / "new"
    for number in range(6):
        write_issue(old_issues, f"{number}.jsonl", *(f"旧的第{number}期第{n}篇说了一件小事。" for n in range(20)))
        write_issue(new_issues, f"{number}.jsonl", *(f"新的第{number}期第{n}篇说了两件大事。" for n in range(20)))
    archive = tmp_path / "archive"
    issues = tmp_path / "issues"
    shutil.copytree(old_issues, issues)
    build(issues, archive=archive, encoder=counting)
    old = titles_and_texts(archive)
    build(new_issues, archive=tmp_path / "expected", encoder=counting)
    new = titles_and_texts(tmp_path / "expected")
    shutil.rmtree(issues)
    shutil.copytree(new_issues, issues)
    command = [sys.executable, "-c", KILLED_BUILD, str(issues), str(archive), str(ROOT)]
    pause = random.Random(7)
    for _ in range(8):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(0.2 + pause.random())
        process.kill()
        process.wait()
        assert titles_and_texts(archive) in (old, new)
        assert not Archive.open(archive).damage()
    build(issues, archive=archive, encoder=counting)
    assert titles_and_texts(archive) == new


def days_in(archive: Path) -> dict[str, date | None]:
    with Archive.open(archive).snapshot() as snapshot:
        return {entry.issue.name: entry.issue.date for entry in snapshot.issues()}


@pytest.mark.parametrize(
    ("folder", "day"),
    [
        ("青禾日报-2023-08-01/01版", date(2023, 8, 1)),
        ("青禾日报20230801", date(2023, 8, 1)),
        ("备份2023-08-01", None),
        ("2023-08-01", None),
    ],
)
def test_a_file_without_a_day_has_that_of_the_folder_that_is_named_by_its_paper_and_its_day(
    folder: str, day: date | None, tmp_path: Path, counting: CountingEncoder
) -> None:
    text = "# 水渠通水\n\n乙村的水渠昨天通了水，全长三千米，沿渠的三个村子都用上了自来水。\n".encode()
    place = tmp_path / "issues" / folder / "水渠.txt"
    place.parent.mkdir(parents=True)
    place.write_bytes(text)
    archive = tmp_path / "archive"
    build(tmp_path / "issues", archive=archive, encoder=counting)
    assert days_in(archive) == {"水渠": day}
    assert build(tmp_path / "issues", archive=archive, encoder=counting).unchanged == 1
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr(f"{folder}/河堤.txt", text.replace("水渠".encode(), "河堤".encode()))
    (draft,) = preview([tmp_path / "packed.zip"], archive=archive).drafts
    assert draft.issue.date == day
    report = take_in([draft], [draft.issue], archive=archive, encoder=counting)
    assert (days_in(archive)["河堤"], report.stale_corrections) == (day, ())


def test_an_archive_that_is_named_by_paper_and_day_dates_what_it_holds_and_no_day_of_a_text_gives_way(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    path, archive = tmp_path / "青禾日报-2023-08-01.zip", tmp_path / "archive"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("水渠.txt", "# 水渠通水\n\n乙村的水渠昨天通了水，沿渠的三个村子都用上了自来水。\n")
        packed.writestr("旧闻-2022-01-05.txt", "# 河堤动工\n\n河堤步道昨天动工，全长二点三公里，明年三月完工。\n")
    build(path, archive=archive, encoder=counting)
    assert sorted(map(str, days_in(archive).values())) == ["2022-01-05", "2023-08-01"]


def test_articles_of_one_title_have_ids_of_their_own_which_cost_the_same_each() -> None:
    def identify(count: int) -> None:
        parsed = ParsedIssue("报", None, tuple(ParsedArticle(title="要闻", body=f"第{at}条。") for at in range(count)))
        ids = [article.source_id for article in with_ids(parsed, Document("报.txt", b"")).articles]
        assert len(set(ids)) == count

    assert growth(identify, small=1_000, large=4_000) < 9  # with the square it would be 16


def test_a_change_whose_search_index_cannot_be_written_is_no_error_and_is_found(
    tmp_path: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: SegmentFolder) -> Path:
        raise OSError(28, "No space left on device")

    archive = tmp_path / "archive"
    write_issue(tmp_path / "issues", "甲.txt", "乙村的水渠通了水。")
    with monkeypatch.context() as changed:
        changed.setattr(SegmentFolder, "_new_folder", full)
        assert build(tmp_path / "issues", archive=archive, encoder=counting).added == 1
    with Archive.open(archive).snapshot() as snapshot:
        assert len(snapshot.search_words("水渠", 5)) == 1
    assert not all(Archive.open(archive).derived_parts().values())
    build(tmp_path / "issues", archive=archive, encoder=counting)
    assert all(Archive.open(archive).derived_parts().values())
