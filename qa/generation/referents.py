"""What a shorter name stands for, in a text and in a statement: 学院 for 青云职业学院, 该站 for 山阳站.

A shorter name is taken for a longer one only where it names a kind of thing, and nothing else in the article ends with
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.generation import vocabulary as words
from qa.generation.predicates import predicate_at, subject_of
from qa.generation.tokens import tokens_of
from qa.query.names import AFTER_A_NAME, people_in

_IDEOGRAPH = "\u4e00-\u9fff"
_LONGEST, _LONGEST_BEFORE = 6, 14  # characters of a shorter name, and of what a longer one has before it
_LONGEST_SUBJECT = 20
_KINDS = tuple(
    sorted(
        words.word_set("""
    公司 工程 项目 学院 学校 小学 中学 大学 幼儿园 医院 卫生院 图书馆 博物馆 文化馆 体育馆
    展览馆 科技馆 新馆 老馆 书店 食堂 餐厅 茶馆 饭店 酒店 宾馆 民宿 水库 水厂 电站 电厂
    工厂 合作社 供销社 小区 社区 街道 基地 中心 园区 景区 车站 站房 机场 码头 渡口 港口
    大桥 隧道 大坝 银行 法院 检察院 救援队 突击队 代表队 施工队 志愿队 服务队 乐队 剧团
    歌舞团 大赛 联赛 运动会 展览 展会 博览会 洽谈会 村晚 校区 院区 厂区 城区 粮仓 冷库 湿地
    林场 农场 牧场 茶园 产业园 物流园 公园 广场 诗集 夜校 延伸段 地铁 栈道 堤坝 河堤 灌区
    油田 煤矿 矿山 核电站 反应堆 剧场 剧院 影院 电影院 高铁站 水塔 水渠 古镇 古城 古墓 古桥
    祠堂 基金 助学金 基金会 协会 商会 学会 研究院 研究所 研究中心 实验室 养老院 敬老院 福利院
    消防站 派出所 出版社 报社 电视台 加工厂 印染厂
""")
    )
)
_BODIES = tuple("站桥村镇港馆厂队寺塔湖山岛")  # at the end of a name of three characters or more
_CLAUSE_STARTS = "，。；：、,;:！？!?\\s“”（）"
_LEADS = "在对给由把被向从和与及为的是到至往让将以于归称说"  # behind these a name begins
# Behind these a name begins as well: what something became, or what was built.
_LEADING = re.compile(rf"[{_LEADS}]|(?:改造|改建|改|变|建|造|打造|转型|升级|合并|扩建)成|变身|新建|兴建|扩建")
_POINTS = r"(?:[该本此]|[这那](?:[个座家所条届项次位名艘只件部台场本支])?)"
_OTHERS = tuple("副前原代非无未不没半准假总老新旧东西南北大小")  # with one of these it is another of the kind
_COUNTS = tuple("全各每一两几多某数第另其个座家条所")
_NO_NAME = re.compile(rf"[{_LEADS}了着过不没已还也都均会能可并又再就才等]")


def with_long_names(sentences: Sequence[str], text: str, heading: str) -> list[str]:
    """The sentences, with the longer names that a text has for what they call by shorter ones."""
    source = "\n".join((heading, *sentences))
    replaced = list(sentences)
    for title, whole in _offices(text, source):
        bare = re.compile(rf"(?:(?<=[{_CLAUSE_STARTS}])|^){title}(?=[{words.SURNAMES}])")
        replaced = [bare.sub(whole, sentence) for sentence in replaced]
    replaced = [_with_pointed(sentence, text, "\n".join(sentences)) for sentence in replaced]
    for short, long in _pairs(text, source):
        name = re.escape(short)
        bare = re.compile(rf"(?:(?<=[{_CLAUSE_STARTS}{_LEADS}])|^)(?:{_POINTS})?{name}|{_POINTS}{name}")
        # It is named in full first.
        first = next((at for at, sentence in enumerate(replaced) if long in sentence), len(replaced))
        first = 0 if long in heading else first
        replaced = [_put(bare, long, one, after=at == first) if at >= first else one for at, one in enumerate(replaced)]
    return replaced


def _put(bare: re.Pattern[str], long: str, sentence: str, *, after: bool) -> str:
    """`after`: only behind the place where the sentence has the longer name itself."""
    start = max(0, sentence.find(long)) if after else 0

    def put(match: re.Match[str]) -> str:
        is_long = sentence[max(0, match.end() - len(long)) : match.end()] == long
        return match[0] if is_long or match.start() < start else long

    return bare.sub(put, sentence)


def _pairs(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Shorter and longer names, the longer ones of the text, where the source has both."""
    done: set[str] = set()
    for run in re.findall(rf"[{_IDEOGRAPH}]+", text):
        for end in range(2, len(run) + 1):
            for short in (run[end - size : end] for size in range(min(_LONGEST, end - 1), 1, -1)):
                if short in done or not short.endswith(_KINDS) or _NO_NAME.search(short):
                    continue
                befores = _befores(short, source)
                if "" not in befores or not _only_one(befores):
                    continue
                mine = re.split(rf"[{_LEADS}]", run[max(0, end - len(short) - _LONGEST_BEFORE) : end - len(short)])[-1]
                whole = max(befores, key=len)
                if mine and whole.endswith(mine) and not mine.endswith(_OTHERS) and mine[0] not in _COUNTS:
                    done.add(short)
                    yield short, mine + short


def with_long_subject(text: str, source: str) -> str:
    """A text that begins with a shorter name, with the longer one that it must stand for; else the text as it is."""
    run = re.match(rf"\s*([{_IDEOGRAPH}]+)", text)
    if run is None:
        return text
    for size in range(min(_LONGEST_SUBJECT, len(run[1])), 1, -1):
        short = run[1][:size]
        is_kind = short.endswith(_KINDS) or (len(short) > 2 and short.endswith(_BODIES))
        if not is_kind or _NO_NAME.search(short):
            continue
        befores = _befores(short, source)
        whole = max(befores, key=len, default="")
        counts = whole[:1] in _COUNTS
        if whole and not counts and _only_one(befores) and not whole.endswith(_OTHERS) and not _says(whole):
            return whole + text.lstrip()
    return text


def _says(name: str) -> bool:
    tokens = tokens_of(name, None)
    return any(predicate_at(tokens, at) for at in range(len(tokens))) or bool(_NO_NAME.search(name))


def _only_one(befores: set[str]) -> bool:
    """Whether beginnings of names can be those of one: each is the end of the longest."""
    whole = max(befores, key=len, default="")
    return bool(whole) and all(whole.endswith(one) for one in befores)


def _befores(short: str, source: str) -> set[str]:
    """What stands right before a shorter name in each place: the beginning of a longer one, or ""."""
    found = set()
    for match in re.finditer(re.escape(short), source):
        ahead = source[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
        run = re.search(rf"[{_IDEOGRAPH}]*\Z", ahead)
        before = run[0] if run else ""
        pointed = re.search(rf"{_POINTS}\Z", before)
        found.add("" if pointed else _LEADING.split(before)[-1])
    return found


_DIGITS = re.compile(r"\d+")
_AFTER = rf"(?=[{AFTER_A_NAME}今每曾从起原只身安连第下家退跳花种养做捡没有，。、；：“]|\Z)"
_CALLED = re.compile(
    rf"(?:{'|'.join(sorted(words.TITLES, key=len, reverse=True))})"
    rf"(?P<name>[{words.SURNAMES}][{_IDEOGRAPH}]{{2}}{_AFTER}|[{words.SURNAMES}][{_IDEOGRAPH}]{_AFTER})"
)
_CALLED_SO = re.compile(
    rf"(?:{'|'.join(sorted(words.TITLES, key=len, reverse=True))})(?P<name>[{words.SURNAMES}][{_IDEOGRAPH}]{{2}})"
)
_HE = re.compile(r"(?P<led>[给对向把被为陪帮让请替跟])?(?<![其吉])(?P<he>[他她])(?!们|人|乡|山)")
_SPEAKS = re.compile(
    r"(?:说|表示|介绍|透露|指出|称|告诉|谈到|坦言|回忆|认为|觉得|强调|承认|提醒)[^，。；：]{0,2}[，：:]?\Z"
)
_IT = re.compile(r"^(?P<led>\s*(?:(?:按|据|在|从|随着|目前|如今|经)[^，。；]{0,12}[，,])?)(?:它们?|[他她]们)")
_QUOTED = re.compile("“[^”]*”")


def persons_in(text: str, known: str = "") -> list[str]:
    """The people a text names, as `people_in` tells them, and those of rarer surnames behind a title or a calling.

    `known` is another text: of a name whose end cannot be told, it shows whether there is one.
    """
    text = _DIGITS.sub(",", text)
    called = [match["name"] for match in _CALLED.finditer(text)]
    called += [match["name"] for match in _CALLED_SO.finditer(text) if match["name"] in known]
    names = dict.fromkeys((*people_in(text), *called))
    return [name for name in names if not set(name) & set("没不有了还在")]


def without_pronouns(sentences: Sequence[str], known: str = "") -> list[str]:
    """The sentences, with a name for each 他 and 她 that can mean only one person named before it.

    One behind 给, 对, 把 … is not whoever its clause begins with. `known` is as for `persons_in`.
    """
    earlier: list[str] = []
    replaced: list[str] = []
    for sentence in sentences:
        told = _with_names_for_pronouns(sentence, earlier, known)
        if replaced and _IT.match(told):
            who = _subject(replaced[-1])
            told = _IT.sub(rf"\g<led>{who}", told, count=1) if who else told
        replaced.append(told)
        earlier = persons_in(sentence, known) or earlier
    return replaced


def _subject(sentence: str) -> str:
    """What a sentence begins by speaking of, as far as the words that may follow it are known."""
    tokens = tokens_of(sentence, None)
    clause = [token for token in tokens if token.clause == tokens[0].clause] if tokens else []
    return "".join(token.text for token in subject_of(clause))


def _with_names_for_pronouns(sentence: str, earlier: Sequence[str], known: str) -> str:
    quoted = [match.span() for match in _QUOTED.finditer(sentence)]
    put: list[tuple[int, int, str]] = []
    for match in _HE.finditer(sentence):
        at = match.start("he")
        clause = max(sentence.rfind(mark, 0, at) for mark in "，。；：,;:") + 1
        begins = not sentence[clause:at].strip("“” ") or bool(_TIME_BEFORE.fullmatch(sentence[clause:at]))
        if any(start < at < end for start, end in quoted) or not (match["led"] or begins):
            continue
        ahead = sentence[:clause]
        here = persons_in(ahead, known)
        if len(here) < len(_CALLED_SO.findall(ahead)) or _SPEAKS.search(ahead):
            continue
        own = persons_in(sentence[clause:at] + "，", known) if match["led"] else []
        if match["led"] and not own:
            continue
        whole = not ahead or bool(_TIME_BEFORE.fullmatch(sentence[:at]))
        named = [one for one in (here if here or not whole else earlier) if one not in own]
        if len(set(named)) == 1:
            put.append((at, at + 1, named[0]))
    for start, end, name in reversed(put):
        sentence = sentence[:start] + name + sentence[end:]
    return sentence


_TIME_BEFORE = re.compile(
    r"[“\"]?[^，,。：:“”他她]{1,14}(?:日|时|年|月|天|晚|早|后|前|中|午|晨|此前|后来)[，,]?(?:还|又|也|曾)?|还|又|也"
)


# Which bodies and places somebody with a title can be of.
_OFFICES = {
    "校长": "小学 中学 大学 学校 学院 幼儿园",
    "院长": "医院 卫生院 学院 法院 研究院 养老院 敬老院 福利院 剧院",
    "馆长": "馆",
    "镇长": "镇",
    "镇党委书记": "镇",
    "乡长": "乡",
    "村支书": "村",
    "村主任": "村",
    "村党支部书记": "村",
    "厂长": "厂",
    "站长": "站",
    "所长": "所",
    "局长": "局",
    "县长": "县",
    "市长": "市",
    "区长": "区",
    "董事长": "公司 集团 银行",
    "总经理": "公司 集团 银行 酒店",
    "经理": "公司 集团 酒店 饭店",
    "理事长": "合作社 协会 学会 商会 基金会",
    "会长": "协会 学会 商会 研究会",
    "队长": "队",
    "行长": "银行 央行",
    "总裁": "公司 集团 银行",
    "台长": "电视台",
    "团长": "剧团 歌舞团 代表团",
    "园长": "幼儿园",
    "秘书长": "协会 学会 商会 基金会 组委会",
    "社长": "合作社 报社 出版社 旅行社",
}


def _offices(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Titles that a text has with the body of which somebody has them, where the source names one such body alone."""
    for title, listed in _OFFICES.items():
        kinds = listed.split()
        for match in re.finditer(rf"([{_IDEOGRAPH}]{{2,16}}?)的?{title}", text):
            body = re.split(r"[是为任]", match[1])[-1]
            body = body.removesuffix("的")
            kind = next((kind for kind in sorted(kinds, key=len, reverse=True) if body.endswith(kind)), "")
            if not kind or body not in source or len(body) <= len(kind):
                continue
            befores = {f"{one}{other}" for other in kinds for one in _befores(other, source) if one}
            befores = {
                one
                for one in befores
                if not one.endswith(("全县", "全市", "全镇", "全乡", "全村", "全区", "本县", "本市"))
            }
            whole = max(befores, key=len, default="")
            if whole and all(whole.endswith(one) for one in befores) and (whole.endswith(body) or body.endswith(whole)):
                yield title, body + title


def with_kinds_behind(sentences: Sequence[str], text: str) -> list[str]:
    """The sentences, with what kind of thing has a name in quotes behind it where a text says it so (民宿“梨下”)."""

    def turned(match: re.Match[str]) -> str:
        said = re.search(rf"{re.escape(match['name'])}[”》]?{match['kind']}", text)
        return f"“{match['name']}”{match['kind']}" if said else match[0]

    return [_KIND_AND_NAME.sub(turned, sentence) for sentence in sentences]


_KIND_AND_NAME = re.compile(rf"(?P<kind>[{_IDEOGRAPH}]{{2}})[“《](?P<name>[^”》]{{1,12}})[”》]")
_EVENT = re.compile(
    rf"^\s*(?:这场|这次|此次|本次|这起|该起|本届|这届)(?P<what>[{_IDEOGRAPH}]{{2,4}}?)(?P<rest>(?:没有|未造成|无人|造成|导致)[^，。；：]{{3,}}.*)",
    re.S,
)


def without_event(text: str, source: str) -> str:
    """A text without the event that its article is about, where it begins with that (这场火灾没有造成伤亡)."""
    match = _EVENT.match(text)
    return match["rest"] if match and source.count(match["what"]) else text


_NUMBER = r"(?:\d[\d.,]*[万亿]?|[一二三四五六七八九十百千万两]+)"
_UNITS = "部台辆张名位人条件家所座间项本册盏株棵头艘架门届套"
_COUNTED = re.compile(rf"(?P<number>{_NUMBER}多?)(?P<unit>[{_UNITS}])(?P<noun>[{_IDEOGRAPH}]{{2,4}})(?=[，。；]|\Z)")
_COUNTED_BEFORE = re.compile(
    rf"(?P<noun>[{_IDEOGRAPH}]{{2}})(?P<number>{_NUMBER}多?)(?P<unit>[{_UNITS}])(?=[，。；]|\Z)"
)
_BEFORE_A_COUNT = tuple("的再共有达约仅只")
_OF_PEOPLE = "名位人"


def without_counted(text: str, source: str) -> str:
    """A text without the noun that it counts, where its source counts nothing else by that measure word (150部电梯)."""
    for pattern in (_COUNTED, _COUNTED_BEFORE):
        for match in pattern.finditer(text):
            if _is_the_only_one(match["noun"], match["unit"], source):
                start, end = match.span("noun")
                return text[:start] + text[end:]
    return text


def _is_the_only_one(noun: str, unit: str, source: str) -> bool:
    units = _OF_PEOPLE if unit in _OF_PEOPLE else unit
    found = False
    for match in re.finditer(rf"{_NUMBER}多?[{units}](?![次们物民工员均士才])", source):
        ahead, behind = source[: match.start()], source[match.end() :]
        if ahead.endswith(noun) or behind.startswith(noun):
            found = True
        elif re.match(rf"[{_IDEOGRAPH}]", behind) or not (ahead.endswith(_BEFORE_A_COUNT) or _ends_with_verb(ahead)):
            return False
    return found


def _ends_with_verb(text: str) -> bool:
    tail = re.search(rf"[{_IDEOGRAPH}]*\Z", text)
    tokens = tokens_of(tail[0][-6:], None) if tail else []
    return not tokens or any(predicate_at(tokens, at) == len(tokens) - at for at in range(len(tokens)))


_AGED = re.compile(rf"^(?P<led>[^，。；]{{0,8}}，)?(?P<age>{_NUMBER}多?岁)的(?P<rest>[{_IDEOGRAPH}]+.*)", re.S)


def with_age_behind(text: str, source: str) -> str:
    """64岁的船工张三摆渡38年 as 船工张三64岁，船工张三摆渡38年: each is then looked for by itself."""
    match = _AGED.match(text)
    if match is None:
        return text
    who = _subject(match["rest"])
    if not who or not match["rest"].startswith(who) or not persons_in(f"{who}，", source):
        return text
    return f"{who}{match['age']}，{match['led'] or ''}{match['rest']}"


_POINTED = re.compile(
    r"(?P<point>该|全)(?P<kind>队|校|院|馆|厂|站|店|园|社|公司|所|村|镇|乡|局|县|市|企业|中心)(?![员长伍友民区])"
)
_HERE = re.compile(r"(?P<led>[在到])(?P<here>这里|那里|当地)")
_PLACES = "村镇乡县市区场厂校院馆站园山岛港湾桥街路"


def _with_pointed(sentence: str, text: str, source: str) -> str:
    """A sentence, with the names that a text has for its 该队, 全村 and 这里, where its source has one such name."""

    def named(match: re.Match[str]) -> str:
        kind = match["kind"]
        befores = {
            one
            for one in _befores(kind, re.sub(rf"{kind}[员长伍友民区]|[全本该]{kind}", "，", source))
            if len(one) > 1 and one[0] not in _COUNTS
        }
        whole = max(befores, key=len, default="")
        mine = [one for one in re.findall(rf"([{_IDEOGRAPH}]{{2,10}}?){kind}", text) if one]
        mine = [re.split(rf"[{_LEADS}]", one)[-1] for one in mine]
        fits = [one for one in mine if len(one) > 1 and whole.endswith(one)]
        return fits[0] + kind if whole and _only_one(befores) and fits else match[0]

    told = _POINTED.sub(named, sentence)
    here = _HERE.search(told)
    if here:
        ahead = told[: here.start()]
        places = [one for one in re.findall(rf"在([{_IDEOGRAPH}]{{2,8}}?[{_PLACES}])", text) if one in ahead]
        if len(places) == 1 and not set(ahead.replace(places[0], "")) & set(_PLACES):
            told = told.replace(here["here"], places[0], 1)
    return told
