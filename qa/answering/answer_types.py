"""What a sentence must hold to answer a question: a person, a day, a number with the right unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embeddings import fold
from qa.query.names import AFTER_A_NAME, IDEOGRAPH, NAME
from qa.query.question import Asks, Query

_DIGITS = "一二两三四五六七八九十百千万亿半零〇"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_DIGITS}])[{_DIGITS}多余]*"


# The kind of thing asked for, where nothing in the question says it more closely.
_KINDS: dict[Asks, re.Pattern[str]] = {
    Asks.WHO: re.compile(rf"{NAME}(?=[{AFTER_A_NAME}]|$)|[{IDEOGRAPH}]·[{IDEOGRAPH}]"),
    Asks.WHEN: re.compile(
        r"\d+ ?[年月日时点]|[一二三四五六七八九十]+[年月日]|周[一二三四五六日]|星期[一二三四五六日天]|[去今明前]年"
        r"|上午|下午|凌晨|晚上|世纪|年代|[昨今]日|昨天|今天|期间|时期"
    ),
    Asks.WHERE: re.compile(
        rf"[{IDEOGRAPH}](?:省|市|县|区|镇|乡|村|路|街|国|州|岛|湖|山|河|湾|港|站|馆|园|院|校|厂|中心|广场|社区|小区|屋)|位于|[在于至到从]"
    ),
    # 一 and 两 are numbers before what they count, and not in 一起 or 统一.
    Asks.HOW_MANY: re.compile(
        rf"\d[\d,.]*|[{_DIGITS}]{{2,}}|[{_DIGITS}](?:[个支条栋家次种届项座场期篇架艘枚块辆台张部套批组队级层株棵头只件句首款户名位人例宗"
        r"亩吨趟盒箱瓶元岁年月天成倍分米公%]|[多余])|[二两三四五六七八九十]起|半"
    ),
    Asks.WHY: re.compile(r"因为|由于|因此|为了|因[^此为]|导致|所以|使得|致使|原因|造成|缘于|旨在|以便|从而|才能|患"),
    Asks.HOW: re.compile(
        r"通过|采用|采取|利用|使用|方式|方法|方案|按照|根据|以.{1,12}为|先.{1,30}再|由.{1,20}[一共出]"
    ),
    Asks.AUTHOR: re.compile(r"记者|通讯员|摄|文/图|图/文"),
    Asks.WHAT: re.compile(r"[《“\"「『‘]|、|是|为|叫|称|包括|分别"),
}


# Question words that say which unit the number, or which part of the calendar the time, must have.
_CLOSER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"星期几|周几|哪个?(?:星期|周)"), r"周[一二三四五六日]|星期[一二三四五六日天]"),
    (
        re.compile(r"哪一?年|[是在]几几?年|几几年|何年|什么年份|what year"),
        # 42年 is a time that passed; 98年10月 and 98年春 are days.
        r"(?:(?:1\d|20)\d\d|[一二〇零九八七六五四三]{4}|(?<!\d)\d\d(?=年(?:\d|[初底末春夏秋冬]))) ?年|[去今明前当同]年"
        r"|年代|元年|(?<!\d)(?:1\d|20)\d\d(?!\d)",
    ),
    (re.compile(r"几点|什么时刻|what time"), r"\d+ ?[时点:秒]|[一二三四五六七八九十]+[时点]"),
    (
        re.compile(r"哪一?天|几[月日号]|哪一?[日月]|何[月日]|what (?:date|day)"),
        r"\d+ ?[月日号]|周[一二三四五六日]|[昨今]日|[昨今]天",
    ),
    (
        re.compile(r"百分之几|占比|比例|增长率|增速|百分比|率(?:现在|目前|已经?)?(?:是|有|为|达到?)*多"),
        rf"{_NUMBER} ?(?:%|个百分点|成|[:∶]|比)|百分之|分之",
    ),
    (
        re.compile(r"多大(?:年纪|年龄|岁数|了)|(?<![积围模度])(?<!有)多大\W*$|几岁|多少岁|高龄|年龄|how old"),
        rf"{_NUMBER} ?(?:周?岁|后)|年[近过逾满]|[六七八九]旬|耄耋|花甲|古稀",
    ),
    (
        re.compile(r"多少钱|多少(?:资金|经费|元|美元|欧元)|金额|花了多少(?!年|天|时|小时|分钟|个?月)|花费|how much"),
        rf"{_NUMBER} ?[美欧日]?元",
    ),
    (
        re.compile(r"多长时间|多久|(?<![这那前好头])几[天年]|多少[天年]|(?:多少|几)个?(?:月|小时|分钟|星期)|how long"),
        # 10月30日 and 21年6月 are days and no time that passed.
        rf"(?<![\d月])(?!(?:19|20)\d\d年){_NUMBER} ?"
        r"(?:个?[多半]?(?:小时|星期|钟头)|个[多半]?月|年(?!\d+月)|天|周|分钟|秒|日(?!\d))|每个?(?:季度|[年月周天日])",
    ),
    (
        re.compile(r"多少(?:人|名|位|员)|几[人名位]|人数|how many (?:people|volunteers)"),
        rf"{_NUMBER} ?[余多]?(?:人|名|位|户|口)|(?<!\d)\d[\d,]{{3,}}(?!年)",
    ),
    (re.compile(r"多[高长远宽深厚]|how (?:tall|far|high)"), rf"{_NUMBER} ?(?:千米|公里|厘米|毫米|米|里|层|k?m|级)"),
    (re.compile(r"多重|多少(?:吨|公斤|斤|克)"), rf"{_NUMBER} ?(?:吨|公斤|千克|斤|克)"),
    (re.compile(r"多大(?:的?面积)|面积(?:有|是|为)?多"), rf"{_NUMBER} ?(?:[万亿]*平方|[万亿]*亩|公顷|km|m)"),
)
# 几栋楼, 多少个社区, 第几届: the number must come with the same measure word.
_MEASURE = re.compile(
    rf"(?:(?<!这)(?<!好)(?<!那)(?<!哪)第?几|多少)(?P<measure>[个支条栋家次种届项座场期篇架艘枚块辆台张部所套批组队级层株棵头只件句首款户名位人例起宗亩吨趟盒箱瓶])"
    rf"(?P<noun>[{IDEOGRAPH}]?)"
)
# Measure words that print uses for each other.
_ALIKE = {
    "个": "个名位种项座间处家支条",
    "例": "例人名",
    "起": "起件宗个",
    "件": "件起宗项个",
    "宗": "宗件起",
    "家": "家个所间户",
    "所": "所家个",
    "辆": "辆台部",
    "台": "台辆部套",
    "部": "部台辆个",
    "棵": "棵株",
    "株": "株棵",
    "场": "场次",
    "次": "次场回趟届遍",
    "趟": "趟次",
    "栋": "栋幢座",
    "座": "座栋个处",
    "条": "条项个点",
    "项": "项个条",
    "种": "种类个",
    "支": "支个",
    "只": "只头个羽",
    "头": "头只",
    "篇": "篇条",
    "批": "批次",
}
_CONTACT = re.compile(
    r"(?:电话|热线|手机|联系方式|邮箱|网址|微信号)(?:号码?)?(?:是|为)?(?:多少|什么|几号)?[呢啊呀]?\W*$|[打拨]哪个(?:电话|热线|号码)|号码是?多少"
    r"|\b(?:phone|telephone) number"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is asked for; `closely` says that the question names the unit or the part of the calendar."""

    pattern: re.Pattern[str]
    closely: bool
    said: str

    @classmethod
    def by(cls, query: Query) -> Expected:
        """What a question expects."""
        said = fold(query.text)
        if _CONTACT.search(said):
            return cls(re.compile(r"\d{3,}|@|www|http"), True, said)
        if query.asks in (Asks.WHEN, Asks.HOW_MANY):
            for cue, pattern in _CLOSER:
                if cue.search(said):
                    return cls(re.compile(pattern), True, said)
            if found := list(_MEASURE.finditer(said)):  # of two (几家企业送了多少套), either is told
                measures = "".join(_ALIKE.get(match["measure"], match["measure"]) for match in found)
                nouns = "".join(match["noun"] for match in found if match["measure"] == "个")  # 几个省, and 五省
                return cls(re.compile(rf"第?{_NUMBER} ?[{measures}{nouns}]"), True, said)
        return cls(_KINDS[query.asks], False, said)

    def places(self, text: str) -> list[int]:
        """Where what is expected begins, beyond what the question itself says; none where folding moves characters."""
        folded = fold(text)
        if len(folded) != len(text):
            return []
        return [match.start() for match in self.pattern.finditer(folded) if match.group() not in self.said]

    def held_by(self, sentence: str) -> bool:
        """Whether a sentence has what is expected, beyond what the question itself says."""
        return any(match.group() not in self.said for match in self.pattern.finditer(fold(sentence)))
