"""What gradio remembers of sessions and events, within bounds, so that a page can be served for months.

Gradio 6 notes every event, up to 10,000 of them, and sums them all up anew with each, for a page of its own that the
gate keeps shut; and it never strikes off the name of a session, though nothing is left that this one waits for.
"""

from __future__ import annotations

import os
from typing import Any

# Whose conversations are held in memory; gradio keeps 100 to 300 kB of each, also after its page is closed. The page
# looks every few seconds whether the archive has changed, so that those that are open are never the oldest.
SESSIONS = 300
_SETTINGS = {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000"}


class Waiting(dict[str, set[str]]):
    """The events that each session waits for. Sessions that wait for none are struck off when there are many."""

    def __setitem__(self, session: str, events: set[str]) -> None:
        """Add a session; of `SESSIONS` or more, only those that wait stay."""
        if len(self) >= SESSIONS:
            for idle in [one for one, waited_for in self.items() if not waited_for]:
                del self[idle]
        super().__setitem__(session, events)

    def __missing__(self, session: str) -> set[str]:
        """Who was struck off waits for nothing."""
        return set()


def note_no_events() -> None:
    """To be called before gradio makes the queue of a page, which reads these settings."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def strike_off_sessions(queue: Any) -> None:
    """Let the queue of a page forget the sessions that wait for nothing."""
    queue.pending_event_ids_session = Waiting(queue.pending_event_ids_session)
