"""OFD: places of characters become lines, headlines and articles; and what is wrong with such files."""

from __future__ import annotations

import io
import zipfile

import pytest

from embeddings import SourceError
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.loaders.registry import read_document
from embeddings.sources.unpack import unpack
from embeddings.types import ParsedIssue

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
LINES = ["　　青禾县的水渠昨日通了水，全长三千二百米，", "沿渠的三个村子都用上了自来水，村民十分高兴。"]


def text(words: str, left: float, base: float, size: float, *, apart: bool = False, moves: str = "") -> str:
    """A text object, or one for each character."""
    if apart:
        return "".join(text(one, left + at * size, base, size) for at, one in enumerate(words))
    delta = moves or f"g {len(words) - 1} {size}"
    return (
        f'<ofd:TextObject Boundary="{left} {base - size} {size * len(words)} {size * 1.2}" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="{delta}">{words}</ofd:TextCode></ofd:TextObject>'
    )


def page(*objects: str) -> str:
    return f'<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID="1">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'


def news(*, apart: bool = False) -> str:
    lines = [text(line, 20, 60 + 6 * at, 4, apart=apart) for at, line in enumerate(LINES)]
    return page(text("青禾县水渠完工通水", 20, 45, 9, apart=apart), *lines)


def parts(*pages: str) -> dict[str, str]:
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/{n}.xml"/>' for n in range(len(pages)))
    return {
        "OFD.xml": f"<ofd:OFD {SPACE}><ofd:DocBody>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        **{f"Doc_0/Pages/{n}.xml": content for n, content in enumerate(pages)},
    }


def packed(content: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return stream.getvalue()


def read(content: bytes, limits: Limits | None = None, name: str = "公报.ofd") -> ParsedIssue:
    (document,) = unpack(name, content, limits or Limits()).documents
    return read_document(document, limits or Limits())


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("name", ["公报.ofd", "公报"])
def test_a_page_is_read_with_its_headline_and_the_places_of_its_paragraphs(name: str, apart: bool) -> None:
    (article,) = read(packed(parts(news(apart=apart))), name=name).articles
    assert article.title == "青禾县水渠完工通水"
    assert article.body == "".join(LINES).strip("　")
    (box,) = article.boxes[0]
    assert (box.page, round(box.left * 210), article.page) == (1, 20, 1)


def test_characters_may_be_moved_by_a_matrix() -> None:
    moved = page(
        *(
            text(words, 0, size, size).replace("Size=", f'CTM="1 0 0 1 20 {base - size}" Size=')
            for words, base, size in [("青禾县水渠完工通水", 45, 9), (LINES[0], 60, 4), (LINES[1], 66, 4)]
        )
    )
    (article,) = read(packed(parts(moved))).articles
    assert (article.title, article.body) == ("青禾县水渠完工通水", "".join(LINES).strip("　"))


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_file_is_refused_with_its_cure(kept: float) -> None:
    content = packed(parts(news()))
    with pytest.raises(SourceError, match=r"damaged OFD .*Copy it again"):
        read(content[: int(kept * len(content))])


@pytest.mark.parametrize(
    ("name", "become"),
    [
        ("OFD.xml", "no XML"),
        ("OFD.xml", "<a/>"),
        ("Doc_0/Document.xml", "<ofd"),
        ("Doc_0/Pages/0.xml", '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'),
        ("Doc_0/Pages/0.xml", "<x>" * 5000),
    ],
)
def test_a_damaged_or_hostile_part_is_refused(name: str, become: str) -> None:
    with pytest.raises(SourceError, match="damaged OFD"):
        read(packed({**parts(news()), name: become}))


@pytest.mark.parametrize("location", ["../../../etc/passwd", "/etc/passwd", "Pages/9.xml"])
def test_a_page_that_lies_elsewhere_is_missing(location: str) -> None:
    content = parts(news())
    content["Doc_0/Document.xml"] = content["Doc_0/Document.xml"].replace("Pages/0.xml", location)
    with pytest.raises(SourceError, match="is missing"):
        read(packed(content))


@pytest.mark.parametrize("pages", [[], [page()], [page("<ofd:ImageObject/>")]])
def test_a_file_without_text_says_what_to_do(pages: list[str]) -> None:
    with pytest.raises(SourceError, match="Save it as PDF"):
        read(packed(parts(*pages)))


def test_a_protected_file_and_one_of_too_many_pages_are_named() -> None:
    with pytest.raises(SourceError) as caught:
        read(packed({**parts(news()), "Doc_0/Encryptions.xml": "<a/>"}))
    assert caught.value.code is SourceCode.PROTECTED
    with pytest.raises(SourceError, match="BULLETIN_MAX_PAGES"):
        read(packed(parts(*[news()] * 4)), Limits(max_pages=3))


@pytest.mark.parametrize("moves", ["g 999999999 4", "1e999 nan", "x y", "g", "-5"])
def test_strange_distances_cost_nothing(moves: str) -> None:
    issue = read(packed(parts(page(news()[:0] + text(LINES[0] * 3, 20, 60, 4, moves=moves), news()))))
    assert issue.articles


def test_xml_of_office_2003_is_named_with_its_cure() -> None:
    xml = '<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n'
    xml += '<w:wordDocument xmlns:w="x"><w:t>文</w:t></w:wordDocument>'
    with pytest.raises(SourceError, match=r"Office 2003.*save it as DOCX"):
        read(xml.encode(), name="稿件.doc")
