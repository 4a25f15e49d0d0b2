"""Lines whose layout is known become articles: columns are joined into paragraphs, and each keeps its boxes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from embeddings.parsing.bylines import is_byline, is_caption, is_person, split_credit, split_signature
from embeddings.parsing.datelines import reporters_in
from embeddings.parsing.headlines import join_headline
from embeddings.parsing.jumps import join_continued, split_jump
from embeddings.parsing.lines import Line, Part, is_furniture
from embeddings.parsing.paragraphs import is_unfinished
from embeddings.text.sentences import FULL_STOPS
from embeddings.types import ArticleKind, Box, ParsedArticle

_FEWEST_OF_STORY = 40  # characters; less above the first headline is the page's, not news
_FEWEST_OF_TITLE = 6  # characters; a headline with nothing under it is news only if it says something
_SHORT_OF_EDGE = 0.02  # of the page's width: a line that ends this far before the one below ends its paragraph
_APART = 1.8  # heights of a line; typed pages leave one
_TYPED_WIDTH = 0.55  # of the page's width; columns of a newspaper are narrower
_AGENCY = re.compile(r"(?:新华社|中新社|本报|视觉中国|[\u4e00-\u9fff]{2,6})\s*(?:发|供图|图)")
_MARKS = "，,、。；;：:"
_SENTENCE_END = tuple(f"{FULL_STOPS}”）)")


@dataclass(slots=True)
class _Paragraph:
    """A paragraph in the making."""

    part: Part
    text: str
    boxes: list[Box]
    last: Line

    def take(self, line: Line) -> None:
        """Join the next printed line."""
        both_latin = self.text[-1:].isascii() and self.text[-1:].isalnum() and line.text[:1].isascii()
        space = " " if both_latin and line.text[:1].isalpha() and not line.text[:1].isdigit() else ""
        # OCR may read a mark between two columns with each of them.
        self.text += line.text[1:] if _same_mark(self.text[-1:], line.text[:1]) else space + line.text
        self.boxes = _with_boxes(self.boxes, line.boxes)
        self.last = line


def _same_mark(one: str, other: str) -> bool:
    return one != "" and unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other) and one in _MARKS


@dataclass(slots=True)
class _LayoutArticle:
    """An article while its lines are read."""

    page: int | None
    section: str = ""
    titles: list[str] = field(default_factory=list)
    kickers: list[str] = field(default_factory=list)
    decks: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    paragraphs: list[_Paragraph] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether its last paragraph stops inside a sentence."""
        return bool(self.paragraphs) and is_unfinished(self.paragraphs[-1].text)


def read_articles(pages: Sequence[Sequence[Line]]) -> list[ParsedArticle]:
    """The articles on pages whose lines say what they are (`Line.part`), in reading order, jumps joined.

    `boxes` has an entry for every paragraph. Text above the first headline becomes an article without a title, unless
    it is too short to be one; a caption alone on its page becomes one of kind `photo`.
    """
    drafts: list[_LayoutArticle] = []
    for lines in pages:
        _read_page([line for line in lines if line.text and not is_furniture(line.text)], drafts)
    articles = [article for draft in drafts if (article := _finish(draft)) is not None]
    # A page of a few words is not thrown away for having no more.
    articles = articles or [article for draft in drafts if (article := _finish(draft, fewest=1)) is not None]
    return join_continued(articles)


def _read_page(lines: Sequence[Line], drafts: list[_LayoutArticle]) -> None:
    page = next((box.page for line in lines for box in line.boxes), None)
    goes_on = bool(drafts) and bool(lines) and _goes_on(drafts[-1], lines[0])
    current = drafts[-1] if goes_on else None
    section, above = "", Part.BODY
    for line in lines:
        part = line.part or Part.BODY
        if part is Part.SECTION:
            section = line.text
        opens = part is Part.KICKER and above is not Part.KICKER
        opens = opens or (part is Part.HEADLINE and above not in (Part.KICKER, Part.HEADLINE))
        # A jump from another page begins an article of its own, even without its headline.
        opens = opens or (part is Part.BODY and bool(split_jump(line.text)[1].came_from) and _has_text(current))
        if part is not Part.SECTION and (opens or current is None):
            current = _LayoutArticle(page, section)
            drafts.append(current)
        if current is not None and part is not Part.SECTION:
            _take(current, part, line)
        above = part


def _has_text(draft: _LayoutArticle | None) -> bool:
    return draft is not None and bool(draft.paragraphs)


def _goes_on(draft: _LayoutArticle, first: Line) -> bool:
    """Whether the first line of a page continues the last article of the page before."""
    if first.part is not Part.BODY or split_jump(first.text)[1].came_from:
        return False
    is_typed = any(box.right - box.left > _TYPED_WIDTH for box in first.boxes)
    return draft.is_open or is_typed


def _take(draft: _LayoutArticle, part: Part, line: Line) -> None:
    if part is Part.KICKER:
        draft.kickers.append(line.text)
    elif part is Part.HEADLINE:
        draft.titles.append(line.text)
    elif part is Part.DECK:
        draft.decks.append(line.text.lstrip("—─-– "))
    elif _is_byline(draft, line):
        draft.bylines.append(line.text)
    elif draft.paragraphs and _continues(draft.paragraphs[-1], part, line):
        draft.paragraphs[-1].take(line)
    else:
        draft.paragraphs.append(_Paragraph(part, line.text, list(line.boxes), line))


def _is_byline(draft: _LayoutArticle, line: Line) -> bool:
    """Whether a line under a headline, before its text, names who wrote it; there a bare name does too."""
    if draft.paragraphs or not draft.titles:
        return False
    return is_byline(line.text) or (not draft.bylines and not line.indented and is_person(line.text.replace(" ", "")))


def _continues(paragraph: _Paragraph, part: Part, line: Line) -> bool:
    if paragraph.part is not part or line.indented or line.is_row or paragraph.last.is_row:
        return False
    if part is Part.SUBHEAD:
        return True
    # A picture inside a column has its caption there, too.
    if (
        _is_apart(paragraph.last, line)
        or split_credit(paragraph.text)[1]
        or (part is Part.BODY and is_caption(line.text))
    ):
        return False
    ended = paragraph.text.endswith(_SENTENCE_END)
    if part is Part.CAPTION:
        return not ended
    return not (ended and _is_short(paragraph.last, line))


def _is_apart(line: Line, below: Line) -> bool:
    """Whether more white stands between two lines on a page than running text has."""
    if not line.boxes or not below.boxes:
        return False
    upper, lower = line.boxes[-1], below.boxes[0]
    height = min(upper.bottom - upper.top, lower.bottom - lower.top)
    return upper.page == lower.page and lower.top - upper.bottom > _APART * height


def _is_short(line: Line, below: Line) -> bool:
    """Whether a line ends well before the edge that the line below reaches, in one column."""
    if not line.boxes or not below.boxes:
        return False
    upper, lower = line.boxes[-1], below.boxes[0]
    same_column = upper.page == lower.page and abs(upper.left - lower.left) < 2 * _SHORT_OF_EDGE
    return same_column and lower.right - upper.right > _SHORT_OF_EDGE


def _with_boxes(boxes: list[Box], more: Sequence[Box]) -> list[Box]:
    """Boxes with more below them: lines of one column make one box, a column break begins another."""
    boxes = list(boxes)
    for box in more:
        last = boxes[-1] if boxes else None
        if last is not None and last.page == box.page and _is_under(last, box):
            boxes[-1] = Box(
                box.page,
                min(last.left, box.left),
                min(last.top, box.top),
                max(last.right, box.right),
                max(last.bottom, box.bottom),
            )
        else:
            boxes.append(box)
    return boxes


def _is_under(upper: Box, lower: Box) -> bool:
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    narrower = min(upper.right - upper.left, lower.right - lower.left)
    height = lower.bottom - lower.top
    return shared > 0.5 * narrower and -height < lower.top - upper.bottom < 3 * height


def _finish(draft: _LayoutArticle, *, fewest: int = _FEWEST_OF_STORY) -> ParsedArticle | None:
    title = draft.titles[0] if draft.titles else ""
    for line in draft.titles[1:]:
        title = join_headline(title, line)
    bylines = list(draft.bylines)
    paragraphs = [paragraph for paragraph in draft.paragraphs if not _is_credit(paragraph, bylines)]
    story = [paragraph for paragraph in paragraphs if paragraph.part is not Part.CAPTION]
    if story:
        story[-1].text, name = split_signature(story[-1].text)
        bylines += [name] if name else []
    for paragraph in paragraphs:
        if paragraph.part is Part.CAPTION:
            paragraph.text, name = split_credit(paragraph.text)
            bylines += [name] if name else []
    paragraphs = [paragraph for paragraph in paragraphs if paragraph.text]
    body = "\n".join(paragraph.text for paragraph in paragraphs)
    if not title and not split_jump(body)[1] and len(body) < fewest and story:
        return None
    boxes = tuple(tuple(paragraph.boxes) for paragraph in paragraphs)
    if not body:
        # A headline that only points to another page is still something to find.
        if len(title) < _FEWEST_OF_TITLE:
            return None
        body, boxes = " ".join([title, *draft.decks]), ((),)
    return ParsedArticle(
        title=title,
        body=body,
        section=draft.section,
        byline=" ".join(dict.fromkeys(bylines)) or reporters_in(body),
        kind=ArticleKind.PHOTO if not title and not story else ArticleKind.NEWS,
        page=draft.page,
        kicker=" ".join(draft.kickers),
        deck=" ".join(draft.decks),
        boxes=boxes if any(boxes) else (),
    )


def _is_credit(paragraph: _Paragraph, bylines: list[str]) -> bool:
    """Whether a caption is nothing but whose picture it is; then it goes to the bylines."""
    if paragraph.part is not Part.CAPTION or not _AGENCY.fullmatch(paragraph.text):
        return False
    bylines.append(paragraph.text)
    return True
