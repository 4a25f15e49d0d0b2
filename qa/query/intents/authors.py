"""Questions for what somebody wrote (孙某写了几篇, …的文章有哪些): they are answered from the bylines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embeddings import simplified

_START = r"^(?:请问|请|麻烦|帮我|给我|查一?下|列出|公报里?|报上|一共|总共|都|，|,)*"
_POST = r"(?:本报|特派|特约|摄影|实习|专栏|副刊)*(?:记者|作者|通讯员|撰稿人|摄影师)?(?:叫)?"
_WHO = r"[“「\"]?(?P<who>[^，,。？?的“”「」\"\s]{2,8}?)[”」\"]?"
_WROTE = r"(?:写|发表|发|采写|撰写|报道|拍摄|拍|刊发|登|投)(?:过|了|的|出)*"
_ALL = r"(?:一共|总共|共|都|还|又|在本报|在公报上|在)*"
_WHAT = r"(?:几|多少|哪些|哪几|什么|啥|哪)(?:个|篇|条|张|幅|则)?"
_WORKS = r"(?:文章|报道|新闻|稿件|稿子|稿|消息|通讯|作品|照片|图片)"
_END = r"(?:是|有|呢|啊|吗|的)?\s*[？?。.！!]*$"
_PATTERNS = tuple(
    re.compile(f"{_START}{pattern}{_END}")
    for pattern in (
        rf"{_POST}{_WHO}{_ALL}{_WROTE}{_ALL}{_WHAT}[^，,。？?]{{0,6}}?{_WORKS}?",
        rf"{_POST}{_WHO}(?:供稿|署名|写|采写|拍|发表)?的{_WORKS}{_ALL}(?:有|是)?(?:{_WHAT}|.{{0,2}})?",
        rf"{_POST}{_WHO}{_ALL}有(?:几|多少|哪些|哪几)篇{_WORKS}?",
        rf"署名(?:为|是)?{_WHO}的{_WORKS}?{_ALL}(?:有|是)?(?:{_WHAT})?",
        rf"(?:有)?(?:几|多少|哪些|哪几)篇?{_WORKS}?是{_WHO}{_WROTE}",
        rf"{_POST}{_WHO}{_ALL}{_WROTE}{_WORKS}",
    )
)
_COUNTS = re.compile(r"(?:几|多少)篇?|数量")
_LISTS = re.compile(r"哪几|哪些|什么|啥")
_NOBODY = re.compile(
    r"^(?:谁|哪|什么|这|那|他|她|它|我|你|您|有|提到|关于|几|多少|最近|记者|作者|通讯员|报纸|公报|本报)"
)


@dataclass(frozen=True, slots=True)
class ByAuthor:
    """A question for somebody's articles: the name as it may stand in bylines, and whether their number is asked."""

    name: str
    counts: bool


def read_author(question: str) -> ByAuthor | None:
    """Whose articles a question asks for; None for another question.

    Anybody may have written something: only the archive's bylines tell whether the name is an author's.
    """
    text = simplified(" ".join(question.split()))
    for pattern in _PATTERNS:
        if (match := pattern.match(text)) and not _NOBODY.match(match["who"]):
            return ByAuthor(match["who"], counts=bool(_COUNTS.search(text) and not _LISTS.search(text)))
    return None
