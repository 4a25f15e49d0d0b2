"""What an archive on PostgreSQL and Milvus costs: copying, searches, an issue added; and what a held view sees.

usage: python benchmarks/cluster.py SOURCE TARGET [--searches 3] [--builds 10]

SOURCE is an archive of `benchmarks/scale.py --folder DIR`, such as DIR/chunks-100000; TARGET is the URL of one on a
cluster, which gets what SOURCE holds. One that an earlier run filled is measured as it is. With services that begin and
end with the run:

    python -m tests.support.services sh -c 'python benchmarks/cluster.py DIR/chunks-100000 \
        "$BULLETIN_TEST_POSTGRES?archive=trial&milvus=$BULLETIN_TEST_MILVUS&index=FLAT"'

Milvus Lite needs minutes for a search of words there: BULLETIN_MILVUS_SECONDS=1800 waits for it. Every step prints its
rows of a table as it ends. Vectors of new issues are drawn at random, so that the time is what they cost without
encoding.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scale import SETTINGS, Source

from embeddings import BuildReport, add, open_archive
from embeddings.archive.base import Snapshot
from embeddings.cluster.address import read_address
from embeddings.cluster.collection import ChunkCollection, open_client
from embeddings.ingest.copying import copy_archive
from qa.query.question import read_question
from qa.retrieval.search import find_passages

BEST = 100  # that each search is asked for
QUESTIONS = 3  # that a held view is asked again and again
_SETTLES = 2.0  # seconds, after which PostgreSQL has counted what a connection did that was closed


class RandomEncoder:
    """Vectors as `Source` draws them, each the same for its text."""

    name, fingerprint, dimension = SETTINGS.model, SETTINGS.fingerprint, SETTINGS.dimension

    def __init__(self, source: Source) -> None:
        self._source = source

    def encode_passages(self, passages: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (len(passages), dimension)."""
        drawn = self._source.vectors(passages)
        return np.stack([drawn[passage] for passage in passages])

    encode_questions = encode_sentences = encode_passages


class Trial:
    """The archive that is measured, and issues to be added to it."""

    def __init__(self, target: str, source: Source, folder: Path) -> None:
        self.target, self.source, self._folder = target, source, folder
        self._encoder = RandomEncoder(source)
        titles = source.titles[: QUESTIONS * 5 : 5]
        self.questions = [f"{title}是什么时候的事？" for title in titles]
        self.vectors = self._encoder.encode_questions(self.questions)
        with closing(open_archive(target)) as archive:
            self._number = len(archive.known_issues())

    def new_issue(self) -> Path:
        """A file with an issue of twelve articles that the archive does not have."""
        self._number += 1
        rows = [
            {"title": one.title, "section": one.section, "text": one.body}
            for one in self.source.issue(self._number).issue.articles
        ]
        return self.write(f"{date(2000, 1, 1) + timedelta(days=self._number)}", rows)

    def write(self, name: str, rows: Sequence[Mapping[str, str]]) -> Path:
        """An issue file of these articles."""
        file = self._folder / f"{name}.jsonl"
        file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return file

    def add(self, file: Path) -> BuildReport:
        """Bring an issue file in, as `bulletin add` does."""
        return add(file, archive=self.target, encoder=self._encoder)


def main() -> None:
    """Copy, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument("--searches", type=int, default=3, help="of each kind (default: %(default)s)")
    parser.add_argument("--builds", type=int, default=10, help="while a view is held (default: %(default)s)")
    arguments = parser.parse_args()
    _row("what", "measured")
    _row("---", "---")
    copy(arguments.source, arguments.target)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(arguments.target, Source(), Path(folder))
        add_an_issue(trial)
        search(trial, arguments.searches)
        hold_a_view(trial, arguments.builds)


def copy(source: str, target: str) -> None:
    """Fill the target where it is empty."""
    with closing(open_archive(source)) as given:
        wanted = len(given.known_issues())
    if _issues_in(target) > wanted:
        _row("copied", "by an earlier run")
    else:
        seconds, processor, report = _spent(lambda: copy_archive(source, target))
        _row("copied", f"{report.chunks:,} chunks in {report.issues:,} issues ({report.present:,} were there)")
        _row("its seconds; the client's processor", f"{seconds:,.0f} s; {processor:,.0f} s")
    with closing(open_archive(target)) as taken, taken.snapshot() as snapshot:
        _row("chunks; PostgreSQL on disk", f"{snapshot.size:,}; {taken.size_on_disk() / 1e6:,.0f} MB")


def _issues_in(target: str) -> int:
    from embeddings import ArchiveMissingError

    try:
        with closing(open_archive(target)) as archive:
            return len(archive.known_issues())
    except ArchiveMissingError:
        return 0


def add_an_issue(trial: Trial) -> None:
    """An issue that is new, the same file again, and the file with one article changed: what is encoded and moves."""
    trial.add(trial.new_issue())  # what is loaded once is not the issue's
    file = trial.new_issue()
    _row("one issue of 12 articles added", _moved(trial, file))
    _row("the same file again", _moved(trial, file))
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    rows[0]["text"] = "".join(reversed(trial.source.sentences[:4]))
    trial.write(file.stem, rows)
    _row("the file with one of its articles changed", _moved(trial, file))


def _moved(trial: Trial, file: Path) -> str:
    before = _state(trial.target)
    seconds, processor, report = _spent(lambda: trial.add(file))
    after = _state(trial.target)
    rows = {table: after[table] - before[table] for table in before if after[table] != before[table]}
    in_milvus, log = rows.pop("rows in Milvus", 0), rows.pop("bytes of log", 0)
    written = ", ".join(f"{table} {count}" for table, count in sorted(rows.items()))
    return (
        f"{seconds:.2f} s, {processor:.2f} s of the client's processor; {report.chunks_encoded} chunks encoded, "
        f"{report.chunks_reused} not; rows written in PostgreSQL: {written or 'none'}, {log / 1e3:,.0f} kB of its log; "
        f"rows more in Milvus: {in_milvus}"
    )


def _state(target: str) -> dict[str, int]:
    """How many rows were ever written into each table, how many bytes of log, and how many rows Milvus has."""
    import psycopg

    time.sleep(_SETTLES)
    address = read_address(target)
    with psycopg.connect(address.database, autocommit=True) as connection:
        written = connection.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE schemaname = %s",
            (address.name,),
        ).fetchall()
        (log,) = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchone() or (0,)
        query = f"SELECT value FROM \"{address.name}\".settings WHERE name = 'collection'"
        (collection,) = connection.execute(query).fetchone() or ("",)
    rows = ChunkCollection(open_client(address), address, collection).count()
    return {**dict(written), "bytes of log": int(log), "rows in Milvus": rows}


def search(trial: Trial, times: int) -> None:
    """Each kind of search, median of some."""
    queries = [read_question(question) for question in trial.questions]
    with closing(open_archive(trial.target)) as archive:
        kinds: dict[str, Callable[[Snapshot, int], object]] = {
            f"the {BEST} nearest vectors": lambda view, at: view.search_vectors(trial.vectors[at], BEST),
            f"the best {BEST} by words": lambda view, at: view.search_words(trial.questions[at], BEST),
            "question to passages": lambda view, at: find_passages(queries[at], trial.vectors[at], view, k=5),
        }
        for name, ask in kinds.items():
            seconds = []
            for at in range(times):
                with archive.snapshot() as view:
                    seconds.append(_spent(partial(ask, view, at % QUESTIONS))[0])
            spread = f"{min(seconds):.1f} to {max(seconds):.1f} s"
            _row(name, f"median {statistics.median(seconds):.1f} s of {times}, {spread}")


def hold_a_view(trial: Trial, builds: int) -> None:
    """A view that is asked the same after each of some builds; words, which take longest, at first and at last."""
    with closing(open_archive(trial.target)) as archive:
        with archive.snapshot() as held:
            at_first, words = _seen(held, trial), held.search_words(trial.questions[0], BEST)
            same = 0
            for _ in range(builds):
                trial.add(trial.new_issue())
                same += _seen(held, trial) == at_first
            size = held.size
            as_well = held.search_words(trial.questions[0], BEST) == words
        with archive.snapshot() as fresh:
            grown = fresh.size
    _row(
        f"a view held while {builds} builds committed",
        f"{same} of {builds} times the same issues, texts, {BEST} nearest vectors and scores; the best {BEST} by words "
        f"{'the same' if as_well else 'OTHERS'} at last; {size:,} chunks throughout, a fresh one {grown:,}",
    )


def _seen(view: Snapshot, trial: Trial) -> tuple[Any, ...]:
    hits = [view.search_vectors(vector, BEST) for vector in trial.vectors]
    return view.size, view.issue_names(), hits, view.read_chunks([hit.chunk_id for hit in hits[0]])


def _spent(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock and of this process's processor time, and what came of a call."""
    began, began_cpu = time.perf_counter(), time.process_time()
    result = call()
    return time.perf_counter() - began, time.process_time() - began_cpu, result


def _row(name: str, value: str) -> None:
    print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
