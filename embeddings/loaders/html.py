"""Web pages → articles.

A page is one article, an issue (headings, each with a text), or a list (titles that lead elsewhere). A line that
repeats the title which the page declares proves an article; trafilatura says which lines are likely its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.layout.pages import page_done
from embeddings.loaders.web.article import (
    Extent,
    PrintedPlace,
    above_text,
    byline_of,
    date_beside,
    find_extent,
    find_place,
    only_date,
)
from embeddings.loaders.web.blocks import (
    Element,
    HtmlBlock,
    drop_furniture,
    is_of_page,
    parse_html,
    prose_of,
    read_blocks,
    without_wide_cells,
)
from embeddings.loaders.web.declared import Declared, read_declared
from embeddings.loaders.web.listing import list_items, listed_issue
from embeddings.loaders.web.titles import (
    find_emphasised,
    find_title,
    site_of,
    squeezed,
    title_in,
    without_site,
)
from embeddings.parsing.bylines import split_credit
from embeddings.parsing.masthead import issue_name, read_masthead
from embeddings.parsing.outline import is_credit, is_prose, make_article, read_outline
from embeddings.sources.document import Document
from embeddings.sources.files import MARKDOWN_SUFFIXES, PAGE_SUFFIXES
from embeddings.text.dates import find_date
from embeddings.types import ParsedArticle, ParsedIssue

_HEAD_BYTES = 4096
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(
    rb"</?(?:a|div|li|ul|ol|p|span|table|tr|td|link|meta|img|h[1-6]|br|section|article)\b[^<>]{0,2000}>", re.I
)
_FEWEST_OF_STORY = 30  # characters of running text under a title that is proven


class HtmlLoader:
    """A page saved from a site: an issue, a list of its titles, or one article."""

    def reads(self, document: Document) -> bool:
        """Whether it begins as a page does, is mostly tags, or is called a page and is no binary file."""
        # The bytes of UTF-16 are those of ASCII with zeros between them.
        head = document.content[:_HEAD_BYTES].replace(b"\x00", b"")
        if document.suffix in PAGE_SUFFIXES:
            return True
        if not head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
            return False
        if document.suffix in MARKDOWN_SUFFIXES:  # may begin with a few tags
            return False
        return _PAGE.search(head) is not None or sum(map(len, _TAG.findall(head))) > len(head) / 3

    def read(self, document: Document, limits: Limits) -> ParsedIssue:
        """The issue; pages of an e-paper without a text are in `left_out`.

        Raises SourceError when the page is too large or nested too deeply, or holds no text.
        """
        return _read_paper(document) if document.further_pages else _read_page(document)


def _read_paper(document: Document) -> ParsedIssue:
    """The pages of one day's e-paper as one issue, in their order. Raises the first error where none holds a text."""
    issues: list[ParsedIssue] = []
    left_out: list[SourceError] = []
    for content in (document.content, *document.further_pages):
        try:
            issues.append(_read_page(Document(document.name, content)))
        except SourceError as error:
            left_out.append(error)
        page_done()
    if not issues:
        raise left_out[0]
    named = next((issue for issue in issues if issue.name and issue.date), issues[0])
    articles = tuple(article for issue in issues for article in issue.articles)
    if not left_out:
        return replace(named, articles=articles)
    said = SourceError(SourceCode.PAPER_PAGES_LEFT_OUT, name=document.name, n=len(left_out), cause=left_out[0])
    return replace(named, articles=articles, left_out=(said,))


def _read_page(document: Document) -> ParsedIssue:
    """What a single page holds. Raises as `HtmlLoader.read`."""
    tree = parse_html(document)
    page = read_declared(tree, document.text)
    drop_furniture(tree, document)
    blocks = list(read_blocks(tree))
    news = [block for block in blocks if not is_of_page(block.text)]
    top = [block.text for block in news if block.level == 1]
    heading = top[0] if len(top) == 1 else ""
    title_at = find_title(blocks, page.titles, page.site)
    told = [block for block in news if block.level or not block.is_link]
    outline = read_outline([(block.level, block.text) for block in told])
    if title_at >= 0 and not _holds_articles(blocks, title_at):
        story = sum(prose_of(block) for block in blocks[title_at + 1 :] if not block.in_item)
        if story >= _FEWEST_OF_STORY:
            return _single(document, tree, page, outline, blocks, heading, title_at)
    several = [article for article in outline.articles if article.title and article.body]
    if len(several) > 1 and not page.is_article:
        day = outline.date or page.day or page.near_day
        name = outline.name or issue_name(page.site, day) or page.title
        return ParsedIssue(name, day, outline.articles, outline.number)
    items = list_items(tree)
    listed = sum(len(item.title) + len(item.summary) for item in items)
    prose = sum(len(block.text) for block in news if not block.in_item and is_prose(block.text))
    if len(items) > 2 and prose <= max(100, listed / 4):
        return listed_issue(items, page, heading, place=find_place(blocks), printed=only_date(news))
    return _single(document, tree, page, outline, blocks, heading, title_at)


def _holds_articles(blocks: Sequence[HtmlBlock], title_at: int) -> bool:
    """Whether a page's title stands over articles: lower headings, each signed, or with nothing above the first."""
    level = blocks[title_at].level
    below = [at for at in range(title_at + 1, len(blocks)) if blocks[at].level and not blocks[at].is_link]
    if not level or len(below) < 2 or any(blocks[at].level <= level for at in below[:2]):
        return False
    signed = sum(1 for at in below if at + 1 < len(blocks) and is_credit(blocks[at + 1].text))
    bare = all(not prose_of(block) and not is_credit(block.text) for block in blocks[title_at + 1 : below[0]])
    ends = [*below[1:], len(blocks)]
    told = sum(1 for at, end in zip(below, ends, strict=True) if any(map(prose_of, blocks[at:end])))
    return signed > 1 or (bare and told == len(below) and below[0] == title_at + 1 and len(below) > 2)


def _single(
    document: Document,
    tree: Element,
    page: Declared,
    outline: ParsedIssue,
    blocks: Sequence[HtmlBlock],
    heading: str,
    title_at: int,
) -> ParsedIssue:
    """The one article of a page."""
    if title_at < 0 and not page.is_article:
        title_at = find_emphasised(blocks, page.titles, page.site)
    title = title_in(blocks[title_at].text, page.titles) if title_at >= 0 else _title(page, outline, heading)
    if title_at < 0:
        title_at = next((at for at, block in enumerate(blocks) if block.level and block.text == title), -1)
    extent = find_extent(blocks, title_at, _by_trafilatura(tree), account=page.account)
    if extent is None and title_at >= 0:
        extent = find_extent(blocks, -1, (), account=page.account)
    if extent is None:
        lines = [block.text for block in blocks[title_at + 1 :] if not block.is_link and block.text != title]
        extent = Extent(lines=tuple(lines))
    if not extent.lines:
        raise SourceError(SourceCode.HTML_NO_ARTICLE, name=document.name)
    article = make_article(title, [line for line in extent.lines if squeezed(line) != squeezed(title)] or [title])
    place = find_place(blocks)
    printed = next((day for line in extent.credits if (day := find_date(line))), None)
    day = page.day or place.day or printed or article.date or date_beside(blocks, title_at)
    day = day or outline.date or page.near_day or only_date(above_text(blocks))
    site = place.paper or page.site or ("" if title in page.title else site_of(page.title)) or _paper(outline.name)
    return ParsedIssue(issue_name(site, day) or outline.name, day, (_with_credits(article, page, extent, place, day),))


def _paper(name: str) -> str:
    """A name that is a paper's and has no day yet."""
    return name if read_masthead([name])[0] == name and find_date(name) is None else ""


def _with_credits(
    article: ParsedArticle, page: Declared, extent: Extent, place: PrintedPlace, day: date | None
) -> ParsedArticle:
    """The article with what the page declares and prints around it."""
    captions = [split_credit(caption) for caption in extent.captions]
    named = [name for name in (byline_of(extent.credits), article.byline) if name] or [page.author]
    byline = " ".join(dict.fromkeys(filter(None, [*named, *(name for _, name in captions)])))
    if page.account and page.account not in byline:
        byline = " ".join(filter(None, [byline, page.account]))
    deck = article.deck or extent.deck or page.deck
    return replace(
        article,
        body="\n".join([article.body, *(text for text, _ in captions if text)]),
        byline=byline,
        date=day,
        kicker=article.kicker or extent.kicker or page.kicker,
        deck=deck.lstrip("—─―－- "),
        section=page.section or place.section,
        page=page.page or place.page,
    )


def _by_trafilatura(tree: Element) -> list[str]:
    """The lines that trafilatura takes for the text of a page."""
    import trafilatura

    try:
        page = without_wide_cells(tree)
        found = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, favor_recall=True)
    except (RecursionError, ValueError, TypeError, AttributeError):  # seen on pages nested hundreds of elements deep
        return []
    body = getattr(found, "body", None)
    return [] if body is None else [block.text for block in read_blocks(body)]


def _title(page: Declared, outline: ParsedIssue, heading: str) -> str:
    """A heading that the page's own title repeats, else the heading below the one that names the site, else any."""
    headings = [article.title for article in outline.articles if article.title and article.body]
    repeated = next((text for text in (heading, *headings) if text and text in page.title), "")
    below = headings[0] if headings and heading and heading == outline.name else ""
    declared = next((without_site(title, page.site) for title in page.titles), "")
    return repeated or below or (declared if page.is_article else "") or heading or declared or next(iter(headings), "")
