"""Thirty pages of ten structures, written for this project: read as whoever made them meant them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from benchmarks.extraction import PAGES, Marks, PageArticle, ngram_f, read_expected, read_here, score
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document

EXPECTED = read_expected(PAGES)
SINGLE = [page for page, articles in EXPECTED.items() if len(articles) == 1]


def mean(marks: Sequence[Marks], measure: str) -> float:
    return sum(getattr(mark, measure) for mark in marks) / len(marks)


def test_there_are_thirty_pages_and_each_has_its_expected_values() -> None:
    assert len(EXPECTED) == 30
    assert {path.name for path in PAGES.iterdir()} - {"expected.json"} == set(EXPECTED)


def test_titles_dates_bylines_and_bodies_are_read_as_printed() -> None:
    marks = [score(next(iter(read_here(PAGES / page)), None), EXPECTED[page][0]) for page in SINGLE]
    assert mean(marks, "title") == 1.0
    assert mean(marks, "date") == 1.0
    assert mean(marks, "byline") == 1.0
    assert mean(marks, "body") >= 0.98
    assert all(mark.body >= 0.9 for mark in marks)


@pytest.mark.parametrize("page", EXPECTED)
def test_a_page_has_as_many_articles_as_it_prints(page: str) -> None:
    assert [article.title for article in read_here(PAGES / page)] == [article.title for article in EXPECTED[page]]


def test_the_measures_tell_right_from_wrong() -> None:
    expected = PageArticle("旧井清淤", "2019-05-23", ("翟小虎",), "第一口井清了六天，泥桶吊上来八百多次。")
    other = PageArticle("旧井", "", ("记者 翟小虎 责任编辑 某某 网站技术支持 数字报平台",), "泥桶吊上来")
    assert score(expected, expected) == Marks(1.0, 1.0, 1.0, 1.0)
    assert score(None, expected) == Marks(0.0, 0.0, 0.0, 0.0)
    assert (score(other, expected).title, score(other, expected).date, score(other, expected).byline) == (0.0, 0.0, 0.0)
    # Two of the sixteen 4-grams are the same two.
    assert score(other, expected).body == pytest.approx(2 * 2 / (2 + 16))
    assert ngram_f("", "") == 1.0


@pytest.mark.parametrize(
    ("line", "byline", "day"),
    [
        ("原创 梁田 石桥发布 2024年10月18日 09:30 浙江", "梁田 石桥发布", date(2024, 10, 18)),
        ("原创 梁田 石桥发布 2024-10-18", "梁田 石桥发布", date(2024, 10, 18)),
        ("原创 梁田 石桥发布", "梁田 石桥发布", None),
    ],
)
def test_the_line_under_the_title_of_an_accounts_page_is_none_of_the_title(
    line: str, byline: str, day: date | None
) -> None:
    text = f"清水河新桥合龙\n{line}\n\n清水河新桥昨天合龙，全长三百二十米。\n\n赞 35 在看 12\n"
    issue = read_document(Document("a.txt", text.encode()))
    (article,) = issue.articles
    assert (article.title, article.byline, issue.date or article.date) == ("清水河新桥合龙", byline, day)
    assert article.body == "清水河新桥昨天合龙，全长三百二十米。"


def test_front_matter_gives_a_single_article_its_title_and_writer() -> None:
    fields = "---\ntitle: 清水河新桥合龙\ndate: 2024-10-18\nauthor: 梁田\n---\n\n"
    (article,) = read_document(Document("a.md", f"{fields}新桥昨天合龙，全长三百二十米。\n".encode())).articles
    assert (article.title, article.byline) == ("清水河新桥合龙", "梁田")
    headed = f"{fields}## 新桥通车\n\n本报记者 石水\n\n新桥昨天通车，全长三百二十米。\n"
    (article,) = read_document(Document("a.md", headed.encode())).articles
    assert (article.title, article.byline) == ("新桥通车", "本报记者 石水")
