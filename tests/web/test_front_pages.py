"""Front pages: what comes first, what stands where, where they lead, and that the newest is laid out once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, build, withdraw
from qa import Assistant
from qa.web.html import front as front_html
from qa.web.services.library import Library
from tests.support.fakes import CountingEncoder
from tests.support.issues import MARKUP, pdf_issue, write_issue

LONG = "水渠长十二公里，明年三月完工。" * 40
ISSUES = {
    "县报-2025-09-13.jsonl": [
        {"title": "短讯一则", "text": "有一件小事。", "section": "要闻"},
        {"title": "水渠动工", "text": LONG, "section": "要闻", "kicker": "全县最大的工程", "deck": "三千人上工"},
        {"title": MARKUP, "text": f"{MARKUP}在此。", "section": "副刊"},
        {"title": "二", "text": LONG[:200], "section": "要闻"},
        {"title": "三", "text": LONG[:190], "section": "要闻"},
        {"title": "四", "text": LONG[:180], "section": "要闻"},
        {"title": "五", "text": "末条。", "section": "副刊"},
        {"title": "", "text": "图为修渠的人。", "byline": "本报记者摄"},
    ],
    "县报-2025-09-10.jsonl": [{"title": "白露", "text": "今日白露。"}],
    "县报-2025-08-20.jsonl": [{"title": "处暑", "text": "快到处暑。"}],
    "县报-2024-01-01.jsonl": [{"title": "元旦", "text": "今日元旦。"}],
}


@pytest.fixture
def archive(tmp_path: Path, counting: CountingEncoder) -> Path:
    for name, rows in ISSUES.items():
        write_issue(tmp_path / "issues", name, rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return tmp_path / "archive"


@pytest.fixture
def library(archive: Path, counting: CountingEncoder) -> Library:
    return Library(Assistant(Archive.open(archive), counting))


def test_the_newest_issue_is_laid_out_by_weight(library: Library) -> None:
    page = library.front()
    assert page is not None
    assert page.name == "县报-2025-09-13"
    assert page.first is not None
    assert (page.first.headline.title, page.first.kicker, page.first.deck) == (
        "水渠动工", "全县最大的工程", "三千人上工",
    )  # fmt: skip
    assert page.first.lead.startswith("水渠长十二公里")
    assert len(page.first.lead) <= 110
    assert len(page.seconds) == 4
    assert [name for name, _ in page.sections] == ["要闻", "副刊"]
    assert [story.lead for story in page.captions] == ["图为修渠的人。"]
    assert page.left_out == 0


def test_a_front_page_leads_to_the_issue_the_week_and_the_month_before_where_there_are_any(library: Library) -> None:
    page = library.front()
    assert page is not None
    issues = library.issues()
    assert [(way.key, way.address) for way in page.ways] == [
        ("front_issue_before", f"?issue={issues[1].issue.id}"),
        ("front_week", "?since=2025-09-06&until=2025-09-12"),
        ("front_month", "?since=2025-08-14&until=2025-09-12"),
    ]
    oldest = library.front(issues[-1].issue.id)
    assert oldest is not None
    assert [way.key for way in oldest.ways] == ["front_issue_after"]


def test_days_have_a_front_page_too(library: Library) -> None:
    page = library.front_of_days(date(2025, 8, 14), date(2025, 9, 12))
    assert page is not None
    assert {page.first and page.first.headline.title, *(one.headline.title for one in page.seconds)} == {"白露", "处暑"}
    assert library.front_of_days(date(2023, 1, 1), date(2023, 1, 7)) is None


def test_the_newest_front_page_is_laid_out_once_for_a_state_of_the_archive(library: Library, archive: Path) -> None:
    page = library.front()
    assert library.front() is page
    withdraw([library.issues()[0].issue.id], archive=archive)
    changed = library.front()
    assert changed is not None
    assert changed.name == "县报-2025-09-10"


def test_what_is_printed_stands_on_it_as_text(library: Library) -> None:
    page = library.front()
    assert page is not None
    shown = front_html.front(page, has_days=False)
    assert MARKUP not in shown
    assert "&lt;img" in shown
    assert shown.count("data-article=") == 8


def test_of_a_long_issue_those_that_weigh_most_are_shown(tmp_path: Path, counting: CountingEncoder) -> None:
    rows = [{"title": f"第{n}篇", "text": "一件事。" * (1 + n % 7)} for n in range(200)]
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    page = Library(Assistant(Archive.open(tmp_path / "archive"), counting)).front()
    assert page is not None
    assert page.left_out == 140
    assert 1 + len(page.seconds) + sum(len(stories) for _, stories in page.sections) == 60


def test_a_printed_page_is_drawn_whole_with_a_way_to_each_of_its_articles(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    pytest.importorskip("pypdfium2")
    pdf_issue(tmp_path / "issues")
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    library = Library(Assistant(Archive.open(tmp_path / "archive"), counting))
    page = library.front()
    assert page is not None
    assert page.printed
    found = library.sheet(page.printed, 1)
    assert not isinstance(found, str)
    picture, placed = found
    assert picture.picture.startswith(b"\xff\xd8")
    assert placed
    shown = front_html.printed_sheet(picture, placed)
    assert all(f'data-article="{headline.article_id}"' in shown for headline, _ in placed)
    assert isinstance(library.sheet(page.printed, 99), str)
    assert isinstance(library.sheet("unknown", 1), str)
