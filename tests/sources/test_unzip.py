"""ZIP files, limits, and files that are not what they seem: nothing is lost, and the reason is said."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from embeddings import Archive, BuildOptions, Limits, SourceError, add, build
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.sources.files import read_bytes
from embeddings.sources.unpack import unpack
from tests.support.fakes import CountingEncoder
from tests.support.paths import ROOT

LIMITS = Limits()
ISSUE = "# 青禾县报 2025年{month}月1日\n\n## 第{month}期的头条\n\n第{month}期的正文说了一件事。\n"


def packed(**members: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def names(archive: Path) -> list[str]:
    with Archive.open(archive).snapshot() as snapshot:
        return [entry.issue.name for entry in snapshot.issues()]


def test_each_member_of_a_zip_file_is_an_issue(tmp_path: Path, counting: CountingEncoder) -> None:
    path = tmp_path / "九月 合订.zip"
    path.write_bytes(packed(**{f"{month}月.md": ISSUE.format(month=month) for month in (7, 8)}))
    report = add(path, archive=tmp_path / "archive", encoder=counting)
    assert report.added == 2
    assert names(tmp_path / "archive") == ["青禾县报 2025年8月1日", "青禾县报 2025年7月1日"]


def test_only_the_changed_member_of_a_zip_file_is_encoded_again(tmp_path: Path, counting: CountingEncoder) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(**{"7.md": ISSUE.format(month=7), "8.md": ISSUE.format(month=8)}))
    build(path, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    path.write_bytes(packed(**{"7.md": ISSUE.format(month=7), "8.md": ISSUE.format(month=9)}))
    report = build(path, archive=tmp_path / "archive", encoder=counting)
    assert (report.replaced, report.unchanged, len(counting.encoded)) == (1, 1, 1)


def test_a_member_that_left_its_zip_file_leaves_the_archive(tmp_path: Path, counting: CountingEncoder) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(**{"7.md": ISSUE.format(month=7), "8.md": ISSUE.format(month=8)}))
    add(path, archive=tmp_path / "archive", encoder=counting)
    path.write_bytes(packed(**{"7.md": ISSUE.format(month=7)}))
    assert add(path, archive=tmp_path / "archive", encoder=counting).removed == 1
    assert names(tmp_path / "archive") == ["青禾县报 2025年7月1日"]


def test_a_bad_member_is_reported_and_the_rest_go_on(tmp_path: Path, counting: CountingEncoder) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(**{"好.md": ISSUE.format(month=7), "坏.txt": bytes(range(256)) * 8, "空.txt": b""}))
    report = add(path, archive=tmp_path / "archive", encoder=counting)
    assert report.added == 1
    assert sorted(Path(skipped.path).name for skipped in report.skipped) == ["坏.txt", "空.txt"]


def test_what_an_archive_holds_of_a_member_stays_when_the_member_turns_bad(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(**{"7.md": ISSUE.format(month=7)}))
    add(path, archive=tmp_path / "archive", encoder=counting)
    path.write_bytes(packed(**{"7.md": b"\x00\x01" * 100}))
    report = add(path, archive=tmp_path / "archive", encoder=counting)
    assert (len(report.skipped), report.removed) == (1, 0)
    assert names(tmp_path / "archive") == ["青禾县报 2025年7月1日"]


def test_the_names_that_chinese_windows_writes_are_read() -> None:
    content = packed(**{"placeholder-name.txt": "大雨下了一夜。\n"})
    name = "九月一日头版稿件.txt".encode("gb18030")
    content = content.replace(b"placeholder-name.txt", name.ljust(20, b" ")[:20])
    (document,) = unpack("a.zip", content, LIMITS).documents
    assert document.name == "九月一日头版稿件.txt"


def test_pictures_in_one_folder_are_the_pages_of_one_issue_in_the_order_of_their_numbers() -> None:
    picture = b"\x89PNG\r\n\x1a\n"
    members = {f"九月一日/第{number}版.png": picture + bytes([number]) for number in (10, 2, 1)}
    (document,) = unpack("a.zip", packed(**members), LIMITS).documents
    pages = (document.content, *document.further_pages)
    assert [page[-1] for page in pages] == [1, 2, 10]
    assert document.name == "九月一日.png"


@pytest.mark.parametrize("name", ["../../etc/cron.d/evil.txt", "/etc/passwd.txt", "C:\\Windows\\a.txt"])
def test_a_member_with_a_path_out_of_the_zip_file_writes_nothing(
    name: str, tmp_path: Path, counting: CountingEncoder
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = inside / "a.zip"
    path.write_bytes(packed(**{name: "大雨下了一夜，甲地的路通了。"}))
    assert add(path, archive=tmp_path / "archive", encoder=counting).added == 1
    assert [found.name for found in inside.iterdir()] == ["a.zip"]
    assert not any(found.suffix == ".txt" for found in tmp_path.rglob("*"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked_whole() -> None:
    bomb = packed(**{"a.txt": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        unpack("a.zip", bomb, Limits(max_unpacked_bytes=1_000_000))


def test_a_zip_file_of_too_many_files_is_refused() -> None:
    with pytest.raises(SourceError, match="BULLETIN_MAX_MEMBERS"):
        unpack("a.zip", packed(**{f"{number}.txt": "文" for number in range(5)}), Limits(max_members=4))


@pytest.mark.parametrize("cut", [30, 60, -10])
def test_a_truncated_zip_file_says_so(cut: int) -> None:
    with pytest.raises(SourceError, match="damaged ZIP"):
        unpack("a.zip", packed(**{"a.txt": "大雨下了一夜。"})[:cut], LIMITS)


def test_a_truncated_word_file_is_not_called_a_zip_file() -> None:
    content = packed(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
    with pytest.raises(SourceError, match=r"稿件\.DOCX is a damaged DOCX .*Word"):
        unpack("稿件.DOCX", content[:-30], LIMITS)


def test_a_zip_file_without_issues_says_so() -> None:
    with pytest.raises(SourceError, match="holds no issue file"):
        unpack("a.zip", packed(**{"程序.exe": b"MZ"}), LIMITS)


@pytest.mark.parametrize(
    ("content", "cause", "cure"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Word", "DOCX or PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password", "without one"),
        (b"{\\rtf1 text}", "RTF", "DOCX or PDF"),
        (b"Rar!\x1a\x07\x00", "RAR", "ZIP"),
        (b"", "empty", ""),
        (b" \r\n ", "empty", ""),
    ],
)
def test_a_form_that_is_not_read_is_named_with_its_cure(content: bytes, cause: str, cure: str) -> None:
    with pytest.raises(SourceError, match=cause) as caught:
        read_document(Document("稿件.doc", content))
    assert cure in str(caught.value)


def test_a_file_above_the_limit_names_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"1" * 2_000)
    monkeypatch.setenv("BULLETIN_MAX_BYTES", "1000")
    with pytest.raises(SourceError, match="BULLETIN_MAX_BYTES"):
        read_bytes(path)


def test_a_limit_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_MAX_PAGES", "many")
    with pytest.raises(SourceError, match="BULLETIN_MAX_PAGES is 'many'"):
        Limits.from_environment()


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("大雨下了一夜。", encoding="utf-8")
    first_open = Path.open

    def grow(self: Path, *arguments: object) -> object:
        with first_open(self, "ab") as stream:
            stream.write("还在复制。".encode())
        return first_open(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", grow)
    with pytest.raises(SourceError, match="changed while it was being read"):
        read_bytes(path)


def test_a_link_out_of_the_folder_is_left_out(tmp_path: Path, counting: CountingEncoder) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("密码在抽屉里，谁也不要说出去。", encoding="utf-8")
    (folder / "a.txt").write_text("大雨下了一夜，甲地的路断了。", encoding="utf-8")
    (folder / "b.txt").symlink_to(secret)
    (folder / "c.txt").symlink_to(folder / "a.txt")
    report = build(folder, archive=tmp_path / "archive", encoder=counting)
    assert report.added == 1
    assert any("leads out of" in skipped.reason for skipped in report.skipped)


@pytest.mark.parametrize("name", ["有 空格.txt", "第①期《要闻》.txt", "a'b\"c.txt", "-rf.txt", "..txt.txt"])
def test_odd_names_are_names(name: str, tmp_path: Path, counting: CountingEncoder) -> None:
    path = tmp_path / name
    path.write_text("大雨下了一夜，甲地的路断了。", encoding="utf-8")
    assert add(path, archive=tmp_path / "archive", encoder=counting).added == 1


def test_temporary_files_of_copies_and_editors_are_passed_over(tmp_path: Path, counting: CountingEncoder) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    for name in ("~$稿件.docx", ".a.txt.swp", "b.txt.part", "c.crdownload", ".d.txt"):
        (folder / name).write_text("半截", encoding="utf-8")
    (folder / "a.txt").write_text("大雨下了一夜，甲地的路断了。", encoding="utf-8")
    report = build(folder, archive=tmp_path / "archive", encoder=counting)
    assert (report.added, report.skipped) == (1, ())


def test_fifty_megabytes_of_text_are_refused_or_read_without_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"1" * (LIMITS.max_bytes + 1))
    with pytest.raises(SourceError, match="limit"):
        read_bytes(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the file size limit of Unix")
@pytest.mark.slow
def test_a_full_disk_leaves_the_archive_as_it_was(tmp_path: Path, counting: CountingEncoder) -> None:
    """A limit on file sizes stands for a full disk: writes fail in the middle of a build."""
    import subprocess
    import sys

    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "a.txt").write_text("大雨下了一夜，甲地的路断了。", encoding="utf-8")
    build(folder, archive=tmp_path / "archive", encoder=counting)
    (folder / "b.txt").write_text("\n".join(f"第{number}村修好了水渠，全长{number}米。" for number in range(7_000)))
    script = f"""
import collections, resource, shutil, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.support.fakes import CountingEncoder
from embeddings import ArchiveError, build
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
shutil.disk_usage = lambda folder: collections.namedtuple("Usage", "total used free")(10**9, 10**9, 0)
try:
    build({str(folder)!r}, archive={str(tmp_path / "archive")!r}, encoder=CountingEncoder())
except ArchiveError as error:
    print("refused:", error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "refused: There is no space left on the disk" in done.stdout, done.stdout + done.stderr
    assert names(tmp_path / "archive") == ["a"]
    assert build(folder, archive=tmp_path / "archive", encoder=counting, options=BuildOptions()).added == 1
