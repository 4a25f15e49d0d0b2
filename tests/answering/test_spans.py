"""The short answer without what the question says already."""

from __future__ import annotations

import numpy as np
import pytest

from qa.answering.spans import beginnings_asked_for, best_span, trim, whole_name
from qa.answering.speech import whole_words


def trimmed(question: str, span: str, sentence: str | None = None) -> str:
    body = sentence or span
    start = body.index(span)
    first, last = trim(question, body, start, start + len(span))
    return body[first:last]


@pytest.mark.parametrize(
    ("question", "span", "wanted"),
    [
        ("石桥花了多少钱", "94万元，比预算多了4万元", "94万元"),
        ("石桥比预算多花了多少", "94万元，比预算多了4万元", "94万元，比预算多了4万元"),
        ("徒弟里哪个岁数最大", "梁小舟，22岁", "梁小舟"),
        ("梁小舟多大", "22岁", "22岁"),
    ],
)
def test_an_amount_is_told_without_a_difference_and_somebody_without_an_age(
    question: str, span: str, wanted: str
) -> None:
    assert trimmed(question, span) == wanted


@pytest.mark.parametrize(
    ("question", "span", "sentence", "wanted"),
    [
        ("渡口几点锁门", "十点", "渡口晚上十点半锁门。", "十点半"),
        ("渡口几点锁门", "九点", "渡口九点一刻锁门。", "九点一刻"),
        ("渡船多了几个座位", "34个", "座位由20个增加到34个，其中6个带桌。", "20个增加到34个"),
        ("渡船现在几个座位", "20个", "座位由20个增加到34个，其中6个带桌。", "34个"),
        ("票价一开始是多少", "5元", "票价从3元调到5元。", "3元"),
    ],
)
def test_a_time_is_whole_and_a_change_is_told_as_it_is_asked(
    question: str, span: str, sentence: str, wanted: str
) -> None:
    assert trimmed(question, span, sentence) == wanted


def test_who_is_told_by_name_and_not_by_where_they_are_from() -> None:
    body = "头名由柳坪的何大川拿下，二等奖归了集体。"
    start = body.index("柳坪")
    first, last = whole_name(body, start, start + 2)
    assert body[first:last] == "何大川"


@pytest.mark.parametrize(
    ("question", "text", "barred"),
    [
        ("现在镇长换成谁了", "原镇长何大川调走，接任的是石秀。", "何大川"),
        ("原来的镇长是谁", "原镇长何大川调走，接任的是石秀。", ""),
        ("石桥花了多少钱", "全桥94万元，比预算多了4万元。", "4万"),
        ("护林队的队长是哪个", "队长黎望山45岁，管着31人。", "45岁31人"),
        ("护林队多了几个人", "护林队31人，比去年多了7人。", ""),
    ],
)
def test_what_cannot_answer_is_less_likely(question: str, text: str, barred: str) -> None:
    preferred = beginnings_asked_for(question, text)
    assert "".join(one for one, value in zip(text, preferred, strict=True) if value < 0) == barred


@pytest.mark.parametrize(
    ("question", "span", "wanted"),
    [
        ("环湖步道全长多少公里？", "全长12公里", "12公里"),
        ("这座车站目前是什么等级？", "这座车站目前是二等站", "二等站"),
        ("老码头博物馆是由谁出资建的？", "由三家渔业合作社出资建的", "三家渔业合作社出资建"),
        ("这条公路沟通哪些地方？", "沟通河东、河西和山前", "河东、河西和山前"),
        ("灰鹤以什么为食？", "以草籽和螺类为食。", "草籽和螺类"),
        ("公司在哪些主要城市设了门店？", "成都、昆明、贵阳等主要城市", "成都、昆明、贵阳"),
        ("剧团得了什么称号？", "“群众喜爱的剧团”。", "“群众喜爱的剧团”"),
        ("农产品出口有哪些？", "农产品出口则包括茶叶、香料", "茶叶、香料"),
        ("渡口的特色和用途是什么？", "特色与用途是摆渡和晒网", "摆渡和晒网"),
        ("山羊岛又叫什么？", "又名望乡岛", "望乡岛"),
        ("这座塔有多少级台阶？", "360级台阶", "360级"),
        ("他是哪个国家的划艇运动员？", "挪威划艇运动员", "挪威"),
    ],
)
def test_the_words_of_the_question_are_left_out(question: str, span: str, wanted: str) -> None:
    assert trimmed(question, span) == wanted


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("河东渔港的管理处设在哪里？", "河东街道"),  # a name that begins like another
        ("货船什么时候离港？", "2023年9月"),
        ("2012年的产量是多少？", "2013.5吨"),  # half a number is none
        ("这家机构属于哪家公司？", "海诚卫星通信有限公司"),
        ("评了哪个等级？", "特等奖"),
        ("城市要走什么样的发展道路？", "节水的发展道路"),
        ("桥梁有多长？", "85米"),
        ("湖面有多少平方公里？", "8.4平方公里"),
        ("冬天最低多少摄氏度？", "零下3摄氏度"),
        ("送来的是什么类型的渔具？", "拖网渔具"),  # a kind is part of its name
        ("它叫什么？", "叫什么"),  # nothing would remain
        ("合作社的宗旨是什么？", "为渔民服务"),
    ],
)
def test_what_only_looks_like_the_question_stays(question: str, span: str) -> None:
    assert trimmed(question, span) == span


def test_a_verb_that_goes_on_with_a_sentence_is_left_out() -> None:
    assert trimmed("山羊岛是什么？", "为江心沙洲", "山羊岛，又名望乡岛，为江心沙洲。") == "江心沙洲"


def test_a_number_keeps_its_unit() -> None:
    assert trimmed("报名的有多少人？", "1800", "报名的已有1800多人。") == "1800多人"
    assert trimmed("中队有几个？", "13", "下设13个中队") == "13个"
    assert trimmed("有几支服务队？", "7", "组建了7支服务队") == "7支"
    assert trimmed("哪天开始？", "7", "组建了7支服务队") == "7"


@pytest.mark.parametrize(
    ("sentence", "span", "wanted"),
    [
        ("头名　河湾队　3分07秒52", "07秒52", "3分07秒52"),
        ("老人用了2小时15分走到山顶", "15分", "2小时15分"),
        ("她以12秒06夺冠", "12秒", "12秒06"),
        ("全县停水2小时", "2小时", "2小时"),
    ],
)
def test_a_time_that_was_taken_has_all_its_units(sentence: str, span: str, wanted: str) -> None:
    assert trimmed("用了多长时间", span, sentence) == wanted


def test_brackets_are_there_in_pairs() -> None:
    assert trimmed("这部戏叫什么？", "《灯下", "这部戏是《灯下》。") == "《灯下》"
    assert trimmed("这部戏叫什么？", "灯下》", "这部戏是《灯下》。") == "《灯下》"
    assert trimmed("谁写的？", "（河东", "（河东供稿") == "河东"


def test_a_rough_number_is_told_as_roughly_as_it_is_printed() -> None:
    assert trimmed("来了多少人？", "60名", "来了约60名村民") == "约60名"
    assert trimmed("来了多少人？", "20位", "来了20位左右") == "20位左右"
    assert trimmed("产值多少？", "1.5亿元", "产值超1.5亿元") == "超1.5亿元"
    assert trimmed("哪天来的？", "8月5日", "约8月5日") == "8月5日"


def test_a_title_and_a_slogan_are_told_whole() -> None:
    assert trimmed("念了哪个方案？", "灯塔县干部培养", "念了《灯塔县干部培养方案》。") == "《灯塔县干部培养方案》"
    assert trimmed("口号是什么？", "家家平安", "打出“户户守法 家家平安”的口号") == "户户守法 家家平安"
    assert trimmed("哪座桥？", "河东桥", "登在《新时代的步伐，从河东桥走来的一代人》里") == "河东桥"


@pytest.mark.parametrize(("question", "wanted"), [("展览办到哪天？", "7月9日"), ("展览从哪天办起？", "6月8日")])
def test_of_two_days_the_one_that_is_asked_for_is_taken(question: str, wanted: str) -> None:
    text = "展览从6月8日开始，办到7月9日。"
    first = np.full(len(text), -np.inf, dtype=np.float32)
    last = first.copy()
    for day in ("6月8日", "7月9日"):  # a reader that finds both as likely
        start = text.index(day)
        first[start], last[start + len(day) - 1] = -0.7, -0.7
    start, end, _ = best_span(first, last, longest=10, preferred=beginnings_asked_for(question, text))
    assert text[start:end] == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("县里有多少个村庄？", "208个"),
        ("县里有几个乡镇？", "16个"),
        ("县里的村庄有多少？", "16个"),  # nothing says it more closely than the reader
        ("修了多少座水库？", "九座"),
    ],
)
def test_of_two_numbers_that_of_what_is_counted_is_taken(question: str, wanted: str) -> None:
    text = "县里16个乡镇、208个村庄都通了车，还修了水库九座水库大坝。"
    first = np.full(len(text), -np.inf, dtype=np.float32)
    last = first.copy()
    for number, chance in (("16个", -0.4), ("208个", -1.5), ("九座", -2.5)):
        start = text.index(number)
        first[start], last[start + len(number) - 1] = chance, chance / 2
    start, end, _ = best_span(first, last, longest=10, preferred=beginnings_asked_for(question, text))
    assert text[start:end] == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("演出几号开始？", "5月20日"), ("这是第几号通告？", "第7号"), ("几号线停运？", "第7号")],
)
def test_the_number_of_a_series_is_no_day_of_the_month(question: str, wanted: str) -> None:
    text = "第7号通告说，演出5月20日开始。"
    first = np.full(len(text), -np.inf, dtype=np.float32)
    last = first.copy()
    for found, chance in (("第7号", -0.3), ("5月20日", -1.5)):
        start = text.index(found)
        first[start], last[start + len(found) - 1] = chance, chance
    start, end, _ = best_span(first, last, longest=10, preferred=beginnings_asked_for(question, text))
    assert text[start:end] == wanted


def test_a_question_in_traditional_script_is_the_same_question() -> None:
    assert trimmed("環湖步道全長多少公里？", "全长12公里") == "12公里"


@pytest.mark.parametrize(
    ("body", "span", "whole"),
    [
        ("清早，周大山打开水闸。", "周大", "周大山"),
        ("镇长陈巧云说，桥通了。", "巧云", "陈巧云"),
        ("镇长陈巧云说，桥通了。", "桥", "桥"),
        ("会议由陈巧云主持。", "陈巧云主持", "陈巧云主持"),
    ],
)
def test_a_name_is_told_whole(body: str, span: str, whole: str) -> None:
    start = body.index(span)
    first, last = whole_name(body, start, start + len(span))
    assert body[first:last] == whole


def test_brackets_around_the_whole_answer_are_left_out() -> None:
    assert trimmed("哪天开幕？", "（12月14日）", "今天（12月14日）开幕。") == "12月14日"


def test_an_enumeration_keeps_the_character_that_all_its_items_begin_with() -> None:
    body = "三有就是有水、有电、有路。"
    start = body.index("水")
    first, last = trim("三有指哪些", body, start, body.index("。"))
    assert body[first:last] == "有水、有电、有路"


@pytest.mark.parametrize(
    ("question", "span", "sentence", "wanted"),
    [
        ("渡船是什么时候停的？", "5点半左右", "渡船在10月3日下午5点半左右停了。", "10月3日下午5点半左右"),
        ("渡船啥时候停的", "10月3日", "渡船在10月3日下午5点停了。", "10月3日下午5点"),
        ("渡船是几点停的？", "5点半", "渡船在10月3日下午5点半停了。", "5点半"),
        ("表格最晚哪天交？", "6月底", "表格请在6月底前交到镇上。", "6月底前"),
        ("货是哪天到的？", "7月5日", "7月5日许师傅把货送到了。", "7月5日"),
        ("演出哪天开始？", "8月2日", "8月2日前排的票就卖完了。", "8月2日"),
        ("车是什么时候走的？", "5点", "车停在21306号5点走了。", "5点"),
        ("桥是几点通的？", "8时", "桥在8时许通了。", "8时许"),
        ("新车哪天上路？", "6月2日", "6月2日前往镇上的人坐上了新车。", "6月2日"),
        ("新规从哪天算起？", "2月1日起", "新规2月1日起执行。", "2月1日起"),
        ("新规哪天开始执行？", "2月1日起", "新规2月1日起执行。", "2月1日"),
        ("收件点在什么地方？", "在南门的旧仓库里", "收件点就在南门的旧仓库里。", "南门的旧仓库里"),
        ("学员在哪里上课？", "在校", "学员在校上课。", "在校"),
        ("水泵一天至少看几遍？", "3遍", "水泵一天看不少于3遍。", "不少于3遍"),
        ("谁去了泵站？", "乔立同志", "乔立同志去了泵站。", "乔立"),
    ],
)
def test_a_time_is_whole_and_nothing_stands_beside_it(question: str, span: str, sentence: str, wanted: str) -> None:
    assert trimmed(question, span, sentence) == wanted


def test_a_name_in_marks_goes_without_what_stands_behind_them() -> None:
    sentence = "几个村结成“柳荫”合作社，去年起一同卖茶。"
    assert trimmed("几个村的合作社用了什么名号？", "柳荫”合作社，去年起一同卖茶", sentence) == "柳荫"
    assert trimmed("几个村一同做什么？", "柳荫”合作社，去年起一同卖茶", sentence) != "柳荫"


@pytest.mark.parametrize(
    ("question", "span", "wanted"),
    [
        ("成人证现在能借几本？", "5本", "8本"),
        ("成人证原来能借几本？", "8本", "5本"),
        ("成人证能借几本？", "8本", "8本"),
    ],
)
def test_of_what_was_and_what_became_of_it_the_one_asked_for_is_told(question: str, span: str, wanted: str) -> None:
    assert trimmed(question, span, "成人证由5本增加到8本，借期仍是30天。") == wanted


def test_what_became_of_an_hour_is_an_hour() -> None:
    assert trimmed("食堂几点收餐？", "19时", "收餐时间由19时推迟到20时30分，方便夜班。") == "20时30分"


def test_a_body_is_told_by_its_whole_name() -> None:
    assert trimmed("她在哪里教书？", "白塔乡中心", "她如今在白塔乡中心小学教语文。") == "白塔乡中心小学"


def test_what_is_left_of_a_post_is_no_part_of_a_name() -> None:
    body = "艇长王大山带人赶到。"
    assert body[slice(*whole_name(body, 1, 5))] == "王大山"


@pytest.mark.parametrize(
    ("question", "span", "sentence", "wanted"),
    [
        ("渡船一趟不能超过多少人", "34人", "渡船每趟不得超过34人。", "34人"),
        ("渡船最多坐多少人", "34人", "渡船最多34人一趟。", "34人"),
        ("渡船一趟坐了多少人", "34人", "渡船那天超过34人。", "超过34人"),
        ("柳坪的献血点设在哪个广场", "柳坪文化广场", "献血点设在柳坪文化广场。", "柳坪文化广场"),
        ("柳坪的旧房改造推得怎么样", "有序推进", "柳坪的旧房改造有序推进。", "有序推进"),
    ],
)
def test_a_bound_that_is_asked_for_is_not_said_again_and_names_and_words_are_not_cut(
    question: str, span: str, sentence: str, wanted: str
) -> None:
    assert trimmed(question, span, sentence) == wanted


@pytest.mark.parametrize(
    ("question", "span", "sentence", "wanted"),
    [
        (
            "何大川送伞时怎么说的",
            "先拿去用",
            "何大川对摊主说：“先拿去用，雨停了再还，都是街坊。”",
            "先拿去用，雨停了再还，都是街坊。",
        ),
        ("石秀怎么解释迟到", "车在路上坏了", "石秀表示，车在路上坏了，她走了四里路。", "车在路上坏了，她走了四里路"),
        ("石秀走了多远", "四里路", "石秀表示，车在路上坏了，她走了四里路。", "四里路"),
        ("石秀是怎么说动老何的", "天天上门", "石秀说，天天上门，他就答应了。", "天天上门"),
        ("石秀怎么看这件事", "难得", f"石秀说：“难得，{'真好，' * 40}”", "难得"),
    ],
)
def test_what_somebody_said_is_told_whole(question: str, span: str, sentence: str, wanted: str) -> None:
    start = sentence.index(span)
    first, last = whole_words(question, sentence, (0, len(sentence)), (start, start + len(span)))
    assert sentence[first:last] == wanted


@pytest.mark.parametrize(
    ("question", "text", "barred", "kept"),
    [
        ("新桥一共多少米", "新桥全长186米，桥面宽8.5米。", "8.5", "186"),
        ("新桥桥面多宽", "新桥全长186米，桥面宽8.5米。", "186", "8.5"),
        ("坡道的预算到底是多少", "坡道预算误写为9.6万元，应为6.9万元。", "9.6", "6.9"),
        ("去县城头班车几点", "去县城：6:30、8:00、9:40。", "9:40", "6:30"),
        ("去县城末班车几点", "去县城：6:30、8:00、9:40。", "6:30", "9:40"),
        ("饮水工程超了多少预算", "决算401万元，比预算多15万元。", "401", "15"),
    ],
)
def test_one_number_is_likelier_than_another_by_what_stands_around_it(
    question: str, text: str, barred: str, kept: str
) -> None:
    preferred = beginnings_asked_for(question, text)
    assert preferred[text.index(barred)] < preferred[text.index(kept)]


def test_a_weekday_is_told_with_its_week() -> None:
    assert trimmed("石秀星期几值班", "星期一", "星期一 | 石秀 | 河街") == "星期一"
