"""What users say that is no question to the bulletin: greetings, thanks, questions about the assistant, orders.

Each gets a short reply and no search. Only what is nothing else counts: 你好，请问…… is a question. What is told is the
whole of what was said, but for marks and particles, so that a question that merely holds such a word is asked.
"""

from __future__ import annotations

import re
from enum import Enum

from embeddings import fold
from qa.query.question import bare_runs

_MARKS = re.compile(r"[\W_]+")
_PARTICLES = "啊呀哦吧呢吗嘛啦了哈的"

_CALLS = r"(?:你|您|你们|大家|公报|助手|小助手|机器人|各位)*"
_GREETING = re.compile(
    rf"(?:{_CALLS}(?:好|早|早上好|上午好|中午好|下午好|晚上好|晚安|哈喽|哈罗|嗨|嘿|喂|在|在不在|新年好|新年快乐|节日快乐)"
    r"|hi|hello|hey|hithere|hellothere|goodmorning|goodafternoon|goodevening|howareyou)+"
)
_THANKS = re.compile(
    rf"(?:好|好的|嗯|行|ok|okay|非常|十分|太|多|真是|真)*(?:感谢|谢谢|谢|多谢|谢啦|辛苦|麻烦|棒|好|厉害|不错|有用|有帮助|清楚)+{_CALLS}"
    rf"(?:的?(?:帮助|回答|解答|服务))?|再见|拜拜|明白|知道|懂|收到|(?:thanks|thankyou|thx|bye|goodbye)(?:verymuch|alot|somuch)?"
)
_ABOUT = re.compile(
    r"(?:请问)?(?:你|您|你们|这个助手|这个系统|这里|本系统)(?:到底|究竟|都)?"
    r"(?:是谁|是什么|叫什么|叫什么名字|是什么东西|是什么模型|是哪个模型|是人|是机器人|是真人|是ai|是人工智能|是chatgpt|是gpt|是大模型"
    r"|会什么|会做什么|会干什么|能做什么|能干什么|能干嘛|可以做什么|可以干什么|能帮我做什么|能帮我什么|有什么用|有什么功能|能回答什么|能回答什么问题"
    r"|能回答哪些问题|怎么用|如何使用|怎么使用|怎么工作|几岁|多大|谁做的|是谁做的|是谁开发的|由谁开发|用的什么模型|用什么模型|来自哪里)"
    r"|怎么用|如何使用|怎么使用|使用说明|帮助|help|介绍一下(?:你|您)?自己|自我介绍|自我介绍一下|(?:who|what)areyou|whatcanyoudo|howdoesthiswork"
)
_ORDER = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要管|不用管|抛开|跳过|覆盖|绕过)掉?(?:以上|之前|前面|上面|上述|所有|一切|你的|这些|先前|原来|原有|全部|任何|系统|此前)"
    r"[^。!?]{0,10}(?:指令|指示|提示词?|规则|要求|设定|限制|命令|说明|约束)"
    r"|(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|rules?|guidelines|above|previous)"
    r"|(?:输出|显示|告诉我|打印|重复|透露|公开|泄露|说出)[^。!?]{0,8}(?:系统提示|提示词|初始指令|内部指令)"
    r"|(?:system|developer) ?prompt|jailbreak|越狱模式|开发者模式|dan模式"
    r"|(?:从现在起|从现在开始|现在起|接下来)[^。!?]{0,6}(?:你是|你就是|扮演|假装)|^(?:请)?(?:你)?(?:扮演|假装你?是)"
)

_UNCLEAR = re.compile(
    r"(?:我|还是|都|完全|有点)*(?:没|不|看不|听不|没太|不太)(?:看|听|搞|弄)?(?:懂|明白|清楚)|(?:这|那|你说的)?(?:是)?(?:什么|啥)意思|说人话|太长|再说一遍|重说一遍"
)
_WRONG = re.compile(
    r"(?:不对|错了?|不是|答非所问|驴唇不对马嘴|胡说|瞎说|乱说|跑题)+|(?:我)?(?:问|要|说|找)?的?(?:不是|并不是)(?:问|说|要|找|指)?(?:这|那|它)(?:个|件事|条|篇|些)?"
    r"|(?:你)?(?:答|回答|说|搞|弄|理解|找)(?:错|得不对|偏|反)"
)
_CHAT = re.compile(
    r"(?:哈|呵|嘿|嘻|呜|唉|哦|噢|喔|嗯|额|呃|啊|呀|哇|哎|咦|好|对|行|是|可以|收到|知道|明白|了解|懂|原来如此|这样|太|很|真|有|你|我|意思|有意思|厉害|烦|累|困|开心|无聊|加油|愉快|快乐|周末|节日"
    r"|下班|先|就|到这|不问|没事|没有问题|不用|不了|发|不好意思|抱歉|打扰|吃饱|没|早安|晚安|今天|明天|再聊|心情|怎么样)+"
)
# 今天天气真好: something, how much, and how it is found; whoever asks anything does not say it so.
_REMARK = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?<!写)(?<!传)(?:真是|真的|真|太(?!空|阳|湖|原)|挺|可真|好|多么|实在)"
    r"(?:好看|好吃|好听|好玩|难看|难吃|难听|漂亮|舒服|凉快|暖和|干净|热闹|精彩|可惜|遗憾|可怜|辛苦|不容易|了不起|无聊|有意思|厉害"
    r"|好|棒|美|香|热|冷|差|糟|贵|累|快|慢|赞)(?:极了)?"
)
_NOTHING_SAID = re.compile(r"[\W\d_]*")
_TELLS_OF_ONESELF = re.compile(
    r"^(?:今天|昨天|明天|上周|明年|去年|那时|最近|其实)*(?:我们?|咱们?|俺)(?!想问|想知道|问|要问|想查|要查|要找|想找|市|县|区|国|省|村|镇|校)|我觉得|我家|我打算|真是服了"
)

# 医保咋交, 最早一班几点, 停不停水: whoever says so asks, be it of himself.
_ASKS_ANYTHING = re.compile(
    r"谁|什么|怎|啥|咋|哪|多(?:少|久|长|远|高|大(?![人家数量])|重(?!要))|(?<![好这那前后十])几(?![乎经])"
    r"|([\u3400-\u9fff])[不没]\1|(?:吗|[^\W对差好]不|没有?)$"
)


class Reply(str, Enum):
    """What is said to what is no question; the words are in `qa/i18n/answers.py`. StrEnum needs Python 3.11."""

    GREETING = "greeting"
    THANKS = "thanks"
    ABOUT = "about"  # what the assistant is
    ORDER = "order"  # that it takes none
    UNCLEAR = "unclear"  # to who did not understand the answer
    WRONG = "wrong"  # to who was answered something else
    CHAT = "chat"
    NO_QUESTION = "no_question"

    __str__ = str.__str__


def reply_to(text: str) -> Reply | None:
    """The reply to what is no question to the bulletin; None for what is one."""
    folded = fold(text)
    if _ORDER.search(folded):
        return Reply.ORDER
    bare = _MARKS.sub("", folded)
    if reply := _reply(bare):
        return reply
    if _NOTHING_SAID.fullmatch(bare) or (len(set(bare)) == 1 and len(bare) > 1):
        return Reply.NO_QUESTION
    # 太好了，谢谢你: of several things said, each of them a reply, the one that tells most.
    said = [_reply(part) for part in (_MARKS.sub("", part) for part in _BREAKS.split(folded)) if part]
    if len(said) > 1 and all(said):
        return next((reply for reply in _TELLING if reply in said), said[0])
    return _remark(folded, bare) or (Reply.NO_QUESTION if _tells(folded) else None)


def _remark(folded: str, bare: str) -> Reply | None:
    """The reply to a remark on how something is."""
    said = bare.rstrip(_PARTICLES)
    if "?" in folded or bare[len(said) :].strip("啊呀哦啦了的") or _has_asking_words(said):
        return None
    return Reply.CHAT if _REMARK.fullmatch(said) else None


def _reply(bare: str) -> Reply | None:
    # 你好吗 and 你好 are the same; 谢谢啦 too. A text of particles alone is left as it is.
    said = bare.rstrip(_PARTICLES) or bare
    for pattern, reply in _REPLIES:
        if pattern.fullmatch(said) or pattern.fullmatch(bare):
            return reply
    return None


def _has_asking_words(folded: str) -> bool:
    return sum(end - start for start, end in bare_runs(folded)) < sum("\u3400" <= one <= "\u9fff" for one in folded)


def _tells(folded: str) -> bool:
    """Whether somebody tells of himself and asks nothing."""
    if "?" in folded or _ASKS_ANYTHING.search(folded.rstrip(_ENDS)) or _has_asking_words(folded):
        return False
    return bool(_TELLS_OF_ONESELF.search(folded))


_ENDS = "。.！!~～…了啊呀 "
_BREAKS = re.compile(r"[,，。.!！?？~～;；\s]+")
_TELLING = (Reply.THANKS, Reply.WRONG, Reply.UNCLEAR, Reply.ABOUT)  # the most first
_REPLIES = (
    (_GREETING, Reply.GREETING),
    (_THANKS, Reply.THANKS),
    (_ABOUT, Reply.ABOUT),
    (_UNCLEAR, Reply.UNCLEAR),
    (_WRONG, Reply.WRONG),
    (_CHAT, Reply.CHAT),
)
