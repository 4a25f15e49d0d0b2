"""Where sentences end: the marks of Chinese running text, and a text cut at them."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What ends a sentence is asked in several ways, each told by the marks it is made of. A half-width stop is not among
# them: it also stands in 3.5 and No.1.
FULL_STOPS = "。！？!?…"
SEMICOLONS = "；;"
COLONS = "：:"
COMMAS = "，,、"
CLOSING_MARKS = "”’」』）)】》\"'"

_ENDS = FULL_STOPS + SEMICOLONS
_SENTENCE = re.compile(rf"[^{_ENDS}\n]*[{_ENDS}]*[{CLOSING_MARKS}]*\n*")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end), in order; together they cover it exactly.

    A sentence ends at 。！？；… and the closing quotes after it, or at the end of a line. A full stop inside digits or
    letters (3.5, No.1) ends nothing, because the half-width stop is not among the marks.
    """
    spans = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match.end() > match.start()]
    return _without_bare_marks(text, spans)


def _without_bare_marks(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a span that holds no word character (a stray 。 or a lone quote) to the one before it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not any(character.isalnum() for character in text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def split_long_sentence(text: str, start: int, end: int, *, max_chars: int) -> Iterator[tuple[int, int]]:
    """Cut `text[start:end]` into parts of at most `max_chars`, at the last comma that fits, or where it must."""
    while end - start > max_chars:
        window = text[start : start + max_chars]
        cut = max((window.rfind(mark) for mark in COMMAS + COLONS), default=-1) + 1
        # A comma in the first quarter would leave a crumb.
        if cut <= max_chars // 4:
            cut = max_chars
        yield start, start + cut
        start += cut
    yield start, end
