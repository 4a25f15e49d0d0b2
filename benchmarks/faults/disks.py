"""Operations on a disk that is nearly full."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings import BulletinError

from .office import OPERATIONS, Office


def fill_disks(folder: Path, sizes: int) -> int:
    """Print how operations end on disks of growing sizes, and return how many states were neither old nor new."""
    folder.mkdir()
    counts: Counter[str] = Counter()
    for name in ("build", "merge of segments", "correct", "upload", "restore", "vote"):
        operation = OPERATIONS[name]
        for free in (4096 * 2 ** (step / 2) for step in range(sizes)):
            try:
                with small_disk(folder / "disk", 64_000_000) as resize:
                    office = Office(folder / "disk" / "office")
                    office.make()
                    operation.before(office)
                    old = office.state()
                    resize(_used(folder / "disk") + int(free))
                    try:
                        operation.run(office)
                        said = "done"
                    except BulletinError:
                        said = "refused"
                    resize(64_000_000)
                    left = office.state()
                    whole = left != old if said == "done" else left == old or name == "restore"
                    counts[said if whole else f"{name}: neither old nor new"] += 1
            except subprocess.CalledProcessError:
                print("Full disks were not tried: this user may not mount a tmpfs.")
                return 0
            except Exception as error:
                counts[f"{name}: {type(error).__name__}: {error}"] += 1
    print(f"{sum(counts.values())} operations on disks of {sizes} sizes: {dict(counts)}", flush=True)
    return sum(count for outcome, count in counts.items() if outcome not in ("done", "refused"))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[int], None]]:
    """A disk of some bytes in memory, and a function that gives it another size."""
    folder.mkdir(exist_ok=True)

    def mount(options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)

    mount(f"size={size}")
    try:
        yield lambda size: mount(f"remount,size={size}")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _used(folder: Path) -> int:
    usage = shutil.disk_usage(folder)
    return usage.total - usage.free
