"""Kill every operation that writes, flip bits in every file, fill the disk; count what is left.

usage: python -m benchmarks.faults [--kills 1000] [--flips 300] [--sizes 20] [--seed 0] [--hostile]    (Linux)

Operations work on a small office: an archive, its corrections, a dropped issue, users' data and a backup, with an
encoder that knows no language, since what is measured is what survives. Half of the kills come at a Python call (any
call, `sys.setprofile`), half at a system call (`ptrace`), spread evenly over the whole operation. After each,
everything is opened, checked against its checksums, compared with the states before and after (what is held, noted
and found by searches), and built again from the sources: what was withdrawn or corrected must be so still. A repair
that was killed must be able to go on. Full disks are tmpfs of growing sizes, and need the right to mount. With
--hostile, files that ask for much are dropped into a watched folder, and nothing else is done. Prints tables in
Markdown, and exits with 1 where a state is neither old nor new, a flipped bit that changed something is not found, or a
file takes more than it may or stops the watch.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from .disks import fill_disks
from .flips import flip_bits
from .hostile import read_hostile
from .kills import kill_everything


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--flips", type=int, default=300)
    parser.add_argument("--sizes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hostile", action="store_true", help="drop files that ask for much, and nothing else")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        if arguments.hostile:
            sys.exit(1 if read_hostile(folder / "hostile") else 0)
        failed = kill_everything(folder / "kills", arguments.kills) if arguments.kills else 0
        failed += flip_bits(folder / "flips", arguments.flips, arguments.seed) if arguments.flips else 0
        failed += fill_disks(folder / "disks", arguments.sizes) if arguments.sizes else 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
