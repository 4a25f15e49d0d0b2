"""Pages whose lines and places are known: the articles they make, and the order in which they are read."""

from __future__ import annotations

import pytest

from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, body_size
from embeddings.layout.reading_order import has_headline, masthead, read_layout
from embeddings.parsing.lines import Part

SIZE = 20.0
PITCH = 24.0
COLUMN = 15  # characters


class Sheet:
    """A page in the making, 2000 wide and 3000 high."""

    def __init__(self) -> None:
        self.lines: list[PrintedLine] = []
        self.rules: list[Area] = []
        self.pictures: list[Area] = []

    def put(self, text: str, left: float, top: float, *, size: float = SIZE, vertical: bool = False) -> float:
        """Print a line; returns where it ends, to the right or at the bottom."""
        advance = size * len(text) / 1.15
        width, height = (size, advance) if vertical else (advance, size)
        self.lines.append(PrintedLine(text, Area(left, top, left + width, top + height), vertical))
        return top + height if vertical else left + width

    def story(self, name: str, left: float, top: float, lines: int) -> float:
        """A column of running text whose lines tell where they stand; returns where it ends."""
        for number in range(lines):
            opens = number == 0
            text = f"{name}第{number}行".ljust(COLUMN - 2 * opens, "文")
            self.put(text, left + 2 * SIZE / 1.15 * opens, top + number * PITCH)
        return top + lines * PITCH

    def page(self) -> PrintedPage:
        return PrintedPage(1, 2000, 3000, tuple(self.lines), tuple(self.rules), tuple(self.pictures))


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


def told(sheet: Sheet) -> list[tuple[str, str]]:
    """What is read, with the running text of a column shortened to its name."""
    found: list[tuple[str, str]] = []
    for line in read_layout(sheet.page()):
        text = line.text.split("第")[0] if line.part is Part.BODY else line.text
        if not found or found[-1] != (str(line.part), text):
            found.append((str(line.part), text))
    return found


def test_columns_are_read_from_left_to_right_under_their_headline(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    for number, name in enumerate("甲乙丙"):
        sheet.story(name, 100 + 320 * number, 250, 20)
    assert told(sheet) == [("headline", "乙村的水渠今天修好了"), ("body", "甲"), ("body", "乙"), ("body", "丙")]


def test_a_kicker_stands_above_its_headline_and_a_deck_below(sheet: Sheet) -> None:
    sheet.put("全县水利建设纪实", 200, 60, size=34)
    sheet.put("乙村的水渠今天修好了", 100, 110, size=80)
    sheet.put("三千米水渠浇灌两千亩地", 150, 210, size=34)
    sheet.story("甲", 100, 280, 20)
    assert [part for part, _ in told(sheet)] == ["kicker", "headline", "deck", "body"]


def test_a_headline_of_two_lines_is_one(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天", 100, 100, size=60)
    sheet.put("修好了通水了", 110, 170, size=60)
    sheet.story("甲", 100, 280, 20)
    assert [part for part, _ in told(sheet)] == ["headline", "headline", "body"]


def test_articles_beside_each_other_are_not_mixed(sheet: Sheet) -> None:
    sheet.put("左边的水渠修好了", 100, 100, size=60)
    sheet.put("右边的学校开学了", 1100, 100, size=60)
    for left in (100, 420):
        sheet.story("左", left, 220, 20)
    for left in (1100, 1420):
        sheet.story("右", left, 220, 20)
    assert told(sheet) == [
        ("headline", "左边的水渠修好了"),
        ("body", "左"),
        ("headline", "右边的学校开学了"),
        ("body", "右"),
    ]


def test_articles_under_each_other_are_not_mixed(sheet: Sheet) -> None:
    for top, name in ((100, "上"), (900, "下")):
        sheet.put(f"{name}面的水渠今天修好了", 100, top, size=60)
        for left in (100, 420, 740):
            sheet.story(name, left, top + 120, 20)
    assert [text for _, text in told(sheet)] == ["上面的水渠今天修好了", "上", "下面的水渠今天修好了", "下"]


def test_a_rule_parts_articles_whose_columns_nearly_touch(sheet: Sheet) -> None:
    sheet.put("左边的水渠修好了", 100, 100, size=50)
    sheet.put("右边的学校开学了", 760, 400, size=50)
    for left in (100, 420):
        sheet.story("左", left, 220, 40)
    sheet.story("右", 760, 520, 28)
    sheet.story("又", 1080, 520, 28)
    sheet.rules.append(Area(735, 90, 738, 1250))
    assert [text for _, text in told(sheet)] == ["左边的水渠修好了", "左", "右边的学校开学了", "右", "又"]


def test_a_short_rule_around_a_subhead_parts_nothing(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    end = sheet.story("甲", 100, 250, 10)
    sheet.rules.append(Area(100, end + 4, 360, end + 6))
    sheet.put("两千亩地喝上了水", 100, end + 12, size=26)
    sheet.rules.append(Area(100, end + 44, 360, end + 46))
    sheet.story("乙", 100, end + 52, 8)
    sheet.story("丙", 420, 250, 20)
    assert told(sheet) == [
        ("headline", "乙村的水渠今天修好了"),
        ("body", "甲"),
        ("subhead", "两千亩地喝上了水"),
        ("body", "乙"),
        ("body", "丙"),
    ]


def test_a_column_that_rises_beside_its_headline_goes_on_with_the_article(sheet: Sheet) -> None:
    sheet.put("乙村的水渠修好了", 100, 1100, size=80)
    for left, name in ((100, "甲"), (420, "乙")):
        sheet.story(name, left, 1240, 20)
    sheet.story("丙", 740, 1040, 28)
    assert [text for _, text in told(sheet)] == ["乙村的水渠修好了", "甲", "乙", "丙"]


def test_an_upright_headline_belongs_to_the_text_on_its_left(sheet: Sheet) -> None:
    sheet.story("甲", 100, 100, 30)
    sheet.put("三千米水渠浇灌两千亩地", 440, 150, size=36, vertical=True)
    sheet.put("乙村的水渠今天修好了", 490, 100, size=70, vertical=True)
    assert told(sheet) == [
        ("headline", "乙村的水渠今天修好了"),
        ("deck", "三千米水渠浇灌两千亩地"),
        ("body", "甲"),
    ]


def test_a_headline_inside_another_articles_columns_opens_its_own(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了大家都来看一看吧", 100, 100, size=80)
    for left, name in ((100, "甲"), (420, "乙")):
        sheet.story(name, left, 250, 40)
    for left in (740, 1060):
        sheet.story("丙", left, 250, 12)
    sheet.put("丙校昨天开学了", 740, 620, size=80)
    for left in (740, 1060):
        sheet.story("丁", left, 740, 18)
    texts = [text for _, text in told(sheet)]
    assert texts[:2] == ["乙村的水渠今天修好了大家都来看一看吧", "甲"]
    assert texts[texts.index("丙校昨天开学了") :] == ["丙校昨天开学了", "丁"]
    assert texts.index("丙") < texts.index("丙校昨天开学了")


def test_a_caption_stands_under_its_picture_and_comes_last(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    sheet.pictures.append(Area(100, 220, 700, 600))
    sheet.put("水渠边的村民。某某摄", 120, 612, size=18)
    sheet.story("甲", 740, 240, 20)
    assert [part for part, _ in told(sheet)] == ["headline", "body", "caption"]


def test_text_across_the_columns_is_read_between_what_is_above_and_below(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    sheet.put("编者按" + "字" * 40, 100, 220)
    for left, name in ((100, "甲"), (420, "乙"), (740, "丙")):
        sheet.story(name, left, 270, 20)
    assert [text[:3] for _, text in told(sheet)][1:] == ["编者按", "甲", "乙", "丙"]


def test_the_first_line_of_a_paragraph_is_indented_and_the_others_are_not(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    sheet.story("甲", 100, 250, 5)
    body = [line for line in read_layout(sheet.page()) if line.part is Part.BODY]
    assert [line.indented for line in body] == [True, False, False, False, False]


def test_boxes_are_fractions_of_the_page(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 500, 300, size=80)
    sheet.story("甲", 100, 450, 5)
    (box,) = read_layout(sheet.page())[0].boxes
    assert (box.page, box.left, box.top) == (1, 0.25, 0.1)
    assert all(0 <= edge <= 1 for edge in (box.left, box.top, box.right, box.bottom))


def test_the_masthead_and_the_editors_names_are_no_news(sheet: Sheet) -> None:
    sheet.put("青禾县报", 700, 40, size=120)
    sheet.put("2025年9月13日", 100, 60)
    sheet.put("星期六第1246期", 100, 90)
    sheet.rules.append(Area(80, 200, 1920, 204))
    sheet.put("乙村的水渠今天修好了", 100, 240, size=80)
    sheet.story("甲", 100, 380, 20)
    sheet.put("责任编辑：某某　校对：某某　电话：0000", 300, 2950, size=18)
    page = sheet.page()
    assert masthead(page) == ["2025年9月13日", "星期六第1246期", "青禾县报"]
    assert told(sheet) == [("headline", "乙村的水渠今天修好了"), ("body", "甲")]


def test_a_date_inside_the_news_is_no_masthead(sheet: Sheet) -> None:
    sheet.put("乙村的水渠今天修好了", 100, 100, size=80)
    sheet.put("2025年9月13日水渠通水", 100, 220)
    sheet.story("甲", 100, 250, 20)
    assert masthead(sheet.page()) == []


def test_a_typed_page_has_no_headline(sheet: Sheet) -> None:
    sheet.story("甲", 100, 100, 30)
    assert not has_headline(sheet.page())
    assert told(sheet) == [("body", "甲")]


def test_a_page_without_lines_is_read_as_nothing(sheet: Sheet) -> None:
    assert read_layout(sheet.page()) == []
    assert body_size([]) == 0.0


def test_no_line_is_lost_or_read_twice(sheet: Sheet) -> None:
    for top, left in ((100, 100), (100, 1000), (1100, 100), (1300, 900), (2000, 300)):
        sheet.put(f"第{top}行第{left}列的标题", left, top, size=60)
        for column in range(2):
            sheet.story(f"{top}-{left}-{column}", left + 330 * column, top + 120, 25)
    page = sheet.page()
    assert sorted(line.text for line in read_layout(page)) == sorted(line.text for line in page.lines)
