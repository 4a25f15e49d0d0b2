"""What stands around a headline: the kicker (肩题) above it and the deck (副题) below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.parsing.bylines import is_byline, split_credit
from embeddings.parsing.lines import Line
from embeddings.text.normalize import simplified_furniture

_DASHES = ("——", "──", "－－", "--")
_LONGEST = 60  # characters
_LONGEST_SECTION = 6  # a heading this short, over a lower one, names a section
_MOST_DECKS = 2
_SHORTEST_KICKER, _LONGEST_KICKER = 6, 28
# Sentences, items, dates, sources, and who signs a notice; a kicker ends and begins with none of these.
_ENDS_A_TEXT = re.compile(
    r"[。；;：:]|[！？!?…，,、.）)][”’」』]*$|\d{5}|日$|(?:委员会|政府|公司|办公室|[局厅部院社会])$|来源|版权|"
    r"^(?:[一二三四五六七八九十\d]+[、.．]|[（(①-⑳●■\d]|特此|此致|附[件表注图]|注|原标题|编[辑者]|资料|图[片为])"
)


def is_dashed(line: Line) -> bool:
    """Whether a line opens with the dash that opens a deck."""
    return line.text.startswith(_DASHES) and len(line.text) <= _LONGEST and not line.text.endswith("。")


def is_kicker(lines: Sequence[Line], at: int) -> bool:
    """Whether a marked line stands right above a headline that is marked as a higher one."""
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    return (
        line.level > 0
        and below is not None
        and 0 < below.level < line.level
        and below.gap <= 1
        and not is_byline(line.text)
    )


def is_bare_kicker(lines: Sequence[Line], at: int) -> bool:
    """Whether a line without `#` stands right above a marked headline and can only belong to it.

    Where the text above has come to its end, a few words without a stop are no part of it, unless they close a notice.
    """
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    return (
        not line.level
        and not line.is_row
        and not line.lead_mark
        and line.part is None
        and below is not None
        and below.level > 0
        and below.gap <= 1
        and _SHORTEST_KICKER <= len(line.text) <= _LONGEST_KICKER
        and not _ENDS_A_TEXT.search(simplified_furniture(line.text))
        and not is_byline(line.text)
        and not split_credit(line.text)[1]
    )


def has_deck(lines: Sequence[Line], at: int, below: int | None = None) -> bool:
    """Whether the marked line below a headline (at `below`) is its deck, and not the first headline of a section.

    A deck is the only lower heading before the next one of the headline's own level.
    """
    headline, below = lines[at], at + 1 if below is None else below
    if not headline.level or len(headline.text) <= _LONGEST_SECTION or below + 1 >= len(lines):
        return False
    deck, story = lines[below], lines[below + 1]
    if deck.level <= headline.level or deck.gap > 1 or len(deck.text) > _LONGEST or story.level:
        return False
    # A section's name stands apart from the first of its headlines.
    if deck.gap == 0:
        return True
    following = next((line.level for line in lines[below + 1 :] if line.level), 0)
    return following <= headline.level


def deck_lines(lines: Sequence[Line], at: int, below: int) -> int:
    """How many lines of deck stand at `below`, under the headline at `at`."""
    if below < len(lines) and has_deck(lines, at, below):
        return 1
    count = 0
    while count < _MOST_DECKS and below + count < len(lines) and is_dashed(lines[below + count]):
        count += 1
    return count
