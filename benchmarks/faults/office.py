"""A small office in which the operations work, and all operations that write."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

from embeddings import (
    add,
    back_up,
    build,
    correct_article,
    correct_issue,
    open_archive,
    preview,
    remove,
    restore,
    take_in,
    tidy,
    withdraw,
)
from embeddings.archive import segments
from embeddings.archive.rows import DATABASE
from embeddings.ingest.corrections import FILE_NAME, read_corrections
from embeddings.ingest.repair import repair
from embeddings.sources.atomic import STAGED, UNFINISHED
from embeddings.sources.document import Document
from embeddings.sources.files import SEGMENTS_FOLDER
from qa.userdata.store import STORE_FILE, ConversationRevision, RatedAnswer, RetentionLimits, UserStore
from tests.support.fakes import CountingEncoder
from tests.support.issues import ROWS, write_issue

USER = "u" * 43
NOW = datetime(2025, 9, 13, 8, tzinfo=timezone.utc)


class Office:
    """Where the operations work."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.issues, self.archive = folder, folder / "issues", folder / "archive"
        self.dropped, self.backup = folder / "dropped", folder / "backup.zip"

    @property
    def users(self) -> UserStore:
        """What users left behind; half of it is too old."""
        return UserStore(self.archive, bounds=RetentionLimits(days=30), now=lambda: NOW)

    def make(self) -> None:
        """Lay out the state before."""
        self.folder.mkdir()
        write_issue(self.issues, "甲.jsonl", [row | {"id": f"a{at}"} for at, row in enumerate(ROWS)])
        write_issue(self.issues, "乙.jsonl", [ROWS[1] | {"id": "b0", "title": "风"}])
        self.build()
        withdraw(["乙.jsonl"], archive=self.archive)
        write_issue(self.dropped, "来稿.jsonl", [{"title": "丁校开学", "text": "丁校开学了。", "id": "d"}])
        old = UserStore(self.archive, bounds=RetentionLimits(days=3000), now=lambda: NOW - timedelta(days=29))
        old.count_unanswered("旧", confidence=0.0)
        self.users.keep(USER, ConversationRevision(), "{}", name="谈话", turns=1)
        with closing(sqlite3.connect(self.archive / STORE_FILE)) as users, users:
            users.execute("DROP TABLE clock")  # which would else doubt a step of a month
        back_up(self.backup, archive=self.archive, databases=[STORE_FILE])

    def build(self, *, full: bool = False) -> None:
        """Bring the archive in step with its folders."""
        folders = [folder for folder in (self.issues, self.archive / "issues") if folder.is_dir()]
        build(folders, archive=self.archive, full=full, encoder=CountingEncoder())

    def conversation(self) -> str:
        """The id of the one conversation."""
        return self.users.conversations(USER)[0].id

    def segments(self) -> set[str]:
        """The folders of the search index."""
        return {path.name for path in (self.archive / SEGMENTS_FOLDER).glob("*") if path.is_dir()}

    def damage(self) -> list[str]:
        """What is damaged in the archive, a line each."""
        tidy(self.archive)
        with closing(open_archive(self.archive)) as opened:
            return [*opened.damage().lines(), *(name for name, whole in opened.derived_parts().items() if not whole)]

    def state(self, *, may_be_damaged: bool = False) -> tuple[object, ...]:
        """All that an operation may change. Raises RuntimeError where the database is damaged and may not be."""
        tidy(self.archive)
        opened = open_archive(self.archive)
        if (damage := opened.damage()) and not may_be_damaged:
            raise RuntimeError("; ".join(damage.lines()))
        with opened.snapshot() as snapshot:
            ids = snapshot.chunk_ids()
            texts = [
                (article.issue.name, article.title, article.byline, chunk.text)
                for chunk, article in snapshot.read_chunks(ids)
            ]
            vectors = [vector.tobytes() for vector in snapshot.vectors(ids)]
            text_of = dict(zip(ids, texts, strict=True))
            hits = [(round(hit.score, 4), text_of[hit.chunk_id]) for hit in snapshot.search_words("水渠通了水", 50)]
        held = sorted(zip(texts, vectors, strict=True)), sorted(hits)
        opened.close()
        sources = [
            path
            for folder in (self.issues, self.archive / "issues")
            for path in sorted(folder.glob("*.jsonl"))
            if path.name != FILE_NAME
        ]
        noted = [
            (path.name, one.field, one.becomes)
            for path in sources
            for one in read_corrections(path, Document(path.name, path.read_bytes())).all
        ]
        with closing(sqlite3.connect(self.archive / STORE_FILE)) as users:
            said = [
                users.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
                for table, columns in (
                    ("votes", "question, is_good, word"),
                    ("unanswered", "question, asked"),
                    ("conversations", "name, turns, content"),
                )
            ]
        restored = Office(self.folder / "restored")
        restore(self.backup, archive=restored.archive)  # the backup itself must be whole
        shutil.rmtree(restored.folder)
        return held, noted, [path.name for path in sources], said

    def leftovers(self) -> list[Path]:
        """What should not be there any more."""
        folder = self.archive / SEGMENTS_FOLDER
        named = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["segments"]
        unnamed = [folder / name for name in self.segments() if name not in named]
        return unnamed + [path for path in self.folder.rglob("*") if path.name.startswith((UNFINISHED, STAGED))]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is done, and what goes before it; where it changes nothing that `state` tells, both states are one.

    What `comes_back` with the next build is meant to. One that `mends` begins with a damaged archive.
    """

    before: Callable[[Office], object]
    run: Callable[[Office], object]
    comes_back: bool = False
    mends: bool = False


def put_back(office: Office, kept: Path) -> None:
    """Make an office what it was when it was copied."""
    shutil.rmtree(office.folder)
    shutil.copytree(kept, office.folder)


def upload(office: Office) -> None:
    """Take in a dropped issue with a correction."""
    (draft,) = preview([office.dropped / "来稿.jsonl"], archive=office.archive).drafts
    (article,) = draft.issue.articles
    wanted = replace(draft.issue, articles=(replace(article, title="开学"),))
    take_in([draft], [wanted], archive=office.archive, encoder=CountingEncoder())


def change_and_build(office: Office) -> None:
    """A build over a changed folder."""
    office.build()


def many_segments(office: Office) -> None:
    """Give the search index segments of an issue each."""
    for name in ("丁", "戊", "己"):
        write_issue(office.issues, f"{name}.jsonl", [ROWS[0] | {"id": name, "title": f"{name}村修水渠"}])
        office.build()
    (office.issues / "戊.jsonl").unlink()
    write_issue(office.issues, "丙.jsonl", [ROWS[2] | {"id": "c"}])


def merge(office: Office) -> None:
    """A build after which all segments become one."""
    with patch.object(segments, "_MERGED_AT", 2):
        office.build()
    has_room = shutil.disk_usage(office.folder).free > 4_000_000
    if has_room and len(office.segments()) != 1:
        raise RuntimeError("the segments were not merged")


def spoil(office: Office) -> None:
    """Flip bits of a text, a vector and a segment, and lose another segment."""
    many_segments(office)
    office.build()
    with closing(sqlite3.connect(office.archive / DATABASE)) as database, database:
        database.execute("UPDATE articles SET body = replace(body, '三', '四') WHERE id = 'a0'")
        database.execute("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE rowid = 1")
    first, second, *_ = sorted(office.segments())
    flip(office.archive / SEGMENTS_FOLDER / first / "rows")
    shutil.rmtree(office.archive / SEGMENTS_FOLDER / second)


def flip(path: Path) -> None:
    """Flip a bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


def nothing(_: Office) -> None:
    """Nothing goes before."""


OPERATIONS: dict[str, Operation] = {
    "build": Operation(
        lambda office: write_issue(office.issues, "丙.jsonl", [ROWS[2] | {"id": "c"}]), change_and_build
    ),
    "merge of segments": Operation(many_segments, merge),
    "check --repair": Operation(spoil, lambda office: repair(office.archive, encoder=CountingEncoder()), mends=True),
    "add back": Operation(
        nothing, lambda office: add(office.issues / "乙.jsonl", archive=office.archive, encoder=CountingEncoder())
    ),
    "remove": Operation(nothing, lambda office: remove(["甲"], archive=office.archive), comes_back=True),
    "withdraw": Operation(nothing, lambda office: withdraw(["甲"], archive=office.archive)),
    "correct": Operation(
        nothing,
        lambda office: correct_article(
            "a0", title="新题", byline="甲", archive=office.archive, encoder=CountingEncoder()
        ),
    ),
    "rename": Operation(
        nothing,
        lambda office: correct_issue("甲", new_name="县报", archive=office.archive, encoder=CountingEncoder()),
    ),
    "upload": Operation(nothing, upload),
    "backup": Operation(nothing, lambda office: back_up(office.backup, archive=office.archive, databases=[STORE_FILE])),
    "restore": Operation(
        lambda office: withdraw(["甲"], archive=office.archive),
        lambda office: restore(office.backup, archive=office.archive, replace=True),
    ),
    "vote": Operation(nothing, lambda office: office.users.vote(USER, RatedAnswer("甲？", "乙。"), is_good=True)),
    "rename a conversation": Operation(
        nothing, lambda office: office.users.rename(USER, office.conversation(), "新名")
    ),
    "purge": Operation(
        nothing, lambda office: UserStore(office.archive, bounds=RetentionLimits(days=10), now=lambda: NOW).purge()
    ),
}
