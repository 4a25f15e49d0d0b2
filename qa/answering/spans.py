"""Where the short answer stands: the likeliest span, without what the question itself says.

全长61公里 answers 全长多少公里 with 61公里. The reader was trained to find where an answer begins and ends, and often
takes a few words too many along: those that the question has as well, and the 是 or 为 that joins them to the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from embeddings import fold
from qa.query.names import IDEOGRAPH, people_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BECAME = re.compile(
    r"[由从](?:原来的?|原先的?|原有的?|之前的?|过去的?)?(?P<was>\d[\d.,]*[^，,。；;、\d由从]{0,6}?)"
    r"(?:增加|增长|增|追加|加|添|提高|提升|提|上升|上调|升|涨|扩大|扩|放宽|减少|减|降低|下降|下调|降|缩短|缩|延长|延|推迟|提前|调整|调高|调低|调|改|变)"
    r"[至到为成](?P<became>\d{1,2}[时点]\d{1,2}分?|\d[\d.,]*[^，,。；;、\d]{0,6}?)(?=[，,。；;、）)了]|$)"
)
_LONGEST_CHANGE = 30  # characters
_ASKS_BEFORE = re.compile(
    r"最早|最初|最开始|一开始|开头|原定|原来|原先|原本|之前|以前|过去|从前|先前|起初|本来|那时|旧"
)
_ASKS_CHANGE = re.compile(
    r"(?:多|少|增加|增|添|减少|减|涨|降|省|高|低|早|晚|超|延长|缩短|推迟|提前|便宜|贵)(?:出来?|了|掉)(?:多少|几|多久|多长)"
)
_SURELY = 5.0  # log-odds of being part of an answer, beyond which no more is gained
_MARKED_WEIGHT = 0.6  # of their mean, against the log-probability of a span
_SHORTEST_RUN = 2  # characters in a row that the question has too; one alone says nothing
_MARKS = "，。、；：,.;:！？!? 　\n"
_OPENING, _CLOSING = "（(「『“‘《〈[【", "）)」』”’》〉]】"
# What joins the words of the question to the answer.
_LINK = re.compile(
    r"(?:则|也|亦|又|主要|便|即|就|[正现]|分别)*"
    r"(?:是[由在为]?|为了?|称为|名为|称作|称|叫[作做]?|乃|有(?![限关些的序效力机害益趣名])|似|又[名称叫]|由(?!于)|在|于|至(?![少今])|呈|像|达到?|共有|包括|包含|位于"
    r"|地处|[：:，,])"
)
_ASKS_NAMED = re.compile(r"谁|哪一?[里儿个家支所处座条]|什么(?:地方|单位|机构|公司)")
_LINKING = "在于至到自由为是称叫"
_SMALL = re.compile(r"[其该本此这那的之则也又亦和与及]|主要|分别")
# What may stand first without any word of the question; 为 only where the sentence goes on after a comma.
_FIRST_LINK = re.compile(r"是(?!否)|(?<=[，,。；;)）])为(?!了)|由(?!于)|呈|又[名称叫]")
# What may follow a run of the question in it, so that it is whole words there: 司职 in 司职什么, not 非洲 in 非洲猬目.
_WHOLE = re.compile(r"是|为|有|在|于|由|叫|称|被|指|什么|多|几|哪|谁|何|怎|如何|大?约|一?共|[^\w]|$")
_ASKED_KIND = re.compile(r"(?:什么样|怎么?样|哪样|哪种|何种)$")  # 什么样的发展道路: the answer is such a road
_MEASURES = (
    "个支条栋家次种届项座场期篇架艘枚块辆台张部所套批层株头只件句首款户名位颗级年月天"
    "出路桌盘份曲门回趟圈排尾匹羽棵根捆包瓶箱筐袋桶杯碗粒朵幅册本间口道节盏盒"
)
_COUNTED = re.compile(rf"(?:多少|几|哪一?|何)[{_MEASURES}]$")
_ASKED_MEASURE = re.compile(rf"(?:多少|几)(?P<measure>[{_MEASURES}])")
_ASKED_COUNT = re.compile(rf"(?:多少|几)[{_MEASURES}人票]?(?P<noun>[{IDEOGRAPH}]{{2,}})")
_LONGEST_COUNTED = 6  # characters of what is counted
_OF_A_PLACE = re.compile(r"哪个?(?:国家?|省|市|县|区|城市|地方|地区)的$")
_TAIL = re.compile(r"[的等为而之所]")  # what goes on with the question's words after the answer
_NUMERAL = re.compile(r"[\d一二三四五六七八九十百千万亿两半]")
_ASKS_NUMBER = re.compile(r"多少|几|多[久长高大远重宽深快]|how (?:many|much|long|old|far)", re.I)
_ASKS_NAME = re.compile(r"(?:叫做?|称为?)(?:什么|啥)|(?:什么|啥)名[字称号]?|名[字称号]是(?:什么|啥)")
_ROUGH_BEFORE = re.compile(
    r"(?:大约|约|将近|近|超过|超|不[到足低少多高]于?|不超过?|至少|至多|最[多少高低]|年近|年过|年逾|逾)$"
)
_ASKS_BOUND = re.compile(r"超过?|最[多高大]|至多|封顶|上限")
_ROUGH_AFTER = re.compile(r"左右|上下|以上|以下")
# A time is told with the day it is of, and with what bounds it, where a question asks 什么时候 and no part of it alone.
_ASKS_TIME = re.compile(r"(?:什么|啥)时[候间]|何时|几时|when", re.I)
_ASKS_DAY_OR_TIME = re.compile(
    r"(?:什么|啥)时[候间]|何时|几[时点月日号]|哪一?[天日月年]|when|what (?:day|date|time)", re.I
)
_TIME_PART = (
    r"(?:[今去明前]年|(?:本|当|上|下|每|次)(?:年|月|周|天|日)|\d{1,4}年|\d{1,2}月份?|\d{1,2}[日号]|(?:周|星期)[一二三四五六日天]"
    r"|上午|下午|凌晨|早上|清晨|中午|傍晚|晚上|晚间|深夜|[晚早]|\d{1,2}[时点](?:半|\d{1,2}分?)?|\d{1,2}[:：]\d{2})"
)
_TIME_BEFORE = re.compile(rf"(?<![\d.]){_TIME_PART}+$")
_TIME_AFTER = re.compile(rf"{_TIME_PART}+")
# 许 and 前 begin names and words, too: 7月5日许某, 8月2日前锋.
_BOUNDS_AFTER = re.compile(
    r"左右|(?<=[时点分半])许(?![多可诺])|之前|前(?![往来后期去进面年天锋任台身沿夕线方述几门区站列排三])|以前"
)
_MINUTES_AFTER = re.compile(
    r"(?<=[点时])(?:半|[一三]刻钟?|\d{1,2}分?(?!钟)|[二三四五]?十[一二三四五六七八九]?分?|零?[一二三四五六七八九]分)(?![个天年])"
)
_WEEK_BEFORE, _OF_A_WEEK = re.compile(r"(?:星期|周|礼拜)$"), re.compile(r"[一二三四五六日天](?![\u3400-\u9fff])")
_LONGEST_TIME = 24  # characters before
_DURATION_PART = re.compile(r"\d+(?:个?小时|分(?!之)|秒)")
_DURATION = re.compile(
    r"(?<![\d.])(?:\d+个?小时(?:\d+分(?:\d+秒)?钟?)|(?:\d+个?小时)?\d+分\d+(?:\.\d+)?秒\d*|\d+秒\d+)(?![\d.])"
)
_ASKS_PLACE = re.compile(
    r"哪[里儿]|什么(?:地方|位置|地点)|啥地方|何[地处]|哪个?(?:地方|位置|城市|[省市县区镇乡村路街站])|where", re.I
)
_PLACED = re.compile(r"(?:位于|坐落于|坐落在|设在|[在于])(?!线|校|读|逃|职|编|建)")
_BODY_AFTER = re.compile(r"(?:小学|中学|大学|学院|医院|幼儿园|卫生院|派出所|图书馆|博物馆)")
_BODY_AT_END = re.compile(rf"{_BODY_AFTER.pattern}$")
_CUT_POST = re.compile(r"[镇县区局艇船队校院所站科处部厂班组市省乡村会]长")
_BEGINNING = re.compile(r"(?<=[\d年月日时点天号])起$")
_ADDRESSED = re.compile(r"同志$")
_LONGEST_NAME = 3  # characters
_LONGEST_TITLE = 40  # characters
_SPACES = (" ", "\u3000")
_LED = 2.0  # log-odds by which a beginning is likelier behind what the question has before its asking word
_COUNTS_IT = 4.0  # log-odds by which the number of what is asked for is likelier than that of something else
_NEVER = 12.0  # log-odds by which what cannot answer is less likely
# 几号 asks for a day where nothing that has a number stands behind it; then 第14号台风 has none.
_ASKS_DAY_OF_MONTH = re.compile(r"(?<!第)几号(?![线楼院馆店厅桥门口房机井煤文令公])")
_OF_A_SERIES = re.compile(r"第\s*[\d一二三四五六七八九十百]+号")
# By how much something is more or less than something else, which is no answer to how much it is.
_DIFFERENCE = re.compile(
    r"(?:比|较|同比|环比)[^，,。；;：:]{0,16}?(?:[省多少增减降涨升高低快慢长短早晚]|缩短|[提下上延][高前速降跌滑升涨调长])"
    r"(?:[了出到加长少低高]|将近|近|约){0,3}(?P<number>[\d一二三四五六七八九十百千万亿两半.,]+)"
)
_ASKS_DIFFERENCE = re.compile(
    r"比|较|差|[多少增减降涨升省快慢高低早晚超][了出]|增[长加幅]|减少|下[降跌滑]|上[升涨]|提[高前]|推迟|缩短|延长|变化|幅度"
)
# 哪个 and 谁 ask for one of several, and no number is one, unless it names it (3号楼).
_ASKS_WHICH = re.compile(r"谁|哪[个位家支所](?!月|年|季|周|星期|时[候间段期]|阶段|数|百分)")
_SOME = re.compile("[这那]几")
_NUMBER_WITH_UNIT = re.compile(
    r"\d[\d.,]*[百千万亿]*[多余]?(?:周?岁|[美欧]?元|块|人|名|位|个|%|[时分秒点]|小时|千?米|公里|里|公?斤|吨|次|件|户|[年月日天]|亩|平方)(?!以上|以下|或|的)"
)
_NUMBER_BEHIND = re.compile(rf"[，,、]?今?年?{_NUMBER_WITH_UNIT.pattern}(?=[，,]|$)")
# Who holds a post now is not who held it (原镇长).
_ASKS_NEW_HOLDER = re.compile(
    r"(?:现在|如今|目前|眼下|现任|新任|新来|新上任|接任|接替|接班|继任|换成|换了)[^，,。]{0,12}(?:谁|哪[位个]|什么名)|(?:谁|哪[位个])[^，,。]{0,4}(?:接任|接替|接班|继任|接手)"
)
_FORMER_HOLDER = re.compile(
    rf"(?:原任?|前任|卸任的?|离任的?|退休的?)[{IDEOGRAPH}]{{0,8}}?(?:主任|书记|[{IDEOGRAPH}]长|经理|主席|会长)(?P<name>[{IDEOGRAPH}]{{2,3}})"
)
# 186米 of 全长186米，桥面宽8.5米, where nothing in the question asks how wide.
_MEASURED = re.compile(
    r"(?P<how>[长宽高深厚])度?(?:为|是|达到?|约|有|近|超过)?(?P<number>\d[\d,.]*[百千万]?(?:多|余)?)(?:公里|千米|厘米|毫米|公分|米)"
)
_ASKS_LENGTH = re.compile(
    r"(?:多少|几)(?:公里|千米|厘米|毫米|公分|米)|(?P<how>[长宽高深厚])度?(?:是|有|为)?多少|多(?P<much>[长宽高深厚])"
)
# What was printed wrongly, before what should have been.
_CORRECTED = re.compile(r"[^。；;\n]*?(?=[，,；;](?:正确的?|实际)?(?:应当?该?|实)(?:为|是|作))")
_ASKS_THE_ERROR = re.compile(r"(?!.*(?:正确|应该|应当|到底|究竟))(?:.*(?:错|误|原来写|写成))")
# 头班几点 asks for the first of 6:30、8:00、9:40.
_TIMES_IN_A_ROW = re.compile(r"(?:\d{1,2}[:：]\d{2}[、，,\s]+){2,}\d{1,2}[:：]\d{2}")
_ASKS_FIRST, _ASKS_LAST = re.compile(r"最早|[头首]班|第一[班趟]|头一[班趟]"), re.compile(r"最晚|末班|最后一[班趟]")
_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}")
_LED_TO = (
    (
        re.compile(r"[到至](?:什么时候|何时|哪一?[年天日月]|几[号点时月])|什么时候(?:结束|截止|为止)"),
        re.compile(r"[到至](?=[\d一二三四五六七八九十年])|截至|延续到|持续到"),
    ),
    (
        re.compile(r"[从自打](?:什么时候|何时|哪一?[年天日月]|几[号点时月])"),
        re.compile(r"[从自于](?=[\d一二三四五六七八九十今去])"),
    ),
)
_UNIT = re.compile(r"[百千万亿]*[多余]?(?:岁|年|月|日|天|人|名|位|个(?:百分点)?|元|米|公里|公斤|吨|次|件|户|%)")


def best_span(
    first: NDArray[np.float32],
    last: NDArray[np.float32],
    *,
    longest: int,
    inside: NDArray[np.float32] | None = None,
    preferred: NDArray[np.float32] | None = None,
) -> tuple[int, int, float]:
    """The likeliest place of an answer, [start, end), and the logarithm of its probability; -inf where there is none.

    `first` and `last` are log-probabilities of beginning and ending, shape (n,) each; the answer has at most `longest`
    of the n places. `inside`, log-odds of being part of an answer, of the same shape, decides between spans that are
    nearly as likely: a span counts for more where all of it is marked. `preferred`, of the same shape, is added to the
    chances of beginning, in log-odds.
    """
    begins, ends = np.flatnonzero(np.isfinite(first)), np.flatnonzero(np.isfinite(last))
    if not begins.size or not ends.size:
        return 0, 0, -np.inf
    chances = first[begins][:, None] + last[ends][None, :]
    length = ends[None, :] - begins[:, None]
    fitting = (length >= 0) & (length < longest)
    scores = np.where(fitting, chances, -np.inf)
    if preferred is not None:
        scores = scores + preferred[begins][:, None]
    if inside is not None:
        sums = np.concatenate([[0.0], np.cumsum(np.clip(inside, -_SURELY, _SURELY))])
        marked = (sums[ends + 1][None, :] - sums[begins][:, None]) / np.maximum(length + 1, 1)
        scores = scores + _MARKED_WEIGHT * marked
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    found = float(chances[row, column]) if fitting[row, column] else -np.inf
    return int(begins[row]), int(ends[column]) + 1, found


def beginnings_asked_for(question: str, text: str) -> NDArray[np.float32]:
    """How much likelier an answer begins at each character because of what stands before it, shape (len(text),).

    到哪天 is answered behind 到 or 至, and 从哪天 behind 从 or 自; 多少个社区 with the number that 社区 stands behind;
    几号 by a day, not by what is the 14th of a series; 花了多少钱 not by what was saved against something else; 哪个
    not by a number; 多少米 not by how wide, and 现在…是谁 not by who held a post before; and nothing by what was
    printed wrongly, where a correction says what it should be.
    """
    preferred = np.zeros(len(text), dtype=np.float32)
    asked = fold(question)
    for place in _numbers_of_what_is_counted(asked, text):
        preferred[place] = _COUNTS_IT
    if _ASKS_DAY_OF_MONTH.search(asked):
        for match in _OF_A_SERIES.finditer(text):
            preferred[match.start() : match.end()] = -_COUNTS_IT
    if _asks_for_amount(asked):
        for match in _DIFFERENCE.finditer(text):
            preferred[slice(*match.span("number"))] = -_COUNTS_IT
    if _asks_which(asked):
        for match in _NUMBER_WITH_UNIT.finditer(text):
            preferred[match.start() : match.end()] = -_NEVER
    if length := _ASKS_LENGTH.search(asked):
        how = length["how"] or length["much"] or next((one for one in "宽高深厚" if one in asked), "长")
        told = list(_MEASURED.finditer(text))
        if any(match["how"] == how for match in told):
            for match in told:
                if match["how"] != how:
                    preferred[slice(*match.span("number"))] = -_COUNTS_IT
    if _ASKS_FIRST.search(asked) or _ASKS_LAST.search(asked):
        for row in _TIMES_IN_A_ROW.finditer(text):
            times = list(_CLOCK.finditer(text, *row.span()))
            for match in times[1:] if _ASKS_FIRST.search(asked) else times[:-1]:
                preferred[match.start() : match.end()] = -_NEVER
    if _ASKS_CHANGE.search(asked):
        for match in _DIFFERENCE.finditer(text):
            preferred[match.start("number")] = _LED
    if not _ASKS_THE_ERROR.search(asked):
        for match in _CORRECTED.finditer(text):
            preferred[match.start() : match.end()] = -_NEVER
    if _ASKS_NEW_HOLDER.search(asked):
        for match in _FORMER_HOLDER.finditer(text):
            preferred[slice(*match.span("name"))] = -_NEVER
    for asks, leads in _LED_TO:
        if asks.search(asked):
            for match in leads.finditer(text):
                preferred[match.end() : match.end() + 1] = _LED
    return preferred


def without_differences(question: str, text: str) -> str:
    """A text without by how much something is more or less than another, for a question how much it is."""
    return _DIFFERENCE.sub("", text) if _asks_for_amount(fold(question)) else text


def _asks_for_amount(asked: str) -> bool:
    """Whether a question asks how much something is, and not by how much it is more or less than another."""
    return bool(_ASKS_NUMBER.search(asked)) and not _ASKS_DIFFERENCE.search(asked)


def _asks_which(asked: str) -> bool:
    """Whether a question asks for one of several, or for somebody, which no number is."""
    return bool(_ASKS_WHICH.search(asked)) and not _ASKS_NUMBER.search(_SOME.sub("", asked))


def _numbers_of_what_is_counted(asked: str, text: str) -> list[int]:
    """Where the numbers begin that stand right before what is asked for: 88 in 13个街道、88个社区 to 多少个社区."""
    counted = _ASKED_COUNT.search(asked)
    if counted is None:
        return []
    folded = fold(text)
    if len(folded) != len(text):
        return []
    for size in range(min(len(counted["noun"]), _LONGEST_COUNTED), 1, -1):
        noun = re.escape(counted["noun"][:size])
        number = re.compile(rf"(?<![\d.,]){_NUMERAL.pattern}[\d.,百千万亿多余]*[{_MEASURES}人票]?{noun}")
        if found := [match.start() for match in number.finditer(folded)]:
            return found
    return []


def trim(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """The place of the answer in `body[start:end]` without what the question says, and whole.

    A number has its unit, and what makes it rough (约60名, 20位左右); a title has its marks. Of 686 questions of
    held-out local news, asked of their own article, exact match rises by that from 0.550 to 0.558.
    """
    start, end = _without_difference(question, body, *_of_the_time_asked(question, body, start, end))
    start, end = _narrowed(question, body, start, end)
    start, end = _without_number(question, body, start, end)
    start = _with_shared_lead(body, start, end)
    start, end = _bare(question, body, *_whole_time(question, body, *_whole_duration(body, start, end)))
    start, end = _name_in_its_marks(question, body, start, end)
    start = _whole_weekday(body, start, end)
    return _with_its_marks(body, *_with_roughness(question, body, start, end))


def whole_name(body: str, start: int, end: int) -> tuple[int, int]:
    """The place of an answer with the rest of a name that it is cut from (铁 of 铁凝, 翟志 of 翟志刚).

    And without what is left of a post before it (长周扬 of 站长周扬); for where somebody is from, the name behind it
    (李三 of 柳村的李三).
    """
    if body.startswith("的", end) and not people_in(body[start:end]):
        behind = people_in(body[end + 1 : end + 2 + _LONGEST_NAME])
        if behind and body.startswith(behind[0], end + 1):
            return end + 1, end + 1 + len(behind[0])
    if _CUT_POST.match(body, start - 1, end) and end - start > _SHORTEST_RUN:
        start += 1
    line = body.rfind("\n", 0, start) + 1
    text = body[line : end + _LONGEST_NAME]
    words = body[start:end]
    if len(words) >= _LONGEST_NAME:
        return start, end
    for name in people_in(text):
        at = text.find(name, max(0, start - line - len(name)))
        if name != words and words in name and line + at <= start and end <= line + at + len(name):
            return line + at, line + at + len(name)
    return start, end


def _of_the_time_asked(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """Of what a thing was and what it became (由5本增加到8本) the latter, or, where a question asks so, the former.

    Both, where a question asks by how much it changed.
    """
    for match in _BECAME.finditer(body, max(0, start - _LONGEST_CHANGE), end + _LONGEST_CHANGE):
        was, became = match.span("was"), match.span("became")
        if _ASKS_CHANGE.search(question) and was[0] <= start and end <= became[1]:
            return was[0], became[1]
        if was[0] <= start and end <= was[1] and not _ASKS_BEFORE.search(question):
            return became
        if became[0] <= start and end <= became[1] and _ASKS_BEFORE.search(question):
            return was
    return start, end


def _without_difference(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """An amount without by how much it is more or less than another (163万元 of 163万元，比预算省了2万元)."""
    found = _DIFFERENCE.search(body, start, end)
    return (start, found.start()) if found and found.start() > start and _asks_for_amount(question) else (start, end)


def _without_number(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """Who or which it is, without a number that goes on about it (彭某 of 彭某，24岁)."""
    if not _asks_which(fold(question)):
        return start, end
    start += body.startswith("的", start, end - 1)
    number = _NUMBER_BEHIND.search(body, start + 1, end)
    return (start, number.start()) if number else (start, end)


def _with_shared_lead(body: str, start: int, end: int) -> int:
    """Where an enumeration begins with the character that each further item begins with (有水、有电、有路)."""
    first, *further = body[start:end].split("、")
    lead = body[start - 1 : start]
    is_shared = bool(lead.strip(_MARKS)) and all(item.startswith(lead) for item in further)
    return start - 1 if further and is_shared and not first.startswith(lead) else start


def _whole_duration(body: str, start: int, end: int) -> tuple[int, int]:
    """A time that was taken with all its units (2分18秒46, not 18秒46)."""
    if not _DURATION_PART.search(body, start, end):
        return start, end
    for match in _DURATION.finditer(body, max(0, start - _LONGEST_TIME), end + _LONGEST_TIME):
        if match.start() <= start and end <= match.end():
            return match.span()
    return start, end


def _whole_time(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """A time with what bounds it (9月底前), and for 什么时候 with its day and hour (7月28日下午4点半)."""
    if _ASKS_DAY_OR_TIME.search(question) and (minutes := _MINUTES_AFTER.match(body, end)):
        end = minutes.end()
    if not _ASKS_DAY_OR_TIME.search(question) or not _TIME_AFTER.search(body, start, end):
        return start, end
    if _ASKS_TIME.search(question):
        if _TIME_AFTER.match(body, start, end) and (
            before := _TIME_BEFORE.search(body, max(0, start - _LONGEST_TIME), start)
        ):
            start -= len(before[0])
        if _TIME_BEFORE.search(body[start:end]) and (after := _TIME_AFTER.match(body, end)):
            end = after.end()
    bound = _BOUNDS_AFTER.match(body, end)
    return start, bound.end() if bound else end


def _whole_weekday(body: str, start: int, end: int) -> int:
    """Where a weekday begins with the 星期 that the question has, too."""
    week = _WEEK_BEFORE.search(body, max(0, start - 2), start)
    return week.start() if week and _OF_A_WEEK.match(body, start, end) else start


def _bare(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """A place without the 在 before it and as the whole name of a body (白塔小学, not 白塔); days and names alone.

    A day has no 起 behind it that nobody asked for, a name no 同志.
    """
    asks_place = _ASKS_PLACE.search(question)
    if asks_place and (placed := _PLACED.match(body, start, end)) and placed.end() < end:
        start = placed.end()
    if asks_place and (body_of := _BODY_AFTER.match(body, end)) and not _BODY_AT_END.search(body[start:end]):
        end = body_of.end()
    for ending in (_BEGINNING, _ADDRESSED):
        found = ending.search(body[start:end])
        if found and found.start() and found[0] not in question:
            end = start + found.start()
    return start, end


def _name_in_its_marks(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """A name without what goes on behind its marks, where a question asks for one (柳荫 of “柳荫”合作社，去年成立)."""
    closing = {"“": "”", "「": "」"}.get(body[start - 1 : start])
    if closing is None or not _ASKS_NAME.search(question):
        return start, end
    closed = body.find(closing, start + 1, end)
    is_one = not body.startswith(body[start - 1], closed + 1)  # and no “甲”“乙”
    return (start, closed) if closed > 0 and is_one else (start, end)


def _with_roughness(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """A number with the words that make it rough, where a question asks how many."""
    if not _ASKS_NUMBER.search(question) or not _NUMERAL.match(body, start, end):
        return start, end
    rough = None if _ASKS_BOUND.search(question) else _ROUGH_BEFORE.search(body[max(0, start - 3) : start])
    after = _ROUGH_AFTER.match(body, end)
    return start - len(rough[0]) if rough else start, after.end() if after else end


def _with_its_marks(body: str, start: int, end: int) -> tuple[int, int]:
    """Most of a title with the whole of it, and of a slogan in two halves with both."""
    for opening, closing in ("《》", "“”"):
        left = body.rfind(opening, max(0, start - _LONGEST_TITLE), start + 1)
        right = body.find(closing, max(left, start)) if left >= 0 else -1
        if left < 0 or right < end - 1 or right - left > _LONGEST_TITLE or closing in body[left:start]:
            continue
        is_most = 2 * (min(end, right) - max(start, left + 1)) >= right - left - 1
        if opening == "《" and is_most:
            return left, max(end, right + 1)
        if opening == "“" and start > left and (body[start - 1] in _SPACES or body[end : end + 1] in _SPACES):
            return left + 1, right
    return start, end


def _narrowed(question: str, body: str, start: int, end: int) -> tuple[int, int]:
    """A narrower place of the answer within `body[start:end]`, which it leaves as it is where nothing would remain."""
    asked = fold(question)
    first, last = _past_the_question(asked, body, start, end), end
    last = _before_the_question(asked, body, first, last)
    if body[last : last + 1] == "为" and body[first] == "以":  # 以什么为食
        first += 1
    first, last = _without_marks(body, first, last)
    if first >= last:
        return start, end
    if last == end and _NUMERAL.fullmatch(body[last - 1]):
        last = _past_the_unit(asked, body, last)
    return first, last


def _past_the_unit(asked: str, body: str, end: int) -> int:
    """Where a number that ends at `end` is over with its unit, or with the measure word that the question has."""
    if unit := _UNIT.match(body, end):
        return unit.end()
    measure = _ASKED_MEASURE.search(asked)
    return end + 1 if measure and body.startswith(measure["measure"], end) else end


def _past_the_question(asked: str, body: str, start: int, end: int) -> int:
    """Where the answer begins after the question's words and what joins them to it."""
    place = start
    while step := _step(asked, body, place, end):
        place += step
    link = _LINK.match(body, place, end) if place > start else _FIRST_LINK.match(body, place, end)
    after = link.end() if link else place
    if after >= end:  # the question has it all
        return start
    if after > place or place == start:
        return after
    # 巴马寿乡广场 for which square in 巴马 is its name.
    if _ASKS_NAMED.search(asked) and body[place - 1] not in _LINKING:
        return start
    last_run = fold(body[place - _SHORTEST_RUN : place])
    ends = (match.end() for match in re.finditer(re.escape(last_run), asked))
    return place if any(_WHOLE.match(asked, at) for at in ends) else start


def _step(asked: str, body: str, place: int, end: int) -> int:
    """The length of a run of the question at `place`, or of a small word or a character of it before such a run."""
    if run := _shared(asked, body, place, end):
        return run
    small = _SMALL.match(body, place, end)
    length = len(small[0]) if small else int(place < end and not body[place].isdigit() and fold(body[place]) in asked)
    return length if length and _shared(asked, body, place + length, end) else 0


def _shared(asked: str, body: str, place: int, end: int) -> int:
    """How many characters from `place` on stand in the question in a row; 0 for fewer than a run."""
    length = 0
    while place + length < end and fold(body[place : place + length + 1]) in asked:
        length += 1
    at = place + length
    cuts_number = body[at - 1 : at].isdigit() and body[at : at + 1].isdigit()
    return length if length >= _SHORTEST_RUN and not cuts_number else 0


def _before_the_question(asked: str, body: str, start: int, end: int) -> int:
    """Where the answer ends before a tail (的主音, 等城市, 为食) whose words are the question's."""
    for tail in _TAIL.finditer(body, start + 1, end):
        rest = fold(body[tail.start() : end]).strip(_MARKS)
        words = rest.removeprefix("等")
        if rest == "的" or (len(words) >= _SHORTEST_RUN and words in asked and not _NUMERAL.search(words)):
            if words.startswith("的") and _ASKED_KIND.search(asked[: asked.find(words)]) and len(words) > 1:
                continue
            return tail.start()
    return _before_what_is_counted(asked, body, start, end)


def _before_what_is_counted(asked: str, body: str, start: int, end: int) -> int:
    """Where the answer ends before what the question says of it: 44颗牙齿 to 多少颗牙齿, 法国运动员 to 哪国的运动员."""
    for place in range(start + 1, end - _SHORTEST_RUN + 1):
        tail = fold(body[place:end]).strip(_MARKS)
        at = asked.find(tail) if len(tail) >= _SHORTEST_RUN else -1
        if at <= 0:
            continue
        is_counted = _COUNTED.search(asked[:at]) and fold(body[place - 1]) == asked[at - 1]
        if is_counted or _OF_A_PLACE.search(asked[:at]):
            return place
    return end


def _without_marks(body: str, start: int, end: int) -> tuple[int, int]:
    """The place without marks at its ends, with both or neither of a pair of brackets."""
    while start < end and body[start] in _MARKS:
        start += 1
    while start < end and body[end - 1] in _MARKS:
        end -= 1
    inside = body[start:end]
    if inside.startswith(("（", "(")) and inside.endswith(("）", ")")) and "（" not in inside[1:]:
        start, end = start + 1, end - 1
        inside = body[start:end]
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        if inside.startswith(opening) and closing not in inside and not body.startswith(closing, end):
            return start + 1, end
        if inside.count(opening) > inside.count(closing) and body.startswith(closing, end):
            return start, end + 1
        if inside.endswith(closing) and opening not in inside:
            return (start - 1, end) if start and body[start - 1] == opening else (start, end - 1)
    return start, end
