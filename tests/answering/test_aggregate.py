from __future__ import annotations

from collections import Counter

import pytest

from embeddings import Filters
from qa import Assistant
from qa.answering.aggregate import Census, Wants, read_census, section_in, take_census
from qa.i18n import Words, words


@pytest.mark.parametrize(
    ("question", "wants", "phrase"),
    [
        ("有几篇文章提到李德民？", Wants.ARTICLES, "李德民"),
        ("关于疫苗的报道有多少篇？", Wants.ARTICLES, "疫苗"),
        ("哪些文章提到了创文？", Wants.ARTICLES, "创文"),
        ("全红婵在几篇文章里出现？", Wants.ARTICLES, "全红婵"),
        ("哪几期提到奥运会？", Wants.ISSUES, "奥运会"),
        ("李德民在哪几期出现过？", Wants.ISSUES, "李德民"),
        ("哪一期报道了“东京奥运会”", Wants.ISSUES, "东京奥运会"),
        ("哪幾期提到奧運會？", Wants.ISSUES, "奥运会"),
        ("一共收录了多少期？", Wants.ISSUES, ""),
        ("有多少篇文章？", Wants.ARTICLES, ""),
        ("概括一下", Wants.OVERVIEW, ""),
        ("讲了什么？", Wants.OVERVIEW, ""),
        ("有哪些新闻？", Wants.OVERVIEW, ""),
    ],
)
def test_questions_about_the_archive_are_told(question: str, wants: Wants, phrase: str) -> None:
    assert read_census(question) == Census(wants, phrase)


@pytest.mark.parametrize(
    "question",
    [
        "李德民是谁？",
        "会议提出了什么？",
        "建安粮苑有几栋楼？",
        "哪些社区提到了志愿者？",
        "什么时候开会？",
        "介绍一下李德民",
        "",
    ],
)
def test_questions_about_the_news_are_none(question: str) -> None:
    assert read_census(question) is None


def test_every_article_with_a_phrase_is_counted_and_no_other(assistant: Assistant) -> None:
    with assistant.archive.snapshot() as snapshot:
        everything = snapshot.find_articles()
        for phrase in ("美国", "魏都区", "9月12日", "奧運", "12", "没有这个词"):
            found = snapshot.find_phrase(phrase)
            wanted = "奥运" if phrase == "奧運" else phrase
            holding = {(a.issue_id, a.id) for a in everything if wanted in f"{a.heading}\n{a.body}"}
            if phrase != "12":  # 12 alone is no part of 2012
                assert {(a.issue_id, a.id) for a in found} == holding
            assert {(a.issue_id, a.id) for a in found} <= holding


def test_a_count_lists_what_it_counts(assistant: Assistant) -> None:
    answer = assistant.ask("有几篇文章提到美国？")
    with assistant.archive.snapshot() as snapshot:
        found = snapshot.find_phrase("美国")
    assert answer.text.startswith(f"有{len(found)}篇文章提到“美国”")
    assert [citation.article.id for citation in answer.citations] == [article.id for article in found]
    assert all("美国" in citation.quote or "美国" in citation.article.title for citation in answer.citations)


def test_the_days_of_all_that_is_counted_are_told_listed_or_not(assistant: Assistant) -> None:
    answer = assistant.ask("一共有多少篇文章？")
    with assistant.archive.snapshot() as snapshot:
        everything = snapshot.find_articles()
    assert len(everything) > len(answer.citations)
    assert Counter(dict(answer.printed)) == Counter(article.date for article in everything)
    assert assistant.ask("哪几期提到恐龙化石？").printed == ()


def test_an_overview_tells_how_many_articles_it_leaves_out(assistant: Assistant) -> None:
    answer = assistant.ask("概括一下")
    left_out = sum(count for _, count in answer.printed) - len(answer.citations)
    assert left_out > 0
    assert answer.text.endswith(f"\n……另有{left_out}条未列出")
    assert isinstance(answer.text, Words)
    assert answer.text.english.endswith(f"\n… {left_out} more are not listed.")


def test_a_count_is_told_in_both_languages(assistant: Assistant) -> None:
    text = assistant.ask("2021年11月有多少篇文章？").text
    assert isinstance(text, Words)
    first, line, *_ = text.english.split("\n")
    assert first == "12 articles (November 2021):"
    assert line.endswith(" (8 November 2021)[1]")


def test_what_nobody_wrote_about_is_counted_as_none(assistant: Assistant) -> None:
    answer = assistant.ask("哪几期提到恐龙化石？")
    assert (answer.text, answer.abstained, answer.citations) == ("没有文章提到“恐龙化石”。", False, ())


def test_an_overview_gives_each_article_a_sentence(assistant: Assistant) -> None:
    with assistant.archive.snapshot() as snapshot:
        issue = snapshot.issues()[0].issue
        filters = Filters(issue=issue.id)
        answer = take_census(Census(Wants.OVERVIEW), "概括一下", snapshot, filters=filters, within="")
        articles = snapshot.find_articles(filters=filters)
    assert len(answer.citations) == len(articles)
    for citation in answer.citations:
        assert citation.article.body[citation.start : citation.end] == citation.quote
        titled = words("titled", title=citation.article.title)
        assert f"{titled}{citation.quote}[{citation.number}]" in answer.text


def test_a_section_is_told_by_what_stands_beside_it() -> None:
    sections = ["国际", "一周要闻"]
    assert section_in("国际版有什么？", sections) == ("国际", "有什么？")
    assert section_in("有哪些国际新闻？", sections) == ("国际", "有哪些新闻？")
    assert section_in("国际合作有哪些？", sections) is None
