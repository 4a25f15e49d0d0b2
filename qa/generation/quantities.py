"""The numbers of a text in any script, each with what it counts: 九, 叁拾, 俩, 省九成, 3.5万, 百分之八, ٣."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

_DIGITS = {digit: value for value, digits in enumerate("零一二三四五六七八九") for digit in digits} | {
    digit: value for value, digit in enumerate("〇壹贰叁肆伍陆柒捌玖")
}
_DIGITS |= {"两": 2, "俩": 2, "仨": 3}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
_HAN = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟廿卅"
_PRIVATE = 0xF0000  # a plane of Unicode without assigned characters

# By how many of which base unit a unit measures.
_MEASURES: dict[str, tuple[str, Fraction]] = {
    **dict.fromkeys(("公里", "千米", "km"), ("m", Fraction(1000))),
    **dict.fromkeys(("米", "m"), ("m", Fraction(1))),
    **dict.fromkeys(("厘米", "公分", "cm"), ("m", Fraction(1, 100))),
    **dict.fromkeys(("毫米", "mm"), ("m", Fraction(1, 1000))),
    "里": ("m", Fraction(500)),
    **dict.fromkeys(("吨", "t"), ("kg", Fraction(1000))),
    **dict.fromkeys(("公斤", "千克", "kg"), ("kg", Fraction(1))),
    "斤": ("kg", Fraction(1, 2)),
    **dict.fromkeys(("克", "g"), ("kg", Fraction(1, 1000))),
    **dict.fromkeys(("平方公里", "平方千米", "km2"), ("m2", Fraction(10**6))),
    "公顷": ("m2", Fraction(10**4)),
    **dict.fromkeys(("平方米", "平米", "m2"), ("m2", Fraction(1))),
    **dict.fromkeys(("立方米", "方", "m3"), ("m3", Fraction(1))),
    **dict.fromkeys(("个小时", "小时"), ("s", Fraction(3600))),
    "分钟": ("s", Fraction(60)),
    "秒": ("s", Fraction(1)),
    **dict.fromkeys(("个星期", "星期", "周"), ("day", Fraction(7))),
    "天": ("day", Fraction(1)),
    "个月": ("month", Fraction(1)),
    "年": ("month", Fraction(12)),
    **dict.fromkeys(("元人民币", "元", "块钱"), ("yuan", Fraction(1))),
    "%": ("share", Fraction(1, 100)),
    "成": ("share", Fraction(1, 10)),
    "‰": ("share", Fraction(1, 1000)),
}
# Measure words that say the same of the same thing; the thing itself is compared as a word.
_ALIKE = (
    ("人", "名", "位", "个", "个人"),
    ("家", "个", "所", "处"),
    ("栋", "幢", "座", "处"),
    ("辆", "台", "部"),
    ("件", "起", "宗"),
    ("场", "次", "回"),
    ("条", "项", "款", "个"),
    ("只", "头", "匹"),
    ("本", "册"),
    ("种", "类", "个"),
    ("株", "棵"),
    ("枚", "块"),
    ("支", "个"),
    ("岁", "周岁"),
    ("时", "点"),
    ("度", "摄氏度", "°c"),
    ("个百分点", "百分点"),
    ("间", "个"),
)
_OTHERS = """
    美元 欧元 日元 英镑 港元 港币 澳元 卢布 韩元 人次 户 口 亩 分 级 层 届 期 页 号 路 倍 折 番 张 篇 队 套 艘
    架 批 箱 瓶 组 版 单 门 万吨级 千瓦时 千瓦 度电 兆瓦 升 毫升 打 对 双 副 道 顶 首 幅 笔 股 节 轮 站 代 字
    句 集 枚 桌 盏 根 扇 排 村 县 市 省 国 镇 乡 区 校 胎 床 例 针 剂 车 班 桶 袋 罐 盒 包 筐 亿吨 角 毛 秒钟
    世纪 学时 课时 公升 海里 英里 英尺 英寸 码 马力 平方公里 个 面 尊 粒 趟 遍 尾 朵 列 标箱 标准箱
"""
_CLASSES: dict[str, frozenset[int]] = {}
for _number, _words in enumerate(_ALIKE):
    for _word in _words:
        _CLASSES[_word] = _CLASSES.get(_word, frozenset()) | {_number}
_UNITS = "|".join(
    sorted(
        (re.escape(unit) for unit in {*_MEASURES, *_CLASSES, *_OTHERS.split()} - {"成", "m", "t", "g"}),
        key=len,
        reverse=True,
    )
)
# 成 is a tenth unless it begins another word; a Latin letter unless it begins a longer one.
_UNIT = rf"{_UNITS}|成(?![立功为员果本长熟绩交都年效人品就分群形片了])|[mtg](?![a-z])"

_BOUNDS_BEFORE = {
    ">": "超过|超出|超|逾|多于|高于|大于|突破|不止",
    "<": "不到|不足|少于|低于|小于|接近|将近|近|不满",
    "~": "大约为|大约有|大约|大概|约为|约有|约达|约|差不多",
    "≥": "至少|不少于|不低于|最少|起码",
    "≤": "至多|最多|不超过|不多于|不高于",
}
_BOUNDS_AFTER = {">": "以上|多|余", "<": "以下|以内", "~": "左右|上下"}
_BEFORE = {word: sign for sign, words in _BOUNDS_BEFORE.items() for word in words.split("|")}
_AFTER = {word: sign for sign, words in _BOUNDS_AFTER.items() for word in words.split("|")}
_NOT_ONE = "一(?=[些直起定般样切致旦边面同并线带律贯流体举再度向味])|(?<=[统唯万单同任不])一|(?<=(?<!分)之)一"
_SURNAMES = "伍陆"  # formal numerals that begin a name where they count nothing
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_ASCII = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMERAL = rf"(?:{_ASCII})[十百千万亿]*|(?!{_NOT_ONE})[{_HAN}]+(?:点[{_HAN}]+)?[万亿]*|[俩仨]"
_QUANTITY = re.compile(
    rf"(?P<before>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})?(?:达到|达)?"
    rf"(?P<ordinal>第)?(?P<sign>(?<![\da-z])-(?=\d)|负(?=[\d{_HAN}]))?"
    rf"(?:百分之(?P<percent>{_NUMERAL})|(?P<below>{_NUMERAL})分之(?P<above>{_NUMERAL})|(?P<half>一半|半数|过半"
    rf"|半(?=个|年|天|月|小时|公里))|(?P<numeral>{_NUMERAL}))"
    rf"(?P<some>[多余])?(?P<groups>[万亿]+)?\s*(?P<unit>{_UNIT})?(?P<and_half>半(?P<of>个?小时|月|天)?)?"
    rf"(?P<after>以上|以下|以内|左右|上下|[多余](?![人名位个家次年天]))?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, its unit or measure word ("" where there is none), and its bound.

    The bound says how exact it is: "" for just so, "~", "<", ">", "≤" or "≥".
    """

    value: Fraction
    unit: str = ""
    bound: str = ""
    is_ordinal: bool = False

    def equals(self, other: Quantity) -> bool:
        """Whether both count the same: 1.5亿元 and 15000万元, 12栋 and 十二座."""
        if (self.bound, self.is_ordinal) != (other.bound, other.is_ordinal):
            return False
        mine, others = _MEASURES.get(self.unit), _MEASURES.get(other.unit)
        if mine and others:
            return mine[0] == others[0] and self.value * mine[1] == other.value * others[1]
        return self.value == other.value and is_alike(self.unit, other.unit)

    @property
    def is_counted(self) -> bool:
        """Whether a known unit or measure word follows the number."""
        return bool(self.unit) and not self.is_ordinal

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole."""
        return self.unit in _MEASURES and _MEASURES[self.unit][0] == "share"

    @property
    def is_measure(self) -> bool:
        """Whether the unit measures (米, 元, 小时), and does not count things."""
        return self.unit in _MEASURES

    @property
    def counts_people(self) -> bool:
        """Whether the measure word is one for people."""
        return 0 in _CLASSES.get(self.unit, ())


def is_alike(unit: str, other: str) -> bool:
    """Whether two measure words say the same."""
    return unit == other or bool(_CLASSES.get(unit, frozenset()) & _CLASSES.get(other, frozenset()))


def plain_digits(text: str) -> str:
    """The text with the decimal digits of every script as `0` to `9`.

    Other signs that stand for numbers (², ⑨, Ⅻ, ½) become characters that nothing else is equal to: NFKC would make
    twelve of 1².
    """
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character.isascii() or "\u4e00" <= character <= "\u9fff" or character == "〇":
        return character
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return chr(_PRIVATE + ord(character) % 0x10000) if kind in ("No", "Nl") else character


def quantity_at(text: str, at: int) -> tuple[Quantity, int] | None:
    """The number that begins at a place of a folded text, with the place where it ends; None for none."""
    match = _QUANTITY.match(text, at)
    if match is None or (match[0] in _SURNAMES and _IDEOGRAPH.match(text, match.end())):
        return None
    unit = match["unit"] or ""
    if match["percent"]:
        value, unit = read_number(match["percent"]), "%"
    elif match["below"]:
        below = read_number(match["below"])
        value, unit = (100 * read_number(match["above"]) / below if below else Fraction(0)), "%"
    elif match["half"]:
        value, unit = (Fraction(1, 2), unit) if match["half"] == "半" else (Fraction(50), "%")
    else:
        value = read_number(match["numeral"])
        if not unit and match["numeral"] in ("俩", "仨"):
            unit = "个"
    for group in match["groups"] or "":
        value *= _GROUPS[group]
    if match["and_half"] and unit:
        value += Fraction(1, 2)
        if match["of"]:
            unit = {"月": "个月", "天": "天"}.get(match["of"], "小时")
    bound = _BEFORE.get(match["before"] or "", "") or _AFTER.get(match["some"] or match["after"] or "", "")
    if match["half"] == "过半":
        bound = ">"
    if match["sign"]:
        value = -value
    return Quantity(value, unit, bound, bool(match["ordinal"])), match.end()


def read_number(numeral: str) -> Fraction:
    """The value of a numeral in digits, in Chinese, or in both (3.5万, 一百二十, 二〇二一, 一点五亿, 叁拾)."""
    scale = 1
    while len(numeral) > 1 and numeral[-1] in _GROUPS and not _is_plain_han(numeral):
        scale *= _GROUPS[numeral[-1]]
        numeral = numeral[:-1]
    if numeral[0].isdigit():
        digits = re.match(r"[\d,.]+", numeral)
        assert digits is not None
        value = Fraction(digits[0].replace(",", "").rstrip("."))
        for sign in numeral[digits.end() :]:
            value *= _TENS.get(sign) or _GROUPS[sign]
        return value * scale
    whole, _, decimals = numeral.partition("点")
    value = Fraction(_read_han(whole))
    for place, digit in enumerate(decimals, start=1):
        value += Fraction(_DIGITS.get(digit, 0), 10**place)
    return value * scale


def _is_plain_han(numeral: str) -> bool:
    return not numeral[0].isdigit() and "点" not in numeral


def _read_han(numeral: str) -> int:
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if len(numeral) > 1 and all(sign in _DIGITS for sign in numeral):
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    total = group = 0
    digit: int | None = None
    last = 1
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            last = 10 if digit == 0 else last
        elif sign in _TENS:
            last = _TENS[sign]
            group += (1 if digit is None else digit) * last
            digit = None
        else:
            last = _GROUPS[sign]
            group += digit or 0
            # 三万亿: the group before is multiplied as a whole.
            total = (total + group) * last if sign == "亿" else total + (group or (0 if total else 1)) * last
            group, digit = 0, None
    # 一百二 is 120, 三万五 35,000; after 零 a digit counts for itself.
    rest = 0 if digit is None else digit * (last // 10 if last >= 100 else 1)
    return total + group + rest
