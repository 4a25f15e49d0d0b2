"""The lines of a page as OCR gives them, without what is not news: mastheads, page numbers, staff boxes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from embeddings.parsing.jumps import split_jump
from embeddings.text.dates import HAN_DATE, REPUBLIC_DATE
from embeddings.text.normalize import halfwidth_digits, simplified_furniture
from embeddings.types import Box

# Nothing of this is printed: control characters, zero-width marks, soft hyphens, byte order marks.
_UNPRINTED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HEADING = re.compile(r"(#{1,6})\s*([^#\s].*)")
_EMPHASIS = re.compile(r"(\*\*|__)([^*_]+)\1")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>|<!--[^<>]*-->")
# A paragraph on a Chinese page opens with two full-width spaces; a line in the middle of one never does.
_INDENT = "\u3000\u3000"
_TYPED_INDENTS = frozenset({"  ", "   ", "    ", "\t"})
_FEWEST_INDENTED = 8  # lines, that show how a typed text is indented
_SENTENCE_ENDS = ("。", "！", "？", "”", "；", "：", "!", "?", ";", ":", ".")

# Furniture is short; a long line that opens alike is news.
_LONGEST_FURNITURE = 60
_NUMBER = r"[0-9A-Z一二三四五六七八九十]{1,3}"
_ROLES = (
    "编辑|责任编辑|责编|责任校对|责校|校对|一校|二校|版式|排版|美编|美术编辑|组版|制图|审读|审校|主编|副主编|总编辑|编审|监制|终审|"
    "主任|编委|总值班|版面设计|视觉设计|编辑部|统筹|策划"
)
_PUBLISHER = (
    r"(?:中共)?[^\W\d由在将经获为拟可应\s]{1,14}(?:[省市县区州旗]委|宣传部|政府|报社|中心|文联|办公室|委员会|印刷厂|印务\S{0,4}公司)"
    r"\s*(?:主管|主办|承办|协办|编印|承印|印制|出版)(?:[、，,]?(?:主管|主办|承办|编印|出版))?"
)
_FURNITURE = tuple(
    re.compile(pattern)
    for pattern in (
        r"[-—–·.\s]*(?:\d{1,3}|[A-Z]\d{1,2})[-—–·.\s]*",
        rf"第?\s*{_NUMBER}\s*[版页]",
        rf"(?:今日|本期)?\s*共?\s*{_NUMBER}\s*版",
        r"(?:[-—_=*·.]\s*){3,}",
        rf"(?:本版|本期|执行|值班)?(?:{_ROLES})\s*[:：\s]\s*[^。，,！？；]{{2,}}",
        r".{0,12}(?:国内统一(?:连续出版物号|刊号)|邮发代号|准印证号|广告经营许可证).*",
        r"(?:新闻热线|投稿邮箱|投稿热线|广告热线|发行热线|热线电话|社址|地址|邮编|网址|电子邮箱|E-?mail)\s*[:：].*",
        r"[^\s:：]{2,6}(?:日报|晚报|早报|晨报|时报|商报|周报|周刊)(?:社(?:主办|出版))?",
        r"(?:总第|第)\s*\d+\s*期",
        # 中共某县县委主管 某县融媒体中心主办 某某印刷厂承印; a headline says 由 or 将.
        rf"(?:{_PUBLISHER}\s*){{1,4}}",
        r"(?:主管|主办|承办|协办|编印|承印|出版|印刷)(?:单位)?\s*[:：][^。，！？]{2,50}",
        # 某区图书馆、某区文化馆合编
        r"[^\W\d由在将获为拟应]{2,14}(?:、[^\W\d由在将获为拟应]{2,14}){1,4}(?:合编|合办|联办|联合编辑|联合主办|共同主办)",
        r".{2,40}(?:遗失|丢失|灭失).{0,40}(?:声明作废|特此声明|作废)[。!！]?|.{0,20}遗失.{2,40}声明作废[。!！]?",
        # 旺铺招租 临街门面 电话13800000000: a classified line, which no full stop ends.
        r".{0,20}(?:招租|出租|转让|出售|维修|移机|加氟|开锁|搬家|疏通|回收|贷款|诚聘|高价)[^。]{0,30}"
        r"(?:1[3-9]\d{9}|(?:0\d{2,3}[-—－ ]?)?\d{7,8})[^。\d]{0,10}",
        r"农历\S{4,12}",
        # What a reader of an account's page presses.
        r"(?:微信扫一扫|(?:关注|轻触)\S{0,6}公众号|阅读原文|预览时标签不可点|喜欢此内容的人还喜欢|收录于\S{0,20}|写留言|在看|点赞|"
        r"阅读\s*[\d.]+\s*万?\+?)",
        r"(?:(?:赞|点赞|在看|分享|收藏|推荐|喜欢|留言|评论|转发|阅读)\s*[\d.]+\s*万?\+?\s*){1,6}",
    )
)
_ISSUE_DATE = re.compile(
    r"(?:19|20)\d\d(?:年\s*\d{1,2}月\s*\d{1,2}日|[-./]\d{1,2}[-./]\d{1,2}(?!\d))" rf"|{REPUBLIC_DATE}|{HAN_DATE}"
)
_BESIDE_THE_DATE = re.compile(
    rf"(?:本版)?(?:{_ROLES})\s*[:：\s]\s*[\u4e00-\u9fff]{{2,4}}(?![\u4e00-\u9fff])|"
    r"(?:星期|周)[一二三四五六日天]|农历\S+|总?第\s*\d+\s*[期号]|第?\s*[0-9A-Z]{1,3}\s*版|\S{2,6}(?:日报|晚报|周报|周刊)|《[^》]{2,12}》"
)
_CELLS = re.compile(r"\s*[|｜]\s*|\t+| {2,}")
_RULE = re.compile(r"[-:|\s]+")  # under the head of a table in Markdown
_WIDE = re.compile(r"[ \t]*\u3000[\s\u3000]*")
_SPREAD_NAME = re.compile(r"(?<![^\s\u3000])([\u4e00-\u9fff])\u3000([\u4e00-\u9fff])(?![^\s\u3000])")
_HAS_DIGIT = re.compile(r"\d")
_FEWEST_CELLS = 5  # rows below the names and columns, together
_LONGEST_NAME_OF_COLUMN = 8  # characters
_LONGEST_CELL = 24  # characters
_ADVERTISEMENT = re.compile(
    r"[【\[（(]?(?:分类)?(?:广告|廣告)(?:信息|专栏|专版)?[】\]）)]?|[【\[]?(?:遗失|遺失)(?:声明|启事|聲明|啟事)[】\]]?|"
    r"[【\[]?(?:招租|(?:旺铺|门面|店铺|商铺|房屋|厂房|门市|饭店|宾馆)\S{0,3}(?:招租|出租|转让))(?:启事|信息|广告)?[】\]]?"
)
# Who to ring stands in every advertisement that is text.
_CONTACT = re.compile(
    r"(?:电话|手机|热线|联系|咨询|微信|地址)[^。]{0,12}?\d{7,}|(?:0\d{2,3}[-—－])\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)"
)
_LONGEST_NOTICE = 120  # characters
_SEPARATORS = re.compile(r"[\s|│/·,，、:：()（）]+")
# An office's number of a document, on a line below its title: 某政发〔2024〕3号.
DOCUMENT_NUMBER = re.compile(
    r"[（(\[]?[\u4e00-\u9fff]{1,12}[〔\[［(（【]\s*(?:19|20)\d\d\s*[〕\]］)）】]\s*第?\s*\d+\s*号[)）\]]?"
)
_LEAD_MARK = re.compile(r"[【〖\[]?(?:核心提示|核心阅读|阅读提示|内容提要|新闻提示|内容提示)[】〗\]]?\s*[:：]?\s*")


class Part(str, Enum):
    """What a line is on a page whose layout is known."""

    SECTION = "section"  # 栏目
    KICKER = "kicker"  # 肩题, above the headline
    HEADLINE = "headline"
    DECK = "deck"  # 副题, below the headline
    SUBHEAD = "subhead"  # 小标题, inside the body
    BODY = "body"
    CAPTION = "caption"  # under or beside a picture

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, without its marks.

    `level` counts the `#` before it (0 is none); `gap` counts the blank lines and pictures above it;
    `indented` says it opens a paragraph; `hard_break` says two trailing spaces tie the next line to it;
    `lead_mark` says the line stood under 核心提示, or is that mark itself (then `text` is empty). `part` and `boxes`
    come from a page whose layout is known: what the line is, told by its size and place, and where it is printed.
    `goes_to` and `came_from` are the pages that 下转 behind it and 上接 before it named ("" for none). `is_row` says it
    is a row of a table, its cells parted by ` | `.
    """

    text: str
    level: int = 0
    gap: int = 0
    indented: bool = False
    hard_break: bool = False
    lead_mark: bool = False
    part: Part | None = None
    boxes: tuple[Box, ...] = ()
    goes_to: str = ""
    came_from: str = ""
    is_row: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines of a page that carry words, in order. Furniture and marks of continuation are left out."""
    lines: list[Line] = []
    gap, came_from = 0, ""
    indent = _typed_indent(text)
    for printed in text.splitlines():
        line = _read_line(printed, gap=gap, indent=indent)
        if line is not None and not line.text and (line.goes_to or line.came_from):
            # A mark on a line of its own speaks of the line above or below.
            if lines and line.goes_to:
                lines[-1] = replace(lines[-1], goes_to=line.goes_to)
            came_from = line.came_from or came_from
            continue
        if line is not None and came_from:
            line, came_from = replace(line, came_from=came_from), ""
        # A date alone is the masthead's above the news, and the end of an announcement below it.
        if line is not None and (lines or not _ISSUE_DATE.fullmatch(halfwidth_digits(line.text))):
            lines.append(line)
            gap = 0
        # A page number inside a column break must not add to the break.
        elif not _UNPRINTED.sub("", printed).strip() or _PICTURE.search(printed):
            gap += 1
    return _with_rows(lines)


def _typed_indent(text: str) -> str:
    """The spaces, or the tab, with which paragraphs of a typed text open; two full-width ones where nothing tells.

    Half-width ones open paragraphs where one width is much the commonest, most lines so indented end as sentences do,
    and some lines, which are titles then, begin at the margin.
    """
    widths: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for line in text.splitlines():
        if line.strip():
            lead = line[: len(line) - len(line.lstrip(" \t"))]
            widths[lead] += 1
            ended[lead] += line.rstrip().endswith(_SENTENCE_ENDS)
    indented = [lead for lead in widths if lead in _TYPED_INDENTS]
    lead = max(indented, key=lambda one: widths[one], default="")
    others = sum(count for one, count in widths.items() if one not in ("", lead))
    is_told = widths[lead] >= _FEWEST_INDENTED and 2 * ended[lead] >= widths[lead] and 4 * others <= widths[lead]
    return lead if lead and is_told and widths[""] and 2 * ended[""] <= widths[""] else _INDENT


def _with_rows(lines: list[Line]) -> list[Line]:
    """The lines with tables told: two or more neighbours that fall into short cells. A lone one may be a headline."""
    cells = [_cells(line) for line in lines]
    found = []
    for at, (line, row) in enumerate(zip(lines, cells, strict=True)):
        beside = (at > 0 and line.gap <= 1 and cells[at - 1]) or (
            at + 1 < len(lines) and lines[at + 1].gap <= 1 and cells[at + 1]
        )
        if row and beside:
            line = replace(line, text=" | ".join(row), is_row=True, indented=True)
        found.append(line)
    return _with_typed_columns([line for line in found if not (line.is_row and _RULE.fullmatch(line.text))])


def _with_typed_columns(lines: list[Line]) -> list[Line]:
    """The lines with tables that are typed with full-width spaces: a line of names over rows of as many cells.

    Headlines are set apart with such spaces, too; so below the names there are rows with numbers.
    """
    cells = [_typed_cells(line) for line in lines]
    found = list(lines)
    end = 0
    while end < len(lines):
        at, end = end, end + 1
        while end < len(lines) and cells[at] and len(cells[end]) == len(cells[at]) and not lines[end].gap:
            end += 1
        top = next((place for place in range(at, end) if _could_name_columns(cells[place])), end)
        rows = cells[top + 1 : end]
        numbered = sum(any(map(_HAS_DIGIT.search, row)) for row in rows)
        if len(rows) + len(cells[at]) >= _FEWEST_CELLS and 2 * numbered > len(rows) > 1:
            for place in range(top, end):
                found[place] = replace(lines[place], text=" | ".join(cells[place]), is_row=True, indented=True)
    return found


def _typed_cells(line: Line) -> list[str]:
    """What full-width spaces part in a line, a name that is spread by one (王　立) being one; [] for a sentence."""
    if line.level or line.lead_mark or line.part is not None or line.is_row or line.text.endswith("。"):
        return []
    cells = _WIDE.split(_SPREAD_NAME.sub(r"\1\2", line.text.strip("\u3000 ")))
    return cells if len(cells) > 1 and all(0 < len(cell) <= _LONGEST_CELL for cell in cells) else []


def _could_name_columns(names: Sequence[str]) -> bool:
    is_short = all(len(name) <= _LONGEST_NAME_OF_COLUMN and not _HAS_DIGIT.search(name) for name in names)
    return is_short and len(set(names)) == len(names) > 1 and not any(mark in "".join(names) for mark in "：:，,；")


def _cells(line: Line) -> list[str]:
    """The cells of a row; none where it is no row. Full-width spaces part none: headlines are set apart with them."""
    if line.level or line.lead_mark or line.part is not None:
        return []
    cells = [cell.strip() for cell in _CELLS.split(line.text.strip(" |"))]
    is_short = all(len(cell) <= _LONGEST_CELL for cell in cells)
    return cells if len(cells) > 1 and is_short and any(cells) and not line.text.endswith("。") else []


def _read_line(printed: str, *, gap: int, indent: str) -> Line | None:
    printed = _UNPRINTED.sub("", printed)
    text = _PICTURE.sub("", printed).strip()
    heading = _HEADING.fullmatch(text)
    level = len(heading[1]) if heading else 0
    if heading:
        text = heading[2].rstrip("# ")
    emphasis = _EMPHASIS.fullmatch(text)
    if emphasis:
        text = emphasis[2].strip()
    text, jump = split_jump(text)
    if jump and not text.strip("# "):
        return Line("", goes_to=jump.goes_to, came_from=jump.came_from)
    if not text.strip("# ") or is_furniture(text):
        return None
    lead = _LEAD_MARK.match(text)
    # 核心提示 opens a lead only where a mark or nothing follows; 内容提要解读 would be an ordinary headline.
    lead_mark = lead is not None and (lead.end() == len(text) or not text[lead.end() - 1].isalpha())
    if lead is not None and lead_mark:
        text, level = text[lead.end() :], 0
    return Line(
        text,
        level,
        gap,
        printed.startswith((_INDENT, indent)),
        printed.endswith("  "),
        lead_mark,
        goes_to=jump.goes_to,
        came_from=jump.came_from,
    )


def is_advertisement(title: str) -> bool:
    """Whether a headline heads advertisements: 遗失声明, 分类广告, 旺铺转让. Public notices (公告, 通知) are news."""
    return _ADVERTISEMENT.fullmatch(title.strip()) is not None


def heads_advertisements(line: Line) -> bool:
    """Whether a line without `#` is nothing but the word above advertisements: 广告, 招租启事."""
    return not line.level and line.part is None and is_advertisement(line.text)


def is_notice(line: Line) -> bool:
    """Whether a line under such a word is an advertisement of its own: short, and saying whom to ring."""
    return not line.level and len(line.text) <= _LONGEST_NOTICE and _CONTACT.search(line.text) is not None


def is_furniture(text: str) -> bool:
    """Whether a line belongs to the page and not to its news: a masthead, a page number, the editors' names."""
    if len(text) > _LONGEST_FURNITURE:
        return False
    text = halfwidth_digits(simplified_furniture(text))
    return any(pattern.fullmatch(text) for pattern in _FURNITURE) or _is_masthead_date(text)


def _is_masthead_date(text: str) -> bool:
    """2025年9月13日 星期六 第12946号: a date, and beside it little but weekday, number and name."""
    rest, dates = _ISSUE_DATE.subn(" ", text)
    if not dates:
        return False
    rest, known = _BESIDE_THE_DATE.subn(" ", rest)
    rest = _SEPARATORS.sub("", rest)
    return known > 0 and len(rest) <= 8 and not rest.endswith(("。", "！", "？"))
