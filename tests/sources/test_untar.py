"""TAR and GZ files: read as ZIP files are, with the same guards."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from embeddings import Limits, SourceError, build
from embeddings.errors import SourceCode
from embeddings.ingest.plan import Omission
from embeddings.loaders.registry import read_issue_file
from embeddings.sources.unpack import Unpacked, unpack
from tests.support.fakes import CountingEncoder

TEXT = "大雨下了一夜，甲地的路断了。"
LIMITS = Limits()


def tar(members: dict[str, bytes], *, mode: str = "w", encoding: str = "utf-8") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, encoding=encoding, format=tarfile.GNU_FORMAT) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def write(folder: Path, content: bytes) -> Path:
    path = folder / "a.tar"
    path.write_bytes(content)
    return path


def members_of(unpacked: Unpacked) -> list[tuple[str, bytes]]:
    return [(document.member, document.content) for document in unpacked.documents]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a", "w:gz"), ("a", "w")]
)
def test_each_member_of_a_tar_file_is_a_document(name: str, mode: str) -> None:
    content = tar({"一版/头条.txt": TEXT.encode(), "二版/乙.md": b"# a", "说明.exe": b"MZ"}, mode=mode)
    unpacked = unpack(name, content, LIMITS)
    assert members_of(unpacked) == [("一版/头条.txt", TEXT.encode()), ("二版/乙.md", b"# a")]
    assert [name for name, _ in unpacked.passed_over] == ["说明.exe"]


@pytest.mark.parametrize(
    ("name", "inner"), [("头条.txt.gz", "头条.txt"), ("新闻.jsonl.gz", "新闻.jsonl"), ("稿件.gz", "稿件")]
)
def test_a_file_that_gzip_packed_is_read_under_its_own_name(name: str, inner: str) -> None:
    (document,) = unpack(name, gzip.compress(TEXT.encode()), LIMITS).documents
    assert (document.name, document.member, document.content) == (inner, inner, TEXT.encode())


def test_names_in_gbk_are_read() -> None:
    unpacked = unpack("a.tar", tar({"头版.txt": TEXT.encode()}, encoding="gb18030"), LIMITS)
    assert [document.member for document in unpacked.documents] == ["头版.txt"]


def test_pictures_of_a_folder_are_pages_and_those_on_top_are_named_by_the_archive() -> None:
    picture = b"\x89PNG\r\n\x1a\n"
    content = tar({f"九月一日/第{n}版.png": picture + bytes([n]) for n in (10, 2)} | {"1.png": picture})
    unpacked = unpack("县报.tar", content, LIMITS)
    assert [(document.name, len(document.further_pages)) for document in unpacked.documents] == [
        ("九月一日.png", 1),
        ("县报.png", 0),
    ]


@pytest.mark.parametrize("name", ["../../etc/cron.d/evil.txt", "/etc/passwd.txt", "C:\\Windows\\a.txt"])
def test_a_member_with_a_path_out_of_the_archive_writes_nothing(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.tar.gz").write_bytes(tar({name: TEXT.encode()}, mode="w:gz"))
    assert build(inside, archive=tmp_path / "archive", encoder=CountingEncoder()).added == 1
    assert [found.name for found in inside.iterdir()] == ["a.tar.gz"]
    assert not any(found.suffix == ".txt" for found in tmp_path.rglob("*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_left_out(kind: bytes) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("a.txt")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    unpacked = unpack("a.tar", stream.getvalue(), LIMITS)
    assert unpacked.documents == []
    assert [error.code for _, error in unpacked.skipped] == [SourceCode.MEMBER_NO_FILE]


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_refused_before_it_is_unpacked_whole(layers: int) -> None:
    bomb = tar({"a.txt": bytes(5_000_000)})
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    assert len(bomb) < 30_000
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        unpack("a.tar.gz", bomb, Limits(max_unpacked_bytes=1_000_000))


def test_a_member_that_claims_more_than_it_has_is_damaged_and_allocates_nothing() -> None:
    member = tarfile.TarInfo("a.txt")
    member.size = 1 << 40
    content = member.tobuf(tarfile.GNU_FORMAT) + TEXT.encode().ljust(512, b"\0")
    unpacked = unpack("a.tar", content, LIMITS)
    assert unpacked.documents == []
    assert unpacked.skipped[0][1].code is SourceCode.MEMBER_DAMAGED


def test_archives_in_archives_share_one_budget() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("甲.txt", b"1" * 600_000)
    content = tar({f"{number}.zip": inner.getvalue() for number in range(3)})
    assert [document.member for document in unpack("a.tar", content, LIMITS).documents] == [
        f"{number}.zip/甲.txt" for number in range(3)
    ]
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        unpack("a.tar", content, Limits(max_unpacked_bytes=1_000_000))
    with pytest.raises(SourceError, match="BULLETIN_MAX_MEMBERS"):
        unpack("a.tar", content, Limits(max_members=4))


def test_what_is_packed_too_often_is_left_out() -> None:
    content = TEXT.encode()
    for number in range(6):
        content = tar({f"{number}.txt" if not number else f"{number}.tar": content})
    unpacked = unpack("a.tar", content, LIMITS)
    assert (unpacked.documents, [error.code for _, error in unpacked.skipped]) == ([], [SourceCode.PACKED_TOO_DEEP])


@pytest.mark.parametrize("name", ["a.tar.gz", "a.gz"])
@pytest.mark.parametrize("cut", [12, 40, -10])
def test_a_truncated_gz_file_says_so(name: str, cut: int) -> None:
    with pytest.raises(SourceError, match="damaged gzip"):
        unpack(name, tar({"a.txt": TEXT.encode()}, mode="w:gz")[:cut], LIMITS)


def test_a_truncated_tar_file_keeps_what_is_whole_and_names_the_rest() -> None:
    content = tar({"甲.txt": TEXT.encode() * 20, "乙.txt": TEXT.encode() * 40})
    unpacked = unpack("a.tar", content[:3000], LIMITS)
    assert [document.member for document in unpacked.documents] == ["甲.txt"]
    assert [(name, error.code) for name, error in unpacked.skipped] == [
        ("乙.txt", SourceCode.MEMBER_DAMAGED),
        ("a.tar", SourceCode.TAR_DAMAGED),
    ]


@pytest.mark.parametrize(
    "content", [tar({}), tar({"a.exe": b"MZ"}), gzip.compress(b"")], ids=["nothing", "no issue", "an empty file"]
)
def test_an_archive_without_issues_says_so(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no issue file|is empty"):
        read_issue_file(write(tmp_path, content))


def test_a_folder_reports_each_file_that_it_passes_over_with_why(tmp_path: Path) -> None:
    folder = tmp_path / "issues"
    (folder / "页面_files").mkdir(parents=True)
    (folder / "好.txt").write_text(TEXT, encoding="utf-8")
    (folder / "页面.html").write_text(f"<html><body><h1>通水</h1><p>{TEXT * 3}</p></body></html>", encoding="utf-8")
    (folder / "页面_files" / "a.js").write_text("x", encoding="utf-8")
    (folder / "页面_files" / "b.png").write_bytes(b"\x89PNG")
    for name in ("片子.mp4", "没有后缀", "Thumbs.db", "~$稿.docx", ".隐.txt"):
        (folder / name).write_bytes(b"1")
    report = build(folder, archive=folder / "archive", encoder=CountingEncoder())
    assert report.added == 2
    again = build(folder, archive=folder / "archive", encoder=CountingEncoder())
    for each in (report, again):
        assert {(Path(one.path).name, one.error.code, one.omission) for one in each.skipped} == {
            ("片子.mp4", SourceCode.NO_ISSUE_SUFFIX, Omission.PASSED_OVER),
            ("没有后缀", SourceCode.NO_ISSUE_SUFFIX, Omission.PASSED_OVER),
            ("页面_files", SourceCode.PARTS_OF_PAGE, Omission.PASSED_OVER),
        }


def test_a_file_that_was_refused_does_not_stand_in_the_way_of_its_copy(tmp_path: Path) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    for name in ("a.docx", "b.docx"):
        (folder / name).write_bytes(b"Rar!\x1a\x07\x00")
    report = build(folder, archive=tmp_path / "archive", encoder=CountingEncoder())
    assert {one.error.code for one in report.skipped} == {SourceCode.UNREAD_FORMAT}
