"""Other words for the same: turns of phrase written one way before texts are compared, and causes in their forms.

What is rewritten in both texts (`plain_wording`) loses nothing that they could differ by. A statement of a cause is
tried in each of its forms (`ways_to_say`): whichever stands in a passage, the passage says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMERAL = r"[\d一二两三四五六七八九十百千万]"
_WITHIN = "[^，,。；;：:！？!?]"
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(?<=[该本此])项目", "工程"),
        # 从8月17日开始, and 按照计划，路面将于8月完工.
        (r"(?<=[日月年旬])开始", "起"),
        (rf"(?:按照?|根据)计划[，,]({_WITHIN}{{2,16}}?)将(?:于|在)?", r"\1计划于"),
        (r"计划[将在](?=[\d今明后年])", "计划于"),
        (rf"全天(?:候)?(?={_NUMERAL}+个?小时)", ""),
        # A bound that is said twice.
        (rf"(最[高多大长])(?:不超过|不会超过|不得超过|可达到?|达到?|能达到?)(?={_NUMERAL})", r"\1"),
        (rf"(最[低少短])(?:不低于|不少于|不得低于|不得少于)(?={_NUMERAL})", r"\1"),
        (rf"在?过去的?({_NUMERAL}+(?:年|个月|周|天))(?:[中里内间]|以来|时间里)?", r"过去\1"),
        (rf"(大约|大概|约)(需要|需|花费|花了|用了|用去|耗资|耗时|投资|占|有|为|达)(?={_NUMERAL})", r"\2\1"),
        (rf"(?<![码街源镜牛羊猪石龙口山桥箭线])头(?={_NUMERAL}+(?:年|天|个月|周|场|次|个|名|批))", "前"),
        (rf"(?:系|乃)({_WITHIN}{{2,20}}?)所致", r"是\1造成的"),
        (rf"由({_WITHIN}{{2,20}}?)所(?:致|造成|导致|引起)", r"由\1造成"),
        (
            r"较(?![高低大小多少快慢好强长短早晚为重量])"
            r"(?=[\u4e00-\u9fff]{2,10}(?:增|减|升|降|多|少|高|低|上|下|快|慢|早|晚|扩|缩|延|提|便宜|贵))",
            "比",
        ),
        (r"(?:开展|实施|(?<![制创合写协操动工])作出|做出|予以|加以|实行)了?(?=[\u4e00-\u9fff]{2})", "进行"),
    )
)


def plain_wording(text: str) -> str:
    """A text with turns of phrase that say the same written one way."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text


_CAUSED = r"(?:造成|导致|引起|引发)"
_CAUSES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<cause>{_WITHIN}{{2,24}}?)是{_CAUSED}?(?P<effect>{_WITHIN}{{2,20}}?)的(?P<main>主要|直接)?原因$",
        rf"^(?P<effect>{_WITHIN}{{2,20}}?)的?(?P<main>主要|直接)?原因(?:是|在于|为)(?P<cause>{_WITHIN}{{2,24}})$",
        rf"^(?P<effect>{_WITHIN}{{2,20}}?)(?P<main>主要|直接)?(?:是由|系由|由)于?(?P<cause>{_WITHIN}{{2,24}}?){_CAUSED}的?$",
        rf"^(?P<effect>{_WITHIN}{{2,20}}?)(?P<main>主要|直接)?是?(?:因为|由于)(?P<cause>{_WITHIN}{{2,24}})$",
        rf"^(?:因为|由于|因)(?P<cause>{_WITHIN}{{2,24}})[，,](?P<effect>{_WITHIN}{{2,24}})(?P<main>)$",
        rf"^受(?P<cause>{_WITHIN}{{2,20}})影响[，,](?P<effect>{_WITHIN}{{2,24}})(?P<main>)$",
        rf"^(?P<cause>{_WITHIN}{{2,24}}?)(?P<main>主要|直接)?{_CAUSED}了?(?P<effect>{_WITHIN}{{2,24}})$",
    )
)
_FORMS = (
    "{effect}{main}是{cause}造成的",
    "{effect}{main}由{cause}造成",
    "{effect}{main}因为{cause}",
    "{effect}{main}是因为{cause}",
    "{cause}{main}造成{effect}",
    "{effect}的{main}原因是{cause}",
    "{cause}，是{effect}的{main}原因",
)
# Only of an effect that is a clause of its own, so that no part of one is taken for it.
_FORMS_OF_CLAUSES = (
    "因为{cause}，{effect}",
    "受{cause}影响，{effect}",
    "{effect}，{main}受{cause}影响",
    "{effect}，{main}因为{cause}",
    "{effect}，{main}原因是{cause}",
)
_AS = re.compile(rf"^(?P<who>{_WITHIN}{{2,16}}?)作为(?P<what>{_WITHIN}{{2,30}})[，,](?P<rest>.+)$")
_IN_THE_EYES = re.compile(rf"^(?:在)(?P<who>{_WITHIN}{{2,12}})看来[，,](?P<rest>.+)$")
_LED = re.compile(
    rf"^(?P<led>(?:据|根据|按照)?{_WITHIN}{{2,16}}(?:说|表示|介绍|称|指出|认为|透露|强调|分析)[，,])(?P<rest>.+)$"
)


def ways_to_say(sentence: str) -> Iterator[str]:
    """A sentence in other forms that say the same: of a cause, of what somebody is, of what somebody thinks."""
    end = re.search(r"[。！？!?；;\s]*\Z", sentence)
    bare = sentence[: end.start()] if end else sentence
    if match := _AS.match(bare):
        yield f"{match['who']}是{match['what']}，{match['who']}{match['rest']}"
    if match := _IN_THE_EYES.match(bare):
        yield f"{match['who']}认为，{match['rest']}"
    led, rest = "", bare
    if match := _LED.match(bare):
        led, rest = match["led"], match["rest"]
    for pattern in _CAUSES:
        match = pattern.match(rest)
        if match is None:
            continue
        main, cause = (
            match["main"] or "",
            match["cause"].removesuffix("的影响").removesuffix("影响").removesuffix("原因"),
        )
        told_apart = match.start("effect") > 0 and rest[match.start("effect") - 1] in "，,"
        for form in (*_FORMS, *(_FORMS_OF_CLAUSES if told_apart else ())):
            # Whatever is mainly so is so: what is told without 主要 may stand in a text with it.
            for chief in (main,) if main else ("", "主要"):
                yield led + form.format(cause=cause, effect=match["effect"], main=chief)
        return


_AMOUNT = rf"(?:每[\u4e00-\u9fff]{{1,3}})?约?{_NUMERAL}[{_NUMERAL[1:-1]}.点]*(?:个?百分点|[\u4e00-\u9fff]{{0,3}}?|%)"
_CHANGE = re.compile(
    rf"[由从](?P<kept>[\u4e00-\u9fff]{{0,4}}?)(?P<before>{_AMOUNT})的?(?P<how>[\u4e00-\u9fff]{{1,3}}?)[到至为]了?(?P<after>{_AMOUNT})(?=[，。；、,;]|\Z)"
)
_UP, _DOWN = frozenset("增升涨提扩延加高多长"), frozenset("减降跌缩低少下短压")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def with_plain_change(text: str) -> str:
    """A text in which what changed from one number to another does so by one verb, where the numbers tell which way.

    震后7.5秒缩短到4.8秒 and 减少到4.8秒 say the same; a verb that goes the other way is left as it is.
    """

    def put(match: re.Match[str]) -> str:
        before, after = _DIGITS.search(match["before"]), _DIGITS.search(match["after"])
        if before is None or after is None:
            return match[0]
        falls = float(before[0].replace(",", "")) > float(after[0].replace(",", ""))
        if set(match["how"]) & (_UP if falls else _DOWN) or not set(match["how"]) & (_DOWN if falls else _UP):
            return match[0]
        return f"从{match['kept']}{match['before']}改成{match['after']}"

    return _CHANGE.sub(put, text)


_YEAR_BEFORE = re.compile("同比|[比较](?:去年|上年)(?:同期|同月)?")
_OTHER_BASE = re.compile(r"环比|[比较](?!去年|上年|重)[\u4e00-\u9fff\d]{1,8}(?:增|减|升|降|多|少|高|低|上|下)")
_SHARE_CHANGED = re.compile(
    r"(?<=[，,；;])(?P<how>增长|增加|上升|提高|下降|减少|回落|增|降)"
    rf"(?=了?{_NUMERAL}[\d.]*(?:%|成|个百分点)|了?百分之)"
)


def with_year_before(text: str) -> str:
    """A text with 同比 before each share that something grew or fell by, where it compares with a year ago alone."""
    if not _YEAR_BEFORE.search(text) or _OTHER_BASE.search(text):
        return text
    return _SHARE_CHANGED.sub(r"同比\g<how>", text)
