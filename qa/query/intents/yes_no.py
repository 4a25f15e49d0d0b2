"""Yes/no questions: what is asked whether, and whether a text says yes.

An answer begins with the word of its question: 修好了吗 with 是的 or 还没有, 有没有 with 有 or 没有
(`qa/i18n/answers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from embeddings import character_pairs, fold, fold_to_words
from qa.query.colloquial import plain
from qa.query.names import people_in
from qa.query.stretch import days_of_month, stretch_on
from qa.query.times import find_times


class Verb(str, Enum):
    """What is asked whether. StrEnum needs Python 3.11."""

    IS = "is"  # 是不是, and whatever else
    HAS = "has"  # 有没有, 有…吗
    CAN = "can"  # 能不能, 可以…吗
    WILL = "will"  # 会不会, 会…吗
    DONE = "done"  # 修好了吗
    PAST = "past"  # 去过吗, of what is over and is not expected any more
    ACT = "act"  # 开不开: the answer has the verb itself
    DID = "did"  # 办没办

    __str__ = str.__str__


_ANY_DAY = date(2001, 1, 1)  # which words are of time does not depend on the day
_CLEARLY = 0.0  # log-odds of yes: beyond this the answer is given
_OTHER_QUESTION = re.compile(
    r"谁|什么|哪|多少|(?<![这那好])几[个名位人天年月点号次]|怎么|为何|如何|多[久长高大远]|第几"
)
_ENDS = re.compile(r"(?:吗|么|吧|是吧|对吧|对吗|对不对|是不是|没有)\s*[？?。.！!]*$")
_WHETHER = re.compile(
    r"是不是|是否|有没有|有无|能不能|能否|可不可以|可否|会不会|要不要|该不该|([\u3400-\u9fff])[不没]\1"
)
_AS_ASKED = re.compile(rf"(?:{_WHETHER.pattern})")  # 有人问能不能盖。可以: what is asked in a text denies nothing
_ACT = re.compile(r"(?P<act>[\u3400-\u9fff])(?P<not>[不没])(?P=act)")
_OWN_WORDS = "是有能会可要该"  # verbs of which an answer has its own words
_VERBS = (
    (Verb.HAS, re.compile(r"有没有|有无")),
    (Verb.CAN, re.compile(r"能不能|能否|可不可以|可否")),
    (Verb.WILL, re.compile(r"会不会")),
    (Verb.IS, re.compile(r"是不是|是否")),
    (
        Verb.DONE,
        re.compile(
            r"了(?:吗|么|吧|没有)?\s*[？?。.！!]*$|(?<![通经超不])过(?![敏期程度渡滤量分错年节夜冬户磅秤道路往])[^，,]{0,8}(?:吗|么|没有)\s*[？?。.！!]*$|已经"
        ),
    ),
    (Verb.CAN, re.compile(r"(?<![可只功才技智官效性])能(?![源力够量])|可以|允许")),
    (Verb.WILL, re.compile(r"(?<![开大年协社机体全晚运学工展博推峰商])会(?![议上场员长计所])")),
    (Verb.HAS, re.compile(r"(?<![没只拥享所国具])有(?![关限])")),
    (Verb.IS, re.compile(r"")),
)
# An answer whether something is so turns on these, where the question has none of them.
_NEGATIONS = re.compile(
    r"没有|没能|没(?=[\u3400-\u9fff])|无(?![论锡人线废锡数私偿障疑论])|无一|谢绝|排除|免于|不设|尚未|未能|未(?![来成])|并非|不是|不能|不得|不再|不会|不予|不准|不许|不(?![过仅但断少久错足如满料等管论]|同(?!意))|无法|无需|禁止|禁(?=[行入停飞捕烟放养渔])"
    r"|取消|停(?=[开运业办工课产航售播驶电水])|停止|暂停|封闭|关停|停办|推迟|拒绝|否认|例外|除外|除了|以外|之外|只剩"
)
_PLANNED = re.compile(
    r"计划|打算|准备|还想|想要|盘算|拟(?![定订])|将(?!军|领|士)|有望|预计|正在|仍在|还在|筹备|争取|力争|即将|待(?!遇)"
)
_SAYS_NOTHING = re.compile(r"[的了过是有在把被都也还就全又很这那个和与\d.%零一二两三四五六七八九十]")
_STILL = re.compile(r"已经|[还好完成]了|如今|现在")
_COSTS = re.compile(r"钱|费|花销")
_FREE = re.compile(r"免费|无息|免缴|免交|义诊|公益")
_NUMBER = re.compile(r"第?(?:\d[\d,.]*|[零一二两三四五六七八九十百千]+)[\u3400-\u9fff%]?")
_ASKS_DONE = re.compile(r"[了过](?:[^，,。]{0,4})(?:吗|么|没有)\s*[？?。.！!]*$|没有\s*[？?]*$")
_ASKS_PAST = re.compile(
    r"(?<![\u4e00-\u9fff][经超通])(?P<act>[\u4e00-\u9fff])过[^，,。]{0,4}(?:吗|么|没有)\s*[？?。.！!]*$"
)
_EXCEPTS = re.compile(r"例外|除外|除了|以外|之外")
_ALREADY = re.compile(r"已经?(?P<word>[\u4e00-\u9fff]{2})")
_DENIES = re.compile(r"(?:没有?|未|不再?)(?P<word>[\u4e00-\u9fff]{2})")
_DENIED = re.compile(r"[不没未无]|没有$")
_TITLE = re.compile(r"(?:主任|书记|主席|经理|委员长|[\u4e00-\u9fff]长)$")
_DEPUTY = re.compile(r"副(?P<post>[\u4e00-\u9fff]{0,2}?(?:主任|书记|主席|经理|长))")
_SAYS_MORE = re.compile(r"超过|不到|多于|少于|以上|以下|比|高于|低于|至少|最多")
_BEFORE = re.compile(r"以前|之前|从前|过去|原来|曾经?[^，]*过|过(?:吗|么|没有)")
_FIRST_TIME = re.compile(r"第一次|首次|头一[回次]|第一回|初次")
# 还是…吗, 还免费吗: whether something goes on.
_ASKS_STILL = re.compile(r"(?:还(?!给|款|债|书|清|原|价|有(?:谁|哪))|仍)[^，,]*(?:吗|么|吧|没有)\s*[？?。.！!]*$")
_IS_OVER = re.compile(
    r"接替|接任|没有再|不再|卸任|离任|离职|退下|退休|调任|调到|调往|换成|取消|停[了止办用售播]|关停|关闭|搬[走到离]|改由|改为|辞去|免去|终止"
)
_GOES_ON = re.compile(r"照旧|照常|照样|依旧|不变|继续|保留|一如既往|不受影响|仍[然旧在是]?|还在|还是")
_CONTRARY = (
    (re.compile(r"赢|胜|夺冠"), re.compile(r"输|负(?![责担债荷])|不敌|败")),
    (re.compile(r"涨|升|增(?![设派])|上调"), re.compile(r"跌|降(?!雨|雪|水|温|落伞)|减(?!灾|免)|下挫|下滑|下调|回落")),
)
_ALTERED = 3  # characters of a name that another is taken for, with its second character changed
_SHORT_NAME = 4  # characters, of a thing that has another of its kind
_MORE_THAN = frozenset({"超过", "多于", "高于", "大于", "超"})
_QUANTITY = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>[百千万亿]*)")
_LIMIT = re.compile(
    r"(?P<how>超过|多于|高于|大于|超|不到|少于|低于|不足)了?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>[百千万亿]*)(?P<unit>[\u4e00-\u9fff%]?)"
)
_SCALES = {"百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
_CERTAIN = 4.0  # log-odds of what two numbers tell
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+")

# Question, sentence, and what a reader says (log-odds of yes; None without one) → the log-odds that the answer is yes.
Polarity = Callable[[str, str, "float | None"], "float | None"]
_SURELY = 0.5  # log-odds of yes or no that a reader alone must give, where the words say too little of the matter


@dataclass(frozen=True, slots=True)
class YesNo:
    """A yes/no question: its verb, the question in printed words, and the verb that it doubles (开不开: 开), if any."""

    verb: Verb
    question: str
    act: str = ""


def read_yes_no(question: str) -> YesNo | None:
    """What a yes/no question asks whether; None for another question, also one that asks for something besides."""
    text = plain(" ".join(question.split()))
    if not (_ENDS.search(text) or _WHETHER.search(text)):
        return None
    rest = _WHETHER.sub("", text)
    if _OTHER_QUESTION.search(rest):
        return None
    doubled = _ACT.search(text)
    if doubled and doubled["act"] not in _OWN_WORDS:
        return YesNo(Verb.ACT if doubled["not"] == "不" else Verb.DID, text, doubled["act"])
    verb = next(verb for verb, pattern in _VERBS if pattern.search(text))
    return YesNo(verb, text)


def content_of(question: str) -> str:
    """The characters of a yes/no question that say what it is about, folded, without numbers."""
    return _SAYS_NOTHING.sub("", fold_to_words(_ENDS.sub("", _WHETHER.sub("", fold(question)))))


def is_expected(question: str, sentence: str) -> bool:
    """Whether what a question asks after may still come, by its own words or by a text that speaks of a plan."""
    return bool(_STILL.search(question) or _PLANNED.search(sentence))


def verdict(log_odds: float | None) -> bool | None:
    """Whether the answer is yes; None where the text does not settle it."""
    return None if log_odds is None else log_odds > _CLEARLY


def polarity_of(question: str, sentence: str, read: float | None) -> float | None:
    """The log-odds that a sentence says yes, by its words and by what a reader says; None where neither settles it.

    Where words are certain (a deputy is not the one), a reader is not asked.

    Of 153 such questions of held-out passages, beside the sentence that answers, words are right for 90 and the reader
    for 123; their sum is for 130.
    """
    told = polarity_by_words(question, sentence)
    if read is None or (told is not None and abs(told) >= _CERTAIN):
        return told
    if told is None:
        return read if abs(read) >= _SURELY else None
    said = fold(sentence)
    if stretch_on(question, said) != (0, len(said)):
        return told  # the reader has read what is said of others, too
    return told + read


def polarity_by_words(question: str, sentence: str) -> float | None:
    """The log-odds that a sentence says yes, by negation and contrast; None where it says too little of the matter.

    What counts is the part of the sentence that says most of what the question says.
    """
    asked = fold(question)
    for time in reversed(find_times(asked, today=_ANY_DAY)):
        asked = asked[: time.start] + asked[time.end :]
    sentence = _AS_ASKED.sub("", fold(sentence))
    first, last = stretch_on(asked, sentence)
    stretch = sentence[first:last]
    clause = _nearest_clause(asked, stretch)
    if not clause:
        return None
    if _denies_its_words(_not_doubled(asked), clause) or _is_no_deputy(asked, stretch):
        return -_CERTAIN
    if _is_done(asked, stretch):
        return _CERTAIN
    if _other_number(asked, _segment(stretch, clause)) or _another_day(fold(question), clause):
        return -2.0
    if (compared := _compared(asked, clause)) is not None:
        return compared
    if _BEFORE.search(asked) and _FIRST_TIME.search(sentence):
        return -2.0
    if _ASKS_STILL.search(asked) and bool(_IS_OVER.search(sentence)) != bool(_GOES_ON.search(sentence)):
        return _CERTAIN if _GOES_ON.search(sentence) else -_CERTAIN
    if _MAY.search(asked) and (allowed := _is_allowed(asked, stretch)) is not None:
        return 2.0 if allowed else -2.0
    stated = _STATES.search(asked)
    if stated and (told := _states(asked, stated["object"], sentence)) is not None:
        return told or None
    if (there := _is_there(asked, sentence)) is not None:
        return there or None
    done = _DONE.search(asked)
    if done and re.search(rf"{re.escape(done['act'])}[之以]?后[^，]{{0,2}}(?:将|可|能|会|预计)", sentence):
        return -1.0
    if _says_the_opposite(asked, clause):
        return -2.0
    if _says_only_the_name(asked, clause):
        return None
    is_denied = bool(_NEGATIONS.search(clause))
    if _COSTS.search(asked) and "免" not in asked:
        is_denied = is_denied or bool(_FREE.search(clause))
    asks_denied = bool(_NEGATIONS.search(_ENDS.sub("", _WHETHER.sub("", asked))))
    if is_denied != asks_denied:
        return -2.0
    if (
        re.search(r"[了过](?:吗|么|没有)", asked)
        and _PLANNED.search(clause)
        and not re.search(r"已经?|[完好]了", clause)
    ):
        return -1.0
    return 1.0


_MAY = re.compile(r"(?<![可只功才技智官效性])能(?![源力够量])|可以|让不让|准不准|允许|行不行")
_FORBIDS = re.compile(r"禁止|禁(?=[行入停飞捕烟放养渔])|不得|不准|不许|不再允许|谢绝")
_ALLOWS = re.compile(r"[仍也都]?可(?:以|(?=[通进入走停用带办]))|允许|准许|放行")


def _is_allowed(asked: str, sentence: str) -> bool | None:
    """Whether what a question asks leave for is allowed by a sentence that forbids one thing and allows another.

    What is allowed stands before 可, what is forbidden behind 禁止, or before it where nothing stands behind (禁行).
    The one that shares more with the question counts; None for a sentence that does not do both, or where both share
    as much.
    """
    wanted = set(content_of(asked))
    forbidden, allowed = [], []
    for clause in (match[0] for match in _CLAUSE.finditer(sentence)):
        if forbids := _FORBIDS.search(clause):
            said = clause[forbids.end() :] if len(clause) > forbids.end() + 1 else clause[: forbids.start()]
            forbidden.append(len(wanted & set(said)))
        elif allows := _ALLOWS.search(clause):
            allowed.append(len(wanted & set(clause[: allows.start()])))
    if not forbidden or not allowed or max(forbidden) == max(allowed):
        return None
    return max(allowed) > max(forbidden)


_DONE = re.compile(r"(?P<act>[\u4e00-\u9fff]{2})了(?:吗|么|吧|没有)\s*[？?。.！!]*$")
_HAS_OBJECT = re.compile(
    r"(?:有没有|有无|(?<![没只])有)(?P<object>[\u4e00-\u9fff]{2,8}?)(?:了|的)?(?:吗|么|吧)?[？?。]*$"
)
_IN_STOCK = re.compile(r"(?<![没只])(?:备|设|配|置|存|现|共|建|装|都)有.*\d|\d.*(?:备|设|配|置|存|现|建|装)有")
_REBATE, _IS_REBATE = (
    re.compile(r"优惠|折扣|打折|减免"),
    re.compile(r"半价|[\d一二三四五六七八九]折|免票|免费|优惠|减免|折扣|便宜"),
)
_THERE_IS_NONE = re.compile(r"没有?|无(?!人机|[论锡线废数私偿障疑])|未(?![来成])")


def _is_there(asked: str, sentence: str) -> float | None:
    """Whether there is what a question with 有 asks after.

    The log-odds of yes where so many of it are said to be there, those of no where a clause that speaks of it denies
    it, 0 where nothing speaks of it; None for all else.
    """
    match = _HAS_OBJECT.search(asked)
    if match is None or _THERE_IS_NONE.search(match["object"]):
        return None
    wanted = match["object"]
    if _REBATE.search(wanted) and _IS_REBATE.search(sentence) and not _THERE_IS_NONE.search(sentence):
        return _CERTAIN
    for clause in (found[0] for found in _CLAUSE.finditer(sentence)):
        if _IN_STOCK.search(clause) and 2 * len(_pairs(wanted) & _pairs(clause)) >= len(_pairs(wanted)):
            return None if _THERE_IS_NONE.search(clause) else _CERTAIN
        if _THERE_IS_NONE.search(clause) and len(set(wanted) & set(_THERE_IS_NONE.sub("", clause))) * 3 >= len(wanted):
            return -2.0
    return None if any(pair in sentence for pair in _pairs(wanted)) else 0.0


def _is_done(asked: str, sentence: str) -> bool:
    """Whether a sentence says in a question's own words that something is done (绝育过没有: 已绝育)."""
    if _ASKS_DONE.search(asked) is None or _EXCEPTS.search(sentence):
        return False
    past = _ASKS_PAST.search(asked)
    for clause in (match[0] for match in _CLAUSE.finditer(sentence)):
        if _NEGATIONS.search(clause):
            continue
        if past and re.search(rf"{past['act']}[了给到过掉]", clause):
            return True
        if any(_asks_of(match["word"], asked) for match in _ALREADY.finditer(clause)):
            return True
    return False


def _asks_of(word: str, asked: str) -> bool:
    """Whether a question has a word, and does not deny it."""
    return word in asked and not _DENIED.search(asked[: asked.find(word)][-2:])


def _denies_its_words(asked: str, clause: str) -> bool:
    """Whether a clause denies what a question asks in the question's own words (出钱吗: 不出钱)."""
    return any(_asks_of(match["word"], asked) for match in _DENIES.finditer(clause))


def _is_no_deputy(asked: str, sentence: str) -> bool:
    """Whether a question takes somebody for a deputy, whom a sentence calls by the post itself."""
    posts = [match["post"] for match in _DEPUTY.finditer(asked)]
    stated = _STATES.search(asked)
    named = [*people_in(asked), *([stated["object"]] if stated else [])]
    is_named = any(name in sentence for name in named)
    return is_named and any(post in sentence and f"副{post}" not in sentence for post in posts)


def _another_day(question: str, clause: str) -> bool:
    """Whether a question names a day, and a clause another one, and not this."""
    asked, told = days_of_month(question), days_of_month(clause)
    return bool(asked and told) and asked.isdisjoint(told)


def _says_only_the_name(asked: str, clause: str) -> bool:
    """Whether all that a clause has of a question is the person that it names."""
    bare = asked
    for name in people_in(asked):
        bare = bare.replace(name, " ")
    wanted = character_pairs(content_of(bare))
    return bare != asked and bool(wanted) and not wanted & _pairs(clause)


def _says_the_opposite(asked: str, clause: str) -> bool:
    """Whether a clause has a word that is contrary to one of the question (赢: 不敌; 涨: 跌), and none like it."""
    for one, other in (*_CONTRARY, *(pair[::-1] for pair in _CONTRARY)):
        if one.search(asked) and not other.search(asked) and other.search(clause) and not one.search(clause):
            return True
    return False


def _compared(asked: str, clause: str) -> float | None:
    """Whether the text's number is more, or less, than the question's of the same unit (超过3亿人次: 3.06亿人次)."""
    limit = _LIMIT.search(asked)
    if limit is None:
        return None
    unit = limit["unit"] or ""
    told = [match for match in _QUANTITY.finditer(clause) if clause.startswith(unit, match.end())]
    if len(told) != 1:
        return None
    is_more = _amount(told[0]) > _amount(limit)
    return _CERTAIN if is_more == (limit["how"] in _MORE_THAN) else -_CERTAIN


def _amount(match: re.Match[str]) -> float:
    amount = float(match["number"].replace(",", "").rstrip(".") or 0)
    for scale in match["scale"]:
        amount *= _SCALES[scale]
    return amount


def _nearest_clause(asked: str, sentence: str) -> str:
    """The clauses of a sentence that share most with a question, at least half of what the best shares."""
    wanted = _pairs(asked)
    clauses = [match[0] for match in _CLAUSE.finditer(sentence)]
    if not clauses or not wanted:
        return ""
    shared = [len(_pairs(clause) & wanted) for clause in clauses]
    best = max(range(len(clauses)), key=lambda place: (shared[place], -place))
    if not shared[best]:
        return ""
    return "，".join(clause for place, clause in enumerate(clauses) if 2 * shared[place] >= shared[best])


def _segment(sentence: str, clause: str) -> str:
    """The part of a sentence between semicolons in which a clause stands."""
    return next((part for part in re.split(r"[；;。\n]", sentence) if clause.split("，")[0] in part), sentence)


_STATES = re.compile(
    r"(?:是不是|是否|(?<![但可还而于])是)(?![从在由被把给跟])(?P<object>[\u4e00-\u9fff“”0-9a-z]{2,12}?)的?(?:吗|吧|么)?[？?。]*$"
)


def _states(asked: str, stated: str, sentence: str) -> float | None:
    """Whether a sentence says of somebody what the question says they are (是区长吗).

    0 where half of it or less is there at all, the log-odds of yes where it is said of somebody else; None else.
    """
    if _is_altered(stated, sentence):
        return -_CERTAIN
    pairs = _pairs(stated)
    if pairs and 2 * sum(pair in sentence for pair in pairs) <= len(pairs):
        return 0.0
    subject = re.sub(r"[拿当赢是跑]$", "", next(iter(people_in(asked)), ""))
    if _another_of_its_kind(subject, stated, sentence):
        return -2.0
    holding = [match[0] for match in _CLAUSE.finditer(sentence) if any(pair in match[0] for pair in pairs)]
    if (
        subject
        and holding
        and subject in sentence
        and all(subject not in clause and people_in(clause) for clause in holding)
    ):
        return -1.0
    return None


def _is_altered(stated: str, sentence: str) -> bool:
    """Whether a sentence has what is stated with another character (汉武帝: 汉文帝), or a deputy (书记: 副书记)."""
    if stated in sentence:
        return False
    title = _TITLE.search(stated)
    is_deputy = "副" not in stated and (
        any(f"{stated[:place]}副{stated[place:]}" in sentence for place in range(len(stated) - 1))
        or (title is not None and only_deputies(title[0], sentence))
    )
    named = [name for name in re.split("的", stated) if len(name) == _ALTERED and name not in sentence]
    return is_deputy or any(re.search(f"{re.escape(name[0])}.{re.escape(name[-1])}", sentence) for name in named)


def only_deputies(title: str, sentence: str) -> bool:
    """Whether all that a sentence has of a title are deputies of it (主任: 副主任)."""
    places = [match.start() for match in re.finditer(re.escape(title), sentence)]
    return bool(places) and all(sentence[place - 1 : place] == "副" for place in places)


def _another_of_its_kind(subject: str, stated: str, sentence: str) -> bool:
    """Whether a sentence gives somebody another thing of a kind (拿的是银牌: 拿下金牌), and not the one asked about."""
    own = next((match[0] for match in _CLAUSE.finditer(sentence) if subject and subject in match[0]), "")
    if len(stated) > _SHORT_NAME or not own or stated in own:
        return False
    return re.search(rf"[\u4e00-\u9fff]{re.escape(stated[-1])}(?![\u4e00-\u9fff])", own) is not None


def _pairs(text: str) -> set[str]:
    return character_pairs(fold_to_words(_ENDS.sub("", _WHETHER.sub("", _not_doubled(text)))))


def _not_doubled(text: str) -> str:
    """A question with a verb of its own once: 赶场 of 赶不赶场."""
    return _ACT.sub(lambda match: match[0] if match["act"] in _OWN_WORDS else match["act"], text)


def _other_number(asked: str, clause: str) -> bool:
    """Whether the text gives another number of the kind that the question names (第三次: 第五次)."""
    if _SAYS_MORE.search(asked):
        return False
    for match in _NUMBER.finditer(asked):
        unit = match[0][-1]
        # Only ordinals contradict: of other numbers a text may give many.
        if not match[0].startswith("第"):
            continue
        given = [
            other[0] for other in _NUMBER.finditer(clause) if other[0].startswith("第") == match[0].startswith("第")
        ]
        alike = [other for other in given if other[-1] == unit]
        if alike and match[0] not in alike and _value(match[0]) not in map(_value, alike):
            return True
    return False


def _value(number: str) -> str:
    """A number in digits, as far as it is a small one."""
    digits = re.sub(r"[^\d零一二两三四五六七八九十]", "", number)
    if digits.isdecimal():
        return digits
    tens, ten, ones = digits.replace("两", "二").partition("十")
    han = "零一二三四五六七八九"
    if not ten:
        return str(han.find(tens)) if len(tens) == 1 else tens
    return str(10 * (han.find(tens) if tens else 1) + (han.find(ones) if ones else 0))
