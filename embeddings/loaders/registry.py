"""Issue files → issue name, date and articles. One loader a format, chosen by what the file holds.

A file is unpacked into documents (`unpack`: an archive or a mail has many), and each document is read by the first
loader that knows its bytes (`read_document`).
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

from embeddings.config import Limits
from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.base import Loader, installed_loaders
from embeddings.loaders.docx import DocxLoader
from embeddings.loaders.html import HtmlLoader
from embeddings.loaders.libreoffice import LibreOfficeLoader
from embeddings.loaders.mail import MailLoader
from embeddings.loaders.markdown import MarkdownLoader
from embeddings.loaders.packages.epub import EpubLoader
from embeddings.loaders.packages.ofd import OfdLoader
from embeddings.loaders.packages.opendocument import OpenDocumentLoader
from embeddings.loaders.packages.slides import PptxLoader
from embeddings.loaders.rows.delimited import CsvLoader
from embeddings.loaders.rows.feeds import FeedLoader
from embeddings.loaders.rows.json_rows import JsonLoader
from embeddings.loaders.rows.workbooks import XlsLoader, XlsxLoader
from embeddings.loaders.scans import PdfLoader, PictureLoader
from embeddings.loaders.text import TextLoader
from embeddings.loaders.unsupported import UnsupportedLoader
from embeddings.loaders.word_xml import WordXmlLoader
from embeddings.parsing.datelines import reporters_in
from embeddings.parsing.masthead import issue_name, paper_and_day
from embeddings.sources.document import Document
from embeddings.sources.files import IGNORED_NAMES, SUFFIXES, read_bytes
from embeddings.sources.unpack import Unpacked, unpack
from embeddings.text.dates import find_date
from embeddings.text.normalize import well_formed, without_direction_marks, without_letterspacing
from embeddings.types import ParsedArticle, ParsedIssue

__all__ = [
    "IGNORED_NAMES",
    "LOADERS",
    "SUFFIXES",
    "Document",
    "Loader",
    "ParsedIssue",
    "Unpacked",
    "read_bytes",
    "read_document",
    "read_issue_file",
    "read_issues",
    "unpack",
]

logger = logging.getLogger(__name__)

# Formats with a signature first, then what no loader reads, then the kinds of text; plain text takes what is left.
LOADERS: tuple[Loader, ...] = (
    DocxLoader(),
    XlsxLoader(),
    PptxLoader(),
    EpubLoader(),
    OpenDocumentLoader(),
    OfdLoader(),
    XlsLoader(),
    PdfLoader(),
    PictureLoader(),
    WordXmlLoader(),
    LibreOfficeLoader(),
    UnsupportedLoader(),
    MailLoader(),
    FeedLoader(),
    HtmlLoader(),
    JsonLoader(),
    CsvLoader(),
    MarkdownLoader(),
    TextLoader(),
)

_MOST_PAGES = 10_000  # a number beyond is none of a page, and perhaps none that a database can hold
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]")


def read_document(document: Document, limits: Limits | None = None) -> ParsedIssue:
    """The issue in a document, named and dated by itself, else by its file's name.

    Raises SourceError when it holds no text or no article, or asks for more than the limits allow.
    """
    limits = limits or Limits.from_environment()
    if not document.content.strip():
        raise SourceError(SourceCode.EMPTY, name=document.name)
    try:
        loader = next(loader for loader in (*installed_loaders(), *LOADERS) if loader.reads(document))
        issue = loader.read(document, limits)
        articles = tuple(article for article in map(_clean, issue.articles) if article.body)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # hostile and broken files find every gap in the libraries that read them
        logger.exception("%s could not be read", document.name)
        raise SourceError(
            SourceCode.LOADER_FAILED, name=document.name, kind=type(error).__name__, detail=str(error)
        ) from error
    if not articles and issue.left_out:
        raise issue.left_out[0]
    if not articles:
        raise SourceError(SourceCode.NO_ARTICLE, name=document.name)
    day = issue.date or find_date(document.stem)
    name = _on_one_line(without_direction_marks(issue.name or _name_of_file(document.stem)))
    # People ask for an issue by its number, so its name has to carry it.
    numbers = [number for number in issue.number.split() if number not in "".join(name.split())]
    return ParsedIssue(well_formed(" ".join([name, *numbers])), day, articles, left_out=issue.left_out)


def read_issues(path: Path, limits: Limits | None = None) -> tuple[list[ParsedIssue], list[SourceError]]:
    """The issues in a file, one a document, and why some is left out. Raises SourceError where nothing is read."""
    limits = limits or Limits.from_environment()
    unpacked = unpack(path.name, read_bytes(path, limits), limits)
    issues: list[ParsedIssue] = []
    left_out = [error for _, error in unpacked.skipped]
    for document in unpacked.documents:
        try:
            issue = read_document(document, limits)
        except SourceError as error:
            left_out.append(error)
            continue
        issues.append(issue)
        left_out += issue.left_out
    if not issues and left_out:
        raise left_out[0]
    return issues, left_out


def read_issue_file(path: Path, limits: Limits | None = None) -> tuple[ParsedArticle, ...]:
    """The articles in a file, of all its documents. Raises SourceError for the first that cannot be read."""
    limits = limits or Limits.from_environment()
    unpacked = unpack(path.name, read_bytes(path, limits), limits)
    if not unpacked.documents and unpacked.skipped:
        raise unpacked.skipped[0][1]
    return tuple(article for document in unpacked.documents for article in read_document(document, limits).articles)


def _name_of_file(stem: str) -> str:
    """What a file without a name of its own is called: its paper and its day where its name is these two."""
    paper, day = paper_and_day(stem)
    return issue_name(paper, day) if day else stem


def _clean(article: ParsedArticle) -> ParsedArticle:
    """One paragraph a line, no blank lines, no control characters; boxes stay with their paragraphs.

    Whoever the dateline names wrote an article that has no byline.

    Half a character, as JSON can bring it, becomes U+FFFD, for no file and no database can hold it.
    """
    lines = [_CONTROL.sub("", line).strip() for line in well_formed(article.body).split("\n")]
    kept = [at for at, line in enumerate(lines) if line]
    boxes = article.boxes if len(article.boxes) == len(lines) else ()
    return replace(
        article,
        title=without_letterspacing(_on_one_line(article.title)),
        kicker=_on_one_line(article.kicker),
        deck=_on_one_line(article.deck),
        section=_on_one_line(article.section),
        byline=_on_one_line(article.byline) or reporters_in(article.body.lstrip()),
        source_id=_on_one_line(article.source_id),
        page=article.page if article.page is not None and 0 < article.page <= _MOST_PAGES else None,
        body="\n".join(lines[at] for at in kept),
        boxes=tuple(boxes[at] for at in kept) if boxes else (),
    )


def _on_one_line(text: str) -> str:
    return " ".join(_CONTROL.sub("", well_formed(text)).split())
