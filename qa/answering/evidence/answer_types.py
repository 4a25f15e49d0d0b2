"""What a sentence must hold to answer a question: a person, a day, a number with the right unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from embeddings import SURNAMES_WHERE_NAMES_STAND, fold
from qa.answering.evidence.stated import is_of_other_kin
from qa.answering.spans import without_differences
from qa.query.contrast import tells_of_another_side
from qa.query.intents.yes_no import only_deputies
from qa.query.names import AFTER_A_NAME, IDEOGRAPH, NAME, people_by_surname
from qa.query.question import Asks, Query

_DIGITS = "一二两三四五六七八九十百千万亿半零〇仟佰几数"
# Measure words that count things, of which each may be asked for by 几 and 多少.
_MEASURES = (
    "个支条栋家次种届项座场期篇架艘枚块辆台张部所套批组队级层株棵头只件句首款户名位人例起宗亩吨趟盒箱瓶"
    "盏颗粒朵幅册本间口道节门尊幢扇根袋桶杯碗处段"
)
# Words that begin like a measure word and are none: 多少门票 asks for no number of doors.
_NO_MEASURE = (
    "部门|部队|部委|台风|支出|支持|支援|场地|场所|场馆|本科|本地|本市|本县|本区|处分|处罚|门面|门票|门店|门诊|口罩|口岸|节目"
    "|幅度|间接|道路|首席|条件|条例|条款|家长|家具|家电|家属|个体|位置|层次|级别|种类|种子|种植|队员|队伍|组织"
)
_PEOPLE = (
    "老人|孩子|儿童|学生|师生|老师|教师|居民|村民|市民|群众|党员|志愿者|工人|职工|员工|干部|民警|战士|医生|护士|医护|患者"
    "|病人|选手|运动员|游客|旅客|乘客|观众|考生|妇女|农民|牧民|司机|骑手|社工|代表|委员|专家|业主|住户|顾客|家长"
)
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_DIGITS}])[{_DIGITS}多余]*"

# 10月30日 and 21年6月 are days and no time that passed.
_TIME_PASSED = (
    rf"(?<![\d月])(?!(?:19|20)\d\d年){_NUMBER} ?"
    r"(?:个?[多半]?(?:小时|星期|礼拜|钟头|工作日|学[年期])|个[多半]?月|年(?!\d+月)|载|天|周|分多?钟|秒|日(?!\d))"
)


_LENGTHS = "(?:千米|公里|海里|公分|厘米|毫米|米|里|尺|层|k?m|级)"

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
    (re.compile(r"(?:星期|周|礼拜)几|哪个?(?:星期|周)"), r"(?:周|星期|礼拜)[一二三四五六日天]"),
    (re.compile(r"(?:第?几|哪一?)[楼层](?![梯房])"), r"(?:\d+|[一二三四五六七八九十]+|顶|底)[楼层]"),
    (
        re.compile(r"哪一?年|[是在]几几?年|几几年|何年|什么年份|what year"),
        # 42年 is a time that passed; 98年10月 and 98年春 are days.
        r"(?:(?:1\d|20)\d\d|[一二〇零九八七六五四三]{4}|(?<!\d)\d\d(?=年(?:\d|[初底末春夏秋冬]))) ?年|[去今明前当同]年"
        r"|年代|元年|(?<!\d)(?:1\d|20)\d\d(?!\d)|民国|(?:洪武|永乐|正德|嘉靖|万历|崇祯|顺治|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统)",
    ),
    (re.compile(r"几比几|多少比多少|比分(?:是|为)?多少"), r"\d+ ?[比:∶\-—] ?\d+"),
    (re.compile(r"几点|什么时刻|what time"), r"\d+ ?[时点:秒]|[一二两三四五六七八九十]+[时点]"),
    (
        re.compile(r"哪一?[天日]|几[日号]|何日|what (?:date|day)"),
        r"\d+ ?[日号]|月\d+|[一二三四五六七八九十]日|周[一二三四五六日]"
        r"|星期[一二三四五六日天]|[昨今明前次当同]日|[昨今明前后当同]天"
        r"|初[一二三四五六七八九十]|除夕|元旦|春节|元宵|清明|端午|中秋|重阳|国庆|五一|七一|八一|腊八|小年",
    ),
    (
        re.compile(r"几月|哪个?月|何月|what month"),
        r"\d+ ?月|[一二三四五六七八九十]月|[上本当次]月",
    ),
    (
        re.compile(r"百分之几|占比|比例|增长率|增速|百分比|率(?:现在|目前|已经?)?(?:是|有|为|达到?)*多"),
        rf"{_NUMBER} ?(?:%|个百分点|成|[:∶]|比)|百分之|分之",
    ),
    (
        re.compile(
            r"(?<![积围模度有房楼屋盖水雨风雪浪池田地厅径寸])多大\W*$|多大(?:年纪|年龄|岁数|了)"
            r"|几岁|多少岁|高龄|年龄|how old"
        ),
        rf"{_NUMBER} ?(?:周?岁|后|载)|年[近过逾满]"
        r"|今年(?:\d\d|[一二三四五六七八九]?十[一二三四五六七八九]?)(?![年月日个名件人万])|一个\d\d(?!\d)"
        r"|[二三四五六七八九]十[一二三四五六七八九有]*(?=[，。；、,;]|$)"
        r"|[六七八九]旬|耄耋|花甲|古稀",
    ),
    (
        re.compile(
            r"多少款\W*$|多少(?:块)?钱|多少(?:资金|经费|元|美元|欧元)|几块(?:钱|\W*$|[一每])|几个(?:钱|子儿?)(?!人)|金额|花了多少(?!年|天|时|小时|分钟|个?月)"
            r"|花费|how much"
            r"|(?:造价|总价|票价|单价|售价|价格|房价|月租|租金|学费|投资额?|预算)(?:是|有|为|要|了)?多少(?!倍|成)"
            r"|(?:工资|薪水|月薪|奖金|津贴|押金|罚款|报名费|房租)(?:[一每]个?[年月天人次])?(?:是|有|为|要|拿|发|给|能拿)?多少(?!倍|成|人|个|名)"
        ),
        rf"{_NUMBER} ?[美欧日]?元|{_NUMBER} ?块(?![地牌田石板玻碑布肉])|{_NUMBER} ?[角毛](?!票|巾|笔)|{_NUMBER}分钱"
        r"|[一二两三四五六七八九][百千万][一二三四五六七八九]?(?=[，。；、,.;]|$)"
        rf"|{_NUMBER}(?<=[万亿])多?(?=[，。；！？、,.;!?）)”]|$|了|的|至|以上|左右)"
        r"|免费|免收|不收|分文|(?:[原新现单票菜房]价|价格|价钱|收费|费用)\d+",  # as a table tells it
    ),
    (
        re.compile(
            r"隔(?:多久|多长时间|几[天年]|几个?月)"
            r"|(?:多久|多长时间|几[天年]|几个?(?:月|小时|钟头|分钟|星期|礼拜))[^，,]{0,8}?[一两]?[次回趟班期]"
        ),
        rf"{_TIME_PASSED}|每个?(?:季度|[年月周天日])|[一两]个?[年月周天日季旬](?=[一两])|[单双]月|[双周季月旬日]刊",
    ),
    (
        re.compile(
            r"多长时间|多久|(?<![这那前好头哪])几[天年]|多少[天年]|(?<!哪)(?:多少|几)个?(?:月|小时|钟头|分钟|星期|礼拜)"
            r"|how long"
        ),
        rf"{_TIME_PASSED}|[一两三]月",
    ),
    (
        re.compile(rf"多少(?:人|名|位|员|{_PEOPLE})|几[人名位]|人数|how many (?:people|volunteers)"),
        rf"{_NUMBER} ?[余多]?个?(?:人|名|位|户|口|例|票|死|伤|{_PEOPLE})|(?<!\d)\d[\d,]{{3,}}(?!年)",
    ),
    (
        re.compile(r"多[高远宽深厚]|how (?:tall|far|high)"),
        rf"{_NUMBER} ?{_LENGTHS}",
    ),
    (re.compile("多长"), rf"{_NUMBER} ?{_LENGTHS}|{_TIME_PASSED}"),  # of a film, too
    (re.compile(r"多少分(?![钟之])|几分(?![钟之])"), rf"{_NUMBER} ?分(?![钟之])|分[是为：:]?\d|\d[\d.]*(?:[环比]|$)"),
    (re.compile(r"多重|多少(?:吨|公斤|斤|克)"), rf"{_NUMBER} ?(?:吨|公斤|千克|斤|克)"),
    (re.compile(r"多大(?:的?面积)|面积(?:有|是|为)?多"), rf"{_NUMBER} ?(?:[万亿]*平方|[万亿]*亩|公顷|km|m)"),
)
# 几栋楼, 多少个社区, 第几届: the number must come with the same measure word.
_MEASURE = re.compile(
    rf"(?:(?<!这)(?<!好)(?<!那)(?<!哪)第?几|多少)(?!{_NO_MEASURE})(?P<measure>[{_MEASURES}])"
    rf"(?P<noun>[{IDEOGRAPH}]?)"
)
# Measure words that print uses for each other.
_ALIKE = {
    "个": "个名位人种项座间处家支条席件",
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
    "次": "次场回趟届遍起例",
    "张": "张份床",
    "户": "户家组",
    "趟": "趟次班",
    "栋": "栋幢座",
    "座": "座栋幢个处",
    "条": "条项个点尾",
    "项": "项个条",
    "种": "种类个款样",
    "支": "支个",
    "口": "口人",
    "间": "间家个",
    "幢": "幢栋座",
    "处": "处个座",
    "本": "本册部份",
    "册": "册本份",
    "只": "只头个羽",
    "头": "头只",
    "篇": "篇条",
    "批": "批次",
}
# 每30分钟一班 is how often something goes, and not how long it takes.
_INTERVAL = re.compile(rf"每隔?{_NUMBER}个?(?:分钟|小时|钟头|天|月|周|年)(?=[一两]?[班趟次回])")
_ASKS_INTERVAL = re.compile(r"一?[班趟次回](?!\w*(?:多久|多长时间))|每|隔|间隔|频率")
# 平均年龄46岁 is nobody's age.
_ON_AVERAGE = re.compile("平均|一般|大[概多都]|普遍|通常")
_MEAN_AGE = re.compile(rf"平均(?:年龄)?[^，,。；;\d]{{0,6}}{_NUMBER}周?岁")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9])月")
_IS_NUMBER_OF_PEOPLE = re.compile(rf"{_NUMBER} ?[余多]?(?:名|位|人)")  # 22名, where a wage is asked for
# A place or a number, which is nobody.
_NOBODY = re.compile(
    rf"(?![{SURNAMES_WHERE_NAMES_STAND}].?[省路街]$)(?!.*(?:社区|工区|校区|厂区)$).{{1,8}}[省市县区镇乡村路街]|[\d年月日时分点多余个名位人岁元%.]+"
)
# 哪条沟 asks for one of several, which a number of them (7条沟) is not.
_WHICH = re.compile(rf"哪一?(?![栋幢座届期])(?P<measure>[{_MEASURES}])")
_SEVERAL = re.compile(rf"(?:\d*[2-9]\d*|\d{{2,}}|[二两三四五六七八九十百千万]+)余?多?(?P<measure>[{_MEASURES}])")
_PARTS_OF_DAY = {
    "凌晨": "night",
    "清晨": "morning",
    "早上": "morning",
    "早晨": "morning",
    "上午": "morning",
    "中午": "noon",
    "下午": "afternoon",
    "傍晚": "evening",
    "晚上": "evening",
    "夜间": "evening",
    "夜里": "evening",
}
_PART_BEFORE = re.compile(rf"(?:{'|'.join(_PARTS_OF_DAY)})$")
_PRICE_OF_ONE = re.compile(
    r"(?:多少钱|几块钱?|几元)一(?P<behind>公斤|[斤两吨张碗瓶份针剂次本盒袋桶车亩平节课晚天月年小])"
    r"|(?:一|每)(?P<before>公斤|[斤两吨张碗瓶份针剂次本盒袋桶亩节晚])(?:要|是|卖|收)?(?:多少钱|几块钱?|几元)"
)
_BESIDE_A_PRICE = re.compile(
    r"(?:现在|今年|去年|如今|目前|原来|以前|每|要|卖|得|是|到底|一|[涨调降][完过了]?价?[前后]?(?:以前|以后)?)+$"
)
_ALSO_MEASURED = {
    "斤": ("斤", "克"),
    "公斤": ("斤", "克"),
    "针": ("针", "剂", "次", "支"),
    "剂": ("剂", "针", "支"),
    "张": ("张", "票", "每人", "人"),
    "次": ("次", "趟", "回"),
    "晚": ("晚", "天", "夜", "日"),
    "天": ("天", "日", "晚"),
    "月": ("月",),
    "年": ("年",),
    "节": ("节", "课"),
    "课": ("课", "节"),
    "小": ("小时", "时"),
    "平": ("平",),
    "份": ("份", "餐", "套"),
    "碗": ("碗", "份"),
}
_ASKS_WHICH_ONE = re.compile(r"哪一?[所家]|叫什么|叫啥|什么名|姓什么|名字")
_INDEFINITE = re.compile(
    r"[^，。]{0,4}?(?<![第统唯])(?:一|某)[所家个名位][\u4e00-\u9fff]{0,6}?"
    r"(?:大学|学校|学院|中学|小学|医院|公司|单位|企业|工厂|饭店|餐馆|机构|银行|员工|老人|男子|女子|居民|村民|业主|学生|司机|老板|工人|顾客)"
    r"|某[\u4e00-\u9fff]{2,4}"
)
_LATIN = re.compile(r"(?<![a-z\d])[a-z][a-z\d]+(?![a-z\d])")
_MOST_NAMED = 2  # words in Latin letters of a question in Chinese
_EVERYDAY_LATIN = frozenset(["app", "wifi", "ok", "kg", "km", "cm", "mm", "ml", "vip", "ktv", "pk"])
_LAST_YEAR = re.compile("去年|上一?年(?![级度])")
_THIS_YEAR = re.compile("今年|本年|眼下|目前")
_COMPARED_WITH_LAST = re.compile(r"(?:比|较|同|与|和|跟)(?:去年|上一?年)[^，。；]{0,6}")
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?=年|赛季|[春清端中国元][节明午秋庆旦]|届|[-—至]\d{2,4}(?:年|赛季))")
_COMPARED_WITH_A_YEAR = re.compile(r"(?:比|较|与|和|同|于)[^，。；]{0,4}(?:19|20)\d\d年[^，。；]{0,10}")
_POST = re.compile(
    r"(?P<title>[\u4e00-\u9fff]{1,6}(?:长|主任|书记|主席|经理))(?:是|叫|姓)?(?:谁|什么名|啥名|哪位|什么\W*$)"
)
_HEAD = re.compile(r"[镇乡县区市村厂校院局站所社馆][\u4e00-\u9fff]?长")
_WHEN = r"(?:什么时候|啥时候?|哪一?[天日月年]|几[号点时月日]|何时)"
# What a question asks the time or the number of, and the words without which nothing is told of it: a day on which
# something began is no answer to when it ends, nor a sum that was spent to how much a fine was.
_EVENTS = (
    (
        Asks.WHEN,
        re.compile(
            rf"结束|结[课营业项]|[截为]止|闭[幕营园馆]|收[官工]|落幕|散场|到期|[到至]{_WHEN}(?!才?(?:开始|启|通|来|到|能|可))"
        ),
        re.compile(
            r"结束|结[课营业项]|止|[到至]|闭|收[官工]|落幕|散|完|停|[—\-~～－–]|(?:(?<![目日以此])|(?<=\d日))前(?![往来期后面])|不晚于|最迟|最晚"
            r"|期限|为期|截|熄|关门|终|月[底末]|歇"
        ),
    ),
    (Asks.HOW_MANY, re.compile(r"罚(?:了|款|多|几)"), re.compile("罚|扣|[过逾]期")),
    (Asks.HOW_MANY, re.compile(r"赔(?:了|偿|多|几|付)"), re.compile(r"赔|补偿|补发|支付|亏|垫")),
    (Asks.HOW_MANY, re.compile(r"伤(?:了|亡)?(?:几|多少)|(?:几|多少)个?人(?:受|被)?伤"), re.compile("伤")),
    (Asks.WHEN, re.compile(r"入的?党"), re.compile(r"入[^，。]{0,3}党|党龄|加入")),
)
_PART_OF_DAY = re.compile("|".join(_PARTS_OF_DAY))
_CONTACT = re.compile(
    r"(?:电话|热线|手机|联系方式|邮箱|网址|微信号)(?:号码?)?(?:是|为)?(?P<asked>多少|什么|几号)?[呢啊呀]?\W*$"
    r"|(?P<call>[打拨](?:哪个|什么)(?:电话|热线|号码)|号码是?多少|\b(?:phone|telephone) number)"
)
_ASKS_BEFORE = re.compile(r"什么|谁|哪|多[少久长]|几|怎[么样]|如何|为何|为啥")


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
        if _asks_for_contact(said):
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
        told = without_differences(self.said, fold(sentence))
        if not _ON_AVERAGE.search(self.said):
            told = _MEAN_AGE.sub("", told)
        if not _ASKS_INTERVAL.search(self.said):
            told = _INTERVAL.sub("", told)
        return any(match.group() not in self.said for match in self.pattern.finditer(told))


def _asks_for_contact(question: str) -> bool:
    """Whether a number or an address is asked for, and not who made a telephone call, or on what day."""
    match = _CONTACT.search(question)
    if match is None:
        return False
    return bool(match["call"] or match["asked"]) or not _ASKS_BEFORE.search(question[: match.start()])


def lacks_what_is_asked(query: Query, quote: str, short: str) -> bool:
    """Whether a quote cannot answer a question that asks for one thing.

    It has no number or time of the kind asked for, tells how many there are of what one is asked for, or is of another
    person, month or part of the day; or what was found in it, `short`, is nobody where 谁 is asked for. On the training
    file of local news that is so for 22 of 6,110 sentences that answer, and for 702 of 3,060 that tempt
    (`benchmarks/kinds.py`).
    """
    expected = Expected.by(query)
    if (expected.closely or query.asks is Asks.HOW_MANY) and not expected.held_by(quote):
        return True
    if query.asks is Asks.WHO and "谁" in query.text and _NOBODY.fullmatch(short):
        return True
    if expected.closely and _IS_NUMBER_OF_PEOPLE.fullmatch(short) and not expected.held_by(short):
        return True
    if _is_number_of_them(query.text, short) or tells_of_another_person(query.text, quote):
        return True
    if tells_of_another_side(query.text, quote) or lacks_the_event(query, quote):
        return True
    if tells_of_another_year(query.text, quote):
        return True
    if query.asks is Asks.WHO and tells_of_another_post(query.text, quote):
        return True
    if (
        lacks_the_measure_of_the_price(query.text, quote)
        or is_of_other_kin(query.text, quote)
        or _is_indefinite(query.text, short)
    ):
        return True
    if _stands_in_another_part_of_day(query.text, quote, short):
        return True
    return tells_of_another_month(query.about, quote) or tells_of_another_part_of_day(query.text, quote)


def lacks_the_measure_of_the_price(question: str, quote: str) -> bool:
    """Whether a question asks what one of something costs (豆腐多少钱一斤), and a quote tells of neither.

    A price list may tell the thing without its measure.
    """
    asked = _PRICE_OF_ONE.search(question)
    if asked is None:
        return False
    measure = asked["behind"] or asked["before"]
    thing = _BESIDE_A_PRICE.sub("", question[: asked.start()])[-2:]
    return thing not in quote and not any(word in quote for word in _ALSO_MEASURED.get(measure, (measure,)))


def _stands_in_another_part_of_day(question: str, quote: str, short: str) -> bool:
    """Whether another part of the day stands right before some words (早上5点), each time that a quote has them."""
    parts = [_PART_BEFORE.search(quote, 0, match.start()) for match in re.finditer(re.escape(short), quote) if short]
    return bool(parts) and all(part and tells_of_another_part_of_day(question, part[0]) for part in parts)


def _is_indefinite(question: str, short: str) -> bool:
    """Whether which one it is is asked, and what was found is one that is not named (一所大学, 某公司)."""
    return _ASKS_WHICH_ONE.search(question) is not None and _INDEFINITE.fullmatch(short) is not None


def _is_number_of_them(question: str, short: str) -> bool:
    asked, told = _WHICH.search(question), _SEVERAL.match(short)
    return asked is not None and told is not None and asked["measure"] == told["measure"]


def tells_of_another_person(question: str, quote: str) -> bool:
    """Whether a question names people by their surname alone (王某), and a quote names others so, and none of them.

    In the training file of local news that is so for none of 301 sentences that answer, and for 8 of 200 that tempt.
    """
    asked, told = people_by_surname(question), people_by_surname(quote)
    return bool(asked and told) and asked.isdisjoint(told)


def lacks_the_event(query: Query, quote: str) -> bool:
    """Whether a question asks when something ends, or how much a fine was, and a quote tells of none.

    In the training file of local news that is so for none of 71 sentences that answer, and for 66 of 100 that tempt.
    """
    return any(
        query.asks is kind and asked.search(query.text) and not told.search(quote) for kind, asked, told in _EVENTS
    )


def names_what_is_not_there(question: str, text: str) -> bool:
    """Whether a question in Chinese names something in Latin letters (HPV), all of which a text lacks.

    A question of more words in Latin letters is one in another language, with a name that was put into Chinese. In the
    training file of local news it is so for none of 49 articles that answer such a question.
    """
    named = [word for word in _LATIN.findall(fold(question)) if word not in _EVERYDAY_LATIN]
    return 0 < len(named) <= _MOST_NAMED and not any(word in fold(text) for word in named)


def tells_of_another_year(question: str, quote: str) -> bool:
    """Whether a question is on last year, and a quote only compares with it, or tells of this one."""
    if not _LAST_YEAR.search(question) or _THIS_YEAR.search(question) or _COMPARED_WITH_LAST.search(question):
        return False
    rest = _COMPARED_WITH_LAST.sub("", quote)
    return not _LAST_YEAR.search(rest) and (rest != quote or _THIS_YEAR.search(rest) is not None)


def tells_of_other_years(query: Query, quote: str, short: str, printed: date | None) -> bool:
    """Whether a question names a year, and what was found in a quote is of another.

    That is, for a number, the last year before it, or else any that the quote names; the year in which the quote was
    printed, and the one before, may be called otherwise (今年, 去年).
    """
    asked = set(_YEAR.findall(query.text))
    rest = _COMPARED_WITH_A_YEAR.sub("", quote)
    told = _YEAR.findall(rest)
    is_number = query.asks is Asks.HOW_MANY and not _YEAR.search(short) and short in rest
    before = _YEAR.findall(rest[: rest.find(short)]) if short and is_number else []
    near = {str(printed.year), str(printed.year - 1)} if printed else set[str]()
    if not asked or not told or not asked.isdisjoint(near):
        return False
    return asked.isdisjoint(told) or bool(before and before[-1] not in asked)


def tells_of_another_post(question: str, quote: str) -> bool:
    """Whether a question asks who holds a post (镇长是谁), and a quote names a deputy, or whoever holds another one."""
    asked = _POST.search(question)
    if asked is None or "副" in question:
        return False
    title = asked["title"][-2:]
    if title in quote:
        return only_deputies(title, quote)
    return title.endswith("长") and _HEAD.search(quote) is not None


def tells_of_another_month(question: str, quote: str) -> bool:
    """Whether a question names a month, and a quote names others alone."""
    asked, told = set(_MONTH.findall(question)), _MONTH.findall(quote)
    return bool(asked and told) and asked.isdisjoint(told)


def tells_of_another_part_of_day(question: str, quote: str) -> bool:
    """Whether a question names a part of the day (下午几点), and a quote names others alone."""
    asked, told = ({_PARTS_OF_DAY[word] for word in _PART_OF_DAY.findall(text)} for text in (question, quote))
    return bool(asked and told) and asked.isdisjoint(told)
