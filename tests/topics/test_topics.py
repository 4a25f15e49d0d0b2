"""Topics: articles over time, the sentences that say most, names and numbers beside them; side by side; kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, Filters, add, build
from qa import Assistant
from qa.errors import QuestionCode, QuestionError
from qa.query.names import people_in
from qa.topics.names import FoundName, NameFinder, NameKind
from qa.topics.topic import Topic
from qa.topics.topics import Topics
from tests.support.fakes import CountingEncoder
from tests.support.issues import write_issue

PLACES = ("青石镇", "白沙村")
ROWS = {
    "县报-2025-09-13.jsonl": [
        {"title": "青石镇修水渠", "text": "青石镇投入320万元修水渠。镇长赵大明说，水渠长12公里。"},
        {"title": "白沙村收稻", "text": "白沙村收了稻谷。青石镇的收割机也来帮忙。"},
    ],
    "县报-2025-03-02.jsonl": [
        {"title": "春耕", "text": "各地开始春耕。青石镇投入320万元修水渠！赵大明到场。"},
        {"title": "无关", "text": "县城下了一场雨。"},
    ],
}


class ListedNames:
    """Finds the places that are listed, and people by their surnames; counts what it is asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def find(self, text: str) -> list[FoundName]:
        self.texts.append(text)
        places = [FoundName(place, NameKind.PLACE) for place in PLACES for _ in range(text.count(place))]
        return [*places, *(FoundName(name, NameKind.PERSON) for name in people_in(text))]


@pytest.fixture
def finder() -> ListedNames:
    return ListedNames()


@pytest.fixture
def archive(tmp_path: Path, counting: CountingEncoder) -> Path:
    for name, rows in ROWS.items():
        write_issue(tmp_path / "issues", name, rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return tmp_path / "archive"


@pytest.fixture
def topics(archive: Path, finder: NameFinder) -> Topics:
    return Topics(Archive.open(archive), finder=finder)


def found(topics: Topics, name: str, filters: Filters | None = None) -> Topic:
    topic = topics.topic(name, filters=filters)
    assert topic is not None
    return topic


def test_a_topic_has_its_articles_over_time_and_what_stands_beside_it(topics: Topics) -> None:
    topic = found(topics, "青石镇")
    assert topic.kind is NameKind.PLACE
    assert [one.title for one in topic.articles] == ["青石镇修水渠", "白沙村收稻", "春耕"]
    assert topic.printed == {date(2025, 9, 13): 2, date(2025, 3, 2): 1}
    assert topic.issues == 2
    assert [one.name for one in topic.names(NameKind.PERSON)] == ["赵大明"]
    assert [(one.name, one.articles) for one in topic.names(NameKind.PLACE)] == [("白沙村", 1)]
    assert ("320万元", "青石镇投入320万元修水渠") in [(one.text, one.clause) for one in topic.numbers]
    assert all(one.headline.title for one in topic.numbers)


def test_sentences_that_say_the_same_are_told_once_and_each_stands_in_its_article(topics: Topics) -> None:
    telling = found(topics, "青石镇").telling
    assert [one.quote for one in telling] == ["青石镇投入320万元修水渠。", "青石镇的收割机也来帮忙。"]
    assert all(one.article.body[one.start : one.end] == one.quote for one in telling)


def test_filters_narrow_a_topic(topics: Topics) -> None:
    topic = found(topics, "青石镇", Filters(until=date(2025, 6, 1)))
    assert [one.title for one in topic.articles] == ["春耕"]


def test_a_topic_that_nobody_speaks_of_is_none(topics: Topics) -> None:
    assert topics.topic("恐龙") is None
    assert topics.compare(["恐龙", "火星"]) is None


@pytest.mark.parametrize(("name", "code"), [(" ", QuestionCode.EMPTY), ("长" * 41, QuestionCode.TOPIC_TOO_LONG)])
def test_a_topic_is_a_name_of_some_length(topics: Topics, name: str, code: QuestionCode) -> None:
    with pytest.raises(QuestionError) as caught:
        topics.topic(name)
    assert caught.value.code is code


def test_a_topic_is_gathered_once_for_a_state_of_the_archive(
    topics: Topics, finder: ListedNames, archive: Path, tmp_path: Path, counting: CountingEncoder
) -> None:
    first = found(topics, "青石镇")
    asked = len(finder.texts)
    assert topics.topic(" 青石镇 ") is first
    assert len(finder.texts) == asked
    added = write_issue(tmp_path / "issues", "县报-2025-10-01.jsonl", [{"title": "通车", "text": "青石镇通了公交。"}])
    add(added, archive=archive, encoder=counting)
    assert found(topics, "青石镇").articles[0].title == "通车"


def test_what_is_read_for_names_does_not_grow_with_the_archive(
    finder: ListedNames, tmp_path: Path, counting: CountingEncoder
) -> None:
    day = "。".join(f"青石镇第{n}天" for n in range(10))
    rows = [{"title": f"第{n}篇", "text": f"青石镇有{n}件事。{day}。"} for n in range(400)]
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    topic = found(Topics(Archive.open(tmp_path / "archive"), finder=finder), "青石镇")
    assert len(topic.articles) == 400
    assert sum(map(len, finder.texts)) <= 6_000


def test_topics_side_by_side_share_names_and_articles(topics: Topics) -> None:
    compared = topics.compare(["青石镇", "白沙村", "恐龙"])
    assert compared is not None
    assert [topic.name for topic in compared.topics] == ["青石镇", "白沙村"]
    assert [one.title for one in compared.shared_articles] == ["白沙村收稻"]
    compared = topics.compare(["青石镇", "水渠"])
    assert compared is not None
    assert compared.shared_names == ("赵大明",)
    with pytest.raises(QuestionError) as caught:
        topics.compare(["青石镇"])
    assert caught.value.code is QuestionCode.BAD_TOPICS


def test_a_timeline_goes_on_where_a_part_of_it_ended(topics: Topics) -> None:
    count, whole = topics.timeline("青石镇")
    assert count == len(whole) == 3
    assert [one.article.date for one in whole] == [date(2025, 9, 13), date(2025, 9, 13), date(2025, 3, 2)]
    assert topics.timeline("青石镇", limit=1, skip=2)[1][0].quote == whole[2].quote


def test_an_assistant_has_the_topics_of_its_archive(archive: Path, counting: CountingEncoder) -> None:
    assert Assistant(Archive.open(archive), counting).topics.topic("白沙村") is not None
