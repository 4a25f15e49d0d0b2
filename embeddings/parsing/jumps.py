"""Articles that jump to another page: 下转第二版 and 上接第一版 are joined where both parts are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.parsing.paragraphs import is_unfinished, overlap
from embeddings.text.ngrams import share_of_pairs
from embeddings.text.numerals import HAN_NUMBER, read_numeral
from embeddings.types import ParsedArticle

_NUMBER = rf"[A-Z]?\d{{1,2}}|{HAN_NUMBER}"
_OPEN, _CLOSE = r"[（(【\[▲▼△▽→←\s]*", r"[^（()）】。，,\n]{0,12}[)）】\]\s▲▼△▽→←]*"
_TO = re.compile(rf"{_OPEN}(?:下转|转接|转)\s*第?\s*(?P<to>{_NUMBER})\s*版{_CLOSE}$")
_FROM = re.compile(rf"^{_OPEN}(?:上接|紧接|接)\s*第?\s*(?P<came>{_NUMBER})\s*版{_CLOSE}")
_LIKE = 0.3  # of a headline's character pairs that its shortened form shares


@dataclass(frozen=True, slots=True)
class Jump:
    """The pages that a text goes on to and comes from, as printed; "" for none."""

    goes_to: str = ""
    came_from: str = ""

    def __bool__(self) -> bool:
        return bool(self.goes_to or self.came_from)


def split_jump(body: str) -> tuple[str, Jump]:
    """A text without the jump marks at its beginning and end, and what they say."""
    came = _FROM.match(body)
    if came:
        body = body[came.end() :]
    goes = _TO.search(body, max(0, len(body) - 40))
    if goes:
        body = body[: goes.start()]
    return body.strip(), Jump(goes["to"] if goes else "", came["came"] if came else "")


def join_continued(articles: Sequence[ParsedArticle], jumps: Sequence[Jump] | None = None) -> list[ParsedArticle]:
    """The articles with their jump marks gone, and the parts of each joined in the place of the first.

    `jumps` says what the marks of each article said where they are gone already.
    """
    if jumps is None:
        parts = [_ArticlePart.of(article) for article in articles]
    else:
        parts = [_ArticlePart(article, jump) for article, jump in zip(articles, jumps, strict=True)]
    taken: set[int] = set()
    for at, part in enumerate(parts):
        # A part may go on to a third.
        while at not in taken and part.jump.goes_to:
            follower = _follower(at, part, parts, taken)
            if follower is None:
                break
            taken.add(follower)
            part = part.joined(parts[follower])
            parts[at] = part
    return [part.article for at, part in enumerate(parts) if at not in taken and part.article.body]


@dataclass(frozen=True, slots=True)
class _ArticlePart:
    """An article without its marks, and what they said."""

    article: ParsedArticle
    jump: Jump

    @classmethod
    def of(cls, article: ParsedArticle) -> _ArticlePart:
        body, jump = split_jump(article.body)
        title, of_title = split_jump(article.title)
        jump = Jump(jump.goes_to or of_title.goes_to, jump.came_from or of_title.came_from)
        if not jump:
            return cls(article, jump)
        boxes = article.boxes
        # A mark may have been a paragraph of its own, first or last.
        if boxes and body.count("\n") + 1 != len(boxes):
            lost = len(boxes) - body.count("\n") - 1
            first = 1 if jump.came_from and not article.body.startswith(body[:1]) else 0
            boxes = boxes[first : len(boxes) - (lost - first)] if lost - first >= 0 else ()
            boxes = boxes if len(boxes) == body.count("\n") + 1 else ()
        return cls(replace(article, title=title, body=body, boxes=boxes), jump)

    def joined(self, other: _ArticlePart) -> _ArticlePart:
        """Both as one article. A sentence that the jump cut goes on; a repeated headline is kept once."""
        first, second = self.article, other.article
        body, boxes = first.body, first.boxes
        glued = is_unfinished(body)
        # What the page repeats at the jump is not printed twice.
        rest = second.body[overlap(body, second.body) :] if glued else second.body
        if rest and boxes and second.boxes:
            boxes = (*boxes[:-1], boxes[-1] + second.boxes[0], *second.boxes[1:]) if glued else (*boxes, *second.boxes)
        elif rest:
            boxes = ()
        body += rest if glued or not rest else f"\n{rest}"
        boxes = boxes if len(boxes) == body.count("\n") + 1 else ()
        names = [name for name in (first.byline, second.byline) if name]
        article = replace(first, body=body, boxes=boxes, byline=" ".join(dict.fromkeys(names)))
        return _ArticlePart(article, Jump(other.jump.goes_to, self.jump.came_from))


def _follower(at: int, part: _ArticlePart, parts: Sequence[_ArticlePart], taken: set[int]) -> int | None:
    """The part that goes on where another stops. Raises nothing; None where it is not there or cannot be told."""
    candidates = [
        place for place, other in enumerate(parts) if place != at and place not in taken and other.jump.came_from
    ]
    fitting = [place for place in candidates if _may_follow(part, parts[place])]
    if not fitting:
        return None
    best = max(fitting, key=lambda place: (_likeness(part.article, parts[place].article), -place))
    if len(fitting) > 1 or parts[best].article.title:
        alike = _likeness(part.article, parts[best].article)
        has_title = bool(parts[best].article.title)
        return best if alike >= _LIKE or (not has_title and len(fitting) == 1) else None
    return best


def _may_follow(part: _ArticlePart, other: _ArticlePart) -> bool:
    """Whether the pages that both name, and those they stand on, agree."""
    came, goes = _page(other.jump.came_from), _page(part.jump.goes_to)
    stands, follows = part.article.page, other.article.page
    if came is not None and stands is not None and came != stands and follows is not None:
        return False
    return not (goes is not None and follows is not None and stands is not None and goes != follows)


def _page(printed: str) -> int | None:
    """二 and 02 and A2 as numbers."""
    return read_numeral(printed.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _likeness(one: ParsedArticle, other: ParsedArticle) -> float:
    """How much of the shorter headline the other shares; without one, of the words that lead on."""
    if other.title:
        text, whole = sorted((one.title, other.title), key=len)
    else:
        text, whole = other.body[:200], f"{one.title}{one.body}"
    return share_of_pairs(text, whole)
