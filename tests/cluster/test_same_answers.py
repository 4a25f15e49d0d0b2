"""An archive on a cluster answers as one in a folder does: on the sample bulletins, with the default model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings import ArchiveReader, Encoder, Filters, open_archive
from embeddings.ingest.copying import copy_archive
from qa import Assistant
from tests.support.paths import DATA

QUESTIONS = [
    json.loads(line)["question"] for line in (DATA / "sample_qa.jsonl").read_text("utf-8").splitlines() if line
]
MOST = 1e-3  # between scores


@pytest.fixture(scope="module")
def both(sample_archive: Path, cluster_services: tuple[str, str]) -> Iterator[tuple[ArchiveReader, ArchiveReader, str]]:
    """The archive in a folder, the same on a cluster, and where that is."""
    from tests.support.services import new_location, remove_location

    location = new_location(*cluster_services)
    copy_archive(sample_archive, location)
    local, cluster = open_archive(sample_archive), open_archive(location)
    yield local, cluster, location
    local.close()
    cluster.close()
    remove_location(location)


@pytest.mark.parametrize("narrowed", ["nothing", "a section", "an issue", "a day"])
def test_searches_find_the_same_chunks_with_the_same_scores(
    both: tuple[ArchiveReader, ArchiveReader, str], default_encoder: Encoder, narrowed: str
) -> None:
    local, cluster, _ = both
    questions = QUESTIONS[:: 2 if narrowed == "nothing" else 10]
    vectors = default_encoder.encode_questions(questions)
    found = 0
    with local.snapshot() as one, cluster.snapshot() as other:
        newest = one.issue_names()[0]
        filters = {
            "nothing": None,
            "a section": Filters(section=one.sections()[0]),
            "an issue": Filters(issue=newest.name),
            "a day": Filters(since=newest.date, until=newest.date),
        }[narrowed]
        assert one.chunk_ids() == other.chunk_ids()
        for question, vector in zip(questions, vectors, strict=True):
            for mine, its in (
                (one.search_vectors(vector, 50, filters=filters), other.search_vectors(vector, 50, filters=filters)),
                (one.search_words(question, 50, filters=filters), other.search_words(question, 50, filters=filters)),
            ):
                assert [hit.chunk_id for hit in mine] == [hit.chunk_id for hit in its], question
                assert np.allclose([hit.score for hit in mine], [hit.score for hit in its], atol=MOST)
                found += len(mine)
    assert found


def test_everything_else_that_is_asked_of_a_snapshot_is_the_same(
    both: tuple[ArchiveReader, ArchiveReader, str],
) -> None:
    local, cluster, _ = both
    with local.snapshot() as one, cluster.snapshot() as other:
        assert one.issues() == other.issues()
        assert one.sections() == other.sections()
        assert one.find_articles() == other.find_articles()
        assert np.allclose(one.sample_vectors(), other.sample_vectors(), atol=MOST)
        ids = one.chunk_ids()[::7]
        assert one.read_chunks(ids) == other.read_chunks(ids)
        assert np.allclose(one.vectors(ids), other.vectors(ids), atol=MOST)
        for question in QUESTIONS[::5]:
            assert np.allclose(one.word_scores(question, ids), other.word_scores(question, ids), atol=MOST)
            assert np.array_equal(
                one.term_statistics(question).frequencies, other.term_statistics(question).frequencies
            )
            assert one.find_phrase(question[2:5]) == other.find_phrase(question[2:5])
        assert [one.read_issue(entry.issue.name) for entry in one.issues()] == [
            other.read_issue(entry.issue.name) for entry in other.issues()
        ]


def test_answers_are_the_same(both: tuple[ArchiveReader, ArchiveReader, str], assistant: Assistant) -> None:
    _, _, location = both
    other = Assistant.open(location)
    for question in QUESTIONS[::12]:
        mine, its = assistant.ask(question), other.ask(question)
        assert mine.text == its.text
        assert [passage.text for passage in mine.passages] == [passage.text for passage in its.passages]
