"""What stands around the news on a page: kickers, decks, tables, notices, advertisements, printed in either script."""

from __future__ import annotations

import pytest

from embeddings.parsing.bylines import is_byline, split_credit, split_signature
from embeddings.parsing.datelines import reporters_in
from embeddings.parsing.text_pages import parse_page
from embeddings.types import ParsedArticle

STORY = "乙村的水渠修了三个月，全长三千米，浇灌两千亩地，村民都来看，说以后不用再等雨了。"


def only(text: str) -> ParsedArticle:
    (article,) = parse_page(text)
    return article


def test_a_dashed_line_under_a_headline_is_its_deck() -> None:
    article = only(f"# 乙村的水渠修好了\n\n——全县水利建设纪实\n\n{STORY}\n")
    assert (article.title, article.deck, article.body) == ("乙村的水渠修好了", "全县水利建设纪实", STORY)


def test_a_lower_heading_above_is_the_kicker_and_one_below_the_deck() -> None:
    headings = "## 全县水利建设纪实\n# 乙村的水渠修好了\n## 三千米水渠浇灌两千亩地"
    text = f"{headings}\n\n{STORY}\n\n# 丙校昨天开学\n\n{STORY[:20]}。\n"
    first, second = parse_page(text)
    assert (first.kicker, first.title, first.deck) == ("全县水利建设纪实", "乙村的水渠修好了", "三千米水渠浇灌两千亩地")
    assert (second.kicker, second.title, second.deck) == ("", "丙校昨天开学", "")


def test_a_short_heading_over_several_lower_ones_is_a_section() -> None:
    text = f"# 民生\n\n## 乙村的水渠修好了\n\n{STORY}\n\n## 丙校昨天开学\n\n丙校来了三十个学生。\n"
    assert [(article.section, article.title) for article in parse_page(text)] == [
        ("民生", "乙村的水渠修好了"),
        ("民生", "丙校昨天开学"),
    ]


@pytest.mark.parametrize("mark", [" | ", "\t", "    "])
def test_a_table_keeps_one_row_a_line(mark: str) -> None:
    rows = [["村名", "水渠", "亩数"], ["乙村", "三千米", "两千"], ["乙村", "三千米", "两千"]]
    table = "\n".join(mark.join(row) for row in rows)
    article = only(f"# 乙村的水渠修好了\n\n{STORY}\n\n{table}\n\n大家都说好。\n")
    assert article.body.split("\n") == [STORY, *(" | ".join(row) for row in rows), "大家都说好。"]


def test_a_list_keeps_one_item_a_line() -> None:
    items = ["一、修水渠三千米", "二、修路五千米", "三、栽树一万棵"]
    article = only("# 乙村今年办三件事\n\n村里今年办三件事：\n\n" + "\n".join(items) + "\n")
    assert article.body.split("\n")[1:] == items


@pytest.mark.parametrize(
    "notice",
    [
        "# 遗失声明\n\n某某不慎将身份证丢失，特此声明。\n",
        "# 分类广告\n\n旺铺低价，欢迎来看。\n",
        "# 旺铺转让\n\n地段好，电话面谈。\n",
    ],
)
def test_advertisements_are_no_news(notice: str) -> None:
    text = f"# 乙村的水渠修好了\n\n{STORY}\n\n{notice}\n# 丙校昨天开学\n\n丙校来了三十个学生。\n"
    assert [article.title for article in parse_page(text)] == ["乙村的水渠修好了", "丙校昨天开学"]


@pytest.mark.parametrize("title", ["停水公告", "关于土地使用权转让的公示", "国有土地转让公告", "招聘启事"])
def test_public_notices_are_news(title: str) -> None:
    text = f"# {title}\n\n因检修管道，乙村自九月十三日起停水两天，请备好用水。\n"
    assert [article.title for article in parse_page(text)] == [title]


@pytest.mark.parametrize("line", ["責任編輯：某某", "責任編輯 某某", "本版編輯：某某", "第三版", "新聞熱線：12345"])
def test_furniture_in_traditional_script_is_no_news(line: str) -> None:
    assert only(f"# 乙村的水渠修好了\n\n{STORY}\n\n{line}\n").body == STORY


def test_names_in_traditional_script_are_told_and_kept_as_printed() -> None:
    assert is_byline("本報記者 陳某某 通訊員 劉某")
    assert split_signature("水渠修好了。（通訊員 陳某某）") == ("水渠修好了。", "通訊員 陳某某")
    assert split_credit("水渠邊的村民。劉某某攝") == ("水渠邊的村民。", "劉某某攝")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("新华社北京9月12日电（记者王某某、张某）今天开会。", "记者王某某、张某"),
        ("本报讯（通讯员 陈某某）水渠修好了。", "通讯员 陈某某"),
        ("本報訊（記者 陳某某）水渠修好了。", "記者 陳某某"),
        ("本报讯(记者王某某通讯员张某)水渠修好了。", "记者王某某通讯员张某"),
        ("【本报讯】（首席记者 王某某 实习生 张某）水渠修好了。", "首席记者 王某某 实习生 张某"),
        ("（某某报·某某网记者王某某）水渠修好了。", "某某报·某某网记者王某某"),
        ("某某网北京7月20日电（王某某、实习生张某）水渠修好了。", "王某某、实习生张某"),
        ("本报讯 记者王某某报道：水渠修好了。", "记者王某某"),
        ("本报讯（国家重点工程）水渠修好了。", ""),
        ("水渠修好了。本报讯（记者 陈某某）", ""),
        ("本报讯 水渠修好了（记者走访发现）。", ""),
    ],
)
def test_a_dateline_names_its_reporters(body: str, names: str) -> None:
    assert reporters_in(body) == names


def test_the_reporters_of_a_dateline_are_the_byline_where_no_other_is_printed() -> None:
    dated = f"本报讯（记者 陈某某）{STORY}"
    assert only(f"# 乙村的水渠修好了\n\n{dated}\n").byline == "记者 陈某某"
    assert only(f"# 乙村的水渠修好了\n\n本报记者 刘某某\n\n{dated}\n").byline == "本报记者 刘某某"
    assert only(f"# 乙村的水渠修好了\n\n{dated}\n").body == dated


def test_a_headline_after_a_paragraph_without_its_full_stop_is_found() -> None:
    first = f"乙村的水渠修好了\n\n{STORY}\n\n全县水渠的总长一年翻了一番多"
    text = f"{first}\n\n丙校昨天开学 三十个新生入校\n\n丙校昨天开学，三十个新生走进校门。\n"
    assert parse_page(text)[-1].title == "丙校昨天开学 三十个新生入校"


@pytest.mark.parametrize(
    "byline",
    [
        "本报记者某某某通讯员某某",
        "本报记者 某某某/文 某某/图",
        "首席记者 某某某",
        "见习记者 某某某 实习生 某某",
        "本报驻京记者 某某某",
        "记者王某某 报道",
        "本报记者 某某某 通讯员 某某 摄影报道",
        "文图/某某某",
    ],
)
def test_a_byline_in_any_usual_form_leaves_the_body(byline: str) -> None:
    article = only(f"# 乙村的水渠修好了\n\n{byline}\n\n{STORY}\n")
    assert (article.byline, article.body) == (byline, STORY)


@pytest.mark.parametrize("line", ["记者走访发现", "通讯员队伍建设", "整理 完成", "首席执行官 某某某"])
def test_words_about_reporters_are_no_byline(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("咨询电话：0000-1234567（记者 某某某）", "记者 某某某"),
        ("咨询电话：0000-1234567（王某某 张某某）", "王某某 张某某"),
        ("大家都说好。（记者 某某某/文 某某/图）", "记者 某某某/文 某某/图"),
    ],
)
def test_a_signature_that_says_who_signs_needs_no_full_stop_before_it(end: str, name: str) -> None:
    assert split_signature(end) == (end[: end.index("（")], name)


@pytest.mark.parametrize(
    "text", ["本报讯（记者 某某某）", "新华社北京3月2日电（记者某某某、某某）", "大家都说好。（本报综合）"]
)
def test_brackets_that_open_a_story_or_name_nobody_are_no_signature(text: str) -> None:
    assert split_signature(text) == (text, "")


def test_a_signature_broken_across_lines_is_one() -> None:
    article = only(f"# 乙村的水渠修好了\n\n{STORY}（本报记者 某某某\n通讯员 某某）\n")
    assert (article.byline, article.body) == ("本报记者 某某某通讯员 某某", STORY)


def test_a_signature_on_a_line_of_its_own_makes_no_headline_of_the_line_above() -> None:
    text = f"# 乙村的水渠修好了\n\n{STORY}\n\n分享让更多人看到\n\n（通讯员 某某）\n\n# 丙校昨天开学\n\n{STORY}\n"
    assert [(article.title, article.byline) for article in parse_page(text)] == [
        ("乙村的水渠修好了", "通讯员 某某"),
        ("丙校昨天开学", ""),
    ]


SCHOOL = "丙校昨天开学，三十个新生走进校门，校长说他们来自十二个村，最远的走了两个小时的山路。"


@pytest.mark.parametrize("first", ["山路走了两个小时", "山路走了两个小时，"])
def test_two_bare_lines_that_stand_apart_are_judged_as_one_headline(first: str) -> None:
    text = f"乙村的水渠修好了\n\n{STORY}\n\n{first}\n丙校三十个新生走进校门\n\n{SCHOOL}\n"
    assert [article.title for article in parse_page(text)][1:] in (
        [f"{first} 丙校三十个新生走进校门"],
        [f"{first}丙校三十个新生走进校门"],
    )


def test_a_deck_right_below_two_lines_of_headline_is_a_deck() -> None:
    lower = only(f"# 乙村的水渠修好了\n村民都来看\n## 三千米水渠浇灌两千亩地\n\n{STORY}\n")
    dashed = only(f"乙村的水渠修好了\n村民都来看\n——三千米水渠浇灌两千亩地\n\n{STORY}\n")
    for article in (lower, dashed):
        assert (article.title, article.deck) == ("乙村的水渠修好了 村民都来看", "三千米水渠浇灌两千亩地")


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_bare_line_above_a_marked_headline_is_its_kicker(gap: str) -> None:
    text = f"# 乙村的水渠修好了\n\n{STORY}\n\n山里的新学期开始了{gap}# 丙校昨天开学\n\n{SCHOOL}\n"
    first, second = parse_page(text)
    assert (first.body, second.kicker, second.title) == (STORY, "山里的新学期开始了", "丙校昨天开学")


@pytest.mark.parametrize(
    "last", ["特此公告", "咨询电话：0000-1234567", "乙村村民委员会", "三、备好用水", "2031年3月6日"]
)
def test_the_last_words_of_a_notice_are_no_kicker(last: str) -> None:
    first, second = parse_page(f"# 乙村的水渠修好了\n\n{STORY}\n\n{last}\n\n# 丙校昨天开学\n\n{SCHOOL}\n")
    assert (first.body, second.kicker) == (f"{STORY}\n{last}", "")


def test_words_under_a_picture_in_the_middle_of_a_story_are_no_headline() -> None:
    caption = "孩子们在水渠边看水。某某摄"
    cut = "乙村的水渠长三千米，两千亩地的村"
    text = f"# 乙村的水渠修好了\n\n{STORY}\n\n\n\n{caption}\n\n{cut}\n\n民不用再等雨了。\n"
    story, _photo = parse_page(text)
    assert story.body == f"{STORY}\n{cut}民不用再等雨了。"


def test_the_first_line_of_a_paragraph_in_a_narrow_column_is_no_headline() -> None:
    lines = [SCHOOL[at : at + 12] for at in range(0, len(SCHOOL), 12)]
    text = f"# 乙村的水渠修好了\n\n{STORY}（某某）\n\n" + "\n".join(lines) + "\n"
    assert [article.title for article in parse_page(text)] == ["乙村的水渠修好了"]


def test_a_cut_copy_of_a_paragraph_hides_no_headline_below_it() -> None:
    text = f"乙村的水渠修好了\n\n{STORY}\n\n{STORY[:16]}\n\n丙校三十个新生走进校门\n\n本报讯 {SCHOOL}\n"
    first, second = parse_page(text)
    assert (first.body, second.title) == (STORY, "丙校三十个新生走进校门")


@pytest.mark.parametrize("row", ["村名 | 水渠\n\n乙村 | 三千米", "一、水渠三千米\n\n二、道路五千米"])
def test_rows_and_items_are_no_headlines(row: str) -> None:
    assert [
        article.title for article in parse_page(f"乙村的水渠修好了\n\n{STORY}（某某）\n\n{row}\n\n{STORY[:20]}。\n")
    ] == ["乙村的水渠修好了"]


@pytest.mark.parametrize(
    "notice",
    [
        "招租启事\n\n临街门面房三间,面积120平方米,有意者请联系0000-7654321。",
        "【广告】\n\n某某装饰，全场八折，咨询电话：0000-1234567",
        "分类广告\n\n旺铺招租 临街门面 电话13800000000\n\n空调维修 移机加氟 电话:13900000000",
        "旺铺招租 临街门面 电话13800000000",
    ],
)
def test_advertisements_without_a_mark_are_set_aside(notice: str) -> None:
    assert only(f"# 乙村的水渠修好了\n\n{STORY}\n\n{notice}\n").body == STORY


def test_the_word_above_an_advertisement_in_the_middle_of_a_story_takes_nothing_with_it() -> None:
    assert only(f"# 乙村的水渠修好了\n\n{STORY[:20]}\n\n广告\n\n{STORY[20:]}\n").body == STORY


@pytest.mark.parametrize("line", ["2023年8月10日 星期二 责任编辑 某某 校对 某某某", "农历癸卯年六月十九"])
def test_a_running_head_is_no_news(line: str) -> None:
    assert only(f"{line}\n\n乙村的水渠修好了\n\n{STORY}\n").title == "乙村的水渠修好了"


def test_a_byline_that_tells_of_pictures_is_no_caption() -> None:
    article = only(f"# 乙村的水渠修好了\n\n本报记者 某某某 摄影报道\n\n# 丙校昨天开学\n\n{SCHOOL}\n")
    assert article.title == "丙校昨天开学"


def test_a_shortened_headline_above_its_continuation_is_found_without_a_mark() -> None:
    first = f"乙村的水渠修好了 村民都来看\n\n{STORY[:20]}\n\n（下转第二版）"
    rest = f"乙村的水渠修好了\n\n上接第1版\n\n{STORY[20:]}"
    text = f"{first}\n\n丙校昨天开学 三十个新生入校\n\n{SCHOOL}\n\n{rest}\n"
    assert [article.body for article in parse_page(text)] == [STORY, SCHOOL]
