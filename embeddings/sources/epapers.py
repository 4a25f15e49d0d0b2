"""E-papers (数字报): which saved pages are articles of one day's issue of a paper, and which only list them.

Seen here is what a page declares of its place: the comment of properties that the systems of county and city papers
print, or a line such as 《青禾日报》（2024年10月18日 第 01 版）.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import unescape
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import unquote

from embeddings.errors import SourceError
from embeddings.sources.encoding import decode
from embeddings.sources.files import PAGE_SUFFIXES, files_in, folders_of_pages
from embeddings.text.dates import find_date

# 《 青禾日报 》（2024年10月18日　第 01 版）
PAPER_LINE = re.compile(
    r"[《〈]\s*(?P<paper>[^《》〈〉]{2,16}?)\s*[》〉]\s*[（(]?\s*(?P<date>\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
    r"[^第]{0,8}第?\s*0*(?P<page>\d{1,3})\s*版[^）)]{0,10}[)）]?"
)
# Split at, and not matched: no page takes longer for having many that are never closed.
_PROPERTIES_END = re.compile(r"/enpproperty\s*-->", re.IGNORECASE)
_PROPERTIES_BEGIN = re.compile(r"<!--\s*enpproperty", re.IGNORECASE)
_PROPERTY = re.compile(r"<(?P<name>[\w:-]{2,40})>(?P<value>[^<]{0,300})</(?P=name)>")
_MARKS = re.compile(rb"enpproperty|enpcontent|founder-|ozoom|pagelink|titlelist|pagepicmap|riqi_", re.IGNORECASE)
_TITLE = re.compile(r"<founder-title[^<>]{0,200}>\s*[^<\s]", re.IGNORECASE)
_LINK = re.compile(r"<(?:a|area)\b[^<>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s<>]{1,300})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>|&nbsp;")
_NUMBER = re.compile(r"(\d+)")
_CONTENTS = "2"  # what a page of contents declares as its type
_MOST_BYTES = 2_000_000
_MOST_COMMENTS = 20
_LONGEST_COMMENT = 20_000  # characters
_MOST_LINKS = 500
_MOST_REMEMBERED = 50_000  # pages


@dataclass(frozen=True, slots=True)
class PaperPage:
    """What a page declares: the paper ("" where it does not say), the day, and the printed page as digits.

    `is_article` where it holds one; else it lists those to which `links` lead.
    """

    paper: str
    day: date | None
    page: str
    is_article: bool
    links: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PaperIssue:
    """The article pages of one paper and day in the order of the printed pages, at least two."""

    name: str
    pages: tuple[PurePath, ...]

    @property
    def document_name(self) -> str:
        """What its document is called, however its pages are: 青禾日报-2024-10-18.htm."""
        return self.name.replace("/", "_") + self.pages[0].suffix


@dataclass(frozen=True, slots=True)
class PapersFound:
    """The issues among some pages, and for each page of contents the name of its issue."""

    issues: tuple[PaperIssue, ...] = ()
    contents: Mapping[PurePath, str] = field(default_factory=dict)


def properties(text: str) -> dict[str, str]:
    """The properties in an e-paper's comment, by name in lower case; of several values, the last one."""
    found: dict[str, str] = {}
    for before in _PROPERTIES_END.split(text, maxsplit=_MOST_COMMENTS)[:_MOST_COMMENTS]:
        fields = _PROPERTIES_BEGIN.split(before[-_LONGEST_COMMENT:])
        for match in _PROPERTY.finditer(fields[-1] if len(fields) > 1 else ""):
            if value := " ".join(unescape(match["value"]).split()):
                found[match["name"].lower()] = value
    for name in ("title", "author", "subtitle", "introtitle", "nodename"):
        if value := found.get(f"founder-{name}", ""):
            found.setdefault(name, value)
    return found


def read_paper_page(content: bytes) -> PaperPage | None:
    """What a page of an e-paper declares; None for any other page."""
    if len(content) > _MOST_BYTES or not _MARKS.search(content):
        return None
    try:
        text = decode(content, name="")
    except SourceError:
        return None
    declared = properties(text)
    printed = PAPER_LINE.search(" ".join(_TAG.sub(" ", text).split()))
    day = find_date(declared.get("founder-date") or declared.get("date", "")) or (
        find_date(printed["date"]) if printed else None
    )
    paper = declared.get("founder-papername") or ("".join(printed["paper"].split()) if printed else "")
    page = declared.get("founder-pagenum") or (printed["page"] if printed else "")
    has_title = "title" in declared or _TITLE.search(text) is not None or printed is not None
    if has_title and day is not None and declared.get("founder-type") != _CONTENTS:
        return PaperPage(paper, day, page, is_article=True)
    links = [match[1] for match, _ in zip(_LINK.finditer(text), range(_MOST_LINKS), strict=False)]
    return PaperPage(paper, day, page, is_article=False, links=frozenset(map(_target, links)))


def gather(pages: Mapping[PurePath, PaperPage]) -> PapersFound:
    """The issues among some pages by their paths. A paper without a name has one issue a day and folder.

    What lists articles of an issue is a page of its contents; what lists only others is none.
    """
    found: dict[tuple[str, date | None, PurePath | None], list[PurePath]] = {}
    for path, page in pages.items():
        if page.is_article:
            folder = None if page.paper else path.parent
            found.setdefault((page.paper, page.day, folder), []).append(path)
    issues = []
    issue_at: dict[PurePath, str] = {}
    for (paper, day, _), paths in found.items():
        name = "-".join(filter(None, (paper, str(day))))
        ordered = tuple(
            sorted(paths, key=lambda path: [_order(part) for part in (pages[path].page, path.name, str(path))])
        )
        if len(ordered) > 1:
            issues.append(PaperIssue(name, ordered))
        issue_at.update(dict.fromkeys(ordered, name))
    listed = {
        path: name for path, page in pages.items() if not page.is_article and (name := _listed(path, page, issue_at))
    }
    return PapersFound(tuple(issues), listed)


def _listed(path: PurePath, page: PaperPage, issue_at: Mapping[PurePath, str]) -> str:
    """The issue to which a page links, "" for none."""
    for link in sorted(page.links):
        if name := issue_at.get(_joined(path.parent, link)):
            return name
    return ""


def _target(link: str) -> str:
    return unquote(re.split(r"[?#]", unescape(link))[0])


def _joined(folder: PurePath, link: str) -> PurePath:
    """Where a relative link leads, with its ".." taken out."""
    if re.match(r"[a-z][a-z0-9+.-]*:|/", link, re.IGNORECASE):
        return PurePosixPath("://")
    parts = list(folder.parts)
    for part in link.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return type(folder)(*parts)


def _order(name: str) -> list[tuple[int, str]]:
    """第2版 before 第10版, A1 before B1, and content_9 before content_10."""
    parts = _NUMBER.split(unicodedata.normalize("NFKC", name))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts if part]


@lru_cache(maxsize=_MOST_REMEMBERED)
def _page_in(path: Path, _size: int, _changed: int) -> PaperPage | None:
    return read_paper_page(path.read_bytes())


def paper_page_at(path: Path) -> PaperPage | None:
    """As `read_paper_page`, remembered for as long as the file stays as it is; None where it cannot be read."""
    try:
        stat = path.stat()
        return _page_in(path, stat.st_size, stat.st_mtime_ns) if stat.st_size <= _MOST_BYTES else None
    except OSError:
        return None


def gather_files(paths: Iterable[Path]) -> PapersFound:
    """The issues of e-papers among some files."""
    read: dict[PurePath, PaperPage] = {}
    for path in paths:
        if path.suffix.lower() in PAGE_SUFFIXES and (page := paper_page_at(path)):
            read[path] = page
    return gather(read)


class PaperFolders:
    """The pages of e-papers in some folders; each folder is looked through once."""

    def __init__(self) -> None:
        self._issues: dict[Path, dict[PurePath, PaperIssue]] = {}

    def issue_of(self, file: Path, root: str) -> PaperIssue | None:
        """The issue whose first page is a file that was found under a root; None for any other file."""
        folder = Path(root) if root else file
        if folder not in file.parents or file.suffix.lower() not in PAGE_SUFFIXES or paper_page_at(file) is None:
            return None
        if folder not in self._issues:
            found = files_in(folder)
            parts = folders_of_pages(found)
            shown = [path for path in found if not any(above in parts for above in path.parents)]
            inside = [path for path in shown if path.resolve().is_relative_to(folder)]
            self._issues[folder] = {issue.pages[0]: issue for issue in gather_files(inside).issues}
        return self._issues[folder].get(file)
