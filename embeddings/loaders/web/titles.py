"""The title of a page's article: what the page declares, without the site's name, and the line that repeats it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from embeddings.loaders.web.blocks import Element, HtmlBlock, prose_of, text_of
from embeddings.parsing.outline import is_credit, names_issue, without_times
from embeddings.text.dates import find_date

SITE_IN_TITLE = re.compile(r"(?<=\S)\s*[-_|｜–—]+\s*(?=[^-_|｜–—]*$)")
SITE_END = re.compile(r"(?:[报報网網台臺刊社站]|新闻|新聞|发布|(?:数字|电子|网络)版)$")
_PARTS = re.compile(r"(\s*[_|｜»]+\s*|\s+[-–—·]+\s+|\s*-{1,3}\s*|\s*[–—]{1,3}\s*)")
_OF_A_SITE = re.compile(
    r".{0,20}(?:[报報网網台臺刊社站]|新闻|新聞|频道|頻道|客户端|客戶端|门户|平台|中心|公报|公報|数字报|电子报|電子報|电子版|政府|局|"
    r"发布|资讯|在线|博客|论坛|公司|大学|[学學]院|医院|公所)|[A-Za-z][\w.]{2,30}|(?:正文|首页|新闻|要闻|资讯|首頁)",
)
_LONGEST_CHANNEL = 8  # characters, between a title and a site's name
_EDITION = re.compile(r"(?:多媒体)?(?:(?:数字|电子|數位|電子)(?:[报報][纸刊紙]?|版)(?:平台|阅读)?|网络版|網路版)$")
_LONGEST_SITE = 16  # characters
_FEWEST_OF_TITLE = 4
_CUT = ("...", "…")
_PLACE = re.compile(r"(?:第?\s*[A-Z]?\d{1,3}\s*版\s*[:：]?\s*)?[\u4e00-\u9fff]{0,6}")
_SHORTEST_OF_TITLE = 6  # characters of a headline that no line repeats
_TITLE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:\w*title|headline|biaoti|bt\d?|tit|heading|subject)(?:$|[\s_-])", re.IGNORECASE
)
_KIND = re.compile(r"^\s*\[[^\[\]]{1,8}\]\s*")
_LARGE = ("4", "5", "6", "7", "+1", "+2", "+3")


def without_site(title: str, site: str = "") -> str:
    """A page's title without the names of the site and its channels behind it, however many."""
    parts = _PARTS.split(title)
    is_cut = False
    first = _parts_before(parts[::2])
    # One name before a title may be its first words.
    parts = parts[2 * first :] if first > 1 else parts
    while len(parts) > 2 and len(squeezed("".join(parts[:-2]))) >= _FEWEST_OF_TITLE:
        tail = parts[-1].strip()
        is_site = not tail or _OF_A_SITE.fullmatch(tail) or (site and (tail in site or site in tail))
        # What stands between the title and the site is the site's channel.
        if not is_site and not (is_cut and len(tail) <= _LONGEST_CHANNEL):
            break
        parts, is_cut = parts[:-2], True
    return "".join(parts).strip()


def site_of(title: str) -> str:
    """The name of a site where a page's title is nothing else, without the word for its form (数字报); else ""."""
    is_name = len(title) <= _LONGEST_SITE and (SITE_END.search(title) or _EDITION.search(title))
    return _EDITION.sub("", title) if is_name and not _PARTS.search(title) else ""


def squeezed(text: str) -> str:
    """The form in which a heading and a title are compared: without white space and marks, full-width as half-width."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


def find_title(blocks: Sequence[HtmlBlock], titles: Sequence[str], site: str) -> int:
    """Where a line repeats one of the declared titles, -1 where none does. A heading goes before another line."""
    for title in titles:
        bare, whole = squeezed(without_site(title, site)), squeezed(title)
        parts = [squeezed(part) for part in _PARTS.split(title)[::2]]
        found = [at for at, block in enumerate(blocks) if _repeats(block.text, title, bare, whole, parts)]
        found = [at for at in found if not names_issue(blocks[at].text)]
        headings = [at for at in found if blocks[at].level]
        plain = [at for at in found if not blocks[at].is_link and not blocks[at].in_item]
        if headings or plain:
            return (
                min(headings, key=lambda at: (len(squeezed(blocks[at].text)) != len(bare), at))
                if headings
                else plain[0]
            )
    return -1


def title_in(line: str, titles: Sequence[str]) -> str:
    """The title that a line prints: without the kind of a post before it where no declared title has that."""
    bare = _KIND.sub("", line, count=1)
    is_kind = bare and not any(squeezed(line) in squeezed(title) for title in titles)
    return bare if is_kind and any(squeezed(bare) in squeezed(title) for title in titles) else line


def find_emphasised(blocks: Sequence[HtmlBlock], titles: Sequence[str], site: str) -> int:
    """Where the title stands on a page that declares only the name of its paper: a line made to be seen above the text.

    -1 where the page declares another title, or no such line stands there.
    """
    if not titles or not all(_names_paper(without_site(title, site), blocks) for title in titles):
        return -1
    first = next((at for at, block in enumerate(blocks) if prose_of(block)), len(blocks))
    above = [
        at
        for at, block in enumerate(blocks[:first])
        if not (block.is_link or block.in_item or is_credit(block.text) or names_issue(block.text))
        and len(squeezed(block.text)) >= _FEWEST_OF_TITLE
        and not _OF_A_SITE.fullmatch(block.text)
        and not any(squeezed(block.text) in squeezed(title) for title in titles)
    ]
    return next((at for at in reversed(above) if _is_emphasised(blocks[at])), -1)


def _names_paper(title: str, blocks: Sequence[HtmlBlock]) -> bool:
    """Whether a declared title is the name of a paper or a site."""
    name = squeezed(title)
    if _OF_A_SITE.fullmatch(title) or len(name) < _SHORTEST_OF_TITLE:
        return True
    return any(name in squeezed(block.text) and find_date(block.text) for block in blocks if names_issue(block.text))


def _is_emphasised(block: HtmlBlock) -> bool:
    """Whether a line is a heading, bold or large as a whole, or in an element that is named a title."""
    element = block.owner
    if block.level or _TITLE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}"[:200]):
        return True
    loud = [part for part in element.iterdescendants("b", "strong", "big", "font") if _is_loud(part)]
    text = squeezed(block.text)
    return any(squeezed(text_of(part)) == text for part in loud)


def _is_loud(element: Element) -> bool:
    return element.tag != "font" or (element.get("size") or "").strip() in _LARGE


def _repeats(line: str, title: str, bare: str, whole: str, parts: Sequence[str]) -> bool:
    if len(line) > 3 * len(title) + 10:
        return False
    text = squeezed(line)
    if len(text) < _FEWEST_OF_TITLE:
        return text == bare
    # A forum writes the kind of a post before its title: [县情] 大桥合龙
    if text in (bare, whole):
        return True
    if (other := _KIND.sub("", line, count=1)) != line and _repeats(other, title, bare, whole, parts):
        return True
    # The whole title, of which the head of the page gives the beginning.
    cut = title.rstrip(".… ")
    if title.endswith(_CUT) and len(squeezed(cut)) >= _FEWEST_OF_TITLE and text.startswith(squeezed(cut)):
        return True
    # Several parts from the first on, or those behind the site's name, the day and the page.
    first = _parts_before(_PARTS.split(title)[::2])
    return text in ["".join(parts[first:end]) for end in range(first + 1, len(parts) + 1)]


def _parts_before(parts: Sequence[str]) -> int:
    """How many parts of a page's title stand before the article's: names of the site, a day, a page of the paper."""
    count, day = 0, False
    for part in map(str.strip, parts[:-1]):
        is_day = find_date(part) is not None and not without_times(part)
        is_page = count > 0 and day and _PLACE.fullmatch(part) is not None
        if not (is_day or is_page or _OF_A_SITE.fullmatch(part)):
            break
        count, day = count + 1, day or is_day
    return count
