"""An empty Debian without a network, a bundle, and the steps of the container: installed, indexed, asked, served.

It takes minutes and gigabytes, and is run by `make try-bundle`.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli.bundle import EXTRAS, bundle
from tests.support.paths import ROOT

SCRIPT = Path(__file__).with_name("chroot.sh")
DEBIAN_PYTHON = (3, 11)  # of the Debian that the script makes
NEEDED = [program for program in ("debootstrap", "unshare", "chroot", "ip") if shutil.which(program) is None]


def test_the_image_asks_for_no_extra_that_is_not_bundled() -> None:
    asked = re.search(r"(?m)^ARG EXTRAS=(.*)$", (ROOT / "deploy" / "Dockerfile").read_text("utf-8"))
    assert asked
    assert set(asked[1].split(",")) <= set(EXTRAS)


@pytest.mark.long
@pytest.mark.skipif("BULLETIN_TEST_CHROOT" not in os.environ, reason="it takes minutes; `make try-bundle` runs it")
@pytest.mark.skipif(bool(NEEDED), reason=f"{', '.join(NEEDED)} is not here")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may change the root folder")
@pytest.mark.skipif(
    sys.version_info[:2] != DEBIAN_PYTHON or platform.machine() not in ("x86_64", "aarch64"),
    reason="a bundle is for the Python that makes it, and Debian has another",
)
def test_from_an_empty_system_without_a_network_to_an_answer(tmp_path: Path) -> None:
    # A folder that is named is kept, and the empty system in it is made once.
    work = Path(os.environ["BULLETIN_TEST_CHROOT"] or tmp_path)
    work.mkdir(parents=True, exist_ok=True)
    bundle(tmp_path / "bulletin-qa.tar")
    builder = tmp_path / "builder"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(builder)]
    subprocess.run([*download, "setuptools>=77,<90"], check=True)
    source = tmp_path / "source"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    left_out = tuple(f"{name}/" for name in (ROOT / ".dockerignore").read_text("utf-8").split())
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith(left_out):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    command = ["sh", str(SCRIPT), str(work), str(tmp_path / "bulletin-qa.tar"), str(builder), str(source)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    bundled, image = done.stdout.split("== the image")
    assert bundled.count("42年") == 3  # the short answer, the quote, and what the page served
    assert "served: 42年" in bundled
    assert "served: 42年" in image
    assert done.stdout.endswith("== done\n")
