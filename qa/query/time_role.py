"""What the words of time in a question are for: the fact that is asked about, or the issues to look in.

今年 in 今年的台风叫什么 belongs to the fact, and an article of that year may or may not say it: it is searched for.
上周 in 上周有什么新闻 means the issues of last week: it is a filter. What tells them apart is what the rest of the
question speaks of: the bulletin, its parts and its articles, or something else.
"""

from __future__ import annotations

import re
from enum import Enum

from embeddings import fold


class TimeRole(str, Enum):
    """What words of time are for. StrEnum needs Python 3.11."""

    FACT = "fact"
    ISSUES = "issues"

    __str__ = str.__str__


# An issue by its own name is never part of a fact; 期间 and 期末 are no issues.
_IS_ISSUE = re.compile(
    r"(?:[上本这前]+一?个?|最新的?这?一?|最近的?一|第\s*[\d一二三四五六七八九十百零〇两]+\s*)[期号](?![间末楼线院馆店限货中])"
)
_PAPER = re.compile(
    r"报纸|日报|晚报|周报|公报|[晨晚时]报|简报|[该那这]张报|报[上里](?!名)|见报|[本那这]一?[期刊](?![间末])|^的?各?期|头版|副刊|专版|社论|特刊"
)
_ARTICLE = re.compile(
    r"新闻(?!发布会|学|系|专业|办)|报道|报导|要闻|稿子?(?!纸|费)|文章|头条|(?:几|多少|哪些?)[篇则期]|[篇则](?:文章|报道)|专栏|栏目"
    r"|通讯(?!员|录|公司|设备)"
)
# 登了哪些消息, 写过抗洪的: what a bulletin does, where nobody else is said to do it.
_PRINTS = re.compile(
    r"刊登|[登刊载](?:出|载|过|了|的|没|在)|发表|(?:提|讲|写|说|报)(?:到|道|及)?过|(?:提|讲|写)到|消息"
)
_WHAT_NEWS = re.compile(
    r"^的?(?:都|主要)?(?:发生|有|出|讲|说|写)?(?:了|过|些)*(?:什么|哪些|啥)(?:重?大|重要|要紧的?)?(?:事|新鲜事|动态|情况|内容)?(?:吗|呢|啊|发生)?[？?。]?$"
)
_SECTION = re.compile(r"[一二三四五六七八\d体育民生评论农村](?:号)?版(?![权本])")
_STANDS_BEHIND = re.compile(r"^\s*(?:这天|那天|当天|前后)?(?:出|登|写|说|报)?的?[那这]?(?:一|几)?[期张]")


def time_role(question: str, start: int, end: int) -> TimeRole:
    """What the words of time at `question[start:end]` are for."""
    text = fold(question) if len(fold(question)) == len(question) else question
    said, before, after = text[start:end], text[:start], text[end:]
    rest = f"{before}{after}".strip()
    # What stands in title marks is a name, whatever it speaks of.
    if _in_marks(text, start):
        return TimeRole.FACT
    rest = re.sub(r"《[^》]*》", "", rest)
    if _IS_ISSUE.search(said) or _STANDS_BEHIND.match(after) or _PAPER.search(rest) or _ARTICLE.search(rest):
        return TimeRole.ISSUES
    if _SECTION.search(rest) or _PRINTS.search(rest) or _WHAT_NEWS.match(re.sub(r"^请问", "", rest)):
        return TimeRole.ISSUES
    # 创文 最近一个月: the words stand apart from the rest.
    if text[max(0, start - 1) : start] == " " and not after.strip(" ?。") and re.match(r"最近|过去|近", said):
        return TimeRole.ISSUES
    return TimeRole.FACT


def _in_marks(text: str, place: int) -> bool:
    return text.rfind("《", 0, place) > text.rfind("》", 0, place)
