"""What is read of web pages, compared with trafilatura, readability-lxml and GNE.

usage: python benchmarks/extraction.py [FOLDER] [--faults]

FOLDER holds pages and `expected.json` (default: the pages written for this project, tests/data/pages), an object with a
member for each page, by file name:

    {"page.html": {"date": "2024-05-20", "articles": [{"title": "…", "names": ["…"], "body": "…\\n…"}]}}

`date` is the page's day, "" for none; `names` are those of its writers, or of the account that publishes it; the
paragraphs of `body` are parted by line breaks. A page that is a list or has several articles has them in order.

A title is right when it is the same without white space and marks. A byline is right when it has all the names and no
more than 12 characters beside them. The measure of a body is F of character 4-grams, as sets with counts. The others
give one article of a page, so they are compared on the pages of one; `pages` is the share of pages whose articles are
as many as expected, over all. Those libraries are not needed otherwise:
pip install trafilatura readability-lxml gne==0.4.3
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings import Limits, ParsedArticle, SourceError
from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.text.dates import find_date

PAGES = Path(__file__).parents[1] / "tests" / "data" / "pages"
EXPECTED = "expected.json"
_N = 4
_MOST_BESIDE_NAMES = 12
_GOOD = 0.9
_MEASURES = ("title", "date", "byline", "body")


@dataclass(frozen=True, slots=True)
class PageArticle:
    """One article of a page, expected or read; `names` are separate where they are expected."""

    title: str
    date: str
    names: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Marks:
    """How much of one article is right, each from 0 to 1."""

    title: float
    date: float
    byline: float
    body: float


def ngram_f(read: str, expected: str, n: int = _N) -> float:
    """F1 of character n-grams counted without white space and the marks between cells; 1 for two empty texts."""
    mine, theirs = _ngrams(read, n), _ngrams(expected, n)
    if not mine and not theirs:
        return 1.0
    shared = sum((mine & theirs).values())
    return 2.0 * shared / (sum(mine.values()) + sum(theirs.values()))


def score(read: PageArticle | None, expected: PageArticle) -> Marks:
    """The marks of one article; all 0 where nothing was read."""
    if read is None:
        return Marks(0.0, 0.0, 0.0, 0.0)
    byline = _squeezed("".join(read.names))
    names = [_squeezed(name) for name in expected.names]
    rest = byline
    for name in names:
        rest = rest.replace(name, "")
    is_right = all(name in byline for name in names) and len(rest) <= _MOST_BESIDE_NAMES
    return Marks(
        title=float(_squeezed(read.title) == _squeezed(expected.title)),
        date=float(read.date == expected.date),
        byline=float(is_right),
        body=ngram_f(read.body, expected.body),
    )


def read_expected(folder: Path) -> dict[str, tuple[PageArticle, ...]]:
    """The expected articles of each page of a folder. Raises OSError or ValueError where there are none."""
    pages = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    return {
        name: tuple(
            PageArticle(article["title"], page["date"], tuple(article["names"]), article["body"])
            for article in page["articles"]
        )
        for name, page in pages.items()
    }


def read_here(path: Path) -> list[PageArticle]:
    """What this project reads of a page; nothing where it refuses it."""
    try:
        issue = read_document(Document(path.name, path.read_bytes()), Limits.from_environment())
    except SourceError:
        return []
    return [_article(article, issue.date.isoformat() if issue.date else "") for article in issue.articles]


def _article(article: ParsedArticle, day: str) -> PageArticle:
    shown = article.date.isoformat() if article.date else day
    return PageArticle(article.title, shown, (article.byline,), article.body)


def read_by_trafilatura(path: Path) -> list[PageArticle]:
    """The one article that trafilatura finds."""
    found = _library("trafilatura").bare_extraction(path.read_bytes(), with_metadata=True, include_comments=False)
    if found is None:
        return []
    return [PageArticle(found.title or "", found.date or "", (found.author or "",), found.text or "")]


def read_by_readability(path: Path) -> list[PageArticle]:
    """The one article that readability finds; it looks for no date."""
    html = _library("lxml.html")
    page = _library("readability").Document(path.read_bytes())
    body = html.fromstring(page.summary()).text_content()
    return [PageArticle(page.short_title(), "", (page.author().replace("[no-author]", ""),), body)]


def read_by_gne(path: Path) -> list[PageArticle]:
    """The one article that GNE finds."""
    found = _library("gne").GeneralNewsExtractor().extract(Document(path.name, path.read_bytes()).text)
    day = find_date(found["publish_time"])
    return [PageArticle(found["title"], day.isoformat() if day else "", (found["author"],), found["content"])]


READERS: dict[str, Callable[[Path], list[PageArticle]]] = {
    "bulletin": read_here,
    "trafilatura": read_by_trafilatura,
    "readability": read_by_readability,
    "gne": read_by_gne,
}


def main() -> None:
    """Print a row for each library."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=PAGES, metavar="FOLDER")
    parser.add_argument("--faults", action="store_true", help="name what this project reads wrong")
    arguments = parser.parse_args()
    expected = read_expected(arguments.folder)
    single = sum(len(articles) == 1 for articles in expected.values())
    print(f"{len(expected)} pages, {single} of one article")
    print(f"{'':12} {'title':>6} {'date':>6} {'byline':>6} {'body F':>6} {'≥ .9':>6} {'pages':>6}")
    for name, read in READERS.items():
        try:
            found = {page: _read(read, arguments.folder / page) for page in expected}
        except ModuleNotFoundError as error:
            print(f"{name:12} not installed ({error.name}): pip install trafilatura readability-lxml gne==0.4.3")
            continue
        print(f"{name:12} {_row(found, expected)}")
        if arguments.faults and name == "bulletin":
            _print_faults(found, expected)


def _row(found: dict[str, list[PageArticle]], expected: dict[str, tuple[PageArticle, ...]]) -> str:
    marks = [
        score(found[page][0] if found[page] else None, articles[0])
        for page, articles in expected.items()
        if len(articles) == 1
    ]
    means = [sum(getattr(mark, measure) for mark in marks) / len(marks) for measure in _MEASURES]
    good = sum(mark.body >= _GOOD for mark in marks) / len(marks)
    right = sum(len(found[page]) == len(articles) for page, articles in expected.items()) / len(expected)
    return " ".join(f"{figure:6.3f}" for figure in [*means, good, right])


def _print_faults(found: dict[str, list[PageArticle]], expected: dict[str, tuple[PageArticle, ...]]) -> None:
    for page, articles in expected.items():
        if len(found[page]) != len(articles):
            print(f"  {page}: {len(found[page])} articles, not {len(articles)}")
        for read, wanted in zip(found[page], articles, strict=False):
            marks = score(read, wanted)
            for measure in ("title", "date"):
                if not getattr(marks, measure):
                    print(f"  {page}: {measure} {getattr(read, measure)!r}, not {getattr(wanted, measure)!r}")
            if not marks.byline:
                print(f"  {page}: byline {' '.join(read.names)!r}, not {' '.join(wanted.names)!r}")
            if marks.body < _GOOD:
                print(f"  {page}: body F {marks.body:.2f}")


def _read(read: Callable[[Path], list[PageArticle]], path: Path) -> list[PageArticle]:
    try:
        return read(path)
    except ModuleNotFoundError:
        raise
    except Exception as error:  # a library that fails on a page has read nothing of it
        print(f"  {path.name}: {type(error).__name__}: {error}")
        return []


def _library(name: str) -> Any:
    return importlib.import_module(name)


def _ngrams(text: str, n: int) -> Counter[str]:
    packed = "".join(text.replace("|", " ").split())
    return Counter(packed[at : at + n] for at in range(max(0, len(packed) - n + 1)))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


if __name__ == "__main__":
    main()
