"""Topics of one archive, each gathered once for a state of it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from cachetools import LRUCache

from embeddings import ArchiveReader, Filters
from qa.answering.overview import speaking_of
from qa.errors import QuestionCode, QuestionError
from qa.topics.names import FoundName, NameFinder, open_name_finder
from qa.topics.topic import Comparison, Topic, compared, gather_topic, timeline_of
from qa.types import Citation

_KEPT = 128  # topics
LONGEST_NAME = 40  # characters of a topic
MOST_COMPARED = 5


class Topics:
    """Gathers topics of an archive, and keeps those that were asked for last. Use from any thread."""

    def __init__(self, archive: ArchiveReader, *, finder: NameFinder | None = None) -> None:
        self._archive = archive
        self._finder = finder
        self._known: LRUCache[tuple[str, str, Filters], Topic | None] = LRUCache(_KEPT)
        self._lock = Lock()

    def topic(self, name: str, *, filters: Filters | None = None) -> Topic | None:
        """What the archive has on a topic; None where no article speaks of it.

        Raises QuestionError for a name that is empty or longer than LONGEST_NAME.
        """
        name, filters = _checked(name), filters or Filters()
        with self._archive.snapshot() as snapshot:
            key = (snapshot.generation, name, filters)
            with self._lock:
                if key in self._known:
                    return self._known[key]
            found = gather_topic(name, snapshot, filters=filters, finder=self.finder)
        with self._lock:
            self._known[key] = found
        return found

    def timeline(
        self, name: str, *, filters: Filters | None = None, limit: int = 50, skip: int = 0
    ) -> tuple[int, list[Citation]]:
        """How many articles speak of a topic, and of `limit` of them behind the newest `skip` the telling sentence.

        Newest first. Raises QuestionError as `topic` does.
        """
        name = _checked(name)
        with self._archive.snapshot() as snapshot:
            articles = speaking_of(name, snapshot, filters=filters or Filters())
        return len(articles), timeline_of(articles[skip : skip + limit], name)

    def compare(self, names: Sequence[str], *, filters: Filters | None = None) -> Comparison | None:
        """Two to MOST_COMPARED topics side by side; those of which nobody speaks are left out. None where none is left.

        Raises QuestionError for another number of names, and as `topic` does.
        """
        if not 2 <= len(names) <= MOST_COMPARED:
            raise QuestionError(QuestionCode.BAD_TOPICS, most=MOST_COMPARED)
        found = [self.topic(name, filters=filters) for name in names]
        there = [topic for topic in found if topic]
        return compared(there) if there else None

    def names_in(self, text: str) -> list[FoundName]:
        """The names in a text, each once, in order."""
        return list(dict.fromkeys(self.finder.find(text)))

    @property
    def finder(self) -> NameFinder:
        """What finds names; opened when it is first needed."""
        if self._finder is None:
            self._finder = open_name_finder()
        return self._finder


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise QuestionError(QuestionCode.EMPTY)
    if len(name) > LONGEST_NAME:
        raise QuestionError(QuestionCode.TOPIC_TOO_LONG, n=len(name), most=LONGEST_NAME)
    return name
