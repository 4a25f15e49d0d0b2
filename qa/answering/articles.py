"""Articles in an answer: which sentence says most of a topic, a few that sum an article up, and how each is cited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from embeddings import Article, after_dateline, character_pairs, fold, fold_to_words, split_sentences
from qa.query.names import people_in
from qa.retrieval.stretches import Stretch, told
from qa.types import Answer, AnswerKind, Citation, Passage

Span = tuple[int, int]  # [start, end) in an article's body

_PASSAGE_CHARS = 300
_SUMMARY_CHARS = 260
_SUMMARY_SENTENCES = 4
_FEW_PAIRS = 12
_USUAL_CHARS = (14, 90)  # of a sentence that says something and can be read at a glance
_COUNTED = re.compile(
    r"(?<![\d第])\d[\d,.]*(?:多|余)?[万亿]*(?:%|个百分点|平方米|平方公里|公里|小时|人次|(?![年月日时分号点第和的至到])[\u4e00-\u9fff])"
)
_DAY = re.compile(r"\d{1,2}月(?:\d{1,2}[日号]|[初底末上中下])")
_POSTED = re.compile(r"[记长任员士人席理师手民友者]$")
_TIME_UNITS = "年月日时分号"
_SAID = re.compile(r"^[“「]")


def sentences_of(article: Article) -> list[Span]:
    """The sentences of a body that have a character, in order, without the dateline and the space around them."""
    spans = []
    for start, end in split_sentences(article.body):
        if (told := after_dateline(article.body, start, end)) < end:
            start = told
        text = article.body[start:end]
        start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        if start < end:
            spans.append((start, end))
    return spans


def telling_sentence(article: Article, topic: str) -> Span | None:
    """The sentence that says most of a topic: it begins with it, has numbers or names, and stands early.

    Where no sentence has the topic, the article's first. None for an article without a body.
    """
    spans = sentences_of(article)
    if not spans:
        return None
    wanted = fold(topic)
    holding = [span for span in spans if wanted in fold(article.body[slice(*span)])]
    if not holding:
        return spans[0]
    return max(
        holding, key=lambda span: (tells(article.body[slice(*span)], wanted, spans.index(span), len(spans)), -span[0])
    )


def dated_sentence(article: Article, topic: str) -> Span | None:
    """The first of the sentences that name a day and share most with a topic; the most telling one where none does.

    What an article says whose title has the topic need not name it.
    """
    wanted = _pairs(topic)
    is_titled = bool(wanted & _pairs(article.title))
    dated = [
        (len(wanted & _pairs(article.body[slice(*span)])), -span[0], span)
        for span in sentences_of(article)
        if _DAY.search(article.body, *span)
    ]
    shared, _, span = max(dated, default=(0, 0, None))
    return span if span and (shared or is_titled) else telling_sentence(article, topic)


def tells(sentence: str, wanted: str, place: int, count: int) -> float:
    """How much a sentence says of a topic, in no unit; for comparing the sentences of one article."""
    text = fold(sentence)
    at = text.find(wanted)
    numbers = _COUNTED.findall(text)
    usual = _USUAL_CHARS[0] <= len(sentence) <= _USUAL_CHARS[1]
    return (
        1.0 * (at <= 6)
        + 0.4 * min(2, len(numbers))
        + 0.3 * min(2, len(set(people_in(sentence))))
        + 0.8 * usual
        - 0.6 * bool(_SAID.match(sentence))
        + 1.0 * (1.0 - place / count)
    )


def summary_sentences(article: Article) -> list[Span]:
    """The first sentence and those that have most of what the whole article speaks of, in order."""
    spans = sentences_of(article)
    if len(spans) <= 2:
        return spans
    pairs = [_pairs(article.body[slice(*span)]) for span in spans]
    heard = Counter(pair for own in pairs for pair in own)
    title = _pairs(article.title)
    said: set[str] = set(pairs[0])
    chosen, length = [0], spans[0][1] - spans[0][0]
    while len(chosen) < _SUMMARY_SENTENCES:
        left = [place for place in range(len(spans)) if place not in chosen]
        fitting = [place for place in left if length + spans[place][1] - spans[place][0] <= _SUMMARY_CHARS]
        if not fitting:
            break
        best = max(fitting, key=lambda place: (_adds(pairs[place] - said, len(pairs[place]), heard, title), -place))
        chosen.append(best)
        said |= pairs[best]
        length += spans[best][1] - spans[best][0]
    return [spans[place] for place in sorted(chosen)]


def _adds(new: set[str], size: int, heard: Counter[str], title: set[str]) -> float:
    """What a sentence adds, per character pair: pairs that the article repeats, and those of its title."""
    # What is said in a few words, mostly somebody's, stands for nothing by itself.
    return sum(heard[pair] - 1 + 2 * (pair in title) for pair in new) / (size + 8) if size > _FEW_PAIRS else 0.0


def _pairs(text: str) -> set[str]:
    words = fold_to_words(text)
    return character_pairs(words)


def cited(number: int, article: Article, span: Span) -> Citation:
    """A stretch of a body as a citation."""
    return Citation(number, article, article.body[slice(*span)], *span)


def said(citation: Citation) -> str:
    """A quote, with the names of the columns where it is a row of a table."""
    if citation.start is None or citation.end is None:
        return citation.quote
    return told(Stretch(citation.article, citation.start, citation.end))


def told_by(
    citations: Sequence[Citation], question: str, *, kind: AnswerKind, text: str, confidence: float = 1.0
) -> Answer:
    """An answer that is what some citations say, each with its passage."""
    return Answer(
        question=question,
        kind=kind,
        text=text,
        quote="\n".join(citation.quote for citation in citations),
        citations=tuple(citations),
        passages=tuple(passage_of(citation) for citation in citations),
        confidence=confidence,
    )


def passage_of(citation: Citation) -> Passage:
    """The stretch of an article that begins with a citation's sentence."""
    body, start = citation.article.body, citation.start or 0
    end = min(len(body), max(citation.end or 0, start + _PASSAGE_CHARS))
    return Passage(citation.article, body[start:end], start, end, 1.0)


def named_in(texts: Sequence[str], *, without: str = "", most: int = 5) -> list[str]:
    """The people that some texts name, the most often named first. A name of two characters needs a post before it."""
    counted: Counter[str] = Counter()
    for text in texts:
        for name in people_in(text):
            is_sure = len(name) > 2 or _POSTED.search(text[: text.find(name)])
            if is_sure and name not in without and not (without and without in name):
                counted[name] += 1
    return [name for name, _ in counted.most_common(most)]


def numbers_in(texts: Sequence[str], *, most: int = 5) -> list[str]:
    """The numbers with what they count that some texts have, in order; times are none."""
    found = [match[0] for text in texts for match in _COUNTED.finditer(text) if match[0][-1] not in _TIME_UNITS]
    return list(dict.fromkeys(found))[:most]
