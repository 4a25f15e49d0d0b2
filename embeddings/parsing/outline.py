"""Headings and text, whatever file they stand in, become sections and articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from embeddings.parsing.bylines import NAME, is_byline, split_signature
from embeddings.parsing.masthead import is_of_masthead, issue_name, read_masthead, read_number
from embeddings.text.dates import HAN_DATE, find_date
from embeddings.text.normalize import halfwidth_digits, simplified_furniture
from embeddings.text.numerals import HAN_NUMBER
from embeddings.types import ParsedArticle, ParsedIssue

TIME = re.compile(r"(?:[上下中]午|凌晨|早上|晚上|晚间)?\s*(?<!\d)(?:\d{1,2}[:：])?\d{1,2}[:：]\d{2}(?!\d)")
DATE = re.compile(
    r"[\[(（]?(?:(?:(?:19|20)\d\d|(?:中[華华])?民[國国]\s*\d{1,3}|(?<!\d)1\d\d(?=[./-]))\s*[年./-]\s*)?"
    rf"\d{{1,2}}\s*[月./-]\s*\d{{1,2}}\s*日?[\])）]?|(?<!\d)(?:19|20)\d{{6}}(?!\d)|{HAN_DATE}"
)
_SOURCE = re.compile(
    r"(?:文章|稿件|新闻|信息)?(?:来源|來源|作者|记者|記者|通讯员|編輯|编辑|责编|責任編輯|责任编辑|来稿|撰文|撰稿|摄影|供稿单位|信息提供|稿源|供稿|"
    r"出处|(?:[发發][布佈]|公[告布佈]|上版|上架|刊[登出載]|更新|張貼|建立|成文|发文|录入|文章)?(?:日期|時間|时间)|[发發][布佈](?:单位|單位|者|人|機關|机构|于|於)|"
    r"(?:資料)?來源單位)\s*[：:]"
)
_NOT_BYLINE = re.compile(
    r"(?:[发發][布佈]|公[告布佈]|上版|上架|刊[登出載]|更新|張貼|建立|成文|发文|录入|文章)?(?:日期|時間|时间)\s*[：:]|(?:[发發][布佈表]|更新|修改)[于於]\s*[：:]?|"
    # Where and when a paper prints it, beside the day.
    r"第?\s*[A-Z]?\d{1,3}\s*版(?:\s*[:：]?\s*[\u4e00-\u9fff]{2,4}(?=\s|$))?|(?:星期|周)[一二三四五六日天](?=\s|$)|"
    r"[农農]历\S{2,8}|总?第\s*\d{1,6}\s*期|"
    r"(?:我要|我来)(?:评论|纠错|留言|分享|打印|报料)|"
    # Whoever put it up, and nobody who wrote it.
    r"(?:文章|稿件|信息)?(?:来源|作者|录入|上传|发布者?|发布人|责编|编辑|责任编辑)\s*[:：]\s*"
    r"(?:admin\w*|管理员|本站原创|本站|佚名|未知|不详|匿名|null|none)(?=\s|$)|"
    r"(?:浏览|阅读|点击|点阅|访问|观看|点赞|收藏|评论|分享|转发|人气|热度)(?:人?次数?|量|数)?\s*[：:]?\s*[(（\[]?\d*[)）\]]?\s*次?|"
    r"(?:字号|字体|字级)\s*[：:]?.*|(?:打印|关闭|放大|缩小|默认|朗读|复制)(?=\s|$)|[大中小](?=\s+[大中小]|$)(?<=\s[大中小])|"
    r"[|｜\[\]【】]"
)
# 某某/某某青年报, 某某某 某某网: who wrote it, and for whom.
_NAME_AND_HOUSE = re.compile(
    rf"{NAME}(?:[\s、]{NAME}){{0,3}}\s*[/／|｜]\s*[\u4e00-\u9fff]{{2,12}}(?:[报報社网網台臺]|新闻|新聞|周刊|杂志|客户端|发布|融媒|融媒体中心)"
)
# 图书馆 某某, alone between a title and its text.
_BODY_AND_NAME = re.compile(
    r"[\u4e00-\u9fff]{0,8}(?:[馆站处科室办委部局院系村队会所厂]|中心|食堂|社区|学校|街道|公司)"
    r"[ \u3000][\u4e00-\u9fff]{2,3}"
)
# 某某 发表于 2019年11月24日: how a forum and a diary sign what they print.
_POSTED = re.compile(
    r"(?P<who>[^\s，。；：:|]{0,12})\s*(?:\|\s*)?(?<![论文章])[发發][表佈布][于於]\s*[:：]?\s*(?=(?:19|20)\d\d\s*[年./-])"
)
_LONGEST_POSTED = 60
# 青禾县要情 第31期, 教育简报（总第212期）; a column's article may be called so, too.
_ENDS_WITH_NUMBER = re.compile(r"\S{2,20}[\s（(·]\s*总?第\s*\d{1,4}\s*期[)）]?")
NUMBERED = re.compile(rf"[（(]?{HAN_NUMBER}[)）、]|\d{{1,2}}(?:\.\d+)*[、.．\s]|第[一二三四五六七八九十]+[章节条]")


@dataclass(slots=True)
class _OutlineArticle:
    title: str
    level: int
    section: str = ""
    kicker: str = ""
    lines: list[str] = field(default_factory=list)


def read_outline(blocks: Sequence[tuple[int, str]]) -> ParsedIssue:
    """Lines with their levels (one for the highest heading, 0 for text) as an issue.

    A heading with text below it begins an article, and deeper headings are part of that article. A heading with nothing
    of its own but deeper ones is a section; the first of them, alone on its level, names the issue, and so does one
    with a date or a paper's name. Text above the first heading is an article without a title. A lone short heading over
    a higher one is its kicker. Without any heading there is no article.
    """
    at = [index for index, (level, _) in enumerate(blocks) if level]
    if not at:
        return ParsedIssue("", None, ())
    lead = [text for _, text in blocks[: at[0]]]
    head = [*lead, blocks[at[0]][1]]
    name, day = read_masthead(head)
    name = issue_name(name, day) if day else name
    drafts = [_OutlineArticle("", 99, lines=lead)] if any(map(_tells, lead)) else []
    section, section_level, kicker = "", 99, ""
    levels = Counter(blocks[index][0] for index in at)
    for number, index in enumerate(at):
        level, title = blocks[index]
        after = at[number + 1] if number + 1 < len(at) else len(blocks)
        lines = [text for _, text in blocks[index + 1 : after]]
        below = blocks[after] if after < len(blocks) else (0, "")
        told = any(map(is_prose if number else _tells, lines))
        current = drafts[-1] if drafts else None
        if current and level > current.level:
            current.lines += [title, *lines]
        elif number == 0 and (
            names_issue(title)
            or _stands_over_articles(blocks, index, after)
            or (below[0] and not lines and _ENDS_WITH_NUMBER.fullmatch(title))
        ):
            name = title
            day = day or find_date(title) or next(filter(None, map(find_date, lines)), None)
            drafts += [_OutlineArticle("", 99, lines=lines)] if told else []
        elif not told and below[0] > level and not NUMBERED.match(below[1]):
            if number == 0 and levels[level] == 1:
                name, day = name or title, day or next(filter(None, map(find_date, lines)), None)
            else:
                section, section_level = title, level
        elif not lines and 0 < below[0] < level:
            kicker = title
        else:
            section = section if level > section_level else ""
            drafts.append(_OutlineArticle(title, level, section, kicker, lines))
            kicker = ""
    articles = [replace(make_article(d.title, d.lines), section=d.section, kicker=d.kicker) for d in drafts]
    if day is None and len(articles) == 1:
        day = articles[0].date
    return ParsedIssue(name, day, tuple(articles), read_number(head))


def _stands_over_articles(blocks: Sequence[tuple[int, str]], index: int, after: int) -> bool:
    """Whether the headings below the first are signed, as articles are and parts of one are not."""
    for at in range(after, len(blocks) - 1):
        level = blocks[at][0]
        if level and level <= blocks[index][0]:
            return False
        if level and is_credit(blocks[at + 1][1]):
            return True
    return False


def names_issue(title: str) -> bool:
    """Whether a heading is a date with little beside it, or the name of a paper."""
    return bool(read_masthead([title])[0]) or (find_date(title) is not None and len(title) <= 40)


def make_article(title: str, lines: Sequence[str]) -> ParsedArticle:
    """An article whose first lines may be its deck, its source and its byline, and whose last may be signed."""
    bylines: list[str] = []
    deck, day, start = "", None, 0
    for at, line in enumerate(lines[:5]):
        is_signed = at + 1 < len(lines) and is_prose(lines[at + 1]) and _BODY_AND_NAME.fullmatch(line)
        if line.startswith(("——", "―", "──")) and len(line) < 50 and not deck:
            deck = line
        elif is_credit(line) or (is_signed and not bylines):
            day = day or find_date(line)
            said = credit_names(line)
            bylines += [said] if said else []
        else:
            break
        start += 1
    body = list(lines[start:])
    while len(body) > 1 and is_credit(body[-1]) and without_times(body[-1]) and not find_date(body[-1]):
        bylines.append(body.pop().strip("()（）[]【】"))
    if body:
        body[-1], signed = split_signature(body[-1])
        bylines += [signed] if signed else []
    return ParsedArticle(
        title=title,
        body="\n".join(line for line in body if line),
        byline=" ".join(dict.fromkeys(bylines)),
        date=day,
        deck=deck,
    )


def credit_names(line: str) -> str:
    """Who wrote it and where it comes from, as a line says it, without times, counts and words of the page."""
    if posted := is_posted(line):
        return posted["who"]
    folded, printed = _folded(line), list(line)
    for pattern in (DATE, TIME, _NOT_BYLINE):
        for match in pattern.finditer(folded):
            printed[match.start() : match.end()] = " " * len(match[0])
            folded = folded[: match.start()] + " " * len(match[0]) + folded[match.end() :]
    return " ".join("".join(printed).split())


def _folded(line: str) -> str:
    return halfwidth_digits(simplified_furniture(line))


def is_posted(line: str) -> re.Match[str] | None:
    """The name and the word with which a line says when somebody put a text up; None for any other line."""
    return _POSTED.match(line) if len(line) <= _LONGEST_POSTED else None


def is_credit(line: str) -> bool:
    """Whether a line says who wrote what follows, where it comes from or when, and nothing else."""
    line = _folded(line)
    if is_byline(line) or is_byline(line.strip("[]【】")) or _NAME_AND_HOUSE.fullmatch(line):
        return True
    if len(line) > 120 or line.endswith("。"):
        return False
    if is_posted(line):
        return True
    parts = [part.strip() for part in line.split("；")]
    # A row of a table whose first column is named 时间 says more than when.
    if len(parts) > 1 and not all(_SOURCE.match(part) or _NOT_BYLINE.match(part) for part in parts):
        return False
    rest = without_times(line)
    dated = find_date(line[:20]) is not None and len(rest) <= 12 and not re.search("[，。；！？]", rest)
    named = _SOURCE.match(line.lstrip("([（【 ")) or (_SOURCE.search(line) and find_date(line))
    return not rest or dated or bool(named)


def is_prose(line: str) -> bool:
    """Whether a line is text of an article rather than its source, a date or a word of navigation."""
    return not is_credit(line) and (
        len(line) >= 20 or line.endswith(("。", "！", "？", "”", "）")) or " | " in line or _is_row(line)
    )


def _tells(line: str) -> bool:
    """Whether a line at the head of an issue is text of an article, and not of its masthead."""
    return is_prose(line) and not is_of_masthead(line)


def _is_row(line: str) -> bool:
    """Whether a line is the row of a table, each cell behind its column's name."""
    return "；" in line and line.count("：") > line.count("；")


def without_times(text: str) -> str:
    """A line without the times and dates in it."""
    return TIME.sub("", DATE.sub("", text)).strip()
