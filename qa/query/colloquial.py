"""Words of everyday speech in a question → the words that print uses.

啥时候, 咋, 掏钱 and 修好没 mean 什么时候, 怎么, 出钱 and 修好了吗. What is searched and read is the printed form;
what is shown stays as it was typed. Only words that cannot mean anything else are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from embeddings import simplified

# 24年5月, 23年秋天, 25年那次 and 23年和25年 are years; 当了23年兵 is none.
_SHORT_YEAR = (
    r"(?<![\d第])(?P<year>1[5-9]|[23]\d)年(?:"
    r"(?=\d{1,2}月|[初底末春夏秋冬]|[上下]半年|[那这][一]?[期届次回个场篇年]|暑|寒假|国庆|五一|端午|元旦|呢|(?:和|与|跟|、|到|至)\d\d年|[^，,。？?]{0,12}[，,]\s*那?\d\d年呢)"
    r"|(?:(?<=^\d\d年)|(?<=[，, ]\d\d年)|(?<=\d\d年[和与跟、到至]\d\d年))(?![前后来以之多内间了]))"
)
# 什么时候退的休 is 什么时候退休的.
_SEPARABLE = (
    r"(?:[退离]的休|[结离]的婚|毕的业|[开停]的业|[开动完竣]的工|开的[学张馆]|闭的馆|放的假|通的[车水电]|停的[水电]|去的世|入的[党伍]|参的军"
    r"|当的兵|立的功|辞的职|[出住]的院|出的生|报的名|[上到]的任|搬的家|生的病|[着失起]的火|发的车|投的产|封的顶)"
)


def _joined(match: re.Match[str]) -> str:
    return match[0].replace("的", "") + "的"


_FORMS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), printed)
    for pattern, printed in (
        (r"啥(?:时候|时间)|多会儿?|几时|啥前儿", "什么时候"),
        (r"[干做]啥(?:用)?的", "做什么的"),
        (r"为啥子?|为嘛|凭啥|因为啥|(?<![若为])干嘛(?=[要不非还跑急这那])|咋会|咋就(?!是)", "为什么"),
        (r"(?:用来|去|来)?[干做]啥|干嘛", "做什么"),
        (r"啥(?:玩意儿?|东西)", "什么东西"),
        (r"咋(?:个|么)?样(?:子)?", "怎么样"),
        (r"咋(?:回事)", "怎么回事"),
        (r"咋(?:了|啦)", "怎么了"),
        (r"咋(?:个|么|的)?(?!舌)", "怎么"),
        (r"啥子?(?!时)", "什么"),
        (r"哪(?:儿|疙瘩|块儿|旮旯)(?!童)", "哪里"),
        (r"哪(?:个|年|月)?会儿", "什么时候"),
        (r"多(?:钱|少银子)", "多少钱"),
        (r"(?<=谁)掏的?(?=钱|腰包)|掏的(?=钱)", "出的"),
        (r"掏(?:了)?(?=[^，,。]{0,4}钱|腰包)", "出"),
        (
            r"(?P<who>老(?:爷子|人家?|太太|先生)|大爷|大娘|大妈|奶奶|爷爷|阿婆|老伯)"
            r"(?P<when>(?:是)?(?:什么时候|哪一?[天年日]|几[月号]|怎么|为什么))走的(?![时路])",
            r"\g<who>\g<when>去世的",
        ),
        (r"咱们?(?=[这区县市镇村街社国])", ""),
        (r"(?<=[\u3400-\u9fff])(?:来着|的说|撒|噻|捏)(?=[？?。!！]*$)", ""),
        (r"(?<=[是在叫])(?:个)?(?:哪一?个)(?=[？?。!！]*$)", "谁"),
        (_SEPARABLE, _joined),
        (_SHORT_YEAR, r"20\g<year>年"),
        (r"(?:一?共)?(?:拢共|总共|统共|一起)(?=[有花用来是])", "一共"),
    )
)
# 修好没, 赢了没有: the question stands at its end alone.
_ENDS_ASKING = re.compile(
    r"(?<=[\u3400-\u9fff])(?<![有还都并从且更绝])(?P<done>了?)(?P<not>没有?|没得|不(?=[？?]|$))(?P<mark>[？?。!！]*)$"
)
_QUOTED = re.compile(r"([“「《\"][^”」》\"]*[”」》\"])")
_WHETHER = re.compile(r"是不是|有没有|能不能|(.)[不没]\1")


def plain(question: str) -> str:
    """A question in the words that print uses; as it is where it has none of everyday speech."""
    text = simplified(question)
    text = text if len(text) == len(question) else question
    # A name in marks stays as it is.
    text = "".join(part if place % 2 else _printed(part) for place, part in enumerate(_QUOTED.split(text)))
    if (match := _ENDS_ASKING.search(text)) and not _WHETHER.search(text) and len(text) > 2:
        done = match["done"] if match["not"] == "不" or "有" in text[: match.start()] else "了"
        text = f"{text[: match.start()]}{done}吗{match['mark']}"
    return text


def _printed(text: str) -> str:
    for pattern, printed in _FORMS:
        text = pattern.sub(printed, text)
    return text
