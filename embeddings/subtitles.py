"""What stands around a headline: the kicker (肩题) above it and the deck (副题) below."""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.bylines import is_byline
from embeddings.lines import Line

_DASHES = ("——", "──", "－－", "--")
_LONGEST = 60  # characters
_LONGEST_SECTION = 6  # a heading this short, over a lower one, names a section
_MOST_DECKS = 2


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


def has_deck(lines: Sequence[Line], at: int) -> bool:
    """Whether the marked line below a headline is its deck, and not the first headline of a section.

    A deck is the only lower heading before the next one of the headline's own level.
    """
    headline = lines[at]
    if not headline.level or len(headline.text) <= _LONGEST_SECTION or at + 2 >= len(lines):
        return False
    deck, story = lines[at + 1], lines[at + 2]
    if deck.level <= headline.level or deck.gap > 1 or len(deck.text) > _LONGEST or story.level:
        return False
    following = next((line.level for line in lines[at + 2 :] if line.level), 0)
    return following <= headline.level


def deck_lines(lines: Sequence[Line], at: int, below: int) -> int:
    """How many lines of deck stand at `below`, under the headline at `at`."""
    if has_deck(lines, at) and below == at + 1:
        return 1
    count = 0
    while count < _MOST_DECKS and below + count < len(lines) and is_dashed(lines[below + count]):
        count += 1
    return count
