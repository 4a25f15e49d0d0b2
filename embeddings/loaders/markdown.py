"""Markdown: headings are sections and titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.text import first_lines
from embeddings.parsing.outline import make_article
from embeddings.sources.document import Document
from embeddings.sources.files import MARKDOWN_SUFFIXES
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


class MarkdownLoader:
    """Front matter (`name`, `date`, `id`), then `# section` or the issue's name, and `## title` for each article."""

    def reads(self, document: Document) -> bool:
        """Whether the file is called Markdown, or begins with front matter."""
        return document.suffix in MARKDOWN_SUFFIXES or _FRONT_MATTER.match(document.text) is not None

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue. A first-level heading with a date, or before any article, names it; later ones are sections.

        That it has more lines than the limit, of which the first are read, is in `left_out`.
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
        for level, block in _blocks(text):
            outline.take(level, block)
        articles = outline.articles()
        if len(articles) == 1:
            articles = [_with_fields(articles[0], fields)]
        return ParsedIssue(outline.name, outline.day, tuple(articles), left_out=left_out)


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
        return [_article(*opened) for opened in self._open]

    def _is_name(self, heading: str) -> bool:
        if self._open or self._section:
            return False
        return find_date(heading) is not None or not self.name


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
