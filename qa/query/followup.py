"""A question that leans on the one before it → a question that stands alone.

他多大年纪, 那里有几栋楼, 这个小区呢, 具体多少, 还有呢 and 那建安区呢 mean something only after what was asked and
answered last. What is rewritten is shown, so that a wrong guess is seen; where a question may also stand alone, whoever
calls can try both and keep the one that is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from embeddings import character_pairs, share_of_pairs
from qa.query.colloquial import plain
from qa.query.contrast import asks_fate, without_fate
from qa.query.names import people_in
from qa.query.question import Asks, bare_runs, read_question
from qa.query.referents import (
    ANY_DAY,
    ASKED_OF,
    ASKS_SOMETHING,
    IDEOGRAPH,
    LONG_SUBJECT,
    LONGEST_TOLD,
    PERSON,
    PLACE_NAME,
    PROVINCES,
    SAYS,
    START,
    names_in,
    subject_spoken_of,
    with_referents,
)
from qa.query.subject import subject_of
from qa.query.times import find_times
from qa.types import Spoken


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a question means after the one before.

    `is_sure` is False where the question may also stand alone, or mean one of the `others`. `more` says that it asks
    for what was not yet told. `about` is what the article spoken of is asked for, where nothing more is asked
    of it (江苏呢, after a question on a typhoon). `is_guess` says that nothing in the words points back: it takes a
    reader to tell whether a passage on what was spoken of answers.
    """

    question: str
    is_sure: bool
    more: bool = False
    about: str = ""
    others: tuple[str, ...] = ()
    is_guess: bool = False


_END = r"[\s？?。.！!]*$"
_BACK = re.compile(
    r"^(?:那|还是|我们|咱们|好|对了|[，,])*(?:(?:再|还是|又)?(?:说回到?|回到|回过头来?说?|倒回去说?|说到|聊回)(?!底)|还是说"
    r"|(?P<first>最?开头|最?开始|一开始|最初|最先)(?:[说问提讲聊](?:到|过|起)?的?|的?(?=那))|(?:前面|上面|刚才|刚刚|之前)(?:[说问提讲聊](?:到|过|起)?)?的?(?=那))"
)
_POINTS = re.compile(r"[他她它其]|[这那](?![么样])")
_ASKS_MORE = re.compile(
    rf"{START}(?:就这[^，,]{{0,4}}[吗？?，,]*)?(?:后面|另外|除了这[些个])?还(?![在是没要会能算得可不])|{START}(?:别的|其他|另外|其余)"
)
_MORE = re.compile(
    rf"{START}(?:还有|除此之外|除了这些|另外|其他的?|别的)(?:还有)?(?:呢|吗|别的|其他的?|哪些|什么|谁|没有|人)*{_END}"
)
_LATER = re.compile(rf"{START}(?:再?后来|然后|接着|接下来|结果|之后)(?:呢|又?怎么?样了?)?{_END}")
_LATER_OF = re.compile(rf"{START}(?P<who>[^？?，,]{{2,14}}?)(?:后来|最后)(?:呢|又?怎么?样了?){_END}")
_FATE = "后来怎么样了"
_ONLY_A_TONE = re.compile(rf"呢(?={_END})")
_AND = re.compile(rf"{START}(?P<other>[^？?，,]{{2,14}}?)(?:呢|(?<!得)又?怎么样|又?如何){_END}")
_OF_OTHER = re.compile(rf"{START}(?P<other>[^？?，,]{{2,10}}?)呢，(?P<rest>.{{2,}})")
_LED_ON = re.compile(r"^(?:那么?)?(?:后来|然后|接着|接下来|之后)呢，(?=..)")
# 以前那个厂长呢, 前面那个为什么不干了: whoever was it before.
_FORMER = re.compile(
    rf"{START}(?:以前|原来|之前|前面|从前|原先|上一[个任位])(?:的那|那)?[个位任](?:呢，?)?(?!时候|月|星期)"
)
_PRESENT = re.compile(r"(?:现在|现任|如今|目前)的?")
_SOMEBODY = re.compile(
    r"[人员师长生手者家匠工兵农民友任记席理授士夫妻婆爷奶嫂伯叔姨妈爸娘哥姐弟妹儿女孩娃子某]$|徒弟|师傅|^[\u4e00-\u9fff]{2,3}$"
)
_WHETHER = re.compile(r"([\u3400-\u9fff])[不没]\1|(?:吗|么|没有?)\W*$")
_SUPERLATIVE = re.compile(r"最(?:年轻|年长|便宜|[大小高低矮多少早晚长短好差快慢远近贵老新重轻强弱胖瘦])|倒数第[一二三]")
_DENIES = re.compile(
    r"^(?:不对|错了|说错了?|问错了?|搞错了?|你理解错了|(?:我)?(?:问|说|要|想)?的?不是[^，,。]*|我的意思是?)[，,。\s]+"
)
_CORRECTS = re.compile(r"^(?:我)?(?:其实|刚才|是|就|想|要)*(?:问|说|知道)的?(?:其实|就|应该)*(?:是)?(?P<meant>.+)$")
_STARTS_CORRECTING = re.compile(
    r"^(?:不对|不是|错了|说错|问错|搞错|你理解错|我(?:是|的|刚才|其实|想|要)?(?:问|说|意思)|(?:问|说)的?不是|(?:问|说)的是)"
)
_ONLY_A_PLACE = re.compile(rf"(?:{PROVINCES})[省市]?|[{IDEOGRAPH}]{{1,6}}(?:省|市|县|区|镇|乡|村|街道|社区|小区)")
_BEGINS_WITH_A_PLACE = re.compile(rf"[{IDEOGRAPH}]{{1,5}}?(?:省|市|县|区|镇|乡|村|街道|社区)(?=[{IDEOGRAPH}]{{4}})")
_HAS_A_PLACE = re.compile(rf"{PROVINCES}|[{IDEOGRAPH}]{{2}}(?:省|市|县|区|镇|乡|村|街道|社区|小区)")
_OWN_NAME = re.compile(r"[“《「]")
_HOW_MANY_OF = re.compile(r"哪[一两二三四五六七八九十\d]+[个位家种项条支座名所类]")
_FIRST_OF = re.compile(r"第一[个位家种项条名类][^，]{0,4}?是(?:什么|谁|哪里)")
_KIN = re.compile(
    "孩子|小孩|儿子|女儿|父母|爸妈|父亲|母亲|爸爸|妈妈|妻子|丈夫|老伴|老婆|老公|爱人|家人|家属|同事|搭档|徒弟|师傅|邻居"
)
_IN_PERSON = re.compile(r"哪里的?人|今年|多大|几岁|住")
_ASKS_AGE = re.compile(r"多(?=[大高重])")
_LONG_KINDS = frozenset({"社区", "小区", "街道", "广场", "公园", "中心", "学校", "医院"})
_LEAST_OF_A_PLACE = 4  # characters: 某某小区; with one character for its kind, one less (某某路)
_OF_THOSE = re.compile(r"(?:的?[那这](?:[边里份段场条个位笔次批趟]|一[份段场条个位笔次批趟])|的)$")
_NO_KIND = "的里上下中年月日人们个了呢着过在是有会那这"
_COUNTED_LAST = re.compile(rf"有(?:多少|几)[件张个名位条座辆]?(?P<thing>[{IDEOGRAPH}]{{2}})[？?]?$")
# 有多少个项目完工: what is counted ends the question or goes before what it does.
_COUNTED_SOMETHING = re.compile(
    rf"(?:[一总]?共)?有?(?:多少|几)[个座条家所项辆艘架栋片处](?P<thing>[{IDEOGRAPH}]{{2,8}}?)(?=完工|建成|开工|投用|获奖|入选|[？?]|$)"
)
# What one number tells of a thing: 造价呢 after a count asks for it, and counts nothing.
_MEASURED = re.compile(
    r"总?(?:造价|投资|投资额|面积|长度|高度|深度|宽度|重量|容量|价格|费用|经费|成本|预算|产值|产量|工期|金额|规模|占地|跨度|车速|时速"
    r"|奖金|租金|工钱|工资|月薪|票价|学费|补贴|津贴|赔款|捐款)"
)
# What somebody or an office has, that a question on them is not about: 电话呢, after 周几能找她.
_OF_SOMEBODY = re.compile(r"(?:联系|办公|值班|咨询|报名|预约)?(?:电话|热线|手机)(?:号码?)?|邮箱|微信号?|网址")
_THEN_OR_NOW = re.compile(r"原来|原先|以前|之前|从前|过去|现在|眼下|如今|目前|最早|起初")
_A_THING = re.compile(rf"[{IDEOGRAPH}]{{2}}")
_MARKS = " ？?。.！!，,"
_COMES_FIRST = re.compile(
    r"(?:是|在)?(?:什么时候|何时|哪一?[天年月日]|几[月号]|在?哪里?|在?哪儿|在?什么地方|为什么|为何|怎么|如何|谁)"
)
_ASKED_NUMBER = re.compile(r"(?:哪?几|多少|哪些?)(?P<measure>[篇个位名家条项种支所场次])")
# 具体多少, after 瑞金社区有多少名党员: the same again, with how it is meant.
_SAME_NUMBER = re.compile(r"(?P<how>具体|到底|究竟|一共|总共|大概|大约|准确)?(?:是|有)?(?:多少|几)[个位名家条项]?")
_ASKS_NUMBER = re.compile(r"(?<![一总]共)有?(?:多少|几)")
_POSTS = re.compile(
    r"(?:冠军|亚军|季军|书记|主任|市长|区长|县长|会长|校长|院长|队长|记者|作者|老师|主席|总理|总统|部长|人)$"
)
_NO_TOPIC = 4  # characters: what is left of so short a question names no subject
_SHORT = 14
_MAY_LEAN = 12
_BRIEF = 10
_LITTLE_TOPIC = 5
_LONGEST_VERB = 2
_OF_ARCHIVE = re.compile(r"[几本上这]期|多少期|新闻|报道|[几多]篇|文章(?!的)")
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
    former = _FORMER.match(text) if read_question(before.question).asks is Asks.WHO else None
    if former and (post := subject_spoken_of(before)):
        return FollowUp(_of_the_former(_PRESENT.sub("", post), text[former.end() :]), is_sure=True)
    if back := _BACK.match(text):
        return _of_earlier(text[back.end() :], back["first"] is not None, (before, *earlier))
    if corrected := _corrected(text):
        if read_question(corrected).asks is Asks.WHAT and _left(corrected) == corrected.strip(_MARKS):
            return _of_another(corrected, before, text)
        return follow_up(corrected, before, *earlier) or FollowUp(corrected, is_sure=True)
    if led := _LED_ON.match(text):
        rest = text[led.end() :]
        return follow_up(rest, before, *earlier) or FollowUp(rest, is_sure=True)
    if (other := _OF_OTHER.match(text)) and _is_asking(other["rest"]):
        return _of_that(f"{other['other']}{other['rest']}", (before, *earlier))
    if ASKS_SOMETHING.search(text):
        text = _ONLY_A_TONE.sub("", text)  # 领队是谁呢 asks what 领队是谁 does
    if (
        (later := _LATER_OF.match(text))
        and not _POINTS.search(later["who"])
        and not ASKS_SOMETHING.search(later["who"])
    ):
        return FollowUp(f"{later['who']}{_FATE}？", is_sure=True)
    if _LATER.match(text) and (subject := _whose_story(before)):
        others = (f"{before.title}：{_FATE}？",) if before.title else ()
        return FollowUp(f"{subject}{_FATE}？", is_sure=True, others=others)
    if _MORE.match(text) or (_ASKS_MORE.match(text) and len(text) <= _SHORT and not _has_own_name(text)):
        return FollowUp(_besides(before), is_sure=True, more=True)
    left = _left(text)
    match = _AND.match(text)
    is_other = match is not None and not _POINTS.search(_OF_THOSE.sub("", match["other"]))
    if not is_other and (referred := with_referents(text, before, earlier)):
        return FollowUp(referred, is_sure=True)
    if PERSON.search(before.question) and before.title and not _has_own_name(text) and match is None:
        # Nobody knows who 她 was; the article does.
        return FollowUp(f"{before.title}：{text}", is_sure=False)
    if match is not None:
        if _is_bare(_left(match["other"])):
            return FollowUp(_asked_again(text, before), is_sure=True)
        return _of_another(match["other"], before, text)
    if _is_bare(left):
        return FollowUp(_asked_again(text, before), is_sure=True)
    subject = subject_spoken_of(before)
    if asks_fate(text):
        subject = without_fate(subject)  # 失踪多少人, then 受伤多少人: of the same event
    is_short = len(left) <= _NO_TOPIC or (len(text) <= _SHORT and _SUBJECTLESS.match(text))
    is_short = is_short or (len(text) <= _BRIEF and len(left) <= _LITTLE_TOPIC)
    is_short = is_short and not _begins_with_own_name(text)
    if is_short and subject and subject not in text and not _stands_alone(subject, text):
        others = (f"{before.title}：{text}",) if before.title else ()
        # 有多少头 alone would be answered with any number of heads.
        return FollowUp(_said_of(subject, text), is_sure=len(left.strip("有是在了的共")) <= 1, others=others)
    is_of_archive = _OF_ARCHIVE.search(before.question) is not None
    if (
        _may_lean(text)
        and subject
        and not is_of_archive
        and not _begins_with_own_name(text)
        and not _stands_alone(subject, text)
    ):
        return FollowUp(f"{subject}，{re.sub(START, '', text)}", is_sure=False, is_guess=True)
    return None


def _is_asking(text: str) -> bool:
    is_asked = ASKS_SOMETHING.search(text) or _WHETHER.search(text)
    return is_asked is not None or read_question(text).asks is not Asks.WHAT


def _of_the_former(subject: str, rest: str) -> str:
    """What is asked of whoever held a post before: 造纸厂 and 厂长呢, 校长 and 为什么不干了."""
    asked = rest.strip(_MARKS).removesuffix("呢")
    if not asked:
        return f"{subject}的前任是谁？"
    if _POSTS.fullmatch(asked) or asked.endswith("长"):
        return f"{subject.removesuffix(asked)}以前的{asked}是谁？"
    return f"{subject}的前任{asked}？"


def _of_that(meant: str, turns: Sequence[Spoken]) -> FollowUp:
    """What 那老桥呢，拆不拆 asks, once it is one question: of that alone, or of it and of what was spoken of."""
    if _POINTS.search(meant) and (leaning := follow_up(meant, *turns)):
        return leaning
    subject = subject_spoken_of(turns[0])
    return FollowUp(meant, is_sure=True, others=(f"{subject}，{meant}",) if subject else ())


def _whose_story(before: Spoken) -> str:
    """Whom or what 后来呢 asks after: whoever the question before names, or what it was about."""
    named = people_in(before.question)
    return named[0] if named else re.sub("[遭被把给让]$", "", subject_spoken_of(before))


def _with_pauses(text: str) -> str:
    """A text with the pauses of Chinese, which many type as commas of Latin script."""
    return re.sub(rf"(?<=[{IDEOGRAPH}\d])[,，]\s*", "，", text)


def _of_earlier(rest: str, is_first: bool, turns: Sequence[Spoken]) -> FollowUp:
    """What reaches back over the last question: 再说回那座桥，…; 最开始说的那位…."""
    head, pause, tail = rest.partition("，")
    named = head if pause and len(head) <= _BRIEF else rest
    wanted = character_pairs(named)
    pairs = [sum(pair in f"{turn.question}{turn.short}" for pair in wanted) for turn in turns]
    last = max(range(len(turns)), key=lambda place: (pairs[place], place))
    place = last if any(pairs) and not is_first else len(turns) - 1 if is_first else min(1, len(turns) - 1)
    turn = turns[place]
    if named == head and tail and (meant := with_referents(head, turn, turns[place + 1 :])):
        return FollowUp(_said_of(meant, tail), is_sure=True)
    asked = tail if named == head and tail else rest
    leaning = follow_up(asked, turn, *turns[place + 1 :])
    if leaning:
        return replace(leaning, is_sure=True)
    return FollowUp(_said_of(subject_spoken_of(turn) or turn.question.strip(_MARKS), asked), is_sure=True)


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
    if not told or len(told) > LONGEST_TOLD or "除了" in asked:
        return before.question
    asked = _HOW_MANY_OF.sub("哪些", asked)
    return f"除了{told}，{_FIRST_OF.sub('还有哪些', asked)}"


def _of_another(other: str, before: Spoken, text: str) -> FollowUp:
    """What 江苏呢 means: the same asked of it, if the question before was of its like; else what there is."""
    other = other.strip(_MARKS)
    if (match := ASKED_OF.match(before.question)) and _ONLY_A_PLACE.fullmatch(other):
        return FollowUp(f"{match['topic']}，{other}的情况怎么样？", is_sure=True, about=other)
    topic = subject_spoken_of(before)
    if _ONLY_A_PLACE.fullmatch(other) and topic and not _HAS_A_PLACE.search(before.question):
        return FollowUp(f"{topic}，{other}的情况怎么样？", is_sure=True, about=other)
    asked = _with_other(other, before, text)
    place = _BEGINS_WITH_A_PLACE.match(asked)
    # 渡口村渔业合作社, then 养鸭合作社呢: which may be of another village.
    elsewhere = place is not None and before.question.startswith(place[0]) and not other.startswith(place[0])
    return FollowUp(asked, is_sure=True, others=(asked[place.end() :],) if place and elsewhere else ())


def _has_own_name(text: str) -> bool:
    """Whether a question names somebody or something by itself."""
    return bool(people_in(text) or PLACE_NAME.search(text) or _HAS_A_PLACE.search(text) or _OWN_NAME.search(text))


def _begins_with_own_name(text: str) -> bool:
    """Whether a question has a person, a place or a body for its subject."""
    said = re.sub(START, "", text)
    if _OWN_NAME.match(said) or re.match(PROVINCES, said):
        return True
    person = next((name for name in people_in(_ASKS_AGE.sub("的", said)) if said.startswith(name)), "")
    if len(person) > 2 or (person and _IN_PERSON.match(said, len(person))):
        return True
    place = PLACE_NAME.match(said)
    return place is not None and place.end() >= _LEAST_OF_A_PLACE - (place[0][-2:] not in _LONG_KINDS)


def _may_lean(text: str) -> bool:
    """Whether a question may be of what was spoken of: it is short and names nobody and nothing by itself."""
    return len(text) <= _MAY_LEAN and not _has_own_name(text) and not find_times(text, today=ANY_DAY)


def _stands_alone(subject: str, text: str) -> bool:
    """Whether a question is of the archive (哪几期提到…), or says most of a subject in its own words."""
    if _OF_ARCHIVE.search(text):
        return True
    return share_of_pairs(subject, text) >= 0.5


def _said_of(subject: str, text: str) -> str:
    """A question without a subject with one: 什么时候的事 needs a pause, and 支部书记是谁 does not."""
    text = re.sub(START, "", text)
    pronoun = re.search(r"(?<![其吉])[他她它](?!们|人)", text)
    if pronoun and (pronoun[0] == "它" or _SOMEBODY.search(subject)):
        return f"{text[: pronoun.start()]}{subject}{text[pronoun.end() :]}"
    return (
        f"{subject}，{text}"
        if text.endswith(("的事", "的事？", "的事?")) or len(subject) > LONG_SUBJECT
        else f"{subject}{text}"
    )


def _left(text: str) -> str:
    """What is left of a question without its asking words and marks."""
    return "".join(text[start:end] for start, end in bare_runs(text))


def _is_bare(left: str) -> bool:
    """Whether nothing is left of a question but its asking."""
    return not left.strip("的了是有在呢啊吧开始结束具体大概到底那又事都")


def _asked_again(text: str, before: Spoken) -> str:
    """The question before with what is asked now in place of what it asked: 谁主持了会议, 什么时候呢."""
    asked = before.question.strip(_MARKS)
    runs = bare_runs(asked)
    said = "".join(asked[start:end] for start, end in _filled(runs, asked)).strip(_MARKS)
    now = re.sub(r"呢$", "", re.sub(START, "", text).strip(_MARKS))
    if not said:
        return text
    if (same := _SAME_NUMBER.fullmatch(now)) and (place := _ASKS_NUMBER.search(asked)):
        return f"{asked[: place.start()]}{same['how'] or ''}{asked[place.start() :]}？"
    if now.endswith("的事"):
        return f"{said}，是{now.removeprefix('是')}？"
    if asked.endswith(_FATE):
        return f"{asked}：{now}？"  # of what happened then nobody knows the words yet
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
        yield start, follows if between and not re.search(rf"[{IDEOGRAPH}]", between) else end


def _at_another_time(when: str, asked: str) -> str:
    """The question before of another time (原来呢), without a day of its own."""
    for time in reversed(find_times(asked, today=ANY_DAY)):
        asked = asked[: time.start] + asked[time.end :]
    asked = _THEN_OR_NOW.sub("", asked)
    subject = subject_of(asked)
    return f"{subject}{when}{asked[len(subject) :]}"


def _with_other(other: str, before: Spoken, text: str) -> str:
    """The question before with another person, time, place or thing in the place of its own."""
    asked = before.question
    if _SUPERLATIVE.fullmatch(other.removesuffix("的")) and _SUPERLATIVE.search(asked):
        return _SUPERLATIVE.sub(other.removesuffix("的"), asked, count=1)  # 哪个岁数最大, then 最小的呢
    if _THEN_OR_NOW.fullmatch(other):
        return _at_another_time(other, asked)
    if _OF_SOMEBODY.fullmatch(other) and (whose := next(iter(people_in(asked)[::-1]), "") or subject_spoken_of(before)):
        return f"{whose}的{other}是多少？"
    now = find_times(other, today=ANY_DAY)
    if now and now[0].end - now[0].start == len(other):
        if then := find_times(asked, today=ANY_DAY):
            return f"{asked[: then[0].start]}{other}{asked[then[0].end :]}"
        return f"{other}{asked}"
    if names_in(one := other.removesuffix("的")) == [one]:
        other = one  # 谢震业的呢, after 苏炳添跑了第几
    if names_in(other) == [other] and (named := people_in(asked)):
        return asked.replace(named[-1], other)
    if names_in(other) == [other] and PERSON.search(asked):
        return PERSON.sub(lambda _: other, asked, count=1)
    if (counted := _COUNTED_SOMETHING.search(asked) or _COUNTED_LAST.search(asked)) and _MEASURED.fullmatch(other):
        return f"{asked[: counted.start()]}{counted['thing']}的{other}是多少？"
    # 有多少文物, then 照片呢: the one that is counted in the place of the other.
    if (counted := _COUNTED_LAST.search(asked)) and _A_THING.fullmatch(other) and not _has_own_name(other):
        return f"{asked[: counted.start('thing')]}{other}{asked[counted.end('thing') :]}"
    if _KIN.fullmatch(other):
        return f"{subject}的{other}{asked[len(subject) :]}" if (subject := subject_of(asked)) else f"{other}，{asked}"
    described, other = other, _OF_THOSE.sub("", other) or other
    for length in range(min(4, len(other) - 1), 0, -1):
        suffix = other[-length:]
        place = asked.find(suffix)
        if place > 0 and (length > 1 or (len(other) <= 3 and suffix not in _NO_KIND)):
            start = max(0, place - (len(other) - length))
            cut = [match.end() for match in SAYS.finditer(asked, start, place)]
            start = cut[-1] if cut else start
            if (village := _BEGINS_WITH_A_PLACE.match(asked)) and 0 < start < village.end() <= place:
                start = 0  # 渡口村 is not parted
            if not ASKS_SOMETHING.search(asked[start : place + length]):
                return f"{asked[:start]}{other}{asked[place + length :]}"
    subject = subject_spoken_of(before)
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
