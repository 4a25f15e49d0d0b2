"""What may be left out of a sentence without making something else of what is left.

Each rule knows forms that are harmless; what has none of them may not be left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.generation import vocabulary as words
from qa.generation.predicates import begins_predicate, held_back, predicate_at, shares_the_stage, starts_anew
from qa.generation.thesaurus import ACTS
from qa.generation.tokens import Token
from qa.generation.turns import AGENT, COPULA
from qa.query.names import people_in

_LONGEST_CALLING = 9  # tokens of an office before a name
_LONGEST_LISTED = 4  # tokens
_LONGEST_MODIFIER, _LONGEST_ADJUNCT = 3, 8  # tokens
_OCCASION_ENDS = words.word_set("时 后 途中 期间 之后 之际")
_PERMITS = words.word_set("批准 同意 获批 通过 许可 审批 验收 申请 支持 允许")
_HELD_BACK = words.word_set("可 可以 将 计划 预计 必须 应该 须 需要 才 要 如果 若 准备 有望 争取")
_AT_A_PLACE = words.word_set("在 于 到 赴 从 自 往")
_PROVINCES = words.word_set("""
    北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州
    云南 陕西 甘肃 青海
    台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 美国 英国 法国 德国 日本 韩国 俄罗斯 印度 巴西 意大利 西班牙 加拿大
    澳大利亚
""")
_LARGER_PLACES = (*_PROVINCES, *"省市县区州国镇乡")
_GOES_ON = words.word_set(
    "同比 增长 下降 其中 占 比 并 还 也 共 已 将 又 均 都 由 被 不 没有 有 是 获得 涉及 投入 参加 担任"
)
_COMPARES = words.word_set("同比 增长 下降 占 比 其中")
_MEASURED = words.word_set("时 期 额 价 龄 距 长度 面积 高度 宽 度 重 量 命 投入 容 深 资金 积")
_RANKS = words.word_set("副 前 原 代")  # with the office, they are left out before a name
_CANONICAL = ACTS - words.word_set("""
    可以 需要 应该 允许 不 共 约 占 工程 公司 教师 学生 医生 民警 消防员 警方 公司 居民 农民 父亲 母亲 妻子 丈夫 女儿
    工人 村民 市民 老人 小孩 志愿者 乘客 游客 商户 店主 老板 火灾 洪水 干旱 地点 时间 日期 门票 种类 退休 老师
""")
# What may be done to the one who has the title; other words of acts stand in the names of offices (交通运输局局长).
_DONE_TO_PEOPLE = words.word_set("""
    打败 不敌 救出 逮捕 反对 支持 拒绝 访问 会见 率领 帮助 要求 允许 禁止 批准 罚款 判处 打 告 杀 撞 骗 追 找 请 选 咬
    替 派 送 问 见 陪 劝 谢 救 抓 捕 举报 起诉 控告 表彰 任命 免去 聘请
""")
_PRESENTS = words.word_set("发生 举办 举行 有 出现 爆发 建立 设立 成立 推出 引进 开办 新建")
_SETTING_ENDS = words.word_set("中 上 里 时 后 期间 间")
_KINDS_OF_BODIES = ("企业", "单位", "机构", "组织", "品牌", "商家", "院校")  # stand before a name and say what it is of
_BODIES = words.word_set("公司 集团 银行 学院 医院 大学 中学 小学 法院 协会 中心")
_WITHIN = words.word_set("中 里 上 内 期间")
_STARTS = words.word_set("从 自 由")
# Bodies whose name may stand before that of a part of theirs (县医院心内科).
_BODY_ENDS = "局院校馆厂站所园社会司心团部港场学"
_AGAINST_A_PLAN = words.word_set("比计划 比原计划 比原定计划 比预定计划 比原定 比预计")
_MOVED_IN_TIME = words.word_set("提前 推迟")
_CHANGES = words.word_set("调 提 增长 增 升 涨 下降 减 降 改为 改 扩大 扩 缩小 缩")
_AT_A_PRICE = words.word_set("以 按 按照")
_NAMED_BY_QUOTES = "店厂馆司村船楼桥社团队牌园寺庙舰车机院坊号"
_HIM = words.word_set("他 她")
# Who finds out that something is so says that it is: 水文站测得流速为每秒2.6米.
_FACTIVE = ("测得", "查明", "证实", "确认", "表明", "得知", "获悉", "了解到", "监测到", "观测到")
_LEADS = _HIM | {"新"}
_MADE_ANEW = words.word_set("推 推出 建立 建设 建成 增 增加 开 开办 招 引 引进 添 设 购买 种植")
_NOW = words.word_set("目前 现 已 已经 当天 当日 随后 此后 先后 最终 每年 每月 每天")
_HAVING = words.HAS | {"有"}
_AFTER_A_TIME = words.word_set("后 之后 内 以后")
_MODALS = words.word_set("可以 需要 应该 必须")
_MONEY = words.word_set("资金 费用 人民币 积蓄 现金")
_FOR = words.word_set("帮 帮助 替")
_EACH = words.word_set("分别 各 各自 一起")
_TOGETHER = words.word_set("共同 联合 携手 联手 联名 合力 合作")
_PERSON_ENDS = "者员生民人手师工兵童属众"
_PLACE_ENDS = "省市县区镇乡村"
DONE = words.word_set("了 已 已经 过")


def may_begin(gap: Sequence[Token], following: Token, told: Sequence[Sequence[Token]]) -> bool:
    """Whether the beginning of a clause may be left out.

    After the first clause, only what is no subject of its own: else the clause before would lend it another one.
    """
    core = _core(gap)
    if not core:
        return True
    if _is_title(gap, following) and not _has_hedge(gap, but=_RANKS):
        return True
    of = max((at for at, token in enumerate(gap[:-1]) if token.text == "的"), default=-1)
    if of > 0 and gap[0].text not in words.PREPOSITIONS | AGENT and _is_title(gap[of + 1 :], following):
        return True  # 最先发现木船的司机张三: whatever is said of a person before the name
    # 由两村合并而成的小学: what ends with 的 says of what it stands before how that came about.
    led = words.word_set("由") if gap[-1].text == "的" else frozenset[str]()
    if _has_hedge(gap, but=led):
        return False
    named = _core(gap[max((at + 1 for at, token in enumerate(gap) if token.text == "的"), default=0) :])
    if not told and said_as(gap).endswith(_FACTIVE) and not any(token.text in DONE for token in core):
        return True
    if said_as(core).endswith(_KINDS_OF_BODIES) and not _has_done(core) and not _is_all_counts(core[:1]):
        return True  # 本地餐饮企业味丰公司
    if following.opens_quote and core[-1].text[-1] in _NAMED_BY_QUOTES and not _has_done(named):
        return True
    if not told and all(token.text in words.PRONOUNS for token in core):
        return True
    setting = max((at for at, token in enumerate(gap[:-1]) if token.text in _SETTING_ENDS), default=-1)
    if setting >= 0 and _is_title(gap[setting + 1 :], following):
        return True
    if gap[-1].text == "的" or gap[0].text in words.PREPOSITIONS or _is_all_counts(core):
        return True
    if gap[-1].text in _SETTING_ENDS or _is_title(gap, following):
        return True
    listed = max((at for at, token in enumerate(gap) if token.text == "、"), default=-1)
    if not told and listed >= 0 and _is_title(gap[listed + 1 :] or gap, following):
        return True  # 安桂枝的徒弟、大学生温婷婷
    if not told and (gap[-1].text in words.CONJUNCTIONS or gap[-1].text in words.SPEECH):
        return True
    if not told and _is_calling(gap) and not any(token.text == "的" for token in gap):
        return True
    if len(core) > 1 and core[-1].quantity and core[-1].quantity.is_ordinal:
        core = core[:-1]  # 白塘村第六届梨花节
    if "".join(token.text for token in core) in _PROVINCES:
        return True
    if core[-1].text[-1] in _PLACE_ENDS and len(core) <= 5 and not core[0].quantity:
        return True
    if (
        not told
        and core[-1].text[-1] in _BODY_ENDS
        and len(core) <= 10
        and not any(token.quantity and token.quantity.is_counted for token in core)
    ):
        return not any(token.text in _CANONICAL or token.text in DONE for token in core)
    if told and len(core) == 1 and core[0].text in words.HAS:
        return True
    # The subject was said in a clause before.
    return any(_says_first(clause, core) for clause in told)


def said_as(tokens: Sequence[Token]) -> str:
    """The words as they are written one after the other."""
    return "".join(token.text for token in tokens)


def _says_first(clause: Sequence[Token], core: Sequence[Token]) -> bool:
    said = [token for token in clause if not token.moment and token.text not in words.INSERTABLE]
    return len(core) <= len(said) and all(mine.says(theirs) for mine, theirs in zip(core, said, strict=False))


def may_end(gap: Sequence[Token], window: Sequence[Token], places: Sequence[int], *, is_named: bool) -> bool:
    """Whether the end of a clause may be left out; `is_named`: what is left says who or what something is."""
    core = _core(gap)
    if not core:
        return True
    if _has_hedge(gap) or gap[0].text in ("的", "地", "得"):
        return False
    last = window[places[-1]]
    if gap[0].text in words.ENDS_A_PHRASE or (gap[0].moment and is_named) or last.text in words.SPEECH:
        return True
    if _is_all_counts(core):
        return last.text != "完成"
    adjoins = len(places) > 1 and places[-2] == places[-1] - 1
    return bool(last.quantity and last.quantity.is_counted and not last.quantity.counts_people and adjoins)


def may_be_left_out(gap: Sequence[Token], window: Sequence[Token], place: int, following: int) -> bool:
    """Whether words between two others of a clause may be left out."""
    core = _core(gap)
    if not core:
        return True
    if _is_title(gap, window[following], after=window[place]) and not _has_hedge(gap, but=_RANKS):
        return True
    said = "".join(token.text for token in gap)
    ahead = window[max(0, place - _LONGEST_ADJUNCT) : place + 1]
    if said in _WITHIN and (any(token.text == "在" for token in ahead) or _is_a_while(window[place])):
        return True  # 在半决赛中被淘汰: 半决赛被淘汰; 三年里跑了9个村
    if said in _MONEY and window[following].quantity:
        return True
    changes = window[following].text in _CHANGES and any(token.quantity for token in gap)
    if changes and gap[0].text in _STARTS and not _has_hedge(gap[1:], but=words.word_set("每")):
        return True  # 由2.4元调整为2.85元
    if said in _AGAINST_A_PLAN and window[following].text in _MOVED_IN_TIME:
        return True
    if _has_hedge(gap, but=words.word_set("每") if gap[0].text in _AT_A_PRICE else frozenset()):
        return False
    clause = [token.text for token in window if token.clause == window[place].clause]
    if gap[-1].text == "等" and window[following].quantity:
        return gap[0].text not in words.CONJUNCTIONS  # 书法、摄影等14门课程: all that is named, or nothing
    is_list = gap[0].text in words.CONJUNCTIONS or gap[-1].text in words.CONJUNCTIONS
    if is_list:
        # 24支代表队、312名运动员: each has its own count.
        ends = gap[-1].text in words.CONJUNCTIONS and gap[0].quantity and gap[0].quantity.is_counted
        own = ends and window[following].quantity
        summed = "共" in clause and any(token.quantity for token in window) and not own
        together = any("".join(clause[at : at + 2]) in _TOGETHER for at in range(len(clause)))
        shares = not _EACH.isdisjoint(clause) or summed or together
        return not shares and not any(token.text == "的" for token in gap)
    if gap[-1].text == "的":
        return gap[0].text != "的"
    if (
        gap[-1].text == "地"
        and len(gap) <= 3
        and gap[0].text not in words.TITLES
        and window[following].text in words.SPEECH
    ):
        return True  # 高兴地说
    if gap[-1].text in _SETTING_ENDS and "".join(token.text for token in gap[-2:]) in words.OCCASIONS:
        return True
    led = next(
        (token for token in gap if token.text not in words.DROPPABLE or token.text in words.PREPOSITIONS), gap[0]
    )
    if "".join(token.text for token in gap) == "要" and any("每" in token.text for token in window):
        return True
    if led.text in words.PREPOSITIONS or led.text in _FOR:
        return not (window[following].quantity and led.text in _STARTS)
    if _is_all_counts(core) or _is_adjunct(gap, window):
        return True
    if gap[0].text in ("的", "地", "得"):
        return False
    if _says_which(core) and not window[following].quantity and _is_behind_verb(window, place):
        return True
    if _says_which(core) and (_names_somebody(window[following : following + 6]) or _is_of_a_place(gap, window, place)):
        return True
    counted = window[place].quantity
    if not (counted and counted.is_counted and not counted.is_measure):
        return False
    return _says_which(core) or (counted.counts_people and len(core) <= 4 and core[-1].text[-1] in _PERSON_ENDS)


def _is_a_while(token: Token) -> bool:
    return bool(token.quantity and token.quantity.unit in ("年", "个月", "天", "周", "个小时", "小时"))


def _says_which(core: Sequence[Token]) -> bool:
    """Whether words before a name or a noun can only say more of it: a few, without a verb, a count or a list."""
    if len(core) > _LONGEST_MODIFIER or any(token.quantity or token.text in words.CONJUNCTIONS for token in core):
        return False
    return not any(predicate_at(core, at) or token.text == "的" for at, token in enumerate(core))


def _is_behind_verb(window: Sequence[Token], place: int) -> bool:
    """Whether a word is or follows the verb of its clause, so that what comes next is what is done to whom."""
    start = next((at for at in range(place + 1) if window[at].clause == window[place].clause), place)
    verb = next((at for at in range(start + 1, place + 1) if _is_verb(window, at)), None)
    return verb is not None


def _is_verb(window: Sequence[Token], at: int) -> bool:
    length = predicate_at(window, at)
    said = "".join(token.text for token in window[at : at + length])
    return length > 0 and len(said) > 1 and said not in words.HEDGES | words.SPEECH | _MODALS


def _is_of_a_place(gap: Sequence[Token], window: Sequence[Token], place: int) -> bool:
    """Whether words are the larger place that a smaller one lies in (在福建厦门)."""
    return window[place].text in _AT_A_PLACE and "".join(token.text for token in gap).endswith(_LARGER_PLACES)


def _is_adjunct(gap: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether words only say on what occasion (清淤时, 下班途中在车站), and nothing is made to depend on it."""
    rest = [token for token in gap if not token.moment and token.text not in words.DROPPABLE - _SETTING_ENDS]
    if any(token.text in _HELD_BACK for token in window) or any(token.quantity for token in rest):
        return False
    while rest:
        if rest[0].text in words.PREPOSITIONS:
            return True
        end = next((at for at, token in enumerate(rest[:_LONGEST_ADJUNCT]) if token.text in _OCCASION_ENDS), 0)
        if not end or not predicate_at(rest, 0) or any(token.text in _PERMITS for token in rest[:end]):
            return False
        rest = rest[end + 1 :]
    return True


def may_join(window: Sequence[Token], place: int, following: int, places: Sequence[int] = ()) -> bool:
    """Whether a subject may be joined with what a later clause says of it; `places` are those that a clause has."""
    rest = [token for token in window[place + 1 : following] if token.clause < window[following].clause]
    lead = [token for token in window[place + 1 : following] if token.clause == window[following].clause]
    led = _LEADS if window[following].text in _MADE_ANEW else _HIM
    if any(token.text not in led for token in _core(lead)) or any(token.text == "共" for token in lead):
        return False
    if any(token.text in _HIM for token in lead) and not _is_only_person(window, place, following):
        return False
    if _clause_is_introduced(window, place) or _names_somebody(window[following : following + 8]):
        return False
    # 净利润3亿元，增长11%: what grows is what was counted right before, and nothing else goes on after a count alone.
    said_of = [token for token in rest if token.clause == window[place].clause]
    if window[following].text in _COMPARES:
        if not all(token.quantity for token in _core(said_of)):
            return False
    elif said_of and said_of[0].quantity and not _is_of_time(said_of) and not _is_listed(window, place, following):
        return False
    if rest and (rest[0].text in ("的", *words.CONJUNCTIONS)):
        return False
    # 李四被张三打败，屈居亚军: what stands right before 被 is the subject of both.
    turned = rest[1:] if rest and rest[0].text in AGENT else rest
    if any(token.text in words.SPEECH or token.text in AGENT or token.text in words.UNVOUCHED for token in turned):
        return False
    starts = [
        next((one for one in said if not one.moment and one.text not in _NOW), said[0])
        for number in range(window[place].clause + 1, window[following].clause)
        if (said := [token for token in rest if token.clause == number])
    ]
    # Another matter may be spoken of by then (营业收入8亿元，净利润3亿元，增长11%), but not after its measures alone.
    compares = window[following].text in _COMPARES or window[following].quantity
    for token in starts:
        clause = [one for one in rest if one.clause == token.clause]
        goes_on = token.text in _GOES_ON or begins_predicate(clause)
        if not goes_on and (compares or not (_is_measure(clause) or _is_one_more(clause, window))):
            return False
    skipped = [token for token in rest if token.clause > window[place].clause]
    resumed = "".join(token.text for token in window[following : following + 4]).lstrip("曾")
    if _people_in(skipped) or _begins_with_person(resumed):
        return False
    first = [token for token in window if token.clause == window[place].clause]
    later = [token for token in window if token.clause == window[following].clause]
    kept = {id(window[at]) for at in places}
    if not starts_anew(later) and not _is_measure(later) and any(id(token) not in kept for token in held_back(first)):
        return False
    return not shares_the_stage(first) or window[following].text in _COMPARES


def _people_in(tokens: Sequence[Token]) -> list[str]:
    """The people whom words name; a name does not begin within a word (学习剪纸 names no 习剪纸)."""
    said = ["," if token.quantity else token.text for token in tokens]
    starts = {sum(map(len, said[:at])) for at in range(len(said))}
    text = "".join(said)
    return [name for name in people_in(text) if any(text.startswith(name, start) for start in starts)]


def _is_only_person(window: Sequence[Token], place: int, following: int) -> bool:
    """Whether a pronoun before a word can mean only whoever is named right before another (乔世昌今年71岁，他把……)."""
    said = "".join("," if token.quantity else token.text for token in window[place + 1 : following])
    if people_in(said) or _names_somebody(window[place + 1 : following]):
        return False
    return any(
        window[at].text in words.SURNAMES and len(window[at].text) == 1 for at in (place - 1, place - 2) if at >= 0
    )


def _is_one_more(clause: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether a clause is a later count of a list of things (有瓷碗53件、铜钱200多枚), and no other's."""
    before = [token for token in window if token.clause == clause[0].clause - 1]
    counts = bool(before and before[-1].quantity and clause[-1].quantity and clause[-1].quantity.is_counted)
    said = "".join(token.text for token in clause[:-1])
    return counts and len(clause) <= _LONGEST_LISTED and not said.endswith((*_BODY_ENDS, *_PLACE_ENDS, *words.TITLES))


def _has_done(core: Sequence[Token]) -> bool:
    return any(token.text in _CANONICAL or token.text in _DONE_TO_PEOPLE or token.text in DONE for token in core[:-1])


def _is_of_time(phrase: Sequence[Token]) -> bool:
    """Whether a phrase says how long after or within what something was done (38分钟后扑灭)."""
    return len(phrase) > 2 and phrase[1].text in _AFTER_A_TIME


def _is_listed(window: Sequence[Token], place: int, following: int) -> bool:
    """Whether a count is a later one of a list of what there is (共有24支代表队、312名运动员)."""
    last = window[following]
    is_list = all(token.clause in (window[place].clause, last.clause) for token in window[place : following + 1])
    return is_list and window[place].text in _HAVING and last.quantity is not None and last.quantity.is_counted


def presents(begun: Sequence[Token], window: Sequence[Token], places: Sequence[int]) -> bool:
    """Whether a clause says that something happened, of which the next one speaks (发生滑坡，造成……)."""
    resumed = next((at for at in places if window[at].clause > window[places[0]].clause), None)
    if resumed is None or not any(token.text in _PRESENTS for token in begun) or _has_hedge(begun):
        return False
    return all(at in places for at in range(places[0], resumed) if window[at].clause == window[places[0]].clause)


def _is_measure(clause: Sequence[Token]) -> bool:
    """Whether a clause gives a measure of what was spoken of (全长120米, 总投资21亿元)."""
    core = _core(clause)
    return len(core) > 1 and bool(core[-1].quantity) and (core[-2].text in _MEASURED or core[0].text == "设")


def _begins_with_person(text: str) -> bool:
    return any(text.startswith(name) for name in people_in(text))


def _core(gap: Sequence[Token]) -> list[Token]:
    """What is left out, without the words that always may be."""
    return [token for token in gap if token.text not in words.DROPPABLE and not token.in_brackets and not token.moment]


def is_idle(gap: Sequence[Token]) -> bool:
    """Whether words may be left out anywhere."""
    return not _core(gap)


def _has_hedge(gap: Sequence[Token], *, but: frozenset[str] = frozenset()) -> bool:
    """Whether words that are left out doubt, limit or deny what is left, or say on what condition it holds."""
    said = "".join(token.text for token in gap)
    if any(condition in said for condition in words.ON_CONDITION):
        return True
    return any(token.text in words.HEDGES - but for token in gap if not token.in_brackets)


def _is_all_counts(core: Sequence[Token]) -> bool:
    return all(
        token.quantity is not None
        and token.quantity.is_counted
        and not token.quantity.is_share
        and not token.quantity.bound
        for token in core
    )


def _is_title(gap: Sequence[Token], following: Token, *, after: Token | None = None) -> bool:
    """Whether this is the office or calling before a name; `after` is the word that it stands behind."""
    if following.text[0] not in words.SURNAMES or gap[0].text == "的":
        return False
    if gap[0].quantity and gap[0].quantity.unit == "岁" and len(gap) > 1:
        gap = gap[2 if gap[1].text == "的" else 1 :]
        if not gap:
            return True
    # 由当时的省交通厅工程师梁启文: only behind such a word can nobody else have the 的.
    is_led = after is not None and after.text in AGENT | words.PREPOSITIONS | COPULA
    return _is_calling(gap, longest=2 * _LONGEST_CALLING if is_led else _LONGEST_CALLING)


def _is_calling(gap: Sequence[Token], *, longest: int = _LONGEST_CALLING) -> bool:
    core = _core(gap)
    said = "".join(token.text for token in core)
    title = max((title for title in words.TITLES if said.endswith(title)), key=len, default="")
    if not title or len(core) > longest:
        return False
    office = list(core)
    while office and len(title) > len(said) - len("".join(token.text for token in office)):
        office.pop()
    owner = max((at for at, token in enumerate(gap) if token.text == "的"), default=-1)
    if owner >= 0:
        # 陶可欣的父亲: the 的 stands right before the calling.
        if longest == _LONGEST_CALLING and len(_core(gap[owner:])) != len(core) - len(office):
            return False
    elif len(gap) > 3 and len(gap[0].text) == 1 and gap[0].text in words.SURNAMES and not _is_of_a_body(gap):
        # What begins with a name may say what its bearer did to the one with the title.
        return False
    acts = any(token.text in _DONE_TO_PEOPLE or token.text in DONE for token in office)
    counts = any(token.text in words.CONJUNCTIONS or (token.quantity and token.quantity.is_counted) for token in gap)
    return not acts and not counts and (owner >= 0 or not people_in("".join(token.text for token in office) + "〇"))


def _is_of_a_body(gap: Sequence[Token]) -> bool:
    """Whether an office begins with the body that it is of (凌波公司人力总监), and says nothing that was done."""
    bodies = [at for at, token in enumerate(gap) if token.text in _BODIES]
    return bool(bodies) and not any(predicate_at(gap, at) for at in range(len(gap)))


def _clause_is_introduced(window: Sequence[Token], place: int) -> bool:
    """Whether a colon stands before a clause: what follows later may be said of whoever stands before the colon."""
    return any(token.after_colon for token in window if token.clause == window[place].clause)


def _names_somebody(clause: Sequence[Token]) -> bool:
    """Whether a clause begins with somebody of its own, by calling and name (县长祝红梅)."""
    if clause[0].text in AGENT | words.PREPOSITIONS:
        return False
    return any(
        place and following.text[0] in words.SURNAMES and "".join(t.text for t in clause[:place]).endswith(words.TITLES)
        for place, following in enumerate(clause)
    )
