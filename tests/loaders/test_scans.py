"""PDF files and scans, made by the tests, from bytes to articles."""

from __future__ import annotations

import io
import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from embeddings import Limits, SourceError
from embeddings.errors import SourceCode
from embeddings.layout.ocr import read_picture
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document

pytest.importorskip("pypdfium2", reason="the pdf extra is not installed")
pytest.importorskip("rapidocr", reason="the ocr extra is not installed")
reportlab = pytest.importorskip("reportlab", reason="the test extra is not installed")

from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: E402
from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

pytestmark = pytest.mark.model
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
WIDTH, HEIGHT = 595.0, 842.0
STORY = "乙村的水渠修了三个月，全长三千米，浇灌两千亩地，村民都来看，说以后不用再等雨了。"
OTHER = "丙校昨天开学，来了三十个学生，校长在门口迎接他们，每人领到一本新书和一支铅笔。"


def columns(text: str, width: int = 14) -> list[str]:
    """A paragraph as it is set in a column, its first line indented."""
    indented = "\u3000\u3000" + text
    return [indented[start : start + width] for start in range(0, len(indented), width)]


def printed(pages: int = 1, **options: object) -> bytes:
    """A newspaper page of two articles beside each other."""
    registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), **options)
    for number in range(pages):
        put(canvas, 11, 40, 800, "青禾县报　2025年9月13日　星期六　第1246期")
        for left, title, text in ((40, "乙村水渠修好了", STORY), (320, "丙校昨天开学", OTHER)):
            put(canvas, 26, left, 740, title)
            put(canvas, 11, left, 715, "本报记者 某某")
            for at, line in enumerate(columns(text + f"这是第{number + 1}页。", 18)):
                put(canvas, 11, left, 690 - 16 * at, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def put(canvas: Canvas, size: float, left: float, top: float, text: str) -> None:
    canvas.setFont("STSong-Light", size)
    canvas.drawString(left, top, text)


def test_a_pdf_page_is_read_article_by_article_with_its_masthead() -> None:
    issue = read_document(Document("a.pdf", printed()))
    assert [article.title for article in issue.articles] == ["乙村水渠修好了", "丙校昨天开学"]
    assert issue.articles[0].body == STORY + "这是第1页。"
    assert issue.articles[0].byline == "本报记者 某某"
    assert (issue.name, str(issue.date)) == ("青禾县报 2025年9月13日 第1246期", "2025-09-13")


def test_each_paragraph_of_a_pdf_knows_where_it_is_printed() -> None:
    article = read_document(Document("a.pdf", printed(2))).articles[-1]
    (boxes,) = article.boxes
    assert (article.page, {box.page for box in boxes}) == (2, {2})
    assert all(0.5 < box.left < box.right <= 1 and 0 < box.top < box.bottom < 0.5 for box in boxes)


def test_a_pdf_that_is_called_text_is_read_as_a_pdf() -> None:
    assert len(read_document(Document("a.txt", printed())).articles) == 2


@pytest.mark.parametrize("cut", [20, 400])
def test_a_truncated_pdf_says_so(cut: int) -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: the PDF is damaged or cut off"):
        read_document(Document("a.pdf", printed()[:cut]))


def test_a_pdf_with_a_password_says_so() -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: it is protected by a password\. Save it without one"):
        read_document(Document("a.pdf", printed(encrypt="geheim")))


def test_pages_beyond_the_limit_are_said_and_those_before_are_read() -> None:
    issue = read_document(Document("a.pdf", printed(200)), Limits(max_pages=3))
    assert {article.page for article in issue.articles} == {1, 2, 3}
    (error,) = issue.left_out
    assert error.code is SourceCode.PAGES_LEFT_OUT
    assert re.search(r"a\.pdf.*200 pages; the limit is 3.*BULLETIN_MAX_PAGES", str(error))


def few_words(*, shapes: int = 0, pages: int = 1, height: float = 400) -> bytes:
    """A PDF file of pages with one short line each, and so many curves as some drawn characters have."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT))
    for number in range(pages):
        canvas.drawString(90, height, f"short line {number}")
        for at in range(shapes):
            canvas.bezier(50, 50 + at, 60, 60 + at, 70, 50 + at, 80, 60 + at)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def test_a_page_of_few_words_is_read_by_ocr_only_where_it_shows_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from embeddings.layout import pdf

    drawn: list[int] = []

    def draw(page: object, number: int, *, max_pixels: int) -> None:
        drawn.append(number)

    monkeypatch.setattr(pdf, "_draw_and_read", draw)
    (page,) = pdf.read_pdf(few_words())
    assert [line.text for line in page.lines] == ["short line 0"]
    assert len(pdf.read_pdf(few_words(pages=30))) == 30
    assert drawn == []
    with pytest.raises(SourceError, match="no text on any page"):
        pdf.read_pdf(few_words(shapes=200))
    assert drawn == [1]


def test_a_file_of_too_many_pages_without_an_article_is_not_called_read_in_part() -> None:
    with pytest.raises(SourceError, match="500 pages, of which the first 60 were read") as raised:
        read_document(Document("a.pdf", few_words(pages=500, height=30)))
    assert raised.value.code is SourceCode.PAGES_WITHOUT_ARTICLE


def test_an_empty_pdf_says_so() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT))
    canvas.showPage()
    canvas.save()
    with pytest.raises(SourceError, match="no text on any page"):
        read_document(Document("a.pdf", stream.getvalue()))


@pytest.fixture(scope="session")
def scan() -> bytes:
    """The same page as a picture: two articles, a headline set upright, a photograph with writing in it."""
    if not FONT.exists():
        pytest.skip("needs the Chinese font of fonts-noto-cjk")
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1500, 1500), "white")
    draw = ImageDraw.Draw(image)

    def put(text: str, left: int, top: int, size: int) -> None:
        draw.text((left, top), text, font=ImageFont.truetype(str(FONT), size), fill="black")

    put("青禾县报　2025年9月13日　星期六　第1246期", 60, 30, 26)
    draw.line((50, 90, 1450, 90), fill="red", width=4)
    put("乙村水渠今天修好了", 60, 120, 72)
    put("本报记者 某某", 60, 230, 26)
    for column, lines in enumerate((columns(STORY)[:2], columns(STORY)[2:])):
        for at, line in enumerate(lines):
            put(line, 60 + 400 * column, 280 + 36 * at, 26)
    draw.line((860, 110, 860, 1440), fill="black", width=3)
    for at, character in enumerate("丙校昨天迎新生"):
        put(character, 1340, 130 + 74 * at, 70)
    for at, line in enumerate(columns(OTHER)):
        put(line, 890, 130 + 36 * at, 26)
    # Not a photograph, but as many tones as one.
    noise = np.random.default_rng(0).integers(0, 160, (400, 700, 3), dtype=np.uint8)
    image.paste(Image.fromarray(noise).resize((700, 400)), (60, 560))
    draw.text((200, 700), "黑板上的字", font=ImageFont.truetype(str(FONT), 60), fill="white")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="session")
def scanned(scan: bytes):  # type: ignore[no-untyped-def]
    return read_document(Document("扫描.png", scan))


def test_a_scanned_page_is_read_article_by_article(scanned) -> None:  # type: ignore[no-untyped-def]
    assert [article.title for article in scanned.articles] == ["乙村水渠今天修好了", "丙校昨天迎新生"]
    for article, text in zip(scanned.articles, (STORY, OTHER), strict=True):
        # One character in forty may be read as one that looks like it.
        assert SequenceMatcher(None, article.body, text, autojunk=False).ratio() > 0.95
    assert scanned.articles[0].byline.replace(" ", "") == "本报记者某某"
    assert (scanned.name, str(scanned.date)) == ("青禾县报 2025年9月13日 第1246期", "2025-09-13")


def test_a_scanned_paragraph_that_a_column_breaks_has_two_boxes(scanned) -> None:  # type: ignore[no-untyped-def]
    (boxes,) = scanned.articles[0].boxes
    assert len(boxes) == 2
    assert boxes[0].right < boxes[1].left


def test_a_scanned_pdf_is_read_by_ocr(scan: bytes) -> None:
    from reportlab.lib.utils import ImageReader

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, WIDTH))
    canvas.drawImage(ImageReader(io.BytesIO(scan)), 0, 0, WIDTH, WIDTH)
    canvas.showPage()
    canvas.save()
    issue = read_document(Document("a.pdf", stream.getvalue()))
    assert [article.title for article in issue.articles] == ["乙村水渠今天修好了", "丙校昨天迎新生"]


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("L", (width, height), 255).save(stream, kind)
    return stream.getvalue()


def test_a_picture_of_a_hundred_megapixels_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(SourceError, match=r"100,000,000 pixels; the limit is 60,000,000.*BULLETIN_MAX_PIXELS"):
        read_document(Document("a.png", picture(10_000, 10_000)), Limits())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_picture_without_text_says_so(kind: str) -> None:
    with pytest.raises(SourceError, match="no text that can be read"):
        read_document(Document("a.jpg", picture(300, 300, kind)))


def test_a_truncated_picture_says_so(scan: bytes) -> None:
    with pytest.raises(SourceError, match="damaged or cut off"):
        read_document(Document("a.png", scan[: len(scan) // 2]))


@pytest.mark.parametrize(
    ("module", "name", "content", "cure"),
    [
        ("pypdfium2", "a.pdf", b"%PDF-1.4", r'pip install "bulletin-qa\[pdf\]"'),
        ("rapidocr", "a.png", b"", r'pip install "bulletin-qa\[ocr\]"'),
    ],
)
def test_a_part_that_is_not_installed_is_named(
    module: str, name: str, content: bytes, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from embeddings.layout import ocr

    ocr._engine.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SourceError, match=cure):
        read_document(Document(name, content or picture(300, 300)))


@pytest.mark.long
def test_the_front_page_of_a_paper_becomes_its_seven_articles(shared: Path) -> None:
    path = shared / "bulletins" / "messy" / "rapiddoc_reader_order_01.png"
    issue = read_document(Document(path.name, path.read_bytes()))
    assert [article.title[:6] for article in issue.articles] == [
        "以过硬作风服",
        "普及救护知识",
        "名师下沉到乡",
        "法治宣传教育",
        "『十四五』国",
        "校园不容网络",
        "如何预防和减",
    ]
    assert str(issue.date) == "2025-09-13"


def test_the_pages_of_a_tiff_file_are_read_one_after_another_without_its_blank_ones_and_small_copies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from PIL import Image

    from embeddings.layout import ocr
    from embeddings.layout.geometry import Area, PrintedLine
    from embeddings.loaders.page_image import _draw

    sizes = [(300, 400), (310, 400), (30, 40), (320, 400)]
    texts = {300: STORY, 320: OTHER}
    frames = [Image.new("L", size, 255) for size in sizes]
    frames[2].encoderinfo = {"tiffinfo": {254: 1}}  # type: ignore[attr-defined]
    stream = io.BytesIO()
    frames[0].save(stream, "TIFF", save_all=True, append_images=frames[1:])

    def recognise(pixels: object) -> list[PrintedLine]:
        width = round(300 * pixels.shape[1] / pixels.shape[0] * 400 / 300)  # type: ignore[attr-defined]
        return [PrintedLine(texts[width], Area(10, 10, 800, 40))] if width in texts else []

    monkeypatch.setattr(ocr, "_recognise", recognise)
    document = Document("a.tif", stream.getvalue())
    (article,) = read_document(document).articles
    assert article.body == STORY + OTHER
    assert [box.page for paragraph in article.boxes for box in paragraph] == [1, 3]
    assert _draw(document, 3, Limits()).size == (320, 400)


@pytest.mark.parametrize("size", [(10_000, 1), (60, 9_000)])
def test_a_picture_that_is_a_mere_strip_shows_no_text(size: tuple[int, int]) -> None:
    image = pytest.importorskip("PIL.Image")
    stream = io.BytesIO()
    image.new("L", size, 255).save(stream, "PNG")
    with pytest.raises(SourceError) as raised:
        read_picture(stream.getvalue())
    assert raised.value.code is SourceCode.PAGE_UNREADABLE
