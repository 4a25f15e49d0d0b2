"""What editors changed after reading: kept beside the source, applied whenever it is read again.

`corrections.jsonl` stands in the folder of the sources and is only ever added to, one correction a line:

    {"issue": SHA-256, "file": "a.pdf", "member": "", "field": "title", "article": "旧题", "opening": "正文开头……",
     "was": "旧题", "becomes": "新题", "made": "2025-09-13T08:30:00", "key": "5f1c…"}

They are written by the commit that indexes what they make (`embeddings.sources.outbox`), so that neither is without the
other; `key` is a correction's own. Each says what the text was, and applies wherever that text is still found. They are
applied in their order, so a field that was changed twice ends as the last one says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import Enum
from pathlib import Path
from uuid import uuid4

from embeddings.errors import CorrectionError, SourceCode, SourceError
from embeddings.sources.document import Document
from embeddings.sources.files import PAGE_SUFFIXES
from embeddings.sources.hashing import text_digest
from embeddings.sources.outbox import ChangeKind, FileChange
from embeddings.text.normalize import well_formed
from embeddings.types import Article, ParsedArticle, ParsedIssue

FILE_NAME = "corrections.jsonl"
_OPENING_CHARS = 40


class Field(str, Enum):
    """What a correction changes: NAME, WITHDRAWN and a DATE without an article in the issue, the rest in an article."""

    NAME = "name"
    DATE = "date"
    TITLE = "title"
    KICKER = "kicker"
    DECK = "deck"
    BYLINE = "byline"
    PARAGRAPH = "paragraph"
    DROPPED = "dropped"  # the article is none: an advertisement, a page's furniture
    WITHDRAWN = "withdrawn"  # the issue is not to be indexed

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Correction:
    """One change. `article` and `opening` are its article's title and first characters before it; "" for an issue."""

    field: Field
    was: str
    becomes: str
    article: str = ""
    opening: str = ""

    @property
    def is_of_article(self) -> bool:
        """Whether it changes an article, and not the issue."""
        return bool(self.article or self.opening)


WITHDRAWAL = Correction(Field.WITHDRAWN, "", "yes")
READMISSION = Correction(Field.WITHDRAWN, "yes", "no")


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one document, in their order."""

    all: tuple[Correction, ...] = ()

    @property
    def digest(self) -> str:
        """Names them; "" for none."""
        return text_digest(*(repr(asdict(one)) for one in self.all))[:16] if self.all else ""

    @property
    def withdrawn(self) -> bool:
        """Whether the issue is not to be indexed."""
        said = [one.becomes for one in self.all if one.field is Field.WITHDRAWN]
        return bool(said) and said[-1] == "yes"

    def followed_by(self, *others: Correction) -> Corrections:
        """These, and then some others."""
        return Corrections((*self.all, *others))


def of_article(field: Field, article: Article | ParsedArticle, *, was: str, becomes: str) -> Correction:
    """A change of an article as it is now."""
    return Correction(field, was, becomes, article.title, article.body[:_OPENING_CHARS])


def read_corrections(source: Path, document: Document, waiting: Sequence[FileChange] = ()) -> Corrections:
    """What the file beside a source says of one of its documents, and what `waiting` changes will add to it.

    A withdrawal holds for those bytes only, everything else also for the file when its bytes have changed. What was
    said of an article of a page that was an issue of its own holds for the issue that it is a page of by now. Raises
    SourceError when the file of corrections cannot be read.
    """
    pages = frozenset(document.page_ids) if document.further_pages else frozenset()
    found = []
    for one, row in _written(source, waiting):
        same_bytes = row["issue"] == document.id or (one.is_of_article and row["issue"] in pages)
        same_file = (row["file"], row["member"]) == (source.name, document.member)
        if same_bytes or (same_file and one.field is not Field.WITHDRAWN):
            found.append(one)
    return Corrections(tuple(found))


def without_withdrawn_pages(source: Path, document: Document, waiting: Sequence[FileChange] = ()) -> Document | None:
    """A document without those of its web pages that were withdrawn as issues of their own; None where none is left.

    Raises SourceError as `read_corrections`.
    """
    if not document.further_pages or document.suffix not in PAGE_SUFFIXES:
        return document
    said: dict[str, str] = {}
    for one, row in _written(source, waiting):
        if one.field is Field.WITHDRAWN:
            said[row["issue"]] = one.becomes
    pages = (document.content, *document.further_pages)
    left = [page for page, page_id in zip(pages, document.page_ids, strict=True) if said.get(page_id) != "yes"]
    if len(left) == len(pages):
        return document
    return replace(document, content=left[0], further_pages=tuple(left[1:])) if left else None


def _written(source: Path, waiting: Sequence[FileChange]) -> Iterator[tuple[Correction, dict[str, str]]]:
    """The corrections beside a source, of any document there, each with its row."""
    path = source.with_name(FILE_NAME)
    written = _text_of(path)
    added = [one.text for one in waiting if one.path == path and one.text not in written]
    for number, row in enumerate(_rows(path, "\n".join([written, *added])), start=1):
        try:
            one = Correction(
                Field(row["field"]), row["was"], row["becomes"], row.get("article", ""), row.get("opening", "")
            )
            row = {name: row[name] for name in ("issue", "file", "member")}
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError(SourceCode.BAD_CORRECTION, path=path, line=number, detail=str(error)) from error
        yield one, row


def note_of(
    source: Path,
    *,
    issue_id: str,
    member: str,
    corrections: Iterable[Correction],
    now: Callable[[], datetime] = datetime.now,
) -> list[FileChange]:
    """The change of the file beside a source that adds corrections to it; none for none."""
    rows = [
        {
            "issue": issue_id,
            "file": source.name,
            "member": member,
            **{name: str(value) for name, value in asdict(one).items()},
            "made": f"{now():%Y-%m-%dT%H:%M:%S}",
            "key": uuid4().hex,
        }
        for one in corrections
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return [FileChange(ChangeKind.APPEND, source.with_name(FILE_NAME), well_formed(lines))] if rows else []


def correct(issue: ParsedIssue, corrections: Sequence[Correction]) -> tuple[ParsedIssue, tuple[Correction, ...]]:
    """The issue as corrected, and the corrections that fit nothing in it any more."""
    stale = []
    for one in corrections:
        if one.field is Field.WITHDRAWN:
            continue
        changed = _correct_article(issue, one) if one.is_of_article else _correct_issue(issue, one)
        if changed is None:
            stale.append(one)
        else:
            issue = changed
    return issue, tuple(stale)


def _correct_issue(issue: ParsedIssue, one: Correction) -> ParsedIssue | None:
    if one.field is Field.NAME and issue.name == one.was:
        return replace(issue, name=one.becomes)
    if one.field is Field.DATE and _printed(issue.date) == one.was:
        return replace(issue, date=_day(one.becomes))
    return None


def _correct_article(issue: ParsedIssue, one: Correction) -> ParsedIssue | None:
    articles = list(issue.articles)
    for at, article in enumerate(articles):
        if article.title != one.article:
            continue
        # The opening tells articles of one title apart; a paragraph tells itself.
        if one.field is not Field.PARAGRAPH and not article.body.startswith(one.opening):
            continue
        changed = _changed(article, one)
        if changed is None:
            continue
        articles[at : at + 1] = [] if one.field is Field.DROPPED else [changed]
        return replace(issue, articles=tuple(articles))
    return None


def _changed(article: ParsedArticle, one: Correction) -> ParsedArticle | None:
    if one.field is Field.DROPPED:
        return article
    if one.field is Field.PARAGRAPH:
        return _with_paragraph(article, one)
    if one.field is Field.DATE:
        return replace(article, date=_day(one.becomes)) if _printed(article.date) == one.was else None
    if one.field is Field.TITLE and article.title == one.was:
        return replace(article, title=one.becomes)
    if one.field is Field.KICKER and article.kicker == one.was:
        return replace(article, kicker=one.becomes)
    if one.field is Field.DECK and article.deck == one.was:
        return replace(article, deck=one.becomes)
    if one.field is Field.BYLINE and article.byline == one.was:
        return replace(article, byline=one.becomes)
    return None


def _with_paragraph(article: ParsedArticle, one: Correction) -> ParsedArticle | None:
    """The article with one paragraph's words changed; it may become several paragraphs, or none."""
    paragraphs = article.body.split("\n")
    if one.was not in paragraphs:
        return None
    at = paragraphs.index(one.was)
    new = [line.strip() for line in one.becomes.split("\n") if line.strip()]
    body = "\n".join([*paragraphs[:at], *new, *paragraphs[at + 1 :]])
    boxes = article.boxes
    if boxes:
        boxes = (*boxes[:at], *([boxes[at]] * len(new)), *boxes[at + 1 :])
    return replace(article, body=body, boxes=boxes) if body else None


def _printed(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, ValueError) as error:
        raise SourceError(SourceCode.CORRECTIONS_UNREADABLE, path=path, detail=str(error)) from error


def _rows(path: Path, text: str) -> list[dict[str, str]]:
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError) as error:
        raise SourceError(SourceCode.CORRECTIONS_UNREADABLE, path=path, detail=str(error)) from error


def corrections_between(now: ParsedIssue, wanted: ParsedIssue) -> list[Correction]:
    """The corrections that turn one issue into another. Articles are matched by their id (`source_id`).

    An article that is not wanted is dropped. Raises ValueError when an article of `wanted` is new, or has no text left.
    """
    left = {article.source_id: article for article in wanted.articles}
    found = []
    if now.name != wanted.name:
        found.append(Correction(Field.NAME, now.name, wanted.name))
    if now.date != wanted.date:
        found.append(Correction(Field.DATE, _printed(now.date), _printed(wanted.date)))
    for article in now.articles:
        target = left.pop(article.source_id, None)
        if target is None:
            found.append(of_article(Field.DROPPED, article, was="", becomes="yes"))
        else:
            found += _article_corrections(article, target)
    if left:
        raise CorrectionError(SourceCode.ARTICLES_NOT_IN_ISSUE, ids=", ".join(left))
    return found


def _article_corrections(now: ParsedArticle, wanted: ParsedArticle) -> list[Correction]:
    if not wanted.body.strip():
        raise CorrectionError(SourceCode.NO_TEXT_LEFT, title=now.title)
    steps = [(Field.PARAGRAPH, was, becomes) for was, becomes in _paragraph_changes(now.body, wanted.body)]
    if now.date != wanted.date:
        steps.append((Field.DATE, _printed(now.date), _printed(wanted.date)))
    # The title comes last: what names the article should not change before the rest is found.
    for name in (Field.BYLINE, Field.KICKER, Field.DECK, Field.TITLE):
        was, becomes = getattr(now, name.value), getattr(wanted, name.value)
        if was != becomes:
            steps.append((name, was, becomes))
    found = []
    article = now
    for name, was, becomes in steps:
        one = of_article(name, article, was=was, becomes=becomes)
        found.append(one)
        article = _changed(article, one) or article
    return found


def _paragraph_changes(now: str, wanted: str) -> list[tuple[str, str]]:
    """Which paragraphs become what; a new one is part of what the paragraph above it becomes."""
    old, new = now.split("\n"), [line.strip() for line in wanted.split("\n") if line.strip()]
    changes = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    # From the end, so that a paragraph that moves up is not found where it has just been put.
    for kind, old_from, old_to, new_from, new_to in reversed(steps):
        text = "\n".join(new[new_from:new_to])
        if kind == "insert" and old_from:
            changes.append((old[old_from - 1], f"{old[old_from - 1]}\n{text}"))
        elif kind == "insert":
            changes.append((old[0], f"{text}\n{old[0]}"))
        elif kind != "equal":
            changes += [(old[old_from], text), *((paragraph, "") for paragraph in old[old_from + 1 : old_to])]
    return changes
