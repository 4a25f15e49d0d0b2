"""Articles that jump to another page: both parts become one, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.parsing.jumps import Jump, join_continued, split_jump
from embeddings.parsing.text_pages import parse_page, parse_pages
from embeddings.types import Box, ParsedArticle

FIRST = "# 乙村的水渠修好了\n\n本报记者 某某\n\n水渠修了三个月，全长三千米，村民说从今往后浇地再也\n\n（下转第二版）\n"
SECOND = "（上接第一版）不用等雨了。水渠还要往南修，明年到丙村。\n\n# 丙校昨天开学\n\n丙校昨天开学，来了三十个学生。\n"


@pytest.mark.parametrize(
    ("text", "rest", "jump"),
    [
        ("水渠修好了。（下转第二版）", "水渠修好了。", Jump(goes_to="二")),
        ("水渠修好了。(下转2版)", "水渠修好了。", Jump(goes_to="2")),
        ("水渠修好了。下转02版·要闻", "水渠修好了。", Jump(goes_to="02")),
        ("▲（上接A1版）水渠修好了。", "水渠修好了。", Jump(came_from="A1")),
        ("（上接第一版）水渠（下转第三版）", "水渠", Jump("三", "一")),
        ("（详见第二版）", "（详见第二版）", Jump()),
        ("他说下转第二版是报纸的话。", "他说下转第二版是报纸的话。", Jump()),
        ("", "", Jump()),
    ],
)
def test_jump_marks_are_told_from_words(text: str, rest: str, jump: Jump) -> None:
    assert split_jump(text) == (rest, jump)


def test_both_parts_become_one_article_and_the_cut_sentence_goes_on() -> None:
    first, second = parse_pages([FIRST, SECOND])
    assert (first.title, first.page, first.byline) == ("乙村的水渠修好了", 1, "本报记者 某某")
    assert "浇地再也不用等雨了。" in first.body
    assert first.body.endswith("明年到丙村。")
    assert (second.title, second.page) == ("丙校昨天开学", 2)


def test_a_headline_repeated_at_the_jump_is_kept_once() -> None:
    pages = [FIRST, "# 丙校昨天开学\n\n来了三十个学生。\n\n# 水渠修好了\n\n（上接第一版）不用等雨了。\n"]
    first, second = parse_pages(pages)
    assert (first.title, second.title) == ("乙村的水渠修好了", "丙校昨天开学")
    assert first.body.endswith("再也不用等雨了。")


def test_a_part_whose_other_part_is_missing_stays_without_its_mark() -> None:
    (first,) = parse_pages([FIRST])
    assert first.body.endswith("从今往后浇地再也")
    articles = parse_pages([SECOND])
    assert articles[0].body.startswith("不用等雨了。")


def test_two_jumps_to_one_page_find_their_own_parts() -> None:
    pages = [
        "# 乙村的水渠修好了\n\n水渠修了三个月。\n（下转第二版）\n\n"
        "# 丙校昨天开学\n\n学校有三十个学生。\n（下转第二版）\n",
        "# 丙校开学\n\n（上接第一版）校长在门口迎接他们。\n\n# 水渠修好了\n\n（上接第一版）以后不用等雨。\n",
    ]
    water, school = parse_pages(pages)
    assert water.body == "水渠修了三个月。\n以后不用等雨。"
    assert school.body == "学校有三十个学生。\n校长在门口迎接他们。"


def test_a_jump_within_one_page_is_joined() -> None:
    text = (
        "# 乙村的水渠修好了\n\n水渠修了三个月。\n（下转第二版）\n\n"
        "# 丙校开学\n\n学校开学了。\n\n（上接第一版）以后不用等雨。\n"
    )
    first, second = parse_page(text)
    assert first.body == "水渠修了三个月。\n以后不用等雨。"
    assert second.body == "学校开学了。"


def test_a_part_from_another_page_than_it_says_is_not_taken() -> None:
    articles = [
        ParsedArticle("水渠", "水渠修了三个月（下转第四版）", page=1),
        ParsedArticle("", "（上接第二版）学校开学了。", page=3),
    ]
    assert [article.body for article in join_continued(articles)] == ["水渠修了三个月", "学校开学了。"]


def test_boxes_of_both_parts_stay_with_their_paragraphs() -> None:
    box, other = Box(1, 0.1, 0.1, 0.2, 0.2), Box(2, 0.5, 0.5, 0.6, 0.6)
    articles = [
        ParsedArticle("水渠", "头一段。\n再也\n（下转第二版）", page=1, boxes=((box,), (box,), (box,))),
        ParsedArticle("", "（上接第一版）不用等。\n末一段。", page=2, boxes=((other,), (other,))),
    ]
    (joined,) = join_continued(articles)
    assert joined.body == "头一段。\n再也不用等。\n末一段。"
    assert joined.boxes == ((box,), (box, other), (other,))


@given(st.lists(st.text(alphabet="水渠修好了。（）上接下转第一二版\n", max_size=60), max_size=5))
def test_no_text_breaks_it(bodies: list[str]) -> None:
    articles = [ParsedArticle("题", body, page=number) for number, body in enumerate(bodies, start=1)]
    for article in join_continued(articles):
        assert article.body
