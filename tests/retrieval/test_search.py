from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from embeddings import Archive, Article, Chunk, Encoder, Filters, Issue, ModelMismatchError, build, open_archive
from embeddings.archive.base import ScoredChunk
from embeddings.archive.snapshot import LocalSnapshot, _threads_computing
from qa import Assistant, Passage, ask, read_filters, retrieve
from qa.query.question import Asks, read_question
from qa.retrieval.search import RetrievalSettings, find_passages, fuse, merge_hits, without_duplicates
from qa.types import Hit, newer_first
from tests.support.fakes import CountingEncoder

ISSUE = Issue("0" * 64, "测试", None, "test.txt")
BODY = "第一句话说天气。第二句话说收成。第三句话说集市。第四句话说学校。"


def article(body: str = BODY, identity: str = "a") -> Article:
    return Article(identity, ISSUE, "题目", body)


def hit(start: int, end: int, score: float, *, of: Article | None = None) -> Hit:
    of = of or article()
    return Hit(Chunk(f"{start}", of.id, of.body[start:end], start, end), of, score, 1.0, 1, 1)


def passage(text: str, identity: str = "a") -> Passage:
    return Passage(article(text, identity), text, 0, len(text), 1.0)


def test_neighbouring_chunks_become_one_passage_of_the_better_score() -> None:
    (merged,) = merge_hits([hit(8, 16, 0.9), hit(0, 8, 0.4)], k=5, settings=RetrievalSettings())
    assert (merged.text, merged.start, merged.end, merged.score) == (BODY[:16], 0, 16, 0.9)


def test_chunks_that_do_not_touch_stay_apart() -> None:
    assert len(merge_hits([hit(0, 8, 0.9), hit(24, 32, 0.4)], k=5, settings=RetrievalSettings())) == 2


def test_chunks_of_two_articles_are_never_merged() -> None:
    hits = [hit(0, 8, 0.9), hit(8, 16, 0.4, of=article(identity="b"))]
    assert len(merge_hits(hits, k=5, settings=RetrievalSettings())) == 2


def test_a_merged_passage_keeps_to_its_length() -> None:
    merged = merge_hits([hit(0, 8, 0.9), hit(8, 16, 0.4)], k=5, settings=RetrievalSettings(passage_chars=10))
    assert [found.text for found in merged] == [BODY[:8], BODY[8:16]]


def test_near_duplicates_are_shown_once() -> None:
    texts = ["全区今年秋粮收成很好，农民都很高兴。", "全区今年秋粮收成很好,农民都很高兴!", "学校开学了。"]
    kept = list(without_duplicates([passage(text, str(n)) for n, text in enumerate(texts)], overlap=0.9))
    assert [found.text for found in kept] == [texts[0], texts[2]]


def test_a_short_caption_is_no_duplicate_of_a_long_report_that_says_it() -> None:
    report = "全区今年秋粮收成很好，农民都很高兴。" + "各乡镇组织农机手抢收抢种，粮站延长营业时间。" * 2
    assert len(list(without_duplicates([passage(report, "a"), passage(report[:9], "b")], overlap=0.9))) == 2


def test_each_search_has_its_share_of_the_fused_score() -> None:
    fused = fuse(np.array([0.10, 0.05, -0.02]), np.array([0.0, 4.0, 8.0], np.float32), lexical_weight=0.5)
    assert fused == pytest.approx([0.5, 0.25 + 0.25, 0.5])


def test_fusing_nothing_that_matches_gives_zero() -> None:
    assert fuse(np.array([-0.1]), np.zeros(1, np.float32), lexical_weight=0.5) == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("谁主持了会议？", Asks.WHO),
        ("誰主持了會議？", Asks.WHO),
        ("会议是哪天召开的？", Asks.WHEN),
        ("他住在哪个小区？", Asks.WHERE),
        ("一共有多少人？", Asks.HOW_MANY),
        ("他为什么吃力？", Asks.WHY),
        ("钱是怎么凑的？", Asks.HOW),
        ("这张照片是谁拍的？", Asks.AUTHOR),
        ("六有标准指什么？", Asks.WHAT),
        ("How many people came?", Asks.HOW_MANY),
        ("村里几个人是怎么把车抬出来的？", Asks.HOW),
        ("这几天渔船停在哪里？", Asks.WHERE),
        ("来了几个人？", Asks.HOW_MANY),
        ("Where does she live?", Asks.WHERE),
    ],
)
def test_a_question_asks_for_one_kind_of_thing(question: str, asks: Asks) -> None:
    assert read_question(question).asks is asks


@pytest.mark.parametrize("question", ["", " \n", "问" * 501])
def test_an_empty_or_endless_question_is_refused(question: str) -> None:
    with pytest.raises(ValueError, match="question"):
        read_question(question)


def test_passages_come_best_first_with_their_source(sample_archive: Path) -> None:
    passages = retrieve("李德民的党龄有多少年？", k=5, archive=sample_archive)
    # Of equals the newer comes first, and the rest as they were scored.
    order = [(-round(p.score, 2), -(p.article.date or date.min).toordinal(), -p.score) for p in passages]
    assert order == sorted(order)
    assert "42年" in passages[0].text
    assert passages[0].article.title == "退休不褪色 老党员上阵忙创文"
    assert passages[0].article.issue.name == "魏都一周要闻"
    assert passages[0].article.date is None


def test_every_passage_is_a_slice_of_its_article(assistant: Assistant) -> None:
    for question in ("奥运会谁夺得金牌？", "粮食产量多少？", "谁在打扫卫生？"):
        for found in assistant.retrieve(question, k=10):
            assert found.article.body[found.start : found.end] == found.text


@pytest.mark.parametrize("k", [1, 5, 12])
def test_passages_are_the_same_however_few_hits_are_opened_at_first(sample_archive: Path, k: int) -> None:
    questions = ["志愿者做了什么？", "会议要求什么？", "全国有多少人？", "李德民的党龄有多少年？"]
    few, all_ = RetrievalSettings(opened=k, merged_hits=k), RetrievalSettings(opened=100, merged_hits=k)
    with Archive.open(sample_archive).snapshot() as snapshot:
        vector = snapshot.sample_vectors()[0]
        for question in map(read_question, questions):
            first, wanted = (find_passages(question, vector, snapshot, k=k, settings=one) for one in (few, all_))
            assert first == wanted
            assert len(first) == k


def test_a_question_on_the_author_gets_the_byline_with_the_passage(assistant: Assistant) -> None:
    first = assistant.retrieve("写周惠芳那篇报道的记者是谁？")[0]
    assert first.text == f"{first.article.body[first.start : first.end]}\n{first.article.byline}"
    assert first.article.byline == "本报记者 孙江锋 文/图"


def test_traditional_script_finds_simplified_text(assistant: Assistant) -> None:
    assert "42年" in assistant.retrieve("李德民的黨齡有多少年？")[0].text


def test_simplified_script_finds_traditional_and_full_width_text_and_shows_it_as_printed(
    tmp_path: Path, default_encoder: Encoder
) -> None:
    printed = "縣圖書館１２月３日起開放夜讀，讀者可帶３本書。"
    (tmp_path / "報.md").write_text(f"## 圖書館夜裡開門\n\n{printed}\n\n## 橋通了\n\n新橋今日通車。\n", "utf-8")
    build(tmp_path / "報.md", archive=tmp_path / "a", encoder=default_encoder)
    answer = Assistant(Archive.open(tmp_path / "a"), default_encoder).ask("县图书馆12月几日开放夜读？")
    assert answer.quote == printed
    assert "12月3日" not in answer.quote


def test_filters_leave_only_what_they_say(assistant: Assistant) -> None:
    found = assistant.retrieve("发生了什么？", k=10, filters=read_filters(since="2021-11-01", until="2021-11-30"))
    assert {passage.article.date for passage in found} == {date(2021, 11, 8)}
    named = assistant.retrieve("发生了什么？", k=10, filters=Filters(issue="魏都一周要闻"))
    assert {passage.article.issue.name for passage in named} == {"魏都一周要闻"}
    placed = assistant.retrieve("发生了什么？", k=10, filters=Filters(section="国际"))
    assert {passage.article.section for passage in placed} == {"国际"}


def test_filters_that_leave_nothing_find_nothing_and_say_so(sample_archive: Path) -> None:
    assert retrieve("发生了什么？", archive=sample_archive, since="2030-01-01") == []
    answer = ask("发生了什么？", archive=sample_archive, issue="没有这一期")
    assert answer.abstained
    assert "筛选" in answer.text


@pytest.mark.parametrize("day", ["昨天", "2021-13-40"])
def test_a_bad_date_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match="since"):
        read_filters(since=day)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        read_filters(since="2021-09-12", until="2021-09-11")


def test_a_model_that_is_not_the_archives_is_refused(tmp_path: Path, counting: CountingEncoder) -> None:
    issue = tmp_path / "a.jsonl"
    issue.write_text('{"text": "甲地下了一场大雨。"}', encoding="utf-8")
    build(issue, archive=tmp_path / "archive", encoder=counting)
    from embeddings import Archive

    other = CountingEncoder(name="other", fingerprint="other-1")
    with pytest.raises(ModelMismatchError, match="built with counting"):
        Assistant(Archive.open(tmp_path / "archive"), other)


def test_an_open_assistant_answers_from_the_new_state(tmp_path: Path, counting: CountingEncoder) -> None:
    from embeddings import Archive

    issue = tmp_path / "a.jsonl"
    issue.write_text('{"text": "甲地下了一场大雨。"}', encoding="utf-8")
    build(issue, archive=tmp_path / "archive", encoder=counting)
    open_assistant = Assistant(Archive.open(tmp_path / "archive"), counting)
    assert "大雨" in open_assistant.retrieve("下雨")[0].text
    issue.write_text('{"text": "甲地下了一场小雪。"}', encoding="utf-8")
    build(issue, archive=tmp_path / "archive", encoder=counting)
    assert [found.text for found in open_assistant.retrieve("下雪")] == ["甲地下了一场小雪。"]


def test_an_assistant_serves_several_threads(assistant: Assistant) -> None:
    questions = [
        "李德民的党龄有多少年？",
        "谁在打扫卫生？",
        "义务劳动日是哪天？",
        "装了智慧党建平台的社区有多少个？",
    ] * 4
    expected = {question: assistant.retrieve(question) for question in set(questions)}
    wrong: list[str] = []

    def check(question: str) -> None:
        if assistant.retrieve(question) != expected[question]:
            wrong.append(question)

    threads = [threading.Thread(target=check, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_of_equally_good_hits_the_newer_news_goes_first() -> None:
    def hit(name: str, score: float, day: date | None) -> Hit:
        article = Article(name, ISSUE, name, "正文。", date=day)
        return Hit(Chunk(name, name, "正文。", 0, 3), article, score, 0.0, None, None)

    old, new = date(2021, 8, 2), date(2022, 6, 17)
    hits = [hit("undated", 0.801, None), hit("old", 0.803, old), hit("worse", 0.5, new), hit("new", 0.799, new)]
    assert [found.article.id for found in newer_first(hits)] == ["new", "old", "undated", "worse"]


def test_no_more_threads_search_at_once_than_there_are_cores(
    sample_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.archive.snapshot.usable_cores", lambda: 2)
    _threads_computing.cache_clear()
    at_work, most, together = [0], [0], threading.Lock()
    search_words = LocalSnapshot.search_words

    def counted(self: LocalSnapshot, question: str, k: int, *, filters: Filters | None = None) -> list[ScoredChunk]:
        with together:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.02)  # so that others would come in
        with together:
            at_work[0] -= 1
        return search_words(self, question, k, filters=filters)

    monkeypatch.setattr(LocalSnapshot, "search_words", counted)
    archive = open_archive(sample_archive)
    dimension = archive.settings.dimension if archive.settings else 0
    vector = np.full(dimension, dimension**-0.5, dtype=np.float32)

    def ask(_: int) -> int:
        with archive.snapshot() as snapshot:
            return len(find_passages(read_question("高考什么时候开始？"), vector, snapshot, k=3))

    try:
        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(ask, range(12))) == {3}
    finally:
        _threads_computing.cache_clear()
        archive.close()
    assert most[0] == 2
