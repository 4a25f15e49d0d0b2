"""Thirty pages of ten structures, written for this project: read as whoever made them meant them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.extraction import PAGES, Marks, PageArticle, ngram_f, read_expected, read_here, score

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
