"""Gazettes with a page of contents: its lines are no headlines, and each document that it names is an article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.parsing.lines import DOCUMENT_NUMBER
from embeddings.parsing.paragraphs import Fragment, join_fragments
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle

_CONTENTS = re.compile(r"[#\s【\[]*(?:本期)?(?:目\s*[录錄]|要\s*目|CONTENTS)[】\]\s]*", re.IGNORECASE)
# A title, leaders, and the page on which it stands; some are set without leaders, but then with white space.
_ENTRY = re.compile(r"(?P<title>\S.{2,120}?)\s*(?:[.．·•…⋯‥。\-—_]{2,}|\s{2,}|\t)\s*[（(]?(?P<page>\d{1,4})[)）]?")
_FEWEST_ENTRIES = 2
_MOST_HEADING_LINES = 4
_MOST_LINES_OF_CONTENTS = 400


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where a document begins: its lines `[start, end)` hold the title."""

    start: int
    end: int
    title: str
    page: int


def read_gazette(text: str) -> list[ParsedArticle]:
    """The documents that a page of contents names and the text holds, in order; none where there is no such page.

    A document's day is that of the last line that is a date and nothing else, where its office signs it.
    """
    lines = [line.strip() for line in text.replace("\f", "\n").split("\n")]
    start = next((at for at, line in enumerate(lines) if _CONTENTS.fullmatch(line)), -1)
    if start < 0:
        return []
    entries = {
        at: match
        for at in range(start + 1, min(len(lines), start + _MOST_LINES_OF_CONTENTS))
        if (match := _ENTRY.fullmatch(lines[at]))
    }
    if len(entries) < _FEWEST_ENTRIES:
        return []
    headings = _find_headings(
        lines, max(entries) + 1, [(match["title"], int(match["page"])) for match in entries.values()]
    )
    if len(headings) < _FEWEST_ENTRIES:
        return []
    ends = [heading.start for heading in headings[1:]] + [len(lines)]
    indents = text.replace("\f", "\n").split("\n")
    return [_document(heading, indents[heading.end : end]) for heading, end in zip(headings, ends, strict=True)]


def _find_headings(lines: Sequence[str], start: int, entries: Sequence[tuple[str, int]]) -> list[_Heading]:
    """The entries of the contents found again in the text below it, in order; a title may take several lines."""
    found: list[_Heading] = []
    at = start
    for entry, page in entries:
        title = DOCUMENT_NUMBER.sub("", entry).strip()
        wanted = _squeezed(title)
        for index in range(at, len(lines)):
            end = _printed_to(lines, index, wanted)
            if end:
                found.append(_Heading(index, end, title, page))
                at = end
                break
    return found


def _printed_to(lines: Sequence[str], at: int, wanted: str) -> int:
    """Behind which line a title ends that begins at line `at`; 0 where none begins there."""
    said = ""
    for index in range(at, min(len(lines), at + _MOST_HEADING_LINES)):
        said += _squeezed(DOCUMENT_NUMBER.sub("", lines[index]))
        if not said or not wanted.startswith(said):
            return 0
        if said == wanted:
            return index + 1
    return 0


def _document(heading: _Heading, printed: Sequence[str]) -> ParsedArticle:
    lines = [line for line in printed if line.strip()]
    days = [day for line in lines if (day := find_date(line)) and len(line.strip()) <= 14]
    body = join_fragments(Fragment(line.strip(), opens=True) for line in lines)
    return ParsedArticle(title=heading.title, body="\n".join(body), date=days[-1] if days else None, page=heading.page)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
