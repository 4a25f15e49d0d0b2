"""Markdown: headings are the issue's name, sections and titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.text import first_lines
from embeddings.parsing.masthead import is_of_masthead, read_masthead, read_number
from embeddings.parsing.outline import NUMBERED, make_article, names_issue
from embeddings.sources.document import Document
from embeddings.sources.files import MARKDOWN_SUFFIXES
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


class MarkdownLoader:
    """Front matter (`name`, `date`, `id`), then headings: the issue's name, sections, a title for each article."""

    def reads(self, document: Document) -> bool:
        """Whether the file is called Markdown, or begins with front matter."""
        return document.suffix in MARKDOWN_SUFFIXES or _FRONT_MATTER.match(document.text) is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. A first-level heading with a date, or before any article, names it; later ones are sections.

        So is a deeper heading with nothing of its own but deeper ones; any other heading is a title, or, below one,
        part of its article. That the file has more lines than the limit, of which the first are read, is in `left_out`.
        """
        text, left_out = first_lines(document, limits)
        fields: dict[str, str] = {}
        if match := _FRONT_MATTER.match(text):
            fields = _front_matter(match["fields"])
            text = text[match.end() :]
        day = find_date(fields.get("date", ""))
        if fields.get("date") and day is None:
            raise SourceError(SourceCode.FRONT_MATTER_DATE, name=document.name, text=fields["date"])
        outline = _Outline(name=fields.get("name", "") or fields.get("title", ""), day=day)
        outline.take(list(_blocks(text)))
        articles = outline.articles()
        if len(articles) == 1:
            articles = [_with_fields(articles[0], fields)]
        return ParsedIssue(outline.name, outline.day, tuple(articles), outline.number, left_out=left_out)


class _Outline:
    """Headings and paragraphs as they come, gathered into articles."""

    def __init__(self, *, name: str, day: date | None) -> None:
        self.name = name
        self.day = day
        self.number = ""
        self._section = ""
        self._open: list[tuple[str, str, list[str]]] = []  # title, section, paragraphs
        self._level = 0  # of the title that is open

    def take(self, blocks: Sequence[tuple[int, str]]) -> None:
        """All headings, each with its level, and paragraphs, which have level 0."""
        titles = _titles_are_first_level(blocks)
        start = self._take_masthead(blocks)
        for at, (level, block) in enumerate(blocks[start:], start=start):
            below_level, below = blocks[at + 1] if at + 1 < len(blocks) else (0, "")
            if not level:
                self._add(block)
            elif level == 1 and not titles:
                self._section, self._level = block, 0
                if not below_level and below:
                    self._begin(block, 2)
            elif self._level and level > self._level:
                self._add(block)  # of the article
            elif below_level > level and not NUMBERED.match(below):
                self._section, self._level = block, 0
            else:
                self._begin(block, level)

    def _take_masthead(self, blocks: Sequence[tuple[int, str]]) -> int:
        """Read what names the issue; returns how many blocks that takes."""
        if not blocks or blocks[0][0] != 1 or not self._is_name(blocks[0][1], alone=_titles_are_first_level(blocks)):
            return 0
        heading = blocks[0][1]
        self.name = self.name or heading
        taken = 1
        while taken < len(blocks) and not blocks[taken][0] and all(map(is_of_masthead, blocks[taken][1].split("\n"))):
            taken += 1
        lines = [line for _, block in blocks[:taken] for line in block.split("\n")]
        self.day = self.day or find_date(heading) or read_masthead(lines)[1]
        self.number = read_number(lines)
        return taken

    def _is_name(self, heading: str, *, alone: bool) -> bool:
        """Whether the first heading names the issue; where titles have its level, only if it is a name by itself."""
        return names_issue(heading) if alone else find_date(heading) is not None or not self.name

    def _begin(self, title: str, level: int) -> None:
        self._open.append((title, self._section, []))
        self._level = level

    def _add(self, block: str) -> None:
        if not self._level:
            self._begin("", 99)
        self._open[-1][2].append(block)

    def articles(self) -> list[ParsedArticle]:
        """The articles, in order; a bare heading is none."""
        return [_article(*opened) for opened in self._open]


def _titles_are_first_level(blocks: Sequence[tuple[int, str]]) -> bool:
    """Whether all headings are of the first level, and several have a text."""
    levels = {level for level, _ in blocks if level}
    texts = sum(level == 1 and not blocks[at + 1][0] for at, (level, _) in enumerate(blocks[:-1]))
    return levels == {1} and texts > 1


def _article(title: str, section: str, paragraphs: list[str]) -> ParsedArticle:
    """An article; who wrote it leaves its body, where lines under the title or at the end say so."""
    if not title:
        return ParsedArticle(title="", body="\n".join(paragraphs), section=section)
    lines = [line for paragraph in paragraphs for line in paragraph.split("\n")]
    article = make_article(title, lines)
    # An article of nothing but its credits keeps them as its text.
    return replace(article if article.body else ParsedArticle(title=title, body="\n".join(lines)), section=section)


def _with_fields(article: ParsedArticle, fields: Mapping[str, str]) -> ParsedArticle:
    """The only article of a file with what its front matter says of it, where the text does not."""
    return replace(
        article,
        source_id=fields.get("id", ""),
        title=article.title or fields.get("title", ""),
        byline=article.byline or fields.get("author", ""),
    )


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
