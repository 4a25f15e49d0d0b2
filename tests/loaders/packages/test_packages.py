"""EPUB, ODT and PPTX: headings and text in their order, and what is wrong with such files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.sources.unpack import unpack
from embeddings.types import ParsedIssue

TEXT = "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了自来水。"
OTHER = "甲地下了一夜大雨，通往乙村的路断了，县里已派人抢修。"
Parts = dict[str, str | bytes]


def packed(parts: Parts) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    return stream.getvalue()


def read(content: bytes, name: str = "稿件", limits: Limits | None = None) -> ParsedIssue:
    (document,) = unpack(name, content, limits or Limits()).documents
    return read_document(document, limits or Limits())


def epub_parts(*chapters: str) -> Parts:
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:title>青禾周报 2023年12月4日</dc:title></metadata><manifest><item id="nav" href="nav.xhtml" '
        f'properties="nav" media-type="application/xhtml+xml"/>{items}</manifest><spine>'
        f'<itemref idref="nav"/>{spine}</spine></package>',
        "OPS/nav.xhtml": page.format("<h1>目录</h1><ol><li>通水</li></ol>"),
        **{f"OPS/text/c {n}.xhtml": page.format(chapter) for n, chapter in enumerate(chapters)},
    }


def odt_parts(body: str, *, manifest: str = "") -> Parts:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
    )
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}'
        "</m:manifest>",
    }


ARTICLES = [("通水", TEXT), ("大雨", OTHER)]


def epub_bytes() -> bytes:
    return packed(epub_parts(f"<h2>通水</h2><p>{TEXT}</p>", f"<h2>大雨</h2><p>{OTHER}</p>"))


def odt_bytes() -> bytes:
    return packed(
        odt_parts("".join(f'<text:h text:outline-level="2">{t}</text:h><text:p>{b}</text:p>' for t, b in ARTICLES))
    )


def pptx_bytes() -> bytes:
    pptx = pytest.importorskip("pptx")
    shown = pptx.Presentation()
    for title, body in ARTICLES:
        slide = shown.slides.add_slide(shown.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, body
    stream = io.BytesIO()
    shown.save(stream)
    return stream.getvalue()


FORMS: list[tuple[str, Callable[[], bytes], str]] = [
    ("稿件.epub", epub_bytes, "OPS/text/c 0.xhtml"),
    ("稿件.odt", odt_bytes, "content.xml"),
    ("稿件.pptx", pptx_bytes, "ppt/slides/slide1.xml"),
]
EACH = pytest.mark.parametrize(("name", "made", "part"), FORMS, ids=["EPUB", "ODT", "PPTX"])


def changed(content: bytes, part: str, become: bytes | None) -> bytes:
    """A package with another content of a part, or without it."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts: Parts = {name: old.read(name) for name in old.namelist()}
    if become is None:
        del parts[part]
    else:
        parts[part] = become
    return packed(parts)


@EACH
@pytest.mark.parametrize("named", [True, False])
def test_each_heading_begins_an_article(name: str, made: Callable[[], bytes], part: str, named: bool) -> None:
    issue = read(made(), name if named else "稿件")
    assert [(article.title, article.body) for article in issue.articles] == ARTICLES


def test_a_book_names_and_dates_its_issue_and_its_contents_are_no_article() -> None:
    issue = read(epub_bytes())
    assert (issue.name, issue.date) == ("青禾周报 2023年12月4日", date(2023, 12, 4))


def test_a_chapter_without_a_heading_is_an_article_of_its_first_line() -> None:
    (article,) = read(packed(epub_parts(f"<p>通水</p><p>{TEXT}</p>"))).articles
    assert (article.title, article.body) == ("通水", TEXT)


def test_tables_lists_notes_and_boxes_of_a_text_are_read_and_deleted_text_is_not() -> None:
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    table = "".join(
        row.format("".join(cell.format(text) for text in cells)) for cells in (("村名", "户数"), ("甲村", "120"))
    )
    body = (
        f"<text:tracked-changes><text:p>删去的字</text:p></text:tracked-changes>"
        f"<text:h text:outline-level='1'>通水</text:h>"
        f"<text:p>{TEXT}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>注文</text:p>"
        "</text:note-body></text:note>又<text:s text:c='999999999'/>一句。"
        "<draw:frame><draw:text-box><text:p>框中的字</text:p>"
        f"</draw:text-box></draw:frame></text:p><text:list><text:list-item><text:p>一项</text:p></text:list-item></text:list>"
        f"<table:table>{table}</table:table>"
    )
    (article,) = read(packed(odt_parts(body))).articles
    assert article.body == f"{TEXT}（注文）又 一句。\n框中的字\n一项\n村名：甲村；户数：120"


def test_slides_give_tables_groups_and_notes_and_hidden_ones_nothing() -> None:
    pptx = pytest.importorskip("pptx")
    shown = pptx.Presentation()
    slide = shown.slides.add_slide(shown.slide_layouts[5])
    slide.shapes.title.text = "各村户数"
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for at, text in enumerate(("村名", "户数", "甲村", "120")):
        table.cell(at // 2, at % 2).text = text
    slide.notes_slide.notes_text_frame.text = "讲稿里的一句话。"
    hidden = shown.slides.add_slide(shown.slide_layouts[1])
    hidden.placeholders[1].text = "不放的一页"
    hidden._element.set("show", "0")
    stream = io.BytesIO()
    shown.save(stream)
    (article,) = read(stream.getvalue()).articles
    assert (article.title, article.body, article.page) == ("各村户数", "村名：甲村；户数：120\n讲稿里的一句话。", 1)


@EACH
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_package_is_refused_with_its_cure(
    name: str, made: Callable[[], bytes], part: str, kept: float
) -> None:
    content = made()
    with pytest.raises(SourceError, match=r"damaged .*Copy it again"):
        read(content[: int(kept * len(content))], name)


@EACH
@pytest.mark.parametrize(
    "become",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><x>&a;&b;</x>',
        b"<x>" * 5000,
        b"\x00\xff" * 300,
        b"",
    ],
    ids=["entities", "deep", "no XML", "nothing"],
)
def test_a_hostile_part_is_refused_or_passed(name: str, made: Callable[[], bytes], part: str, become: bytes) -> None:
    try:
        issue = read(changed(made(), part, become), name)
    except SourceError as error:
        assert name in str(error)  # noqa: PT017
    else:
        assert [article.title for article in issue.articles] == ["大雨"]


@EACH
def test_a_package_that_unpacks_to_more_than_the_limit_is_refused(
    name: str, made: Callable[[], bytes], part: str
) -> None:
    content = changed(made(), "bomb.bin", b"0" * 3_000_000)
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        read(content, name, Limits(max_unpacked_bytes=1_000_000))


@EACH
def test_a_part_that_asks_for_a_password_is_said(name: str, made: Callable[[], bytes], part: str) -> None:
    content = bytearray(made())
    at = content.index(b"PK\x01\x02")
    while at != -1:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    with pytest.raises(SourceError) as caught:
        read(bytes(content), name)
    assert caught.value.code is SourceCode.PROTECTED


def test_encrypted_books_and_texts_ask_to_be_saved_without_a_password() -> None:
    parts = epub_parts(f"<p>{TEXT}</p>")
    cipher = '<encryption><e:CipherReference xmlns:e="http://www.w3.org/2001/04/xmlenc#" URI="{}"/></encryption>'
    parts["META-INF/encryption.xml"] = cipher.format("OPS/text/c 0.xhtml")
    odt = packed(odt_parts("", manifest="<m:file-entry><m:encryption-data/></m:file-entry>"))
    for content in (packed(parts), odt):
        with pytest.raises(SourceError) as caught:
            read(content)
        assert caught.value.code is SourceCode.PROTECTED
    parts["META-INF/encryption.xml"] = cipher.format("OPS/fonts/a.ttf")  # fonts are garbled by licence, not texts
    assert read(packed(parts)).articles[0].body == TEXT


@pytest.mark.parametrize(
    "parts", [epub_parts(), epub_parts("<p> </p>"), odt_parts(""), {**odt_parts(""), "content.xml": "<a/>"}]
)
def test_a_package_without_text_is_refused(parts: Parts) -> None:
    with pytest.raises(SourceError, match=r"no article|damaged"):
        read(packed(parts))


def test_the_parts_read_together_have_a_limit() -> None:
    chapter = f"<p>{'字' * 1000}</p>" * 100
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        read(packed(epub_parts(*[chapter] * 80)))


def test_the_marks_of_notes_go_and_the_notes_stay() -> None:
    chapter = (
        f'<h1>通水</h1><p>{TEXT}<a epub:type="noteref" href="#n1">[1]</a></p>'
        f'<p>{OTHER}<sup><a href="#n2">②</a></sup>另见<a href="#x">附表</a>。</p>'
        '<aside epub:type="footnote" id="n1"><p><a href="#r1">[1]</a> 含支渠。</p></aside><p id="n2">② 县城以北。</p>'
    )
    (article,) = read(packed(epub_parts(chapter))).articles
    assert article.body.split("\n") == [TEXT, f"{OTHER}另见附表。", "[1] 含支渠。", "② 县城以北。"]


def test_a_cell_over_several_rows_of_a_text_counts_for_each() -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    table = row(cell("渠段"), cell("长度"), cell("完工"))
    table += row(cell("上段"), cell("2000米"), cell("8月1日", 'table:number-rows-spanned="2"'))
    table += row(cell("下段"), cell("1000米"), "<table:covered-table-cell/>")
    table += row(cell("支渠"), cell("300米"), cell(""))
    body = f'<text:h text:outline-level="1">通水</text:h><text:p>{TEXT}</text:p><table:table>{table}</table:table>'
    (article,) = read(packed(odt_parts(body))).articles
    assert article.body.split("\n")[1:] == [
        "渠段：上段；长度：2000米；完工：8月1日",
        "渠段：下段；长度：1000米；完工：8月1日",
        "渠段：支渠；长度：300米",
    ]
