"""Where the words that a user typed stand in a text, so that they can be marked there."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from embeddings import simplified
from qa.query.question import read_question

TextSpan = tuple[int, int]  # [start, end) in a text

# A Chinese character, or a whole word of letters and digits: 12 is no part of 2012.
_UNIT = re.compile(r"[a-z0-9]+(?:[.,]\d+)*|[\u3400-\u9fff]")
# Pairs with one of these stand everywhere and show nothing.
_JOINING = frozenset("的了是在和与及或")


def matching_spans(text: str, words: str) -> list[TextSpan]:
    """The stretches of a text that have two neighbouring characters or more of some words, or one of them whole.

    Script, width and case make no difference, and asking words (什么时候) are no words. The spans are in order and
    never touch.
    """
    pairs, singles = _wanted(words)
    plain = _plain(text)
    units = [match.span() for match in _UNIT.finditer(plain)]
    marked = [span for span in units if plain[slice(*span)] in singles]
    marked += [
        (one[0], other[1])
        for one, other in pairwise(units)
        if one[1] == other[0] and (plain[slice(*one)], plain[slice(*other)]) in pairs
    ]
    return _joined(sorted(marked))


def matching_words(text: str, words: str) -> list[str]:
    """What `matching_spans` finds, as printed, the longest first; what stands in a longer one is left out."""
    found = sorted({text[start:end] for start, end in matching_spans(text, words)}, key=lambda word: (-len(word), word))
    kept: list[str] = []
    for word in found:
        if not any(word in other for other in kept):
            kept.append(word)
    return kept


def _wanted(words: str) -> tuple[set[tuple[str, str]], set[str]]:
    """The pairs of neighbouring units of some words, and the units that stand alone."""
    if not words.strip():
        return set(), set()
    plain = _plain(read_question(words).about)
    pairs, singles = set(), set()
    for run in _runs(plain):
        singles |= {unit for unit in run if unit.isascii()} if len(run) > 1 else {*run} - _JOINING
        pairs |= {pair for pair in pairwise(run) if _JOINING.isdisjoint(pair)}
    return pairs, {unit for unit in singles if not (unit.isascii() and len(unit) == 1)}


def _runs(plain: str) -> list[list[str]]:
    """The units of a text, those that touch together."""
    runs: list[list[str]] = []
    end = -1
    for match in _UNIT.finditer(plain):
        if match.start() != end:
            runs.append([])
        runs[-1].append(match[0])
        end = match.end()
    return runs


def _plain(text: str) -> str:
    """The text in simplified script, half width and lower case, character for character, so that places hold."""
    folded = (unicodedata.normalize("NFKC", character).lower() for character in text)
    return simplified("".join(new if len(new) == 1 else old for old, new in zip(text, folded, strict=True)))


def _joined(spans: list[TextSpan]) -> list[TextSpan]:
    joined: list[TextSpan] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
