"""Articles that report the same matter: which are found, what stands once, and what is read for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embeddings import Archive, ArchiveReader, Article, Snapshot, build
from qa import Assistant
from qa.api.endpoints import Endpoints
from qa.retrieval.similar import ReportTime, SimilarArticles, SimilarSettings, find_similar, names_another
from qa.web.html.published import article_page
from qa.web.html.similar import by_time, similar_view
from tests.support.fakes import PairsEncoder
from tests.support.issues import write_issue
from tests.support.reports import write_reports


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ArchiveReader:
    folder = tmp_path_factory.mktemp("similar")
    write_reports(folder / "issues")
    build(folder / "issues", archive=folder / "archive", encoder=PairsEncoder())
    return Archive.open(folder / "archive")


def titled(archive: ArchiveReader, title: str) -> Article:
    with archive.snapshot() as snapshot:
        return next(one for one in snapshot.find_articles() if one.title == title)


def test_reports_of_one_matter_are_found_and_nothing_else(archive: ArchiveReader) -> None:
    found = SimilarArticles(archive).to(titled(archive, "青石河大桥合龙"))
    assert {one.article.title for one in found.similar} == {"青石河大桥开工", "青石河大桥通车"}
    assert SimilarArticles(archive).to(titled(archive, "养蜂人老周")).similar == ()


def test_the_same_text_stands_once_with_where_else_it_was_printed(archive: ArchiveReader) -> None:
    closed = SimilarArticles(archive).to(titled(archive, "青石河大桥合龙"))
    assert [one.title for one in closed.copies] == ["青石河大桥合龙了"]
    begun = SimilarArticles(archive).to(titled(archive, "青石河大桥开工"))
    titles = [one.article.title for one in begun.similar]
    assert sum(title.startswith("青石河大桥合龙") for title in titles) == 1
    (twice,) = [one for one in begun.similar if one.copies]
    assert {twice.article.title, twice.copies[0].title} == {"青石河大桥合龙", "青石河大桥合龙了"}
    assert begun.copies == ()


def test_they_stand_before_and_after_by_their_days(archive: ArchiveReader) -> None:
    closed = titled(archive, "青石河大桥合龙")
    groups = by_time(closed, SimilarArticles(archive).to(closed).similar)
    assert [(key, [one.article.title for one in rows]) for key, rows in groups] == [
        (ReportTime.EARLIER, ["青石河大桥开工"]),
        (ReportTime.LATER, ["青石河大桥通车"]),
    ]
    shown = similar_view(closed, SimilarArticles(archive).to(closed))
    assert shown.index("此前报道") < shown.index("后续报道")
    assert "Earlier reports" in shown


def test_it_is_remembered_for_a_state_of_the_archive_and_reads_articles_twice_at_most(archive: ArchiveReader) -> None:
    readings: list[int] = []

    class Counted:
        def __init__(self, snapshot: Snapshot) -> None:
            self._snapshot = snapshot

        def __getattr__(self, name: str) -> Any:
            return getattr(self._snapshot, name)

        def read_chunks(self, ids: list[str]) -> Any:
            readings.append(len(ids))
            return self._snapshot.read_chunks(ids)

        def read_article(self, article_id: str) -> Any:
            pytest.fail("articles are read together")

    class Counting:
        @contextmanager
        def snapshot(self) -> Iterator[Any]:
            with archive.snapshot() as snapshot:
                yield Counted(snapshot)

    similar = SimilarArticles(Counting())  # type: ignore[arg-type]
    article = titled(archive, "青石河大桥合龙")
    first = similar.to(article)
    assert len(readings) == 2  # its own issue, and all candidates
    assert similar.to(article) is first
    assert len(readings) == 2


def test_near_vectors_alone_or_shared_words_alone_are_not_enough(archive: ArchiveReader) -> None:
    article = titled(archive, "青石河大桥合龙")
    with archive.snapshot() as snapshot:
        far = SimilarSettings(nearness=1_000.0)
        assert find_similar(article, snapshot, settings=far).similar == ()
        without_words = SimilarSettings(weight_of_words=0.0, least=1_000.0)
        assert find_similar(article, snapshot, settings=without_words).similar == ()


def test_a_title_of_the_same_form_that_names_another_is_not_the_same_matter(archive: ArchiveReader) -> None:
    article = titled(archive, "青石河大桥合龙")

    def told(title: str, body: str = "") -> Article:
        return replace(article, title=title, body=body)

    assert names_another(told("县长到白沙村走访慰问"), told("县长到上河村走访慰问"))
    assert not names_another(told("县长到白沙村走访慰问"), told("县长到上河村走访慰问", "县长走访白沙村之后来到这里。"))
    assert not names_another(told("青石河大桥开工"), told("青石河大桥通车"))
    assert not names_another(told("全县完成春播三千亩田"), told("全县完成春播八万亩田"))
    assert not names_another(told("", ""), told("青石河大桥通车"))


def test_programs_and_search_engines_are_led_to_them(archive: ArchiveReader) -> None:
    article = titled(archive, "青石河大桥合龙")
    told = Endpoints(Assistant(archive, PairsEncoder())).similar_articles(article.issue_id, article.id)
    assert {(one["title"], one["time"]) for one in told["similar"]} == {
        ("青石河大桥开工", "earlier"),
        ("青石河大桥通车", "later"),
    }
    assert [one["title"] for one in told["nearly_the_same"]] == ["青石河大桥合龙了"]
    similar = [(one.article, f"/article?{one.article.id}") for one in SimilarArticles(archive).to(article).similar]
    page = article_page(article, address="", page="", similar=similar)
    assert page.count('<li><a href="/article?') == 2
    assert "<nav>" not in article_page(article, address="", page="")


def test_an_article_that_is_gone_has_nothing_similar(archive: ArchiveReader, tmp_path: Path) -> None:
    write_issue(tmp_path / "issues", "别报-2025-01-01.jsonl", [{"title": "别的事", "text": "别的事情。"}])
    build(tmp_path / "issues", archive=tmp_path / "archive", encoder=PairsEncoder())
    article = titled(archive, "青石河大桥合龙")
    assert not SimilarArticles(Archive.open(tmp_path / "archive")).to(article)
