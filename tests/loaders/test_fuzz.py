"""Whatever bytes a file has, a loader gives articles that can be stored, or an error that names the file."""

from __future__ import annotations

import io
import json
import logging
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.ingest.parse_cache import issue_from_json, issue_to_json
from embeddings.layout import ocr
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.sources.unpack import unpack
from tests.support.issues import pdf_issue

LIMITS = Limits(max_bytes=1_000_000, max_unpacked_bytes=1_000_000, max_members=50, max_pages=3, max_pixels=100_000)
TEXT = (
    "青禾县报\n2025年9月13日 第12期\n\n水渠修好了\n本报记者 某某\n　　乙村的水渠通了水，全长三千米。\n\n"
    "大雨下了一夜\n　　甲地有雨。\n"
)


def docx_bytes() -> bytes:
    stream = io.BytesIO()
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.split("\n"))
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{word}"><w:body>{paragraphs}</w:body></w:document>'
        )
    return stream.getvalue()


def zip_bytes() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("一版.txt", TEXT)
        archive.writestr("二版/乙.md", f"# 水渠\n\n{TEXT}")
    return stream.getvalue()


def png_bytes() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes([255] * 8) for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SEEDS: dict[str, Callable[[], bytes]] = {
    "县报.txt": TEXT.encode,
    "县报.md": f"---\nname: 县报\ndate: 2025-09-13\n---\n## 水渠\n\n{TEXT}".encode,
    "县报.jsonl": lambda: json.dumps({"title": "水渠", "text": TEXT, "page": 3, "date": "2025-09-13"}).encode(),
    "县报.html": f"<html><title>县报</title><article><h1>水渠</h1><p>{TEXT * 3}</p></article></html>".encode,
    "县报.docx": docx_bytes,
    "县报.zip": zip_bytes,
    "县报.png": png_bytes,
}
Edit = tuple[int, int, bytes]
EDITS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=12)), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for start, length, new in edits:
        at = start % (len(content) + 1)
        content = content[:at] + new + content[at + length :]
    return content


def must_read_or_say_why(name: str, content: bytes) -> None:
    errors: list[tuple[str, SourceError]] = []
    documents: list[Document] = []
    try:
        documents = unpack(name, content, LIMITS).documents
    except SourceError as error:
        errors.append((name, error))
    for document in documents:
        try:
            issue = read_document(document, LIMITS)
        except SourceError as error:
            errors.append((document.name, error))
            continue
        issue_to_json(issue).encode("utf-8")
        assert issue_from_json(issue_to_json(issue)).name == issue.name
        assert all(article.body.strip() for article in issue.articles)
        assert all(article.page is None or 0 < article.page < 2**31 for article in issue.articles)
    assert [one for one, error in errors if one not in str(error)] == []


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_recognise", lambda _pixels: [])
    logging.getLogger("embeddings.loaders.registry").setLevel(logging.CRITICAL)


@pytest.mark.parametrize("name", SEEDS)
@given(edits=EDITS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_is_read_or_named(name: str, edits: list[Edit]) -> None:
    must_read_or_say_why(name, edited(SEEDS[name](), edits))


@given(edits=EDITS)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_damaged_pdf_is_read_or_named(edits: list[Edit], tmp_path_factory: pytest.TempPathFactory) -> None:
    content = _pdf(tmp_path_factory)
    must_read_or_say_why("县报.pdf", edited(content, edits))


@given(content=st.binary(max_size=300), name=st.sampled_from([*SEEDS, "县报.pdf", "县报"]))
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_any_bytes_under_any_name_are_read_or_named(content: bytes, name: str) -> None:
    must_read_or_say_why(name, content)


@given(rows=st.lists(st.fixed_dictionaries({"text": JSON | st.just(TEXT)}, optional=dict.fromkeys(
    ["title", "section", "byline", "page", "date", "id", "kind", "body"], JSON)), max_size=4))  # fmt: skip
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_any_values_in_rows_are_read_or_named(rows: list[dict[str, object]]) -> None:
    must_read_or_say_why("县报.jsonl", "\n".join(json.dumps(row) for row in rows).encode())


_kept: dict[str, bytes] = {}


def _pdf(factory: pytest.TempPathFactory) -> bytes:
    if not _kept:
        path: Path = pdf_issue(factory.mktemp("pdf"))
        _kept["pdf"] = path.read_bytes()
    return _kept["pdf"]
