"""Classes of words by which a sentence is held against a text: which say the same, and which may come or go.

What stands in no class must be said by both. So a word that is missing here costs a true sentence its reference, and
never gives one to a false sentence.
"""

from __future__ import annotations

from embeddings import SURNAMES_WHERE_NAMES_STAND


def word_set(text: str) -> frozenset[str]:
    """The words of a text that are set apart by spaces."""
    return frozenset(text.split())


# Words that are one unit, so that no part of them is taken for another word.
WHOLE = word_set("""
    由此 主场 客场 赛后 赛前 会后 事后 自由 理由 缘由 来由 高级 高中 高校 高铁 金牌 党委 党员 马上 任何 万一
    白天 石油 黄金 向导 水利 农业 农村 林业 牧业 渔业 车间 车站 安全 文化
    常务 常委 管理 鲁迅 花卉 池塘 路桥 柴油 时任 游泳 章程 冷库 淹没 埋没 没收 出没 沉没 覆没 以前 以后 以来
    作为 所幸 幸好 好在 起诉 控告 表彰 任命 聘请 举报
    获悉 被告 原告 虚拟 模拟 草拟 拟定 将军 将领 将士 小将 老将 名将 健将 不断 不仅 不但 不过 不久 不少 不同 不足 无锡
    无线 无人机 未来 没收 非常 非洲 分别 各自 部分 如果 反对 否认 其中 以及 没有 记者 报道 消息 方面 进行 已经
    正在 成功 顺利 正式 全面 圆满 隆重 根据 通过 随着 按照 经过 为了 因为 关于 对于 由于 当天 当日 近日 日前
    上半年 下半年 年初 年底 月底 年底前 月底前 一季度 二季度 三季度 四季度 第一季度 第二季度 第三季度 第四季度
    上午 下午 凌晨 中午 傍晚 周一 周二 周三 周四 周五 周六 周日 星期一 星期二 星期三 星期四 星期五 星期六
    星期日 这次 此次 本次 设有 拥有 现有 建有 内设 配有 备有 首个 首例 首座 首家 首位 首条 带着 随同 陪同 陪着
    趁着 凭借 依靠 乘坐 沿着 冒着 顶着 围绕 针对 利用 经由 朝着 最近 截至目前 截至 至今 此前 此后 随后 之后 之前
    同时 此外 另外 现场 第一 第二 第三 唯一 统一 一些
    一直 一起 一定 一般 一样 一切 一旦 一边 一面 一同 万一 之一 任何 每年 每月 每天 计划 打算 准备 预计 有望
    定于 定在 同年 同月 途中 之际 反应 占地 占地面积 占据 学院 学校 小学 中学 大学 责任 准确 精准 标准 水准 准时
    准则 准入 基准 传人 传统 传承 传播 传递 传授 传达
    传说 传奇 传媒 传真 传感器 传染 传染病 流传 遗传 代表 代表队 代表团 时代 年代 现代 现代化 当代 古代 后代 世代
    代价 代码 代言 取代
    交代 近代 朝代 原料 原则 原创 原始 原油 原材料 原地 高原 平原 草原 中原 太原 原子 原址 原理 原木 前往 前锋 前身
    前景 前线 前沿
    前期 前列 前后 前进 前提 前台 前者 眼前 面前 门前 半岛 半导体 半山 半决赛 半程 半夜 别墅 级别 类别 区别 性别
    识别 告别 送别
    鉴别 辨别 未成年人 未成年 未婚 非遗 非物质 是非 无人 无障碍 无害化 最佳 最美 最高人民法院 最低生活保障 转让 出让
    代替 替补 替换
    称号 名称 职称 对称 称赞 称重 称呼 判决 判断 谈判 审判 批判 裁判员 均值 均价 均衡 人均 户均 日均 月均
    接替 船只 假期 假日 假山 请假 放假 寒假 暑假 休假 度假 度假村 疑问 质疑 免疫 免税 减免 免检 莫斯科 校长 队长
    镇长 乡长 村长 院长
    可能 也许 或许 大概 力争 争取 副市长 副区长 副县长 副主任 副书记 副校长 副局长 副院长 副所长 副经理
    副总经理 副会长 副队长 副教授 自己 本人 双方 他们 她们 它们 积极 认真 大力 持续 迅速 及时 主动 先后 十分
    特别 更加 进一步 陆续 纷纷 仍然 依然 仅仅 只有 草案 初稿 意见稿 征求意见稿 讨论稿 提案 议案 预案 除夕 除去
""")

# Of the writer's own, without a claim: they may stand in a sentence without being in the text.
INSERTABLE = word_set("""
    当天 当日 的 了 着 过 是 在 于 有 其中 共 也 并 且 并且 而 则 就 便 该 此 这 那 这个 这些 为 已 已经 达 达到
    进行 对
    这种 这类 此类 该类
    这次 此次 本次 这项 这座 这家 这所 这条 这场 这届 这位 这名 这艘 这起 该项 该起 向 同时 此外 另外 据 根据 所
    担任 方面 以 地 得 他 她 它 他们 她们 它们 目前 因此 来
""")
# May be left out of what the text says.
DROPPABLE = word_set("""
    由此 主场 客场 赛后 赛前 会后 事后 所幸 幸好 好在 的 了 着 过 地 得 也 都 均 就 便 还 又 并 且 并且 而 则 却
    但 但是 因此 于是 同时 此外 另外 其中 目前 已
    已经 现 正式 顺利 成功 圆满 隆重 热烈 共 全部 是 有 为 在 于 达 达到 进行 该 这 此 据悉 据了解 据介绍 日前
    近日 上午 下午 凌晨 中午 傍晚 夜间 早上 当天 当日 当晚 当时 上半年 下半年 年初 年底 月底 年底前 月底前
    一季度 二季度 三季度 四季度 第一季度 第二季度 第三季度 第四季度 周一 周二 周三 周四 周五 周六 周日 星期一
    星期二 星期三 星期四 星期五 星期六 星期日 随后 此后 截至 截至目前 现场 特别 十分 非常 更加 进一步 积极 认真
    大力 不断 持续 迅速 及时 主动 先后 陆续 纷纷 仍然 依然 说 自己 本人 一起 一同 全县 全市 全区 全省 全国 全镇
    全乡 全村 全校 来 去 同一天 同日 事先 特意 专门 当即 立即 随即 立刻 这项 这座 这家 这所 这条 这场 这届 这次 这位
    这名 这艘 这起 该项 该起 此次 整体 如期 按时 按期 同比 所 最终 最后 终于 今后 其
""")
HALVES = word_set("上半年 下半年 一季度 二季度 三季度 四季度 第一季度 第二季度 第三季度 第四季度")  # of a year
# Of these, somebody who says 说 of them says nothing else.
SAYING = word_set("说 强调 宣布 认为 提醒")
SPEECH = word_set("说 提醒 认为 强调 宣布 建议 呼吁 要求 承诺")
# A text that says one of these of a thing, or before it, does not say the thing itself.
HEDGES = word_set("""
    不 不是 没有 没 未 无 非 别 莫 勿 免 否认 反对 拒绝 禁止 取消 停止 可能 或许 也许 大概 或 或者 还是 疑似 涉嫌
    据传 网传 谣 谣言 传言 传闻 谎称 声称 自称 假 冒充 拟 计划 打算 准备 预计 有望 将 希望 建议 呼吁 要求 争取
    力争 如果 若 假如 倘若 一旦 除非 只要 几乎 险些 差点 部分 个别 少数 多数 半 副 前 原 代 准 曾 曾经 所谓
    试图 企图 申请 提议 倡议 讨论 是否 目标 担心 怀疑 误传 传 猜测 预测 除了 除 之外 以外 缺席 放弃 推迟 避免
    防止 无法 不会 不能 最 唯一 首次 仅 仅仅 只 只有 分别 各 各自 每 每年 每月 每天 平均 被 把 由 让 替 未来
    万一 假设 梦想 名义 以为 误以为 差一点 原本 本来 原定 此前 之前 幸免 疑
""")
# A later clause with one of these takes back what stands before it.
TAKEN_BACK = (
    "谣言",
    "不实",
    "虚假",
    "失实",
    "子虚乌有",
    "误传",
    "辟谣",
    "并非事实",
    "不属实",
    "纯属",
    "系误",
    "有误",
    "否认了",
    "假消息",
)
# A clause of a condition, or of saying that does not vouch for what is said.
UNVOUCHED = word_set("""
    如果 若 假如 倘若 一旦 除非 只要 万一 假设 谣 谣言 传言 传闻 据传 网传 误传 传 谎称 声称 自称 否认 怀疑
    担心 希望 建议 呼吁 要求 猜测 预测 预计 目标 计划 打算 以为 误以为 梦想 是否 草案 初稿 意见稿 征求意见稿
    讨论稿 提案
    议案 预案
""")
EXCEPTS, ADDS = word_set("除 除了 除去"), word_set("还 也 又 另")
ON_CONDITION = ("前提下", "条件下", "情况下", "情形下", "的话")
PREPOSITIONS = word_set("""
    作为
    带着 带领 随 随着 随同 陪同 陪着 趁着 凭借 依靠 乘坐 沿着 冒着 顶着 围绕 针对 利用 通过 经由 朝着
    在 于 从 自 据 为 为了 对 向 比 较 按 按照 经 经过 以 随着 根据 通过 与 跟 同 和 给 因 因为 关于 对于 用
""")
CONJUNCTIONS = word_set("、 和 与 及 以及 并 或 暨")
TITLES = (
    "长",
    "主任",
    "书记",
    "被告",
    "原告",
    "青年",
    "人",
    "主席",
    "总理",
    "总统",
    "教授",
    "记者",
    "经理",
    "董事",
    "工程师",
    "选手",
    "运动员",
    "队员",
    "教练",
    "老师",
    "教师",
    "医生",
    "民警",
    "委员",
    "代表",
    "居民",
    "村民",
    "市民",
    "专家",
    "院士",
    "博士",
    "小将",
    "父亲",
    "母亲",
    "儿子",
    "女儿",
    "妻子",
    "丈夫",
    "手",
    "员",
    "师",
    "生",
    "民",
    "者",
    "工",
    "主",
    "商",
    "家",
    "匠",
    "徒",
    "星",
    "客",
    "官",
    "兵",
    "护士",
    "战士",
    "司机",
    "领队",
    "干部",
    "秘书",
    "女士",
    "先生",
    "老人",
    "男子",
    "女子",
    "孩子",
    "主管",
    "总监",
    "裁判",
    "编辑",
    "冠军",
    "亚军",
    "季军",
    "夫妇",
    "邻居",
    "同事",
    "老板",
    "朋友",
    "同学",
    "弟弟",
    "哥哥",
    "姐姐",
    "妹妹",
    "爷爷",
    "奶奶",
    "孙子",
    "孙女",
    "徒弟",
    "弟子",
    "外孙",
    "老伴",
    "女婿",
    "搭档",
    "队友",
    "助手",
    "师傅",
    "导师",
    "学徒",
    "射手",
    "门将",
    "少年",
    "儿媳",
    "组长",
    "总裁",
    "总编",
    "助理",
    "顾问",
    "导演",
    "常委",
    "政委",
    "会计",
    "保安",
    "主播",
    "主持",
    "编剧",
    "督导",
)
# Besides the commonest, surnames that begin a name after a title.
_MORE_SURNAMES = "祁桑米明邢施焦聂詹游章鲁时植柴褚花伍麦娄荣瞿臧尉封岳邸师苟支凤晁应边扈阴郁宗巫路池乐苍令牧冷侍鹿"
_MORE_SURNAMES += (
    "茅仇鄢阚栗覃景戈谌郦缪慕佘蔚濮乜咸宦昌郎虞荀嵇糜隗侯宓郗仲伊宫栾戎幸韶郜蓟蒲邰籍赖屠蒙胥闻莘翟贡逄姬堵雍璩冀郏"
)
_MORE_SURNAMES += "浦茹艾庾暨衡弘寇禄阙殳夔厍荆竺逯桓滑甄芮羿汲夏公诸皇"
SURNAMES = SURNAMES_WHERE_NAMES_STAND + _MORE_SURNAMES
PRONOUNS = word_set("他 她 它 他们 她们 它们 其")
# After a noun of a dropped end, these begin something new, so that the noun was whole.
_BEGINS_ANEW = word_set("了 着 过 等 ( 后 时 之后")
ENDS_A_PHRASE = _BEGINS_ANEW | CONJUNCTIONS | PREPOSITIONS | DROPPABLE - {"的", "地", "得"}
# What is said under one of these holds of no more than it names: 没有发现有纪年的漆器 is not 没有发现漆器.
SCOPES = word_set("""
    不 没有 无 无法 不会 禁止 拒绝 首次 唯一 最 只 仅 仅仅 只有 必须 允许 全部 第一 首个 首例 首座 首家 首位 首条
""")
# May begin a clause that has a subject before it, in front of a count: 新馆设座位1100个.
HAS = word_set("具备 具有 配备 设 设有 拥有 现有 建有 内设 配有 备有")
# What a word of a claim may stand for in a text, besides itself.
SAID_BY: dict[str, frozenset[str]] = {
    "说": SAYING,
    "认为": SAYING,
    "强调": SAYING,
    "提醒": SAYING,
    "与": word_set("、 以及 及"),
    "、": word_set("与 以及 及"),
    "以及": word_set("、 与 及"),
    "及": word_set("、 与 以及"),
    "有": HAS,
    "中": word_set("其中"),
    "截至": word_set("到"),
    "将": word_set("定于 定在"),
    "给": word_set("对 向 为"),
    "为": word_set("给 替"),
    "由": word_set("靠"),
    "用": word_set("利用 使用"),
    "利用": word_set("用 使用"),
    "对": word_set("给 向"),
    "向": word_set("给 对"),
}
RULES = word_set("禁止 必须")
# How a phrase ends that says on what occasion: 听证会上, 决赛中.
OCCASIONS = word_set("会上 式上 坛上 赛上 赛中 会中 期间 动中 程中")
WINS, LOSES = "打败", "不敌"
