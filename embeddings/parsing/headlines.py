"""Which lines of a page are headlines and section names: OCR marks some headlines with `#` and leaves some bare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.parsing.bylines import is_byline, split_credit, split_signature
from embeddings.parsing.datelines import opens_story
from embeddings.parsing.decks import is_dashed
from embeddings.parsing.dumps import is_source_line
from embeddings.parsing.lines import DOCUMENT_NUMBER, Line
from embeddings.text.ngrams import share_of_pairs
from embeddings.text.normalize import simplified_furniture
from embeddings.text.numerals import HAN_NUMBER
from embeddings.text.sentences import COMMAS, SEMICOLONS

# Two full lines of a broad headline. Marked lines may be longer before they must be a paragraph marked by mistake.
_LONGEST_HEADLINE = 48
_LONGEST_MARKED = 80
_SHORTEST_HEADLINE = 4
# The names under which Chinese papers gather short news; whatever follows them, they are no headline.
_SECTION = re.compile(
    r"(?:[一本]周|今日|每日|本地|国内|国际|时政|综合|社会|民生|财经|经济|基层|城事|城市|县区|乡村|文化|体育|科教|教育|法治|健康|图片|"
    r"党建|热点|重点|本版|都市|天下|最新)?(?:要闻|新闻|快讯|简讯|简报|速览|动态|短讯|资讯|时讯|聚焦|纵横|扫描|传真|播报|广角|专版|专栏|副刊)"
)
_LONGEST_SECTION = 6
_IN_BRACKETS = re.compile(r"[【〖［\[]([\u4e00-\u9fff·]{2,8})[】〗］\]]")
_NUMBERED = re.compile(rf"{HAN_NUMBER}、([\u4e00-\u9fff·]{{2,8}})")  # 二、项目与产业, over headlines
# To whom a letter or an office's document goes: 各村民委员会，乡属各单位：.
_ADDRESSED = re.compile(
    r".*(?:[，、].*|单位|委员会|部门|同志们?|村民们?|居民们?|家长们?|朋友们?|乡亲们?|同学们?|读者)[：:]"
)
_SECTION_WITH_PAGE = re.compile(
    r"第?\s*[0-9A-Z一二三四五六七八九十]{1,3}\s*版\s*[|│:：·\s]\s*([\u4e00-\u9fff·]{2,8})|([\u4e00-\u9fff]{2,6})\s+[A-Z]?\d{1,2}"
)
# A line that ends so is cut, not set: headlines end with a word.
_CUT_ENDINGS = tuple("，,、；;：:的和与及在将对把被从向为于《（(“‘")
_LEAD_OPENING = re.compile(
    r"近日|日前|昨[天日]|今[天日]|当[天日]|当地时间|当前|连日来|近年来|\d{1,4}[年月]|据|为|记者|综合|截至|随着"
)
# Words that open a sentence in the middle of a story, and hardly ever a headline.
_STORY_OPENING = re.compile(
    r"[“”‘’（(]?(?:此外|另外|同时|随后|然后|最后|最终|但|而|因此|所以|其中|目前|截至|会议|他|她|我们|它|该|这|那|据|对此|不过|"
    r"虽然|尽管|如果|此前|此次|本次|下一步|接下来|与此同时|[一二三四五六七八九十]是|从|在|由|作为|记者|当天|今天)"
)
_AFTER_NUMBERS = "年月日时点分秒号届次名位人个家户起件条项种万亿元米度倍余多岁天"
_PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("（", "）"), ("(", ")"), ("「", "」"), ("【", "】"))
# A headline may end with ！ or ？, but with none of these.
_RUNNING_MARKS = tuple(f"。{SEMICOLONS}{COMMAS}")
_ITEM = re.compile(rf"{HAN_NUMBER}、|[（(]{HAN_NUMBER}[)）]")  # of a list or a notice
_SPACE_BETWEEN_CLAUSES = re.compile(r"[^\x00-\x7f]\s+[^\x00-\x7f]")
_FOLLOWING_CHARS = 600
_OPENING_CHARS = 12  # that tell what a line opens
_UNFINISHED = 2.0  # what a line must score more where the text above it stops inside a sentence
_ENOUGH = 2.0
_MOST_IN_A_HEAD = 2  # lines between a title and its text
_FEWEST_IN_A_LIST = 3  # indented lines, that are a text without a full stop
_FEWEST_BLOCKS = 4  # with a title, that show how a typed page is set
_FEWEST_APART = 3  # headlines that show how a page is set
_RAGGED = 3  # characters by which the lines of one column differ, where digits and marks are half as wide


def section_name(lines: Sequence[Line], at: int) -> str:
    """The section that a line names, or "" when it names none.

    A section is a short name that stands above headlines: 一周要闻, 综合新闻, 第2版：民生, 【服务】; or a marked
    headline with nothing of its own but the deeper headlines under it.
    """
    line = lines[at]
    paged = _SECTION_WITH_PAGE.fullmatch(line.text)
    if paged:
        return paged[1] or paged[2]
    if _SECTION.fullmatch(simplified_furniture(line.text)):
        return line.text
    if (bracketed := _IN_BRACKETS.fullmatch(line.text)) and _heads_stories(lines, at):
        return bracketed[1]
    numbered = _NUMBERED.fullmatch(line.text)
    if numbered and not line.indented and at + 1 < len(lines) and lines[at + 1].gap and _heads_stories(lines, at):
        return numbered[1]
    if at + 1 == len(lines) or line.lead_mark:
        return ""
    below = lines[at + 1]
    if line.level and below.level > line.level and not is_byline(line.text) and not section_name(lines, at + 1):
        return line.text
    short = 2 <= len(line.text) <= _LONGEST_SECTION and line.text.isalpha() and not line.text.startswith("特此")
    # Against the next line it is the first half of a headline.
    if not short or line.hard_break or below.gap == 0 or below.lead_mark or is_byline(below.text):
        return ""
    if line.level:
        return line.text if below.level > line.level else ""
    stands_above = below.level > 0 or (len(line.text) <= 4 and _could_be_headline(below) and len(below.text) > 6)
    return line.text if stands_above else ""


def _heads_stories(lines: Sequence[Line], at: int) -> bool:
    """Whether a headline stands below a line, with its story below it or a blank line above it."""
    if at + 2 >= len(lines) or not _could_be_headline(lines[at + 1]):
        return False
    if _begins_story(lines[at + 2]) or (lines[at + 1].gap > 0 and not lines[at + 2].gap):
        return True
    return lines[at + 1].gap > 0 and lines[at + 2].indented and not lines[at + 1].indented


def _begins_story(line: Line) -> bool:
    return opens_story(line.text) or is_byline(line.text)


def stories_are_apart(lines: Sequence[Line]) -> bool:
    """Whether every headline without `#` of a page has a blank line above it, as far as the stories below them tell."""
    gaps = [
        lines[at - 1].gap > 0
        for at in range(1, len(lines))
        if opens_story(lines[at].text) and not lines[at].gap and _could_be_headline(lines[at - 1])
    ]
    return len(gaps) >= _FEWEST_APART and all(gaps)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Where the blocks of a typed page begin, whose articles blank lines alone tell apart; no places on other pages.

    `titles` are those that open with a title of their own; what opens another may be anything.
    """

    titles: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()

    def has_inside(self, at: int) -> bool:
        """Whether a line is within the article that its block is."""
        return bool(self.titles) and at not in self.titles and at not in self.others


def title_blocks(lines: Sequence[Line]) -> Blocks:
    """The blocks of a page on which nearly each opens with a title, over a narrower gap or indented paragraphs.

    A page is set so where two blank lines part articles and one parts a title from its text, or where a title has a
    blank line above it, and below it, or below who wrote it or a blank line, indented text.
    """
    if not lines or any(line.level or line.part is not None for line in lines):
        return Blocks()
    for gap in (2, 1):
        # An indented line goes on with the article, past a blank line, too.
        starts = [at for at, line in enumerate(lines) if not at or (line.gap >= gap and (gap > 1 or not line.indented))]
        blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
        titled = frozenset(at for at, block in zip(starts, blocks, strict=True) if _has_title(block, gap))
        plain = sum(len(block) > 1 for block in blocks) - len(titled)
        if len(titled) >= _FEWEST_BLOCKS and plain * 5 <= len(titled):
            return Blocks(titled, frozenset(starts) - titled)
    return Blocks()


def _has_title(block: Sequence[Line], gap: int) -> bool:
    if len(block) < 2 or not _could_be_headline(block[0]):
        return False
    if gap > 1:
        is_apart = block[1].gap == gap - 1 and not any(line.gap for line in block[2:])
        return is_apart and any("。" in line.text for line in block[1:])
    below = 1 + lines_of_head(block, 1)
    told = [line for line in block[below:] if line.indented]
    is_text = len(told) >= _FEWEST_IN_A_LIST or any("。" in line.text for line in told)
    return below < len(block) and block[below].indented and is_text


def lines_of_head(lines: Sequence[Line], at: int) -> int:
    """How many lines from a place on stand between a title and its indented text: a deck, who wrote it, of what day."""
    count = 0
    while at + count < len(lines) and count <= _MOST_IN_A_HEAD:
        line = lines[at + count]
        if line.gap or not _is_of_a_head(line):
            break
        count += 1
    is_over = at + count < len(lines) and lines[at + count].indented
    return count if is_over and count <= _MOST_IN_A_HEAD else 0


def _is_of_a_head(line: Line) -> bool:
    return not (line.level or line.indented or len(line.text) > _LONGEST_HEADLINE or line.text.endswith("。"))


# Headlines of two characters, of what the paper or an office has to say.
_NOTICES = frozenset(["更正", "勘误", "启事", "声明", "致歉", "讣告", "公告", "通告", "通知"])


def headline_lines(lines: Sequence[Line], at: int, *, story: str, unfinished: bool) -> int:
    """How many lines the headline that begins at `at` has; 0 when no headline begins there.

    `story` is the end of the text printed above it; `unfinished` says that it stops inside a sentence.
    """
    line = lines[at]
    if line.level:
        is_headline = len(line.text) <= _LONGEST_MARKED and not line.text.endswith("。")
    else:
        is_headline = _could_be_headline(line) and _is_bare_headline(lines, at, story=story, unfinished=unfinished)
    if not is_headline:
        return 2 if _is_bare_pair(lines, at, story=story, unfinished=unfinished) else 0
    return 2 if _goes_on(lines, at) else 1


def stacked_lines(lines: Sequence[Line], at: int) -> int:
    """How many lines stand on one another over paragraphs that are indented, as kicker, headline and deck: 0, 2 or 3.

    Crawlers write each on a line of its own, without a mark.
    """
    count = 0
    while at + count < len(lines) and count < 4 and not (count and lines[at + count].gap):
        if lines[at + count].level or lines[at + count].part or not _could_be_headline(lines[at + count]):
            break
        count += 1
    below = at + count
    while below < len(lines) and is_byline(lines[below].text):
        below += 1
    if below >= len(lines) or not lines[below].indented or len(lines[below].text) < _LONGEST_HEADLINE / 2:
        return 0
    # Two lines below other text may be a headline broken in two, or a section and a headline.
    starts = at == 0 or (lines[at].gap > 0 and count == 3)
    return count if starts and count in (2, 3) and not section_name(lines, at) else 0


def join_headline(first: str, second: str) -> str:
    """A headline of two lines as one: its lines are clauses, unless the first stops where no clause can."""
    broken = first.endswith(_CUT_ENDINGS) or any(first.count(opening) > first.count(end) for opening, end in _PAIRS)
    return first + second if broken else f"{first} {second}"


def _could_be_headline(line: Line) -> bool:
    text = line.text
    if line.level:
        return not is_byline(text)
    return (
        (_SHORTEST_HEADLINE <= len(text) <= _LONGEST_HEADLINE or text in _NOTICES)
        and not line.indented
        and not line.lead_mark
        and not line.is_row
        and not _ITEM.match(text)
        and not text.endswith(_RUNNING_MARKS)
        and not _ADDRESSED.fullmatch(text)
        and not DOCUMENT_NUMBER.fullmatch(text)
        and not (text.startswith(("（", "(")) and text.endswith(("）", ")")))
        and any(character.isalpha() for character in text)
        and not is_byline(text)
        and not is_source_line(text)
        and not split_signature(text)[1]
        and not split_credit(text)[1]
    )


def _is_bare_headline(lines: Sequence[Line], at: int, *, story: str, unfinished: bool) -> bool:
    """Whether a line without `#` is a headline, and not a paragraph's first words before a column break."""
    line = lines[at]
    below = lines[at + 1] if at + 1 < len(lines) else None
    # A byline or 核心提示 stands under a headline and nowhere else; a name in brackets signs the text above it.
    signs = below is not None and bool(story) and below.text.startswith(("（", "("))
    if below is not None and (below.lead_mark or ((is_byline(below.text) or is_source_line(below.text)) and not signs)):
        return True
    # So do a deck behind its dash and 上接第一版.
    if below is not None and ((is_dashed(below) and below.gap == 0) or (below.came_from and not below.level)):
        return True
    if not story:
        return not unfinished and (below is None or not _continues(line.text, below.text))
    return _score(lines, at, story=story) >= _ENOUGH + (_UNFINISHED if unfinished else 0)


def _is_bare_pair(lines: Sequence[Line], at: int, *, story: str, unfinished: bool) -> bool:
    """Whether two lines without `#` that stand apart from the lines around them are one headline.

    Half a headline may share no word with its story, so both lines are judged together.
    """
    if at + 1 >= len(lines):
        return False
    first, second = lines[at], lines[at + 1]
    if first.level or second.level or second.gap or second.is_row or (at and not first.gap):
        return False
    halves = Line(first.text.rstrip(COMMAS), indented=first.indented, lead_mark=first.lead_mark), second
    if not all(_could_be_headline(half) for half in halves):
        return False
    below = lines[at + 2] if at + 2 < len(lines) else None
    if below is None or not (below.gap or below.lead_mark or below.level or is_dashed(below) or is_byline(below.text)):
        return False
    whole = Line(join_headline(first.text, second.text), gap=first.gap)
    together = [whole, *lines[at + 2 : at + 7]]
    return _could_be_headline(whole) and _is_bare_headline(together, 0, story=story, unfinished=unfinished)


def _score(lines: Sequence[Line], at: int, *, story: str) -> float:
    """How much a bare line looks like a headline rather than words cut off a paragraph.

    The weights were set on pages made from news and broadcasts whose headlines are known: at `_ENOUGH` four headlines
    in a hundred are missed and one cut paragraph in a hundred is taken for a headline.
    """
    if at + 1 == len(lines) or lines[at + 1].level:
        # The last words before another headline have no story of their own.
        return 0.0
    line, text, below = lines[at], lines[at].text, lines[at + 1]
    following = "".join(other.text for other in lines[at + 1 : at + 5])[:_FOLLOWING_CHARS]
    # A headline shares its words with the story under it, a cut sentence with the story above it too.
    score = 6 * (share_of_pairs(text, following) - share_of_pairs(text, story))
    if split_signature(story)[1]:
        score += 2.5
    elif split_credit(story)[1]:
        # A picture stands below an article, or in the middle of it.
        score += 1
    if _is_wrapped(lines, at):
        score -= 4
    if line.hard_break and below.gap == 0:
        score += 3
    # Headlines set clauses apart with a space; Chinese sentences have none.
    if _SPACE_BETWEEN_CLAUSES.search(text):
        score += 2
    if below.text.startswith(text):
        score += 3
    if _continues(text, below.text):
        score -= 4
    # Where paragraphs are indented, the line above one and not indented is a headline, or the end of a cut paragraph.
    if below.indented:
        score += 1
    if opens_story(below.text) and not is_byline(below.text):
        score += 3
    elif _LEAD_OPENING.match(simplified_furniture(below.text[:_OPENING_CHARS])):
        score += 1.5
    if text.endswith(_CUT_ENDINGS):
        score -= 3
    if _STORY_OPENING.match(simplified_furniture(text[:_OPENING_CHARS])):
        score -= 2
    # Sentences of three clauses, and half-width commas, are for running text.
    if "," in text or "。" in text or text.count("，") > 1:
        score -= 2
    if len(below.text) < _LONGEST_HEADLINE:
        score -= 0.5
    return score


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether the line under a headline is its second line."""
    if at + 1 == len(lines):
        return False
    first, second = lines[at], lines[at + 1]
    if second.level not in (0, first.level) or not _could_be_headline(Line(second.text)):
        return False
    third = lines[at + 2] if at + 2 < len(lines) else None
    # A deck right below the headline leaves both its lines what they are.
    above_deck = third is not None and (third.level > first.level or is_dashed(third))
    # A byline stands under the whole headline, so whatever is above it belongs to the headline.
    if third is not None and is_byline(third.text) and second.level == 0:
        return True
    if second.gap or (
        third is not None and (_overlaps(second.text, third.text) or (third.gap == 0 and not above_deck))
    ):
        return False
    if first.level and second.level:
        return True
    if any(first.text.count(opening) > first.text.count(end) for opening, end in _PAIRS):
        return True
    # The first words of a story say again what its headline said; the second line of a headline says the rest.
    leads_in = _LEAD_OPENING.match(simplified_furniture(second.text[:_OPENING_CHARS])) and any(
        mark in second.text for mark in COMMAS
    )
    return not (leads_in or opens_story(second.text)) and share_of_pairs(second.text, first.text) < 0.3


def _is_wrapped(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the first of a paragraph that is set in lines of one width."""
    width, above = len(lines[at].text), lines[at]
    block: list[Line] = []
    for line in lines[at + 1 : at + 5]:
        if line.gap or line.level or line.is_row or above.hard_break:
            break
        block.append(line)
        above = line
    if not block or any(len(line.text) > width + _RAGGED for line in block):
        return False
    # The last line of a paragraph may be short, and of two lines only a full stop tells it from a headline's second.
    full = block if len(block) == 4 else block[:-1]
    return all(len(line.text) >= width - _RAGGED for line in full) and (bool(full) or block[-1].text.endswith("。"))


def _continues(text: str, below: str) -> bool:
    """Whether the line below can only be read as the rest of this one."""
    if any(text.count(opening) > text.count(end) for opening, end in _PAIRS):
        return True
    if below.startswith(text):
        return False
    if _overlaps(text, below) or below[0] in "，。、；：！？”’》）)】,.%％;:!?":
        return True
    if text[-1].isdigit() and below[0] in _AFTER_NUMBERS:
        return True
    return text[-1].isascii() and text[-1].isalnum() and below[0].isascii() and below[0].isalnum()


def _overlaps(text: str, below: str) -> bool:
    return any(text.endswith(below[:length]) for length in range(4, min(len(text), len(below)) + 1))
