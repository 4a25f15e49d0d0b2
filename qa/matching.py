"""The words that a question and a text have in common, to show a reader why the text was found."""

from __future__ import annotations

import re

from embeddings import fold_to_words
from qa.query import read_question

_MOST_SHOWN = 5
_SHORTEST = 2  # characters
_WORD = re.compile(r"[a-z0-9.]+|[^\W_a-z0-9]+")


def shared_words(question: str, text: str) -> list[str]:
    """The longest stretches of a question, without its asking words, that a text has, longest first.

    A stretch has two characters or more and is written as in the folded question; a Latin word or a number is whole.
    """
    held = fold_to_words(text)
    found: list[str] = []
    for run in _WORD.findall(read_question(question[:400]).about):
        found += _stretches(run, held)
    longest_first = sorted(dict.fromkeys(found), key=lambda word: -len(word))
    kept: list[str] = []
    for word in longest_first:
        if not any(word in other for other in kept):
            kept.append(word)
    return kept[:_MOST_SHOWN]


def _stretches(run: str, held: str) -> list[str]:
    if run.isascii():
        return [run] if len(run) >= _SHORTEST and run in held else []
    found, start = [], 0
    while start <= len(run) - _SHORTEST:
        end = start
        while end < len(run) and run[start : end + 1] in held:
            end += 1
        if end - start >= _SHORTEST:
            found.append(run[start:end])
            start = end
        else:
            start += 1
    return found
