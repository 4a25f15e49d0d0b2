"""Files that ask for much memory or time, or lead somewhere else: each a function that makes one in a new folder."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tests.ingest.test_bad_formats import ENTITIES, FORMATS, OF_XML

LINE = "第一行说的是水渠。\n"
TITLED = {"title": "水渠通水", "text": "乙村的水渠昨天通了水。"}

Maker = Callable[[Path], Path]  # makes the folder, and the file in it


def _file(name: str, content: Callable[[], bytes | str], folder: Path) -> Path:
    folder.mkdir()
    path, made = folder / name, content()
    path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass"))
    return path


def _made(name: str, content: Callable[[], bytes | str]) -> Maker:
    return partial(_file, name, content)


def _zipped(members: Iterable[tuple[str, bytes | str]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def _with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A package of a format whose main part is changed."""
    with zipfile.ZipFile(io.BytesIO(FORMATS[name]())) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    part = OF_XML[name]
    return _zipped({**parts, part: change(parts[part])}.items())


def _doubled(before: bytes, more: bytes) -> Callable[[bytes], bytes]:
    return lambda part: part.replace(before, more + before, 1)


def _pdf(*parts: bytes) -> bytes:
    """Objects from 1 on, the first of which is the catalogue. Without a table of its parts a reader looks for them."""
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, part) for number, part in enumerate(parts, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size %d/Root 1 0 R>>\n%%%%EOF" % (len(parts) + 1)


_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
_ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), more, packed)


def _page(size: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%s>>>>" % (size, more)


def _inflating_pdf() -> bytes:
    shown = b"(" + b"a" * 90 + b") Tj 0 -1 Td\n"
    content = b"BT /F1 9 Tf 9 9 Td\n" + shown * (300_000_000 // len(shown)) + b"ET"
    return _pdf(_CATALOGUE, _ONE_PAGE, _page(), _stream(content), _FONT)


def _pdf_of_forms() -> bytes:
    """Each of nine forms draws the next one ten times."""
    forms = [
        _stream(
            b"/X Do " * 10 if at < 9 else b"BT /F1 9 Tf (a) Tj ET",
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>/Font<</F1 5 0 R>>>>" % (7 + at),
        )
        for at in range(10)
    ]
    return _pdf(_CATALOGUE, _ONE_PAGE, _page(more=b"/XObject<</X 6 0 R>>"), _stream(b"/X Do " * 10), _FONT, *forms)


def _pdf_of_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (6 + at) for at in range(count))
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    content = _stream(b"BT /F1 9 Tf 90 90 Td (a page of few words) Tj ET")
    return _pdf(_CATALOGUE, pages, b"<<>>", content, _FONT, *[_page()] * count)


def _picture(size: tuple[int, int], kind: str = "PNG", frames: int = 1) -> bytes:
    from PIL import Image

    stream, image = io.BytesIO(), Image.new("1", size, 1)
    more = {"save_all": True, "append_images": [image] * (frames - 1)} if frames > 1 else {}
    image.save(stream, kind, **more)
    return stream.getvalue()


def _noise(side: int) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.frombytes("L", (side, side), random.Random(0).randbytes(side * side)).save(stream, "PNG")
    return stream.getvalue()


def _claimed_picture() -> bytes:
    """A picture of a few bytes that says it has 3,600 million pixels."""
    content = bytearray(_picture((8, 8)))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def _tar(member: tarfile.TarInfo) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(member)
    return stream.getvalue()


def _link_in_tar() -> bytes:
    member = tarfile.TarInfo("县报.txt")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return _tar(member)


def _nested(content: bytes, depth: int) -> bytes:
    for at in range(depth):
        content = _zipped([(f"{at}.zip", content), (f"{at}.txt", LINE * 10)])
    return content


def _nested_mail(depth: int) -> str:
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\n' for at in range(depth))
    return f"Subject: 水渠\nMIME-Version: 1.0\n{heads}Content-Type: text/plain; charset=utf-8\n\n{LINE}"


def _sparse(folder: Path) -> Path:
    folder.mkdir()
    with (folder / "大.txt").open("wb") as stream:
        stream.truncate(10_000_000_000)
    return folder / "大.txt"


def _pipe(folder: Path) -> Path:
    folder.mkdir()
    os.mkfifo(folder / "管.txt")
    return folder / "管.txt"


def _link(target: str, folder: Path) -> Path:
    folder.mkdir()
    (folder / "链.txt").symlink_to(target)
    return folder / "链.txt"


_XML = "<?xml version='1.0'?>"
_ITEM = "<item><title>水渠通水</title><description>乙村的水渠昨天通了水。</description></item>"
_LAUGHS = ENTITIES.encode()

HOSTILE: dict[str, Maker] = {
    # Text.
    "a million lines": _made("lines.txt", lambda: LINE * 1_000_000),
    "a line of 40 MB": _made("line.txt", lambda: "水渠" * 6_600_000),
    "40 MB of zeros": _made("zeros.txt", lambda: bytes(40_000_000)),
    "20 MB of noise": _made("noise.txt", lambda: random.Random(0).randbytes(20_000_000)),
    "marks on one character": _made("marks.txt", lambda: "水" + "\u0301" * 5_000_000),
    "brackets that never close": _made("brackets.txt", lambda: "（《“" * 1_000_000),
    "days without end": _made("days.txt", lambda: "2025年9月13日" * 500_000),
    "headings in headings": _made("headings.md", lambda: "#" * 1_000_000 + " 题\n" + "> " * 500_000 + LINE),
    "a Markdown table of 5,000 columns": _made("table.md", lambda: ("|" + "水|" * 5_000 + "\n") * 200),
    # Rows.
    "brackets of JSON, a million deep": _made("deep.json", lambda: "[" * 1_000_000),
    "a number of a million digits": _made("number.json", lambda: '[{"text": ' + "9" * 1_000_000 + "}]"),
    "half a character in a row": _made("half.jsonl", lambda: json.dumps(TITLED)[:-2] + '\\ud83d"}\n{"text": "后"}'),
    "300,000 rows": _made("rows.jsonl", lambda: (json.dumps(TITLED, ensure_ascii=False) + "\n") * 300_000),
    "a quote that never closes": _made("quote.csv", lambda: '标题,正文\n水渠,"' + LINE * 1_000_000),
    "a million columns": _made("columns.csv", lambda: "标题," * 1_000_000 + "\n" + "水," * 1_000_000),
    # Markup.
    "elements, 300,000 deep": _made("deep.html", lambda: "<html><body>" + "<div>" * 300_000 + LINE),
    "a tag of a million attributes": _made(
        "tag.html", lambda: "<html><body><p " + " ".join(f"a{at}=1" for at in range(1_000_000)) + f">{LINE}"
    ),
    "a cell over a thousand million columns": _made(
        "cells.html", lambda: f"<html><body><table><tr><td colspan=999999999 rowspan=999999999>{LINE}</table>"
    ),
    "many cells over many rows": _made(
        "spans.html",
        lambda: "<html><body><table>" + ("<tr>" + "<td colspan=1000 rowspan=1000>水</td>" * 100) * 100 + "</table>",
    ),
    "entities of entities": _made("entities.xml", lambda: f"{_XML}{ENTITIES}<rss><channel>&i;</channel></rss>"),
    "a file of this machine as an entity": _made(
        "outside.xml", lambda: f"{_XML}<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss>&a;</rss>"
    ),
    "100,000 items": _made("items.xml", lambda: f"{_XML}<rss><channel>{_ITEM * 100_000}</channel></rss>"),
    "parts of a mail, 5,000 deep": _made("deep.eml", lambda: _nested_mail(5_000)),
    "a mail of 300,000 headers": _made("heads.eml", lambda: "Subject: 水渠\n" + "X-A: b\n" * 300_000 + "\n" + LINE),
    # Packages.
    "a ZIP of 400 MB of zeros": _made("zeros.zip", lambda: _zipped([("县报.txt", bytes(400_000_000))])),
    "a ZIP of 100,000 files": _made("many.zip", lambda: _zipped((f"{at}.txt", "水") for at in range(100_000))),
    "ZIPs in ZIPs": _made("nested.zip", lambda: _nested(_zipped([("a.txt", bytes(50_000_000))]), 60)),
    "a way out of a ZIP": _made("out.zip", lambda: _zipped([("../../../../tmp/out.txt", LINE), ("/etc/x.txt", LINE)])),
    "a link in a TAR": _made("link.tar", _link_in_tar),
    "a GZ of 400 MB of zeros": _made("zeros.txt.gz", lambda: gzip.compress(bytes(400_000_000))),
    **{
        f"entities in {name[3:].upper()}": _made(
            f"entities.{name[3:]}", partial(_with_part, name, lambda part: _LAUGHS + part)
        )
        for name in OF_XML
    },
    "a DOCX of two million runs": _made(
        "runs.docx",
        lambda: _with_part("县报.docx", _doubled(b"</w:body>", b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 2_000_000)),
    ),
    "an ODT row repeated a thousand million times": _made(
        "rows.odt",
        lambda: _with_part(
            "县报.odt",
            _doubled(
                b"</office:text>",
                b'<table:table xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
                b'<table:table-row table:number-rows-repeated="999999999">'
                b'<table:table-cell table:number-columns-repeated="999999999"><text:p>a</text:p></table:table-cell>'
                b"</table:table-row></table:table>",
            ),
        ),
    ),
    # Printed pages.
    "a PDF that inflates to 300 MB": _made("inflates.pdf", _inflating_pdf),
    "a PDF of forms in forms": _made("forms.pdf", _pdf_of_forms),
    "a PDF of 20,000 pages": _made("pages.pdf", lambda: _pdf_of_pages(20_000)),
    "a PDF whose pages hold themselves": _made(
        "loop.pdf", lambda: _pdf(_CATALOGUE, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    ),
    "a PDF page of ten kilometres": _made(
        "wide.pdf",
        lambda: _pdf(_CATALOGUE, _ONE_PAGE, _page(b"0 0 28000000 28000000"), _stream(b"0 0 9 9 re f"), _FONT),
    ),
    "a picture of 59 million pixels": _made("picture.png", lambda: _picture((7700, 7700))),
    "a picture that claims 3,600 million": _made("claims.png", _claimed_picture),
    "a picture of one row of pixels": _made("row.png", lambda: _picture((10_000_000, 1))),
    "a TIFF of 3,000 pages": _made("pages.tif", lambda: _picture((64, 64), "TIFF", 3_000)),
    "a picture of noise": _made("noise.png", lambda: _noise(5_000)),
    # Names and kinds.
    "CON.txt": _made("CON.txt", lambda: LINE),
    "a name that turns about": _made("报\u202etxt.md", lambda: LINE),
    "a name of two lines": _made("县\n报.txt", lambda: LINE),
    "a name of an option": _made("--full.txt", lambda: LINE),
    "a sparse file of 10 GB": _sparse,
    "a named pipe": _pipe,
    "a link to itself": partial(_link, "链.txt"),
    "a link to an endless device": partial(_link, "/dev/zero"),
}
