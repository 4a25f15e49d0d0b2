"""What readers say that is no question to the bulletin: greetings, thanks, questions about the assistant, orders.

Each gets a short reply and no search. Only what is nothing else counts: 你好，请问…… is a question. What is told is the
whole of what was said, but for marks and particles, so that a question that merely holds such a word is asked.
"""

from __future__ import annotations

import re

from embeddings import fold

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

GREETING = "您好！请问您想查公报里的什么事？"
THANKS = "不客气。还想查什么，接着问就行。"
ABOUT = (
    "我是公报问答：只根据已入库的公报回答，给出原文那句话，并注明出自哪一期、哪一篇；公报里没有的，我会直说没有。"
    "您可以问人、事、时间、地点、数字，也可以按期数、日期和栏目筛选。"
)
ORDER = "我只根据公报的原文回答问题，不执行别的指令。请直接问您想在公报里查的事。"


def reply_to(text: str) -> str:
    """The reply to what is no question to the bulletin; "" for what is one."""
    folded = fold(text)
    if _ORDER.search(folded):
        return ORDER
    bare = _MARKS.sub("", folded)
    # 你好吗 and 你好 are the same; 谢谢啦 too. A text of particles alone is left as it is.
    said = bare.rstrip(_PARTICLES) or bare
    for pattern, reply in ((_GREETING, GREETING), (_THANKS, THANKS), (_ABOUT, ABOUT)):
        if pattern.fullmatch(said) or pattern.fullmatch(bare):
            return reply
    return ""
