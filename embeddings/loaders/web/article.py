"""The one article of a page: where its text begins and ends, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from embeddings.loaders.web.blocks import Element, HtmlBlock, is_of_page, prose_of
from embeddings.loaders.web.titles import squeezed
from embeddings.parsing.bylines import is_byline, is_person, split_credit
from embeddings.parsing.outline import credit_names, is_credit, is_posted, without_times
from embeddings.sources.epapers import PAPER_LINE
from embeddings.text.dates import find_date
from embeddings.text.normalize import simplified_furniture

_MOST_ABOVE, _MOST_BELOW = 5, 4  # lines above the title, and below the text, in which a date or a source may stand
_LONGEST_HEADER = 60  # characters of a line between title and text
_LONGEST_NICKNAME = 12  # characters
_SURE = 0.9  # of the prose: an element that holds so much of it holds the article
_HALF = 0.5
_AGREED = 2  # how much more a line counts that trafilatura takes for text, too
# 《某某日报》（2023年12月04日 第 01 版）
_SECTION_LINE = re.compile(r"第\s*[0A]*(?P<page>\d{1,3})\s*版\s*[:：]\s*(?P<section>[\u4e00-\u9fff]{2,8})")
_CELL_MARK = " | "
_CAPTION = ("图为", "图片说明", "上图为", "上图：")
_DASH = ("——", "──", "―", "－－", "--")
# Headings of what stands under an article; what follows them is none of its text.
_ENDS_ARTICLE = re.compile(
    r"[\W\d]*(?:(?:相关|往期|热门|推荐|延伸|精彩|最新|更多|近期|本周|今日|24小时|图片|视频|猜你)\S{0,2}"
    r"(?:阅读|新闻|链接|连结|推荐|报道|文章|稿件|话题|资讯|专题|排行榜?|榜单|内容|评论|喜欢|图集|视频)"
    r"|(?:点击|阅读|新闻|周|月|日|热点)?排行榜?|(?:网友|全部|最新|发表|文明)?(?:评论|留言|跟帖)(?:区|\s*[(（]?\d*[)）]?)|"
    r"我要(?:评论|纠错|留言)"
    r"|免责(?:声明|申明|条款)|版权(?:声明|申明)|特别(?:声明|提示)|郑重声明|(?:用户)?登录|"
    r"[上下]一[篇页条则]|友情链接|返回(?:首页|列表|顶部|目录))"
    r"(?:\W.{0,80}|\s.{0,80}|)"
)
# Words to press, counts, and codes to scan: they belong to the page wherever they stand.
_BUTTON = "|".join(
    [
        "分享|转发|点赞|赞|收藏|在看|转载|评论|举报|复制链接",
        "打印|关闭|放大|缩小|默认|朗读",
        "字号|字体|大字?|中字?|小字?|繁|简",
        "点击|阅读|浏览",
    ]
)
_BUTTONS = re.compile(
    rf"\W*(?:{_BUTTON})(?:{_BUTTON}|到|量|数|次数|窗口|本页|本文|全文|此页|给朋友|朋友圈|至|次|[\s\d\W])*"
)
_CODES = re.compile(
    r"(?=.{2,40}$).{0,12}(?:扫一扫|扫码(?:关注|下载|查看|阅读)|(?:扫描|长按|识别)\S{0,6}(?:二维码|二维条码|公众号)|阅读原文|QR\s*code|"
    r"点击\S{0,4}(?:蓝字|卡片|名片)).{0,20}"
    r"|\W*(?:欢迎|敬请|立即|长按)?(?:关注|下载|添加)\S{0,14}(?:公众号|微信号?|微博|客户端|APP|小程序|抖音号?)\W*",
    re.IGNORECASE,
)
# Below a text; inside it, it may be what the text is about.
_LEGAL = re.compile(
    r"(?=.{4,200}$)(?:\W*(?:(?:免责|版权|特别|郑重|本[网站报])\S{0,2}[声申]明|声明\s*[:：]).*"
    r"|\W*(?:本文|文章|以上)(?:内容|图文|观点)?(?:仅|不|为|系|来源|转)(?:代表|作者|于?网络|自|载).*"
    r"|.{0,30}(?:未经\S{0,10}(?:授权|许可|允许|同意).{0,20}(?:转载|使用|镜像|复制)|"
    r"转载请?(?:须|需)?(?:注明|联系)|侵权|不得转载|禁止转载|"
    r"请勿转载|版权所有|All rights reserved).*"
    r"|.{0,30}(?:网站标识码|技术支持|ICP备|公网安备|举报电话|邮编|(?:主|承)办单位.{0,60}(?:运行|维护|备案|承办)).*)",
    re.IGNORECASE,
)
_DUTY = "|".join(
    [
        "责任编辑|责编|编辑|主编|值班编委|美编",
        "校对|审核|审校|初审|复审|终审|编审|审签|一审|二审|三审",
        "监制|总监制|排版|运营",
    ]
)
_EDITORS = re.compile(
    rf"[\[【(（\s]*(?:(?:本文|网络|本期|值班|执行|新媒体)?(?:{_DUTY})\s*[:：丨|/／\s]\s*[^。，！？]{{1,30}})+"
    r"[\]】)）\s]*"
)
# 上图…。（责任编辑：某某）: glued to the last line of a text.
_EDITORS_AT_END = re.compile(
    rf"[\[【(（]\s*(?:(?:本文|网络|本期|值班|执行|新媒体)?(?:{_DUTY})\s*[:：/／\s]\s*[^。，！？:：()（）]{{1,12}}){{1,4}}"
    r"[\]】)）]\s*$"
)
# What the player of a film says, wherever it stands.
_PLAYER = re.compile(
    r"\W*(?:\d{1,2}:)?\d{1,2}:\d{2}\s*/\s*(?:\d{1,2}:)?\d{1,2}:\d{2}\W*|(?:倍速|高清|标清|超清|流畅|蓝光|自动|全屏|静音|重播|弹幕|播放|暂停)|"
    r".{0,12}浏览器(?:不支持|版本过低).{0,40}|.{0,10}(?:安装|升级|启用)\S{0,6}Flash.{0,20}|视频(?:内容)?(?:简介|加载中.{0,6})",
    re.IGNORECASE,
)
_SHARE_AFTER_END = 0.3  # of the text above: a heading of related links has less prose than that below it


@dataclass(frozen=True, slots=True)
class Extent:
    """The lines of an article and what stands around them.

    `credits` are its source, its writers and its dates, `captions` those of pictures above the text.
    """

    lines: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    kicker: str = ""
    deck: str = ""


@dataclass(frozen=True, slots=True)
class PrintedPlace:
    """The paper, its section, its page and its day that a page of an e-paper prints; "" and None where it does not."""

    paper: str = ""
    section: str = ""
    page: int | None = None
    day: date | None = None


@dataclass(slots=True)
class _Header:
    """What stands between a title and its text, while it is read."""

    credits: list[str] = field(default_factory=list)
    decks: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def find_extent(
    blocks: Sequence[HtmlBlock], title_at: int, known: Iterable[str], *, account: str = ""
) -> Extent | None:
    """The article under the title at `title_at` (-1 where no line is the title); None where no line is running text.

    `known` are the lines that trafilatura takes for the text; they are a hint, for it drops and repeats lines of short
    Chinese texts. `account` is whose page it is; its name stands among the names above the text.
    """
    agreed = {squeezed(line) for line in known if len(line) > 5}
    weights = [
        prose_of(block) * (_AGREED if squeezed(block.text) in agreed else 1) if at > title_at else 0
        for at, block in enumerate(blocks)
    ]
    if not any(weights):
        return None
    holder = _holder(blocks, weights)
    inside = [at for at in range(title_at + 1, len(blocks)) if _is_in(blocks[at].owner, holder)]
    inside += _rows_below(blocks, inside[-1], holder)
    first = _first_line(blocks, weights, inside, title_at)
    last = _last_line(blocks, weights, inside, first)
    header = _read_header(blocks, title_at, first, account)
    body = [blocks[at] for at in range(first, last + 1) if not _is_left_out(blocks[at])]
    lines = [block.text for block in body]
    header.credits += [
        block.text
        for block in blocks[last + 1 : last + 1 + _MOST_BELOW]
        if is_credit(block.text) and not _is(_EDITORS, block.text) and not block.is_link
    ]
    return Extent(
        lines=tuple(_without_editors(line) for line in lines if not PAPER_LINE.fullmatch(line)),
        credits=tuple(header.credits),
        captions=tuple(header.captions),
        kicker=_kicker(blocks, title_at),
        deck=" ".join(header.decks),
    )


def _without_editors(line: str) -> str:
    """A line without the editors' names in brackets behind its last sentence."""
    found = _EDITORS_AT_END.search(simplified_furniture(line))
    return line[: found.start()].rstrip() if found and found.start() else line


def find_place(blocks: Sequence[HtmlBlock]) -> PrintedPlace:
    """Where a page of an e-paper says it is printed, in lines of its own."""
    short = [block.text for block in blocks if len(block.text) <= _LONGEST_HEADER]
    paper = next((match for text in short if (match := PAPER_LINE.search(text))), None)
    sections = {(match["page"], match["section"]) for text in short if (match := _SECTION_LINE.match(text))}
    if paper is None and len(sections) != 1:
        return PrintedPlace()
    page, section = sections.pop() if len(sections) == 1 else ("", "")
    return PrintedPlace(
        paper="".join(paper["paper"].split()) if paper else "",
        section=section,
        page=int(paper["page"] if paper else page),
        day=find_date(paper["date"]) if paper else None,
    )


def above_text(blocks: Sequence[HtmlBlock]) -> Sequence[HtmlBlock]:
    """The lines of a page before its first running text."""
    return blocks[: next((at for at, block in enumerate(blocks) if prose_of(block)), len(blocks))]


def only_date(blocks: Sequence[HtmlBlock]) -> date | None:
    """The day that the short lines of a page outside of its lists name; None where there is none or several."""
    lines = [
        block
        for block in blocks
        if not block.in_item and not block.is_link and len(block.text) <= _LONGEST_HEADER and "今天" not in block.text
    ]
    days = {found for block in lines if (found := find_date(block.text))}
    return days.pop() if len(days) == 1 else None


def date_beside(blocks: Sequence[HtmlBlock], title_at: int) -> date | None:
    """The day in the lines above a title, where a page prints its own; None where there is none or several."""
    days = {
        found
        for block in blocks[max(0, title_at - _MOST_ABOVE) : max(0, title_at)]
        if not block.is_link and len(block.text) <= _LONGEST_HEADER and (found := find_date(block.text))
    }
    return days.pop() if len(days) == 1 else None


def _is_in(element: Element, holder: Element) -> bool:
    while element is not None:
        if element is holder:
            return True
        element = element.getparent()
    return False


def _holder(blocks: Sequence[HtmlBlock], weights: Sequence[int]) -> Element:
    """The lowest element that holds the text: nearly all of the prose, or most of it and the rest is another matter."""
    paths = {at: _path(blocks[at].owner) for at, weight in enumerate(weights) if weight}
    depth = 0
    within = list(paths)
    holder = paths[within[0]][0]
    while True:
        total = sum(weights[at] for at in within)
        branches: dict[Element, list[int]] = {}
        for at in within:
            if len(paths[at]) > depth + 1:
                branches.setdefault(paths[at][depth + 1], []).append(at)
        if not branches:
            return holder
        branch, inside = max(branches.items(), key=lambda item: sum(weights[at] for at in item[1]))
        share = sum(weights[at] for at in inside) / total
        outside = [at for at in within if at not in set(inside)]
        if share < _HALF or (outside and not _is_foreign(blocks, branch, inside, outside, share, branches)):
            return holder
        holder, within, depth = branch, inside, depth + 1


def _rows_below(blocks: Sequence[HtmlBlock], last: int, holder: Element) -> list[int]:
    """The rows of the tables that follow the text at once, beside the element that holds it: a table has no prose."""
    parent = holder.getparent()
    rows: list[int] = []
    for at in range(last + 1, len(blocks)):
        block = blocks[at]
        is_row = block.owner.tag == "tr" and _CELL_MARK in block.text and not block.is_link
        if not is_row or parent is None or not _is_in(block.owner, parent):
            break
        rows.append(at)
    return rows if len(rows) > 1 else []


def _path(element: Element) -> list[Element]:
    """The elements from the root down to one."""
    path = []
    while element is not None:
        path.append(element)
        element = element.getparent()
    return path[::-1]


def _is_foreign(
    blocks: Sequence[HtmlBlock],
    branch: Element,
    inside: Sequence[int],
    outside: Sequence[int],
    share: float,
    branches: dict[Element, list[int]],
) -> bool:
    """Whether all the prose outside a branch is no part of the article in it."""
    kin = {at for other, found in branches.items() if _same_kind(other, branch) for at in found}
    for at in outside:
        # Parts of one article stand in elements of one kind.
        if at in kin:
            return False
        between = blocks[inside[-1] + 1 : at] if at > inside[-1] else blocks[at + 1 : inside[0]]
        is_parted = any(block.level or block.is_link or _is(_ENDS_ARTICLE, block.text) for block in between)
        # A lead above the text, a note below it; only what is no text anyway may stand beside it.
        if not is_parted and (share < _SURE or at < inside[0] or not _is_left_out(blocks[at])):
            return False
    return True


def _same_kind(one: Element, other: Element) -> bool:
    return one.tag == other.tag and (one.get("class") or "") == (other.get("class") or "")


def _first_line(blocks: Sequence[HtmlBlock], weights: Sequence[int], inside: Sequence[int], title_at: int) -> int:
    """Where the text begins: its first line of prose, or lines without a stop right above that stand beside it."""
    first = next(at for at in inside if weights[at])
    parent = blocks[first].owner.getparent()
    at = first
    while at - 1 > title_at:
        above = blocks[at - 1]
        beside = above.owner is blocks[first].owner or above.owner.getparent() is parent
        if not beside or above.is_link or above.level or is_credit(above.text) or _is_left_out(above):
            break
        if above.text.startswith(_DASH) or _is_short_note(above.text):
            break
        at -= 1
    # A credit above says that the lines over it are none of the text.
    return at


def _is_short_note(text: str) -> bool:
    """Whether a line is a word or a name, as stand beside a date, rather than the beginning of a text."""
    return len(text) <= 6 and not text.endswith(("：", ":"))


def _last_line(blocks: Sequence[HtmlBlock], weights: Sequence[int], inside: Sequence[int], first: int) -> int:
    """Where the text ends, before what stands under it."""
    lines = [at for at in inside if at >= first]
    total = 0
    was_posted = any(is_posted(block.text) for block in blocks[:first])
    end = lines[-1]
    below = sum(weights[at] for at in lines)
    for at in lines:
        if total and _is(_ENDS_ARTICLE, blocks[at].text) and below <= _SHARE_AFTER_END * total:
            end = lines[lines.index(at) - 1]
            break
        # What follows it on a forum is another's.
        if total and was_posted and is_posted(blocks[at].text):
            end = lines[lines.index(at) - 1]
            break
        total += weights[at]
        below -= weights[at]
    while end > first and (blocks[end].level or (_is_below(blocks[end]) and not _is_signed(blocks, end))):
        end -= 1
    return end


def _is_below(block: HtmlBlock) -> bool:
    """Whether a line at the end is none of the text; a byline there signs it, and stays for who reads the text."""
    is_house = is_credit(block.text) and not is_byline(block.text)
    return is_house or _is_left_out(block) or _is(_LEGAL, block.text)


def _is(words: re.Pattern[str], text: str) -> bool:
    """Whether a line is of those that a pattern of simplified words tells."""
    return words.fullmatch(simplified_furniture(text)) is not None


def _is_signed(blocks: Sequence[HtmlBlock], at: int) -> bool:
    """Whether a line is the date of a notice, under who signs it."""
    above = blocks[at - 1]
    signs = not prose_of(above) and not is_credit(above.text) and not _is_left_out(above) and len(above.text) <= 30
    return signs and not above.level and find_date(blocks[at].text) is not None and not without_times(blocks[at].text)


def _is_left_out(block: HtmlBlock) -> bool:
    """Whether a line is none of an article's text, wherever it stands."""
    text = block.text
    if block.is_link or is_of_page(text) or _is(_EDITORS, text):
        return True
    return _is(_BUTTONS, text) or _is(_CODES, text) or _is(_PLAYER, text)


def _read_header(blocks: Sequence[HtmlBlock], title_at: int, first: int, account: str) -> _Header:
    """The decks, the source, the writers and the date between a title and its text."""
    header = _Header()
    lines = [block for block in blocks[title_at + 1 : first] if not (block.is_link and len(block.text) > 20)]
    lines = lines[: 4 * _MOST_ABOVE] if title_at >= 0 else lines[-_MOST_ABOVE:]
    title = squeezed(blocks[title_at].text) if title_at >= 0 else ""
    for at, block in enumerate(lines):
        text = PAPER_LINE.sub(" ", block.text).strip()
        beside = [other.text for other in lines[max(0, at - 2) : at + 3]]
        if (
            not text
            or len(text) > 2 * _LONGEST_HEADER
            or squeezed(text) == title
            or (_is_left_out(block) and not block.is_link)
        ):
            continue
        if account and account in text:
            header.credits += [name for name in text.replace(account, " ").split() if is_person(name)]
            continue
        is_short = len(text) <= _LONGEST_HEADER
        is_name = _are_names(text) and any(find_date(line) for line in beside)
        if (posted := is_posted(text)) and not posted["who"]:
            header.credits += _poster(lines[max(0, at - 3) : at])
        if is_credit(text) or is_name or (find_date(text) and is_short and not block.is_link):
            header.credits.append(text)
        elif text.startswith(_DASH):
            header.decks.append(text.strip("—─―－- "))
        elif block.level and title_at >= 0 and not header.credits and is_short:
            header.decks.append(text)
        elif simplified_furniture(text[:_LONGEST_HEADER]).startswith(_CAPTION) or split_credit(text)[1]:
            header.captions.append(text)
    return header


def _are_names(text: str) -> bool:
    """Whether a line is names of the usual length, one of them with a usual surname."""
    names = credit_names(text).split()
    return is_person("".join(names)) or (any(map(is_person, names)) and all(2 <= len(name) <= 3 for name in names))


def _poster(above: Sequence[HtmlBlock]) -> list[str]:
    """Who put a text up, where a forum prints it as a link above the day."""
    return [block.text for block in above if block.is_link and len(block.text) <= _LONGEST_NICKNAME][:1]


def _kicker(blocks: Sequence[HtmlBlock], title_at: int) -> str:
    """The lower heading right above the title."""
    if title_at < 1:
        return ""
    above, title = blocks[title_at - 1], blocks[title_at]
    beside = above.owner.getparent() is title.owner.getparent()
    is_kicker = above.level > title.level > 0 and beside and not above.is_link and not is_credit(above.text)
    return above.text if is_kicker and len(above.text) <= _LONGEST_HEADER else ""


def byline_of(credits: Sequence[str]) -> str:
    """The names in an article's credits, as printed."""
    names: list[str] = []
    for line in credits:
        name = credit_names(line)
        bare = name.strip("()（）[]【】")
        if bare and not any(bare in other for other in names):
            names.append(name)
    return " ".join(names)
