"""The documents name what is there: links lead somewhere, and every folder has its heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
PLACE = re.compile(r"`((?:embeddings|qa|tests|training|benchmarks|docs|\.github)/[\w./-]*)`")
SETTING = re.compile(r"BULLETIN_[A-Z_]*[A-Z]")


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


def test_every_setting_is_told_in_the_documents() -> None:
    code = [path.read_text("utf-8") for package in ("embeddings", "qa") for path in (ROOT / package).rglob("*.py")]
    told = " ".join(page.read_text("utf-8") for page in PAGES)
    missing = {name for text in code for name in SETTING.findall(text)} - set(SETTING.findall(told))
    # `BULLETIN_LLM_URL`, `_MODEL`, `_KEY` stand in one row.
    assert {name for name in missing if f"`_{name.rsplit('_', 1)[1]}`" not in told} == set()
