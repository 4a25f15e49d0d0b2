"""A process that is killed in the middle of a change leaves the old state or the new one, and no trace of itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings import (
    Archive,
    SourceError,
    add,
    build,
    correct_article,
    correct_issue,
    open_archive,
    preview,
    remove,
    take_in,
    withdraw,
)
from embeddings.ingest.corrections import FILE_NAME, read_corrections
from embeddings.sources.atomic import STAGED, UNFINISHED
from embeddings.sources.document import Document
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue
from tests.support.kills import calls_of, kill_at, spread

KILLS = 8  # of each operation

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

State = tuple[list[tuple[str, str, str]], list[tuple[str, str, str]], list[str]]


class ConversationRevision:
    """An archive of two issues, one of them withdrawn, and a file that is dropped on the page."""

    def __init__(self, folder: Path) -> None:
        self.issues, self.archive, self.dropped = folder / "issues", folder / "archive", folder / "来稿.jsonl"

    def make(self) -> None:
        self.archive.parent.mkdir()
        write_issue(self.issues, "甲.jsonl", [ROWS[0] | {"id": "a1"}, ROWS[1] | {"id": "a2"}])
        write_issue(self.issues, "乙.jsonl", [ROWS[2] | {"id": "b1"}])
        write_issue(self.dropped.parent, self.dropped.name, [{"title": "新校开学", "text": "丁校开学了。", "id": "c1"}])
        build(self.issues, archive=self.archive, encoder=CountingEncoder())
        withdraw(["乙.jsonl"], archive=self.archive)

    def rebuild(self) -> None:
        folders = [folder for folder in (self.issues, self.archive / "issues") if folder.is_dir()]
        build(folders, archive=self.archive, full=True, encoder=CountingEncoder())

    def state(self) -> State:
        """What the archive holds, what the corrections say, and which files there are."""
        opened = open_archive(self.archive)
        assert not opened.damage()
        with opened.snapshot() as snapshot:
            held = sorted(
                (issue.name, article.title, article.body)
                for entry in snapshot.issues()
                for issue in snapshot.read_issue(entry.issue.id)
                for article in issue.articles
            )
            assert len(snapshot.chunk_ids()) >= len(held)
        opened.close()
        said = [
            (source.name, str(one.field), one.becomes)
            for source in sorted([*self.issues.glob("*.jsonl"), *self.archive.glob("issues/*.jsonl")])
            if source.name != FILE_NAME
            for one in read_corrections(source, Document(source.name, source.read_bytes())).all
        ]
        return (
            held,
            said,
            sorted(
                path.name for path in self.archive.glob("issues/*") if not path.name.startswith((UNFINISHED, STAGED))
            ),
        )

    def unfinished(self) -> list[Path]:
        return [path for path in self.archive.parent.rglob("*") if path.name.startswith((UNFINISHED, STAGED))]


def upload(place: ConversationRevision) -> None:
    (draft,) = preview([place.dropped], archive=place.archive).drafts
    (article,) = draft.issue.articles
    wanted = replace(draft.issue, articles=(replace(article, title="丁校开学"),))
    take_in([draft], [wanted], archive=place.archive, encoder=CountingEncoder())


OPERATIONS: dict[str, Callable[[ConversationRevision], object]] = {
    "withdraw": lambda place: withdraw(["甲.jsonl"], archive=place.archive),
    "remove": lambda place: remove(["甲.jsonl"], archive=place.archive),
    "add back": lambda place: add(place.issues / "乙.jsonl", archive=place.archive, encoder=CountingEncoder()),
    "correct": lambda place: correct_article(
        "a1", title="新题", byline="甲", archive=place.archive, encoder=CountingEncoder()
    ),
    "rename": lambda place: correct_issue("甲", new_name="丙", archive=place.archive, encoder=CountingEncoder()),
    "upload": upload,
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.slow
def test_a_kill_leaves_the_old_state_or_the_new_one(name: str, tmp_path: Path) -> None:
    operation = OPERATIONS[name]
    place = ConversationRevision(tmp_path / "work")
    place.make()
    shutil.copytree(tmp_path / "work", tmp_path / "kept")
    old = place.state()
    calls = calls_of(lambda: operation(place))
    new = place.state()
    assert old != new
    found = set()
    for call in spread(calls, KILLS):
        shutil.rmtree(tmp_path / "work")
        shutil.copytree(tmp_path / "kept", tmp_path / "work")
        done = kill_at(lambda: operation(place), call)
        left = place.state()
        assert left in ([new] if done else [old, new]), call
        found.add("old" if left == old else "new")
        if name != "remove":  # what is merely removed comes back with the next build, and is meant to
            place.rebuild()
            assert place.state() == left, call
            assert place.unfinished() == [], call
    assert found == {"old", "new"}


def test_a_withdrawal_that_cannot_be_recorded_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ConversationRevision(tmp_path / "work")
    place.make()
    before = place.state()

    def full(folder: Path, content: bytes) -> Path:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as changed:
        changed.setattr("embeddings.sources.outbox.stage_file", full)
        with pytest.raises(SourceError, match="Read-only file system"):
            withdraw(["甲.jsonl"], archive=place.archive)
    assert place.state() == before


def test_a_withdrawal_waits_for_a_folder_that_is_away(tmp_path: Path) -> None:
    place = ConversationRevision(tmp_path / "work")
    place.make()
    away = tmp_path / "away"
    place.issues.rename(away)
    withdraw(["甲.jsonl"], archive=place.archive)
    away.rename(place.issues)
    Archive.open(place.archive).close()
    assert ("甲.jsonl", "withdrawn", "yes") in place.state()[1]
    place.rebuild()
    assert place.state()[0] == []
