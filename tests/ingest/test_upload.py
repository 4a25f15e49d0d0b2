"""An issue arrives by hand: previewed, edited, kept, indexed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, Article, BulletinError, SourceError, build, preview, take_in, withdraw
from embeddings.ingest.upload import safe_name
from tests.support.fakes import CountingEncoder

TEXT = """# 水渠修好了

本报记者 某某

乙村的水渠修好了，全长三千米。

# 大雨下了一夜

昨夜甲地下了大雨，路断了。
"""


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    path = tmp_path / "dropped" / "青禾 周报.txt"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    return path


def articles_of(archive: Path) -> list[Article]:
    with Archive.open(archive).snapshot() as snapshot:
        return [article for entry in snapshot.issues() for article in snapshot.read_issue(entry.issue.id)[0].articles]


def test_a_preview_shows_what_would_be_indexed_and_indexes_nothing(dropped: Path, tmp_path: Path) -> None:
    shown = preview([dropped], archive=tmp_path / "archive")
    (draft,) = shown.drafts
    assert [(article.title, article.byline) for article in draft.issue.articles] == [
        ("水渠修好了", "本报记者 某某"),
        ("大雨下了一夜", ""),
    ]
    assert articles_of(tmp_path / "archive") == []


def test_what_an_editor_changes_is_indexed_and_the_file_is_kept_as_it_came(
    dropped: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    archive = tmp_path / "archive"
    (draft,) = preview([dropped], archive=archive).drafts
    first, _ = draft.issue.articles
    wanted = replace(draft.issue, date=date(2025, 9, 13), articles=(replace(first, title="乙村水渠修好"),))
    report = take_in([draft], [wanted], archive=archive, encoder=counting)
    (article,) = articles_of(archive)
    assert (report.added, article.title, article.date) == (1, "乙村水渠修好", date(2025, 9, 13))
    assert (archive / "issues" / "青禾 周报.txt").read_text(encoding="utf-8") == TEXT
    dropped.unlink()
    build(archive / "issues", archive=archive, full=True, encoder=counting)
    assert [article.title for article in articles_of(archive)] == ["乙村水渠修好"]


def test_the_same_file_dropped_twice_is_kept_once(dropped: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    archive = tmp_path / "archive"
    for _ in range(2):
        drafts = preview([dropped], archive=archive).drafts
        take_in(drafts, [draft.issue for draft in drafts], archive=archive, encoder=counting)
    assert [path.name for path in (archive / "issues").iterdir()] == ["青禾 周报.txt"]
    assert len(articles_of(archive)) == 2


def test_another_file_of_the_same_name_is_kept_beside_the_first(
    dropped: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    archive = tmp_path / "archive"
    for text in (TEXT, TEXT.replace("三千米", "四千米")):
        dropped.write_text(text, encoding="utf-8")
        drafts = preview([dropped], archive=archive).drafts
        take_in(drafts, [draft.issue for draft in drafts], archive=archive, encoder=counting)
    assert sorted(path.name for path in (archive / "issues").iterdir()) == ["青禾 周报 (2).txt", "青禾 周报.txt"]
    assert len(articles_of(archive)) == 4


def test_what_was_corrected_before_arrives_corrected(dropped: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    archive = tmp_path / "archive"
    (draft,) = preview([dropped], archive=archive).drafts
    first, second = draft.issue.articles
    wanted = replace(draft.issue, articles=(replace(first, title="乙村水渠修好"), second))
    take_in([draft], [wanted], archive=archive, encoder=counting)
    (again,) = preview([dropped], archive=archive).drafts
    assert again.issue.articles[0].title == "乙村水渠修好"


def test_a_withdrawn_issue_that_is_dropped_again_is_indexed_again(
    dropped: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    archive = tmp_path / "archive"
    for _ in range(2):
        drafts = preview([dropped], archive=archive).drafts
        take_in(drafts, [draft.issue for draft in drafts], archive=archive, encoder=counting)
        withdraw(["青禾 周报.txt"], archive=archive)
        assert articles_of(archive) == []
    take_in(drafts, [draft.issue for draft in drafts], archive=archive, encoder=counting)
    assert len(articles_of(archive)) == 2


def test_files_that_cannot_be_read_are_listed_and_the_rest_is_shown(dropped: Path, tmp_path: Path) -> None:
    bad = tmp_path / "坏.txt"
    bad.write_bytes(b"\x00\x01" * 100)
    shown = preview([bad, dropped, tmp_path / "没有.txt"], archive=tmp_path / "archive")
    assert len(shown.drafts) == 1
    assert [skipped.path for skipped in shown.skipped] == ["坏.txt", "没有.txt"]


def test_a_failed_indexing_leaves_no_copy(dropped: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    archive = tmp_path / "archive"
    (draft,) = preview([dropped], archive=archive).drafts
    take_in([draft], [draft.issue], archive=archive, encoder=counting)
    other = tmp_path / "别的.txt"
    other.write_text("丙校开学了，来了三十个学生。", encoding="utf-8")
    (draft,) = preview([other], archive=archive).drafts
    with pytest.raises(BulletinError):
        take_in([draft], [draft.issue], archive=archive, encoder=CountingEncoder(fingerprint="another"))
    assert [path.name for path in (archive / "issues").iterdir()] == ["青禾 周报.txt"]


def test_an_article_without_text_cannot_be_indexed(dropped: Path, tmp_path: Path, counting: CountingEncoder) -> None:
    (draft,) = preview([dropped], archive=tmp_path / "archive").drafts
    first, second = draft.issue.articles
    wanted = replace(draft.issue, articles=(replace(first, body=" "), second))
    with pytest.raises(SourceError, match="no text left"):
        take_in([draft], [wanted], archive=tmp_path / "archive", encoder=counting)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\报纸\\一版.txt", "一版.txt"),
        ("青禾 周报（九月）.txt", "青禾 周报（九月）.txt"),
        ("a<b>:c?.txt", "a_b_c_.txt"),
        ("..", "issue"),
        ("长" * 300 + ".txt", "长" * 65 + ".txt"),  # 199 bytes; file systems take 255
        ("a." + "x" * 300, "a." + "x" * 9),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("Aux .tar.gz", "_Aux .tar.gz"),
        ("COM¹.md", "_COM¹.md"),
        ("conference.txt", "conference.txt"),
        ("第1期\u202etxt.exe", "第1期txt.exe"),
        ("\u2066报\u2069.md", "报.md"),
        ("报\ud800.md", "报_.md"),
        ("Corrections.jsonl", "_Corrections.jsonl"),  # it would be taken for corrections to the issues beside it
    ],
)
def test_names_from_elsewhere_stay_in_their_folder(name: str, safe: str, tmp_path: Path) -> None:
    assert safe_name(name) == safe
    (tmp_path / safe).write_text("can be written", encoding="utf-8")


def test_an_issue_that_is_called_by_its_file_has_no_direction_marks_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "第1期\u202efdp.txt"
    path.write_text(TEXT, encoding="utf-8")
    (draft,) = preview([path], archive=tmp_path / "archive").drafts
    assert draft.issue.name == "第1期fdp"
