"""Question → what it asks for, and the words that say what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from embeddings import fold, well_formed
from qa.errors import QuestionCode, QuestionError

MAX_QUESTION_CHARS = 500


class Asks(str, Enum):
    """The kind of thing a question asks for."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how_many"
    WHY = "why"
    HOW = "how"
    AUTHOR = "author"  # who wrote the article, or took the photo
    WHAT = "what"

    __str__ = str.__str__


# What stands behind 几 where it asks for a number.
_COUNTED = (
    "个名位人支条栋家次岁种天年届项座户场期篇架艘枚块辆台张部所套批组层株棵头只件句首款例起亩吨趟盒箱瓶盏颗粒朵幅册本间口道节门"
    "根袋桶杯碗处段斤倍成分秒圈出路比楼"
)
# In order: the first that fits decides. The question has been folded: simplified script, lower case, half width.
_ASKS: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    (
        Asks.AUTHOR,
        re.compile(
            r"出自(?:谁|哪位)|(?:谁|哪位|哪个|哪些|什么人)[^,。]{0,8}(?:写的|拍的|拍摄|摄的|采写|撰写|供图|摄影|采访的|报道的)"
            r"|(?:谁|哪位|哪个)(?:记者|通讯员)?(?:写|拍|采写|撰写|摄)"
            r"|(?:记者|作者|通讯员|摄影师|摄影者|摄影记者|撰稿人|拍摄者)(?:都)?(?:是|叫|为)?(?:谁|哪|什么名)"
            r"|who (?:wrote|reported|photographed|took)"
        ),
    ),
    (Asks.WHY, re.compile(r"为什么|为何|为啥|什么原因|怎么会|何以|原因是|因为什么|缘何|\bwhy\b")),
    (
        Asks.WHEN,
        re.compile(
            r"什么时候|什么时间|何时|哪一?[年天日月周]|几[月号日点时]|哪个?(?:月|时候|时间|年份|星期|季节)|几几年|(?:星期|周|礼拜)几"
            r"|多久以前|何年|何月|何日|什么日子|哪.{0,2}时期|什么时期|\bwhen\b|what (?:year|date|day|time)"
        ),
    ),
    (
        Asks.HOW_MANY,
        re.compile(
            rf"多少|多[大高长远久重宽深快]|几[{_COUNTED}]|第几|占比|百分之几|数量|人数"
            r"|比例是|总额|金额|\bhow (?:many|much|long|old|far|tall|fast|large|big)\b"
        ),
    ),
    (
        Asks.WHERE,
        re.compile(
            r"哪里|哪儿|何处|何地|什么地方|哪个?(?:地方|城市|省|市|区|县|国家|小区|社区|街道|地区|场馆|国)|什么地点|在哪|位于|\bwhere\b"
        ),
    ),
    (
        Asks.WHO,
        re.compile(
            r"谁|哪位|何人|什么人|哪个人|哪些人|哪名|(?:又|会|都)?是哪一?个(?=发现|先|最先|第一|出|去|来|带|打|救|帮|送|找|报|写|画|唱|做|教|管|负责|\W*$)"
            r"|叫什么(?:名字?)?\W*$|什么名字|姓名|\bwhom?\b|\bwhose\b"
        ),
    ),
    (Asks.HOW, re.compile(r"怎么|怎样|如何|怎么样|什么方式|什么办法|什么方法|哪些方式|\bhow\b")),
)

# 这几天 and 好几条 ask for no number, and nor do 几个人是怎么… and 几家联合发的是什么….
_SOME = re.compile(r"[这那好前头近等]几[一-龥]")
_SEVERAL = re.compile(r"(?<![第哪])几[个位名人家条户座岁天年]")
_ASKS_OTHERWISE = re.compile(r"怎么|怎样|如何|什么|谁|哪(?!几)|为何")

# Words that every question has and that say nothing of what it is about.
_ASKING = re.compile(
    r"请问|请告诉我|告诉我|你知道|我想知道|想问一?下|帮我查一?下|为什么|什么时候|什么时间|什么地方|什么样|什么|多少|多久|多长时间"
    rf"|哪一?[个些年天日月里儿位种家名支条项届]|哪|几[{_COUNTED}]|谁的?|怎么样?|怎样|如何|何时|何地|何处|为何"
    r"|是否|有没有|是不是|吗|呢|吧|啊|分别|具体|一共|总共|指的是|指"
    r"|\b(?:what|who|whom|whose|when|where|which|why|how|many|much|is|are|was|were|do|does|did|the|a|an|of|in|on|to|for|by|at|"
    r"and|with|from|that|this|it|there|has|have|had|be|been)\b"
)
# What a question on the author says of the article as such; the article itself does not say it.
_AUTHORING = re.compile(
    r"那?[一这]?[篇则条张幅](?:报道|文章|新闻|稿子|稿件|照片|图片|图)?|报道|文章|稿件|照片|图片|记者|作者|通讯员|摄影[师者]?"
    r"|采写|撰写|拍摄|出自|写|拍|摄|名字|供图|手笔?"
)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_ENGLISH = re.compile(r"\b(?:wh(?:at|om?|ose|en|ere|ich|y)|how|is|are|was|were|do|does|did|has|have|can|the|of|in)\b")
CHINESE = "zh"
ENGLISH = "en"
OTHER_LANGUAGE = "und"  # "undetermined" of ISO 639-2


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the search and the answer see it.

    `text` is the question as asked, without needless space; `about` is its folded form without the asking words, for
    judging how much of a question a sentence covers.
    """

    text: str
    asks: Asks
    about: str

    @property
    def language(self) -> str:
        """CHINESE where the question has a Chinese character, ENGLISH where it has one of its common words."""
        if _IDEOGRAPH.search(self.text):
            return CHINESE
        return ENGLISH if _ENGLISH.search(self.text.lower()) else OTHER_LANGUAGE

    @property
    def is_foreign(self) -> bool:
        """Whether the question has no Chinese character, so that words cannot lead to a Chinese sentence."""
        return self.language != CHINESE


def read_question(question: str) -> Query:
    """Read a question. Raises ValueError when it is empty or longer than MAX_QUESTION_CHARS."""
    text = well_formed(" ".join(question.split()))
    if not text:
        raise QuestionError(QuestionCode.EMPTY)
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(QuestionCode.TOO_LONG, n=len(text), most=MAX_QUESTION_CHARS)
    folded = fold(text)
    asks = _asks(folded)
    about = _AUTHORING.sub(" ", folded) if asks is Asks.AUTHOR else folded
    return Query(text=text, asks=asks, about=_ASKING.sub(" ", about).strip() or folded)


def bare_runs(text: str) -> list[tuple[int, int]]:
    """The stretches of Chinese characters of a question between asking words and marks, as (start, end)."""
    words = _ASKING.sub(lambda match: " " * len(match[0]), text)
    return [match.span() for match in re.finditer(rf"{_IDEOGRAPH.pattern}+", words)]


def _asks(folded: str) -> Asks:
    text = _SOME.sub(" ", folded)
    if _ASKS_OTHERWISE.search(text):
        text = _SEVERAL.sub(" ", text)
    return next((asks for asks, pattern in _ASKS if pattern.search(text)), Asks.WHAT)
