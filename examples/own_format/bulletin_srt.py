"""Subtitles of a broadcast (SubRip, `.srt`) as an issue: an item ends where nothing is said for a while.

The first line of an item is its title. The day comes from the file's name, as for any other file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings import Limits, ParsedArticle, ParsedIssue
from embeddings.sources.document import Document

SILENCE = 4.0  # seconds between two items
_CUE = re.compile(
    r"^(\d+):(\d\d):(\d\d)[,.](\d{3}) *--> *(\d+):(\d\d):(\d\d)[,.](\d{3})[^\n]*\n(.*?)(?=\n\s*\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_MARKUP = re.compile(r"<[^>]*>|\{\\[^}]*\}")


class SubtitleLoader:
    """What the entry point names: a loader with two methods."""

    def reads(self, document: Document) -> bool:
        """Whether there is a cue in it; a file that is only called so goes to the other loaders."""
        return _CUE.search(document.text.replace("\r\n", "\n")) is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """An issue, named by its file: an article for each item of the broadcast."""
        articles = [
            ParsedArticle(title=lines[0], body="".join(f"{line}。" for line in lines[1:] or lines))
            for lines in _items(document.text.replace("\r\n", "\n"))
        ]
        return ParsedIssue(name="", date=None, articles=tuple(articles))


def _items(text: str) -> Iterator[list[str]]:
    """The lines of each item."""
    lines: list[str] = []
    last = 0.0
    for cue in _CUE.finditer(text):
        begins, ends = _seconds(cue.groups()[:4]), _seconds(cue.groups()[4:8])
        if lines and begins - last >= SILENCE:
            yield lines
            lines = []
        said = " ".join(_MARKUP.sub("", cue[9]).split())
        if said:
            lines.append(said)
        last = ends
    if lines:
        yield lines


def _seconds(parts: tuple[str, ...]) -> float:
    hours, minutes, seconds, thousandths = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
