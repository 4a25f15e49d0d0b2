"""A bit that flips in a file, and whether `check` finds it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from embeddings import BulletinError, open_archive, restore
from embeddings.ingest.build import stale_sources
from embeddings.ingest.corrections import FILE_NAME
from tests.support.issues import write_issue

from .office import Office, put_back


def flip_bits(folder: Path, flips: int, seed: int) -> int:
    """Print a row of counts a file, and return how many flips changed a text or a vector and were not found."""
    folder.mkdir()
    draw = random.Random(seed)
    office, kept = Office(folder / "office"), folder / "kept"
    office.make()
    rows = [
        {"id": f"m{at}", "title": f"第{at}篇", "text": f"第{at}村的水渠通了水，全长{at}米。" * 15} for at in range(60)
    ]
    write_issue(office.issues, "戊.jsonl", rows)
    office.build()
    shutil.copytree(office.folder, kept)
    before = _contents(office)
    print("| file | flips | found by check | changed a text or a vector | changed and not found |")
    print("|---|---|---|---|---|")
    missed = 0
    segment = max((office.archive / "segments").glob("*/rows"), key=lambda path: path.stat().st_size).parent
    derived = [
        str((segment / name).relative_to(office.archive))
        for name in ("vectors.faiss", "rows", "terms", "days", "segment.json")
    ]
    for name in ("archive.sqlite", *derived, "archive.commits", f"../issues/{FILE_NAME}"):
        found = changed = unseen = 0
        number = flips if name == "archive.sqlite" else max(1, flips // 10)
        for _ in range(number):
            put_back(office, kept)
            path = office.archive / name
            content = bytearray(path.read_bytes())
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            path.write_bytes(content)
            seen = _is_found(office)
            differs = _contents(office) != before
            found, changed, unseen = found + seen, changed + differs, unseen + (differs and not seen)
        missed += unseen
        print(f"| {name} | {number} | {found} | {changed} | {unseen} |", flush=True)
    refused = 0
    for _ in range(flips // 10):
        put_back(office, kept)
        content = bytearray(office.backup.read_bytes())
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        office.backup.write_bytes(content)
        try:
            restore(office.backup, archive=folder / "restored")
            shutil.rmtree(folder / "restored")
        except BulletinError:
            refused += 1
    print(f"| backup.zip | {flips // 10} | {refused} refused | | |\n", flush=True)
    shutil.rmtree(office.folder)
    return missed


def _is_found(office: Office) -> bool:
    try:
        opened = open_archive(office.archive)
        found = bool(opened.damage()) or not all(opened.derived_parts().values()) or bool(stale_sources(opened))
        opened.close()
        return found
    except BulletinError:
        return True


def _contents(office: Office) -> object:
    """What an answer is made of, or that it cannot be had."""
    try:
        opened = open_archive(office.archive)
        with opened.snapshot() as snapshot:
            found = [
                (article.issue, article.heading, article.date, chunk.text)
                for chunk, article in snapshot.read_chunks(snapshot.chunk_ids())
            ]
            vectors = snapshot.vectors(snapshot.chunk_ids()).tobytes()
        opened.close()
        return found, vectors
    except BulletinError as error:
        return str(error.code)
    except Exception as error:  # no answer, and no word of ours for it
        return type(error).__name__
