"""Classes of words by which a sentence is held against a text: which say the same, and which may come or go.

What stands in no class must be said by both. So a word that is missing here costs a true sentence its reference, and
never gives one to a false sentence.
"""

from __future__ import annotations

from embeddings import SURNAMES_WHERE_NAMES_STAND


def word_set(text: str) -> frozenset[str]:
    """The words of a text that are set apart by spaces."""
    return frozenset(text.split())


# Words that say the same in reports, in every sense they have there; the first stands for all.
_SAME = """
增长 增加 上升 提高 提升 上涨 攀升
下降 减少 下跌 降低 下滑 回落
死亡 遇难 身亡 丧生 罹难
受伤 负伤
打败 击败 战胜 力克 击退 胜
不敌 负于 输给 败给 败于
建成 竣工 完工 落成
建设 修建 兴建 建造
开工 动工
完成 做完
开始 启动
举行 举办 召开
投入 花费 耗资 投资 斥资 出资
获得 取得 赢得 夺得 荣获 摘得 拿到 斩获 获
获奖 得奖
说 表示 介绍说 介绍 指出 透露 告诉记者 告诉 谈到 提到 称
反对 不赞成 不同意 不支持
支持 赞成 赞同 同意
超过 逾
捐款 捐资 捐赠 捐献 捐出 捐
参加 参与 出席
担任 出任 任
位于 坐落于 地处 坐落在
设计 设计出
因为 由于 因
因此 所以 因而
目前 现在 眼下 当前 如今
约 大约
学生 同学
教师 老师
居民 住户
农民 农户
儿童 孩子
医生 大夫 医师
警方 公安机关 公安部门
民警 警察 警员
消防员 消防队员 消防救援人员
比赛 赛事
球队 队伍
公司 企业
工程 项目
道路 马路
大桥 桥
汽车 轿车
房屋 房子
费用 经费
资金 款项
价格 售价
面积 占地面积
长度 全长 总长
高度 全高
数量 总数
产量 总产量
收入 营收
亏损 亏
盈利 赢利 获利
出生 生于
去世 逝世 病逝
毕业 毕业于
发生 出现
造成 导致 致使 致
原因 起因
使用 采用 运用
帮助 帮扶
提供 供应
出售 销售 卖出
购买 购置 购入 买
安装 装上
关闭 关停
开放 对外开放
通车 开通
成立 组建 创立 创办
发现 查出
拆除 拆掉
种植 栽种 栽
救出 救起 解救
疏散 转移 撤离
逮捕 抓获 抓捕
判处 判
罚款 处罚款
免费 不收费 无偿
首次 第一次 头一次
每年 年均
同比 比去年同期 比上年同期 较去年同期 较上年同期 比去年 较去年 比上年 较上年
占 占比
共 一共 总共 共计 总计 合计 累计
将 将会 将要 即将 将于
没有 没 并未 未 尚未 未曾 还没有 还没 无 并无
不会 不至于
无法 不能 不可以 未能 没能 没能够 没有能够
不 并不
必须 务必
可以 可 能 能够
需要 需 须
应该 应当 应
允许 准许 准
禁止 严禁 不准 不许 不得
拒绝 回绝
取消 撤销
推迟 延期 延后 推后
提前 提早
继续 接着
全部 所有 全体 都 均 皆
全市 本市 全城
全县 本县 我县
全区 本区
全省 本省
全国 我国
父亲 爸爸
母亲 妈妈
妻子 太太
女儿 闺女
岁 周岁
名叫 叫做 叫
简称 缩写为
上学 入学 读书
开学 复课
学习 学
下午 午后
夜间 夜里 晚上 晚间
早上 清晨 早晨
认为 觉得
要求 责令
公布 发布
批准 获批
签订 签署
访问 到访
会见 会晤 接见
率领 带领 带队
退休 离休
辞职 辞去职务
当选 被选为 入选为
刷新 打破
改为 改成 改建为 改造成 改造为 变为 变成 改名为
没有 没有造成 未造成
缺少 缺乏
损失 损失达
建立 设立 创设
扩大 扩展
缩小 缩减
减半 减少一半
修复 修好 修缮
清理 清除 清走
送到 送往 送至 送达
赶到 赶往 赶赴
返回 回到 返还
离开 离去
居住 住在
上门 登门
帮忙 搭把手
住院 入院
出院 康复出院
治疗 救治 医治
检查 排查 查看
收缴 没收
查封 封存
展出 展示 展览
运送 运输 输送 运往
加入 入伙
宣传 宣讲
种类 品种
村民 乡亲 乡亲们
市民 群众 老百姓 百姓
老人 老年人 长者
小孩 孩童
丈夫 爱人
志愿者 义工 志愿服务者
工人 职工 员工
乘客 旅客
游客 游人
商户 商家
店主 店老板
老板 店家
火灾 起火 失火 着火
洪水 洪灾
干旱 旱灾 旱情
地点 地址
时间 时长
日期 日子
门票 入场券
免交 免缴 免收
缴纳 交纳
补贴 补助 资助
奖励 嘉奖
签约 签订合同 签下合同
投产 投入生产
投用 投入使用 启用 交付使用
开业 开张 开门营业
停业 歇业
休息 歇息
报名 登记报名
冠军 第一名
亚军 第二名
季军 第三名
"""
SAME: dict[str, str] = {}
for _line in _SAME.split("\n"):
    for _word in (_words := _line.split()):
        SAME.setdefault(_word, _words[0])

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
    可能 也许 或许 大概 力争 争取 副市长 副区长 副县长 副主任 副书记 副校长 副局长 副院长 副所长 副经理
    副总经理 副会长 副队长 副教授 自己 本人 双方 他们 她们 它们 积极 认真 大力 持续 迅速 及时 主动 先后 十分
    特别 更加 进一步 陆续 纷纷 仍然 依然 仅仅 只有 草案 初稿 意见稿 征求意见稿 讨论稿 提案 议案 预案 除夕 除去
""")

# Of the writer's own, without a claim: they may stand in a sentence without being in the text.
INSERTABLE = word_set("""
    的 了 着 过 是 在 于 有 其中 共 也 并 且 并且 而 则 就 便 该 此 这 那 这个 这些 为 已 已经 达 达到 进行 对
    这次 此次 本次 向 同时 此外 另外 据 根据 所 担任 方面 以 地 得 他 她 它 他们 她们 它们 目前 因此 来
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
    全乡 全村 全校 来 去 同比 所 最终 最后 终于 今后 其
""")
HALVES = word_set("上半年 下半年 一季度 二季度 三季度 四季度 第一季度 第二季度 第三季度 第四季度")  # of a year
# Of these, somebody who says 说 of them says nothing else.
SAYING = word_set("说 强调 宣布 认为 提醒")
SPEECH = word_set("说 提醒 认为 强调 宣布 建议 呼吁 要求 承诺")
# A text that says one of these of a thing, or before it, does not say the thing itself.
HEDGES = word_set("""
    不 没有 没 未 无 非 别 莫 勿 免 否认 反对 拒绝 禁止 取消 停止 可能 或许 也许 大概 或 或者 还是 疑似 涉嫌
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
)
# Besides the commonest, surnames that begin a name after a title.
_MORE_SURNAMES = "祁桑米明邢施焦聂詹游章鲁时植柴褚花伍麦娄荣瞿臧尉封岳邸师苟支凤晁应边扈阴郁宗巫路池乐苍令牧冷侍鹿"
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
HAS = word_set("设 设有 拥有 现有 建有 内设 配有 备有")
# What a word of a claim may stand for in a text, besides itself.
SAID_BY: dict[str, frozenset[str]] = {
    "说": SAYING,
    "有": HAS,
    "中": word_set("其中"),
    "给": word_set("对 向"),
    "对": word_set("给 向"),
    "向": word_set("给 对"),
}
RULES = word_set("禁止 必须")
# How a phrase ends that says on what occasion: 听证会上, 决赛中.
OCCASIONS = word_set("会上 式上 坛上 赛上 赛中 会中 期间 动中 程中")
WINS, LOSES = "打败", "不敌"
