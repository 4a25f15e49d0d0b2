"""Page text as OCR gives it becomes clean articles in reading order.

The page is read line by line (`lines`), headlines and sections are told from text (`headlines`), fragments become
paragraphs (`paragraphs`), and the names of writers and photographers leave the body (`bylines`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from embeddings.parsing.bylines import is_byline, split_credit, split_signature
from embeddings.parsing.datelines import reporters_in
from embeddings.parsing.decks import deck_lines, has_deck, is_bare_kicker, is_dashed, is_kicker
from embeddings.parsing.dumps import is_source_line, names_in_source_line
from embeddings.parsing.headlines import (
    headline_lines,
    join_headline,
    lines_of_head,
    section_name,
    stacked_lines,
    stories_are_apart,
    title_blocks,
)
from embeddings.parsing.jumps import Jump, join_continued
from embeddings.parsing.lines import (
    DOCUMENT_NUMBER,
    Line,
    heads_advertisements,
    is_advertisement,
    is_notice,
    read_lines,
)
from embeddings.parsing.paragraphs import SHORTEST_COPY, Fragment, is_unfinished, join_fragments
from embeddings.text.dates import find_date
from embeddings.types import ArticleKind, ParsedArticle

# A picture leaves at least two empty lines above its caption.
_PICTURE_GAP = 2
# How much of the text above a line is compared with it.
_STORY_CHARS = 600
_SIGNATURE_CHARS = 40
# A cut copy of a paragraph is looked for among so many lines above it.
_NEAR = 4
_BRACKETED = re.compile(r"^[（(]\s*(.*?)\s*[）)]$")
_ONLY_A_DATELINE = re.compile(r"本[报刊台站馆网]讯")
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class _TextArticle:
    """An article while its lines are read."""

    title: str = ""
    section: str = ""
    kind: ArticleKind = ArticleKind.NEWS
    bylines: list[str] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    kicker: str = ""
    deck: str = ""
    goes_to: str = ""
    came_from: str = ""
    day: date | None = None

    def note(self, lines: Sequence[Line]) -> None:
        """Keep the pages that some of its lines name."""
        self.goes_to = next((line.goes_to for line in lines if line.goes_to), self.goes_to)
        self.came_from = self.came_from or next((line.came_from for line in lines if line.came_from), "")


def parse_pages(texts: Sequence[str]) -> list[ParsedArticle]:
    """The articles of the pages of one issue, in reading order; what jumps to another page is joined.

    Pages are numbered from one where there are several.
    """
    articles, jumps = [], []
    for number, text in enumerate(texts, start=1):
        for draft in _read_drafts(read_lines(text)):
            articles.append(_finish(draft, page=number if len(texts) > 1 else None))
            jumps.append(Jump(draft.goes_to, draft.came_from))
    return join_continued(articles, jumps)


def parse_page(text: str, *, page: int | None = None) -> list[ParsedArticle]:
    """The articles of a page, in reading order; an empty page has none.

    Text above the first headline becomes an article without a title, and so does a photo caption that stands alone
    and names its photographer (kind `photo`). Bodies have one paragraph a line, no blank lines, and the printed
    characters; bylines and signatures are taken out of them. `page` is passed on to every article.
    """
    drafts = _read_drafts(read_lines(text))
    jumps = [Jump(draft.goes_to, draft.came_from) for draft in drafts]
    return join_continued([_finish(draft, page=page) for draft in drafts], jumps)


def _read_drafts(lines: Sequence[Line]) -> list[_TextArticle]:
    drafts: list[_TextArticle] = []
    section, story, kicker, at = "", "", "", 0
    current: _TextArticle | None = None
    apart, blocks = stories_are_apart(lines), title_blocks(lines)
    while at < len(lines):
        line = lines[at]
        if line.came_from and not line.level and current is not None and current.fragments:
            # What comes from another page is no part of what stands above it.
            current = _TextArticle(section=section)
            drafts.append(current)
            story = ""
        if heads_advertisements(line):
            # Under a mark without `#` only what is an advertisement itself is left out: the news may go on below.
            at += 1
            while at < len(lines) and is_notice(lines[at]):
                at += 1
            continue
        if at in blocks.titles:
            current, at = _headed(lines, at, 1, section=section, kicker=kicker)
            drafts.append(current)
            kicker, story = "", ""
            for line in lines[at : at + lines_of_head(lines, at)]:
                _take_of_head(current, line)
                at += 1
            continue
        is_inside = blocks.has_inside(at)
        if not is_inside and is_kicker(lines, at):
            kicker, story = line.text, ""
            at += 1
            continue
        is_open = is_inside or (_is_open(current) and not (apart and line.gap) and at not in blocks.others)
        name = "" if is_open or has_deck(lines, at) else section_name(lines, at)
        if name:
            section, story, current = name, "", None
            at += 1
            continue
        if not is_open and is_bare_kicker(lines, at):
            kicker, story = line.text, ""
            at += 1
            continue
        stack = 0 if is_open or line.lead_mark else stacked_lines(lines, at)
        if stack:
            current = _stacked(lines[at : at + stack], section)
            drafts.append(current)
            kicker, story = "", ""
            at += stack
            continue
        # In a page that sets headlines apart, a short line within a story is one of a list.
        runs_on = is_inside or (apart and not line.gap and not line.level and bool(story))
        count = 0 if line.lead_mark or runs_on else _headline_lines(lines, at, current=current, story=story)
        if count:
            current, at = _headed(lines, at, count, section=section, kicker=kicker)
            drafts.append(current)
            kicker, story = "", ""
            continue
        count = _caption_lines(lines, at, unfinished=_is_unfinished(current))
        if count:
            caption = [Fragment(other.text) for other in lines[at : at + count]]
            # The article above stays open: a picture may stand in the middle of a sentence.
            drafts.append(_TextArticle(section=section, kind=ArticleKind.PHOTO, fragments=caption))
            story = (story + "".join(fragment.text for fragment in caption))[-_STORY_CHARS:]
            at += count
            continue
        if current is None:
            current = _TextArticle(section=section)
            drafts.append(current)
        story = (story + _take(current, line))[-_STORY_CHARS:]
        at += 1
    return drafts


def _headed(lines: Sequence[Line], at: int, count: int, *, section: str, kicker: str) -> tuple[_TextArticle, int]:
    """The article under a headline of some lines and its decks, and the place of the line below them."""
    # A deck is no second line of the headline.
    below = at + count - (count == 2 and is_dashed(lines[at + 1]))
    end = below + deck_lines(lines, at, below)
    article = _TextArticle(_join_title(lines[at:below]), section, kicker=kicker)
    article.deck = " ".join(line.text.lstrip("—─－- ") for line in lines[below:end])
    article.note(lines[at:end])
    return article, end


def _take(article: _TextArticle, line: Line) -> str:
    """Put a line where it belongs in an article; returns what it adds to the text."""
    article.note([line])
    if article.title and not article.fragments and is_source_line(line.text):
        article.day = article.day or find_date(line.text)
        names = names_in_source_line(line.text)
        article.bylines += [names] if names else []
        return ""
    if is_byline(line.text) and not _closes_bracket(article, line):
        article.bylines.append(_BRACKETED.sub(r"\1", line.text))
        return ""
    if line.text:
        below_number = bool(article.fragments) and DOCUMENT_NUMBER.fullmatch(article.fragments[-1].text) is not None
        article.fragments.append(Fragment(line.text, opens=line.indented or below_number, is_row=line.is_row))
    return line.text


def _take_of_head(article: _TextArticle, line: Line) -> None:
    """Put a line between a title and its text where it belongs: a byline, with or without a day, or the text."""
    if _ONLY_A_DATELINE.fullmatch(line.text):
        article.note([line])
    elif is_byline(line.text) or is_source_line(line.text) or any(one.isdigit() for one in line.text):
        _take(article, line)
    else:
        article.note([line])
        article.bylines.append(line.text)


def _stacked(lines: Sequence[Line], section: str) -> _TextArticle:
    """An article of two or three lines over its text: of three the first is the kicker; of two the second, the deck."""
    texts = [_SPACES.sub(" ", line.text) for line in lines]
    if len(texts) == 3:
        return _TextArticle(texts[1], section, kicker=texts[0], deck=texts[2].lstrip("—─－- "))
    return _TextArticle(texts[0], section, deck=texts[1].lstrip("—─－- "))


def _is_open(draft: _TextArticle | None) -> bool:
    """Whether a headline still waits for its text, or a sentence for its end."""
    return draft is not None and (not draft.fragments or _is_unfinished(draft))


def _is_unfinished(draft: _TextArticle | None) -> bool:
    if draft is None or not draft.fragments:
        return False
    last = draft.fragments[-1].text
    # The beginning of a paragraph that stands above it whole stops where it is cut, and nothing goes on with it.
    is_copy = any(other.text.startswith(last) for other in draft.fragments[-_NEAR:-1])
    return not (is_copy and len(last) >= SHORTEST_COPY) and is_unfinished(last)


def _closes_bracket(draft: _TextArticle, line: Line) -> bool:
    """Whether a line is the end of a signature whose bracket opens in the line above."""
    tail = draft.fragments[-1].text[-_SIGNATURE_CHARS:] if draft.fragments else ""
    return line.text.endswith(("）", ")")) and max(tail.rfind("（"), tail.rfind("(")) > max(
        tail.rfind("）"), tail.rfind(")")
    )


def _headline_lines(lines: Sequence[Line], at: int, *, current: _TextArticle | None, story: str) -> int:
    line = lines[at]
    if is_byline(line.text):
        return 0
    waits = current is not None and not current.fragments
    # Under a headline without text yet, only a mark or a byline below can make another headline.
    if waits and not line.level and not (at + 1 < len(lines) and is_byline(lines[at + 1].text)):
        return 0
    return headline_lines(lines, at, story=story, unfinished=_is_unfinished(current))


def _join_title(lines: Sequence[Line]) -> str:
    title = lines[0].text
    for line in lines[1:]:
        title = join_headline(title, line.text)
    return _SPACES.sub(" ", title)


def _caption_lines(lines: Sequence[Line], at: int, *, unfinished: bool) -> int:
    """How many lines the photo caption that begins at `at` has; 0 when none begins there.

    A caption stands under the gap that its picture left, or at the end of an article; it ends with a credit.
    """
    below_picture = lines[at].gap >= _PICTURE_GAP
    # 本报记者 某某 摄影报道 under a headline is the writer's.
    if lines[at].level or (unfinished and not below_picture) or is_byline(lines[at].text):
        return 0
    text, count = lines[at].text, 1
    while not split_credit(text)[1]:
        # A column break may cut a caption once or twice; more is a story.
        if count == 3 or at + count == len(lines) or not is_unfinished(text):
            return 0
        if lines[at + count].level or lines[at + count].gap >= _PICTURE_GAP:
            return 0
        text = lines[at + count].text
        count += 1
    below = at + count
    if below_picture or below == len(lines) or lines[below].level or section_name(lines, below):
        return count
    return count if headline_lines(lines, below, story=text, unfinished=False) else 0


def _finish(draft: _TextArticle, *, page: int | None) -> ParsedArticle:
    paragraphs = list(_clean_paragraphs(draft))
    bylines = list(dict.fromkeys(draft.bylines))
    if draft.title and is_advertisement(draft.title):
        paragraphs = []
    if paragraphs:
        split = split_credit if draft.kind is ArticleKind.PHOTO else split_signature
        paragraphs[-1], name = split(paragraphs[-1])
        if name and name not in bylines:
            bylines.append(name)
    body = "\n".join(paragraph for paragraph in paragraphs if paragraph)
    return ParsedArticle(
        title=draft.title,
        body=body,
        section=draft.section,
        byline=" ".join(bylines) or reporters_in(body),
        kind=draft.kind,
        page=page,
        date=draft.day,
        kicker=draft.kicker,
        deck=draft.deck,
    )


def _clean_paragraphs(draft: _TextArticle) -> Iterator[str]:
    fragments = draft.fragments
    # Some pages set the headline once more above the text.
    if len(fragments) > 1 and _SPACES.sub("", fragments[0].text) == _SPACES.sub("", draft.title):
        fragments = fragments[1:]
    for paragraph in join_fragments(fragments):
        yield paragraph.strip()
