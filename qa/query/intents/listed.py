"""What leans on a list that was shown: 第三条详细说说 means one of its items, 只看国际的 those of a kind."""

from __future__ import annotations

import re

from embeddings import simplified

_HAN = "零一二三四五六七八九十"
_ITEM = re.compile(
    r"^(?:那|请|把|就|说说|讲讲|看看|展开|详细说说|详细讲讲|再说说)*(?:第(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})|(?P<last>最后(?:一|那)?))"
    r"(?:条|篇|个|则|项)(?:新闻|文章|报道|消息)?(?P<asked>.*)$"
)
_DETAIL = re.compile(
    r"^(?:的|是|都|再|能|请|给我|具体|详细|展开|仔细|多|讲|说|谈|看|了|些|一下|下|说说|讲讲|讲的|内容|点|细|什么|啥|怎么回事|全文|呢|吧|吗|一点"
    r"|[，,。？?！! ])*$"
)
_ONLY = re.compile(
    r"^(?:那|就|请|我)?(?:只|光|单)(?:想|要)?(?:看看?|说说?|要|讲讲?|列出?)(?P<kind>[\u4e00-\u9fffA-Za-z0-9]{2,8}?)"
    r"(?:(?:方面|类|有关|相关|栏目|版面?|板块|部分)?的?(?:新闻|消息|报道|文章|内容)?|的)(?:吧|呢)?[。？?！!]*$"
)


def read_item(question: str) -> int | None:
    """Which item of a list is asked for, from 1, -1 for the last; None for another question.

    第三条路在哪里 is another question: nothing but detail may be asked of an item.
    """
    match = _ITEM.match(simplified(question.strip()))
    if match is None or not _DETAIL.match(match["asked"]):
        return None
    return -1 if match["last"] else _number(match["number"])


def read_only(question: str) -> str:
    """The kind to which a list is to be narrowed; "" for another question."""
    match = _ONLY.match(simplified(question.strip()))
    return match["kind"].removesuffix("的") if match else ""


def _number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.partition("十")
    if not ten:
        return _HAN.find(tens[-1])
    return 10 * (_HAN.find(tens) if tens else 1) + (_HAN.find(ones) if ones else 0)
