"""Word files as one piece of XML, and DOCX files that take other files in."""

from __future__ import annotations

import io
import zipfile

import pytest

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue

CANAL = "乙村的水渠昨日通了水，全长三千米，沿渠的三个村子都用上了自来水。"
SCHOOL = "丙村小学的新教室本周启用，一百二十个孩子搬出了祠堂，原来的祠堂改作图书室。"
WORD_2003 = "http://schemas.microsoft.com/office/word/2003/wordml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.microsoft.com/office/2006/xmlPackage"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Word.Document"?>\n'
EMPTY_PACKAGE = f'{HEAD}<pkg:package xmlns:pkg="{PACKAGE}"><a b="/word/"/></pkg:package>'.encode()


def paragraph(text: str, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


def of_2003(body: str, *, before: str = "") -> bytes:
    spaces = f'xmlns:w="{WORD_2003}" xmlns:wx="wx" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"'
    return f"{HEAD}<w:wordDocument {spaces}>{before}<w:body>{body}</w:body></w:wordDocument>".encode()


def read(content: bytes, name: str = "稿件.doc", limits: Limits | None = None) -> ParsedIssue:
    return read_document(Document(name, content), limits or Limits())


def test_a_word_file_of_2003_is_read_with_its_headings() -> None:
    styles = '<w:styles><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>'
    body = paragraph("水渠通水", "1") + paragraph(CANAL) + paragraph("新教室启用", "1") + paragraph(SCHOOL)
    issue = read(of_2003(f"<wx:sect>{body}</wx:sect>", before=styles))
    assert [(article.title, article.body) for article in issue.articles] == [
        ("水渠通水", CANAL),
        ("新教室启用", SCHOOL),
    ]


def test_what_was_deleted_in_a_word_file_of_2003_is_not_read() -> None:
    gone = (
        '<aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:t>作废</w:t></w:r></aml:content></aml:annotation>'
    )
    issue = read(of_2003(paragraph("水渠通水") + f"<w:p>{gone}<w:r><w:t>{CANAL}</w:t></w:r></w:p>"))
    assert [(article.title, article.body) for article in issue.articles] == [("水渠通水", CANAL)]


def test_a_docx_file_as_one_piece_of_xml_is_read() -> None:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("水渠通水")}{paragraph(CANAL)}</w:body></w:document>'
    part = f'<pkg:part pkg:name="/word/document.xml"><pkg:xmlData>{document}</pkg:xmlData></pkg:part>'
    (article,) = read(f'{HEAD}<pkg:package xmlns:pkg="{PACKAGE}">{part}</pkg:package>'.encode(), "稿件.xml").articles
    assert (article.title, article.body) == ("水渠通水", CANAL)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (of_2003(paragraph(CANAL))[:-40], SourceCode.DOCX_PART_DAMAGED),
        (of_2003(""), SourceCode.DOCX_NO_TEXT),
        (
            of_2003(paragraph(CANAL)).replace(b"<w:w", b'<!DOCTYPE w [<!ENTITY a "b">]><w:w', 1),
            SourceCode.DOCX_ENTITIES,
        ),
        (EMPTY_PACKAGE, SourceCode.DOCX_PART_MISSING),
    ],
)
def test_a_bad_piece_of_xml_is_named(content: bytes, code: SourceCode) -> None:
    with pytest.raises(SourceError) as caught:
        read(content)
    assert caught.value.code is code


def test_a_piece_of_xml_beyond_the_limit_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read(of_2003(paragraph(CANAL)), limits=Limits(max_unpacked_bytes=300))
    assert caught.value.code is SourceCode.DOCX_TOO_LARGE


def taking_in(name: str, content: bytes, *, times: int = 1) -> bytes:
    """A DOCX file whose text is another file in it."""
    chunk = f'<w:altChunk xmlns:r="{OFFICE}" r:id="rId7"/>' * times
    relation = f'<Relationship Id="rId7" Type="{OFFICE}/aFChunk" Target="/word/{name}"/>'
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{chunk}</w:body></w:document>'.encode(),
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relation}</Relationships>"
        ).encode(),
        f"word/{name}": content,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part, held in parts.items():
            archive.writestr(part, held)
    return stream.getvalue()


PAGE = f"<html><body><h1>水渠通水</h1><p>{CANAL}</p><h1>新教室启用</h1><p>{SCHOOL}</p></body></html>"
SAVED = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\nSubject: x\r\n\r\n--b\r\n"
    f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{PAGE}\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [("afchunk.htm", PAGE.encode()), ("afchunk.htm", PAGE.encode("gb18030")), ("afchunk.mht", SAVED.encode())],
)
def test_a_page_that_a_word_file_takes_in_is_read(name: str, content: bytes) -> None:
    issue = read(taking_in(name, content), "稿件.docx")
    assert [(article.title, article.body) for article in issue.articles] == [
        ("水渠通水", CANAL),
        ("新教室启用", SCHOOL),
    ]


def test_a_file_that_is_taken_in_a_thousand_times_is_read_once() -> None:
    issue = read(taking_in("afchunk.txt", f"水渠通水\n{CANAL}".encode(), times=1000), "稿件.docx")
    assert [article.body for article in issue.articles] == [CANAL]


def test_a_numbered_heading_over_a_page_that_is_taken_in_names_the_issue() -> None:
    from embeddings.parsing.outline import read_outline

    issue = read_outline([(1, "青禾县要情 第31期"), (1, "水渠通水"), (0, CANAL)])
    assert (issue.name, [article.title for article in issue.articles]) == ("青禾县要情 第31期", ["水渠通水"])
    column = read_outline([(1, "科普小课堂 第12期"), (0, CANAL)])
    assert [article.title for article in column.articles] == ["科普小课堂 第12期"]


def test_an_office_and_a_name_alone_under_a_title_sign_what_follows() -> None:
    from embeddings.parsing.outline import read_outline

    issue = read_outline([(1, "青禾县要情 第31期"), (1, "水渠通水"), (0, "水利站 石岩"), (0, CANAL)])
    assert [(article.title, article.byline, article.body) for article in issue.articles] == [
        ("水渠通水", "水利站 石岩", CANAL)
    ]
    listed = read_outline([(1, "青禾县要情 第31期"), (1, "获奖名单"), (0, "水利站 石岩"), (0, "文化站 唐叶")])
    assert [article.byline for article in listed.articles] == [""]
