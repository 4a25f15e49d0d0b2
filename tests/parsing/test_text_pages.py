"""What a page of a printed bulletin becomes. The words of these pages are made up."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.parsing.text_pages import parse_page
from embeddings.types import ArticleKind, ParsedArticle
from tests.support.paths import ROOT

SHARED = ROOT.parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared evaluation pages are not beside this checkout"
)

STORY = "青禾镇昨天种下了三千棵柳树,镇里的孩子们给每一棵树都挂上了名牌。"
SECOND = "柳树要浇三年水,镇政府安排了十二名护林员。"


def page_of(*blocks: str) -> str:
    return "\n\n".join(blocks)


def only_article(*blocks: str) -> ParsedArticle:
    articles = parse_page(page_of(*blocks))
    assert len(articles) == 1, [article.title for article in articles]
    return articles[0]


# Headlines and sections


@pytest.mark.parametrize(
    "headline", ["青禾镇种下三千棵柳树", "# 青禾镇种下三千棵柳树", "##青禾镇种下三千棵柳树", "**青禾镇种下三千棵柳树**"]
)
def test_a_headline_is_found_with_and_without_its_mark(headline: str) -> None:
    article = only_article(headline, STORY)

    assert (article.title, article.body) == ("青禾镇种下三千棵柳树", STORY)


def test_a_bare_headline_in_the_middle_of_a_page_begins_an_article() -> None:
    text = page_of(
        "# 青禾镇种下柳树", STORY, "白沙渡口重新开航", "本报讯 白沙渡口昨天重新开航,第一班船载了四十名乘客。"
    )

    assert [article.title for article in parse_page(text)] == ["青禾镇种下柳树", "白沙渡口重新开航"]


def test_words_before_a_column_break_are_no_headline() -> None:
    article = only_article("# 青禾镇种下柳树", STORY, "镇长介绍，柳树的品种由市林业", "研究所挑选，三年后可以成荫。")

    assert article.body == f"{STORY}\n镇长介绍，柳树的品种由市林业研究所挑选，三年后可以成荫。"


@pytest.mark.parametrize("mark", ["", "# "])
def test_a_headline_of_two_lines_is_one_headline(mark: str) -> None:
    article = only_article(f"{mark}三千棵柳树落户青禾\n全镇老少齐上阵", STORY)

    assert (article.title, article.body) == ("三千棵柳树落户青禾 全镇老少齐上阵", STORY)


def test_a_headline_broken_inside_a_quotation_is_joined_without_a_space() -> None:
    assert only_article("# 青禾镇启动“千棵\n柳树进村”活动", STORY).title == "青禾镇启动“千棵柳树进村”活动"


def test_a_section_name_is_the_section_of_what_follows_until_the_next() -> None:
    text = page_of("一周要闻", "# 青禾镇种下柳树", STORY, "# 渡口开航", SECOND, "民生新闻", "# 粮站收粮", SECOND)

    assert [(article.section, article.title) for article in parse_page(text)] == [
        ("一周要闻", "青禾镇种下柳树"),
        ("一周要闻", "渡口开航"),
        ("民生新闻", "粮站收粮"),
    ]


def test_a_page_number_with_a_name_is_a_section() -> None:
    assert only_article("第2版：民生", "# 青禾镇种下柳树", STORY).section == "民生"


@pytest.mark.parametrize("mark", ["## 核心提示", "核心提示", "【核心提示】"])
def test_a_lead_belongs_to_the_feature_above_it(mark: str) -> None:
    text = page_of("# 柳树成荫 青禾添绿", mark, STORY, "## 护林员的一天", SECOND)

    assert [(article.title, article.body) for article in parse_page(text)] == [
        ("柳树成荫 青禾添绿", STORY),
        ("护林员的一天", SECOND),
    ]


# Paragraphs


def test_a_sentence_cut_by_a_column_break_is_rejoined() -> None:
    assert only_article("# 青禾镇种下柳树", STORY[:20], STORY[20:], SECOND).body == f"{STORY}\n{SECOND}"


def test_a_sentence_cut_behind_a_book_title_is_rejoined() -> None:
    body = only_article("# 青禾镇种下柳树", "镇里印发了《护林办法》", "和一本浇水手册。").body

    assert body == "镇里印发了《护林办法》和一本浇水手册。"


def test_complete_captions_stay_lines_of_their_own() -> None:
    captions = ("孩子们给柳树挂名牌。", "护林员在河边浇水。")

    assert only_article("# 青禾镇种下柳树", STORY, *captions).body.split("\n") == [STORY, *captions]


def test_items_of_a_list_stay_lines_of_their_own() -> None:
    items = ("一、柳树三千棵", "二、护林员十二名")

    assert only_article("# 青禾镇种下柳树", STORY, *items).body.split("\n") == [STORY, *items]


def test_an_indented_line_opens_a_paragraph() -> None:
    assert only_article("# 青禾镇种下柳树", "　　柳树三千棵\n　　护林员十二名").body == "柳树三千棵\n护林员十二名"


@pytest.mark.parametrize(
    "copies", [(SECOND, SECOND, STORY), (SECOND, STORY, SECOND), (SECOND, STORY, SECOND[:9], SECOND[9:])]
)
def test_a_paragraph_printed_again_is_kept_once(copies: tuple[str, ...]) -> None:
    assert only_article("# 青禾镇种下柳树", *copies).body == f"{SECOND}\n{STORY}"


@pytest.mark.parametrize("copies", [(STORY[:15], STORY), (STORY, STORY[-15:]), (STORY, STORY[:15])])
def test_a_piece_of_a_paragraph_printed_beside_it_is_dropped(copies: tuple[str, ...]) -> None:
    assert only_article("# 青禾镇种下柳树", *copies).body == STORY


def test_a_cut_lead_that_repeats_the_headline_is_merged_where_its_ends_overlap() -> None:
    text = page_of(
        "青禾镇召开“千树进村”动员会  \n3月5日,青禾镇召开“千树进村”动员会",
        "召开“千树进村”动员会。会议由镇长主持。",
    )
    [article] = parse_page(text)

    assert article.title == "青禾镇召开“千树进村”动员会"
    assert article.body == "3月5日,青禾镇召开“千树进村”动员会。会议由镇长主持。"


def test_a_headline_printed_again_above_the_text_is_dropped() -> None:
    assert only_article("# 青禾镇 种下柳树", "青禾镇种下柳树", STORY).body == STORY


# Bylines and photos


@pytest.mark.parametrize(
    "byline",
    [
        "本报记者 柳小青 文/图",
        "本报记者 柳小青 通讯员 禾田",
        "□记者 柳小青 禾田",
        "记者 柳小青",
        "通讯员 柳小青 文/图",
        "学生记者 柳小青",
        "青禾镇文化站 供稿",
        "柳小青/文 禾田/图",
    ],
)
def test_a_byline_leaves_the_body_as_printed(byline: str) -> None:
    article = only_article("# 青禾镇种下柳树", byline, STORY)

    assert (article.byline, article.body) == (byline, STORY)


@pytest.mark.parametrize(
    ("signed", "byline"),
    [
        ("(禾宣)", "禾宣"),
        ("（柳小青 禾田）", "柳小青 禾田"),
        ("（记者 柳小青）", "记者 柳小青"),
        ("本报记者 柳小青", "本报记者 柳小青"),
    ],
)
def test_a_signature_behind_the_last_sentence_is_the_byline(signed: str, byline: str) -> None:
    article = only_article("# 青禾镇种下柳树", SECOND, STORY + signed)

    assert (article.byline, article.body) == (byline, f"{SECOND}\n{STORY}")


@pytest.mark.parametrize("ending", ["（完）", "（资料图片）", "（青禾日报）"])
def test_a_remark_in_brackets_is_no_signature(ending: str) -> None:
    article = only_article("# 青禾镇种下柳树", STORY + ending)

    assert (article.byline, article.body) == ("", STORY + ending)


def test_a_dateline_with_its_reporter_stays_in_the_body() -> None:
    body = f"新华社青禾3月5日电（记者柳小青）{STORY}"

    assert only_article("# 青禾镇种下柳树", body).body == body


def test_a_sentence_about_reporters_is_no_byline() -> None:
    article = only_article("# 青禾镇种下柳树", "记者走访发现", "河边的柳树都发了芽。")

    assert (article.byline, article.body) == ("", "记者走访发现河边的柳树都发了芽。")


@pytest.mark.parametrize(
    ("credit", "byline"), [("柳小青摄", "柳小青摄"), ("（柳小青摄）", "柳小青摄"), (" 柳小青 摄", "柳小青 摄")]
)
def test_a_caption_with_its_photographer_is_a_photo(credit: str, byline: str) -> None:
    text = page_of("# 青禾镇种下柳树", STORY, "", "护林员在河边浇水。" + credit, "# 渡口开航", SECOND)
    photo = parse_page(text)[1]

    assert photo.kind is ArticleKind.PHOTO
    assert (photo.title, photo.byline, photo.body) == ("", byline, "护林员在河边浇水。")


def test_a_picture_in_the_middle_of_a_sentence_leaves_the_sentence_whole() -> None:
    text = page_of("# 青禾镇种下柳树", STORY[:20], "", "护林员在河边浇水。柳小青摄", STORY[20:])
    story, photo = parse_page(text)

    assert story.body == STORY
    assert photo.kind is ArticleKind.PHOTO


# What is not news


@pytest.mark.parametrize(
    "furniture",
    [
        "2031年3月5日 星期三 第128号",
        "第2版",
        "02",
        "- 3 -",
        "责任编辑：柳小青 校对：禾田",
        "编辑 柳小青",
        "（下转第三版）",
        "新闻热线：0000-000",
    ],
)
def test_page_furniture_is_left_out(furniture: str) -> None:
    assert only_article(furniture, "# 青禾镇种下柳树", STORY[:20], furniture, STORY[20:]).body == STORY


def test_a_date_alone_is_a_masthead_above_the_news_and_text_below_it() -> None:
    article = only_article("2031年3月5日", "# 青禾镇公告", SECOND, "2031年3月6日")

    assert article.body == f"{SECOND}\n2031年3月6日"


def test_a_jump_mark_inside_a_line_is_left_out() -> None:
    assert only_article("# 青禾镇种下柳树", STORY[:20] + "（下转第二版）", "（上接第一版）" + STORY[20:]).body == STORY


# Bad input


@pytest.mark.parametrize("text", ["", " \n\u3000\n\t", "#", "###\n\n#\n", "\ufeff\x00\u200b"])
def test_a_page_without_words_has_no_articles(text: str) -> None:
    assert parse_page(text) == []


def test_text_without_a_headline_is_an_article_without_a_title() -> None:
    article = only_article(STORY, SECOND)

    assert (article.title, article.body) == ("", f"{STORY}\n{SECOND}")


def test_line_ends_of_another_system_change_nothing() -> None:
    text = page_of("一周要闻", "# 青禾镇种下柳树", STORY[:20], STORY[20:])

    assert parse_page(text.replace("\n", "\r\n")) == parse_page(text)


def test_printed_characters_are_kept() -> None:
    printed = "Ａ座５号楼的㎡数,是100．5，共①项。"

    assert only_article("# 青禾镇种下柳树", printed).body == printed


def test_every_article_carries_the_page_it_was_given() -> None:
    assert {article.page for article in parse_page(page_of("# 甲镇种树", STORY, "# 乙镇种树", SECOND), page=3)} == {3}


@pytest.mark.parametrize(
    "unit",
    [
        "字",
        "。",
        "#",
        "（",
        "![",
        "<!--",
        "“",
        "# ",
        "\x00",
        "·",
        "张三 李四 摄",
        "。摄\n",
        "社会\n\n",
        "没有结束的一行\n\n",
        "## 标题\n",
        "甲\u3000乙\u3000丙\n",
    ],
)
@pytest.mark.slow
def test_a_megabyte_of_anything_is_read(unit: str) -> None:
    # A quadratic step would take minutes here, and be noticed.
    articles = parse_page(unit * (1_000_000 // len(unit.encode())))
    assert all("\n\n" not in article.body for article in articles)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "# ",
                    "青禾",
                    "柳树。",
                    "\n",
                    "\n\n",
                    "　　",
                    "(柳小青)",
                    "本报记者 禾田",
                    "摄",
                    "核心提示",
                    "“",
                    "第2版",
                    "，",
                ]
            ),
            max_size=60,
        ).map("".join),
    )
)
def test_any_text_gives_bodies_without_blank_lines_or_edges(text: str) -> None:
    for article in parse_page(text):
        assert article.title == article.title.strip()
        assert all(line and line == line.strip() for line in article.body.split("\n") if article.body)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text("青禾镇柳树浇水护林员河边", min_size=8, max_size=60).map(lambda words: words + "。"),
        min_size=1,
        max_size=6,
    )
)
def test_no_paragraph_is_ever_lost(paragraphs: list[str]) -> None:
    kept = "\n".join(article.body for article in parse_page(page_of(*paragraphs)))

    assert all(paragraph in kept for paragraph in paragraphs)


# Real pages


def score(pages: list[Path], gold: Path, folder: Path) -> dict[str, float]:
    """Title F1, body F1 and byline share of the parsed pages against their known articles."""
    predictions = folder / "predictions.jsonl"
    with predictions.open("w", encoding="utf-8") as file:
        for page in pages:
            articles = [
                {"title": article.title, "kind": str(article.kind), "byline": article.byline, "body": article.body}
                for article in parse_page(page.read_text(encoding="utf-8"))
            ]
            file.write(json.dumps({"page": page.name, "articles": articles}, ensure_ascii=False) + "\n")
    command = [sys.executable, str(SHARED / "tools" / "score_pages.py"), str(predictions), str(gold)]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return {
        "title F1": float(words[words.index("title") + 2]),
        "body F1": float(words[words.index("body") + 2]),
        "bylines": float(words[words.index("bylines") + 1]),
    }


@needs_shared
def test_the_real_page_is_read_without_an_error(tmp_path: Path) -> None:
    scores = score([SHARED / "bulletins" / "weidu-weekly.txt"], SHARED / "eval" / "weidu_gold.jsonl", tmp_path)

    assert scores["title F1"] == 1.0
    assert scores["body F1"] >= 0.99
    assert scores["bylines"] == 1.0


@needs_shared
def test_the_development_pages_keep_their_floors(tmp_path: Path) -> None:
    folder = SHARED / "eval" / "pages_dev"
    scores = score(sorted(folder.glob("*.txt")), folder / "gold.jsonl", tmp_path)

    assert scores["title F1"] >= 0.99
    assert scores["body F1"] >= 0.99
    assert scores["bylines"] >= 0.99


APART = """【要闻】

渡口装上了路灯
本报讯（记者 方岚）青禾镇渡口昨晚亮起了六盏路灯，夜里过河的人看得见台阶了。

柳堤种满了树
本报讯（通讯员 罗青）柳堤上的三千棵树都已种下。

【文体】

象棋赛收官
本报讯（记者 方岚）镇里的象棋赛昨天结束，名单如下：
成人组头名：周柏（渡口社区）
少年组头名：林小舟（柳堤社区）
最佳组织：渡口社区

【服务】

五月便民安排
下列服务不用预约，到场排队。
理发：每周三14时，活动室，收5元
配钥匙：每周五9时，东门，每把3元

简讯
▲5月9日渡口停水。
▲书屋新到图书二百册。
"""


def test_a_section_in_brackets_and_the_lines_of_a_list_are_no_headlines() -> None:
    assert [(article.section, article.title) for article in parse_page(APART)] == [
        ("要闻", "渡口装上了路灯"),
        ("要闻", "柳堤种满了树"),
        ("文体", "象棋赛收官"),
        ("服务", "五月便民安排"),
        ("简讯", ""),
    ]
    assert "最佳组织：渡口社区" in parse_page(APART)[2].body


TYPED = {
    "老秦的渡口": ["天不亮，渡口的灯就亮了。", "老秦在这里摆了三十年船。", "（记者 苗雨）"],
    "供电通知": ["因更换线路，4月6日8时至18时，青禾街停电。", "停电的有三处：菜场、粮站、车站。", "电话：8820011。"],
    "读者来信：路灯与广场": ["桥头 一位读者", "路灯坏了两盏，已有半月。", "供电所答复：本周修好。"],
    "青禾杯象棋赛成绩": ["成人组", "第一名 祝河 七胜", "第二名 苗山 六胜", "比赛下了两天。"],
    "柳编怎么保存": ["放在通风的地方，一年晒两回。", "不要沾油。"],
}


def test_two_blank_lines_part_articles_whatever_their_titles_say() -> None:
    page = "\n\n\n".join(f"{title}\n\n" + "\n".join(text) for title, text in TYPED.items())
    articles = parse_page(page)
    assert [article.title for article in articles] == list(TYPED)
    assert articles[0].byline == "记者 苗雨"
    assert ["".join(article.body.split()) for article in articles[1:]] == [
        "".join("".join(text).split()) for text in list(TYPED.values())[1:]
    ]


def test_a_blank_line_above_and_indented_text_below_make_a_title() -> None:
    blocks = [f"{title}\n" + "\n".join(f"\u3000\u3000{line}" for line in text) for title, text in TYPED.items()]
    articles = parse_page("\n\n".join(["【要闻】", *blocks[:2], "【生活】", *blocks[2:]]))
    assert [(article.title, article.section) for article in articles] == [
        (title, "要闻" if place < 2 else "生活") for place, title in enumerate(TYPED)
    ]


def test_paragraphs_with_blank_lines_between_them_are_no_articles() -> None:
    paragraphs = [f"{STORY}这是第{number}天。\n{SECOND}" for number in range(1, 7)]
    (article,) = parse_page("三千棵柳树种下了\n\n" + "\n\n".join(paragraphs))
    assert len(article.body.splitlines()) >= 6


@pytest.mark.parametrize("indent", ["  ", "    ", "\t", "\u3000\u3000"])
def test_typed_indents_and_who_wrote_it_stand_between_a_title_and_its_text(indent: str) -> None:
    stories = [
        ("渡口停航三天", "通讯员 石岩", ["8月2日起，渡口停航三天,检修缆绳。", "急事可走上游的木桥。"]),
        ("夜校学员毕业", "镇文化站", ["夜校32名学员昨天毕业。", "最年长的学员71岁。"]),
        ("来信：路灯几时亮", "河街住户 唐叶", ["编辑同志：河街的路灯坏了半个月。", "镇里答复：周五前修好。"]),
        ("拔河成绩", "", ["男子组", "第1名 东街队", "女子组", "第1名 码头队", "领奖在周六上午。"]),
        ("更正", "", ["上期《渡口停航三天》里的8月2日应为8月3日，特此更正。"]),
        ("老桥怎么修", "本报讯", ["老桥6月10日动工，先换桥板。", "桥栏照旧样子做。"]),
    ]
    page = "\n\n".join(
        "\n".join([title, *filter(None, [by]), *(f"{indent}{line}" for line in text)]) for title, by, text in stories
    )
    articles = parse_page(page)
    assert [article.title for article in articles] == [title for title, _, _ in stories]
    assert [article.byline for article in articles] == ["通讯员 石岩", "镇文化站", "河街住户 唐叶", "", "", ""]
    assert [article.body.split("\n") for article in articles] == [text for _, _, text in stories]


def test_a_blank_line_may_part_a_title_from_its_text_below_the_head_of_an_issue() -> None:
    stories = [
        ("渡口停航三天", ["8月2日起，渡口停航三天，检修缆绳。", "急事可走上游的木桥。"]),
        ("夜校学员毕业", ["夜校32名学员昨天毕业。", "最年长的学员71岁。"]),
        ("读者来信：路灯几时亮", ["编辑同志：河街的路灯坏了半个月。", "镇里答复：周五前修好。"]),
        ("老桥怎么修", ["老桥6月10日动工，先换桥板。", "桥栏照旧样子做。"]),
        ("更正", ["上期《渡口停航三天》里的8月2日应为8月3日，特此更正。"]),
    ]
    head = "青禾馆刊\n第41期\n2023年11月15日\n青禾区图书馆、青禾区文化馆、青禾区中医院合编"
    blocks = [f"{title}\n\n" + "\n".join(f"\u3000\u3000{line}" for line in text) for title, text in stories]
    articles = parse_page("\n\n".join([head, *blocks]))
    assert [article.title for article in articles] == [title for title, _ in stories]
    assert [article.body.split("\n") for article in articles] == [text for _, text in stories]


def test_spaces_before_a_few_lines_open_no_paragraphs() -> None:
    page = "渡口停航三天\n  8月2日起，渡口停航\n三天，检修缆绳，急事\n可走上游的木桥。"
    (article,) = parse_page(page)
    assert article.body == "8月2日起，渡口停航三天，检修缆绳，急事可走上游的木桥。"


@pytest.mark.parametrize("marked", ["【{name}】", "{number}、{name}"])
def test_sections_head_titles_and_an_offices_document_has_its_own(marked: str) -> None:
    text = "\u3000\u3000"
    stories = [
        ("要闻", "渡口停航三天", f"\n{text}8月2日起，渡口停航三天，检修缆绳。\n{text}急事可走上游的木桥。\n（石岩）"),
        ("要闻", "老桥怎么修", f"\n{text}老桥6月10日动工，先换桥板。\n{text}桥栏照旧样子做。"),
        (
            "文件与公示",
            "青禾镇人民政府关于渡口摆摊的通知",
            f"青政发〔2024〕3号\n\n各村民委员会，镇属各单位：\n{text}一、摊位每天收2元。\n{text}二、六点收摊。",
        ),
        ("教育", "夜校学员毕业", f"\n{text}夜校32名学员昨天毕业。\n{text}最年长的学员71岁。"),
        *(
            ("教育", f"{street}小学开运动会", f"\n{text}{street}小学昨天开运动会，跑了四百米。\n{text}下周再跳绳。")
            for street in ("河街", "桥头", "柳坪", "石埠", "码头", "东门", "西坡", "南塘", "北岭", "沙洲", "梅岗")
        ),
    ]
    numbers = dict(zip(dict.fromkeys(section for section, _, _ in stories), "一二三", strict=True))
    page = ["青禾通讯\n2024年第6期（总第65期）\u30002024年6月20日"]
    for section, group in itertools.groupby(stories, key=lambda story: story[0]):
        page.append(marked.format(name=section, number=numbers[section]))
        page += [f"{title}\n{body}" for _, title, body in group]
    articles = parse_page("\n\n".join(page))
    assert [(article.section, article.title) for article in articles] == [story[:2] for story in stories]
    assert articles[0].byline == "石岩"
    assert articles[2].body.startswith("青政发〔2024〕3号\n各村民委员会，镇属各单位：\n一、摊位每天收2元。")


def test_columns_typed_with_wide_spaces_are_a_table_where_a_line_names_them() -> None:
    page = (
        "六月值班表\n\n\u3000\u3000日期\u3000\u3000\u3000带班领导\u3000\u3000值班员\n"
        "\u3000\u30006月7日至8日\u3000\u3000石\u3000岩\u3000\u3000唐叶、何大川\n"
        "\u3000\u30006月14日（端午）\u3000乔立\u3000\u3000唐叶\n\u3000\u3000值班电话6301200。"
    )
    (article,) = parse_page(page)
    assert article.body.split("\n") == [
        "日期 | 带班领导 | 值班员",
        "6月7日至8日 | 石岩 | 唐叶、何大川",
        "6月14日（端午） | 乔立 | 唐叶",
        "值班电话6301200。",
    ]


def test_wide_spaces_without_names_of_columns_make_no_table() -> None:
    lines = ["渡口修缆\u3000夜校开课", "石岩\u3000\u3000七十二岁", "乔立\u3000\u3000六十八岁"]
    (article,) = parse_page("两位老人\n\n" + "\n".join(f"\u3000\u3000{line}" for line in lines))
    assert " | " not in article.body


def test_an_indented_line_past_a_blank_one_goes_on_with_its_article() -> None:
    text = "\u3000\u3000"
    stories = {
        "渡口停航三天": f"通讯员\u3000石岩\n\n{text}8月2日起，渡口停航三天。\n{text}急事可走木桥。",
        "镇运动会成绩": f"\n{text}青年组\n{text}石岩\u30005米2\n\n{text}老年组\n{text}乔立\u30003米\n\n{text}周六领奖",
        "大厅夏季时间": f"\n{text}6月1日起，大厅实行夏季时间：\n{text}周一\u30008:30—12:00\n{text}周日\u3000不开放",
        "来信：路灯几时亮": f"河街3号楼\u3000唐叶\n\n{text}编辑同志：路灯坏了。\n\n{text}答复：周五前修好。",
        "更正": f"\n{text}上期的8月2日应为8月3日。",
    }
    articles = parse_page(
        "青禾街坊\n第118期\n2023年10月20日\n\n" + "\n\n".join(f"{t}\n{b}" for t, b in stories.items())
    )
    assert [article.title for article in articles] == list(stories)
    assert articles[0].byline.split() == ["通讯员", "石岩"]
    assert articles[1].body.endswith("周六领奖")
    assert "实行夏季时间：" in articles[2].body
    assert articles[3].body.endswith("答复：周五前修好。")


def test_a_headline_may_stop_at_a_colon() -> None:
    told = f"石桥镇定下年度大事：\n修桥铺路通水电\n\n\u3000\u3000{STORY}\n\u3000\u3000{SECOND}"
    (article,) = parse_page(told)
    assert article.title.startswith("石桥镇定下年度大事")
