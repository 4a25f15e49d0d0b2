"""Issue file → issue name, date and articles. One reader a format, chosen by what the file holds."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from embeddings.dates import find_date
from embeddings.errors import SourceError
from embeddings.types import ArticleKind, ParsedArticle

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BYTES = 50_000_000
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".jsonl", ".ndjson"})

_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]")
_MASTHEAD = re.compile(r"星期|礼拜|第\s*\d+\s*期|总第|农历|出版")
_MASTHEAD_LINES = 12
_MASTHEAD_CHARS = 60


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """What a file says of itself, and its articles."""

    name: str
    date: date | None
    articles: tuple[ParsedArticle, ...]


class Reader(Protocol):
    """One format."""

    def reads(self, path: Path, text: str) -> bool:
        """Whether this is the format of a file's text."""
        ...

    def read(self, path: Path, text: str) -> ParsedIssue:
        """The issue in the text. Raises SourceError with the place of the fault."""
        ...


def read_issue(path: Path, content: bytes) -> ParsedIssue:
    """The issue in a file's bytes. Raises SourceError when they hold no text, or no article."""
    text = decode(path, content)
    if not text.strip():
        raise SourceError(f"{path.name} is empty; there is nothing to index.")
    reader = next(reader for reader in READERS if reader.reads(path, text))
    issue = reader.read(path, text)
    articles = tuple(article for article in map(_clean, issue.articles) if article.body)
    if not articles:
        raise SourceError(f"{path.name} holds no article with a text.")
    day = issue.date or find_date(path.stem)
    return replace(issue, date=day, articles=articles)


def read_issue_file(path: Path) -> tuple[ParsedArticle, ...]:
    """The articles in a file. Raises SourceError."""
    return read_issue(path, read_bytes(path)).articles


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises SourceError when it is missing, no file, too large, or may not be read."""
    try:
        if not path.is_file():
            raise SourceError(f"There is no file {path}.")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise SourceError(f"{path.name} has {size:,} bytes; the limit is {MAX_BYTES:,}. Split it into issues.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read ({error.strerror}).") from error


def decode(path: Path, content: bytes) -> str:
    """A file's text, from UTF-8, UTF-16 with a mark, or GB18030. Raises SourceError for anything else."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in content:
        candidates = []
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _looks_binary(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise SourceError(f"{path.name} is not text (UTF-8, UTF-16 or GB18030); save it as UTF-8 text and add it again.")


def _looks_binary(text: str) -> bool:
    head = text[:4096]
    # Bytes of a picture that happen to decode as GB18030 fall on control and private-use characters.
    strange = sum(
        1
        for character in head
        if (character < " " and character not in "\t\n\r\f")
        or "\x7f" <= character < "\xa0"
        or "\ue000" <= character <= "\uf8ff"
    )
    return strange > max(2, len(head) // 20)


class JsonLinesReader:
    """One article a line: `{"id", "title", "date", "section", "byline", "text"}`, all but `text` optional."""

    def reads(self, path: Path, text: str) -> bool:
        """Whether the first line with anything on it is a JSON object, or the file says it is JSON Lines."""
        return path.suffix.lower() in {".jsonl", ".ndjson"} or text.lstrip()[:1] == "{"

    def read(self, path: Path, text: str) -> ParsedIssue:
        """The issue; its date is the articles' where they all have the same one."""
        articles = [
            _article_of_row(path, number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
        ]
        seen: set[str] = set()
        for article in articles:
            if article.source_id and article.source_id in seen:
                raise SourceError(
                    f"{path.name} uses the id {article.source_id!r} twice; ids must differ within an issue."
                )
            seen.add(article.source_id)
        days = {article.date for article in articles}
        return ParsedIssue(path.stem, days.pop() if len(days) == 1 else None, tuple(articles))


def _article_of_row(path: Path, number: int, line: str) -> ParsedArticle:
    where = f"{path.name}, line {number}"
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{where}: not a JSON object ({error}).") from error
    if not isinstance(row, dict):
        raise SourceError(f"{where}: a JSON object is needed, with at least `text`.")
    text = row.get("text", row.get("body"))
    if not isinstance(text, str) or not text.strip():
        raise SourceError(f"{where}: `text` is missing or empty.")
    printed_date = row.get("date")
    day = find_date(str(printed_date)) if printed_date else None
    if printed_date and day is None:
        raise SourceError(f"{where}: `date` {printed_date!r} is not a date; write 2025-09-13.")
    return ParsedArticle(
        title=_field(row, "title", where),
        body=text,
        section=_field(row, "section", where),
        byline=_field(row, "byline", where),
        kind=ArticleKind.PHOTO if row.get("kind") == ArticleKind.PHOTO else ArticleKind.NEWS,
        page=row["page"] if isinstance(row.get("page"), int) else None,
        date=day,
        source_id=_field(row, "id", where),
    )


def _field(row: dict[str, Any], name: str, where: str) -> str:
    field = row.get(name)
    if field is None:
        return ""
    if not isinstance(field, str | int):
        raise SourceError(f"{where}: `{name}` must be a text.")
    return " ".join(str(field).split())


class MarkdownReader:
    """Front matter (`name`, `date`, `id`), then `# section` or the issue's name, and `## title` for each article."""

    def reads(self, path: Path, text: str) -> bool:
        """Whether the file is called Markdown, or begins with front matter."""
        return path.suffix.lower() in _MARKDOWN_SUFFIXES or _FRONT_MATTER.match(text) is not None

    def read(self, path: Path, text: str) -> ParsedIssue:
        """The issue. A first-level heading with a date, or before any article, names it; later ones are sections."""
        fields: dict[str, str] = {}
        if match := _FRONT_MATTER.match(text):
            fields = _front_matter(match["fields"])
            text = text[match.end() :]
        day = find_date(fields.get("date", ""))
        if fields.get("date") and day is None:
            raise SourceError(
                f"{path.name}: the front matter's date {fields['date']!r} is not a date; write 2025-09-13."
            )
        outline = _Outline(name=fields.get("name", "") or fields.get("title", ""), day=day)
        for level, block in _blocks(text):
            outline.take(level, block)
        articles = outline.articles()
        if fields.get("id") and len(articles) == 1:
            articles = [replace(articles[0], source_id=fields["id"])]
        return ParsedIssue(outline.name or path.stem, outline.day, tuple(articles))


class _Outline:
    """Headings and paragraphs as they come, gathered into articles."""

    def __init__(self, *, name: str, day: date | None) -> None:
        self.name = name
        self.day = day
        self._section = ""
        self._open: list[tuple[str, str, list[str]]] = []  # title, section, paragraphs

    def take(self, level: int, block: str) -> None:
        """A heading of some level, or a paragraph (level 0)."""
        if level == 1 and self._is_name(block):
            self.name = self.name or block
            self.day = self.day or find_date(block)
        elif level == 1:
            self._section = block
        elif level == 2:
            self._open.append((block, self._section, []))
        elif self._open:
            self._open[-1][2].append(block)
        else:
            self._open.append(("", self._section, [block]))

    def articles(self) -> list[ParsedArticle]:
        """The articles, in order; a bare heading is none."""
        return [
            ParsedArticle(title=title, body="\n".join(paragraphs), section=section)
            for title, section, paragraphs in self._open
        ]

    def _is_name(self, heading: str) -> bool:
        if self._open or self._section:
            return False
        return find_date(heading) is not None or not self.name


def _front_matter(block: str) -> dict[str, str]:
    """`key: value` lines. A value's quotes are dropped; lists and nesting are not read."""
    fields = {}
    for line in block.split("\n"):
        key, colon, value = line.partition(":")
        if colon:
            fields[key.strip().lower()] = value.strip().strip("\"'")
    return fields


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Headings as (level, text) and everything else as (0, paragraph), without Markdown's marks."""
    from markdown_it import MarkdownIt

    # A rule under a paragraph is no heading, four spaces are a printed indent, and markup is text.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["lheading", "code", "html_block"])
    level, marker = 0, ""
    cells: list[str] | None = None
    for token in markdown.parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            yield 0, " | ".join(cells)
            cells = None
        elif token.type == "inline":
            printed = _plain(token)
            if cells is not None:
                cells.append(printed)
            elif printed:
                yield level, marker + printed
            marker = ""
        elif token.type == "fence":
            yield 0, token.content.strip()


def _plain(inline: Token) -> str:
    parts = []
    for child in inline.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts).strip()


class TextReader:
    """Plain text as OCR gives it: one page or several, split into articles by the page parser."""

    def reads(self, path: Path, text: str) -> bool:
        """Always: it comes last."""
        return True

    def read(self, path: Path, text: str) -> ParsedIssue:
        """The issue; pages are parted by form feeds, and a masthead's date is the issue's."""
        from embeddings.parse import parse_page  # compiles many patterns, which a question does not need

        pages = text.split("\f")
        articles = [
            article
            for number, page in enumerate(pages, start=1)
            for article in parse_page(page, page=number if len(pages) > 1 else None)
        ]
        return ParsedIssue(path.stem, _masthead_date(text), tuple(articles))


def _masthead_date(text: str) -> date | None:
    """The date in a short line near the top that reads like a masthead (2025年9月13日 星期六 第12946号)."""
    lines = [line.strip() for line in text.split("\n") if line.strip()][:_MASTHEAD_LINES]
    for line in lines:
        if len(line) <= _MASTHEAD_CHARS and _MASTHEAD.search(line) and (day := find_date(line)):
            return day
    return None


def _clean(article: ParsedArticle) -> ParsedArticle:
    """One paragraph a line, no blank lines, no control characters."""
    lines = (_CONTROL.sub("", line).strip() for line in article.body.split("\n"))
    return replace(
        article,
        title=" ".join(_CONTROL.sub("", article.title).split()),
        body="\n".join(line for line in lines if line),
    )


READERS: tuple[Reader, ...] = (JsonLinesReader(), MarkdownReader(), TextReader())
