"""A question that leans on the one before it → a question that stands alone.

他多大年纪, 那里有几栋楼, 这个小区呢, 具体多少, 还有呢 and 那建安区呢 mean something only after what was asked and
answered last. What is rewritten is shown, so that a wrong guess is seen; where a question may also stand alone, whoever
calls can try both and keep the one that is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from embeddings import SURNAMES_WHERE_NAMES_STAND
from qa.query.colloquial import plain
from qa.query.names import people_in
from qa.query.question import Asks, bare_runs, read_question
from qa.query.subject import subject_of
from qa.query.times import find_times
from qa.types import Spoken


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a question means after the one before.

    `is_sure` is False where the question may also stand alone, or mean one of the `others`. `more` says that it asks
    for what was not yet told. `about` is what the article spoken of is asked for, where nothing more is asked
    of it (江苏呢, after a question on a typhoon).
    """

    question: str
    is_sure: bool
    more: bool = False
    about: str = ""
    others: tuple[str, ...] = ()


_IDEOGRAPH = "\u4e00-\u9fff"
_END = r"[\s？?。.！!]*$"
_BACK = re.compile(
    r"^(?:那|还是|我们|咱们|好|对了|[，,])*(?:(?:再|还是|又)?(?:说回到?|回到|回过头来?说?|倒回去说?|说到|聊回)(?!底)|还是说"
    r"|(?P<first>最?开头|最?开始|一开始|最初|最先)(?:[说问提讲聊](?:到|过|起)?的?|的?(?=那))|(?:前面|上面|刚才|刚刚|之前)(?:[说问提讲聊](?:到|过|起)?)?的?(?=那))"
)
_START = r"^\s*(?:那么?(?![个位些座条家所项场次支处篇部起批只台辆里边儿])|然后|嗯|哦|好的?)?[，,\s]*"
_NO_PARTICLE = "\u4e00-\u7683\u7685-\u9fff"  # any but 的
_COMMON_KINDS = (
    "[所校院局队部组站馆厂村区县市镇乡会处科行社班团店庭]长|书记|主任|医生|老师|护士|记者|民警|警察|教练|司机|老板|律师|教授|姑娘|小伙子?"
    "|男子|女子|男的|女的|老人|大爷|大妈|阿姨|学生|同学|选手|运动员|队员|志愿者|居民|村民|业主|工人|[县镇乡村](?![长委民政办里中])|"
    "小区|社区|街道|学校|医院|公司|单位|派出所|博物馆|图书馆|电影院?|活动|项目|比赛|会议|文章|报道|台风|地方|院子|村子|大桥|公园|商场|工厂|平台|工程"
)
_ANY_MEASURE = "[个座条家所项场次支处位篇部起批只台辆]"
_PERSON = re.compile(
    r"(?<![其吉])[他她](?!们|人)(?:本人|自己)?|[这那该](?:一?位|个人)(?:先生|女士|老人|同志|书记|主任|老师|记者)?|此人"
)
_PEOPLE = re.compile(r"[他她]们?[俩仨]|[他她]们")
_THEIR_BODY = re.compile(
    r"[他她它]们(?P<kind>学校|社区|街道|小区|公司|单位|医院|学院|大学|派出所|支队|大队|团队|部门|[村区县市镇乡队店厂])"
)
_PLACE = re.compile(r"[那这](?:里|儿|边)(?![面外头边])|此地|当地|该地|[那这]个地方")
_EVENT = re.compile(r"[这那](?:件|个|一)?事(?:情)?(?!故|业|务|项|实)|此事")
_KIND = re.compile(
    rf"(?:[这那](?:一?{_ANY_MEASURE}|[两三几]{_ANY_MEASURE}|些)|该|[这那](?![么样里儿时边次回些仨俩两几天年月]|{_ANY_MEASURE}))"
    rf"(?!一共|总共|都|共|加起来|[是有在哪会能])(?P<kind>{_COMMON_KINDS}|(?:[路河桥楼村镇县市区厂店校船车树书病鱼鸟馆塔庙寺亭井湖岛渠坝院站]|[{_NO_PARTICLE}]{{2,5}}?)"
    r"(?=[有是的在里内叫一共为什怎哪谁多几开举能要会都还现卖花建修通？?，,]|$))"
)
_POINTS = re.compile(r"[他她它其]|[这那](?![么样])")
_THAT_ONE = re.compile(r"[那这](?:一?[个位家条座所支种])(?=[是叫在有哪什几多的])")
_THING = re.compile(r"它们?|(?<![尤与极及何莫])其(?![他它实中余次间一二三])")
_ASKS_MORE = re.compile(
    rf"{_START}(?:就这[^，,]{{0,4}}[吗？?，,]*)?(?:后面|另外|除了这[些个])?还(?![在是没要会能算得可不])|{_START}(?:别的|其他|另外|其余)"
)
_MORE = re.compile(
    rf"{_START}(?:还有|除此之外|除了这些|另外|其他的?|别的)(?:还有)?(?:呢|吗|别的|其他的?|哪些|什么|谁|没有|人)*{_END}"
)
_AND = re.compile(rf"{_START}(?P<other>[^？?，,]{{2,14}}?)(?:呢|又?怎么样|又?如何){_END}")
_DENIES = re.compile(
    r"^(?:不对|错了|说错了?|问错了?|搞错了?|你理解错了|(?:我)?(?:问|说|要|想)?的?不是[^，,。]*|我的意思是?)[，,。\s]+"
)
_CORRECTS = re.compile(r"^(?:我)?(?:其实|刚才|是|就|想|要)*(?:问|说|知道)的?(?:其实|就|应该)*(?:是)?(?P<meant>.+)$")
_STARTS_CORRECTING = re.compile(
    r"^(?:不对|不是|错了|说错|问错|搞错|你理解错|我(?:是|的|刚才|其实|想|要)?(?:问|说|意思)|(?:问|说)的?不是|(?:问|说)的是)"
)
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_ASKED_WHO = re.compile(r"谁|哪.{0,2}[人位名]|什么人")
_ONLY_A_PLACE = re.compile(rf"(?:{_PROVINCES})[省市]?|[{_IDEOGRAPH}]{{1,6}}(?:省|市|县|区|镇|乡|村|街道|社区|小区)")
_HAS_A_PLACE = re.compile(rf"{_PROVINCES}|[{_IDEOGRAPH}]{{2}}(?:省|市|县|区|镇|乡|村|街道|社区|小区)")
_ASKED_OF = re.compile(r"^(?P<topic>.+)，(?P<other>[^，]+)的情况怎么样[？?]?$")
_OWN_NAME = re.compile(r"[“《「]")
_WHICH_THING = re.compile(rf"哪一?[座个家所条处支部间栋片]的?(?P<kind>[{_IDEOGRAPH}]{{1,3}})")
_ASKS_SOMETHING = re.compile(r"哪|几|多少|什么|谁|怎")
_HOW_MANY_OF = re.compile(r"哪[一两二三四五六七八九十\d]+[个位家种项条支座名所类]")
_FIRST_OF = re.compile(r"第一[个位家种项条名类][^，]{0,4}?是(?:什么|谁|哪里)")
_KIN = re.compile(
    "孩子|小孩|儿子|女儿|父母|爸妈|父亲|母亲|爸爸|妈妈|妻子|丈夫|老伴|老婆|老公|爱人|家人|家属|同事|搭档|徒弟|师傅|邻居"
)
_OF_THOSE = re.compile(r"(?:的?[那这](?:[边里份段场条个位笔次批趟]|一[份段场条个位笔次批趟])|的)$")
_NO_KIND = "的里上下中年月日人们个了呢着过在是有会那这"
_KINDS_OF_PLACE = re.compile(
    r"[院楼馆站厂店校桥路河村镇场地园]子?$|地方|单位|公司|部门|活动|会议?$|比赛|项目|工程|文章|报道|台风|案子?"
)
_PLACE_NAME = re.compile(
    rf"[{_IDEOGRAPH}]{{1,6}}?(?:街道办事处|居委会|社区|小区|街道|广场|公园|中心|学校|医院|开发区|省|市|县|区|镇|乡|村|路|街)"
)
# A noun ends where the question goes on to say something of it.
_SAYS = re.compile(r"[的有是在了将被把对向从和与为于由]|一?共|叫做?|主持|举行|召开|位于")
_LEADS = re.compile(r"^(?:请问|那么?|关于)?")
_MARKS = " ？?。.！!，,"
_COMES_FIRST = re.compile(
    r"(?:是|在)?(?:什么时候|何时|哪一?[天年月日]|几[月号]|在?哪里?|在?哪儿|在?什么地方|为什么|为何|怎么|如何|谁)"
)
_ASKED_NUMBER = re.compile(r"(?:哪?几|多少|哪些?)(?P<measure>[篇个位名家条项种支所场次])")
_POSTS = re.compile(
    r"(?:冠军|亚军|季军|书记|主任|市长|区长|县长|会长|校长|院长|队长|记者|作者|老师|主席|总理|总统|部长|人)$"
)
_POSTED = re.compile(r"(?:书记|主任|经理|教授|老师|医生|律师|选手|志愿者|[长员士师民警生人])[“]?$")
_NAME_FIRST = re.compile(
    rf"(?!{_PROVINCES}|[{_IDEOGRAPH}]{{2}}[省市县区镇乡村路街])"
    rf"(?P<name>[{SURNAMES_WHERE_NAMES_STAND}][{_IDEOGRAPH}]{{1,2}}?)(?=[在是的说今现当被把跟和对给获拿为有多家遭干做])"
)
_POST_ENDS = "记长任员士人席委理生师授手民友"
_PLACE_ENDS = "省市县区镇乡村路街"
_NO_TOPIC = 4  # characters: what is left of so short a question names no subject
_SHORT = 14
_MAY_LEAN = 12
_BRIEF = 10
_LITTLE_TOPIC = 5
_LONGEST_VERB = 2
_OF_ARCHIVE = re.compile(r"[几本上这]期|多少期|新闻|报道|[几多]篇|文章(?!的)")
_LONGEST_TOLD = 30  # characters of an answer that can be named as told
_LONG_SUBJECT = 14
_ANY_DAY = date(2001, 1, 1)  # which words are of time does not depend on the day
# 哪些省份 and 哪五省 are subjects themselves.
_SUBJECTLESS = re.compile(
    r"^(?:是|有|在|会|能|要|又|都|共|什么|怎么|哪(?![些几两二三四五六七八九十\d])|谁|为|几|多少|何)"
)


def follow_up(question: str, before: Spoken, *earlier: Spoken) -> FollowUp | None:
    """What a question means after another; None when it stands alone.

    `earlier` are the turns before that one, the newest first: 他 reaches back to the last person spoken of.
    """
    text = _with_pauses(plain(" ".join(question.split())))
    before = replace(before, question=_with_pauses(before.question))
    if back := _BACK.match(text):
        return _of_earlier(text[back.end() :], back["first"] is not None, (before, *earlier))
    if corrected := _corrected(text):
        if read_question(corrected).asks is Asks.WHAT and _left(corrected) == corrected.strip(_MARKS):
            return _of_another(corrected, before, text)
        return follow_up(corrected, before, *earlier) or FollowUp(corrected, is_sure=True)
    if _MORE.match(text) or (_ASKS_MORE.match(text) and len(text) <= _SHORT and not _has_own_name(text)):
        return FollowUp(_besides(before), is_sure=True, more=True)
    left = _left(text)
    match = _AND.match(text)
    is_other = match is not None and not _POINTS.search(_OF_THOSE.sub("", match["other"]))
    if not is_other and (referred := _with_referents(text, before, earlier)):
        return FollowUp(referred, is_sure=True)
    if _PERSON.search(before.question) and before.title and not _has_own_name(text) and match is None:
        # Nobody knows who 她 was; the article does.
        return FollowUp(f"{before.title}：{text}", is_sure=False)
    if match is not None:
        if _is_bare(_left(match["other"])):
            return FollowUp(_asked_again(text, before), is_sure=True)
        return _of_another(match["other"], before, text)
    if _is_bare(left):
        return FollowUp(_asked_again(text, before), is_sure=True)
    subject = _subject(before)
    is_short = len(left) <= _NO_TOPIC or (len(text) <= _SHORT and _SUBJECTLESS.match(text))
    is_short = is_short or (len(text) <= _BRIEF and len(left) <= _LITTLE_TOPIC and not _has_own_name(text))
    if is_short and subject and subject not in text and not _stands_alone(subject, text):
        others = (f"{before.title}：{text}",) if before.title else ()
        # 有多少头 alone would be answered with any number of heads.
        return FollowUp(_said_of(subject, text), is_sure=len(left.strip("有是在了的共")) <= 1, others=others)
    if _may_lean(text) and subject and not _stands_alone(subject, text):
        return FollowUp(f"{subject}，{re.sub(_START, '', text)}", is_sure=False)
    return None


def _with_pauses(text: str) -> str:
    """A text with the pauses of Chinese, which many type as commas of Latin script."""
    return re.sub(rf"(?<=[{_IDEOGRAPH}\d])[,，]\s*", "，", text)


def _of_earlier(rest: str, is_first: bool, turns: Sequence[Spoken]) -> FollowUp:
    """What reaches back over the last question: 再说回那座桥，…; 最开始说的那位…."""
    head, pause, tail = rest.partition("，")
    named = head if pause and len(head) <= _BRIEF else rest
    wanted = {named[at : at + 2] for at in range(len(named) - 1)}
    pairs = [sum(pair in f"{turn.question}{turn.short}" for pair in wanted) for turn in turns]
    last = max(range(len(turns)), key=lambda place: (pairs[place], place))
    place = last if any(pairs) and not is_first else len(turns) - 1 if is_first else min(1, len(turns) - 1)
    turn = turns[place]
    if named == head and tail and (meant := _with_referents(head, turn, turns[place + 1 :])):
        return FollowUp(_said_of(meant, tail), is_sure=True)
    asked = tail if named == head and tail else rest
    leaning = follow_up(asked, turn, *turns[place + 1 :])
    if leaning:
        return replace(leaning, is_sure=True)
    return FollowUp(_said_of(_subject(turn) or turn.question.strip(_MARKS), asked), is_sure=True)


def _corrected(text: str) -> str:
    """What is asked for instead: 不是问这个，我问的是那座桥; "" where nothing is put right."""
    if not _STARTS_CORRECTING.match(text):
        return ""
    rest, denied_any = text, False
    while (denied := _DENIES.match(rest)) is not None:
        rest, denied_any = rest[denied.end() :], True
    match = _CORRECTS.match(rest)
    meant = (match["meant"] if match else rest if rest != text else "").strip(" ，,")
    meant = meant.removeprefix("是") if denied_any else meant
    return meant if len(meant.strip(_MARKS)) >= 2 else ""


def _besides(before: Spoken) -> str:
    """The question before, for what was not told."""
    asked = before.question.removeprefix("请问")
    told = before.short.strip(_MARKS)
    # Beside a number there is nothing of its kind.
    if read_question(asked).asks is Asks.HOW_MANY:
        return before.question
    if not told or len(told) > _LONGEST_TOLD or "除了" in asked:
        return before.question
    asked = _HOW_MANY_OF.sub("哪些", asked)
    return f"除了{told}，{_FIRST_OF.sub('还有哪些', asked)}"


def _of_another(other: str, before: Spoken, text: str) -> FollowUp:
    """What 江苏呢 means: the same asked of it, if the question before was of its like; else what there is."""
    other = other.strip(_MARKS)
    if (match := _ASKED_OF.match(before.question)) and _ONLY_A_PLACE.fullmatch(other):
        return FollowUp(f"{match['topic']}，{other}的情况怎么样？", is_sure=True, about=other)
    topic = _subject(before)
    if _ONLY_A_PLACE.fullmatch(other) and topic and not _HAS_A_PLACE.search(before.question):
        return FollowUp(f"{topic}，{other}的情况怎么样？", is_sure=True, about=other)
    return FollowUp(_with_other(other, before, text), is_sure=True)


def _has_own_name(text: str) -> bool:
    """Whether a question names somebody or something by itself."""
    return bool(people_in(text) or _PLACE_NAME.search(text) or _HAS_A_PLACE.search(text) or _OWN_NAME.search(text))


def _may_lean(text: str) -> bool:
    """Whether a question may be of what was spoken of: it is short and names nobody and nothing by itself."""
    return len(text) <= _MAY_LEAN and not _has_own_name(text) and not find_times(text, today=_ANY_DAY)


def _stands_alone(subject: str, text: str) -> bool:
    """Whether a question is of the archive (哪几期提到…), or says most of a subject in its own words."""
    if _OF_ARCHIVE.search(text):
        return True
    pairs = {subject[at : at + 2] for at in range(len(subject) - 1)}
    return bool(pairs) and 2 * sum(pair in text for pair in pairs) >= len(pairs)


def _said_of(subject: str, text: str) -> str:
    """A question without a subject with one: 什么时候的事 needs a pause, and 支部书记是谁 does not."""
    text = re.sub(_START, "", text)
    if pronoun := re.search(r"(?<![其吉])[他她它](?!们|人)", text):
        return f"{text[: pronoun.start()]}{subject}{text[pronoun.end() :]}"
    return (
        f"{subject}，{text}"
        if text.endswith(("的事", "的事？", "的事?")) or len(subject) > _LONG_SUBJECT
        else f"{subject}{text}"
    )


def _left(text: str) -> str:
    """What is left of a question without its asking words and marks."""
    return "".join(text[start:end] for start, end in bare_runs(text))


def _is_bare(left: str) -> bool:
    """Whether nothing is left of a question but its asking."""
    return not left.strip("的了是有在呢啊吧开始结束具体大概到底那又事都")


def _with_referents(text: str, before: Spoken, earlier: Sequence[Spoken]) -> str:
    """The question with what its pronouns mean; "" when it has none, or when nothing is known to be meant."""
    turns = (before, *earlier)
    if (match := _THEIR_BODY.search(text)) and (meant := _of_kind(match["kind"], turns)):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    for pattern, meaning in (
        (_PEOPLE, _people),
        (_PERSON, _person),
        (_PLACE, _place),
        (_EVENT, lambda turns: turns[0].title or _subject(turns[0])),
    ):
        if pattern.search(text) and (meant := meaning(turns)):
            if len(meant) > _LONG_SUBJECT:  # too long to stand in the place of a pronoun
                return f"{meant}，{re.sub(_START, '', text)}"
            return pattern.sub(lambda _, meant=meant: meant, text, count=1)  # type: ignore[misc]
    if (match := _KIND.search(text)) and (meant := _of_kind(match["kind"], turns)):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    if (match := _THAT_ONE.search(text)) and (meant := _thing_told(before) or _person(turns) or _subject(before)):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    if _THING.search(text) and (meant := _thing_told(before) or _subject(before)):
        return _THING.sub(lambda _: meant, text, count=1)
    return ""


def _person(turns: Sequence[Spoken]) -> str:
    """The person spoken of: the last who was asked about or answered with; else whom the last answer mentions."""
    for turn in turns:
        is_who = read_question(turn.question).asks is Asks.WHO
        if is_who and (named := _names(turn.short)):
            return named[0]
        if named := _names(turn.question):
            return named[-1]
        if named := _names(turn.short):
            return named[0]
        # A name without a familiar surname, where the answer is as short as a name.
        if is_who and 0 < len(turn.short) <= 4 and not _names(turn.quote):
            return turn.short
        if begun := _begins_with_name(turn.question):
            return begun
        # Nobody knew who was meant, but the answer was about somebody.
        if _PERSON.search(turn.question) and (named := _surely_named(turn)):
            return named[0]
    return next(iter(_surely_named(turns[0])), "") or _somebody(turns)


def _surely_named(turn: Spoken) -> list[str]:
    """The people that an answer mentions, those with a post before their name first; a short name needs one."""
    for text in (turn.quote, turn.title):
        names = _names(text)
        posted = [name for name in names if _POSTED.search(text[: text.find(name)])]
        if named := [*posted, *(name for name in names if len(name) > 2 and name not in posted)]:
            return named
    return []


def _begins_with_name(question: str) -> str:
    """A name at the beginning of a question, also one with a rare surname."""
    match = _NAME_FIRST.match(question)
    return match["name"] if match else ""


_SOMEBODY = re.compile(
    r"(?:[人员师生手友汉子伯婶妈爸爷奶姐哥嫂户民医警兵者]|女士|先生|老师|医生|大爷|大妈|书记|记者|教授|司机|老板|校长|所长|院长|“[^”]+”|[\u4e00-\u9fff]某某?)$"
)


def _somebody(turns: Sequence[Spoken]) -> str:
    """Who was asked about without a name (那个卖菜的老汉); else what was asked about last, if it may be somebody."""
    found = next((subject for turn in turns if _SOMEBODY.search(subject := subject_of(turn.question))), "")
    subject = subject_of(turns[0].question)
    return found or ("" if _PLACE_NAME.search(subject) or len(subject) > _LONG_SUBJECT else subject)


def _people(turns: Sequence[Spoken]) -> str:
    for turn in turns:
        if "、" in turn.short and len(turn.short) <= _LONGEST_TOLD and _ASKED_WHO.search(turn.question):
            return turn.short
        for text in (turn.short, turn.question):
            if len(named := _names(text)) > 1:
                return "、".join(dict.fromkeys(named))
    return _subject(turns[0])


def _names(text: str) -> list[str]:
    named = people_in(text) or (people_in(f"{text}的") if 2 <= len(text) <= 3 else [])
    named = [_PARTICLE_END.sub("", name) if len(name) == 3 else name for name in named if not _NO_NAME.search(name)]
    # The end of 瑞金社区 looks like a name with a surname.
    return [name for name in named if name[-1] not in _PLACE_ENDS]


_PARTICLE_END = re.compile(r"[在是的和与跟被把将从给又也都还曾说要去来到]$")
_NO_NAME = re.compile(r"[他她它这那你我的了是不哪谁]")


def _place(turns: Sequence[Spoken]) -> str:
    """The place spoken of last. What a question was about may be one without saying so, unless it is a person."""
    for turn in turns:
        if read_question(turn.question).asks is Asks.WHERE and turn.short:
            return turn.short
        if told := _thing_told(turn):
            return told
        for text in (turn.question, turn.short):
            found = [one for one in _PLACE_NAME.findall(_LEADS.sub("", text)) if not _ASKS_SOMETHING.search(one)]
            if found:
                return str(found[-1])
        subject = _subject(turn)
        if subject and not _names(subject):
            return subject
    return _subject(turns[0])


def _of_kind(kind: str, turns: Sequence[Spoken]) -> str:
    """What was spoken of that is of a kind: the last name that ends with it, else what the question was about."""
    asked_of = subject_of(turns[0].question)
    if asked_of.endswith(kind) and len(asked_of) > len(kind):
        return asked_of
    is_place = bool(_PLACE_NAME.fullmatch(f"某{kind}") or _KINDS_OF_PLACE.search(kind))
    for turn in turns:
        if told := _thing_told(turn, kind):
            return told
        # What surrounds another noun in running text is seldom its name.
        for text in (turn.short, turn.question, *([turn.quote] if is_place else [])):
            found = re.findall(rf"[{_IDEOGRAPH}“”]{{1,8}}?{re.escape(kind)}", text)
            found = [one for one in found if not _ASKS_SOMETHING.search(one)]
            named = [name for name in (_SAYS.split(_LEADS.sub("", one))[-1] for one in found) if len(name) > len(kind)]
            if named:
                return str(named[-1])
    subject = _subject(turns[0])
    # A subject may be a place without saying so (那个小区); other things (那个电话) are of it.
    is_it = len(kind) < 2 or subject.endswith(kind) or is_place
    return subject if not subject or is_it else f"{subject}的{kind}"


def _thing_told(turn: Spoken, kind: str = "") -> str:
    """The answer to 哪座桥, of the kind asked for; "" where another thing was asked."""
    match = _WHICH_THING.search(turn.question)
    asked = match["kind"] if match else ""
    asks_who = kind and re.search(rf"{kind}(?:是|叫|的名字)*(?:谁|哪|什么)|哪[个位名]{kind}", turn.question)
    if asks_who and 0 < len(turn.short) <= 4:
        return turn.short  # 派出所所长是谁, then 那个所长
    is_it = asked and (not kind or asked.startswith(kind) or kind.startswith(asked) or kind in turn.short[-3:])
    return turn.short if is_it and 0 < len(turn.short) <= _LONG_SUBJECT else ""


def _subject(before: Spoken) -> str:
    """What the question before was about: the words before its predicate; else its first noun, or a person in it."""
    question = before.question
    if match := _ASKED_OF.match(question):
        return match["topic"]
    if subject := subject_of(question):
        return next((name for name in _names(f"{subject}的") if _is_named(subject, name)), subject)
    for time in find_times(question, today=_ANY_DAY):  # 2021年9月江豚…: the month is no part of the noun
        question = question[: time.start] + " " * (time.end - time.start) + question[time.end :]
    for start, end in bare_runs(question):
        for piece in _SAYS.split(_LEADS.sub("", question[start:end])):
            if len(piece) >= 2:
                return next((name for name in _names(f"{piece}的") if _is_named(piece, name)), piece)
    return ""


def _is_named(piece: str, name: str) -> bool:
    """Whether a noun is a name, or a post with a name behind it (区委书记某某)."""
    return piece.endswith(name) and (piece == name or piece[-len(name) - 1] in _POST_ENDS)


def _asked_again(text: str, before: Spoken) -> str:
    """The question before with what is asked now in place of what it asked: 谁主持了会议, 什么时候呢."""
    asked = before.question.strip(_MARKS)
    runs = bare_runs(asked)
    said = "".join(asked[start:end] for start, end in _filled(runs, asked)).strip(_MARKS)
    now = re.sub(r"呢$", "", re.sub(_START, "", text).strip(_MARKS))
    if not said:
        return text
    if now.endswith("的事"):
        return f"{said}，是{now.removeprefix('是')}？"
    done, _, of_what = said.partition("了")
    if now.endswith("的") and len(done) <= _LONGEST_VERB and len(of_what) > _LONGEST_VERB:
        return f"{of_what}是{now.removeprefix('是')}？"  # 谁主持了大会, then 什么时候开的
    then, other = _ASKED_NUMBER.search(asked), _ASKED_NUMBER.search(now)
    if then and other and then["measure"] == other["measure"]:
        # 写了几篇, then 哪几篇: the one in the place of the other.
        return f"{asked[: then.start()]}{other[0]}{asked[then.end() :]}？"
    return f"{now}{said}？" if _COMES_FIRST.match(now) else f"{said}{now}？"


def _filled(runs: list[tuple[int, int]], asked: str) -> Iterator[tuple[int, int]]:
    """The stretches of a question that are no asking words, with the digits and marks between them."""
    asking = [asked[end:start] for (_, end), (start, _) in pairwise(runs)]
    for place, (start, end) in enumerate(runs):
        follows = runs[place + 1][0] if place + 1 < len(runs) else end
        between = asking[place] if place < len(asking) else ""
        yield start, follows if between and not re.search(rf"[{_IDEOGRAPH}]", between) else end


def _with_other(other: str, before: Spoken, text: str) -> str:
    """The question before with another person, time, place or thing in the place of its own."""
    asked = before.question
    now = find_times(other, today=_ANY_DAY)
    if now and now[0].end - now[0].start == len(other):
        if then := find_times(asked, today=_ANY_DAY):
            return f"{asked[: then[0].start]}{other}{asked[then[0].end :]}"
        return f"{other}{asked}"
    if _names(other) == [other] and (named := people_in(asked)):
        return asked.replace(named[-1], other)
    if _KIN.fullmatch(other):
        return f"{subject}的{other}{asked[len(subject) :]}" if (subject := subject_of(asked)) else f"{other}，{asked}"
    described, other = other, _OF_THOSE.sub("", other) or other
    for length in range(min(4, len(other) - 1), 0, -1):
        suffix = other[-length:]
        place = asked.find(suffix)
        if place > 0 and (length > 1 or (len(other) <= 3 and suffix not in _NO_KIND)):
            start = max(0, place - (len(other) - length))
            cut = [match.end() for match in _SAYS.finditer(asked, start, place)]
            start = cut[-1] if cut else start
            if not _ASKS_SOMETHING.search(asked[start : place + length]):
                return f"{asked[:start]}{other}{asked[place + length :]}"
    subject = _subject(before)
    if subject and (post := _POSTS.search(subject)) and _POSTS.fullmatch(other) and len(subject) > len(post[0]):
        return asked.replace(subject, f"{subject[: post.start()]}{other}", 1)
    if subject and described.endswith("的") and read_question(asked).asks is Asks.HOW_MANY:
        return f"{subject}{described}有多少？"
    if not subject or "的" in other:  # a thing described anew
        return f"{other}是谁？" if _POSTS.search(other) else f"{other}是什么？"
    # 哪五省已经收完, then 早稻呢: what was asked begins the question, so there is no place for another.
    if not subject_of(asked):
        return f"{other}，{asked}"
    lead, pause, last = subject.rpartition("，")
    return asked.replace(subject, f"{lead}{pause}{other}" if last else other, 1)
