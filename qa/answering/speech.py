"""What somebody said, as it is reported: the sentences in which they are the speaker."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings import SURNAMES_WHERE_NAMES_STAND, Article, Filters, Snapshot
from qa.answering import render
from qa.answering.articles import Span, cited, sentences_of, told_by
from qa.answering.overview import article_titled
from qa.query.intents.speech import Speech
from qa.query.names import people_in
from qa.types import Answer, AnswerKind

_ARTICLES = 8
_SENTENCES = 4
_CHARS = 300  # of all that is quoted, beyond the first sentence
# 讲话 and 致辞 tell that somebody spoke, and not what.
_SAYS = (
    r"(?:(?<!听)说(?!明书|服)|讲(?!话|解员|台|座)|谈(?!判)|强调|指出|要求|表示|提出|介绍|回忆|透露|呼吁|提醒|建议|解释|告诉|认为"
    r"|坦言|感慨|补充|讲述)"
)
_SURNAME = re.compile(f"[{SURNAMES_WHERE_NAMES_STAND}]")
_BETWEEN = r"[^，,。；;：:“”]{0,8}?"


def what_was_said(asked: Speech, question: str, snapshot: Snapshot, *, filters: Filters) -> Answer | None:
    """What is reported of somebody's words, in the newest article that reports any; None where none does."""
    if asked.title:
        titled = article_titled(asked.title, snapshot, filters=filters)
        articles: Sequence[Article] = [titled] if titled else []
    else:
        articles = snapshot.find_phrase(asked.who, filters=filters)[:_ARTICLES]
    for article in articles:
        if spans := _spoken(asked, article):
            citations = [cited(number, article, span) for number, span in enumerate(spans, start=1)]
            return told_by(citations, question, kind=AnswerKind.FOUND, text=render.quotes(citations))
    return None


def _spoken(asked: Speech, article: Article) -> list[Span]:
    """The first few sentences in which somebody says something; by a pronoun too, where he was named last."""
    name = _of_post(asked.who, article) if asked.is_post else asked.who
    if not name:
        return []
    by_name = re.compile(rf"{re.escape(name)}{_BETWEEN}{_SAYS}")
    by_pronoun = re.compile(rf"[他她](?!们){_BETWEEN}{_SAYS}")
    found: list[Span] = []
    last = ""
    for span in sentences_of(article):
        text = article.body[slice(*span)]
        named = [one for one in people_in(text) if not one.startswith(name) or one == name]
        if name in text and name not in named:
            named.append(name)
        is_his = last == name and not (set(named) - {name}) and by_pronoun.search(text)
        if by_name.search(text) or is_his:
            if found and sum(end - start for start, end in [*found, span]) > _CHARS:
                break
            found.append(span)
        last = named[-1] if named else last
        if len(found) == _SENTENCES:
            break
    return found


def _of_post(post: str, article: Article) -> str:
    """Who holds a post, by the name behind it; the post itself, where it says something without a name."""
    for match in re.finditer(rf"(?<!副){re.escape(post)}", article.body):
        for length in (3, 2):
            name = article.body[match.end() : match.end() + length]
            # A name comes again, and what merely follows a post does not.
            if _SURNAME.match(name) and article.body.count(name) > 1:
                return name
    return post if re.search(rf"(?<!副){re.escape(post)}{_BETWEEN}{_SAYS}", article.body) else ""
