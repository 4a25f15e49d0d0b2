"""Where Chromium is on this machine, for whatever opens pages in it: benchmarks, tests, and the pictures of README."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

# Names of the whole browser, as distributions call it.
WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome")
# The first is Chromium without windows and toolbars, which draws the same pages with half the work.
CHROMIUMS = ("chromium-headless-shell", *WITH_WINDOWS)


def find_chromium(names: Sequence[str] = CHROMIUMS) -> str | None:
    """The path of the first of these programs that is on PATH; None where none is."""
    return next(filter(None, map(shutil.which, names)), None)
