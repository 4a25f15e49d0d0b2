"""Questions for what one article says, by its title: 概括一下《…》, 《…》讲了什么, 那篇《…》的大意."""

from __future__ import annotations

import re

from embeddings import simplified

_TITLE = re.compile(r"《(?P<title>[^》]{2,60})》")
_SUMS_UP = re.compile(r"概括|总结|概述|归纳|摘要|缩写|浓缩|梳理|大意|主要(?:内容|意思)|简介|介绍一下|简单说说")
_WHAT_IT_SAYS = re.compile(
    r"^[^《]{0,12}《[^》]+》(?:这|那)?(?:一)?(?:篇|条)?(?:文章|报道|新闻|稿子|通讯)?(?:里|中|上)?(?:主要|大概|都|在|是|具体)*(?:讲|说|写|报道|介绍)?(?:的|了|些|过)*(?:是)?"
    r"(?:什么|啥|哪些)(?:内容|事|意思|东西)?[？?。]*$"
)
_WITHOUT_MARKS = re.compile(
    r"^(?:请|帮我|麻烦)*(?:概括|总结|概述|归纳|缩写|梳理)(?:一下|下)?(?:文章|报道|新闻|这篇|那篇)*[“「\"]?(?P<title>[^”」\"？?。]{4,40}?)[”」\"]?(?:这篇|那篇|一文|的(?:主要)?内容|的大意)*[？?。]*$"
)


def title_in(question: str) -> str:
    """The title of the article that a question wants summed up; "" for another question.

    Without marks around it, whether it is a title is for the archive to tell.
    """
    text = simplified(" ".join(question.split()))
    if match := _TITLE.search(text):
        return match["title"] if _SUMS_UP.search(text) or _WHAT_IT_SAYS.match(text) else ""
    match = _WITHOUT_MARKS.match(text)
    return match["title"] if match else ""
