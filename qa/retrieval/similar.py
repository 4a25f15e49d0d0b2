"""Article → the articles that report the same matter: found by both indexes, and kept where both bear it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from embeddings import ArchiveReader, Article, Chunk, Filters, Snapshot, fold_to_words, folded_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALLEST_SPREAD = 0.01  # of cosines, for an archive of a few chunks
_QUARTILES = 1.349  # of a normal distribution, from the first to the third, in standard deviations
_KEPT = 512  # articles whose similar ones are kept for a generation
_HAS_A_NUMBER = re.compile(r"[\d〇零一二三四五六七八九十百千万亿两]")
_LONGEST_NAME = 12  # characters of what is named in a title of some form
_LEAST_END = 2  # characters that two titles of one form end with alike
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SimilarSettings:
    """Which articles are similar; docs/design.md tells what the figures give.

    An article is as near as its nearest chunk: by how many standard deviations the cosine lies above the median of
    those to the archive at large. What two articles share are the words of the beginning of each that stand in the
    other, weighted by their idf, as the mean of both shares.
    """

    candidates: int = 40  # chunks taken from each of the two searches
    own_chunks: int = 4  # that an article is looked for by
    own_searched: int = 60  # chunks of its issue, to find these among
    begins: int = 200  # characters of a body
    looked_into: int = 1_500  # characters of a body
    nearness: float = 5.0  # at least
    weight_of_words: float = 8.0
    least: float = 7.6  # of nearness and the weighted share of words together
    of_title: float = 0.25  # of the words of one title that stand in the other article, weighted by their idf
    same_text: float = 0.85  # share of the shorter text's character pairs that the longer one has too
    shown: int = 8


class ReportTime(str, Enum):
    """When an article was printed, beside another: of the same day, or of a day that is not known, is neither.

    StrEnum needs Python 3.11.
    """

    EARLIER = "earlier"
    LATER = "later"
    SAME = "same"

    __str__ = str.__str__

    @classmethod
    def of(cls, day: date | None, *, beside: date | None) -> ReportTime:
        """That of an article of a day beside one of another."""
        if day is None or beside is None or day == beside:
            return cls.SAME
        return cls.EARLIER if day < beside else cls.LATER


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article that reports what another does; `body[start:end]` of it comes nearest.

    `score` is for comparing those of one article. `copies` are others in nearly the same words. The articles are
    without their bodies, so that many can be kept.
    """

    article: Article
    start: int
    end: int
    score: float
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarFound:
    """What is similar to an article, the most similar first, and the articles that have nearly its own words."""

    similar: tuple[SimilarArticle, ...] = ()
    copies: tuple[Article, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.similar or self.copies)


class SimilarArticles:
    """Finds similar articles of an archive, and keeps those that were asked for last. Use from any thread."""

    def __init__(self, archive: ArchiveReader, *, settings: SimilarSettings = SimilarSettings()) -> None:
        self._archive = archive
        self._settings = settings
        self._known: LRUCache[tuple[str, _Key], SimilarFound] = LRUCache(_KEPT)
        self._lock = Lock()

    def to(self, article: Article) -> SimilarFound:
        """What is similar to an article of the archive as it is now."""
        with self._archive.snapshot() as snapshot:
            key = (snapshot.generation, _key(article))
            with self._lock:
                if (known := self._known.get(key)) is not None:
                    return known
            with snapshot.computing():
                found = find_similar(article, snapshot, settings=self._settings)
        with self._lock:
            self._known[key] = found
        return found


def find_similar(
    article: Article, snapshot: Snapshot, *, settings: SimilarSettings = SimilarSettings()
) -> SimilarFound:
    """What is similar to an article of a snapshot; nothing where the snapshot has no chunk of it.

    All articles that either search returns are read at once.
    """
    begins = _beginning(article, settings.begins)
    own = _own_chunks(article, begins, snapshot, settings)
    if not own:
        return SimilarFound()
    vectors = snapshot.vectors(own)
    centre = vectors.mean(axis=0)
    centre /= max(float(np.linalg.norm(centre)), 1e-9)
    found = (
        *snapshot.search_vectors(centre, settings.candidates),
        *snapshot.search_words(begins, settings.candidates),
    )
    ids = sorted({scored.chunk_id for scored in found} - set(own))
    near = dict(zip(ids, _nearness(centre, ids, snapshot), strict=True))
    best: dict[_Key, tuple[Chunk, Article]] = {}
    for chunk, other in snapshot.read_chunks(ids):
        key = _key(other)
        if key != _key(article) and (key not in best or near[chunk.id] > near[best[key][0].id]):
            best[key] = (chunk, other)
    candidates = [one for one in best.values() if near[one[0].id] >= settings.nearness]
    candidates = [one for one in candidates if not names_another(article, one[1])]
    words = _words_shared(article, [other for _, other in candidates], snapshot, settings)
    scored = [
        (near[chunk.id] + settings.weight_of_words * share, chunk, other)
        for (chunk, other), share in zip(candidates, words, strict=True)
    ]
    ranked = sorted((one for one in scored if one[0] >= settings.least), key=lambda one: (-one[0], one[1].id))
    return _folded(article, ranked, settings)


def _own_chunks(article: Article, begins: str, snapshot: Snapshot, settings: SimilarSettings) -> list[str]:
    """The ids of the first chunks of an article."""
    inside = snapshot.search_words(begins, settings.own_searched, filters=Filters(issue=article.issue_id))
    chunks = [
        chunk
        for chunk, other in snapshot.read_chunks([scored.chunk_id for scored in inside])
        if _key(other) == _key(article)
    ]
    return [chunk.id for chunk in sorted(chunks, key=lambda one: one.start)[: settings.own_chunks]]


def _nearness(vector: NDArray[np.float32], ids: Sequence[str], snapshot: Snapshot) -> list[float]:
    """By how many standard deviations the cosines to some chunks lie above the median of those to the archive at large.

    Quartiles give both: where an archive is small, the few that are near would move a mean.
    """
    low, median, high = np.quantile(snapshot.sample_vectors() @ vector, (0.25, 0.5, 0.75))
    above = (snapshot.vectors(ids) @ vector).astype(np.float64) - median
    nearness: list[float] = (above / max((high - low) / _QUARTILES, _SMALLEST_SPREAD)).tolist()
    return nearness


def _words_shared(
    article: Article, others: Sequence[Article], snapshot: Snapshot, settings: SimilarSettings
) -> list[float]:
    """What an article shares with each of some others, 0 to 1; nothing where neither speaks of the other's title."""
    mine, texts = (
        _beginning(article, settings.looked_into),
        [_beginning(one, settings.looked_into) for one in others],
    )

    def shares(of: str, within: Sequence[str]) -> list[float]:
        found: list[float] = snapshot.term_statistics(of).found_in(within).pairs().tolist()
        return found

    theirs = shares(_beginning(article, settings.begins), texts)
    titles = shares(article.title, texts) if article.title else [1.0] * len(others)
    shared = []
    for other, share, title in zip(others, theirs, titles, strict=True):
        own = shares(_beginning(other, settings.begins), [mine])[0]
        title = title if title >= settings.of_title or not other.title else shares(other.title, [mine])[0]
        shared.append((share + own) / 2 if title >= settings.of_title else 0.0)
    return shared


def names_another(article: Article, other: Article) -> bool:
    """Whether two titles have one form and name different things in it (县长到甲村走访, 县长到乙村走访).

    What they differ by stands before what they share again, is short, shares no two characters, has no number, since
    another number is the next report, and is named in none of the other's text. 动工 and 完工 at the end name nothing.
    """
    one, two = fold_to_words(article.title), fold_to_words(other.title)
    shorter = min(len(one), len(two))
    first = next((at for at in range(shorter) if one[at] != two[at]), shorter)
    last = next((at for at in range(shorter - first) if one[-1 - at] != two[-1 - at]), shorter - first)
    named = one[first : len(one) - last], two[first : len(two) - last]
    if last < _LEAST_END or 2 * (first + last) < shorter or not all(1 < len(name) <= _LONGEST_NAME for name in named):
        return False
    if any(map(_HAS_A_NUMBER.search, named)) or folded_pairs(named[0]) & folded_pairs(named[1]):
        return False
    return named[0] not in fold_to_words(other.body) and named[1] not in fold_to_words(article.body)


def _folded(
    article: Article, ranked: Sequence[tuple[float, Chunk, Article]], settings: SimilarSettings
) -> SimilarFound:
    """Those in nearly the same words under one of them, the most similar."""
    own_pairs = folded_pairs(article.body)
    own_copies: list[Article] = []
    kept: list[tuple[SimilarArticle, set[str]]] = []
    for score, chunk, other in ranked:
        pairs = folded_pairs(other.body)
        if _has_same_text(pairs, own_pairs, settings):
            own_copies.append(_without_body(other))
            continue
        place = next((at for at, (_, known) in enumerate(kept) if _has_same_text(pairs, known, settings)), None)
        if place is not None:
            one, known = kept[place]
            kept[place] = replace(one, copies=(*one.copies, _without_body(other))), known
        elif len(kept) < settings.shown:
            kept.append((SimilarArticle(_without_body(other), chunk.start, chunk.end, score), pairs))
    return SimilarFound(tuple(one for one, _ in kept), tuple(own_copies))


def _has_same_text(pairs: set[str], others: set[str], settings: SimilarSettings) -> bool:
    shorter, longer = sorted((len(pairs), len(others)))
    # A short report inside a long one is no copy of it.
    return shorter * 2 >= longer and len(pairs & others) >= settings.same_text * shorter > 0


def _beginning(article: Article, chars: int) -> str:
    return f"{article.heading}\n{article.body[:chars]}"


def _without_body(article: Article) -> Article:
    return replace(article, body="", boxes=())


def _key(article: Article) -> _Key:
    return article.issue_id, article.id
