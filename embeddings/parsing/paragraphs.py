"""Printed fragments become paragraphs: cut sentences are rejoined, repeated text is kept once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from embeddings.parsing.bylines import is_caption, split_credit, split_signature
from embeddings.text.numerals import HAN_NUMBER
from embeddings.text.sentences import CLOSING_MARKS, COLONS, FULL_STOPS, SEMICOLONS

# What follows a semicolon or a colon may stand in a paragraph of its own.
_PARAGRAPH_ENDS = FULL_STOPS + SEMICOLONS + COLONS
# 一、 （二） 3. ① ●: an item opens a line of its own, even under a line without a full stop.
_LIST_ITEM = re.compile(rf"{HAN_NUMBER}、|[（(]{HAN_NUMBER}[)）]|\d{{1,2}}[.．、](?!\d)|[①-⑳●■◆▲★☆※]")
_LAST_BRACKETS = re.compile(rf"(?:^|(?<=[{FULL_STOPS}{SEMICOLONS}”]))\s*[（(][^（()）]{{1,40}}[)）]$")
# Full-width and half-width marks are mixed on one page, even in two copies of one sentence.
_SAME_MARK = str.maketrans("，。；：！？（）", ",.;:!?()")
# Three characters meet by chance (的时候 / 的时候), four hardly ever.
_SHORTEST_OVERLAP = 4
_LONGEST_OVERLAP = 200
# Shorter lines may be printed twice on purpose: a refrain, a cry.
SHORTEST_COPY = 8


@dataclass(frozen=True, slots=True)
class Fragment:
    """A printed line of body text.

    `opens` says that it cannot be the rest of the sentence above it, `is_row` that it is a row of a table, which is
    never joined to another line nor left out for being like one.
    """

    text: str
    opens: bool = False
    is_row: bool = False


def is_unfinished(text: str) -> bool:
    """Whether a paragraph stops inside a sentence, so that the next one goes on with it.

    A closing quote or bracket ends a sentence only behind a full stop: “……。” does, 《……》 does not.
    """
    return _stops_inside(text[-_LONGEST_OVERLAP:])


# The same end is looked at for each line that might go on with it.
@lru_cache(maxsize=256)
def _stops_inside(tail: str) -> bool:
    if split_signature(tail)[1] or split_credit(tail)[1]:
        return False
    # ……。（完） is a remark behind the sentence.
    inner = _LAST_BRACKETS.sub("", tail.rstrip()).rstrip(CLOSING_MARKS)
    if not inner:
        return False
    # A half-width stop ends an English sentence; behind a digit it is a decimal point at a column break.
    return inner[-1] not in _PARAGRAPH_ENDS and not (inner[-1] == "." and not inner[-2:-1].isdigit())


def overlap(text: str, below: str) -> int:
    """How many characters at the end of `text` are printed again at the start of `below` (0, or four and more)."""
    tail = text[-_LONGEST_OVERLAP:].translate(_SAME_MARK)
    head = below[:_LONGEST_OVERLAP].translate(_SAME_MARK)
    at = tail.find(head[:_SHORTEST_OVERLAP]) if len(head) >= _SHORTEST_OVERLAP else -1
    while at >= 0:
        if head.startswith(tail[at:]) and len(tail) - at >= _SHORTEST_OVERLAP:
            return len(tail) - at
        at = tail.find(head[:_SHORTEST_OVERLAP], at + 1)
    return 0


def join_fragments(fragments: Iterable[Fragment]) -> list[str]:
    """The paragraphs that printed fragments make, in reading order, each once."""
    paragraphs: list[str] = []
    # A paragraph in the making is a list, because adding to a string a thousand times copies it a thousand times.
    parts: list[str] = []
    seen: set[str] = set()
    rows: set[int] = set()
    captions: list[str] = []  # of pictures that stand inside the paragraph in the making
    for fragment in fragments:
        text = fragment.text
        if fragment.is_row:
            if parts:
                paragraphs.append("".join(parts))
                parts = []
            rows.add(len(paragraphs))
            paragraphs.append(text)
            continue
        folded = text.translate(_SAME_MARK)
        is_copy = folded in seen if len(text) >= SHORTEST_COPY else parts[-1:] == [text]
        if is_copy:
            continue
        seen.add(folded)
        if parts and is_unfinished(parts[-1]) and is_caption(text):
            captions.append(text)
            continue
        if parts and is_unfinished(parts[-1]) and not fragment.opens and not _LIST_ITEM.match(text):
            parts.append(text[overlap(parts[-1], text) :])
            continue
        above = "".join(parts)
        if above and _is_part(text, above):
            continue
        if above and _is_part(above, text):
            parts = [text]
            continue
        if parts:
            paragraphs += [above, *captions]
            captions = []
        parts = [text]
    if parts:
        paragraphs.append("".join(parts))
    paragraphs += captions
    return _without_copies(paragraphs, rows)


def _is_part(text: str, whole: str) -> bool:
    """Whether a text is a cut copy of its neighbour: its beginning or its end."""
    return len(text) >= SHORTEST_COPY and (whole.startswith(text) or whole.endswith(text))


def _without_copies(paragraphs: list[str], rows: set[int]) -> list[str]:
    kept: dict[str, str] = {}
    for at, paragraph in enumerate(paragraphs):
        is_long = len(paragraph) >= SHORTEST_COPY and at not in rows
        copy_key = paragraph.translate(_SAME_MARK) if is_long else f"{at}"
        kept.setdefault(copy_key, paragraph)
    return [paragraph for paragraph in kept.values() if paragraph]
