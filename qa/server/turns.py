"""Whose call is next: senders take turns, so that one who sends a thousand does not make all others wait."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence

_MOST_SENDERS = 10_000  # remembered at a time


class Turns:
    """Remembers whose calls were taken lately."""

    def __init__(self) -> None:
        self._taken: OrderedDict[str, int] = OrderedDict()  # sender → the number of the last of its calls
        self._number = 0

    def next(self, waiting: Sequence[str], running: Iterable[str] = ()) -> int:
        """The place of the next call among those that wait, given by their senders in the order in which they came.

        It is of the sender with the fewest calls under way, then of the one whose last turn is longest ago, then the
        first that came. Raises ValueError when none waits.
        """
        under_way = Counter(running)
        return min(range(len(waiting)), key=lambda at: (under_way[waiting[at]], self._taken.get(waiting[at], 0), at))

    def took(self, sender: str) -> None:
        """A call of a sender has been taken."""
        self._number += 1
        self._taken[sender] = self._number
        self._taken.move_to_end(sender)
        while len(self._taken) > _MOST_SENDERS:
            self._taken.popitem(last=False)
