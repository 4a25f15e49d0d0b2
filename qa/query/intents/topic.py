"""Questions for all that the bulletin has on something: a bare name or topic, 介绍一下…, 关于…的报道; or its course.

Nothing is said of the topic, so nothing is asked of it but what there is. Whether the archive speaks of the topic at
all is for the caller to find out; a statement (这座桥修得真好) is told from a topic by that.
"""

from __future__ import annotations

import re

from qa.query.colloquial import plain
from qa.query.names import people_in
from qa.query.question import bare_runs

_LONGEST = 16  # characters of a bare topic
_LEAD = re.compile(
    r"^(?:请|麻烦|帮我|给我|我想|想)*(?:介绍|说说|讲讲|聊聊|谈谈|讲述|说|讲|查询|查查|查|搜索|搜|找找|看看|了解|知道)(?:一下|一?下子|下|点)?"
    r"(?:关于|有关)?|^(?:关于|有关)"
)
_TAIL = re.compile(
    r"(?:的|这个|那个|相关的?|方面的?|有关的?)*(?:情况|报道|新闻|消息|文章|来龙去脉|前因后果|始末|资料|信息|介绍|事情|这件事|这个人|内容)$"
)
_COURSE = re.compile(
    r"(?:[，,]?从[\u3400-\u9fff]{1,6}到[\u3400-\u9fff]{1,6}?)?[，,]?(?:的|这?件?事儿?|是)*"
    r"(?:(?:前前后后|从头[到至]尾|从头到现在|从开始到现在|从头|一步步|一路|整个)(?:都?是)?"
    r"(?:怎么|什么)?(?:个|样的?)?(?:过程|经过|情况|回事|走?过?来|变化)?"
    r"|(?:怎么|如何)一步步[\u3400-\u9fff]{1,4}"
    r"|(?:怎么个|什么样的?)(?:过程|经过)|来龙去脉|前因后果|始末|全过程|时间线|历程|大事记)的?$"
)
_TELL = re.compile(
    r"[，,]?(?:请|麻烦)?(?:给我|帮我|跟我|给咱)?(?:都)?(?:讲讲|说说|讲一遍|说一遍|理一理|理一遍|捋一捋|捋一遍|捋捋|梳理一下|讲一讲|说一说|讲一下|说一下|介绍一下|回顾一下)$"
)
_THAT_ONE = re.compile(r"^(?:把|咱们?|我们)+|[这那][座条个所家件次栋项场台艘]|的?(?:事儿?|工程)$")
_MARKS = " “”\"'「」『』《》〈〉‘’？?。.！!，,、：:"
_SAYS = re.compile(
    r"[我你您咱俺]|[吗呢吧呀嘛]$|了$|不|没|别|这[么样]|那[么样个]|几[\u3400-\u9fff]|列出|概括|总结|比较|真|太|好[了的]|[，,。；;！!？?]"
)
# What a question without an asking word ends with, and the word that it leaves out.
_WANTED = (
    (
        re.compile(r"(?:冠军|亚军|季军|得主|获得者|获奖者|导演|主演|作者|主持人|负责人|联系人|创始人|传承人)$"),
        "是谁",
    ),
    (re.compile(r"(?:冠军|亚军|季军|金牌|银牌|铜牌|第[一二三]名)$"), "是哪个"),
    (
        re.compile(
            r"(?:(?<![质力能])量|(?<![效])率|[人总户]数|[金总名余投]额|[造票房单售]价|价格|费用?|收入|利润|产值|投资|预算"
            r"|面积|长度|宽度|高度|租金|房租|工资|奖金|标准|占比|比例|年龄|比分|得分|电话(?:号码)?|热线)$"
        ),
        "是多少",
    ),
    (re.compile(r"(?:时间|日期)$"), "是什么时候"),
    (re.compile(r"(?:地址|地点|位置)$"), "在哪里"),
    (re.compile(r"(?:原因|名称|全称|口号|主题)$"), "是什么"),
)
_SHORTEST_OWNER = 3  # characters of whose it is
_NO_OWNER = ("和", "与", "、", "的和")
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z0-9·“”\"—\-－.%（）() ]+")


def read_topic(question: str) -> str:
    """The topic that a question names and asks nothing of; "" for any other question."""
    text = plain(question).strip(_MARKS)
    led = _LEAD.sub("", text, count=1)
    topic = _TAIL.sub("", led).strip(_MARKS) or led
    is_asked_for = topic != text
    if not 2 <= len(topic) <= _LONGEST or not _WORD.fullmatch(topic) or _SAYS.search(topic):
        return ""
    if _has_asking_words(topic) or topic.isdecimal():
        return ""
    # 的 amid a bare topic makes it a description, for which reading is better.
    return topic if is_asked_for or "的" not in topic or people_in(f"{topic}的") == [topic] else ""


def with_asking_word(question: str) -> str:
    """A question that names what it wants and asks by no word, with the word (晚会主持人, and 是谁); "" for any other.

    A name by itself (主持人, 县长) is a topic.
    """
    text = plain(question).strip(_MARKS)
    if not _WORD.fullmatch(text) or _has_asking_words(text) or _SAYS.search(text):
        return ""
    for wanted, asking in _WANTED:
        named = wanted.search(text)
        if named and named.start() >= _SHORTEST_OWNER and not text[: named.start()].endswith(_NO_OWNER):
            return f"{text}{asking}？"
    return ""


def read_course(question: str) -> str:
    """The topic of which a question asks how it went from first to last (…从头到尾是怎么个过程); "" for any other."""
    text = _TELL.sub("", plain(question).strip(_MARKS), count=1).strip(_MARKS)
    led = _LEAD.sub("", text, count=1)
    topic = _COURSE.sub("", led).strip(_MARKS)
    if topic == led.strip(_MARKS):
        return ""
    topic = _THAT_ONE.sub("", topic).strip(_MARKS)
    fits = 2 <= len(topic) <= _LONGEST and _WORD.fullmatch(topic) and not _SAYS.search(topic)
    return topic if fits and not _has_asking_words(topic) else ""


def _has_asking_words(text: str) -> bool:
    """Whether a text asks by some word: what its stretches of no asking words leave out has a Chinese character."""
    covered = {place for start, end in bare_runs(text) for place in range(start, end)}
    return any("\u3400" <= text[place] <= "\u9fff" and place not in covered for place in range(len(text)))
