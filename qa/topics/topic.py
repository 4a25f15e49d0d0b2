"""All that the archive has on a name, a place, a body or a story, as a value: articles, sentences, names, numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from embeddings import Article, Filters, Snapshot, character_pairs, fold
from qa.answering.articles import Span, cited, numbers_in, sentences_of, telling_sentence, tells
from qa.answering.overview import speaking_of
from qa.topics.names import NameFinder, NameKind
from qa.types import Citation, Headline, headline_of

_READ = 60  # articles that are looked at for sentences and names, however many there are
_READ_CHARS = 6_000  # that names are looked for in; a model takes a quarter of a second for as many
_TELLING = 6
_OF_A_DAY = 2  # sentences of articles of one day
_NAMED = 24
_NUMBERS = 6
_ALIKE = 0.7  # of the character pairs of two sentences, where they say the same
_IN_TITLE = 1.5  # what an article that has the topic in its title tells beyond others; see `tells`
_BREAKS = "，,；;。！!？?：:"


@dataclass(frozen=True, slots=True)
class NamedBeside:
    """A name that stands in articles on a topic, and in how many of those that were looked at."""

    name: str
    kind: NameKind
    articles: int


@dataclass(frozen=True, slots=True)
class NumberBeside:
    """A number with what it counts, the clause that it stands in, and its article."""

    text: str
    clause: str
    headline: Headline


@dataclass(frozen=True, slots=True)
class Topic:
    """What there is on a topic.

    `kind` is None where the topic is no name that is known. `articles` are all that speak of it, newest first.
    `telling` are the sentences that say most, one of an article, newest first. `named` are the names beside it, those
    of most articles first.
    """

    name: str
    kind: NameKind | None
    articles: tuple[Headline, ...]
    telling: tuple[Citation, ...]
    named: tuple[NamedBeside, ...]
    numbers: tuple[NumberBeside, ...]

    @property
    def printed(self) -> Mapping[date | None, int]:
        """How many of the articles are of each day; None is no known day."""
        return Counter(one.day for one in self.articles)

    @property
    def issues(self) -> int:
        """How many issues speak of it."""
        return len({one.issue_id for one in self.articles})

    def names(self, kind: NameKind) -> list[NamedBeside]:
        """The names of a kind beside it."""
        return [one for one in self.named if one.kind is kind]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several topics side by side, the names that stand beside all of them, and the articles that speak of all."""

    topics: tuple[Topic, ...]
    shared_names: tuple[str, ...]
    shared_articles: tuple[Headline, ...]


def gather_topic(name: str, snapshot: Snapshot, *, filters: Filters, finder: NameFinder) -> Topic | None:
    """What there is on a topic within some filters; None where no article speaks of it."""
    articles = speaking_of(name, snapshot, filters=filters)
    if not articles:
        return None
    read = _spread(name, articles)
    texts = [(article, _holding(article, name)) for article in read]
    named, kind = _named(name, texts, finder)
    return Topic(
        name=name,
        kind=kind,
        articles=tuple(headline_of(article) for article in articles),
        telling=tuple(_telling(name, read)),
        named=tuple(named),
        numbers=tuple(_numbers(texts)),
    )


def compared(topics: Sequence[Topic]) -> Comparison:
    """Topics side by side, in the order given."""
    names = [{one.name for one in topic.named} for topic in topics]
    keys = [{_key(one) for one in topic.articles} for topic in topics]
    own = {topic.name for topic in topics}
    return Comparison(
        topics=tuple(topics),
        shared_names=tuple(
            one.name for one in topics[0].named if one.name not in own and all(one.name in others for others in names)
        ),
        shared_articles=tuple(one for one in topics[0].articles if all(_key(one) in others for others in keys)),
    )


def timeline_of(articles: Sequence[Article], name: str) -> list[Citation]:
    """The sentence of each article that says most of a topic, in their order; an article without a body has none."""
    found = [(article, telling_sentence(article, name)) for article in articles]
    return [cited(number, article, span) for number, (article, span) in enumerate(found, start=1) if span]


def _key(headline: Headline) -> tuple[str, str]:
    return headline.issue_id, headline.article_id


def _spread(name: str, articles: Sequence[Article]) -> list[Article]:
    """The articles to look at: those titled by the topic, the newest, and others evenly spread; newest first."""
    if len(articles) <= _READ:
        return list(articles)
    wanted, third = fold(name), _READ // 3
    titled = [place for place, article in enumerate(articles) if wanted in fold(article.title)][:third]
    step = len(articles) / third
    chosen = {*titled, *range(third), *(int(step * place) for place in range(third))}
    return [articles[place] for place in sorted(chosen)]


def _holding(article: Article, name: str) -> list[Span]:
    """The sentences of an article that have a topic; the first where none has."""
    wanted = fold(name)
    spans = sentences_of(article)
    return [span for span in spans if wanted in fold(article.body[slice(*span)])] or spans[:1]


def _telling(name: str, articles: Sequence[Article]) -> list[Citation]:
    """The sentences that say most of a topic, newest first; those that say the same but once."""
    wanted = fold(name)
    weighed: list[tuple[float, int, Article, Span]] = []
    for place, article in enumerate(articles):
        if span := telling_sentence(article, name):
            spans = sentences_of(article)
            weight = tells(article.body[slice(*span)], wanted, spans.index(span), len(spans))
            weighed.append((weight + _IN_TITLE * (wanted in fold(article.title)), -place, article, span))
    chosen: list[tuple[int, Article, Span]] = []
    said: list[set[str]] = []
    days: Counter[date | None] = Counter()
    for _, place, article, span in sorted(weighed, key=lambda one: one[:2], reverse=True):
        pairs = character_pairs(fold(article.body[slice(*span)]))
        is_crowded = article.date is not None and days[article.date] >= _OF_A_DAY
        if is_crowded or any(alike(pairs, other) for other in said):
            continue
        chosen.append((-place, article, span))
        said.append(pairs)
        days[article.date] += 1
        if len(chosen) == _TELLING:
            break
    return [cited(number, *one[1:]) for number, one in enumerate(sorted(chosen, key=lambda one: one[0]), start=1)]


def alike(pairs: Collection[str], others: Collection[str]) -> bool:
    """Whether two texts, by their character pairs, say the same in nearly the same words."""
    smaller = min(len(pairs), len(others))
    return bool(smaller) and len(set(pairs) & set(others)) >= _ALIKE * smaller


def _named(
    name: str, texts: Sequence[tuple[Article, Sequence[Span]]], finder: NameFinder
) -> tuple[list[NamedBeside], NameKind | None]:
    """The names beside a topic, those of most articles first, and what the topic itself is named as."""
    wanted = fold(name)
    own: Counter[NameKind] = Counter()
    kinds: dict[str, Counter[NameKind]] = {}
    holding: dict[str, set[int]] = {}  # the articles that have a name, by their places
    for place, text in _to_read(texts):
        for found in finder.find(text):
            folded = fold(found.text)
            if folded == wanted:
                own[found.kind] += 1
            elif wanted not in folded and folded not in wanted:
                kinds.setdefault(found.text, Counter())[found.kind] += 1
                holding.setdefault(found.text, set()).add(place)
    # Of equals, that which was found first stands nearest to the topic.
    ranked = sorted(holding, key=lambda one: -len(holding[one]))
    named = [NamedBeside(one, kinds[one].most_common(1)[0][0], len(holding[one])) for one in ranked[:_NAMED]]
    return named, own.most_common(1)[0][0] if own else None


def _to_read(texts: Sequence[tuple[Article, Sequence[Span]]]) -> Iterator[tuple[int, str]]:
    """Sentences for names, each with the place of its article: those on the topic first, and of each article in turn.

    So what is left out, where there is too much, is of none more than of another.
    """
    left = _READ_CHARS
    others = [(article, [span for span in sentences_of(article) if span not in own]) for article, own in texts]
    for part in (texts, others):
        for row in zip_longest(*(spans for _, spans in part)):
            for place, span in enumerate(row):
                if span is None:
                    continue
                text = part[place][0].body[slice(*span)]
                if (left := left - len(text)) < 0:
                    return
                yield place, text


def _numbers(texts: Sequence[tuple[Article, Sequence[Span]]]) -> list[NumberBeside]:
    """The numbers in sentences on a topic, of an article after the other, each with its clause."""
    found: dict[str, NumberBeside] = {}
    for article, spans in texts:
        for span in spans:
            sentence = article.body[slice(*span)]
            for number in numbers_in([fold(sentence)], most=2):
                at = fold(sentence).find(number)
                if number not in found and len(fold(sentence)) == len(sentence):
                    found[number] = NumberBeside(
                        sentence[at : at + len(number)], _clause(sentence, at), headline_of(article)
                    )
                if len(found) == _NUMBERS:
                    return list(found.values())
    return list(found.values())


def _clause(sentence: str, at: int) -> str:
    """The clause around a place in a sentence; a comma between figures ends none."""
    is_end = [one in _BREAKS and not sentence[place - 1 : place].isdigit() for place, one in enumerate(sentence)]
    start = max((place + 1 for place in range(at) if is_end[place]), default=0)
    end = next((place for place in range(at, len(sentence)) if is_end[place]), len(sentence))
    return sentence[start:end].strip(' “”"')
