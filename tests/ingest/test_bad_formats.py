"""Each format, and each way in which a file of it can be bad: read, or left out with a code, a cause and a cure."""

from __future__ import annotations

import gzip
import io
import json
import logging
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from embeddings import Archive, build
from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.ingest.build import BuildOptions
from embeddings.layout import ocr
from embeddings.layout.geometry import Area, PrintedLine
from embeddings.loaders import libreoffice
from embeddings.loaders.registry import read_document
from embeddings.sources.files import read_bytes
from embeddings.sources.unpack import unpack
from qa.i18n.errors import explain
from tests.loaders.packages.test_ofd import news
from tests.loaders.packages.test_ofd import packed as ofd_packed
from tests.loaders.packages.test_ofd import page as ofd_page
from tests.loaders.packages.test_ofd import parts as ofd_parts
from tests.loaders.packages.test_packages import epub_bytes, odt_bytes, pptx_bytes
from tests.loaders.rows.test_feeds import item, rss
from tests.loaders.rows.test_sheets import csv_bytes, xlsx_bytes
from tests.loaders.test_fuzz import docx_bytes, png_bytes, zip_bytes
from tests.loaders.test_libreoffice import stand_in
from tests.loaders.test_word_xml import of_2003, paragraph
from tests.sources.test_mail import mail, saved_page
from tests.support.compound import compound_file, xls_bytes
from tests.support.fakes import CountingEncoder

TEXT = "乙村的水渠昨天通了水，全长三千米，沿渠的三个村子都用上了自来水。"
PAGE = f"<html><head><title>水渠通水</title></head><body><h1>水渠通水</h1><p>{TEXT}</p><p>{TEXT}</p></body></html>"
ROWS: list[list[object]] = [["标题", "正文"], ["水渠通水", TEXT], ["秋粮入库", TEXT * 2]]
# What is meant for faults that nobody foresaw says neither the cause nor a cure of its own.
UNFORESEEN = {SourceCode.LOADER_FAILED, SourceCode.FILE_FAILED}


def tar_bytes() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("一版.txt")
        member.size = len(TEXT.encode())
        archive.addfile(member, io.BytesIO(TEXT.encode()))
    return stream.getvalue()


def pdf_bytes(*, password: str = "") -> bytes:
    pytest.importorskip("reportlab")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    drawn = canvas.Canvas(stream, encrypt=password or None)
    drawn.setFont("STSong-Light", 12)
    for at in range(8):
        drawn.drawString(60, 700 - 18 * at, TEXT)
    drawn.save()
    return stream.getvalue()


def picture_bytes(kind: str) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("L", (64, 64), 255).save(stream, kind)
    return stream.getvalue()


def old_office(stream: str) -> bytes:
    return compound_file(stream, TEXT.encode("utf-16-le") * 20)


RTF = b"{\\rtf1\\ansi\\ansicpg936 " + "".join(f"\\u{ord(character)}?" for character in TEXT).encode() + b"\\par}"
FORMATS: dict[str, Callable[[], bytes]] = {
    "县报.txt": TEXT.encode,
    "县报.md": f"# 县报 2024年10月18日\n\n## 水渠通水\n\n{TEXT}\n".encode,
    "县报.json": lambda: json.dumps([{"title": "水渠通水", "text": TEXT}], ensure_ascii=False).encode(),
    "县报.jsonl": lambda: json.dumps({"title": "水渠通水", "text": TEXT}, ensure_ascii=False).encode(),
    "县报.html": PAGE.encode,
    "县报.csv": lambda: csv_bytes(ROWS),
    "县报.xml": lambda: rss(item("水渠通水", TEXT)).encode(),
    "县报.mhtml": lambda: saved_page(PAGE),
    "县报.eml": lambda: mail().as_bytes(),
    "县报.docx": docx_bytes,
    "县报.xlsx": lambda: xlsx_bytes(ROWS),
    "县报.xls": lambda: xls_bytes([["标题", "正文"], ["水渠通水", TEXT]]),
    "县报.pptx": pptx_bytes,
    "县报.odt": odt_bytes,
    "县报.epub": epub_bytes,
    "县报.ofd": lambda: ofd_packed(ofd_parts(ofd_page(news()))),
    "县报.doc": lambda: of_2003(paragraph(TEXT)),
    "县报.pdf": pdf_bytes,
    "县报.png": png_bytes,
    "县报.tiff": lambda: picture_bytes("TIFF"),
    "县报.bmp": lambda: picture_bytes("BMP"),
    "县报.webp": lambda: picture_bytes("WEBP"),
    "旧报.doc": lambda: old_office("WordDocument"),
    "县报.wps": lambda: old_office("WordDocument"),
    "县报.ppt": lambda: old_office("PowerPoint Document"),
    "县报.rtf": lambda: RTF,
    "县报.zip": zip_bytes,
    "县报.tar": tar_bytes,
    "县报.txt.gz": lambda: gzip.compress(TEXT.encode()),
}
# What cannot be read here: OCR finds nothing, and there is no LibreOffice.
UNREAD = {
    **dict.fromkeys(("县报.png", "县报.tiff", "县报.bmp", "县报.webp"), SourceCode.SCAN_UNREADABLE),
    **dict.fromkeys(("旧报.doc", "县报.wps", "县报.ppt"), SourceCode.OLD_OFFICE),
    "县报.rtf": SourceCode.NEEDS_LIBREOFFICE,
}
FOR_LIBREOFFICE = [name for name, code in UNREAD.items() if code is not SourceCode.SCAN_UNREADABLE]
PACKED = [name for name, made in FORMATS.items() if name.endswith((".docx", ".xlsx", ".pptx", ".odt", ".epub", ".ofd"))]
OF_XML = {
    "县报.docx": "word/document.xml",
    "县报.odt": "content.xml",
    "县报.epub": "OPS/book.opf",
    "县报.ofd": "OFD.xml",
    "县报.xlsx": "xl/workbook.xml",
    "县报.pptx": "ppt/presentation.xml",
}
# Each entity is ten of the one before it: a thousand million characters in all.
ENTITIES = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghi"))
ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_recognise", lambda _pixels: [])
    monkeypatch.setattr(libreoffice, "_PROGRAMS", ())
    logging.getLogger("embeddings.loaders.registry").setLevel(logging.CRITICAL)


def errors_of(path: Path, limits: Limits = Limits()) -> list[SourceError]:
    """Why a file, or what of it, cannot be read."""
    try:
        unpacked = unpack(path.name, read_bytes(path, limits), limits)
    except SourceError as error:
        return [error]
    errors = [error for _, error in unpacked.skipped + unpacked.passed_over]
    for document in unpacked.documents:
        try:
            errors += read_document(document, limits).left_out
        except SourceError as error:
            errors.append(error)
    return errors


def must_be_said(errors: list[SourceError]) -> None:
    for error in errors:
        assert error.code not in UNFORESEEN, error
        assert len(str(error)) > 20
        assert explain(error).strip()
        assert "Traceback" not in str(error)


def placed(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_file_itself_is_read(name: str, tmp_path: Path) -> None:
    errors = errors_of(placed(tmp_path, name, FORMATS[name]()))
    assert [error.code for error in errors] == ([UNREAD[name]] if name in UNREAD else [])
    must_be_said(errors)
    assert all("LibreOffice" in f"{error}" and "LibreOffice" in explain(error) for error in errors) or (
        name not in FOR_LIBREOFFICE
    )


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_file_is_read_or_named(name: str, share: float, tmp_path: Path) -> None:
    content = FORMATS[name]()
    must_be_said(errors_of(placed(tmp_path, name, content[: int(len(content) * share)])))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [b"", b" \r\n\t" * 50, bytes(500)], ids=["nothing", "space", "zeros"])
def test_an_empty_file_is_named(name: str, content: bytes, tmp_path: Path) -> None:
    errors = errors_of(placed(tmp_path, name, content))
    assert len(errors) == 1
    must_be_said(errors)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_over_the_limit_is_named_with_the_limit(name: str, tmp_path: Path) -> None:
    (error,) = errors_of(placed(tmp_path, name, FORMATS[name]()), Limits(max_bytes=20))
    assert error.code is SourceCode.TOO_LARGE
    must_be_said([error])


@pytest.mark.parametrize("name", [*PACKED, "县报.zip", "县报.tar", "县报.txt.gz"])
def test_what_unpacks_to_more_than_the_limit_is_named(name: str, tmp_path: Path) -> None:
    errors = errors_of(placed(tmp_path, name, FORMATS[name]()), Limits(max_unpacked_bytes=30))
    assert errors
    must_be_said(errors)


@pytest.mark.parametrize("name", OF_XML)
@pytest.mark.parametrize("bad", ["entities", "bomb", "no XML", "surrogate", "missing"])
def test_a_package_with_a_hostile_part_is_read_or_named(name: str, bad: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(FORMATS[name]())) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    part = parts.pop(OF_XML[name])
    become = {
        "entities": ENTITIES.encode() + part.replace(b"</", b"&i;</", 1),
        "bomb": part + b" " * 3_000_000,
        "no XML": b"\x00\xff<<<>",
        "surrogate": part.replace(b"</", b"&#xD800;</", 1),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in {**parts, **({OF_XML[name]: become[bad]} if bad in become else {})}.items():
            archive.writestr(member, content)
    must_be_said(errors_of(placed(tmp_path, name, stream.getvalue()), Limits(max_unpacked_bytes=1_000_000)))


@pytest.mark.parametrize("name", ["县报.xml", "县报.doc", "县报.html"])
@pytest.mark.parametrize("more", [ENTITIES, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<a>" * 3000])
def test_a_text_of_tags_with_entities_or_too_deep_is_read_or_named(name: str, more: str, tmp_path: Path) -> None:
    text = FORMATS[name]().decode()
    head, mark, rest = text.partition("?>")
    must_be_said(errors_of(placed(tmp_path, name, (f"{head}{mark}{more}{rest}" if mark else more + text).encode())))


def encrypted_zip() -> bytes:
    content = bytearray(zip_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("县报.pdf", lambda: pdf_bytes(password="secret")),
        ("县报.zip", encrypted_zip),
        ("县报.xls", lambda: xls_bytes([["标题", "正文"], ["水渠", TEXT]], encrypted=True)),
        *(
            (name, lambda: compound_file("EncryptedPackage", b"x" * 5000))
            for name in ("县报.docx", "县报.xlsx", "县报.pptx")
        ),
    ],
)
def test_an_encrypted_file_is_named(name: str, made: Callable[[], bytes], tmp_path: Path) -> None:
    errors = errors_of(placed(tmp_path, name, made()))
    assert errors
    must_be_said(errors)


@pytest.mark.parametrize(
    "name", ["县报.txt", "县报.md", "县报.json", "县报.jsonl", "县报.html", "县报.csv", "县报.xml"]
)
@pytest.mark.parametrize("half", [b"\\ud83d", b"\xed\xa0\xbd", b"&#xD83D;"], ids=["escaped", "encoded", "as a number"])
def test_half_a_character_is_read_or_named(name: str, half: bytes, tmp_path: Path) -> None:
    content = FORMATS[name]().replace("三千米".encode(), "三千米".encode() + half)
    must_be_said(errors_of(placed(tmp_path, name, content)))


def bmp_of(side: int) -> bytes:
    head = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)


def webp_of(side: int) -> bytes:
    canvas = struct.pack("<I", side - 1)[:3] * 2
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + canvas
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def tiff_of(side: int, *, following: int = 0) -> bytes:
    """A grey picture; the next one stands at `following`, which may be itself."""
    tags = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, side), (279, 1)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\x00" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("县报.bmp", bmp_of(60_000)),
        ("县报.webp", webp_of(16_383)),
        ("县报.tiff", tiff_of(60_000)),
        ("县报.tiff", tiff_of(8, following=8)),
        ("县报.rtf", b"{\\rtf1" + b"{" * 200_000),
        ("县报.rtf", b"{\\rtf1\\bin2147483647 x}"),
        ("县报.doc", compound_file("WordDocument", b"")[:700]),
    ],
)
def test_a_hostile_picture_or_old_file_is_named(name: str, content: bytes, tmp_path: Path) -> None:
    errors = errors_of(placed(tmp_path, name, content))
    assert len(errors) == 1
    must_be_said(errors)


@pytest.mark.skipif(os.name != "posix", reason="the program in the place of LibreOffice is a script")
@pytest.mark.parametrize("name", ["旧报.doc", "县报.wps", "县报.rtf"])
@pytest.mark.parametrize("made", ["cut", "empty", "huge", "bomb", "entities", "no DOCX"])
def test_what_libreoffice_makes_of_a_bad_file_is_read_within_the_limits(
    name: str, made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libreoffice, "_PROGRAMS", ("soffice",))
    saved = docx_bytes()
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    part = parts["word/document.xml"]
    body = {"bomb": part + b" " * 3_000_000, "entities": ENTITIES.encode() + part.replace(b"</", b"&i;</", 1)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in {**parts, "word/document.xml": body.get(made, part)}.items():
            archive.writestr(member, content)
    become = {"cut": saved[: len(saved) // 2], "empty": b"", "huge": bytes(200_000), "no DOCX": b"{\\rtf1 x}"}
    (tmp_path / "saved").write_bytes(become.get(made, stream.getvalue()))
    stand_in(tmp_path, monkeypatch, f"shutil.copy({str(tmp_path / 'saved')!r}, out / 'document.docx')\n")
    limits = Limits(max_bytes=100_000, max_unpacked_bytes=1_000_000)
    errors = errors_of(placed(tmp_path, name, FORMATS[name]()), limits)
    assert errors or made == "entities"  # which are left as they are
    must_be_said(errors)


def test_of_a_tiff_file_with_more_pages_than_the_limit_the_first_are_read_and_the_rest_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    stream = io.BytesIO()
    page = Image.new("L", (8, 8), 255)
    page.save(stream, "TIFF", save_all=True, append_images=[page] * 9)
    line = PrintedLine(TEXT, Area(2, 2, 60, 6))
    monkeypatch.setattr(ocr, "_recognise", lambda _pixels: [line])
    (error,) = errors_of(placed(tmp_path, "县报.tiff", stream.getvalue()), Limits(max_pages=4))
    cause = error.params["cause"]
    assert (error.code, cause.params["n"], cause.params["limit"]) == (SourceCode.PAGES_LEFT_OUT, 10, 4)
    must_be_said([error])


def test_no_bad_file_stops_the_others_of_a_folder(tmp_path: Path, counting: CountingEncoder) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    for name, made in FORMATS.items():
        if UNREAD.get(name) is not SourceCode.SCAN_UNREADABLE:
            content = made()
            placed(folder, f"坏{name}", content[: len(content) // 3])
            placed(folder, f"空{name}", b"")
    placed(folder, "../issues/好.txt", f"# 秋粮入库\n\n{TEXT}".encode())
    report = build(folder, archive=tmp_path / "archive", encoder=counting, options=BuildOptions(limits=Limits()))
    must_be_said([one.error for one in report.skipped if isinstance(one.error, SourceError)])
    with Archive.open(tmp_path / "archive").snapshot() as snapshot:
        assert "好" in [entry.issue.name for entry in snapshot.issues()]
