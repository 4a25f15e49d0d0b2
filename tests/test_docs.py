"""The documents name what is there: links lead somewhere, and every folder has its heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
PLACE = re.compile(r"`((?:embeddings|qa|tests|training|benchmarks|docs|\.github)/[\w./-]*)`")


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be linked to, as GitHub gives them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        other = page.parent / target if target else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), f"{target}#{anchor}"


# A changelog speaks of places that have gone.
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_place_that_is_named_is_there(page: Path) -> None:
    missing = [place for place in PLACE.findall(page.read_text("utf-8")) if not (ROOT / place).exists()]
    assert missing == []


def test_every_folder_has_its_heading_in_the_architecture() -> None:
    folders = [path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("[eq]*/*/**/__init__.py")]
    headings = re.findall(r"(?m)^#+ .*`([\w/]+)/`$", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert len(headings) == len(set(headings))
    assert set(folders) - set(headings) == set()


def test_the_newest_release_of_the_changelog_is_the_one_that_is_built() -> None:
    releases = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    (built,) = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert releases[0] == built
