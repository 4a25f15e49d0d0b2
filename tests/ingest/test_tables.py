"""Large tables: each chunk of one is found by its rows and by the names of its columns, whatever the file."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from embeddings import build
from embeddings.archive.rows import DATABASE, seen_texts
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from tests.support.fakes import CountingEncoder

NAMES = ("村名", "户数", "受益面积", "完工日期")
VILLAGES = [f"{first}{last}村" for first in "石柳清青北南东西" for last in "桥塘水禾关坡岭沟"]
ROWS = [
    (name, str(100 + at), f"{50 + at}亩", f"2024年{1 + at % 12}月{1 + at % 28}日") for at, name in enumerate(VILLAGES)
]
TITLE = "水渠工程完工表"
LEAD = "全县今年修好的水渠如下表，各村的户数和受益面积都在其中。"


def html() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (NAMES, *ROWS))
    page = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{LEAD}</p><table>{rows}</table>"
    return page.encode()


def docx() -> bytes:
    library = pytest.importorskip("docx")
    document = library.Document()
    document.add_heading(TITLE, 1)
    document.add_paragraph(LEAD)
    table = document.add_table(rows=0, cols=len(NAMES))
    for row in (NAMES, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx() -> bytes:
    library = pytest.importorskip("openpyxl")
    book = library.Workbook()
    for row in (NAMES, *ROWS):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv() -> bytes:
    return "\n".join(map(",".join, (NAMES, *ROWS))).encode()


def markdown() -> bytes:
    rows = "\n".join(f"| {' | '.join(row)} |" for row in (NAMES, ["---"] * len(NAMES), *ROWS))
    return f"# 县报 2024年10月18日\n\n## {TITLE}\n\n{LEAD}\n\n{rows}\n".encode()


@pytest.mark.parametrize(
    ("suffix", "made"), [("html", html), ("docx", docx), ("xlsx", xlsx), ("csv", csv), ("md", markdown)]
)
def test_each_chunk_of_a_table_is_found_by_its_rows_and_their_names(
    suffix: str, made: Callable[[], bytes], tmp_path: Path, counting: CountingEncoder
) -> None:
    source = tmp_path / f"a.{suffix}"
    source.write_bytes(made())
    build(source, archive=tmp_path / "archive", encoder=counting)
    with closing(sqlite3.connect(tmp_path / "archive" / DATABASE)) as connection:
        chunks = connection.execute("SELECT article_key, start, end FROM chunks").fetchall()
        texts = [text for key, *place in chunks for text in seen_texts(connection, key, [tuple(place)])]
    assert set(texts) == set(counting.encoded)  # what both searches see
    for row in ROWS:
        holding = [text for text in texts if any(all(cell in line for cell in row) for line in text.split("\n"))]
        assert holding, row
        assert all(name in text for text in holding for name in NAMES), row


# Of every fourth village no households are known.
GAPS = [(name, "" if at % 4 == 1 else count, *rest) for at, (name, count, *rest) in enumerate(ROWS[:12])]


def spanned() -> bytes:
    """As HTML inside a feed, which is read without the page around it."""
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (NAMES, *GAPS))
    item = (
        f"<item><title>{TITLE}</title><description><![CDATA[<p>{LEAD}</p><table>{rows}</table>]]></description></item>"
    )
    return f'<rss version="2.0"><channel><title>县报</title>{item}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("suffix", "made"), [("html", html), ("docx", docx), ("xlsx", xlsx), ("csv", csv), ("xml", spanned)]
)
def test_an_empty_cell_shifts_no_other_under_a_wrong_name(
    suffix: str, made: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "ROWS", GAPS)
    (article,) = read_document(Document(f"a.{suffix}", made())).articles
    for name, count, area, _ in GAPS:
        (line,) = (line for line in article.body.split("\n") if name in line)
        if not count:
            assert f"受益面积：{area}" in line, line
        assert f"户数：{area}" not in line
