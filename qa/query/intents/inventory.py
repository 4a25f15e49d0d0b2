"""Questions about what the archive holds: 最新一期是哪天, 收录的公报从哪天到哪天, 有哪些栏目."""

from __future__ import annotations

import re
from enum import Enum

from qa.query.colloquial import plain


class Inventory(str, Enum):
    """What is asked of the archive's issues. StrEnum needs Python 3.11."""

    NEWEST = "newest"  # which issue is the newest
    OLDEST = "oldest"
    RANGE = "range"  # from which day to which
    SECTIONS = "sections"

    __str__ = str.__str__


_START = (
    r"^(?:请问|那么?|你们|你|这里|这儿|现在|目前|资料库里?|库里|公报里?|报纸上?|一共|总共|都|收录的?|收的|存的|里面?|中|有"
    r"|是|的|[，,])*"
)
_ISSUE = r"(?:一?[期份]|公报|报纸?|新闻|消息|文章|内容)(?:公报|报纸?|新闻)?"
_END = r"(?:[呀啊呢的了]|出的|发的|登的)*\s*[？?。.！!]*$"
_DAY = r"(?:哪一?[天日期年月]|哪一?期|几[号月]几?[号日]?|什么时候|什么时间|什么日期|何时|哪个日期)"
_IS = r"(?:又|到底)?(?:是|为|出在|到|在)?(?:的)?"
_READ: tuple[tuple[Inventory, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(f"{_START}{pattern}{_END}"))
    for asked, pattern in (
        (Inventory.NEWEST, rf"(?:最新|最近|最后|最晚)的?(?:那)?(?:{_ISSUE})?(?:更新)?{_IS}{_DAY}"),
        (Inventory.NEWEST, rf"(?:更新|收录|收)(?:到|至)了?{_DAY}"),
        (Inventory.OLDEST, rf"(?:最早|最老|最旧|最开始|第一)的?(?:那)?{_ISSUE}{_IS}{_DAY}"),
        (Inventory.RANGE, rf"{_ISSUE}?(?:是)?(?:从|自){_DAY}(?:的)?(?:开始)?(?:到|至){_DAY}"),
        (Inventory.RANGE, r"(?:哪段|什么|哪个)(?:时间|时期|日期)(?:段|范围)?的(?:公报|报纸|新闻)"),
        (Inventory.SECTIONS, r"(?:分|设)?了?(?:哪些|什么|哪几个|几个|多少个?)(?:栏目|版面|板块|专栏)"),
        (Inventory.SECTIONS, r"(?:栏目|版面|板块|专栏)(?:都|一共)?有(?:哪些|什么|哪几个|几个|多少个?)"),
    )
)


def read_inventory(question: str) -> Inventory | None:
    """What a question asks of the issues that the archive holds; None for another question."""
    text = plain(" ".join(question.split()))
    return next((asked for asked, pattern in _READ if pattern.match(text)), None)
