from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from embeddings.config import Limits
from embeddings.errors import SourceError
from embeddings.loaders.docx import DocxLoader
from embeddings.sources.document import Document
from embeddings.types import ParsedIssue
from tests.support.cost import cpu_seconds, growth

LIBRARY = "图书馆从5月7日起开放到晚上九点，周末不休息，读者可以凭身份证办理借书证。"
STREET = "东街改造工程5月6日开工，工期三个月，其间车辆绕行北街和中山路，公交改道。"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTENT_TYPES = "[Content_Types].xml"


def packed(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {CONTENT_TYPES: "<Types/>", **parts}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def body(xml: str, **parts: str) -> bytes:
    """A Word file with these paragraphs; of its parts the names without folder and suffix."""
    spaces = (
        f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    document = f"<w:document {spaces}><w:body>{xml}</w:body></w:document>"
    others = {f"word/{name}.xml": f'<w:{name} xmlns:w="{W}">{content}</w:{name}>' for name, content in parts.items()}
    return packed({"word/document.xml": document, **others})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(content: bytes, limits: Limits | None = None) -> ParsedIssue:
    document = Document("稿件.docx", content)
    assert DocxLoader().reads(document)
    return DocxLoader().read(document, limits or Limits())


def lines(content: bytes) -> list[str]:
    return [line for article in read(content).articles for line in (article.title, *article.body.split("\n")) if line]


def test_a_word_file_is_known_by_its_parts_and_no_other_zip_file_is() -> None:
    assert DocxLoader().reads(Document("a.txt", body(paragraph(LIBRARY))))
    assert not DocxLoader().reads(Document("a.xlsx", packed({"xl/workbook.xml": "<a/>"})))
    assert not DocxLoader().reads(Document("a.txt", LIBRARY.encode()))


def test_headings_begin_articles_and_the_dated_one_above_names_the_issue() -> None:
    document = docx.Document()
    document.add_heading("社区周报 2024年5月6日 第12期", 1)
    for title, byline, text in (("图书馆延长开放", "本报记者 甲乙", LIBRARY), ("东街改造开工", "通讯员 丙丁", STREET)):
        document.add_heading(title, 2)
        document.add_paragraph(byline)
        document.add_paragraph(text)
    document.add_heading("绕行路线", 3)
    document.add_paragraph("走北街。", style="List Number")
    document.add_paragraph("走中山路。", style="List Number")
    document.add_paragraph("公交改道。", style="List Bullet")
    issue = read(saved(document))
    assert (issue.name, issue.date) == ("社区周报 2024年5月6日 第12期", date(2024, 5, 6))
    first, second = issue.articles
    assert (first.title, first.byline, first.body) == ("图书馆延长开放", "本报记者 甲乙", LIBRARY)
    assert (second.title, second.byline) == ("东街改造开工", "通讯员 丙丁")
    assert second.body.split("\n") == [STREET, "绕行路线", "1. 走北街。", "2. 走中山路。", "• 公交改道。"]


def test_a_heading_with_nothing_but_headings_below_is_a_section() -> None:
    document = docx.Document()
    for section, title, text in (("民生", "图书馆延长开放", LIBRARY), ("建设", "东街改造开工", STREET)):
        document.add_heading(section, 1)
        document.add_heading(title, 2)
        document.add_paragraph(text)
    issue = read(saved(document))
    assert [(article.section, article.title) for article in issue.articles] == [
        *(("民生", "图书馆延长开放"), ("建设", "东街改造开工"))
    ]
    assert (issue.name, issue.date) == ("", None)


def test_parts_of_an_article_are_no_articles() -> None:
    document = docx.Document()
    document.add_heading("图书馆延长开放", 1)
    document.add_paragraph(LIBRARY)
    document.add_heading("一、工程", 2)
    document.add_paragraph(STREET)
    (article,) = read(saved(document)).articles
    assert article.body.split("\n") == [LIBRARY, "一、工程", STREET]


def bold_issue(*, size: int, header: str = "") -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = header
    document.core_properties.title = "本周稿件"
    for title, byline, text in (("图书馆延长开放", "本报记者 甲乙", LIBRARY), ("东街改造开工", "通讯员 丙丁", STREET)):
        heading = document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = heading.add_run(title)
        run.bold, run.font.size = True, Pt(size)
        document.add_paragraph(byline)
        document.add_paragraph(text * 2)
        document.add_paragraph().add_run("具体安排").bold = True
        document.add_paragraph(text)
    return saved(document)


@pytest.mark.parametrize("size", [11, 18])
def test_titles_that_only_stand_out_begin_articles_where_no_heading_has_a_style(size: int) -> None:
    issue = read(bold_issue(size=size))
    assert [article.title for article in issue.articles] == ["图书馆延长开放", "东街改造开工"]
    assert [article.byline for article in issue.articles] == ["本报记者 甲乙", "通讯员 丙丁"]
    assert issue.articles[0].body.split("\n") == [LIBRARY * 2, "具体安排", LIBRARY]


def test_a_header_names_and_dates_the_issue_and_is_in_no_article() -> None:
    content = bold_issue(size=18, header="《社区周报》 2024年5月6日 星期一 第12期")
    issue = read(content)
    assert (issue.name, issue.date) == ("社区周报 2024年5月6日", date(2024, 5, 6))
    assert not any("社区周报" in line for line in lines(content))


def test_the_title_of_the_file_names_the_issue_last_and_its_creation_never_dates_it() -> None:
    issue = read(bold_issue(size=18))
    assert (issue.name, issue.date) == ("本周稿件", None)


def test_plain_paragraphs_are_left_to_the_page_parser() -> None:
    assert lines(body(paragraph(LIBRARY) + paragraph(STREET))) == [LIBRARY, STREET]


def test_tables_are_rows_of_cells_and_a_frame_is_its_text() -> None:
    document = docx.Document()
    document.add_heading("图书馆延长开放", 1)
    document.add_paragraph(LIBRARY)
    table = document.add_table(2, 2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("村", "亩", "东村", "1200"), strict=True
    ):
        cell.text = text
    document.add_table(1, 1).cell(0, 0).text = STREET
    assert lines(saved(document))[1:] == [LIBRARY, "村 | 亩", "东村 | 1200", STREET]


def test_boxes_are_read_once_and_what_changed_as_it_now_stands() -> None:
    box = f"<w:txbxContent>{paragraph('方框里的话在这里。')}</w:txbxContent>"
    xml = (
        f"<w:p><w:r><w:t>{LIBRARY}</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:p><w:r><w:t>工期</w:t></w:r><w:del><w:r><w:delText>两个月</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>三个月</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>"
        "<w:hyperlink><w:r><w:t>，详见网站</w:t></w:r></w:hyperlink>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>。</w:t></w:r></w:p>'
    )
    notes = "".join(
        f'<w:footnote w:id="{number}">{paragraph(text)}</w:footnote>'
        for number, text in ((0, "分隔"), (2, "以公告为准。"))
    )
    assert lines(body(xml, footnotes=notes)) == [
        LIBRARY,
        "方框里的话在这里。",
        "工期三个月，详见网站。",
        "以公告为准。",
    ]


def test_chinese_list_numbers_are_kept() -> None:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="5">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
    )
    items = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        f"<w:r><w:t>第{number}件事情要在本周之内办好。</w:t></w:r></w:p>"
        for number, depth in enumerate([0] * 11 + [1], start=1)
    )
    read_lines = lines(body(items, numbering=numbering))
    assert read_lines[0].startswith("一、第1件")
    assert read_lines[10].startswith("十一、第11件")
    assert read_lines[11].startswith("十一.1 第12件")


def lying(content: bytes, *, size: int) -> bytes:
    """The file with each member said to be of another size."""
    raw = bytearray(content)
    for match in re.finditer(rb"PK\x01\x02", content):
        raw[match.start() + 24 : match.start() + 28] = struct.pack("<I", size)
    return bytes(raw)


@pytest.mark.parametrize("size", [None, 1000])
def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_whatever_it_says(size: int | None) -> None:
    content = body(paragraph("水" * 3_000_000))
    content = content if size is None else lying(content, size=size)

    def refuse() -> None:
        with pytest.raises(SourceError, match=r"稿件\.docx (?:unpacks to more than|is a damaged DOCX)"):
            read(content, Limits(max_unpacked_bytes=1_000_000))

    assert cpu_seconds(refuse) < 2


def test_a_bomb_in_a_part_that_is_not_read_is_refused_too() -> None:
    content = packed({"word/document.xml": f'<w:document xmlns:w="{W}"/>', "word/media/a.png": bytes(5_000_000)})
    with pytest.raises(SourceError, match="BULLETIN_MAX_UNPACKED_BYTES"):
        read(content, Limits(max_unpacked_bytes=1_000_000))


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "水" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "definitions", [ENTITIES, '<!ENTITY a8 SYSTEM "file:///etc/passwd">', '<!ENTITY a8 SYSTEM "http://example.com/">']
)
def test_entities_are_not_expanded(definitions: str) -> None:
    xml = f'<!DOCTYPE a [{definitions}]><w:document xmlns:w="{W}"><w:body>{paragraph("&a8;")}</w:body></w:document>'

    def refuse() -> None:
        with pytest.raises(SourceError, match="Save it anew in Word"):
            read(packed({"word/document.xml": xml}))

    assert cpu_seconds(refuse) < 2


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.99])
def test_a_truncated_file_is_refused_with_its_cure(kept: float) -> None:
    content = bold_issue(size=18)
    with pytest.raises(SourceError, match=r"稿件\.docx is a damaged DOCX .*Copy it again"):
        read(content[: int(len(content) * kept)])


def test_a_file_without_its_text_part_is_refused() -> None:
    with pytest.raises(SourceError, match=r"no word/document\.xml"):
        read(packed({"word/styles.xml": "<a/>"}))


@pytest.mark.parametrize("xml", ["<w:document", "", "<a>" * 100_000, "\x89PNG"])
def test_broken_xml_is_refused(xml: str) -> None:
    with pytest.raises(SourceError, match="Save it anew in Word"):
        read(packed({"word/document.xml": xml}))


def test_a_file_of_pictures_alone_says_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"no text.*pictures.*PDF"):
        read(body("<w:p><w:r><w:drawing/></w:r></w:p>", styles=""))


def test_styles_in_a_circle_do_no_harm() -> None:
    styles = "".join(
        f'<w:style w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/></w:style>'
        for name, base in (("a", "b"), ("b", "a"))
    )
    xml = f'<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>{LIBRARY}</w:t></w:r></w:p>'
    assert lines(body(xml, styles=styles)) == [LIBRARY]


def test_reading_costs_no_more_a_paragraph_in_a_long_file() -> None:
    contents = {
        count: body("".join(paragraph(f"第{number}户居民说，{LIBRARY}") for number in range(count)))
        for count in (1_500, 6_000)
    }
    assert len(lines(contents[6_000])) == 6_000
    assert growth(lambda count: lines(contents[count]), small=1_500, large=6_000) < 2 * 4


@pytest.mark.parametrize(
    ("name", "found"), [("chatchat_ocr_test", "我是表格1 | 我是表格2"), ("mineru_docx_01", "MinerU")]
)
def test_the_sample_files_are_read(shared: Path, name: str, found: str) -> None:
    file = shared / "bulletins" / "messy" / f"{name}.docx"
    if not file.exists():
        pytest.skip("the sample Word files are not beside this checkout")
    issue = read(file.read_bytes())
    assert found in issue.name + "".join(article.body for article in issue.articles)


def test_a_cell_merged_downwards_counts_for_each_row() -> None:
    document = docx.Document()
    document.add_paragraph(STREET)
    table = document.add_table(3, 3)
    cells = ["村", "日期", "范围", "东村", "3月9日", "北街", "", "3月10日", "全村"]
    for cell, text in zip((cell for row in table.rows for cell in row.cells), cells, strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert lines(saved(document))[-3:] == ["村 | 日期 | 范围", "东村 | 3月9日 | 北街", "东村 | 3月10日 | 全村"]


def test_a_table_that_places_texts_beside_one_another_gives_their_paragraphs() -> None:
    document = docx.Document()
    texts = [STREET * 4, "第一段到此为止。" * 5, "西村的水渠修了三个月，全长三千米。" * 8, "第二段到此为止。" * 5]
    left, right = document.add_table(1, 2).rows[0].cells
    for cell, (first, second) in zip((left, right), (texts[:2], texts[2:]), strict=True):
        cell.text = first
        cell.add_paragraph(second)
    assert lines(saved(document)) == texts
