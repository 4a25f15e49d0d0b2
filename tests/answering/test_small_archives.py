"""What is listed, summed up or told of a small archive, for which neither a model nor a search is needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from embeddings import Archive, Filters, build
from qa import Answer, Assistant
from qa.i18n import Words
from qa.types import AnswerKind, Citation
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

ISSUES = {
    "2025-09-06": [
        (
            "石桥村修通水渠",
            "要闻",
            "本报记者 陆远山",
            "石桥村的水渠8月20日通水，全长3.2公里。村党支部书记郑大川说，水渠修了两年。",
        ),
        ("夜校开课", "文化", "", "县文化馆的夜校开了书法、剪纸两门课，每周二晚上7点上课。"),
    ],
    "2025-09-13": [
        ("石桥村的葡萄熟了", "要闻", "本报记者 陆远山", "水渠通水以后，石桥村种了80亩葡萄。今年每亩能收入6000元。"),
        (
            "四位能手登台",
            "",
            "",
            "邢海东在台上讲怎样剪枝；柯长林教大家看土色；樊秀云带来自家的秤；卞正清唱了一支山歌。四人都是本县的种粮能手。",
        ),
    ],
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("county")
    for day, articles in ISSUES.items():
        rows = [
            {"date": day, "title": title, "section": section, "byline": byline, "text": text}
            for title, section, byline, text in articles
        ]
        write_issue(folder, f"青禾县报 {day}.jsonl", rows)
    encoder = CountingEncoder()
    build(folder, archive=folder / "archive", encoder=encoder)
    return Assistant(Archive.open(folder / "archive"), encoder, today=lambda: date(2025, 9, 20))


def quotes_are_printed(answer: Answer) -> bool:
    return all(citation.article.body[citation.start : citation.end] == citation.quote for citation in answer.citations)


def test_a_bare_topic_gets_its_articles_the_newest_first_and_what_to_ask_next(county: Assistant) -> None:
    answer = county.ask("水渠")
    assert answer.kind is AnswerKind.OVERVIEW
    assert [citation.article.title for citation in answer.citations] == ["石桥村的葡萄熟了", "石桥村修通水渠"]
    assert quotes_are_printed(answer)
    asked = answer.text.rsplit("接着可以问：", 1)[1].split(" ")
    assert asked[0] == "《石桥村的葡萄熟了》讲了什么？"
    for question in asked:
        assert not county.ask(question).abstained
    assert isinstance(answer.text, Words)
    assert "To ask next: " in answer.text.english


def test_an_article_is_summed_up_by_its_title(county: Assistant) -> None:
    answer = county.ask("《夜校开课》讲了什么？")
    assert answer.kind is AnswerKind.SUMMARY
    assert {citation.article.title for citation in answer.citations} == {"夜校开课"}
    assert quotes_are_printed(answer)


def test_a_title_with_a_name_in_marks_leads_on_and_is_understood_as_it_is_told(tmp_path: Path) -> None:
    write_issue(
        tmp_path, "县报 2025-09-06.jsonl", [{"title": "《白露》开演", "text": "今日《白露》开演。观众有三百人。"}]
    )
    encoder = CountingEncoder()
    build(tmp_path, archive=tmp_path / "archive", encoder=encoder)
    theatre = Assistant(Archive.open(tmp_path / "archive"), encoder)
    asked = theatre.ask("白露").text.rsplit("接着可以问：", 1)[1]
    assert asked == "《〈白露〉开演》讲了什么？"
    assert theatre.ask(asked).kind is AnswerKind.SUMMARY


def test_what_somebody_wrote_is_counted(county: Assistant) -> None:
    answer = county.ask("陆远山写了几篇？")
    assert answer.kind is AnswerKind.COUNTED
    assert "2篇" in answer.text
    assert {citation.article.title for citation in answer.citations} == {"石桥村修通水渠", "石桥村的葡萄熟了"}


def test_somebody_is_described_by_the_post_before_the_name(county: Assistant) -> None:
    answer = county.ask("郑大川是谁？")
    assert not answer.abstained
    assert "村党支部书记郑大川" in answer.quote


@pytest.mark.parametrize(
    ("question", "chinese", "english"),
    [
        ("最新一期是哪天？", "最新一期是", "The newest issue is"),
        ("公报更新到哪天了？", "最新一期是", "The newest issue is"),
        ("最早的一期是什么时候的？", "最早的一期是", "The oldest issue is"),
    ],
)
def test_the_ends_of_the_archive_are_told(county: Assistant, question: str, chinese: str, english: str) -> None:
    answer = county.ask(question)
    day = "2025年9月6日" if "早" in question else "2025年9月13日"
    assert answer.kind is AnswerKind.COUNTED
    assert answer.text.startswith(chinese)
    assert day in answer.text.split("\n")[0]
    assert "有2篇文章" in answer.text
    assert isinstance(answer.text, Words)
    assert answer.text.english.startswith(english)


def test_the_range_and_the_size_of_the_archive_are_told(county: Assistant) -> None:
    text = county.ask("收录的公报从哪天到哪天？").text
    assert text.index("2025年9月6日") < text.index("2025年9月13日")
    assert "2期" in text
    assert "4篇" in text
    assert "2期" in county.ask("一共有多少期？").text
    assert "4篇" in county.ask("资料库里有多少文章？").text


def test_the_sections_are_told_in_the_order_of_print(county: Assistant) -> None:
    answer = county.ask("有哪些栏目？")
    assert answer.kind is AnswerKind.COUNTED
    assert "2个栏目：要闻、文化" in answer.text


def test_people_told_of_one_after_the_other_are_listed_with_rare_surnames(county: Assistant) -> None:
    answer = county.ask("登台的是哪四位能手？")
    assert answer.kind is AnswerKind.LIST
    assert len(answer.citations) == 4
    for name in ("邢海东", "柯长林", "樊秀云", "卞正清"):
        assert name in answer.text
    assert quotes_are_printed(answer)
    assert county.ask("登台的是哪三位能手？").kind is not AnswerKind.LIST


def test_what_is_told_of_a_year_in_another_is_found(county: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    with county.archive.snapshot() as snapshot:
        article = snapshot.find_articles(filters=Filters())[0]

    def search(question: str, _: object, asking: Any) -> Answer:
        quote = "全村收了80吨。" if asking.filters.since else "2025年，全村收了70吨。"
        return Answer(
            question=question,
            kind=AnswerKind.FOUND,
            text=quote,
            quote=quote,
            citations=(Citation(1, article, quote, None, None),),
        )

    monkeypatch.setattr(county, "_search", search)
    assert county.ask("2025年全村收了多少吨葡萄").quote == "2025年，全村收了70吨。"
