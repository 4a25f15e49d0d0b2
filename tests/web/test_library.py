"""Browsing without the page: lists, addresses, marked words, the timeline, and printed places."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest

from embeddings import (
    Archive,
    Article,
    Box,
    Filters,
    Issue,
    IssueEntry,
    SourceError,
    build,
    clip_article,
    is_printed,
    withdraw,
)
from qa import Assistant
from qa.types import Headline
from qa.web.html import browse as browse_html
from qa.web.html.highlight import matching_spans, matching_words
from qa.web.html.timeline import timeline
from qa.web.services.library import Library, address_of, read_address
from qa.web.views import PART, Search
from tests.support.fakes import CountingEncoder
from tests.support.issues import MARKUP, ROWS, pdf_issue, write_issue


def shown(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page))


@pytest.fixture
def library(tmp_path: Path, counting: CountingEncoder) -> Library:
    """Two issues of a county paper, of September and of November 2025."""
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", ROWS)
    write_issue(tmp_path / "issues", "县报-2025-11-08.jsonl", [{"title": "水渠验收", "text": "水渠验收合格。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    return Library(Assistant(Archive.open(tmp_path / "archive"), counting))


def headline(number: int, **fields: object) -> Headline:
    return Headline(str(number), "i1", f"第{number}条", "县报", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("北京丰台站6月20日启用", "丰台站", ["丰台站"]),
        ("奧運會閉幕", "奥运会", ["奧運會"]),
        ("北京丰台站6月20日启用", "丰台站什么时候启用？", ["丰台站", "启用"]),
        ("２０１２年和12号", "12", ["12"]),
        ("他的人和你的人", "我的人", []),
        ("ＡＰＥＣ会议", "apec", ["ＡＰＥＣ"]),
        ("修桥", "桥", ["桥"]),
        ("修桥", "", []),
        ("修桥", " \n ", []),
    ],
)
def test_the_words_that_were_typed_are_marked_where_they_stand(text: str, words: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in matching_spans(text, words)] == marked


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("北京豐臺站何時啟用", "北京丰台站6月20日启用，丰台站在北京", ["北京丰台站", "启用"]),
        ("火星上的温度是多少度？", "北京丰台站6月20日启用", []),
        ("第12946期 GDP", "gdp 增长，见第12946期", ["第12946期", "gdp"]),
    ],
)
def test_the_words_that_a_text_shares_are_named_the_longest_first(question: str, text: str, words: list[str]) -> None:
    assert matching_words(text, question) == words


def test_days_close_together_have_a_bar_each_and_only_those_that_occur() -> None:
    days = [date(2025, 9, 13), date(2025, 9, 1), date(2025, 9, 13)]
    assert [(bar.label, bar.count) for bar in timeline(Counter(days))] == [("2025年9月1日", 1), ("2025年9月13日", 2)]


def test_months_without_a_mention_have_an_empty_bar() -> None:
    bars = timeline(Counter([date(2024, 11, 30), date(2025, 2, 1), date(2025, 2, 2)]))
    assert [bar.label for bar in bars] == ["2024年11月", "2024年12月", "2025年1月", "2025年2月"]
    assert [bar.count for bar in bars] == [1, 0, 0, 2]


@pytest.mark.parametrize("span", [1, 100, 1000, 10_000])
def test_a_timeline_counts_every_day_once_and_stays_short(span: int) -> None:
    days = [date(1990, 1, 1) + timedelta(days=number * span // 50) for number in range(51)]
    bars = timeline(Counter(days))
    assert sum(bar.count for bar in bars) == len(days)
    assert len(bars) <= 63


def test_no_days_make_no_timeline() -> None:
    assert timeline({}) == []


@pytest.mark.parametrize("article_id", ["0123456789ab", "es-64", "a/b?c&d=e f%20", "文章一"])
@pytest.mark.parametrize("is_shared", [True, False])
def test_an_address_names_its_article(article_id: str, is_shared: bool) -> None:
    article = Article(article_id, Issue("i", "县报", None, "/somewhere/县报 & 号外#1.txt"), "题", "文。")
    address = address_of(article, is_shared=is_shared)
    found = read_address(address)
    assert found is not None
    assert found[0] == article_id
    is_made = article_id == "0123456789ab" and not is_shared
    assert found[1] == ("" if is_made else "县报 & 号外#1")
    assert re.fullmatch(r"\?[\w.%=&-]+", address, re.ASCII)


@pytest.mark.parametrize("query", ["", "?", "?other=1", "?article=", "?" + "a" * 10_000, "?" + "a=1&" * 50])
def test_what_names_no_article_is_no_address(query: str) -> None:
    assert read_address(query) is None


def test_an_address_outlives_a_build_that_reads_other_bytes(
    library: Library, tmp_path: Path, counting: CountingEncoder
) -> None:
    (article,) = library.find(library.search(Search("三千米")).mentioned[0].article_id)
    address = read_address(address_of(article, is_shared=False))
    assert address is not None
    write_issue(tmp_path / "issues", "县报-2025-09-13.jsonl", [{"title": "新加的一篇", "text": "新文。"}, *ROWS])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting, full=True)
    opened = library.open(*address)
    assert opened is not None
    assert (opened.article.title, opened.at) == ("水渠修好了", 1)
    assert opened.issue.id != article.issue_id


def test_one_id_in_two_issues_is_told_apart_by_the_file(
    library: Library, tmp_path: Path, counting: CountingEncoder
) -> None:
    for name in ("甲报", "乙报"):
        write_issue(tmp_path / "issues", f"{name}.jsonl", [{"id": "1", "title": name, "text": f"{name}的文章。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    assert len(library.find("1")) == 2
    assert library.open("1") is None
    opened = library.open("1", "乙报")
    assert opened is not None
    assert opened.article.title == "乙报"
    assert read_address(opened.address) == ("1", "乙报")
    withdraw(["乙报"], archive=tmp_path / "archive")
    assert library.find("1", "乙报") == []  # and not the other's


def test_an_article_knows_its_neighbours(library: Library) -> None:
    (entry,) = [entry for entry in library.issues() if entry.issue.date == date(2025, 9, 13)]
    issue = library.issue(entry.issue.id)
    assert issue is not None
    opened = library.open(issue.articles[1].id)
    assert opened is not None
    page = browse_html.reading(opened)
    assert "2 / 3" in page
    before, behind = re.findall(r'<button type="button" data-article="(\w+)"[^>]*><span class="zh">[‹下]', page)
    assert (before, behind) == (issue.articles[0].id, issue.articles[2].id)
    assert page.count('aria-current="true"') == 1
    assert all(row["title"] in shown(page) for row in ROWS)


def test_the_first_article_has_none_before_it(library: Library) -> None:
    opened = library.open(library.search(Search("三千米")).mentioned[0].article_id)
    assert opened is not None
    assert '<button type="button" disabled><span class="zh">‹ 上一篇' in browse_html.turns(opened)


def test_a_search_counts_every_article_that_has_all_of_the_words(library: Library) -> None:
    found = library.search(Search("水渠"))
    assert [row.title for row in found.mentioned] == ["水渠验收", "水渠修好了", "水渠又修了"]
    assert found.printed == {date(2025, 9, 13): 2, date(2025, 11, 8): 1}
    assert found.issues == 2
    assert found.passages
    assert [row.title for row in library.search(Search("水渠 丙村")).mentioned] == ["水渠又修了"]


def test_a_question_about_the_archive_is_searched_for_what_it_is_about(library: Library) -> None:
    found = library.search(Search("哪几期提到水渠？"))
    assert found.search.words == "水渠"
    assert len(found.mentioned) == 3


def test_filters_narrow_passages_and_counts_alike(library: Library) -> None:
    found = library.search(Search("水渠", Filters(section="要闻", until=date(2025, 10, 1))))
    assert len(found.mentioned) == 2
    assert {excerpt.headline.section for excerpt in found.passages} == {"要闻"}


def test_filters_alone_list_what_they_leave(library: Library) -> None:
    found = library.search(Search("", Filters(section="天气")))
    assert [row.title for row in found.mentioned] == ["大雨下了一夜"]
    assert found.passages == ()


def test_a_word_that_nobody_printed_is_said_to_be_absent(library: Library) -> None:
    found = library.search(Search("恐龙"))
    assert found.mentioned == ()
    assert found.printed == {}
    assert "没有文章一字不差地提到它" in browse_html.search_page(found)


def test_a_passage_is_shown_with_its_words_marked(library: Library) -> None:
    page = browse_html.search_page(library.search(Search("水渠")))
    assert "<mark>水渠</mark>" in page


def test_an_issue_lists_its_headlines_by_section_and_numbers_them_as_printed() -> None:
    rows = [headline(1, section="要闻"), headline(2, section="天气"), headline(3, section="要闻")]
    text = shown(browse_html.issue_page("县报", "", rows, part=0))
    places = [text.index(word) for word in ("要闻", "1. 第1条", "3. 第3条", "天气", "2. 第2条")]
    assert places == sorted(places)


def test_a_long_issue_goes_to_the_browser_in_parts() -> None:
    rows = [headline(number) for number in range(1, 10_001)]
    seen: list[str] = []
    for part in range(len(rows) // PART):
        page = browse_html.issue_page("县报", "", rows, part=part)
        found = re.findall(r"data-article=\"(\d+)\"", page)
        assert len(found) == PART
        seen += found
    assert seen == [row.article_id for row in rows]


def test_an_article_of_a_long_issue_shows_only_the_headlines_around_it(library: Library) -> None:
    opened = library.open(library.search(Search("三千米")).mentioned[0].article_id)
    assert opened is not None
    many = tuple(Article(str(number), opened.issue, f"第{number}条", "文。") for number in range(10_000))
    whole = Issue("i", "大报", None, "a.jsonl", many)
    page = browse_html.foot(type(opened)(many[5000], whole, 5000, "?article=5000", False))
    assert page.count("data-article=") == 61
    assert "另有 9,939 篇" in page


def test_hundreds_of_issues_are_folded_by_year_and_month(tmp_path: Path, counting: CountingEncoder) -> None:
    first = date(2020, 1, 4)
    for week in range(0, 300, 10):
        day = first + timedelta(weeks=week)
        write_issue(tmp_path / "issues", f"周报-{day}.jsonl", [{"title": f"{day}", "text": f"{day}的事。"}])
    write_issue(tmp_path / "issues", "无期.jsonl", [{"title": "无日期", "text": "不知何日。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    page = browse_html.catalogue(Library(Assistant(Archive.open(tmp_path / "archive"), counting)).issues())
    assert re.findall(r'<h3><span class="zh">(.*?)</span>', page) == [
        "2025年",
        "2024年",
        "2023年",
        "2022年",
        "2021年",
        "2020年",
        "日期不详",
    ]
    assert page.count("<details open>") == 1
    assert page.count("data-issue=") == 31
    assert "data-article" not in page


def listed(days: Sequence[date | None]) -> list[IssueEntry]:
    """Issues of some days, as they are listed; the id of each is its place."""
    issues = [Issue(str(place), f"周报第{place}期", day, f"{place}.txt") for place, day in enumerate(days)]
    return [IssueEntry(issue, 1, 1, 10) for issue in issues]


DAILY = listed([*(date(2025, 3, 1) - timedelta(days=back) for back in range(1_000)), None])


def jumps(page: str) -> dict[str, int]:
    """The names of years and months that a catalogue leads to, each with the place of an issue."""
    found = re.findall(r'data-first="(\d+)"[^>]*><span class="zh">(.*?)</span>', page)
    return {name: int(place) for place, name in found if name[-1] in "年月" or name == "日期不详"}


def test_a_long_catalogue_goes_to_the_browser_in_parts() -> None:
    seen: list[str] = []
    first: int | None = 0
    while first is not None:
        page = browse_html.catalogue(DAILY, first=first)
        seen += re.findall(r'data-issue="(\d+)"', page)
        assert len(page) < 150_000
        older = re.search(r'data-first="(\d+)"><span class="zh">较早的 200 期 ›', page)
        first = int(older[1]) if older else None
    assert seen == [entry.issue.id for entry in DAILY]
    assert "1,001–1,001 / 1,001" in page
    assert 'data-first="800"><span class="zh">‹ 较新的 200 期' in page


def test_a_long_catalogue_leads_to_each_year_and_month() -> None:
    newest = browse_html.catalogue(DAILY)
    assert list(jumps(newest)) == ["2025年", "2024年", "2023年", "2022年", "日期不详", "3月", "2月", "1月"]
    for year in ("2024年", "2022年"):
        page = browse_html.catalogue(DAILY, first=jumps(newest)[year])
        assert re.findall(r'<h3><span class="zh">(.*?)</span>', page)[0] == year
        assert re.findall(r'<h4><span class="zh">(.*?)</span>', page)[0] == "12月"
        of_july = browse_html.catalogue(DAILY, first=jumps(page)["7月"])
        assert DAILY[jumps(page)["7月"]].issue.date == date(int(year[:4]), 7, 31)
        assert re.findall(r'<h4><span class="zh">(.*?)</span>', of_july)[0] == "7月"
    undated = browse_html.catalogue(DAILY, first=jumps(newest)["日期不详"])
    assert re.findall(r'data-issue="(\d+)"', undated) == ["1000"]
    assert "365 期" in shown(browse_html.catalogue(DAILY, first=jumps(newest)["2023年"]))


def test_a_catalogue_of_one_part_needs_no_ways_through_it() -> None:
    page = browse_html.catalogue(DAILY[:PART])
    assert "data-first" not in page
    assert page.count("data-issue=") == PART


def test_an_archive_tells_its_size(library: Library, tmp_path: Path) -> None:
    holdings = library.holdings()
    assert (holdings.issues, holdings.undated, holdings.articles) == (2, 0, 4)
    assert (holdings.first, holdings.last) == (date(2025, 9, 13), date(2025, 11, 8))
    files = [file for file in (tmp_path / "archive").rglob("*") if file.is_file() and file.suffix != ".lock"]
    assert holdings.size == sum(file.stat().st_size for file in files)
    text = shown(browse_html.facts(holdings))
    assert all(part in text for part in ("2 期", "4 篇", "2025-09-13 至 2025-11-08", "counting"))


def test_markup_in_an_issue_is_shown_as_text(tmp_path: Path, counting: CountingEncoder) -> None:
    rows = [{"id": MARKUP, "title": MARKUP, "section": MARKUP, "text": MARKUP}, {"title": "二", "text": "二文。"}]
    write_issue(tmp_path / "issues", "报.jsonl", rows)
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    library = Library(Assistant(Archive.open(tmp_path / "archive"), counting))
    opened = library.open(MARKUP)
    assert opened is not None
    found = library.search(Search("引"))
    pages = [
        browse_html.reading(opened),
        browse_html.search_page(found),
        browse_html.mentions(found.mentioned, part=0),
        browse_html.issue_page(MARKUP, MARKUP, opened.headlines, part=0),
        browse_html.choices([opened.article], MARKUP),
        browse_html.note(MARKUP),
        browse_html.missing(MARKUP),
        browse_html.clippings(MARKUP),
    ]
    for page in pages:
        assert "<img" not in page
        assert "onerror=alert(1)&gt;" in page


# Printed places.


def printed_article(tmp_path: Path, counting: CountingEncoder) -> tuple[Library, Article, Path]:
    path = pdf_issue(tmp_path / "issues")
    build(path, archive=tmp_path / "archive", encoder=counting)
    library = Library(Assistant(Archive.open(tmp_path / "archive"), counting))
    (entry,) = library.issues()
    issue = library.issue(entry.issue.id)
    assert issue is not None
    return library, issue.articles[0], path


def test_a_passage_of_a_pdf_is_boxed_where_it_is_printed(tmp_path: Path, counting: CountingEncoder) -> None:
    from PIL import Image

    _, article, _ = printed_article(tmp_path, counting)
    assert is_printed(article)
    start = article.body.index("沿渠")
    (clipping,) = clip_article(article, start=start, end=start + 4)
    (box,) = clipping.boxes
    with Image.open(io.BytesIO(clipping.picture)) as picture:
        assert picture.size == (clipping.width, clipping.height)
        edges = (
            box.left * picture.width,
            box.top * picture.height,
            box.right * picture.width,
            box.bottom * picture.height,
        )
        inside = picture.convert("L").crop(tuple(map(round, edges)))
        # There is ink in the box, and none right above it.
        above = picture.convert("L").crop((0, round(edges[1] - 60), picture.width, round(edges[1] - 10)))
    assert inside.getextrema()[0] < 100
    assert above.getextrema()[0] > 200


def test_without_a_passage_the_whole_article_is_boxed(tmp_path: Path, counting: CountingEncoder) -> None:
    _, article, _ = printed_article(tmp_path, counting)
    (clipping,) = clip_article(article)
    assert len(clipping.boxes) == sum(map(len, article.boxes))
    assert all(0 <= edge <= 1 for box in clipping.boxes for edge in (box.left, box.top, box.right, box.bottom))


def test_other_bytes_at_the_place_of_a_source_are_never_shown(tmp_path: Path, counting: CountingEncoder) -> None:
    library, article, path = printed_article(tmp_path, counting)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(SourceError, match="has changed"):
        clip_article(article)
    assert isinstance(library.clip(article.id), str)
    path.unlink()
    with pytest.raises(SourceError, match="no file"):
        clip_article(article)
    assert "不能显示原版" in str(library.clip(article.id))


def test_a_page_in_a_zip_file_is_found_in_it(tmp_path: Path, counting: CountingEncoder) -> None:
    import zipfile

    path = pdf_issue(tmp_path / "made")
    (tmp_path / "issues").mkdir()
    with zipfile.ZipFile(tmp_path / "issues" / "九月.zip", "w") as archive:
        archive.write(path, "第一期/县报.pdf")
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=counting)
    library = Library(Assistant(Archive.open(tmp_path / "archive"), counting))
    shutil.rmtree(tmp_path / "made")
    found = library.clip(library.search(Search("水渠")).mentioned[0].article_id)
    assert not isinstance(found, str)
    assert found[0].page == 1
    assert 'src="data:image/jpeg;base64,' in browse_html.clippings(found)


def test_a_text_has_no_printed_page(library: Library) -> None:
    (article,) = library.find(library.search(Search("三千米")).mentioned[0].article_id)
    assert not is_printed(article)
    with pytest.raises(SourceError, match="no printed pages"):
        clip_article(article)
    named = Article("a", Issue("i", "报", None, "/etc/passwd"), "题", "文。", page=1, boxes=((Box(1, 0, 0, 1, 1),),))
    assert not is_printed(named)
