from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from embeddings import Article, Issue
from qa.generation.grounding import check, shown
from qa.i18n import words
from qa.types import Passage

DATA = Path(__file__).parents[1] / "data"
CLAIMS = DATA / "written_claims.jsonl"
# Told as a person would, without the words of the text beside it.
TOLD_FREELY = DATA / "written_claims_told_freely.jsonl"
# Told in other words altogether; the rules were widened on two thirds of the reports.
IN_OTHER_WORDS = DATA / "written_claims_in_other_words.jsonl"
# As a language model writes that is free in its words: two clauses in one, nouns for verbs, shares for tenths.
AS_MODELS_WRITE = DATA / "written_claims_as_models_write.jsonl"
# As a language model writes that is told to keep to the sentences of the text.
KEPT_TO_THE_TEXT = DATA / "written_claims_kept_to_the_text.jsonl"
# As a language model answers in its own words altogether; no rule was widened on it, and none finds a true one.
AS_ANSWERS = DATA / "written_claims_as_answers.jsonl"
LEAST_OF_THE_TRUE = 0.9
LEAST_OF_THOSE_TOLD_FREELY = 0.8
LEAST_IN_OTHER_WORDS = 0.5
LEAST_AS_MODELS_WRITE = 0.14
LEAST_KEPT_TO_THE_TEXT = 0.6
UNSUPPORTED = words("unsupported")

REPORT = (
    "5月6日，柳河镇有3人死亡、15人受伤，损失1.5亿元。镇长魏强说，大坝不会放水，9月底前修好。副镇长李敏反对涨价。"
    "马跃打败了郭飞，获得冠军。如果下雨，比赛取消。"
)


def passage(text: str, *, day: date = date(2024, 5, 7), title: str = "柳河镇通报") -> Passage:
    issue = Issue("0" * 64, "柳河报", day, "l.txt")
    return Passage(Article("a", issue, title, text, date=day), text, 0, len(text), 1.0)


def is_shown_as_supported(sentence: str, source: Passage) -> bool:
    return any(written.is_supported for written in check(f"{sentence.rstrip('。')}[1]。", [source]))


def claims(truth: str, *, path: Path = CLAIMS) -> list[tuple[Passage, str]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (passage(row["source"], day=date.fromisoformat(row["date"]), title=row["title"]), sentence)
        for row in rows
        for sentence in row[truth]
    ]


def test_no_false_sentence_is_shown_as_supported() -> None:
    false = claims("false")
    assert len(false) >= 75
    assert [sentence for source, sentence in false if is_shown_as_supported(sentence, source)] == []


def test_most_true_sentences_are_shown_as_supported() -> None:
    true = claims("true")
    assert len(true) >= 75
    missed = [sentence for source, sentence in true if not is_shown_as_supported(sentence, source)]
    assert len(missed) <= (1 - LEAST_OF_THE_TRUE) * len(true), missed


def test_what_is_told_freely_is_never_shown_as_supported_where_it_is_false() -> None:
    false = claims("false", path=TOLD_FREELY)
    assert len(false) >= 230
    assert [sentence for source, sentence in false if is_shown_as_supported(sentence, source)] == []


def test_most_of_what_is_told_freely_and_true_is_shown_as_supported() -> None:
    true = claims("true", path=TOLD_FREELY)
    assert len(true) >= 200
    missed = [sentence for source, sentence in true if not is_shown_as_supported(sentence, source)]
    assert len(missed) <= (1 - LEAST_OF_THOSE_TOLD_FREELY) * len(true), missed


def test_what_is_told_in_other_words_is_shown_as_supported_only_where_it_is_true() -> None:
    false, true = claims("false", path=IN_OTHER_WORDS), claims("true", path=IN_OTHER_WORDS)
    assert (len(false), len(true)) == (150, 150)
    assert [sentence for source, sentence in false if is_shown_as_supported(sentence, source)] == []
    missed = [sentence for source, sentence in true if not is_shown_as_supported(sentence, source)]
    assert len(missed) <= (1 - LEAST_IN_OTHER_WORDS) * len(true), missed


@pytest.mark.parametrize(
    ("path", "least", "counts"),
    [(AS_MODELS_WRITE, LEAST_AS_MODELS_WRITE, (160, 160)), (KEPT_TO_THE_TEXT, LEAST_KEPT_TO_THE_TEXT, (30, 40))],
)
def test_what_a_model_writes_is_shown_as_supported_only_where_it_is_true(
    path: Path, least: float, counts: tuple[int, int]
) -> None:
    false, true = claims("false", path=path), claims("true", path=path)
    assert (len(false), len(true)) == counts
    assert [sentence for source, sentence in false if is_shown_as_supported(sentence, source)] == []
    missed = [sentence for source, sentence in true if not is_shown_as_supported(sentence, source)]
    assert len(missed) <= (1 - least) * len(true), missed


def test_no_false_sentence_of_an_answer_in_its_own_words_is_shown_as_supported() -> None:
    false = claims("false", path=AS_ANSWERS)
    assert len(false) == 60
    assert [sentence for source, sentence in false if is_shown_as_supported(sentence, source)] == []


def test_every_sentence_that_is_copied_is_shown_as_supported() -> None:
    sources = {source.text: source for source, _ in claims("true", path=AS_MODELS_WRITE)}.values()
    copied = [(source, f"{part}。") for source in sources for part in source.text.split("。") if part]
    assert len(copied) >= 180
    assert [said for source, said in copied if not is_shown_as_supported(said, source)] == []


@pytest.mark.parametrize(
    ("report", "said"), [("同比增长1.5%", "同比增长15%"), ("气温为-3度", "气温为3度"), ("比分3:5", "比分35")]
)
def test_a_copy_has_the_signs_of_the_numbers(report: str, said: str) -> None:
    assert is_shown_as_supported(report, passage(f"{report}。"))
    assert not is_shown_as_supported(said, passage(f"{report}。"))


@pytest.mark.parametrize(
    ("report", "true", "false"),
    [
        ("堤岸开裂系长期渗水所致", "长期渗水是堤岸开裂的原因", "堤岸开裂是长期渗水的原因"),
        ("产量下降，主要是受倒春寒影响", "受倒春寒影响，产量下降", "受产量下降影响，倒春寒"),
        (
            "专家认为，干旱导致减产，是涨价的主要原因",
            "专家认为，涨价的主要原因是干旱导致减产",
            "专家认为，干旱的主要原因是涨价",
        ),
        ("产值30亿元，同比增长5%，出口8亿元，增长3%", "出口8亿元，同比增长3%", "出口8亿元，环比增长3%"),
        ("销量30台，环比增长5%，产量40台，增长3%", "产量40台，增长3%", "产量40台，同比增长3%"),
        ("办理时限由15天压缩到4天", "办理时限从15天减少到4天", "办理时限从15天增加到4天"),
        ("工程队加固桥墩6座", "工程队对6座桥墩进行了加固", "桥墩对工程队进行了加固"),
        ("票价最高不超过6元", "票价最高6元", "票价最低6元"),
        ("1月出口货物30万吨；进口货物12万吨", "1月进口货物12万吨", "2月进口货物12万吨"),
        ("由省农科院选育的品种“金穗6号”通过审定", "“金穗6号”是省农科院选育的品种", "“金穗6号”是县农科院选育的品种"),
        ("全长910米的白石隧道3月贯通", "白石隧道全长910米", "白石隧道全长3米"),
        ("县一中建成全县第一座天文馆", "县一中建成全县首座天文馆", "县一中建成全省首座天文馆"),
        ("水文站测得流速为每秒3米", "流速为每秒3米", "流速为每秒30米"),
        ("水文站没有测得流速为每秒3米", "水文站没有测得流速为每秒3米", "流速为每秒3米"),
        ("凌江公司总裁沈青川在发布会上说，公司不会裁员", "沈青川说，公司不会裁员", "沈青川说，公司会裁员"),
        ("公司预计年底裁员，关闭三家工厂", "公司预计年底关闭三家工厂", "公司关闭了三家工厂"),
        ("去年冬天湿地退出鱼塘90亩", "去年冬天，湿地退出了90亩鱼塘", "去年夏天，湿地退出了90亩鱼塘"),
        ("过去一年里，系统发布预警17次", "在过去的一年中，系统发布了17次预警", "在过去的两年中，系统发布了17次预警"),
        ("按照计划，新楼将于8月完工", "新楼计划在8月完工", "新楼8月完工"),
        ("工地挖出陶罐九件、铜镜三面", "工地挖出九件陶罐和三面铜镜", "工地挖出三件陶罐和九面铜镜"),
        ("预警不是预报", "预警并不等于预报", "预警就是预报"),
        ("本地餐饮企业味丰公司经营食堂", "味丰公司经营食堂", "食堂经营味丰公司"),
        ("该项目安装风机50台", "该项目安装了50台风机", "该项目安装了15台风机"),
    ],
)
def test_turns_of_phrase_that_say_the_same(report: str, true: str, false: str) -> None:
    source = passage(f"{report}。")
    assert (is_shown_as_supported(true, source), is_shown_as_supported(false, source)) == (True, False)


@pytest.mark.parametrize(
    ("report", "true", "false"),
    [
        ("公司将裁员，关闭三家工厂", "公司将关闭三家工厂", "公司关闭三家工厂"),
        ("公司可能裁员，关闭三家工厂", "公司可能裁员", "公司关闭三家工厂"),
        ("县里邀请专家来校，作了报告", "县里邀请专家来校", "县里作了报告"),
        ("施工队挖出一条木船，长14米", "施工队挖出一条木船", "施工队长14米"),
        ("村里买下一台拖拉机，重3吨", "村里买下一台拖拉机", "村里重3吨"),
        ("学生看到司机摔倒，受伤", "学生看到司机摔倒", "学生受伤"),
        ("工人可能获奖，得到奖金", "工人可能获奖", "他们得到奖金"),
        ("县里拒绝拨款，修建水库", "县里拒绝拨款", "县里修建水库"),
        ("在补贴到位的情况下，河东区改造小区30个", "在补贴到位的情况下，河东区改造小区30个", "河东区改造小区30个"),
        ("历时两年的供水工程8月2日通水", "供水工程历时两年", "供水工程历时8年"),
        ("县二中教师尤小棠在车站捡到手提包", "尤小棠是县二中的教师", "尤小棠是县二中的校长"),
        ("原院长魏长河到场", "魏长河到场", "魏长河是院长"),
        ("医院招收护士20名，其中男护士3名", "男护士占3名", "男护士占20名"),
        ("票价由每张20元调整为30元", "票价调整为每张30元", "票价由每张30元调整为20元"),
        ("老人褚永年腿脚不便，志愿者章小雨每天给他送饭", "章小雨每天给褚永年送饭", "褚永年每天给章小雨送饭"),
    ],
)
def test_what_a_sentence_says_besides(report: str, true: str, false: str) -> None:
    source = passage(f"{report}。")
    assert (is_shown_as_supported(true, source), is_shown_as_supported(false, source)) == (True, False)


@pytest.mark.parametrize(
    ("report", "true", "false"),
    [
        ("县交通运输局局长康启明高兴地说，道路修好了", "康启明说，道路修好了", "县交通运输局说，道路修好了"),
        ("消防员38分钟后扑灭明火，疏散居民47人", "消防员疏散了47名居民", "47名消防员疏散居民"),
        ("伍思远在决赛中以4比2战胜岳凌", "岳凌在决赛中输给了伍思远", "伍思远在决赛中输给了岳凌"),
        ("这次共有24支代表队、312名运动员参加", "这次有312名运动员参加", "这次共有312支代表队参加"),
        ("会上，21名代表中有17人赞成，3人反对", "会上有17名代表赞成", "会上有21名代表赞成"),
        ("首期开设书法、急救等14门课程", "首期开设14门课程", "首期开设书法14门课程"),
        ("商务局对每个站点补贴6000元", "商务局给每个站点补贴6000元", "每个站点给商务局补贴6000元"),
        ("考古所首次发现有纪年的漆器", "考古所首次发现有纪年的漆器", "考古所首次发现漆器"),
        ("工地没有发现有毒的气体", "工地没有发现有毒的气体", "工地没有发现气体"),
        ("交通局要求，货车不得上桥", "货车不得上桥", "货车可以上桥"),
        ("老人乔世昌今年71岁，他把配方传给了外孙女", "乔世昌把配方传给了外孙女", "外孙女把配方传给了乔世昌"),
    ],
)
def test_forms_in_which_people_tell_what_they_read(report: str, true: str, false: str) -> None:
    source = passage(f"{report}。")
    assert (is_shown_as_supported(true, source), is_shown_as_supported(false, source)) == (True, False)


@pytest.mark.parametrize(
    ("report", "true", "false"),
    [
        # What grew is what was counted.
        ("石桥镇今年青茶总产量8吨，同比增长3%。", "青茶总产量同比增长3%", "石桥镇增长3%"),
        # A clause without a subject is said of nobody but whoever its own sentence speaks of.
        (
            "报告认为，越南遭遇干旱，是涨价的主要原因。巴西是产豆大国，以小粒豆为主。",
            "巴西是产豆大国，以小粒豆为主",
            "巴西以小粒豆为主，是涨价的主要原因",
        ),
        # What came when is told in one sentence.
        ("隧道遭遇突水23次。隧道通车后，车程缩短。", "隧道通车后，车程缩短", "隧道通车后，遭遇突水23次"),
        ("市博物馆接收青铜鼎一件、铜镜三面。", "市博物馆接收铜镜三面", "市博物馆接收青铜鼎三面"),
    ],
)
def test_parts_of_several_sentences_are_not_joined_to_another_statement(report: str, true: str, false: str) -> None:
    source = passage(report)
    assert (is_shown_as_supported(true, source), is_shown_as_supported(false, source)) == (True, False)


def test_what_a_headline_puts_at_a_later_time_is_not_done() -> None:
    source = passage("车站站房已经封顶。", title="山阳站年底投用")
    assert not is_shown_as_supported("山阳站已经投入使用", source)


def test_the_whole_of_a_place_is_called_by_its_name_only_where_there_is_one() -> None:
    one = passage("柳河镇镇长发言。全镇捕捞量为5.6万吨。", title="渔业通报")
    two = passage("柳河镇和石桥镇签约。全镇捕捞量为5.6万吨。", title="渔业通报")
    claim = "柳河镇捕捞量为5.6万吨"
    assert (is_shown_as_supported(claim, one), is_shown_as_supported(claim, two)) == (True, False)


def test_a_sentence_of_the_passage_is_borne_out_as_it_stands() -> None:
    sources = {source.text: source for source, _ in claims("true")}.values()
    sentences = [(source, f"{part}。") for source in sources for part in source.text.split("。") if part]
    unsupported = [said for source, said in sentences if not is_shown_as_supported(said, source)]
    # Of what the text takes back (传闻, 不实), only the whole is told.
    assert len(unsupported) <= 0.02 * len(sentences), unsupported


@pytest.mark.parametrize(
    "sentence",
    [
        "柳河镇有三人死亡、十五人受伤",
        "损失15000万元",
        "2024年5月6日，柳河镇有3人死亡",
        "郭飞被马跃打败",
        "马跃战胜郭飞，夺得冠军",
        "郭飞不敌马跃",
        "李敏反对涨价",
        "镇长魏强表示，大坝不会放水",
        "如果下雨，比赛取消",
        "副镇長李敏反對漲價",
        "据报道，李敏反对涨价",
        "5月7日的报道说，李敏反对涨价",
    ],
)
def test_another_form_of_the_same_is_borne_out(sentence: str) -> None:
    assert is_shown_as_supported(sentence, passage(REPORT))


@pytest.mark.parametrize(
    "sentence",
    [
        "15人死亡、3人受伤",
        "柳河镇有九人死亡",
        "柳河镇有叁拾人死亡",
        "柳河镇有俩人死亡",
        "柳河镇有１３人死亡",
        "柳河镇有٩人死亡",
        "柳河镇有③③人死亡",
        "损失1.5亿美元",
        "损失超过1.5亿元",
        "损失1.5亿万元",
        "5月7日，柳河镇有3人死亡",
        "2023年5月6日，柳河镇有3人死亡",
        "大坝会放水",
        "李敏支持涨价",
        "李敏不反对涨价",
        "镇长李敏反对涨价",
        "魏强反对涨价",
        "郭飞打败了马跃",
        "马跃被郭飞打败",
        "郭飞获得冠军",
        "比赛取消",
        "镇长魏强说，大坝不会放水，李敏反对涨价",
        "李敏说，大坝不会放水",
        "大坝9月底后修好",
        "李敏反对涨价，镇长被捕",
        "镇长被捕：李敏反对涨价",
        "镇长被捕……李敏反对涨价",
        "镇长被捕. 李敏反对涨价",
        "镇长被捕<b>李敏反对涨价</b>",
        "The mayor was arrested",
        "昨天的报道说，镇长被捕",
    ],
)
def test_what_the_passage_does_not_say_is_marked(sentence: str) -> None:
    assert not is_shown_as_supported(sentence, passage(REPORT))


def test_a_reference_stands_for_everything_back_to_the_one_before() -> None:
    source = passage(REPORT)
    assert shown(check("损失1.5亿元。李敏反对涨价[1]。", [source])) == "损失1.5亿元。李敏反对涨价。[1]"
    assert not any(written.is_supported for written in check("镇长被捕。李敏反对涨价[1]。", [source]))
    assert not any(written.is_supported for written in check("镇长被捕[1]了，李敏反对涨价。", [source]))


def test_a_mark_that_the_model_writes_itself_is_left_out() -> None:
    assert shown(check("镇长被捕〔原文已证实〕。", [passage(REPORT)])) == f"镇长被捕。{UNSUPPORTED}"


def test_a_pronoun_speaks_of_whoever_was_named_before() -> None:
    source = passage(REPORT)
    after = check("镇长魏强说，大坝不会放水[1]。他反对涨价[1]。", [source])
    assert [written.is_supported for written in after] == [True, False]
    later = passage("老师丁一鸣5月6日到任。他在山区工作了12年。")
    assert is_shown_as_supported("丁一鸣在山区工作了12年", later)


def test_what_is_only_near_is_called_related_in_both_languages() -> None:
    source = passage(REPORT)
    marked = shown(check("马跃打败了郭飞，获得亚军[1]。", [source]), [source])
    assert marked == f"马跃打败了郭飞，获得亚军。{UNSUPPORTED}（相关报道：《柳河镇通报》）"
    assert marked.english.endswith("[not borne out by the bulletin] (related: “柳河镇通报”)")
    assert shown(check("太阳能电池便宜了[1]。", [source]), [source]) == f"太阳能电池便宜了。{UNSUPPORTED}"


def test_a_rumour_is_told_only_with_what_takes_it_back() -> None:
    source = passage("网传水库漏水，水利局称该消息不实。")
    assert not is_shown_as_supported("水库漏水", source)
    assert is_shown_as_supported("网传水库漏水，水利局称该消息不实", source)


def test_a_text_made_to_take_long_is_checked_in_steps_that_do_not_multiply() -> None:
    again = passage("在县城和镇上开会，" * 60)
    assert not any(written.is_supported for written in check("在县城和镇上开会，" * 60 + "镇长被捕[1]。", [again]))
    assert not any(written.is_supported for written in check("在县城和镇上开会，" * 59 + "[1]。", [again]))
    assert any(written.is_supported for written in check("在县城和镇上开会，" * 12 + "[1]。", [again]))
    without_end = passage("在对向从以为" * 150)
    assert not any(written.is_supported for written in check("在对向从以为" * 100 + "捕[1]。", [without_end]))


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ("除白石镇外，各镇都建了苗圃。", "各镇都建了苗圃"),
        ("未取得许可证的，不得开业。", "不得开业"),
        ("在补贴到位的前提下，河东区改造小区30个。", "河东区改造小区30个"),
        ("根据草案，出租车起步价定为9元，尚待听证。", "出租车起步价定为9元"),
    ],
)
def test_what_holds_only_for_some_is_not_told_of_all(report: str, sentence: str) -> None:
    assert not is_shown_as_supported(sentence, passage(report))
    assert is_shown_as_supported(report.rstrip("。"), passage(report))


def test_what_is_said_besides_limits_nothing() -> None:
    assert is_shown_as_supported("各镇还建了苗圃", passage("除种树外，各镇还建了苗圃。"))
