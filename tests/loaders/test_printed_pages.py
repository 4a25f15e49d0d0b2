"""PDF files of kinds that newsrooms have: headlines over datelines, ruled tables, watermarks, upright pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

import pytest

from embeddings.layout.geometry import Area, PrintedLine, PrintedPage
from embeddings.layout.reading_order import read_layout
from embeddings.layout.running import without_running_lines
from embeddings.layout.tables import with_table_rows
from embeddings.loaders.registry import read_document
from embeddings.parsing.layout_pages import read_articles
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue

pytest.importorskip("pypdfium2", reason="the pdf extra is not installed")
pytest.importorskip("reportlab", reason="the test extra is not installed")

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
TITLE = "山口镇卫生院扩建完工"
STORY = [
    "　　山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯，",
    "院里还添了一台彩超机。",
    "　　院长钟毅说，扩建用了十四个月，资金来自县财政和社会捐助，总共有八",
    "百六十万元。",
]
BODY = [
    "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯，院里还添了一台彩超机。",
    "院长钟毅说，扩建用了十四个月，资金来自县财政和社会捐助，总共有八百六十万元。",
]


class Drawing:
    """A PDF file in the making; tops are measured from the upper edge."""

    def __init__(self) -> None:
        registerFont(UnicodeCIDFont("STSong-Light"))
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=(WIDTH, HEIGHT))

    def put(self, size: float, left: float, top: float, text: str) -> None:
        self.canvas.setFont("STSong-Light", size)
        self.canvas.drawString(left, HEIGHT - top, text)

    def story(self, top: float) -> None:
        for at, line in enumerate(STORY):
            self.put(12, 60, top + 18 * at, line)

    def read(self) -> ParsedIssue:
        self.canvas.save()
        return read_document(Document("a.pdf", self.stream.getvalue()))


def only(issue: ParsedIssue) -> ParsedArticle:
    (article,) = issue.articles
    return article


@pytest.mark.parametrize("dateline", ["《白塔日报》（2024年03月08日 第 03 版）", "2024年03月08日 第03版"])
def test_a_headline_over_its_dateline_stays_with_its_article(dateline: str) -> None:
    page = Drawing()
    page.put(28, 150, 70, TITLE)
    page.put(11, 250, 100, "本报记者 何晴")
    page.put(11, 200, 120, dateline)
    page.story(160)
    issue = page.read()
    article = only(issue)
    assert (article.title, article.byline, article.body.split("\n")) == (TITLE, "本报记者 何晴", BODY)
    assert issue.date == date(2024, 3, 8)


def test_a_masthead_stays_one_over_its_headline_and_over_a_typed_text() -> None:
    page = Drawing()
    page.put(40, 60, 60, "白塔日报")
    page.put(11, 60, 90, "2024年3月8日 星期五 第2031期")
    page.put(28, 150, 150, TITLE)
    page.story(200)
    issue = page.read()
    assert (issue.name, only(issue).title) == ("白塔日报 2024年3月8日 第2031期", TITLE)
    page = Drawing()
    page.put(40, 60, 60, "白塔县教育工作动态")
    page.put(11, 60, 90, "2024年3月8日 第31期")
    page.story(140)
    assert only(page.read()).title == ""


def test_a_watermark_and_running_heads_are_none_of_the_text() -> None:
    page = Drawing()
    for number in (1, 2):
        page.canvas.saveState()
        page.canvas.translate(120, 250)
        page.canvas.rotate(45)
        page.canvas.setFont("STSong-Light", 50)
        page.canvas.drawString(0, 0, "白塔日报内部资料")
        page.canvas.restoreState()
        page.put(9, 60, 30, "白塔县委机关报 免费交流")
        page.put(9, 280, 815, f"— {number} —")
        if number == 1:
            page.put(26, 150, 80, TITLE)
        page.story(130)
        page.canvas.showPage()
    article = only(page.read())
    assert article.title == TITLE
    assert article.body.split("\n") == BODY * 2


def test_a_table_within_rules_keeps_its_rows_and_the_lines_above_it_their_order() -> None:
    page = Drawing()
    page.put(24, 200, 70, "停水安排")
    page.put(12, 84, 110, "县自来水公司公布本月停水检修安排，请用户提前储水，具体的时间见下表")
    page.put(12, 60, 128, "所列。")
    for top in (150, 174, 222):
        page.canvas.line(60, HEIGHT - top, 540, HEIGHT - top)
    page.canvas.line(180, HEIGHT - 198, 540, HEIGHT - 198)
    for left in (60, 180, 300, 540):
        page.canvas.line(left, HEIGHT - 150, left, HEIGHT - 222)
    rows = [("乡镇", "日期", "范围"), ("山口镇", "3月9日", "东街、河沿路一带"), ("", "3月10日", "全镇")]
    for at, row in enumerate(rows):
        for left, text in zip((70, 190, 310), row, strict=True):
            page.put(11, left, 166 + 24 * at, text)
    article = only(page.read())
    assert article.title == "停水安排"
    assert article.body.split("\n") == [
        "县自来水公司公布本月停水检修安排，请用户提前储水，具体的时间见下表所列。",
        *("乡镇 | 日期 | 范围", "山口镇 | 3月9日 | 东街、河沿路一带", "山口镇 | 3月10日 | 全镇"),
    ]
    assert len(article.boxes) == 4


CELLS = [("姓名", "学校", "名次"), ("田甲", "一小", "1"), ("田乙", "二小", "2"), ("田丙", "三小", "3")]
EDGES = (60.0, 100.0, 140.0, 170.0)
TOP, ROW = 160.0, 14.0  # no rule of such a table, and no piece of one, is as long as those that part articles
SAID = "少年书法比赛昨日结束，名次由五位评委评定，前三名的学生和所在学校如下。"


def levels(*, rows: int) -> list[float]:
    return [HEIGHT - TOP - ROW * at for at in range(rows + 1)]


def lines_of_full_length(canvas: Canvas) -> None:
    for y in levels(rows=4):
        canvas.line(EDGES[0], y, EDGES[-1], y)
    for x in EDGES:
        canvas.line(x, levels(rows=4)[0], x, levels(rows=4)[-1])


def borders_of_each_cell(canvas: Canvas) -> None:
    for upper, lower in pairwise(levels(rows=4)):
        for left, right in pairwise(EDGES):
            for line in ((left, upper, right, upper), (left, lower, right, lower)):
                canvas.line(*line)
            for x in (left, right):
                canvas.line(x, upper, x, lower)


def a_rectangle_a_cell(canvas: Canvas) -> None:
    for lower in levels(rows=4)[1:]:
        for left, right in pairwise(EDGES):
            canvas.rect(left, lower, right - left, ROW, stroke=1, fill=0)


def one_path(canvas: Canvas) -> None:
    canvas.grid(EDGES, levels(rows=4))


def thin_areas_without_the_corners(canvas: Canvas) -> None:
    for y in levels(rows=4):
        for left, right in pairwise(EDGES):
            canvas.rect(left + 0.5, y, right - left - 0.5, 0.5, stroke=0, fill=1)
    for y in levels(rows=4)[1:]:
        for x in EDGES:
            canvas.rect(x, y + 0.5, 0.5, ROW - 0.5, stroke=0, fill=1)


def put_cells(page: Drawing, cells: Sequence[Sequence[str]]) -> None:
    page.put(24, 200, 70, "书法比赛结果")
    page.put(12, 60, 110, SAID)
    for at, row in enumerate(cells):
        for left, text in zip(EDGES, row, strict=False):
            page.put(10, left + 2, TOP + ROW * at + 11, text)


@pytest.mark.parametrize(
    "draw",
    [
        lines_of_full_length,
        borders_of_each_cell,
        a_rectangle_a_cell,
        one_path,
        thin_areas_without_the_corners,
    ],
)
def test_a_table_of_short_cells_keeps_its_rows_however_its_rules_are_drawn(draw: Callable[[Canvas], None]) -> None:
    page = Drawing()
    draw(page.canvas)
    put_cells(page, CELLS)
    assert only(page.read()).body.split("\n") == [SAID, *map(" | ".join, CELLS)]


def test_cells_that_nearly_touch_are_parted_by_the_rule_between_them() -> None:
    page = Drawing()
    lines_of_full_length(page.canvas)
    full = [("参赛者", "她的学校", "名次"), *CELLS[1:3], ("总的来", "说的结果", "很好")]
    put_cells(page, full)
    assert only(page.read()).body.split("\n") == [SAID, *map(" | ".join, full)]


def test_a_head_over_several_columns_or_rows_stands_over_each() -> None:
    page = Drawing()
    put_cells(page, [(), ("", "语文", "数学"), ("田甲", "91", "88"), ("田乙", "90", "97")])
    page.put(10, EDGES[0] + 2, TOP + ROW + 4, "姓名")
    page.put(10, EDGES[2] - 10, TOP + 11, "成绩")
    for at, y in enumerate(levels(rows=4)):
        page.canvas.line(EDGES[1 if at == 1 else 0], y, EDGES[-1], y)
    for at, x in enumerate(EDGES):
        page.canvas.line(x, levels(rows=4)[1 if at == 2 else 0], x, levels(rows=4)[-1])
    rows = ["姓名 | 成绩", "姓名 | 语文 | 数学", "田甲 | 91 | 88", "田乙 | 90 | 97"]
    assert only(page.read()).body.split("\n") == [SAID, *rows]


def test_underlines_and_rules_between_columns_are_no_table() -> None:
    page = Drawing()
    page.put(26, 150, 70, TITLE)
    story = "卫生院从本月起每天下午也看门诊，周末照常"
    for left in (60, 225, 390):
        for at in range(20):
            y = 120 + 16 * at
            page.put(8, left, y, story)
            if at % 3 == 0:
                page.canvas.line(left, HEIGHT - y - 2, left + 60, HEIGHT - y - 2)
            page.canvas.line(left + 163, HEIGHT - y - 2, left + 163, HEIGHT - y + 14)
    article = only(page.read())
    assert article.title == TITLE
    assert article.body.replace("\n", "") == story * 60


def test_a_page_of_more_strokes_than_any_table_is_read_without_its_tables() -> None:
    page = Drawing()
    page.put(28, 150, 70, TITLE)
    page.story(160)
    for at in range(3000):
        x, y = 60 + 8 * (at % 50), 400 + 5 * (at // 50)
        page.canvas.line(x, y, x + 5, y)
    article = only(page.read())
    assert (article.title, article.body.split("\n")) == (TITLE, BODY)


def test_frames_around_articles_are_no_table() -> None:
    rules = [Area(left, 0, left + 1, 300) for left in (0, 150, 299)]
    rules += [Area(0, top, 300, top + 1) for top in (0, 150, 299)]
    lines = [
        PrintedLine(
            "卫生院扩建完工新增病床四十张" * 2, Area(5 + left, 5 + top + 12 * at, 145 + left, 15 + top + 12 * at)
        )
        for left in (0, 150)
        for top in (0, 150)
        for at in range(10)
    ]
    page = PrintedPage(1, 300, 300, tuple(lines), tuple(rules))
    assert with_table_rows(page) == page


def test_upright_columns_are_read_from_right_to_left_and_their_boxes_stand_where_they_are_printed() -> None:
    texts = [
        "衛生所擴建完工",
        "白塔鄉衛生所上月完成擴建工程，新增病床四十",
        "張，門診大樓加裝兩部電梯，並添購彩色超音波",
        "設備。鄉長表示，擴建歷時十四個月。",
    ]
    lines, right = [], 380.0
    for at, text in enumerate(texts):
        size = 40.0 if at == 0 else 20.0
        lines.append(PrintedLine(text, Area(right - size, 20, right, 20 + size * len(text)), vertical=True))
        right -= size + 12
    page = PrintedPage(1, 400, 500, tuple(reversed(lines)))
    (article,) = read_articles([read_layout(page)])
    assert (article.title, article.body) == (texts[0], "".join(texts[1:]))
    boxes = [box for paragraph in article.boxes for box in paragraph]
    assert all(0 <= box.left < box.right <= 0.85 and 0 <= box.top < box.bottom <= 1 for box in boxes)


def test_a_line_in_the_margin_of_one_page_stays_and_so_does_one_with_a_date() -> None:
    head = Area(10, 10, 200, 20)
    lines = [PrintedLine("白塔日报 2024年3月8日", head), PrintedLine("编辑部", Area(10, 25, 60, 35))]
    pages = [PrintedPage(number, 300, 400, (*lines, PrintedLine("甲" * number, head))) for number in (1, 2)]
    assert [[line.text for line in page.lines] for page in without_running_lines(pages)] == [
        ["白塔日报 2024年3月8日", "甲"],
        ["白塔日报 2024年3月8日", "甲甲"],
    ]
