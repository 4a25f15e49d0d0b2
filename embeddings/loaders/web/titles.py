"""The title of a page's article: what the page declares, without the site's name, and the line that repeats it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from embeddings.loaders.web.blocks import HtmlBlock
from embeddings.parsing.outline import names_issue

SITE_IN_TITLE = re.compile(r"(?<=\S)\s*[-_|｜–—]+\s*(?=[^-_|｜–—]*$)")
SITE_END = re.compile(r"(?:[报報网網台臺刊社站]|新闻|新聞|发布)$")
_PARTS = re.compile(r"(\s*[_|｜»]+\s*|\s+[-–—·]+\s+|\s*-{1,3}\s*|\s*[–—]{1,3}\s*)")
_OF_A_SITE = re.compile(
    r".{0,20}(?:[报報网網台臺刊社站]|新闻|新聞|频道|頻道|客户端|客戶端|门户|平台|中心|公报|公報|数字报|电子报|電子報|电子版|政府|局|"
    r"发布|资讯|在线|博客|论坛|公司|大学|[学學]院|医院|公所)|[A-Za-z][\w.]{2,30}|(?:正文|首页|新闻|要闻|资讯|首頁)",
)
_LONGEST_CHANNEL = 8  # characters, between a title and a site's name
_FEWEST_OF_TITLE = 4
_CUT = ("...", "…")


def without_site(title: str, site: str = "") -> str:
    """A page's title without the names of the site and its channels behind it, however many."""
    parts = _PARTS.split(title)
    is_cut = False
    while len(parts) > 2 and len(squeezed("".join(parts[:-2]))) >= _FEWEST_OF_TITLE:
        tail = parts[-1].strip()
        is_site = not tail or _OF_A_SITE.fullmatch(tail) or (site and (tail in site or site in tail))
        # What stands between the title and the site is the site's channel.
        if not is_site and not (is_cut and len(tail) <= _LONGEST_CHANNEL):
            break
        parts, is_cut = parts[:-2], True
    return "".join(parts).strip()


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


def _repeats(line: str, title: str, bare: str, whole: str, parts: Sequence[str]) -> bool:
    if len(line) > 3 * len(title) + 10:
        return False
    text = squeezed(line)
    if len(text) < _FEWEST_OF_TITLE:
        return text == bare
    if text in (bare, whole):
        return True
    # The whole title, of which the head of the page gives the beginning.
    cut = title.rstrip(".… ")
    if title.endswith(_CUT) and len(squeezed(cut)) >= _FEWEST_OF_TITLE and text.startswith(squeezed(cut)):
        return True
    # Several parts from the first on, or all but the first where the site's name stands there.
    first = int(len(parts) > 1 and _OF_A_SITE.fullmatch(_PARTS.split(title)[0].strip()) is not None)
    return text in ["".join(parts[first:end]) for end in range(first + 1, len(parts) + 1)]
