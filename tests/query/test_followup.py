from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answering.aggregate import read_census
from qa.query.followup import follow_up
from qa.query.times import find_times
from qa.types import Spoken

PARTY = Spoken("李德民的党龄有多少年？", "42年", "李德民介绍,他有42年党龄。", "党员带头")
MEETING = Spoken("谁主持了区委常委会第10次会议？", "李朝锋", "主持人是魏都区委书记李朝锋。", "区委常委会开会")
HOMES = Spoken("建安粮苑在哪个社区？", "瑞金社区", "瑞金社区的建安粮苑里,宋长纪说。", "党支部当家")
COUNT = Spoken("瑞金社区有多少名党员？", "36名", "瑞金社区有36名党员。", "")
BUILT = Spoken("全区一共有几座水库完工？", "3座", "", "")
MISSING = Spoken("山洪失踪多少人？", "4人", "山洪造成4人失踪。", "")
HARVEST = Spoken("早稻的面积有多少？", "12.9亿亩", "秋粮面积预计在12.9亿亩以上。", "早稻增产在望")
RANKED = Spoken("苏炳添跑了第几？", "第六位", "苏炳添跑出9秒98，列第六位。", "")
TALLEST = Spoken("队里谁的个子最高？", "柏青", "队里个子最高的是柏青。", "")
HEAD = Spoken("县中学现在的校长是谁？", "石岩", "石岩去年当上县中学校长。", "")
BRIDGE = Spoken("新桥是谁设计的？", "石大有", "新桥由石大有设计。", "")
MONTH = Spoken("2021年8月粮食收了多少？", "3万吨", "", "")


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (PARTY, "他住在哪里？", "李德民住在哪里？"),
        (PARTY, "她多大年纪了？", "李德民多大年纪了？"),
        (MEETING, "他提了什么要求？", "李朝锋提了什么要求？"),
        (MEETING, "什么时候呢？", "什么时候主持了区委常委会第10次会议？"),
        (MEETING, "在哪里？", "在哪里主持了区委常委会第10次会议？"),
        (HOMES, "那里有多少户？", "瑞金社区有多少户？"),
        (HOMES, "这个社区有几个支部？", "瑞金社区有几个支部？"),
        (HOMES, "那个小区有几栋楼？", "建安粮苑有几栋楼？"),
        (COUNT, "那樊沟社区呢？", "樊沟社区有多少名党员？"),
        (COUNT, "樊沟社区呢", "樊沟社区有多少名党员？"),
        (COUNT, "具体多少？", "瑞金社区具体有多少名党员？"),
        (MONTH, "9月呢？", "9月粮食收了多少？"),
        (PARTY, "那何长成呢？", "何长成的党龄有多少年？"),
        (HOMES, "这件事是谁报道的？", "党支部当家是谁报道的？"),
        (BUILT, "造价呢？", "全区水库的造价是多少？"),
        (BUILT, "奖金呢？", "全区水库的奖金是多少？"),
        (COUNT, "群众呢？", "瑞金社区有多少名群众？"),
        (PARTY, "何长成的呢？", "何长成的党龄有多少年？"),
        (RANKED, "谢震业的呢", "谢震业跑了第几？"),
        (TALLEST, "最矮的呢", "队里谁的个子最矮？"),
        (BRIDGE, "那老桥呢，拆不拆", "老桥拆不拆"),
        (HEAD, "那以前那个校长呢", "县中学以前的校长是谁？"),
        (HEAD, "前面那个为什么不干了", "县中学校长的前任为什么不干了？"),
    ],
)
def test_what_leans_on_the_question_before_is_filled_in(before: Spoken, question: str, meant: str) -> None:
    found = follow_up(question, before)
    assert found is not None
    assert found.question == meant
    assert found.is_sure


@pytest.mark.parametrize(
    ("turns", "question", "meant"),
    [
        ((HARVEST, PARTY), "他住在哪里？", "李德民住在哪里？"),
        ((HARVEST, HOMES), "这个社区有几个支部？", "瑞金社区有几个支部？"),
        ((PARTY, HOMES), "那里有多少户？", "瑞金社区有多少户？"),
        ((COUNT, MEETING, PARTY), "他提了什么要求？", "李朝锋提了什么要求？"),
    ],
)
def test_a_pronoun_reaches_back_over_a_turn_it_cannot_mean(
    turns: tuple[Spoken, ...], question: str, meant: str
) -> None:
    found = follow_up(question, *turns)
    assert found is not None
    assert found.question == meant


SCHOOL = Spoken("青禾工业学校的校长是哪位？", "冯大明", "", "")
TOWER = Spoken("青禾镇哪座塔被拆了？", "望月塔", "", "")
THIEVES = Spoken("河东派出所抓到的是哪两个人？", "刘某某、李某", "", "")
CANAL = Spoken("青禾县东渠现在收费多少？", "30元", "", "")
CADRE = Spoken("牺牲的干部熊大川多大年纪？", "36岁", "", "")
HEAD = Spoken("青禾区现任区长是谁？", "左大川", "", "")
LESSON = Spoken("给老人讲课的杨大杰是哪家单位的？", "青禾县医院", "", "")
NAP = Spoken("毛阿婆一觉睡了多久？", "六个小时", "", "")


@pytest.mark.parametrize(
    ("turns", "question", "meant"),
    [
        ((TOWER,), "它什么时候拆的？", "望月塔什么时候拆的？"),
        ((TOWER,), "那座塔有多高？", "望月塔有多高？"),
        ((SCHOOL,), "他们学校有几个老师？", "青禾工业学校有几个老师？"),
        ((THIEVES,), "他俩偷了什么？", "刘某某、李某偷了什么？"),
        ((CANAL,), "西渠呢", "青禾县西渠现在收费多少？"),
        ((CANAL,), "问错了，我要问的是西渠", "青禾县西渠现在收费多少？"),
        ((CADRE,), "那孩子呢？", "牺牲的干部熊大川的孩子多大年纪？"),
        ((HEAD,), "书记呢？", "青禾区现任书记是谁？"),
        ((NAP, LESSON), "再说回杨大杰，他多大年纪？", "杨大杰多大年纪？"),
        ((NAP, CANAL, LESSON), "最开始问的那位是哪年来的？", "杨大杰是哪年来的？"),
        ((NAP, TOWER), "说回那座塔，是哪年建的？", "望月塔是哪年建的？"),
    ],
)
def test_what_is_spoken_of_is_found_by_what_it_is(turns: tuple[Spoken, ...], question: str, meant: str) -> None:
    found = follow_up(question, *turns)
    assert found is not None
    assert (found.question, found.is_sure) == (meant, True)


def test_what_follows_a_question_on_the_archive_stands_alone() -> None:
    assert follow_up("渡口的渡船票价多少？", Spoken("本期有哪些国际新闻？")) is None


def test_where_nobody_is_known_by_name_the_article_is_named() -> None:
    found = follow_up("有几个孩子？", Spoken("她为什么走得慢？", "伤了脚", "她伤了脚。", "渡口的扫地人"))
    assert found is not None
    assert (found.question, found.is_sure) == ("渡口的扫地人：有几个孩子？", False)


def test_a_short_question_that_names_nothing_is_asked_with_the_last_subject_and_alone() -> None:
    found = follow_up("院长拿了多少回扣？", CANAL)
    assert found is not None
    assert (found.question, found.is_sure) == ("青禾县东渠，院长拿了多少回扣？", False)
    assert follow_up("石榴渡的渡船哪年停航的？", CANAL) is None


@pytest.mark.parametrize("question", ["还有呢？", "还有吗", "还有哪些？", "另外还有谁？", "除此之外呢？"])
def test_more_is_asked_of_the_same(question: str) -> None:
    found = follow_up(question, COUNT)
    assert found is not None
    assert (found.question, found.more) == (COUNT.question, True)


def test_a_question_of_a_number_alone_never_stands_alone() -> None:
    found = follow_up("有多少头？", Spoken("2021年9月江豚在哪里？"))
    assert found is not None
    assert (found.question, found.is_sure) == ("2021年9月江豚有多少头？", True)


@pytest.mark.parametrize("question", ["党龄呢？", "哪年入党的？", "是什么职务？"])
def test_a_question_without_a_subject_is_given_the_last_one(question: str) -> None:
    found = follow_up(question, PARTY)
    assert found is not None
    assert "李德民" in found.question


@pytest.mark.parametrize(
    "question",
    [
        "魏都区部署了哪些营商环境措施？",
        "其他社区的志愿者一共有多少人？",
        "创建全国文明城市的目标是什么时候提出的？",
        "吉他比赛是谁赢的？",
        "其中一个养老服务中心有几张床位？",
        "第26届奥运会在哪里举行？",
    ],
)
def test_a_new_topic_stands_alone(question: str) -> None:
    found = follow_up(question, PARTY)
    assert found is None or not found.is_sure


@pytest.mark.parametrize(
    "question", ["那明天呢？", "明年呢？", "下周呢？", "后天呢？", "今年以后呢？", "那12月31日之后呢？"]
)
def test_a_time_to_come_is_no_error(question: str) -> None:
    assert follow_up(question, MONTH) is not None


WORDS = re.findall(
    r"\S+",
    """
    今天 明天 大前年 去年 三月 13月 31日 0日 上上周 周三 国庆 除夕 元宵 上半年 第四季度 冬天 最近 99 个月 年 前
    以来 之前 以后 到 至 — 5号 2021-13-40 1900年 2099年 几 半 第 期 本期 上期 比较 和 几篇 文章 提到 他 那里 这个
    呢 ？ 谁 多少 还有
    """,
)
DAYS = [date(2024, 2, 29), date(2025, 12, 31)]


@settings(deadline=None)  # holidays of a year are worked out when first asked for
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.sampled_from(DAYS))
def test_no_order_of_words_is_an_error(words: list[str], today: date) -> None:
    text = "".join(words)
    for found in find_times(text, today=today):
        assert 0 <= found.start < found.end <= len(text)
    taken = follow_up(text, MONTH)
    assert taken is None or taken.question
    read_census(text)


def test_a_question_that_points_to_nothing_is_of_what_was_spoken_of_by_guess_alone() -> None:
    before = Spoken("新桥什么时候通车？", "9月13日", "新桥9月13日通车。", "新桥通车")
    guessed = follow_up("月亮上的气温是多少度？", before)
    assert guessed is None or guessed.is_guess
    sure = follow_up("它有多长？", before)
    assert sure is not None
    assert not sure.is_guess


@pytest.mark.parametrize("question", ["王大川哪里人", "陈巧云多大了", "石榴小区几栋楼", "广西几号放假", "“望月”是什么"])
def test_a_question_with_a_subject_of_its_own_is_no_follow_up(question: str) -> None:
    assert follow_up(question, HARVEST) is None


@pytest.mark.parametrize("question", ["小区几栋楼？", "今年多大了？", "道路多长？"])
def test_a_question_with_a_common_noun_still_leans(question: str) -> None:
    assert follow_up(question, HOMES) is not None


def test_another_fate_is_asked_of_the_same_event() -> None:
    found = follow_up("受伤多少人？", MISSING)
    assert found is not None
    assert found.question == "山洪受伤多少人？"


@pytest.mark.parametrize("question", ["后来呢", "那后来怎么样了？", "结果呢？"])
def test_what_came_of_it_is_asked_of_whom_or_what_was_spoken_of(question: str) -> None:
    before = Spoken("粮店老板遭骗了多少钱", "1200元", "老板转出1200元。", "谨防骗局")
    meant = follow_up(question, before)
    assert meant is not None
    assert meant.question == "粮店老板后来怎么样了？"
    assert meant.others == ("谨防骗局：后来怎么样了？",)
    person = follow_up(question, Spoken("周桂英的票数是多少", "2315票", "", "换届"))
    assert person is not None
    assert person.question == "周桂英后来怎么样了？"


def test_why_after_what_came_of_it_has_the_words_of_both() -> None:
    meant = follow_up("为啥子", Spoken("粮店老板后来怎么样了？", "重新开张", "老板三天后重新开张。", "谨防骗局"))
    assert meant is not None
    assert meant.question == "粮店老板后来怎么样了：为什么？"


ROWERS = Spoken("河西村划船队实际划了几趟", "6趟", "划船队实际划了6趟。", "划船队回来了")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("船老大是谁呢", "河西村划船队船老大是谁"),
        ("受伤的鼓手后来呢", "受伤的鼓手后来怎么样了？"),
        ("那老周后来怎么样了", "老周后来怎么样了？"),
    ],
)
def test_a_whole_question_with_a_tone_and_somebodys_later_days_are_no_other_thing(question: str, meant: str) -> None:
    found = follow_up(question, ROWERS)
    assert found is not None
    assert found.question == meant


@pytest.mark.parametrize("question", ["这段时间食堂几点开门", "那段日子去哪儿买菜", "这阵子渡口还开吗"])
def test_a_time_that_is_pointed_at_is_no_thing_spoken_of(question: str) -> None:
    found = follow_up(question, ROWERS)
    assert found is None or ("的段" not in found.question and "的阵" not in found.question)


def test_another_body_may_be_of_another_village() -> None:
    before = Spoken("河西村养鱼合作社今年分了多少钱", "50万元", "河西村养鱼合作社分了50万元。", "分红")
    found = follow_up("养蜂合作社呢", before)
    assert found is not None
    assert (found.question, found.others) == ("河西村养蜂合作社今年分了多少钱", ("养蜂合作社今年分了多少钱",))
    other = follow_up("东山养蜂合作社呢", before)
    assert other is not None
    assert other.question == "东山养蜂合作社今年分了多少钱"


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("原来呢？", Spoken("6月1日起渡船大人票多少钱？", "10元"), "渡船大人票原来多少钱？"),
        ("电话呢", Spoken("陈巧云哪天下午在办公室", "每周三下午"), "陈巧云的电话是多少？"),
        ("那幼儿班一个月多少", Spoken("大班要交多少", "900元", "大班900元。", "招生"), "大班，幼儿班一个月多少"),
        (
            "他徒弟呢，养了几箱",
            Spoken("一斤卖多少", "80元", "今年割蜜1850斤，一斤80元。", "祝有根和他的蜂"),
            "祝有根徒弟养了几箱",
        ),
    ],
)
def test_what_is_asked_of_the_same_thing_is_asked_of_it(question: str, before: Spoken, meant: str) -> None:
    found = follow_up(question, before)
    assert found is not None
    assert found.question == meant


def test_those_that_are_described_are_no_others() -> None:
    found = follow_up("老船长捐的那些日志一共几本", Spoken("台风那晚他儿子在哪里", "码头", "儿子在码头。", "老船长"))
    assert found is None or "儿子" not in found.question
