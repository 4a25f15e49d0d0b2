"""A file → its documents: itself, or what is packed in it, however deep, within one budget for all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.sources import mail, untar, unzip
from embeddings.sources.document import Document
from embeddings.sources.epapers import PaperFolders, PaperIssue, gather, read_paper_page
from embeddings.sources.files import (
    ARCHIVE_SUFFIXES,
    PAGE_SUFFIXES,
    PICTURE_SUFFIXES,
    is_issue_file,
    is_passed_over_in_silence,
    read_bytes,
)
from embeddings.sources.members import Member

_DEEPEST = 3  # archives in archives; a mail with a ZIP file of ZIP files is as deep as people go
_NUMBER = re.compile(r"(\d+)")
_OVER_BUDGET = frozenset({SourceCode.UNPACKS_TOO_LARGE, SourceCode.TOO_MANY_MEMBERS})


@dataclass(slots=True)
class Unpacked:
    """The documents of a file, the members that could not be unpacked, and those that are no issues, with errors."""

    documents: list[Document] = field(default_factory=list)
    skipped: list[tuple[str, SourceError]] = field(default_factory=list)
    passed_over: list[tuple[str, SourceError]] = field(default_factory=list)


def unpack(name: str, content: bytes, limits: Limits) -> Unpacked:
    """The documents in a file's bytes: itself, or the members of a ZIP, TAR or GZ file; a mail and its attachments.

    The pictures in one folder of an archive are the pages of one issue, and so are the pages of one day's e-paper in
    it; every other member is an issue of its own, and an archive among them is unpacked in turn. Raises SourceError
    when the file is a damaged archive, or holds more than the limits allow, which count for all archives in it
    together.
    """
    unpacker = _Unpacker(name, limits)
    unpacker.take(name, content, PurePosixPath(), depth=0)
    unpacked = unpacker.finish()
    if not unpacked.documents and not unpacked.skipped:
        raise SourceError(SourceCode.NO_ISSUE_MEMBER, name=name)
    return unpacked


def unpack_source(
    file: Path, root: str, limits: Limits, *, papers: PaperFolders | None = None, staged: Path | None = None
) -> Unpacked:
    """The documents of a file that was found under a root: as `unpack`, and an e-paper's issue for its first page.

    `staged` is where its bytes lie until the file is in its place. A further page that cannot be read is among the
    skipped. Raises SourceError as `read_bytes` and `unpack`.
    """
    issue = None if staged else (papers or PaperFolders()).issue_of(file, root)
    unpacked = unpack(file.name, read_bytes(staged or file, limits), limits)
    if issue is None or len(unpacked.documents) != 1:
        return unpacked
    if len(issue.pages) > limits.max_members:
        raise SourceError(SourceCode.TOO_MANY_MEMBERS, name=issue.name, limit=limits.max_members)
    further = []
    for page in map(Path, issue.pages[1:]):
        try:
            further.append(read_bytes(page, limits))
        except SourceError as error:
            unpacked.skipped.append((page.name, error))
    if sum(map(len, further)) > limits.max_unpacked_bytes:
        raise SourceError(SourceCode.UNPACKS_TOO_LARGE, name=issue.name)
    unpacked.documents = [paper_document(issue, unpacked.documents[0], further)]
    return unpacked


class _Unpacker:
    """What is left of the budget, and what has been found."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._left, self._members_left = limits.max_unpacked_bytes, limits.max_members
        self._found = Unpacked()
        self._pages: dict[PurePosixPath, list[tuple[str, bytes]]] = {}

    def take(self, name: str, content: bytes, place: PurePosixPath, *, depth: int) -> None:
        """A file or member at a place ("." for the file itself): its members, or itself."""
        members = _members_of(name, content, self._budget)
        if mail.is_mail(content) and mail.has_text(name, content):
            self._found.documents.append(Document(name, content, _shown(place)))
        if members is None:
            if not mail.is_mail(content):
                self._found.documents.append(Document(name, content, _shown(place)))
            return
        for member in members:
            self._members_left -= 1
            if self._members_left < 0:
                raise SourceError(SourceCode.TOO_MANY_MEMBERS, name=self._name, limit=self._limits.max_members)
            self._take_member(member, place / member.path, depth=depth + 1)

    def _take_member(self, member: Member, place: PurePosixPath, *, depth: int) -> None:
        path = member.path
        if _is_hidden(path) or is_passed_over_in_silence(path):
            return
        if not member.is_sure and not is_issue_file(path):
            error = SourceError(SourceCode.NO_ISSUE_SUFFIX, name=path.name)
            self._found.passed_over.append((_shown(place), error))
            return
        try:
            content = member.read(self._left + 1)
            if len(content) > self._left:
                raise SourceError(SourceCode.UNPACKS_TOO_LARGE, name=self._name)
            self._left -= len(content)
            if path.suffix.lower() in PICTURE_SUFFIXES:
                self._pages.setdefault(place.parent, []).append((_shown(place), content))
            elif depth > _DEEPEST:
                raise SourceError(SourceCode.PACKED_TOO_DEEP, name=path.name, limit=_DEEPEST)
            else:
                self.take(path.name, content, place, depth=depth)
        except SourceError as error:
            if error.code in _OVER_BUDGET:
                raise
            self._found.skipped.append((_shown(place), error))

    def _budget(self) -> int:
        return self._left

    def finish(self) -> Unpacked:
        """All that was found; pictures and pages of e-papers have become issues by now."""
        self._join_papers()
        self._found.documents += [_picture_issue(self._name, folder, found) for folder, found in self._pages.items()]
        return self._found

    def _join_papers(self) -> None:
        """One document for the pages of one day's e-paper, and none for its pages of contents."""
        at = {PurePosixPath(one.member): one for one in self._found.documents if one.suffix in PAGE_SUFFIXES}
        gathered = gather({path: page for path, one in at.items() if (page := read_paper_page(one.content))})
        if len(at) < 2:
            return
        joined = {}
        for issue in gathered.issues:
            first, *others = (at[PurePosixPath(path)] for path in issue.pages)
            joined[first.member] = paper_document(issue, first, [one.content for one in others])
        parts = {str(path) for issue in gathered.issues for path in issue.pages} | set(map(str, gathered.contents))
        self._found.documents = [
            joined.get(one.member, one)
            for one in self._found.documents
            if one.member in joined or one.member not in parts
        ]
        self._found.passed_over += [
            (str(path), SourceError(SourceCode.CONTENTS_OF_PAPER, name=path.name, issue=issue))
            for path, issue in gathered.contents.items()
        ]


def paper_document(issue: PaperIssue, first: Document, further: Sequence[bytes]) -> Document:
    """The document of an e-paper's issue: pages with the same bytes count once."""
    pages = tuple(dict.fromkeys(page for page in further if page != first.content))
    return Document(issue.document_name, first.content, first.member, pages)


def _members_of(name: str, content: bytes, budget: Callable[[], int]) -> Iterator[Member] | None:
    """The members of an archive or a mail; None for anything else. Raises SourceError for a damaged archive."""
    if unzip.is_archive(name, content):
        return unzip.members(name, content)
    if untar.is_archive(name, content):
        return untar.members(name, content, budget())
    return mail.attachments(name, content) if mail.is_mail(content) else None


def _shown(place: PurePosixPath) -> str:
    return "" if place == PurePosixPath() else str(place)


def _picture_issue(name: str, folder: PurePosixPath, found: list[tuple[str, bytes]]) -> Document:
    """Scans packed together, in the order of the numbers in their names."""
    ordered = sorted(found, key=lambda page: _natural_order(page[0]))
    named = PurePosixPath(name) if folder == PurePosixPath() else folder
    is_file = folder == PurePosixPath() or named.suffix.lower() in ARCHIVE_SUFFIXES
    first, *others = (content for _, content in ordered)
    # The member is named by its first page, so that the issue keeps its place when pages are added.
    stem = named.stem if is_file else named.name
    return Document(f"{stem}{PurePosixPath(ordered[0][0]).suffix}", first, ordered[0][0], tuple(others))


def _natural_order(name: str) -> list[tuple[int, str]]:
    """第2版 before 第10版."""
    parts = _NUMBER.split(unicodedata.normalize("NFKC", name))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _is_hidden(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
