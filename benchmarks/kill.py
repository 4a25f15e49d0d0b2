"""Kill `bulletin build` at random instants and see what is left.

usage: python benchmarks/kill.py [--kills 50]

An archive of the sample bulletins is brought up to date with changed copies of them, over and over; each build is
killed after a random time between nothing and a little more than a whole build takes. After each kill it must open
whole and hold exactly the old issues or exactly the new ones.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from embeddings import Archive, build

SAMPLES = Path(__file__).parents[1] / "bulletins"
BUILD = "import sys; from qa.cli import main; sys.exit(main(['build', sys.argv[1], '--archive', sys.argv[2]]))"

Contents = list[tuple[str, str, str]]


def main() -> None:
    """Kill builds and print how many archives opened whole, old or new."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    instants = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        versions = [_version(folder / f"version-{number}", number) for number in range(2)]
        contents = []
        for version in versions:
            build(version, archive=folder / "expected" / version.name)
            contents.append(_contents(folder / "expected" / version.name))
        issues, pristine = folder / "issues", folder / "pristine"
        shutil.copytree(versions[0], issues)
        build(issues, archive=pristine)
        shutil.rmtree(issues)
        shutil.copytree(versions[1], issues)
        shutil.copytree(pristine, folder / "archive")
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", BUILD, str(issues), str(folder / "archive")], check=True)
        whole_build = time.perf_counter() - started
        outcomes: Counter[str] = Counter()
        for _ in range(arguments.kills):
            shutil.rmtree(folder / "archive")
            shutil.copytree(pristine, folder / "archive")
            outcomes[_kill(issues, folder / "archive", instants.uniform(0, 1.1 * whole_build), contents)] += 1
    print(f"{arguments.kills} builds of {whole_build:.1f} s killed: {dict(outcomes)}")
    sys.exit(0 if set(outcomes) <= {"old", "new"} else 1)


def _version(folder: Path, number: int) -> Path:
    """A copy of the sample bulletins that differs in every article, so that every chunk is new."""
    folder.mkdir()
    for source in SAMPLES.glob("*.jsonl"):
        changed = source.read_text(encoding="utf-8").replace('"text": "', f'"text": "第{number}版。')
        (folder / source.name).write_text(changed, encoding="utf-8")
    return folder


def _contents(archive: Path) -> Contents:
    with Archive.open(archive).snapshot() as snapshot:
        found = snapshot.read_chunks(snapshot.chunk_ids())
        snapshot.search_words("中国", 5)
    return sorted((article.issue.name, article.title, chunk.text) for chunk, article in found)


def _kill(issues: Path, archive: Path, seconds: float, contents: list[Contents]) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(issues), str(archive)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    process.kill()
    process.wait()
    try:
        if Archive.open(archive).damage():
            return "damaged"
        found = _contents(archive)
    except Exception as error:
        return f"unloadable: {error}"
    return "old" if found == contents[0] else "new" if found == contents[1] else "mixed"


if __name__ == "__main__":
    main()
