"""One word, one meaning: no two classes of the packages share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# Names that two classes have all the same, each with its reason.
SHARED: dict[str, str] = {}


def classes(source: str) -> list[str]:
    """The names of the classes that a module defines, wherever in it, without leading underscores."""
    return [node.name.lstrip("_") for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]


def test_classes_are_found_wherever_they_stand() -> None:
    source = "class _A:\n    class B: ...\ndef f():\n    class __C: ...\n"
    assert sorted(classes(source)) == ["A", "B", "C"]


def test_no_two_classes_share_a_name() -> None:
    places = defaultdict(list)
    for package in ("embeddings", "qa"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            for name in classes(path.read_text(encoding="utf-8")):
                places[name].append(str(path.relative_to(PROJECT)))
    assert len(places) > 100
    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in shared.items() if name not in SHARED} == {}
    assert set(SHARED) <= set(shared)  # what is shared no longer has no place in the list
