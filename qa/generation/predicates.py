"""Where what is said of a subject begins: the verbs, adverbs and prepositions with which a predicate may begin.

The list is of words that reports use as verbs far oftener than as the beginning of a name. A word that is missing
leaves a clause without a known subject, and then nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from qa.generation import vocabulary as words
from qa.generation.tokens import Token, tokens_of
from qa.query.names import people_in

_LONGEST = 5  # tokens of one word
_ADVERBS = """
    已 已经 将 将于 正 正在 还 还要 还将 也 又 都 均 并 并且 仍 仍然 仍在 依然 一直 曾 曾经 不 不再 没有 没 未 尚未
    从未
    再次 多次 首次 第一次 最终 立即 随即 当场 当庭 连夜 连续 先后 陆续 纷纷 主动 免费 共 一共 总共 累计 只 仅 才 就 便
    可 可以 能 能够 会 应 应当 必须 需 需要 须 不得 禁止 拟 计划 打算 准备 预计 有望 争取 力争 继续 独自 共同 联合
    分别
    每天 每年 每月 每周 平均 目前 现 现已 至今 亲手 亲自 全部 全 大约 约 经常 常常 总是 重新 成功 顺利 正式 安全 率先
    有 是 在 由 被 把 从 自 因 因为 按 按照 对 与 为 用 以 向 给 比 较
"""
_VERBS = """
    获得 取得 赢得 夺得 获 夺冠 获奖 得到 拿下 拿到 摘得 打败 击败 战胜 不敌 险胜 完胜 输给 淘汰 晋级 入选 当选 落选
    入围
    打进 打入 攻入 射入 射中 领先 落后 排名 排在 位居 位列 位于 处于 地处 坐落于 毗邻 紧邻 临近 靠近 通往 通向 直达
    连接
    占 占地 占据 建成 建有 新建 扩建 改建 修建 兴建 建造 重建 修复 修好 修缮 改造 改为 改成 变成 变为 成为 成立 组建
    创办 创立
    设立 设有 设 设置 内设 开设 增设 开办 举办 举行 召开 开幕 闭幕 落幕 开工 动工 竣工 完工 完成 通车 通水 通电 通气
    投用
    投产 启用 启动 开业 开张 停业 歇业 关闭 关停 停产 停工 停运 停渡 停用 停电 停水 恢复 复工 复课 开学 放假 毕业
    毕业于 就读
    保留 保存 保护 保持 维持 维护 维修 修理 更换 替换 安装 装上 拆除 拆掉 清理 清除 清淤 打扫 清扫 铺设 铺 架设 栽下
    栽种 种植
    种 种下 种了 养 养殖 饲养 收割 收获 收购 采购 购买 购置 买 买下 卖 卖出 卖掉 卖完 售出 出售 销售 出租 租 租用
    租下 承包
    承建 承办 主办 协办 经营 从事 负责 负担 承担 分担 分摊 捐 捐出 捐款 捐资 捐赠 捐给 资助 补贴 补助 奖励 奖给 支付
    付出 缴纳
    交纳 交 交给 交了 退还 退回 归还 返还 偿还 赔偿 赔付 赔 拨款 拨付 拨出 出资 投资 投入 投了 耗资 花费 花 花了
    用去 用了 用时
    耗时 历时 历经 需要 需 缺少 缺乏 缺 差 剩 剩下 只剩 收费 收取 收到 收下 收回 收走 收 领取 领到 领走 接到 接收
    接受 接待
    接诊 收治 救治 治疗 治好 抢救 救出 救起 救援 搜救 搜寻 寻找 找到 找回 发现 挖出 出土 捡到 拾到 丢失 丢了 遗失
    偷走 盗窃
    骗取 诈骗 抓获 逮捕 拘留 判处 起诉 上诉 控告 举报 投诉 受理 审理 开庭 宣判 驳回 撤回 撤销 撤诉 认罪 认定 指控
    查获 查处
    查封 没收 处罚 罚款 警告 通报 公布 发布 宣布 公开 披露 说 表示 介绍 透露 指出 强调 提醒 要求 呼吁 建议 承诺 答应
    答复 回应
    同意 赞成 支持 反对 不同意 拒绝 谢绝 否认 承认 确认 证实 担心 希望 认为 觉得 相信 反映 报告 反馈 参加 参与 出席
    缺席 到场
    到任 上任 就任 离任 卸任 退休 辞职 调任 担任 出任 兼任 任 当 做 做了 作了 主持 率领 带领 带队 组织 邀请 聘请
    任命 选举
    推选 派 派出 派遣 派来 请来 安排 委托 组成 包括 包含 含有 拥有 具备 具有 配备 配有 携带 带着 载有 装有 装着 写有
    刻有 印有
    容纳 可容纳 能容纳 存放 储存 供应 提供 供给 发放 发给 分发 送 送到 送给 送去 送往 送来 寄来 寄给 运到 运往 运送
    转移 转运
    疏散 撤离 撤到 搬到 搬迁 迁到 迁往 移交 转交 交付 移送 移至 返回 回到 回来 来到 来自 前往 赶到 赶往 赶来 到达
    抵达 到访 访问
    出发 启程 离开 离去 进入 走进 走出 走上 进驻 入驻 入住 住在 居住 住 生活 生于 出生 去世 逝世 死亡 遇难 受伤 失踪
    失联
    迷路 溺水 中毒 昏迷 醒来 住院 出院 康复 患 患有 感染 确诊 怀孕 结婚 离婚 发生 出现 爆发 遭遇 遭到 遭受 遭 遇到
    遇上 面临
    造成 导致 引发 引起 影响 冲毁 冲垮 淹没 毁坏 损坏 损失 破坏 烧毁 倒塌 坍塌 起火 着火 爆炸 泄漏 漏水 扑灭 熄灭
    减产 增产
    增长 增加 上升 提高 提升 上涨 扩大 下降 减少 下跌 降低 缩短 缩小 下滑 减半 翻倍 翻番 超过 超出 突破 达到 达 不足
    不到 低于
    高于 相当于 等于 约合 合计 总计 创 创下 刷新 打破 创造 实现 解决 缓解 改善 满足 符合 违反 触犯 突出 推出 推广
    推进 推动 采用
    使用 运用 利用 引进 引入 研发 研制 设计 制作 制造 生产 加工 出版 印 印刷 首印 上架 播出 开播 上映 展出 展示 陈列
    演出 表演
    上演 演唱 演奏 拍摄 录制 编写 撰写 翻译 写 写了 写下 写成 画 画了 读 学会 学习 学完 考上 考入 考取 报名 报了
    招收 招聘 招
    录取 录用 聘用 裁员 解雇 辞退 分配 分到 分得 分为 分成 分布 属于 隶属于 归 归属 涉及 涵盖 覆盖 针对 围绕 适用于
    服务于
    用于 用来 作为 成长 长大 继承 传给 传承 传授 教 教了 教会 指导 培训 培养 训练 训练了 锻炼 合作 签约 签订 签署
    签下 达成
    谈成 协商 商定 讨论 研究 论证 评审 评为 评选 评出 授予 颁发 颁奖 表彰 表扬 批评 感谢 祝贺 慰问 看望 探望 陪伴
    照顾 照料 救助
    帮助 协助 配合 应对 防止 避免 预防 抵御 抗击 抗议 罢工 游行 集会 悼念 纪念 庆祝 欢迎 迎接 迎来 送别 告别 会见
    会谈 会晤
    谈到 谈及 提到 提出 提交 提供 提请 通过 批准 获批 审批 审议 同意 否决 落实 执行 实施 施行 生效 失效 到期 截止
    持续 延续
    持续到 延长 延期 推迟 提前 取消 暂停 中止 终止 停止 结束 开始 开展 展开 进行 参观 游览 游玩 旅游 观看 收看 收听
    观察 观测
    观测到 检测 监测 测量 统计 调查 检查 排查 巡查 巡逻 值班 值守 驻守 看守 守护 坚守 坚持 努力 挂在 摆在 放在 停在
    建在 设在
    选址 定在 定于 定为 举报 开出 开通 开放 开进 驶入 驶出 驶离 撞上 撞倒 相撞 侧翻 坠毁 坠落 坠入 跌落 摔伤 扭伤
    打伤 咬伤
    飞往 飞抵 飞回 起飞 降落 登陆 登顶 登上 攀登 跑完 跑进 走完 骑行 行驶 航行 停靠 靠港 卸下 装载 载 运行 运营 运转
    投运 发电
    发射 升空 入轨 对接 返航 着陆 采访 报道 刊登 刊发 讲述 讲解 讲 讲了 讲课 授课 教书 上课 听课 放羊 摆渡 耕种 灌溉
    施工 作业
    加班 轮班 上班 下班 打工 创业 就业 失业 脱贫 致富 增收 盈利 亏损 赚 净赚 亏 分红 领养 收养 抚养 赡养 供养 凑够
    凑齐 攒下 积攒
    募集 筹集 筹资 筹得 集资 募捐 义卖 义诊 拍卖 中标 招标 投标 流标 竞拍 拍得 成交 议价 压价 涨价 降价 打折 促销
    囤积 采摘
    试运行 试营业 满载 归来 连任 蝉联 卫冕 捧杯 夺魁 折桂 垫底 弃权 退赛 参赛 参展 参选 参军 入伍 退伍 服役 退役
    入党 入团
    出动 现有 建有 内设 配有 备有 拿 拿出 放 放下 打 打造 开 开了 关 建 修 修了 找 救 帮 等 请 查 追 抢 抢收 抢修
    抢险 捕捞 打捞 蹲守 值勤 执勤
    巡护 看护 护送 陪护 义务 自费 自筹 自愿 动员 号召 宣传 普及 辅导 答题 排练 表达 呈现 展现 体现 反应出 显示 表明
    说明 意味着 预示 属 归还 寄
    寄出 收治 接种 注射 服用 手术 切除 移植 输血 献血 捐献 报废 回收 利用 处理 处置 加工 储备 存 存入 取出 兑换 贷款
    借款 借 借了 欠 还清
    脱贫 摘帽 落户 安家 定居 移居 搬家 装修 粉刷 油漆 种下 浇水 施肥 除草 收割 晾晒 烘干 脱粒 播种 插秧 育苗 嫁接
    修剪 授粉 挂果 丰收 歉收
    受灾 受损 受困 被困 滞留 停飞 停航 停课 停止 停 绕行 限行 封闭 封路 管制 疏通 分流 拥堵 堵塞 追尾 肇事 逃逸 自首
    投案 落网 归案 移送
    位居 名列 跻身 升为 升至 升到 降为 降至 降到 提到 提至 调整为 调至 上调 下调 改善 加宽 拓宽 加固 加高 加装 架起
    搭建 搭起
"""
# Behind these a word names somebody or something and says nothing: 投资方, 收购商, 运动员, 管理处, 生产线.
_NAME_ENDS = words.word_set("工程 公司 费用 资金 面积 数量 学校 小学 中学 学院 基地 中心 小组 计划 方案") | frozenset(
    "方员者商区局处所队社部额量率费价款厂店站院家组机期线点物品证权师民长室馆台办委司式性型力度法案板器"
)


@cache
def _predicates() -> frozenset[str]:
    listed = f"{_ADVERBS} {_VERBS}".split()
    return frozenset("".join(token.text for token in tokens_of(word, None)) for word in listed)


# Single characters that begin a predicate wherever they stand apart from a word; of others, only before 了 or a count.
_ALONE = words.word_set(
    "是 有 在 由 被 把 将 已 还 也 又 不 没有 并 仍 曾 只 仅 从 因为 共 可以 约 就 才 对 向 与 为 以 于 给 用"
)
_HOLDS_AN_OBJECT = words.word_set("把 被 向 给")
_OF_PLACE = words.word_set("在 从 自")
_SETTING_ENDS = words.word_set("上 中 里 下 时 后 间 内 前 期间 之后 之前 以来 看来")
_LONGEST_PLACE = 8  # tokens
_LED_BY = words.word_set("在 由 从 自 因为 因 按 对 与 为 用 以 向 给 比 较 把 将 于 被")


def predicate_at(tokens: Sequence[Token], at: int) -> int:
    """How many tokens from a place make a word that begins a predicate; 0 for none."""
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        taken = tokens[at : at + length]
        if any(token.quantity or token.moment or token.clause != tokens[at].clause for token in taken):
            continue
        said = "".join(token.text for token in taken)
        if said not in _predicates():
            continue
        following = tokens[at + length] if at + length < len(tokens) else None
        if following and (following.clause != tokens[at].clause):
            following = None
        if len(said) > 1:
            return 0 if following and _names_something(following) else length
        counts = following and (following.quantity or following.text in ("了", "过", "到"))
        return length if said in _ALONE or counts else 0
    return 0


def _names_something(following: Token) -> bool:
    if following.quantity or following.moment:
        return False
    return following.text in _NAME_ENDS or (len(following.text) > 1 and following.text.endswith(words.TITLES))


def begins_predicate(clause: Sequence[Token]) -> bool:
    """Whether a clause has no subject of its own: a verb or an adverb is its first word."""
    said = [token for token in clause if not token.moment and token.text not in _PASSED_OVER]
    if not said:
        return False
    if said[0].text not in _LED_BY:
        return predicate_at(said, 0) > 0
    # 在学校教书: behind the phrase stands a verb, and nobody who could be its subject.
    if said[0].text in _HOLDS_AN_OBJECT:
        return any(predicate_at(said, at) for at in range(2, len(said)))
    if said[0].text not in _OF_PLACE:
        return False
    verb = next((at for at in range(2, len(said)) if predicate_at(said, at)), None)
    led = said[1:verb] if verb else []
    if not led or len(led) > _LONGEST_PLACE or any(token.text in _SETTING_ENDS for token in led):
        return False
    return not people_in("".join("," if token.quantity else token.text for token in led) + "，")


def _behind_relative(clause: Sequence[Token], verb: int) -> int:
    """Where the predicate begins, if a verb is part of what is said of the subject (他们设计的机器人能分拣)."""
    if clause[verb].moment:
        return verb
    of = next(
        (at for at in range(verb + 1, min(verb + _LONGEST_RELATIVE, len(clause))) if clause[at].text == "的"), None
    )
    if of is None:
        return verb
    later = range(of + 2, len(clause))
    return next((at for at in later if clause[at].moment or predicate_at(clause, at)), verb)


_LONGEST_RELATIVE = 6  # tokens
_DOERS = (
    "村",
    "镇",
    "县",
    "市",
    "区",
    "省",
    "厂",
    "校",
    "院",
    "馆",
    "公司",
    "队",
    "家",
    "户",
    "们",
    "员",
    "工人",
    "学生",
    "教师",
    "居民",
    "村民",
    "农民",
    "老人",
)
_PASSED_OVER = words.word_set(
    "目前 现 当天 当日 当晚 随后 此后 之后 最终 最后 便 就 则 于是 并 并且 而 而且 但 但是 同时 此外 另外 还 也 又 其中"
)


def subject_of(clause: Sequence[Token]) -> list[Token]:
    """The words before the predicate of a clause, without times; none where it has no subject or no known predicate."""
    start = next((at for at, token in enumerate(clause) if not token.moment), 0)
    if clause and begins_predicate(clause):
        return []
    for at in range(start + 1, len(clause)):
        acts = clause[at].text in _predicates() and clause[at - 1].text.endswith(_DOERS)
        if clause[at].moment or predicate_at(clause, at) or acts:
            return list(clause[start : _behind_relative(clause, at)])
    return []


# What holds for a whole chain of predicates where it stands before the first (将裁员，关闭三家工厂).
_HELD_BACK = words.word_set("""
    将 可能 拟 计划 准备 预计 有望 希望 建议 要求 争取 力争 可以 会 应该 必须 需要 要 未来 考虑 试图 申请 打算 承诺
    同意 决定 允许 呼吁 提议 倡议
    不 没有 不会 无法 拒绝 禁止 从未 不再 避免 防止 放弃 停止 取消 暂停
    每天 每年 每月 每周 曾 若 如果 只 仅 部分 个别 多数 少数
""")
_NEGATES = words.word_set("不 没有 不会 无法 拒绝 禁止 从未 不再 避免 防止 放弃 停止 取消 暂停")
_STARTS_ANEW = words.word_set(
    "便 就 则 于是 而 但 但是 却 已 已经 随后 此后 后来 最终 最后 目前 现 没有 不 仍 仍然 不会 将 计划 预计 可以 也 还"
)


def held_back(clause: Sequence[Token]) -> list[Token]:
    """The words of a clause, before its first verb or as it, that hold back, count or deny what is said."""
    start = next(
        (at for at, one in enumerate(clause) if one.text in _HELD_BACK or predicate_at(clause, at)), len(clause)
    )
    found: list[Token] = []
    at = start
    while at < len(clause):
        length = predicate_at(clause, at) or 1
        said = "".join(token.text for token in clause[at : at + length])
        if said in _HELD_BACK:
            found += clause[at : at + length]
        elif at > start + 4 or said in ("了", "过"):
            break
        at += length
    return found


def negates(held: Sequence[Token]) -> bool:
    """Whether words that hold back say that something is not."""
    return any(token.text in _NEGATES for token in held)


def starts_anew(clause: Sequence[Token]) -> bool:
    """Whether a clause has its own words for whether and when, or is told as done, so that none before it count."""
    said = [token for token in clause if not token.moment]
    if any(token.text in ("了", "过") for token in said[1:4]):
        return True
    return bool(said) and said[0].text in _STARTS_ANEW


# Of whom the next clause may speak as well: of the one who is sent, asked or met.
_SHARES_THE_STAGE = words.word_set("""
    聘请 邀请 任命 选举 推选 派 派出 派遣 请 让 使 令 叫 委托 安排 组织 调 聘 选 看到 看见 听到 得知 认为 觉得 相信
    目睹 记得 遇到 遇上 碰到
    见到 告诉 允许 批准 鼓励 动员 吸引 指导 培训 命 责成 号召 引导 收养 领养 娶 嫁
""")
_LONGEST_STAGED = 2  # tokens of one of these words
_THERE_IS = words.word_set("""
    有 拥有 设有 现有 发生 出现 生 成立 建立 推出 引进 捡到 挖出 发现 收到 接到 买下 购买 购置 购进 买 购 养
""")


def shares_the_stage(clause: Sequence[Token]) -> bool:
    """Whether a clause brings in somebody or something of whom the next one may speak (邀请专家, 有一个儿子)."""
    said = [token for token in clause if not token.moment]
    for at in range(len(said)):
        for length in range(1, _LONGEST_STAGED + 1):
            word = "".join(token.text for token in said[at : at + length])
            if word in _SHARES_THE_STAGE and (length > 1 or predicate_at(said, at)):
                return True
            if word in _THERE_IS and any(_is_one_or_people(token) for token in said[at + length :]):
                return True
    return False


def _is_one_or_people(token: Token) -> bool:
    count = token.quantity
    return bool(count and not count.is_ordinal and (count.value == 1 or count.counts_people))
