"""What a question wants: each reader of questions finds its own kind, and leaves others alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.i18n import doubled_verb_words, words
from qa.query.colloquial import plain
from qa.query.condense import FITS, condensed, without_pictures
from qa.query.english import with_printed_names
from qa.query.followup import follow_up
from qa.query.intents.authors import read_author
from qa.query.intents.describe import read_description
from qa.query.intents.listed import read_item, read_only
from qa.query.intents.parts import read_choice, read_pair, read_parts
from qa.query.intents.smalltalk import Reply, reply_to
from qa.query.intents.speech import read_speech
from qa.query.intents.summary import title_in
from qa.query.intents.topic import read_course, read_topic, with_asking_word
from qa.query.intents.yes_no import Verb, is_expected, polarity_by_words, polarity_of, read_yes_no, verdict
from qa.types import Spoken


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("老渡口", "老渡口"),
        ("介绍一下石榴节", "石榴节"),
        ("关于夜校的报道", "夜校"),
        ("旧桥改造的来龙去脉", "旧桥改造"),
    ],
)
def test_a_bare_topic_is_read(question: str, topic: str) -> None:
    assert read_topic(question) == topic


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("老码头从头到尾是怎么个过程，讲讲", "老码头"),
        ("渡口大桥从定下来到通车，前前后后说一遍", "渡口大桥"),
        ("水库加固从头到现在是怎么个情况", "水库加固"),
        ("夜校是怎么一步步办起来的", "夜校"),
        ("旧桥改造的来龙去脉", "旧桥改造"),
        ("渡口修好了吗", ""),
        ("谁从头到尾在管渡口", ""),
        ("渡口", ""),
    ],
)
def test_the_course_of_a_topic_is_asked_for(question: str, topic: str) -> None:
    assert read_course(question) == topic


@pytest.mark.parametrize("question", ["渡口几点开", "渡口修好了吗", "这座桥真好看", "谁修的渡口", "狗证咋办"])
def test_what_asks_or_tells_is_no_topic(question: str) -> None:
    assert not read_topic(question)


def test_a_name_to_be_described_is_told_from_a_post() -> None:
    described = read_description("陈巧云是谁？")
    assert described is not None
    assert (described.name, described.is_person) == ("陈巧云", True)
    thing = read_description("五联是什么意思")
    assert thing is not None
    assert (thing.name, thing.is_person) == ("五联", False)
    assert read_description("镇长是谁？") is None


@pytest.mark.parametrize(
    ("question", "name", "counts"),
    [
        ("陈巧云写了几篇文章？", "陈巧云", True),
        ("陈巧云的稿子有哪些", "陈巧云", False),
        ("记者陈巧云都写过啥", "陈巧云", False),
        ("署名“山风”的文章有几篇", "山风", True),
    ],
)
def test_an_author_is_read(question: str, name: str, counts: bool) -> None:
    by = read_author(plain(question))
    assert by is not None
    assert (by.name, by.counts) == (name, counts)


@pytest.mark.parametrize(
    ("question", "verb"),
    [
        ("水闸修好没", Verb.DONE),
        ("夜市能不能停车", Verb.CAN),
        ("码头有没有食堂", Verb.HAS),
        ("陈巧云是不是校长", Verb.IS),
        ("灯会会不会推迟", Verb.WILL),
        ("渡口还开不开", Verb.ACT),
        ("石榴节今年办没办", Verb.DID),
    ],
)
def test_a_yes_no_question_has_its_verb(question: str, verb: Verb) -> None:
    asked = read_yes_no(question)
    assert asked is not None
    assert asked.verb is verb


@pytest.mark.parametrize("question", ["谁修好了水闸？", "水闸修了几天？", "水闸什么时候修好的呢"])
def test_other_questions_are_no_yes_no_questions(question: str) -> None:
    assert read_yes_no(question) is None


@pytest.mark.parametrize(
    ("question", "sentence", "word"),
    [
        ("水闸修好没", "水闸已经修好，昨天放了水。", "是的"),
        ("水闸修好没", "镇里还打算翻修水闸。", "还没有"),
        ("水闸修好没", "除水闸例外，各处都已修好。", "还没有"),
        ("夜市能不能停车", "夜市一带禁止停车。", "不能"),
        ("渡船是第三次停航吗", "渡船停航，这是今年的第二次。", "不是"),
        ("看牙要花钱吗", "现场免费看牙。", "不是"),
        ("王大山是镇长吗", "王大山在河边种树。", ""),
        ("王大山拿的是银牌吗", "王大山拿下摔跤金牌，队友得到银牌。", "不是"),
        ("王大山拿的是银牌吗", "王大山拿下摔跤银牌。", "是"),
        ("渡口全年运送旅客有没有超过3万人次", "渡口全年运送旅客3.06万人次，多了48%。", "有"),
        ("渡口全年运送旅客有没有超过4万人次", "渡口全年运送旅客3.06万人次，多了48%。", "没有"),
        ("渡口的旅客不到5000人次吗", "渡口的旅客有3.06万人次。", "不是"),
        ("王大山以前种过葡萄吗", "“这是我第一次种葡萄。”王大山说。", "还没有"),
        ("渡口有没有人受伤", "渡口翻了一条船，暂无人员伤亡。", "没有"),
        ("东院有食堂吗", "东院的老人自己做饭，没有地方吃。", ""),
        ("东院有食堂吗", "东院没有饭堂，老人自己做饭。", "没有"),
        ("湖南的橘子收完了吗", "湖北、江西的橘子已经收完，湖南、广西还在收。", "还没有"),
        ("江西的橘子收完了吗", "湖北、江西的橘子已经收完，湖南、广西还在收。", "是的"),
        ("陈巧云是镇党委书记吗", "镇党委副书记陈巧云主持会议。", "不是"),
        ("东坡墓是宋文帝的陵吗", "专家说，东坡墓就是宋武帝的陵。", "不是"),
        ("新桥建成了吗", "新桥已经立项，建成后将成为全县最长的桥。", "还没有"),
        ("王大山赢了吗", "王大山以3比1取胜。", "是的"),
        ("王大山赢了吗", "王大山不敌对手。", "还没有"),
        ("橘子价涨了吗", "橘子价比去年下跌两成。", "还没有"),
        ("王大山拿奖牌了吗", "陈巧云得到银牌，王大山排在第六位。", ""),
        ("周桂英同意拆棚吗", "住在二楼的周桂英不同意。", "不是"),
        ("一楼要出钱吗", "费用按楼层分担：一楼不出钱，二楼出1.2万元。", "不是"),
        ("王大山是柳河社区主任吗", "柳河社区居委会副主任王大山每晚去巡一圈。", "不是"),
        ("副厂长是王大山吧", "船厂厂长王大山在下水仪式上讲了话。", "不是"),
        ("副厂长是王大山吧", "船厂副厂长王大山在下水仪式上讲了话。", "是"),
        ("夜市是8月19号才开张的吧", "新设的夜市8月12日开张。", "不是"),
        ("除夕那天赶不赶集", "集日逢三、六、九，遇除夕不赶集。", ""),
        ("孕妇过敏得厉害还能打针吗", "严重过敏的暂不要打针。", "不能"),
        ("卫生站有没有治蛇伤的血清", "卫生站备有蛇伤血清6支，别处没有。", "有"),
        ("大黄绝育过没有", "大黄三岁，已绝育，从没关好的门跑出。", "是的"),
        ("王大山输过棋没有", "王大山五胜一负，只输给陈巧云。", "是的"),
        ("本村人买票有优惠吗", "本村居民享半价。", "有"),
    ],
)
def test_the_text_bears_out_the_word(question: str, sentence: str, word: str) -> None:
    asked = read_yes_no(question)
    assert asked is not None
    said = verdict(polarity_by_words(asked.question, sentence))
    if asked.verb is Verb.ACT:  # the answer has the verb itself
        assert said is False
        return
    assert said is (None if not word else word in ("是", "是的", "有", "能", "会"))
    assert not word or words(f"{'yes' if said else 'no'}_{asked.verb}") == f"{word}。"


@pytest.mark.parametrize(
    ("question", "yes", "said"),
    [("渡口还开不开", False, "不开。"), ("石榴节今年办没办", True, "办了。"), ("石榴节今年办没办", False, "没办。")],
)
def test_a_doubled_verb_is_answered_with_itself(question: str, yes: bool, said: str) -> None:
    asked = read_yes_no(question)
    assert asked is not None
    told = doubled_verb_words(asked.act, yes=yes, is_past=asked.verb is Verb.DID)
    assert told == said
    assert told.english == ("Yes. " if yes else "No. ")


def test_what_may_still_come_is_told_from_what_is_over() -> None:
    assert is_expected("水闸修好了吗", "水闸去年塌了。")
    assert is_expected("王大山回村了吗", "王大山打算明年回村。")
    assert not is_expected("王大山拿奖牌了吗", "王大山排在第六位。")


@pytest.mark.parametrize(
    ("question", "who", "title"),
    [
        ("陈巧云说了什么", "陈巧云", ""),
        ("陈巧云在会上讲了啥", "陈巧云", ""),
        ("会上镇长提了哪些要求？", "镇长", ""),
        ("镇里部署防汛工作：会上镇长说了什么", "镇长", "镇里部署防汛工作"),
    ],
)
def test_whose_words_are_asked_for_is_read(question: str, who: str, title: str) -> None:
    asked = read_speech(question)
    assert asked is not None
    assert (asked.who, asked.title) == (who, title)


@pytest.mark.parametrize("question", ["本期讲了什么", "《渡口的灯》说了什么", "陈巧云做了什么", "村里说修什么桥"])
def test_what_is_not_said_by_anybody_is_no_speech(question: str) -> None:
    assert read_speech(question) is None


def test_emoji_are_left_out_unless_there_is_nothing_else() -> None:
    assert condensed("🌾石榴熟了没☀️？") == "石榴熟了没 ？"
    assert without_pictures("😀") == "😀"
    assert condensed("38℃的水") == "38℃的水"


def test_a_name_with_a_character_that_joins_is_not_parted() -> None:
    assert read_parts("第9批维和部队从成都出发：谁带队") == ()
    parts = read_parts("夜校开课：谁教书法，几点上课")
    assert len(parts) == 2
    assert all(part.startswith("夜校开课：") for part in parts)


def test_a_reader_settles_what_words_do_not() -> None:
    silent, denied = "现场有糖葫芦。", "夜市一带禁止停车。"
    assert polarity_by_words("水闸修好了吗", silent) is None
    assert polarity_of("水闸修好了吗", silent, None) is None
    assert polarity_of("水闸修好了吗", silent, 0.4) is None  # not sure enough by itself
    assert polarity_of("水闸修好了吗", silent, 2.0) == 2.0
    by_words = polarity_by_words("夜市能不能停车", denied)
    assert by_words is not None
    assert polarity_of("夜市能不能停车", denied, 0.5) == by_words + 0.5


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("水闸是谁修的，哪年完工的", ("水闸是谁修的", "水闸哪年完工的")),
        ("张村和李村各出了多少钱", ("张村出了多少钱", "李村出了多少钱")),
        ("谁在什么时候修了水闸", ("谁修了水闸", "什么时候修了水闸")),
        ("会上谁主持、谁讲话", ("会上谁主持", "会上谁讲话")),
        ("东社的社长和西社的会计分别是谁", ("东社的社长是谁", "西社的会计是谁")),
        ("站长、副站长和会计分别是谁", ("站长是谁", "副站长是谁", "会计是谁")),
        ("新渠有多宽，哪天放水", ("新渠有多宽", "新渠哪天放水")),
        ("夜校请了多少个老师和学生", ("夜校请了多少个老师", "夜校请了多少个学生")),
        ("新渠的总投资是多少，其中镇里出了多少", ("新渠的总投资是多少", "新渠的总投资，其中镇里出了多少")),
        ("原来计划桥哪天通车，实际哪天通的", ("原来计划桥哪天通车", "桥实际哪天通的")),
    ],
)
def test_two_questions_are_parted(question: str, parts: tuple[str, ...]) -> None:
    assert read_parts(question) == parts


@pytest.mark.parametrize(
    "question", ["水闸修了几天？", "哪几路车到渡口？", "村里有哪些路在修？", "桥通了，大家高兴吗？"]
)
def test_one_question_stays_whole(question: str) -> None:
    assert read_parts(question) == ()


def test_a_choice_and_a_pair_are_read() -> None:
    choice = read_choice("东渡和西渡哪个客流多？")
    assert choice is not None
    assert (choice.one, choice.other, choice.rest) == ("东渡", "西渡", "客流多")
    assert read_pair("东渡和西渡有什么不同？") == ("东渡", "西渡")


@pytest.mark.parametrize(
    ("question", "title"),
    [("概括一下《渡口的灯》", "渡口的灯"), ("《渡口的灯》讲了什么？", "渡口的灯"), ("《渡口的灯》的作者是谁？", "")],
)
def test_the_title_to_sum_up_is_read(question: str, title: str) -> None:
    assert title_in(question) == title


@pytest.mark.parametrize(
    ("question", "item"), [("第三条详细说说", 3), ("最后一条讲了什么", -1), ("第三条路在哪里", None)]
)
def test_an_item_of_a_list_is_read(question: str, item: int | None) -> None:
    assert read_item(question) == item


def test_a_list_is_narrowed() -> None:
    assert read_only("只看体育的") == "体育"
    assert read_only("只有体育馆修好了吗") == ""


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("🙂", Reply.NO_QUESTION),
        ("太好了，谢谢你", Reply.THANKS),
        ("没看懂", Reply.UNCLEAR),
        ("不是问这个", Reply.WRONG),
        ("？", Reply.NO_QUESTION),
    ],
)
def test_what_is_no_question_gets_its_reply(said: str, reply: Reply) -> None:
    assert reply_to(said) is reply


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("啥时候开闸", "什么时候开闸"),
        ("水闸咋了", "水闸怎么了"),
        ("修好没", "修好了吗"),
        ("谁掏的钱", "谁出的钱"),
        ("什么时候开", "什么时候开"),
    ],
)
def test_everyday_words_become_those_of_print(typed: str, printed: str) -> None:
    assert plain(typed) == printed


def test_a_name_in_letters_is_found_as_printed() -> None:
    texts = ["志愿者陈巧云来了。", "石榴渡昨天开航。"]
    assert with_printed_names("Who is Chen Qiaoyun?", texts) == "Who is 陈巧云?"
    assert with_printed_names("When does Shiliu ferry open?", texts) == "When does 石榴 ferry open?"
    assert with_printed_names("How much is it?", texts) == "How much is it?"


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("江苏呢？", "石榴节什么时候开幕？", "石榴节，江苏的情况怎么样？"),
        ("不是问这个，我问的是几号开始", "石榴节在哪里办？", "石榴节几号开始"),
        ("都是哪几篇", "陈巧云写了几篇？", "陈巧云写了哪几篇？"),
        ("周大山呢", "陈巧云写了几篇？", "周大山写了几篇？"),
        ("东渡呢", "西渡增开多少班", "东渡增开多少班"),
        ("照片呢", "展览一共有多少灯笼", "展览一共有多少照片"),
        ("周大山呢", "他现在是什么书记", "周大山现在是什么书记"),
        ("是几号楼", "下水道堵了谁来修", "下水道是几号楼"),
        ("这是第几代", "石榴渡的轮渡叫什么", "石榴渡的轮渡是第几代"),
    ],
)
def test_what_leans_on_a_question_stands_alone(question: str, before: str, meant: str) -> None:
    found = follow_up(question, Spoken(before))
    assert found is not None
    assert found.question == meant


def test_a_courtyard_is_found_where_it_was_spoken_of() -> None:
    before = Spoken("她有几个孩子")
    earlier = Spoken("她为什么走路不便", "摔过", "她小时候摔过。", "船厂家属院的灯")
    found = follow_up("那个院子有几栋楼", before, earlier)
    assert found is not None
    assert found.question == "船厂家属院有几栋楼"


def test_a_paragraph_is_cut_to_its_question() -> None:
    paragraph = "我住在渡口边上，每天看船来船往，心里高兴得很。" * 8 + "请问石榴渡是哪年修的？"
    assert condensed(paragraph) == "请问石榴渡是哪年修的？"


_READERS = (
    reply_to, plain, read_topic, read_description, read_author, read_yes_no, read_parts, read_choice, read_pair,
    title_in, read_item, read_only, read_speech,
)  # fmt: skip


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("谁和，？第三条的是不在了吗我他那这呢去年上周《》“”一二3")),
        max_size=700,
    )
)
def test_nothing_that_is_typed_raises(typed: str) -> None:
    cut = condensed(typed)
    assert len(cut) <= FITS
    assert bool(cut) == bool("".join(typed.split())) or len(typed) > FITS
    for read in _READERS:
        read(cut)
    if cut:
        follow_up(cut, Spoken("石榴渡是哪年修的？", "1958年", "石榴渡1958年修成。", "石榴渡"))


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("柳坪队2023年和2025年运动会各拿多少分", ("柳坪队2023年运动会拿多少分", "柳坪队2025年运动会拿多少分")),
        ("头一届绣花班和第三届各收了多少人", ("头一届绣花班收了多少人", "第三届绣花班收了多少人")),
        ("合唱队去年有多少人，今年呢", ("合唱队去年有多少人", "合唱队今年有多少人")),
        ("合唱队23年有多少人，25年呢", ("合唱队2023年有多少人", "合唱队2025年有多少人")),
        ("何大川和石秀各拿多少分", ("何大川拿多少分", "石秀拿多少分")),
    ],
)
def test_two_of_a_series_share_what_stands_around_them(question: str, parts: tuple[str, ...]) -> None:
    assert read_parts(question) == parts


@pytest.mark.parametrize(
    ("question", "printed"),
    [
        ("24年5月那期讲了什么", "2024年5月那期讲了什么"),
        ("23年秋天收了多少茶", "2023年秋天收了多少茶"),
        ("24年那次停水停了多久", "2024年那次停水停了多久"),
        ("他当兵23年有几个孩子", "他当兵23年有几个孩子"),
        ("干了25年，现在多大", "干了25年，现在多大"),
        ("第24年那回", "第24年那回"),
        ("老站长什么时候退的休", "老站长什么时候退休的"),
        ("她哪年结的婚", "她哪年结婚的"),
        ("11年的老店在哪里", "11年的老店在哪里"),
    ],
)
def test_a_year_of_two_digits_is_told_from_a_time_that_passed(question: str, printed: str) -> None:
    assert plain(question) == printed


@pytest.mark.parametrize(
    ("question", "sentence", "says_yes"),
    [
        ("石桥能开车过去吗", "石桥禁止一切机动车通过，行人仍可通行。", False),
        ("石桥行人能过去吗", "石桥禁止一切机动车通过，行人仍可通行。", True),
        ("十二吨的货车能走渡口路吗", "渡口路限速40公里，十吨以上的货车禁行。", False),
    ],
)
def test_what_is_forbidden_and_what_is_allowed_are_told_apart(question: str, sentence: str, says_yes: bool) -> None:
    assert verdict(polarity_by_words(question, sentence)) is says_yes


@pytest.mark.parametrize(
    ("question", "sentence", "says_yes"),
    [
        ("合作社还是卢大江当理事长吗", "卢大江没有再参选，接替他的是柏青。", False),
        ("食堂的汤还免费吗", "菜价涨了一元，免费的汤照旧。", True),
        ("渡口还收钱吗", "渡口收钱的事镇里又议了一回。", None),
    ],
)
def test_whether_something_goes_on_is_told_by_what_ended_or_stayed(
    question: str, sentence: str, says_yes: bool | None
) -> None:
    told = polarity_by_words(question, sentence)
    assert told is not None
    assert (told if abs(told) >= 4 else None, says_yes) in ((4.0, True), (-4.0, False), (None, None))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("石榴节晚会主持人", "石榴节晚会主持人是谁？"),
        ("2024年旅客吞吐量", "2024年旅客吞吐量是多少？"),
        ("灯会开放时间", "灯会开放时间是什么时候？"),
        ("主持人", ""),  # a topic
        ("石榴节", ""),
        ("灯会开放时间改了吗", ""),
        ("哪天是灯会开放时间", ""),
    ],
)
def test_what_is_named_and_asked_by_no_word_gets_its_word(question: str, asked: str) -> None:
    assert with_asking_word(question) == asked
