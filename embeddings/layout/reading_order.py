"""A printed page → its lines article by article, in reading order, each told by its size and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from embeddings.layout.columns import reading_order
from embeddings.layout.geometry import Area, PrintedLine, PrintedPage, body_height, body_size
from embeddings.layout.tables import with_table_rows
from embeddings.layout.upright import is_upright, turned, turned_back
from embeddings.layout.xycut import DISPLAY_RATIO, FEWEST_CHARACTERS, PrintedHeadline, Region, cut, find_headlines
from embeddings.parsing.bylines import is_byline
from embeddings.parsing.lines import Line, Part
from embeddings.parsing.masthead import read_masthead
from embeddings.text.dates import find_date
from embeddings.types import Box

_SUBHEAD_RATIO = 1.17  # to body text, by the advance of the characters
_SUBHEAD_HEIGHT = 1.1  # to body text, by the height of the box
_FEWEST_MEASURED = 3  # characters
_HEADLINE_SHARE = 0.8  # of the largest line's size; smaller lines beside it are kicker and deck
_INDENT = 1.2  # body sizes
_CAPTION_GAP = 3.0  # body sizes between a picture and its caption
_CAPTION_MARK = re.compile(r"[▲△▼▽▶►◀◄←→↑↓]|[上下左右]图")
_MASTHEAD_SHARE = 0.3  # of the page's height
_BESIDE_THE_DATE = re.compile(r"星期|第\s*\d+\s*期|总第|第\s*\d+\s*号|农历|\d\s*版|版$")
_FOOTER_WORDS = re.compile(r"主管|主办|邮发代号|编辑|校对|电话|邮箱|社址|地址|版式|印刷|定价|责编|美编|热线|网址|刊号")
_FEWEST_OF_TITLE = 6  # characters
_NAME_END = re.compile(r"(?:[报報刊讯訊]|动态|信息|之窗|之声|园地|天地|月刊|通报|公报)$")
_PAPER_LINE = re.compile(r"《[^》]{2,16}》\s*[（(].*版")  # 《某某日报》（2023年12月04日 第 01 版）
_FOOTER_SHARE = 0.9  # of the page's height


def read_layout(page: PrintedPage) -> list[Line]:
    """The lines of a page without masthead and footer. An article's lines stand together, its headline first."""
    if is_upright(page):
        lines = _read_level(turned(page))
        return [replace(line, boxes=tuple(map(turned_back, line.boxes))) for line in lines]
    return _read_level(page)


def _read_level(page: PrintedPage) -> list[Line]:
    page = with_table_rows(page)
    lines = _without_margins(page)
    body = body_size(lines)
    if not body:
        return []
    regions = cut(lines, page.rules, body=body)
    return [line for region in regions for line in _region_lines(region, page, body=body)]


def has_headline(page: PrintedPage) -> bool:
    """Whether any line of a page is set as a headline; a typed page has none."""
    lines = _without_margins(turned(page) if is_upright(page) else page)
    return bool(find_headlines(lines, body=body_size(lines)))


def masthead(page: PrintedPage) -> list[str]:
    """The printed lines above a page's news, from top to bottom; empty when the page has no masthead."""
    head, _ = _margins(turned(page) if is_upright(page) else page)
    printed: list[str] = []
    last: Area | None = None
    for line in sorted(head, key=lambda line: (line.area.top + line.area.bottom, line.area.left)):
        area = line.area
        # A date whose day is set larger comes in pieces, which stand on one row.
        beside = last is not None and area.shared_height(last) > 0.5 * min(area.height, last.height)
        if last is not None and beside and 0 <= area.left - last.right < 2 * area.height:
            printed[-1] += line.text
        else:
            printed.append(line.text)
        last = area
    return printed


def _without_margins(page: PrintedPage) -> list[PrintedLine]:
    head, foot = _margins(page)
    return [line for line in page.lines if line not in head and line not in foot]


def _margins(page: PrintedPage) -> tuple[list[PrintedLine], list[PrintedLine]]:
    """The lines of the masthead and of the footer."""
    head: list[PrintedLine] = []
    dated = [
        line
        for line in page.lines
        if line.area.bottom < _MASTHEAD_SHARE * page.height and find_date(line.text) and _is_masthead(line, page)
    ]
    if dated:
        end = max(line.area.bottom for line in dated)
        # The masthead ends at the rule below its date, else with the lines that stand beside it.
        below = [rule.top for rule in page.rules if rule.top >= end and rule.width > 0.6 * page.width]
        limit = min(below) if below and min(below) < end + 0.1 * page.height else end
        head = [line for line in page.lines if (line.area.top + line.area.bottom) / 2 < limit]
        head = _without_article(head, dated, page)
    foot = [
        line
        for line in page.lines
        if line.area.top > _FOOTER_SHARE * page.height
        and (len(_FOOTER_WORDS.findall(line.text)) >= 2 or re.fullmatch(r"[-—·\s第页共/\d]{1,12}", line.text))
    ]
    return head, foot


def _without_article(head: list[PrintedLine], dated: list[PrintedLine], page: PrintedPage) -> list[PrintedLine]:
    """The lines of a masthead without those of an article whose dateline was taken for it.

    A dateline stands below its headline and right above the text; below a masthead the first headline is still to come.
    """
    body = body_size([line for line in page.lines if line not in head])
    date_line = min(dated, key=lambda line: line.area.top)
    large = [
        line
        for line in head
        if body
        and line.size >= DISPLAY_RATIO * body
        and line.area.bottom <= date_line.area.top
        and _is_title(line.text)
    ]
    below = [line for line in page.lines if line not in head and line.area.top >= date_line.area.top]
    if not large or not below:
        return head
    first = min(below, key=lambda line: line.area.top)
    signed = any(is_byline(line.text) for line in head if line.area.top >= large[0].area.bottom)
    if not (signed or _PAPER_LINE.search(date_line.text) or first.size < DISPLAY_RATIO * body):
        return head
    return [line for line in head if line in dated or _is_of_masthead(line.text)]


def _is_title(text: str) -> bool:
    """Whether a large line above a date is a headline, and no name of a paper or a bulletin."""
    return len(text.strip()) >= _FEWEST_OF_TITLE and not read_masthead([text])[0] and not _NAME_END.search(text.strip())


def _is_of_masthead(text: str) -> bool:
    is_named = bool(read_masthead([text])[0]) and len(text) <= 20
    return is_named or _BESIDE_THE_DATE.search(text) is not None or len(_FOOTER_WORDS.findall(text)) >= 2


def _is_masthead(line: PrintedLine, page: PrintedPage) -> bool:
    """Whether a line with a date has a masthead's words, in it or right beside it."""
    near = [
        other.text
        for other in page.lines
        if other is line
        or (-other.area.shared_height(line.area) < 2 * line.area.height and other.area.shared_width(line.area) > 0)
    ]
    return len(line.text) < 60 and any(_BESIDE_THE_DATE.search(text) for text in near)


def _region_lines(region: Region, page: PrintedPage, *, body: float) -> Iterator[Line]:
    rest = list(region.lines)
    if region.headline is not None:
        headline = region.headline
        tags = [line for line in rest if _is_tag(line, headline)]
        yield from (_line(line, Part.KICKER, page) for line in tags)
        yield from _headline_lines(headline, page)
        rest = [line for line in rest if line not in headline.lines and line not in tags]
    captions = [line for line in rest if _is_caption(line, page, body=body)]
    captions += _rest_of_captions(captions, rest, body=body)
    story = [line for line in rest if line not in captions]
    yield from _column_lines(story, Part.BODY, page, body=body)
    yield from _column_lines(captions, Part.CAPTION, page, body=body)


def _is_tag(line: PrintedLine, headline: PrintedHeadline) -> bool:
    """Whether a line names the kind of article above its headline: 【新闻·要闻】."""
    text = line.text.strip()
    return line.area.bottom <= headline.area.top + 0.3 * line.across and text[:1] + text[-1:] in ("【】", "[]", "〖〗")


def _headline_lines(headline: PrintedHeadline, page: PrintedPage) -> Iterator[Line]:
    """Kicker, headline, deck. Upright lines are read from right to left, level ones from top to bottom."""
    lines = sorted(headline.lines, key=lambda line: -line.area.right if line.vertical else line.area.top)
    largest = max(line.across for line in lines if line.advances >= FEWEST_CHARACTERS)
    # A short word larger than the headline is a column's label: 快评.
    labels = [line for line in lines if line.advances < FEWEST_CHARACTERS and line.across > 1.1 * largest]
    lines = [line for line in lines if line not in labels]
    main = [at for at, line in enumerate(lines) if line.across >= _HEADLINE_SHARE * largest]
    for line in labels:
        yield _line(line, Part.KICKER, page)
    for at, line in enumerate(lines):
        part = Part.KICKER if at < main[0] else Part.DECK if at > main[-1] else Part.HEADLINE
        yield _line(line, part, page)


def _column_lines(lines: Sequence[PrintedLine], part: Part, page: PrintedPage, *, body: float) -> Iterator[Line]:
    height = body_height(page.lines)
    for column in reading_order(lines):
        left = _left_edge(column)
        above: PrintedLine | None = None  # a subhead
        for line in column:
            is_subhead = part is Part.BODY and line.across >= _SUBHEAD_HEIGHT * height
            # The few characters of a subhead's last line are too few to measure.
            if line.advances >= _FEWEST_MEASURED or above is None:
                is_subhead = is_subhead and line.size >= _SUBHEAD_RATIO * body and line.advances >= _FEWEST_MEASURED
            else:
                is_subhead = is_subhead and line.area.top - above.area.bottom < body
            indented = line.area.left - left > _INDENT * body or (part is Part.CAPTION and _starts_caption(line))
            yield _line(line, Part.SUBHEAD if is_subhead else part, page, indented=indented)
            above = line if is_subhead else None


def _left_edge(column: Sequence[PrintedLine]) -> float:
    """Where a column's lines begin: the smallest left edge that another line shares, else the smallest."""
    edges = sorted(line.area.left for line in column)
    size = column[0].size
    for edge in edges:
        if sum(abs(other - edge) < 0.5 * size for other in edges) > 1:
            return edge
    return edges[0]


def _starts_caption(line: PrintedLine) -> bool:
    return _CAPTION_MARK.match(line.text) is not None


def _is_caption(line: PrintedLine, page: PrintedPage, *, body: float) -> bool:
    """Whether a line stands right under a picture, or begins with a caption's arrow."""
    if _starts_caption(line):
        return True
    return any(
        picture.shared_width(line.area) > 0.8 * line.area.width
        and -0.5 * body < line.area.top - picture.bottom < _CAPTION_GAP * body
        and not _is_parted(picture, line, page)
        for picture in page.pictures
    )


def _is_parted(picture: Area, line: PrintedLine, page: PrintedPage) -> bool:
    """Whether a rule stands between a picture and the line below it."""
    return any(
        picture.bottom - line.across < rule.top < line.area.bottom
        and rule.shared_width(line.area) > 0.5 * line.area.width
        for rule in page.rules
    )


def _rest_of_captions(
    captions: Sequence[PrintedLine], lines: Sequence[PrintedLine], *, body: float
) -> list[PrintedLine]:
    """The lines right under a caption's first: its second line, the agency's name."""
    found: list[PrintedLine] = []
    for line in sorted(lines, key=lambda line: line.area.top):
        if line in captions or line in found:
            continue
        above = [other for other in (*captions, *found) if _is_right_under(line, other.area, body=body)]
        if above:
            found.append(line)
    return found


def _is_right_under(line: PrintedLine, area: Area, *, body: float) -> bool:
    return (
        line.area.shared_width(area) > 0.5 * line.area.width
        and -0.6 * body < line.area.top - area.bottom < 0.8 * body
        and line.area.top > area.top
    )


def _line(line: PrintedLine, part: Part, page: PrintedPage, *, indented: bool = False) -> Line:
    area = line.area
    box = Box(
        page.number,
        max(0.0, area.left / page.width),
        max(0.0, area.top / page.height),
        min(1.0, area.right / page.width),
        min(1.0, area.bottom / page.height),
    )
    part = Part.BODY if line.is_row else part
    return Line(line.text.strip(), part=part, boxes=(box,), indented=indented, is_row=line.is_row)
