"""E-papers: the pages of a day are one issue, in a folder, in an archive and when they are dropped."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embeddings import Archive, Article, build, preview, take_in, withdraw
from embeddings.archive.registry import open_archive
from embeddings.config import Limits
from embeddings.errors import SourceCode
from embeddings.ingest.build import stale_sources
from embeddings.ingest.edit import correct_article
from embeddings.ingest.plan import Omission
from embeddings.ingest.watch import Watcher, WatchOptions
from embeddings.loaders.registry import read_document, read_issues
from embeddings.sources.epapers import read_paper_page
from embeddings.sources.unpack import unpack
from tests.support.epapers import ARTICLES, DAY, PAPER, founder_day, other_day, people_day
from tests.support.fakes import CountingEncoder

SYSTEMS = pytest.mark.parametrize("system", [founder_day, people_day])
TITLES = [article.title for article in ARTICLES]
Day = Callable[..., dict[str, str]]


def write(folder: Path, pages: Mapping[str, str]) -> Path:
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def zipped(pages: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
    return stream.getvalue()


def tarred(pages: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, text in pages.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def issues_of(archive: Path) -> list[tuple[str, date | None, list[Article]]]:
    with Archive.open(archive).snapshot() as snapshot:
        read = [snapshot.read_issue(entry.issue.id)[0] for entry in snapshot.issues()]
    return sorted(((issue.name, issue.date, list(issue.articles)) for issue in read), key=lambda one: one[0])


@SYSTEMS
def test_a_folder_of_pages_is_one_issue_in_the_order_of_its_pages(
    system: Day, tmp_path: Path, counting: CountingEncoder
) -> None:
    folder = write(tmp_path / "pages", system())
    report = build(folder, archive=tmp_path / "archive", encoder=counting)
    ((name, day, articles),) = issues_of(tmp_path / "archive")
    assert (name, day) == (f"{PAPER} 2024年10月18日", DAY)
    assert [article.title for article in articles] == TITLES
    assert [(article.page, article.section) for article in articles] == [(one.page, one.section) for one in ARTICLES]
    assert [article.body for article in articles] == ["\n".join(one.paragraphs) for one in ARTICLES]
    left = [(one.error.code, one.omission) for one in report.skipped]
    assert left == [(SourceCode.CONTENTS_OF_PAPER, Omission.PASSED_OVER)] * 2


@SYSTEMS
@pytest.mark.parametrize(("name", "pack"), [("一天.zip", zipped), ("一天.tar.gz", tarred)])
def test_so_is_an_archive_of_pages(
    system: Day, name: str, pack: Callable[[Mapping[str, str]], bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(pack({f"html/{name}": text for name, text in system().items()}))
    (issue,), left_out = read_issues(path)
    assert (issue.name, issue.date, left_out) == (f"{PAPER} 2024年10月18日", DAY, [])
    assert [article.title for article in issue.articles] == TITLES


@SYSTEMS
def test_pages_in_folders_of_their_own_are_one_issue(system: Day, tmp_path: Path, counting: CountingEncoder) -> None:
    pages = {f"{1 + at % 2}/{name}": text for at, (name, text) in enumerate(system().items())}
    build(write(tmp_path / "pages", pages), archive=tmp_path / "archive", encoder=counting)
    found = [[one.title for one in articles] for _, _, articles in issues_of(tmp_path / "archive")]
    assert TITLES in found


def test_two_days_and_two_papers_in_a_folder_are_an_issue_each(tmp_path: Path, counting: CountingEncoder) -> None:
    folder = write(tmp_path / "pages", people_day())
    write(folder, people_day(day=date(2024, 10, 19), articles=other_day()))
    write(folder, people_day(paper="石桥晚报", code="D2", articles=other_day()))
    write(folder, founder_day(paper="清水河报", day=date(2024, 10, 19)))
    build(folder, archive=tmp_path / "archive", encoder=counting)
    assert [(name, len(articles)) for name, _, articles in issues_of(tmp_path / "archive")] == [
        ("清水河报 2024年10月19日", 5),
        ("石桥晚报 2024年10月18日", 3),
        (f"{PAPER} 2024年10月18日", 5),
        (f"{PAPER} 2024年10月19日", 3),
    ]


def test_pages_of_contents_without_their_articles_are_still_a_list(tmp_path: Path) -> None:
    pages = {name: text for name, text in founder_day().items() if name.startswith("node_2")}
    (document,) = unpack("a.zip", zipped(pages), Limits()).documents
    assert [article.title for article in read_document(document).articles] == TITLES[:3]


def test_a_page_that_is_added_changed_or_gone_changes_the_issue(tmp_path: Path, counting: CountingEncoder) -> None:
    archive, pages = tmp_path / "archive", founder_day()
    last = pages.pop("content_512.htm")
    folder = write(tmp_path / "pages", pages)
    build(folder, archive=archive, encoder=counting)
    assert build(folder, archive=archive, encoder=counting).unchanged == 1
    write(folder, {"content_512.htm": last})
    report = build(folder, archive=archive, encoder=counting)
    assert (report.replaced, report.added, report.removed) == (1, 0, 0)
    (folder / "content_508.htm").unlink()
    build(folder, archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    assert [article.title for article in articles] == TITLES[1:]
    assert stale_sources(open_archive(archive)) == []


def test_an_article_of_such_an_issue_can_be_corrected(tmp_path: Path, counting: CountingEncoder) -> None:
    archive, folder = tmp_path / "archive", write(tmp_path / "pages", founder_day())
    build(folder, archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    correct_article(articles[3].id, title="步道亮起来", archive=archive, encoder=counting)
    build(folder, archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    assert [article.title for article in articles] == [*TITLES[:3], "步道亮起来", TITLES[4]]


def test_a_watch_makes_one_issue_of_pages_that_arrive_one_by_one(tmp_path: Path, counting: CountingEncoder) -> None:
    archive, folder, pages = tmp_path / "archive", tmp_path / "pages", founder_day()
    folder.mkdir()
    watcher = Watcher([folder], archive=archive, options=WatchOptions(settle_seconds=0), encoder=counting)
    for name in sorted(pages, reverse=True):
        write(folder, {name: pages[name]})
        list(watcher.look())
    ((_, _, articles),) = issues_of(archive)
    assert [article.title for article in articles] == TITLES
    assert list(watcher.look()) == []


def test_a_zip_that_is_dropped_is_one_draft(tmp_path: Path, counting: CountingEncoder) -> None:
    archive, path = tmp_path / "archive", tmp_path / "一天.zip"
    path.write_bytes(zipped(founder_day()))
    shown = preview([path], archive=archive)
    (draft,) = shown.drafts
    take_in([draft], [draft.issue], archive=archive, encoder=counting)
    assert [len(articles) for _, _, articles in issues_of(archive)] == [5]


def apart(folder: Path, pages: Mapping[str, str]) -> list[Path]:
    """The pages as a browser hands them over: each in a folder of its own."""
    for at, (name, text) in enumerate(pages.items()):
        write(folder / str(at), {name: text})
    return [folder / str(at) / name for at, name in enumerate(pages)]


@SYSTEMS
def test_pages_that_are_dropped_at_once_are_one_draft(system: Day, tmp_path: Path, counting: CountingEncoder) -> None:
    archive = tmp_path / "archive"
    files = apart(tmp_path / "dropped", {**system(), **people_day(paper="石桥晚报", code="D2", articles=other_day())})
    (tmp_path / "a.txt").write_text("# 一场雨\n\n昨夜下了一场大雨，河水涨了半米。", encoding="utf-8")
    shown = preview([*files, tmp_path / "a.txt"], archive=archive)
    assert [len(draft.issue.articles) for draft in shown.drafts] == [5, 3, 1]
    assert {one.error.code for one in shown.skipped} == {SourceCode.CONTENTS_OF_PAPER}
    take_in(shown.drafts, [draft.issue for draft in shown.drafts], archive=archive, encoder=counting)
    _, (other, _, _), (name, day, articles) = issues_of(archive)
    assert (other, name, day) == ("石桥晚报 2024年10月18日", f"{PAPER} 2024年10月18日", DAY)
    assert [article.title for article in articles] == TITLES
    kept = sorted(path.name for path in (archive / "issues").iterdir() if path.suffix != ".lock")
    assert kept == ["a.txt", "石桥晚报-2024-10-18.zip", f"{PAPER}-2024-10-18.zip"]
    again = preview(files, archive=archive).drafts
    assert {draft.document.id for draft in again} <= {draft.document.id for draft in shown.drafts}
    assert stale_sources(open_archive(archive)) == []


def test_pages_of_the_same_name_that_are_dropped_at_once_are_all_kept(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    archive = tmp_path / "archive"
    articles = [text for name, text in founder_day().items() if name.startswith("content")]
    files = [write(tmp_path / str(at), {"content.htm": text}) / "content.htm" for at, text in enumerate(articles)]
    (draft,) = preview(files, archive=archive).drafts
    take_in([draft], [draft.issue], archive=archive, encoder=counting)
    ((_, _, found),) = issues_of(archive)
    assert sorted(article.title for article in found) == sorted(TITLES)


def test_a_page_that_is_dropped_alone_stays_a_file_of_its_own(tmp_path: Path) -> None:
    (file, *_) = apart(tmp_path, {"content_508.htm": founder_day()["content_508.htm"]})
    (draft,) = preview([file], archive=tmp_path / "archive").drafts
    assert (draft.file, draft.pages, len(draft.issue.articles)) == (file, (), 1)


def test_what_was_corrected_in_a_page_alone_holds_in_the_issue_it_becomes_a_page_of(
    tmp_path: Path, counting: CountingEncoder
) -> None:
    archive, pages = tmp_path / "archive", founder_day()
    for name in ("content_509.htm", "content_511.htm"):
        (draft,) = preview(apart(tmp_path / "dropped" / name, {name: pages[name]}), archive=archive).drafts
        (article,) = draft.issue.articles
        wanted = replace(draft.issue, articles=(replace(article, title=f"改过的{article.title}"),))
        take_in([draft], [wanted], archive=archive, encoder=counting)
    (draft,) = preview(apart(tmp_path / "day", pages), archive=archive).drafts
    said = [TITLES[0], f"改过的{TITLES[1]}", TITLES[2], f"改过的{TITLES[3]}", TITLES[4]]
    assert [article.title for article in draft.issue.articles] == said
    report = take_in([draft], [draft.issue], archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    assert ([article.title for article in articles], report.stale_corrections) == (said, ())
    assert (report.added, report.removed) == (1, 2)


def test_so_does_what_was_said_of_a_page_in_a_folder(tmp_path: Path, counting: CountingEncoder) -> None:
    archive, pages = tmp_path / "archive", founder_day()
    folder = tmp_path / "pages"
    for name in ("content_509.htm", "content_511.htm"):  # the second comes when the first is away
        write(folder, {name: pages[name]})
        build(folder, archive=archive, encoder=counting)
        ((issue, _, (article,)),) = issues_of(archive)
        if name == "content_509.htm":
            correct_article(article.id, title="改过的", archive=archive, encoder=counting)
        else:
            withdraw([issue], archive=archive)
        (folder / name).unlink()
    build(write(folder, pages), archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    assert [article.title for article in articles] == [TITLES[0], "改过的", TITLES[2], TITLES[4]]
    assert stale_sources(open_archive(archive)) == []
    correct_article(articles[3].id, title="棋赛", archive=archive, encoder=counting)
    ((_, _, articles),) = issues_of(archive)
    assert [article.title for article in articles] == [TITLES[0], "改过的", TITLES[2], "棋赛"]


def test_a_page_without_a_text_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    pages = founder_day()
    empty = replace(ARTICLES[0], number=60, title="", paragraphs=(), byline="", deck="")
    only = founder_day(articles=[empty])["content_560.htm"].replace("<title></title>", "<title>·</title>")
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({**pages, "content_560.htm": only}))
    (issue,), _ = read_issues(path)
    assert [article.title for article in issue.articles if article.title in TITLES] == TITLES


def test_too_many_pages_are_refused_by_the_name_of_the_issue(tmp_path: Path, counting: CountingEncoder) -> None:
    from embeddings.ingest.build import BuildOptions

    folder = write(tmp_path / "pages", founder_day())
    (folder / "别的.txt").write_text("# 一场雨\n\n昨夜下了一场大雨，河水涨了半米。", encoding="utf-8")
    options = BuildOptions(limits=Limits(max_members=3))
    report = build(folder, archive=tmp_path / "archive", encoder=counting, options=options)
    assert [one.error.code for one in report.skipped if one.omission is Omission.WHOLE] == [SourceCode.TOO_MANY_MEMBERS]
    assert report.added == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><p>enough</p></body></html>",
        b"<!-- enpproperty " * 50_000,
        ("《" + " " * 500_000 + "ozoom").encode(),
        b"<a href=" * 100_000 + b"ozoom",
        b"\xff\xfe\x00ozoom\x00\xd8",
    ],
    ids=["no paper", "comments without an end", "spaces", "links without an end", "no text"],
)
def test_other_pages_and_hostile_ones_are_none_of_an_issue(content: bytes) -> None:
    page = read_paper_page(content)
    assert page is None or not page.is_article
