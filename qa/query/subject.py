"""What a question is about: the words before its predicate (某镇那座老桥 of 某镇那座老桥哪年修的)."""

from __future__ import annotations

import re

from qa.query.names import people_in

_POLITE = re.compile(r"^(?:请问|你好|您好|想问一?下|我想知道|那么?|对了|比较一?下?)[，,\s]*")
_ASKED = re.compile(
    r"(?:(?<!现)在|[是于由从被给叫为]|一?共|分别|都|各)*(?:什么时候|什么时间|什么地方|什么人|为什么|为何|何时|何地|何处|谁|哪|多少|多[久长高大远重宽深]|(?<![这那好])几(?![乎家何]|天前)|怎么|怎样"
    r"|如何|什么|是不是|有没有|能不能|是否)"
)
_ENDS_ASKING = re.compile(r"(?:了|的|过)*(?:吗|呢|吧|没有?)?[？?。.！!\s]*$")
# What says something of the subject begins here; what stands in it as a description ends with 的.
_PREDICATE = re.compile(
    r"(?<=[\u4e00-\u9fff”》」]{2})(?:(?:最后|最终|实际|现在|目前|后来|当时|一共|已经|当天|这次|今年|去年|明年|每年|每天|最多|最远|至少|到现在|原先|起初|打算|准备|计划|预计)+"
    r"|是(?!的)|在(?![校职线])|有(?![关限])|于(?!是)|为(?!止)|由(?!于)|被|把|将|从|给|到(?!期)|对|向|让|叫|去(?![年世])|来(?![自源历])(?=$|[了过])|要|能(?![源力])|想|又|还|都|也|只"
    r"|举行|举办|召开|运送|布置|出现|达到|达成|接待|抓获|安排|使用|修建|种植|捐赠|救出|转移|疏散|提供|购买|销售|收获|启动|发布|公布|要求|升到|开展|成立|建成|启用|开通|通车|登陆|出舱|出动|发生|获得|获评|得到|拿到|担任|当选|主持|位于|播到|播出|宣布"
    r"|入选|涉及|负责|覆盖|需要|承包|(?<!总)投资|设计|提出|完成|增长|下降|流行|组织|参加|(?:一共|总共|共)"
    # One character is a verb where something shows it.
    r"|[拿得当说讲写送捐发种养卖买花用收招住修建盖办开停拆配派查罚判偷救教学做干坐走跑飞打选评出掏伤死装运放开拍读受挨炸领搞骗借找抓捞遭躲换改清缴撞淹摔丢毁赔退租管挖画贴跳堵塌漏坏裂断沉响烧](?=[了过着到出完好]|$)|(?<!合)唱(?=[了过着到出完好]|$))"
)
# 央行加息多少, 洪水遇难几人: a verb of two characters right before the number that is asked for.
_VERB_OF_CHANGE = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})[加增减升降涨跌收签卖买运送接发遇抓救查拨投捐产获确感种养打赢输用花新][\u4e00-\u9fff]了?$"
    r"(?<![区县市镇村院站者员人队会局所校店厂家户国路])"
)
_NAMES_IT = 4  # characters of what stands before a pause and is the subject of what follows
_TRAILING = re.compile(r"(?:[的了是在有和与跟被由从给把都共又]|一共|分别|当时|现在|最后|已经|最多|各)+$")
_AFTER = re.compile(r"^[的了过是]*")


def subject_of(question: str) -> str:
    """The words that say what a question is about; "" where it begins with what it asks (谁当选了…)."""
    text = _POLITE.sub("", " ".join(question.split()))
    title, colon, _ = text.partition("：")
    if colon and title:
        return title
    text = re.sub(r"^除了[^，]+，", "", text)
    first, pause, _ = text.partition("，")
    if pause and len(first) >= _NAMES_IT and not _ASKED.search(first):
        return first
    text = text.split("，")[-1] if _ASKED.search(text.split("，")[-1]) and len(text.split("，")[-1]) > 8 else text
    match = _ASKED.search(text)
    before = text[: match.start()] if match else _ENDS_ASKING.sub("", text)
    before = before.strip(" ，,、：:")
    place = _said_at(before)
    if match is None and place < 0:
        named = people_in(before)
        return named[0] if named else before
    if place < 0 and match and match[0].startswith(("多少", "几")) and (verb := _VERB_OF_CHANGE.search(before)):
        place = verb.start()
    if place < 0 and len(before) > _NAMES_IT and before[-1] in "了过":
        before = before[:-3]  # a verb is mostly of two characters
    subject = _TRAILING.sub("", before[:place] if place >= 0 else before).strip(" ，,、")
    return subject if len(subject) >= 2 else ""


def _said_at(text: str) -> int:
    """Where the predicate begins: behind the last 的 that ends a description; -1 where there is none."""
    for match in _PREDICATE.finditer(text):
        # 开往山里的班车: what is said here describes the noun behind 的.
        if "的" not in text[match.end() : -1] or text.rstrip("的了") != text:
            return match.start()
    return -1
