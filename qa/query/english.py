"""Names in an English question → as they are printed: Li Ming becomes 李明.

A name in letters is cut into syllables; the archive's texts are looked through for characters that are read so. What is
not a name in pinyin stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from qa.query.spelling import readings

_WORDS = re.compile(r"[A-Z][a-z]+(?:['’]?[A-Za-z][a-z]*)*(?:\s+[A-Z][a-z]+(?:['’]?[a-z]+)*)*")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_QUESTION_WORDS = frozenset(
    [
        "Who",
        "What",
        "When",
        "Where",
        "Which",
        "Why",
        "How",
        "Is",
        "Are",
        "Was",
        "Were",
        "Do",
        "Does",
        "Did",
        "Has",
        "Have",
        "Had",
        "Can",
        "Could",
        "Will",
        "Would",
        "Should",
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "Of",
    ]
)
_LONGEST = 6  # syllables of a name
_MOST_TEXTS = 20_000


def with_printed_names(question: str, texts: Iterable[str]) -> str:
    """An English question with its names in pinyin as the texts print them; itself where there are none."""
    if _IDEOGRAPH.search(question):
        return question
    names = [name for name in _names(question) if any(_cuts(name))]
    if not names:
        return question
    patterns = {name: re.compile("|".join(_pattern(cut) for cut in _cuts(name))) for name in names}
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    for number, text in enumerate(texts):
        if number == _MOST_TEXTS:
            break
        for name, pattern in patterns.items():
            counted[name].update(pattern.findall(text))
    for name in sorted(names, key=len, reverse=True):
        if found := counted[name].most_common(1):
            question = question.replace(name, found[0][0])
    return question


def _names(question: str) -> list[str]:
    """Runs of capitalised words, without a question word at their beginning, and each word of them."""
    names = []
    for match in _WORDS.finditer(question):
        words = [word for word in match[0].split() if word not in _QUESTION_WORDS]
        names += [
            " ".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)
        ]
    return [name for name in dict.fromkeys(names) if len(name) >= 4]


def _pattern(syllables: tuple[str, ...]) -> str:
    by_sound = readings()
    return "".join(f"[{''.join(by_sound[syllable])}]" for syllable in syllables)


@lru_cache(maxsize=256)
def _cuts(name: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read letters as two or more syllables."""
    letters = re.sub(r"[^a-z]", "", name.lower())
    return tuple(cut for cut in _syllables(letters) if 2 <= len(cut) <= _LONGEST)


def _syllables(letters: str) -> Iterator[tuple[str, ...]]:
    if not letters:
        yield ()
        return
    for length in range(min(6, len(letters)), 0, -1):
        if letters[:length] in readings():
            for rest in _syllables(letters[length:]):
                yield (letters[:length], *rest)
