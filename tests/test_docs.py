"""The documents name what is there: links, commands, options, settings, extras and folders."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Variable
from qa.cli import command_line
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
SPAN = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"(?ms)^```\w*\n(.*?)^```")
FIRST_CELL = re.compile(r"(?m)^\| (`[^|]*(?:\\\|[^|]*)*) \|")
# What only tests are told.
OF_TESTS = re.compile("BULLETIN_(TEST_.+|REQUIRE_BROWSER)")
PLACE = re.compile(r"`((?:embeddings|qa|tests|training|benchmarks|docs|\.github)/[\w./-]*)`")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def commands() -> dict[str, set[str]]:
    """Every command (`key add` for one of two words), and its options."""
    found: dict[str, set[str]] = {}

    def go_through(parser: argparse.ArgumentParser, name: str) -> None:
        below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        found[name] = {option for action in parser._actions for option in action.option_strings}
        for action in below:
            for word, sub in action.choices.items():
                go_through(sub, f"{name} {word}".strip())

    go_through(command_line(), "")
    return found


COMMANDS = commands()
# Scripts beside the packages have their own.
SCRIPTS = [path for folder in ("benchmarks", "deploy", "docs", "training") for path in (ROOT / folder).rglob("*.py")]
OF_SCRIPTS = {option for path in SCRIPTS for option in re.findall(r'"(--[a-z-]+)"', path.read_text("utf-8"))}
OPTIONS = OF_SCRIPTS.union(*COMMANDS.values())


def command_lines(text: str) -> Iterator[str]:
    """What is written as code and begins with the command's name, and the first cells of tables of commands."""
    lines = [
        *SPAN.findall(BLOCK.sub("", text)),
        *(line for block in BLOCK.findall(text) for line in block.splitlines()),
    ]
    for line in lines:
        if found := re.search(r"(?:^| |bin/)(?:bulletin|python -m qa\.cli) (?=[a-z-])([^;&|]*)", line):
            yield found[1].split(" #")[0]


def faults(line: str) -> list[str]:
    """What of a command line is not there."""
    words = re.findall(r"[^\s\[\](),，。；…]+", line)
    first, second = words[0], " ".join(words[:2])
    name = second if second in COMMANDS else first
    if first.startswith("-"):
        name = ""
    elif name not in COMMANDS:
        return [f"bulletin {first}"]
    elif name == first and len(words) > 1 and any(one.startswith(f"{first} ") for one in COMMANDS):
        return [f"bulletin {second}"]
    given = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return [f"{name} {option}" for option in sorted(given - COMMANDS[name])]


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be linked to, as GitHub gives them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        other = page.parent / target if target else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), f"{target}#{anchor}"


# A changelog speaks of places that have gone.
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name_of)
def test_every_place_that_is_named_is_there(page: Path) -> None:
    missing = [place for place in PLACE.findall(page.read_text("utf-8")) if not (ROOT / place).exists()]
    assert missing == []


def test_what_is_not_there_is_found() -> None:
    text = "`bulletin gone`, `bulletin list --gone`, `bulletin key gone`\n```sh\n.venv/bin/bulletin buidl x  # `\n```\n"
    told = [fault for line in command_lines(text) for fault in faults(line)]
    assert told == ["bulletin gone", "list --gone", "bulletin key gone", "bulletin buidl"]
    assert faults("build [PATH…] [--model NAME] [--full]") == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name_of)
def test_every_command_and_option_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [fault for line in command_lines(text) for fault in faults(line)] == []
    alone = {re.split(r"[ =]", span)[0] for span in SPAN.findall(text) if span.startswith("--")}
    assert sorted(alone - OPTIONS) == []


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "docs" / "commands.md"], ids=name_of
)
def test_the_tables_of_commands_name_commands(page: Path) -> None:
    named = set()
    for cell in FIRST_CELL.findall(page.read_text("utf-8")):
        for span in SPAN.findall(cell):
            first = span.split()[0]
            if first.startswith(("-", "BULLETIN", "/", "POST", "GET")):
                continue
            assert faults(span.replace("\\|", " ")) == []
            named.add(first)
    assert len(named) > 10
    if page.name == "commands.md":
        assert {name.split()[0] for name in COMMANDS if name} - named == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name_of)
def test_every_setting_extra_and_target_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    variables = {name for name in re.findall(r"BULLETIN_[A-Z_]+[A-Z]", text) if not OF_TESTS.fullmatch(name)}
    assert sorted(variables - {str(one) for one in Variable}) == []
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    kinds = project.split("[project.optional-dependencies]")[1].split("\n[")[0]
    extras = set(re.findall(r"(?m)^([\w-]+) = \[", kinds))
    named = re.findall(r"(?:bulletin-qa|[ '\"]\.)\[([\w,-]+)\]", text)
    assert sorted({extra for names in named for extra in names.split(",")} - extras) == []
    targets = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text("utf-8")))
    asked = re.findall(r"`make ([a-z-]+)", text) + re.findall(r"(?m)^make ([a-z-]+)", text)
    assert sorted(set(asked) - targets) == []


def test_every_folder_has_its_heading_in_the_architecture() -> None:
    folders = [path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("[eq]*/*/**/__init__.py")]
    headings = re.findall(r"(?m)^#+ .*`([\w/]+)/`$", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert len(headings) == len(set(headings))
    assert set(folders) - set(headings) == set()


def test_the_newest_release_of_the_changelog_is_the_one_that_is_built() -> None:
    releases = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    (built,) = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert releases[0] == built
