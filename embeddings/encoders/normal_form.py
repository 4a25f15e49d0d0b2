"""The form in which the default model reads a text, and where in the text each of its characters stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD_START = 0x2581  # ▁, by which the pieces of a vocabulary begin a word
_SPACE = 0x20
_REACH = 4  # characters that may become one with the next that is no mark: a syllable of Hangul has three


def normal_form(text: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The words of a text in its form NFKC, each behind ▁, and the place in the text of each of these characters.

    Both of shape (characters,). Spaces in a row are one, which stands where the last of them does; of characters that
    become one, its place is that of the first. These are the places that the library `tokenizers` gives.
    """
    form, places = _composed(text)
    codes = np.frombuffer(form.encode("utf-32-le", "surrogatepass"), np.uint32)
    if not codes.size:
        return codes, places
    spaces = codes == _SPACE
    stays = np.append(~(spaces[:-1] & spaces[1:]), True)
    codes, places = np.where(spaces, np.uint32(WORD_START), codes)[stays], places[stays]
    if codes[0] != WORD_START:
        codes, places = np.append(np.uint32(WORD_START), codes), np.append(places[0], places)
    return codes, places


def _composed(text: str) -> tuple[str, NDArray[np.int64]]:
    """The form NFKC of a text, and the place of each of its characters."""
    form = unicodedata.normalize("NFKC", text)
    if form == text:
        return form, np.arange(len(text))
    sizes = [len(unicodedata.normalize("NFKC", character)) for character in text]
    if sum(sizes) == len(form):  # none became part of another
        return form, np.repeat(np.arange(len(text)), sizes)
    parts = list(_independent(text))
    if len(parts) > 1:
        forms, places = zip(*(_composed(text[start:end]) for start, end in parts), strict=True)
        return "".join(forms), np.concatenate([at + start for at, (start, _) in zip(places, parts, strict=True)])
    # The first place is that of a character that others became part of; behind it, those that did not follow.
    places_behind = np.maximum(np.arange(1, len(form)) + len(text) - len(form), 0)
    return form, np.append(0, places_behind)


def _independent(text: str) -> Iterator[tuple[int, int]]:
    """From where to where parts of a text go that none changes the form of another."""
    start = 0
    for place in range(1, len(text)):
        if not _joins(text[max(start, place - _REACH) : place], text[place]):
            yield start, place
            start = place
    yield start, len(text)


def _joins(before: str, character: str) -> bool:
    """Whether the form of a character depends on what stands before it."""
    if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
        return True
    alone = unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", character)
    return unicodedata.normalize("NFKC", before + character) != alone
