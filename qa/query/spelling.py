"""Slips of the pen: characters of a question that no text has in that place, where a homophone is printed.

Readers type by sound, so 何长成 becomes 何常成. A character is only replaced when no text of the archive has it beside
one of its neighbours, and the three characters together, with a homophone in its place, are printed in one. In a large
archive some three characters are printed for nearly every word, 出医学 for 出台学 too; where articles have much of the
rest of the question, one of them must print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from embeddings import SURNAMES_WHERE_NAMES_STAND, Snapshot, fold, simplified
from qa.query.question import bare_runs

_WINDOW = 3
_MOST_SLIPS = 3
_NAMED_AGAIN = 2  # times that an article prints the name of somebody it tells of, at least
_LOOKED_THROUGH = 5  # chunks in which a respelling is looked for
_OF_THE_REST = 10  # chunks that have most of the rest of a question
# Of the rest's pairs that an article has. Of 1,104 questions of local news without slips 10 are then respelled (else
# 50), of 130 with a slip in a name 112 put right (else 102).
_MUCH_OF_THE_REST = 0.4
# Words that join others: they are neither misspelt, nor meant, nor part of a name.
_JOINING = (
    "的了是在和与及或被把将向对为从到由有也都就而且其之等着过于以所不个这那没会能要可请吗呢叫做作写收"
    "获称占给让跟里还拿往去"
)
# ... and so are words that every reader knows, beside whatever they stand: 石埠现在 is no slip for 石埠线在.
_EVERYDAY = re.compile(
    "现在|目前|如今|眼下|当时|今天|昨天|明天|今年|去年|明年|后来|以前|以后|之前|之后|一共|总共|最后|最早|最新|时候|地方|东西|咱们|我们|他们|大家"
)
_CONTENT = re.compile(rf"[^{_JOINING}]{{{_WINDOW},}}")


@dataclass(frozen=True, slots=True)
class Respelled:
    """A question, and what was replaced in it: words as typed, each with the words that are printed."""

    question: str
    replaced: tuple[tuple[str, str], ...] = ()


def respell(question: str, snapshot: Snapshot) -> Respelled:
    """The question with its slips put right, as far as the archive shows what was meant."""
    text = simplified(question)
    replaced: list[tuple[str, str]] = []
    for _ in range(_MOST_SLIPS):
        found = next(_respellings(text, snapshot), None)
        if found is None:
            break
        place, window, character = found
        start, end = window
        respelled = text[:place] + character + text[place + 1 :]
        replaced.append((question[start:end], respelled[start:end]))
        text = respelled
    return Respelled(text, tuple(replaced)) if replaced else Respelled(question)


def _respellings(text: str, snapshot: Snapshot) -> Iterator[tuple[int, tuple[int, int], str]]:
    """Places, the windows that are printed with another character there, and that character."""
    masked = _EVERYDAY.sub(lambda match: _JOINING[0] * len(match[0]), text)
    runs = [match.span() for first, last in bare_runs(text) for match in _CONTENT.finditer(masked, first, last)]
    pairs = [place for start, end in runs for place in range(start, end - 1)]
    known = dict(zip(pairs, snapshot.have_terms([text[place : place + 2] for place in pairs]), strict=True))
    for start, end in runs:
        for place in range(start, end):
            # In the middle of a run the window holds both neighbours.
            if not all(known[at] for at in (place - 1, place) if at in known):
                first = min(max(start, place - 1), end - _WINDOW)
                yield from _printed(text, place, (first, first + _WINDOW), snapshot)
            # A name may be followed by what it bears: the window of 护士长韦静蓝护士 is 韦静蓝.
            first = place - 2
            if (
                start <= first
                and place + 1 < end
                and text[first] in SURNAMES_WHERE_NAMES_STAND
                and not known[place - 1]
            ):
                yield from _printed(text, place, (first, first + _WINDOW), snapshot, times=_NAMED_AGAIN)


def _printed(
    text: str, place: int, window: tuple[int, int], snapshot: Snapshot, *, times: int = 1
) -> Iterator[tuple[int, tuple[int, int], str]]:
    """The same for one window, with the characters that an article prints there, at least so many times."""
    candidates = [
        (character, text[window[0] : place] + character + text[place + 1 : window[1]])
        for character in homophones(text[place])
    ]
    pairs = [spelled[at : at + 2] for _, spelled in candidates for at in range(_WINDOW - 1)]
    known = snapshot.have_terms(pairs)
    around: set[str] | None = None
    has_looked = False
    for number, (character, spelled) in enumerate(candidates):
        if not all(known[number * (_WINDOW - 1) : (number + 1) * (_WINDOW - 1)]):
            continue
        if printed := _printed_in(spelled, snapshot, times):
            if not has_looked:
                around, has_looked = _around(text, window, snapshot), True
            if around is None or not printed.isdisjoint(around):
                yield place, window, character


def _printed_in(words: str, snapshot: Snapshot, times: int) -> set[str]:
    """The articles, of the likeliest few, that print some words so many times."""
    ids = [found.chunk_id for found in snapshot.search_words(words, _LOOKED_THROUGH)]
    return {
        article.id
        for chunk, article in snapshot.read_chunks(ids)
        if words in fold(f"{article.title}\n{chunk.text}")
        and fold(f"{article.title}\n{article.body}").count(words) >= times
    }


def _around(text: str, window: tuple[int, int], snapshot: Snapshot) -> set[str] | None:
    """The articles that have most of a question without a stretch of it; None where none has much of it."""
    rest = f"{text[: window[0]]} {text[window[1] :]}"
    pairs = {rest[place : place + 2] for start, end in bare_runs(rest) for place in range(start, end - 1)}
    ids = [found.chunk_id for found in snapshot.search_words(rest, _OF_THE_REST)]
    articles = {article.id: fold(f"{article.title}\n{article.body}") for _, article in snapshot.read_chunks(ids)}
    most = max((sum(pair in body for pair in pairs) for body in articles.values()), default=0)
    return set(articles) if pairs and most >= _MUCH_OF_THE_REST * len(pairs) else None


def homophones(character: str) -> list[str]:
    """Other characters that are read alike, whatever the tone; the commoner first as far as Unicode's order tells."""
    by_sound, sounds = _sounds()
    alike = dict.fromkeys(other for sound in sounds.get(character, ()) for other in by_sound[sound])
    return [other for other in alike if other != character and other not in _JOINING]


def readings() -> dict[str, list[str]]:
    """The characters in use by each toneless reading in pinyin."""
    return _sounds()[0]


@lru_cache(maxsize=1)
def _sounds() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Characters by their toneless reading, and the readings of each."""
    from pypinyin import Style, pinyin
    from pypinyin.constants import PINYIN_DICT

    by_sound: dict[str, list[str]] = {}
    sounds: dict[str, list[str]] = {}
    # The characters of GB2312, which are those in use: the others would only take time.
    for character in filter(_is_in_use, map(chr, sorted(PINYIN_DICT))):
        for sound in dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]):
            by_sound.setdefault(sound, []).append(character)
            sounds.setdefault(character, []).append(sound)
    return by_sound, sounds


def _is_in_use(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
