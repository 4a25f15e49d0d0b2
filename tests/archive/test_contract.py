"""What every archive engine must hold to. Another engine adds itself to ENGINES and passes the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from embeddings import (
    ArchiveLockedError,
    ArchiveMissingError,
    ArchiveWriter,
    Article,
    Box,
    Filters,
    Issue,
    Settings,
    Snapshot,
    SourceError,
    open_archive,
)
from embeddings.archive.base import PreparedIssue
from embeddings.archive.registry import lock_archive, open_for_writing
from embeddings.chunking import chunk_article
from embeddings.sources.outbox import ChangeKind, FileChange

# By engine: where an archive of its own is for a test, as a URL or path. Nothing is there yet.
ENGINES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    "local": lambda request: str(request.getfixturevalue("tmp_path") / "archive"),
    "cluster": lambda request: str(request.getfixturevalue("cluster_location")),
}
SETTINGS = Settings("plain", "plain-1", 4, 60, 0)
BRIDGE = "新桥九月通车，两岸居民都来看。"
CANAL = "水渠修好了，两岸的稻田都有水。"
GAMES = "小学举行运动会，操场上很热闹。"


@pytest.fixture(params=["local", pytest.param("cluster", marks=pytest.mark.services)])
def location(request: pytest.FixtureRequest) -> str:
    return ENGINES[request.param](request)


@pytest.fixture
def archive(location: str) -> Iterator[ArchiveWriter]:
    opened = open_for_writing(location, create=True)
    yield opened
    opened.close()


def vector_of(text: str) -> np.ndarray:
    """A unit vector for a text; texts that begin alike are near."""
    direction = np.array([1.0, ord(text[0]) % 7, ord(text[1]) % 5, ord(text[2]) % 3], np.float32)
    return direction / np.linalg.norm(direction)


def prepared(name: str, *bodies: str, day: date | None = None, section: str = "", version: str = "") -> PreparedIssue:
    issue = Issue(f"{name}{version}".ljust(64, "0"), name, day, f"/issues/{name}.txt")
    articles = tuple(
        Article(f"{name}-{number}", issue, f"{name}题{number}", body, section=section, date=day)
        for number, body in enumerate(bodies)
    )
    chunks = {
        article.id: [(chunk, f"key of {chunk.text}") for chunk in chunk_article(article, max_chars=60, overlap_chars=0)]
        for article in articles
    }
    return PreparedIssue(replace(issue, articles=articles), "recipe", "/issues", f"reading of {name}{version}", chunks)


def store(archive: ArchiveWriter, *issues: PreparedIssue, remove: Sequence[int] = (), complete: bool = False) -> None:
    """What a build does with issues that are ready: vectors first, then one commit, then the indexes."""
    chunks = [pair for issue in issues for pairs in issue.chunks.values() for pair in pairs]
    archive.store_vectors({key: vector_of(chunk.text) for chunk, key in chunks})
    archive.commit(add=issues, remove=remove, settings=SETTINGS, complete=complete)
    archive.derive()


def key_of(archive: ArchiveWriter, name: str) -> int:
    (key,) = (known.key for known in archive.known_issues() if known.issue.name == name)
    return key


def texts(snapshot: Snapshot, chunk_ids: Sequence[str] | None = None) -> list[str]:
    found = snapshot.read_chunks(snapshot.chunk_ids() if chunk_ids is None else chunk_ids)
    return [chunk.text for chunk, _ in found]


# Opening.


def test_an_archive_that_is_not_there_is_missing_until_it_is_made(location: str) -> None:
    with pytest.raises(ArchiveMissingError):
        open_archive(location)
    with pytest.raises(ArchiveMissingError):
        open_for_writing(location)
    open_for_writing(location, create=True).close()
    opened = open_archive(location)
    assert opened.settings is None
    with opened.snapshot() as snapshot:
        assert (snapshot.size, snapshot.chunk_ids(), snapshot.issues()) == (0, [], [])
        assert snapshot.search_words("新桥", 5) == []
        assert snapshot.search_vectors(vector_of(BRIDGE), 5) == []
        assert snapshot.have_terms(["新桥", ""]).tolist() == [False, True]
    opened.close()


def test_making_an_archive_again_leaves_what_it_holds(archive: ArchiveWriter, location: str) -> None:
    store(archive, prepared("甲报", BRIDGE))
    again = open_for_writing(location, create=True)
    with again.snapshot() as snapshot:
        assert texts(snapshot) == [BRIDGE]
    again.close()


def test_only_one_holds_the_lock(location: str) -> None:
    heard: list[str] = []
    with (
        lock_archive(location, wait_seconds=0),
        pytest.raises(ArchiveLockedError),
        lock_archive(location, wait_seconds=0.1, on_wait=heard.append),
    ):
        pass
    assert len(heard) == 1
    with lock_archive(location, wait_seconds=0):
        pass


# The writing half.


def test_settings_are_those_of_the_last_commit(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE))
    assert archive.settings == SETTINGS
    other = replace(SETTINGS, model="other", fingerprint="other-1", max_chars=80)
    archive.commit(add=[], remove=[], settings=other)
    assert archive.settings == other


def test_a_build_finds_again_what_it_parsed(archive: ArchiveWriter) -> None:
    assert archive.reading("a") is None
    archive.store_reading("a", "第一次")
    archive.store_reading("a", "第二次")
    assert archive.reading("a") == "第二次"


def test_vectors_are_kept_by_key_before_any_chunk_refers_to_them(archive: ArchiveWriter, location: str) -> None:
    archive.store_vectors({"first": vector_of(BRIDGE), "second": vector_of(CANAL)})
    archive.close()
    again = open_for_writing(location)
    assert again.stored_vectors(["second", "third", "first", "first"]) == {"first", "second"}
    assert again.stored_vectors(f"no {number}" for number in range(1200)) == set()
    with again.snapshot() as snapshot:
        assert snapshot.size == 0
    again.close()


def test_what_only_a_removed_issue_used_goes_with_it(archive: ArchiveWriter) -> None:
    archive.store_reading("reading of 甲报", "甲")
    archive.store_reading("reading of 乙报", "乙")
    store(archive, prepared("甲报", BRIDGE, CANAL), prepared("乙报", CANAL))
    archive.store_vectors({"of a stopped build": vector_of(GAMES)})
    store(archive, remove=[key_of(archive, "甲报")])
    keys = [f"key of {BRIDGE}", f"key of {CANAL}", "of a stopped build"]
    assert archive.stored_vectors(keys) == set(keys[1:])
    assert (archive.reading("reading of 甲报"), archive.reading("reading of 乙报")) == (None, "乙")
    store(archive, complete=True)
    assert archive.stored_vectors(keys) == {f"key of {CANAL}"}


def test_known_issues_tell_how_each_was_read(archive: ArchiveWriter) -> None:
    issues = [prepared("甲报", BRIDGE, day=date(2025, 9, 6)), prepared("乙报", CANAL)]
    store(archive, *issues)
    known = archive.known_issues()
    assert [(one.issue, one.root, one.reading_key, one.recipe) for one in known] == [
        (replace(item.issue, articles=()), item.root, item.reading_key, item.recipe) for item in issues
    ]
    assert known[0].place == ("/issues/甲报.txt", "")
    assert known[0].key != known[1].key


def test_a_commit_that_fails_changes_nothing(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE))
    with archive.snapshot() as snapshot:
        before = snapshot.generation
    broken = prepared("乙报", CANAL)
    with pytest.raises(KeyError):
        archive.commit(add=[replace(broken, chunks={})], remove=[key_of(archive, "甲报")], settings=SETTINGS)
    with archive.snapshot() as snapshot:
        assert snapshot.generation == before
        assert texts(snapshot) == [BRIDGE]


def test_a_commit_changes_files_and_is_not_made_where_they_cannot_be(archive: ArchiveWriter, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    change = FileChange(ChangeKind.APPEND, log, "第一行\n")
    archive.commit(add=[prepared("甲报", BRIDGE)], remove=[], settings=SETTINGS, changes=[change])
    assert (log.read_text(encoding="utf-8"), archive.waiting()) == ("第一行\n", [])
    log.unlink()
    log.mkdir()  # what is no file cannot be written
    with pytest.raises(SourceError, match=r"log\.jsonl"):
        archive.commit(add=[prepared("乙报", CANAL)], remove=[], settings=SETTINGS, changes=[change])
    assert [known.issue.name for known in archive.known_issues()] == ["甲报"]
    assert archive.waiting() == []


def test_a_change_waits_for_its_folder_and_is_made_once(archive: ArchiveWriter, tmp_path: Path) -> None:
    log = tmp_path / "away" / "log.jsonl"
    changes = [FileChange(ChangeKind.APPEND, log, f"{number}\n") for number in range(2)]
    archive.commit(add=[], remove=[], settings=SETTINGS, changes=changes)
    assert archive.waiting() == changes
    archive.settle()
    assert archive.waiting() == changes
    log.parent.mkdir()
    log.write_text("1\n", encoding="utf-8")  # a process that was killed wrote it and could not say so
    archive.settle()
    assert (log.read_text(encoding="utf-8"), archive.waiting()) == ("1\n0\n", [])


def test_the_derived_parts_follow_the_commits(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE))
    assert set(archive.derived_parts().values()) == {True}
    archive.commit(add=[prepared("乙报", CANAL, BRIDGE)], remove=[], settings=SETTINGS)
    assert not any(archive.derived_parts().values())
    assert len(archive.damage().vectors) == 1  # a chunk without its vector
    archive.store_vectors({f"key of {CANAL}": vector_of(CANAL)})
    assert not archive.damage()
    assert archive.mend_indexes()
    assert set(archive.derived_parts().values()) == {True}
    assert archive.mend_indexes() == []
    assert archive.size_on_disk() > 0


# Snapshots.


def test_a_snapshot_stays_as_it_was_while_a_build_commits(archive: ArchiveWriter, location: str) -> None:
    store(archive, prepared("甲报", BRIDGE))
    opened = open_archive(location)
    with opened.snapshot() as held:
        ids = held.chunk_ids()
        store(archive, prepared("乙报", CANAL), remove=[key_of(archive, "甲报")])
        assert texts(held, ids) == [BRIDGE]
        assert [scored.chunk_id for scored in held.search_words("新桥", 5)] == ids
        assert held.search_words("水渠", 5) == []
        assert [entry.issue.name for entry in held.issues()] == ["甲报"]
        with opened.snapshot() as newer:
            assert texts(newer) == [CANAL]
            assert newer.generation != held.generation
    with opened.snapshot() as first, opened.snapshot() as second:
        assert first.generation == second.generation
    opened.close()


def test_chunk_ids_are_stable_unique_and_sorted(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", *(f"第{number}件小事。" for number in range(12))))
    with archive.snapshot() as snapshot:
        first = {chunk.id: chunk.text for chunk, _ in snapshot.read_chunks(snapshot.chunk_ids())}
    store(archive, prepared("乙报", CANAL, GAMES))
    with archive.snapshot() as snapshot:
        ids = snapshot.chunk_ids()
        assert ids == sorted(set(ids))
        assert len(ids) == snapshot.size == 14
        assert {one: text for one, text in zip(ids, texts(snapshot, ids), strict=True) if one in first} == first
    store(archive, prepared("丙报", BRIDGE), remove=[key_of(archive, "乙报")])
    with archive.snapshot() as snapshot:
        # The newest issue's chunks were removed: their ids name nothing else.
        assert set(snapshot.chunk_ids()) & (set(ids) - set(first)) == set()
        with pytest.raises(ValueError, match="no chunk"):
            snapshot.read_chunks([ids[-1]])
        with pytest.raises(ValueError):
            snapshot.vectors(["not an id"])


def test_chunks_come_in_the_order_asked_for_and_are_slices_of_their_articles(archive: ArchiveWriter) -> None:
    long = "".join(f"第{number}户人家搬进了新楼。" for number in range(20))
    store(archive, prepared("甲报", long, BRIDGE))
    with archive.snapshot() as snapshot:
        ids = snapshot.chunk_ids()[::-1]
        found = snapshot.read_chunks([*ids, ids[0]])
        assert [chunk.id for chunk, _ in found] == [*ids, ids[0]]
        assert all(article.body[chunk.start : chunk.end] == chunk.text for chunk, article in found)
        assert all(chunk.article_id == article.id for chunk, article in found)
        assert snapshot.read_chunks([]) == []


def test_articles_come_back_whole(archive: ArchiveWriter) -> None:
    issue = prepared("甲报", BRIDGE, GAMES, day=date(2025, 9, 6))
    article = replace(
        issue.issue.articles[0],
        section="要闻",
        byline="本报记者",
        page=2,
        kicker="肩",
        deck="副",
        date=date(2025, 9, 5),
        boxes=((Box(2, 0.1, 0.2, 0.5, 0.25), Box(2, 0.6, 0.1, 0.9, 0.15)),),
    )
    issue = replace(issue, issue=replace(issue.issue, articles=(article, *issue.issue.articles[1:])))
    store(archive, issue)
    with archive.snapshot() as snapshot:
        assert snapshot.read_article(article.id) == [replace(article, issue=replace(article.issue, articles=()))]
        assert snapshot.read_article("none") == []
        (read,) = snapshot.read_issue("甲报")
        assert [one.id for one in read.articles] == ["甲报-0", "甲报-1"]
        assert snapshot.read_issue(read.id[:8]) == [read]
        assert snapshot.sections() == ["要闻"]
        (entry,) = snapshot.issues()
        assert (entry.articles, entry.chunks, entry.characters) == (2, 2, len(BRIDGE) + len(GAMES))


def test_issues_are_listed_newest_first_and_those_of_no_date_last(archive: ArchiveWriter) -> None:
    store(
        archive,
        prepared("旧报", BRIDGE, day=date(2025, 9, 6)),
        prepared("无期", CANAL),
        prepared("新报", GAMES, day=date(2025, 9, 13)),
    )
    with archive.snapshot() as snapshot:
        assert [entry.issue.name for entry in snapshot.issues()] == ["新报", "旧报", "无期"]
        assert [issue.name for issue in snapshot.issue_names()] == ["新报", "旧报", "无期"]
        assert [article.issue.name for article in snapshot.find_articles()] == ["新报", "旧报", "无期"]
        assert [article.body for article in snapshot.find_phrase("兩岸")] == [BRIDGE, CANAL]
        assert snapshot.find_phrase("岸两") == snapshot.find_phrase(" ") == []


def test_a_section_is_there_for_as_long_as_an_issue_has_it(archive: ArchiveWriter) -> None:
    of_canal = prepared("乙报", CANAL, section="副刊")
    store(archive, prepared("甲报", BRIDGE, section="要闻"), of_canal, prepared("丙报", GAMES))
    with archive.snapshot() as snapshot:
        assert snapshot.sections() == ["副刊", "要闻"]
    store(archive, remove=[key_of(archive, "乙报")])
    with archive.snapshot() as snapshot:
        assert snapshot.sections() == ["要闻"]
        assert [entry.issue.name for entry in snapshot.issues()] == ["丙报", "甲报"]
        assert snapshot.read_issue("乙报") == []


# Searches.


def test_both_searches_give_the_best_first_with_their_scores(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE, CANAL, GAMES))
    with archive.snapshot() as snapshot:
        bridge, canal, games = snapshot.chunk_ids()
        found = snapshot.search_words("水渠和两岸", 5)
        assert [scored.chunk_id for scored in found] == [canal, bridge]
        scores = snapshot.word_scores("水渠和两岸", [games, bridge, canal])
        assert scores.tolist() == pytest.approx([0.0, found[1].score, found[0].score])
        assert [scored.chunk_id for scored in snapshot.search_words("水渠和两岸", 1)] == [canal]

        near = snapshot.search_vectors(vector_of(GAMES), 2)
        assert near[0].chunk_id == games
        assert near[0].score == pytest.approx(1.0, abs=1e-3)
        assert near[0].score >= near[1].score
        vectors = snapshot.vectors([canal, games])
        assert np.allclose(vectors, [vector_of(CANAL), vector_of(GAMES)], atol=1e-3)
        assert snapshot.vectors([]).shape == (0, SETTINGS.dimension)
        assert snapshot.sample_vectors().shape == (3, SETTINGS.dimension)


def test_ties_break_by_id(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE), prepared("乙报", BRIDGE), prepared("丙报", BRIDGE))
    with archive.snapshot() as snapshot:
        ids = snapshot.chunk_ids()
        assert [scored.chunk_id for scored in snapshot.search_words("新桥", 3)] == ids
        assert [scored.chunk_id for scored in snapshot.search_vectors(vector_of(BRIDGE), 3)] == ids


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(), {"甲报", "乙报", "无期"}),
        (Filters(since=date(2025, 9, 7)), {"乙报"}),
        (Filters(until=date(2025, 9, 6)), {"甲报"}),
        (Filters(since=date(2025, 9, 6), until=date(2025, 9, 13)), {"甲报", "乙报"}),
        (Filters(issue="甲报"), {"甲报"}),
        (Filters(issue="甲报.txt"), {"甲报"}),
        (Filters(section=" 体育"), {"乙报"}),
        (Filters(issue="甲报", section="体育"), set()),
    ],
)
def test_filters_narrow_every_search(archive: ArchiveWriter, filters: Filters, left: set[str]) -> None:
    store(
        archive,
        prepared("甲报", BRIDGE, day=date(2025, 9, 6), section="要闻"),
        prepared("乙报", BRIDGE, day=date(2025, 9, 13), section="体育"),
        prepared("无期", BRIDGE),
    )
    with archive.snapshot() as snapshot:
        for found in (
            snapshot.search_words("新桥", 9, filters=filters),
            snapshot.search_vectors(vector_of(BRIDGE), 9, filters=filters),
        ):
            chunks = snapshot.read_chunks([scored.chunk_id for scored in found])
            assert {article.issue.name for _, article in chunks} == left
        for articles in (snapshot.find_phrase("新桥", filters=filters), snapshot.find_articles(filters=filters)):
            assert {article.issue.name for article in articles} == left


# Terms.


def test_document_frequencies_count_chunks_with_their_headings(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE, CANAL, GAMES))
    with archive.snapshot() as snapshot:
        assert snapshot.term_statistics("两岸").frequencies.tolist() == [2, 2, 2]  # 两, 岸, 两岸
        assert snapshot.term_statistics("甲报").frequencies.tolist() == [3, 3, 3]
        assert snapshot.term_statistics("机场").unknown_share() == 1.0
        assert snapshot.term_statistics("").frequencies.shape == (0,)
        rare, common = snapshot.term_statistics("操场").idf, snapshot.term_statistics("两岸").idf
        assert rare.min() > common.max()
        assert snapshot.have_terms(["新桥", "水渠运动会", "桥渠", ""]).tolist() == [True, False, False, True]


def test_coverage_weighs_terms_by_how_telling_they_are(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE, CANAL, GAMES))
    with archive.snapshot() as snapshot:
        question = "两岸 水渠"
        whole, rare, common, none = snapshot.coverage(question, ["水渠在两岸", "水渠", "兩岸", "操场"])
        assert 0.0 == none < common < rare < whole
        assert whole == pytest.approx(1.0)
        terms = snapshot.term_statistics(question)
        assert terms.found_in(["水渠"]).pairs().tolist() == pytest.approx([rare])
        assert snapshot.coverage("", ["水渠"]).tolist() == [0.0]


def test_frequencies_follow_the_commits(archive: ArchiveWriter) -> None:
    store(archive, prepared("甲报", BRIDGE), prepared("乙报", CANAL))
    store(archive, remove=[key_of(archive, "乙报")])
    with archive.snapshot() as snapshot:
        assert snapshot.term_statistics("水渠").frequencies.tolist() == [0, 0, 0]
        assert snapshot.term_statistics("两岸").frequencies.tolist() == [1, 1, 1]
