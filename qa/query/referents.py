"""What the pronouns of a question mean: the person, place or thing that was spoken of before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from embeddings import SURNAMES_WHERE_NAMES_STAND
from qa.query.names import people_in
from qa.query.question import Asks, bare_runs, read_question
from qa.query.subject import subject_of
from qa.query.times import find_times
from qa.types import Spoken

IDEOGRAPH = "\u4e00-\u9fff"
START = r"^\s*(?:那么?(?![个位些座条家所项场次支处篇部起批只台辆里边儿])|然后|嗯|哦|好的?)?[，,\s]*"
_NO_PARTICLE = "\u4e00-\u7683\u7685-\u9fff"  # any but 的
_COMMON_KINDS = (
    "[所校院局队部组站馆厂村区县市镇乡会处科行社班团店庭]长|书记|主任|医生|老师|护士|记者|民警|警察|教练|司机|老板|律师|教授|姑娘|小伙子?"
    "|男子|女子|男的|女的|老人|大爷|大妈|阿姨|学生|同学|选手|运动员|队员|志愿者|居民|村民|业主|工人|[县镇乡村](?![长委民政办里中])|"
    "小区|社区|街道|学校|医院|公司|单位|派出所|博物馆|图书馆|电影院?|活动|项目|比赛|会议|文章|报道|台风|地方|院子|村子|大桥|公园|商场|工厂|平台|工程"
)
_ANY_MEASURE = "[个座条家所项场次支处位篇部起批只台辆]"
PERSON = re.compile(
    r"(?<![其吉])[他她](?!们|人)(?:本人|自己)?|[这那该](?:一?位|个人)(?:先生|女士|老人|同志|书记|主任|老师|记者)?|此人"
)
_PEOPLE = re.compile(r"[他她]们?[俩仨]|[他她]们")
_THEIR_BODY = re.compile(
    r"[他她它]们(?P<kind>学校|社区|街道|小区|公司|单位|医院|学院|大学|派出所|支队|大队|团队|部门|[村区县市镇乡队店厂])"
)
_PLACE = re.compile(r"[那这](?:里|儿|边)(?![面外头边])|此地|当地|该地|[那这]个地方")
_EVENT = re.compile(r"[这那](?:件|个|一)?事(?:情)?(?!故|业|务|项|实)|此事")
_KIND = re.compile(
    rf"(?:[这那](?:一?{_ANY_MEASURE}|[两三几]{_ANY_MEASURE}|些)|该|[这那](?![么样里儿时边次回些仨俩两几天年月阵辈]|段[时日]|{_ANY_MEASURE}))"
    rf"(?!时[候间]|期间|一共|总共|都|共|加起来|[是有在哪会能])(?P<kind>{_COMMON_KINDS}|(?:[路河桥楼村镇县市区厂店校船车树书病鱼鸟馆塔庙寺亭井湖岛渠坝院站]|[{_NO_PARTICLE}]{{2,5}}?)"
    r"(?=[有是的在里内叫一共为什怎哪谁多几开举能要会都还现卖花建修通？?，,]|$))"
)
_IS_PARTICLE = re.compile(
    rf"那(?!{_ANY_MEASURE}|一|些|[两三几])[{IDEOGRAPH}]{{2}}"
)  # 那托班多少钱, of which nobody spoke
_THAT_ONE = re.compile(r"[那这](?:一?[个位家条座所支种])(?=[是叫在有哪什几多的])")
_THIS_IS = re.compile(r"^[这那](?=是第?(?:几|哪|多少|什么样)|叫什么|属于|有多)")
_THING = re.compile(r"它们?|(?<![尤与极及何莫])其(?![他它实中余次间一二三])")
PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_ASKED_WHO = re.compile(r"谁|哪.{0,2}[人位名]|什么人")
ASKED_OF = re.compile(r"^(?P<topic>.+)，(?P<other>[^，]+)的情况怎么样[？?]?$")
_WHICH_THING = re.compile(rf"哪一?[座个家所条处支部间栋片]的?(?P<kind>[{IDEOGRAPH}]{{1,3}})")
ASKS_SOMETHING = re.compile(r"哪|几|多少|什么|谁|怎")
_KINDS_OF_PLACE = re.compile(
    r"[院楼馆站厂店校桥路河村镇场地园]子?$|地方|单位|公司|部门|活动|会议?$|比赛|项目|工程|文章|报道|台风|案子?"
)
PLACE_NAME = re.compile(
    rf"[{IDEOGRAPH}]{{1,6}}?(?:街道办事处|居委会|社区|小区|街道|广场|公园|中心|学校|医院|开发区|省|市|县|区|镇|乡|村|路|街)"
)
# A noun ends where the question goes on to say something of it.
SAYS = re.compile(r"[的有是在了将被把对向从和与为于由]|一?共|叫做?|主持|举行|召开|位于")
_LEADS = re.compile(r"^(?:请问|那么?|关于)?")
_POSTED = re.compile(r"(?:书记|主任|经理|教授|老师|医生|律师|选手|志愿者|[长员士师民警生人])[“]?$")
_NAME_FIRST = re.compile(
    rf"(?!{PROVINCES}|[{IDEOGRAPH}]{{2}}[省市县区镇乡村路街])"
    rf"(?P<name>[{SURNAMES_WHERE_NAMES_STAND}][{IDEOGRAPH}]{{1,2}}?)(?=[在是的说今现当被把跟和对给获拿为有多家遭干做])"
)
_POST_ENDS = "记长任员士人席委理生师授手民友"
_PLACE_ENDS = "省市县区镇乡村路街"
LONGEST_TOLD = 30  # characters of an answer that can be named as told
LONG_SUBJECT = 14
ANY_DAY = date(2001, 1, 1)  # which words are of time does not depend on the day
_SOMEBODY = re.compile(
    r"(?:[人员师生手友汉子伯婶妈爸爷奶姐哥嫂户民医警兵者]|师傅|女士|先生|老师|医生|大爷|大妈|书记|记者|教授|司机|老板|校长|所长|院长|“[^”]+”|[\u4e00-\u9fff]某某?)$"
)
_SOMEBODY_CLOSE = re.compile(r"(?:孩子|儿子|女儿|妻子|丈夫|老伴|父母|父亲|母亲|[他她])$")
_PARTICLE_END = re.compile(r"[在是的和与跟被把将从给又也都还曾说要去来到]$")
_AMOUNT = re.compile(r"(?:每|[一二两三四五六七八九十半几\d]+)[\u4e00-\u9fff]{1,2}")  # 一斤卖多少 is of nobody
_NO_NAME = re.compile(r"[他她它这那你我的了是不哪谁]")


def with_referents(text: str, before: Spoken, earlier: Sequence[Spoken]) -> str:
    """The question with what its pronouns mean; "" when it has none, or when nothing is known to be meant."""
    turns = (before, *earlier)
    if (match := _THEIR_BODY.search(text)) and (meant := _of_kind(match["kind"], turns)):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    for pattern, meaning in (
        (_PEOPLE, _people),
        (PERSON, _person),
        (_PLACE, _place),
        (_EVENT, lambda turns: turns[0].title or subject_spoken_of(turns[0])),
    ):
        if pattern.search(text) and (meant := meaning(turns)):
            if len(meant) > LONG_SUBJECT:  # too long to stand in the place of a pronoun
                return f"{meant}，{re.sub(START, '', text)}"
            return pattern.sub(lambda _, meant=meant: meant, text, count=1)  # type: ignore[misc]
    # 老船长捐的那些日志 says itself which.
    says_which = (match := _KIND.search(text)) is not None and text[: match.start()].endswith("的")
    is_new = match is not None and _IS_PARTICLE.match(match[0]) and not any(match["kind"] in _said(t) for t in turns)
    if match and not says_which and not is_new and (meant := _of_kind(match["kind"], turns)):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    if (match := _THAT_ONE.search(text)) and (
        meant := _thing_told(before) or _person(turns) or subject_spoken_of(before)
    ):
        return f"{text[: match.start()]}{meant}{text[match.end() :]}"
    if (match := _THIS_IS.match(text)) and (meant := _thing_told(before) or subject_spoken_of(before)):
        return f"{meant}{text[match.end() :]}"
    if _THING.search(text) and (meant := _thing_told(before) or subject_spoken_of(before)):
        return _THING.sub(lambda _: meant, text, count=1)
    return ""


def _said(turn: Spoken) -> str:
    return f"{turn.question}{turn.short}{turn.quote}{turn.title}"


def _person(turns: Sequence[Spoken]) -> str:
    """The person spoken of: the last who was asked about or answered with; else whom the last answer mentions."""
    for turn in turns:
        is_who = read_question(turn.question).asks is Asks.WHO
        if is_who and (named := names_in(turn.short)):
            return named[0]
        if named := names_in(turn.question):
            return named[-1]
        if named := names_in(turn.short):
            return named[0]
        # A name without a familiar surname, where the answer is as short as a name.
        if is_who and 0 < len(turn.short) <= 4 and not names_in(turn.quote):
            return turn.short
        # Nobody knew who was meant, but the answer was about somebody.
        if PERSON.search(turn.question) and (named := _surely_named(turn)):
            return named[0]
    begun = next(filter(None, (_begins_with_name(turn.question) for turn in turns)), "")
    of_article = next(iter(_surely_named(turns[0])), "") or _begins_with_name(turns[0].title)
    return begun or of_article or _somebody(turns)


def _surely_named(turn: Spoken) -> list[str]:
    """The people that an answer mentions, those with a post before their name first; a short name needs one."""
    for text in (turn.quote, turn.title):
        names = names_in(text)
        posted = [name for name in names if _POSTED.search(text[: text.find(name)])]
        if named := [*posted, *(name for name in names if len(name) > 2 and name not in posted)]:
            return named
    return []


def _begins_with_name(question: str) -> str:
    """A name at the beginning of a question, also one with a rare surname."""
    match = _NAME_FIRST.match(question)
    return match["name"] if match else ""


def _somebody(turns: Sequence[Spoken]) -> str:
    """Who was asked about without a name (那个卖菜的老汉); else what was asked about last, if it may be somebody."""
    found = next((subject for turn in turns if _SOMEBODY.search(subject := subject_of(turn.question))), "")
    subject = subject_of(turns[0].question)
    is_nobody = PLACE_NAME.search(subject) or len(subject) > LONG_SUBJECT or _AMOUNT.fullmatch(subject)
    return found or ("" if is_nobody else subject)


def _people(turns: Sequence[Spoken]) -> str:
    for turn in turns:
        if "、" in turn.short and len(turn.short) <= LONGEST_TOLD and _ASKED_WHO.search(turn.question):
            return turn.short
        for text in (turn.short, turn.question):
            if len(named := names_in(text)) > 1:
                return "、".join(dict.fromkeys(named))
    subject = subject_spoken_of(turns[0])
    # 他俩 after 他老伴 are somebody and whoever is of him.
    return (_person(turns) or subject) if PERSON.search(subject) or _SOMEBODY_CLOSE.search(subject) else subject


def names_in(text: str) -> list[str]:
    """The people that a question or a short answer names, without the character of a next word behind a name."""
    named = people_in(text) or (people_in(f"{text}的") if 2 <= len(text) <= 3 else [])
    named = [_PARTICLE_END.sub("", name) if len(name) == 3 else name for name in named if not _NO_NAME.search(name)]
    # The end of 瑞金社区 looks like a name with a surname.
    return [name for name in named if name[-1] not in _PLACE_ENDS]


def _place(turns: Sequence[Spoken]) -> str:
    """The place spoken of last. What a question was about may be one without saying so, unless it is a person."""
    for turn in turns:
        if read_question(turn.question).asks is Asks.WHERE and turn.short:
            return turn.short
        if told := _thing_told(turn):
            return told
        for text in (turn.question, turn.short):
            found = [one for one in PLACE_NAME.findall(_LEADS.sub("", text)) if not ASKS_SOMETHING.search(one)]
            if found:
                return str(found[-1])
        subject = subject_spoken_of(turn)
        if subject and not names_in(subject):
            return subject
    return subject_spoken_of(turns[0])


def _of_kind(kind: str, turns: Sequence[Spoken]) -> str:
    """What was spoken of that is of a kind: the last name that ends with it, else what the question was about."""
    asked_of = subject_of(turns[0].question)
    if asked_of.endswith(kind) and len(asked_of) > len(kind):
        return asked_of
    is_place = bool(PLACE_NAME.fullmatch(f"某{kind}") or _KINDS_OF_PLACE.search(kind))
    for turn in turns:
        if told := _thing_told(turn, kind):
            return told
        # What surrounds another noun in running text is seldom its name.
        for text in (turn.short, turn.question, *([turn.quote] if is_place else [])):
            if named := _ending_with(kind, text):
                return named
    printed = kind.removesuffix("子")  # 那个院子 is printed as 某家属院
    for turn in turns if is_place else ():
        if named := _ending_with(printed, turn.quote) or _ending_with(printed, turn.title):
            return named
    subject = subject_spoken_of(turns[0])
    if is_place and _SOMEBODY_CLOSE.search(subject):  # a child is no courtyard
        return ""
    # A subject may be a place without saying so (那个小区); other things (那个电话) are of it.
    is_it = len(kind) < 2 or subject.endswith(kind) or is_place
    return subject if not subject or is_it else f"{subject}的{kind}"


def _ending_with(kind: str, text: str) -> str:
    """The last name of a text that ends with a kind of thing; "" where there is none."""
    found = re.findall(rf"[{IDEOGRAPH}“”]{{1,8}}?{re.escape(kind)}", text)
    found = [one for one in found if not ASKS_SOMETHING.search(one)]
    named = [name for name in (SAYS.split(_LEADS.sub("", one))[-1] for one in found) if len(name) > len(kind)]
    return str(named[-1]) if named else ""


def _thing_told(turn: Spoken, kind: str = "") -> str:
    """The answer to 哪座桥, of the kind asked for; "" where another thing was asked."""
    match = _WHICH_THING.search(turn.question)
    asked = match["kind"] if match else ""
    asks_who = kind and re.search(rf"{kind}(?:是|叫|的名字)*(?:谁|哪|什么)|哪[个位名]{kind}", turn.question)
    if asks_who and 0 < len(turn.short) <= 4:
        return turn.short  # 派出所所长是谁, then 那个所长
    is_it = asked and (not kind or asked.startswith(kind) or kind.startswith(asked) or kind in turn.short[-3:])
    return turn.short if is_it and 0 < len(turn.short) <= LONG_SUBJECT else ""


def subject_spoken_of(before: Spoken) -> str:
    """What the question before was about: the words before its predicate; else its first noun, or a person in it."""
    question = before.question
    if match := ASKED_OF.match(question):
        return match["topic"]
    if subject := subject_of(question):
        return next((name for name in names_in(f"{subject}的") if _is_named(subject, name)), subject)
    for time in find_times(question, today=ANY_DAY):  # 2021年9月江豚…: the month is no part of the noun
        question = question[: time.start] + " " * (time.end - time.start) + question[time.end :]
    for start, end in bare_runs(question):
        for piece in SAYS.split(_LEADS.sub("", question[start:end])):
            if len(piece) >= 2:
                return next((name for name in names_in(f"{piece}的") if _is_named(piece, name)), piece)
    return ""


def _is_named(piece: str, name: str) -> bool:
    """Whether a noun is a name, or a post with a name behind it (区委书记某某)."""
    return piece.endswith(name) and (piece == name or piece[-len(name) - 1] in _POST_ENDS)
