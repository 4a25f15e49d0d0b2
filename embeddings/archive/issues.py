"""By which names an issue goes, and what the searches see of its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from embeddings.parsing.tables import headers_above
from embeddings.text.normalize import fold
from embeddings.types import Article, Chunk, Issue

_LEAST_OF_ID = 6  # characters of an id that name an issue


def goes_by(issue: Issue, name: str) -> bool:
    """Whether an issue is called this: its name, its file's name, or the first six or more digits of its id."""
    wanted = fold(name.strip())
    return bool(wanted) and (
        wanted in _names_of(issue) or (len(wanted) >= _LEAST_OF_ID and issue.id.startswith(wanted))
    )


def newest_first(issues: Sequence[Issue]) -> list[int]:
    """The places of some issues, newest first, those of unknown date last."""
    keys = [(-(issue.date or date.min).toordinal(), issue.name) for issue in issues]
    return sorted(range(len(issues)), key=keys.__getitem__)


def _names_of(issue: Issue) -> frozenset[str]:
    return _folded_names(issue.name, issue.source, issue.member)


# What is added to an archive brings another list of its issues, nearly all of them known.
@lru_cache(maxsize=65_536)
def _folded_names(name: str, source: str, member: str) -> frozenset[str]:
    """The names that an issue goes by beside its id."""
    file = Path(member or source)
    return frozenset({fold(name), fold(file.name), fold(file.stem), fold(source)})


class IssueNames:
    """Finds those of some issues that go by a name, as `goes_by` tells it; a whole id is that of one issue.

    What a look-up needs is made at the first of its kind.
    """

    def __init__(self, issues: Sequence[Issue]) -> None:
        self._issues = issues

    def places(self, name: str) -> list[int]:
        """The places of the issues that are called this, in order."""
        wanted = fold(name.strip())
        if not wanted:
            return []
        if wanted in self._by_id:
            return [self._by_id[wanted]]
        found = set(self._by_name.get(wanted, ()))
        if len(wanted) >= _LEAST_OF_ID:
            found.update(place for identity, place in self._by_id.items() if identity.startswith(wanted))
        return sorted(found)

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, issue in enumerate(self._issues):
            for name in _names_of(issue):
                found.setdefault(name, []).append(place)
        return found

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {issue.id: place for place, issue in enumerate(self._issues)}


def indexed_texts(heading: str, body: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """What both searches see of the chunks of an article, which go from a start to an end in its body.

    That is its kicker, title and deck, the row that names the columns where a chunk begins within a table, and itself.
    """
    headers = headers_above(body, places)
    return [
        "\n".join(filter(None, (heading, header, body[start:end])))
        for header, (start, end) in zip(headers, places, strict=True)
    ]


def texts_of_chunks(article: Article, chunks: Sequence[Chunk]) -> list[str]:
    """What both searches see of some chunks of an article."""
    return indexed_texts(article.heading, article.body, [(chunk.start, chunk.end) for chunk in chunks])
