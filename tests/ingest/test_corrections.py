"""What editors change: it is kept beside the source, survives rebuilds, and re-encodes only what it touches."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, Article, SourceError, add, build, correct_article, correct_issue, withdraw
from embeddings.ingest.corrections import FILE_NAME, correct, corrections_between
from embeddings.types import Box, ParsedArticle, ParsedIssue
from tests.support.fakes import CountingEncoder

MARKDOWN = """---
name: 青禾县报
date: 2025-09-13
---
## 水渠修好了

十月底，乙村的水渠通了水。

全长三千米。

## 大雨下了一夜

甲地昨夜有大雨。
"""


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "a.md").write_text(MARKDOWN, encoding="utf-8")
    return folder


@pytest.fixture
def archive(issues: Path, tmp_path: Path, counting: CountingEncoder) -> Path:
    build(issues, archive=tmp_path / "archive", encoder=counting)
    counting.encoded.clear()
    return tmp_path / "archive"


def articles_of(archive: Path) -> list[Article]:
    with Archive.open(archive).snapshot() as snapshot:
        return [article for entry in snapshot.issues() for article in snapshot.read_issue(entry.issue.id)[0].articles]


def test_a_corrected_title_survives_a_full_rebuild(issues: Path, archive: Path, counting: CountingEncoder) -> None:
    before = articles_of(archive)[0]
    correct_article(before.id, title="乙村水渠通水", byline="本报记者 甲", archive=archive, encoder=counting)
    build(issues, archive=archive, full=True, encoder=counting)
    after = articles_of(archive)[0]
    assert (after.id, after.title, after.byline) == (before.id, "乙村水渠通水", "本报记者 甲")
    assert (issues / "a.md").read_text(encoding="utf-8") == MARKDOWN


def test_a_correction_encodes_only_what_it_touches(archive: Path, counting: CountingEncoder) -> None:
    article = articles_of(archive)[0]
    report = correct_article(article.id, paragraphs={2: "全长三千二百米。"}, archive=archive, encoder=counting)
    assert (report.replaced, report.chunks_encoded) == (1, 1)
    assert counting.encoded == ["水渠修好了\n十月底，乙村的水渠通了水。\n全长三千二百米。"]


def test_a_byline_is_corrected_without_encoding_anything(archive: Path, counting: CountingEncoder) -> None:
    correct_article(articles_of(archive)[0].id, byline="通讯员 乙", archive=archive, encoder=counting)
    assert counting.encoded == []
    assert articles_of(archive)[0].byline == "通讯员 乙"


def test_a_field_corrected_twice_is_as_the_last_one_says(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    article = articles_of(archive)[0]
    for title in ("甲", "乙村水渠通水了"):
        correct_article(article.id, title=title, archive=archive, encoder=counting)
    assert articles_of(archive)[0].title == "乙村水渠通水了"
    assert len((issues / FILE_NAME).read_text(encoding="utf-8").splitlines()) == 2


def test_a_correction_outlives_a_change_of_the_source_elsewhere(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    correct_article(articles_of(archive)[0].id, title="乙村水渠通水", archive=archive, encoder=counting)
    (issues / "a.md").write_text(MARKDOWN.replace("有大雨", "有暴雨"), encoding="utf-8")
    build(issues, archive=archive, encoder=counting)
    assert [article.title for article in articles_of(archive)] == ["乙村水渠通水", "大雨下了一夜"]
    assert articles_of(archive)[1].body == "甲地昨夜有暴雨。"


def test_a_correction_that_fits_nothing_any_more_is_told(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    correct_article(articles_of(archive)[0].id, title="乙村水渠通水", archive=archive, encoder=counting)
    (issues / "a.md").write_text(MARKDOWN.replace("水渠修好了", "水渠完工"), encoding="utf-8")
    report = build(issues, archive=archive, encoder=counting)
    assert "水渠修好了" in report.stale_corrections[0]
    assert articles_of(archive)[0].title == "水渠完工"


def test_the_name_and_date_of_an_issue_are_corrected(archive: Path, counting: CountingEncoder) -> None:
    correct_issue("青禾县报", new_name="青禾周报", day=date(2025, 9, 14), archive=archive, encoder=counting)
    article = articles_of(archive)[0]
    assert (article.issue.name, article.issue.date, article.date) == ("青禾周报", date(2025, 9, 14), date(2025, 9, 14))


def test_a_dropped_article_is_not_indexed(issues: Path, archive: Path, counting: CountingEncoder) -> None:
    correct_article(articles_of(archive)[0].id, drop=True, archive=archive, encoder=counting)
    build(issues, archive=archive, full=True, encoder=counting)
    assert [article.title for article in articles_of(archive)] == ["大雨下了一夜"]


def test_an_article_may_not_lose_all_its_text(issues: Path, archive: Path, counting: CountingEncoder) -> None:
    article = articles_of(archive)[1]
    with pytest.raises(SourceError, match="drop it instead"):
        correct_article(article.id, paragraphs={1: " "}, archive=archive, encoder=counting)
    assert not (issues / FILE_NAME).exists()


def test_a_paragraph_that_is_not_there_cannot_be_corrected(archive: Path, counting: CountingEncoder) -> None:
    with pytest.raises(SourceError, match="2 paragraphs; there is no number 3"):
        correct_article(articles_of(archive)[0].id, paragraphs={3: "甲"}, archive=archive, encoder=counting)


def test_a_withdrawn_issue_stays_out_until_it_is_added_by_name(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    (issues / "b.md").write_text("## 丙\n\n丙校开学。", encoding="utf-8")
    build(issues, archive=archive, encoder=counting)
    withdraw(["a.md"], archive=archive)
    assert [article.title for article in articles_of(archive)] == ["丙"]
    report = build(issues, archive=archive, full=True, encoder=counting)
    assert [article.title for article in articles_of(archive)] == ["丙"]
    assert report.skipped == ()
    add(issues / "a.md", archive=archive, encoder=counting)
    assert len(articles_of(archive)) == 3
    build(issues, archive=archive, encoder=counting)
    assert len(articles_of(archive)) == 3


def test_a_broken_file_of_corrections_is_named_and_changes_nothing(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    (issues / FILE_NAME).write_text('{"issue": 1', encoding="utf-8")
    report = build(issues, archive=archive, encoder=counting)
    assert FILE_NAME in report.skipped[0].reason
    assert len(articles_of(archive)) == 2


def test_a_folder_that_cannot_be_written_says_so(
    issues: Path, archive: Path, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, content: bytes) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("embeddings.sources.outbox.stage_file", full)
    with pytest.raises(SourceError, match="No space left on device"):
        correct_article(articles_of(archive)[0].id, title="甲", archive=archive, encoder=counting)
    assert articles_of(archive)[0].title == "水渠修好了"


def parsed(*articles: ParsedArticle) -> ParsedIssue:
    return ParsedIssue("青禾县报", date(2025, 9, 13), articles)


@pytest.mark.parametrize(
    "wanted",
    [
        "一。\n二。\n三。",
        "一。\n三。",
        "零。\n一。\n二。\n三。",
        "一。\n二。\n新。\n三。",
        "新。",
        "三。\n二。\n一。",
        "一二。\n三。\n末。",
    ],
)
def test_corrections_make_of_a_body_what_was_wanted(wanted: str) -> None:
    boxes = tuple((Box(1, 0.1, top / 10, 0.2, top / 10 + 0.1),) for top in range(3))
    now = parsed(ParsedArticle("题", "一。\n二。\n三。", source_id="a", boxes=boxes))
    target = parsed(ParsedArticle("新题", wanted, byline="甲", source_id="a"))
    made, stale = correct(now, corrections_between(now, target))
    (article,) = made.articles
    assert (article.title, article.body, article.byline, stale) == ("新题", wanted, "甲", ())
    assert len(article.boxes) == len(article.body.split("\n"))


def test_articles_of_one_title_are_told_apart() -> None:
    now = parsed(ParsedArticle("短讯", "甲地下雨。", source_id="a"), ParsedArticle("短讯", "乙地刮风。", source_id="b"))
    target = parsed(now.articles[0], ParsedArticle("乙地短讯", "乙地刮风。", source_id="b"))
    made, _ = correct(now, corrections_between(now, target))
    assert [article.title for article in made.articles] == ["短讯", "乙地短讯"]


def test_the_file_of_corrections_says_what_was_and_what_becomes(
    issues: Path, archive: Path, counting: CountingEncoder
) -> None:
    correct_article(articles_of(archive)[0].id, title="乙村水渠通水", archive=archive, encoder=counting)
    row = json.loads((issues / FILE_NAME).read_text(encoding="utf-8"))
    assert (row["field"], row["was"], row["becomes"]) == ("title", "水渠修好了", "乙村水渠通水")
    assert (row["file"], row["issue"]) == ("a.md", articles_of(archive)[0].issue.id)


def test_corrections_made_at_the_same_time_are_all_kept(
    issues: Path, archive: Path, counting: CountingEncoder, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    build(issues, archive=other, encoder=counting)
    first, second = articles_of(archive)
    changes = [
        (archive, first.id, {"title": "乙村水渠通水"}),
        (archive, second.id, {"byline": "通讯员 丙"}),
        (other, first.id, {"byline": "本报记者 甲"}),
        (other, second.id, {"title": "甲地大雨"}),
    ]
    with ThreadPoolExecutor(len(changes)) as pool:
        done = [
            pool.submit(correct_article, article, archive=to, encoder=CountingEncoder(), **change)  # type: ignore[arg-type]
            for to, article, change in changes
        ]
        assert [one.result().replaced for one in done] == [1, 1, 1, 1]
    rows = [json.loads(line) for line in (issues / FILE_NAME).read_text(encoding="utf-8").splitlines()]
    assert sorted(row["becomes"] for row in rows) == ["乙村水渠通水", "本报记者 甲", "甲地大雨", "通讯员 丙"]


def test_two_corrections_of_one_text_follow_one_another(archive: Path, counting: CountingEncoder) -> None:
    article = articles_of(archive)[0]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda title: correct_article(article.id, title=title, archive=archive, encoder=CountingEncoder()),
                ["一", "二", "三", "四"],
            )
        )
    assert build(article.issue.source, archive=archive, full=True, encoder=counting).stale_corrections == ()
