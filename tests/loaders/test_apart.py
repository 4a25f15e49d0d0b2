"""Reading in a process of its own: nothing that a file does there reaches the process that asked."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings import Limits, SourceError
from embeddings.errors import SourceCode, error_from_row, row_of_error
from embeddings.ingest.build import BuildOptions, build
from embeddings.ingest.parse_cache import read_apart
from embeddings.ingest.watch import Watcher, WatchOptions
from embeddings.loaders import apart
from embeddings.loaders.apart import end_reading_processes, run_apart
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from tests.support import apart_work
from tests.support.fakes import CountingEncoder

LIMITS = Limits(max_memory=500_000_000)
TEXT = "# 水渠修好了\n\n乙村的水渠修好了，全长三千米。\n"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system bounds memory on Linux")


@pytest.fixture(autouse=True, scope="module")
def put_away() -> Iterator[None]:
    yield
    end_reading_processes()


def test_work_is_done_in_another_process_which_is_kept() -> None:
    first = run_apart(apart_work.whole, "甲\ud800", b"\x00\xff", name="a", limits=LIMITS)
    again = run_apart(apart_work.whole, "甲\ud800", b"\x00\xff", name="a", limits=LIMITS)
    assert first == again == ["甲\ud800", b"\x00\xff", first[2]]
    assert first[2] != os.getpid()


@on_linux
def test_what_takes_too_much_memory_is_refused_by_name() -> None:
    with pytest.raises(SourceError, match=r"甲\.pdf .*500,000,000 bytes.*BULLETIN_MAX_MEMORY") as caught:
        run_apart(apart_work.take_memory, 2_000_000_000, name="甲.pdf", limits=LIMITS)
    assert caught.value.code is SourceCode.READING_TOOK_MUCH
    assert run_apart(apart_work.take_memory, 10, name="a", limits=LIMITS) == 10


@on_linux
def test_reading_a_picture_may_take_more_for_that_file_alone() -> None:
    limits = replace(LIMITS, max_memory=200_000_000, max_scan_memory=500_000_000)
    assert run_apart(apart_work.take_memory_for_a_picture, 300_000_000, name="a", limits=limits) == 300_000_000
    with pytest.raises(SourceError, match=r"甲\.png .*500,000,000 bytes.*BULLETIN_MAX_SCAN_MEMORY"):
        run_apart(apart_work.take_memory_for_a_picture, 2_000_000_000, name="甲.png", limits=limits)
    with pytest.raises(SourceError, match=r"甲\.pdf .*200,000,000 bytes.*BULLETIN_MAX_MEMORY"):
        run_apart(apart_work.take_memory, 300_000_000, name="甲.pdf", limits=limits)


@pytest.mark.slow
def test_what_takes_too_long_is_ended_even_in_the_midst_of_a_library() -> None:
    with pytest.raises(SourceError, match=r"甲\.txt .*2 seconds.*BULLETIN_MAX_SECONDS"):
        run_apart(apart_work.take_long, name="甲.txt", limits=replace(LIMITS, max_seconds=2))
    assert run_apart(apart_work.take_memory, 10, name="a", limits=LIMITS) == 10


@pytest.mark.slow
def test_each_page_has_its_time() -> None:
    assert run_apart(apart_work.page_after_page, [0.5] * 8, name="a", limits=replace(LIMITS, max_seconds=3)) == 8


def test_a_process_that_breaks_breaks_nothing_else() -> None:
    with pytest.raises(SourceError, match=r"甲\.pdf"):
        run_apart(apart_work.die, name="甲.pdf", limits=LIMITS)
    assert run_apart(apart_work.take_memory, 10, name="a", limits=LIMITS) == 10


def test_an_error_comes_back_with_its_code_its_cause_and_its_numbers() -> None:
    with pytest.raises(SourceError, match=r"甲\.pdf: it has 1234 pages; the limit is 60") as caught:
        run_apart(apart_work.refuse, name="甲.pdf", limits=LIMITS)
    assert caught.value.code is SourceCode.SCAN_UNREADABLE
    assert caught.value.params["cause"].code is SourceCode.PDF_TOO_MANY_PAGES
    with pytest.raises(SourceError, match=r"甲\.pdf cannot be read \(ZeroDivisionError: nobody thought of it\)"):
        run_apart(apart_work.fail, name="甲.pdf", limits=LIMITS)


def test_an_error_as_a_row_is_the_same_error() -> None:
    several = (SourceError(SourceCode.NO_PDF), "?")
    error = SourceError(SourceCode.TOO_LARGE, name=Path("甲.txt"), n=5, limit=4, several=several)
    again = error_from_row(row_of_error(error))
    assert (type(again), again.code, str(again)) == (SourceError, error.code, str(error))
    assert (again.params["several"][0].code, again.params["several"][1]) == (SourceCode.NO_PDF, "?")


def test_a_process_that_ended_while_it_was_idle_is_replaced() -> None:
    first = run_apart(apart_work.whole, "", b"", name="a", limits=LIMITS)[2]
    (process,) = apart._idle
    stream = process._process.stdin
    assert stream is not None
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())  # it ends, as it does when nothing came for long
    assert process.has_left()
    assert run_apart(apart_work.whole, "", b"", name="a", limits=LIMITS)[2] != first


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_a_process_that_was_forked_has_its_own() -> None:
    first = run_apart(apart_work.whole, "", b"", name="a", limits=LIMITS)[2]
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(tells, str(run_apart(apart_work.whole, "", b"", name="a", limits=LIMITS)[2]).encode())
            end_reading_processes()
        finally:
            os._exit(0)
    os.close(tells)
    with os.fdopen(told) as answer:
        assert int(answer.read()) != first
    os.waitpid(child, 0)
    assert run_apart(apart_work.whole, "", b"", name="a", limits=LIMITS)[2] == first


def test_a_document_is_read_as_it_is_in_this_process() -> None:
    document = Document("2025-09-13.md", TEXT.encode())
    assert read_apart(document, LIMITS) == read_document(document, LIMITS)
    rows = Document("a.jsonl", b'{"title": "t", "text": "\xe6\xb0\xb4\xe6\xb8\xa0"}\n{"text": ""}\n')
    here, there = read_document(rows, LIMITS), read_apart(rows, LIMITS)
    assert there.articles == here.articles
    assert [str(error) for error in there.left_out] == [str(error) for error in here.left_out] != []
    with pytest.raises(SourceError, match="is empty"):
        read_apart(Document("a.md", b" "), LIMITS)


def bomb(inflated: int) -> bytes:
    """A PDF file whose one page inflates to so many bytes of text."""
    shown = b"(" + b"a" * 90 + b") Tj 0 -1 Td\n"
    stream = zlib.compress(b"BT /F1 9 Tf 9 9 Td\n" + shown * (inflated // len(shown)) + b"ET", 9)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


@on_linux
@pytest.mark.slow
def test_a_bomb_stops_neither_a_build_nor_a_watch(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra is not installed")
    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "1 弹.pdf").write_bytes(bomb(100_000_000))
    (folder / "2 报.md").write_text(TEXT, encoding="utf-8")
    assert (folder / "1 弹.pdf").stat().st_size < 1_000_000
    options = BuildOptions(limits=LIMITS)
    report = build(folder, archive=tmp_path / "built", encoder=CountingEncoder(), options=options)
    assert report.added == 1
    assert [skipped.error.code for skipped in report.skipped] == [SourceCode.READING_TOOK_MUCH]
    watcher = Watcher(
        [folder],
        archive=tmp_path / "watched",
        options=WatchOptions(settle_seconds=0, build=options),
        encoder=CountingEncoder(),
    )
    reports = list(watcher.look())
    assert sum(report.added for report in reports) == 1
    assert [skipped.error.code for report in reports for skipped in report.skipped] == [SourceCode.READING_TOOK_MUCH]
    assert list(watcher.look()) == []  # told once, and left alone
